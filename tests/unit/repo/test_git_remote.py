# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is written from a checkout that is on the wrong branch or behind its remote."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.repo.git_remote import stale


def _git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """Two clones of one bare repository, both up to date."""
    bare = tmp_path / "bare.git"
    bare.mkdir()
    _git(bare, "init", "--bare", "-b", "main")
    for name in ("ours", "theirs"):
        _git(tmp_path, "clone", str(bare), name)
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    _git(ours, "checkout", "-B", "main")
    _git(ours, "commit", "--allow-empty", "-m", "first")
    _git(ours, "push", "-u", "origin", "main")
    _git(theirs, "pull", "origin", "main")
    _git(theirs, "checkout", "-B", "main")
    return ours, theirs


def test_an_up_to_date_checkout_may_be_written_from(clones: tuple[Path, Path]) -> None:
    assert stale(str(clones[0]), "apps") == ("", "")


def test_a_checkout_that_is_ahead_may_be_written_from(clones: tuple[Path, Path]) -> None:
    _git(clones[0], "commit", "--allow-empty", "-m", "second")
    assert stale(str(clones[0]), "apps") == ("", "")


def test_a_checkout_behind_its_remote_may_not_and_is_not_changed(clones: tuple[Path, Path]) -> None:
    ours, theirs = clones
    _git(theirs, "commit", "--allow-empty", "-m", "second")
    _git(theirs, "push", "origin", "main")
    before = sorted((path, path.stat().st_mtime_ns) for path in (ours / ".git").rglob("*"))
    why, remedy = stale(str(ours), "apps")
    assert "lacks commit" in why and "git pull" in remedy
    assert sorted((path, path.stat().st_mtime_ns) for path in (ours / ".git").rglob("*")) == before
    assert stale(str(ours), "apps", ask_remote=False) == ("", "")


def test_the_branch_that_is_asked_for_decides(clones: tuple[Path, Path]) -> None:
    assert "is on branch main and not on live" in stale(str(clones[0]), "apps", "live")[0]
    _git(clones[0], "checkout", "--detach")
    assert "is on no branch" in stale(str(clones[0]), "apps")[0]


def test_a_remote_that_does_not_answer_is_no_yes(clones: tuple[Path, Path]) -> None:
    _git(clones[0], "remote", "set-url", "origin", "https://user:hunter2@127.0.0.1:1/x.git")
    why, remedy = stale(str(clones[0]), "apps")
    assert "cannot be asked" in why and "media_center_ask_remote" in remedy
    assert "hunter2" not in why


def test_a_checkout_without_a_remote_is_its_own_truth(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-b", "main")
    _git(tmp_path, "commit", "--allow-empty", "-m", "first")
    assert stale(str(tmp_path), "apps") == ("", "")
