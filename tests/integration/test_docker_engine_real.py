# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway and the checks below /proc against a real engine: what is read is what the docker client shows."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import read_facts
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_proc import (
    file_fingerprint,
    is_process_of,
    same_content,
    same_inode,
    same_network_namespace,
)

from support.parts import without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support import engine as engines

pytestmark = pytest.mark.engine
CONTAINERS = 12


class Containers:
    """Containers of names that nobody else has."""

    def __init__(self, engine: engines.Engine, image: str) -> None:
        self.engine = engine
        self.image = image
        self.prefix = f"mcengine-{uuid.uuid4().hex[:8]}"
        self.names: list[str] = []

    def start(self, name: str, *options: str) -> str:
        """Start a container; its full name."""
        self.names.append(f"{self.prefix}-{name}")
        self.engine.docker("run", "-d", "--name", self.names[-1], *options, self.image)
        return self.names[-1]

    def inspect(self, name: str) -> dict[str, Any]:
        """The client's own inspect."""
        return json.loads(self.engine.docker("container", "inspect", name))[0]

    def pid(self, name: str) -> int:
        """The container's first process."""
        return self.inspect(name)["State"]["Pid"]

    def remove(self) -> None:
        """Remove them all."""
        for name in self.names:
            self.engine.docker("rm", "-f", "-v", name, check=False)


@pytest.fixture
def containers(docker_engine: engines.Engine, busybox_image: str) -> Iterator[Containers]:
    made = Containers(docker_engine, busybox_image)
    yield made
    made.remove()


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        without("root, to read /proc of containers")


def test_facts_are_what_the_client_shows(containers: Containers, docker_engine: engines.Engine, busybox_image: str) -> None:
    for number in range(CONTAINERS - 1):
        containers.start(f"{number}", "-e", f"NUMBER={number}", "-l", "of=mcengine", "-p", "127.0.0.1::80")
    docker_engine.docker("stop", "-t", "0", containers.names[0])
    docker_engine.docker("create", "--name", f"{containers.prefix}-created", busybox_image)
    containers.names.append(f"{containers.prefix}-created")

    with Engine(docker_host=docker_engine.host) as engine:
        started = time.monotonic()
        facts = read_facts(engine, [busybox_image, f"{containers.prefix}/absent:1"])
        took = time.monotonic() - started
        assert engine.requests["write"] == 0

    shown = {each["Name"]: each for each in json.loads(docker_engine.docker("container", "inspect", *containers.names))}
    read = {each["Name"]: each for each in facts.containers if each["Name"] in shown}
    assert read == shown
    image = json.loads(docker_engine.docker("image", "inspect", busybox_image))[0]
    assert facts.image(busybox_image) == facts.images[image["Id"]]
    assert facts.images[image["Id"]]["Config"] == image["Config"]
    assert facts.images[f"{containers.prefix}/absent:1"] is None
    assert facts.version["Version"] == docker_engine.version
    assert facts.info["CgroupVersion"] == facts.cgroup_version
    assert facts.network("bridge") or facts.network("none")
    assert facts.unread == []
    # Generous, since others work on this machine: the usual figure is far below a tenth of a second.
    assert took < 2


