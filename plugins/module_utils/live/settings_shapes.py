# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the apps whose canonical form is more than names for ids."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, FrozenSet, List, Mapping, Sequence

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import NotComparable, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import CONDITION_REFS, Ref

#: What the apps show in place of a stored secret.
MASK = "********"
MASKED = NotComparable("the app masks it")
#: Stands for the password of the app's own user.
HASHED = NotComparable("the app keeps only a hash of it")
#: Properties that no settings file says: ids, what the app computes, and what moves by itself.
COMPUTED: FrozenSet[str] = frozenset(
    (
        "id fields configContract implementationName infoLink message presets protocol link testCommand accessible freeSpace totalSpace "
        "unmappedFolders weight listType listOrder minRefreshInterval order nameLower status capabilities added sortName privacy indexerUrls "
        "legacyUrls definitionName description language encoding isBuiltIn passwordConfirmation trustCgnatIpAddresses pathsDefaultStatic"
    ).split()
)


class Elsewhere(NotComparable):
    """Stands for a value that something other than git and the app's people sets, such as the port that a VPN forwards: never exported, never drift."""


@dataclasses.dataclass(frozen=True)
class Names:
    """Names by resource and id. ``unread`` are the resources whose list failed, with why: their names are not known."""

    by_id: Mapping[str, Mapping[int, str]]
    unread: Mapping[str, Unknown] = dataclasses.field(default_factory=dict)

    def told(self, ref: Ref, value: Any) -> Any:
        """The name or names behind a reference. An id that nothing has is told as ``#id``."""
        # What refers to nothing is known without any list.
        if ref.resource in self.unread and value not in ([], 0 if ref.zero else None):
            why = "the list of {0} could not be read, so its names are not known".format(ref.resource)
            return Unknown(why, self.unread[ref.resource].remedy)
        if ref.many or isinstance(value, (list, tuple)):
            return sorted({self._one(ref, each) for each in value or ()})
        return self._one(ref, value)

    def _one(self, ref: Ref, value: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            if value == 0 and ref.zero:
                return ref.zero
            return self.by_id.get(ref.resource, {}).get(value, "#{0}".format(value))
        return str(value)


def provider_fields(answer: Mapping[str, Any]) -> Dict[str, Any]:
    """Fields of an implementation by name; those without a value are null, so that setting one is a difference."""
    found: Dict[str, Any] = {}
    for each in answer.get("fields") or ():
        name = str(each.get("name") or "")
        if name and not name.startswith("info_") and each.get("type") not in ("info", "action"):
            found[name] = MASKED if each.get("value") == MASK else each.get("value")
    return found


def specifications(answer: Mapping[str, Any], names: Names) -> Dict[str, Any]:
    """Conditions of a custom format or an auto tag by name, each with its implementation, flags and fields."""
    shaped = dict(answer)
    told: Dict[str, Any] = {}
    for each in answer.get("specifications") or ():
        name = str(each.get("name") or "")
        while name in told:
            name += "#"
        condition = {key: each[key] for key in ("implementation", "negate", "required") if each.get(key) is not None}
        condition["fields"] = {key: _referenced(str(each.get("implementation")), value, names) for key, value in provider_fields(each).items()}
        told[name] = condition
    shaped["specifications"] = told
    return shaped


def _referenced(implementation: str, value: Any, names: Names) -> Any:
    ref = CONDITION_REFS.get(implementation)
    return names.told(ref, value) if ref is not None and isinstance(value, int) else value


def quality_profile(answer: Mapping[str, Any], names: Names) -> Dict[str, Any]:
    """Qualities and groups in their order, the cutoff and the scores by name."""
    shaped = dict(answer)
    ids: Dict[int, str] = {}
    shaped["items"] = [_quality_item(each, ids) for each in answer.get("items") or ()]
    shaped["sizes"] = _sizes(answer.get("items") or ()) or None
    cutoff = answer.get("cutoff")
    shaped["cutoff"] = ids.get(cutoff, "#{0}".format(cutoff)) if isinstance(cutoff, int) else cutoff
    formats = Ref("custom_format")
    scores = answer.get("formatItems") or ()
    shaped["formatItems"] = {str(each.get("name") or names.told(formats, each.get("format"))): each.get("score", 0) for each in scores}
    if isinstance(answer.get("language"), Mapping):
        shaped["language"] = answer["language"].get("name") or "#{0}".format(answer["language"].get("id"))
    return shaped


def _quality_item(item: Mapping[str, Any], ids: Dict[int, str]) -> Dict[str, Any]:
    quality = item.get("quality")
    if isinstance(quality, Mapping):
        ids[int(quality.get("id", 0))] = str(quality.get("name"))
        told: Dict[str, Any] = {"name": str(quality.get("name"))}
    else:
        inner: Sequence[Mapping[str, Any]] = item.get("items") or ()
        ids[int(item.get("id", 0))] = str(item.get("name"))
        told = {"name": str(item.get("name")), "qualities": [str((each.get("quality") or {}).get("name")) for each in inner]}
        for each in inner:
            _quality_item(each, ids)
    told["allowed"] = bool(item.get("allowed"))
    return told


_SIZES = ("minSize", "maxSize", "preferredSize")


def _sizes(items: Sequence[Mapping[str, Any]]) -> Dict[str, Any]:
    """The sizes of each quality, where the app keeps them in the profile; one that is not set is unlimited."""
    found: Dict[str, Any] = {}
    for each in items:
        found.update(_sizes(each.get("items") or ()))
        if isinstance(each.get("quality"), Mapping) and any(each.get(name) is not None for name in _SIZES):
            found[str(each["quality"].get("name"))] = {name: each.get(name) for name in _SIZES}
    return found


def quality_definition(answer: Mapping[str, Any], names: Names) -> Dict[str, Any]:
    """A definition named by its quality."""
    return {**answer, "quality": (answer.get("quality") or {}).get("name")}


def delay_profile(answer: Mapping[str, Any], names: Names) -> Dict[str, Any]:
    """A profile with its place among the others; numbers may have holes after a profile was removed."""
    return {**answer, "position": answer.get("position")}


def metadata_profile(answer: Mapping[str, Any], names: Names) -> Dict[str, Any]:
    """The allowed types by name, in each of the three groups."""
    shaped = dict(answer)
    for group, inner in (("primaryAlbumTypes", "albumType"), ("secondaryAlbumTypes", "albumType"), ("releaseStatuses", "releaseStatus")):
        if isinstance(answer.get(group), list):
            shaped[group] = _allowed(answer[group], inner)
    return shaped


def _allowed(entries: Sequence[Mapping[str, Any]], inner: str) -> List[str]:
    return sorted(str((each.get(inner) or {}).get("name")) for each in entries if each.get("allowed"))


def with_positions(profiles: Sequence[Mapping[str, Any]]) -> List[Dict[str, Any]]:
    """Delay profiles with their place, counted from 1; the default one is always the last and has none."""
    ordered = sorted((each for each in profiles if each.get("tags")), key=lambda each: (each.get("order", 0), each.get("id", 0)))
    places = {each.get("id"): place for place, each in enumerate(ordered, 1)}
    return [{**each, "position": places.get(each.get("id"))} for each in profiles]
