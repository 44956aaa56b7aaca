# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of the lab's Bazarr: audited without a write, written as the check said, and brought back after a loss."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.homelab.media_center.plugins.modules import bazarr_settings, bazarr_settings_info

from lab.apps.bazarr_store import Store
from support.bazarr_lab import KEY, KINDS, BazarrLab
from support.one_app import ALLOW
from support.settings_run import codes, drift

#: What a stranger reaches of any Bazarr.
OPEN = ["routes_without_login"]


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BazarrLab]:
    made = BazarrLab(tmp_path_factory.mktemp("bazarr"))
    yield made
    made.close()


@pytest.fixture
def lab(shared_lab: BazarrLab) -> Iterator[BazarrLab]:
    """The lab's Bazarr as it is at first, with all its settings in git."""
    dump = shared_lab.app.store.dump()
    shared_lab.declare()
    yield shared_lab
    shared_lab.app.store.load(dump)
    shared_lab.app.reachable = None
    shared_lab.between = None


def test_an_export_declared_is_in_sync_and_nothing_is_written(lab: BazarrLab) -> None:
    before = len(lab.requests())
    result = lab.audit()
    assert (result["media_center"]["verdict"], drift(result), codes(result)) == ("in_sync", [], OPEN)
    assert result["media_center"]["unknown"] == 0 and result["media_center"]["checked"] > 230
    assert lab.writes() == []
    assert result["media_center"]["requests"] == {"read": len(lab.requests()) - before, "write": 0, "login": 0}
    assert len(lab.requests()) - before == 6


EDITS: list[tuple[str, str, Any, tuple[str, str, str]]] = [
    ("general", "minimum_score", 60, ("general", "", "minimum_score")),
    ("general", "serie_default_profile", 1, ("general", "", "serie_default_profile")),
    ("sonarr", "apikey", "canary-bazarr-moved-01-7f3a9c", ("sonarr", "", "apikey")),
    ("proxy", "port", "", ("proxy", "", "port")),
]


def test_check_and_real_run_say_the_same_and_a_second_run_changes_nothing(lab: BazarrLab) -> None:
    document = copy.deepcopy(lab.document or {})
    document["general"].update(minimum_score=60, enabled_providers=["podnapisi"], subzero_mods=["OCR_fixes", "color(name=red)"], anti_captcha_provider=None)
    document["sonarr"].update(series_sync=180, apikey="canary-bazarr-git-01-7f3a9c")
    document["proxy"].update(port=None, type=None)
    document["subsync"]["checker"]["blacklisted_providers"] = []
    document["language_profile"][0]["items"] = ["en", "de"]
    document["language_profile"].append({"name": "Both", "items": ["de", "en:hi"], "cutoff": "any"})
    document["notification"][0]["enabled"] = False
    document["languages"]["enabled"] = ["de", "en", "no"]
    check = lab.reconcile(document, _ansible_check_mode=True)
    assert lab.writes() == [] and check["changed"]
    real = lab.reconcile(document)
    assert [each for each in real["actions"] if "are kept in" not in each] == check["actions"]
    assert (real["media_center"]["verdict"], codes(real)) == ("in_sync", OPEN)
    sent = len(lab.writes())
    # One form a thing, and two for the one that holds the key of a link.
    assert sent == len(check["actions"]) + 1 and set(lab.writes()) == {"POST /api/system/settings"}
    second = lab.reconcile(document)
    assert (second["changed"], second["actions"], len(lab.writes())) == (False, [], sent)
    assert [each["profileId"] for each in lab.app.store.profiles] == [1, 4, 5]
    assert lab.settings["general"]["subzero_mods"] == ["OCR_fixes", "color(name=red)"]
    assert (lab.settings["proxy"]["port"], lab.settings["proxy"]["type"]) == ("", None)


