# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The laws of the planner, over generated states."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.compare import apply, compare, shown
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import (
    ABSENT,
    Coverage,
    Field,
    Item,
    NotComparable,
    OneOf,
    Origin,
    Resource,
    State,
    Unknown,
)
from hypothesis import given
from hypothesis import strategies as st

from support.parts import CHECKOUT

FIELDS = (
    Field("plain"),
    Field("names", "set"),
    Field("steps", "ordered"),
    Field("wait", "duration", default="30s"),
    Field("room", "size"),
    Field("folder", "path"),
    Field("port", "number"),
    Field("ratio", "number", tolerance=0.5),
    Field("mode", "text", default=OneOf(("private", "host"))),
    Field("open", closed=False),
    Field("labels.*", secret="unless_public"),
)
TABLES = {
    "service": Resource("service", FIELDS),
    "network": Resource("network", FIELDS, fallback=Field("*", closed=False), report_unmanaged=False),
}

# Each kind has spellings of a value, and another value that differs from all of them.
SPELLINGS: dict[str, tuple[list[Any], Any]] = {
    "plain": ([0, 0.0], "0"),
    "names": ([["a", "b"], ["b", "a"], ("b", "a", "b")], ["a"]),
    "steps": ([["a", "b"], ("a", "b")], ["b", "a"]),
    "wait": (["1m30s", 90, "90", "90s", 90.0], "91s"),
    "room": (["1g", 1073741824, "1GiB", "1024m", "1073741824"], "1000m"),
    "folder": (["/a//b/", "/a/b", "/a/./b", "//a/b"], "/a/c"),
    "port": (["8080", 8080, 8080.0, " 8080"], 8081),
    "ratio": (["1.0", 1, 1.0], 1.6),
    "mode": (["Shareable", "shareable"], "slave"),
    "open": (["yes"], "no"),
    "labels.a": (["x"], "y"),
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.sampled_from([each for same, other in SPELLINGS.values() for each in [*same, other]])
GAPS = st.builds(Unknown, st.just("no answer"), st.just("ask again")) | st.builds(NotComparable, st.just("old API"))
PATHS = st.sampled_from([*SPELLINGS, "labels.b", "other"])


def states(values: st.SearchStrategy[Any], lists: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[State]:
    """States of a few items, so that two of them often share some."""
    items = st.dictionaries(
        st.tuples(st.sampled_from(sorted(TABLES)), st.sampled_from("abc")), st.tuples(st.dictionaries(PATHS, values, max_size=5), st.booleans()), max_size=5
    )
    unread = lists if lists is not None else st.just({})
    return st.builds(lambda found, lost: State({ident: Item(*ident, told, optional=may) for ident, (told, may) in found.items()}, lost), items, unread)


ONE_OF = st.lists(SCALARS, min_size=1, max_size=3).map(lambda each: OneOf(tuple(each)))
UNREAD = st.dictionaries(st.sampled_from(sorted(TABLES)), st.builds(Unknown, st.just("HTTP 500")))
PLAIN, DECLARED, TROUBLED = states(VALUES), states(VALUES | ONE_OF), states(VALUES | GAPS, UNREAD)


@given(PLAIN)
def test_a_state_does_not_differ_from_itself(state: State) -> None:
    plan = compare(state, state, TABLES)
    assert plan.changes == () and not plan
    assert plan.coverage.unknown == plan.coverage.not_comparable == 0


@given(TROUBLED)
def test_a_state_with_gaps_does_not_differ_from_itself(state: State) -> None:
    assert compare(state, state, TABLES).changes == ()


@given(DECLARED | TROUBLED, PLAIN | TROUBLED)
def test_nothing_is_left_after_reconcile(declared: State, running: State) -> None:
    plan = compare(declared, running, TABLES)
    after = apply(running, plan)
    assert compare(declared, after, TABLES).changes == ()
    assert apply(after, compare(declared, after, TABLES)) == after


@given(DECLARED | TROUBLED, PLAIN | TROUBLED)
def test_nothing_is_left_after_backport(declared: State, running: State) -> None:
    plan = compare(declared, running, TABLES)
    after = apply(declared, plan, "declared")
    assert compare(after, running, TABLES).changes == ()


@given(DECLARED, PLAIN)
def test_apply_leaves_the_given_states_alone(declared: State, running: State) -> None:
    before = (repr(declared), repr(running))
    plan = compare(declared, running, TABLES)
    apply(running, plan)
    apply(declared, plan, "declared")
    assert (repr(declared), repr(running)) == before


@given(st.data())
def test_another_spelling_is_no_difference(data: st.DataObject) -> None:
    paths = data.draw(st.lists(st.sampled_from(sorted(SPELLINGS)), unique=True))
    sides = [State.of(Item("service", "a", {path: data.draw(st.sampled_from(SPELLINGS[path][0])) for path in paths})) for _side in range(2)]
    assert compare(sides[0], sides[1], TABLES).changes == ()


@given(PLAIN, st.sampled_from(sorted(SPELLINGS)), st.data())
def test_one_changed_field_is_found_there_and_nowhere_else(state: State, path: str, data: st.DataObject) -> None:
    same, other = SPELLINGS[path]
    ident = ("service", data.draw(st.sampled_from("abc")))
    values = dict(state.items[ident].values) if ident in state.items else {}
    declared = State({**state.items, ident: Item(*ident, {**values, path: data.draw(st.sampled_from(same))})})
    running = State({**state.items, ident: Item(*ident, {**values, path: other})})
    plan = compare(declared, running, TABLES)
    assert plan.differing() == {(*ident, path)}
    assert [change.action for change in plan.changes] == ["update"]


@given(TROUBLED, TROUBLED)
def test_gaps_are_counted_and_never_become_a_difference(declared: State, running: State) -> None:
    plan = compare(declared, running, TABLES)
    for change in plan.changes:
        assert not any(isinstance(value, (Unknown, NotComparable)) for each in change.fields for value in (each.declared, each.running))
    kinds = [gap.kind for gap in plan.gaps]
    assert kinds.count("unknown") == plan.coverage.unknown
    assert kinds.count("not_comparable") == plan.coverage.not_comparable
    for ident, item in declared.items.items():
        for path, value in item.values.items():
            if isinstance(value, (Unknown, NotComparable)):
                assert (*ident, path) in {(gap.resource, gap.key, gap.path) for gap in plan.gaps}


@given(TROUBLED, TROUBLED)
def test_coverage_loses_no_field(declared: State, running: State) -> None:
    plan = compare(declared, running, TABLES)
    looked_at = 0
    for ident, item in declared.items.items():
        other = running.items.get(ident)
        looked_at += max(1, len({*item.values, *(other.values if other else ())}))
    for name in {*declared.unreadable, *running.unreadable}:
        missing = any(ident[0] == name and ident not in running.items for ident in declared.items)
        looked_at += name in declared.unreadable or not missing
    assert plan.coverage.total == looked_at
    assert plan.coverage == sum(plan.item_coverage.values(), Coverage())


@given(TROUBLED, TROUBLED)
def test_what_could_not_be_listed_is_neither_missing_nor_clean(declared: State, running: State) -> None:
    plan = compare(declared, running, TABLES)
    for change in plan.changes:
        assert not (change.action == "create" and change.resource in running.unreadable)
        assert not (change.action == "delete" and change.resource in declared.unreadable)
    for name in {*declared.unreadable, *running.unreadable}:
        assert any(gap.resource == name and gap.kind == "unknown" for gap in plan.gaps)


@given(TROUBLED, TROUBLED)
def test_the_order_of_the_items_does_not_matter(declared: State, running: State) -> None:
    def turned(state: State) -> State:
        items = {ident: dataclasses.replace(item, values=dict(reversed(list(item.values.items())))) for ident, item in reversed(list(state.items.items()))}
        return State(items, dict(reversed(list(state.unreadable.items()))))

    assert repr(compare(declared, running, TABLES).changes) == repr(compare(turned(declared), turned(running), TABLES).changes)
    assert compare(declared, running, TABLES).gaps == compare(turned(declared), turned(running), TABLES).gaps


def test_the_hash_seed_does_not_matter() -> None:
    code = (
        "from ansible_collections.homelab.media_center.plugins.module_utils.core.compare import compare\n"
        "from ansible_collections.homelab.media_center.plugins.module_utils.core.model import *\n"
        "left = State.of(*[Item('s', k, {'x': frozenset('abc'), 'y': {'p', 'q'}}) for k in 'abc'], unreadable={'t': Unknown('t'), 'u': Unknown('u')})\n"
        "right = State.of(*[Item('s', k, {'x': frozenset('ab'), 'z': 1}) for k in 'bcd'])\n"
        "plan = compare(left, right, {'s': Resource('s', (Field('x', 'set'),))})\n"
        "print([(c.action, c.key, [f.path for f in c.fields]) for c in plan.changes], plan.gaps, plan.coverage)"
    )
    told = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(CHECKOUT / "collections")}
        told.add(subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(told) == 1


def one(**values: Any) -> State:
    return State.of(Item("service", "a", values))


@pytest.mark.parametrize(
    ("declared", "running", "expected"),
    [
        (one(plain=None), one(plain=""), {"plain"}),
        (one(plain=None), one(), {"plain"}),
        (one(), one(plain=None), {"plain"}),
        (one(plain=True), one(plain=1), {"plain"}),
        (one(plain="true"), one(plain=True), {"plain"}),
        (one(plain=float("nan")), one(plain=float("nan")), set()),
        (one(port=True), one(port=1), {"port"}),
        (one(), one(wait=30), set()),
        (one(), one(wait=31), {"wait"}),
        (one(wait="30s"), one(), set()),
        (one(), one(mode="host"), set()),
        (one(mode=OneOf(("host", "private"))), one(mode="private"), set()),
        (one(mode=OneOf(("host", "private"))), one(mode="slave"), {"mode"}),
        (one(), one(open="anything"), set()),
        (one(open="yes"), one(), {"open"}),
        (one(ratio=1), one(ratio=1.4), set()),
    ],
)
def test_edges(declared: State, running: State, expected: set[str]) -> None:
    plan = compare(declared, running, TABLES)
    assert {path for _resource, _key, path in plan.differing()} == expected
    assert plan.coverage.total == 1 or not expected


def test_an_open_field_that_is_not_declared_is_counted_as_ignored() -> None:
    assert compare(one(), one(open=1), TABLES).coverage == Coverage(ignored=1)


def test_an_optional_item_may_be_missing() -> None:
    declared = State.of(Item("service", "a", {"plain": 1, "port": 2}, optional=True))
    plan = compare(declared, State.of(), TABLES)
    assert plan.changes == () and plan.coverage == Coverage(checked=2)


def test_what_only_runs_is_a_change_but_no_comparison() -> None:
    running = State.of(Item("service", "x", {"plain": 1}), Item("network", "x", {}))
    plan = compare(State.of(), running, TABLES)
    assert [(change.action, change.resource, change.key) for change in plan.changes] == [("delete", "service", "x")]
    assert plan.coverage.total == 0


def test_a_created_item_takes_the_first_value_of_several() -> None:
    plan = compare(one(mode=OneOf(("host", "private"))), State.of(), TABLES)
    assert plan.changes[0].fields[0].declared == "host" == shown(OneOf(("host", "private")))
    assert apply(State.of(), plan).items[("service", "a")].values == {"mode": "host"}


def test_an_unreadable_field_of_a_missing_item_is_not_created() -> None:
    plan = compare(one(plain=1, port=Unknown("variable x is undefined", "define it")), State.of(), TABLES)
    assert [each.path for each in plan.changes[0].fields] == ["plain"]
    assert plan.coverage == Coverage(checked=1, unknown=1)
    assert plan.gaps[0].reason == "variable x is undefined" and plan.gaps[0].remedy == "define it"


def test_a_list_that_failed_is_told_even_when_all_declared_items_were_seen() -> None:
    running = State(one(plain=1).items, {"service": Unknown("HTTP 500")})
    plan = compare(one(plain=1), running, TABLES)
    assert plan.coverage == Coverage(checked=1, unknown=1)


def test_a_list_that_failed_on_both_sides_is_one_gap() -> None:
    lost = {"service": Unknown("HTTP 500")}
    plan = compare(State({}, lost), State({}, lost), TABLES)
    assert len(plan.gaps) == plan.coverage.unknown == 1


def test_changes_carry_the_origin_of_the_value_and_backport_marks_new_ones() -> None:
    line = Origin("homelab-apps", "media/compose.yml", 7)
    declared = State.of(Item("service", "a", {"plain": 1}, origins={"plain": line}))
    plan = compare(declared, one(plain=2, port=1), TABLES)
    assert plan.changes[0].fields[0].origin == line
    after = apply(declared, plan, "declared").items[("service", "a")]
    assert after.origins["plain"] == line
    assert after.origins["port"].form == "absent"


def test_a_resource_without_a_table_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        compare(State.of(Item("nowhere", "a", {})), State.of(), TABLES)


def test_absent_on_the_declared_side_removes_the_running_value() -> None:
    plan = compare(one(), one(plain=1), TABLES)
    assert plan.changes[0].fields[0].declared is ABSENT
    assert json.dumps(dict(apply(one(plain=1), plan).items[("service", "a")].values)) == "{}"
