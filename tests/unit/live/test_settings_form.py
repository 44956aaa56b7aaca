# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical form: names for ids, null for what is not set, and the things that are not named as one would think."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import NotComparable, State, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_body import merged, new_body
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import declared_state, export, is_synced, running_state, unused_tags
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import Ref

from support.settings_audit import audited
from support.settings_run import drift
from support.settings_sides import plan_of

RADARR, SONARR, LIDARR, READARR = (APPS[name] for name in ("radarr", "sonarr", "lidarr", "readarr"))
TAGS = [{"id": 1, "label": "anime"}, {"id": 2, "label": "kids"}]


def field(name: str, value: Any = None) -> dict[str, Any]:
    return {"name": name} if value is None else {"name": name, "value": value}


def client(**more: Any) -> dict[str, Any]:
    fields = [field("host", "gluetun"), field("port", 8080), field("urlBase"), field("password", "********")]
    base = {"id": 1, "name": "qBittorrent", "implementation": "QBittorrent", "enable": True, "priority": 1, "tags": [2, 1], "fields": fields}
    return {**base, "protocol": "torrent", "configContract": "QBittorrentSettings", "infoLink": "https://wiki", **more}


def delay(number: int, order: int, *tags: int) -> dict[str, Any]:
    return {"id": number, "order": order, "tags": list(tags), "usenetDelay": number, "preferredProtocol": "usenet"}


def differing(app: str, document: dict[str, Any], raw: dict[str, Any]) -> set[tuple[str, str, str]]:
    """What differs of the kinds that the document declares."""
    return {each for each in plan_of(APPS[app], declared_state(APPS[app], document), raw).differing() if each[0] in document}


def test_an_export_names_what_ids_stand_for_and_leaves_out_what_the_app_computes() -> None:
    assert export(RADARR, {"tag": TAGS, "download_client": [client()]}) == {
        "tag": [{"label": "anime"}, {"label": "kids"}],
        "download_client": [
            {
                "name": "qBittorrent", "implementation": "QBittorrent", "enable": True, "priority": 1, "tags": ["anime", "kids"],
                "fields": {"host": "gluetun", "password": {"secret": True}, "port": 8080, "urlBase": None},
            }
        ],
    }  # fmt: skip


def test_the_name_stands_first_and_the_rest_is_sorted() -> None:
    told = export(RADARR, {"tag": TAGS, "download_client": [client()]})["download_client"][0]
    assert list(told) == ["name", "implementation", "enable", "fields", "priority", "tags"]
    assert list(told["fields"]) == sorted(told["fields"])


def test_an_id_that_nothing_has_is_told_as_such() -> None:
    raw = {"tag": TAGS, "download_client": [client(tags=[99])]}
    document = export(RADARR, raw)
    assert document["download_client"][0]["tags"] == ["#99"]
    assert differing("radarr", document, raw) == set()


def test_a_list_of_names_that_failed_makes_what_refers_to_it_unknown() -> None:
    raw = {"tag": Unknown("HTTP 500"), "download_client": [client()]}
    state = running_state(RADARR, raw)
    assert isinstance(state.items[("download_client", "qBittorrent")].values["tags"], Unknown)
    assert set(state.unreadable) == {"tag"}
    assert export(RADARR, raw)["download_client"][0]["tags"] is None


def test_a_list_of_names_that_failed_hides_the_things_that_are_named_by_it() -> None:
    release = {"id": 1, "required": ["x"], "ignored": [], "indexerId": 3, "tags": []}
    whole = {"tag": TAGS, "delay_profile": [delay(1, 9), delay(2, 1, 1)], "indexer": [], "release_profile": [release, {**release, "id": 2, "indexerId": 0}]}
    document = export(LIDARR, whole)
    for failed, hidden, known in (("tag", "delay_profile", "default"), ("indexer", "release_profile", "x |  | any | ")):
        raw = {**whole, failed: Unknown("HTTP 500", "look")}
        state = running_state(LIDARR, raw)
        assert [key for name, key in state.items if name == hidden] == [known]
        assert (set(state.unreadable), state.unreadable[hidden].remedy) == ({failed, hidden}, "look")
        assert failed in state.unreadable[hidden].reason
        told = audited("lidarr", {"managed": ["delay_profile", "release_profile", "tag", "indexer"], **document}, raw)
        assert (told["verdict"], drift(told)) == ("unknown", [])
        assert len(export(LIDARR, raw)[hidden]) == 1, "a thing without a name would be declared as another one"


