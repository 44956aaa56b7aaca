# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reconcile would do, and above all what it would not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import Model
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import FileState, GitFile
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_match import LiveProject, Match
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import Unread
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_plan import StackPlans, plan_stack
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_read import StackRead, StackSource
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_steps import Batch, Permits, StackSteps, StepPlanner

from support.compose_world import CONTAINER_ID, GONE, LABELS, World, changed
from support.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

WINS = Permits(git_wins=("p",))
DRIFT: dict[str, Any] = {"environment": {"COLOUR": "blue"}}
NO_NETWORK: dict[str, Any] = {"HostConfig": {"NetworkMode": "none"}, "NetworkSettings": {"Networks": {"p_default": GONE}}}


def container(service: str, identity: str = "c" * 64, **change: Any) -> dict[str, Any]:
    """A further container of the project, of another service than the world's own."""
    labels = {**LABELS, "com.docker.compose.service": service}
    return {"Id": identity, "Name": f"/p-{service}-1", "Config": {"Labels": labels, "Hostname": identity[:12]}, **change}


def child_of_web(service: str = "child", identity: str = "c" * 64) -> dict[str, Any]:
    """A container in the network of the world's own."""
    return container(service, identity, HostConfig={"NetworkMode": f"container:{CONTAINER_ID}"}, NetworkSettings={"Networks": GONE})


def behind_web(*services: str) -> dict[str, Any]:
    """Services that share the network of the world's own, each with the one before."""
    plain = {"image": "img:1", "command": None, "entrypoint": None}
    return {"services": {name: {**plain, "network_mode": f"service:{parent}"} for name, parent in zip(services, ("web", *services), strict=False)}}


def plans_of(world: World, how: str = "label", manager: str = "", **stack: Any) -> StackPlans:
    """The world as a stack called p that was read and compared."""
    host = world.host()
    project = LiveProject("p", "/opt/p", ("/opt/p/compose.yml",), (), tuple(host.containers), manager, "/opt/p")
    model = Model(world.declared())
    told = {"name": "p", "files": ["compose.yml"], "assigned": True, **stack}
    return plan_stack(StackRead("p", told, Match(project, how), StackSource({}), "/opt/p", (), model, model), world.context())


def steps(world: World, permits: Permits = WINS, layers: dict[str, Any] | None = None, plans: StackPlans | None = None) -> StackSteps:
    return StepPlanner("host", world.host(), layers or {}, permits).steps(plans or plans_of(world))


def reasons(found: StackSteps) -> list[str]:
    return [f"{each.key}: {each.message}" for each in found.refused]


@pytest.mark.parametrize("permits", [Permits(), Permits(git_wins=("other",)), Permits(adopt=True, prune=True, allow_recreate=("all",))])
def test_nothing_is_done_where_git_does_not_win(permits: Permits) -> None:
    assert steps(World(service=DRIFT), permits) == StackSteps("p")


@pytest.mark.parametrize("wins", ["p", "all"])
def test_a_service_that_differs_is_created_anew(wins: str) -> None:
    found = steps(World(service=DRIFT), Permits(git_wins=(wins,)))
    assert found.batches == (Batch(recreate=("web",)),)
    assert found.actions() == ["p: recreate web"]


def test_nothing_is_done_where_both_sides_agree() -> None:
    assert steps(World()) == StackSteps("p")


def test_a_service_without_a_container_is_created() -> None:
    world = World(model={"services": {"new": {"image": "img:1", "network_mode": "none"}}})
    assert steps(world).actions() == ["p: create new"]


def test_an_image_that_moved_under_its_tag_recreates_nothing() -> None:
    moved = {"Id": "sha256:" + "b" * 64, "Config": {"Env": ["NEW=1"]}, "RootFS": {"Layers": ["sha256:2"]}}
    world = World(images={"img:1": moved})
    assert plans_of(world).git_plan
    assert steps(world).actions() == []


def test_where_only_a_guess_says_which_project_it_is_nothing_is_done() -> None:
    world = World(service=DRIFT)
    found = steps(world, plans=plans_of(world, how="image", project_directory="/opt/p"))
    assert found.actions() == []
    assert reasons(found) == ["p: p was left as it is: the match is only a guess by images"]


def test_the_folder_of_a_management_program_is_left_unless_it_was_named() -> None:
    world = World(service=DRIFT)
    assert reasons(steps(world, plans=plans_of(world, manager="portainer"))) == ["p: p was left as it is: its folder belongs to portainer"]
    assert steps(world, plans=plans_of(world, manager="portainer", project_directory="/opt/p")).actions() == ["p: recreate web"]


def test_a_hosts_own_checkout_is_left_unless_it_was_named(tmp_path: Path) -> None:
    Repository(tmp_path, {"compose.yml": "services: {}\n"})
    world = World(service=DRIFT)
    for told, wanted in (({}, []), ({"project_directory": str(tmp_path)}, ["p: recreate web"])):
        plans = plans_of(world, **told)
        plans = replace(plans, read=replace(plans.read, directory=str(tmp_path)))
        assert steps(world, plans=plans).actions() == wanted


