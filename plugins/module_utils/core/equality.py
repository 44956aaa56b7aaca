# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When are two values the same? A property of the field, decided here and nowhere else."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import posixpath
import re
from typing import Any, Callable, Dict, Optional, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Field, OneOf

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h|d|w)", re.ASCII)
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZE = re.compile(r"\s*(-?\d{1,40}(?:\.\d{1,40})?)\s*([kmgtp]?)(?:i?b)?\s*", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4, "p": 1024**5}
# What float() takes beyond this ("nan", "1_000", other scripts' digits) is a number in Python only.
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
#: Longer texts of digits are no quantities; Python refuses to convert them at 4300.
_LONGEST_NUMBER = 300


def duration_seconds(value: Any) -> Optional[float]:
    """Seconds of ``90``, ``"1m30s"`` or ``"1.5h"``; None when it is no duration."""
    if isinstance(value, str):
        text = value.strip()
        sign, amount = (-1, text[1:]) if text.startswith("-") else (1, text)
        parts = _DURATION.findall(amount)
        if parts and "".join(number + unit for number, unit in parts) == amount:
            return sign * round(sum(float(number) * _SECONDS[unit] for number, unit in parts), 9)
    number = _number(value)
    try:
        return None if number is None else float(number)
    except OverflowError:
        return None


def size_bytes(value: Any) -> Optional[int]:
    """Bytes of ``1024``, ``"512m"`` or ``"1.5GiB"`` (1024 units, as Docker counts); None when it is no size."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    match = _SIZE.fullmatch(str(value))
    # Brings a library along that nothing else needs.
    from fractions import Fraction

    # Floats would take neighbouring sizes above 2**53 for one.
    return int(Fraction(match.group(1)) * _UNITS[match.group(2).lower()]) if match else None


def _number(value: Any) -> Optional[Union[int, float]]:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if not isinstance(value, str):
        return value
    text = value.strip()
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    if re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


def _plain(value: Any) -> Any:
    """JSON's view of a value, in which 0 and 0.0 are one number and the order of sets and keys is fixed."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key if isinstance(key, str) else frozen(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(each) for each in value), key=frozen)
    return value


def frozen(value: Any) -> str:
    """A text that two values share only when they are the same in every app: True is not 1, "1" is not 1, 1.0 is 1."""
    return json.dumps(_plain(value), sort_keys=True, default=repr)