def test_a_field_that_was_set_by_hand_is_found_although_it_had_no_value() -> None:
    before, after = client(), client()
    after["fields"] = [field("urlBase", "/qb") if each["name"] == "urlBase" else each for each in after["fields"]]
    document = export(RADARR, {"tag": TAGS, "download_client": [before]})
    assert differing("radarr", document, {"tag": TAGS, "download_client": [after]}) == {("download_client", "qBittorrent", "fields.urlBase")}


def test_an_empty_text_that_a_person_writes_is_satisfied_by_no_value() -> None:
    document = {"download_client": [{"name": "qBittorrent", "fields": {"urlBase": "", "host": "gluetun"}}]}
    assert differing("radarr", document, {"tag": TAGS, "download_client": [client()]}) == set()


@pytest.mark.parametrize("spelled", ["qBittorrent", "QBITTORRENT", "qbittorrent"])
def test_names_of_providers_have_no_case(spelled: str) -> None:
    document = {"download_client": [{"name": spelled, "priority": 1}]}
    raw = {"tag": TAGS, "download_client": [client()]}
    # The thing is the same one; how its name is spelled is a setting of it.
    assert {path for dummy, dummy_key, path in differing("radarr", document, raw)} <= {"name"}
    assert differing("radarr", {"custom_format": [{"name": "CF"}]}, {"custom_format": [{"id": 1, "name": "cf", "specifications": []}]}) == {
        ("custom_format", "CF", ""),
        ("custom_format", "cf", ""),
    }


def test_two_things_of_one_name_are_unknown_and_two_of_the_same_are_one() -> None:
    profiles = [{"id": 1, "name": "A", "enabled": True, "required": ["x"], "ignored": [], "indexerId": 0, "tags": []}]
    profiles.append({**profiles[0], "id": 2})
    assert len(export(SONARR, {"release_profile": profiles})["release_profile"]) == 1
    assert running_state(SONARR, {"release_profile": profiles}).items[("release_profile", "A")].values["enabled"] is True
    profiles[1]["enabled"] = False
    values = running_state(SONARR, {"release_profile": profiles}).items[("release_profile", "A")].values
    assert all(isinstance(each, Unknown) and "two of them called A" in each.reason for each in values.values())


def test_a_release_profile_without_a_name_is_known_by_its_words() -> None:
    raw = {"release_profile": [{"id": 1, "enabled": True, "required": ["web", "dl"], "ignored": [], "indexerId": 0, "tags": []}]}
    for app in (SONARR, LIDARR):
        assert set(running_state(app, raw).items) == {("release_profile", "dl,web |  | any | ")}
        document = export(app, raw)
        raw["release_profile"][0]["required"].reverse()
        assert differing(app.name, document, raw) == set()
    assert audited("sonarr", export(SONARR, raw), raw)["findings"] == []


def test_words_may_be_one_text_with_commas() -> None:
    raw = {"release_profile": [{"id": 1, "name": "A", "enabled": True, "required": ["a", "b"], "ignored": [], "indexerId": 0, "tags": []}]}
    assert differing("radarr", {"release_profile": [{"name": "A", "required": "b, a", "ignored": ""}]}, raw) == set()
    assert differing("radarr", {"release_profile": [{"name": "A", "required": "b", "ignored": ""}]}, raw) == {("release_profile", "A", "required")}


def test_a_restriction_is_told_by_the_indexer_it_is_for() -> None:
    raw = {
        "tag": TAGS,
        "indexer": [{"id": 7, "name": "Nyaa", "implementation": "Nyaa", "tags": [], "fields": []}],
        "release_profile": [{"id": 1, "name": "A", "enabled": True, "required": ["a"], "ignored": [], "indexerId": 7, "tags": []}],
    }
    assert export(RADARR, raw)["release_profile"][0]["indexerId"] == "Nyaa"
    raw["release_profile"][0]["indexerId"] = 0
    assert export(RADARR, raw)["release_profile"][0]["indexerId"] == "any"


