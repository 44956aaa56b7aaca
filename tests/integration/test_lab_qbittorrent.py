# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's qBittorrent answers recorded requests as the real 4.5.2 did, keeps what it kept, and serves the client that most programs use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import qbittorrentapi

from lab.apps.qbittorrent import Qbittorrent
from lab.apps.qbittorrent_store import Store
from lab.server import CONTROL, Request, Response
from support.qbittorrent import PASSWORD, USER, in_lab

#: What of the recordings is settings; torrents are left out of the stand-in.
_SETTINGS = ("api_v2_app_", "api_v2_auth_", "api_v2_torrents_categories", "api_v2_torrents_createCategory", "api_v2_torrents_editCategory",
             "api_v2_torrents_removeCategories")  # fmt: skip
#: Recordings that no module asks for.
_NOT_ASKED = {"GET__api_v2_app_networkInterfaceAddressList", "GET__api_v2_app_networkInterfaceAddressList__lo"}
_PASSWORD = "adminadmin1"


class Played:
    """The stand-in beside its recordings. ``differences`` are by the name of a recording; each is played once, in an order that makes sense."""

    def __init__(self, folder: Path) -> None:
        self.app = Qbittorrent(Store("4.5", USER, _PASSWORD))
        self.app.port = 8080
        self.folder = folder
        self.cookie = ""
        self.played: set[str] = set()
        self.differences: dict[str, str] = {}

    def play(self, *names: str, session: bool = True, **headers: str) -> None:
        """Send recorded requests, with the session that the test has or with none."""
        for name in names:
            recorded = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
            given = {key.lower(): value for key, value in (recorded["request"].get("headers") or {}).items()}
            given = {"host": "127.0.0.1:8080", **given, **{key.replace("_", "-"): value for key, value in headers.items()}}
            given.pop("cookie", None)
            if session:
                given["cookie"] = f"SID={self.cookie}"
            body = recorded["request"].get("body")
            sent = (body if isinstance(body, str) else urlencode(body or {})).encode()
            if isinstance(body, dict):
                given["content-type"] = "application/x-www-form-urlencoded"
            answer = self.app.answer(Request(recorded["request"]["method"], recorded["request"]["path"], {}, given, sent))
            self.played.add(name)
            difference = self._difference(recorded["response"], answer)
            if difference:
                self.differences[name] = difference
            if "Set-Cookie" in answer.headers and name.endswith("login__ok"):
                self.cookie = answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]

    def _difference(self, recorded: dict[str, Any], answer: Response) -> str:
        if recorded["status"] != answer.status:
            return f"status {answer.status} instead of {recorded['status']}"
        wanted = recorded["body"]
        told = answer.body.decode()
        same = json.loads(told or "null") == wanted if isinstance(wanted, (dict, list)) else told == (wanted or "")
        if not same:
            return f"body {told[:200]} instead of {json.dumps(wanted)[:200]}"
        for header in ("Content-Type", "Set-Cookie"):
            if (header in (recorded.get("headers") or {})) != (header in answer.headers) and recorded.get("headers") is not None:
                return f"{header}: {answer.headers.get(header)}"
        return ""

    def preferences(self, **told: Any) -> None:
        """What somebody changed meanwhile."""
        self.app.answer(Request("PUT", CONTROL + "store", body=json.dumps({"preferences": told}).encode()))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.app.answer(Request("PUT", CONTROL + "clock", body=json.dumps(seconds).encode()))


