# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container changed in its own layer, read from the folder in which the kernel keeps it.

The engine answers the same from ``/containers/{id}/changes``, but compares whole file systems for it where it may not use the overlay's own
bookkeeping: 11 ms of one core for each container with Docker 20.10 and images of a single file, more with real ones.
"""

from __future__ import annotations

import os
import stat
from typing import Any, Iterator, List, Mapping, Optional, Set, Tuple


def changed_paths(inspect: Mapping[str, Any]) -> Optional[Set[str]]:
    """The paths that were added, changed or removed below the container's root; None where they cannot be read here.

    Another storage driver, an engine on another machine or in a mount namespace of its own, and a caller who is not root cannot.
    A folder counts only where it is new or has another owner or mode: the kernel copies each folder up in which something was written.
    """
    driver = inspect.get("GraphDriver") or {}
    data = driver.get("Data") or {}
    upper, lower = str(data.get("UpperDir") or ""), str(data.get("LowerDir") or "")
    if driver.get("Name") != "overlay2" or not upper.startswith("/") or not lower or os.geteuid() != 0:
        return None
    try:
        return {path for path, own in _walk(upper, "/") if not _unchanged(own, path, upper, lower.split(":"))}
    except OSError:
        # The container may be removed while it is read; and of a folder that was made anew, what it had held is told by the engine only.
        return None


def _walk(folder: str, below: str) -> Iterator[Tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        found: List[os.DirEntry[str]] = list(entries)
    for entry in found:
        path = below + entry.name
        own = entry.stat(follow_symlinks=False)
        yield path, own
        if stat.S_ISDIR(own.st_mode):
            yield from _walk(entry.path, path + "/")


def _unchanged(own: os.stat_result, path: str, upper: str, lower: List[str]) -> bool:
    """Whether this is a folder as the image has it. The first layer that has the path counts. Raises OSError for one that was made anew."""
    if not stat.S_ISDIR(own.st_mode):
        return False
    for layer in lower:
        try:
            before = os.lstat(layer + path)
        except OSError:
            continue
        if not stat.S_ISDIR(before.st_mode):
            return False
        if _covers(upper + path):
            raise OSError("{0} was made anew".format(path))
        return (before.st_mode, before.st_uid, before.st_gid) == (own.st_mode, own.st_uid, own.st_gid)
    return False


def _covers(folder: str) -> bool:
    """Whether the kernel shows nothing of the layers below this folder."""
    try:
        return os.getxattr(folder, "trusted.overlay.opaque", follow_symlinks=False) == b"y"
    except OSError:
        return False
