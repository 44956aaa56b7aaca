# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoint is the one of the docker command line, or a sentence says why not."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live import docker_endpoint
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_endpoint import (
    Endpoint,
    EndpointOptions,
    Tls,
    cli_environment,
    resolve_endpoint,
)

if TYPE_CHECKING:
    from pathlib import Path


def resolved(environ: dict[str, str] | None = None, **options: object) -> Endpoint:
    return resolve_endpoint(EndpointOptions(**options), {"HOME": "/nonexistent", **(environ or {})})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".docker").mkdir()
    return tmp_path


def add_context(home: Path, name: str, host: str, skip_verify: bool = False, files: tuple[str, ...] = ()) -> Path:
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = home / ".docker" / "contexts" / "meta" / digest
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": skip_verify}}}))
    folder = home / ".docker" / "contexts" / "tls" / digest / "docker"
    if files:
        folder.mkdir(parents=True)
    for file in files:
        (folder / file).write_text("")
    return folder


@pytest.mark.parametrize(
    ("docker_host", "url", "port"),
    [
        ("unix:///run/x.sock", "unix:///run/x.sock", 0),
        ("/run/x.sock", "unix:///run/x.sock", 0),
        ("unix://", "unix:///var/run/docker.sock", 0),
        ("tcp://nas:2375", "tcp://nas:2375", 2375),
        ("tcp://nas", "tcp://nas:2375", 2375),
        ("nas:4243", "tcp://nas:4243", 4243),
        ("http://nas:80/docker/", "tcp://nas:80/docker", 80),
        ("tcp://[fd00::1]:2375", "tcp://[fd00::1]:2375", 2375),
        ("tcp://user:secret@nas:1", "tcp://nas:1", 1),
    ],
)
def test_addresses(docker_host: str, url: str, port: int) -> None:
    found = resolved(docker_host=docker_host)
    assert (found.url, found.port, found.source, found.tls) == (url, port, "docker_host", None)
    assert found.is_socket is (port == 0)


@pytest.mark.parametrize(
    ("docker_host", "sentence"),
    [
        ("ssh://root:secret@nas", "inventory host of its own"),
        ("npipe:////./pipe/docker_engine", "scheme npipe:// is not known"),
        ("tcp://nas:port", "no valid host and port"),
        ("tcp://:2375", "no valid host and port"),
    ],
)
def test_unusable_addresses_are_refused_in_a_sentence(docker_host: str, sentence: str) -> None:
    with pytest.raises(GatewayError, match=sentence) as caught:
        resolved(docker_host=docker_host)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "environ", "expected"),
    [
        ({}, {}, None),
        ({"tls": True}, {}, Tls(verify=False)),
        ({"validate_certs": True}, {}, Tls(verify=True)),
        ({"tls": True, "validate_certs": True}, {}, Tls(verify=True)),
        ({}, {"DOCKER_TLS_VERIFY": "1"}, Tls(verify=True)),
        ({}, {"DOCKER_TLS": "1"}, Tls(verify=False)),
        ({"tls": False, "validate_certs": False}, {"DOCKER_TLS_VERIFY": "1"}, None),
        ({"tls": False}, {"DOCKER_TLS": "1"}, None),
        ({"tls": True, "ca_path": "/a", "client_cert": "/b", "client_key": "/c", "tls_hostname": "n"}, {}, Tls(False, "/a", "/b", "/c", "n")),
    ],
)
def test_tls_options(options: dict[str, object], environ: dict[str, str], expected: Tls | None) -> None:
    assert resolved(environ, docker_host="tcp://nas:2376", **options).tls == expected


def test_https_means_verified_tls() -> None:
    found = resolved(docker_host="https://nas")
    assert (found.url, found.tls) == ("tcp://nas:2376", Tls(verify=True))


