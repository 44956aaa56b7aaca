# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP server on a unix socket that answers as a test scripts it, byte by byte where need be."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reply = bytes | Callable[[socket.socket], None]


def answer(body: Any, status: int = 200, content_type: str = "application/json", **headers: str) -> bytes:
    """A whole HTTP answer; what is neither bytes nor text is sent as JSON. `Libpod_API_Version=...` names a header."""
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    named = {"Content-Type": content_type, "Content-Length": str(len(content)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def version(newest: str, oldest: str = "1.24", **headers: str) -> bytes:
    """The answer to `/version` of an engine."""
    return answer({"Version": "0.0.0", "ApiVersion": newest, "MinAPIVersion": oldest}, 200, "application/json", **headers)


def error(status: int, message: str) -> bytes:
    """An engine's own error answer."""
    return answer({"message": message}, status)


class ScriptedEngine:
    """Answers each path with its replies in turn, the last one again and again; other paths with the engine's 404.

    A reply is bytes, or a function that is given the connection; the connection is closed after a function.
    `log` holds method and URL of every request, `connections` counts accepted connections.
    """

    def __init__(self, path: Path) -> None:
        self.url = f"unix://{path}"
        self.replies: dict[str, list[Reply]] = {"/version": [version("1.41", "1.12")]}
        self.log: list[tuple[str, str]] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(32)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop, and wake up replies that wait for `stopping`."""
        self.stopping.set()
        for one in [self._listener, *self._open]:
            # shutdown, since close alone does not wake a thread that waits in accept or recv.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def drop_connections(self) -> None:
        """Close every open connection, as a daemon that restarts does."""
        with self._lock:
            dropped, self._open = self._open, []
        for one in dropped:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def paths(self) -> list[str]:
        """The paths asked for, without query."""
        return [url.partition("?")[0] for _method, url in self.log]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _peer = self._listener.accept()
                with self._lock:
                    self.connections += 1
                    self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                method, url, _protocol = line.decode().split()
                while stream.readline().strip():
                    pass
                reply = self._next(method, url)
                if callable(reply):
                    reply(connection)
                    return
                connection.sendall(reply)

    def _next(self, method: str, url: str) -> Reply:
        with self._lock:
            self.log.append((method, url))
            path = url.partition("?")[0]
            replies = self.replies.get(path) or [error(404, "page not found")]
            return replies.pop(0) if len(replies) > 1 else replies[0]
