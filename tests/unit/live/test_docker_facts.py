# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read from a host, and what is said of that which could not be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live import docker_engine, docker_facts
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts, read_facts

from support.scripted_engine import ScriptedEngine, answer, error, version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTAINERD = {"DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]}


def fill(server: ScriptedEngine, api: str, info: dict[str, object] | None = None) -> None:
    prefix = f"/v{api}"
    server.replies["/version"] = [version(api)]
    server.replies[f"{prefix}/info"] = [answer({"CgroupVersion": "2", **(info or {})})]
    server.replies[f"{prefix}/networks"] = [answer([{"Name": "bridge", "Id": "n1"}])]
    server.replies[f"{prefix}/volumes"] = [answer({"Volumes": [{"Name": "data"}], "Warnings": None})]
    listed = [{"Id": name, "ImageID": "sha256:1", "Names": [f"/{name}"], "Labels": {"of": name}, "State": "running"} for name in ("a", "b")]
    server.replies[f"{prefix}/containers/json"] = [answer(listed)]
    for name in ("a", "b"):
        server.replies[f"{prefix}/containers/{name}/json"] = [answer({"Id": name, "Image": "sha256:1"})]
    server.replies[f"{prefix}/images/sha256:1/json"] = [answer({"Id": "sha256:1"})]
    server.replies[f"{prefix}/images/app:1/json"] = [answer({"Id": "sha256:2"})]
    server.replies[f"{prefix}/images/gone:1/json"] = [error(404, "No such image: gone:1")]


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedEngine]:
    monkeypatch.setattr(docker_engine, "RETRY_PAUSES", (0.0, 0.0))
    server = ScriptedEngine(tmp_path / "docker.sock")
    fill(server, "1.41")
    yield server
    server.close()


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A client without configuration; the socket's owner has none either."""
    monkeypatch.setattr(docker_facts, "_owner_home", lambda _path: str(tmp_path / "owner"))
    return {"HOME": str(tmp_path / "home")}


def facts_of(server: ScriptedEngine, environ: dict[str, str], *references: str) -> HostFacts:
    with Engine(docker_host=server.url, environ=environ, timeout=5) as engine:
        return read_facts(engine, references)


def test_reads_everything_once(scripted: ScriptedEngine, environ: dict[str, str]) -> None:
    facts = facts_of(scripted, environ, "app:1", "gone:1")
    assert [container["Id"] for container in facts.containers] == ["a", "b"]
    assert facts.images == {"sha256:1": {"Id": "sha256:1"}, "app:1": {"Id": "sha256:2"}, "gone:1": None}
    assert facts.volumes == [{"Name": "data"}]
    assert facts.network("bridge") == {"Name": "bridge", "Id": "n1"}
    assert facts.network("other") is None
    assert (facts.cgroup_version, facts.rootless, facts.containerd_store, facts.podman, facts.api_version) == ("2", False, False, False, "1.41")
    assert facts.unread == []
    assert len(scripted.log) == len(set(scripted.log)) == 10
    assert {method for method, _url in scripted.log} == {"GET"}


def test_all_containers_are_listed(scripted: ScriptedEngine, environ: dict[str, str]) -> None:
    facts_of(scripted, environ)
    assert ("GET", "/v1.41/containers/json?all=1") in scripted.log


def test_container_that_vanished_is_left_out(scripted: ScriptedEngine, environ: dict[str, str]) -> None:
    scripted.replies["/v1.41/containers/a/json"] = [error(404, "No such container: a")]
    facts = facts_of(scripted, environ)
    assert [container["Id"] for container in facts.containers] == ["b"]
    assert facts.unread == []


def test_container_that_cannot_be_inspected_is_unread_not_absent(scripted: ScriptedEngine, environ: dict[str, str]) -> None:
    scripted.replies["/v1.41/containers/a/json"] = [error(500, "layer does not exist")]
    facts = facts_of(scripted, environ)
    assert [container["Id"] for container in facts.containers] == ["b"]
    (unread,) = facts.unread
    assert (unread.kind, unread.key, unread.listed["Labels"]) == ("container", "a", {"of": "a"})
    assert "layer does not exist" in str(unread.error)


@pytest.mark.parametrize("kind", ["info", "networks", "volumes"])
def test_section_that_a_proxy_refuses_is_unread(scripted: ScriptedEngine, environ: dict[str, str], kind: str) -> None:
    scripted.replies[f"/v1.41/{kind}"] = [answer("Forbidden", 403, "text/html")]
    facts = facts_of(scripted, environ)
    assert [(unread.kind, unread.error.status) for unread in facts.unread] == [(kind, 403)]
    assert len(facts.containers) == 2


