# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Bazarr is sent for a value, and language profiles by name: both without an app."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import bazarr_profiles as profiles
from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr_form import notification_form, profiles_form, settings_form
from hypothesis import given
from hypothesis import strategies as st

RUNNING: dict[str, Any] = {
    "use_sonarr": False,
    "minimum_score": 90,
    "type": None,
    "subfolder": "current",
    "enabled_providers": ["podnapisi"],
    "path_mappings": [],
    "subzero_mods": ["remove_HI", "color(name=white)"],
    "port": "",
    "checker": {"blacklisted_providers": []},
}
LANGUAGES = ["de", "en", "no", "pt"]


def form(section: str = "general", **values: Any) -> list[tuple[str, str]]:
    return settings_form(section, RUNNING, {name.replace("__", "."): value for name, value in values.items()}, ("type", "port"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"use_sonarr": True}, [("settings-general-use_sonarr", "true")]),
        ({"use_sonarr": 0}, [("settings-general-use_sonarr", "false")]),
        ({"minimum_score": 85}, [("settings-general-minimum_score", "85")]),
        ({"minimum_score": "85"}, [("settings-general-minimum_score", "85")]),
        ({"type": None}, [("settings-general-type", "null")]),
        ({"subfolder": None}, [("settings-general-subfolder", "")]),
        ({"subfolder": ""}, [("settings-general-subfolder", "")]),
        ({"enabled_providers": ["a", "b"]}, [("settings-general-enabled_providers", "a"), ("settings-general-enabled_providers", "b")]),
        ({"enabled_providers": []}, [("settings-general-enabled_providers", "")]),
        (
            {"path_mappings": [["/tv", "/mnt/tv"], ["/a", "/b"]]},
            [("settings-general-path_mappings", "/tv,/mnt/tv"), ("settings-general-path_mappings", "/a,/b")],
        ),
        ({"path_mappings": []}, [("settings-general-path_mappings", "")]),
        ({"checker__blacklisted_providers": ["podnapisi"]}, [("settings-general-checker-blacklisted_providers", "podnapisi")]),
    ],
)
def test_each_type_has_its_spelling(values: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert form(**values) == expected


def test_a_port_that_is_not_set_is_an_empty_text() -> None:
    assert form("proxy", port=None) == [("settings-proxy-port", "")]
    assert form("proxy", port=1080) == [("settings-proxy-port", "1080")]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["remove_HI", "color(name=white)"], []),
        (["remove_HI", "OCR_fixes", "color(name=white)"], [("subzero-OCR_fixes", "true")]),
        (["color(name=white)"], [("subzero-remove_HI", "false")]),
        (["remove_HI"], [("subzero-color", "")]),
        (["remove_HI", "color(name=red)"], [("subzero-color", "color(name=red)")]),
    ],
)
def test_modifications_are_sent_as_changes(wanted: list[str], expected: list[tuple[str, str]]) -> None:
    """Trap: one that is on and sent as on would be stored twice."""
    assert form(subzero_mods=wanted) == expected


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"nosuchkey": 1}, "no setting nosuchkey in general: it would keep it for ever"),
        ({"checker__nosuch": []}, "no setting checker.nosuch"),
        ({"path_mappings": [["/a,b", "/c"]]}, "comma"),
        ({"path_mappings": ["/a"]}, "two paths"),
    ],
)
def test_what_a_form_cannot_say_is_refused(values: dict[str, Any], told: str) -> None:
    """Traps: a key that Bazarr does not know is kept for ever, a comma in a path cannot be expressed."""
    with pytest.raises(LookupError, match=told):
        form(**values)


def item(number: int, language: str, **marks: str) -> dict[str, Any]:
    return {"id": number, "language": language, "audio_exclude": "False", "hi": "False", "forced": "False", **marks}


def profile(*items: dict[str, Any], cutoff: Any = None, **more: Any) -> dict[str, Any]:
    told = {"profileId": 4, "name": "A", "cutoff": cutoff, "items": list(items), "mustContain": [], "mustNotContain": [], "originalFormat": None, "tag": None}
    return {**told, **more}


