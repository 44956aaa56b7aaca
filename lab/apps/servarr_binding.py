# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the body of a request to typed properties, as the apps' JSON reader does it.

Types are words: `bool`, `int`, `num`, `str`, `date`, `ints`, `strs`, `enum a b c`, `flags`, `list`, `any`; a `?` at the end lets a value be null.
A number may come as text, an enum in any case or by its position, names of properties in any case. What is not known is dropped.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from lab.apps.servarr_answers import Refusal, empty, problem

if TYPE_CHECKING:
    from lab.server import Request

_INT = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_VALUE_TYPES = ("bool", "int", "num", "enum", "flags")


class WrongType(Exception):
    """A value that does not fit its type."""


def read_json(request: Request, wrong_type_is_problem: bool = False) -> Any:
    """The body as JSON. Refusal 415 without a JSON content type, 400 for a body that is empty, null or broken."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind:
        raise Refusal(problem(415))
    if kind != "application/json" and not kind.endswith("+json"):
        raise Refusal(problem(415) if wrong_type_is_problem else empty(415))
    try:
        text = request.body.decode("utf-8-sig")
        body = _parsed(text) if text.strip() else None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Refusal(problem(400, {"$": [f"The JSON value is invalid: {error}"]})) from None
    if body is None:
        raise Refusal(problem(400, {"": ["A non-empty request body is required."]}))
    return body


def _parsed(text: str) -> Any:
    """JSON; a comma before a closing bracket is let pass."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return json.loads(re.sub(r",(\s*[}\]])", r"\1", text))


def bind(properties: dict[str, str], body: Any, lenient: bool = False) -> dict[str, Any]:
    """Every property with its value: what was sent, else the default of its type. `lenient`: numbers are taken as booleans."""
    if not isinstance(body, dict):
        raise Refusal(problem(400, {"$": ["The JSON value could not be converted. Path: $ | LineNumber: 0 | BytePositionInLine: 1."]}))
    sent = {str(name).lower(): value for name, value in body.items()}
    bound = {}
    for name, kind in {**properties, "id": "int"}.items():
        if name.lower() not in sent:
            bound[name] = default_of(kind)
            continue
        try:
            bound[name] = convert(kind, sent[name.lower()], lenient)
        except WrongType:
            text = f"The JSON value could not be converted to {kind.split()[0]}. Path: $.{name} | LineNumber: 0 | BytePositionInLine: 1."
            raise Refusal(problem(400, {f"$.{name}": [text]})) from None
    return bound


def default_of(kind: str) -> Any:
    """What a property is when nothing was sent."""
    if kind.endswith("?") or kind.split()[0] not in _VALUE_TYPES:
        return None
    return {"bool": False, "int": 0, "num": 0, "flags": 0}[kind] if not kind.startswith("enum") else kind.split()[1]


def convert(kind: str, value: Any, lenient: bool = False) -> Any:
    """`value` as this type; WrongType when it is none."""
    nullable, base = kind.endswith("?"), kind.rstrip("?").split()[0]
    if value is None:
        if nullable or base not in _VALUE_TYPES:
            return None
        raise WrongType
    if base == "enum":
        return _enum(kind.rstrip("?").split()[1:], value)
    return {"bool": _bool, "int": _int, "flags": _int, "num": _number, "str": _text, "date": _text, "ints": _ints, "strs": _texts, "list": _list}.get(
        base, lambda given, _lenient: given
    )(value, lenient)


def _bool(value: Any, lenient: bool) -> bool:
    if isinstance(value, bool):
        return value
    if lenient and isinstance(value, (int, float)):
        return value != 0
    raise WrongType


def _int(value: Any, _lenient: bool) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INT.fullmatch(value):
        return int(value)
    raise WrongType


def _number(value: Any, _lenient: bool) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value) if _INT.fullmatch(value) else float(value)
    raise WrongType


def _text(value: Any, _lenient: bool) -> str:
    if isinstance(value, str):
        return value
    raise WrongType


def _list(value: Any, _lenient: bool) -> list[Any]:
    if isinstance(value, list):
        return value
    raise WrongType


def _ints(value: Any, lenient: bool) -> list[int]:
    return [_int(each, lenient) for each in _list(value, lenient)]


def _texts(value: Any, lenient: bool) -> list[str]:
    return [_text(each, lenient) for each in _list(value, lenient)]


def _enum(names: list[str], value: Any) -> Any:
    """A number that has no name is taken as it is: the apps store it and show the number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return names[value] if 0 <= value < len(names) else value
    if isinstance(value, str):
        for name in names:
            if name.lower() == value.lower():
                return name
    raise WrongType
