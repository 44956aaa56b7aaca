# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on a file system before and after: everything that a write could change, and, as root, of the whole machine."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Entry:
    """One path. A folder's time is left out: it says only that something in it came and went, and both are seen where they are."""

    kind: str
    mode: int
    owner: tuple[int, int]
    inode: int
    time: int
    content: str


def snapshot(roots: Iterable[Path]) -> dict[str, Entry]:
    """Everything below some folders. Two of them are equal only when no file was written, touched, replaced, or had its rights changed."""
    found: dict[str, Entry] = {}
    for root in roots:
        for path in [root, *root.rglob("*")] if root.exists() else ():
            with contextlib.suppress(FileNotFoundError):
                found[str(path)] = _entry(path)
    return found


def _entry(path: Path) -> Entry:
    status = path.lstat()
    kind = stat.filemode(status.st_mode)[0]
    content = {"-": lambda: hashlib.sha256(path.read_bytes()).hexdigest(), "l": lambda: str(path.readlink())}.get(kind, str)()
    return Entry(kind, stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid), status.st_ino, 0 if kind == "d" else status.st_mtime_ns, content)


def changes(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[str]:
    """What differs between two snapshots, a line a path."""
    told = [f"- {path}" for path in before.keys() - after.keys()] + [f"+ {path}" for path in after.keys() - before.keys()]
    told += [f"~ {path}: {before[path]} -> {after[path]}" for path in before.keys() & after.keys() if before[path] != after[path]]
    return sorted(told)


def open_to_others(paths: Iterable[Path]) -> list[str]:
    """Those files that another user could reach: no folder above them, up to the root, keeps others out."""
    return [str(path) for path in paths if path.is_file() and not any(each.stat().st_mode & 0o077 == 0 for each in path.parents)]


class Machine:
    """A view of the whole machine in which what a command writes is caught instead of done. Needs root and overlayfs."""

    def __init__(self, visible: Sequence[Path]) -> None:
        self._visible = visible
        self._work = Path(tempfile.mkdtemp(prefix="mc-machine-", dir="/tmp"))
        self._caught = self._work / "layers" / "upper"

    def run(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command in the view. What it writes into the `visible` folders is real."""
        layers, root = self._work / "layers", self._work / "layers" / "root"
        lines = [
            f"mount -t tmpfs tmpfs {layers}",
            f"mkdir {layers}/upper {layers}/inner {root}",
            f"mount -t overlay overlay -o lowerdir=/,upperdir={layers}/upper,workdir={layers}/inner {root}",
            *(f"mount --rbind {each} {root}{each}" for each in ("/proc", "/sys", "/dev", *self._visible)),
            f'chroot {root} sh -c \'cd "$0" && exec "$@"\' {cwd} "$@"; code=$?',
            # The layers are gone with the name space.
            f"cp -a {self._caught} {self._work}/caught && exit $code",
        ]
        layers.mkdir(exist_ok=True)
        shutil.rmtree(self._work / "caught", ignore_errors=True)
        script = " && ".join(lines[:-2]) + " && { " + "; ".join(lines[-2:]) + "; }"
        return subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *command],
            env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )

    def written(self) -> list[str]:
        """The paths that the last command changed, created or removed, folders only where they are new or empty now."""
        caught = self._work / "caught"
        found = []
        for path in caught.rglob("*"):
            place = Path("/") / path.relative_to(caught)
            if not path.is_dir() or not place.exists():
                found.append(str(place))
        return sorted(found)

    def close(self) -> None:
        """Remove what the view took."""
        shutil.rmtree(self._work)


def missing_for_machine() -> str:
    """What this machine lacks for a view of the whole of it; empty where nothing."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return "root and unshare, to see every file that is written on this machine"
    with machine(()) as view:
        done = view.run(["true"], os.environ, Path("/"))
    return "" if done.returncode == 0 else f"overlayfs over the whole machine ({done.stderr.strip()})"


@contextlib.contextmanager
def machine(visible: Sequence[Path]) -> Iterator[Machine]:
    """A view for as long as the block runs."""
    made = Machine(visible)
    try:
        yield made
    finally:
        made.close()