def test_languages_are_told_with_their_marks_and_the_cutoff_by_its_language() -> None:
    told = profiles.shaped(profile(item(3, "de"), item(1, "en", hi="True"), item(2, "de", forced="True", audio_exclude="True"), cutoff=1, originalFormat=0))
    assert (told["id"], told["items"], told["cutoff"], told["originalFormat"]) == (4, ["de", "en:hi", "de:audio_exclude:forced"], "en:hi", False)
    assert profiles.shaped(profile(item(1, "en"), cutoff=65535))["cutoff"] == "any"
    assert profiles.shaped(profile(item(1, "en"), cutoff=44))["cutoff"] == "#44"
    assert profiles.shaped(profile(item(1, "en"), item(2, "en"), cutoff=2))["cutoff"] == "en#2"
    assert "profileId" not in told


def test_numbers_of_a_profile_and_its_languages_are_kept() -> None:
    before = profile(item(3, "de"), item(1, "en", hi="True"), cutoff=3, nameOfANewerVersion=[1])
    after = profiles.changed(before, {"items": ["en:hi", "no", "de"]}, LANGUAGES)
    assert [(each["id"], each["language"]) for each in after["items"]] == [(1, "en"), (4, "no"), (3, "de")]
    assert (after["profileId"], after["cutoff"], after["nameOfANewerVersion"]) == (4, 3, [1])
    assert profiles.changed(before, {"cutoff": "en:hi", "originalFormat": False, "tag": "x"}, LANGUAGES) == {
        **before,
        "cutoff": 1,
        "originalFormat": 0,
        "tag": "x",
    }


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"items": ["zz"]}, "no language zz"),
        ({"items": ["English"]}, "no language English: it wants a code"),
        ({"items": [False]}, "put the code of a language into quotes"),
        ({"items": ["en:loud"]}, "loud is no mark"),
        ({"items": ["en"]}, "the cutoff de is none of the languages"),
        ({"cutoff": "en"}, "the cutoff en is none"),
    ],
)
def test_what_bazarr_would_take_and_never_find_is_refused(values: dict[str, Any], told: str) -> None:
    """Traps: an unknown language and an impossible cutoff are accepted."""
    with pytest.raises(LookupError, match=told):
        profiles.changed(profile(item(1, "de"), cutoff=1), values, LANGUAGES)


def test_a_new_profile_has_every_key() -> None:
    """Trap: a missing key is answered with 500."""
    made = profiles.new(7, {"name": "B", "items": ["en"]}, LANGUAGES)
    assert made == {**profile(item(1, "en")), "profileId": 7, "name": "B"}


MARKS = st.lists(st.sampled_from(["audio_exclude", "forced", "hi"]), unique=True)


@given(st.lists(st.tuples(st.sampled_from(LANGUAGES), MARKS), max_size=5), st.data())
def test_what_is_told_of_a_profile_makes_the_same_profile(languages: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    items = [item(number, language, **dict.fromkeys(marks, "True")) for number, (language, marks) in enumerate(languages, 1)]
    before = profile(*items, cutoff=data.draw(st.sampled_from([None, 65535, *(each["id"] for each in items)])))
    told = {name: value for name, value in profiles.shaped(before).items() if name != "id"}
    assert profiles.changed(before, told, LANGUAGES) == before
    assert profiles.shaped(profiles.new(4, told, LANGUAGES)) == profiles.shaped(before)


def test_recorded_profiles_are_posted_as_they_were_read(shared: Path) -> None:
    """Trap: the full list is posted, those that are left out are deleted."""
    read = json.loads((shared / "recordings" / "bazarr" / "GET__api_system_languages_profiles__two.json").read_text(encoding="utf-8"))["response"]["body"]
    assert [profiles.changed(each, {}, ["de", "en"]) for each in read] == read
    assert [(name, json.loads(text)) for name, text in profiles_form(read)] == [("languages-profiles", read)]


def test_a_notification_is_sent_whole() -> None:
    sent = notification_form({"name": "Discord", "enabled": True, "url": "discord://a/b", "more": 1})
    assert [(name, json.loads(text)) for name, text in sent] == [("notifications-providers", {"name": "Discord", "enabled": True, "url": "discord://a/b"})]
