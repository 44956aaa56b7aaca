# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every single value of an instance's answers that somebody could change by hand, and where that is to be found."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import canonical, is_synced, key_of, listed, names_of

if TYPE_CHECKING:
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource

MASK = "********"
#: What is told in another form than as one value of its own.
_SHAPED = {
    "quality_profile": ("items", "cutoff", "formatItems", "language"),
    "metadata_profile": ("primaryAlbumTypes", "secondaryAlbumTypes", "releaseStatuses"),
}


@dataclass(frozen=True)
class Place:
    """One value: of which thing, the way to it in the answer, and its path in a finding."""

    resource: str
    key: str
    index: int
    way: tuple[str | int, ...]
    path: str
    value: Any


def places(app: App, raw: Mapping[str, Any]) -> Iterator[Place]:
    """All values of an instance that can be edited and are compared by themselves."""
    names = names_of(app, raw)
    for name, answers in raw.items():
        resource = app.resources[name]
        if resource.static:
            continue
        for index, answer in enumerate(listed(resource, answers)):
            if not is_synced(app, resource, answer):
                key = key_of(resource, canonical(resource, answer, names))
                for way, path, value in _values(resource, answer):
                    if value != MASK:
                        yield Place(name, key, index, way, path, value)


def _values(resource: SettingsResource, answer: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    apart = {*resource.key, *resource.key_else, *resource.refs, "position", "implementation", *_SHAPED.get(resource.shape, ())}
    for name, kind in resource.properties.items():
        if name not in apart and kind != "object" and (name in answer or name in resource.nullable):
            yield (name,), name, answer.get(name)
    if resource.provider:
        for place, field in enumerate(answer["fields"]):
            if field.get("type") not in ("info", "action") and not field["name"].startswith("info_"):
                yield ("fields", place, "value"), "fields." + field["name"], field.get("value")
    if resource.shape == "specifications":
        for place, condition in enumerate(answer["specifications"]):
            head = f"specifications.{condition['name']}."
            yield from (((("specifications", place, flag)), head + flag, condition[flag]) for flag in ("negate", "required"))
            for number, field in enumerate(condition["fields"]):
                if condition["implementation"] not in ("TagSpecification", "QualityProfileSpecification", "MetadataProfileSpecification"):
                    yield ("specifications", place, "fields", number, "value"), f"{head}fields.{field['name']}", field.get("value")
    if resource.shape == "quality_profile":
        for place, score in enumerate(answer["formatItems"]):
            yield ("formatItems", place, "score"), "formatItems." + score["name"], score["score"]
        for place, item in enumerate(answer["items"]):
            yield ("items", place, "allowed"), "items", item["allowed"]


def with_value(raw: Mapping[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """The answers with another value at one place."""
    changed = copy.deepcopy(dict(raw))
    thing: Any = changed[place.resource]
    thing = thing if isinstance(thing, dict) else thing[place.index]
    for step in place.way[:-1]:
        thing = thing[step]
    thing[place.way[-1]] = value
    return changed
