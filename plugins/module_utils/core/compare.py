# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner: two states in, every difference out. No I/O, no Ansible, no app."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import equal
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import (
    ABSENT,
    Change,
    Coverage,
    FieldChange,
    Gap,
    Item,
    NotComparable,
    OneOf,
    Origin,
    Plan,
    Resource,
    State,
    Unknown,
)


def compare(declared: State, running: State, resources: Mapping[str, Resource]) -> Plan:
    """Every difference between the two states, in a stable order.

    A resource that the running side could not list makes its declared fields
    unknown: it never makes them missing. Coverage counts the fields of declared items (at least one
    for each: that it is there) and one for each list that could not be read; what only the running side has is
    a change, not a comparison. A resource without a table is an error of ours (KeyError), not a difference.
    """
    changes: List[Change] = []
    gaps: List[Gap] = []
    coverage: Dict[Tuple[str, str], Coverage] = {}
    for ident in sorted(set(declared.items) | set(running.items)):
        want, have = declared.items.get(ident), running.items.get(ident)
        resource = resources[ident[0]]
        if want is None and have is not None:
            if resource.report_unmanaged and ident[0] not in declared.unreadable:
                changes.append(Change("delete", have.resource, have.key, _whole(resource, have, "running")))
        elif want is not None and have is None:
            item_gaps, coverage[ident] = _absent(want, running.unreadable.get(ident[0]))
            gaps.extend(item_gaps)
            if ident[0] not in running.unreadable and not want.optional:
                changes.append(Change("create", want.resource, want.key, _whole(resource, want, "declared"), want.origin))
        elif want is not None and have is not None:
            fields, item_gaps, coverage[ident] = _compare_item(resource, want, have)
            gaps.extend(item_gaps)
            if fields:
                changes.append(Change("update", want.resource, want.key, fields, want.origin))
    for name in sorted(set(declared.unreadable) | set(running.unreadable)):
        why = declared.unreadable.get(name)
        if why is None and any(ident[0] == name and ident not in running.items for ident in declared.items):
            # The fields of those items tell it already.
            continue
        why = why or running.unreadable[name]
        gaps.append(Gap("unknown", name, "", "", why.reason, why.remedy))
        coverage[(name, "")] = coverage.get((name, ""), Coverage()) + Coverage(unknown=1)
    return Plan(tuple(changes), tuple(gaps), sum(coverage.values(), Coverage()), coverage)


def _absent(want: Item, unreadable: Optional[Unknown]) -> Tuple[List[Gap], Coverage]:
    """What is not known of an item that the running side does not show."""
    gaps: List[Gap] = []
    paths = sorted(want.values)
    for path in paths or ("",):
        gap = Gap("unknown", *want.ident, path, unreadable.reason, unreadable.remedy) if unreadable else _gap(want.ident, path, want.values.get(path))
        if gap is not None:
            gaps.append(gap)
    return gaps, _counted(gaps, checked=max(1, len(paths)) - len(gaps))


def _counted(gaps: List[Gap], checked: int, ignored: int = 0) -> Coverage:
    unknown = sum(1 for gap in gaps if gap.kind == "unknown")
    return Coverage(checked, ignored, len(gaps) - unknown, unknown)


def _whole(resource: Resource, item: Item, side: str) -> Tuple[FieldChange, ...]:
    found = []
    for path in sorted(item.values):
        value = shown(item.values[path])
        if isinstance(value, (Unknown, NotComparable)):
            # Nobody can write what could not be read.
            continue
        pair = (value, ABSENT) if side == "declared" else (ABSENT, value)
        found.append(FieldChange(path, pair[0], pair[1], resource.field(path), item.origins.get(path, item.origin)))
    return tuple(found)


def _compare_item(resource: Resource, want: Item, have: Item) -> Tuple[Tuple[FieldChange, ...], List[Gap], Coverage]:
    fields: List[FieldChange] = []
    gaps: List[Gap] = []
    checked = ignored = 0
    paths = sorted(set(want.values) | set(have.values))
    for path in paths:
        field = resource.field(path)
        declared, running = want.values.get(path, ABSENT), have.values.get(path, ABSENT)
        gap = _gap(want.ident, path, declared) or _gap(want.ident, path, running)
        if gap is not None:
            gaps.append(gap)
        elif declared is ABSENT and not field.closed:
            ignored += 1
        else:
            checked += 1
            if not equal(field, declared, running):
                fields.append(FieldChange(path, shown(declared), running, field, want.origins.get(path, want.origin)))
    return tuple(fields), gaps, _counted(gaps, checked if paths else 1, ignored)


def _gap(ident: Tuple[str, str], path: str, value: Any) -> Optional[Gap]:
    if isinstance(value, Unknown):
        return Gap("unknown", ident[0], ident[1], path, value.reason, value.remedy)
    if isinstance(value, NotComparable):
        return Gap("not_comparable", ident[0], ident[1], path, value.reason)
    return None


def shown(value: Any) -> Any:
    """The value to name to a person: the first of several that would do."""
    return value.values[0] if isinstance(value, OneOf) else value


def apply(state: State, plan: Plan, side: str = "running") -> State:
    """The state after the plan was carried out on one side.

    With ``side="running"`` the running state becomes as declared (reconcile);
    with ``"declared"`` the declared one becomes as running (backport).
    """
    items = dict(state.items)
    creates, deletes = ("create", "delete") if side == "running" else ("delete", "create")
    for change in plan.changes:
        ident = (change.resource, change.key)
        if change.action == deletes:
            items.pop(ident, None)
            continue
        base = items.get(ident) or Item(change.resource, change.key, {})
        values, origins = dict(base.values), dict(base.origins)
        for each in change.fields:
            value = each.declared if side == "running" else each.running
            if value is ABSENT:
                values.pop(each.path, None)
                origins.pop(each.path, None)
            else:
                values[each.path] = shown(value)
                if side == "declared":
                    origins.setdefault(each.path, Origin(form="absent"))
        if change.action in (creates, "update"):
            items[ident] = dataclasses.replace(base, values=values, origins=origins)
    return State(items, state.unreadable)
