# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file systems of the pretend docker hosts: what lies in the stacks' folders, and the folders that containers mount.

`data/hosts/<host>.yml` says which parts of the repositories lie on the host, from which commit, and what was edited there by hand
(`Change`); the files of `data/hosts/<host>/` are laid over them: what only the host has. `@LAB@` in them is the lab's folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from lab.repositories import AUTHOR, DATA, Change, changes_of, git, read_tree, trees

PLACE = "@LAB@"


@dataclass(frozen=True)
class Stack:
    """A stack as the inventory lists it; `folder` is relative to the root of the host."""

    name: str
    repository: str
    files: tuple[str, ...]
    folder: str


@dataclass(frozen=True)
class Copy:
    """`paths` of a repository that lie in the folder `to`, as of the commit `at`; single files may be of an older commit."""

    repository: str
    to: str
    at: str
    paths: tuple[str, ...]
    older: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkout:
    """A clone of a repository in the folder `to`, with a branch from the commit `at` and one commit that was never pushed."""

    repository: str
    to: str
    at: str
    branch: str
    message: str
    date: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Host:
    """A docker host of the lab. `edits` are relative to the root of the host."""

    name: str
    stacks: tuple[Stack, ...]
    copies: tuple[Copy, ...]
    checkouts: tuple[Checkout, ...]
    edits: tuple[Change, ...]
    folders: tuple[str, ...]


def host_names() -> list[str]:
    """The docker hosts of the lab, sorted."""
    return sorted(path.stem for path in (DATA / "hosts").glob("*.yml"))


def read_host(name: str) -> Host:
    """The docker host `name` of the lab's data."""
    told: dict[str, Any] = yaml.safe_load((DATA / "hosts" / f"{name}.yml").read_text(encoding="utf-8"))
    return Host(
        name,
        stacks=tuple(Stack(**{**entry, "files": tuple(entry["files"])}) for entry in told["stacks"]),
        copies=tuple(Copy(**{**entry, "paths": tuple(entry["paths"])}) for entry in told.get("copies", [])),
        checkouts=tuple(_checkout(entry) for entry in told.get("checkouts", [])),
        edits=changes_of(told.get("edits", [])),
        folders=tuple(told.get("folders", [])),
    )


def _checkout(entry: dict[str, Any]) -> Checkout:
    return Checkout(**{**entry, "date": datetime.fromisoformat(entry["date"]), "changes": changes_of(entry["changes"])})


def root_of(lab: Path, host: str) -> Path:
    """Where the root of `host` lies below the lab's folder."""
    return lab / "hosts" / host


def lay(host: Host, lab: Path) -> None:
    """Lay the file system of `host` below the lab's folder; the repositories must be there already."""
    root = root_of(lab, host.name)
    for checkout in host.checkouts:
        _clone(checkout, lab, root)
    for copy in host.copies:
        _write(root / copy.to, _copied(copy))
    for edit in host.edits:
        _write(root, edit.apply({edit.file: (root / edit.file).read_bytes()}))
    overlay = {path: content.replace(PLACE.encode(), str(lab).encode()) for path, content in read_tree(DATA / "hosts" / host.name).items()}
    _write(root, overlay)
    for folder in host.folders:
        (root / folder).mkdir(parents=True, exist_ok=True)


def _copied(copy: Copy) -> dict[str, bytes]:
    commits = trees(copy.repository)
    tree = {path: content for path, content in commits[copy.at].items() if path.startswith(tuple(f"{part}/" for part in copy.paths))}
    return tree | {path: commits[commit][path] for path, commit in copy.older.items()}


def _clone(checkout: Checkout, lab: Path, root: Path) -> None:
    folder = root / checkout.to
    folder.parent.mkdir(parents=True, exist_ok=True)
    git(folder.parent, "clone", "--quiet", "--template=", str(lab / "repositories" / checkout.repository), folder.name)
    start = list(trees(checkout.repository)).index(checkout.at)
    commits = git(folder, "rev-list", "--reverse", "main").split()
    git(folder, "checkout", "--quiet", "-b", checkout.branch, "--track", "origin/main")
    git(folder, "reset", "--quiet", "--hard", commits[start])
    for change in checkout.changes:
        _write(folder, change.apply({change.file: (folder / change.file).read_bytes()}))
    name, mail = AUTHOR.rstrip(">").split(" <")
    settings = ("-c", f"user.name={name}", "-c", f"user.email={mail}")
    git(folder, *settings, "commit", "--quiet", "--all", "--message", checkout.message, date=checkout.date)


def _write(root: Path, tree: dict[str, bytes]) -> None:
    for path, content in tree.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
