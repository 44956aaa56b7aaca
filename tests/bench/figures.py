# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures beside their goals: how they are taken, kept and printed."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 7


@dataclass(frozen=True)
class Figure:
    """One line of the table. Where there is no goal nothing has to hold."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    goal: float | None = None
    holds: bool | None = None


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The median time of each. They take turns, so that a busy minute of the machine falls on all of them."""
    for work in works:
        work()
    taken: list[list[float]] = [[] for _work in works]
    for _round in range(rounds):
        for place, work in enumerate(works):
            taken[place].append(seconds(work))
    return [statistics.median(each) for each in taken]


def beside(name: str, value: float, floor: float, goal: float | None) -> Figure:
    """A time beside its floor."""
    ratio = round(value / floor, 2)
    return Figure(name, round(value, 3), "s", round(floor, 3), ratio, goal, None if goal is None else ratio <= goal)


def table(figures: Sequence[Figure]) -> str:
    """The figures for a person."""
    rows = [("", "takes", "floor", "ratio", "goal", "")]
    for each in figures:
        floor = "" if each.floor is None else f"{each.floor} {each.unit}"
        rows.append(
            (
                each.name, f"{each.value} {each.unit}", floor, "" if each.ratio is None else str(each.ratio),
                "" if each.goal is None else f"<= {each.goal}", {None: "", True: "holds", False: "MISSED"}[each.holds],
            )
        )
    widths = [max(len(row[place]) for row in rows) for place in range(6)]
    lines = [[cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(zip(row, widths, strict=True))] for row in rows]
    return "\n".join("  ".join(line).rstrip() for line in lines)
