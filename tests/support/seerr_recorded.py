# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seerr and Overseerr as recorded: their answers without an app, and every value in them that a person could edit."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr import Seerr
from ansible_collections.homelab.media_center.plugins.module_utils.resources.seerr import APPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_Json = Any
#: What the apps make themselves, or what moves.
_OWN = {"id", "name@library", "type", "lastScan", "name@plex", "machineId", "name@job", "interval", "nextExecutionTime", "running", "createdAt", "updatedAt",
        "pageInfo", "warnings", "plexUsername", "jellyfinUsername", "recoveryLinkExpirationDate", "userType", "plexId", "jellyfinUserId", "avatar",
        "avatarETag", "avatarVersion", "requestCount", "displayName", "email", "minimumAvailability@sonarr"}  # fmt: skip


class Recorded(Session):
    """A session that answers reads as recorded; what was not recorded is not there. ``asked`` are the paths that were read."""

    def __init__(self, recordings: Path, app: str, **variants: str) -> None:
        super().__init__(Address(app, "http://recorded"))
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, _Json]] = {}
        for path in sorted((recordings / app).glob("GET__*.json")):
            told = json.loads(path.read_text(encoding="utf-8"))
            variant = path.stem[len("GET__") :].partition("__")[2]
            place = told["request"]["path"]
            # A house has one server of each kind and one rule; everything else is as it was before anything else was tried.
            wanted = variants.get(place.rpartition("/")[2], "one" if place.endswith(("settings/radarr", "settings/sonarr", "overrideRule")) else "")
            if told["response"] and (variant == wanted or (not variant and place not in self.answers)):
                self.answers[place] = (told["response"]["status"], told["response"]["body"])

    def get(self, path: str, params: object = None) -> _Json:
        """The body of a recorded answer."""
        self.asked.append(path)
        status, body = self.answers.get(path.partition("?")[0], (404, None))
        if status != 200:
            raise self.error("GET", path, f"HTTP {status}", "", status)
        return copy.deepcopy(body)

    def stands_open(self, path: str) -> bool:
        """Nobody is let in without a key."""
        return False


def opened(session: Recorded) -> Seerr:
    """The gateway over recorded answers, identified."""
    app = APPS[session.address.target]
    gateway = Seerr(app, session)
    gateway.identify()
    return gateway


class Edit(NamedTuple):
    """One value of one answer, and another one for it."""

    path: str
    way: tuple[str | int, ...]
    value: _Json


def edits(session: Recorded, app: str) -> Iterator[Edit]:
    """Every value that a person can edit, once, with another value of its type."""
    served = ["main", "network", "radarr", "sonarr", "plex", "tautulli", "metadatas", "jobs"]
    paths = [f"/api/v1/settings/{each}" for each in served]
    paths += [path for path in session.answers if "/notifications/" in path and "/user/" not in path]
    for path in [*paths, "/api/v1/overrideRule", "/api/v1/user"]:
        status, body = session.answers.get(path, (404, None))
        if status == 200:
            kind = {"plex": "plex", "jobs": "job", "sonarr": "sonarr"}.get(path.rpartition("/")[2], "")
            for way, value in _leaves(body, (), kind):
                yield Edit(path, way, value)


def _leaves(value: _Json, way: tuple[str | int, ...], kind: str) -> Iterator[tuple[tuple[str | int, ...], _Json]]:
    if isinstance(value, dict) and value:
        for name, each in value.items():
            inner = "library" if name == "libraries" else kind
            if name not in _OWN and f"{name}@{kind}" not in _OWN:
                yield from _leaves(each, (*way, name), inner)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for place, each in enumerate(value):
            yield from _leaves(each, (*way, place), kind)
    elif way and (value != {} or way[-1] in ("movie", "tv")):
        # The agent without options has nothing to edit.
        yield way, _another(str(way[-1]), value)


def _another(name: str, value: _Json) -> _Json:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value ^ 64 if name in ("types", "permissions", "defaultPermissions") else value + 1
    if isinstance(value, str):
        return "1" if name == "users" else value + "x"
    if isinstance(value, list):
        return [*value, 7]
    if isinstance(value, dict):
        return {"quotaLimit": 3, "quotaDays": 7}
    return 5 if "Quota" in name else "1"


def edited(session: Recorded, edit: Edit) -> None:
    """Make the edit in the answers of a session."""
    status, body = session.answers[edit.path]
    body = copy.deepcopy(body)
    place = body
    for each in edit.way[:-1]:
        place = place[each]
    place[edit.way[-1]] = edit.value
    session.answers[edit.path] = (status, body)