def test_a_hand_made_container_is_replaced_only_when_adopting_was_allowed() -> None:
    world = World(inspect={"Config": {"Labels": {"com.docker.compose.config-hash": GONE, "com.docker.compose.project": GONE}}})
    refused = steps(world)
    assert refused.actions() == []
    assert reasons(refused) == ["web: p web was left as it is: the container was made by hand"]
    assert "media_center_adopt" in refused.refused[0].remedy
    found = steps(world, replace(WINS, adopt=True))
    assert found.actions() == ["p: replace the hand-made container p-web-1"]
    assert found.adopt == {"web": "p-web-1"}


@pytest.mark.parametrize(
    ("world", "permits", "layers", "why"),
    [
        (World(service=DRIFT), replace(WINS, protected=("web",)), {}, "DNS, SSH or proxy"),
        (World(service=DRIFT), replace(WINS, protected=("p-web-1",)), {}, "DNS, SSH or proxy"),
        (World(service={**DRIFT, "image": "plexinc/pms:1"}, inspect={"Config": {"Image": "plexinc/pms:1"}}), WINS, {}, "somebody may be watching"),
        (World(service=DRIFT), WINS, {CONTAINER_ID: ["/opt/patched.py"]}, "holds changes that would be lost (/opt/patched.py)"),
        (World(service=DRIFT), WINS, {CONTAINER_ID: GatewayError("HTTP 500")}, "not readable: HTTP 500"),
        (World(service=DRIFT, image={"Config": {"Labels": {"com.docker.compose.config-hash": "x"}}}), WINS, {}, "committed by hand"),
    ],
    ids=["protected service", "protected container", "plex", "changed layer", "unread layer", "committed image"],
)
def test_what_would_be_lost_keeps_a_container_until_its_name_is_given(world: World, permits: Permits, layers: dict[str, Any], why: str) -> None:
    refused = steps(world, permits, layers)
    assert refused.actions() == []
    assert why in refused.refused[0].message
    assert refused.refused[0].remedy == "add web to media_center_allow_recreate"
    for name in ("web", "all"):
        assert steps(world, replace(permits, allow_recreate=(name,)), layers).actions() == ["p: recreate web"]
    assert steps(world, replace(permits, allow_recreate=("other",)), layers).actions() == []


def test_what_compose_copies_into_a_container_is_no_change_inside_of_it() -> None:
    world = World(
        service={**DRIFT, "configs": [{"source": "settings", "target": "/etc/app.toml"}], "secrets": [{"source": "key"}]},
        model={"configs": {"settings": {"content": "a"}}, "secrets": {"key": {"environment": "KEY"}}},
    )
    assert steps(world, layers={CONTAINER_ID: ["/etc/app.toml", "/run/secrets/key"]}).actions() == ["p: recreate web"]


def test_who_shares_the_network_of_a_container_comes_after_it() -> None:
    world = World(service=DRIFT, model=behind_web("child", "grandchild"), more=(child_of_web(), child_of_web("grandchild", "d" * 64)))
    assert steps(world).batches == (Batch(recreate=("web",)), Batch(recreate=("child",)), Batch(recreate=("grandchild",)))


def test_a_child_that_does_not_exist_is_not_made_for_its_parents_sake() -> None:
    child = behind_web("child")
    child["services"]["child"]["profiles"] = ["never"]
    assert steps(World(service=DRIFT, model=child)).batches == (Batch(recreate=("web",)),)


def test_a_missing_child_is_created_after_its_parent() -> None:
    assert steps(World(service=DRIFT, model=behind_web("child"))).batches == (Batch(recreate=("web",)), Batch(create=("child",)))


def test_a_child_that_must_stay_keeps_its_parent() -> None:
    world = World(service=DRIFT, model=behind_web("child"), more=(child_of_web(),))
    refused = steps(world, replace(WINS, protected=("child",)))
    assert refused.actions() == []
    assert "child is named as the host's DNS" in refused.refused[0].message
    assert steps(world, replace(WINS, protected=("child",), allow_recreate=("child",))).actions() == ["p: recreate web", "p: recreate child"]


def orphans(count: int) -> World:
    return World(more=tuple(container(f"old{number}", f"{number:064d}") for number in range(count)))


def test_orphans_are_removed_only_when_pruning_was_allowed() -> None:
    assert steps(orphans(2)).actions() == []
    found = steps(orphans(2), replace(WINS, prune=True))
    assert found.prune == (("old0", "p-old0-1"), ("old1", "p-old1-1"))
    assert found.actions() == ["p: remove orphan p-old0-1", "p: remove orphan p-old1-1"]


def test_many_orphans_are_removed_only_by_their_number() -> None:
    allowed = replace(WINS, prune=True)
    refused = steps(orphans(6), allowed)
    assert refused.actions() == []
    assert "6 of 7 services would be removed" in refused.refused[0].message
    assert steps(orphans(6), replace(allowed, prune_count=5)).prune == ()
    assert len(steps(orphans(6), replace(allowed, prune_count=6)).prune) == 6


