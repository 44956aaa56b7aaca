# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be made wrong with a stand-in, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.faults import Fault, FaultFile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def faults(tmp_path: Path) -> FaultFile:
    return FaultFile(tmp_path / "faults.json")


@pytest.mark.parametrize(
    "wrong",
    [{"status": 7}, {"status": 600}, {"rate": 1.5}, {"rate": -0.1}, {"slow": -1.0}, {"status": 500, "reset": True}, {"login_page": True, "garbage": True}],
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"give|at a time"):
        Fault(**wrong)


def test_a_fault_without_an_effect_is_empty() -> None:
    assert Fault(rate=0.5, path="/x").empty
    assert not Fault(slow=0.1).empty


def test_a_fault_holds_for_its_app_from_the_next_request_on(faults: FaultFile) -> None:
    assert faults.hit("radarr", "/") is None
    faults.set("radarr", Fault(status=503))
    assert faults.hit("radarr", "/") == Fault(status=503)
    assert faults.hit("sonarr", "/") is None


def test_a_cleared_fault_leaves_the_others(faults: FaultFile) -> None:
    faults.set("radarr", Fault(status=503))
    faults.set("sonarr", Fault(reset=True))
    faults.set("radarr", None)
    assert faults.hit("radarr", "/") is None
    assert faults.read() == {"sonarr": Fault(reset=True)}


def test_readers_see_what_another_process_sets(faults: FaultFile, tmp_path: Path) -> None:
    assert faults.hit("radarr", "/") is None
    FaultFile(tmp_path / "faults.json").set("radarr", Fault(garbage=True))
    assert faults.hit("radarr", "/") == Fault(garbage=True)


def test_a_fault_can_be_limited_to_paths(faults: FaultFile) -> None:
    faults.set("mediabox", Fault(status=500, path="/images/"))
    assert faults.hit("mediabox", "/v1.41/images/x/json") is not None
    assert faults.hit("mediabox", "/v1.41/containers/json") is None


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1.0])
def test_a_rate_is_the_share_of_requests(faults: FaultFile, rate: float) -> None:
    faults.set("radarr", Fault(status=500, rate=rate))
    hits = sum(faults.hit("radarr", "/") is not None for _draw in range(2000))
    assert hits / 2000 == pytest.approx(rate, abs=0.04)


def test_a_rate_hits_the_same_requests_each_time(tmp_path: Path) -> None:
    drawn = []
    for name in ("first", "second"):
        faults = FaultFile(tmp_path / name)
        faults.set("radarr", Fault(status=500, rate=0.3))
        drawn.append([faults.hit("radarr", "/") is not None for _draw in range(50)])
    assert drawn[0] == drawn[1]
