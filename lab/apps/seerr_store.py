# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Overseerr or Seerr keeps: settings in memory and in a file, users and rules in a database.

The two can differ: what a test of a connection refused stays in memory, and the next save of anything writes all of it into the file.
"""

from __future__ import annotations

import base64
import copy
import itertools
import json
from typing import Any

from lab.repositories import DATA

#: Jellyseerr's data are those of Seerr with what its source has else; it was not recorded.
APPS = ("overseerr", "jellyseerr", "seerr")
_Row = dict[str, Any]
_TIME = "2026-11-23T19:09:52.000Z"


class Store:
    """The state of one app. Whoever changes it holds the stand-in's lock."""

    def __init__(self, app: str, house: _Row | None = None) -> None:
        text = (DATA / "seerr" / f"{app}.json").read_text(encoding="utf-8")
        told = house or {}
        self.key = str(told.get("key") or f"{app}-key-of-the-lab")
        self.data: _Row = json.loads(text.replace("@key@", self.key))
        self.name, self.title, self.version = app, str(self.data["title"]), str(self.data["version"])
        self.memory: _Row = {name: self.data[name] for name in ("pages", "radarr", "sonarr", "agents", "jobs")}
        webhook = self.memory["agents"]["webhook"]["options"]
        # Kept as the web page sends it: the JSON string of the text, in base64.
        webhook["jsonPayload"] = base64.b64encode(json.dumps(webhook["jsonPayload"]).encode()).decode()
        self.memory = merged(self.memory, told.get("settings") or {})
        self.users: list[_Row] = copy.deepcopy(told.get("users") or self.data["users"])
        self.rules: list[_Row] = copy.deepcopy(told.get("rules") or [])
        # None: every neighbour answers; else the addresses (host:port) that do.
        self.reachable: set[str] | None = None
        self._numbers = itertools.count(max([each["id"] for each in self.users], default=0) + 1)
        self._rule_numbers = itertools.count(max([each["id"] for each in self.rules], default=0) + 1)
        self.save()
        self.restart()

    def save(self) -> None:
        """Write the settings file: all that is in memory."""
        self.disk = copy.deepcopy(self.memory)

    def restart(self) -> None:
        """What a start of the app does: it reads its file, and its network settings come into force."""
        self.memory = copy.deepcopy(self.disk)
        self.in_force = self._network()

    def _network(self) -> tuple[Any, ...]:
        page = self.memory["pages"]["network" if "network" in self.memory["pages"] else "main"]
        return page["csrfProtection"], page["trustProxy"], (page.get("proxy") or {}).get("enabled")

    @property
    def restart_required(self) -> bool:
        """Whether the network settings are others than at the start."""
        return self._network() != self.in_force

    @property
    def read_only(self) -> bool:
        """Whether the app takes no writes that come with a key only."""
        return bool(self.in_force[0])

    def answers(self, server: _Row) -> bool:
        """Whether a neighbour answers and takes the key."""
        if server.get("apiKey") == "bad":
            return False
        return self.reachable is None or f"{server.get('hostname') or server.get('ip')}:{server.get('port')}" in self.reachable

    def page(self, name: str) -> _Row:
        """A page of settings in memory."""
        page: _Row = self.memory["pages"][name]
        return page

    def insert_server(self, kind: str, body: _Row) -> _Row:
        """The next number is that of the last one plus one, so that numbers come again. A new default one takes that from the others."""
        servers = self.memory[kind]
        self._one_default(kind, body)
        servers.append({**body, "id": servers[-1]["id"] + 1 if servers else 0})
        self.save()
        stored: _Row = servers[-1]
        return stored

    def replace_server(self, kind: str, number: int, body: _Row) -> _Row:
        """A write fills in nothing: what it leaves out is gone."""
        place = next(place for place, each in enumerate(self.memory[kind]) if each["id"] == number)
        self._one_default(kind, body)
        self.memory[kind][place] = {**body, "id": number}
        self.save()
        stored: _Row = self.memory[kind][place]
        return stored

    def _one_default(self, kind: str, body: _Row) -> None:
        for each in self.memory[kind]:
            if body.get("isDefault") and each.get("is4k") == body.get("is4k"):
                each["isDefault"] = False

    def insert_user(self, body: _Row) -> _Row:
        """A local user; answers to writes leave the address out."""
        blank: _Row = {name: [] if name == "warnings" else None for name in self.data["users"][1]}
        own = {"email": body["email"].lower(), "username": body.get("username"), "permissions": body.get("permissions", 32), "userType": 2}
        more = {"id": next(self._numbers), "avatar": "/os_logo_square.png", "createdAt": _TIME, "updatedAt": _TIME, "requestCount": 0}
        self.users.append({**blank, **own, **more, "displayName": body.get("username") or body["email"]})
        return self.users[-1]

    def insert_rule(self, body: _Row) -> _Row:
        """An override rule; what is not said is null."""
        self.rules.append({**rule(body), "id": next(self._rule_numbers), "createdAt": _TIME, "updatedAt": _TIME})
        return self.rules[-1]

    def dump(self) -> _Row:
        """Everything that is stored, secrets in clear."""
        return copy.deepcopy({"memory": self.memory, "disk": self.disk, "users": self.users, "rules": self.rules})


def rule(body: _Row) -> _Row:
    """The properties of a rule, null where they are not said."""
    names = ("radarrServiceId", "sonarrServiceId", "users", "genre", "language", "keywords", "profileId", "rootFolder", "tags")
    return {name: body.get(name) for name in names}


def merged(old: Any, new: Any) -> Any:
    """Mappings into each other; anything else replaces."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return copy.deepcopy(new)
    return {**old, **{name: merged(old.get(name), value) for name, value in new.items()}}
