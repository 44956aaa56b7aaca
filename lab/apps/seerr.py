# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Overseerr, Jellyseerr and Seerr: one stand-in for the three, as far as settings, users and rules go. Requests and media are left out.

It dies where the real one does: `GET /service/radarr/{id}` and `GET /settings/radarr/{id}/profiles` end it while Radarr is unwell, and nothing answers
until it is started again. Below `/_lab/` it can be looked into and told what real apps are told by other means: `GET store`, `POST restart`,
`PUT reachable` (the addresses of neighbours that answer; null: all of them).
"""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

import yaml

from lab.apps import seerr_routes as routes
from lab.apps.seerr_call import Call, ProcessEnds
from lab.apps.seerr_checks import Refusal, answer, forbidden, message, outside
from lab.apps.seerr_store import Store
from lab.apps.servarr_instance import keys
from lab.repositories import DATA
from lab.server import CONTROL, NO_ANSWER, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

_PREFIX = "/api/v1"
#: What needs no key.
_OPEN = {"", "/status", "/status/appdata", "/settings/public"}
#: What every user may read.
_FOR_USERS = re.compile(r"/(auth/me|service/.*|user(/\d+)?|user/\d+/quota|settings/discover)")
_UI = b"<!doctype html>\n<html><head><title>App</title></head><body></body></html>\n"
#: The connection ends without an answer.
DEAD = Response(NO_ANSWER)


class Seerr:
    """The stand-in of one app, named like it."""

    def __init__(self, store: Store) -> None:
        self.name = store.name
        self.store = store
        self.dead = False
        self._lock = threading.RLock()
        self._routes = [(re.compile(pattern), methods) for pattern, methods in routes.of_app(store)]

    @property
    def api_key(self) -> str:
        """The key of its API."""
        return self.store.key

    def close(self) -> None:
        """Nothing is left behind."""

    def answer(self, request: Request) -> Response:
        """The answer of a healthy app, or of one that has died."""
        with self._lock:
            if request.path.startswith(CONTROL):
                return self._control(request)
            if self.dead:
                return DEAD
            try:
                return self._answer(request)
            except Refusal as refusal:
                return refusal.response
            except ProcessEnds:
                self.dead = True
                return DEAD

    def failure(self, status: int) -> Response:
        """What the app sends along with an error status."""
        return forbidden() if status == 403 else message(status, "the lab's fault: the app could not answer")

    def _control(self, request: Request) -> Response:
        what = request.path[len(CONTROL) :]
        if request.method == "POST" and what == "restart":
            self.dead = False
            self.store.restart()
        elif request.method == "PUT" and what == "reachable":
            told = json.loads(request.body)
            self.store.reachable = None if told is None else set(told)
        elif (request.method, what) != ("GET", "store"):
            return answer({}, 404)
        return answer(self.store.dump())

    def _answer(self, request: Request) -> Response:
        if not (request.path + "/").startswith(_PREFIX + "/"):
            return Response(200, _UI, {"Content-Type": "text/html; charset=utf-8"})
        path = request.path[len(_PREFIX) :].rstrip("/")
        found = next(((match, methods) for pattern, methods in self._routes if (match := pattern.fullmatch(path))), None)
        if found is None:
            return outside(404, "not found", request.path)
        match, methods = found
        if request.method not in methods:
            return outside(405, f"{request.method} method not allowed", request.path)
        if path not in _OPEN and not ("x-api-key" in request.headers or "cookie" in request.headers):
            return outside(401, "cookie 'connect.sid' required", request.path)
        return self._allowed(request, path, methods[request.method], match.groups())

    def _allowed(self, request: Request, path: str, handler: Callable[[Call], Response], groups: tuple[str, ...]) -> Response:
        body = json.loads(request.body) if request.body else None
        call = Call(self.store, groups, request.query, body)
        if path in _OPEN:
            return handler(call)
        user = self._user(request)
        if user is None or not (user["permissions"] & 2 or _FOR_USERS.fullmatch(path)):
            return forbidden()
        if self.store.read_only and request.method != "GET":
            return message(403, "invalid csrf token")
        call.user = user["id"]
        return handler(call)

    def _user(self, request: Request) -> dict[str, Any] | None:
        """Who asks: user 1 with the key, another one where the key says so."""
        if request.headers.get("x-api-key") != self.store.key:
            return None
        number = request.headers.get("x-api-user", "1")
        return next((each for each in self.store.users if str(each["id"]) == number), None)


def of_app(name: str, house: dict[str, Any] | None = None) -> Seerr:
    """A fresh app, or one with the settings of a house."""
    return Seerr(Store(name, house))


def of_house() -> Seerr:
    """The Overseerr of the lab's house, which knows the keys of its Radarr and Sonarr."""
    text = (DATA / "overseerr" / "house.yml").read_text(encoding="utf-8")
    for name, key in keys().items():
        text = text.replace(f"@key:{name}@", key)
    return of_app("overseerr", yaml.safe_load(text))
