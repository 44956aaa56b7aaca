# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of a host that is itself a git checkout: what it holds that no repository of ours has."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
from typing import Callable, Dict, List, Optional, Tuple


@dataclasses.dataclass(frozen=True)
class Checkout:
    """A checkout. ``dirty`` counts changed files; ``unpushed`` is None where no upstream is known."""

    top: str
    branch: str
    head: str
    dirty: int
    unpushed: Optional[int]


def read_checkout(folder: str) -> Optional[Checkout]:
    """The checkout that a folder lies in; None where there is none or git cannot tell.

    Nothing is written, not even git's index, and nothing is run that the checkout configures; as root, git
    runs with the rights of the folder's owner, because a checkout's configuration can name commands.
    """
    top = folder
    while top not in ("", "/") and not os.path.exists(os.path.join(top, ".git")):
        top = os.path.dirname(top)
    git = shutil.which("git")
    if top in ("", "/") or git is None:
        return None
    try:
        # A folder that a checkout only happens to lie around, ignored there, is not part of it.
        code, out = _git(git, top, ["ls-files", "--", os.path.realpath(folder)])
        if code != 0 or not out.strip():
            return None
        code, out = _git(git, top, ["status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=all"])
    except (OSError, subprocess.TimeoutExpired):
        return None
    if code != 0:
        return None
    told: Dict[str, str] = {}
    dirty = 0
    for line in out.splitlines():
        if line.startswith("# "):
            name, dummy, value = line[2:].partition(" ")
            told[name] = value
        elif line:
            dirty += 1
    ahead = told.get("branch.ab", "").split(" ")[0].lstrip("+")
    branch = told.get("branch.head", "")
    return Checkout(top, "" if branch == "(detached)" else branch, told.get("branch.oid", ""), dirty, int(ahead) if ahead.isdigit() else None)


def _git(git: str, top: str, arguments: List[str]) -> Tuple[int, str]:
    line = [git, "-C", top, "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": "/nonexistent",
    }
    done = subprocess.run(
        line, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20, check=False, preexec_fn=_as_owner(top)
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def _as_owner(top: str) -> Optional[Callable[[], None]]:
    owner = os.stat(top)
    if os.geteuid() != 0 or owner.st_uid == 0:
        return None

    def drop() -> None:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)

    return drop
