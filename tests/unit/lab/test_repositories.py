# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample repositories: the same in every lab, with a history that fits its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab import repositories
from lab.repositories import Change, git

if TYPE_CHECKING:
    from pathlib import Path

NAMES = repositories.repository_names()


def test_there_are_the_two_repositories_of_the_house() -> None:
    assert NAMES == ["homelab-apps", "homelab-infra"]


@pytest.mark.parametrize("name", NAMES)
def test_a_checkout_is_clean_and_holds_the_newest_tree(name: str, tmp_path: Path) -> None:
    repositories.create(name, tmp_path / name)
    assert git(tmp_path / name, "status", "--porcelain", "--branch") == "## main"
    assert git(tmp_path / name, "ls-files").split("\n") == sorted(repositories.newest_tree(name))
    for path, content in repositories.newest_tree(name).items():
        assert (tmp_path / name / path).read_bytes() == content


@pytest.mark.parametrize("name", NAMES)
def test_each_commit_says_what_it_did(name: str, tmp_path: Path) -> None:
    repositories.create(name, tmp_path / name)
    told = repositories.history(name)
    assert len(told) >= 3
    subjects = git(tmp_path / name, "log", "--reverse", "--format=%s|%aI|%an <%ae>").split("\n")
    assert subjects == [f"{commit.message.splitlines()[0]}|{commit.date.isoformat()}|{repositories.AUTHOR}" for commit in told]
    assert [commit.date for commit in told] == sorted(commit.date for commit in told)


@pytest.mark.parametrize("name", NAMES)
def test_commit_ids_depend_on_nothing_outside(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repositories.create(name, tmp_path / "first")
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[user]\nname = Other\nemail = other@example.org\n[commit]\ngpgsign = true\n[core]\nautocrlf = true\n[init]\ndefaultBranch = trunk\n", encoding="utf-8"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    repositories.create(name, tmp_path / "second")
    assert git(tmp_path / "first", "rev-parse", "main") == git(tmp_path / "second", "rev-parse", "main")


def test_an_older_tree_is_the_newest_with_later_commits_undone() -> None:
    trees = repositories.trees("homelab-apps")
    assert list(trees) == [commit.name for commit in repositories.history("homelab-apps")]
    assert b"jackett" in trees["memory_limits"]["media/compose.yml"]
    assert b"jackett" not in trees["drop_jackett"]["media/compose.yml"]
    assert "edge/compose.yml" not in trees["media_stack"]


@pytest.mark.parametrize("content", ["", "a a"])
def test_a_change_that_does_not_fit_exactly_once_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="not exactly once in x"):
        Change("x", "a", "b").apply({"x": content.encode()})


def test_a_change_and_its_undoing_cancel_out() -> None:
    tree = {"x": b"one two", "y": b"two"}
    change = Change("x", "two", "three")
    assert change.apply(tree) == {"x": b"one three", "y": b"two"}
    assert change.undo(change.apply(tree)) == tree
