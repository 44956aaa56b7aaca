# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The child in which an app's files are opened: whose rights it has, what it sees, and how its troubles are told."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_child import Trouble, Unreadable, in_folder, owner_of, read_text
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_mounts import far_file_system

from support.parts import without

OWNER = (1234, 1235) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
MOUNTS = [
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n",
    "40 22 0:40 / /mnt/user rw - fuse.shfs shfs rw\n",
    "41 22 0:41 / /mnt/nas rw - nfs4 nas:/export rw\n",
    "42 22 0:42 / /mnt/with\\040space rw - cifs //nas/x rw\n",
    "43 41 254:1 / /mnt/nas/local rw master:2 - xfs /dev/vdb1 rw\n",
    "44 22 0:44 / /srv rw - nfs nas:/srv rw\n",
    "45 44 0:45 / /srv rw - btrfs /dev/vdc rw\n",
    "broken line\n",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "config"
    made.mkdir()
    (made / "own.txt").write_text("\ufeffhello")
    for path in (made, made / "own.txt"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.chown(path, *OWNER)
    # Only root may pass.
    tmp_path.chmod(0o700)
    return made


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        without("root, to become another user")


def test_answer_comes_back(folder: Path) -> None:
    assert in_folder(str(folder), OWNER, lambda root: {"a": [1, None, "\udcff\u00e9"]}) == {"a": [1, None, "\udcff\u00e9"]}
    assert in_folder(str(folder), OWNER, lambda root: "x" * 300000) == "x" * 300000


def test_the_child_is_the_owner_and_sees_the_folder_only(as_root: None, folder: Path) -> None:
    told = in_folder(
        str(folder), OWNER, lambda root: [root, os.getuid(), os.geteuid(), os.getgid(), os.getgroups(), sorted(each.name for each in Path("/").iterdir())]
    )
    assert told == ["/", 1234, 1234, 1235, [], ["own.txt"]]


def test_rights_cannot_be_taken_back(as_root: None, folder: Path) -> None:
    answer = in_folder(str(folder), OWNER, lambda root: os.setuid(0))
    assert isinstance(answer, Unreadable)


def test_descriptors_of_the_caller_are_closed(folder: Path) -> None:
    kept, other = os.open("/dev/null", os.O_RDONLY), os.open("/dev/null", os.O_RDONLY)

    def is_open(descriptor: int) -> bool:
        try:
            os.fstat(descriptor)
        except OSError:
            return False
        return True

    try:
        assert in_folder(str(folder), OWNER, lambda root: [is_open(kept), is_open(other)], keep=[kept]) == [True, False]
    finally:
        os.close(kept)
        os.close(other)


def test_text_of_a_file(folder: Path) -> None:
    assert in_folder(str(folder), OWNER, lambda root: read_text(root, "own.txt")) == "hello"
    assert in_folder(str(folder), OWNER, lambda root: read_text(root, "absent.txt")) is None
    assert isinstance(in_folder(str(folder), OWNER, lambda root: read_text(root, "own.txt", limit=4)), Unreadable)


def test_a_link_leads_nowhere_out_of_the_folder(as_root: None, folder: Path) -> None:
    (folder / "link").symlink_to("/etc/passwd")
    assert in_folder(str(folder), OWNER, lambda root: read_text(root, "link")) is None


def test_a_closed_file_names_become(as_root: None, folder: Path) -> None:
    os.chown(folder / "own.txt", 0, 0)
    answer = in_folder(str(folder), OWNER, lambda root: read_text(root, "own.txt"))
    assert isinstance(answer, Unreadable)
    assert answer.remedy == "run with become"


def raising(error: Exception) -> Any:
    raise error


def test_troubles_are_told_and_values_are_not(folder: Path) -> None:
    assert in_folder(str(folder), OWNER, lambda root: raising(Trouble("why", "what next"))) == Unreadable("why", "what next")
    answer = in_folder(str(folder), OWNER, lambda root: raising(ValueError("canary")))
    assert isinstance(answer, Unreadable)
    assert "canary" not in answer.reason
    assert "ValueError" in answer.reason
    assert isinstance(in_folder(str(folder / "absent"), OWNER, lambda root: 1), Unreadable)


def test_a_child_that_hangs_or_dies_is_given_up(folder: Path) -> None:
    started = time.monotonic()
    assert isinstance(in_folder(str(folder), OWNER, lambda root: time.sleep(60), patience=0.3), Unreadable)
    assert time.monotonic() - started < 10
    assert isinstance(in_folder(str(folder), OWNER, lambda root: os._exit(3)), Unreadable)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)


def test_owner_of_a_link_is_that_of_the_link(folder: Path) -> None:
    (folder / "link").symlink_to("own.txt")
    assert owner_of(str(folder / "own.txt")) == OWNER
    assert owner_of(str(folder / "link")) == (os.geteuid(), os.getegid())


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/opt/radarr", ""),
        ("/mnt/user/appdata/radarr", "fuse.shfs"),
        ("/mnt/userland", ""),
        ("/mnt/nas", "nfs4"),
        ("/mnt/nas/radarr", "nfs4"),
        ("/mnt/nas/local/radarr", ""),
        ("/mnt/with space/radarr", "cifs"),
        ("/srv/radarr", ""),
    ],
)
def test_far_file_systems(path: str, kind: str) -> None:
    assert far_file_system(path, MOUNTS) == kind


def test_this_machine_has_a_near_file_system(tmp_path: Path) -> None:
    assert far_file_system(str(tmp_path)) == ""
    assert far_file_system("/x", []) == ""
