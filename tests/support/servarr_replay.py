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
from lab.apps.servarr_shapes import SHAPES, Shape
from lab.server import Request
from support.servarr_data import MASK, PROVIDERS, SPECIFICATIONS, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.server import Response

KEY = "0123456789abcdef0123456789abcdef"
#: What is stored where a recording shows a mask.
BEHIND_MASKS = "stored-secret"
_ASIDE = {
    "label", "helpText", "helpTextWarning", "helpLink", "unit", "placeholder", "selectOptions", "selectOptionsProviderAction", "section", "hidden", "advanced",
    "isFloat", "presets", "freeSpace", "totalSpace", "unmappedFolders", "accessible", "traceId", "added", "startTime", "buildTime", "runtimeVersion", "queued",
    "started", "ended", "duration", "stateChangeTime", "userHash", "release", "startupPath", "isProduction", "description", "capabilities", "indexerUrls",
    "legacyUrls", "type@field", "privacy@field", "order@field",
}  # fmt: skip
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
        if "x-api-key" not in sent and "no X-Api-Key" not in note:
            headers["x-api-key"] = self.instance.host["apiKey"]
        body = recorded.get("body")
        if "body" in recorded and "content-type" not in sent and "no Content-Type" not in note:
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
        kept = ("name", "implementation", "negate", "required")
        return {**row, "specifications": [{name: each[name] for name in kept} | {"settings": settings(each)} for each in row["specifications"]]}
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
    if answer.status >= 400:
        return "" if shape(want) == shape(body) else f"shape {shape(body)} instead of {shape(want)}"
    return _first(bare(want), bare(body), "")


def bare(value: _Json, inside: str = "") -> _Json:
    """A body without what is not compared."""
    if isinstance(value, dict):
        in_field = "name" in value and inside == "fields"
        return {name: bare(part, name) for name, part in value.items()
                if name not in _ASIDE and not (in_field and name not in ("name", "value")) and part is not None}  # fmt: skip
    if isinstance(value, list):
        return [bare(part, inside) for part in value]
    return value


def _first(want: _Json, got: _Json, place: str) -> str:
    """The first place at which two values differ. Long lists are told once in a recording, elsewhere by a text in `<>`."""
    if isinstance(want, str) and re.fullmatch(r"<.* as in step .*>", want):
        return ""
    if isinstance(want, dict) and isinstance(got, dict):
        for name in sorted(set(want) | set(got)):
            if name not in want or name not in got:
                return f"{place}.{name}: {got.get(name, 'absent')!r} instead of {want.get(name, 'absent')!r}"
            found = _first(want[name], got[name], f"{place}.{name}")
            if found:
                return found
        return ""
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return next((found for index, pair in enumerate(zip(want, got, strict=False)) if (found := _first(*pair, f"{place}[{index}]"))), "")
    if isinstance(want, (int, float)) and isinstance(got, (int, float)) and not isinstance(want, bool):
        return "" if want == got else f"{place}: {got!r} instead of {want!r}"
    return "" if want == got and type(want) is type(got) else f"{place}: {str(got)[:80]!r} instead of {str(want)[:80]!r}"


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
    first = next(step for step in steps if step["request"]["method"] == "GET")
    replay.instance.rows[resource] = stored(resource, first["response"]["body"])
    moves = Moves(replay.instance, resource, steps)
    for step in steps:
        moves.before(step)
        request = moves.request(step)
        answer = replay.send(request)
        yield Replayed(replay.app, f"{name}:{step['step']}", difference(step["response"], answer))
        moves.after(step, answer)


