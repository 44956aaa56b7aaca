# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a quality profile must hold: every quality of the app exactly once, groups with name and id, a cutoff that is allowed."""

from __future__ import annotations

from typing import Any

from lab.apps.servarr_answers import failure

_Item = dict[str, Any]


def item_failures(bound: _Item, template: _Item) -> list[_Item]:
    """The failures of `cutoff` and `items`, in the order in which the apps tell them."""
    items = bound.get("items")
    found = [] if _cutoff_allowed(items or [], bound.get("cutoff")) else [("Cutoff", "Cutoff must be an allowed quality or group", "ValidCutoffValidator`1")]
    if not items:
        found.append(("Items", "'Items' must not be empty.", "NotEmptyValidator"))
    if not any(item.get("allowed") for item in items or []):
        found.append(("Items", "Must contain at least one allowed quality", "AllowedValidator`1"))
    if items is None:
        found += [("Items", text, code) for text, code in _RULES]
    else:
        found += [("Items", text, code) for (text, code), broken in zip(_RULES, _broken(items, template), strict=False) if broken]
    return [failure(name, text, code, items if name == "Items" else bound.get("cutoff")) for name, text, code in found]


_RULES = (
    ("Individual qualities should not be named", "QualityNameValidator`1"),
    ("Groups must contain multiple qualities", "GroupItemValidator`1"),
    ("Groups must have an ID", "ItemGroupIdValidator`1"),
    ("Groups must have a unique ID", "UniqueIdValidator`1"),
    ("Qualities can only be used once", "UniqueQualityIdValidator`1"),
    ("Must contain all qualities", "AllQualitiesValidator`1"),
    ("Groups must have a name", "ItemGroupNameValidator`1"),
)


def quality_ids(items: list[_Item]) -> list[int]:
    """The ids of all qualities, those in groups included."""
    found: list[int] = []
    for item in items:
        found += [item["quality"]["id"]] if item.get("quality") else quality_ids(item.get("items") or [])
    return found


def _broken(items: list[_Item], template: _Item) -> list[bool]:
    groups = [item for item in items if not item.get("quality")]
    ids = [group.get("id") for group in groups]
    used = quality_ids(items)
    return [
        any(item.get("quality") and item.get("name") for item in items),
        any(len(group.get("items") or []) < 2 for group in groups),
        any(not number for number in ids),
        len(set(ids)) < len(ids),
        len(set(used)) < len(used),
        bool(set(quality_ids(template["items"])) - set(used)),
        any(not group.get("name") for group in groups),
    ]


def _cutoff_allowed(items: list[_Item], cutoff: Any) -> bool:
    for item in items:
        number = item["quality"]["id"] if item.get("quality") else item.get("id")
        if number == cutoff:
            return bool(item.get("allowed"))
    return False
