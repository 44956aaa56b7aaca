# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's five apps answer recorded requests as the real apps did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.apps.servarr_instance import APPS, rules
from support.parts import CHECKOUT
from support.servarr_replay import Replay, Replayed, lifecycles
from support.servarr_replay_singles import singles

_EXCEPTIONS: dict[str, Any] = yaml.safe_load((CHECKOUT / "tests" / "data" / "servarr_replay_exceptions.yml").read_text(encoding="utf-8"))
_DIFFERENT = {name for entry in _EXCEPTIONS["different"] for name in entry["recordings"]}
#: As many answers of each app have to be equal.
_SHARE = 0.95


@pytest.fixture(scope="module")
def replayed(shared: Path) -> dict[str, list[Replayed]]:
    found = {}
    for app in APPS:
        replay = Replay(app, shared / "recordings")
        found[app] = [*lifecycles(replay), *singles(replay, _EXCEPTIONS["not_asked"])]
    return found


@pytest.mark.parametrize("app", APPS)
def test_nearly_all_answers_are_equal(app: str, replayed: dict[str, list[Replayed]]) -> None:
    equal = sum(not each.difference for each in replayed[app])
    print(f"{app}: {equal} of {len(replayed[app])} answers equal, {100 * equal / len(replayed[app]):.1f} %")
    assert len(replayed[app]) > 1000
    assert equal / len(replayed[app]) >= _SHARE


@pytest.mark.parametrize("app", APPS)
def test_each_difference_stands_on_the_list_with_its_reason(app: str, replayed: dict[str, list[Replayed]]) -> None:
    found = {f"{app}/{each.name}": each.difference for each in replayed[app] if each.difference}
    assert {name: found[name] for name in sorted(set(found) - _DIFFERENT)} == {}
    assert sorted({name for name in _DIFFERENT if name.startswith(f"{app}/")} - set(found)) == []


def test_a_wrong_answer_is_noticed(shared: Path) -> None:
    """The control: without the rule that labels are unique, the replay says so."""
    rule = rules()["resources"]["tag"]
    kept = rule.pop("unique")
    try:
        found = {each.name: each.difference for each in lifecycles(Replay("radarr", shared / "recordings"))}
    finally:
        rule["unique"] = kept
    assert found["lifecycle__tag:post_same_other_case"].startswith("status 201 instead of 409")
