# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a reconcile in which git wins, files and containers are git's, what only the host had is untouched, and the way back is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Report

STACK = "/opt/stacks/media"


def inspect(host: Any, name: str) -> dict[str, Any]:
    """The engine's answer for one container."""
    (told,) = json.loads(host.check_output("docker inspect %s", name))
    return told


def test_nothing_differs_any_more(report: Report) -> None:
    told = report("reconcile")
    assert told["verdict"] == "in_sync"
    assert [finding for target in told["targets"] for finding in target["findings"]] == []
    assert told["writes"] > 0


@pytest.mark.parametrize("name", ["compose.yml", "vpn/config.toml"])
def test_the_hosts_files_are_gits(host: Any, ephemeral: Path, name: str) -> None:
    assert host.file(f"{STACK}/{name}").content == (ephemeral / "homelab-apps" / "media" / name).read_bytes()


@pytest.mark.parametrize("name", ["torrent", "vpn", "web"])
def test_each_service_runs_and_is_composes_own(host: Any, name: str) -> None:
    told = inspect(host, name)
    assert told["State"]["Running"]
    assert told["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    assert told["Config"]["Labels"]["com.docker.compose.project.config_files"] == f"{STACK}/compose.yml"


def test_the_changed_container_is_as_declared(host: Any) -> None:
    assert "LOG_LEVEL=info" in inspect(host, "web")["Config"]["Env"]


def test_the_child_of_the_vpn_shares_its_new_network(host: Any) -> None:
    vpn, torrent = inspect(host, "vpn"), inspect(host, "torrent")
    assert torrent["HostConfig"]["NetworkMode"] == f"container:{vpn['Id']}"
    namespaces = {host.check_output("readlink /proc/%s/ns/net", str(each["State"]["Pid"])) for each in (vpn, torrent)}
    assert len(namespaces) == 1


def test_the_vpn_sees_the_file_that_lies_on_the_host(host: Any) -> None:
    paths = (f"/proc/{inspect(host, 'vpn')['State']['Pid']}/root/gluetun/config.toml", f"{STACK}/vpn/config.toml")
    inside, outside = (host.check_output("stat --format %s %s", "%d:%i", path) for path in paths)
    assert inside == outside


def test_what_only_the_host_has_is_untouched(host: Any) -> None:
    secrets = host.file(f"{STACK}/.env")
    assert secrets.mode == 0o600
    assert any(each.startswith("WIREGUARD_PRIVATE_KEY=canary-") for each in inspect(host, "vpn")["Config"]["Env"])
    assert "media_torrent-data" in host.check_output("docker volume ls --quiet").split()


def test_replaced_files_are_kept_for_root_alone(host: Any) -> None:
    (folder,) = host.check_output("ls /var/lib/media_center/backup").split()
    kept = f"/var/lib/media_center/backup/{folder}"
    assert host.file(kept).mode == 0o700
    replaced = [f"{STACK}/compose.yml", f"{STACK}/vpn/config.toml"]
    assert sorted(host.check_output("find %s -type f -printf %s", kept, "/%P %m\\n").splitlines()) == [f"{path} 600" for path in replaced]
    assert host.file(f"{kept}{STACK}/compose.yml").contains("LOG_LEVEL: debug")
    assert host.file(f"{kept}{STACK}/vpn/config.toml").contains("# edited by hand")


def test_nothing_else_was_left_behind(host: Any) -> None:
    assert sorted(host.check_output("ls --almost-all %s", STACK).split()) == [".env", "compose.yml", "vpn"]
    assert host.check_output("ls %s/vpn", STACK).split() == ["config.toml"]
    assert host.run("find / -xdev -name %s", "*media_center-*").stdout == ""
