# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Language profiles of Bazarr: what it stores, and what a settings file says of them. Pure.

A profile lists languages with marks (hearing impaired, forced, ...) under numbers of its own, and stops looking for others once it has the one whose
number is its cutoff. In a settings file a language with its marks is one text (``en``, ``en:hi``), and the cutoff is that text, or ``any``.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence

#: The cutoff that any language of the profile satisfies.
ANY = 65535
#: What every language of a profile has, in Bazarr's spelling of a boolean.
_MARKS = ("audio_exclude", "forced", "hi")
_ITEM_KEYS = ("id", "language")


def shaped(profile: Mapping[str, Any]) -> Dict[str, Any]:
    """A profile as the canonical form has it, under Bazarr's number as ``id``."""
    items: Sequence[Mapping[str, Any]] = profile.get("items") or ()
    texts = _texts(items)
    cutoff = profile.get("cutoff")
    if cutoff is not None:
        by_id = {each.get("id"): text for each, text in zip(items, texts)}
        cutoff = "any" if cutoff == ANY else by_id.get(cutoff, "#{0}".format(cutoff))
    found = {name: value for name, value in profile.items() if name not in ("profileId", "cutoff", "items", "originalFormat")}
    original = profile.get("originalFormat")
    found.update(id=profile.get("profileId"), items=texts, cutoff=cutoff, originalFormat=None if original is None else bool(original))
    return found


def _texts(items: Sequence[Mapping[str, Any]]) -> List[str]:
    """Each language with its marks. Of two that are equal the second one gets a number."""
    found: List[str] = []
    for each in items:
        marks = [_mark(name, each[name]) for name in sorted(each) if name not in _ITEM_KEYS and each[name] not in ("False", False, None)]
        text = ":".join([str(each.get("language")), *marks])
        count = sum(1 for known in found if known.partition("#")[0] == text)
        found.append("{0}#{1}".format(text, count + 1) if count else text)
    return found


def _mark(name: str, value: Any) -> str:
    return name if value in ("True", True) else "{0}={1}".format(name, value)


def changed(profile: Mapping[str, Any], values: Mapping[str, Any], languages: Sequence[str]) -> Dict[str, Any]:
    """What Bazarr is to store: the profile with the wanted values of the canonical form.

    Raises LookupError for a language that Bazarr does not know, and for a cutoff that is none of the languages: it takes both and never finds anything.
    """
    body = dict(profile)
    body.update({name: value for name, value in values.items() if name not in ("items", "cutoff", "originalFormat")})
    before = shaped(profile)
    items = [dict(each) for each in profile.get("items") or ()]
    if "items" in values:
        items = _items(items, values["items"], languages)
    body["items"] = items
    body["cutoff"] = _cutoff(items, values.get("cutoff", before["cutoff"]))
    if "originalFormat" in values:
        body["originalFormat"] = None if values["originalFormat"] is None else int(values["originalFormat"])
    return body


def new(number: int, values: Mapping[str, Any], languages: Sequence[str]) -> Dict[str, Any]:
    """A profile that does not exist yet. Each key has to be there, a missing one is a fault of the server's."""
    empty: Dict[str, Any] = {"cutoff": None, "items": [], "mustContain": [], "mustNotContain": [], "originalFormat": None, "tag": None}
    return changed({"profileId": number, "name": values["name"], **empty}, values, languages)


def _items(items: Sequence[Mapping[str, Any]], wanted: Any, languages: Sequence[str]) -> List[Dict[str, Any]]:
    """The wanted languages in their order. What is there keeps its number, a new one gets the next free one."""
    known = dict(zip(_texts(items), items))
    free = max([0, *(int(each.get("id") or 0) for each in items)])
    found: List[Dict[str, Any]] = []
    for text in wanted:
        item = known.pop(text, None) if isinstance(text, str) else None
        if item is None:
            free += 1
            item = _item(free, text, languages)
        found.append(dict(item))
    return found


def _item(number: int, text: Any, languages: Sequence[str]) -> Dict[str, Any]:
    check_language(str(text).partition("#")[0].partition(":")[0] if isinstance(text, str) else text, languages)
    language, *marks = text.partition("#")[0].split(":")
    item: Dict[str, Any] = {"id": number, "language": language, **dict.fromkeys(_MARKS, "False")}
    for mark in marks:
        name, dummy, value = mark.partition("=")
        if name not in item and not value:
            raise LookupError("{0} is no mark of a language (there are {1})".format(name, ", ".join(_MARKS)))
        item[name] = value or "True"
    return item


def check_language(code: Any, languages: Sequence[str]) -> None:
    """Raise LookupError for a code that Bazarr does not have."""
    if isinstance(code, bool):
        raise LookupError("YAML reads no and yes as a switch: put the code of a language into quotes")
    if code not in languages:
        raise LookupError("Bazarr has no language {0}: it wants a code of two letters, such as en".format(code))


def _cutoff(items: Sequence[Mapping[str, Any]], wanted: Any) -> Any:
    if wanted in (None, ""):
        return None
    if wanted == "any":
        return ANY
    numbers = {text: each.get("id") for each, text in zip(items, _texts(items))}
    if wanted not in numbers:
        raise LookupError("the cutoff {0} is none of the languages of the profile ({1})".format(wanted, ", ".join(numbers)))
    return numbers[wanted]
