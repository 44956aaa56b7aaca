# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's Bazarr answers recorded requests as the real one did."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.apps.bazarr_store import rules
from support.bazarr_replay import Replayed, names, replay

#: What differs or is not asked, and why.
EXCEPTIONS = {
    "GET__api_nosuch__unknown_path_is_html": "the recorded page came from another template, which holds nothing",
    "GET__api_system_backups__one": "no archives are made",
    "GET__api_system_status__sonarr_right_apikey": "the real one shows a version from its cache for a minute",
}


@pytest.fixture(scope="module")
def replayed(shared: Path) -> dict[str, Replayed]:
    return {name: replay(shared / "recordings", name) for name in names(shared / "recordings") if not name.startswith("GET__api_swagger")}


def test_all_answers_are_equal_but_for_those_that_are_named(replayed: dict[str, Replayed]) -> None:
    different = {name: each.difference for name, each in replayed.items() if each.difference}
    print(f"{len(replayed) - len(different)} of {len(replayed)} answers equal")
    assert len(replayed) > 110
    assert {name: told for name, told in different.items() if name not in EXCEPTIONS} == {}
    assert set(EXCEPTIONS) == set(different)


def test_a_wrong_answer_is_noticed(shared: Path) -> None:
    """The control: without the range of a score, the replay says so."""
    between = rules()["between"]
    kept = between.pop("general.minimum_score")
    try:
        told = replay(shared / "recordings", "POST__api_system_settings__bad_range").difference
    finally:
        between["general.minimum_score"] = kept
    assert told.startswith("status 204 instead of 406")
