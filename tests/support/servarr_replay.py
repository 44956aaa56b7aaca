# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends recorded requests to the lab's stand-ins of the *arr apps, each in the recorded state, and compares the answers.

An answer of 2xx is compared by status and body (times, free space, labels and help texts aside), an error by status and shape: which kind of
object it is, and for failures of a validation which properties fail by which rule.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.apps.servarr import Servarr
from lab.apps.servarr_instance import APPS, Instance
from lab.server import Request
from support.json_difference import first_difference
from support.servarr_data import MASK, PROVIDERS, SPECIFICATIONS, settings
from support.servarr_replay_moves import Moves

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.server import Response

KEY = "0123456789abcdef0123456789abcdef"
#: What is stored where a recording shows a mask.
BEHIND_MASKS = "stored-secret"
_ASIDE = {
    "helpText", "helpTextWarning", "helpLink", "unit", "placeholder", "selectOptions", "selectOptionsProviderAction", "section", "hidden", "advanced",
    "isFloat", "presets", "freeSpace", "totalSpace", "unmappedFolders", "accessible", "traceId", "added", "startTime", "buildTime", "runtimeVersion", "queued",
    "started", "ended", "duration", "stateChangeTime", "userHash", "release", "startupPath", "isProduction", "description", "capabilities", "indexerUrls",
    "legacyUrls", "type@field", "privacy@field", "order@field",
}  # fmt: skip
_NEIGHBOURS = (19010, 19011, 19012, 19013, 19040, 19042, 19110, 19111, 19112, 19200, 19201, 19202, 19204, 19206, 19207, 19220, 19221, 19222, 19224)
_Json = Any


@dataclass
class Replayed:
    """One request and what came of it; `difference` is empty where both answers are equal."""

    app: str
    name: str
    difference: str = ""


@dataclass
class Replay:
    """A stand-in of one app in the state of a fresh installation, and the answers that were compared."""

    app: str
    recordings: Path
    stand_in: Servarr = field(init=False)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """A fresh installation."""
        instance = Instance(self.app, dict.fromkeys(APPS, KEY))
        for path in instance.data["properties"]:
            if path in instance.rows:
                instance.rows[path] = self.fresh(instance, path)
            instance.folders |= {"/data/rec", *(f"/data/rec/{name}" for name in ("a", "a/child", "b", "c", "local1", "local2", "recycle"))}
        instance.start()
        # The neighbours that were emulated when the recordings were made.
        instance.reachable = {f"127.0.0.1:{port}" for port in _NEIGHBOURS}
        self.stand_in = Servarr(instance)

    @property
    def instance(self) -> Instance:
        return self.stand_in.instance

    def fresh(self, instance: Instance, path: str) -> _Json:
        """The rows of a fresh installation."""
        recorded = self.recordings / self.app / f"GET__{path.replace('/', '_')}__fresh.json"
        if not recorded.exists():
            return [] if isinstance(instance.rows[path], list) else instance.rows[path]
        return stored(path, json.loads(recorded.read_text(encoding="utf-8"))["response"]["body"])

    def send(self, recorded: _Json) -> Response:
        """The stand-in's answer to a recorded request."""
        sent = {name.lower(): value for name, value in (recorded.get("headers") or {}).items() if name != "_note"}
        headers = {"accept": "application/json", **sent}
        note = (recorded.get("headers") or {}).get("_note", "")
        nothing = [name for name, value in headers.items() if value is None]
        headers = {name: value for name, value in headers.items() if value is not None}
        if "x-api-key" not in sent and "no X-Api-Key" not in note:
            headers["x-api-key"] = KEY
        body = recorded.get("body")
        untyped = "content-type" in nothing or "no Content-Type" in json.dumps(recorded.get("headers") or {})
        if "body" in recorded and "content-type" not in sent and not untyped:
            headers["content-type"] = "application/json"
        data = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return self.stand_in.answer(Request(recorded["method"], recorded["path"], _query(recorded.get("query")), headers, data))


def _query(told: _Json) -> dict[str, list[str]]:
    if isinstance(told, dict):
        return {name: value if isinstance(value, list) else [str(value)] for name, value in told.items()}
    pairs = [part.partition("=") for part in (told or "").lstrip("?").split("&") if part]
    found: dict[str, list[str]] = {}
    for name, _equal, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def stored(path: str, answer: _Json) -> _Json:
    """What the app has stored when it answers this."""
    if isinstance(answer, dict):
        return copy.deepcopy(answer)
    return [stored_row(path, row) for row in answer]


def stored_row(path: str, row: _Json) -> _Json:
    """The same for one row of a collection."""
    if path in PROVIDERS:
        kept = {name: value for name, value in row.items() if name not in _SHOWN_ONLY and not name.startswith("supports")}
        found = {name: BEHIND_MASKS if value == MASK else value for name, value in settings(row).items()}
        return {**kept, "settings": found}
    if path in SPECIFICATIONS:
        said = ("name", "implementation", "negate", "required")
        return {**row, "specifications": [{name: each[name] for name in said} | {"settings": settings(each)} for each in row["specifications"]]}
    return copy.deepcopy(row)


