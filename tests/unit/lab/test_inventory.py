# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of a lab."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from lab import inventory
from lab.paths import Paths

APPS = {"radarr": {"url": "http://127.0.0.1:7", "api_key": "k"}}
ENGINES = {"edgebox": "unix:///run/e.sock", "mediabox": "unix:///run/m.sock"}


def test_every_target_is_a_local_host() -> None:
    built = inventory.build(Paths(Path("/lab")), ENGINES, APPS, ["/bin/compose"])["all"]
    docker, checkouts = built["children"]["docker_hosts"], built["children"]["repositories"]["hosts"]
    assert set(docker["hosts"]) == {"edgebox", "mediabox"}
    assert set(checkouts) == {"homelab_apps", "homelab_infra"}
    for host in [*docker["hosts"].values(), *checkouts.values()]:
        assert host["ansible_connection"] == "local"
        assert host["ansible_python_interpreter"] == "{{ ansible_playbook_python }}"
    assert checkouts["homelab_apps"]["media_center_repository_path"] == "/lab/repositories/homelab-apps"
    assert docker["vars"] == {"compose_stacks_compose_command": ["/bin/compose"]}


def test_an_app_is_a_local_host_in_a_group_of_its_kind() -> None:
    media = inventory.build(Paths(Path("/lab")), ENGINES, APPS, None)["all"]["children"]["media_apps"]["children"]
    told = media["radarr"]["hosts"]["radarr"]
    assert (told["media_center_url"], told["media_center_api_key"]) == ("http://127.0.0.1:7", "k")
    assert (told["media_center_docker_host"], told["media_center_container"]) == ("mediabox", "radarr")
    assert told["ansible_connection"] == "local"


def test_a_docker_host_says_where_its_engine_and_its_stacks_are() -> None:
    built = inventory.build(Paths(Path("/lab")), ENGINES, {}, None)["all"]
    edge = built["children"]["docker_hosts"]["hosts"]["edgebox"]
    assert edge["compose_stacks_docker_host"] == "unix:///run/e.sock"
    assert edge["media_center_stacks"] == [
        {
            "name": "edge",
            "repository": "homelab-apps",
            "files": ["compose.yml", "compose.override.yml"],
            "project_directory": "/lab/hosts/edgebox/opt/stacks/edge",
        }
    ]
    assert "vars" not in built["children"]["docker_hosts"]
    assert built["vars"]["media_center_become"] is False
    assert built["vars"]["media_center_report_dir"] == "/lab/report"


def test_the_description_is_written_with_the_inventory(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    inventory.write(paths, ENGINES, APPS)
    assert json.loads(paths.description.read_text(encoding="utf-8")) == {
        "apps": APPS,
        "docker_hosts": {name: {"docker_host": url} for name, url in ENGINES.items()},
    }
    assert set(yaml.safe_load(paths.inventory.read_text(encoding="utf-8"))) == {"all"}


def test_sockets_of_a_deep_lab_lie_in_a_short_folder_of_this_user(tmp_path: Path) -> None:
    shallow, deep = Paths(Path("/l")), Paths(tmp_path / ("d" * 100))
    folder = deep.sockets(20)
    assert len(str(folder)) < 60
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert deep.sockets(20) == folder
    assert Paths(tmp_path / ("e" * 100)).sockets(20) != folder
    assert len(str(shallow.run)) < 60
    for made in (folder, Paths(tmp_path / ("e" * 100)).sockets(20)):
        made.rmdir()


def test_a_link_that_somebody_laid_is_not_used_for_sockets(tmp_path: Path) -> None:
    deep = Paths(tmp_path / ("f" * 100))
    folder = deep.sockets(20)
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(ValueError, match="is not a folder of this user"):
        deep.sockets(20)
    folder.unlink()


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x", encoding="utf-8")
    with pytest.raises(ValueError, match="holds no lab: give another folder"):
        Paths(tmp_path).make()
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]
