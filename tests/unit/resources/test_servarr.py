# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the five apps: complete, and true to the recorded answers."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import KINDS, PAIRS
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_shapes import COMPUTED
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import SettingsResource

from support.parts import CHECKOUT
from support.settings_audit import house
from support.settings_probes import APPS as NAMES

COUNTS = {"radarr": 25, "sonarr": 25, "lidarr": 25, "readarr": 25, "prowlarr": 12}
TYPES = {"str", "int", "float", "bool", "enum", "list", "set", "words", "object", "any"}
RECORDS = [pytest.param(record, id=f"{app}-{record.name}") for app in NAMES for record in APPS[app].resources.values()]


@pytest.mark.parametrize("app", NAMES)
def test_every_kind_of_every_app_has_a_record_that_knows_all_its_settings(shared: Path, app: str) -> None:
    contract = yaml.load((shared / "contracts" / "servarr_resources.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    kinds = {each["path"]: each for each in contract["apps"][app]["resources"].values()}
    records = {each.path: each for each in APPS[app].resources.values()}
    assert set(records) == set(kinds) and len(records) == COUNTS[app]
    for path, kind in kinds.items():
        record = records[path]
        unknown = {
            name
            for name in kind.get("properties") or {}
            if not (name in record.properties or name in COMPUTED or name in record.computed or name.startswith("supports") or record.static)
        }
        assert unknown == set(), path


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_holds_together(record: SettingsResource) -> None:
    assert set(record.properties.values()) <= TYPES
    named = {*record.refs, *record.nullable, *record.access, *record.bulk_effect, *record.needs_restart, *record.enabled_by}
    assert named <= set(record.properties)
    assert set(record.computed).isdisjoint(record.properties)
    assert {*record.key, *record.key_else} <= set(record.properties)
    assert all(each.kind in {*KINDS, *PAIRS} for each in (*record.fields, record.fallback))
    assert all(record.field(path).secret == "always" for path in record.secrets)
    assert not any(each.closed for each in record.fields)


@pytest.mark.parametrize("app", NAMES)
def test_references_go_to_kinds_that_are_written_before(app: str) -> None:
    for record in APPS[app].resources.values():
        for name, ref in record.refs.items():
            target = APPS[app].resources[ref.resource]
            # A release profile names indexers, and an indexer a client; tags are made with their first user.
            assert target.order < record.order or target.name == "tag", (record.name, name)


@pytest.mark.parametrize("app", NAMES)
def test_types_are_those_of_the_recorded_answers(shared: Path, app: str) -> None:
    kinds: dict[str, type | tuple[type, ...]] = {"str": str, "enum": str, "int": int, "float": (int, float), "bool": bool, "set": list, "words": list}
    for name, answers in house(shared, app).items():
        record = APPS[app].resources[name]
        for answer in [answers] if isinstance(answers, dict) else answers:
            for each, kind in record.properties.items():
                value: Any = answer.get(each)
                # References and qualities are ids in an answer, and names in the form that is declared.
                told = each in record.refs or each in {"quality_profile": ("cutoff", "language"), "quality_definition": ("quality",)}.get(record.shape, ())
                if value is not None and kind in kinds and not told:
                    assert isinstance(value, kinds[kind]), (name, each, value)


@pytest.mark.parametrize("app", NAMES)
def test_what_a_table_says_is_never_unset_is_in_every_recorded_answer(shared: Path, app: str) -> None:
    for name, answers in house(shared, app).items():
        record = APPS[app].resources[name]
        needed = {each for each, kind in record.properties.items() if kind in ("int", "float", "bool") and each not in record.nullable}
        for answer in [answers] if isinstance(answers, dict) else answers:
            assert needed - set(answer) <= {"position", "airDateRestriction", "airDateGracePeriod"}, name


def test_a_table_imports_no_table_of_another_app() -> None:
    folder = CHECKOUT / "plugins" / "module_utils" / "resources"
    for app in NAMES:
        tree = ast.parse((folder / f"servarr_{app}.py").read_text(encoding="utf-8"))
        wanted = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        wanted |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not any(other in " ".join(wanted) for other in NAMES if other != app)


def test_properties_that_cut_access_or_start_something_large_are_marked() -> None:
    host = APPS["radarr"].resources["config_host"]
    assert {"apiKey", "port", "urlBase", "bindAddress", "authenticationMethod", "username", "password"} <= set(host.access)
    assert APPS["sonarr"].resources["import_list"].bulk_effect == ("enableAutomaticAdd",)
    assert "recycleBin" in APPS["lidarr"].resources["config_media_management"].bulk_effect
    assert APPS["prowlarr"].resources["application"].bulk_effect == ("syncLevel",)


def test_what_an_app_forgets_cannot_be_declared(shared: Path) -> None:
    """The probes of which every value but the old one was ignored: what nobody can set is not among the properties."""
    recorded = json.loads((shared / "recordings" / "prowlarr" / "edit_map.json").read_text(encoding="utf-8"))["resources"]
    tags = recorded["downloadclient"]["QBittorrent"]["<top level>"]["tags"]
    assert {each["verdict"] for each in tags if each["sent"] not in ([], None)} <= {"ignored", "kept", "rejected"}
    assert "tags" not in APPS["prowlarr"].resources["download_client"].properties