def test_no_orphan_is_removed_where_git_declares_no_service() -> None:
    world = replace(orphans(1), model={"services": {"web": GONE}})
    found = steps(world, replace(WINS, prune=True, prune_count=2))
    assert found.actions() == []
    assert found.refused


def test_no_orphan_is_removed_while_a_container_could_not_be_read() -> None:
    world = replace(orphans(1), facts={"unread": [Unread("container", "x", GatewayError("HTTP 500"))]})
    found = steps(world, replace(WINS, prune=True))
    assert found.prune == ()
    assert "could not be read" in found.refused[0].message


def test_only_files_that_differ_are_laid() -> None:
    world = World()
    plans = plans_of(world)
    content = GitFile("compose.yml", b"services: {}\n")
    files = [FileState(content, f"/opt/p/{status}", status) for status in ("same", "older", "edited", "missing", "unreadable")]
    files += [FileState(GitFile("big.bin", None), "/opt/p/big.bin", "edited"), FileState(GitFile("README.md", b"x"), "/opt/p/README.md", "missing")]
    found = steps(world, plans=replace(plans, read=replace(plans.read, files=tuple(files))))
    assert found.actions() == ["p: lay /opt/p/older", "p: lay /opt/p/edited", "p: lay /opt/p/missing"]


@pytest.mark.parametrize(("running", "source", "wanted"), [(True, "app.toml", ["p: recreate web"]), (False, "app.toml", []), (True, "", [])])
def test_a_container_that_holds_a_replaced_file_is_created_anew(running: bool, source: str, wanted: list[str]) -> None:
    mount = {"Type": "bind", "Source": f"/opt/p/{source}".rstrip("/"), "Destination": "/etc/app.toml"}
    told = {"type": "bind", "source": mount["Source"], "target": "/etc/app.toml"}
    binds = {"HostConfig": {"Binds": [f"{mount['Source']}:/etc/app.toml:rw"]}, "Mounts": [{**mount, "RW": True, "Mode": "rw", "Propagation": "rprivate"}]}
    world = World(service={"volumes": [told]}, inspect={**binds, "State": {"Running": running, "Status": "running" if running else "exited"}})
    plans = plans_of(world)
    assert not plans.git_plan, plans.git_plan
    state = FileState(GitFile("app.toml", b"new"), "/opt/p/app.toml", "edited")
    found = steps(world, plans=replace(plans, read=replace(plans.read, files=(state,))))
    assert found.actions() == ["p: lay /opt/p/app.toml", *wanted]


@pytest.mark.parametrize("wanted", [1, 3])
def test_where_only_the_number_of_containers_differs_none_is_created_anew(wanted: int) -> None:
    numbered = {**LABELS, "com.docker.compose.container-number": "2"}
    second = {"Id": "e" * 64, "Name": "/p-web-2", "Config": {"Labels": numbered, "Hostname": "e" * 12}, "NetworkSettings": GONE}
    world = World(service={"scale": wanted, "networks": GONE, "network_mode": "none"}, inspect=NO_NETWORK, more=(changed(second, NO_NETWORK),))
    assert steps(world).batches == (Batch(scale=("web",)),)
    # Which one goes is compose's choice, so none of them may hold what would be lost.
    assert bool(steps(world, layers={"e" * 64: ["/root/patched"]}).refused)


def test_a_service_that_differs_in_more_than_its_number_is_created_anew() -> None:
    world = World(service={**DRIFT, "scale": 2})
    assert steps(world).batches == (Batch(recreate=("web",)),)


def renewed_network(**more: Any) -> World:
    """A network that git has with other options than the engine, a service in it with a child, and one that is not in it."""
    services = {**behind_web("child")["services"], "alone": {"image": "img:1", "command": None, "entrypoint": None, "network_mode": "none"}}
    network = {"networks": {"default": {"driver_opts": {"com.docker.network.bridge.name": "br7"}}}}
    alone = changed(container("alone", "d" * 64), NO_NETWORK)
    return World(model={"services": services, **network}, more=(child_of_web(), alone), **more)


def test_a_network_that_differs_takes_all_that_are_in_it_at_once() -> None:
    assert steps(renewed_network()).batches == (Batch(recreate=("web",)), Batch(recreate=("child",)))


def test_a_network_stays_where_one_that_is_in_it_must_stay() -> None:
    found = steps(renewed_network(service=DRIFT), replace(WINS, protected=("child",)))
    assert found.actions() == []
    assert "network default would have to be made anew with all that are in it, but child is named" in found.refused[0].message


def test_a_volume_that_differs_is_never_made_anew() -> None:
    volume = {"Name": "p_data", "Driver": "local", "Options": {"type": "tmpfs", "device": "tmpfs"}, "Labels": {}}
    world = World(model={"volumes": {"data": {"name": "p_data", "driver_opts": {"type": "nfs", "device": ":/x"}}}}, facts={"volumes": [volume]})
    found = steps(world)
    assert found.actions() == []
    assert "volume data differs, and making it anew would lose what is in it" in found.refused[0].message
