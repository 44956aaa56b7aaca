# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up secret in every place of the lab's five apps that can hold one, another for each in git, and a search that is fast with hundreds of them."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import TYPE_CHECKING, Any

from support.canaries import Canaries
from support.settings_lab import NAMES

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance
    from support.settings_lab import SettingsLab

#: Fields that hold a secret and that no app calls one, as a reader of the apps' pages would say. A value is shaped by its field.
FORGOTTEN = (
    "webHookUrl", "url", "link", "cookie", "refreshToken", "requestTokenSecret", "configurationKey", "statelessUrls", "headers", "mamId",
    "twoFactorAuthCode", "userKey", "additionalParameters",
)  # fmt: skip
_SHAPES = {
    "webHookUrl": "https://hooks.example/api/webhooks/1122/{0}",
    "url": "http://home.example:8123/api/webhook/{0}",
    "link": "https://lists.example/feed/{0}",
    "cookie": "uid=1; pass={0}",
    "statelessUrls": "mailtos://sam:{0}@mail.example",
    "additionalParameters": "&apikey={0}&more=1",
}


class Marked:
    """Secrets that all begin and end alike, so that one search finds any of them, whole or cut, in whatever spelling.

    Half of them look like keys, the others like words, which only their place tells to be secret.
    """

    def __init__(self) -> None:
        self._ends = {style: Canaries(style) for style in ("words", "random")}
        self.made: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        """The secret of a place; the same one each time."""
        if place not in self.made:
            number = hashlib.sha256(place.encode()).digest()
            style = "words" if number[0] % 2 else "random"
            joint = "-" if style == "words" else ""
            begin, end = (self._ends[style](each)[:12] for each in ("begin", "end"))
            middle = "".join(("ba", "ce", "di", "fo", "gu", "ha", "ke", "li")[each % 8] for each in number[1:7])
            self.made[place] = joint.join((begin, middle, end))
        return self.made[place]

    def found(self, data: bytes) -> list[str]:
        """What is in the data: places where their secret stands whole, else the style of what does."""
        styles = [style for style, ends in self._ends.items() if ends.found(data)]
        return (sorted(place for place, secret in self.made.items() if secret.encode() in data) or styles) if styles else []


def shaped(field: str, secret: str) -> Any:
    """The secret as a field of that name holds it."""
    return [{"key": "Authorization", "value": f"Bearer {secret}"}] if field == "headers" else _SHAPES.get(field, "{0}").format(secret)


def fill(lab: SettingsLab, secrets: Marked) -> None:
    """Put a secret into each place of each app, with a thing of every implementation that has one."""
    known = {field[0] for app in lab.apps.values() for field in _fields(app.instance) if field[2] in ("apiKey", "password")} | set(FORGOTTEN)
    for name, app in lab.apps.items():
        instance = app.instance
        for kind in instance.data["templates"]:
            if kind in ("customformat", "autotagging") or not instance.rows.get(kind):
                continue
            _one_of_each(instance, kind, known)
            for row in instance.rows[kind]:
                for field in row["settings"]:
                    if row["settings"][field] == "@secret":
                        row["settings"][field] = shaped(field, secrets(f"run {name} {kind} {row['name']} {field}"))
        host = instance.rows["config/host"]
        host.update({field: secrets(f"run {name} host {field}") for field in ("proxyPassword", "sslCertPassword", "apiKey")})


def _fields(instance: Instance) -> list[Any]:
    return [field for templates in instance.data["templates"].values() for each in templates for field in each["fields"]]


def _one_of_each(instance: Instance, kind: str, known: set[str]) -> None:
    """Rows of the implementations of a kind, with a mark in each field of a secret. The oldest rows lend what all of a kind have."""
    rows = instance.rows[kind]
    for template in instance.data["templates"][kind]:
        held = {field[0]: field for field in template["fields"] if field[0] in known and field[3] in ("str", "list")}
        if held and not any(row["implementation"] == template["implementation"] for row in rows):
            row = {**copy.deepcopy(rows[0]), "id": 1000 + len(rows), "name": f"A {template['implementation']}", "tags": []}
            row.update({name: False for name, value in row.items() if value is True})
            defaults = {field[0]: field[4] for field in template["fields"] if field[4] is not None}
            rows.append({**row, "implementation": template["implementation"], "configContract": template["configContract"], "settings": defaults})
        for row in rows:
            if row["implementation"] == template["implementation"] and row["settings"].get("definitionFile") == template.get("definition"):
                row["settings"].update(dict.fromkeys(held, "@secret"))


def declare(lab: SettingsLab, secrets: Marked) -> dict[str, str]:
    """Let git declare what runs, with a secret of its own in the place of each; the variables that hold every other one."""
    variables: dict[str, str] = {}
    lab.declare()
    for name in NAMES:
        for kind, things in lab.documents[name].items():
            for thing in things if isinstance(things, list) else [things]:
                if isinstance(thing, dict):
                    _declare_one(thing, f"git {name} {kind} {thing.get('name', '')}", secrets, variables)
    return variables


def _declare_one(thing: dict[str, Any], place: str, secrets: Marked, variables: dict[str, str]) -> None:
    # Of some git says nothing secret and changes something else: what is sent then holds the app's own secrets.
    silent = hashlib.sha256(place.encode()).digest()[0] % 4 == 0 and "priority" in thing
    thing.update({"priority": 17} if silent else {})
    for holder in (thing, thing.get("fields", {})):
        for field, value in list(holder.items()):
            if value == {"secret": True} and silent:
                del holder[field]
            elif value == {"secret": True}:
                told = shaped(field, secrets(f"{place} {field}"))
                if len(variables) < len(secrets.made) // 4 and isinstance(told, str):
                    variables[f"vault_{len(variables)}"] = told
                    told = f"{{{{ vault_{len(variables) - 1} }}}}"
                holder[field] = told


def echo(number: int, body: bytes) -> tuple[int, bytes]:
    """A refusal that repeats what was sent, as the apps do in one way or another."""
    thing = json.loads(body or b"{}")
    fields = thing.pop("fields", [])
    values = [each["value"] for each in fields if isinstance(each.get("value"), str) and len(each["value"]) > 20]
    sent = json.dumps({"fields": [each for each in fields if each.get("value")], **thing})
    value = values[0] if values else sent
    failure = {"propertyName": "ApiKey", "errorMessage": f"Unable to connect to http://sam:{value}@host.example/?x={value}", "attemptedValue": value}
    told: list[Any] = [
        [failure, {**failure, "errorMessage": f"'{value}' is not valid", "severity": "warning"}],
        {"message": f"Failed to store {sent}", "description": f"at Row({sent})"},
        {"message": f"The value {value} was refused", "content": sent},
        {"title": f"One or more validation errors: {value}", "status": 400, "errors": {"$": [sent]}},
    ]
    status = (400, 500, 409, 400)[number % 4]
    return status, json.dumps(told[number % 4]).encode() if number % 8 < 7 else body
