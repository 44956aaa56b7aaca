# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the compose stacks of a repository: which folders are one, and which files compose itself would take.

File names and their order of precedence: compose-go ``cli.DefaultFileNames`` and ``cli.DefaultOverrideFileNames``.
"""

from __future__ import annotations

import dataclasses
import posixpath
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.env_file import read_env
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo.tree import TEMPLATE_SUFFIX, Tree, join

DEFAULT_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_FILES = ("compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml")


@dataclasses.dataclass(frozen=True)
class Stack:
    """One compose project of a repository. Paths are relative to ``folder``, which is relative to the repository."""

    name: str
    repository: str
    folder: str
    files: Tuple[str, ...]
    env_files: Tuple[str, ...] = ()
    profiles: Tuple[str, ...] = ()
    project_name: Optional[str] = None
    project_directory: Optional[str] = None
    template: bool = False
    vars_files: Tuple[str, ...] = ()
    assigned: bool = False


def default_files(tree: Tree, folder: str) -> Tuple[str, ...]:
    """The files that compose takes in a folder when it is told none; empty when the folder is no stack.

    A tracked ``.env`` may name them in COMPOSE_FILE; else it is the first default file with its first override.
    """
    here = _tracked_env(tree, folder)
    if here.get("COMPOSE_FILE"):
        return tuple(part for part in here["COMPOSE_FILE"].split(here.get("COMPOSE_PATH_SEPARATOR") or ":") if part)
    main = _first(tree, folder, DEFAULT_FILES)
    override = _first(tree, folder, OVERRIDE_FILES) if main else None
    return tuple(each for each in (main, override) if each)


def discover(tree: Tree, repository: str) -> List[Stack]:
    """Every stack of the repository, sorted by folder.

    A stack is called as its folder; where two folders have one name, each by its path.
    """
    names = DEFAULT_FILES + tuple(name + TEMPLATE_SUFFIX for name in DEFAULT_FILES)
    folders = sorted({posixpath.dirname(path) for path in tree.entries if posixpath.basename(path) in names})
    called = [posixpath.basename(folder) for folder in folders]
    stacks = []
    for folder, short in zip(folders, called):
        files = default_files(tree, folder)
        name = (short if called.count(short) == 1 else folder) or tree.checkout.root.name
        if files:
            stacks.append(_with_env(tree, Stack(name, repository, folder, files)))
    return stacks


def assigned(tree: Tree, repository: str, entry: Mapping[str, Any]) -> Stack:
    """The stack that an entry of ``media_center_stacks`` means. Raises GatewayError when the repository has no such stack.

    Without ``folder`` the stack's folder is the one whose path or last part is the stack's name. ``files`` are relative to the
    folder; where no folder has them, they are paths in the repository, and the folder is that of the first file.
    """
    name = str(entry["name"])
    folder, files = _located(tree, name, repository, entry)
    files = files or list(default_files(tree, folder))
    if not files:
        raise GatewayError(
            "stack {0}: {1} has no compose file in {2}".format(name, repository, folder or "its root folder"),
            target=repository,
            remedy="commit the file, or name it in the stack's files",
        )
    stack = Stack(
        name=name,
        repository=repository,
        folder=folder,
        files=tuple(files),
        env_files=_strings(entry, "env_files"),
        profiles=_strings(entry, "profiles"),
        project_name=entry.get("project_name") or None,
        project_directory=entry.get("project_directory") or None,
        template=bool(entry.get("template")),
        vars_files=_strings(entry, "vars_files"),
        assigned=True,
    )
    missing = [each for each in stack.files if not _has(tree, join(folder, each))]
    if missing:
        raise GatewayError(
            "stack {0}: {1} has no file {2}".format(name, repository, posixpath.join(folder, missing[0])),
            target=repository,
            remedy="commit the file, or correct the stack's files",
        )
    return _with_env(tree, stack)


def _with_env(tree: Tree, stack: Stack) -> Stack:
    """The stack with what a tracked ``.env`` says about project name and profiles."""
    here = _tracked_env(tree, stack.folder)
    profiles = stack.profiles or tuple(part.strip() for part in here.get("COMPOSE_PROFILES", "").split(",") if part.strip())
    return dataclasses.replace(stack, profiles=profiles, project_name=stack.project_name or here.get("COMPOSE_PROJECT_NAME") or None)


def _tracked_env(tree: Tree, folder: str) -> Dict[str, str]:
    found = tree.find(posixpath.join(folder, ".env"))
    if found is None or found.template:
        return {}
    try:
        return {key: each.value for key, each in read_env(tree.text(found)).items() if each.value is not None}
    except GatewayError:
        return {}


def _first(tree: Tree, folder: str, names: Sequence[str]) -> Optional[str]:
    return next((name for name in names if tree.find(posixpath.join(folder, name)) is not None), None)


def _has(tree: Tree, path: Optional[str]) -> bool:
    return path is not None and (tree.find(path) is not None or tree.find_untracked(path) is not None)


def _located(tree: Tree, name: str, repository: str, entry: Mapping[str, Any]) -> Tuple[str, List[str]]:
    """The stack's folder in the repository, and the files that the entry names, relative to it."""
    files = [str(each) for each in entry.get("files") or ()]
    files = [each[: -len(TEMPLATE_SUFFIX)] if each.endswith(TEMPLATE_SUFFIX) else each for each in files]
    if entry.get("folder") is not None:
        return join("", str(entry["folder"])) or "", files
    folder: Optional[str] = None
    try:
        folder = _folder_of(tree, name, repository)
    except GatewayError:
        if not files:
            raise
    if files and not (folder is not None and _has_all(tree, folder, files)) and _has_all(tree, "", files):
        folder = posixpath.dirname(posixpath.normpath(files[0]))
        files = [posixpath.relpath(each, folder or ".") for each in files]
    return name if folder is None else folder, files


def _has_all(tree: Tree, folder: str, files: Sequence[str]) -> bool:
    return all(_has(tree, join(folder, each)) for each in files)


def _folder_of(tree: Tree, name: str, repository: str) -> str:
    folders = {stack.folder for stack in discover(tree, repository)}
    if name in folders:
        return name
    same = sorted(folder for folder in folders if posixpath.basename(folder) == name or (not folder and tree.checkout.root.name == name))
    if len(same) == 1:
        return same[0]
    if same:
        raise GatewayError(
            "stack {0} can be any of the folders {1}".format(name, ", ".join(same)),
            target=repository,
            remedy="name the folder in the stack's entry",
        )
    raise GatewayError(
        "{0} has no stack {1}".format(repository, name),
        target=repository,
        remedy="commit a folder of that name with a compose file, or name the stack's folder or files",
    )


def _strings(entry: Mapping[str, Any], key: str) -> Tuple[str, ...]:
    return tuple(str(each) for each in entry.get(key) or ())