def test_delay_profiles_are_compared_by_their_order_and_not_by_their_numbers() -> None:
    raw = {"tag": TAGS, "delay_profile": [delay(1, 2147483647), delay(2, 1, 1), delay(3, 2, 2)]}
    document = export(RADARR, raw)
    assert [(each["tags"], each.get("position")) for each in document["delay_profile"]] == [(["anime"], 1), ([], None), (["kids"], 2)]
    # One was removed in between, so a number is missing.
    assert differing("radarr", document, {**raw, "delay_profile": [delay(1, 2147483647), delay(2, 3, 1), delay(3, 7, 2)]}) == set()
    turned = {**raw, "delay_profile": [delay(1, 2147483647), delay(2, 9, 1), delay(3, 4, 2)]}
    assert differing("radarr", document, turned) == {("delay_profile", "anime", "position"), ("delay_profile", "kids", "position")}


def test_a_delay_profile_that_git_does_not_know_moves_no_other() -> None:
    raw = {"tag": TAGS, "delay_profile": [delay(1, 2147483647), delay(2, 1, 1), delay(3, 2, 2)]}
    document = export(RADARR, raw)
    more = {**raw, "delay_profile": [*raw["delay_profile"], delay(4, 0, 1, 2)]}
    assert differing("radarr", document, more) == {("delay_profile", "anime,kids", "")}


CONDITIONS = [
    {"name": "profile", "implementation": "QualityProfileSpecification", "negate": False, "required": True, "fields": [field("value", 4)]},
    {"name": "tag", "implementation": "TagSpecification", "negate": False, "required": True, "fields": [field("value", 2)]},
    {"name": "folder", "implementation": "RootFolderSpecification", "negate": False, "required": True, "fields": [field("value", "/data/kids")]},
]


def test_conditions_of_auto_tags_refer_by_name() -> None:
    raw = {
        "tag": TAGS, "quality_profile": [{"id": 4, "name": "HD", "items": [], "formatItems": []}],
        "auto_tagging": [{"id": 1, "name": "auto", "tags": [1], "specifications": CONDITIONS}],
    }  # fmt: skip
    told = export(RADARR, raw)["auto_tagging"][0]["specifications"]
    assert {name: each["fields"]["value"] for name, each in told.items()} == {"profile": "HD", "tag": "kids", "folder": "/data/kids"}


def test_metadata_profiles_of_conditions_are_named_too() -> None:
    condition = {"name": "m", "implementation": "MetadataProfileSpecification", "negate": False, "required": False, "fields": [field("value", 3)]}
    raw = {"metadata_profile": [{"id": 3, "name": "Albums"}], "auto_tagging": [{"id": 1, "name": "a", "tags": [], "specifications": [condition]}]}
    assert export(LIDARR, raw)["auto_tagging"][0]["specifications"]["m"]["fields"]["value"] == "Albums"


def formats(*names: str) -> list[dict[str, Any]]:
    flags = {"implementation": "ReleaseTitleSpecification", "negate": False, "required": False}
    return [{"id": 1, "name": "x", "specifications": [{"name": name, **flags, "fields": [field("value", name)]} for name in names]}]


def test_a_condition_that_was_added_or_removed_by_hand_is_found() -> None:
    document = export(RADARR, {"custom_format": formats("a", "b")})
    assert differing("radarr", document, {"custom_format": formats("b", "a")}) == set()
    assert differing("radarr", document, {"custom_format": formats("a", "b", "c")}) == {("custom_format", "x", "specifications")}
    gone = {path for dummy, dummy_key, path in differing("radarr", document, {"custom_format": formats("a")})}
    assert gone == {f"specifications.b.{each}" for each in ("implementation", "negate", "required", "fields.value")}
    assert differing("radarr", {"custom_format": [{"name": "x"}]}, {"custom_format": formats("a", "b", "c")}) == set()


