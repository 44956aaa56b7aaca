# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the parts of a lab lie below its folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.server import LONGEST_SOCKET_PATH

DEFAULT = Path("build/lab")
# What `up` makes anew; reports are results and stay.
_OWN = ("repositories", "hosts", "state", "run", "inventory.yml", "lab.json", "requests.jsonl")


@dataclass(frozen=True)
class Paths:
    """The layout of one lab; `root` is absolute and free of symbolic links."""

    root: Path

    @classmethod
    def of(cls, folder: Path | str) -> Paths:
        return cls(Path(folder).resolve())

    @property
    def inventory(self) -> Path:
        return self.root / "inventory.yml"

    @property
    def description(self) -> Path:
        return self.root / "lab.json"

    @property
    def requests(self) -> Path:
        return self.root / "requests.jsonl"

    @property
    def log(self) -> Path:
        return self.root / "lab.log"

    @property
    def report(self) -> Path:
        return self.root / "report"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def run(self) -> Path:
        """What concerns the process: lock, process id, faults, sockets."""
        return self.root / "run"

    @property
    def lock(self) -> Path:
        """Held (flock) by the lab's process as long as it lives. Outside `run`, which `up` makes anew."""
        return self.root / ".lab.lock"

    @property
    def faults(self) -> Path:
        return self.run / "faults.json"

    def repository(self, name: str) -> Path:
        return self.root / "repositories" / name

    def make(self) -> None:
        """Create the lab's folder; ValueError when it holds something that is not a lab."""
        if self.root.exists() and not self.lock.exists() and any(self.root.iterdir()):
            raise ValueError(f"{self.root} is not empty and holds no lab: give another folder with --dir")
        self.root.mkdir(parents=True, exist_ok=True)
        self.lock.touch()

    def clear(self) -> None:
        """Remove what an earlier lab left in the folder."""
        for name in _OWN:
            path = self.root / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def sockets(self, longest_name: int) -> Path:
        """The folder for unix sockets, only for this user: `run`, or a short one in the system's temporary folder where paths would get too long."""
        if len(os.fsencode(self.run)) + 1 + longest_name <= LONGEST_SOCKET_PATH:
            folder = self.run
        else:
            digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
            folder = Path(tempfile.gettempdir()) / f"lab-{os.getuid()}-{digest}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
            raise ValueError(f"{folder} is not a folder of this user: remove it, or give a shorter --dir")
        folder.chmod(0o700)
        return folder
