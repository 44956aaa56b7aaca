# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of both sides."""

from __future__ import annotations

import copy
import pickle

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Coverage, Field, Item, Resource, State

TABLE = Resource("service", (Field("labels.*"), Field("labels.traefik.*", "set"), Field("labels.a", "text"), Field("image")), fallback=Field("*", "path"))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("labels.a", "labels.a"),
        ("labels.b", "labels.*"),
        ("labels.a.b", "labels.*"),
        ("labels.traefik.enable", "labels.traefik.*"),
        ("labels.traefik", "labels.*"),
        ("labels", "*"),
        ("labelsx", "*"),
        ("image", "image"),
        ("image.id", "*"),
        ("", "*"),
    ],
)
def test_a_path_finds_its_nearest_field(path: str, found: str) -> None:
    assert TABLE.field(path).path == found


def test_two_items_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two items are called service\[a\]"):
        State.of(Item("service", "a", {}), Item("service", "a", {"x": 1}))


def test_absent_is_one_thing_and_false() -> None:
    assert copy.copy(ABSENT) is ABSENT and copy.deepcopy(ABSENT) is ABSENT and pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    assert not ABSENT and repr(ABSENT) == "ABSENT"


def test_coverages_add_up() -> None:
    both = Coverage(1, 2, 3, 4) + Coverage(10, 20, 30, 40)
    assert both == Coverage(11, 22, 33, 44) and both.total == 110
