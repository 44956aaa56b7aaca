# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `fields` of providers and conditions: a list of names with values outside, settings by name inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lab.apps import servarr_answers as answers
from lab.apps.servarr_answers import Refusal
from lab.apps.servarr_instance import MASK

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance

_Row = dict[str, Any]
_SECRET = ("apiKey", "password")
_REGEX = ("ReleaseTitleSpecification", "ReleaseGroupSpecification", "EditionSpecification")


def show_fields(template: _Row, settings: _Row, instance: Instance) -> list[_Row]:
    """The settings as the app answers them: a secret that is set is a mask, but in Readarr, which knows no privacy."""
    told = []
    for order, (name, kind, privacy, _type, _default, advanced) in enumerate(template["fields"]):
        value = settings.get(name)
        if instance.masks and privacy in _SECRET and value not in (None, ""):
            value = MASK
        more = {"privacy": privacy, "isFloat": False} if instance.masks else {}
        told.append({"order": order, "name": name, "value": value, "type": kind, "advanced": bool(advanced), **more})
    return told


def defaults(template: _Row) -> _Row:
    """The settings of a new object: the defaults of its class."""
    return {name: default for name, _kind, _privacy, _type, default, _advanced in template["fields"] if default is not None}


def read_settings(template: _Row, fields: list[Any], stored: _Row, instance: Instance) -> _Row:
    """The settings for what was sent. A field that was not sent is its default, a mask what is stored, the first of two with one name wins."""
    sent: _Row = {}
    for field in fields:
        if field is None:
            raise Refusal(answers.null_reference())
        if not isinstance(field, dict):
            raise Refusal(answers.problem(400, {"$.fields[0]": ["The JSON value could not be converted."]}))
        sent.setdefault(str(field.get("name")), field.get("value"))
    found = defaults(template)
    for name, kind, privacy, type_, default, _advanced in template["fields"]:
        if name not in sent:
            continue
        value = sent[name]
        if value == MASK and privacy in _SECRET and instance.masks and stored is not _NOTHING:
            value = stored.get(name)
        else:
            value = _converted(type_, value, default, kind, instance)
        if value is None:
            found.pop(name, None)
        else:
            found[name] = value
    if template["implementation"] in _REGEX:
        _refuse_bad_pattern(found.get("value"))
    return found


def sent_as_null(template: _Row, fields: list[Any]) -> frozenset[str]:
    """The texts that were sent without a value: the settings are checked as they were sent, and their defaults come back when they are read again."""
    texts = {field[0] for field in template["fields"] if field[3] == "str"}
    seen: dict[str, Any] = {}
    for field in fields:
        if isinstance(field, dict):
            seen.setdefault(str(field.get("name")), field.get("value"))
    return frozenset(name for name, value in seen.items() if value is None and name in texts)


# `read_settings(..., stored=NEW)`: there is nothing behind a mask, so that it is stored as it is.
_NOTHING: _Row = {}
NEW = _NOTHING


def _refuse_bad_pattern(value: Any) -> None:
    try:
        re.compile(value or "")
    except re.error:
        raise Refusal(
            answers.message(500, "Exception has been thrown by the target of an invocation.", "System.Reflection.TargetInvocationException")
        ) from None


def _converted(type_: str, value: Any, default: Any, kind: str, instance: Instance) -> Any:
    base = type_.rstrip("?")
    if base in ("int", "num"):
        return _number(value, default, nullable=type_.endswith("?"), whole=base == "int", select=kind == "select")
    if value is None:
        return [] if base in ("ints", "strs") else default
    if base == "bool":
        if isinstance(value, bool):
            return value
        if instance.lenient and isinstance(value, (int, float)):
            return value != 0
        raise _wrong("System.Boolean")
    if base == "str":
        if isinstance(value, str):
            return value
        raise _wrong("System.String")
    return _items(base, value)


def _number(value: Any, default: Any, nullable: bool, whole: bool, select: bool) -> Any:
    """What is no number silently becomes 0, or nothing where that is allowed."""
    if select and (isinstance(value, list) or value is None):
        return default
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+(\.\d+)?\s*", value):
        number = float(value) if "." in value else int(value)
    if number is None or (whole and number != int(number)):
        return None if nullable else 0
    return int(number) if number == int(number) else number


def _items(base: str, value: Any) -> Any:
    if isinstance(value, str) and base in ("ints", "strs"):
        parts = [part.strip() for part in value.split(",") if part.strip()]
        return [int(part) for part in parts if part.lstrip("+-").isdigit()] if base == "ints" else parts
    if base == "ints" and isinstance(value, list) and not all(isinstance(each, int) for each in value):
        text = "The requested operation requires an element of type 'Number', but the target element has type 'String'."
        raise Refusal(answers.message(500, text))
    return value


def _wrong(name: str) -> Refusal:
    text = f"The JSON value could not be converted to {name}. Path: $ | LineNumber: 0 | BytePositionInLine: 1."
    return Refusal(answers.message(500, text, "System.Text.Json.JsonException"))
