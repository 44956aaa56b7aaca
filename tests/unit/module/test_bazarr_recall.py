# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every value of recorded answers of Bazarr is edited by itself, and the audit finds that one and nothing else. Without the lab."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr import LANGUAGES, PROFILES, SETTINGS, Bazarr
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_export import known_export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import plan_settings, told
from ansible_collections.homelab.media_center.plugins.module_utils.resources.bazarr import BAZARR

REDACTOR = Redactor("a key of this run")
_Way = tuple[Any, ...]


class Answering:
    """A session whose answers are given."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers

    def get_all(self, paths: Mapping[str, str]) -> dict[str, Any]:
        return {name: copy.deepcopy(self.answers[name]) for name in paths}


def raw_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    session: Any = Answering(answers)
    return Bazarr(BAZARR, session).read()


def drift(document: Mapping[str, Any], answers: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    declared = read_declared(BAZARR, document, "", {}, "apps/bazarr.yml", "homelab-apps")
    assert declared.faults == ()
    result = told("bazarr", BAZARR, "1.5.2", declared, plan_settings(BAZARR, declared, raw_of(answers), {}, REDACTOR), REDACTOR, {})
    return [(each["resource"], each["key"], each["path"]) for each in result["findings"] if each["category"] == "drift"]


@pytest.fixture(scope="module")
def answers(shared: Path) -> dict[str, Any]:
    """The configured instance, with two profiles, two languages and a notification."""
    folder = shared / "recordings" / "bazarr"

    def body(name: str) -> Any:
        return json.loads((folder / f"GET__api_system_{name}.json").read_text(encoding="utf-8"))["response"]["body"]

    found = {SETTINGS: body("settings__configured"), LANGUAGES: body("languages"), PROFILES: body("languages_profiles__two")}
    for language in found[LANGUAGES]:
        language["enabled"] = language["code2"] in ("de", "en")
    next(each for each in found[SETTINGS]["notifications"]["providers"] if each["name"] == "Discord").update(enabled=True, url="discord://id/token")
    return found


@pytest.fixture(scope="module")
def document(answers: dict[str, Any]) -> dict[str, Any]:
    """The export as a vault would complete it."""
    raw = raw_of(answers)
    found = copy.deepcopy(known_export(BAZARR, raw, whole=True))
    for kind, told_of in found.items():
        for thing in told_of if isinstance(told_of, list) else [told_of]:
            for name in [each for each, value in thing.items() if value == {"secret": True}]:
                live = raw[kind] if isinstance(raw[kind], dict) else next(each for each in raw[kind] if each["name"] == thing["name"])
                thing[name] = live[name]
    return {"managed": list(BAZARR.resources), **found}


def another(value: Any, path: str) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [*value, ["/a", "/b"] if "path_mappings" in path else "another"]
    return f"{value or ''}other"


def edits(answers: Mapping[str, Any]) -> Iterator[tuple[_Way, Any, tuple[str, str, str]]]:
    """The way to each value, its new one, and what is to be found."""
    for section, values in answers[SETTINGS].items():
        for key, value in values.items() if section != "notifications" else ():
            if isinstance(value, dict):
                for inner, deep in value.items():
                    yield (SETTINGS, section, key, inner), another(deep, key), (section, "", f"{key}.{inner}")
            elif key.endswith("_default_profile"):
                yield (SETTINGS, section, key), 3 - value, (section, "", key)
            elif (section, key) == ("proxy", "port"):
                yield (SETTINGS, section, key), 1080, (section, "", key)
            else:
                yield (SETTINGS, section, key), another(value, key), (section, "", key)
    for place, language in enumerate(answers[LANGUAGES]):
        yield (LANGUAGES, place, "enabled"), not language["enabled"], ("languages", "", "enabled")
    for place, profile in enumerate(answers[PROFILES]):
        name = profile["name"]
        for key in ("mustContain", "mustNotContain", "tag"):
            yield (PROFILES, place, key), another(profile[key], key), ("language_profile", name, key)
        yield (PROFILES, place, "originalFormat"), 1, ("language_profile", name, "originalFormat")
        yield (PROFILES, place, "cutoff"), 65535, ("language_profile", name, "cutoff")
        for number, item in enumerate(profile["items"]):
            # A mark of the language that is the cutoff is told with it, too.
            if item["id"] != profile["cutoff"]:
                for mark in ("hi", "forced", "audio_exclude"):
                    yield (PROFILES, place, "items", number, mark), "False" if item[mark] == "True" else "True", ("language_profile", name, "items")
                yield (PROFILES, place, "items", number, "language"), "fr", ("language_profile", name, "items")
    for place, row in enumerate(answers[SETTINGS]["notifications"]["providers"]):
        path = "url" if row["enabled"] else ""
        yield (SETTINGS, "notifications", "providers", place, "url"), "json://other/token", ("notification", row["name"], path)


def edited(answers: Mapping[str, Any], way: _Way, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(dict(answers))
    holder: Any = changed
    for step in way[:-1]:
        holder = holder[step]
    holder[way[-1]] = value
    return changed


def test_nothing_is_found_where_nothing_was_edited(document: dict[str, Any], answers: dict[str, Any]) -> None:
    assert drift(document, answers) == []


def test_each_edit_is_found_at_its_place_and_nothing_beside_it(document: dict[str, Any], answers: dict[str, Any]) -> None:
    missed = {}
    count = 0
    for way, value, expected in edits(answers):
        count += 1
        seen = drift(document, edited(answers, way, value))
        if seen != [expected]:
            missed[way] = (expected, seen)
    print(f"{count - len(missed)} of {count} edits found")
    assert count > 500 and missed == {}


def test_numbers_that_bazarr_made_anew_are_no_drift(document: dict[str, Any], answers: dict[str, Any]) -> None:
    """Profiles that were made again have other numbers, and so have their languages: names are the same."""
    changed = copy.deepcopy(answers)
    for profile in changed[PROFILES]:
        profile["profileId"] += 10
        profile["cutoff"] = profile["cutoff"] and profile["cutoff"] + 10
        for item in profile["items"]:
            item["id"] += 10
    for name in ("serie_default_profile", "movie_default_profile"):
        changed[SETTINGS]["general"][name] += 10
    changed[PROFILES].reverse()
    changed[LANGUAGES].reverse()
    changed[SETTINGS]["sonarr"]["base_url"] = "/sonarr/"
    assert drift(document, changed) == []
