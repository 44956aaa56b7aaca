# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strangers' projects on a real engine: no false finding after `docker compose create`, and one change by chance is found in each.

By default a fixed sample of the corpus, with MEDIA_CENTER_CORPUS=all every project of it. MEDIA_CENTER_CORPUS_SEED chooses other changes.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from support.corpus_project import entries
from support.corpus_run import NO_MODEL, RAN, Outcome, report, run
from support.parts import CHECKOUT, without
from support.project_engine import missing_for_own_engine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.engine, pytest.mark.slow]
SAMPLE = 40


@pytest.fixture(scope="module")
def outcomes(shared: Path) -> list[Outcome]:
    missing = missing_for_own_engine()
    if missing:
        without(missing)
    found = entries(shared / "corpus")
    whole = os.environ.get("MEDIA_CENTER_CORPUS") == "all"
    chosen = found if whole else random.Random(SAMPLE).sample(found, SAMPLE)
    done = run(chosen, os.environ.get("MEDIA_CENTER_CORPUS_SEED", "1"), workers=min(4, os.cpu_count() or 1))
    folder = CHECKOUT / "build"
    folder.mkdir(exist_ok=True)
    (folder / "corpus.txt").write_text(report(done) + "\n")
    print("\n" + report(done))
    return done


def ran(outcomes: list[Outcome]) -> list[Outcome]:
    return [each for each in outcomes if each.state == RAN]


def test_nearly_every_project_that_compose_can_model_runs(outcomes: list[Outcome]) -> None:
    modelled = [each for each in outcomes if each.state != NO_MODEL]
    assert len(modelled) >= 0.8 * len(outcomes) and len(ran(outcomes)) >= 0.8 * len(modelled), report(outcomes)
    assert [each.error for each in outcomes if each.error] == []


def test_nothing_is_found_where_nothing_was_changed(outcomes: list[Outcome]) -> None:
    assert [(each.name, each.false) for each in ran(outcomes) if each.false] == []


def test_every_service_was_looked_at(outcomes: list[Outcome]) -> None:
    assert [(each.name, each.blind) for each in ran(outcomes) if each.blind or not each.services] == []


def test_the_change_in_each_project_is_found(outcomes: list[Outcome]) -> None:
    assert [(each.name, each.mutation) for each in ran(outcomes) if not each.found] == []
