# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Env files and compose's variables, as far as the control node needs them to find files."""

from __future__ import annotations

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.env_file import interpolate, read_env
from hypothesis import given
from hypothesis import strategies as st


def test_keys_values_and_lines() -> None:
    text = "\ufeffA=1\n# B=2\nexport C='x # y' # z\nD\n\nE = two words # comment\nF=\nA=3\n"
    assert {key: tuple(each) for key, each in read_env(text).items()} == {
        "A": ("3", 8),
        "C": ("x # y", 3),
        "D": (None, 4),
        "E": ("two words", 6),
        "F": ("", 7),
    }


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("plain", {}, "plain"),
        ("${A}/x", {"A": "a"}, "a/x"),
        ("$A-x", {"A": "a"}, "a-x"),
        ("${A:-b}", {}, "b"),
        ("${A:-b}", {"A": ""}, "b"),
        ("${A-b}", {"A": ""}, ""),
        ("${A:-${B:-c}}/d", {}, "c/d"),
        ("${A:+x}", {"A": "1"}, "x"),
        ("${A:+x}", {}, ""),
        ("a$$b", {}, "a$b"),
        ("a$", {}, "a$"),
        ("${A}", {}, None),
        ("$A", {}, None),
        ("${A:?missing}", {}, None),
        ("${A", {"A": "a"}, None),
        ("${A!}", {"A": "a"}, None),
    ],
)
def test_interpolation(text: str, values: dict[str, str], filled: str | None) -> None:
    assert interpolate(text, values) == filled


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    read_env(text)
    interpolate(text, {})
