# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private folder is made late, is nobody else's to read, and is gone however the call ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.module.workspace import workspace

from support.fake_module import FakeModule
from support.parts import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

#: One call as Ansible makes it: code in a payload folder, a folder for the task where files are sent, a result on standard output.
CALL = """
import os, sys, time
from types import SimpleNamespace
sys.path.insert(0, {payload!r})
from ansible_collections.homelab.media_center.plugins.module_utils.module.workspace import workspace
with workspace(SimpleNamespace(_tmpdir={task!r}, _remote_tmp={remote!r}, _keep_remote_files={keep})) as place:
    open(os.path.join(place.folder(), "secret"), "w").close()
    print("ready", flush=True)
    sys.stdin.readline()
print("result", flush=True)
"""


class Call:
    """A call in a process of its own that waits for a line."""

    def __init__(self, folder: Path, with_task_folder: bool = False, keep: bool = False) -> None:
        self.payload = folder / "ansible_compose_stack_payload_x1"
        self.payload.mkdir()
        (self.payload / "ansible_compose_stack_payload.zip").touch()
        self.remote = folder / "home" / ".ansible" / "tmp"
        self.task = self.remote / "ansible-tmp-1-2"
        if with_task_folder:
            self.task.mkdir(parents=True)
            (self.task / "AnsiballZ_compose_stack.py").touch()
        names = {"payload": str(self.payload / "ansible_compose_stack_payload.zip"), "task": f"{self.task}/" if with_task_folder else None}
        code = CALL.format(**names, remote=str(self.remote), keep=keep)
        environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "collections")}
        self.process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", self.process.communicate()[1].decode()

    def end(self) -> bytes:
        """Let it end by itself; what it told after that."""
        out, err = self.process.communicate(b"\n", timeout=20)
        assert err == b""
        return out

    def left(self) -> list[str]:
        """What is left of everything, relative to the home's parent."""
        root = self.payload.parent
        return sorted(str(each.relative_to(root)) for each in root.rglob("*"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mine").write_text("keep\n")
    return tmp_path


def gone(call: Call, wanted: list[str]) -> None:
    """Wait until only `wanted` is left. What is removed while it is listed makes the listing fail: then it is listed again."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with contextlib.suppress(FileNotFoundError):
            if call.left() == wanted:
                return
        time.sleep(0.02)
    assert call.left() == wanted


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    with workspace(FakeModule(tmp_path)) as made:  # type: ignore[arg-type]
        assert list(tmp_path.iterdir()) == [], "nothing is made before it is asked for"
        yield Path(made.folder())
        assert made.folder() == made.folder()


def test_nobody_else_may_look_inside(place: Path) -> None:
    for each in (place, place.parent, place.parent.parent):
        assert each.stat().st_mode & 0o077 == 0


def test_it_is_gone_after_an_exception(tmp_path: Path) -> None:
    with pytest.raises(KeyError), workspace(FakeModule(tmp_path)) as made:  # type: ignore[arg-type]
        (Path(made.folder()) / "x").touch()
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_parents_that_are_in_use_stay(tmp_path: Path) -> None:
    with workspace(FakeModule(tmp_path)) as made:  # type: ignore[arg-type]
        (Path(made.folder()).parent / "another").touch()
    assert sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*")) == ["ansible", "ansible/tmp", "ansible/tmp/another"]


def test_where_ansibles_folder_cannot_be_made_the_systems_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with workspace(FakeModule(tmp_path)) as made:  # type: ignore[arg-type]
        assert Path(made.folder()).parent == tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("with_task_folder", [True, False])
def test_a_call_that_ends_by_itself_takes_only_its_own(folder: Path, with_task_folder: bool) -> None:
    call = Call(folder, with_task_folder)
    assert call.end() == b"result\n"
    # Payload and task's folder are Ansible's to remove.
    payload = ["ansible_compose_stack_payload_x1", "ansible_compose_stack_payload_x1/ansible_compose_stack_payload.zip"]
    task = ["home/.ansible", "home/.ansible/tmp", "home/.ansible/tmp/ansible-tmp-1-2", "home/.ansible/tmp/ansible-tmp-1-2/AnsiballZ_compose_stack.py"]
    assert call.left() == [*payload, "home", *(task if with_task_folder else []), "home/mine"]


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("with_task_folder", [True, False])
def test_a_killed_call_leaves_nothing(folder: Path, with_task_folder: bool, sign: signal.Signals) -> None:
    call = Call(folder, with_task_folder)
    call.process.send_signal(sign)
    # Who waits for the end of the pipes does not wait for the one that cleans up.
    call.process.communicate(timeout=20)
    parents = ["home/.ansible", "home/.ansible/tmp"] if with_task_folder else []
    gone(call, ["home", *parents, "home/mine"])


def test_a_call_whose_reader_is_gone_leaves_nothing_either(folder: Path) -> None:
    call = Call(folder, with_task_folder=True)
    assert call.process.stdin is not None
    assert call.process.stdout is not None
    call.process.stdout.close()
    call.process.stdin.write(b"\n")
    call.process.stdin.close()
    call.process.wait(20)
    gone(call, ["home", "home/.ansible", "home/.ansible/tmp", "home/mine"])


def test_files_that_are_to_be_kept_are_kept(folder: Path) -> None:
    call = Call(folder, with_task_folder=True, keep=True)
    call.process.kill()
    call.process.communicate(timeout=20)
    time.sleep(0.5)
    assert "home/.ansible/tmp/ansible-tmp-1-2/AnsiballZ_compose_stack.py" in call.left()
    assert not [each for each in call.left() if each.endswith("secret")]


def test_a_call_leaves_no_process(folder: Path) -> None:
    call = Call(folder)
    group = {int(each) for each in Path(f"/proc/{call.process.pid}/task/{call.process.pid}/children").read_text().split()}
    assert len(group) == 1
    call.end()
    assert not any(Path(f"/proc/{each}").exists() for each in group)
