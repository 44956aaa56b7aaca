# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When are two values the same? A property of the field, decided here and nowhere else."""

from __future__ import annotations

import json
import posixpath
import re
from typing import Any, Callable, Dict, Optional

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Field, OneOf

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZE = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?\s*$", re.IGNORECASE)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4, "p": 1024**5}


def duration_seconds(value: Any) -> Optional[float]:
    """Seconds of ``90``, ``"1m30s"`` or ``"1.5h"``; None when it is no duration."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    text = str(value).strip()
    parts = _DURATION.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return round(sum(float(number) * _SECONDS[unit] for number, unit in parts), 9)
    return _number(text)


def size_bytes(value: Any) -> Optional[int]:
    """Bytes of ``1024``, ``"512m"`` or ``"1.5GiB"`` (1024 units, as Docker counts); None when it is no size."""
    if isinstance(value, bool) or value is None:
        return None
    match = _SIZE.match(str(value))
    return int(float(match.group(1)) * _UNITS[match.group(2).lower()]) if match else None


def _number(value: Any) -> Optional[float]:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(str(value).strip())
    except ValueError:
        return None


def _frozen(value: Any) -> str:
    # True and 1 are equal in Python but not in any of the apps, so types must survive: JSON keeps them apart.
    return json.dumps(value, sort_keys=True, default=repr)


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
    return sorted({_frozen(each) for each in value}) if isinstance(value, (list, tuple, set, frozenset)) else value


#: Comparison by name: each turns a value into the form in which equal means the same.
KINDS: Dict[str, Callable[[Any], Any]] = {
    "exact": lambda value: value,
    "ordered": lambda value: list(value) if isinstance(value, (list, tuple)) else value,
    "set": _set,
    "path": _path,
    "duration": _or_itself(duration_seconds),
    "size": _or_itself(size_bytes),
    "number": _or_itself(_number),
    "text": lambda value: value.lower() if isinstance(value, str) else value,
}


def canonical(field: Field, value: Any) -> Any:
    """The value in the form in which the field compares it."""
    return KINDS[field.kind](value)


def equal(field: Field, declared: Any, running: Any) -> bool:
    """Whether the running value is what the declared one asks for."""
    if isinstance(declared, OneOf):
        return any(equal(field, each, running) for each in declared.values)
    if declared is ABSENT or running is ABSENT:
        present = running if declared is ABSENT else declared
        return present is ABSENT or (field.default is not ABSENT and equal(field, field.default, present))
    left, right = canonical(field, declared), canonical(field, running)
    numbers = (int, float)
    if isinstance(left, numbers) and isinstance(right, numbers) and not isinstance(left, bool) and not isinstance(right, bool):
        return abs(left - right) <= field.tolerance
    return _frozen(left) == _frozen(right)
