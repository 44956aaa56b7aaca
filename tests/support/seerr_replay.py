# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends recorded requests to the lab's Overseerr and Seerr, in the order and from the state in which they were recorded, and compares the answers.

By the rule of the other stand-ins: an answer of 2xx is compared by status and body, times aside; an error by status and shape.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from lab.apps.seerr import of_app
from lab.server import NO_ANSWER, Request
from support.json_difference import first_difference
from support.parts import CHECKOUT
from support.servarr_replay import Replayed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.apps.seerr import Seerr
    from lab.server import Response

_Json = Any
RUNS: dict[str, Any] = yaml.safe_load((CHECKOUT / "tests" / "data" / "seerr_replay.yml").read_text(encoding="utf-8"))
#: The key of the app in all recordings; any other is a wrong one.
_RIGHT = "MTcwMDAw"
_ASIDE = ("nextExecutionTime", "lastScan", "createdAt", "updatedAt", "avatar")


def replayed(recordings: Path, app: str) -> Iterator[Replayed]:
    """Every request of every run of an app, and what came of it."""
    for run in RUNS[app]:
        stand_in = _started(recordings / app, app, run.get("start") or {})
        for name in run["recordings"]:
            told = _read(recordings / app, name)
            answer = send(stand_in, told["request"])
            yield Replayed(app, name, _difference(told["response"], answer))


def _started(folder: Path, app: str, start: dict[str, Any]) -> Seerr:
    stand_in = of_app(app)
    if start.get("users") == "none":
        stand_in.store.users.clear()
    for name in start.get("servers", ()):
        assert send(stand_in, _read(folder, name)["request"]).status == 201
    if "reachable" in start:
        stand_in.store.reachable = set(start["reachable"])
    return stand_in


def _read(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def send(stand_in: Seerr, recorded: _Json) -> Response:
    """The stand-in's answer to a recorded request."""
    headers = {name.lower(): str(value) for name, value in (recorded.get("headers") or {}).items()}
    if headers.get("x-api-key", "").startswith(_RIGHT):
        headers["x-api-key"] = stand_in.store.key
    query = {name: [str(value)] for name, value in (recorded.get("query") or {}).items()}
    body = json.dumps(recorded["body"]).encode() if recorded.get("body") is not None else b""
    return stand_in.answer(Request(recorded["method"], recorded["path"], query, headers, body))


def _difference(recorded: _Json, answer: Response) -> str:
    if recorded is None or answer.status == NO_ANSWER:
        return "" if recorded is None and answer.status == NO_ANSWER else f"{answer.status} instead of {recorded and recorded['status']}"
    body = json.loads(answer.body) if answer.body else None
    if recorded["status"] != answer.status:
        return f"status {answer.status} instead of {recorded['status']}: {str(body)[:160]}"
    if answer.status >= 400:
        return "" if _shape(recorded["body"]) == _shape(body) else f"shape {_shape(body)} instead of {_shape(recorded['body'])}"
    return first_difference(_bare(recorded["body"]), _bare(body))


def _shape(body: _Json) -> _Json:
    """What kind of error an answer is: its members, and which faults of a body it names."""
    errors = [each if isinstance(each, str) else (each.get("path"), each.get("errorCode")) for each in body.get("errors") or ()]
    return sorted(body), errors, body.get("message") if errors else None


def _bare(value: _Json) -> _Json:
    if isinstance(value, dict):
        return {name: _bare(part) for name, part in value.items() if name not in _ASIDE and not _own_key(name, part)}
    return [_bare(part) for part in value] if isinstance(value, list) else value


def _own_key(name: str, value: _Json) -> bool:
    return name == "apiKey" and str(value).endswith(("==", "-of-the-lab"))
