# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which running project is which stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_match import (
    live_projects,
    match_stacks,
    project_name,
    split_paths,
)


def _container(project: str, folder: str, image: str = "radarr", created: str = "2026-01-01", **more: str) -> dict[str, Any]:
    labels = {
        "com.docker.compose.project": project,
        "com.docker.compose.config-hash": "h",
        "com.docker.compose.project.working_dir": folder,
        "com.docker.compose.project.config_files": folder + "/compose.yml",
        **more,
    }
    return {"Name": "/" + project, "Created": created, "Config": {"Image": image, "Labels": labels}}


def test_labels_win_over_folder_and_images(tmp_path: Path) -> None:
    projects = live_projects([_container("media", "/opt/a"), _container("frontdoor", "/opt/edge")])
    matches = match_stacks([{"name": "media"}, {"name": "proxy", "project_directory": "/opt/edge"}], projects)
    assert (matches["media"].how, matches["proxy"].how) == ("label", "directory")


def test_images_are_only_a_guess_and_need_the_majority() -> None:
    projects = live_projects([_container("renamed", "/srv/x", "radarr"), _container("renamed", "/srv/x", "sonarr")])
    assert match_stacks([{"name": "media", "images": ["radarr", "sonarr", "plex"]}], projects)["media"].how == "image"
    assert match_stacks([{"name": "media", "images": ["radarr", "lidarr", "plex"]}], projects)["media"].how == ""


def test_a_stack_that_this_host_has_to_run_is_declared() -> None:
    matches = match_stacks([{"name": "a", "assigned": True}, {"name": "b"}], {})
    assert (matches["a"].how, matches["b"].how) == ("declared", "")


def test_an_image_that_compose_built_is_no_project() -> None:
    container = _container("media", "/opt/a")
    del container["Config"]["Labels"]["com.docker.compose.config-hash"]
    assert live_projects([container]) == {}


def test_the_newest_container_names_the_files() -> None:
    old = _container("media", "/opt/old", created="2026-01-01")
    new = _container("media", "/opt/new", created="2026-02-01")
    assert live_projects([new, old])["media"].config_files == ("/opt/new/compose.yml",)


def test_a_comma_may_be_part_of_a_path(tmp_path: Path) -> None:
    odd, plain = tmp_path / "a,b.yml", tmp_path / "c.yml"
    odd.touch()
    plain.touch()
    assert split_paths("{0},{1}".format(odd, plain)) == (str(odd), str(plain))


def test_a_managers_folder_is_found_where_its_volume_is(tmp_path: Path) -> None:
    (tmp_path / "compose" / "7").mkdir(parents=True)
    portainer = {
        "Name": "/portainer",
        "Config": {"Image": "portainer/portainer-ce:2.21", "Labels": {}},
        "Mounts": [{"Destination": "/data", "Source": str(tmp_path)}],
    }
    project = live_projects([portainer, _container("media", "/data/compose/7")])["media"]
    assert (project.manager, project.folder) == ("portainer", str(tmp_path / "compose" / "7"))
    assert project.config_files == (str(tmp_path / "compose" / "7" / "compose.yml"),)


@pytest.mark.parametrize(
    ("stack", "name"),
    [
        ({"name": "media", "project_directory": "/opt/My Media.Stack/"}, "mymediastack"),
        ({"name": "x", "project_name": "told"}, "told"),
        ({"name": "x", "folder": "stacks/_edge"}, "edge"),
    ],
)
def test_project_name_is_in_composes_spelling(stack: dict[str, Any], name: str) -> None:
    assert project_name(stack) == name


def test_a_project_is_followed_into_the_folder_that_its_stack_is_said_to_have(tmp_path: Path) -> None:
    gone = tmp_path / "old" / "media"
    projects = live_projects([_container("media", str(gone), **{"com.docker.compose.project.environment_file": f"{gone}/other.env"})])
    match = match_stacks([{"name": "media", "project_name": "media", "project_directory": str(tmp_path)}], projects)["media"]
    assert match.how == "label" and match.project is not None
    assert (match.project.folder, match.project.working_dir) == (str(tmp_path), str(gone))
    assert match.project.config_files == (f"{tmp_path}/compose.yml",)
    assert match.project.env_files == (f"{tmp_path}/other.env",)


def test_another_folder_that_is_still_there_is_another_project(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    projects = live_projects([_container("media", str(tmp_path / "media"))])
    assert match_stacks([{"name": "media", "project_name": "media", "project_directory": str(tmp_path)}], projects)["media"].how == ""


def test_env_files_of_the_newest_call_and_whether_all_calls_agree() -> None:
    name = "com.docker.compose.project.environment_file"
    old, new = _container("media", "/opt/a"), _container("media", "/opt/a", created="2026-02-01", **{name: "/opt/a/other.env"})
    project = live_projects([old, new])["media"]
    assert (project.env_files, project.one_call) == (("/opt/a/other.env",), False)
    same = live_projects([old, _container("media", "/opt/a", created="2026-02-01", **{name: "/opt/a/.env"})])["media"]
    assert (same.env_files, same.one_call) == ((), True)
