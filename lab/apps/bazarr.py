# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bazarr: its settings, languages, profiles and providers, and what it answers without a login. Subtitles and searches are left out.

How it behaves is data: `data/bazarr/rules.yml`; a fresh installation is `fresh.json`, the lab's own instance `house.yml`.

Below `/_lab/` the stand-in can be looked into: `GET store`, `PUT store` (what `GET store` tells), `PUT reachable` (the addresses of neighbours that
answer, as host:port; null: all of them).
"""

from __future__ import annotations

import hashlib
import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from lab.apps.bazarr_store import Broken, NotAcceptable, Store, house, rules
from lab.server import CONTROL, Request, Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_KEY = (
    "The server could not verify that you are authorized to access the URL requested. You either supplied the wrong credentials (e.g. a bad password), or "
    "your browser doesn't understand how to supply the credentials required."
)
_WORDS = {401: _NO_KEY, 404: "Not Found", 405: "The method is not allowed for the requested URL."}
_BROKEN = "Internal Server Error"
#: What needs no key below /api.
_PUBLIC = ("/api/system/ping", "/api/swagger.json", "/api/system/account")


class Bazarr:
    """The stand-in of one instance."""

    name = "bazarr"

    def __init__(self, key: str) -> None:
        self.store = Store(key)
        # `None`: every neighbour answers; else the addresses (host:port) that do.
        self.reachable: set[str] | None = None
        # The keys of the neighbours, where they are others than those that are stored.
        self.neighbour_keys: dict[str, str] = {}
        self.reads = 0
        self._connecting: set[str] = set()
        self._ended = threading.Event()
        self._lock = threading.RLock()
        self._routes: dict[str, dict[str, Callable[[Request], Response]]] = {
            "/api/system/settings": {"GET": lambda _: json_response(200, self.store.shown()), "POST": self._save},
            "/api/system/status": {"GET": self._status},
            "/api/system/health": {"GET": self._health},
            "/api/system/languages": {"GET": lambda _: json_response(200, self.store.languages)},
            "/api/system/languages/profiles": {"GET": lambda _: json_response(200, self.store.profiles)},
            "/api/system/tasks": {"GET": self._tasks, "POST": self._run_task},
            "/api/system/announcements": {"GET": lambda _: _rows([])},
            "/api/system/releases": {"GET": lambda _: _rows([])},
            "/api/system/backups": {"GET": lambda _: _rows([]), "POST": lambda _: _done()},
            "/api/system/ping": {"GET": lambda _: json_response(200, {"status": "OK"})},
            "/api/system/account": {"POST": self._log_in},
            "/api/providers": {"GET": self._providers, "POST": self._reset_providers},
            "/api/badges": {"GET": self._badges},
            "/api/series": {"GET": lambda request: self._media(request, "series"), "POST": self._assign},
            "/api/movies": {"GET": lambda request: self._media(request, "movies")},
            "/api/episodes": {"GET": lambda _: _rows([])},
            "/api/episodes/wanted": {"GET": lambda _: json_response(200, {"data": [], "total": 0})},
            "/api/movies/wanted": {"GET": lambda _: json_response(200, {"data": [], "total": 0})},
        }

    @property
    def api_key(self) -> str:
        """The key of its API."""
        return str(self.store.settings["auth"]["apikey"])

    def answer(self, request: Request) -> Response:
        """The answer of a healthy app. One that never comes is cut short after a while."""
        hanging: set[str] = set()
        with self._lock:
            response = self._control(request) if request.path.startswith(CONTROL) else self._answer(request, hanging)
        if hanging:
            self._ended.wait(rules()["never"])
        return response

    def close(self) -> None:
        """Let go of what hangs."""
        self._ended.set()

    def failure(self, status: int) -> Response:
        """What the app sends along with an error status."""
        return json_response(status, {"message": _WORDS.get(status, _BROKEN)})

    def _answer(self, request: Request, hanging: set[str]) -> Response:
        if request.path.startswith("/test/"):
            return self._test(request)
        if request.path == "/bazarr.log":
            return Response(200, b"2026-11-24 03:00:00,114|INFO    |root|BAZARR is started\n", {"Content-Type": "text/plain; charset=utf-8"})
        if not request.path.startswith("/api/"):
            return self._page()
        route = self._routes.get(request.path)
        if route is None:
            return self._page()
        if request.method not in route:
            return self.failure(405)
        if request.path not in _PUBLIC and self._key(request) != self.store.settings["auth"]["apikey"]:
            return self.failure(401)
        try:
            response = route[request.method](request)
        except NotAcceptable as refusal:
            return json_response(406, str(refusal))
        except Broken:
            return self.failure(500)
        if request.method == "POST" and request.path == "/api/system/settings":
            hanging |= {name for name in self._connecting if not self._reaches(name)}
        return response

    def _key(self, request: Request) -> str | None:
        return request.headers.get("x-api-key") or request.argument("apikey") or next(iter(_form(request).get("apikey", ())), None)

    def _page(self) -> Response:
        """The web page, which any path answers that is none. Without a login it holds the key."""
        auth = self.store.settings["auth"]
        told = {**({"apiKey": auth["apikey"]} if auth["type"] is None else {}), "baseUrl": "", "canUpdate": False, "hasUpdate": False}
        text = f"<!doctype html><script>window.Bazarr = {json.dumps(told)};</script>"
        return Response(200, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _save(self, request: Request) -> Response:
        self._connecting = self.store.save(_form(request))
        return _done()

    def _reaches(self, name: str) -> bool:
        link = self.store.settings[name]
        return self.reachable is None or f"{link['ip']}:{link['port']}" in self.reachable

    def _neighbour_key(self, name: str) -> str:
        return self.neighbour_keys.get(name, self.store.settings[name]["apikey"])

    def _status(self, _request: Request) -> Response:
        self.reads += 1
        status = dict(self.store.fresh["status"])
        for name, link in rules()["links"].items():
            if not self.store.settings["general"][link["switch"]]:
                status[link["version"]] = ""
            elif not self._reaches(name) or self._neighbour_key(name) != self.store.settings[name]["apikey"]:
                status[link["version"]] = "unknown"
        return json_response(200, {"data": {**status, "start_time": status["start_time"] + self.reads}})

    def _health(self, _request: Request) -> Response:
        """It says nothing of a neighbour that does not answer, and nothing of a profile that is gone."""
        issue = {"object": "Missing languages profile", "issue": "You must create at least one languages profile and assign it to your content."}
        return _rows([] if self.store.profiles else [issue])

    def _tasks(self, request: Request) -> Response:
        general = self.store.settings["general"]
        linked = general["use_sonarr"] or general["use_radarr"]
        rows = [row for row in self.store.fresh["tasks"] if linked or row[0] in self.store.fresh["tasks_unlinked"]]
        wanted = [row for row in rows if row[0] == request.argument("taskid")] or rows
        return _rows([{"job_id": i, "name": n, "interval": e, "job_running": False, "next_run_in": t, "next_run_time": t} for i, n, e, t in wanted])

    def _run_task(self, request: Request) -> Response:
        task = next(iter(_form(request).get("taskid", ())), None)
        if task is None:
            told = "Task id of the task to run Missing required parameter in the JSON body or the post body or the query string"
            return json_response(400, {"errors": {"taskid": told}, "message": "Input payload validation failed"})
        return _done() if any(row[0] == task for row in self.store.fresh["tasks"]) else self.failure(500)

    def _log_in(self, request: Request) -> Response:
        form = {name: values[0] for name, values in _form(request).items()}
        auth = self.store.settings["auth"]
        hashed = hashlib.md5(form.get("password", "").encode(), usedforsecurity=False).hexdigest()
        right = (form.get("username"), hashed) == (auth["username"], auth["password"])
        cookie = {"Set-Cookie": "session=made-up; HttpOnly; Path=/", "Content-Type": "application/json"}
        return Response(204, b"", cookie) if right else json_response(403, "Authentication failed", cookie)

    def _providers(self, _request: Request) -> Response:
        enabled = self.store.settings["general"]["enabled_providers"]
        return _rows([{"name": each, "status": "Good", "retry": "-"} for each in enabled if each in rules()["providers"]])

    def _reset_providers(self, request: Request) -> Response:
        return _done() if _form(request).get("action") == ["reset"] else json_response(400, "Unknown action")

    def _badges(self, _request: Request) -> Response:
        general = self.store.settings["general"]
        live = {f"{name}_signalr": "LIVE" if general[link["switch"]] else "" for name, link in rules()["links"].items()}
        return json_response(200, {"episodes": 0, "movies": 0, "providers": 0, "status": 0 if self.store.profiles else 1, **live, "announcements": 0})

    def _media(self, request: Request, kind: str) -> Response:
        rows = self.store.fresh[kind] if self.store.settings["general"]["use_sonarr" if kind == "series" else "use_radarr"] else []
        wanted = request.query.get("seriesid[]")
        rows = [row for row in rows if not wanted or str(row["sonarrSeriesId"]) in wanted]
        return json_response(200, {"data": rows, "total": len(rows)})

    def _assign(self, request: Request) -> Response:
        form = _form(request)
        number = int(form["profileid"][0])
        if number not in {each["profileId"] for each in self.store.profiles}:
            raise Broken
        for row in self.store.fresh["series"]:
            if str(row["sonarrSeriesId"]) in form["seriesid"]:
                row["profileId"] = number
        return _done()

    def _test(self, request: Request) -> Response:
        """Whether a neighbour answers Bazarr; open to everyone."""
        url = urlsplit(request.path.removeprefix("/test/").replace("/", "://", 1))
        port = f":{url.port}" if url.port else ""
        if self.reachable is not None and f"{url.hostname}{port}" not in self.reachable:
            key = request.argument("apikey")
            why = f"ConnectionError(MaxRetryError(\"HTTPConnectionPool(host='{url.hostname}', port={url.port}): Max retries exceeded with url: "
            return json_response(200, {"error": f'{why}{url.path}?apikey={key} (Connection refused)"))', "status": False})
        keys = {self._neighbour_key(name): self.store.fresh["status"][link["version"]] for name, link in rules()["links"].items()}
        if request.argument("apikey") in keys:
            return json_response(200, {"code": 200, "status": True, "version": keys[request.argument("apikey")]})
        return json_response(200, {"code": 401, "error": "Access Denied. Check API key.", "status": False})

    def _control(self, request: Request) -> Response:
        what = request.path.removeprefix(CONTROL)
        if (request.method, what) == ("GET", "store"):
            return json_response(200, self.store.dump())
        if request.method == "PUT" and what == "store":
            self.store.load(json.loads(request.body))
        elif request.method == "PUT" and what == "reachable":
            told: Any = json.loads(request.body)
            self.reachable = None if told is None else set(told)
        else:
            return Response(404)
        return Response(204)


def of_house() -> Bazarr:
    """The lab's own instance."""
    found = Bazarr(house()["api_key"])
    found.store.furnish(house())
    return found


def _form(request: Request) -> dict[str, list[str]]:
    """The fields of a form; a body of any other kind is no form, and says nothing."""
    if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
        return {}
    return parse_qs(request.body.decode(), keep_blank_values=True)


def _rows(rows: list[dict[str, Any]]) -> Response:
    return json_response(200, {"data": rows})


def _done() -> Response:
    return Response(204, b"", {"Content-Type": "application/json"})
