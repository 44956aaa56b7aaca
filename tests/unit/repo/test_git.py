# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkouts are read as they are, and are as they were afterwards."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo import git

from support.parts import without
from support.repository import Repository, snapshot

if TYPE_CHECKING:
    from pathlib import Path


def blob(text: str) -> str:
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def test_branch_head_and_files(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps", {"media/compose.yaml": "a", "media/ä b.txt": "b", "x": "c"})
    checkout = git.open_checkout(str(repository.root), "apps")
    assert (checkout.branch, checkout.head, checkout.revision) == ("main", repository.git("rev-parse", "HEAD"), "")
    assert {path: entry.blob for path, entry in git.tracked(checkout).items()} == {"media/compose.yaml": blob("a"), "media/ä b.txt": blob("b"), "x": blob("c")}
    assert set(git.tracked(checkout, "media")) == {"media/compose.yaml", "media/ä b.txt"}


def test_a_detached_head_has_no_branch(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps", {"x": "1"})
    repository.git("checkout", "--quiet", "--detach")
    assert git.open_checkout(str(repository.root)).branch == ""


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps")
    repository.write({"x": "1"})
    repository.git("add", "x")
    checkout = git.open_checkout(str(repository.root))
    assert checkout.head == ""
    assert git.read_files(checkout, git.tracked(checkout), 9) == {"x": b"1"}
    assert git.history(checkout, ["."]) == {}


def test_working_tree_and_revision(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps")
    first = repository.commit({"x": "one", "y": "same"})
    repository.commit({"x": "two"})
    repository.write({"x": "three"})
    tree, past = git.open_checkout(str(repository.root)), git.open_checkout(str(repository.root), revision=first[:12])
    assert git.read_files(tree, git.tracked(tree), 99) == {"x": b"three", "y": b"same"}
    assert past.revision == first
    assert git.read_files(past, git.tracked(past), 99) == {"x": b"one", "y": b"same"}
    assert git.dirty(tree) == ["x"]
    assert git.dirty(past) == []


def test_large_files_are_named_and_not_read(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps", {"large": "x" * 11, "small": "y"})
    for revision in ("", "main"):
        checkout = git.open_checkout(str(repository.root), revision=revision)
        assert git.read_files(checkout, git.tracked(checkout), 10) == {"large": None, "small": b"y"}


def test_a_deleted_file_is_left_out(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps", {"x": "1", "y": "2"})
    (repository.root / "x").unlink()
    checkout = git.open_checkout(str(repository.root))
    assert git.read_files(checkout, git.tracked(checkout), 9) == {"y": b"2"}


def test_links_that_leave_the_repository_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    repository = Repository(tmp_path / "apps", {"x": "1"})
    (repository.root / "inside").symlink_to("x")
    (repository.root / "leaves").symlink_to("../outside")
    (repository.root / "config").symlink_to(".git/config")
    repository.commit({})
    checkout = git.open_checkout(str(repository.root))
    assert git.read_files(checkout, git.tracked(checkout), 99) == {"x": b"1", "inside": b"1"}
    assert git.read_untracked(checkout, "leaves", 99) is None


def test_what_a_path_ever_was(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps")
    first = repository.commit({"a/x": "one", "b": "other"})
    second = repository.commit({"a/x": "two"})
    third = repository.commit({"a/x": "one"})
    repository.git("rm", "--quiet", "b")
    repository.commit({})
    past = git.history(git.open_checkout(str(repository.root)), ["a", "b"])
    assert [(each.blob, each.commit) for each in past["a/x"]] == [(blob("one"), third), (blob("two"), second)]
    assert [each.commit for each in past["b"]] == [first]
    assert set(git.history(git.open_checkout(str(repository.root)), ["a"], limit=1)) == {"a/x"}


def test_a_merge_names_the_commit_behind_it(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps", {"x": "one"})
    repository.git("checkout", "--quiet", "-b", "side")
    side = repository.commit({"x": "two"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"y": "1"})
    repository.git("merge", "--quiet", "--no-edit", "side")
    past = git.history(git.open_checkout(str(repository.root)), ["."])
    assert past["x"][0].commit == side


def test_a_folder_of_a_larger_checkout(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "house", {"apps/media/compose.yaml": "a", "infra/x": "b"})
    repository.write({"apps/media/compose.yaml": "c", "infra/x": "d"})
    checkout = git.open_checkout(str(repository.root / "apps"))
    assert set(git.tracked(checkout)) == {"media/compose.yaml"}
    assert git.read_files(checkout, git.tracked(checkout), 9) == {"media/compose.yaml": b"c"}
    assert set(git.history(checkout, ["media"])) == {"media/compose.yaml"}
    assert git.dirty(checkout) == ["media/compose.yaml"]


@pytest.mark.parametrize(
    ("make", "revision", "sentence"),
    [
        (lambda root: None, "", "does not exist on the control node"),
        (lambda root: root.mkdir(), "", "is no git checkout"),
        (lambda root: Repository(root, {"x": "1"}), "v9", "the revision v9 does not exist"),
        (lambda root: Repository(root, {"x": "1"}), "--output=/x", "the revision --output=/x does not exist"),
        (lambda root: (root.mkdir(), (root / ".git").write_text("gitdir: /nowhere")), "", "no git checkout"),
    ],
)
def test_trouble_is_a_sentence_with_a_next_step(tmp_path: Path, make: object, revision: str, sentence: str) -> None:
    make(tmp_path / "apps")  # type: ignore[operator]
    with pytest.raises(GatewayError) as caught:
        git.open_checkout(str(tmp_path / "apps"), "homelab-apps", revision)
    assert sentence in caught.value.message
    assert caught.value.target == "homelab-apps"
    assert caught.value.remedy


def test_no_git_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GatewayError, match="git is not installed"):
        git.open_checkout(str(tmp_path))


def test_reading_writes_nothing_and_starts_nothing(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps", {"x": "1", "y": "2"})
    marker = tmp_path / "started"
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\ntouch {0}\n".format(marker))
    program.chmod(0o755)
    repository.git("config", "core.fsmonitor", str(program))
    # Git would refresh the index now: the file is as old as the index says and of the same size, but has another time.
    os.utime(repository.root / "x", (time.time() - 100, time.time() - 100))
    before = snapshot(repository.root)
    checkout = git.open_checkout(str(repository.root))
    git.dirty(checkout)
    git.read_files(checkout, git.tracked(checkout), 9)
    git.history(checkout, ["."])
    assert snapshot(repository.root) == before
    assert not marker.exists()


def test_a_checkout_of_somebody_else_is_read(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        without("root, to give a folder away")
    repository = Repository(tmp_path / "apps", {"x": "1"})
    for path in (repository.root, repository.root / ".git"):
        os.chown(path, 12345, 12345)
    assert git.open_checkout(str(repository.root)).branch == "main"


def test_the_environment_of_the_caller_does_not_lead_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Repository(tmp_path / "other", {"z": "1"})
    repository = Repository(tmp_path / "apps", {"x": "1"})
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    assert set(git.tracked(git.open_checkout(str(repository.root)))) == {"x"}
