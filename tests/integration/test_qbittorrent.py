# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of qBittorrent, read and written by `qbittorrent_settings` and `qbittorrent_settings_info`: the same tests for the real one and the lab's."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader
from ansible_collections.homelab.media_center.plugins.modules import app_secrets_info, qbittorrent_settings, qbittorrent_settings_info

from lab.faults import Fault
from support.qbittorrent import PASSWORD, USER, Instance, in_lab, real
from support.settings_run import call, drift

KEY = "a key of this run"
CANARIES = ("canary-qbit", PASSWORD)
SECRETS = {"autorun_program": "/bin/hook --token canary-qbit-hook-02-7f3a9c", "proxy_password": "canary-qbit-proxy-02-7f3a9c"}
#: One login and one log-out around what is read.
AUDIT = [
    "GET app/version", "POST auth/login", "GET app/version", "GET app/preferences", "GET app/webapiVersion", "GET torrents/categories", "POST auth/logout",
]  # fmt: skip


REAL = "real"
VERSIONS = ("4.5", "4.6", "5.0", "5.2")


class House:
    """Instances of this module, each started when it is first asked for."""

    def __init__(self, stack: ExitStack, folders: pytest.TempPathFactory) -> None:
        self._stack, self._folders = stack, folders
        self._running: dict[str, Instance] = {}

    def get(self, version: str) -> Instance:
        """An instance as somebody has furnished it."""
        if version not in self._running:
            folder = self._folders.mktemp("qbittorrent")
            self._running[version] = self._stack.enter_context(real(folder) if version == REAL else in_lab(version, folder))
        self._running[version].furnish()
        return self._running[version]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as stack:
        yield House(stack, tmp_path_factory)


@pytest.fixture(params=["4.5", REAL])
def app(request: pytest.FixtureRequest, house: House) -> Instance:
    """The stand-in of the recorded version, and the real one."""
    return house.get(request.param)


@pytest.fixture(params=[*VERSIONS, REAL])
def any_app(request: pytest.FixtureRequest, house: House) -> Instance:
    """All versions, for what differs between them."""
    return house.get(request.param)


def codes(told: dict[str, Any]) -> list[str]:
    return [each["code"] for each in told["media_center"]["findings"] if each["category"] != "security" and each["code"] != "kinds_not_managed"]


def with_secrets(exported: dict[str, Any]) -> dict[str, Any]:
    """An export in which the secrets that the test knows stand as an operator's vault would give them."""
    document = copy.deepcopy(exported)
    document["preferences"].update(SECRETS)
    return document


def test_an_export_declared_is_in_sync_and_an_audit_writes_nothing(any_app: Instance) -> None:
    exported = any_app.export()
    assert exported["requests"] == {"read": 5, "write": 0, "login": 1}
    for check in (True, False):
        result = any_app.audit(exported["settings"], _ansible_check_mode=check)
        told = result["media_center"]
        assert (told["verdict"], drift(result), result["changed"], codes(result)) == ("in_sync", [], False, []), told["findings"]
        assert any_app.sent == AUDIT
        assert told["requests"] == {"read": 5, "write": 0, "login": 1}
    assert told["checked"] > 60
    # The password is never told, and the secrets that are to be kept are counted.
    assert told["not_comparable"] == 3 and "web_ui_password" in [each["path"] for each in told["gaps"]]


def test_a_change_is_put_right_once_and_as_the_check_said(any_app: Instance) -> None:
    document = with_secrets(any_app.export()["settings"])
    any_app.set(max_active_downloads=3, max_ratio_enabled=False, dl_limit=0, excluded_file_names="*.scr", scan_dirs={"/data/watch": 0})
    any_app.ask("torrents/editCategory", category="tv-sonarr", savePath="/elsewhere")
    any_app.ask("torrents/removeCategories", categories="radarr")
    any_app.ask("torrents/createCategory", category="nosuchcat", savePath="")
    checked = any_app.audit(document, git_wins=True, prune=["category"], allow=["bulk_effect"])
    assert any_app.writes == []
    assert sorted(drift(checked)) == [
        ("category", "nosuchcat", ""),
        ("category", "radarr", ""),
        ("category", "tv-sonarr", "download_path"),
        ("category", "tv-sonarr", "savePath"),
        *(("preferences", "", each) for each in ("dl_limit", "excluded_file_names", "max_active_downloads", "max_ratio", "max_ratio_enabled")),
        ("preferences", "", "scan_dirs./data/other"),
    ]
    done = any_app.reconcile(document, prune=["category"], allow=["bulk_effect"])
    assert (done["actions"], done["changed"], done["diff"]) == (checked["actions"], True, checked["diff"])
    assert done["media_center"]["verdict"] == "in_sync", done["media_center"]["findings"]
    assert sorted(any_app.writes) == [
        "POST app/setPreferences", "POST torrents/createCategory", "POST torrents/editCategory", "POST torrents/removeCategories",
    ]  # fmt: skip
    again = any_app.reconcile(document, prune=["category"], allow=["bulk_effect"])
    # An edit that changes nothing is refused with 409, so it must not be sent.
    assert (again["changed"], again["actions"], any_app.sent) == (False, [], AUDIT)


