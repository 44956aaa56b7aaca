# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks below /proc: what they say, what cannot be looked at, and that content never becomes a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import host_proc

from support.compose_world import GONE, World, changed
from support.compose_world import Proc as Scripted

if TYPE_CHECKING:
    from pathlib import Path

LABEL = "com.docker.compose."
BIND = {"Type": "bind", "Source": "/s", "Destination": "/c", "RW": True, "Propagation": "rprivate"}
BOUND = {"inspect": {"Mounts": [BIND]}, "service": {"volumes": [{"type": "bind", "source": "/s", "target": "/c"}]}}
VPN = {
    "Id": "7" * 64,
    "Name": "/p-vpn-1",
    "Config": {"Labels": {LABEL + "service": "vpn"}, "Hostname": "7" * 12},
    "NetworkSettings": {"Networks": {"p_default": {"Aliases": ["vpn"]}}},
}
CHILD: dict[str, Any] = {
    "inspect": {"HostConfig": {"NetworkMode": "container:" + "7" * 64}, "NetworkSettings": {"Networks": {"p_default": GONE}}},
    "service": {"network_mode": "service:vpn", "networks": GONE},
    "model": {"services": {"vpn": {"image": "img:1", "networks": {"default": None}}}},
}
SECRETS = {
    "service": {"secrets": [{"source": "s"}], "configs": [{"source": "c", "target": "/etc/c"}]},
    "model": {"secrets": {"s": {"environment": "TOKEN"}}, "configs": {"c": {"content": "a$$b"}}},
}
RIGHT = {"/run/secrets/s": b"hunter2", "/etc/c": b"a$b"}


def test_without_root_each_check_is_unknown_with_the_remedy() -> None:
    found = World(**BOUND, proc=None).look()
    assert found.gaps("unknown") == {"runtime_checks.bind./c"}
    assert {gap.remedy for gap in found.plan.gaps} == {host_proc.BECOME_REMEDY}


def test_process_ids_of_another_machine_make_all_unknown() -> None:
    assert World(**BOUND, proc=Scripted(process=host_proc.DIFFERENT)).look().gaps("unknown") == {"runtime_checks.bind./c"}
    assert World(**BOUND, proc=Scripted(process=host_proc.UNKNOWN)).look().plan.gaps == ()


def test_replaced_bind_source() -> None:
    assert World(**BOUND).look().differing == set()
    found = World(**BOUND, proc=Scripted(inode=host_proc.DIFFERENT)).look()
    assert found.differing == {"runtime_checks.bind./c"}
    assert found.change("runtime_checks.bind./c") == ("current", "replaced")


def test_what_does_not_run_is_not_looked_at() -> None:
    stopped = changed(BOUND, {"inspect": {"State": {"Status": "exited", "Running": False, "Pid": 0}}})
    found = World(**stopped, proc=None).look()
    assert (found.differing, found.plan.gaps) == (set(), ())


def test_stale_network_namespace() -> None:
    assert World(**CHILD, more=(VPN,)).look().differing == set()
    found = World(**CHILD, more=(VPN,), proc=Scripted(network=host_proc.DIFFERENT)).look()
    assert found.differing == {"runtime_checks.network_namespace"}


def test_parent_that_does_not_run_is_unknown() -> None:
    stopped = changed(VPN, {"State": {"Running": False, "Pid": 0, "Status": "exited"}})
    assert World(**CHILD, more=(stopped,)).look().gaps("unknown") == {"runtime_checks.network_namespace"}


def test_injected_content_is_compared_and_never_told() -> None:
    world = {**SECRETS, "environment": {"TOKEN": "hunter2"}}
    assert World(**world, proc=Scripted(RIGHT)).look().differing == set()
    found = World(**world, proc=Scripted({"/run/secrets/s": b"old"})).look()
    assert found.differing == {"runtime_checks.secret./run/secrets/s", "runtime_checks.config./etc/c"}
    assert found.change("runtime_checks.secret./run/secrets/s") == ("current", "differs")
    assert found.change("runtime_checks.config./etc/c") == ("current", "missing")
    assert "hunter2" not in repr(found)


def test_secret_of_a_variable_that_is_not_known_is_unknown() -> None:
    assert World(**SECRETS, proc=Scripted(RIGHT)).look().gaps("unknown") == {"runtime_checks.secret./run/secrets/s"}


def test_content_that_a_tmpfs_covers_is_not_comparable() -> None:
    world = changed(SECRETS, {"service": {"tmpfs": ["/run"]}})
    world["inspect"] = {"HostConfig": {"Tmpfs": {"/run": ""}}}
    found = World(**world, environment={"TOKEN": "hunter2"}, proc=Scripted({"/etc/c": b"a$b"})).look()
    assert found.differing == set()
    assert found.gaps("not_comparable") == {"runtime_checks.secret./run/secrets/s"}


@pytest.mark.parametrize(("started", "told"), [("2001-01-01T00:00:00.123456789Z", True), ("2999-01-01T00:00:00Z", False), ("", False)])
def test_file_that_was_written_after_the_start(tmp_path: Path, started: str, told: bool) -> None:
    file = tmp_path / "s"
    file.write_text("x")
    mount = {"Type": "bind", "Source": str(file), "Destination": "/run/secrets/s", "RW": False, "Propagation": "rprivate"}
    world = World(
        inspect={"Mounts": [mount], "State": {"StartedAt": started}}, service={"secrets": [{"source": "s"}]}, model={"secrets": {"s": {"file": str(file)}}},
    )
    found = world.look()
    assert found.differing == set()
    assert found.notes == ({"secret_changed_since_start"} if told else set())


def test_secret_from_another_file() -> None:
    mount = {"Type": "bind", "Source": "/old/s", "Destination": "/run/secrets/s", "RW": False, "Propagation": "rprivate"}
    found = World(inspect={"Mounts": [mount]}, service={"secrets": [{"source": "s"}]}, model={"secrets": {"s": {"file": "/new/s"}}}).look()
    assert found.differing == {"secrets./run/secrets/s"}
