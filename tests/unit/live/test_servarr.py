# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway reads every kind of every app once, holds the instance to its name first, and makes no clean list of what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.servarr import Servarr
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Lacking
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

from lab.apps import servarr
from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import serve
from support.scripted_app import Reply, ScriptedApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("short_pauses")


@pytest.fixture
def gateway(app: ScriptedApp) -> Iterator[Servarr]:
    session = Session(Address("radarr4k", app.url, {"X-Api-Key": app.key}, timeout=5))
    yield Servarr(APPS["radarr"], session)
    session.close()


@pytest.mark.parametrize("name", sorted(APPS))
def test_each_kind_of_each_app_is_read_once(name: str, tmp_path: Path) -> None:
    """Of the stand-ins that are held to recordings: all kinds answer, each has the form that it should have, and nothing is asked twice."""
    stand_in = servarr.of_app(name)
    listener = serve(stand_in, FaultFile(tmp_path / "faults"), log := RequestLog(tmp_path / "log"))
    session = Session(Address(name, listener.address, {"X-Api-Key": stand_in.instance.host["apiKey"]}, timeout=10))
    try:
        found = Servarr(APPS[name], session)
        assert found.version == ""
        found.identify()
        raw = found.read()
    finally:
        session.close()
        listener.close()
        log.close()
    assert found.version == stand_in.instance.version
    assert set(raw) == set(APPS[name].resources)
    assert [kind for kind, answer in raw.items() if isinstance(answer, Unknown)] == []
    assert session.requests == {"read": len(raw) + 1, "write": 0, "login": 0}
    asked = [line.split('"path": "')[1].split('"')[0] for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert len(asked) == len(set(asked)) == len(raw) + 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Reply(200, {"appName": "Sonarr", "version": "4"}), "this is Sonarr and not Radarr"),
        (Reply(200, {"version": "4"}), "what answers there is not Radarr"),
        (Reply(200, ["Radarr"]), "what answers there is not Radarr"),
        (Reply(404, ""), "nothing of Radarr answers at this address"),
    ],
)
def test_a_stranger_is_refused_before_anything_else_is_asked(app: ScriptedApp, gateway: Servarr, answer: Reply, message: str) -> None:
    app.always["/system/status"] = answer
    with pytest.raises(GatewayError, match=message) as raised:
        gateway.identify()
    assert "correct media_center_url" in raised.value.remedy and raised.value.target == "radarr4k"
    assert {each.path for each in app.asked} == {"/api/v3/system/status"} and gateway.version == ""


def test_the_name_of_an_app_is_taken_in_any_case(app: ScriptedApp, gateway: Servarr) -> None:
    app.status["appName"] = "RADARR"
    gateway.identify()
    assert gateway.version == app.status["version"]


def test_some_kinds_bring_what_they_name(app: ScriptedApp, gateway: Servarr) -> None:
    assert set(gateway.read(["download_client"])) == {"download_client", "tag"}
    assert set(gateway.read(["config_ui", "nothing"])) == {"config_ui"}
    named = set(gateway.read(["quality_profile"]))
    assert {"quality_profile", "custom_format"} <= named < set(APPS["radarr"].resources)


@pytest.mark.parametrize(
    ("answer", "reason", "remedy"),
    [
        (Reply(500, {"message": "Sequence contains no matching element"}), "Sequence contains no matching element", "one broken row"),
        (Reply(200, {"label": "kids"}), "has not the form", "media_center_url"),
        (Reply(200, ["kids"]), "has not the form", "media_center_url"),
        (Reply(200, "<html>Sign in", {"Content-Type": "text/html"}), "login page", "media_center_headers"),
    ],
)
def test_a_list_that_fails_is_unknown_and_the_others_are_read(app: ScriptedApp, gateway: Servarr, answer: Reply, reason: str, remedy: str) -> None:
    app.always["/tag"] = answer
    raw = gateway.read()
    told: Any = raw["tag"]
    assert isinstance(told, Unknown) and reason in told.reason and remedy in told.remedy
    assert [kind for kind, each in raw.items() if isinstance(each, Unknown)] == ["tag"]


def test_a_page_that_is_a_list_is_unknown(app: ScriptedApp, gateway: Servarr) -> None:
    app.always["/config/ui"] = Reply(200, [])
    assert isinstance(gateway.read(["config_ui"])["config_ui"], Unknown)


def test_a_kind_that_the_app_does_not_have_is_told_from_one_that_failed(app: ScriptedApp, gateway: Servarr) -> None:
    app.always["/autotagging"] = Reply(404, "")
    raw = gateway.read()
    assert isinstance(raw["auto_tagging"], Lacking) and [kind for kind, each in raw.items() if isinstance(each, Unknown)] == ["auto_tagging"]
