# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine of a lab's docker host, asked as clients ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab import hosts
from lab.engine import Engine
from lab.server import Request, Response


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.of_host("mediabox", Path("/somewhere/lab"))


def ask(engine: Engine, path: str, method: str = "GET", **query: str) -> Response:
    return engine.answer(Request(method, path, {name: [value] for name, value in query.items()}))


def read(engine: Engine, path: str, **query: str) -> Any:
    response = ask(engine, path, **query)
    assert response.status == 200, response.body
    return json.loads(response.body)


def names(listed: list[dict[str, Any]]) -> set[str]:
    return {name for item in listed for name in item["Names"]}


def test_ping_and_version(engine: Engine) -> None:
    for method in ("GET", "HEAD"):
        response = ask(engine, "/_ping", method)
        assert (response.status, response.body) == (200, b"OK")
        assert response.headers["Api-Version"] == read(engine, "/version")["ApiVersion"]
    assert read(engine, "/info")["Name"] == "mediabox"


def test_paths_with_and_without_a_version_answer_alike(engine: Engine) -> None:
    version = read(engine, "/version")
    for prefix in (version["ApiVersion"], version["MinAPIVersion"]):
        assert ask(engine, f"/v{prefix}/networks").body == ask(engine, "/networks").body


@pytest.mark.parametrize(
    ("version", "message"), [("1.99", "too new. Maximum supported API version is 1."), ("1.2", "too old. Minimum supported API version is 1.")]
)
def test_a_version_outside_the_range_is_refused_as_the_engine_does(engine: Engine, version: str, message: str) -> None:
    response = ask(engine, f"/v{version}/info")
    assert response.status == 400
    assert f"client version {version} is {message}" in response.body.decode()


def test_without_all_only_running_containers_are_listed() -> None:
    edge = Engine.of_host("edgebox", Path("/lab"))
    assert names(read(edge, "/containers/json", all="1")) - names(read(edge, "/containers/json")) == {"/uptime-kuma"}
    assert len(read(edge, "/containers/json", limit="1")) == 1


def test_sizes_are_told_on_demand_only(engine: Engine) -> None:
    assert "SizeRootFs" not in read(engine, "/containers/json")[0]
    assert "SizeRootFs" in read(engine, "/containers/json", size="true")[0]
    assert "SizeRw" not in read(engine, "/containers/qbittorrent/json")
    assert read(engine, "/containers/qbittorrent/json", size="1")["SizeRw"] > 0


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"label": ["com.docker.compose.service=flaresolverr"]}, {"/media-flaresolverr-1", "/media-flaresolverr-2"}),
        ({"label": {"com.docker.compose.project=media": True, "com.docker.compose.service=plex": True}}, {"/plex"}),
        ({"name": ["watch"]}, {"/watchtower"}),
        ({"name": ["^/plex$", "^radarr$"]}, {"/plex", "/radarr"}),
        ({"network": ["monitoring"]}, {"/overseerr"}),
        ({"status": ["exited"]}, set()),
    ],
)
def test_filters_of_containers(engine: Engine, filters: dict[str, Any], expected: set[str]) -> None:
    assert names(read(engine, "/containers/json", filters=json.dumps(filters))) == expected


def test_an_unknown_filter_is_not_taken_for_an_empty_list(engine: Engine) -> None:
    response = ask(engine, "/containers/json", filters=json.dumps({"publish": ["80"]}))
    assert response.status == 501
    assert "no recording of lists filtered by publish" in json.loads(response.body)["message"]


def test_a_container_is_found_by_name_id_and_short_id(engine: Engine) -> None:
    found = read(engine, "/containers/radarr/json")
    for reference in (found["Id"], found["Id"][:12]):
        assert read(engine, f"/containers/{reference}/json") == found
    assert read(engine, "/containers/qbittorrent/changes")


def test_an_image_is_found_by_every_name_that_the_engine_knows(engine: Engine) -> None:
    found = read(engine, "/images/sctx/overseerr:1.33.2/json")
    for reference in (found["Id"], found["Id"][7:], found["Id"][7:19], "docker.io/sctx/overseerr:1.33.2"):
        assert read(engine, f"/images/{reference}/json") == found
    assert "ghcr.io/flaresolverr/flaresolverr:latest" in read(engine, "/images/ghcr.io/flaresolverr/flaresolverr/json")["RepoTags"]


def test_networks_and_volumes(engine: Engine) -> None:
    (network,) = read(engine, "/networks", filters=json.dumps({"name": ["media_default"]}))
    assert read(engine, "/networks/media_default")["Id"] == network["Id"]
    assert len(read(engine, "/networks/media_default")["Containers"]) > len(network["Containers"])
    assert {volume["Name"] for volume in read(engine, "/volumes")["Volumes"]} >= {"media_plex_transcode"}
    assert read(engine, "/volumes/media_plex_transcode")["Driver"] == "local"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/containers/nope/json", "No such container: nope"),
        ("/images/nope/json", "o such image: nope:latest"),
        ("/images/nope:1/json", "o such image: nope:1"),
        ("/networks/nope", "network nope not found"),
        ("/volumes/nope", "get nope: no such volume"),
        ("/nope", "page not found"),
    ],
)
def test_what_is_not_there_is_told_in_the_engines_words(engine: Engine, path: str, message: str) -> None:
    response = ask(engine, path)
    assert response.status == 404
    assert message in json.loads(response.body)["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD"])
def test_nothing_is_written(engine: Engine, method: str) -> None:
    response = ask(engine, "/v1.41/containers/radarr/json", method)
    assert response.status == 403
    assert "was not done" in json.loads(response.body)["message"]


@pytest.mark.parametrize("path", ["/events", "/containers/radarr/logs", "/system/df", "/containers/radarr/archive", "/swarm"])
def test_what_was_not_recorded_is_said_to_be_so(engine: Engine, path: str) -> None:
    assert ask(engine, path).status == 501


def test_failure_has_the_form_of_the_engines_messages(engine: Engine) -> None:
    response = engine.failure(500)
    assert response.status == 500
    assert list(json.loads(response.body)) == ["message"]


@pytest.mark.parametrize("name", hosts.host_names())
def test_places_are_below_the_lab_and_processes_cannot_exist_here(name: str) -> None:
    engine = Engine.of_host(name, Path('/some "where"/lab'))
    for listed in read(engine, "/containers/json", all="1"):
        found = read(engine, f"/containers/{listed['Id']}/json")
        assert found["State"]["Pid"] == 0 or found["State"]["Pid"] > 2**22
        folder = found["Config"]["Labels"].get("com.docker.compose.project.working_dir")
        assert folder is None or folder.startswith(f'/some "where"/lab/hosts/{name}/opt/stacks/')
