# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Overseerr's, Jellyseerr's and Seerr's own answers as the flat mappings of the canonical form, and values back. Pure.

Bits become names and users of rules become addresses; what an answer leaves out because it is not set is told as such.
"""

from __future__ import annotations

import copy
import json
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.resources.seerr import BITS, NOT_IN, OPTIONS, QUOTAS, WITHOUT_TYPES
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource

Answer = Mapping[str, Any]
#: Users by number.
Users = Union[Mapping[int, str], Unknown]
_QUOTAS = ("quotaLimit", "quotaDays")


def names_of_bits(table: Mapping[int, str], number: Any) -> Any:
    """The names of the bits of a number, sorted. A bit that has no name is told as ``#bit``; what is no number stays as it is."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        return number
    bits = [1 << place for place in range(number.bit_length()) if number >> place & 1]
    return sorted(table.get(bit, "#{0}".format(bit)) for bit in bits)


def bits_of_names(table: Mapping[int, str], names: Sequence[str]) -> int:
    """The number of these bits. Raises LookupError with a sentence for a name that means none."""
    numbers = {name: bit for bit, name in table.items()}
    found = 0
    for name in names:
        told = str(name)
        if told not in numbers and not (told.startswith("#") and told[1:].isdigit()):
            raise LookupError("there is no {0} (there are {1})".format(told, ", ".join(sorted(numbers))))
        found |= numbers.get(told) or int(told[1:])
    return found


def version_numbers(version: str) -> List[int]:
    """The first three numbers of a version; fewer where it is no such, as of a development build."""
    return [int(each) for each in version.split(".")[:3] if each.isdigit()]


def page(resource: SettingsResource, answer: Answer) -> Dict[str, Any]:
    """A page of settings: permissions by name, what is not set as null."""
    kind, told = resource.name, _unset(resource, copy.deepcopy(dict(answer)))
    if "defaultPermissions" in told:
        told["defaultPermissions"] = names_of_bits(BITS[(kind, "defaultPermissions")], told["defaultPermissions"])
    if isinstance(told.get("defaultQuotas"), dict):
        for each in ("movie", "tv"):
            told["defaultQuotas"][each] = {**dict.fromkeys(_QUOTAS), **(told["defaultQuotas"].get(each) or {})}
    return told


def server(resource: SettingsResource, answer: Answer, knows_new_items: bool) -> Dict[str, Any]:
    """A Radarr or Sonarr server. What a write left out is gone from the answer, and the app takes it for off, empty or not set."""
    empty = {"bool": False, "set": [], "str": ""}
    missing = {name: empty[kind] for name, kind in resource.properties.items() if kind in empty and name not in resource.nullable}
    if not knows_new_items:
        missing.pop("monitorNewItems", None)
    return _unset(resource, {**missing, **answer})


def _unset(resource: SettingsResource, told: Dict[str, Any]) -> Dict[str, Any]:
    """The same with null in the place of an empty text: the apps' own pages send one for what is not set."""
    return {name: None if value == "" and name in resource.nullable else value for name, value in told.items()}


def agent(app: App, name: str, answer: Answer) -> Dict[str, Any]:
    """A notification agent with all options that this app knows. What a write left out is gone from the answer."""
    told = {**dict(answer), "agent": name}
    known = app.resources["notification"].properties
    told.setdefault("enabled", False)
    if "embedPoster" in known:
        told.setdefault("embedPoster", False)
    if name not in WITHOUT_TYPES:
        told["types"] = names_of_bits(BITS[("notification", "types")], told.get("types", 0))
    options = [each for each in OPTIONS.get(name, ()) if "{0}.{1}".format(name, each) not in NOT_IN[app.name]]
    told["options"] = {**dict.fromkeys(options), **{name: None if value == "" else value for name, value in (told.get("options") or {}).items()}}
    payload = told["options"].get("jsonPayload")
    if isinstance(payload, (dict, list)):
        # Somebody posted the text that a GET gives as it was, which makes the app store what the text says.
        told["options"]["jsonPayload"] = json.dumps(payload, indent=2, ensure_ascii=False)
    return told


def user(answer: Answer) -> Dict[str, Any]:
    """A user, known by the address; by the displayed name where there is none, as with users of Jellyfin."""
    told: Dict[str, Any] = {"id": answer.get("id"), "permissions": names_of_bits(BITS[("user", "permissions")], answer.get("permissions"))}
    told.update({name: answer.get(name) for name in ("username", *QUOTAS)})
    told["email" if answer.get("email") else "displayName"] = name_of_user(answer)
    return told


def names_of_users(answers: Sequence[Answer]) -> Dict[int, str]:
    """What users are called in git, by their numbers."""
    return {int(each["id"]): name_of_user(each) for each in answers}


def name_of_user(answer: Answer) -> str:
    """What a user is called in git."""
    return str(answer.get("email") or answer.get("displayName") or "#{0}".format(answer.get("id")))


def rule(answer: Answer, users: Users) -> Dict[str, Any]:
    """An override rule, its users by name and its texts with commas as lists, of numbers but for languages."""
    told = {name: None if value == "" else value for name, value in answer.items()}
    for name in ("genre", "language", "keywords", "tags"):
        if isinstance(told.get(name), str):
            told[name] = [int(each) if each.isdigit() else each for each in _words(told[name])]
    if told.get("users"):
        told["users"] = users if isinstance(users, Unknown) else sorted(_named(users, each) for each in _words(told["users"]))
    return told


def _named(users: Mapping[int, str], number: str) -> str:
    return users.get(int(number), "#" + number) if number.isdigit() else number


def _words(text: Any) -> List[str]:
    return [each.strip() for each in str(text).split(",") if each.strip()]


def native(kind: str, path: str, value: Any, type_: str) -> Any:
    """One declared value as the app takes it. Raises LookupError for a name that means nothing."""
    table = BITS.get((kind, path))
    if table is not None and isinstance(value, (list, tuple)):
        return bits_of_names(table, value)
    if path == "options.jsonPayload" and isinstance(value, str):
        # The app wants the text as a JSON string within the string, as its own page sends it; the text alone would be stored as what it says.
        return json.dumps(value.strip(), ensure_ascii=False)
    if type_ == "words" and isinstance(value, (list, tuple)):
        return ",".join(str(each).strip() for each in value)
    if value is None and type_ in ("str", "enum", "words"):
        return ""
    return value


def put(body: Dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path."""
    *above, last = path.split(".")
    for name in above:
        body = body.setdefault(name, {})
    body[last] = value


def without_nulls(value: Any) -> Any:
    """The same without what is not set, at every depth: the app takes no null for most of it, and what is left out is not set."""
    return {name: without_nulls(each) for name, each in value.items() if each is not None} if isinstance(value, dict) else value


def encoded(options: Optional[Mapping[str, Any]]) -> Dict[str, Any]:
    """The options of the webhook agent as they have to be posted, made of what a GET gives."""
    told = dict(options or {})
    payload = told.get("jsonPayload")
    if payload is not None:
        told["jsonPayload"] = json.dumps(payload if isinstance(payload, str) else json.dumps(payload, indent=2, ensure_ascii=False), ensure_ascii=False)
    return told
