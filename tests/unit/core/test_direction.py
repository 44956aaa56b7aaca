# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who moved."""

from __future__ import annotations

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.direction import DIRECTIONS, direction


@pytest.mark.parametrize(
    ("action", "declared", "running", "agreed", "expected"),
    [
        ("update", "old", "new", "old", "live_ahead"),
        ("update", "new", "old", "old", "git_ahead"),
        ("update", "new", "newer", "old", "conflict"),
        ("update", "old", "new", None, "undetermined"),
        ("update", "old", "old", "old", "undetermined"),
        ("update", None, "new", "old", "conflict"),
        ("update", None, "old", "old", "git_ahead"),
        ("update", "old", None, "old", "live_ahead"),
        ("delete", None, "x", "x", "unmanaged"),
        ("delete", None, "x", None, "unmanaged"),
        ("create", "x", None, "x", "missing"),
        ("create", "x", None, None, "missing"),
    ],
)
def test_direction(action: str, declared: str | None, running: str | None, agreed: str | None, expected: str) -> None:
    assert direction(action, declared, running, agreed) == expected
    assert expected in DIRECTIONS
