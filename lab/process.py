# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one background process of a lab: start, readiness, stop.

That a lab runs is known from a lock which its process holds, not from a process id in a file: the lock cannot be stale, and the
kernel frees it however the process ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lab import inventory
from lab.apps import servarr
from lab.apps.others import OTHERS, WITH_FOLDER
from lab.apps.servarr_instance import APPS
from lab.engine import Engine
from lab.faults import FaultFile
from lab.hosts import host_names, lay, read_host
from lab.repositories import create, repository_names
from lab.request_log import RequestLog
from lab.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from lab.paths import Paths

# Far more than any machine needed; a start takes well under a second.
_PATIENCE = 60.0
_MOMENT = 0.02
_CHECKOUT = Path(__file__).resolve().parents[1]


class LabError(Exception):
    """One sentence for the user."""


def running(paths: Paths) -> int | None:
    """The process id of the lab that runs in this folder, or None."""
    if not paths.lock.exists():
        return None
    while True:
        with paths.lock.open("r+") as file:
            if _take(file):
                return None
            if written := file.read():
                return int(written)
        # Its owner has the lock and is about to write its id.
        time.sleep(_MOMENT)


def start(paths: Paths) -> int:
    """Start a lab and wait until it answers; its process id. LabError when it does not come up."""
    readable, writable = os.pipe()
    paths.make()
    with paths.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "lab", "serve", "--dir", str(paths.root), "--ready-fd", str(writable)],
            cwd=_CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(writable,), start_new_session=True,
        )  # fmt: skip
    os.close(writable)
    with os.fdopen(readable, "rb") as ready:
        told = ready.readline().decode().strip() if select.select([ready], [], [], _PATIENCE)[0] else ""
    if told == "ready":
        return process.pid
    if process.poll() is None and not told:
        process.terminate()
    raise LabError(told or f"the lab did not come up: see {paths.log}")


def stop(paths: Paths) -> int | None:
    """Stop the lab of this folder and wait for its end; the process id that it had, None when none runs."""
    process = running(paths)
    if process is None:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    end = time.monotonic() + _PATIENCE
    while running(paths) is not None:
        if time.monotonic() > end:
            raise LabError(f"process {process} of the lab in {paths.root} does not end: stop it with `kill -9 {process}`")
        time.sleep(_MOMENT)
    return process


def run(paths: Paths, ready_fd: int) -> None:
    """Be the lab's process until SIGTERM or SIGINT. `ready` or the reason against it goes to the descriptor `ready_fd`."""
    with os.fdopen(ready_fd, "w") as ready:
        try:
            with _held(paths):
                _serve_until_told(paths, ready)
        except (LabError, ValueError, OSError, RuntimeError) as error:
            ready.write(f"{error}\n".replace("\n", " ").strip() + "\n")
            raise


def _serve_until_told(paths: Paths, ready: IO[str]) -> None:
    wanted = {signal.SIGTERM, signal.SIGINT}
    # Blocked before any thread exists, so that every thread inherits it and only sigwait below sees these signals.
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    paths.clear()
    for folder in (paths.run, paths.state):
        folder.mkdir(mode=0o700)
    for name in repository_names():
        create(name, paths.repository(name))
    docker_hosts = [read_host(name) for name in host_names()]
    sockets = paths.sockets(max(len(f"{host.name}.sock") for host in docker_hosts))
    faults, log = FaultFile(paths.faults), RequestLog(paths.requests)
    listeners = {}
    for host in docker_hosts:
        lay(host, paths.root)
        path = sockets / f"{host.name}.sock"
        path.unlink(missing_ok=True)
        listeners[host.name] = serve(Engine.of_host(host.name, paths.root), faults, log, path)
    engines = {name: listener.address for name, listener in listeners.items()}
    stand_ins = {name: servarr.of_app(name, inventory.folder_of(paths, name)) for name in APPS}
    guests = {name: WITH_FOLDER[name](inventory.folder_of(paths, name)) if name in WITH_FOLDER else make() for name, make in OTHERS.items()}
    listeners |= {name: serve(stand_in, faults, log) for name, stand_in in (stand_ins | guests).items()}
    keys = {name: stand_in.instance.host["apiKey"] for name, stand_in in stand_ins.items()} | {name: app.api_key for name, app in guests.items()}
    apps = {name: {"url": listeners[name].address, "api_key": key} for name, key in keys.items()}
    inventory.write(paths, engines, apps)
    ready.write("ready\n")
    ready.flush()
    signal.sigwait(wanted)
    for name, listener in listeners.items():
        listener.close()
        if name in engines:
            (sockets / f"{name}.sock").unlink(missing_ok=True)
    for stand_in in (stand_ins | guests).values():
        stand_in.close()
    log.close()
    paths.description.unlink()
    if sockets != paths.run:
        sockets.rmdir()


@contextlib.contextmanager
def _held(paths: Paths) -> Iterator[None]:
    """Hold the lab's lock, with our process id in it."""
    with paths.lock.open("r+") as file:
        end = time.monotonic() + 1
        while not _take(file):
            # `running` of another process holds it for the blink of an eye, too.
            if time.monotonic() > end:
                raise LabError(f"a lab is already running in {paths.root}")
            time.sleep(_MOMENT)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.seek(0)
        file.truncate()


def _take(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
