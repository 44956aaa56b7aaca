# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the checkout is, and what happens to a test whose real part is missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def in_ci() -> bool:
    """True where nothing may be skipped."""
    return os.environ.get("CI", "").lower() == "true"


def without(part: str) -> NoReturn:
    """Skip the test for want of a part of this machine; in CI that is a failure."""
    if in_ci():
        pytest.fail(f"this test needs {part}, and nothing is skipped in CI", pytrace=False)
    pytest.skip(f"needs {part}")
