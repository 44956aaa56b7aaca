# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""qBittorrent: its login and bans, preferences and categories. Torrents are left out.

4.5.2 is held to recorded answers; what later versions do otherwise is as their source says (`data/qbittorrent/rules.yml`).

Below `/_lab/`: `GET store`, `PUT store` (`{"preferences": {}, "categories": {}}`, laid over what there is), `POST restart` (sessions and bans end),
`PUT clock` (seconds to add to the time), `POST forward` (the VPN writes another port).
"""

from __future__ import annotations

import base64
import fnmatch
import ipaddress
import json
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from lab.apps.qbittorrent_store import Store, rules
from lab.server import CONTROL, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "/api/v2/"
_TEXT = "text/plain; charset=UTF-8"
_BANNED = "Your IP address has been banned after too many failed authentication attempts."
_READS = ("app/version", "app/webapiVersion", "app/buildInfo", "app/defaultSavePath", "app/preferences", "app/networkInterfaceList", "torrents/categories")
_WRITES = ("auth/login", "auth/logout", "app/setPreferences", "torrents/createCategory", "torrents/editCategory", "torrents/removeCategories")


class Qbittorrent:
    """The stand-in of one instance. `port` is where it listens, once that is known: it refuses a Host header with another one."""

    def __init__(self, store: Store, name: str = "qbittorrent") -> None:
        self.name = name
        self.store = store
        self.port: int | None = None
        self.now = time.time
        self._ahead = 0.0
        self._lock = threading.RLock()
        self._sessions: dict[str, float] = {}
        self._failures: dict[str, tuple[int, float]] = {}

    def answer(self, request: Request) -> Response:
        with self._lock:
            if request.path.startswith(CONTROL):
                return self._control(request)
            if self._foreign(request):
                return _text(401, "Unauthorized")
            if not request.path.startswith(_PREFIX):
                page = Response(200, b"<!DOCTYPE html>\n<html></html>\n", {"Content-Type": "text/html"})
                return page if request.path == "/" else _text(404, "Not Found")
            return self._api(request, request.path[len(_PREFIX) :])

    def failure(self, status: int) -> Response:
        return _text(status, "Internal Server Error" if status == 500 else "")

    @property
    def api_key(self) -> str:
        """There is none: it is logged in to."""
        return ""

    def close(self) -> None:
        """Nothing is left behind."""

    def _foreign(self, request: Request) -> bool:
        """A Host header with another port or an unknown name, an Origin or Referer of somebody else."""
        told, host = self.store.preferences, request.headers.get("host", "")
        name, port = _split(host)
        if told["web_ui_host_header_validation_enabled"]:
            if port is not None and self.port is not None and port != self.port:
                return True
            allowed = [each.strip() for each in told["web_ui_domain_list"].split(";")]
            if name != "127.0.0.1" and not any(fnmatch.fnmatch(name, each) for each in allowed if each):
                return True
        origin = request.headers.get("origin") or request.headers.get("referer")
        return bool(told["web_ui_csrf_protection_enabled"] and origin and urlsplit(origin).netloc != host)

    def _api(self, request: Request, path: str) -> Response:
        if path not in (*_READS, *_WRITES):
            return _text(404, self.store.traits.get("missing", "Not Found")) if self._session(request) else _text(403, "Forbidden")
        if path in _WRITES and request.method != "POST":
            return _text(405, "Method Not Allowed")
        if path == "auth/login":
            return self._log_in(request)
        if not self._session(request):
            if not self._bypassed(request):
                return _text(403, "Forbidden")
            return self._with_session(self._known(request, path))
        return self._known(request, path)

    def _known(self, request: Request, path: str) -> Response:
        if path in _READS:
            return self._read(path)
        if path == "auth/logout":
            self._sessions.pop(self._cookie(request), None)
            return Response(self.store.traits["empty"], b"", {"Content-Type": _TEXT, "Set-Cookie": "SID=; expires=Sun, 22-Nov-2026 19:22:23 GMT; path=/"})
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return Response(400)
        form = {name: values[0] for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()}
        return self._set(form) if path == "app/setPreferences" else self._category(path.rpartition("/")[2], form)

    def _read(self, path: str) -> Response:
        told = self.store.preferences
        answers: dict[str, Any] = {
            "app/version": self.store.traits["app"],
            "app/webapiVersion": self.store.traits["api"],
            "app/defaultSavePath": told["save_path"],
            "app/buildInfo": self.store.traits["build"],
            "app/networkInterfaceList": [{"name": each, "value": each} for each in self.store.interfaces],
            "app/preferences": told,
            "torrents/categories": {name: self.store.category(name) for name in sorted(self.store.categories)},
        }
        found = answers[path]
        return _text(200, found) if isinstance(found, str) else Response(200, json.dumps(found).encode(), {"Content-Type": "application/json"})

    def _log_in(self, request: Request) -> Response:
        traits = self.store.traits
        if self._session(request):
            return _text(*traits["login"])
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if self._bypassed(request):
            return self._with_session(_text(*traits["login"]))
        address, now = _address(request), self._time()
        count, until = self._failures.get(address, (0, 0.0))
        if until > now:
            return _text(403, _BANNED)
        if self.store.knows(form.get("username", ""), form.get("password", "")):
            self._failures.pop(address, None)
            return self._with_session(_text(*traits["login"]))
        count = 1 if until else count + 1
        banned = count >= self.store.preferences["web_ui_max_auth_fail_count"] > 0
        self._failures[address] = (count, now + self.store.preferences["web_ui_ban_duration"] if banned else 0.0)
        return _text(*traits["refusal"])

    def _with_session(self, response: Response) -> Response:
        identity = secrets.token_urlsafe(24).replace("-", "/").replace("_", "+")
        self._sessions[identity] = self._time()
        cookie = f"{self._cookie_name()}={identity}; HttpOnly; path=/; SameSite=Strict"
        return Response(response.status, response.body, {**response.headers, "Set-Cookie": cookie})

    def _session(self, request: Request) -> bool:
        key = self.store.preferences.get("web_ui_api_key")
        if key and request.headers.get("authorization") == f"Bearer {key}":
            return True
        used = self._sessions.get(self._cookie(request))
        if used is None or self._time() - used > self.store.preferences["web_ui_session_timeout"] > 0:
            return False
        self._sessions[self._cookie(request)] = self._time()
        return True

    def _bypassed(self, request: Request) -> bool:
        told, address = self.store.preferences, ipaddress.ip_address(_address(request))
        if told["bypass_local_auth"] and address.is_loopback:
            return True
        networks = told["bypass_auth_subnet_whitelist"].split() if told["bypass_auth_subnet_whitelist_enabled"] else []
        return any(address in ipaddress.ip_network(each) for each in networks)

    def _cookie_name(self) -> str:
        return str(self.store.traits.get("cookie", "SID")).format(port=self.port)

    def _cookie(self, request: Request) -> str:
        pairs = (each.strip().partition("=") for each in request.headers.get("cookie", "").split(";"))
        return next((value for name, _sign, value in pairs if name == self._cookie_name()), "")

    def _set(self, form: dict[str, str]) -> Response:
        if "json" not in form:
            return _text(400, "Bad Request")
        try:
            told = json.loads(form["json"])
        except ValueError:
            told = None
        if isinstance(told, dict):
            self.store.set(told)
        return self._empty()

    def _category(self, what: str, form: dict[str, str]) -> Response:
        if what == "removeCategories":
            for name in form.get("categories", "").split("\n"):
                self.store.categories.pop(name, None)
            return self._empty()
        name = form.get("category", "")
        if "category" not in form or (what == "editCategory" and "savePath" not in form):
            return _text(400, "Bad Request")
        if not name:
            return _text(400, "Category cannot be empty")
        if what == "createCategory" and ("\\" in name or "//" in name or name.startswith("/") or name.endswith("/")):
            return _text(409, "Incorrect category name")
        wanted: dict[str, Any] = {"savePath": form.get("savePath", "").rstrip("/")}
        if "downloadPathEnabled" in form:
            wanted["download_path"] = form.get("downloadPath", "").rstrip("/") if form["downloadPathEnabled"].lower() == "true" else False
        before = self.store.categories.get(name)
        if what == "createCategory":
            if before is not None:
                return _text(409, "Unable to create category")
        elif before is None:
            return _text(self.store.traits.get("unknown_category", 409), "Unable to edit category")
        elif before == wanted:
            same = self.store.traits.get("same_category", 409)
            return _text(same, "Unable to edit category") if same == 409 else self._empty()
        self.store.categories[name] = wanted
        return self._empty()

    def _empty(self) -> Response:
        return Response(self.store.traits["empty"], b"", {"Content-Type": _TEXT})

    def _time(self) -> float:
        return self.now() + self._ahead

    def _control(self, request: Request) -> Response:
        what, body = request.path[len(CONTROL) :], json.loads(request.body or b"null")
        if what == "store" and request.method == "PUT":
            self.store.preferences.update(body.get("preferences") or {})
            self.store.categories.update(body.get("categories") or {})
        elif what == "restart" and request.method == "POST":
            self._sessions, self._failures = {}, {}
        elif what == "clock" and request.method == "PUT":
            self._ahead += float(body)
        elif what == "forward" and request.method == "POST":
            self.store.preferences["listen_port"] = 20000 + (self.store.preferences["listen_port"] * 7919 + 1) % 40000
        elif not (what == "store" and request.method == "GET"):
            return Response(404)
        return Response(200, json.dumps(self.store.dump(), indent=1).encode() + b"\n", {"Content-Type": "application/json"})


def of_house(folder: Path | None = None) -> Qbittorrent:
    """The stand-in of the lab's house; `folder` is the app's own on its docker host."""
    told = rules()["house"]
    store = Store(told["version"], told["username"], told["password"], folder / "qBittorrent" / "qBittorrent.conf" if folder else None)
    store.set_password(told["password"], base64.b64decode(told["salt"]))
    store.preferences.update(told["preferences"])
    store.interfaces = list(told["network_interfaces"])
    store.categories.update({name: dict(each) for name, each in told["categories"].items()})
    return Qbittorrent(store)


def _text(status: int, text: str) -> Response:
    return Response(status, text.encode(), {"Content-Type": _TEXT} if status != 204 else {})


def _split(host: str) -> tuple[str, int | None]:
    name, colon, port = host.rpartition(":")
    return (name, int(port)) if colon and port.isdigit() else (host, None)


def _address(request: Request) -> str:
    """Where a request comes from. Everything in the lab comes from the loopback; a test says otherwise."""
    return request.headers.get("x-lab-from", "127.0.0.1")