def test_a_body_holds_the_conditions_that_git_declares_and_no_other() -> None:
    resource = RADARR.resources["custom_format"]
    wanted = declared_state(RADARR, export(RADARR, {"custom_format": formats("b", "c")})).items[("custom_format", "x")].values
    body = merged(resource, formats("a", "b")[0], wanted, no_id)
    assert sorted(each["name"] for each in body["specifications"]) == ["b", "c"]
    assert sorted(each["name"] for each in new_body(resource, {}, wanted, no_id)["specifications"]) == ["b", "c"]


def profile(**scores: int) -> list[dict[str, Any]]:
    items = [{"quality": {"id": 1, "name": "SDTV"}, "items": [], "allowed": True}]
    told = [{"format": number, "name": name, "score": score} for number, (name, score) in enumerate(scores.items(), 1)]
    return [{"id": 1, "name": "HD", "cutoff": 1, "items": items, "formatItems": told}]


def test_a_format_that_is_not_named_has_no_score() -> None:
    document = export(RADARR, {"quality_profile": profile(x265=-100, hdr=0)})
    assert document["quality_profile"][0]["formatItems"] == {"x265": -100}
    assert differing("radarr", document, {"quality_profile": profile(x265=-100, hdr=0, new=0)}) == set()
    assert differing("radarr", document, {"quality_profile": profile(x265=-100, hdr=5)}) == {("quality_profile", "HD", "formatItems")}
    assert differing("radarr", document, {"quality_profile": profile(x265=0)}) == {("quality_profile", "HD", "formatItems.x265")}
    assert differing("radarr", document, {"quality_profile": profile()}) == {("quality_profile", "HD", "formatItems.x265")}
    assert differing("radarr", {"quality_profile": [{"name": "HD", "cutoff": "SDTV"}]}, {"quality_profile": profile(x265=7)}) == set()


def test_a_body_gives_no_score_to_a_format_that_git_does_not_name() -> None:
    resource = RADARR.resources["quality_profile"]
    body = merged(resource, profile(x265=0, hdr=5)[0], {"formatItems": ["x265"], "formatItems.x265": -100}, no_id)
    assert {each["name"]: each["score"] for each in body["formatItems"]} == {"x265": -100, "hdr": 0}


def no_id(ref: Ref, name: str) -> int:
    raise LookupError(f"{ref.resource} {name}")


