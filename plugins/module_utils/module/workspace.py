# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one module call may leave on a host: nothing, even when the call is killed."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import tempfile
import threading
from typing import Iterator, List, Optional, Sequence, Tuple

from ansible.module_utils.basic import AnsibleModule

_PAYLOAD = "_payload_"
#: How Ansible names the folder that it makes on a host for one task.
_TASK_FOLDER = "ansible-tmp-"


class Workspace:
    """A private folder of one module call, made when it is first asked for."""

    def __init__(self, path: str, parents: Sequence[str]) -> None:
        self._path = path
        self._parents = parents
        self._made = False
        self._lock = threading.Lock()

    def folder(self) -> str:
        """A 0700 folder in Ansible's temporary directory. May be called from several threads; raises OSError where none can be made."""
        with self._lock:
            if not self._made:
                for each in reversed(self._parents):
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(each, 0o700)
                os.mkdir(self._path, 0o700)
                self._made = True
        return self._path


@contextlib.contextmanager
def workspace(module: AnsibleModule) -> Iterator[Workspace]:
    """A private folder for as long as the block runs.

    A second process outside of the caller's process group waits for the end of this one: where it ends without having
    cleaned up (SIGKILL, a lost connection), or where nobody reads its result any more because the controller was killed, the second one
    removes the folder, the unpacked module, Ansible's folder of this task, and those parents that did not exist before.
    """
    # Ansible's path ends in a slash.
    given = os.path.normpath(module._tmpdir) if module._tmpdir else None
    keep = bool(module._keep_remote_files)
    base = given or _base(module._remote_tmp)
    parents = _missing(base)
    made = Workspace(os.path.join(base, "media_center-" + os.urandom(8).hex()), parents)
    doomed = [made._path]
    if not keep:
        doomed += _payload_folders() + ([given] if given and os.path.basename(given).startswith(_TASK_FOLDER) else [])
    watcher, release = _watch(doomed, parents)
    try:
        yield made
    finally:
        shutil.rmtree(made._path, ignore_errors=True)
        _remove_empty(parents)
        if not _abandoned():
            with contextlib.suppress(OSError):
                os.write(release, b".")
        os.close(release)
        if watcher:
            os.waitpid(watcher, 0)


def _base(remote_tmp: Optional[str]) -> str:
    """Ansible's temporary directory on this host; where it cannot be made, the system's, as Ansible does it itself."""
    path = os.path.expanduser(os.path.expandvars(remote_tmp or ""))
    existing = path
    while existing and not os.path.isdir(existing):
        existing = os.path.dirname(existing)
    return path if os.path.isabs(path) and os.access(existing, os.W_OK | os.X_OK) else tempfile.gettempdir()


def _missing(path: str) -> List[str]:
    """The folders that have to be made for a path, innermost first."""
    found = []
    while path and not os.path.isdir(path):
        found.append(path)
        path = os.path.dirname(path)
    return found


def _payload_folders() -> List[str]:
    # AnsiballZ unpacks the module's code into a folder of the system's temporary directory and imports it from there.
    roots = {os.path.dirname(path) for path in sys.path if path.endswith(".zip") and _PAYLOAD in path}
    return [path for path in roots if os.path.basename(path).startswith("ansible_") and os.stat(path).st_uid == os.geteuid()]


def _abandoned() -> bool:
    """Whether the reader of our result is gone."""
    with contextlib.suppress(OSError, ValueError):
        asked = select.poll()
        asked.register(sys.__stdout__.fileno() if sys.__stdout__ else 1, 0)
        return any(event & (select.POLLERR | select.POLLNVAL) for _descriptor, event in asked.poll(0))
    return False


def _remove_empty(folders: Sequence[str]) -> None:
    for each in folders:
        with contextlib.suppress(OSError):
            os.rmdir(each)


def _watch(doomed: Sequence[str], parents: Sequence[str]) -> Tuple[int, int]:
    """Start the second process: its id, 0 where none can be started, and the descriptor whose end tells it that this process is gone."""
    reader, writer = os.pipe()
    try:
        watcher = os.fork()
    except OSError:
        os.close(reader)
        return 0, writer
    if watcher:
        os.close(reader)
        return watcher, writer
    try:
        os.setsid()
        os.chdir("/")
        for name in ("SIGHUP", "SIGINT", "SIGTERM", "SIGPIPE"):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        # Who waits for the end of a pipe that the module holds shall not wait for us.
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.closerange(3, reader)
        os.closerange(reader + 1, 4096)
        if not os.read(reader, 1):
            for each in doomed:
                shutil.rmtree(each, ignore_errors=True)
            _remove_empty(parents)
    finally:
        os._exit(0)
