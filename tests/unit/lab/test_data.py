# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's data hold what they are said to hold: planted drift is really there, secrets are where they belong and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from lab import hosts, repositories
from lab.apps.others import OTHERS
from lab.repositories import DATA

PLANTED = yaml.safe_load((DATA / "planted.yml").read_text(encoding="utf-8"))
CANARIES = (DATA / "canaries.txt").read_text(encoding="utf-8").split()
RECORDINGS = {name: (DATA / "engine" / f"{name}.json").read_text(encoding="utf-8") for name in hosts.host_names()}


def entries(kind: str) -> list[dict[str, Any]]:
    return [entry for entry in PLANTED["planted"] if entry["kind"] == kind]


def containers(host: str) -> dict[str, dict[str, Any]]:
    return {entry["inspect"]["Name"][1:]: entry for entry in json.loads(RECORDINGS[host])["containers"]}


def of_service(host: str, service: str) -> list[dict[str, Any]]:
    labels = [(entry, entry["inspect"]["Config"]["Labels"] or {}) for entry in containers(host).values()]
    return [entry for entry, label in labels if label.get("com.docker.compose.service") == service]


def keys(text: str) -> set[str]:
    return {line.partition("=")[0] for line in text.splitlines() if "=" in line and not line.startswith("#")}


def test_every_entry_names_things_of_the_lab() -> None:
    for entry in PLANTED["planted"]:
        assert set(entry) - {"floating", "file"} == {"host", "stack", "service", "kind", "path"}
        host = hosts.read_host(entry["host"])
        assert entry["stack"] in ("", *[stack.name for stack in host.stacks])
        assert entry.get("file") is None or entry["file"] in repositories.newest_tree("homelab-apps")


def test_docker_update_is_in_the_recording() -> None:
    (radarr,) = of_service("mediabox", "radarr")
    assert {entry["path"] for entry in entries("container_updated")} == {"mem_limit", "restart"}
    assert radarr["inspect"]["HostConfig"]["Memory"] == 2**30
    assert radarr["inspect"]["HostConfig"]["RestartPolicy"]["Name"] == "no"


def test_containers_were_renamed_replaced_removed_and_left_over() -> None:
    (renamed,) = entries("container_renamed")
    assert [entry["inspect"]["Name"] for entry in of_service("mediabox", renamed["service"])] == ["/" + renamed["path"]]
    (by_hand,) = entries("hand_made_container")
    assert not of_service("mediabox", by_hand["service"])
    assert by_hand["path"] in containers("mediabox")
    (missing,) = entries("missing_service")
    assert not of_service("mediabox", missing["service"])
    (orphan,) = entries("orphan")
    assert of_service("mediabox", orphan["service"])
    assert "jackett" not in repositories.newest_tree("homelab-apps")["media/compose.yml"].decode()
    (unmanaged,) = entries("unmanaged_container")
    assert not containers("mediabox")[unmanaged["path"]]["inspect"]["Config"]["Labels"].get("com.docker.compose.project")


def test_networks_scale_and_layers() -> None:
    (extra,) = entries("extra_network")
    (overseerr,) = of_service("mediabox", extra["service"])
    assert set(overseerr["inspect"]["NetworkSettings"]["Networks"]) == {"media_default", extra["path"]}
    (scaled,) = entries("scale")
    assert len(of_service("mediabox", scaled["service"])) == 2
    (layer,) = entries("layer_changed")
    (changed,) = of_service("mediabox", layer["service"])
    assert layer["path"] in [change["Path"] for change in changed["changes"]]


def test_images_were_moved_and_committed() -> None:
    images = {tag: image["inspect"] for host in RECORDINGS for image in json.loads(RECORDINGS[host])["images"] for tag in image["inspect"]["RepoTags"] or []}
    for entry in entries("image_moved"):
        assert entry.get("floating", False) == entry["path"].endswith(":latest")
        for container in of_service(entry["host"], entry["service"]):
            assert container["inspect"]["Image"] != images[entry["path"]]["Id"]
    (committed,) = entries("image_committed")
    assert "com.docker.compose.project" in images[committed["path"]]["Config"]["Labels"]
    (container,) = of_service(committed["host"], committed["service"])
    assert container["inspect"]["Image"] == images[committed["path"]]["Id"]


def test_services_are_unhealthy_and_exited() -> None:
    (ill,) = entries("unhealthy")
    assert of_service(ill["host"], ill["service"])[0]["inspect"]["State"]["Health"]["Status"] == "unhealthy"
    (ended,) = entries("exited")
    assert of_service(ended["host"], ended["service"])[0]["inspect"]["State"]["Status"] == "exited"


def test_env_keys_are_missing_and_extra() -> None:
    example = keys(repositories.newest_tree("homelab-apps")["media/.env.example"].decode())
    real = keys((DATA / "hosts/mediabox/opt/stacks/media/.env").read_text(encoding="utf-8"))
    assert example - real == {entry["path"] for entry in entries("env_key_missing")}
    assert real - example == {entry["path"] for entry in entries("env_key_extra")}


@pytest.mark.parametrize("canary", CANARIES)
def test_each_canary_is_a_secret_of_a_host_and_in_no_repository(canary: str) -> None:
    on_hosts = [content for name in hosts.host_names() for content in repositories.read_tree(DATA / "hosts" / name).values()]
    in_apps = [path.read_text(encoding="utf-8") for name in ("servarr", *OTHERS) for path in (DATA / name).glob("*")]
    assert any(canary.encode() in content for content in on_hosts) or any(canary in text for text in [*RECORDINGS.values(), *in_apps])
    for name in repositories.repository_names():
        assert not any(canary.encode() in content for content in repositories.newest_tree(name).values())


def test_canaries_are_in_environment_labels_and_commands() -> None:
    found = [entry["inspect"]["Config"] for host in RECORDINGS for entry in containers(host).values()]
    for part in ("Env", "Labels", "Cmd"):
        text = json.dumps([config[part] for config in found])
        assert any(canary in text for canary in CANARIES), part


def test_recordings_name_nothing_of_the_machine_that_made_them() -> None:
    for text in RECORDINGS.values():
        assert "/tmp" not in text
        assert hosts.PLACE in text
        assert len(text) < 400_000