def test_everything_comes_back_after_a_loss(lab: BazarrLab) -> None:
    """Export, wipe, reconcile, export: the same, secrets included, and numbers of profiles are new ones."""
    exported = lab.export()["settings"]
    document = secrets_of(lab)
    fresh = Store(KEY)
    kept = {"auth": {**fresh.settings["auth"], "apikey": KEY}, "general": {**fresh.settings["general"], **of_host(lab)}}
    lost = {**fresh.dump(), "settings": {**fresh.settings, **kept}}
    before = lab.app.store.dump()
    lab.app.store.load(lost)
    assert lab.export()["settings"] != exported
    result = lab.reconcile(document, allow=ALLOW)
    assert (result["media_center"]["verdict"], codes(result)) == ("in_sync", OPEN)
    assert lab.export()["settings"] == exported
    # The secrets are those that were lost, and the names of profiles are the numbers of those that were made.
    assert {name: values for name, values in lab.settings.items() if name != "general"} == {
        name: values for name, values in before["settings"].items() if name != "general"
    }
    assert lab.settings["general"]["serie_default_profile"] == 2
    assert lab.reconcile(document, allow=ALLOW)["changed"] is False


def of_host(lab: BazarrLab) -> dict[str, Any]:
    return {name: lab.settings["general"][name] for name in ("base_url", "ip", "path_mappings", "path_mappings_movie", "port")}


def secrets_of(lab: BazarrLab) -> dict[str, Any]:
    """What git declares, with every secret as a vault would have it."""
    document = copy.deepcopy(lab.document or {})
    for kind in KINDS:
        told = document.get(kind, {})
        for thing in told if isinstance(told, list) else [told]:
            for name in [each for each, value in thing.items() if value == {"secret": True}]:
                thing[name] = stored(lab, kind, thing, name)
    document["auth"]["password"] = "canary-bazarr-ui-01-7f3a9c"
    return document


def stored(lab: BazarrLab, kind: str, thing: dict[str, Any], name: str) -> Any:
    if kind == "notification":
        return next(each["url"] for each in lab.app.store.notifications if each["name"] == thing["name"])
    return lab.settings[kind][name]


def test_the_password_of_its_own_user_is_compared_with_the_hash(lab: BazarrLab) -> None:
    """Trap: Bazarr keeps the MD5 of what it is sent, and a hash that comes back as it is."""
    assert drift(lab.audit({"auth": {"password": "canary-bazarr-ui-01-7f3a9c"}})) == []
    wrong = lab.reconcile({"auth": {"password": "another-one-01"}}, allow=ALLOW)
    assert wrong["changed"] and drift(wrong) == []
    assert lab.settings["auth"]["password"] == hashlib.md5(b"another-one-01", usedforsecurity=False).hexdigest()


def test_a_new_key_is_used_from_then_on(lab: BazarrLab) -> None:
    result = lab.reconcile({"auth": {"apikey": "d" * 31 + "e"}, "general": {"minimum_score": 61}}, allow=ALLOW)
    assert result["media_center"]["verdict"] == "in_sync" and codes(result) == [*OPEN, "kinds_not_managed"]
    assert lab.settings["auth"]["apikey"] == "d" * 31 + "e"


def test_what_the_modules_return_is_what_they_document(lab: BazarrLab) -> None:
    told = lab.audit()
    documented = yaml.safe_load(bazarr_settings.RETURN)
    assert set(documented) == set(told) - {"changed"}
    assert set(documented["media_center"]["sample"]) <= set(told["media_center"])
    exported, returned = lab.export(), yaml.safe_load(bazarr_settings_info.RETURN)
    assert set(returned) == set(exported) - {"changed"}
    assert returned["requests"]["sample"] == exported["requests"] and set(returned["settings"]["sample"]) <= set(exported["settings"])
    for kind, sample in returned["settings"]["sample"].items():
        known = exported["settings"][kind]
        assert set(sample[0] if isinstance(sample, list) else sample) <= set(known[0] if isinstance(known, list) else known)
