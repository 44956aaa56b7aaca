# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of checks that `data/servarr/rules.yml` names: each says whether a value holds, and in which words it does not."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.apps.servarr_answers import Refusal, failure, message, pascal, words
from lab.apps.servarr_naming import naming_failures
from lab.apps.servarr_profile_items import item_failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lab.apps.servarr_instance import Instance

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TITLES = {"uiLanguage": "UILanguage"}


@dataclass(frozen=True)
class Subject:
    """What is being checked: the bound properties of one resource, and whether it is new."""

    instance: Instance
    path: str
    bound: dict[str, Any]
    creates: bool
    given: frozenset[str] = field(default_factory=frozenset)

    @property
    def number(self) -> int:
        return int(self.bound.get("id") or 0)

    def others(self) -> list[dict[str, Any]]:
        """The rows beside this one."""
        return [row for row in self.instance.rows.get(self.path, []) if row["id"] != self.number]

    def rows(self, entry: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows that a value may not be in: Readarr counts the row itself among them."""
        return self.instance.rows[self.path] if entry.get("and_itself") else self.others()


def run(subject: Subject, entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The failures of all checks that do not hold, in their order."""
    found: list[dict[str, Any]] = []
    ended: set[str] = set()
    for entry in entries:
        name = entry["property"]
        if not subject.instance.applies(entry) or name in ended or not _concerns(subject, entry):
            continue
        value = subject.bound.get(name)
        told = _KINDS[entry["kind"]](subject, value, entry)
        if not told:
            continue
        if entry.get("raises") and "/" in (value or ""):
            text = f"value [{value}]  is not a valid *nix path. paths must start with / (Parameter 'path')"
            raise Refusal(message(500, text, "System.ArgumentException"))
        found += [told] if isinstance(told, dict) else told
        if entry.get("stop"):
            ended.add(name)
    return found


def _concerns(subject: Subject, entry: dict[str, Any]) -> bool:
    bound = subject.bound
    if entry.get("only") == "create" and not subject.creates:
        return False
    if "when" in entry and not bound.get(entry["when"]):
        return False
    if "when_set" in entry and not _said(bound.get(entry["when_set"])):
        return False
    if "when_given" in entry and bound.get(entry["when_given"]) is None:
        return False
    if any(bound.get(name) != value for name, value in entry.get("when_equal", {}).items()):
        return False
    basic = "basic" if subject.instance.letter not in "RP" else ""
    if entry.get("when_login") and bound.get("authenticationMethod") not in ("forms", basic):
        return False
    return not (entry.get("unless_id") == subject.number or ("only_id" in entry and entry["only_id"] != subject.number))


def _said(value: Any) -> bool:
    return value not in (None, "", 0, []) and not (isinstance(value, str) and not value.strip())


def _told(entry: dict[str, Any], value: Any, text: str, code: str | None) -> dict[str, Any]:
    name = _TITLES.get(entry["property"], pascal(entry["property"]))
    text = entry.get("message", text).replace("{title}", words(name)).replace("{value}", str("" if value is None else value))
    # A message of our own without a code is a failure that the app adds by itself: it carries none.
    return failure(name, text, entry.get("code", code if "message" not in entry or entry.get("kind") in _CODED else None), value)


_CODED = ("not_empty", "greater")


def _simple(holds: Callable[[Subject, Any, dict[str, Any]], bool], text: str, code: str | None) -> Callable[..., Any]:
    def check(subject: Subject, value: Any, entry: dict[str, Any]) -> Any:
        if holds(subject, value, entry):
            return None
        wanted = entry.get("value")
        words_of = text.replace("{wanted}", str(wanted))
        if isinstance(wanted, list) and len(wanted) == 2:
            words_of = words_of.replace("{low}", str(wanted[0])).replace("{high}", str(wanted[1]))
        return _told({**entry, **_filled(subject, entry)}, value, words_of, code)

    return check


def _filled(subject: Subject, entry: dict[str, Any]) -> dict[str, Any]:
    if "message" not in entry:
        return {}
    return {"message": entry["message"].replace("{default_branch}", subject.instance.traits["default_branch"])}


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("/") and value == value.rstrip()


def _exists(subject: Subject, value: Any, _entry: dict[str, Any]) -> bool:
    return (str(value).rstrip("/") or "/") in subject.instance.folders


def _refers(subject: Subject, value: Any, entry: dict[str, Any]) -> bool:
    return bool(entry.get("zero") and not value) or subject.instance.find(entry["value"], value) is not None


def _unique_name(subject: Subject, value: Any, _entry: dict[str, Any]) -> bool:
    if subject.instance.letter == "A":
        return all(row.get("name") != value for row in subject.others())
    return all(str(row.get("name", "")).lower() != str(value).lower() for row in subject.others())


def _new_path(subject: Subject, value: Any, _entry: dict[str, Any]) -> bool:
    return all(row["path"].rstrip("/") != str(value).rstrip("/") for row in subject.others())


def _tags_free(subject: Subject, value: Any, _entry: dict[str, Any]) -> bool:
    taken = {tag for row in subject.others() for tag in row["tags"] or []}
    return not taken & set(value or [])


def _address(_subject: Subject, value: Any, _entry: dict[str, Any]) -> bool:
    if value in ("*", "localhost"):
        return True
    try:
        return ipaddress.ip_address(value or "") is not None and value != "0.0.0.0"
    except ValueError:
        return False


def _instance_name(subject: Subject, value: Any, entry: dict[str, Any]) -> Any:
    title, letter, text = subject.instance.title, subject.instance.letter, str(value or "")
    entry = {**entry, "code": "RegularExpressionValidator"}
    if letter == "S":
        if not text.strip():
            return _told({**entry, "code": "NotEmptyValidator"}, value, "'{title}' must not be empty.", None)
        low = text.lower()
        return None if low.startswith("sonarr") or low.endswith("sonarr") else _told(entry, value, "Must start or end with Sonarr", None)
    wanted = title if letter in "RP" else title.lower()
    return _told(entry, value, f"Must contain {wanted}", None) if text and title.lower() not in text.lower() else None


def _url_base(_subject: Subject, value: Any, entry: dict[str, Any]) -> Any:
    bad = re.match(r"\w+://", str(value or "").strip())
    return _told(entry, value, "Must be a valid URL path (ie: '/radarr')", "RegularExpressionValidator") if bad else None


def _ui_language(subject: Subject, value: Any, entry: dict[str, Any]) -> Any:
    name = "UI Language" if entry["property"] == "uiLanguage" else "Movie Info Language"
    if isinstance(value, str) or value is None:
        if value:
            return None
        return [_told(entry, value, f"The {name} value cannot be empty", "NotEmptyValidator"), _told(entry, value, f"Invalid {name} value", None)]
    known = {each["id"] for each in subject.instance.data["languages"]}
    failing = []
    if value < 1:
        failing.append(_told(entry, value, f"The {name} value cannot be less than 1", "GreaterThanOrEqualValidator"))
    if value not in known:
        failing.append(_told(entry, value, f"Invalid {name} {'ID' if subject.instance.letter == 'R' else 'value'}", "PredicateValidator"))
    return failing


def _confirmed(subject: Subject, value: Any, entry: dict[str, Any]) -> Any:
    password, stored = subject.bound.get("password"), subject.instance.host.get("password")
    if not password or password == stored or value == password:
        return None
    return _told(entry, value, "", None)


def _all_formats(subject: Subject, value: Any, _entry: dict[str, Any]) -> bool:
    """A profile names every custom format; what it names beside them is dropped."""
    return {row["id"] for row in subject.instance.rows.get("customformat", [])} <= {each.get("format") for each in value}


def _not_root_folder(subject: Subject, value: Any, _entry: dict[str, Any]) -> bool:
    """No root folder, and nothing below one."""
    return not any(f"{value}/".startswith(f"{row['path'].rstrip('/')}/") for row in subject.instance.rows.get("rootfolder", []))


def _sizes(subject: Subject, value: Any, entry: dict[str, Any]) -> Any:
    """Minimum, preferred and maximum size keep their order, and the maximum the app's limit."""
    bound, limit = subject.bound, {"R": 2000, "S": 1000}[subject.instance.letter]
    low, preferred, high = (bound.get(name) for name in ("minSize", "preferredSize", "maxSize"))
    found = []
    for name, size, floor, ceiling in (("minSize", low, 0, preferred), ("preferredSize", preferred, low, high), ("maxSize", high, preferred, limit)):
        told = {"property": name}
        if size is not None and floor is not None and size < floor:
            found.append(_told(told, size, f"'{{title}}' must be greater than or equal to '{floor}'.", "GreaterThanOrEqualTo"))
        if size is not None and ceiling is not None and size > ceiling:
            found.append(_told(told, size, f"'{{title}}' must be less than or equal to '{ceiling}'.", "LessThanOrEqualTo"))
    return found


def _spaces(subject: Subject, value: Any, entry: dict[str, Any]) -> Any:
    text = value or ""
    start, end = (not text or text.startswith(" ")), (not text or text.endswith(" "))
    if subject.instance.letter not in "RL":
        return []
    return [
        _told(entry, value, f"Remote Path '{text}' must not {place} with a space", "PredicateValidator")
        for place, bad in (("start", start), ("end", end))
        if bad
    ]


_NOT_EMPTY = "'{title}' must not be empty."
_KINDS: dict[str, Callable[..., Any]] = {
    "not_empty": _simple(lambda _s, value, _e: _said(value), _NOT_EMPTY, "NotEmptyValidator"),
    "is_empty": _simple(lambda _s, value, _e: not value, "", None),
    "not_null": _simple(lambda _s, value, _e: value is not None, _NOT_EMPTY, "NotNullValidator"),
    "greater": _simple(lambda _s, value, e: (value or 0) > e["value"], "'{title}' must be greater than '{wanted}'.", "GreaterThanValidator"),
    "at_least": _simple(
        lambda _s, value, e: (value or 0) >= e["value"], "'{title}' must be greater than or equal to '{wanted}'.", "GreaterThanOrEqualValidator"
    ),
    "between": _simple(
        lambda _s, value, e: e["value"][0] <= (value or 0) <= e["value"][1],
        "'{title}' must be between {low} and {high}. You entered {value}.",
        "InclusiveBetweenValidator",
    ),
    "matches": _simple(lambda _s, value, e: re.search(e["value"], value or "") is not None, "", None),
    "unique_name": _simple(_unique_name, "Should be unique", "PredicateValidator"),
    "unique_exact": _simple(lambda s, value, _e: all(row.get("name") != value for row in s.others()), "", None),
    "unique_value": _simple(lambda s, value, e: all(row.get(e["property"]) != value for row in s.rows(e)), "", None),
    "path": _simple(lambda _s, value, _e: _is_path(value), "Invalid Path: '{value}'", "PathValidator"),
    "exists": _simple(_exists, "Path '{value}' does not exist", "PathExistsValidator"),
    "new_path": _simple(_new_path, "", None),
    "not_equal": _simple(lambda _s, value, e: value != str(e["value"]), "Cannot be set to '{value}'", "NotEqualValidator"),
    "refers_to": _simple(_refers, "", None),
    "guid": _simple(
        lambda s, value, _e: (not value and s.instance.letter == "L") or _GUID.fullmatch(value or "") is not None, "String is not a valid Guid", "GuidValidator"
    ),
    "url": _simple(lambda _s, value, _e: re.match(r"https?://[^\s/]+", value or "") is not None, "Invalid Url: '{value}'", "UrlValidator"),
    "tags_free": _simple(_tags_free, "", None),
    "any_of": _simple(lambda s, _v, e: any(s.bound.get(name) for name in e["value"]), "", None),
    "condition": _simple(lambda s, _v, e: bool(s.bound.get(e["value"])), "", None),
    "one_allowed": _simple(lambda _s, value, _e: any(each.get("allowed") for each in value or []), "", None),
    "interval": _simple(lambda _s, value, _e: value == 0 or 10 <= (value or 0) <= 120, "", None),
    "address": _simple(_address, "", None),
    "not_forbidden": _simple(lambda _s, value, _e: bool(value), "", None),
    "root_folder": _simple(lambda s, value, _e: any(row["path"].rstrip("/") == str(value).rstrip("/") for row in s.instance.rows["rootfolder"]), "", None),
    "no_startup_folder": _simple(lambda s, value, _e: not f"{value}/".startswith(s.instance.data["status"]["startupPath"] + "/"), "", None),
    "no_system_folder": _simple(lambda _s, value, _e: str(value).rstrip("/") not in ("/boot", "/bin", "/usr/bin", "/proc"), "", None),
    "all_formats": _simple(_all_formats, "", None),
    "not_root_folder": _simple(_not_root_folder, "", None),
    "not_the_port": _simple(lambda s, value, _e: value != s.bound.get("port"), "'{title}' must not be equal to '{value}'.", "NotEqualValidator"),
    "not_basic": _simple(lambda _s, value, _e: value != "basic", "", None),
    "languages": _simple(
        lambda _s, value, _e: all(re.fullmatch(r"[a-z]{3}|null", each.strip()) and each.strip() != "ger" for each in (value or "").split(",") if each), "", None
    ),
    "url_base": _url_base,
    "instance_name": _instance_name,
    "ui_language": _ui_language,
    "confirmed": _confirmed,
    "no_edge_space": _spaces,
    "sizes": _sizes,
    "naming": lambda subject, _value, _entry: naming_failures(subject.bound, subject.instance.letter),
    "profile_items": lambda subject, _value, _entry: item_failures(subject.bound, subject.instance.data["profile_template"]["qualityprofile"]),
}
