# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a stack on the host: compared with git, and laid out without touching the real folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.git_blob import blob_id
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import (
    GitFile,
    file_state,
    lay_out,
    mapped_back,
)
from hypothesis import given
from hypothesis import strategies as st


@given(st.binary(max_size=200))
def test_blob_id_is_gits_own(data: bytes) -> None:
    told = subprocess.run(["git", "hash-object", "--stdin"], input=data, stdout=subprocess.PIPE, check=True).stdout
    assert blob_id(data) == told.decode().strip()


def _stack(tmp_path: Path) -> Path:
    folder = tmp_path / "opt" / "stacks" / "media"
    folder.mkdir(parents=True)
    (folder / "compose.yml").write_text("services: {}\n")
    (folder / ".env").write_text("TOKEN=hunter2hunter2\n")
    (folder.parent / "common.yml").write_text("services: {}\n")
    (tmp_path / "opt" / "other").mkdir()
    return folder


@pytest.mark.parametrize(
    ("host", "status"),
    [(b"new\n", "same"), (b"old\n", "older"), (b"by hand\n", "edited"), (None, "missing")],
)
def test_an_older_version_is_told_from_an_edit(tmp_path: Path, host: bytes | None, status: str) -> None:
    if host is not None:
        (tmp_path / "a.yml").write_bytes(host)
    git = GitFile("a.yml", b"new\n", blobs=((blob_id(b"new\n"), "c2", "2026-02-02"), (blob_id(b"old\n"), "c1", "2026-01-01")))
    state = file_state(str(tmp_path), git)
    assert state.status == status
    assert state.commit == ("c1" if status == "older" else "")


def test_a_file_that_may_not_be_read_is_not_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert file_state(str(tmp_path), GitFile("a.yml", b"")).status == "unreadable"


def test_git_is_laid_at_the_hosts_absolute_paths(tmp_path: Path) -> None:
    folder = _stack(tmp_path)
    root = tmp_path / "private"
    root.mkdir(mode=0o700)
    text = b"include: [../common.yml, '${ELSE:-../../other}/compose.yml']\n"
    files = {"compose.yml": GitFile("compose.yml", text), "../common.yml": GitFile("../common.yml", b"common from git\n")}
    laid = Path(lay_out(str(root), str(folder), files))

    assert laid == Path(str(root) + str(folder))
    assert (laid / "compose.yml").read_bytes() == text
    assert (laid / ".." / "common.yml").read_bytes() == b"common from git\n"
    assert (laid / ".env").is_symlink(), "what git does not track is linked, never copied"
    assert (laid / ".env").read_text() == "TOKEN=hunter2hunter2\n"
    assert (laid / "../../other").is_dir()
    assert (folder / "compose.yml").read_text() == "services: {}\n", "the real folder is untouched"


@pytest.mark.parametrize(
    ("git", "host", "seen"),
    [
        (b"services: {}  # v1..2 and so on...\n", "TOKEN=x\n", False),
        (b"include: [../other/compose.yml]\n", "TOKEN=x\n", True),
        (b"env_file: ${ROOT}/a.env\n", "ROOT=../other\n", True),
    ],
)
def test_only_what_the_files_can_climb_to_is_linked(tmp_path: Path, git: bytes, host: str, seen: bool) -> None:
    folder, root = tmp_path / "stacks" / "media", tmp_path / "private"
    for each in (folder, tmp_path / "stacks" / "other", root):
        each.mkdir(parents=True)
    (folder / ".env").write_text(host)
    laid = Path(lay_out(str(root), str(folder), {"compose.yml": GitFile("compose.yml", git)}))
    assert (laid.parent / "other").is_symlink() == seen
    assert (laid / ".env").is_symlink()


def test_paths_are_mapped_back() -> None:
    model = {"services": {"a": {"volumes": [{"source": "/tmp/x/opt/a/config"}], "labels": {"/tmp/x/opt": 1}}}}
    assert mapped_back(model, "/tmp/x") == {"services": {"a": {"volumes": [{"source": "/opt/a/config"}], "labels": {"/opt": 1}}}}
