# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a checkout is what git wants by now: the one question that is asked over the network, and only before writing."""

from __future__ import annotations

import os
import subprocess
from typing import Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError, without_userinfo
from ansible_collections.homelab.media_center.plugins.module_utils.repo import git

TIMEOUT_S = 30


def stale(path: str, name: str, branch: str = "", ask_remote: bool = True) -> Tuple[str, str]:
    """Why nothing may be written from this checkout, and the next step; two empty texts when all is well.

    It has to be on ``branch`` (any, where none is named), and to hold the newest commit of its remote: ``git ls-remote``
    asks for that commit's id and fetches nothing. A checkout without a remote is its own truth.
    """
    try:
        checkout = git.open_checkout(path, name)
    except GatewayError as error:
        return error.message, error.remedy
    if not checkout.branch:
        return "{0} is on no branch".format(name), "git checkout {0}".format(branch or "main")
    if branch and checkout.branch != branch:
        return "{0} is on branch {1} and not on {2}".format(name, checkout.branch, branch), "git checkout {0}, or correct media_center_branch".format(branch)
    if not ask_remote:
        return "", ""
    root = str(checkout.root)
    remote = _told(root, "config", "branch.{0}.remote".format(checkout.branch))[1] or ("origin" if _told(root, "config", "remote.origin.url")[1] else "")
    if not remote or remote == ".":
        return "", ""
    merge = _told(root, "config", "branch.{0}.merge".format(checkout.branch))[1] or "refs/heads/" + checkout.branch
    code, answer = _told(root, "ls-remote", "--exit-code", remote, merge, timeout=TIMEOUT_S)
    if code == 2:
        # The remote answers and has no such branch: nobody can have pushed to it.
        return "", ""
    if code != 0:
        message = "the remote of {0} cannot be asked whether this checkout is up to date ({1})".format(name, answer or "no answer")
        return message, "make it reachable, or set media_center_ask_remote to false"
    newest = answer.split()[0]
    if newest == checkout.head or _told(root, "merge-base", "--is-ancestor", newest, checkout.head)[0] == 0:
        return "", ""
    return "{0} lacks commit {1} of its remote".format(name, newest[:10]), "git pull, look at the audit again, then reconcile"


def _told(root: str, *words: str, timeout: float = 10) -> Tuple[int, str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in ("GIT_SSH_COMMAND", "GIT_SSH", "GIT_ASKPASS")}
    environment.update({"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"})
    environment.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
    command = ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *words]
    try:
        done = subprocess.run(command, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, type(error).__name__
    said = done.stdout if done.returncode == 0 else done.stderr
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return done.returncode, without_userinfo(lines[0]) if lines else ""
