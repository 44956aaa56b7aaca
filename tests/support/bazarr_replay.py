# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends recorded requests to the lab's Bazarr, each in the state in which it was recorded, and compares the answers.

Status, kind of content and body are compared, words of refusals included; times, and pages for people but for the key in them, are not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from lab.apps.bazarr import Bazarr
from lab.server import Request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.server import Response

KEY = "0123456789abcdef0123456789abcdef"
SONARR, RADARR = "ffeeddccbbaa99887766554433221100", "00112233445566778899aabbccddeeff"
_LINKED = {
    "general": {"use_sonarr": True, "use_radarr": True},
    "sonarr": {"ip": "127.0.0.1", "port": 18989, "base_url": "/sonarr", "apikey": SONARR},
    "radarr": {"ip": "127.0.0.1", "port": 17878, "base_url": "/radarr", "apikey": RADARR},
}
#: Names of recordings that were made while Sonarr and Radarr were linked.
_WHILE_LINKED = ("linked", "sonarr_", "after_fix", "series__one", "series__after", "movies__one", "assign", "profiles", "configured", "health__")
_ASIDE = ("start_time", "next_run_in", "next_run_time", "bazarr_directory")


@dataclass(frozen=True)
class Replayed:
    """One recording and what came of it; ``difference`` is empty where both answers are equal."""

    name: str
    difference: str


def replay(recordings: Path, name: str) -> Replayed:
    """One recorded exchange."""
    recorded = json.loads((recordings / "bazarr" / f"{name}.json").read_text(encoding="utf-8"))
    app = _in_state(name, recordings)
    # What would hang is not waited for.
    app.close()
    answer = app.answer(_request(recorded["request"]))
    return Replayed(name, difference(recorded["response"], answer))


def names(recordings: Path) -> Iterator[str]:
    """All recorded exchanges."""
    yield from (path.stem for path in sorted((recordings / "bazarr").glob("*.json")))


def _in_state(name: str, recordings: Path) -> Bazarr:
    app = Bazarr(KEY)
    store = app.store
    store.settings["general"].update(ip="127.0.0.1", auto_update=False)
    store.settings["analytics"]["enabled"] = False
    app.reachable = {"127.0.0.1:18989", "127.0.0.1:17878"}
    app.neighbour_keys = {"sonarr": SONARR, "radarr": RADARR}
    if any(each in name for each in _WHILE_LINKED) and "fresh" not in name and "tasks__one" not in name:
        for section, values in _LINKED.items():
            store.settings[section].update(values)
    if not name.endswith(("fresh", "arr_enabled", "__empty", "badges", "create_two")):
        two = json.loads((recordings / "bazarr" / "GET__api_system_languages_profiles__two.json").read_text(encoding="utf-8"))
        store.profiles = two["response"]["body"]
    _small_states(name, app, recordings)
    return app


def _small_states(name: str, app: Bazarr, recordings: Path) -> None:
    settings = app.store.settings
    if "sonarr_unreachable" in name:
        settings["sonarr"]["port"] = 18999
    if "wrong_apikey" in name:
        settings["sonarr"]["apikey"] = "deadbeefdeadbeefdeadbeefdeadbeef"
    if "auth" in name or "account" in name:
        settings["auth"].update(username="admin", password="2ab96390c7dbe3439de74d0c9b0b1767")
    if "ui_auth_form" in name:
        settings["auth"]["type"] = "form"
    if name.endswith("after_assign"):
        app.store.fresh["series"][0]["profileId"] = 1
    if name.endswith("providers__two"):
        settings["general"]["enabled_providers"] = ["opensubtitlescom", "podnapisi"]
    if name.endswith("unknown_provider"):
        settings["general"]["enabled_providers"] = ["nosuchprovider"]
    if name.endswith("settings__configured"):
        body = json.loads((recordings / "bazarr" / f"{name}.json").read_text(encoding="utf-8"))["response"]["body"]
        app.store.notifications = body.pop("notifications")["providers"]
        app.store.settings = body


def _request(recorded: dict[str, Any]) -> Request:
    headers = {name.lower(): value for name, value in (recorded.get("headers") or {}).items()}
    told = recorded.get("body")
    body = told if isinstance(told, str) else urlencode([tuple(pair) for pair in (told.items() if isinstance(told, dict) else told or [])])
    query = {name: [str(value)] for name, value in (recorded.get("query") or {}).items()}
    return Request(recorded["method"], recorded["path"], query, headers, body.encode())


def difference(recorded: dict[str, Any] | None, answer: Response) -> str:
    """What is not equal; empty when nothing is. No recorded answer is one that never came."""
    if recorded is None:
        return ""
    if recorded["status"] != answer.status:
        return f"status {answer.status} instead of {recorded['status']}: {answer.body[:160].decode(errors='replace')}"
    want, got = (str(headers.get("Content-Type", "")).partition(";")[0] for headers in (recorded["headers"], answer.headers))
    if want != got:
        return f"{got} instead of {want}"
    if want == "text/html":
        return "" if ("apiKey" in recorded["body"]) is (b"apiKey" in answer.body) else "the page differs about the key"
    body = json.loads(answer.body) if answer.body else None
    return "" if _bare(recorded["body"]) == _bare(body) else f"{str(_bare(body))[:300]} instead of {str(_bare(recorded['body']))[:300]}"


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if name not in _ASIDE}
    if isinstance(value, list):
        return [_bare(each) for each in value]
    if isinstance(value, str) and "Max retries exceeded" in value:
        return value.partition("Caused by")[0].partition("(Connection refused)")[0].rstrip(" (")
    return value
