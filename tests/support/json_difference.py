# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where two JSON values differ first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_Json = Any


def identical(want: _Json, got: _Json) -> bool:
    """Whether two values are one, of one type."""
    return bool(want == got) and type(want) is type(got)


def first_difference(want: _Json, got: _Json, same: Callable[[_Json, _Json], bool] = identical, place: str = "") -> str:
    """The first place at which two values differ, in words; empty where they do not. ``same`` judges what cannot be opened."""
    if isinstance(want, dict) and isinstance(got, dict):
        for name in sorted(set(want) | set(got)):
            if name not in want or name not in got:
                return f"{place}.{name}: {got.get(name, 'absent')!r} instead of {want.get(name, 'absent')!r}"
            found = first_difference(want[name], got[name], same, f"{place}.{name}")
            if found:
                return found
        return ""
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        pairs = enumerate(zip(want, got, strict=True))
        return next((found for index, pair in pairs if (found := first_difference(*pair, same, f"{place}[{index}]"))), "")
    return "" if same(want, got) else f"{place}: {str(got)[:80]!r} instead of {str(want)[:80]!r}"
