# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's engine beside a real one, and under clients that were written for the real one."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from lab.engine import Engine
from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import Request, Response, serve
from support.lab_recorder import ask, read_engine
from support.parts import CHECKOUT, without

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.engine import Engine as RealEngine

pytestmark = pytest.mark.engine


class Twins:
    """A real engine with a few things of ours, and the lab's engine with a recording of exactly these."""

    def __init__(self, real: RealEngine, prefix: str) -> None:
        self.real, self.prefix, self.label = real, prefix, f"{prefix}.twin=yes"
        self.lab = Engine("twin", read_engine(real, self.label))

    def expand(self, path: str) -> str:
        only = quote(json.dumps({"label": [self.label]}))
        by_name = quote(json.dumps({"name": {f"{self.prefix}-r": True}, "label": {self.label: True}}))
        status = quote(json.dumps({"status": ["exited"], "label": [self.label]}))
        for place, value in (("ONLY", only), ("BY_NAME", by_name), ("STATUS", status), ("PREFIX", self.prefix)):
            path = path.replace(place, value)
        return path

    def both(self, path: str) -> tuple[Response, Response]:
        """The real answer and the lab's."""
        path = self.expand(path)
        status, body, headers = ask(self.real, "GET", path)
        parts = urlsplit(path)
        return Response(status, body, headers), self.lab.answer(Request("GET", parts.path, parse_qs(parts.query)))


@pytest.fixture(scope="module")
def twins(docker_engine: RealEngine, busybox_image: str) -> Iterator[Twins]:
    prefix = f"media-center-twin-{uuid.uuid4().hex[:8]}"
    docker, label = docker_engine.docker, ("--label", f"{prefix}.twin=yes")
    docker("network", "create", *label, f"{prefix}-net")
    docker("volume", "create", *label, f"{prefix}-vol")
    common = [*label, "--network", f"{prefix}-net", "--volume", f"{prefix}-vol:/data"]
    docker("run", "--detach", "--name", f"{prefix}-running", "--env", "A=1", "--publish", "127.0.0.1::80", "--memory", "64m", *common, busybox_image)
    docker("exec", f"{prefix}-running", "touch", "/root/made")
    docker("create", "--name", f"{prefix}-created", *common, busybox_image)
    docker("run", "--name", f"{prefix}-exited", *common, busybox_image, "true")
    yield Twins(docker_engine, prefix)
    docker("rm", "--force", *(f"{prefix}-{name}" for name in ("running", "created", "exited")))
    docker("network", "rm", f"{prefix}-net")
    docker("volume", "rm", f"{prefix}-vol")


@pytest.mark.parametrize(
    "path",
    [
        "/version",
        "/containers/json?all=1&filters=ONLY",
        "/containers/json?filters=ONLY",
        "/containers/json?all=1&size=1&filters=ONLY",
        "/containers/json?limit=1&filters=ONLY",
        "/containers/json?all=1&filters=BY_NAME",
        "/containers/json?filters=STATUS",
        "/containers/PREFIX-running/json",
        "/containers/PREFIX-exited/json",
        "/containers/PREFIX-running/json?size=1",
        "/containers/PREFIX-running/changes",
        "/containers/PREFIX-created/json",
        "/networks?filters=ONLY",
        "/networks/PREFIX-net",
        "/volumes?filters=ONLY",
        "/networks?filters=BY_NAME",
        "/volumes/PREFIX-vol",
        "/containers/PREFIX-nope/json",
        "/containers/PREFIX-nope/changes",
        "/images/PREFIX-nope/json",
        "/images/PREFIX-nope:1/json",
        "/images/PREFIX.example:5000/nope/json",
        "/networks/PREFIX-nope",
        "/volumes/PREFIX-nope",
        "/PREFIX",
        "/v1.999/version",
        "/v1.1/version",
    ],
)
def test_both_answer_alike(twins: Twins, path: str) -> None:
    real, lab = twins.both(path)
    assert _comparable(lab) == _comparable(real)


def test_both_answer_alike_about_an_image_by_any_name(twins: Twins, busybox_image: str) -> None:
    image = json.loads(ask(twins.real, "GET", f"/images/{busybox_image}/json")[1])
    for reference in (busybox_image, f"docker.io/library/{busybox_image}", image["Id"], image["Id"][7:], image["Id"][7:19]):
        real, lab = twins.both(f"/images/{reference}/json")
        assert _comparable(lab) == _comparable(real)
    real, lab = twins.both(f"/images/{busybox_image}/history")
    assert _comparable(lab) == _comparable(real)


