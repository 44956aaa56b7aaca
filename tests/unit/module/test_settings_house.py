# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Five real apps of one house: what ``servarr_settings_info`` exports of them is in sync when it is declared, and tells none of their secrets."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_export import known_export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import diff, plan_settings, told
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

if TYPE_CHECKING:
    from pathlib import Path

NAMES = sorted(APPS)


def answers(shared: Path, name: str) -> dict[str, Any]:
    """The recorded answers of an app by kind."""
    recorded = json.loads((shared / "fixtures" / "servarr_house" / name / "api.json").read_text())
    return {kind: recorded[resource.path] for kind, resource in APPS[name].resources.items() if resource.path in recorded}


def result(name: str, document: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    declared = read_declared(APPS[name], document, "", {}, "apps/x.yml", "homelab-apps")
    redactor = Redactor("k")
    planned = plan_settings(APPS[name], declared, raw, {}, redactor)
    return {**told(name, APPS[name], "1", declared, planned, redactor, {}), "diff": diff(redactor, name, planned)}


@pytest.mark.parametrize("name", NAMES)
def test_an_export_declared_is_in_sync(shared: Path, name: str) -> None:
    raw = answers(shared, name)
    assert len(raw) >= len(APPS[name].resources) - 2
    found = result(name, known_export(APPS[name], raw), raw)
    assert (found["verdict"], [each for each in found["findings"] if each["category"] == "drift"], found["unknown"]) == ("in_sync", [], 0)
    assert found["checked"] > 100
    # And one that looks: a port that a person changed.
    moved = copy.deepcopy(raw)
    moved["config_host"]["port"] += 1
    other = result(name, known_export(APPS[name], raw), moved)
    assert [(each["resource"], each["path"]) for each in other["findings"] if each["category"] == "drift"] == [("config_host", "port")]


@pytest.mark.parametrize("name", NAMES)
def test_an_audit_asks_each_app_at_most_28_times(name: str) -> None:
    assert len(APPS[name].resources) + 1 <= 28


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_of_the_house_is_in_an_export_or_a_difference(shared: Path, name: str) -> None:
    raw = answers(shared, name)
    listed = json.loads((shared / "fixtures" / "servarr_house" / "secrets.json").read_text())
    listed = listed if isinstance(listed, list) else listed["secrets"]
    secrets = {str(each["value"]) for each in listed if each["app"] == name}
    assert secrets and any(each in json.dumps(raw) for each in secrets)
    exported = known_export(APPS[name], raw)
    assert [each for each in secrets if each in json.dumps(exported)] == []
    changed = json.loads(json.dumps(raw).replace("http", "hxxp"))
    assert [each for each in secrets if each in json.dumps(result(name, exported, changed))] == []