def synced(shared: Path) -> dict[str, Any]:
    recorded = json.loads((shared / "recordings" / "prowlarr" / "appsync__radarr_indexer_full.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = recorded["body"][0]
    return found


def test_what_prowlarr_made_is_known_by_its_address_and_not_by_its_name(shared: Path) -> None:
    indexer = RADARR.resources["indexer"]
    made = synced(shared)
    assert is_synced(RADARR, indexer, made)
    assert is_synced(RADARR, indexer, {**made, "name": "renamed by hand"})
    own = [field("baseUrl", "https://tracker.example/torznab/"), field("apiPath", "/api")]
    assert not is_synced(RADARR, indexer, {**made, "fields": own})
    other = [field("baseUrl", "https://tracker.example/5/"), field("apiPath", "/torznab")]
    assert not is_synced(RADARR, indexer, {**made, "fields": other})
    assert not is_synced(APPS["prowlarr"], APPS["prowlarr"].resources["indexer"], made)


@pytest.mark.parametrize("path", ["http://prowlarr:9696/5/", "http://127.0.0.1/prowlarr/12", "https://p.lan/5/api", "http://prowlarr:9696/999/"])
def test_every_address_that_prowlarr_writes(shared: Path, path: str) -> None:
    made = synced(shared)
    fields = [{**each, "value": path} if each["name"] == "baseUrl" else each for each in made["fields"]]
    assert is_synced(RADARR, RADARR.resources["indexer"], {**made, "fields": fields})


def test_an_indexer_of_prowlarr_is_left_to_it_but_for_what_it_leaves_alone(shared: Path) -> None:
    made = {**synced(shared), "tags": [1]}
    raw = {"tag": TAGS, "download_client": [client()], "indexer": [made]}
    assert "indexer" not in export(RADARR, raw)
    assert not any(name == "indexer" for name, dummy in running_state(RADARR, raw).items)
    name = made["name"]
    document = {"indexer": [{"name": name, "priority": 1, "tags": ["anime"], "downloadClientId": "any", "fields": {"baseUrl": "http://elsewhere"}}]}
    plan = plan_of(RADARR, declared_state(RADARR, document), raw)
    assert "indexer" not in {resource for resource, dummy, dummy_path in plan.differing()}
    assert {each.path for each in plan.gaps} == {"name", "priority", "fields.baseUrl"}
    document["indexer"][0]["tags"] = ["kids"]
    assert ("indexer", name, "tags") in differing("radarr", document, raw)


def test_what_a_newer_version_says_is_carried_and_compared_as_it_is() -> None:
    page = {"id": 1, "firstDayOfWeek": 0, "theme": "auto", "newSwitch": True, "newNames": ["a"], "newThing": {"a": 1}}
    told = export(RADARR, {"config_ui": page})["config_ui"]
    assert told == {"firstDayOfWeek": 0, "newNames": ["a"], "newSwitch": True, "theme": "auto"}
    assert differing("radarr", {"config_ui": told}, {"config_ui": {**page, "newSwitch": False}}) == {("config_ui", "", "newSwitch")}
    assert differing("radarr", {"config_ui": {"theme": 99}}, {"config_ui": {**page, "theme": 99}}) == set()


def test_a_path_is_one_thing_with_and_without_a_slash_at_its_end() -> None:
    raw = {"root_folder": [{"id": 1, "path": "/data/books/", "name": "Books", "accessible": True, "freeSpace": 1}]}
    assert differing("readarr", {"root_folder": [{"path": "/data/books", "name": "Books"}]}, raw) == set()


def test_tags_that_nothing_uses() -> None:
    document = {
        "tag": [{"label": "used"}, {"label": "asked"}, {"label": "Idle"}],
        "download_client": [{"name": "a", "tags": ["Used"]}],
        "auto_tagging": [{"name": "b", "specifications": {"c": {"fields": {"value": "asked"}}}}],
    }
    assert unused_tags(RADARR, declared_state(RADARR, document)) == {"Idle"}
    assert unused_tags(RADARR, State({})) == frozenset()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"download_client": [{"name": "qBittorrent", "fields": {"prot": 1}}]}, "fields.prot is declared, and Radarr 1.0 does not have it; is port meant?"),
        ({"config_ui": {"theem": "dark"}}, "has no setting theem; is theme meant?"),
        ({"config_ui": {"entirelyNew": True}}, "config_ui.entirelyNew is declared, and Radarr 1.0 does not have it"),
        ({"download_client": [{"name": "qBittorrent", "protocol": "usenet"}]}, "download_client.protocol is the app's own and cannot be set"),
        ({"download_client": [{"name": "qBittorrent", "priority": "high"}]}, "download_client.priority has to be a whole number"),
        ({"download_client": [{"name": "qBittorrent", "fields": {"port": "eighty"}}]}, "fields.port has to be a number"),
        ({"downlod_client": []}, "downlod_client is no kind of Radarr; is download_client meant?"),
    ],
)
def test_a_slip_of_the_pen_is_named(document: dict[str, Any], message: str) -> None:
    raw = {"tag": TAGS, "download_client": [client()], "config_ui": {"id": 1, "theme": "auto", "firstDayOfWeek": 0}}
    assert message in json.dumps([each["message"] for each in audited("radarr", document, raw)["findings"]])


def test_a_secret_to_keep_is_counted_and_not_compared() -> None:
    raw = {"tag": TAGS, "download_client": [client()]}
    state = declared_state(RADARR, export(RADARR, raw))
    assert isinstance(state.items[("download_client", "qBittorrent")].values["fields.password"], NotComparable)
    assert plan_of(RADARR, state, raw).coverage.not_comparable == 1
    assert drift(audited("radarr", export(RADARR, raw), raw)) == []
