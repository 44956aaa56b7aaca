# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a collection does with its rows beyond storing them: nothing, unless a shape of its own says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance

_Row = dict[str, Any]


class Shape:
    """A plain collection: a row is what was sent."""

    def before_checks(self, instance: Instance, bound: _Row, given: frozenset[str]) -> None:
        """What fails before any check does."""

    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        """The row for what was sent; `stored` is the one that it replaces."""
        return {name: _distinct(name, value) for name, value in bound.items() if name != "id"}

    def show(self, instance: Instance, row: _Row) -> _Row:
        """The row as it is answered."""
        return row

    def created(self, instance: Instance, row: _Row) -> None:
        """What else a new row changes."""

    def deleting(self, instance: Instance, row: _Row) -> None:
        """What else goes with a row; Refusal when it must stay."""


def _distinct(name: str, value: Any) -> Any:
    return list(dict.fromkeys(value)) if name in ("tags", "defaultTags") and value else value
