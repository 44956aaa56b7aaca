# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack's files on the host: read, compared with git, and laid out for compose without touching the real folder.

Git's version of a stack is laid into a private folder that mirrors the absolute
paths of the host, so ``..`` and relative paths mean what they mean in the real folder, and
cutting the private prefix off compose's answer maps every path back. What git does
not track (``.env``, secret files) is reached through symbolic links and so never copied.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import posixpath
import re
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.env_file import read_env
from ansible_collections.homelab.media_center.plugins.module_utils.core.git_blob import blob_id

#: A directory with more entries than this is not linked entry by entry.
MAX_ENTRIES = 5000
MAX_BYTES = 1 << 20

_UP = re.compile(rb"(?<![\w.])\.\.(?![\w.])")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*\Z")


@dataclasses.dataclass(frozen=True)
class GitFile:
    """One file of a stack as git has it. ``content`` is None when it is too large to carry; ``blobs`` are the ids it ever had, newest first."""

    path: str
    content: Optional[bytes]
    blob: str = ""
    mode: int = 0o644
    file: str = ""
    template: Optional[str] = None
    blobs: Tuple[Tuple[str, str, str], ...] = ()
    referenced: bool = False

    @property
    def blob_id(self) -> str:
        """Git's id of the content."""
        return blob_id(self.content) if self.content is not None else self.blob


@dataclasses.dataclass(frozen=True)
class FileState:
    """One tracked file, git against host. ``status``: same, missing, older, edited, unreadable."""

    git: GitFile
    host_path: str
    status: str
    commit: str = ""
    date: str = ""
    lines: int = 0


def host_path(directory: str, path: str) -> str:
    """The absolute path on the host of a path relative to the stack's folder."""
    return posixpath.normpath(posixpath.join(directory, path))


def read_file(path: str, limit: int = MAX_BYTES) -> Optional[bytes]:
    """The bytes of a regular file; None when it does not exist. Raises OSError when it may not be read or is too large."""
    try:
        with open(path, "rb") as handle:
            data = handle.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    if len(data) > limit:
        raise OSError(27, "file is larger than {0} bytes".format(limit), path)
    return data


def file_state(directory: str, git: GitFile) -> FileState:
    """How the host's copy stands to git's. An older committed version is told from an edit by its blob id."""
    path = host_path(directory, git.path)
    try:
        data = read_file(path, max(MAX_BYTES, 64 * MAX_BYTES if git.content is None else 0))
    except OSError:
        return FileState(git, path, "unreadable")
    if data is None:
        return FileState(git, path, "missing")
    found = blob_id(data)
    if found == git.blob_id:
        return FileState(git, path, "same")
    differing = _differing_lines(git.content, data)
    for blob, commit, date in git.blobs:
        if blob == found:
            return FileState(git, path, "older", commit, date, differing)
    return FileState(git, path, "edited", lines=differing)


def _differing_lines(left: Optional[bytes], right: bytes) -> int:
    if left is None:
        return 0
    ours, theirs = left.splitlines(), right.splitlines()
    return len(set(ours) ^ set(theirs)) or abs(len(ours) - len(theirs)) or 1


def lay_out(root: str, directory: str, files: Mapping[str, GitFile]) -> str:
    """Lay git's files below ``root`` at the host's absolute paths; returns the stack's folder there.

    Whatever else the host has beside them is linked, so that compose finds it: in the folders of the files themselves, and as far above
    them as their text climbs.
    """
    laid: Dict[str, GitFile] = {host_path(directory, each.path): each for each in files.values() if each.content is not None}
    own = {posixpath.normpath(directory), *(posixpath.dirname(path) for path in laid)}
    for folder in sorted(own):
        os.makedirs(root + folder, mode=0o700, exist_ok=True)
    for path, each in laid.items():
        descriptor = os.open(root + path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(each.content or b"")
    linked = set(own)
    climbs = _climbs(own, laid)
    for folder in own:
        for _step in range(climbs):
            folder = posixpath.dirname(folder)
            linked.add(folder)
    for folder in linked:
        _link_rest(root, folder)
    return root + posixpath.normpath(directory)


def _climbs(folders: Iterable[str], laid: Mapping[str, GitFile]) -> int:
    """How many levels above themselves the files can name at most: an included file starts where the including one got to."""
    texts = [each.content or b"" for each in laid.values()]
    for folder in folders:
        with contextlib.suppress(OSError):
            names = [name for name in os.listdir(folder) if name.endswith((".yml", ".yaml", ".env")) or name.startswith(".env")]
            for path in (posixpath.join(folder, name) for name in names):
                with contextlib.suppress(OSError):
                    texts.append(b"" if path in laid else read_file(path) or b"")
    return sum(len(_UP.findall(text)) for text in texts)


def _link_rest(root: str, folder: str) -> None:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    if len(names) > MAX_ENTRIES:
        return
    for name in names:
        link = posixpath.join(root + folder, name)
        if not os.path.lexists(link):
            os.symlink(posixpath.join(folder, name), link)


def mapped_back(value: Any, root: str) -> Any:
    """Compose's answer with the private prefix cut off every text."""
    if isinstance(value, str):
        return value.replace(root, "")
    if isinstance(value, dict):
        return {mapped_back(key, root): mapped_back(each, root) for key, each in value.items()}
    if isinstance(value, list):
        return [mapped_back(each, root) for each in value]
    return value


def env_values(directory: str, env_files: Tuple[str, ...]) -> Dict[str, str]:
    """Keys and raw values of the host's env files; a file that may not be read says nothing."""
    found: Dict[str, str] = {}
    for path in env_files or (".env",):
        try:
            data = read_file(host_path(directory, path))
        except OSError:
            continue
        told = read_env((data or b"").decode("utf-8", "replace"))
        found.update({key: assignment.value for key, assignment in told.items() if assignment.value is not None})
    return found


def plain_values(directory: str, env_files: Tuple[str, ...]) -> Dict[str, str]:
    """Those of the values that mean the same in every reading: no quote, no expansion, no blank."""
    return {key: value for key, value in env_values(directory, env_files).items() if _PLAIN.match(value)}
