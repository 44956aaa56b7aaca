# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the real apps between which nobody edited anything: nothing is found, and beside each silence one edit is."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from support.settings_audit import answers, audited, exported, house
from support.settings_probes import APPS
from support.settings_run import drift
from support.settings_sides import raw_of, resource_of

UPGRADES = [("radarr", "5.28.0.10274", "6.1.0.10300"), ("sonarr", "4.0.9.2513", "4.0.19.2979"), ("prowlarr", "1.37.0.5076", "2.3.5.5327")]
#: Recorded answers of one app before and after a restart or its daily clean-up, by the path of what was read.
RESTARTS = [
    ("sonarr", "config/naming", "GET__config_naming__after_id_7", "GET__config_naming__after_restart"),
    ("radarr", "metadata", "GET__metadata__fresh", "GET__metadata__all_deleted_after_restart_rows_are_back"),
    (
        "radarr", "downloadclient", "GET__downloadclient__after_delete_of_unknown_implementation",
        "GET__downloadclient__after_restart_unknown_implementation_is_cleaned",
    ),
]  # fmt: skip


def edited(raw: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, str, str]]:
    """The answers after one edit by hand, and where that is to be found."""
    changed = copy.deepcopy(raw)
    changed["config_ui"]["theme"] = "another"
    return changed, ("config_ui", "", "theme")


@pytest.mark.parametrize("app", APPS)
def test_a_house_is_in_sync_with_its_export(shared: Path, app: str) -> None:
    raw = house(shared, app)
    result = audited(app, exported(app, raw), raw)
    assert (result["verdict"], result["findings"], result["diff"]) == ("in_sync", [], {"before": "", "after": ""})
    assert result["checked"] > 150
    assert result["unknown"] == 0


@pytest.mark.parametrize("app", APPS)
def test_one_edit_of_a_house_is_found(shared: Path, app: str) -> None:
    raw = house(shared, app)
    changed, place = edited(raw)
    result = audited(app, exported(app, raw), changed)
    assert (result["verdict"], drift(result)) == ("drift", [place])


@pytest.mark.parametrize(("app", "old", "new"), UPGRADES)
def test_an_upgrade_is_no_drift(shared: Path, app: str, old: str, new: str) -> None:
    folder = shared / "fixtures" / "servarr_upgrade" / app
    before, after = (raw_of(app, answers(folder / f"{version}.json")) for version in (old, new))
    document = exported(app, before)
    result = audited(app, document, after, new)
    assert (result["verdict"], drift(result), result["diff"]["after"]) == ("in_sync", [], "")
    told = [each for each in result["findings"] if each["code"] == "setting_unknown_to_app"]
    assert len(told) == len(result["findings"]) == {"sonarr": 3}.get(app, 0)
    for each in told:
        assert each["path"].startswith("fields.") and each["path"] in each["message"] and new in each["message"]
        assert each["severity"] == "info"
    changed, place = edited(after)
    assert drift(audited(app, document, changed, new)) == [place]


def test_a_field_that_an_upgrade_brought_is_compared_once_it_is_declared(shared: Path) -> None:
    folder = shared / "fixtures" / "servarr_upgrade" / "sonarr"
    raw = raw_of("sonarr", answers(folder / "4.0.19.2979.json"))
    document = exported("sonarr", raw_of("sonarr", answers(folder / "4.0.9.2513.json")))
    indexer = document["indexer"][0]
    assert "failDownloads" not in indexer["fields"]
    indexer["fields"]["failDownloads"] = [1]
    assert drift(audited("sonarr", document, raw)) == [("indexer", indexer["name"], "fields.failDownloads")]


def recorded(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["response"]["body"]


@pytest.mark.parametrize(("app", "path", "before", "after"), RESTARTS)
def test_a_restart_is_no_drift(shared: Path, app: str, path: str, before: str, after: str) -> None:
    folder, name = shared / "recordings" / app, resource_of(app, path).name
    document = exported(app, {name: recorded(folder, before)})
    result = audited(app, document, {name: recorded(folder, after)})
    assert (result["verdict"], result["findings"]) == ("in_sync", [])
    control = audited(app, document, {name: recorded(folder, {"config/naming": "GET__config_naming__after_colon_6"}.get(path, before))})
    assert bool(drift(control)) == (path == "config/naming")


@pytest.mark.parametrize("app", APPS)
def test_an_unchanged_object_that_was_sent_back_is_no_drift(shared: Path, app: str) -> None:
    seen = 0
    for path in sorted((shared / "recordings" / app).glob("lifecycle__*.json")):
        steps = {step["step"]: step for step in json.loads(path.read_text(encoding="utf-8")).get("steps", [])}
        before, after = steps.get("get", steps.get("get_by_id")), steps.get("put_unchanged")
        if not before or not after or before["response"]["status"] != 200 or not isinstance(after["response"]["body"], dict):
            continue
        if after["response"]["status"] != 202 or isinstance(after["response"]["body"].get("items"), str):
            continue
        resource = resource_of(app, path.stem.partition("__")[2].replace("config_", "config/"))
        old, new = (each["response"]["body"] if resource.singleton else [each["response"]["body"]] for each in (before, after))
        assert audited(app, exported(app, {resource.name: old}), {resource.name: new})["findings"] == [], resource.name
        seen += 1
    assert seen >= 11


@pytest.mark.parametrize("app", ["lidarr", "readarr"])
def test_a_tag_that_the_app_cleaned_away_because_nothing_used_it_is_information(shared: Path, app: str) -> None:
    folder = shared / "recordings" / app
    before, after = (recorded(folder, f"GET__tag__{when}_housekeeping") for when in ("before", "after"))
    document = exported(app, {"tag": before})
    result = audited(app, document, {"tag": after})
    gone = {each["label"] for each in before} - {each["label"] for each in after}
    assert gone and result["verdict"] == "in_sync"
    assert {each["key"] for each in result["findings"]} == gone
    used = {**document, "delay_profile": [{"tags": sorted(gone)}]}
    needed = audited(app, used, {"tag": after})
    assert {each["severity"] for each in needed["findings"] if each["resource"] == "tag"} == {"medium"}


def test_sonarr_5_with_the_settings_of_sonarr_4(shared: Path) -> None:
    folder = shared / "recordings" / "sonarr"
    kinds = {"quality_definition": "qualitydefinition", "quality_profile": "qualityprofile"}
    old = {name: recorded(folder, f"GET__{path}__fresh") for name, path in kinds.items()}
    new = {name: recorded(folder / "v5", f"GET__{path}__api_v3") for name, path in kinds.items()}
    document = exported("sonarr", old)
    result = audited("sonarr", document, new, "5.0.0.0")
    assert {path for dummy, dummy_key, path in drift(result)} <= {"", "formatItems"}
    assert {each["path"] for each in result["findings"] if each["code"] == "setting_unknown_to_app"} == {"minSize", "maxSize", "preferredSize"}
    assert audited("sonarr", exported("sonarr", new), new)["findings"] == []
    grown = copy.deepcopy(new)
    entry = next(each for each in grown["quality_profile"][0]["items"] if each.get("maxSize"))
    entry["maxSize"] += 1
    profile, quality = grown["quality_profile"][0]["name"], entry["quality"]["name"]
    assert drift(audited("sonarr", exported("sonarr", new), grown)) == [("quality_profile", profile, f"sizes.{quality}.maxSize")]
