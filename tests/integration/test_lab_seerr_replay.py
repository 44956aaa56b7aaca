# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's Overseerr and Seerr answer recorded requests as the real apps did."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.apps import seerr_store
from support.seerr_replay import RUNS, replayed

APPS = {"seerr": 170, "overseerr": 45}
_NOT_ASKED = re.compile("|".join(f"[A-Z]+__{word}|^{word}" for words in RUNS["not_asked"].values() for word in words))
_DIFFERENT = {name for names in RUNS["different"].values() for name in names}


@pytest.mark.parametrize("app", APPS)
def test_each_answer_is_equal_or_stands_on_the_list_with_its_reason(app: str, shared: Path) -> None:
    found = list(replayed(shared / "recordings", app))
    equal = sum(not each.difference for each in found)
    print(f"{app}: {equal} of {len(found)} answers equal, {100 * equal / len(found):.1f} %")
    assert len(found) > APPS[app] and equal / len(found) >= 0.95
    different = {f"{app}/{each.name}": each.difference for each in found if each.difference}
    assert {name: text for name, text in different.items() if name not in _DIFFERENT} == {}
    assert {name for name in _DIFFERENT if name.startswith(f"{app}/")} == set(different)


@pytest.mark.parametrize("app", APPS)
def test_each_recording_is_sent_or_left_out_with_its_reason(app: str, shared: Path) -> None:
    sent = {name for run in RUNS[app] for name in run["recordings"]}
    there = {path.stem for path in (shared / "recordings" / app).glob("*.json")}
    assert sorted(name for name in there - sent if not _NOT_ASKED.match(name)) == []


def test_a_wrong_answer_is_noticed(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with an app that lets two servers be the default one, the replay says so."""
    monkeypatch.setattr(seerr_store.Store, "_one_default", lambda self, kind, body: None)
    found = {each.name: each.difference for each in replayed(shared / "recordings", "seerr")}
    assert found["GET__settings_radarr__two_default_moved"] == "[0].isDefault: 'True' instead of 'False'"
