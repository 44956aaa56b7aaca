# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of an app's doors while its settings are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.servarr import Servarr
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

from support.scripted_app import Reply, ScriptedApp


@pytest.fixture
def app() -> Iterator[ScriptedApp]:
    found = ScriptedApp()
    yield found
    found.close()


def noted(app: ScriptedApp) -> list[tuple[str, str, str]]:
    session = Session(Address("radarr", app.url, {"X-Api-Key": app.key}))
    try:
        found = Servarr(APPS["radarr"], session).notes({})
    finally:
        session.close()
    assert app.writes == []
    assert app.key not in str(found)
    return [(each.code, each.category, each.severity) for each in found]


@pytest.mark.parametrize(("method", "expected"), [("forms", []), ("none", ["api_key_public"]), ("external", ["api_key_public"])])
def test_an_app_that_gives_its_key_away_is_told(app: ScriptedApp, method: str, expected: list[str]) -> None:
    app.pages["/config/host"] = {"id": 1, "authenticationMethod": method}
    assert noted(app) == [(code, "security", "high") for code in expected]


@pytest.mark.parametrize("reply", [Reply(404, ""), Reply(200, "<html>", {"Content-Type": "text/html"}), Reply(200, []), Reply(200, {})])
def test_anything_else_that_answers_there_gives_nothing_away(app: ScriptedApp, reply: Reply) -> None:
    app.prefix = ""
    app.always["/initialize.json"] = reply
    assert noted(app) == []


def test_recorded_pages_are_read_rightly(app: ScriptedApp, shared: Path) -> None:
    app.prefix = ""
    seen: set[tuple[int, bool]] = set()
    for path in sorted((shared / "recordings" / "radarr").glob("GET__root_initialize.json__auth_*.json")):
        recorded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["response"]
        app.always["/initialize.json"] = Reply(recorded["status"], recorded["body"], {"Location": "/login"} if recorded["status"] == 302 else {})
        public = bool(noted(app))
        assert public == (recorded["status"] == 200), path.name
        seen.add((recorded["status"], public))
    assert seen == {(200, True), (302, False)}
