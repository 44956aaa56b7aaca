# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of writes: whole objects as they were read, with nothing but the wanted values replaced."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_body import merged, new_body
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

from support.settings_sides import resource_of

if TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import Ref

RADARR = APPS["radarr"].resources
MASK = "********"
IDS = {"tag": {"kids": 3}, "custom_format": {"x265": 7, "HDR": 8}, "quality_profile": {"HD": 5}, "language": {"English": 1}, "download_client": {"q": 2}}


def id_of(ref: Ref, name: str) -> int:
    try:
        return IDS[ref.resource][name]
    except KeyError:
        raise LookupError(f"there is no {ref.resource} called {name}") from None


def quality(number: int, name: str, allowed: bool = True) -> dict[str, Any]:
    return {"quality": {"id": number, "name": name, "source": "tv"}, "items": [], "allowed": allowed}


PROFILE = {
    "id": 1,
    "name": "HD",
    "cutoff": 4,
    "items": [quality(1, "SDTV", False), quality(4, "HDTV-720p"), quality(3, "WEBDL-1080p"), quality(15, "WEBRip-1080p")],
    "formatItems": [{"format": 7, "name": "x265", "score": -10}, {"format": 9, "name": "old", "score": 5}],
    "language": {"id": -2, "name": "Original"},
}
FORMAT = {
    "id": 7,
    "name": "x265",
    "specifications": [
        {
            "name": "a.b",
            "implementation": "ReleaseTitleSpecification",
            "implementationName": "x",
            "negate": False,
            "required": True,
            "fields": [{"name": "value", "value": "1"}],
        },
        {"name": "a.b", "implementation": "SourceSpecification", "negate": False, "required": True, "fields": [{"name": "value", "value": 2}]},
    ],
}


def test_what_was_read_is_left_as_it_was() -> None:
    before = copy.deepcopy(PROFILE)
    merged(RADARR["quality_profile"], PROFILE, {"cutoff": "SDTV", "formatItems.x265": 50}, id_of)
    assert before == PROFILE


def test_unknown_properties_are_carried_and_computed_ones_are_not() -> None:
    answer = {"id": 1, "name": "n", "newInVersion9": {"a": 1}, "implementationName": "X", "supportsOnGrab": True, "message": {}, "fields": []}
    body = merged(RADARR["notification"], answer, {"onGrab": True}, id_of)
    assert body == {"id": 1, "name": "n", "newInVersion9": {"a": 1}, "fields": [], "onGrab": True}


def test_a_masked_field_goes_back_as_it_came_for_the_app_forgets_what_is_left_out() -> None:
    answer = {"id": 1, "fields": [{"name": "password", "value": MASK, "label": "l"}, {"name": "host", "value": "h"}]}
    body = merged(RADARR["download_client"], answer, {"fields.host": "gluetun"}, id_of)
    assert body["fields"] == [{"name": "password", "value": MASK}, {"name": "host", "value": "gluetun"}]
    body = merged(RADARR["download_client"], answer, {"fields.password": "new"}, id_of)
    assert MASK not in json.dumps(body)


@pytest.mark.parametrize("app", ["radarr", "sonarr", "lidarr", "prowlarr"])
def test_what_is_sent_keeps_the_secrets_that_the_recorded_apps_lost_and_kept(shared: Path, app: str) -> None:
    seen = 0
    for path in sorted((shared / "recordings" / app).glob("lifecycle__*.json")):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        steps = {each["step"]: each for each in recorded.get("steps", ()) if isinstance(each, dict)}
        kept, lost = steps.get("put_unchanged_with_mask"), steps.get("put_without_secret_field")
        if not kept or not lost:
            continue
        answer = kept["request"]["body"]
        (secret,) = [each["name"] for each in answer["fields"] if each.get("value") == MASK]
        assert kept["stored"][secret] and not lost["stored"].get(secret), "what the real app had stored afterwards"
        body = merged(resource_of(app, recorded["resource"]), answer, {}, id_of)
        assert {"name": secret, "value": MASK} in body["fields"], path.name
        seen += 1
    assert seen >= 3


def test_no_page_carries_a_mask_for_it_would_be_stored() -> None:
    assert MASK not in json.dumps(merged(RADARR["config_host"], {"id": 1, "apiKey": MASK, "port": 7878}, {"port": 7979}, id_of))


