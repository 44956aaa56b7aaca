# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small app of the Servarr family on a real port: lists that can be read and written, masks, and answers as a test scripts them."""

from __future__ import annotations

import copy
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

MASK = "********"
SECRETS = ("password", "apiKey")


class Reply(NamedTuple):
    """A scripted answer. ``body`` is sent as JSON unless it is text or bytes."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = {}


class Asked(NamedTuple):
    """A request that came."""

    method: str
    path: str
    query: str
    body: Any


class ScriptedApp:
    """Radarr with a few kinds of settings; every path that the app does not know is an empty list.

    ``script[path]`` holds replies that are given in turn before the app answers by itself again, ``always[path]`` one that is
    given every time; ``"hang"`` in place of a reply never answers. ``methods`` limits both to some verbs.
    ``drops`` are paths whose PUT is answered with 202 and not stored. ``asked`` is the log.
    """

    key = "0123456789abcdef0123456789abcdef"

    def __init__(self, name: str = "Radarr", version: str = "6.1.0.10300", base: str = "") -> None:
        self.base = base
        self.prefix = base + "/api/v3"
        self.status = {"appName": name, "version": version, "urlBase": base}
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.pages: dict[str, dict[str, Any]] = {}
        self.schemas: dict[str, Any] = {}
        self.script: dict[str, list[Any]] = {}
        self.always: dict[str, Any] = {}
        self.methods: tuple[str, ...] = ("GET",)
        self.drops: set[str] = set()
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}{base}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Stop, and wake up answers that hang."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def writes(self) -> list[Asked]:
        """Everything that was not a GET."""
        return [each for each in self.asked if each.method != "GET"]

    def add(self, path: str, /, **thing: Any) -> dict[str, Any]:
        """Put a thing into a list, as if a person had."""
        things = self.lists.setdefault(path, [])
        things.append({"id": 1 + max([0, *(each["id"] for each in things)]), **thing})
        return things[-1]

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Any:
        """The answer to one request: a Reply, or ``hang``."""
        url = urlsplit(path)
        with self._lock:
            self.asked.append(Asked(method, url.path, url.query, body))
            below = url.path.removeprefix(self.prefix)
            if method in self.methods:
                if self.script.get(below):
                    return self.script[below].pop(0)
                if below in self.always or "*" in self.always:
                    return self.always.get(below, self.always.get("*"))
            if not url.path.startswith(self.base + "/"):
                return Reply(307, "", {"Location": f"{self.base}{url.path}?apikey={self.key}"})
            if url.path == self.base + "/initialize.json":
                return self._start_page()
            if headers.get("X-Api-Key") != self.key:
                return Reply(401, "")
            if below == "/system/status":
                return Reply(200, self.status)
            return self._stored(method, below, body)

    def _start_page(self) -> Reply:
        """A key opens nothing here: recorded of Radarr 6.1."""
        if self.pages.get("/config/host", {}).get("authenticationMethod") in ("none", "external"):
            return Reply(200, {"apiRoot": self.prefix, "apiKey": self.key, "urlBase": self.base})
        return Reply(302, "", {"Location": f"{self.base}/login?returnUrl=%2Finitialize.json"})

    def _stored(self, method: str, below: str, body: Any) -> Reply:
        if below.endswith("/schema"):
            return Reply(200, self.schemas.get(below.removesuffix("/schema"), []))
        if below == "/language":
            return Reply(200, [{"id": 1, "name": "English"}, {"id": -2, "name": "Original"}])
        path, _slash, number = below.rpartition("/")
        if below in self.pages or below.startswith("/config/"):
            if method == "PUT" and below not in self.drops:
                self.pages[below] = body
            return Reply(200 if method == "GET" else 202, self.pages.get(below, {"id": 1}))
        if not number.isdigit():
            if method == "POST":
                return Reply(201, masked(self.add(below, **kept({}, body))))
            return Reply(200, [masked(each) for each in self.lists.get(below, [])])
        found = next((each for each in self.lists.get(path, []) if each["id"] == int(number)), None)
        if found is None:
            return Reply(404, {"message": "NotFound"})
        if method == "DELETE":
            self.lists[path].remove(found)
            return Reply(200, {})
        if method == "PUT" and path not in self.drops:
            stored = kept(found, body)
            found.clear()
            found.update(stored, id=int(number))
        return Reply(200 if method == "GET" else 202, masked(found))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        app = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                text = self.rfile.read(length)
                reply = app.answer(self.command, self.path, dict(self.headers), json.loads(text) if text else None)
                if reply == "hang":
                    app.stopping.wait(20)
                    self.close_connection = True
                    return
                if reply == "reset":
                    self.close_connection = True
                    return
                content = reply.body if isinstance(reply.body, (bytes, str)) else json.dumps(reply.body)
                data = content if isinstance(content, bytes) else content.encode()
                self.send_response(reply.status)
                named = {"Content-Type": "application/json" if data else "", "Content-Length": str(len(data)), **reply.headers}
                for name, value in named.items():
                    if value:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler


def masked(thing: Mapping[str, Any]) -> dict[str, Any]:
    """A thing as the app shows it: stored secrets are masked."""
    shown = copy.deepcopy(dict(thing))
    for each in shown.get("fields") or ():
        if each["name"] in SECRETS and each.get("value"):
            each["value"] = MASK
    return shown


def kept(before: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """What the app stores of a body: a mask keeps what is behind it, a field that is left out is lost."""
    stored = {name: value for name, value in body.items() if name != "id"}
    if "fields" in before:
        behind = {each["name"]: each.get("value") for each in before["fields"]}
        stored["fields"] = [{**each, "value": behind.get(each["name"])} if each.get("value") == MASK else each for each in body["fields"]]
    return stored


def small_radarr(app: ScriptedApp) -> ScriptedApp:
    """The same app with a client, a format, a profile, a folder and two pages of settings."""
    app.add("/tag", label="kids")
    app.add("/rootfolder", path="/data/movies", accessible=True, freeSpace=1)
    fields = [{"name": "host", "value": "gluetun"}, {"name": "port", "value": 8080}, {"name": "password", "value": "admin"}, {"name": "urlBase"}]
    app.add("/downloadclient", name="qBittorrent", implementation="QBittorrent", enable=True, priority=1, tags=[1], fields=fields)
    app.schemas["/downloadclient"] = [
        {"implementation": "QBittorrent", "name": "", "enable": True, "priority": 1, "tags": [], "presets": [], "fields": [*fields[:2], {"name": "password"}]},
        {"implementation": "Deluge", "enable": True, "priority": 1, "tags": [], "fields": [{"name": "host"}, {"name": "password", "value": MASK}]},
    ]
    condition = {
        "name": "x265",
        "implementation": "ReleaseTitleSpecification",
        "negate": False,
        "required": True,
        "fields": [{"name": "value", "value": "x265"}],
    }
    app.add("/customformat", name="x265", includeCustomFormatWhenRenaming=False, specifications=[condition])
    items = [{"quality": {"id": 1, "name": "SDTV"}, "items": [], "allowed": True}, {"quality": {"id": 4, "name": "HDTV-720p"}, "items": [], "allowed": True}]
    profile = {"upgradeAllowed": True, "cutoff": 4, "items": items, "minFormatScore": 0, "language": {"id": -2, "name": "Original"}}
    app.add("/qualityprofile", name="HD", formatItems=[{"format": 1, "name": "x265", "score": 0}], **profile)
    app.schemas["/qualityprofile"] = {"name": "", "formatItems": [{"format": 1, "name": "x265", "score": 0}], **profile}
    app.pages.update(
        {
            "/config/ui": {"id": 1, "theme": "auto"},
            "/config/downloadclient": {"id": 1, "enableCompletedDownloadHandling": True},
            "/config/importlist": {"id": 1, "listSyncLevel": "disabled"},
            "/config/indexer": {"id": 1, "minimumAge": 0},
            "/config/mediamanagement": {"id": 1, "fileDate": "none"},
            "/config/metadata": {"id": 1, "certificationCountry": "us"},
        }
    )
    app.pages["/config/naming"] = {"id": 1, "renameMovies": True, "colonReplacementFormat": "smart", "standardMovieFormat": "{Movie Title}"}
    app.pages["/config/host"] = {"id": 1, "port": 7878, "urlBase": "", "logLevel": "info", "apiKey": app.key, "password": "aGFzaA==", "bindAddress": "*"}
    return app
