# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of the recorded edits, made by hand in the apps of the lab: does `audit.yml` find each of them at its place, and nothing else?

The edits of one audit are made in different apps. All are audited with MEDIA_CENTER_RECALL=all (`make recall`), else a tenth: six edits in two audits.
"""

from __future__ import annotations

import copy
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.parts import CHECKOUT
from support.settings_lab import SettingsLab
from support.settings_probes import APPS, PROVIDERS, probes

#: The audits; each names the recorded edit of each app, and what is to be found.
SAMPLE: list[dict[str, dict[str, str]]] = yaml.safe_load((CHECKOUT / "tests" / "data" / "recall_lab.yml").read_text(encoding="utf-8"))
#: The audits of every run, and the apps that are edited in them.
TENTH = {0: ("radarr", "sonarr", "lidarr"), 1: ("lidarr", "readarr", "prowlarr")}
EVERYTHING = os.environ.get("MEDIA_CENTER_RECALL") == "all"


@dataclass(frozen=True)
class Edit:
    """One edit in the store of an app: ``name`` is that of the recorded one, ``value`` what was sent there."""

    name: str
    app: str
    kind: str
    implementation: str
    path: str
    value: Any

    def of(self, rows: Any) -> Any:
        """What is stored of the kind, with the edit in the last thing that has its place."""
        edited = copy.deepcopy(rows)
        if isinstance(edited, dict):
            self._put(edited, self.path)
        elif self.kind not in PROVIDERS and self.implementation:
            conditions = [each for row in edited for each in row["specifications"] if each["implementation"] == self.implementation]
            self._put(conditions[-1]["settings"], self.path)
        else:
            thing = [row for row in edited if row.get("implementation", "") == self.implementation][-1]
            inside, dummy, field = self.path.partition(".")
            self._put(*((thing["settings"], field) if inside == "fields" else (thing, self.path)))
        return edited

    def _put(self, holder: dict[str, Any], name: str) -> None:
        assert name in holder and holder[name] != self.value, f"{self.name} is no edit here"
        holder[name] = self.value


def edit_of(name: str, store: dict[str, Any]) -> Edit:
    """The edit of a recorded name: `app kind/property = value`, with the implementation between kind and property where there is one."""
    place, dummy, sent = name.partition(" = ")
    app, dummy, place = place.partition(" ")
    kind = max((each for each in store if place.startswith(each + "/")), key=len)
    implementation, dummy, path = place[len(kind) + 1 :].rpartition("/")
    return Edit(name, app, kind, implementation, path, json.loads(sent))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SettingsLab]:
    """The apps, with all that they have in git."""
    started = SettingsLab(tmp_path_factory.mktemp("lab"))
    started.declare()
    yield started
    started.close()


def audited(lab: SettingsLab) -> dict[str, list[str]]:
    """All that an audit tells of each app, whatever it is, as a person reads it: kind, name and path."""
    assert lab.play("audit") == 0, lab.output
    told = lab.targets()
    assert all(told[app]["checked"] > 150 for app in APPS)
    return {app: [_place(each) for each in told[app]["findings"]] for app in APPS}


def _place(finding: dict[str, Any]) -> str:
    thing = f"{finding['resource']}[{finding['key']}]" if finding["key"] else finding["resource"]
    return f"{thing}.{finding['path']}"


def test_the_sample_is_sixty_recorded_edits_twelve_of_each_app(shared: Path) -> None:
    assert len({each["edit"] for audit in SAMPLE for each in audit.values()}) == 60
    assert all(tuple(audit) == APPS for audit in SAMPLE)
    for app in APPS:
        recorded = {each.name: each for each in probes(shared / "recordings", app)}
        own = [recorded[audit[app]["edit"]] for audit in SAMPLE]
        kinds = Counter(each.kind for each in own)
        assert {each.verdict for each in own} == {"shown"}
        assert len(kinds) >= 9 and max(kinds.values()) <= 3, kinds
    assert sum(map(len, TENTH.values())) == len(SAMPLE) * len(APPS) // 10


def test_nothing_is_found_where_nothing_was_edited(lab: SettingsLab) -> None:
    assert audited(lab) == {app: [] for app in APPS}
    assert {each["verdict"] for each in lab.targets().values()} == {"in_sync"}


@pytest.mark.parametrize("count", range(len(SAMPLE)) if EVERYTHING else TENTH)
def test_each_edit_is_found_at_its_place_and_nothing_else(lab: SettingsLab, count: int) -> None:
    edited = APPS if EVERYTHING else TENTH[count]
    before = {app: dict(lab.apps[app].instance.rows) for app in edited}
    try:
        for app in edited:
            rows = lab.apps[app].instance.rows
            edit = edit_of(SAMPLE[count][app]["edit"], rows)
            rows[edit.kind] = edit.of(rows[edit.kind])
        found = audited(lab)
    finally:
        for app, stored in before.items():
            lab.apps[app].instance.rows.update(stored)
    assert found == {app: [SAMPLE[count][app]["found"]] if app in edited else [] for app in APPS}
