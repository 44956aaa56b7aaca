# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file system a path of this host lies on."""

from __future__ import annotations

import os
import re
from typing import Iterable, Optional, Tuple

MOUNTS = "/proc/self/mountinfo"
#: Where locks and shared memory of another machine or program are not seen, so that a database in use cannot be read safely.
_FAR = re.compile(r"nfs\d?|cifs|smb\w*|fuse(?:\..*)?|fuseblk|9p|virtiofs|ceph|glusterfs|lustre|afs|davfs|gfs2|ocfs2|vboxsf|prl_fs|vmhgfs")
_ESCAPE = re.compile(r"\\([0-7]{3})")


def far_file_system(path: str, mounts: Optional[Iterable[str]] = None) -> str:
    """The type of the file system of a path where it is a network or user space one, else an empty text.

    ``mounts`` are the lines of ``/proc/self/mountinfo`` (proc(5)); by default they are read, and an empty text is
    returned where there are none.
    """
    kind = _type_of(os.path.realpath(path), _lines() if mounts is None else mounts)
    return kind if _FAR.fullmatch(kind) else ""


def _lines() -> Tuple[str, ...]:
    try:
        with open(MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            return tuple(file)
    except OSError:
        return ()


def _type_of(path: str, mounts: Iterable[str]) -> str:
    longest, kind = -1, ""
    for line in mounts:
        left, dummy, right = line.partition(" - ")
        words = left.split()
        if len(words) < 5 or not right:
            continue
        point = _ESCAPE.sub(lambda match: chr(int(match.group(1), 8)), words[4]).rstrip("/")
        # Of two mounts on one point the later one is seen.
        if len(point) >= longest and (path == point or path.startswith(point + "/")):
            longest, kind = len(point), right.split()[0]
    return kind