_SHOWN_ONLY = ("fields", "implementationName", "infoLink", "message", "presets", "protocol", "sortName", "definitionName", "language", "encoding", "privacy",
               "description", "capabilities", "indexerUrls", "legacyUrls", "listType", "listOrder", "minRefreshInterval")  # fmt: skip


def difference(recorded: _Json, answer: Response) -> str:
    """What is not equal; empty when nothing is."""
    if recorded["status"] != answer.status:
        return f"status {answer.status} instead of {recorded['status']}: {answer.body[:160].decode(errors='replace')}"
    try:
        body = json.loads(answer.body) if answer.body else None
    except ValueError:
        body = answer.body.decode(errors="replace")
    want = recorded.get("body")
    if isinstance(want, str) and isinstance(body, (dict, list, type(None))):
        with contextlib.suppress(ValueError):
            want = json.loads(want) if want else None
    headers = recorded.get("headers") or {}
    for name in ("Allow", "X-Application-Version"):
        if (name in headers) is not (name in answer.headers):
            return f"header {name} is {answer.headers.get(name)} instead of {headers.get(name)}"
    if headers.get("Allow", "") != answer.headers.get("Allow", ""):
        return f"Allow: {answer.headers.get('Allow')} instead of {headers.get('Allow')}"
    if "text/html" in headers.get("Content-Type", ""):
        return "" if "text/html" in answer.headers.get("Content-Type", "") else "no page"
    if answer.status >= 400:
        return "" if shape(want) == shape(body) else f"shape {shape(body)} instead of {shape(want)}"
    return first_difference(bare(want), bare(body), _same)


def bare(value: _Json, inside: str = "") -> _Json:
    """A body without what is not compared."""
    if isinstance(value, dict):
        in_field = "name" in value and inside == "fields"
        # Names of machines were replaced in the recordings, also within the word of a link.
        value = {name: part for name, part in value.items() if name != "infoLink" or ("-host" not in str(part) and "wdtv" not in str(part))}
        return {name: bare(part, name) for name, part in value.items()
                if name not in _ASIDE and not (in_field and name not in ("name", "value")) and part is not None}  # fmt: skip
    if isinstance(value, list):
        return [bare(part, inside) for part in value]
    return value


_HASH = re.compile(r"[A-Za-z0-9+/]{43}=|[0-9a-f]{64}")


def _same(want: _Json, got: _Json) -> bool:
    """Whether two values are one. Long lists are told once in a recording, elsewhere by a text in `<>`."""
    if isinstance(want, str) and re.fullmatch(r"<.* as in step .*>", want):
        return True
    if isinstance(want, (int, float)) and isinstance(got, (int, float)) and not isinstance(want, bool):
        return want == got
    if isinstance(want, str) and isinstance(got, str) and _HASH.fullmatch(want) and _HASH.fullmatch(got):
        return True
    return want == got and type(want) is type(got)


def shape(body: _Json) -> _Json:
    """What kind of error an answer is."""
    if isinstance(body, list):
        return [(each.get("id"), each.get("isValid"), shape(each.get("validationFailures", []))) if "isValid" in each
                else (each.get("propertyName"), each.get("errorCode"), each.get("isWarning"), each.get("severity")) for each in body]  # fmt: skip
    return sorted(name for name in body if name != "traceId") if isinstance(body, dict) else body


def lifecycles(replay: Replay) -> Iterator[Replayed]:
    """All steps of all life cycles of an app."""
    for path in sorted((replay.recordings / replay.app).glob("lifecycle__*.json")):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(recorded, dict) and "steps" in recorded and "resource" in recorded:
            yield from _lifecycle(replay, recorded, path.stem)


def _lifecycle(replay: Replay, recorded: _Json, name: str) -> Iterator[Replayed]:
    replay.reset()
    resource, steps = recorded["resource"], [step for step in recorded["steps"] if "request" in step and step.get("response")]
    reads = [step for step in steps if step["request"]["method"] == "GET"]
    replay.instance.rows[resource] = stored(resource, reads[0]["response"]["body"])
    made = next((step["request"]["body"] for step in steps if step["step"] == "create"), None)
    if isinstance(made, dict) and made.get("rootFolderPath"):
        replay.instance.rows["rootfolder"] = [{"id": 1, "path": made["rootFolderPath"]}]
    moves = Moves(replay.instance, resource, steps)
    for step in steps:
        moves.before(step)
        request = moves.request(step)
        answer = replay.send(request)
        yield Replayed(replay.app, f"{name}:{step['step']}", difference(step["response"], answer))
        moves.after(step, answer)
