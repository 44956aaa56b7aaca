# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes of a container's own layer, read from its folder, beside what a real engine says of them."""

from __future__ import annotations

import json
import os
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_layers import changed_paths

from support.parts import without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support import engine as engines

pytestmark = pytest.mark.engine

#: What each does to the layer, and the leaves that are then changed.
CHANGES = {
    "nothing": ("true", set()),
    "a file is added": ("echo new > /srv/app/added", {"/srv/app/added"}),
    "a file is changed": ("echo more >> /srv/app/users", {"/srv/app/users"}),
    "a file is removed": ("rm /srv/app/users", {"/srv/app/users"}),
    "a file gets another mode": ("chmod 600 /srv/app/users", {"/srv/app/users"}),
    "a folder is made": ("mkdir -p /opt/own/deep", {"/opt/own/deep"}),
    "a folder gets another mode": ("chmod 700 /srv/app", {"/srv/app"}),
    "a file comes and goes": ("touch /srv/app/x && rm /srv/app/x", set()),
    "a link is made": ("ln -s /srv/app/users /srv/app/alias", {"/srv/app/alias"}),
}


@pytest.fixture
def container(docker_engine: engines.Engine, busybox_image: str) -> Iterator[str]:
    name = f"mclayer-{uuid.uuid4().hex[:8]}"
    docker_engine.docker("run", "-d", "--network", "none", "--name", name, busybox_image)
    docker_engine.docker("exec", name, "sh", "-c", "mkdir -p /srv/app && echo root > /srv/app/users && echo two > /srv/app/more")
    image = f"{name}:1"
    docker_engine.docker("commit", name, image)
    docker_engine.docker("rm", "--force", name)
    docker_engine.docker("run", "-d", "--network", "none", "--name", name, image)
    yield name
    docker_engine.docker("rm", "--force", name, check=False)
    docker_engine.docker("image", "rm", "--force", image, check=False)


def leaves(paths: set[str]) -> set[str]:
    made = {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/.dockerenv"}
    return {path for path in paths - made if not any(other.startswith(path + "/") for other in paths) and not path.startswith(("/dev", "/proc", "/sys"))}


@pytest.mark.parametrize("name", CHANGES)
def test_the_folder_tells_what_the_engine_tells(docker_engine: engines.Engine, container: str, name: str) -> None:
    command, expected = CHANGES[name]
    docker_engine.docker("exec", container, "sh", "-c", command)
    inspect: dict[str, Any] = json.loads(docker_engine.docker("container", "inspect", container))[0]
    found = changed_paths(inspect)
    if found is None:
        without("an engine that keeps containers in folders of the overlay, and root")
    with Engine(docker_engine.host) as engine:
        told = {each["Path"] for each in engine.get(f"/containers/{inspect['Id']}/changes") or []}
    assert leaves(found) == expected
    assert leaves(found) == leaves(told)


def test_a_folder_that_was_made_anew_is_left_to_the_engine(docker_engine: engines.Engine, container: str) -> None:
    docker_engine.docker("exec", container, "sh", "-c", "rm -r /srv/app && mkdir /srv/app")
    assert changed_paths(json.loads(docker_engine.docker("container", "inspect", container))[0]) is None


def test_a_folder_that_cannot_be_read_is_left_to_the_engine(docker_engine: engines.Engine, container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    inspect: dict[str, Any] = json.loads(docker_engine.docker("container", "inspect", container))[0]
    data = inspect["GraphDriver"]["Data"]
    assert changed_paths({**inspect, "GraphDriver": {"Name": "vfs", "Data": data}}) is None
    assert changed_paths({**inspect, "GraphDriver": {"Name": "overlay2", "Data": {**data, "UpperDir": "/nowhere"}}}) is None
    assert changed_paths({"Name": "/containerd-store"}) is None
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert changed_paths(inspect) is None
