# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded preferences and categories of qBittorrent: each single edit is found, and what an edit of nothing is, is not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.qbittorrent import categories_of, preferences_of
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import plan_settings
from ansible_collections.homelab.media_center.plugins.module_utils.resources.qbittorrent import PASSWORD, PREFERENCES, QBITTORRENT, RENAMED, SEPARATORS

REDACTOR = Redactor("a key of this run")
SECRET = {"secret": True}
Place = tuple[str, str, str]


def recorded(shared: Path, name: str) -> dict[str, Any]:
    """The body of a recorded answer."""
    found: dict[str, Any] = json.loads((shared / "recordings" / "qbittorrent" / f"GET__api_v2_{name}.json").read_text(encoding="utf-8"))["response"]["body"]
    return found


@pytest.fixture(params=["app_preferences", "app_preferences__after"])
def preferences(request: pytest.FixtureRequest, shared: Path) -> dict[str, Any]:
    return recorded(shared, request.param)


def raw_of(preferences: Mapping[str, Any], categories: Mapping[str, Any]) -> dict[str, Any]:
    return {"preferences": preferences_of(preferences), "category": categories_of(categories)}


def found(document: Mapping[str, Any], raw: Mapping[str, Any]) -> list[Place]:
    """Where an audit sees a difference."""
    declared = read_declared(QBITTORRENT, document, "", {}, "apps/qbittorrent.yml", "homelab-apps")
    assert declared.faults == ()
    plan = plan_settings(QBITTORRENT, declared, raw, {}, REDACTOR).plan
    return sorted((change.resource, change.key, each.path) for change in plan.changes for each in (change.fields if change.action == "update" else ()))


def edits(preferences: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every preference with another value that the app could have."""
    for name, value in preferences.items():
        if isinstance(value, bool):
            yield name, not value
        elif isinstance(value, (int, float)):
            yield name, value + 1
        elif isinstance(value, str):
            yield name, f"10.1.0.0/16{SEPARATORS[name]}{value}" if name in SEPARATORS else value + "x"
        else:
            yield name, {"/data/watch": 1}


def test_every_edit_of_a_preference_is_found_and_nothing_else(preferences: dict[str, Any], shared: Path) -> None:
    categories = recorded(shared, "torrents_categories")
    document = export(QBITTORRENT, raw_of(preferences, categories), whole=True)
    assert found(document, raw_of(preferences, categories)) == []
    missed = {}
    total = 0
    for name, value in edits(preferences):
        total += 1
        seen = found(document, raw_of({**preferences, name: value}, categories))
        names = {name, RENAMED.get(name, name)} if name != "scan_dirs" else {"scan_dirs"}
        if seen != sorted(("preferences", "", each) for each in names):
            missed[name] = seen
    assert missed == {}
    assert total == 174


def test_every_edit_of_a_category_is_found(shared: Path) -> None:
    preferences, categories = recorded(shared, "app_preferences"), recorded(shared, "torrents_categories")
    document = export(QBITTORRENT, raw_of(preferences, categories))
    for path, values in {"savePath": ["", "/elsewhere"], "download_path": [False, "", "/data/incomplete"]}.items():
        for value in values:
            changed = {**categories, "radarr": {**categories["radarr"], path: value}}
            assert found(document, raw_of(preferences, changed)) == [("category", "radarr", path)]
    # Later versions say null where there is no path for unfinished downloads.
    assert found(document, raw_of(preferences, {**categories, "radarr": {**categories["radarr"], "download_path": None}})) == []
    assert found(document, raw_of(preferences, {**categories, "radarr": {**categories["radarr"], "savePath": "/data//torrents/complete/radarr/"}})) == []


def test_a_whole_export_tells_each_preference_and_no_secret(preferences: dict[str, Any]) -> None:
    known = {**preferences, "proxy_password": "canary-1", "add_trackers": "https://t.example/canary-2/announce", "autorun_program": "x canary-3"}
    told = export(QBITTORRENT, raw_of(known, {}), whole=True)["preferences"]
    assert set(told) == {*preferences, *RENAMED.values(), PASSWORD}
    assert [told[name] for name in (PASSWORD, "proxy_password", "add_trackers", "autorun_program")] == [SECRET] * 4
    assert "canary" not in json.dumps(told)


def test_the_key_that_newer_versions_show_is_never_told(preferences: dict[str, Any]) -> None:
    told = export(QBITTORRENT, raw_of({**preferences, "web_ui_api_key": "qbt_canary"}, {}), whole=True)
    assert "qbt_canary" not in json.dumps(told)


def test_a_file_of_an_older_version_fits_a_newer_one(preferences: dict[str, Any]) -> None:
    older = export(QBITTORRENT, raw_of(preferences, {}), whole=True)
    newer = {name: value for name, value in preferences.items() if name != "start_paused_enabled"}
    newer.update(add_stopped_enabled=preferences["start_paused_enabled"], app_instance_name="", max_inactive_seeding_time=-1)
    assert found(older, raw_of(newer, {})) == []


def test_the_table_knows_every_recorded_preference_with_its_type(preferences: dict[str, Any]) -> None:
    types = {"bool": bool, "int": int, "float": (int, float), "str": str, "lines": str, "subnets": str, "object": dict}
    told = {name: types.get(PREFERENCES.properties[name], object) for name in preferences}
    assert [name for name, value in preferences.items() if not isinstance(value, told[name])] == []
    named = {*PREFERENCES.secrets, *PREFERENCES.access, *PREFERENCES.bulk_effect, *PREFERENCES.limits, *PREFERENCES.exported, *PREFERENCES.pairs}
    assert named <= set(PREFERENCES.properties)
