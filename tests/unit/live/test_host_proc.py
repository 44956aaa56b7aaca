# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks below /proc, over a made tree: each difference beside the same check that is equal."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import host_proc
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_proc import (
    ContentPrint,
    ProcCheck,
    file_fingerprint,
    is_process_of,
    same_content,
    same_inode,
    same_network_namespace,
)
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

PID = 42
SECRET = b"canary-content"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A /proc with one process, whose root holds what a container holds."""
    made = tmp_path / "proc"
    root = made / str(PID) / "root"
    (root / "run" / "secrets").mkdir(parents=True)
    (root / "run" / "secrets" / "key").write_bytes(SECRET)
    (root / "var").mkdir()
    (root / "var" / "run").symlink_to("/run")
    add_namespace(made, PID, 4026531992)
    return made


def add_namespace(proc: Path, pid: int, number: int) -> None:
    (proc / str(pid) / "ns").mkdir(parents=True, exist_ok=True)
    (proc / str(pid) / "ns" / "net").symlink_to(f"net:[{number}]")


@pytest.fixture
def root(proc: Path) -> Path:
    return proc / str(PID) / "root"


# Network namespaces


def test_network_namespace(proc: Path) -> None:
    add_namespace(proc, 43, 4026531992)
    add_namespace(proc, 44, 4026532000)
    assert same_network_namespace(PID, 43, str(proc)) == ProcCheck("equal")
    different = same_network_namespace(PID, 44, str(proc))
    assert different.verdict == "different"
    assert "restart the container" in different.remedy


@pytest.mark.parametrize(("pid", "reason"), [(0, "container not running"), (999, "its process is not on this machine")])
def test_container_that_does_not_run_is_unknown(proc: Path, pid: int, reason: str) -> None:
    checks = [
        same_network_namespace(PID, pid, str(proc)),
        same_network_namespace(pid, PID, str(proc)),
        same_inode(pid, "/tmp", "/x", str(proc)),
        same_content(pid, "/tmp", "/x", proc_root=str(proc)),
        is_process_of(pid, "a" * 64, str(proc)),
    ]
    assert {(check.verdict, check.reason) for check in checks} == {("unknown", reason)}
    told = file_fingerprint(pid, "/x", sha256, proc_root=str(proc))
    assert (told.state, told.reason) == ("unknown", reason)


# Whose process it is


@pytest.mark.parametrize(
    ("groups", "verdict"),
    [
        (f"0::/system.slice/docker-{'a' * 64}.scope\n", "equal"),
        (f"12:memory:/docker/{'b' * 64}/docker/{'a' * 64}\n1:name=systemd:/docker/{'b' * 64}/docker/{'a' * 64}\n", "equal"),
        (f"0::/docker/{'b' * 64}\n", "different"),
        ("0::/user.slice/user-1000.slice/user@1000.service\n", "unknown"),
    ],
)
def test_process_is_told_by_its_control_group(proc: Path, groups: str, verdict: str) -> None:
    (proc / str(PID) / "cgroup").write_text(groups)
    assert is_process_of(PID, "a" * 64, str(proc)).verdict == verdict


# Inodes


def test_inode_of_a_bind(proc: Path, root: Path, tmp_path: Path) -> None:
    source = tmp_path / "config"
    source.mkdir()
    # One folder under two names, as a bind mount makes it: a hard link cannot be made of a folder, so of a file in it.
    (source / "app.ini").write_text("x")
    os.link(source / "app.ini", root / "app.ini")
    assert same_inode(PID, str(source / "app.ini"), "/app.ini", str(proc)) == ProcCheck("equal")
    (source / "app.ini").unlink()
    (source / "app.ini").write_text("x")
    replaced = same_inode(PID, str(source / "app.ini"), "/app.ini", str(proc))
    assert (replaced.verdict, replaced.reason) == ("different", "the source on the host was replaced after the container started")


def test_source_behind_a_symlink_on_the_host_is_the_same(proc: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    os.link(tmp_path / "real", root / "file")
    assert same_inode(PID, str(tmp_path / "link"), "/file", str(proc)).verdict == "equal"


def test_missing_on_either_side_is_different(proc: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    assert same_inode(PID, str(tmp_path / "gone"), "/run/secrets/key", str(proc)).reason == "the source no longer exists on the host"
    assert same_inode(PID, str(tmp_path / "there"), "/gone", str(proc)).reason == "the path does not exist in the container"
    assert same_inode(PID, str(tmp_path / "there"), "/run/secrets/key/below", str(proc)).verdict == "different"


@pytest.mark.parametrize("path", ["/dev", "/dev/net/tun"])
def test_dev_is_not_comparable(proc: Path, path: str) -> None:
    assert same_inode(PID, path, path, str(proc)).verdict == "not_comparable"
    assert same_inode(PID, str(proc), "/device", str(proc)).verdict == "different"


# Symlinks in the container


@pytest.mark.parametrize("path", ["/run/secrets/key", "run/secrets/key", "/var/run/secrets/key", "/../../run/secrets/key", "//run/./secrets//key"])
def test_path_is_the_containers(proc: Path, path: str) -> None:
    assert file_fingerprint(PID, path, sha256, proc_root=str(proc)) == ContentPrint("read", sha256(SECRET))


@pytest.mark.parametrize("target", ["{host}", "../../../../../../../../../..{host}", "/proc/self/root{host}", "/up{host}"])
def test_symlink_never_leads_to_a_file_of_the_host(proc: Path, root: Path, tmp_path: Path, target: str) -> None:
    host_file = tmp_path / "host_only"
    host_file.write_text("of the host")
    (root / "up").symlink_to("../../../../../../../../../../..")
    (root / "link").symlink_to(target.format(host=host_file))
    assert (root / "link").resolve().exists() or target.startswith(("/proc", "/up"))
    assert file_fingerprint(PID, "/link", sha256, proc_root=str(proc)).state == "absent"
    assert same_inode(PID, str(host_file), "/link", str(proc)).verdict == "different"
    # The very same link is followed where the container has the file.
    inside = root / str(host_file).lstrip("/")
    if not target.startswith("/proc"):
        inside.parent.mkdir(parents=True)
        inside.write_text("of the container")
        assert file_fingerprint(PID, "/link", sha256, proc_root=str(proc)).value == sha256(b"of the container")


def test_symlink_loop_is_unknown(proc: Path, root: Path) -> None:
    (root / "a").symlink_to("/b")
    (root / "b").symlink_to("a")
    assert file_fingerprint(PID, "/a", sha256, proc_root=str(proc)).state == "unknown"


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(st.sampled_from(["run", "secrets", "key", "var", "..", ".", "", "loop", "out", "nowhere"]), max_size=9))
def test_walk_stays_below_the_root(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    base = tmp_path_factory.mktemp("walk")
    proc, root = base / "proc", base / "proc" / str(PID) / "root"
    (root / "run" / "secrets").mkdir(parents=True)
    (root / "run" / "secrets" / "key").write_bytes(SECRET)
    (root / "var").symlink_to("run")
    (root / "loop").symlink_to("loop")
    (root / "out").symlink_to("../../../..")
    inodes = {(found.st_dev, found.st_ino) for found in (os.lstat(path) for path in [root, *root.rglob("*")])}
    path = "/".join(parts)
    try:
        with host_proc._container_file(PID, path, str(proc)) as descriptor:
            assert descriptor is None or host_proc._identity(descriptor) in inodes
    except host_proc._Unknown:
        assert "loop" in parts


def test_no_descriptor_is_left_open(proc: Path, root: Path) -> None:
    (root / "a").symlink_to("/a")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in ("/run/secrets/key", "/gone/x", "/a", "/var/run/secrets", "/"):
        file_fingerprint(PID, path, sha256, proc_root=str(proc))
        same_inode(PID, "/", path, str(proc))
        same_content(PID, "/gone", path, proc_root=str(proc))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


# Content


def test_content_is_compared_and_never_told(proc: Path, root: Path, tmp_path: Path) -> None:
    host_file = tmp_path / "key"
    host_file.write_bytes(SECRET)
    assert same_content(PID, str(host_file), "/run/secrets/key", proc_root=str(proc)) == ProcCheck("equal")
    host_file.write_bytes(SECRET + b"\n")
    different = same_content(PID, str(host_file), "/run/secrets/key", proc_root=str(proc))
    assert (different.verdict, different.reason) == ("different", "the content differs")
    assert "canary" not in repr(different)
    host_file.unlink()
    assert same_content(PID, str(host_file), "/run/secrets/key", proc_root=str(proc)).verdict == "unknown"
    assert same_content(PID, str(proc / "42" / "root" / "run" / "secrets" / "key"), "/gone", proc_root=str(proc)).verdict == "different"


def test_absent_file_is_no_failure_to_look(proc: Path) -> None:
    assert file_fingerprint(PID, "/run/secrets/other", sha256, proc_root=str(proc)).state == "absent"


def test_content_is_bounded(proc: Path, root: Path, tmp_path: Path) -> None:
    size = len(SECRET)
    assert file_fingerprint(PID, "/run/secrets/key", sha256, limit=size, proc_root=str(proc)).state == "read"
    too_large = file_fingerprint(PID, "/run/secrets/key", sha256, limit=size - 1, proc_root=str(proc))
    assert (too_large.state, too_large.value) == ("unknown", None)
    (tmp_path / "big").write_bytes(SECRET)
    assert same_content(PID, str(tmp_path / "big"), "/run/secrets/key", limit=size - 1, proc_root=str(proc)).verdict == "unknown"


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir])
def test_only_regular_files_are_read(proc: Path, root: Path, make: Callable[[Path], None]) -> None:
    make(root / "odd")
    told = file_fingerprint(PID, "/odd", sha256, proc_root=str(proc))
    assert (told.state, told.reason) == ("unknown", "it is no regular file in the container")


# Permission


def test_without_root_the_remedy_is_become(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(host_proc.os, "open", refuse)
    monkeypatch.setattr(host_proc.os, "readlink", refuse)
    monkeypatch.setattr(host_proc.os, "geteuid", lambda: 1000)
    remedy = "run with become (media_center_become: true)"
    for check in (
        same_network_namespace(PID, PID, str(proc)),
        same_inode(PID, "/", "/run", str(proc)),
        same_content(PID, "/etc/passwd", "/run/secrets/key", proc_root=str(proc)),
    ):
        assert (check.verdict, check.remedy) == ("unknown", remedy)
    told = file_fingerprint(PID, "/run/secrets/key", sha256, proc_root=str(proc))
    assert (told.state, told.remedy) == ("unknown", remedy)
    monkeypatch.setattr(host_proc.os, "geteuid", lambda: 0)
    assert "become" not in same_network_namespace(PID, PID, str(proc)).remedy