def _path(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    path = posixpath.normpath(value)
    return path[1:] if path.startswith("//") else path


def _or_itself(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def canonical(value: Any) -> Any:
        converted = convert(value)
        return value if converted is None else converted

    return canonical


def _set(value: Any) -> Any:
    return sorted({frozen(each) for each in value}) if isinstance(value, (list, tuple, set, frozenset)) else value


def _paths(value: Any) -> Any:
    return _set([_path(each) for each in value]) if isinstance(value, (list, tuple)) else value


def _words(value: Any) -> Any:
    return _set([each.strip() for each in value.split(",") if each.strip()]) if isinstance(value, str) else _set(value)


_BREAKS = re.compile(r"[,;\n]")


def _lines(value: Any) -> Any:
    return _set([each.strip() for each in _BREAKS.split(value) if each.strip()]) if isinstance(value, str) else _set(value)


def _subnet(value: Any) -> Any:
    # Few comparisons need it, and it takes long to bring in.
    import ipaddress

    try:
        return str(ipaddress.ip_network(str(value).strip(), strict=False))
    except ValueError:
        return value


def _subnets(value: Any) -> Any:
    told = _BREAKS.split(value) if isinstance(value, str) else value
    return _set([_subnet(each) for each in told if each != ""]) if isinstance(told, (list, tuple)) else value


def _url_base(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    base = value.strip().strip("/")
    return "/" + base if base else ""


#: Comparison by name: each turns a value into the form in which equal means the same.
KINDS: Dict[str, Callable[[Any], Any]] = {
    "exact": lambda value: value,
    "ordered": lambda value: list(value) if isinstance(value, (list, tuple)) else value,
    "set": _set,
    "path": _path,
    "paths": _paths,
    "duration": _or_itself(duration_seconds),
    "size": _or_itself(size_bytes),
    "number": _or_itself(_number),
    "text": lambda value: value.lower() if isinstance(value, str) else value,
    "trimmed": lambda value: value.strip() if isinstance(value, str) else value,
    "word": lambda value: value.strip().lower() if isinstance(value, str) else value,
    "words": _words,
    "lines": _lines,
    "subnets": _subnets,
    "url_base": _url_base,
}


def _stored(declared: Any, running: Any) -> bool:
    """Whether an app that reads a value by the type of its own field stores the declared one as the running one.

    The text of a number is that number, 1 is true, a text with commas is a list; null and an empty text are 0, false or an empty
    list. What is no spelling of the field's type ("abc" for a number, which is stored as 0) stays a difference.
    """
    if declared is None or declared == "":
        # null became an empty text, which shows; an empty text that a person declares is satisfied by null too.
        return declared == "" if running is None else not isinstance(running, str) and not running
    if isinstance(running, bool):
        return declared in (0, 1) and bool(declared) == running
    if isinstance(running, (int, float)):
        return isinstance(declared, str) and frozen(_number(declared)) == frozen(running)
    return isinstance(running, (list, tuple)) and isinstance(declared, str) and _words(declared) == _words(running)


def misfit(declared: Any, running: Any) -> str:
    """What a declared value would have to be where the running one shows the type of the field; empty where it can be that."""
    if isinstance(declared, (str, bool, int, float, list, tuple)) and declared != "":
        if isinstance(running, bool):
            return "" if isinstance(declared, (int, float)) and declared in (0, 1) else "true or false"
        if isinstance(running, (int, float)):
            return "" if _number(declared) is not None else "a number"
        if isinstance(running, str) and not isinstance(declared, str):
            return "a text"
        if isinstance(running, (list, tuple)) and not isinstance(declared, (str, list, tuple)):
            return "a list"
    return ""


def _md5(declared: Any, running: Any) -> bool:
    """Whether the running value is what an app keeps of the declared password: its MD5, without salt."""
    if not isinstance(declared, str) or not isinstance(running, str) or not declared:
        return False
    return hashlib.new("md5", declared.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest() == running.lower()


def _covers(declared: Any, running: Any) -> bool:
    """Whether nothing runs that is not declared; what is missing is told where it is declared."""
    lists = isinstance(declared, (list, tuple)) and isinstance(running, (list, tuple))
    return lists and set(_set(running)) <= set(_set(declared))


#: Comparison by name where it matters which side a value stands on. Equal values are the same for each of them.
PAIRS: Dict[str, Callable[[Any, Any], bool]] = {"stored": _stored, "covers": _covers, "md5": _md5}


_SCALARS = (str, bool, int, float)


def canonical(field: Field, value: Any) -> Any:
    """The value in the form in which the field compares it."""
    return value if field.kind in PAIRS else KINDS[field.kind](value)


def equal(field: Field, declared: Any, running: Any) -> bool:
    """Whether the running value is what the declared one asks for."""
    if type(declared) is type(running) and type(declared) in _SCALARS and declared == running:
        # Most values of most comparisons; the rest costs a hundred times as much.
        return True
    if isinstance(declared, OneOf):
        return any(equal(field, each, running) for each in declared.values)
    if declared is ABSENT or running is ABSENT:
        present = running if declared is ABSENT else declared
        return present is ABSENT or (field.default is not ABSENT and _is_default(field, present))
    left, right = canonical(field, declared), canonical(field, running)
    if frozen(left) == frozen(right):
        return True
    if declared in (None, "") and any(frozen(each) == frozen(running) for each in field.empty_is):
        return True
    if field.kind in PAIRS and PAIRS[field.kind](declared, running):
        return True
    return bool(field.tolerance) and _is_number(left) and _is_number(right) and _near(left, right, field.tolerance)


def _is_default(field: Field, present: Any) -> bool:
    # An app that has no such field at all stores nothing, so no rule of storing applies.
    return equal(dataclasses.replace(field, kind="exact") if field.kind in PAIRS else field, field.default, present)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _near(left: Any, right: Any, tolerance: float) -> bool:
    try:
        return abs(left - right) <= tolerance
    except OverflowError:
        # A whole number that no float can hold is far from every float.
        return False