def test_environment_comes_before_contexts(home: Path) -> None:
    add_context(home, "nas", "tcp://nas:1")
    (home / ".docker" / "config.json").write_text('{"currentContext": "nas"}')
    environ = {"HOME": str(home), "DOCKER_HOST": "tcp://env:2", "DOCKER_CONTEXT": "nas"}
    assert resolved(environ, docker_host="tcp://option:3").url == "tcp://option:3"
    assert resolved(environ).url == "tcp://env:2"
    assert resolved(environ).source == "DOCKER_HOST"


def test_context_of_the_environment_comes_before_the_current_one(home: Path) -> None:
    add_context(home, "nas", "tcp://nas:1")
    add_context(home, "other", "unix:///other.sock")
    (home / ".docker" / "config.json").write_text('{"currentContext": "nas"}')
    assert resolved({"HOME": str(home)}).url == "tcp://nas:1"
    assert resolved({"HOME": str(home), "DOCKER_CONTEXT": "other"}).url == "unix:///other.sock"
    assert resolved({"HOME": str(home), "DOCKER_CONTEXT": "other"}).source == "context other"
    assert resolved({"HOME": str(home), "DOCKER_CONTEXT": "default"}).source in ("default socket", "rootless socket", "podman socket")


def test_context_brings_its_tls_files(home: Path) -> None:
    folder = add_context(home, "nas", "tcp://nas:2376", files=("ca.pem", "cert.pem", "key.pem"))
    found = resolved({"HOME": str(home), "DOCKER_CONTEXT": "nas"})
    assert found.tls == Tls(True, str(folder / "ca.pem"), str(folder / "cert.pem"), str(folder / "key.pem"))
    assert cli_environment(found) == {"DOCKER_HOST": "tcp://nas:2376", "DOCKER_CERT_PATH": str(folder), "DOCKER_TLS_VERIFY": "1"}


def test_context_that_skips_verification(home: Path) -> None:
    add_context(home, "nas", "tcp://nas:2376", skip_verify=True)
    environ = {"HOME": str(home), "DOCKER_CONTEXT": "nas"}
    assert resolved(environ).tls == Tls(verify=False)
    assert resolved(environ, validate_certs=True, ca_path="/ca").tls == Tls(verify=True, ca_path="/ca")


def test_missing_context_is_named(home: Path) -> None:
    with pytest.raises(GatewayError, match=r"context gone \(named by DOCKER_CONTEXT\) does not exist"):
        resolved({"HOME": str(home), "DOCKER_CONTEXT": "gone"})


def test_cert_path_of_the_environment(home: Path) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (home / name).write_text("")
    found = resolved({"DOCKER_HOST": "tcp://nas:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(home)})
    assert found.tls == Tls(True, str(home / "ca.pem"), str(home / "cert.pem"), str(home / "key.pem"))


def test_sockets_are_tried_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_endpoint, "DEFAULT_SOCKET", str(tmp_path / "default.sock"))
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert resolved(environ).url == f"unix://{tmp_path}/default.sock"
    (tmp_path / "podman").mkdir()
    (tmp_path / "podman" / "podman.sock").write_text("")
    assert resolved(environ).source == "podman socket"
    (tmp_path / "docker.sock").write_text("")
    assert resolved(environ).url == f"unix://{tmp_path}/docker.sock"
    assert resolved(environ).source == "rootless socket"
    (tmp_path / "default.sock").write_text("")
    assert resolved(environ).source == "default socket"


def test_command_line_gets_the_same_endpoint() -> None:
    assert cli_environment(resolved(docker_host="/run/x.sock")) == {"DOCKER_HOST": "unix:///run/x.sock"}
    unverified = resolved(docker_host="tcp://n:1", tls=True, client_cert="/t/cert.pem", client_key="/t/key.pem")
    assert cli_environment(unverified) == {"DOCKER_HOST": "tcp://n:1", "DOCKER_CERT_PATH": "/t", "DOCKER_TLS": "1"}
    with pytest.raises(GatewayError, match="put them into one folder as"):
        cli_environment(resolved(docker_host="tcp://n:1", tls=True, client_cert="/t/mine.crt", client_key="/t/key.pem"))
