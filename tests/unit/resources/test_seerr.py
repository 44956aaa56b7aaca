# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of Overseerr, Jellyseerr and Seerr, held to what was recorded, and what ``seerr_settings`` refuses because of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.gateways import GATEWAYS
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.resources.seerr import AGENTS, APPS, NOT_IN, OPTIONS
from ansible_collections.homelab.media_center.plugins.modules import seerr_settings, seerr_settings_info

SECRET = {"apiKey", "webhookUrl", "authPass", "pgpPrivateKey", "pgpPassword", "token", "password", "accessToken", "userToken", "botAPI", "authHeader"}


def recorded(shared: Path, app: str, name: str) -> Any:
    return json.loads((shared / "recordings" / app / f"GET__{name}.json").read_text(encoding="utf-8"))["response"]


@pytest.mark.parametrize("app", ["seerr", "overseerr"])
def test_the_pages_have_the_properties_that_were_recorded(shared: Path, app: str) -> None:
    for kind in ("main", "network", "tautulli"):
        if kind in APPS[app].resources:
            told = recorded(shared, app, f"settings_{kind}")["body"]
            assert set(told) <= set(APPS[app].resources[kind].properties), kind
            assert kind == "tautulli" or set(told) == set(APPS[app].resources[kind].properties), kind
    server = recorded(shared, app, "settings_radarr__one")["body"][0]
    assert set(server) - {"id"} == set(APPS[app].resources["radarr_server"].properties)


@pytest.mark.parametrize("app", ["seerr", "overseerr"])
def test_the_agents_are_those_of_the_app_with_their_options(shared: Path, app: str) -> None:
    for agent in {each for agents in AGENTS.values() for each in agents}:
        told = recorded(shared, app, f"settings_notifications_{agent}")
        assert (told["status"] == 200) is (agent in AGENTS[app])
        if told["status"] == 200:
            known = {each for each in OPTIONS[agent] if f"{agent}.{each}" not in NOT_IN[app]}
            assert set(told["body"]["options"]) <= known
            assert set(told["body"]) <= {"enabled", *APPS[app].resources["notification"].properties}


def test_every_secret_of_the_answers_is_one_in_the_tables() -> None:
    for app in APPS.values():
        assert app.resources["main"].secrets == ("apiKey",)
        assert app.resources["radarr_server"].field("apiKey").secret == app.resources["sonarr_server"].field("apiKey").secret == "always"
        assert app.resources["tautulli"].field("apiKey").secret == "always"
        table = app.resources["notification"]
        options = {each for agent in AGENTS[app.name] for each in OPTIONS[agent]}
        assert {each for each in options if table.field("options." + each).secret == "always"} == options & SECRET
    assert APPS["seerr"].resources["network"].field("proxy.password").secret == "always"


def test_what_cuts_access_stands_in_its_column() -> None:
    """The key, the ways to sign in and what a user may do."""
    for app in APPS.values():
        assert {"apiKey", "localLogin", "newPlexLogin", "defaultPermissions"} <= set(app.resources["main"].access)
        assert app.resources["user"].access == ("permissions",)
        assert "csrfProtection" in app.resources.get("network", app.resources["main"]).access


def test_the_modules_serve_the_three_apps_and_no_other(shared: Path) -> None:
    for module in (seerr_settings, seerr_settings_info):
        assert "choices: [jellyseerr, overseerr, seerr]" in module.DOCUMENTATION
    assert {name for name, (app, dummy) in GATEWAYS.items() if APPS.get(name) is app} == {"jellyseerr", "overseerr", "seerr"}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"metadata_provider": {"tv": "nope"}}, "metadata_provider.tv cannot be nope: tmdb, tvdb"),
        ({"radarr_server": [{"name": "Radarr", "minimumAvailability": "relased"}]}, "cannot be relased: announced, inCinemas, released"),
        ({"main": {"defaultPermissions": ["ADMINISTRATOR"]}}, "cannot be ADMINISTRATOR"),
        ({"notification": [{"agent": "discord", "types": ["MEDIA_READY"]}]}, "cannot be MEDIA_READY"),
        ({"main": {"defaultPermissions": 32}}, "has to be a list"),
        ({"radarr_server": [{"hostname": "radarr"}]}, "a radarr_server needs name"),
        ({"override_rule": [{"radarrServiceId": 0}]}, "has to be a text"),
        ({"radar_server": [{"name": "Radarr"}]}, "is radarr_server meant?"),
        ({"plex": {"machineId": "x"}}, "is the app's own and cannot be set"),
    ],
    ids=str,
)
def test_a_file_that_the_app_would_take_and_never_work_with_is_wrong(document: dict[str, Any], told: str) -> None:
    """Trap: Seerr accepts a bad metadata provider, any word for the availability, and keeps every setting that it does not know."""
    faults = read_declared(APPS["seerr"], document, "", {}, "apps/seerr.yml", "homelab-apps").faults
    assert len(faults) == 1 and told in faults[0]


def test_a_rule_names_only_what_it_goes_by() -> None:
    document = {"override_rule": [{"radarrServiceId": "Radarr", "users": ["sam@example.invalid"], "profileId": 4}]}
    declared = read_declared(APPS["seerr"], document, "", {}, "apps/seerr.yml", "homelab-apps")
    assert declared.faults == ()
    assert list(declared.state.items) == [("override_rule", "Radarr |  | sam@example.invalid |  |  | ")]
