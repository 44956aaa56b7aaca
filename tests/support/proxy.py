# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy before a real engine's socket that writes down every request: what was asked is then a fact and not a promise."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO, Self

#: What the Docker API calls reading. Everything else writes, or may.
READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Request:
    """One request as the engine got it."""

    method: str
    url: str
    agent: str

    @property
    def writes(self) -> bool:
        """Whether the request can change something."""
        return self.method not in READING


class EngineProxy:
    """Listens on a socket of its own and passes everything on, both ways and unchanged, for as long as the block runs."""

    def __init__(self, path: Path, engine: Path) -> None:
        self.url = f"unix://{path}"
        self.requests: list[Request] = []
        self._engine = engine
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in [self._listener, *self._open]:
            # shutdown, since close alone does not wake a thread that waits in accept or recv.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def clear(self) -> None:
        """Forget what was asked so far."""
        with self._lock:
            self.requests.clear()

    def writing(self) -> list[str]:
        """Every request that can change something, as `METHOD url`."""
        with self._lock:
            return [f"{each.method} {each.url}" for each in self.requests if each.writes]

    def of_module(self) -> int:
        """How many requests came from our own gateway."""
        with self._lock:
            return sum(1 for each in self.requests if each.agent == "homelab.media_center")

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _peer = self._listener.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(str(self._engine))
                with self._lock:
                    self._open += [client, engine]
                threading.Thread(target=self._requests, args=(client, engine), daemon=True).start()
                threading.Thread(target=_pump, args=(engine, client), daemon=True).start()

    def _requests(self, client: socket.socket, engine: socket.socket) -> None:
        with suppress(OSError, ValueError), client.makefile("rb") as stream:
            while line := stream.readline():
                method, url, _protocol = line.decode().split()
                headers, head = {}, line
                while (field := stream.readline()).strip():
                    head += field
                    name, _colon, value = field.decode().partition(":")
                    headers[name.lower()] = value.strip()
                # Written down before the engine can act on it.
                with self._lock:
                    self.requests.append(Request(method, url, headers.get("user-agent", "")))
                engine.sendall(head + field)
                _pass_body(stream, engine, headers)
        with suppress(OSError):
            engine.shutdown(socket.SHUT_WR)


def _pass_body(stream: BinaryIO, engine: socket.socket, headers: dict[str, str]) -> None:
    if "upgrade" in headers:
        while data := stream.read1(65536):  # type: ignore[attr-defined]
            engine.sendall(data)
    elif headers.get("transfer-encoding") == "chunked":
        size = 1
        while size:
            line = stream.readline()
            size = int(line.split(b";")[0], 16)
            engine.sendall(line + stream.read(size) + stream.readline())
    elif int(headers.get("content-length", 0)):
        engine.sendall(stream.read(int(headers["content-length"])))


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
