# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who moved since both sides last agreed."""

from __future__ import annotations

from typing import Optional

DIRECTIONS = ("live_ahead", "git_ahead", "conflict", "unmanaged", "missing", "undetermined")


def direction(action: str, declared: Optional[str] = None, running: Optional[str] = None, agreed: Optional[str] = None) -> str:
    """The direction of a difference.

    ``action`` is that of the change; the other three are fingerprints of what each
    side says now and of what both last agreed on. Without a remembered
    agreement nobody can say who moved (a hand revert to an old value looks
    like git moving on), so the answer is ``undetermined``.
    """
    if action == "delete":
        return "unmanaged"
    if action == "create":
        return "missing"
    if agreed is None:
        return "undetermined"
    git_moved, live_moved = declared != agreed, running != agreed
    if git_moved and live_moved:
        return "conflict"
    if git_moved:
        return "git_ahead"
    return "live_ahead" if live_moved else "undetermined"