def test_container_removed_between_list_and_inspect(containers: Containers, docker_engine: engines.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, gone = containers.start("kept"), containers.start("gone")
    with Engine(docker_host=docker_engine.host) as engine:
        plain_get = engine.get

        def get(path: str, query: Any = None) -> Any:
            answer = plain_get(path, query)
            if path == "/containers/json":
                docker_engine.docker("rm", "-f", gone)
            return answer

        monkeypatch.setattr(engine, "get", get)
        names = {each["Name"] for each in read_facts(engine).containers}
    assert f"/{kept}" in names
    assert f"/{gone}" not in names


def test_unknown_api_path_and_object(docker_engine: engines.Engine) -> None:
    with Engine(docker_host=docker_engine.host) as engine:
        assert engine.find("/containers/mcengine-absent/json") is None
        assert engine.find("/images/mcengine-absent:1/json") is None
        with pytest.raises(GatewayError, match="page not found"):
            engine.find("/no/such/path")


def test_version_too_new_for_the_engine_is_settled(docker_engine: engines.Engine) -> None:
    with pytest.raises(GatewayError, match=r"refuses API version 1\.99"), Engine(docker_host=docker_engine.host, api_version="1.99") as engine:
        engine.get("/info")
    with Engine(docker_host=docker_engine.host, environ={}) as engine:
        assert engine.api_version == docker_engine.api_version or not engine.speaks("1.52")
        # As if the engine had been replaced by an older one since the negotiation.
        engine._api = "1.99"
        assert engine.get("/info")["ID"]


# TLS: the real engine behind a port that terminates TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two authorities (`ca`, `other`), a server's and a client's pair."""
    if shutil.which("openssl") is None:
        without("openssl")
    folder = tmp_path_factory.mktemp("tls")
    for name in ("ca", "other"):
        openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    (folder / "san").write_text("subjectAltName=DNS:engine.test,IP:127.0.0.1")
    for name, authority in (("server", "ca"), ("cert", "ca"), ("foreign", "other")):
        openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        signed = ("-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial", "-days", "2", "-extfile", "san")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signed)
    return folder


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def tls_port(docker_engine: engines.Engine, certificates: Path) -> Iterator[int]:
    """A port that demands a client certificate and passes everything on to the engine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with forwarding(str(docker_engine.socket), lambda accepted: context.wrap_socket(accepted, server_side=True)) as port:
        yield port


@pytest.fixture(scope="module")
def plain_port(docker_engine: engines.Engine) -> Iterator[int]:
    """A port that passes everything on to the engine."""
    with forwarding(str(docker_engine.socket), lambda accepted: accepted) as port:
        yield port


@contextmanager
def forwarding(target: str, wrap: Callable[[socket.socket], socket.socket]) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve(accepted: socket.socket) -> None:
        with suppress(OSError), wrap(accepted) as near, socket.socket(socket.AF_UNIX) as far:
            far.connect(target)
            back = threading.Thread(target=pump, args=(far, near), daemon=True)
            back.start()
            pump(near, far)
            back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def pair(folder: Path, name: str) -> dict[str, str]:
    return {"client_cert": str(folder / f"{name}.pem"), "client_key": str(folder / f"{name}.key")}


def test_tcp(plain_port: int, docker_engine: engines.Engine) -> None:
    with Engine(docker_host=f"tcp://127.0.0.1:{plain_port}", environ={}, timeout=10) as engine:
        facts = read_facts(engine)
    assert facts.version["Version"] == docker_engine.version
    # The daemon's file is on another machine, for all that this one knows.
    assert facts.daemon_config is None


@pytest.mark.parametrize(("host", "name"), [("127.0.0.1", None), ("localhost", "engine.test")])
def test_tls(tls_port: int, certificates: Path, docker_engine: engines.Engine, host: str, name: str | None) -> None:
    options = {"validate_certs": True, "ca_path": str(certificates / "ca.pem"), "tls_hostname": name, **pair(certificates, "cert")}
    with Engine(docker_host=f"tcp://{host}:{tls_port}", environ={}, timeout=10, **options) as engine:
        assert read_facts(engine).version["Version"] == docker_engine.version


def test_tls_without_verification(tls_port: int, certificates: Path, docker_engine: engines.Engine) -> None:
    with Engine(docker_host=f"tcp://localhost:{tls_port}", tls=True, environ={}, timeout=10, **pair(certificates, "cert")) as engine:
        assert engine.version["Version"] == docker_engine.version


@pytest.mark.parametrize(
    ("host", "options", "sentence"),
    [
        ("127.0.0.1", {"validate_certs": True, "ca": "other", "pair": "cert"}, "certificate is not accepted"),
        ("localhost", {"validate_certs": True, "ca": "ca", "pair": "cert"}, "tls_hostname"),
        ("127.0.0.1", {"validate_certs": True, "ca": "ca"}, "(the engine|an engine that) refused the client"),
        ("127.0.0.1", {"validate_certs": True, "ca": "ca", "pair": "foreign"}, "(the engine|an engine that) refused the client"),
        ("127.0.0.1", {"tls": True, "ca": "absent"}, "ca_path .* cannot be read"),
        ("127.0.0.1", {"tls": True, "ca": "san"}, "the TLS files cannot be used"),
    ],
)
def test_tls_failures_are_sentences(tls_port: int, certificates: Path, host: str, options: dict[str, Any], sentence: str) -> None:
    given = {name: value for name, value in options.items() if name not in ("ca", "pair")}
    given["ca_path"] = str(certificates / (options["ca"] if options["ca"] == "san" else f"{options['ca']}.pem"))
    given.update(pair(certificates, options["pair"]) if "pair" in options else {})
    with pytest.raises(GatewayError, match=sentence) as caught, Engine(docker_host=f"tcp://{host}:{tls_port}", environ={}, timeout=10, **given) as engine:
        engine.get("/info")
    assert str(caught.value).startswith(f"Docker Engine at tcp://{host}:{tls_port}: ")
    assert "(next: " in str(caught.value)


def test_tls_to_a_plain_port(plain_port: int) -> None:
    with pytest.raises(GatewayError, match="the port does not speak TLS"), Engine(f"tcp://127.0.0.1:{plain_port}", tls=True, environ={}, timeout=10) as engine:
        engine.get("/info")


# /proc


@pytest.mark.usefixtures("as_root")
def test_stale_network_namespace_behind_a_restarted_parent(containers: Containers, docker_engine: engines.Engine) -> None:
    parent = containers.start("vpn")
    child = containers.start("child", "--network", f"container:{parent}")
    stranger = containers.start("stranger")
    assert same_network_namespace(containers.pid(child), containers.pid(parent)).verdict == "equal"
    assert same_network_namespace(containers.pid(stranger), containers.pid(parent)).verdict == "different"
    docker_engine.docker("restart", "-t", "0", parent)
    assert same_network_namespace(containers.pid(child), containers.pid(parent)).verdict == "different"
    docker_engine.docker("restart", "-t", "0", child)
    assert same_network_namespace(containers.pid(child), containers.pid(parent)).verdict == "equal"
    docker_engine.docker("stop", "-t", "0", child)
    assert same_network_namespace(containers.pid(child), containers.pid(parent)).reason == "container not running"


@pytest.mark.usefixtures("as_root")
def test_processes_are_told_by_container(containers: Containers) -> None:
    one, other = containers.start("one"), containers.start("other")
    assert is_process_of(containers.pid(one), containers.inspect(one)["Id"]).verdict == "equal"
    assert is_process_of(containers.pid(one), containers.inspect(other)["Id"]).verdict != "equal"


@pytest.mark.usefixtures("as_root")
def test_replaced_bind_sources(containers: Containers, docker_engine: engines.Engine, tmp_path: Path) -> None:
    folder, file = tmp_path / "config", tmp_path / "app.ini"
    folder.mkdir()
    file.write_text("x")
    name = containers.start("binds", "-v", f"{folder}:/config", "-v", f"{file}:/app.ini:ro")
    pid = containers.pid(name)
    both = [(folder, "/config"), (file, "/app.ini")]
    assert [same_inode(pid, str(host), inside).verdict for host, inside in both] == ["equal", "equal"]
    folder.rename(tmp_path / "old")
    folder.mkdir()
    (tmp_path / "new").write_text("x")
    (tmp_path / "new").rename(file)
    assert [same_inode(pid, str(host), inside).verdict for host, inside in both] == ["different", "different"]
    docker_engine.docker("restart", "-t", "0", name)
    pid = containers.pid(name)
    assert [same_inode(pid, str(host), inside).verdict for host, inside in both] == ["equal", "equal"]


@pytest.mark.usefixtures("as_root")
def test_injected_content(containers: Containers, docker_engine: engines.Engine, tmp_path: Path) -> None:
    name = containers.start("content")
    secret = tmp_path / "key"
    secret.write_bytes(b"canary")
    docker_engine.docker("exec", name, "mkdir", "-p", "/run/secrets")
    docker_engine.docker("cp", str(secret), f"{name}:/run/secrets/key")
    docker_engine.docker("exec", name, "ln", "-s", "/run", "/tmp/link")
    pid = containers.pid(name)
    for path in ("/run/secrets/key", "/tmp/link/secrets/key"):
        assert same_content(pid, str(secret), path).verdict == "equal"
        assert file_fingerprint(pid, path, lambda content: hashlib.sha256(content).hexdigest()).value == hashlib.sha256(b"canary").hexdigest()
    secret.write_bytes(b"canary2")
    assert same_content(pid, str(secret), "/run/secrets/key").verdict == "different"


@pytest.mark.usefixtures("as_root")
def test_symlink_in_a_container_does_not_reach_the_host(containers: Containers, docker_engine: engines.Engine, tmp_path: Path) -> None:
    host_only = tmp_path / "host-only"
    host_only.write_text("of the host")
    name = containers.start("link")
    docker_engine.docker("exec", name, "ln", "-s", str(host_only), "/direct")
    docker_engine.docker("exec", name, "ln", "-s", f"/proc/1/root{host_only}", "/magic")
    pid = containers.pid(name)
    for path in ("/direct", "/magic", f"/proc/self/root{host_only}"):
        assert file_fingerprint(pid, path, lambda content: content.decode()).state == "absent"
    docker_engine.docker("exec", name, "mkdir", "-p", str(tmp_path))
    docker_engine.docker("exec", name, "sh", "-c", f"echo inside > {host_only}")
    assert file_fingerprint(pid, "/direct", lambda content: content.decode()).value == "inside\n"


@pytest.mark.usefixtures("as_root")
def test_without_root_everything_is_unknown_with_become_as_remedy(containers: Containers, tmp_path: Path) -> None:
    pid = containers.pid(containers.start("private"))

    def verdicts() -> list[tuple[str, bool]]:
        checks = [same_network_namespace(pid, pid), same_inode(pid, "/etc", "/etc"), same_content(pid, "/etc/passwd", "/etc/passwd")]
        return [(check.verdict, "media_center_become" in check.remedy) for check in checks]

    assert verdicts() == [("equal", False), ("different", False), ("different", False)]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        os.write(writer, json.dumps(verdicts()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert json.loads(os.read(reader, 4096)) == [["unknown", True]] * 3
    os.close(reader)
    os.close(writer)
