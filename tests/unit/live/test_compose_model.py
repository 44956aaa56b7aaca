# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which container stands for which service, and what is said where none does, or too many do."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_model import container_summary
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import Unread

from support.compose_world import GONE, IMAGE_ID, INSPECT, OTHER_IMAGE_ID, World, changed

LABEL = "com.docker.compose."
NO_LABELS = {LABEL + key: GONE for key in ("project", "service", "config-hash", "oneoff", "container-number", "version")}
ELSEWHERE = {"Id": "f" * 64, "Name": "/elsewhere-web-1", "Config": {"Labels": {LABEL + "project": "elsewhere"}}}


def container(number: int, **change: Any) -> dict[str, Any]:
    identity = str(number) * 64
    own = {
        "Id": identity,
        "Name": f"/p-web-{number}",
        "Config": {"Hostname": identity[:12], "Labels": {LABEL + "container-number": str(number)}},
        "NetworkSettings": {"Networks": {"p_default": {"Aliases": [f"p-web-{number}", "web"]}}},
    }
    return changed(own, change)


def nobody(**more: Any) -> World:
    return World(inspect=ELSEWHERE, **more)


def test_service_without_a_container_is_missing_with_what_git_says_of_it() -> None:
    found = nobody(service={"restart": "always", "deploy": {"resources": {"limits": {"memory": "1g"}}}}).look()
    assert found.differing == {"-web"}
    (change,) = found.plan.changes
    assert {each.path: each.declared for each in change.fields} == {
        "image": "img:1", "restart": "always", "mem_limit": "1g", "networks.default": "p_default", "networks.default.service_name": "web",
    }


@pytest.mark.parametrize(
    ("service", "profiles", "missing"),
    [
        ({"profiles": ["vpn"]}, (), False),
        ({"profiles": ["vpn"]}, ("vpn",), True),
        ({"profiles": ["vpn"]}, ("*",), True),
        ({"profiles": ["vpn"]}, ("other",), False),
        ({"scale": 0}, (), False),
        ({"deploy": {"replicas": 0}}, (), False),
        ({"provider": {"type": "x"}}, (), False),
        ({"scale": 1}, (), True),
    ],
)
def test_service_that_should_not_run_may_be_absent(service: dict[str, Any], profiles: tuple[str, ...], missing: bool) -> None:
    assert nobody(service=service, profiles=profiles).look().differing == ({"-web"} if missing else set())


@pytest.mark.parametrize(("told", "missing"), [("vpn, x", True), ("other", False), ("*", True), ("", False)])
def test_profiles_of_the_env_file_count(told: str, missing: bool) -> None:
    world = nobody(service={"profiles": ["vpn"]}, environment={"COMPOSE_PROFILES": told})
    assert world.look().differing == ({"-web"} if missing else set())
    assert nobody(service={"profiles": ["vpn"]}, profiles=("a",), environment={"COMPOSE_PROFILES": told}).look().differing == set()


def test_service_of_an_inactive_profile_is_compared_where_it_runs() -> None:
    assert World(service={"profiles": ["vpn"]}).look().differing == set()
    assert World(service={"profiles": ["vpn"], "tty": True}).look().differing == {"tty"}


def test_container_of_a_service_that_should_have_none() -> None:
    found = World(service={"scale": 0}).look()
    assert found.differing == {"scale"}
    assert found.change("scale") == (0, 1)


def test_each_container_of_a_scaled_service_is_compared_with_its_own_image() -> None:
    older = {"Id": OTHER_IMAGE_ID, "Architecture": "amd64", "Config": {"Env": ["PATH=/bin", "V=1"], "Cmd": ["sleep", "inf"]}, "RootFS": {"Layers": ["x"]}}
    second = container(2, Image=OTHER_IMAGE_ID)
    second["Config"]["Env"] = ["PATH=/bin", "V=1"]
    found = World(inspect=container(1), service={"scale": 2}, more=(second,), images={OTHER_IMAGE_ID: older}).look()
    assert [(change.key, {each.path for each in change.fields}) for change in found.plan.changes] == [("web#2", {"image_id"})]