def test_an_export_brings_everything_back_after_a_loss(any_app: Instance) -> None:
    before = any_app.export()["settings"]
    any_app.wipe()
    assert any_app.export()["settings"] != before
    done = any_app.reconcile(with_secrets(before), allow=["access", "bulk_effect"])
    assert done["media_center"]["verdict"] == "in_sync", done["media_center"]["findings"]
    assert any_app.export()["settings"] == before


def test_the_port_that_a_vpn_forwards_is_no_drift(app: Instance) -> None:
    document = app.export()["settings"]
    assert "listen_port" in document["preferences"]
    for each in range(20 if app.stand_in else 5):
        app.set(listen_port=20000 + each)
        result = app.audit(document, port_forwarding=True)
        assert (result["media_center"]["verdict"], drift(result)) == ("in_sync", [])
    assert drift(app.audit(document)) == [("preferences", "", "listen_port")], "the control: without the VPN it is drift"
    assert "listen_port" not in app.export(port_forwarding=True)["settings"]["preferences"]
    port = app.preferences()["listen_port"]
    app.reconcile(document, port_forwarding=True, allow=["access"])
    assert app.preferences()["listen_port"] == port


def test_a_limit_goes_together_with_its_switch(any_app: Instance) -> None:
    any_app.set(max_ratio_enabled=False)
    # Alone, the limit is ignored and the switch makes it 0.
    assert any_app.reconcile({"preferences": {"max_ratio": 1.5}})["media_center"]["verdict"] == "in_sync"
    assert (any_app.preferences()["max_ratio"], any_app.preferences()["max_ratio_enabled"]) == (1.5, True)
    assert any_app.reconcile({"preferences": {"max_ratio": 2}})["media_center"]["verdict"] == "in_sync"
    assert any_app.reconcile({"preferences": {"max_ratio": -1, "max_ratio_enabled": False}})["media_center"]["verdict"] == "in_sync"
    assert (any_app.preferences()["max_ratio"], any_app.preferences()["max_ratio_enabled"]) == (-1, False)


@pytest.mark.parametrize(
    ("preferences", "sentence"),
    [
        ({"max_ratio_enabled": True}, "max_ratio_enabled needs max_ratio beside it"),
        ({"max_ratio_enabled": False, "max_ratio": 2}, "max_ratio is not kept while max_ratio_enabled is off"),
        ({"listen_port": 99999}, "listen_port has to be from 0 to 65535"),
        ({"listen_port": "abc"}, "listen_port has to be a whole number"),
        ({"dl_limit": 1000}, "dl_limit has to be a multiple of 1024"),
        ({"max_ratio_act": 7}, "max_ratio_act has to be from 0 to 3"),
        ({"bypass_auth_subnet_whitelist": ["10.0.0.0/8", "junk"]}, "names junk, which is no network"),
        ({"web_ui_api_key": "x"}, "web_ui_api_key is the app's own"),
    ],
)
def test_what_the_app_would_store_as_something_else_is_not_sent(app: Instance, preferences: dict[str, Any], sentence: str) -> None:
    before = app.preferences()
    result = app.reconcile({"preferences": preferences})
    assert result["media_center"]["verdict"] == "error"
    assert any(sentence in each["message"] for each in result["media_center"]["findings"]), result["media_center"]["findings"]
    assert app.writes == [] and app.preferences() == before


@pytest.mark.parametrize("preferences", [{"torrent_content_layout": "Bogus"}, {"save_path": "relative/dir"}, {"banned_IPs": ["1.2.3.4", "junk"]}])
def test_what_the_app_makes_something_else_of_is_told_when_it_is_read_back(app: Instance, preferences: dict[str, Any]) -> None:
    """It answers 200 to everything."""
    result = app.reconcile({"preferences": preferences})
    assert "write_not_stored" in codes(result) and app.writes == ["POST app/setPreferences"]


