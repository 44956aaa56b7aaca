# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the checkout is, and what happens to a test whose real part is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def in_ci() -> bool:
    """True where nothing may be skipped."""
    return os.environ.get("CI", "").lower() == "true"


def python_3_8(code: str = "") -> str:
    """A Python 3.8 that can run this code; skips the test where none is at hand, in CI too: hosts with it are not there to be had everywhere."""
    known = [shutil.which("python3.8"), *map(str, Path("~/.pyenv/versions").expanduser().glob("3.8.*/bin/python"))]
    for python in known:
        if python and subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip("needs a Python 3.8")


def without(part: str) -> NoReturn:
    """Skip the test for want of a part of this machine; in CI that is a failure."""
    if in_ci():
        pytest.fail(f"this test needs {part}, and nothing is skipped in CI", pytrace=False)
    pytest.skip(f"needs {part}")