@pytest.fixture(scope="module")
def played(shared: Path) -> Played:
    found = Played(shared / "recordings" / "qbittorrent")
    app, auth = "GET__api_v2_app_", "POST__api_v2_auth_login__"
    post, category = "POST__api_v2_app_setPreferences__", "POST__api_v2_torrents_"
    found.app.store.preferences.update(json.loads((found.folder / f"{app}preferences.json").read_text())["response"]["body"])
    found.play(f"{auth}bad", f"{auth}missing_pw", f"{auth}host_port_mismatch", f"{app}version__nologin", "GET__api_v2_auth_login__get", session=False)
    found.play(f"{auth}ok", session=False)
    found.play(f"{app}version", f"{app}webapiVersion", f"{app}preferences", f"{app}defaultSavePath", "POST__api_v2_app_version__post_on_get")
    found.play(f"{app}buildInfo", f"{app}networkInterfaceList", f"{app}setPreferences__get_on_post", f"{auth}bad_password_with_valid_sid")
    found.play(f"{app}version__bad_referer", f"{post}bad_origin", f"{app}version__foreign_host_without_port_accepted")
    found.play("GET__api_v2_torrents_categories__fresh", *(category + each for each in (
        "createCategory__ok", "createCategory__exists", "createCategory__empty", "createCategory__missing", "createCategory__bad_name",
        "createCategory__backslash", "createCategory__no_savepath", "editCategory__ok", "editCategory__unchanged", "editCategory__missing_category",
        "editCategory__no_savepath", "createCategory__relative_savepath", "createCategory__download_path", "removeCategories__two_one_unknown",
    )), "GET__api_v2_torrents_categories")  # fmt: skip
    found.app.store.categories["nosuchcat"] = {"savePath": ""}
    found.play("GET__api_v2_torrents_categories__auto_created")
    found.play(*(post + each for each in (
        "unknown_key", "notjson", "missing_json", "json_body", "discovery", "paths", "ratio", "ratio_only", "ratio_int", "ratio_disabled_reads_minus1",
        "limits", "limit_small", "limit_off", "whitelist", "whitelist_off", "bad_type_port", "bad_range_port", "port", "relative_path", "nonexistent_path",
        "bad_iface", "iface_lo", "password_set", "ban",
    )), f"{app}preferences__after")  # fmt: skip
    found.play(f"{auth}fail_1_of_3", f"{auth}fail_2_of_3", f"{auth}fail_3_of_3", f"{auth}fail_4_of_3", session=False)
    found.play(f"{auth}right_password_while_banned", f"{app}version__nologin_while_banned", session=False)
    found.play(f"{auth}other_ip_ok", session=False, x_lab_from="127.0.0.2")
    found.play(f"{app}version__valid_sid_from_banned_ip")
    found.wait(7)
    found.play(f"{auth}after_ban", session=False)
    found.preferences(web_ui_domain_list="qb.example")
    found.play(f"{app}version__host_in_domain_list", f"{app}version__host_not_in_domain_list", f"{app}version__host_ok_port_mismatch")
    found.preferences(bypass_local_auth=True)
    found.play(f"{auth}bypass_local_wrong_creds", f"{app}version__bypass_local", session=False)
    found.preferences(bypass_local_auth=False)
    found.play("POST__api_v2_auth_logout", f"{app}version__after_logout")
    found.wait(3601)
    found.play(f"{app}version__session_timed_out")
    return found


def test_each_recorded_answer_is_given_again(played: Played) -> None:
    assert played.differences == {} and len(played.played) > 60


def test_no_recording_of_settings_is_left_out(played: Played) -> None:
    known = {path.stem for path in played.folder.glob("*.json") if any(part in path.stem for part in _SETTINGS)}
    assert known - played.played == _NOT_ASKED


def test_a_wrong_answer_is_noticed(played: Played) -> None:
    """The control."""
    assert played._difference({"status": 200, "headers": {}, "body": "Ok."}, Response(200, b"Fails.")).startswith("body Fails.")
    assert played._difference({"status": 409, "headers": {}, "body": None}, Response(200)).startswith("status 200")


@pytest.mark.parametrize("version", ["4.5", "4.6", "5.0", "5.2"])
def test_the_public_client_works_on_each_version(version: str, tmp_path: Path) -> None:
    with in_lab(version, tmp_path) as app, qbittorrentapi.Client(app.url, username=USER, password=PASSWORD, FORCE_SCHEME_FROM_HOST=True) as client:
        assert client.app.version.startswith(f"v{version}")
        client.torrents_create_category("movies", save_path="/data/movies")
        client.torrents_edit_category("movies", save_path="/data/films", download_path="/data/incomplete")
        assert dict(client.torrents_categories()["movies"]) == {"name": "movies", "savePath": "/data/films", "download_path": "/data/incomplete"}
        client.app_set_preferences({"max_ratio_enabled": True, "max_ratio": 3, "nosuch_pref": 1})
        assert (client.app.preferences.max_ratio, client.app.preferences.max_ratio_enabled) == (3, True)
        client.torrents_remove_categories("movies")
        assert client.torrents_categories() == {}
    with in_lab(version, tmp_path) as app, pytest.raises(qbittorrentapi.LoginFailed):
        qbittorrentapi.Client(app.url, username=USER, password="not this one", FORCE_SCHEME_FROM_HOST=True).auth_log_in()
