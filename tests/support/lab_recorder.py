# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records the answers of a real Docker Engine for the lab: `PYTHONPATH=.:tests python -m support.lab_recorder [HOST ...]`, as root.

For each docker host of the lab an engine of its own is started in name spaces of its own, so that it has the host's name and all
ports free. The host's stacks are brought up from the files that the lab lays there, with images that are a busybox in the dress of
the originals, then the host is mistreated by hand (`MISTREATMENTS`). All answers go to `lab/data/engine/<host>.json`.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import yaml

from lab import hosts, repositories
from support import engine as engines
from support.engine import Engine, busybox_tar, find_busybox, find_compose

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGES = Path(__file__).with_name("lab_images.yml")
_SLEEPER = b"#!/bin/sh\n[ \"$1\" = healthcheck ] && exit 0\ntrap 'exit 0' TERM INT\nwhile :; do sleep 3600 & wait $!; done\n"
_PROGRAMS = ("init", "gluetun-entrypoint", "sbin/tini", "usr/bin/dumb-init", "watchtower", "entrypoint.sh", "opt/adguardhome/AdGuardHome")
_NOBODY, _OLD, _NEW = "lab-nobody", "1.1", "1.999"
# What an engine says to a question that it cannot answer; the words differ from version to version.
_REFUSED = {
    "container": f"/containers/{_NOBODY}/json",
    "image": f"/images/{_NOBODY}/json",
    "image_with_tag": f"/images/{_NOBODY}:1/json",
    "network": f"/networks/{_NOBODY}",
    "volume": f"/volumes/{_NOBODY}",
    "page": f"/{_NOBODY}",
    "too_old": f"/v{_OLD}/version",
    "too_new": f"/v{_NEW}/version",
}
_START = """
hostname "$1"
ip link set lo up
exec dockerd --host "unix://$2/docker.sock" --data-root "$2/data" --exec-root "$2/exec" --pidfile "$2/pid"
"""


