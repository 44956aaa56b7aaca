# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample repositories: a tree as it is today, and a history told backwards from it.

`data/repositories/<name>/` is the newest tree. `<name>.history.yml` lists the commits from the oldest on: what each one added
(`adds`: files or folders that no earlier commit had) and replaced (`changes`). The tree of a commit is the newest tree with the
later commits undone. Authors and dates are fixed, so commit ids are the same in every lab.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
AUTHOR = "Sam Sample <sam@home.example>"
# Neither the user's nor the machine's git settings (signing, hooks, line ends) may change what a lab looks like.
GIT_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True)
class Change:
    """In `file` the text `before` became `after`; each of them must be there exactly once."""

    file: str
    before: str
    after: str

    def apply(self, tree: dict[str, bytes]) -> dict[str, bytes]:
        return self._replace(tree, self.before, self.after)

    def undo(self, tree: dict[str, bytes]) -> dict[str, bytes]:
        return self._replace(tree, self.after, self.before)

    def _replace(self, tree: dict[str, bytes], old: str, new: str) -> dict[str, bytes]:
        content = tree.get(self.file, b"")
        if content.count(old.encode()) != 1:
            raise ValueError(f"the lab's data disagree: {old!r} is not exactly once in {self.file}")
        return {**tree, self.file: content.replace(old.encode(), new.encode())}


@dataclass(frozen=True)
class Commit:
    """One commit of a sample repository; `name` is how the lab's data refer to it."""

    name: str
    message: str
    date: datetime
    adds: tuple[str, ...]
    changes: tuple[Change, ...]


def changes_of(entries: list[dict[str, str]]) -> tuple[Change, ...]:
    """The changes of a list in the lab's data."""
    return tuple(Change(**entry) for entry in entries)


def repository_names() -> list[str]:
    """The sample repositories, sorted."""
    return sorted(path.name for path in (DATA / "repositories").iterdir() if path.is_dir())


def newest_tree(repository: str) -> dict[str, bytes]:
    """All files of the newest commit, by path inside the repository."""
    return read_tree(DATA / "repositories" / repository)


def read_tree(folder: Path) -> dict[str, bytes]:
    """The regular files below `folder`, by their path relative to it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def history(repository: str) -> list[Commit]:
    """The commits of a sample repository, oldest first."""
    told = yaml.safe_load((DATA / "repositories" / f"{repository}.history.yml").read_text(encoding="utf-8"))
    return [_commit(entry) for entry in told["commits"]]


def _commit(entry: dict[str, Any]) -> Commit:
    date = datetime.fromisoformat(entry["date"])
    return Commit(entry["name"], entry["message"], date, tuple(entry.get("adds", ())), changes_of(entry.get("changes", [])))


def trees(repository: str) -> dict[str, dict[str, bytes]]:
    """The tree of each commit, by the commit's name, oldest first."""
    tree, found = newest_tree(repository), {}
    for commit in reversed(history(repository)):
        found[commit.name] = tree
        for change in reversed(commit.changes):
            tree = change.undo(tree)
        tree = {path: content for path, content in tree.items() if not _is_below(path, commit.adds)}
    if tree:
        raise ValueError(f"no commit of {repository} adds {', '.join(sorted(tree))}")
    return dict(reversed(found.items()))


def _is_below(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)


def git(folder: Path, *arguments: str, stdin: bytes | None = None, date: datetime | None = None) -> str:
    """Run git in `folder`, untouched by the settings of user and machine; `date` is that of author and committer."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= GIT_ENVIRONMENT
    if date is not None:
        environment |= {"GIT_AUTHOR_DATE": date.isoformat(), "GIT_COMMITTER_DATE": date.isoformat()}
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"git {arguments[0]} failed in {folder}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode().strip()


def create(repository: str, folder: Path) -> None:
    """Make `folder` a git checkout of the sample repository on branch main with its whole history."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    git(folder, "fast-import", "--quiet", stdin=_import_stream(repository))
    git(folder, "reset", "--quiet", "--hard", "main")


def _import_stream(repository: str) -> bytes:
    lines, snapshots = [], trees(repository)
    for number, commit in enumerate(history(repository)):
        who = f"{AUTHOR} {int(commit.date.timestamp())} {commit.date:%z}"
        lines += [b"commit refs/heads/main", f"mark :{number + 1}".encode(), f"author {who}".encode(), f"committer {who}".encode()]
        lines += [_data(commit.message.rstrip().encode() + b"\n")]
        lines += [f"from :{number}".encode()] if number else []
        lines += [b"deleteall"]
        for path, content in snapshots[commit.name].items():
            lines += [f"M 100644 inline {path}".encode(), _data(content)]
    return b"\n".join(lines) + b"\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content