class Moves:
    """What the recorder did between two steps without a recording of its own: it put the first object back as it was made, removed what a step
    had made beside it, and made what a step needs."""

    def __init__(self, instance: Instance, resource: str, steps: list[_Json]) -> None:
        self.instance, self.resource, self.steps = instance, resource, steps
        self.base: _Json = copy.deepcopy(instance.rows[resource])
        self.extras: list[int] = []

    def before(self, step: _Json) -> None:
        name, rows = step["step"], self.instance.rows
        collection = isinstance(rows[self.resource], list)
        if collection and name not in ("list_with_duplicate", "list_with_two", "list_after_unknown_implementation",
                                       "list_after_unknown_language", "delete_broken_row",
                                       "delete_row_with_unknown_language"):  # fmt: skip
            for number in self.extras:
                self._delete(number)
            self.extras = []
        if name in _RESTORED or any(name.startswith(start) for start in _RESTORED_BY_START):
            self._restore()
        if name == "detail_in_use":
            rows["notification"] = [{"id": 1, "name": "uses the tag", "tags": [step["response"]["body"][0]["id"]], "settings": {}}]
        if name == "delete" and self.resource == "tag":
            rows["notification"] = []
        if name == "testall_one_failing" and self.resource == "indexerproxy":
            rows[self.resource][0]["tags"] = [1]
        elif name == "testall_one_failing" and not (self.resource == "indexer" and self.instance.letter == "P"):
            for row in rows[self.resource]:
                if row["id"] == self.base_id:
                    row |= {key: True for key in _SWITCHES if key in row}
        if name == "bulk_delete_one" and collection:
            self.extras = [step["request"]["body"]["ids"][0]]
            rows[self.resource].append({**copy.deepcopy(self.base[-1]), "id": self.extras[0]})
        if name == "delete" and self.resource == "delayprofile":
            rows[self.resource][0]["order"] = 2147483647
        made = (step["response"].get("body") or {}) if isinstance(step["response"].get("body"), dict) else {}
        if collection and step["request"]["method"] == "POST" and isinstance(made.get("id"), int) and step["response"]["status"] == 201:
            self.instance.last_ids[self.resource] = made["id"] - 1
            highest = max((row["id"] for row in rows[self.resource]), default=0)
            if highest >= made["id"]:
                rows[self.resource] = [row for row in rows[self.resource] if row["id"] < made["id"]] if name == "create" else rows[self.resource]
        broken = next((each for each in self.steps if each["step"] in ("delete_broken_row", "delete_row_with_unknown_language")), None)
        if broken and name in ("post_unknown_implementation", "post_unknown_language"):
            self.instance.last_ids[self.resource] = int(broken["request"]["path"].rpartition("/")[2]) - 1

    def request(self, step: _Json) -> _Json:
        """The request as it was sent: in the recordings bodies of some steps show what the recorder did to them afterwards."""
        request = copy.deepcopy(step["request"])
        body = request.get("body")
        if isinstance(body, dict):
            if step["step"] in ("put_no_id", "put_route_id_only"):
                body.pop("id", None)
            if step["step"] == "put_id_only":
                request["body"] = body = {"id": body["id"]} if "id" in body else body
            for key, value in body.items():
                if isinstance(value, str) and re.fullmatch(r"<.* as in step .*>", value):
                    body[key] = self._told(value, key)
            if step["step"] == "post_with_existing_id":
                body["id"] = int(step["response"]["body"]["message"].rpartition(" ")[2])
        return request

    def after(self, step: _Json, answer: Response) -> None:
        rows, name = self.instance.rows[self.resource], step["step"]
        if name in ("create", "get") and answer.status in (200, 201):
            self.base = copy.deepcopy(rows)
            self.base_id = json.loads(answer.body).get("id")
        if isinstance(rows, list) and step["request"]["method"] == "POST" and name not in ("create", "create_second", "detail_in_use"):
            known = {row["id"] for row in self.base} | {self._second}
            self.extras += [row["id"] for row in rows if row["id"] not in known]
        if name in ("testall_one_failing", "list_after_bulk"):
            for row in rows:
                row |= {key: False for key in _SWITCHES if key in row} | ({"tags": []} if self.resource == "indexerproxy" else {})

    def _delete(self, number: int) -> None:
        rows = self.instance.rows[self.resource]
        row = next((each for each in rows if each["id"] == number), None)
        if row is not None:
            SHAPES.get(self.resource, Shape()).deleting(self.instance, row)
            self.instance.remove(self.resource, number)

    base_id = 0

    @property
    def _second(self) -> int:
        step = next((each for each in self.steps if each["step"] == "create_second"), None)
        return int(((step or {}).get("response") or {}).get("body", {}).get("id") or 0) if step else 0

    def _restore(self) -> None:
        if isinstance(self.base, dict):
            self.instance.rows[self.resource] = copy.deepcopy(self.base)
            return
        rows = self.instance.rows[self.resource]
        kept = {row["id"]: row for row in rows}
        self.instance.rows[self.resource] = [copy.deepcopy(row) if row["id"] in kept else row for row in self.base if row["id"] in kept] + [
            row for row in rows if row["id"] not in {each["id"] for each in self.base}
        ]

    def _told(self, text: str, key: str) -> _Json:
        name, side = re.fullmatch(r"<.* as in step (\S+) (request|response)>", text).groups()  # type: ignore[union-attr]
        step = next(each for each in self.steps if each["step"] == name)
        body = step[side]["body"]
        return copy.deepcopy(body[key] if isinstance(body, dict) else body[0][key])


_SWITCHES = ("enable", "enabled", "enableRss", "onGrab", "enableAutomaticAdd", "enableAuto")
_RESTORED = (
    "put_id_only", "put_id_and_key_only", "put_route_id_only", "get_after_restore", "put_second_with_name_of_first", "put_unchanged_with_mask", "put_no_id",
    "put_without_title", "get_after_put_without_title", "put_update_list",
)  # fmt: skip
_RESTORED_BY_START: tuple[str, ...] = ()
