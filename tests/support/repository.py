# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small git repositories for tests."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_WHO = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org"}


class Repository:
    """A repository in a folder of the test."""

    def __init__(self, root: Path, files: Mapping[str, str] | None = None) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")
        if files:
            self.commit(files)

    def git(self, *words: str) -> str:
        """Run git; its output without the last newline."""
        environment = {**{name: value for name, value in os.environ.items() if not name.startswith("GIT_")}, **_WHO, "GIT_CONFIG_GLOBAL": "/dev/null"}
        done = subprocess.run(["git", *words], cwd=self.root, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.rstrip("\n")

    def write(self, files: Mapping[str, str]) -> None:
        """Write files into the working tree."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def commit(self, files: Mapping[str, str]) -> str:
        """Write the files and commit everything; the commit's id."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        return self.git("rev-parse", "HEAD")


def snapshot(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Size, modification time and inode of everything below a folder: equal only when nothing was written."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found[str(path.relative_to(folder))] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found
