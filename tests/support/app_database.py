# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that use a database as an app does: a user of their own, WAL mode, open for as long as they run."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The app's user, who exists on no machine; nobody but root can become that one.
APP_UID = 1234 if os.geteuid() == 0 else os.geteuid()

_HELD = """
import sqlite3, sys
os_path, statements = sys.argv[1], sys.argv[2:]
connection = sqlite3.connect(os_path, isolation_level=None)
connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
for each in statements:
    connection.execute(each)
print("ready", flush=True)
sys.stdin.read()
connection.close()
"""
_RESTARTED = """
import os, sqlite3, sys, time
os.umask(0)
path, number = sys.argv[1], 0
print("ready", flush=True)
while True:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    for dummy in range(3):
        number += 1
        connection.execute("UPDATE Counter SET Value = ?", (number,))
    time.sleep(0.002)
    connection.close()
    time.sleep(0.002)
"""


@contextlib.contextmanager
def host_folder() -> Iterator[Path]:
    """A folder that the app's user can pass; pytest keeps its own folders closed to others."""
    with tempfile.TemporaryDirectory(prefix="mc-apps-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def make_database(path: Path, *statements: str) -> Path:
    """A database in WAL mode that nobody uses, with the tables and rows of some statements."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    for each in statements:
        connection.execute(each)
    connection.close()
    return path


def give_away(folder: Path) -> None:
    """Make the app's user own a folder and all that is in it. Without root it owns it already."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, APP_UID, APP_UID) if os.geteuid() == 0 else None


def copied_state(source: Path, target: Path, config: Path | None = None) -> Path:
    """A folder of the app's user with a copy of recorded files."""
    shutil.copytree(source, target)
    if config is not None:
        shutil.copy(config, target)
    for path in (target, *target.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    give_away(target)
    return target


def _as_app(script: str, *words: str) -> subprocess.Popen[str]:
    user: dict[str, Any] = {"user": APP_UID, "group": APP_UID, "extra_groups": []} if os.geteuid() == 0 else {}
    # The interpreter of a home directory may be out of reach for another user, the system's is not.
    python = "/usr/bin/python3" if os.geteuid() == 0 and Path("/usr/bin/python3").exists() else sys.executable
    process = subprocess.Popen([python, "-c", script, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/", **user)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@contextlib.contextmanager
def running_app(path: Path, *statements: str) -> Iterator[subprocess.Popen[str]]:
    """An app that has the database open, after it ran some statements; killed afterwards, which leaves a ``-wal``."""
    process = _as_app(_HELD, str(path), *statements)
    try:
        yield process
    finally:
        _end(process)


@contextlib.contextmanager
def restarting_app(path: Path) -> Iterator[subprocess.Popen[str]]:
    """An app that opens the database, counts in its table Counter, and closes it, without a pause."""
    process = _as_app(_RESTARTED, str(path))
    try:
        yield process
    finally:
        _end(process)


def stop_app(process: subprocess.Popen[str]) -> None:
    """End an app as a stop of its container does: it closes its database."""
    process.communicate()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for each in (process.stdin, process.stdout):
        if each is not None:
            each.close()
