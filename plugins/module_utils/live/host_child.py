# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read an app's folder as the app's own user, and see nothing else of the host meanwhile.

A database library that runs as root leaves files of root beside the database it opens, and such a file locks the app
out. The folder is the app's to fill, too: a link in it may point anywhere. So whatever opens a file in there runs in a child
that has the folder for its root directory and the file's owner for its user.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import select
import signal
import time
from typing import Any, Callable, List, Optional, Sequence, Tuple

#: How long one reading may take, in seconds, before it is given up.
PATIENCE = 20.0
_CHUNK = 65536


@dataclasses.dataclass(frozen=True)
class Unreadable:
    """Why something on the host cannot be read, and what a person can do."""

    reason: str
    remedy: str = ""


class Trouble(Exception):
    """Raised in a child to say why something cannot be read."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.unreadable = Unreadable(reason, remedy)


def owner_of(path: str) -> Tuple[int, int]:
    """User and group that a file belongs to; a link is not followed. Raises OSError."""
    told = os.lstat(path)
    return told.st_uid, told.st_gid


def in_folder(folder: str, owner: Tuple[int, int], call: Callable[[str], Any], patience: float = PATIENCE, keep: Sequence[int] = ()) -> Any:
    """What ``call(root)`` returns in a child that runs as ``owner``, or Unreadable.

    ``root`` is how the child has to name the folder. What is returned has to be JSON, and reaches the caller over a pipe. Without the rights
    of root the child stays who the caller is. Of the caller's descriptors it has those in ``keep``. It is gone when this returns.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _close_others((0, 1, 2, writer, *keep))
        _run_child(writer, folder, owner, call, patience)
    os.close(writer)
    try:
        text = _received(reader, time.monotonic() + patience)
    finally:
        os.close(reader)
        _end(child)
    if not text:
        return Unreadable("reading {0} took longer than {1:.0f} seconds or broke off".format(folder, patience), "run again")
    answer = json.loads(text)
    return Unreadable(*answer["unreadable"]) if "unreadable" in answer else answer["told"]


def _end(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    # A child that waits for a dead file server does not even end when it is killed.
    deadline = time.monotonic() + 2
    while os.waitpid(child, os.WNOHANG)[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.001)


def _close_others(keep: Sequence[int]) -> None:
    # Who waits for the end of the caller sees it by the end of a pipe, which must not live on in here.
    kept = sorted(set(keep))
    for low, high in zip(kept, [*kept[1:], os.sysconf("SC_OPEN_MAX")]):
        os.closerange(low + 1, high)


def _run_child(writer: int, folder: str, owner: Tuple[int, int], call: Callable[[str], Any], patience: float) -> None:
    """Never returns: whatever happens, the caller's code must not go on in a second process."""
    try:
        # Should the caller be killed, nobody else ends this process.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(patience) + 1)
        _send(writer, _answer(folder, owner, call))
    finally:
        os._exit(0)


def _answer(folder: str, owner: Tuple[int, int], call: Callable[[str], Any]) -> Any:
    try:
        return {"told": call(_enter(folder, owner))}
    except Trouble as trouble:
        return {"unreadable": [trouble.unreadable.reason, trouble.unreadable.remedy]}
    except PermissionError as error:
        return {"unreadable": ["{0} may not be read".format(error.filename or folder), "run with become"]}
    except OSError as error:
        return {"unreadable": ["{0}: {1}".format(error.filename or folder, error.strerror), ""]}
    except Exception as error:
        # A text of an error may hold what was read.
        return {"unreadable": ["{0} cannot be read ({1})".format(folder, type(error).__name__), ""]}


def _enter(folder: str, owner: Tuple[int, int]) -> str:
    os.chdir(folder)
    if os.geteuid() != 0:
        return folder
    # Folders above may be closed to the app's user (/var/lib/docker is), so the folder becomes the root first.
    os.chroot(".")
    os.setgroups([])
    os.setgid(owner[1])
    os.setuid(owner[0])
    return "/"


def _send(writer: int, answer: Any) -> None:
    data = json.dumps(answer).encode("ascii")
    while data:
        data = data[os.write(writer, data[:_CHUNK]) :]


def _received(reader: int, deadline: float) -> Optional[str]:
    parts: List[bytes] = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return None
        part = os.read(reader, _CHUNK)
        if not part:
            return b"".join(parts).decode("ascii")
        parts.append(part)


def read_text(root: str, name: str, limit: int = 4 << 20) -> Optional[str]:
    """The text of a file below ``root``, None where there is none. To be called in a child. Raises OSError, Trouble."""
    try:
        descriptor = os.open(os.path.join(root, name), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Trouble("{0} is larger than {1} MiB".format(name, limit >> 20))
    # Another codec would have to be imported, and the child sees no library any more.
    return data.decode("utf-8", "replace").lstrip("\ufeff")
