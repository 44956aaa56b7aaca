# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side that every stand-in shares: sockets, keep-alive, faults and the request log.

A stand-in is an object with a name and two methods (`StandIn`); it never sees a socket. `serve` puts it on a free port of the
loopback interface or on a unix socket.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from lab.faults import GARBAGE, LOGIN_PAGE, Fault, FaultFile

if TYPE_CHECKING:
    from pathlib import Path

    from lab.request_log import RequestLog

# Linux keeps 108 bytes for the path of a unix socket, the closing zero included.
LONGEST_SOCKET_PATH = 107
# Below it a stand-in answers the lab itself: no part of the app, so neither logged nor hit by faults.
CONTROL = "/_lab/"
NO_ANSWER = 0
_LONGEST_BODY = 16 * 1024 * 1024
_LONGEST_LINE = 65536


@dataclass(frozen=True)
class Request:
    """One request. `path` is decoded and has no query; header names are in lower case."""

    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def argument(self, name: str, default: str = "") -> str:
        """The first value of a query argument."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True)
class Response:
    """One answer; the length of the body is added on the way out. With the status `NO_ANSWER` the connection breaks off, as when a process ends."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_response(status: int, value: Any, headers: dict[str, str] | None = None) -> Response:
    """`value` as JSON, compact and with a closing newline."""
    body = json.dumps(value, separators=(",", ":")).encode() + b"\n"
    return Response(status, body, {"Content-Type": "application/json", **(headers or {})})


class StandIn(Protocol):
    """What an app or an engine has to offer to be served."""

    name: str

    def answer(self, request: Request) -> Response:
        """The answer of a healthy system. Called from several threads at once."""

    def failure(self, status: int) -> Response:
        """What the real system sends along with an error `status`."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stand_in: StandIn
    faults: FaultFile
    log: RequestLog
    stopping: threading.Event

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _serve(self) -> None:
        body = self._read_body()
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        request = Request(self.command, unquote(parts.path), query, {name.lower(): value for name, value in self.headers.items()}, body)
        if parts.path.startswith(CONTROL):
            self._send(self._healthy(request))
            return
        fault = self.faults.hit(self.stand_in.name, parts.path)
        if fault and fault.slow:
            self.stopping.wait(fault.slow)
        if fault and fault.reset:
            self._reset()
            return
        response = self._failed(fault) or self._healthy(request)
        if response.status == NO_ANSWER:
            self._reset()
            return
        self.log.add(self.stand_in.name, self.command, self.path, response.status)
        self._send(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _healthy(self, request: Request) -> Response:
        try:
            return self.stand_in.answer(request)
        except Exception as error:  # a mistake of the lab must be seen by the client that ran into it
            self.log_error("%s %s: %r", request.method, request.path, error)
            return json_response(500, {"message": f"the lab failed to answer: {error!r}"})

    def _failed(self, fault: Fault | None) -> Response | None:
        if fault is None:
            return None
        if fault.status is not None:
            return self.stand_in.failure(fault.status)
        if fault.login_page:
            return Response(200, LOGIN_PAGE, {"Content-Type": "text/html; charset=utf-8"})
        if fault.garbage:
            return Response(200, GARBAGE, {"Content-Type": "application/json"})
        return None

    def _reset(self) -> None:
        self.log.add(self.stand_in.name, self.command, self.path, 0)
        self.close_connection = True
        if self.connection.family == socket.AF_INET:
            # Closing with a linger time of zero sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._read_chunk, b""))
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LONGEST_BODY:
            self.close_connection = True
            return b""
        return self.rfile.read(length)

    def _read_chunk(self) -> bytes:
        """The next chunk of a body that comes in pieces; empty at its end, trailers included."""
        size = int(self.rfile.readline(_LONGEST_LINE).partition(b";")[0] or b"0", 16)
        chunk = self.rfile.read(size)
        rest = self.rfile.readline(_LONGEST_LINE).strip()
        while rest and not size:
            rest = self.rfile.readline(_LONGEST_LINE).strip()
        return chunk

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status >= 200 and response.status not in (204, 304) and "Content-Length" not in response.headers:
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and response.status not in (204, 304):
            self.wfile.write(response.body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """The request log holds the requests."""

    def address_string(self) -> str:
        return self.stand_in.name


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Clients ask for all containers at once; a full queue refuses connections to a unix socket right away.
    request_queue_size = 256
    block_on_close = False


class _UnixServer(_Server):
    address_family = socket.AF_UNIX
    allow_reuse_address = False

    def server_bind(self) -> None:
        old = os.umask(0o177)
        try:
            self.socket.bind(self.server_address)
        finally:
            os.umask(old)
        self.server_name, self.server_port = "localhost", 0

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        return self.socket.accept()[0], ("unix", 0)


@dataclass(frozen=True)
class Listener:
    """A stand-in that is being served; `address` is `http://127.0.0.1:<port>` or `unix://<path>`."""

    address: str
    server: ThreadingHTTPServer
    stopping: threading.Event

    def close(self) -> None:
        """Stop listening. Slow answers are cut short."""
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()


def serve(stand_in: StandIn, faults: FaultFile, log: RequestLog, socket_path: Path | None = None) -> Listener:
    """Serve `stand_in` from a thread of its own: on `socket_path`, else on a free port of 127.0.0.1."""
    stopping = threading.Event()
    # Headers and body are two writes: under Nagle's algorithm the second waits some 40 ms for the first one's receipt. Unix sockets have no such option.
    shared = {"stand_in": stand_in, "faults": faults, "log": log, "stopping": stopping, "disable_nagle_algorithm": socket_path is None}
    handler = type("Handler", (_Handler,), shared)
    if socket_path is None:
        server: ThreadingHTTPServer = _Server(("127.0.0.1", 0), handler)
        address = f"http://127.0.0.1:{server.server_address[1]}"
    else:
        if len(os.fsencode(socket_path)) > LONGEST_SOCKET_PATH:
            raise ValueError(f"{socket_path} is too long for a unix socket: give a shorter --dir")
        server = _UnixServer(str(socket_path), handler)  # type: ignore[arg-type]
        address = f"unix://{socket_path}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name=stand_in.name, daemon=True).start()
    return Listener(address, server, stopping)
