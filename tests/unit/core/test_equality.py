# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which spellings mean the same, and which only look so."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import KINDS, PAIRS, duration_seconds, equal, frozen, misfit, size_bytes
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Field, OneOf
from hypothesis import given
from hypothesis import strategies as st

from support.parts import CHECKOUT

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4), max_leaves=12)


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        ("duration", "1m30s", 90),
        ("duration", "1m30s", "90"),
        ("duration", "1.5h", "5400s"),
        ("duration", "90000ms", 90.0),
        ("duration", "10µs", "10μs"),
        ("duration", "-1s", -1),
        ("duration", "0", "0s"),
        ("size", "1g", 1073741824),
        ("size", "1GiB", "1073741824"),
        ("size", " 512 m ", "524288k"),
        ("size", "1.5g", 1610612736),
        ("size", -1, "-1"),
        ("size", 1e9, 1000000000),
        ("path", "/a//b/", "/a/b"),
        ("path", "//a/./b", "/a/b"),
        ("path", "./", "."),
        ("number", "8080", 8080),
        ("number", "0.50", 0.5),
        ("number", "1e3", 1000),
        ("number", "+5", 5),
        ("text", "Unless-Stopped", "unless-stopped"),
        ("set", ["b", "a", "a"], ("a", "b")),
        ("set", [{"x": 1, "y": 2}], [{"y": 2, "x": 1}]),
        ("ordered", ("a", "b"), ["a", "b"]),
        ("exact", 0, 0.0),
        ("exact", 0, -0.0),
        ("exact", [1], [1.0]),
        ("exact", {"b": 1, "a": 2}, {"a": 2, "b": 1}),
        ("exact", {1: "a"}, {"1": "a"}),
        ("exact", float("nan"), float("nan")),
        ("exact", {"a", "b"}, {"b", "a"}),
        ("exact", 10**400, 10**400),
    ],
)
def test_the_same(kind: str, left: Any, right: Any) -> None:
    assert equal(Field("x", kind), left, right)
    assert equal(Field("x", kind), right, left)


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        ("exact", True, 1),
        ("exact", True, "true"),
        ("exact", 1, "1"),
        ("exact", None, ""),
        ("exact", None, "null"),
        ("exact", None, []),
        ("exact", [], {}),
        ("exact", [True], [1]),
        ("exact", "é", "e\u0301"),
        ("exact", 2**53, 2**53 + 1),
        ("number", str(2**53), 2**53 + 1),
        ("number", 10**400, 10**401),
        ("number", "9" * 400, "9" * 401),
        ("number", "1e999", "1e998"),
        ("number", True, 1),
        ("number", False, "0"),
        ("number", "nan", "inf"),
        ("number", "1_000", 1000),
        ("number", "\N{ARABIC-INDIC DIGIT ONE}", 1),
        ("number", None, 0),
        ("number", "", 0),
        ("size", True, 1),
        ("size", 2**53, str(2**53 + 1)),
        ("size", "1k", 1000),
        ("size", "9" * 400 + "g", "9" * 401 + "g"),
        ("size", float("inf"), 0),
        ("duration", True, 1),
        ("duration", "1m", "1ms"),
        ("duration", 10**400, 10**401),
        ("duration", "", 0),
        ("path", "/a/b", "/a/B"),
        ("path", "", "."),
        ("text", "a", 1),
        ("ordered", ["a", "b"], ["b", "a"]),
        ("set", ["80"], [80]),
        ("set", [True], [1]),
        ("set", [], None),
        ("set", ["ab"], "ab"),
    ],
)
def test_not_the_same(kind: str, left: Any, right: Any) -> None:
    assert not equal(Field("x", kind), left, right)
    assert not equal(Field("x", kind), right, left)


@pytest.mark.parametrize("other", [None, "", 0, False, [], {}])
def test_absent_is_neither_null_nor_empty(other: Any) -> None:
    assert not equal(Field("x"), ABSENT, other)
    assert not equal(Field("x"), other, ABSENT)
    assert equal(Field("x"), ABSENT, ABSENT)


def test_a_default_stands_for_absence_on_either_side() -> None:
    field = Field("x", "duration", default="30s")
    assert equal(field, ABSENT, 30)
    assert equal(field, "30s", ABSENT)
    assert not equal(field, ABSENT, 31)
    assert equal(Field("x", default=None), ABSENT, None)
    assert equal(Field("x", default=OneOf(("host", "private"))), ABSENT, "private")


def test_one_of_is_satisfied_by_each_of_its_values() -> None:
    wanted = OneOf(("private", "host", ABSENT))
    assert all(equal(Field("x"), wanted, each) for each in ("private", "host", ABSENT))
    assert not equal(Field("x"), wanted, "shareable")
    with pytest.raises(ValueError, match="at least one"):
        OneOf(())


def test_tolerance_is_for_numbers_alone() -> None:
    field = Field("x", "number", tolerance=0.5)
    assert equal(field, "1.0", 1.5)
    assert not equal(field, 1, 1.6)
    assert not equal(field, 1, True)
    assert not equal(field, "a", "b")
    assert not equal(field, 10**400, 1.5)
    assert not equal(field, float("inf"), 1)


@given(st.sampled_from(sorted(KINDS)), VALUES, VALUES)
def test_equality_is_reflexive_and_symmetric(kind: str, left: Any, right: Any) -> None:
    field = Field("x", kind)
    assert equal(field, left, left)
    assert equal(field, left, right) == equal(field, right, left)


