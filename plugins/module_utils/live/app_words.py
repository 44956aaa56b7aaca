# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app or the way to it says, in words for a person."""

from __future__ import annotations

from typing import Any, List, Mapping

#: Characters of what an app says that are told to a person.
LONGEST = 300
_BROKEN = (
    ("Connection refused", "connection refused: nothing listens there"),
    ("Name or service not known", "the host name cannot be resolved"),
    ("Failed to resolve", "the host name cannot be resolved"),
    ("No route to host", "no route to the host"),
    ("timed out", "no connection before the timeout"),
)


def broken_connection(error: Exception) -> str:
    """Why there was no connection; empty where the library does not say it in words that are known."""
    text = str(error)
    return next((told for sign, told in _BROKEN if sign in text), "")


def shortened(text: str) -> str:
    """The beginning of a text, on one line. Only of one without secrets: half a secret has no shape any more by which it could be known."""
    line = ""
    for each in text.splitlines():
        # The apps tell the cause of a failure behind the failure, often in the same words.
        if each.strip() and each.strip() not in line:
            line += ("; " if line else "") + each.strip()
    return line if len(line) <= LONGEST else line[:LONGEST].rstrip() + "..."


def told_by(body: Any) -> str:
    """The app's own words; attempted values are left out, because they can echo a secret."""
    found: List[str] = []
    if isinstance(body, Mapping):
        found = [str(body[name]) for name in ("message", "errorMessage", "title", "error") if body.get(name)][:1]
    elif isinstance(body, list):
        found = [
            "{0} ({1})".format(each["errorMessage"], each["propertyName"]) if each.get("propertyName") else str(each["errorMessage"])
            for each in body
            if isinstance(each, Mapping) and each.get("errorMessage")
        ]
    elif isinstance(body, str):
        found = [body]
    return "; ".join(found)
