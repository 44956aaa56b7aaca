# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every edit that was recorded on the real apps, as the answer before and the answer after: is it found, and at the right place?

All of it runs each time, because it takes seconds.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import misfit
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Item, State
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import flatten, key_of, names_of, running_state
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS as TABLES

from support.parts import CHECKOUT
from support.settings_probes import APPS, Probe, edits_of_conditions, probes
from support.settings_sides import declared_of, one, plan_of, resource_of

LISTED = yaml.safe_load((CHECKOUT / "tests" / "data" / "recall_exceptions.yml").read_text(encoding="utf-8"))
GOAL = 0.99


@pytest.fixture(scope="module")
def recordings(shared: Path) -> Path:
    return shared / "recordings"


@cache
def all_probes(recordings: Path, app: str) -> tuple[Probe, ...]:
    return tuple(probes(recordings, app))


def excused(kind: str) -> dict[str, str]:
    """The reason of each listed exception, by the name of the probe."""
    return {name: each["reason"] for each in LISTED[kind] for name in each["probes"]}


def expected_path(probe: Probe) -> str:
    if probe.path[0] == "specifications" and len(probe.path) == 2:
        return f"specifications.rec spec.fields.{probe.path[1]}"
    return ".".join(probe.path)


def differing(probe: Probe) -> set[str]:
    """The paths that differ when git declares what was there before the edit and the app has what was there after it; ``""`` for a whole thing."""
    table = TABLES[probe.app]
    resource = resource_of(probe.app, probe.kind)
    declared = declared_of(table, one(resource, probe.before))
    return {path for dummy, dummy_key, path in plan_of(table, declared, one(resource, probe.after)).differing()}


def is_found(probe: Probe, paths: set[str]) -> bool:
    # An edit of a name is one thing missing and another one there that nobody declared.
    by_name = probe.path[0] in resource_of(probe.app, probe.kind).key
    return paths == {expected_path(probe)} or (by_name and paths == {""})


def test_recall(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    total, edits, found, missed, alarms = Counter[str](), Counter[str](), Counter[str](), set[str](), []
    for app in APPS:
        for probe in all_probes(recordings, app):
            if probe.verdict not in ("shown", "normalised"):
                continue
            total[app] += 1
            paths = differing(probe)
            if probe.before == probe.after:
                alarms += [probe.name] if paths else []
                continue
            edits[app] += 1
            if is_found(probe, paths):
                found[app] += 1
            else:
                missed.add(probe.name)
    with capsys.disabled():
        same = total.total() - edits.total()
        print(f"\nrecall: {total.total()} probes, {same} with the same answer before and after, {edits.total()} edits, {found.total()} found at their path")
        for app in APPS:
            print(f"  {app:9} {total[app]:5} probes {edits[app]:5} edits {found[app]:5} found {found[app] / edits[app]:.2%}")
        for reason, count in Counter(excused("missed").get(name, "NOT LISTED") for name in missed).most_common():
            print(f"  missed {count:3}: {reason}")
    assert alarms == []
    assert missed == set(excused("missed"))
    assert found.total() >= GOAL * edits.total()


def test_what_an_app_makes_of_a_value_is_no_difference(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts, told = Counter[str](), set[str]()
    for app in APPS:
        for probe in all_probes(recordings, app):
            if probe.verdict == "normalised":
                outcome = stored_outcome(probe)
                counts[outcome] += 1
                told |= {probe.name} if outcome == "a difference" else set()
    with capsys.disabled():
        print(f"\nnormalised: {counts.total()} values that the apps store as something else: " + ", ".join(f"{counts[each]} {each}" for each in sorted(counts)))
    assert told == set(excused("normalised"))


def test_a_value_that_an_app_ignores_is_told(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Silent is only what means the value that is there: null and an empty text for nothing, `/` for no base, 1 for true."""
    counts, silent = Counter[str](), set[str]()
    for app in APPS:
        for probe in all_probes(recordings, app):
            if probe.verdict == "ignored":
                outcome = stored_outcome(probe)
                counts[outcome] += 1
                silent |= {probe.name} if outcome == "silent" and probe.sent not in (None, "") else set()
    with capsys.disabled():
        print(f"\nignored: {counts.total()} values that the apps take and forget: " + ", ".join(f"{counts[each]} {each}" for each in sorted(counts)))
    assert silent == {*(f'{app} config/host/urlBase = "/"' for app in APPS), "prowlarr applications/Sonarr/fields.syncAnimeStandardFormatSearch = 1"}


def stored_outcome(probe: Probe) -> str:
    """What is said when git declares what was sent and the app shows what it made of it."""
    table, resource = TABLES[probe.app], resource_of(probe.app, probe.kind)
    thing = declared_thing(probe)
    if len(probe.path) == 1:
        document = {resource.name: thing if resource.singleton else [thing]}
        if read_declared(table, document, "", {}, "apps/house.yml", "homelab-apps").faults:
            return "refused in the settings file"
    declared = State.of(Item(resource.name, key_of(resource, thing), flatten(resource, thing)))
    changes = plan_of(table, declared, one(resource, probe.after)).changes
    if not changes:
        return "silent"
    if all(misfit(each.declared, each.running) for change in changes for each in change.fields):
        return "named as a value of the wrong type"
    return "a difference"


def declared_thing(probe: Probe) -> dict[str, Any]:
    """The thing with the edited value alone, as a person writes it: its name and what was sent."""
    table, resource = TABLES[probe.app], resource_of(probe.app, probe.kind)
    raw = one(resource, probe.before)
    item = next(iter(running_state(table, raw).items.values()))
    thing: dict[str, Any] = {name: item.values[name] for name in resource.key if name in item.values}
    if len(probe.path) == 1:
        thing[probe.path[0]] = sent_names(probe, names_of(table, raw))
    elif probe.path[0] == "fields":
        thing["fields"] = {probe.path[1]: probe.sent}
    else:
        thing["specifications"] = {"rec spec": {"fields": {probe.path[1]: probe.sent}}}
    return thing


def sent_names(probe: Probe, names: Any) -> Any:
    """Ids of a reference as the names that stand for them."""
    ref = resource_of(probe.app, probe.kind).refs.get(probe.path[0])
    if ref is None or not isinstance(probe.sent, list):
        return probe.sent
    return [name for each in probe.sent for name in names.told(ref, [each])]


@pytest.mark.parametrize("app", APPS)
def test_edits_of_a_whole_condition(recordings: Path, app: str) -> None:
    seen = 0
    for name, before, after, paths in edits_of_conditions(recordings, app):
        resource = resource_of(app, name.partition("/")[0])
        plan = plan_of(TABLES[app], declared_of(TABLES[app], one(resource, before)), one(resource, after))
        found = {path for dummy, dummy_key, path in plan.differing()}
        assert paths <= found and bool(paths) == bool(found), name
        assert all(each.startswith("specifications") for each in found), name
        seen += 1
    assert seen or app == "prowlarr"


def test_an_edit_is_not_found_where_nothing_was_edited(recordings: Path) -> None:
    probe = next(each for each in all_probes(recordings, "radarr") if each.verdict == "shown" and each.path == ("fields", "port"))
    assert differing(probe) == {expected_path(probe)}
    untouched = Probe(**{**probe.__dict__, "after": probe.before})
    assert differing(untouched) == set()
