# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private folder of one module call that does not outlive the call, even when the call is killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
from typing import Iterator, List, Optional

from ansible.module_utils.basic import AnsibleModule

_PAYLOAD = "_payload_"


@contextlib.contextmanager
def workspace(module: AnsibleModule) -> Iterator[str]:
    """A 0700 folder in Ansible's temporary directory, gone afterwards.

    A second process outside of the caller's process group waits for the end of this one: when it
    ends without having cleaned up (SIGKILL, a lost connection), the second one removes the folder, the unpacked module
    and those parents of Ansible's temporary directory that did not exist before.
    """
    fresh = _missing_parents(module)
    base = module.tmpdir
    folder = tempfile.mkdtemp(prefix="media_center-", dir=base)
    doomed = [folder] if module._keep_remote_files else [folder, base, *_payload_folders()]
    release = _watch(doomed, fresh)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not module._keep_remote_files:
            with contextlib.suppress(OSError):
                os.rmdir(base)
            _remove_empty(fresh)
        os.write(release, b".")
        os.close(release)


def _missing_parents(module: AnsibleModule) -> List[str]:
    if getattr(module, "_tmpdir", None) is not None:
        return []
    path = os.path.expanduser(os.path.expandvars(module._remote_tmp))
    found = []
    while path and not os.path.isdir(path):
        found.append(path)
        path = os.path.dirname(path)
    return found


def _payload_folders() -> List[str]:
    # AnsiballZ unpacks the module's code into a folder of the system's temporary directory and imports it from there.
    roots = {os.path.dirname(path) for path in sys.path if path.endswith(".zip") and _PAYLOAD in path}
    return [path for path in roots if os.path.basename(path).startswith("ansible_")]


def _remove_empty(folders: List[str]) -> None:
    for each in folders:
        with contextlib.suppress(OSError):
            os.rmdir(each)


def _watch(doomed: List[str], fresh: List[str]) -> int:
    """Start the second process; returns the descriptor whose end tells it that this process is gone."""
    reader, writer = os.pipe()
    os.set_inheritable(writer, False)
    if os.fork():
        os.close(reader)
        return writer
    code = 1
    try:
        os.close(writer)
        os.setsid()
        for name in ("SIGHUP", "SIGINT", "SIGTERM", "SIGPIPE"):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        if _last_word(reader) is None:
            for each in doomed:
                shutil.rmtree(each, ignore_errors=True)
            _remove_empty(fresh)
        code = 0
    finally:
        os._exit(code)


def _last_word(reader: int) -> Optional[bytes]:
    return os.read(reader, 1) or None