def test_a_setting_that_the_app_does_not_have_is_told_and_no_drift(app: Instance) -> None:
    result = app.reconcile({"preferences": {"max_active_download": 1, "queueing_enabled": True}})
    (told,) = [each for each in result["media_center"]["findings"] if each["code"] == "setting_unknown_to_app"]
    assert "is max_active_downloads meant?" in told["message"] and app.writes == []


def test_an_interface_that_is_not_there_is_refused(app: Instance) -> None:
    before = app.preferences()["current_network_interface"]
    result = app.reconcile({"preferences": {"current_network_interface": "nosuch0"}})
    (told,) = [each for each in result["media_center"]["findings"] if each["code"] == "write_failed"]
    assert "sees no network interface nosuch0" in told["message"] and app.writes == []
    assert app.preferences()["current_network_interface"] == before


def test_lists_that_are_texts_are_compared_as_lists(app: Instance) -> None:
    app.set(bypass_auth_subnet_whitelist="192.168.1.7/24, 10.0.0.0/8, junk", web_ui_domain_list="b.example; a.example;127.0.0.1")
    wanted = {"bypass_auth_subnet_whitelist": ["10.0.0.0/8", "192.168.1.9/24"], "web_ui_domain_list": ["127.0.0.1", "a.example", "b.example"]}
    assert drift(app.audit({"preferences": wanted})) == []
    as_text = {"bypass_auth_subnet_whitelist": "10.0.0.0/8,192.168.1.0/24", "excluded_file_names": "*.lnk\n*.exe"}
    assert drift(app.audit({"preferences": as_text})) == []


def test_an_edit_of_a_category_keeps_what_git_does_not_say(app: Instance) -> None:
    """The app unsets what an edit leaves out, and calls the paths otherwise than it answers them."""
    assert app.reconcile({"category": [{"name": "tv-sonarr", "savePath": "/data/series"}]})["changed"]
    assert app.categories()["tv-sonarr"] == {"name": "tv-sonarr", "savePath": "/data/series", "download_path": "/data/torrents/incomplete/tv"}
    for path in (False, "", None):
        app.reconcile({"category": [{"name": "tv-sonarr", "download_path": path}]})
        assert app.categories()["tv-sonarr"].get("download_path") == path and app.categories()["tv-sonarr"]["savePath"] == "/data/series"


def test_a_renamed_preference_is_declared_by_either_name(any_app: Instance) -> None:
    for name in ("start_paused_enabled", "add_stopped_enabled"):
        for value in (True, False):
            assert any_app.reconcile({"preferences": {name: value}})["media_center"]["verdict"] == "in_sync"
            own = any_app.preferences()
            assert own.get("add_stopped_enabled", own.get("start_paused_enabled")) is value
    assert "start_paused_enabled" not in any_app.export()["settings"]["preferences"]
    assert "add_stopped_enabled" in any_app.export()["settings"]["preferences"]


def test_any_other_preference_is_compared_and_written_on_request(app: Instance) -> None:
    usual = app.export()["settings"]["preferences"]
    everything = app.export(everything=True)["settings"]["preferences"]
    assert "refresh_interval" not in usual and set(usual) < set(everything)
    # Both names of what was renamed.
    assert set(app.preferences()) - {"web_ui_api_key"} <= set(everything)
    assert drift(app.audit({"preferences": everything})) == []
    assert app.reconcile({"preferences": {"refresh_interval": 1700}})["changed"]
    assert app.preferences()["refresh_interval"] == 1700


def test_what_cuts_access_and_what_starts_something_is_left_without_permission(app: Instance) -> None:
    wanted = {"web_ui_domain_list": ["127.0.0.1", "x.example"], "max_ratio_act": 3, "web_ui_session_timeout": 1800}
    result = app.reconcile({"preferences": wanted})
    assert sorted(codes(result)) == ["reconcile_refused", "reconcile_refused", *["setting_changed"] * 3] and app.writes == []
    assert app.reconcile({"preferences": wanted}, allow=["access", "bulk_effect"])["media_center"]["verdict"] == "in_sync"
    assert app.writes == ["POST app/setPreferences"] * 2


def test_no_secret_is_told(app: Instance) -> None:
    texts = [json.dumps(app.export(everything=True))]
    document = {"preferences": {**SECRETS, "proxy_password": "canary-qbit-other-02-7f3a9c", "web_ui_password": PASSWORD}}
    for result in (app.audit(document), app.audit(None), app.reconcile(document)):
        texts.append(json.dumps(result))
    assert drift(app.audit({"preferences": {"proxy_password": "canary-qbit-third-02-7f3a9c"}})) == [("preferences", "", "proxy_password")]
    assert [each for each in CANARIES if any(each in text for text in texts)] == []


