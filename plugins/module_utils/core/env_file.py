# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what an env file of compose says, as far as the control node can know it."""

from __future__ import annotations

import re
from typing import Dict, Mapping, NamedTuple, Optional

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*(?:[=:]\s?(.*))?$")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Assignment(NamedTuple):
    """The value of one key (None for a bare key, which takes it from the environment) and its line, from 1."""

    value: Optional[str]
    line: int


def read_env(text: str) -> Dict[str, Assignment]:
    """Keys of an env file with value and line. The last assignment of a key wins; values are not interpolated.

    A quoted value that runs over several lines is told by its first line only.
    """
    found: Dict[str, Assignment] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        match = None if line.lstrip().startswith("#") else _ASSIGNMENT.match(line)
        if match:
            value = match.group(2)
            found[match.group(1)] = Assignment(None if value is None else _unquoted(value), number)
    return found


def interpolate(text: str, values: Mapping[str, Optional[str]]) -> Optional[str]:
    """The text with compose's variables filled in, or None when one is neither in ``values`` nor has a default."""
    result = ""
    at = 0
    while at < len(text):
        if text[at] != "$":
            result += text[at]
            at += 1
            continue
        following = text[at + 1 : at + 2]
        if following == "$":
            result += "$"
            at += 2
        elif following == "{":
            end = _closing(text, at + 1)
            filled = _braced(text[at + 2 : end], values) if end else None
            if filled is None:
                return None
            result += filled
            at = end + 1
        else:
            match = _VARIABLE.match(text, at + 1)
            value = values.get(match.group(0)) if match else "$"
            if value is None:
                return None
            result += value
            at = match.end() if match else at + 1
    return result


def _braced(inner: str, values: Mapping[str, Optional[str]]) -> Optional[str]:
    match = _VARIABLE.match(inner)
    if not match:
        return None
    value = values.get(match.group(0))
    operator = re.match(r":?[-?+]", inner[match.end() :])
    if not operator:
        return value if match.end() == len(inner) else None
    rest = inner[match.end() + operator.end() :]
    there = value is not None and (value != "" or not operator.group(0).startswith(":"))
    if operator.group(0).endswith("+"):
        return interpolate(rest, values) if there else ""
    if there:
        return value
    return interpolate(rest, values) if operator.group(0).endswith("-") else None


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return 0


def _unquoted(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"'):
        end = value.find(value[0], 1)
        return value[1:end] if end > 0 else value[1:]
    return re.split(r"\s+#", value, maxsplit=1)[0].rstrip()