def test_list_that_cannot_be_read_is_an_error(scripted: ScriptedEngine, environ: dict[str, str]) -> None:
    scripted.replies["/v1.41/containers/json"] = [error(500, "database is locked")]
    with pytest.raises(GatewayError, match="database is locked"):
        facts_of(scripted, environ)


def test_refused_image_stays_unknown(scripted: ScriptedEngine, environ: dict[str, str]) -> None:
    scripted.replies["/v1.41/images/app:1/json"] = [answer("Forbidden", 403, "text/html")]
    facts = facts_of(scripted, environ, "app:1")
    assert "app:1" not in facts.images
    with pytest.raises(GatewayError, match="not allowed"):
        facts.image("app:1")


def test_image_is_asked_once_also_where_absent(scripted: ScriptedEngine, environ: dict[str, str]) -> None:
    facts = facts_of(scripted, environ)
    before = len(scripted.log)
    assert [facts.image("gone:1"), facts.image("gone:1"), facts.image("sha256:1")] == [None, None, {"Id": "sha256:1"}]
    assert len(scripted.log) == before + 1


def test_image_of_an_inspect_that_the_list_did_not_name(scripted: ScriptedEngine, environ: dict[str, str]) -> None:
    scripted.replies["/v1.41/containers/a/json"] = [answer({"Id": "a", "Image": "sha256:9"})]
    scripted.replies["/v1.41/images/sha256:9/json"] = [error(404, "No such image: sha256:9")]
    assert facts_of(scripted, environ).images == {"sha256:1": {"Id": "sha256:1"}, "sha256:9": None}


@pytest.mark.parametrize(("api", "asked"), [("1.47", False), ("1.48", True), ("1.51", True)])
def test_manifests_are_asked_for_where_the_api_has_them(scripted: ScriptedEngine, environ: dict[str, str], api: str, asked: bool) -> None:
    fill(scripted, api, CONTAINERD)
    facts = facts_of(scripted, environ, "app:1")
    assert facts.containerd_store
    query = "?manifests=1" if asked else ""
    assert ("GET", f"/v{api}/images/app:1/json{query}") in scripted.log


def test_answers_of_newer_shape_and_empty_lists(scripted: ScriptedEngine, environ: dict[str, str]) -> None:
    fill(scripted, "1.51", {"DriverStatus": None, "SecurityOptions": None})
    scripted.replies["/v1.51/volumes"] = [answer({"Volumes": None})]
    scripted.replies["/v1.51/containers/json"] = [answer([])]
    facts = facts_of(scripted, environ)
    assert (facts.containers, facts.volumes, facts.images, facts.unread) == ([], [], {}, [])


def test_rootless_engine_has_its_file_in_the_owners_home(scripted: ScriptedEngine, environ: dict[str, str], tmp_path: Path) -> None:
    fill(scripted, "1.41", {"SecurityOptions": ["name=seccomp,profile=default", "name=rootless", "name=cgroupns"]})
    assert facts_of(scripted, environ).daemon_config == {}
    path = tmp_path / "owner" / ".config" / "docker" / "daemon.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"log-opts": {"max-size": "10m"}}')
    facts = facts_of(scripted, environ)
    assert facts.rootless
    assert facts.daemon_config == {"log-opts": {"max-size": "10m"}}
    path.write_text("{broken")
    assert facts_of(scripted, environ).daemon_config is None


PROXIES = {"default": {"httpProxy": "http://p:1", "noProxy": "lan"}, "tcp://nas:2375": {"httpsProxy": "http://p:2"}}


@pytest.mark.parametrize("folder", ["home", "owner"])
def test_client_proxies_are_the_variables_that_compose_adds(scripted: ScriptedEngine, environ: dict[str, str], tmp_path: Path, folder: str) -> None:
    assert facts_of(scripted, environ).client_proxies == {}
    path = tmp_path / folder / ".docker" / "config.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"proxies": PROXIES}))
    expected = {"HTTP_PROXY": "http://p:1", "http_proxy": "http://p:1", "NO_PROXY": "lan", "no_proxy": "lan"}
    assert facts_of(scripted, environ).client_proxies == expected


def test_proxies_of_the_very_endpoint_win(scripted: ScriptedEngine, environ: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "home" / ".docker" / "config.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"proxies": {**PROXIES, scripted.url: {"allProxy": "socks5://p:3"}}}))
    assert facts_of(scripted, environ).client_proxies == {"ALL_PROXY": "socks5://p:3", "all_proxy": "socks5://p:3"}


def test_facts_never_show_proxies_in_their_text(scripted: ScriptedEngine, environ: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "home" / ".docker" / "config.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"proxies": {"default": {"httpProxy": "http://user:canary@p:1"}}}))
    assert "canary" not in repr(facts_of(scripted, environ))