def test_an_instance_without_a_file_is_one_line(app: Instance) -> None:
    result = app.audit(None)
    assert codes(result) == ["not_in_git"] and app.sent == AUDIT


def test_one_refused_login_is_the_last_of_a_run(any_app: Instance) -> None:
    result = any_app.audit({"preferences": {"dht": False}}, password="not this one")
    assert result["login_refused"] is True and any_app.sent.count("POST auth/login") == 1
    assert result["media_center"]["verdict"] == "unknown"
    assert "the user name or the password is wrong" in result["media_center"]["reason"] and "correct media_center_username" in result["media_center"]["reason"]
    again = any_app.audit({"preferences": {"dht": False}}, login_refused=True)
    assert any_app.sent == ["GET app/version"] and "it refused the login before in this run" in again["media_center"]["reason"]
    assert any_app.export(password="not this one")["failed"] and any_app.sent == ["GET app/version", "POST auth/login"]


def secrets_on_host(app: Instance, declared: str) -> dict[str, Any]:
    """What `app_secrets_info` tells on the docker host of an instance."""
    entry = {"name": "qb", "app": "qbittorrent", "data_path": str(app.root)}
    given = {"apps": [entry], "fingerprint_key": KEY, "declared_passwords": json.dumps({"qb": declared})}
    return call(app_secrets_info, given)


def test_the_password_is_compared_with_the_hash_that_the_app_keeps(app: Instance) -> None:
    for declared, verdict in ((PASSWORD, "equal"), ("canary-qbit-new-02-7f3a9c", "different")):
        told = secrets_on_host(app, declared)
        assert (told["passwords"], told["not_comparable"]) == ({"qb": verdict}, [])
        document = {"preferences": {"web_ui_password": declared}}
        more = {"fingerprints": told["fingerprints"]["qb"], "fingerprint_key": KEY}
        result = app.audit(document, **more)
        assert drift(result) == ([] if verdict == "equal" else [("preferences", "", "web_ui_password")])
        assert result["media_center"]["not_comparable"] == 0 and app.sent.count("POST auth/login") == 1
    assert app.reconcile(document, **more)["changed"] is False, "it cuts access"
    result = app.reconcile(document, allow=["access"], **more)
    assert result["changed"] and "write_not_stored" not in codes(result)
    assert app.export(password=declared)["settings"]
    app.set(web_ui_password=PASSWORD)


def test_no_login_is_tried_where_none_was_given(app: Instance) -> None:
    told = app.audit({}, username="", password="")["media_center"]
    assert (told["verdict"], app.sent) == ("unknown", ["GET app/version"])
    assert "set media_center_username and media_center_password" in told["reason"]


def test_a_name_that_it_refuses_is_not_taken_for_a_wrong_password(app: Instance) -> None:
    app.set(web_ui_domain_list="127.0.0.1")
    told = app.audit({}, url=app.url.replace("127.0.0.1", "localhost"))["media_center"]
    assert (told["verdict"], app.sent) == ("unknown", ["GET app/version"])
    assert "it refuses the host name or port" in told["reason"] and "web_ui_domain_list" in told["reason"]


def test_an_instance_that_wants_no_login_is_not_logged_in_to_and_told(app: Instance) -> None:
    app.set(bypass_local_auth=True)
    result = app.audit(app.export()["settings"], username="", password="")
    assert app.sent == ["GET app/version", "GET app/preferences", "GET app/webapiVersion", "GET torrents/categories"]
    assert [each["severity"] for each in result["media_center"]["findings"] if each["code"] == "login_bypassed"] == ["high"]
    app.set(bypass_local_auth=False)


