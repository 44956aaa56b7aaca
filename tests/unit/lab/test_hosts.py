# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file systems of the lab's docker hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab import hosts, repositories
from lab.repositories import git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab")
    for name in repositories.repository_names():
        repositories.create(name, folder / "repositories" / name)
    for name in hosts.host_names():
        hosts.lay(hosts.read_host(name), folder)
    return folder


def test_there_are_the_two_docker_hosts_of_the_house() -> None:
    assert hosts.host_names() == ["edgebox", "mediabox"]


@pytest.mark.parametrize("name", hosts.host_names())
def test_every_stack_has_its_files(name: str, lab: Path) -> None:
    for stack in hosts.read_host(name).stacks:
        for file in stack.files:
            assert (hosts.root_of(lab, name) / stack.folder / file).is_file()


def test_what_only_the_host_has_names_the_labs_folder(lab: Path) -> None:
    told = (lab / "hosts/mediabox/opt/stacks/media/.env").read_text(encoding="utf-8")
    assert f"MEDIA_ROOT={lab}/hosts/mediabox/srv/media\n" in told
    assert hosts.PLACE not in told


def test_the_media_stack_was_edited_on_its_host_and_is_partly_behind(lab: Path) -> None:
    commits, stack = repositories.trees("homelab-apps"), lab / "hosts/mediabox/opt/stacks/media"
    assert (stack / "vpn.yml").read_bytes() == commits["drop_jackett"]["media/vpn.yml"] != commits["plex_route"]["media/vpn.yml"]
    assert (stack / "compose.yml").read_bytes() not in [tree["media/compose.yml"] for tree in commits.values()]
    assert (stack / "gluetun/config.toml").read_bytes() == commits["plex_route"]["media/gluetun/config.toml"]
    assert (lab / "hosts/mediabox/srv/media/torrents").is_dir()


def test_the_edge_host_is_a_checkout_in_which_somebody_works(lab: Path) -> None:
    checkout = lab / "hosts/edgebox/opt/stacks"
    assert git(checkout, "status", "--porcelain", "--branch").split("\n") == [
        "## dns-over-tls...origin/main [ahead 1, behind 4]",
        " M edge/traefik/dynamic.yml",
    ]
    assert git(checkout, "diff", "--name-only", "HEAD~1", "HEAD") == "edge/traefik/traefik.yml"