def ask(engine: Engine, method: str, path: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of the engine's answer."""
    connection = engines._UnixConnection(engine.socket)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read(), dict(response.getheaders())
    finally:
        connection.close()


def read_engine(engine: Engine, label: str = "") -> dict[str, Any]:
    """All answers that a lab's engine gives; with a label, only of the containers, networks and volumes that carry it, and of the containers' images."""

    def get(path: str) -> Any:
        status, body, dummy = ask(engine, "GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path} answered {status}: {body!r}")
        return json.loads(body)

    only = f"filters={quote(json.dumps({'label': [label]}))}" if label else ""
    listed, sized = get(f"/containers/json?all=1&{only}"), get(f"/containers/json?all=1&size=1&{only}")
    used = {item["ImageID"] for item in listed}
    images = [item for item in get("/images/json") if not label or item["Id"] in used]
    return {
        "headers": _lasting(ask(engine, "GET", "/version")[2]),
        "ping_headers": _lasting(ask(engine, "GET", "/_ping")[2]),
        "refusals": {name: _refusal(engine, path) for name, path in _REFUSED.items()},
        "version": get("/version"),
        "info": get("/info"),
        "containers": [_container(get, item, size) for item, size in zip(listed, sized, strict=True)],
        "images": [{"listed": item, "inspect": get(f"/images/{item['Id']}/json"), "history": get(f"/images/{item['Id']}/history")} for item in images],
        "networks": [{"listed": item, "inspect": get(f"/networks/{item['Id']}")} for item in get(f"/networks?{only}")],
        "volumes": [{"listed": item, "inspect": get(f"/volumes/{item['Name']}")} for item in get(f"/volumes?{only}")["Volumes"] or []],
    }


def _lasting(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in ("Date", "Content-Length", "Connection")}


def _refusal(engine: Engine, path: str) -> dict[str, Any]:
    status, body, headers = ask(engine, "GET", path)
    told = body.decode().replace(f"{_NOBODY}:1", "@NAME@").replace(_NOBODY, "@NAME@")
    for version in (_OLD, _NEW):
        told = told.replace(f"version {version} ", "version @VERSION@ ")
    return {"status": status, "headers": _lasting(headers), "body": told}


def _container(get: Callable[[str], Any], listed: dict[str, Any], sized: dict[str, Any]) -> dict[str, Any]:
    path = f"/containers/{listed['Id']}"
    return {
        "listed": listed,
        "listed_sizes": _sizes(sized),
        "inspect": get(f"{path}/json"),
        "inspect_sizes": _sizes(get(f"{path}/json?size=1")),
        "changes": get(f"{path}/changes") or [],
    }


def _sizes(item: dict[str, Any]) -> dict[str, int]:
    return {name: item[name] for name in ("SizeRw", "SizeRootFs") if name in item}


class Recorder:
    """A docker host of the lab on a real engine. `work` is a folder that only this recording uses."""

    def __init__(self, host: hosts.Host, work: Path) -> None:
        self.host, self.work, self.lab = host, work, work / "lab"
        self._daemon: subprocess.Popen[bytes] | None = None
        self._engine: Engine | None = None

    def __enter__(self) -> Recorder:
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        command = ["unshare", "--net", "--uts", "--mount", "sh", "-c", _START, "sh", self.host.name, str(self.work)]
        with (self.work / "dockerd.log").open("wb") as log:
            self._daemon = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        os.environ["DOCKER_HOST"] = f"unix://{self.work}/docker.sock"
        os.environ["DOCKER_CONFIG"] = str(self.work / "client")
        wait_until(lambda: engines.find() is not None, "the engine answers", 60)
        self._engine = engines.find()
        return self

    def __exit__(self, *_: object) -> None:
        running = self.docker("ps", "--all", "--quiet").split()
        if running:
            self.docker("rm", "--force", *running)
        assert self._daemon is not None
        self._daemon.terminate()
        self._daemon.wait(30)

    @property
    def engine(self) -> Engine:
        """The engine, inside the `with` block only."""
        assert self._engine is not None
        return self._engine

    def docker(self, *arguments: str, stdin: bytes | None = None) -> str:
        return self.engine.docker(*arguments, stdin=stdin)

    def compose(self, *arguments: str) -> None:
        (stack,) = self.host.stacks
        folder = hosts.root_of(self.lab, self.host.name) / stack.folder
        command = find_compose()
        assert command is not None
        files = [word for name in stack.files for word in ("--file", name)]
        subprocess.run([*command, *files, *arguments], cwd=folder, check=True)

    def import_image(self, name: str, *more: str) -> None:
        """Make the image `name` anew as the list of images describes it, with `more` changes: each time with an id of its own."""
        told = yaml.safe_load(IMAGES.read_text(encoding="utf-8"))
        (image,) = [entry for entry in told["images"] if entry["name"] == name]
        changes = [*told.get(image.get("like"), {}).get("changes", []), *image["changes"], *more]
        options = [word for change in changes for word in ("--change", change)]
        self.docker("import", *options, "-", name, stdin=_root(b"exit 7\n" if image.get("unhealthy") else b"exit 0\n"))

    def lay_files(self) -> None:
        for name in repositories.repository_names():
            repositories.create(name, self.lab / "repositories" / name)
        hosts.lay(self.host, self.lab)


def mistreat_mediabox(recorder: Recorder) -> None:
    """The hand-made changes of the media stack's host."""
    docker, compose_file = recorder.docker, hosts.root_of(recorder.lab, "mediabox") / "opt/stacks/media/compose.yml"
    now = compose_file.read_bytes()
    compose_file.write_bytes(repositories.trees("homelab-apps")["memory_limits"]["media/compose.yml"])
    recorder.compose("up", "--detach", "--no-deps", "--pull", "never", "jackett")
    compose_file.write_bytes(now)
    recorder.compose("up", "--detach", "--pull", "never")
    recorder.compose("up", "--detach", "--pull", "never", "--no-deps", "--no-recreate", "--scale", "flaresolverr=2", "flaresolverr")

    docker("update", "--memory", "1g", "--memory-swap", "2g", "--restart", "no", "radarr")
    docker("rename", "lidarr", "lidarr-old")
    docker("network", "create", "monitoring")
    docker("network", "connect", "monitoring", "overseerr")
    docker("rm", "--force", "readarr", "bazarr")
    config = f"{compose_file.parent}/config/bazarr:/config"
    environment = [word for value in ("PUID=1000", "PGID=1000", "BAZARR_API_KEY=7f3d19c0b8e64a52a1d7f60e95bc4423") for word in ("--env", value)]
    docker("run", "--detach", "--name", "bazarr", "--publish", "6768:6767", "--volume", config, *environment, "lscr.io/linuxserver/bazarr:1.4.5")
    notify = "WATCHTOWER_NOTIFICATION_URL=discord://Wb3heron7TkLq0ZxVn5Yd2@418830915527"
    token = "--http-api-token=hT9-ibis-4Vq8sLmX2cRz"
    docker("run", "--detach", "--name", "watchtower", "--env", notify, "containrrr/watchtower:1.7.1", "--cleanup", token)
    docker("exec", "qbittorrent", "sh", "-c", "mkdir -p /app && echo patched > /app/qbittorrent-theme.css")
    # Equal layers and configuration would be the same image under another id.
    recorder.import_image("lscr.io/linuxserver/prowlarr:1.24.3", "LABEL build_version=1.24.3-ls88")
    recorder.import_image("ghcr.io/flaresolverr/flaresolverr:latest", "LABEL org.opencontainers.image.version=3.3.22")
    health = ("inspect", "--format", "{{.State.Health.Status}}")
    wait_until(lambda: docker(*health, "plex") == "unhealthy" and docker(*health, "overseerr") == "healthy", "health checks have settled", 90)


def mistreat_edgebox(recorder: Recorder) -> None:
    """The hand-made changes of the host at the edge."""
    recorder.compose("up", "--detach", "--pull", "never")
    recorder.docker("exec", "adguardhome", "sh", "-c", "echo 'nameserver 9.9.9.9' > /etc/upstream.conf")
    recorder.docker("commit", "--message", "upstream", "adguardhome", "adguard/adguardhome:v0.107.52")
    recorder.compose("up", "--detach", "--pull", "never", "adguardhome")
    recorder.docker("kill", "uptime-kuma")


MISTREATMENTS: dict[str, Callable[[Recorder], None]] = {"mediabox": mistreat_mediabox, "edgebox": mistreat_edgebox}


def wait_until(reached: Callable[[], bool], what: str, seconds: float) -> None:
    """Ask twice a second; TimeoutError when it does not come true in time."""
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError(f"after {seconds:.0f} s it is still not so that {what}")
        time.sleep(0.5)


def _root(client: bytes) -> bytes:
    """The root file system of an image; `client` is what curl and wget do in it."""
    busybox = find_busybox()
    if busybox is None:
        raise RuntimeError("recording needs a static busybox (Debian: apt-get install busybox-static)")
    made = io.BytesIO(busybox_tar(busybox))
    with tarfile.open(fileobj=made, mode="a") as tar:
        scripts = dict.fromkeys(_PROGRAMS, _SLEEPER) | dict.fromkeys(("usr/local/bin/curl", "usr/local/bin/wget"), b"#!/bin/sh\n" + client)
        for name, content in scripts.items():
            engines._add_file(tar, name, content, 0o755)
    return made.getvalue()


def _portable(recording: dict[str, Any], recorder: Recorder) -> dict[str, Any]:
    """The recording with the places of this run taken out."""
    text = json.dumps(recording)
    for place, told in ((recorder.lab, hosts.PLACE), (recorder.work / "data", "/var/lib/docker"), (recorder.work / "exec", "/var/run/docker")):
        text = text.replace(str(place), told)
    if str(recorder.work) in text:
        raise RuntimeError(f"the recording of {recorder.host.name} still names {recorder.work}")
    found: dict[str, Any] = json.loads(text)
    return found


def record(name: str) -> None:
    """Record the docker host `name` of the lab."""
    with tempfile.TemporaryDirectory(prefix="lab-record-") as folder, Recorder(hosts.read_host(name), Path(folder)) as recorder:
        recorder.lay_files()
        for image in _images_of(name):
            recorder.import_image(image)
        MISTREATMENTS[name](recorder)
        recording = _portable(read_engine(recorder.engine), recorder)
    target = repositories.DATA / "engine" / f"{name}.json"
    target.write_text(json.dumps(recording, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {len(recording['containers'])} containers, {len(recording['images'])} images")


def _images_of(name: str) -> list[str]:
    """All images that a compose file of the host's repository names, or that its mistreatment uses."""
    told = yaml.safe_load(IMAGES.read_text(encoding="utf-8"))
    at_the_edge = ("traefik:", "adguard/", "louislam/")
    return [entry["name"] for entry in told["images"] if entry["name"].startswith(at_the_edge) is (name == "edgebox")]


if __name__ == "__main__":
    for wanted in sys.argv[1:] or hosts.host_names():
        record(wanted)
