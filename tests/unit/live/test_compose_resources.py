# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and volumes: which have to exist, and which of their settings are compared."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import Unread

from support.compose_world import NETWORK, World, changed

VOLUME = {"Name": "p_d", "Driver": "local", "Options": None}
MOUNT = {"Type": "volume", "Name": "p_d", "Source": "/x", "Destination": "/d", "RW": True}


def with_volume(given: dict[str, Any], *existing: dict[str, Any], used: bool = True, **service: Any) -> World:
    mounts = {"volumes": [{"type": "volume", "source": "d", "target": "/d"}]} if used else {}
    return World(
        service={**mounts, **service}, inspect={"Mounts": [MOUNT] if used else []}, model={"volumes": {"d": given}}, facts={"volumes": list(existing)}
    )


def with_network(given: dict[str, Any], existing: dict[str, Any]) -> World:
    return World(model={"networks": {"default": given}}, facts={"networks": [changed(NETWORK, existing)]})


def test_network_that_a_service_uses_has_to_exist() -> None:
    assert World(facts={"networks": []}).look().differing == {"-network default"}


def test_network_that_nothing_uses_may_be_absent() -> None:
    assert World(model={"networks": {"spare": {"name": "p_spare"}}}).look().differing == set()


def test_network_of_an_inactive_profile_may_be_absent() -> None:
    world = World(model={"networks": {"x": {}}, "services": {"other": {"image": "img:1", "profiles": ["x"], "networks": {"x": None}}}})
    assert world.look().differing == set()


@pytest.mark.parametrize(
    ("given", "existing", "path"),
    [
        ({"ipam": {"config": [{"subnet": "172.18.0.0/16"}]}}, {}, None),
        ({"ipam": {"config": [{"subnet": "172.18.3.4/16"}]}}, {"IPAM": {"Config": [{"Subnet": "172.18.0.0/16"}, {"Subnet": "fd00::/64"}]}}, None),
        ({"ipam": {"config": [{"subnet": "172.20.0.0/16"}]}}, {}, "ipam.172.20.0.0/16"),
        ({"ipam": {"config": [{"subnet": "172.18.0.0/16", "gateway": "172.18.0.9"}]}}, {}, "ipam.172.18.0.0/16.gateway"),
        ({"internal": True}, {}, "internal"),
        ({"driver": "macvlan"}, {}, "driver"),
        ({"enable_ipv6": True}, {}, "enable_ipv6"),
        ({}, {"EnableIPv6": True}, None),
        ({"driver_opts": {"a": "1"}}, {"Options": {"a": "1", "com.docker.network.enable_ipv4": "true"}}, None),
        ({"driver_opts": {"a": "1"}}, {"Options": {"a": "2"}}, "driver_opts.a"),
        ({"external": True, "internal": True}, {}, None),
    ],
)
def test_settings_of_a_network(given: dict[str, Any], existing: dict[str, Any], path: str | None) -> None:
    assert with_network(given, existing).look().differing == ({path} if path else set())


def test_volume_that_a_service_uses_has_to_exist() -> None:
    assert with_volume({}).look().differing == {"-volume d"}
    assert with_volume({}, VOLUME).look().differing == set()
    assert with_volume({"external": True}).look().differing == {"-volume d"}


def test_volume_that_nothing_uses_may_be_absent() -> None:
    assert with_volume({}, used=False).look().differing == set()


def test_options_of_a_volume() -> None:
    nfs = {"driver_opts": {"type": "nfs", "o": "addr=10.0.0.1"}}
    assert with_volume(nfs, {**VOLUME, "Options": {"type": "nfs", "o": "addr=10.0.0.1"}}).look().differing == set()
    assert with_volume(nfs, {**VOLUME, "Options": {"type": "nfs", "o": "addr=10.0.0.2"}}).look().differing == {"driver_opts.o"}


@pytest.mark.parametrize("resource", ["network", "volume"])
def test_list_that_could_not_be_read_is_unknown_and_not_missing(resource: str) -> None:
    error = GatewayError("HTTP 403", remedy="allow it")
    found = World(
        model={"volumes": {"d": {}}}, service={"volumes": []}, facts={resource + "s": [], "unread": [Unread(resource + "s", "", error)]},
    ).look()
    assert found.differing == set()
    assert resource in {gap.resource for gap in found.plan.gaps if gap.kind == "unknown"}


def test_container_in_an_earlier_network_of_the_same_name() -> None:
    found = with_network({}, {"Id": "another"}).look()
    assert found.differing == set()
    assert found.notes == {"network_replaced"}
