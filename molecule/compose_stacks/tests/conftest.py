# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenario's playbooks left on the control node."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Report = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def ephemeral() -> Path:
    """The folder that molecule keeps for the scenario."""
    return Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])


@pytest.fixture(scope="session")
def report(ephemeral: Path) -> Report:
    """Reads the report of a run by the name of its folder."""
    return lambda name: json.loads((ephemeral / name / "report.json").read_text(encoding="utf-8"))
