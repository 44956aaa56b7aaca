# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Radarr, Sonarr, Lidarr, Readarr and Prowlarr: one stand-in for all five.

What differs is data: `data/servarr/<app>.json` (made from recordings by `tests/support/servarr_data.py`) and `data/servarr/rules.yml`. Media, search,
queue and history are left out, and so is the web UI but for what a client meets by mistake. What stands in the app's folder is `servarr_files`.

Below `/_lab/` the stand-in can be looked into and told what real apps are told by other means: `GET store`, `PUT store` (rows by resource),
`POST restart`, `PUT reachable` (the addresses of neighbours that answer a test; null: all of them), `PUT database` (`{"locked": "writers"}`, "readers", "").
"""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lab.apps import servarr_answers as answers
from lab.apps import servarr_system as system
from lab.apps.servarr_answers import Refusal
from lab.apps.servarr_fields import show_fields
from lab.apps.servarr_files import Files
from lab.apps.servarr_instance import Instance, rules
from lab.apps.servarr_providers import Providers
from lab.apps.servarr_rows import Collection
from lab.apps.servarr_shapes import profile_template, reorder, tag_users
from lab.apps.servarr_singletons import Singleton
from lab.server import CONTROL, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

_UI = b"<!doctype html>\n<html><head><title>App</title></head><body></body></html>\n"


class Servarr:
    """The stand-in of one app, named like it."""

    def __init__(self, instance: Instance, folder: Path | None = None) -> None:
        self.name = instance.name
        self.instance = instance
        self._files = Files(instance, folder) if folder else None
        self._lock = threading.RLock()
        self._collections: dict[str, Collection] = {}
        self._singletons: dict[str, Singleton] = {}
        for path in instance.data["properties"]:
            if path in rules()["providers"]["kinds"]:
                self._collections[path] = Providers(instance, path)
            elif path in rules()["singletons"]:
                self._singletons[path] = Singleton(instance, path)
            elif path in rules()["resources"] and not rules()["resources"][path].get("stub"):
                self._collections[path] = Collection(instance, path, rules()["resources"][path])

    def answer(self, request: Request) -> Response:
        """The answer of a healthy app."""
        with self._lock:
            try:
                return self._answer(request)
            finally:
                if self._files and request.method not in ("GET", "HEAD"):
                    self._files.write()

    def close(self) -> None:
        """What a stop of the app does to its files; nobody asks it any more."""
        if self._files:
            self._files.close()

    def failure(self, status: int) -> Response:
        """What the app sends along with an error status: an empty 401, 503 while it starts, an exception for what is its own fault."""
        if status == 503:
            told = {"errorMessage": f"{self.instance.title} is starting up, please try again later"}
            headers = {"Content-Type": "application/json", "X-Application-Version": self.instance.version}
            return Response(503, json.dumps(told).encode(), headers)
        if status == 500:
            return answers.database_is_locked()
        return answers.empty(status) if status in (401, 403, 404, 405) else answers.message(status, "the lab's fault: the app could not answer")

    def _signed(self, path: str, response: Response) -> Response:
        """The version header: on everything below /api but what comes out of the error pipeline."""
        pipeline = response.status >= 400 and response.headers.get("Content-Type") == "application/json"
        if pipeline or not f"{path}/".lower().startswith("/api/"):
            return response
        return replace(response, headers={**response.headers, "X-Application-Version": self.instance.version})

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(CONTROL):
            return self._control(request)
        base = self.instance.url_base
        path = request.path
        inside = bool(base) and (path.lower() + "/").startswith(base.lower() + "/")
        bare = path[len(base) :] if inside else path
        if not self._open(request, bare) and (bare == "/initialize.json" or not self._authorized(request)):
            return answers.guarded(self.instance.title, self.instance.host, base, bare)
        if base and not inside:
            return self._signed(path, self._redirect(request))
        if self.instance.locked == "readers":
            return answers.answer({"status": "Error"}, 500) if bare.rstrip("/") == "/ping" else _locking_protocol()
        try:
            response = self._inside(request, bare or "/")
        except Refusal as refusal:
            response = refusal.response
        return self._signed(bare, response)

    def _open(self, request: Request, path: str) -> bool:
        """What needs no key: /ping, and the UI where no login guards it."""
        if path.rstrip("/") == "/ping":
            return request.method in ("GET", "HEAD")
        if path.lower() == "/api" or path.lower().startswith("/api/"):
            return False
        return path != "/initialize.json" or answers.unguarded(self.instance.host)

    def _authorized(self, request: Request) -> bool:
        """Query before header before Authorization: the first that is there decides, also an empty one."""
        names = {name.lower(): values for name, values in request.query.items()}
        sent = next(iter(names["apikey"]), "") if "apikey" in names else request.headers.get("x-api-key")
        if sent is None:
            sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        return sent == self.instance.host["apiKey"]

    def _redirect(self, request: Request) -> Response:
        pairs = "&".join(f"{name}={value}" for name, values in request.query.items() for value in values)
        location = f"{self.instance.url_base}{request.path}" + (f"?{pairs}" if pairs else "")
        return Response(self.instance.traits.get("redirect", 307), b"", {"Location": location})

    def _inside(self, request: Request, path: str) -> Response:
        if path.rstrip("/") == "/ping":
            return answers.answer({"status": "OK"})
        if path == "/initialize.json":
            return system.initialize(self.instance)
        prefix = self.instance.prefix
        if path.rstrip("/").lower() == "/api":
            return answers.answer({"current": self.instance.data["version_of_api"], "deprecated": []})
        if path.lower().startswith(f"{prefix}/"):
            return self._api(request, path[len(prefix) + 1 :].rstrip("/").lower())
        if path.lower().startswith("/api/"):
            return answers.empty(404) if request.method == "GET" else answers.empty(405, Allow="GET")
        if request.method not in ("GET", "HEAD"):
            return answers.empty(405, Allow="GET") if self._authorized(request) else answers.empty(401)
        return Response(200, _UI, {"Content-Type": "text/html"})

    def _api(self, request: Request, path: str) -> Response:
        special = self._special(request, path)
        if special is not None:
            return special
        head, __, tail = path.rpartition("/")
        if path in self._singletons or (head in self._singletons and _number(tail) is not None):
            return self._singleton(request, self._singletons[path if path in self._singletons else head], None if path in self._singletons else _number(tail))
        if path in self._collections:
            return self._list(request, self._collections[path])
        if head in self._collections:
            return self._row(request, self._collections[head], tail)
        if head.partition("/")[2] == "action" and head.partition("/")[0] in self._collections and request.method == "POST":
            return Response(200, b"null", {"Content-Type": "application/json"})
        if path == "system/status":
            return answers.empty(405, Allow="GET")
        return answers.empty(404) if request.method in ("GET", "HEAD") or "/" in path else answers.empty(405, Allow="GET")

    def _special(self, request: Request, path: str) -> Response | None:
        """What is neither a resource nor a row of one."""
        instance, read = self.instance, request.method == "GET"
        if path == "system/status" and read:
            return system.status(instance)
        if path == "health" and read:
            return system.health(instance)
        if path == "diskspace" and read:
            return system.disk_space(instance)
        if path.partition("/")[0] == "language" and read:
            return self._language(path.partition("/")[2])
        if path == "qualitydefinition/limits" and read and instance.letter in "RS":
            return answers.answer({"min": 0, "max": 2000 if instance.letter == "R" else 1000})
        if path == "command" or (path.startswith("command/") and _number(path[8:]) is not None):
            return system.commands(instance, request, _number(path[8:]))
        if path == "tag/detail" and read:
            return answers.answer([tag_users(instance, row["id"]) for row in instance.rows["tag"]])
        if path.startswith("tag/detail/") and read:
            number = _number(path[11:])
            return answers.answer(tag_users(instance, number)) if number and instance.find("tag", number) else self._collections["tag"].get(number or 0)
        if path.startswith("delayprofile/reorder/") and request.method == "PUT":
            name = "after" if instance.letter in "RS" else "afterId"
            return answers.answer(reorder(instance, _number(path[21:]) or 0, _number(request.argument(name))))
        head, __, tail = path.partition("/")
        if tail == "paged" and read and instance.letter in rules()["resources"].get(head, {}).get("paged", ""):
            return _paged(request, instance.rows[head])
        if head == "languageprofile" and head in instance.rows:
            return self._stub(request, instance.rows[head], tail)
        if path == "qualitydefinition/update" and request.method == "PUT":
            return self._update_all(request)
        if path == "appprofile/schema" and read and instance.letter == "P":
            switches = ("enableRss", "enableAutomaticSearch", "enableInteractiveSearch")
            return answers.answer({"name": "", **dict.fromkeys(switches, True), "minimumSeeders": 1})
        if tail == "schema" and read and head in instance.data["profile_template"]:
            return answers.answer(profile_template(instance, head))
        return None

    def _update_all(self, request: Request) -> Response:
        """The apps check and store the list, and go on answering what they had read before: nothing is seen of it until something else changes."""
        collection = self._collections["qualitydefinition"]
        try:
            rows = json.loads(request.body)
        except ValueError:
            rows = None
        if not isinstance(rows, list):
            return answers.problem(400, {"$": ["The JSON value could not be converted. Path: $ | LineNumber: 0 | BytePositionInLine: 1."]})
        for row in rows:
            collection.check(row)
        return replace(collection.read_all(), status=202)

    def _singleton(self, request: Request, singleton: Singleton, route: int | None) -> Response:
        if request.method == "GET":
            return singleton.get()
        return singleton.update(request, route) if request.method == "PUT" else answers.empty(405, Allow="GET, PUT")

    def _list(self, request: Request, collection: Collection) -> Response:
        if request.method not in collection.verbs[0]:
            return answers.empty(405, Allow=", ".join(collection.verbs[0]))
        if request.method == "GET":
            return collection.read_all()
        return collection.create(request) if request.method == "POST" else collection.update(request, None)

    def _row(self, request: Request, collection: Collection, tail: str) -> Response:
        if tail == "bulk":
            return collection.bulk(request, request.method) or answers.empty(404 if request.method in ("PUT", "DELETE") else 405)
        if isinstance(collection, Providers):
            if tail == "schema" and request.method == "GET":
                return collection.schema()
            if request.method == "POST" and tail in ("test", "testall"):
                return collection.test(request) if tail == "test" else collection.test_all()
        number = _number(tail)
        if tail == "schema" and request.method == "GET" and collection.path in self.instance.data["templates"]:
            return self._conditions(collection.path)
        if number is None:
            return answers.empty(404)
        if request.method not in collection.verbs[1]:
            return answers.empty(405, Allow=", ".join(collection.verbs[1]))
        if request.method == "GET":
            return collection.get(number)
        return collection.delete(number) if request.method == "DELETE" else collection.update(request, number)

    def _language(self, tail: str) -> Response:
        if not self.instance.data["languages"]:
            return answers.empty(404)
        found = [{**each, "nameLower": each["name"].lower()} for each in self.instance.data["languages"]]
        if not tail:
            return answers.answer(found)
        one = next((each for each in found if each.get("id", 0) == _number(tail)), None)
        return answers.answer(one) if one else answers.message(500, "ID does not match a known language (Parameter 'id')", "System.ArgumentException")

    @staticmethod
    def _stub(request: Request, rows: list[dict[str, Any]], tail: str) -> Response:
        """What is left of a resource: reads give the one row there is, writes change nothing."""
        if request.method in ("POST", "PUT"):
            return answers.answer({"upgradeAllowed": False, **json.loads(request.body)}, 202)
        return answers.empty(200) if request.method == "DELETE" else answers.answer(rows[0] if tail else rows)

    def _conditions(self, path: str) -> Response:
        """The templates of conditions."""
        told = []
        for each in self.instance.data["templates"][path]:
            settings = {field[0]: field[4] for field in each["fields"]}
            link = {"infoLink": each["link"]} if "link" in each else {}
            told.append({"implementation": each["implementation"], "implementationName": each["implementationName"], "negate": False, "required": False,
                         "fields": show_fields(each, settings, self.instance), "presets": [], **link})  # fmt: skip
        return answers.answer(told)

    def _control(self, request: Request) -> Response:
        what, body = request.path[len(CONTROL) :], json.loads(request.body or b"null")
        if what == "store" and request.method == "PUT":
            self.instance.rows.update(body)
        elif what == "restart" and request.method == "POST":
            self.instance.start()
        elif what == "reachable" and request.method == "PUT":
            self.instance.reachable = None if body is None else set(body)
        elif what == "database" and request.method == "PUT":
            self.instance.locked = body["locked"]
        elif not (what == "store" and request.method == "GET"):
            return answers.empty(404)
        return Response(200, json.dumps(self.instance.dump(), indent=1).encode() + b"\n", {"Content-Type": "application/json"})


def of_app(name: str, folder: Path | None = None) -> Servarr:
    """The stand-in of an app of the lab's house; `folder` is the app's own on its docker host."""
    return Servarr(Instance(name), folder)


def _locking_protocol() -> Response:
    return answers.message(500, "locking protocol\nlocking protocol", "code = Protocol (15), message = System.Data.SQLite.SQLiteException (0x87AF05B4)")


def _number(text: str) -> int | None:
    return int(text) if text.lstrip("-").isdigit() else None


def _paged(request: Request, rows: list[dict[str, Any]]) -> Response:
    page, size = int(request.argument("page", "1")), int(request.argument("pageSize", "10"))
    newest = sorted(rows, key=lambda row: -row["id"])
    told = {"page": page, "pageSize": size, "sortKey": "id", "sortDirection": "descending", "totalRecords": len(rows)}
    return answers.answer({**told, "records": newest[(page - 1) * size : page * size]})
