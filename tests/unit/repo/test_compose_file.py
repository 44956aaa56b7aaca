# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folders are stacks, and which files compose would take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo import git
from ansible_collections.homelab.media_center.plugins.module_utils.repo.compose_file import assigned, default_files, discover
from ansible_collections.homelab.media_center.plugins.module_utils.repo.tree import Tree, join

from support.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def tree_of(tmp_path: Path, paths: Iterable[str] | dict[str, str]) -> Tree:
    files = paths if isinstance(paths, dict) else dict.fromkeys(paths, "services: {}\n")
    return Tree(git.open_checkout(str(Repository(tmp_path / "homelab-apps", files).root), "homelab-apps"))


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["compose.yml", "compose.yaml"], ("compose.yaml",)),
        (["docker-compose.yaml", "docker-compose.yml"], ("docker-compose.yml",)),
        (["docker-compose.yml", "docker-compose.override.yml"], ("docker-compose.yml", "docker-compose.override.yml")),
        (["compose.yaml", "compose.override.yaml", "compose.override.yml"], ("compose.yaml", "compose.override.yml")),
        (["compose.override.yml"], ()),
        (["compose.yaml.j2"], ("compose.yaml",)),
        (["other.yaml"], ()),
    ],
)
def test_files_are_taken_as_compose_takes_them(tmp_path: Path, there: list[str], taken: tuple[str, ...]) -> None:
    assert default_files(tree_of(tmp_path, ["media/" + name for name in there]), "media") == taken


def test_a_tracked_env_names_files_project_and_profiles(tmp_path: Path) -> None:
    env = "COMPOSE_FILE=compose.yaml:gpu.yaml\nCOMPOSE_PROJECT_NAME=films\nCOMPOSE_PROFILES=a, b\n"
    tree = tree_of(tmp_path, {"media/compose.yaml": "", "media/gpu.yaml": "", "media/.env": env})
    (stack,) = discover(tree, "homelab-apps")
    assert (stack.files, stack.project_name, stack.profiles) == (("compose.yaml", "gpu.yaml"), "films", ("a", "b"))


def test_every_folder_with_a_compose_file_is_a_stack(tmp_path: Path) -> None:
    stacks = discover(tree_of(tmp_path, ["compose.yml", "media/compose.yaml", "a/web/compose.yaml", "b/web/docker-compose.yml", "docs/x.yaml"]), "homelab-apps")
    assert [(stack.name, stack.folder) for stack in stacks] == [("homelab-apps", ""), ("a/web", "a/web"), ("b/web", "b/web"), ("media", "media")]
    assert not any(stack.assigned for stack in stacks)


@pytest.mark.parametrize(
    ("entry", "folder", "files"),
    [
        ({"name": "media"}, "media", ("compose.yaml",)),
        ({"name": "hosts/web"}, "hosts/web", ("compose.yaml",)),
        ({"name": "films", "folder": "media"}, "media", ("compose.yaml",)),
        ({"name": "media", "files": ["compose.yaml", "gpu.yaml"]}, "media", ("compose.yaml", "gpu.yaml")),
        ({"name": "films", "files": ["media/compose.yaml", "media/gpu.yaml"]}, "media", ("compose.yaml", "gpu.yaml")),
        ({"name": "films", "files": ["media/compose.yaml", "common/base.yaml"]}, "media", ("compose.yaml", "../common/base.yaml")),
        ({"name": "tpl", "files": ["compose.yaml.j2"]}, "tpl", ("compose.yaml",)),
        ({"name": "top", "folder": "."}, "", ("compose.yml",)),
    ],
)
def test_an_entry_finds_its_stack(tmp_path: Path, entry: dict[str, Any], folder: str, files: tuple[str, ...]) -> None:
    there = ["compose.yml", "media/compose.yaml", "media/gpu.yaml", "hosts/web/compose.yaml", "common/base.yaml", "tpl/compose.yaml.j2"]
    stack = assigned(tree_of(tmp_path, there), "homelab-apps", entry)
    assert (stack.folder, stack.files, stack.assigned) == (folder, files, True)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"name": "plex"}, "homelab-apps has no stack plex"),
        ({"name": "web"}, "can be any of the folders a/web, b/web"),
        ({"name": "media", "files": ["gone.yaml"]}, "has no file media/gone.yaml"),
        ({"name": "docs", "folder": "docs"}, "has no compose file in docs"),
        ({"name": "media", "files": ["../../etc/passwd"]}, "has no file"),
    ],
)
def test_an_entry_without_a_stack_is_a_sentence(tmp_path: Path, entry: dict[str, Any], sentence: str) -> None:
    with pytest.raises(GatewayError, match=sentence) as caught:
        assigned(tree_of(tmp_path, ["media/compose.yaml", "a/web/compose.yaml", "b/web/compose.yaml", "docs/x.md"]), "homelab-apps", entry)
    assert caught.value.remedy


def test_a_file_that_is_not_committed_yet_is_read(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, ["media/compose.yaml"])
    (tree.checkout.root / "media" / "new.yaml").write_text("services: {}\n")
    assert assigned(tree, "homelab-apps", {"name": "media", "files": ["compose.yaml", "new.yaml"]}).files == ("compose.yaml", "new.yaml")


@pytest.mark.parametrize(
    ("folder", "path", "joined"),
    [("a", "b", "a/b"), ("a", "../b", "b"), ("a", "..", ""), ("a", "../..", None), ("a", "../../b", None), ("", "/etc", None), ("a", "~/x", None)],
)
def test_paths_stay_in_the_repository(folder: str, path: str, joined: str | None) -> None:
    assert join(folder, path) == joined
