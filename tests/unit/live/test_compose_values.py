# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spellings brought to one form."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import duration_seconds, size_bytes
from ansible_collections.homelab.media_center.plugins.module_utils.live import compose_values as values
from hypothesis import given
from hypothesis import strategies as st


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_unescape_undoes_what_config_does(node: Any) -> None:
    def doubled(each: Any) -> Any:
        if isinstance(each, str):
            return each.replace("$", "$$")
        if isinstance(each, dict):
            return {doubled(key): doubled(value) for key, value in each.items()}
        return [doubled(one) for one in each] if isinstance(each, list) else each

    assert values.unescaped(doubled(node)) == node


@given(st.integers(min_value=0, max_value=10**15))
def test_duration_text_is_read_back(amount: int) -> None:
    assert values.nanoseconds(values.duration_text(amount)) == pytest.approx(amount, abs=1)
    assert duration_seconds(values.duration_text(amount)) == pytest.approx(amount / 10**9)


@given(st.integers(min_value=0, max_value=2**53))
def test_size_text_is_read_back(amount: int) -> None:
    assert size_bytes(values.size_text(amount)) == amount


@pytest.mark.parametrize(
    ("text", "canonical"), [("::FFFF:10.0.0.1", "10.0.0.1"), ("[::1]", "::1"), ("0:0::1", "::1"), ("host-gateway", "host-gateway"), (None, "")]
)
def test_address(text: str | None, canonical: str) -> None:
    assert values.address(text) == canonical


@pytest.mark.parametrize(
    ("port", "told"),
    [("80", ["80/tcp"]), ("80/udp", ["80/udp"]), ("3-5", ["3/tcp", "4/tcp", "5/tcp"]), ("3-4/udp", ["3/udp", "4/udp"]), (80, ["80/tcp"])],
)
def test_exposed(port: Any, told: list[str]) -> None:
    assert values.exposed(port) == told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("", "80", 80, "tcp"), "80->80/tcp"),
        (("0.0.0.0", "80", "80", ""), "80->80/tcp"),
        (("127.0.0.1", "", 80, "udp"), "127.0.0.1->80/udp"),
        (("::1", "8", 80, "tcp"), "[::1]:8->80/tcp"),
        (("", "7-9", 80, "tcp"), "7-9->80/tcp"),
        (("", "", 80, "tcp"), "80/tcp"),
    ],
)
def test_binding(arguments: tuple[Any, ...], told: str) -> None:
    assert values.binding(*arguments) == told


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("redis", "docker.io/library/redis:latest", True),
        ("index.docker.io/a/b:1", "a/b:1", True),
        ("a/b", "a/b:2", False),
        ("ghcr.io/a/b:1", "a/b:1", False),
        ("localhost:5000/a", "localhost:5000/a:latest", True),
        ("a@sha256:1", "a", False),
    ],
)
def test_same_reference(left: str, right: str, same: bool) -> None:
    assert values.same_reference(left, right) is same


@pytest.mark.parametrize(("reference", "floating"), [("a", True), ("a:latest", True), ("reg:5000/a", True), ("a:1.2", False), ("a:latest@sha256:0", False)])
def test_is_floating(reference: str, floating: bool) -> None:
    assert values.is_floating(reference) is floating


@pytest.mark.parametrize(
    ("value", "name"), [("15", "SIGTERM"), (9, "SIGKILL"), ("term", "SIGTERM"), ("SIGUSR1", "SIGUSR1"), ("", ""), (None, ""), ("999", "999")]
)
def test_signal_name(value: Any, name: str) -> None:
    assert values.signal_name(value) == name


@pytest.mark.parametrize(("value", "mode"), [("0400", 0o400), ("0o400", 0o400), (256, 0o400), ("x", None), (None, None)])
def test_octal(value: Any, mode: int | None) -> None:
    assert values.octal(value) == mode


@pytest.mark.parametrize(("version", "wanted", "enough"), [("1.48", "1.44", True), ("1.9", "1.44", False), ("", "1.44", False), ("x", "1", False)])
def test_at_least(version: str, wanted: str, enough: bool) -> None:
    assert values.at_least(version, wanted) is enough
