# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to Overseerr or Seerr that may pass, and what every route needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.apps.seerr_checks import Refusal, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.apps.seerr_store import Store
    from lab.server import Response

_Json = Any


class ProcessEnds(Exception):
    """A promise was rejected and nobody was there to take it."""


@dataclass
class Call:
    """One request that may pass: the parts of its path, its query and its body."""

    store: Store
    groups: tuple[str, ...]
    query: dict[str, list[str]]
    body: _Json
    user: int = 0


def find(rows: list[_Json], number: int, text: str = "User not found.") -> _Json:
    """The row with this number; Refusal with what the app says where there is none."""
    found = next((each for each in rows if each["id"] == number), None)
    if found is None:
        raise Refusal(message(404, text))
    return found


#: What is done at a path, by pattern and method.
Routes = list[tuple[str, "dict[str, Callable[[Call], Response]]"]]
