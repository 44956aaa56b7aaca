# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From canonical values back to the body that an app takes: the opposite of ``settings_form``. Pure.

Whole objects are sent, as read, with only the wanted values replaced, because the apps reset what a body leaves
out. That holds for secrets, too: recorded from the real apps, a provider that is sent without its masked field loses the
secret, and one that is sent with the mask where the app had put it keeps it. A new thing has nothing behind a mask: there it would be stored.
"""

from __future__ import annotations

import copy
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_shapes import MASK
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import CONDITION_REFS, Ref, SettingsResource

#: Finds the id behind a name; raises LookupError with a sentence where there is none.
IdOf = Callable[[Ref, str], int]
#: What an app computes; a notification that carries these back counts as changed.
_COMPUTED = ("implementationName", "infoLink", "message", "presets", "link", "testCommand", "sortName", "status", "capabilities")


def merged(resource: SettingsResource, answer: Mapping[str, Any], wanted: Mapping[str, Any], id_of: IdOf) -> Dict[str, Any]:
    """The body of an update: the answer with the wanted values by path. Raises LookupError where a name means nothing."""
    body = copy.deepcopy(dict(answer))
    for name in list(body):
        if name in _COMPUTED or name.startswith("supports"):
            del body[name]
    for path in sorted(wanted, key=_turn):
        _set(resource, body, path, wanted[path], id_of)
    if resource.provider:
        body["fields"] = [{"name": each["name"], "value": each.get("value")} for each in body.get("fields") or ()]
    for condition in body.get("specifications") or ():
        condition["fields"] = [{"name": each["name"], "value": each.get("value")} for each in condition.get("fields") or ()]
    if resource.name == "config_host" and "password" in wanted:
        # The apps take a new password only when it is told twice.
        body["passwordConfirmation"] = wanted["password"]
    # No page keeps what stands behind a mask: it would be stored.
    return {name: value for name, value in body.items() if value != MASK}


def _turn(path: str) -> Tuple[int, str]:
    """Qualities come before the cutoff that names one, an implementation before its fields, and what is to be left at last of all."""
    if path in ("specifications", "formatItems"):
        return 2, path
    return (0 if path == "items" or path.endswith(".implementation") else 1), path


def _set(resource: SettingsResource, body: Dict[str, Any], path: str, value: Any, id_of: IdOf) -> None:
    name, dummy, rest = path.partition(".")
    if name == "fields" and resource.provider:
        _set_field(body.setdefault("fields", []), rest, value)
    elif name == "specifications":
        _set_specification(body.setdefault("specifications", []), rest, value, id_of)
    elif name == "formatItems":
        _set_score(body, rest, value, id_of)
    elif name == "items" and resource.shape == "quality_profile":
        body["items"] = _quality_items(body.get("items") or [], value)
    elif name == "sizes" and resource.shape == "quality_profile":
        _set_size(body.get("items") or [], rest, value)
    elif name == "cutoff" and resource.shape == "quality_profile":
        body["cutoff"] = _cutoff(body.get("items") or [], value)
    elif name == "language" and resource.shape == "quality_profile":
        body["language"] = {"id": id_of(Ref("language"), str(value)), "name": value}
    elif resource.shape == "metadata_profile" and isinstance(body.get(name), list) and isinstance(value, list):
        _allow(body[name], value)
    elif (resource.shape == "quality_definition" and name == "quality") or name == "position":
        return
    else:
        body[name] = _ids(resource.refs.get(name), value, id_of)


def _ids(ref: Optional[Ref], value: Any, id_of: IdOf) -> Any:
    if ref is None:
        return value
    if isinstance(value, list):
        return [id_of(ref, str(each)) for each in value]
    if ref.zero and value in (ref.zero, "", None):
        return 0
    return id_of(ref, str(value))


def _set_field(fields: List[Dict[str, Any]], name: str, value: Any) -> None:
    for each in fields:
        if each.get("name") == name:
            each["value"] = value
            return
    fields.append({"name": name, "value": value})


def _set_specification(conditions: List[Dict[str, Any]], path: str, value: Any, id_of: IdOf) -> None:
    if not path:
        # The names of all that there are to be; those that are missing come with paths of their own.
        told = _told_names(conditions)
        conditions[:] = [each for name, each in zip(told, conditions) if name in value]
        return
    # Names of conditions may hold dots, the words after them never do.
    for end in (".implementation", ".negate", ".required"):
        if path.endswith(end):
            _condition(conditions, path[: -len(end)])[end[1:]] = value
            return
    name, dummy, field = path.rpartition(".fields.")
    condition = _condition(conditions, name)
    ref = CONDITION_REFS.get(str(condition.get("implementation")))
    _set_field(condition.setdefault("fields", []), field, id_of(ref, value) if ref is not None and isinstance(value, str) else value)


def _told_names(conditions: List[Dict[str, Any]]) -> List[str]:
    """The names of conditions in canonical form, in which those of one name are told apart."""
    names: List[str] = []
    for each in conditions:
        name = str(each.get("name") or "")
        while name in names:
            name += "#"
        names.append(name)
    return names


def _condition(conditions: List[Dict[str, Any]], name: str) -> Dict[str, Any]:
    for told, each in zip(_told_names(conditions), conditions):
        if told == name:
            return each
    real = name.rstrip("#") if name.rstrip("#") in _told_names(conditions) else name
    conditions.append({"name": real, "negate": False, "required": False, "fields": []})
    return conditions[-1]


def _set_score(body: Dict[str, Any], name: str, value: Any, id_of: IdOf) -> None:
    scores = body.setdefault("formatItems", [])
    if not name:
        # The names of all that have a score.
        for each in scores:
            each["score"] = each.get("score", 0) if each.get("name") in value else 0
        return
    for each in scores:
        if each.get("name") == name:
            each["score"] = value
            return
    scores.append({"format": id_of(Ref("custom_format"), name), "name": name, "score": value})


def _quality_items(items: List[Mapping[str, Any]], wanted: Any) -> List[Dict[str, Any]]:
    """The items in the wanted order; qualities and ids of groups are those of the answer, a new group gets the next free id."""
    qualities: Dict[str, Mapping[str, Any]] = {}
    groups: Dict[str, int] = {}
    for each in items:
        for inner in [each, *(each.get("items") or ())]:
            if isinstance(inner.get("quality"), Mapping):
                qualities[str(inner["quality"].get("name"))] = inner
        if not isinstance(each.get("quality"), Mapping):
            groups[str(each.get("name"))] = int(each.get("id", 0))
    found = []
    for told in wanted:
        names = told.get("qualities")
        for name in names or [told["name"]]:
            if name not in qualities:
                raise LookupError("the app has no quality {0}".format(name))
        if names is None:
            found.append({**qualities[told["name"]], "allowed": told["allowed"]})
            continue
        number = groups.setdefault(told["name"], max([1000, *(each + 1 for each in groups.values())]))
        inner_items = [{**qualities[name], "allowed": told["allowed"]} for name in names]
        found.append({"id": number, "name": told["name"], "items": inner_items, "allowed": told["allowed"]})
    return found


def _set_size(items: List[Dict[str, Any]], path: str, value: Any) -> None:
    quality, dummy, size = path.rpartition(".")
    for each in items:
        _set_size(each.get("items") or [], path, value)
        if isinstance(each.get("quality"), Mapping) and each["quality"].get("name") == quality:
            each[size] = value


def _cutoff(items: List[Mapping[str, Any]], name: Any) -> int:
    for each in items:
        quality = each.get("quality")
        if isinstance(quality, Mapping) and quality.get("name") == name:
            return int(quality["id"])
        if not isinstance(quality, Mapping) and each.get("name") == name:
            return int(each["id"])
    raise LookupError("the profile has no quality or group {0} to stop at".format(name))


def _allow(entries: List[Dict[str, Any]], names: List[str]) -> None:
    known = set()
    for each in entries:
        inner: Mapping[str, Any] = next((each[key] for key in ("albumType", "releaseStatus") if isinstance(each.get(key), Mapping)), {})
        known.add(inner.get("name"))
        each["allowed"] = inner.get("name") in names
    for name in names:
        if name not in known:
            raise LookupError("the app knows no type {0}".format(name))


def new_body(resource: SettingsResource, template: Mapping[str, Any], wanted: Mapping[str, Any], id_of: IdOf) -> Dict[str, Any]:
    """The body of a create: the app's own template without masked defaults, with the wanted values."""
    base = {name: value for name, value in template.items() if name != "id" and value is not None}
    if resource.provider:
        base["fields"] = [each for each in base.get("fields") or () if each.get("value") != MASK]
    # One of the apps breaks its list of tags over a thing that was made without its own.
    base.update({name: [] for name, ref in resource.refs.items() if ref.many})
    body = merged(resource, base, wanted, id_of)
    body.pop("id", None)
    return body
