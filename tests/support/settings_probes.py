# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded edits of the real apps as pairs of answers: what a list said before one value was changed, and what it said after.

A probe of an ``edit_map.json`` was made so: the whole object as read, with one value replaced, was sent, and the object was read again.
Only what was sent and what came back is recorded there; the object itself comes from the recorded lists and schemas.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

APPS = ("radarr", "sonarr", "lidarr", "readarr", "prowlarr")
#: Kinds whose objects have an implementation with fields of its own.
PROVIDERS = ("downloadclient", "indexer", "importlist", "notification", "metadata", "applications", "indexerproxy")
OMITTED = "<omitted>"


@dataclass(frozen=True)
class Probe:
    """One recorded edit. ``path`` is the app's name of the edited value below the object, a tuple from outside to inside."""

    app: str
    kind: str
    place: str
    path: tuple[str, ...]
    sent: Any
    verdict: str
    read: Any
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How the probe is called in lists: the place of the recording and what was sent."""
        return f"{self.app} {self.place} = {json.dumps(self.sent, ensure_ascii=False)}"


@cache
def _document(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def probes(recordings: Path, app: str) -> Iterator[Probe]:
    """Every probe of one app that has a verdict."""
    folder = recordings / app
    for kind, places in _document(folder / "edit_map.json")["resources"].items():
        yield from _of_kind(folder, kind, places)


def _of_kind(folder: Path, kind: str, places: Mapping[str, Any]) -> Iterator[Probe]:
    app = folder.name
    for name, told in places.items():
        if kind in PROVIDERS:
            base = provider_base(folder, kind, name)
            for field, tries in told.items():
                if field == "<top level>":
                    for own, attempts in tries.items():
                        yield from _tried(app, kind, f"{kind}/{name}/{own}", (own,), attempts, base)
                else:
                    yield from _tried(app, kind, f"{kind}/{name}/fields.{field}", ("fields", field), tries, base)
        elif name == "<specifications>":
            yield from _conditions(folder, kind, told)
        elif isinstance(told, list):
            yield from _tried(app, kind, f"{kind}/{name}", (name,), told, plain_base(folder, kind))


def _tried(app: str, kind: str, place: str, path: tuple[str, ...], attempts: list[dict[str, Any]], base: Mapping[str, Any]) -> Iterator[Probe]:
    for each in attempts:
        verdict = each["verdict"]
        value = each["read"] if verdict == "normalised" else each["sent"] if verdict in ("shown", "shown_absent") else None
        after = changed(base, path, value) if verdict in ("shown", "normalised", "shown_absent") else base
        for other, pair in (each.get("also_changed") or {}).items():
            after = changed(after, (other,), pair[-1] if isinstance(pair, list) else pair)
        yield Probe(app, kind, place, path, each["sent"], verdict, value, base, after)


def _conditions(folder: Path, kind: str, implementations: Mapping[str, Any]) -> Iterator[Probe]:
    for name, told in implementations.items():
        if told["<create>"].get("status") != 201:
            continue
        base = {**plain_base(folder, kind), "specifications": [told["<create>"]["read"]]}
        for field, tries in told.items():
            place = f"{kind}/{name}/{field}"
            if isinstance(tries, list):
                yield from _tried(folder.name, kind, place, ("specifications", field), tries, base)


def edits_of_conditions(recordings: Path, app: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any], set[str]]]:
    """Recorded edits of a whole condition of a format or an auto tag: what was done, before, after, and the paths below the object that differ."""
    for kind in ("customformat", "autotagging"):
        places = _document(recordings / app / "edit_map.json")["resources"].get(kind, {}).get("<specifications>", {})
        for name, told in places.items():
            for what, each in told.items():
                if what.startswith("<spec") and isinstance(each.get("read"), list) and "status" not in each:
                    base = plain_base(recordings / app, kind)
                    before = {**base, "specifications": [told["<create>"]["read"]]}
                    yield f"{kind}/{name}/{what}", before, {**base, "specifications": each["read"]}, _condition_paths(what)


def _condition_paths(what: str) -> set[str]:
    if what.startswith(("<spec>.negate", "<spec>.required")):
        return {"specifications.rec spec." + what.partition(".")[2].partition("=")[0]}
    # The name of a condition is its place: another one is another condition. What the app makes up says nothing.
    return {"specifications"} if what.startswith(("<spec>.name", "<spec twice>")) else set()


def changed(base: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The object with one value replaced; an empty answer leaves the property out, as the apps do."""
    copied = copy.deepcopy(dict(base))
    if len(path) == 2:
        fields = copied["fields"] if path[0] == "fields" else copied["specifications"][0]["fields"]
        entry = next((each for each in fields if each["name"] == path[1]), None)
        if entry is None:
            entry = {"name": path[1]}
            fields.append(entry)
        _put(entry, "value", value)
    else:
        _put(copied, path[0], value)
    return copied


def _put(holder: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        holder.pop(name, None)
    else:
        holder[name] = value


def _steps(folder: Path, kind: str) -> list[dict[str, Any]]:
    return list(_document(folder / f"lifecycle__{kind.replace('/', '_')}.json")["steps"])


def plain_base(folder: Path, kind: str) -> dict[str, Any]:
    """The object that the probes of a kind without implementations started from."""
    return _answer(folder, kind, lambda step: step["step"] in ("get", "get_by_id"))


def _answer(folder: Path, kind: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    steps = _steps(folder, kind)
    body = dict(next(step["response"]["body"] for step in steps if wanted(step)))
    if isinstance(body.get("items"), str):
        # Long lists stand in the file once.
        body["items"] = next(step["request"]["body"]["items"] for step in steps if step["step"] == "create")
    return body


def provider_base(folder: Path, kind: str, name: str) -> dict[str, Any]:
    """The object of one implementation that the probes started from: the one of the life cycle, else one made from the schema."""
    implementation, dummy, preset = name.partition("/")
    steps = _steps(folder, kind)
    if kind == "metadata":
        return dict(next(each for each in steps[0]["response"]["body"] if each["implementation"] == name))
    made = next(step["response"]["body"] for step in steps if step["step"] == "get_by_id")
    if made["implementation"] == implementation and not preset:
        return dict(made)
    template = next(each for each in _templates(folder, kind) if _is_template(each, implementation, preset))
    base = {key: value for key, value in template.items() if key != "presets"}
    return {**base, "id": 90, "name": "rec " + name, "tags": []}


def _templates(folder: Path, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted(folder.glob(f"GET__{kind}_schema*.json")):
        found += _document(path)["response"]["body"]
    return found


def provider_templates(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and template of every implementation that an app offers."""
    for kind in PROVIDERS:
        for each in _templates(folder, kind):
            yield kind, each


def _is_template(each: Mapping[str, Any], implementation: str, preset: str) -> bool:
    if preset:
        return each["implementation"] == implementation and preset in (each.get("name"), each.get("implementationName"))
    return implementation in (each["implementation"], each.get("implementationName"), each.get("name"))