def test_a_session_is_sent_back_as_it_came(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold what an address or a form would write otherwise."""
    app = house.get("4.5")
    monkeypatch.setattr("lab.apps.qbittorrent.secrets.token_urlsafe", lambda length: "SNmEFJf5v-1hKhtVl3XWy71AAHLr6WO_")
    assert app.audit({})["media_center"]["verdict"] == "in_sync"


def test_a_key_of_newer_versions_needs_no_login(house: House) -> None:
    app = house.get("5.2")
    app.set(web_ui_api_key="qbt_canary0000000000000000000000")
    result = app.audit(app.export()["settings"], username="", password="", api_key="qbt_canary0000000000000000000000")
    assert result["media_center"]["verdict"] == "in_sync" and not any(each.startswith("POST") for each in app.sent)
    assert [each["code"] for each in result["media_center"]["findings"]] == []
    behind_proxy = app.audit({}, headers={"Authorization": "Basic cHJveHk6cHJveHk="})
    assert behind_proxy["media_center"]["verdict"] == "in_sync" and "POST auth/login" in app.sent
    told = app.audit({}, api_key="qbt_wrong00000000000000000000000")["media_center"]
    assert app.sent == ["GET app/version"] and "it does not take this key" in told["reason"] and "media_center_api_key" in told["reason"]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(status=500), "HTTP 500"),
        (Fault(status=503), "HTTP 503"),
        (Fault(login_page=True), "a page for people came"),
        (Fault(garbage=True), "what answers there is not qBittorrent"),
        (Fault(reset=True), "the connection broke"),
        (Fault(slow=1.5), "no answer within 1 s"),
        (Fault(garbage=True, path="preferences"), "its answer cannot be read"),
        (Fault(status=404, path="categories"), "HTTP 404"),
    ],
)
def test_trouble_is_unknown_and_named(house: House, monkeypatch: pytest.MonkeyPatch, fault: Fault, sentence: str) -> None:
    monkeypatch.setattr("ansible_collections.homelab.media_center.plugins.module_utils.live.qbittorrent_client.PAUSES", (0.01,))
    app = house.get("4.5")
    document = app.export()["settings"]
    assert app.faults is not None
    app.faults.set("qbittorrent", fault)
    try:
        told = app.reconcile(document, timeout=1)["media_center"]
    finally:
        app.faults.set("qbittorrent", None)
    assert told["verdict"] == "unknown" and app.writes == [] and told["unknown"] > 0
    assert sentence in told.get("reason", "") + "".join(each["reason"] for each in told["gaps"]), told
    assert app.sent.count("POST auth/login") <= 1


@pytest.mark.parametrize(("path", "sentence"), [("/nowhere", "HTTP 404: there is no such thing"), ("", "connection refused")])
def test_a_wrong_address_is_named(house: House, path: str, sentence: str) -> None:
    app = house.get("4.5")
    told = app.audit({}, url=app.url + path if path else "http://127.0.0.1:1")["media_center"]
    assert told["verdict"] == "unknown" and sentence in told["reason"] and "media_center_url" in told["reason"]


def test_a_missing_library_is_named(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    app = house.get("4.5")
    monkeypatch.setitem(sys.modules, "qbittorrentapi", None)
    for told in (app.audit({}), app.export()):
        assert told["failed"] and "qbittorrent-api" in told["msg"]


def test_open_doors_are_told(app: Instance) -> None:
    app.set(bypass_auth_subnet_whitelist="10.0.0.0/8", bypass_auth_subnet_whitelist_enabled=True, web_ui_csrf_protection_enabled=False)
    told = app.audit({})["media_center"]["findings"]
    assert {(each["code"], each["path"], each["severity"]) for each in told if each["category"] == "security"} == {
        ("login_bypassed", "bypass_auth_subnet_whitelist", "high"),
        ("webui_unprotected", "web_ui_csrf_protection_enabled", "low"),
    }


def test_what_the_modules_return_is_what_they_document(app: Instance) -> None:
    exported, returned = app.export(), yaml.safe_load(qbittorrent_settings_info.RETURN)
    assert set(returned) == set(exported) - {"changed"} and returned["requests"]["sample"] == exported["requests"]
    for kind, sample in returned["settings"]["sample"].items():
        known = exported["settings"][kind]
        assert set(sample[0] if isinstance(sample, list) else sample) <= set(known[0] if isinstance(known, list) else known)
    told, documented = app.audit(exported["settings"]), yaml.safe_load(qbittorrent_settings.RETURN)
    assert set(documented) - {"login_refused"} == set(told) - {"changed"}
    assert set(documented["media_center"]["sample"]) <= set(told["media_center"])


def test_the_lookup_gives_the_export_and_stops_after_a_refusal(app: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))

    def looked_up(password: str) -> Any:
        return lookup_loader.get("homelab.media_center.app_settings").run([app.url], variables={}, app="qbittorrent", username=USER, password=password)

    assert looked_up(PASSWORD) == [app.export()["settings"]]
    with pytest.raises(AnsibleError, match="the user name or the password is wrong"):
        looked_up("not this one")
    with pytest.raises(AnsibleError, match="refused the login before in this run"):
        looked_up(PASSWORD)


# The last one: it shuts this machine out.
def test_a_banned_address_is_told_and_not_tried_again(app: Instance) -> None:
    app.set(web_ui_max_auth_fail_count=2)
    for _each in range(2):
        app.audit({}, password="not this one")
    told = app.audit({})["media_center"]
    assert app.sent == ["GET app/version", "POST auth/login"]
    assert "Your IP address has been banned" in told["reason"] and "web_ui_ban_duration" in told["reason"]