@pytest.mark.parametrize(("wanted", "there"), [(1, 2), (3, 2), (2, 1)])
def test_number_of_containers_is_told_once(wanted: int, there: int) -> None:
    found = World(inspect=container(1), service={"scale": wanted}, more=tuple(container(each) for each in range(2, there + 1))).look()
    assert found.differing == {"scale"}
    assert found.change("scale") == (wanted, there)


def test_containers_of_one_off_runs_are_left_out() -> None:
    assert World(more=(container(2, Config={"Labels": {LABEL + "oneoff": "True"}}),)).look().differing == set()


def test_container_made_by_hand_in_a_service_place_is_compared_all_the_same() -> None:
    found = World(inspect={"Config": {"Labels": NO_LABELS, "User": "5"}}).look()
    assert found.differing == {"managed_by", "user"}
    assert found.change("managed_by") == ("compose", "by hand")
    other = World(inspect={"Config": {"Labels": {LABEL + "project": "other"}}, "Name": "/web"}, service={"container_name": "web"}).look()
    assert other.change("managed_by") == ("compose", "project other")


def test_orphan_is_told_as_a_compose_file_would_have_to_say_it() -> None:
    orphan = container(1, Config={"Labels": {LABEL + "service": "old"}, "Env": ["PATH=/bin", "A=1"]}, HostConfig={"RestartPolicy": {"Name": "always"}})
    found = World(more=(changed(orphan, {"Name": "/p-old-1", "NetworkSettings": {"Networks": {"p_default": {"Aliases": ["p-old-1", "old"]}}}}),)).look()
    assert found.differing == {"+old"}
    (change,) = found.plan.changes
    assert {each.path: each.running for each in change.fields} == {
        "image": "img:1", "environment.A": "1", "restart": "always", "networks.default": "p_default",
    }


def test_interrupted_recreate_beside_the_new_container() -> None:
    old = container(1, Id="9" * 64, Name="/0123456789ab_p-web-1")
    found = World(inspect=container(1), more=(old,)).look()
    assert found.differing == set()
    assert found.notes == {"recreate_interrupted"}


def test_names_of_compose_v1_and_of_a_renamed_container() -> None:
    assert World(inspect={"Name": "/p_web_1"}).look().differing == set()
    assert World(inspect={"Name": "/p-web-1-backup"}).look().differing == {"container_name"}


@pytest.mark.parametrize("label", ["config-hash", "container-number", "oneoff"])
def test_image_that_carries_labels_of_a_container_was_committed(label: str) -> None:
    found = World(image={"Config": {"Labels": {LABEL + label: "1"}}}).look()
    assert found.notes == {"image_committed"}
    assert found.differing == set()


def test_image_that_compose_built_is_not_taken_for_a_committed_one() -> None:
    built = {LABEL + "project": "p", LABEL + "service": "web", LABEL + "version": "2.40.3"}
    assert World(image={"Config": {"Labels": built}}).look().notes == set()


def test_reference_that_the_host_does_not_have_is_unknown() -> None:
    found = World(images={"img:1": None}).look()
    assert found.differing == set()
    assert found.gaps("unknown") == {"image_id"}


def test_image_that_the_engine_cannot_read_is_unknown() -> None:
    unread = Unread("image", "img:1", GatewayError("HTTP 500", remedy="look"))
    world = World(facts={"unread": [unread], "images": {IMAGE_ID: World().host().images[IMAGE_ID]}})
    assert world.look().gaps("unknown") == {"image_id"}


def test_container_that_could_not_be_inspected_is_unknown_and_not_missing() -> None:
    listed = {"Names": ["/p-web-1"], "Labels": INSPECT["Config"]["Labels"]}
    found = nobody(facts={"unread": [Unread("container", "x", GatewayError("HTTP 500"), listed)]}).look()
    assert found.differing == set()
    assert "image" in found.gaps("unknown")
    assert found.plan.item_coverage["service", "web"].checked == 0


def test_summary_of_any_container_has_no_values() -> None:
    inspect = changed(INSPECT, {"Config": {"Env": ["TOKEN=hunter2"], "Cmd": ["--key=hunter2"], "Labels": {"x": "hunter2"}}})
    told = container_summary(inspect)
    assert told == {"name": "p-web-1", "image": "img:1", "state": "running", "project": "p", "service": "web"}
    assert container_summary({})["name"] == ""
