# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control server of gluetun: routes, roles and how versions differ are data (`data/gluetun/server.yml`), read in its sources and never recorded.

Below `/_lab/`: `GET store` and `PUT store` (any of `version`, `status`, `ports`, `public_ip`, `roles`, `settings`).
"""

from __future__ import annotations

import base64
import copy
import json
import threading
from typing import Any

import yaml

from lab.repositories import DATA
from lab.server import CONTROL, Request, Response

_STATES = {"GET /v1/vpn/status", "GET /v1/openvpn/status", "GET /v1/dns/status", "GET /v1/updater/status"}
_SWITCHES = {each.replace("GET", "PUT") for each in _STATES}
_PORTS = {"GET /v1/openvpn/portforwarded", "GET /v1/portforward"}
_PUBLIC = {*_STATES, *_SWITCHES, *_PORTS, "GET /v1/version", "GET /v1/publicip/ip"}
_PRIVATE = {"GET /v1/vpn/settings", "PUT /v1/vpn/settings", "GET /v1/openvpn/settings"}
_PATHS = {each.partition(" ")[2] for each in (*_PUBLIC, *_PRIVATE)}


class Gluetun:
    """The stand-in of one control server. A version of the data or a longer one that begins like it is taken."""

    name = "gluetun"

    def __init__(self, version: str = "", roles: list[dict[str, Any]] | None = None) -> None:
        data: dict[str, Any] = yaml.safe_load((DATA / "gluetun" / "server.yml").read_text(encoding="utf-8"))
        self._versions: dict[str, Any] = data.pop("versions")
        self.state = data
        self.state["version"] = version or data["version"]
        self.state["roles"] = data["roles"] if roles is None else roles
        self._lock = threading.Lock()

    @property
    def api_key(self) -> str:
        """The key of the first role that has one."""
        return next((each["apikey"] for each in self.state["roles"] if "apikey" in each), "")

    def close(self) -> None:
        """Nothing of it lies on a disk."""

    def failure(self, status: int) -> Response:
        """What the server sends along with an error status."""
        return _error(status, {401: "Unauthorized", 404: "not found"}.get(status, "error"))

    def answer(self, request: Request) -> Response:
        """The answer of a healthy server."""
        with self._lock:
            if request.path.startswith(CONTROL):
                return self._control(request)
            route = f"{request.method} {request.path}"
            refused = self._refused(request, route)
            return refused or self._inside(request, route)

    @property
    def _ways(self) -> dict[str, Any]:
        version = self.state["version"]
        return self._versions[max((name for name in self._versions if version.startswith(name)), key=len)]

    def _known(self, route: str) -> bool:
        older = self._ways["port"] == "old"
        return route in _PUBLIC | _PRIVATE and not (older and route == "GET /v1/portforward")

    def _refused(self, request: Request, route: str) -> Response | None:
        ways, roles = self._ways, self.state["roles"]
        if not self._known(route) and (not ways["roles"] or ways["unknown"] == 404):
            return _error(ways["method"] if request.path in _PATHS else ways["unknown"], f"{route} not found")
        if not ways["roles"]:
            return None
        if not roles and ways["public"]:
            roles = [{"name": "public", "auth": "none", "routes": sorted(_PUBLIC)}]
        asked = [each for each in roles if route in each["routes"]]
        if any(_lets_in(each, request) for each in asked):
            return None
        headers = {"WWW-Authenticate": 'Basic realm="restricted", charset="UTF-8"'} if any(each["auth"] == "basic" for each in asked) else {}
        return _error(401, "Unauthorized", headers)

    def _inside(self, request: Request, route: str) -> Response:
        state = self.state
        if route in _PORTS:
            if self._ways["port"] == "new" and route != "GET /v1/portforward":
                return Response(301, b"", {"Location": "/v1/portforward"})
            return _json(self._told_ports())
        if route in _STATES:
            # WireGuard is not OpenVPN, whose loop stands still then.
            stopped = "openvpn" in route and state["settings"]["type"] == "wireguard"
            return _json({"status": "stopped" if stopped else state["status"] if "vpn/status" in route else "running"})
        if route in _SWITCHES:
            wanted = json.loads(request.body or b"{}").get("status")
            if wanted not in ("running", "stopped"):
                return _error(400, "status is not valid")
            state["status"] = wanted if route == "PUT /v1/vpn/status" else state["status"]
            return _json({"outcome": wanted})
        if route == "GET /v1/publicip/ip":
            return _json({name: value for name, value in state["public_ip"].items() if value or name == "public_ip"})
        if route == "GET /v1/version":
            version = state["version"] if state["version"] == "latest" else f"v{state['version']}"
            return _json({"version": version, "commit": "0000000", "created": "2026-05-01T00:00:00Z"})
        if route == "GET /v1/vpn/settings":
            return _json(state["settings"])
        return _json({**state["settings"]["openvpn"], "user": "redacted", "password": "redacted"}) if "openvpn" in route else _error(400, "not in this lab")

    def _told_ports(self) -> dict[str, Any]:
        ports, form = self.state["ports"], self._ways["form"]
        one = {"port": ports[0] if ports else 0}
        if form == "both":
            return {**one, "ports": ports or None}
        return {"ports": ports} if form == "one_or_several" and len(ports) > 1 else one

    def _control(self, request: Request) -> Response:
        if request.path != CONTROL + "store" or request.method not in ("GET", "PUT"):
            return Response(404)
        if request.method == "PUT":
            self.state.update(json.loads(request.body))
        return _json(copy.deepcopy(self.state))


def _lets_in(role: dict[str, Any], request: Request) -> bool:
    if role["auth"] == "apikey":
        return request.headers.get("x-api-key") == role["apikey"]
    if role["auth"] == "basic":
        pair = base64.b64encode(f"{role['username']}:{role['password']}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {pair}"
    return role["auth"] == "none"


def _json(value: Any) -> Response:
    # The server leaves the kind to a guess, which takes JSON for plain text.
    return Response(200, json.dumps(value).encode() + b"\n", {"Content-Type": "text/plain; charset=utf-8"})


def _error(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return Response(status, text.encode() + b"\n", {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff", **(headers or {})})
