# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that both sides speak.

A :class:`State` is what one side says: items by resource and key, each with
values by dotted path. ``compare`` turns two states into a :class:`Plan`.
Nothing here reads or writes anything.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, FrozenSet, Mapping, Optional, Set, Tuple

#: How a value came to stand in the declared side; backport edits only ``literal``.
ORIGIN_FORMS = ("literal", "interpolated", "anchor", "merged", "included", "template", "default", "absent")


class _Absent:
    """The side has no such value, which is not the same as null or empty."""

    _instance: Optional[_Absent] = None

    def __new__(cls) -> _Absent:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = _Absent()


@dataclasses.dataclass(frozen=True)
class Unknown:
    """A value that could not be read: never equal, never different, counted as unknown."""

    reason: str
    remedy: str = ""


@dataclasses.dataclass(frozen=True)
class NotComparable:
    """A value that this system cannot show at all (an old API, a masked secret)."""

    reason: str


@dataclasses.dataclass(frozen=True)
class OneOf:
    """A declared value that several running values satisfy; the first one is shown.

    Used where a default depends on the day something was created.
    Raises ValueError without a value: nothing could satisfy it.
    """

    values: Tuple[Any, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("OneOf needs at least one value")


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a declared value comes from. ``compare`` never looks at it."""

    repository: str = ""
    file: str = ""
    line: Optional[int] = None
    node: Tuple[str, ...] = ()
    form: str = "literal"


@dataclasses.dataclass(frozen=True)
class Field:
    """How one path of a resource is compared and told.

    ``path`` is exact, or ends in ``.*`` for every key below it.
    ``kind`` names the comparison (see ``equality.KINDS`` and ``equality.PAIRS``).
    ``secret``: ``never`` (may be shown), ``always`` (fingerprint only) or
    ``unless_public`` (fingerprint unless the path is matched by ``public``).
    ``default``: a running value equal to it is no difference when the path is not declared.
    ``closed``: a running value that is not declared is a difference.
    ``empty_is``: running values that a declared empty text or null stands for, because the system falls back to them.
    """

    path: str
    kind: str = "exact"
    secret: str = "never"
    public: Tuple[str, ...] = ()
    default: Any = ABSENT
    closed: bool = True
    tolerance: float = 0
    severity: str = "medium"
    live: bool = False
    access: bool = False
    bulk_effect: bool = False
    empty_is: Tuple[Any, ...] = ()


@dataclasses.dataclass(frozen=True)
class Resource:
    """One kind of thing of one system: its name and its fields.

    ``fallback`` serves the paths that no field names. A running item that is not
    declared is a difference only when ``report_unmanaged``.
    """

    name: str
    fields: Tuple[Field, ...] = ()
    fallback: Field = Field("*")
    report_unmanaged: bool = True

    def field(self, path: str) -> Field:
        """The field of a path: the exact one, else the longest ``prefix.*``, else the fallback."""
        best: Optional[Field] = None
        for field in self.fields:
            if field.path == path:
                return field
            below = field.path.endswith(".*") and path.startswith(field.path[:-1])
            if below and (best is None or len(field.path) > len(best.path)):
                best = field
        return best or self.fallback


@dataclasses.dataclass(frozen=True)
class Item:
    """One thing: values by path. ``optional`` items may be missing on the running side."""

    resource: str
    key: str
    values: Mapping[str, Any]
    origins: Mapping[str, Origin] = dataclasses.field(default_factory=dict)
    origin: Origin = Origin()
    optional: bool = False

    @property
    def ident(self) -> Tuple[str, str]:
        """Resource and key."""
        return (self.resource, self.key)


@dataclasses.dataclass(frozen=True)
class State:
    """What one side says. ``unreadable`` names resources whose list could not be read."""

    items: Mapping[Tuple[str, str], Item]
    unreadable: Mapping[str, Unknown] = dataclasses.field(default_factory=dict)

    @staticmethod
    def of(*items: Item, unreadable: Optional[Mapping[str, Unknown]] = None) -> State:
        """A state of the given items. Raises ValueError when two have one name."""
        table: Dict[Tuple[str, str], Item] = {}
        for item in items:
            if item.ident in table:
                raise ValueError("two items are called {0}[{1}]".format(*item.ident))
            table[item.ident] = item
        return State(table, unreadable or {})


@dataclasses.dataclass(frozen=True)
class FieldChange:
    """One path on which the two sides differ; ``ABSENT`` where a side has nothing."""

    path: str
    declared: Any
    running: Any
    field: Field
    origin: Origin = Origin()


@dataclasses.dataclass(frozen=True)
class Change:
    """Create, update or delete of one item on the running side."""

    action: str
    resource: str
    key: str
    fields: Tuple[FieldChange, ...] = ()
    origin: Origin = Origin()


@dataclasses.dataclass(frozen=True)
class Gap:
    """A declared field that was not compared, and why. ``kind``: unknown or not_comparable."""

    kind: str
    resource: str
    key: str
    path: str
    reason: str
    remedy: str = ""


@dataclasses.dataclass(frozen=True)
class Coverage:
    """Counts of fields. ``total`` is their sum."""

    checked: int = 0
    ignored: int = 0
    not_comparable: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """All fields that were looked at or should have been."""
        return self.checked + self.ignored + self.not_comparable + self.unknown

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(
            self.checked + other.checked,
            self.ignored + other.ignored,
            self.not_comparable + other.not_comparable,
            self.unknown + other.unknown,
        )


@dataclasses.dataclass(frozen=True)
class Plan:
    """All differences between two states, and what could not be compared."""

    changes: Tuple[Change, ...] = ()
    gaps: Tuple[Gap, ...] = ()
    coverage: Coverage = Coverage()
    item_coverage: Mapping[Tuple[str, str], Coverage] = dataclasses.field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def differing(self) -> FrozenSet[Tuple[str, str, str]]:
        """(resource, key, path) of every difference; path is ``""`` for whole items."""
        found: Set[Tuple[str, str, str]] = set()
        for change in self.changes:
            if change.action == "update":
                found.update((change.resource, change.key, each.path) for each in change.fields)
            else:
                found.add((change.resource, change.key, ""))
        return frozenset(found)