def test_names_become_ids_and_a_name_that_means_nothing_is_told() -> None:
    body = merged(RADARR["indexer"], {"id": 1, "fields": []}, {"tags": ["kids"], "downloadClientId": "any"}, id_of)
    assert (body["tags"], body["downloadClientId"]) == ([3], 0)
    with pytest.raises(LookupError, match="there is no download_client called gone"):
        merged(RADARR["indexer"], {"id": 1, "fields": []}, {"downloadClientId": "gone"}, id_of)


def test_a_new_password_is_told_twice() -> None:
    assert merged(RADARR["config_host"], {"id": 1}, {"password": "x"}, id_of)["passwordConfirmation"] == "x"
    assert "passwordConfirmation" not in merged(RADARR["config_host"], {"id": 1}, {"port": 1}, id_of)


def test_qualities_are_ordered_and_grouped_by_name_and_the_cutoff_may_be_a_new_group() -> None:
    items = [
        {"name": "WEB", "qualities": ["WEBDL-1080p", "WEBRip-1080p"], "allowed": True},
        {"name": "SDTV", "allowed": True},
        {"name": "HDTV-720p", "allowed": False},
    ]
    body = merged(RADARR["quality_profile"], PROFILE, {"cutoff": "WEB", "items": items}, id_of)
    group = body["items"][0]
    assert (group["name"], [each["quality"]["id"] for each in group["items"]]) == ("WEB", [3, 15])
    assert group["id"] >= 1000 and body["cutoff"] == group["id"]
    assert [(each["quality"]["name"], each["allowed"]) for each in body["items"][1:]] == [("SDTV", True), ("HDTV-720p", False)]


def test_an_existing_group_keeps_its_number() -> None:
    grouped = {**PROFILE, "items": [{"id": 1007, "name": "WEB", "items": [quality(3, "WEBDL-1080p")], "allowed": True}, quality(1, "SDTV")]}
    items = [{"name": "SDTV", "allowed": True}, {"name": "WEB", "qualities": ["WEBDL-1080p"], "allowed": True}]
    assert merged(RADARR["quality_profile"], grouped, {"items": items}, id_of)["items"][1]["id"] == 1007


def test_scores_are_set_by_name_and_those_that_git_does_not_have_count_nothing() -> None:
    body = merged(RADARR["quality_profile"], PROFILE, {"formatItems": ["HDR", "x265"], "formatItems.HDR": 50, "formatItems.x265": -99}, id_of)
    assert {each["name"]: each["score"] for each in body["formatItems"]} == {"x265": -99, "old": 0, "HDR": 50}
    assert {"format": 8, "name": "HDR", "score": 50} in body["formatItems"]


def test_conditions_of_one_name_are_told_apart_and_others_go() -> None:
    wanted = {
        "specifications": ["a.b#", "new"],
        "specifications.a.b#.fields.value": 6,
        "specifications.new.implementation": "SizeSpecification",
        "specifications.new.fields.min": 1,
    }
    body = merged(RADARR["custom_format"], FORMAT, wanted, id_of)
    first, second = body["specifications"]
    assert (first["implementation"], second["implementation"], second["fields"]) == ("SourceSpecification", "SizeSpecification", [{"name": "min", "value": 1}])


def test_a_condition_that_names_another_thing_gets_its_id() -> None:
    wanted = {"specifications.p.implementation": "QualityProfileSpecification", "specifications.p.fields.value": "HD"}
    body = merged(RADARR["auto_tagging"], {"name": "a", "specifications": []}, wanted, id_of)
    assert body["specifications"][0]["fields"] == [{"name": "value", "value": 5}]


def test_a_new_body_is_the_template_without_its_number_and_masks_and_with_empty_tags() -> None:
    template = {
        "id": 0,
        "implementation": "Deluge",
        "tags": [9],
        "infoLink": "x",
        "fields": [{"name": "password", "value": MASK, "label": "l"}, {"name": "port", "value": 8112}],
    }
    body = new_body(RADARR["download_client"], template, {"name": "Deluge"}, id_of)
    assert body == {"implementation": "Deluge", "tags": [], "fields": [{"name": "port", "value": 8112}], "name": "Deluge"}
