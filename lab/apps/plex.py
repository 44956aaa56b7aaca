# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Plex Media Server: its preferences and its libraries with theirs. No media: a scan takes its time and finds nothing.

`data/plex/server.json` holds the 155 preferences of a recorded server (fixtures of plex-api.rs; labels left out) and three libraries, whose
preferences are named as clients name them. What a real server does beyond published descriptions and recorded answers is not known here:
it was never asked. The choices made are that a value which is no value of a preference's type is not stored, and that any other is.

Below `/_lab/`: `GET store`, `PUT store` (`{"preferences": {id: value}, "sections": [...], "hidden": {id: bool}}`) and `PUT mood` (`{"claimed": bool,
"starting": bool, "guest": bool}`; as a guest the token is not the owner's).
"""

from __future__ import annotations

import base64
import copy
import ipaddress
import json
import threading
import uuid
from typing import Any

from lab.apps import plex_answers as answers
from lab.repositories import DATA
from lab.server import CONTROL, Request, Response

_Row = dict[str, Any]
_START = 1_764_000_000
_CONTAINER: _Row = {"allowSync": False, "identifier": "com.plexapp.plugins.library", "mediaTagPrefix": "/system/bundle/media/flags/",
                    "mediaTagVersion": 1_603_922_053, "title1": "Plex Library"}  # fmt: skip
_NUMBERS = {1: "movie", 2: "show", 8: "artist", 13: "photo"}
#: How many times the list of libraries can be asked until a scan is over.
_SCAN = 3


class Plex:
    """The stand-in of one server."""

    name = "plex"

    def __init__(self) -> None:
        data: _Row = json.loads((DATA / "plex" / "server.json").read_text(encoding="utf-8"))
        self.token: str = data["token"]
        self.identity: _Row = data["identity"]
        self.folders: list[str] = data["folders"]
        self._agents, self._templates = data["agents"], data["section_preferences"]
        self.preferences: dict[str, _Row] = {each["id"]: each for each in data["preferences"]}
        self.sections: list[_Row] = data["sections"]
        self.mood = {"claimed": True, "starting": False, "guest": False}
        self._scans: dict[int, int] = {}
        self._asked = 0
        self._lock = threading.RLock()

    @property
    def api_key(self) -> str:
        """The owner's token."""
        return self.token

    def close(self) -> None:
        """Nothing of it lies on a disk."""

    def failure(self, status: int) -> Response:
        """What the server sends along with an error status."""
        return answers.starting() if status == 503 else answers.page(status)

    def answer(self, request: Request) -> Response:
        """The answer of a healthy server."""
        with self._lock:
            if request.path.startswith(CONTROL):
                return self._control(request)
            self._asked += 1
            if request.path == "/identity":
                return answers.answer(request, {"size": 0, **self.identity, "claimed": self.mood["claimed"]})
            if not self._may(request):
                return answers.page(401)
            if self.mood["starting"]:
                return answers.starting(request)
            return self._inside(request)

    def _may(self, request: Request) -> bool:
        if not self.mood["claimed"]:
            # Nobody's server asks for no token, but answers to no name either.
            return not _is_name(request.headers.get("host", ""))
        return self.token in (request.headers.get("x-plex-token"), request.argument("X-Plex-Token"))

    def _inside(self, request: Request) -> Response:
        path, method = request.path.rstrip("/") or "/", request.method
        if path == "/:/prefs" and not self.mood["guest"]:
            return self._server_preferences(request)
        if path == "/:/prefs/get" and method == "GET" and not self.mood["guest"]:
            found = self.preferences.get(request.argument("id"))
            return answers.answer(request, {"size": 1, "Setting": [self._moved(found)]}) if found else answers.page(404)
        if path.startswith("/:/prefs"):
            return answers.page(403)
        if path in ("/library/sections", "/library/sections/all"):
            return self._all_sections(request)
        if path.startswith("/library/sections/"):
            return self._one_section(request, path.split("/")[3:])
        if path.startswith("/services/browse") and method == "GET":
            return self._browse(request, path)
        if method == "GET" and path in _PAGES:
            return answers.answer(request, _PAGES[path](self), "ButlerTasks" if path == "/butler" else "MediaContainer")
        return answers.page(404)

    def _server_preferences(self, request: Request) -> Response:
        if request.method == "GET":
            return answers.answer(request, {"size": len(self.preferences), "Setting": [self._moved(each) for each in self.preferences.values()]})
        if request.method != "PUT":
            return answers.page(404)
        for name, values in request.query.items():
            # An unknown name is answered like a known one.
            if name in self.preferences:
                self.preferences[name]["value"] = _stored(self.preferences[name], values[-1])
        return answers.nothing()

    def _moved(self, preference: _Row) -> _Row:
        """A preference as it is at this moment: some move without anybody's doing."""
        moving = {"LastAutomaticMappedPort": 20000 + self._asked % 9973, "PubSubServerPing": 30 + self._asked % 17}
        if preference["id"] == "PreferredNetworkInterface":
            return {**preference, "enumValues": f":Any|eth0:eth0 (172.18.0.{2 + self._asked % 200})"}
        return {**preference, "value": moving.get(preference["id"], preference["value"])}

    def _all_sections(self, request: Request) -> Response:
        if request.method == "POST":
            return self._create(request)
        if request.method != "GET":
            return answers.page(404)
        seen = self.sections[:1] if self.mood["guest"] else self.sections
        told = {"size": len(seen), **_CONTAINER}
        # An empty list is left out.
        return answers.answer(request, {**told, "Directory": [self._directory(each) for each in seen]} if seen else told)

    def _directory(self, section: _Row) -> _Row:
        key, moving = section["key"], _START + self._asked
        left = self._scans.get(key, 0)
        if left:
            self._scans[key] = left - 1
        kind = {name: section[name] for name in ("type", "title", "agent", "scanner", "language", "uuid")}
        places = [{"id": number, "path": path} for number, path in section["locations"]]
        return {
            "allowSync": True, "art": f"/:/resources/{section['type']}-fanart.jpg", "composite": f"/library/sections/{key}/composite/{moving}",
            "filters": True, "refreshing": left > 0, "thumb": f"/:/resources/{section['type']}.png", "key": str(key), **kind, "updatedAt": moving - 60,
            "createdAt": _START - 86_400, "scannedAt": moving, "content": True, "directory": True, "contentChangedAt": 1000 + self._asked, "hidden": 0,
            "Location": places,
        }  # fmt: skip

    def _create(self, request: Request) -> Response:
        kind = request.argument("type")
        kind = _NUMBERS.get(int(kind), "") if kind.isdigit() else kind
        agent, name = request.argument("agent"), request.argument("name")
        places = request.query.get("location") or request.query.get("locations") or []
        if kind not in self._templates or not name or agent not in [each[0] for each in self._agents[kind]]:
            return answers.reason("Section cannot be created due to bad parameters in request")
        lost = [place for place in places if place.rstrip("/") not in self.folders]
        if lost or not places:
            return answers.reason(f"Location {lost[0] if lost else ''} does not exist")
        key = max([each["key"] for each in self.sections], default=0) + 1
        told = {"scanner": request.argument("scanner"), "language": request.argument("language", "en-US")}
        section: _Row = {"key": key, "type": kind, "title": name, "agent": agent, **told, "locations": self._places(places), "preferences": {}}
        section["uuid"] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{key}{name}"))
        self.sections.append(section)
        self._set_preferences(section, request)
        self._scans[key] = _SCAN
        return answers.answer(request, {"size": 1, "Directory": [self._directory(section)]}, status=201)

    def _places(self, places: list[str]) -> list[list[Any]]:
        known = {path: number for section in self.sections for number, path in section.get("locations", [])}
        last = max(known.values(), default=0)
        return [[known.get(path, last + place), path] for place, path in enumerate(places, 1)]

    def _one_section(self, request: Request, parts: list[str]) -> Response:
        section = next((each for each in self.sections if str(each["key"]) == parts[0]), None)
        if section is None:
            return answers.page(404)
        what, method = "/".join(parts[1:]), request.method
        if not what and method == "PUT":
            return self._edit(request, section)
        if not what and method == "DELETE":
            self.sections.remove(section)
            return answers.nothing()
        if what == "prefs" and method == "GET":
            told = [{**each, "value": section["preferences"].get(each["id"], each["default"])} for each in self._templates[section["type"]]]
            return answers.answer(request, {"size": len(told), "Setting": told})
        if what == "prefs" and method == "PUT":
            self._set_preferences(section, request, "{0}")
            return answers.nothing()
        if what == "refresh" and method in ("GET", "POST", "DELETE"):
            # It starts a scan whichever way it is asked.
            self._scans[section["key"]] = 0 if method == "DELETE" else _SCAN
            return answers.nothing()
        if what == "emptyTrash" and method == "PUT":
            return answers.nothing()
        if what == "all" and method == "GET":
            return answers.answer(request, {"size": 0, "offset": 0, "totalSize": 0})
        return answers.page(404)

    def _edit(self, request: Request, section: _Row) -> Response:
        agent = request.argument("agent")
        places = request.query.get("location") or request.query.get("locations") or []
        if agent not in [each[0] for each in self._agents[section["type"]]] or any(place.rstrip("/") not in self.folders for place in places):
            return answers.page(400)
        section["agent"] = agent
        for argument, name in (("name", "title"), ("scanner", "scanner"), ("language", "language")):
            section[name] = request.argument(argument) or section[name]
        if places:
            # They are all that there are from here on.
            section["locations"] = self._places(places)
        self._set_preferences(section, request)
        return answers.nothing()

    def _set_preferences(self, section: _Row, request: Request, spelled: str = "prefs[{0}]") -> None:
        for each in self._templates[section["type"]]:
            values = request.query.get(spelled.format(each["id"]))
            if values:
                old = {**each, "value": section["preferences"].get(each["id"], each["default"])}
                section["preferences"][each["id"]] = _stored(old, values[-1])

    def _browse(self, request: Request, path: str) -> Response:
        tail = path.removeprefix("/services/browse").strip("/")
        folder = base64.b64decode(tail + "=" * (-len(tail) % 4)).decode() if tail else ""
        if folder and folder not in self.folders:
            return answers.page(404)
        inside = [each for each in self.folders if each != "/" and each.rpartition("/")[0] == folder.rstrip("/")]
        told = [{"key": f"/services/browse/{base64.b64encode(each.encode()).decode()}", "path": each, "title": each.rpartition("/")[2]} for each in inside]
        return answers.answer(request, {"size": len(told), "Path": told})

    def _root(self) -> _Row:
        told = {"friendlyName": self.preferences["FriendlyName"]["value"], "machineIdentifier": self.identity["machineIdentifier"]}
        told |= {"version": self.identity["version"], "platform": "Linux", "platformVersion": "12", "myPlex": self.mood["claimed"], "allowSync": True}
        told |= {"myPlexMappingState": "mapped", "myPlexSigninState": "ok" if self.mood["claimed"] else "none", "updatedAt": _START + self._asked}
        if self.preferences["allowMediaDeletion"]["value"]:
            told["allowMediaDeletion"] = True
        return {"size": 1, **told, "Directory": [{"count": 1, "key": "library", "title": "library"}]}

    def _activities(self) -> _Row:
        told = [
            {"uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, str(key))), "type": "library.update.section", "cancellable": False, "userID": 1, "title": "Scanning",
             "subtitle": "", "progress": 100 - 30 * left, "Context": [{"librarySectionID": str(key)}]}
            for key, left in self._scans.items()
            if left
        ]  # fmt: skip
        return {"size": len(told), **({"Activity": told} if told else {})}

    def _butler(self) -> _Row:
        names = ("BackupDatabase", "CleanOldBundles", "OptimizeDatabase", "RefreshLibraries")
        told = [{"name": name, "title": name, "description": name, "enabled": True, "interval": 3, "scheduleRandomized": True} for name in names]
        return {"ButlerTask": told}

    def _listed_agents(self) -> _Row:
        return {"size": 0, "Agent": [{"identifier": each[0], "name": each[1]} for kind in self._agents.values() for each in kind]}

    def _control(self, request: Request) -> Response:
        what, body = request.path[len(CONTROL) :], json.loads(request.body or b"null")
        if what == "store" and request.method == "PUT":
            for name, value in body.get("preferences", {}).items():
                self.preferences[name]["value"] = value
            for name, value in body.get("hidden", {}).items():
                self.preferences[name]["hidden"] = value
            self.sections = body.get("sections", self.sections)
        elif what == "mood" and request.method == "PUT":
            self.mood.update(body)
        elif not (what == "store" and request.method == "GET"):
            return Response(404)
        return Response(200, json.dumps(self.dump(), indent=1).encode() + b"\n", {"Content-Type": "application/json"})

    def dump(self) -> _Row:
        """All that is stored."""
        return copy.deepcopy({"preferences": {name: each["value"] for name, each in self.preferences.items()}, "sections": self.sections, **self.mood})


_PAGES = {
    "/": Plex._root,
    "/library": lambda plex: {"size": 0, **_CONTAINER},
    "/activities": Plex._activities,
    "/butler": Plex._butler,
    "/status/sessions": lambda plex: {"size": 0},
    "/transcode/sessions": lambda plex: {"size": 0},
    "/system/agents": Plex._listed_agents,
}


def _stored(preference: _Row, text: str) -> Any:
    """The value that is kept: the old one where the new one is none of the preference's type."""
    kind = preference["type"]
    try:
        if kind == "bool":
            return {"1": True, "true": True, "0": False, "false": False}.get(text.lower(), preference["value"])
        return int(text) if kind == "int" else float(text) if kind == "double" else text
    except ValueError:
        return preference["value"]


def _is_name(host: str) -> bool:
    bare = host.rpartition(":")[0] if host.count(":") == 1 else host
    try:
        ipaddress.ip_address(bare.strip("[]"))
    except ValueError:
        return bare != "localhost"
    return False
