# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which running project is which stack of git."""

from __future__ import annotations

import dataclasses
import os
import posixpath
import re
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

LABEL = "com.docker.compose."
#: Programs that keep stacks in a folder of their own: image name and the folder as the program sees it.
MANAGERS = {"portainer": "/data/compose", "dockge": "/opt/stacks", "komodo": "/etc/komodo"}


@dataclasses.dataclass(frozen=True)
class LiveProject:
    """A compose project as the labels of its containers describe it; ``folder`` is where the host has it.

    ``env_files`` are those of ``--env-file``; ``one_call`` says whether all containers were made with the same ones.
    """

    name: str
    working_dir: str
    config_files: Tuple[str, ...]
    env_files: Tuple[str, ...]
    containers: Tuple[Mapping[str, Any], ...]
    manager: str = ""
    folder: str = ""
    one_call: bool = True

    def images(self) -> List[str]:
        """The image references of its containers."""
        return [str((each.get("Config") or {}).get("Image") or "") for each in self.containers]


@dataclasses.dataclass(frozen=True)
class Match:
    """A stack's project, and how it was recognised: label, directory, image (a guess), declared (not running) or nothing."""

    project: Optional[LiveProject]
    how: str = ""


def labels(inspect: Mapping[str, Any]) -> Mapping[str, str]:
    """The labels of a container; empty when the engine leaves them out."""
    return (inspect.get("Config") or {}).get("Labels") or {}


def split_paths(joined: str) -> Tuple[str, ...]:
    """The paths of a comma-joined label. A comma may be part of a path, so pieces are joined until a file exists."""
    found: List[str] = []
    held = ""
    for piece in joined.split(",") if joined else ():
        held = held + "," + piece if held else piece
        if os.path.exists(held) or not held.startswith("/"):
            found.append(held)
            held = ""
    return tuple(found + (list(held.split(",")) if held else []))


def live_projects(containers: Sequence[Mapping[str, Any]]) -> Dict[str, LiveProject]:
    """The compose projects of a host by name."""
    grouped: Dict[str, List[Mapping[str, Any]]] = {}
    for each in containers:
        # An image that compose built carries the project label too; only a service's container has a hash.
        if labels(each).get(LABEL + "project") and labels(each).get(LABEL + "config-hash"):
            grouped.setdefault(labels(each)[LABEL + "project"], []).append(each)
    managers = _managers(containers)
    found = {}
    for name, members in grouped.items():
        # Services that were created by different calls may name different files: the newest call knows best.
        newest = labels(max(members, key=lambda each: str(each.get("Created") or "")))
        working_dir = newest.get(LABEL + "project.working_dir", "")
        manager, folder = _managed(working_dir, managers)
        calls = {_env_files(labels(each)) for each in members}
        found[name] = LiveProject(
            name,
            working_dir,
            tuple(_moved(path, working_dir, folder) for path in split_paths(newest.get(LABEL + "project.config_files", ""))),
            tuple(_moved(path, working_dir, folder) for path in _env_files(newest)),
            tuple(members),
            manager,
            folder,
            len(calls) == 1,
        )
    return found


def _env_files(told: Mapping[str, str]) -> Tuple[str, ...]:
    paths = split_paths(told.get(LABEL + "project.environment_file", ""))
    # Named or not, the file beside the compose file is the one that compose takes by itself.
    return () if paths == (posixpath.join(told.get(LABEL + "project.working_dir", ""), ".env"),) else paths


def _managers(containers: Sequence[Mapping[str, Any]]) -> Dict[str, Mapping[str, Any]]:
    found = {}
    for each in containers:
        image = str((each.get("Config") or {}).get("Image") or "").lower()
        for name in MANAGERS:
            if re.search(r"(^|[/-]){0}([:@-]|-ce|-ee|$)".format(name), image):
                found[name] = each
    return found


def _managed(working_dir: str, managers: Mapping[str, Mapping[str, Any]]) -> Tuple[str, str]:
    for name, container in managers.items():
        inside = MANAGERS[name]
        for mount in container.get("Mounts") or ():
            destination, source = str(mount.get("Destination") or ""), str(mount.get("Source") or "")
            if destination in ("", "/") or not (_within(inside, destination) or _within(destination, inside)):
                continue
            if _within(working_dir, destination) and not os.path.isdir(working_dir):
                return name, posixpath.normpath(source + working_dir[len(destination) :])
            if _within(working_dir, source) or _within(working_dir, destination):
                return name, working_dir
    return "", working_dir


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _moved(path: str, working_dir: str, folder: str) -> str:
    return folder + path[len(working_dir) :] if folder != working_dir and _within(path, working_dir) else path


def match_stacks(stacks: Sequence[Mapping[str, Any]], projects: Mapping[str, LiveProject]) -> Dict[str, Match]:
    """The match of each stack by name: labels first, then the folder, then, as a guess, the images of its services."""
    found: Dict[str, Match] = {}
    free = dict(projects)
    for how, test in (("label", _by_name), ("directory", _by_directory), ("image", _by_images)):
        for stack in stacks:
            if stack["name"] in found:
                continue
            hit = next((each for each in free.values() if test(stack, each)), None)
            if hit is not None:
                found[stack["name"]] = Match(_followed(hit, stack), how)
                del free[hit.name]
    for stack in stacks:
        found.setdefault(stack["name"], Match(None, "declared" if stack.get("assigned") else ""))
    return found


def _followed(project: LiveProject, stack: Mapping[str, Any]) -> LiveProject:
    """The project, in the folder that its stack is said to have where the one that it was started in is gone."""
    told, folder = str(stack.get("project_directory") or ""), project.folder
    if not folder or os.path.isdir(folder) or not os.path.isdir(told):
        return project
    config_files, env_files = (tuple(_moved(path, folder, told) for path in paths) for paths in (project.config_files, project.env_files))
    return dataclasses.replace(project, folder=told, config_files=config_files, env_files=env_files)


def project_name(stack: Mapping[str, Any]) -> str:
    """The project name that compose gives a stack: the one it is told, else the folder's, in compose's spelling."""
    if stack.get("project_name"):
        return str(stack["project_name"])
    folder = stack.get("project_directory") or stack.get("folder") or stack["name"]
    return re.sub(r"[^a-z0-9_-]", "", posixpath.basename(str(folder).rstrip("/")).lower()).lstrip("_-")


def _by_name(stack: Mapping[str, Any], project: LiveProject) -> bool:
    if project.name != project_name(stack):
        return False
    # Two folders may have one basename; a folder that was named for this stack decides, unless one of the two was moved away.
    told = str(stack.get("project_directory") or "")
    if not told or not project.working_dir or posixpath.normpath(told) == posixpath.normpath(project.working_dir):
        return True
    return not os.path.isdir(told) or not os.path.isdir(project.folder)


def _by_directory(stack: Mapping[str, Any], project: LiveProject) -> bool:
    told = stack.get("project_directory")
    return bool(told) and posixpath.normpath(str(told)) in (posixpath.normpath(project.working_dir or "-"), posixpath.normpath(project.folder or "-"))


def _by_images(stack: Mapping[str, Any], project: LiveProject) -> bool:
    wanted = set(stack.get("images") or ())
    return bool(wanted) and not stack.get("project_directory") and len(wanted.intersection(project.images())) * 2 > len(wanted)