def test_both_answer_a_ping_alike(twins: Twins) -> None:
    status, body, headers = ask(twins.real, "GET", "/_ping")
    answer = twins.lab.answer(Request("GET", "/_ping"))
    assert (answer.status, answer.body, answer.headers) == (status, body, _lasting(headers))


def _comparable(answer: Response) -> tuple[int, dict[str, str], Any]:
    """Without what moves by itself between two questions (ages in words, order of changes), and process ids, which do not exist on purpose."""
    try:
        value = json.loads(answer.body)
    except ValueError:
        return answer.status, _lasting(answer.headers), answer.body.strip()
    items = value if isinstance(value, list) else [value]
    for item in items:
        if "Names" in item:
            item.pop("Status")
        if isinstance(item.get("State"), dict):
            item["State"]["Pid"] = item["State"]["Pid"] > 0
    if items and "Kind" in items[0]:
        value = sorted(value, key=lambda change: change["Path"])
    return answer.status, _lasting(answer.headers), value


def _lasting(headers: dict[str, str]) -> dict[str, str]:
    """Without the time, and without how the body is framed: Go sends what does not fit its buffer in pieces."""
    return {name: value for name, value in headers.items() if name not in ("Date", "Content-Length", "Connection", "Transfer-Encoding")}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("e")
    log = RequestLog(folder / "requests.jsonl")
    listener = serve(Engine.of_host("mediabox", folder), FaultFile(folder / "faults.json"), log, folder / "mediabox.sock")
    yield listener.address
    listener.close()
    log.close()


def test_the_python_sdk_can_look_around(endpoint: str) -> None:
    if importlib.util.find_spec("docker") is None:
        without("the Python package docker")
    import docker

    client = docker.DockerClient(base_url=endpoint)
    try:
        assert client.ping()
        assert client.info()["Name"] == "mediabox"
        containers = {container.name: container for container in client.containers.list(all=True)}
        assert len(containers) == client.info()["Containers"] == 13
        assert containers["radarr"].attrs["HostConfig"]["Memory"] == 2**30
        assert [found.name for found in client.containers.list(filters={"label": "com.docker.compose.service=plex"})] == ["plex"]
        assert containers["overseerr"].image.tags == ["sctx/overseerr:1.33.2"]
        assert client.images.get("qmcgaw/gluetun:v3.39.1").labels["org.opencontainers.image.title"] == "Gluetun"
        assert "monitoring" in [network.name for network in client.networks.list()]
        assert "media_plex_transcode" in [volume.name for volume in client.volumes.list()]
        assert containers["qbittorrent"].diff()
        with pytest.raises(docker.errors.NotFound):
            client.containers.get("nope")
        with pytest.raises(docker.errors.APIError, match="403"):
            containers["radarr"].restart()
    finally:
        client.close()


def test_the_docker_client_and_compose_can_look_around(endpoint: str, docker_engine: RealEngine, compose_binary: list[str]) -> None:
    listed = subprocess.run([docker_engine.client, "-H", endpoint, "ps", "-a", "--format", "{{.Names}}"], capture_output=True, text=True, check=True)
    assert {"radarr", "lidarr-old", "watchtower"} <= set(listed.stdout.split())
    command = [*compose_binary, "--project-name", "media", "ps", "--all", "--format", "{{.Service}}"]
    services = subprocess.run(command, env={"DOCKER_HOST": endpoint, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True)
    assert {"plex", "gluetun", "jackett"} <= set(services.stdout.split())
    assert "bazarr" not in services.stdout.split()


def test_the_inventory_is_one_for_ansible(tmp_path: Path) -> None:
    lab = [sys.executable, "-m", "lab"]
    subprocess.run([*lab, "up", "--dir", str(tmp_path / "lab")], cwd=CHECKOUT, check=True, capture_output=True)
    try:
        command = [sys.executable, "-m", "ansible", "inventory", "-i", str(tmp_path / "lab/inventory.yml"), "--list"]
        told = json.loads(subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout)
    finally:
        subprocess.run([*lab, "down", "--dir", str(tmp_path / "lab")], cwd=CHECKOUT, check=True, capture_output=True)
    assert set(told["docker_hosts"]["hosts"]) == {"edgebox", "mediabox"}
    assert set(told["repositories"]["hosts"]) == {"homelab_apps", "homelab_infra"}
    assert told["_meta"]["hostvars"]["mediabox"]["media_center_become"] is False