@given(st.lists(SCALARS), st.randoms())
def test_a_set_has_no_order(values: list[Any], random: Any) -> None:
    mixed = [*values, *values[:1]]
    random.shuffle(mixed)
    assert equal(Field("x", "set"), values, mixed)


@given(st.integers(0, 10**9))
def test_every_spelling_of_a_duration(seconds: int) -> None:
    spelled = f"{seconds // 3600}h{seconds % 3600 // 60}m{seconds % 60}s"
    assert duration_seconds(spelled) == duration_seconds(seconds) == duration_seconds(str(seconds)) == seconds


@given(st.integers(0, 2**70), st.sampled_from(["k", "m", "g", "t"]), st.sampled_from(["", "b", "ib", "B", "iB"]))
def test_every_spelling_of_a_size(count: int, unit: str, tail: str) -> None:
    power = " kmgt".index(unit)
    assert size_bytes(f"{count}{unit}{tail}") == size_bytes(count * 1024**power) == count * 1024**power


@given(VALUES)
def test_no_value_has_no_frozen_form(value: Any) -> None:
    assert isinstance(frozen(value), str)


def test_sets_freeze_alike_under_every_hash_seed() -> None:
    code = "from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import frozen;print(frozen({'n': {'a', 'b', 'c', 'd', 1, None}}))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(CHECKOUT / "collections")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        ("trimmed", " a ", "a"),
        ("word", " Nightly ", "nightly"),
        ("words", "a, b", ["b", "a"]),
        ("words", "", []),
        ("words", ["a", "a"], ["a"]),
        ("lines", "a;b ,\n c", ["c", "b", "a"]),
        ("lines", "", []),
        ("subnets", "192.168.1.5/24,fe80::1/10\n10.0.0.0/8", ["10.0.0.0/8", "192.168.1.0/24", "fe80::/10"]),
        ("subnets", ["junk"], ["junk"]),
        ("url_base", "recbase/", "/recbase"),
        ("url_base", " /a/b/ ", "/a/b"),
        ("url_base", "/", ""),
    ],
)
def test_spellings_of_settings(kind: str, left: Any, right: Any) -> None:
    assert equal(Field("x", kind), left, right)


@pytest.mark.parametrize(
    ("declared", "running"), [("7", 7), ("1.50", 1.5), (1, True), (0, False), ("", 0), (None, 0), (None, False), (None, []), ("", []), ("", None)]
)
def test_a_value_is_what_the_app_stores_of_it(declared: Any, running: Any) -> None:
    assert equal(Field("x", "stored"), declared, running)


@pytest.mark.parametrize(
    ("declared", "running"),
    [(None, ""), (None, "a"), (None, 1), ("", 8080), ("abc", 0), ("abc", 8080), (1.5, 0), ([1], 0), ("true", True), ("007", "7"), (7, "7"), (["a"], [])],
)
def test_what_is_stored_as_something_else_stays_a_difference(declared: Any, running: Any) -> None:
    assert not equal(Field("x", "stored"), declared, running)


def test_an_app_that_has_no_such_field_stores_nothing() -> None:
    field = Field("x", "stored", default=OneOf((None, "", [])))
    assert equal(field, None, ABSENT)
    assert equal(field, "", ABSENT)
    assert not equal(field, 0, ABSENT)
    assert not equal(field, False, ABSENT)


def test_an_empty_value_is_what_the_app_falls_back_to() -> None:
    field = Field("x", "stored", empty_is=("755",))
    assert equal(field, "", "755")
    assert equal(field, None, "755")
    assert not equal(field, "", "700")
    assert not equal(field, "755", "")


def test_names_that_only_run_are_not_covered() -> None:
    field = Field("x", "covers")
    assert equal(field, ["a", "b"], ["b"])
    assert not equal(field, ["a"], ["a", "b"])


def test_a_password_is_compared_with_its_md5() -> None:
    """Recorded of Bazarr, which stores the MD5 of what it is sent, and leaves a hash that comes back."""
    field = Field("password", "md5", secret="always")
    assert equal(field, "hunter2", "2ab96390c7dbe3439de74d0c9b0b1767")
    assert equal(field, "2ab96390c7dbe3439de74d0c9b0b1767", "2ab96390c7dbe3439de74d0c9b0b1767")
    assert not equal(field, "hunter3", "2ab96390c7dbe3439de74d0c9b0b1767")
    assert not equal(field, "", "d41d8cd98f00b204e9800998ecf8427e")


@given(st.sampled_from(sorted(PAIRS)), VALUES)
def test_equal_values_are_the_same_on_both_sides(kind: str, value: Any) -> None:
    assert equal(Field("x", kind), value, value)


@pytest.mark.parametrize(
    ("declared", "running", "needed"),
    [("abc", 8080, "a number"), ([1], 1, "a number"), ("yes", True, "true or false"), (5, "a", "a text"), (5, ["a"], "a list"), (True, "a", "a text")],
)
def test_a_value_of_another_type_is_named(declared: Any, running: Any, needed: str) -> None:
    assert misfit(declared, running) == needed


@pytest.mark.parametrize(("declared", "running"), [("80", 8080), (1, False), ("a", "b"), ("a,b", ["c"]), (None, 1), ("", 1), (5, None), ({"a": 1}, 1)])
def test_a_value_that_may_be_right_is_not(declared: Any, running: Any) -> None:
    assert misfit(declared, running) == ""
