# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab`: start, faults and stop of the one background process."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from lab import process
from lab.paths import Paths
from lab.repositories import git
from support.parts import CHECKOUT, without

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def lab(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab", arguments[0], "--dir", str(folder), *arguments[1:]]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "lab"
    lab(tmp_path / "lab", "down")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("m") / "lab"
    assert lab(folder, "up").returncode == 0
    yield folder
    lab(folder, "down")


def ping(folder: Path, host: str = "mediabox") -> int:
    """The status of a ping of the engine, over its socket as `lab.json` names it."""
    from support.engine import _UnixConnection

    endpoint = json.loads((folder / "lab.json").read_text(encoding="utf-8"))["docker_hosts"][host]["docker_host"]
    connection = _UnixConnection(endpoint.removeprefix("unix://"))
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().status
    finally:
        connection.close()


def test_up_leaves_everything_that_was_promised(running: Path) -> None:
    assert {path.name for path in running.iterdir()} >= {"inventory.yml", "repositories", "hosts", "requests.jsonl", "lab.json", "state"}
    assert {path.name for path in (running / "repositories").iterdir()} == {"homelab-apps", "homelab-infra"}
    assert git(running / "repositories/homelab-apps", "status", "--porcelain") == ""
    assert (running / "lab.log").read_text(encoding="utf-8") == ""


def test_every_engine_answers_as_soon_as_up_returns(running: Path) -> None:
    assert [ping(running, host) for host in ("mediabox", "edgebox")] == [200, 200]
    last = [json.loads(line) for line in (running / "requests.jsonl").read_text(encoding="utf-8").splitlines()][-2:]
    assert [(line["app"], line["method"], line["path"], line["status"]) for line in last] == [
        ("mediabox", "GET", "/_ping", 200),
        ("edgebox", "GET", "/_ping", 200),
    ]


def test_status_tells_whether_a_lab_is_up(running: Path, tmp_path: Path) -> None:
    told, absent = lab(running, "status"), lab(tmp_path / "none", "status")
    assert (told.returncode, absent.returncode) == (0, 1)
    assert told.stdout == f"The lab is running: process {process.running(Paths.of(running))}, {running}\n"
    assert absent.stdout == f"No lab is running in {tmp_path / 'none'}\n" and not (tmp_path / "none").exists()


@pytest.mark.parametrize("up_before", [True, False])
@pytest.mark.parametrize("code", [0, 2])
def test_make_audit_stops_the_lab_that_it_started_and_no_other(folder: Path, tmp_path: Path, up_before: bool, code: int) -> None:
    make = shutil.which("make")
    if make is None:
        without("make")
    # The commands of the recipe, with a lab of our own and without the audit itself.
    commands = {
        "python": f'exec {shlex.quote(sys.executable)} "$@" --dir {shlex.quote(str(folder))}',
        "ansible-playbook": f'echo "audited: $(test -e {shlex.quote(str(folder / "lab.json"))} && echo up)"; exit {code}',
    }
    for name, command in commands.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "installed").touch()
    if up_before:
        assert lab(folder, "up").returncode == 0
    done = subprocess.run([make, "audit", f"BIN={tmp_path}", f"RUNTIME={tmp_path / 'installed'}"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert "audited: up" in done.stdout, done.stderr
    assert (done.returncode == 0) is (code == 0)
    assert (process.running(Paths.of(folder)) is not None) is up_before


def test_a_second_up_says_that_the_lab_is_running(running: Path) -> None:
    pid = process.running(Paths.of(running))
    done = lab(running, "up")
    assert done.returncode == 0
    assert done.stdout.startswith(f"The lab is already running: process {pid},")
    assert process.running(Paths.of(running)) == pid


def test_a_fault_is_put_in_force_and_taken_away(running: Path) -> None:
    assert lab(running, "fault", "mediabox", "--status", "503").returncode == 0
    assert (ping(running), ping(running, "edgebox")) == (503, 200)
    assert "healthy again" in lab(running, "fault", "mediabox", "--clear").stdout
    assert ping(running) == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nope", "--status", "500"), "the lab has no app nope: it has bazarr, edgebox, gluetun"),
        (("mediabox",), "say what is to fail"),
        (("mediabox", "--status", "7"), "7 is no HTTP status"),
        (("mediabox", "--status", "500", "--rate", "3"), "3.0 is no rate"),
    ],
)
def test_a_fault_that_cannot_be_is_told_in_one_sentence(running: Path, arguments: tuple[str, ...], message: str) -> None:
    done = lab(running, "fault", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("lab: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_down_ends_the_process_and_takes_the_description_away(folder: Path) -> None:
    lab(folder, "up")
    pid = process.running(Paths.of(folder))
    assert pid is not None
    done = lab(folder, "down")
    assert done.stdout == f"The lab is down: process {pid} has ended\n"
    assert process.running(Paths.of(folder)) is None
    assert not (folder / "lab.json").exists()
    assert (folder / "requests.jsonl").exists()


def test_down_and_fault_without_a_lab_say_so(folder: Path) -> None:
    done = lab(folder, "down")
    assert (done.returncode, done.stdout) == (0, f"No lab is running in {folder}\n")
    done = lab(folder, "fault", "mediabox", "--status", "500")
    assert done.returncode == 1
    assert "start one with `python -m lab up`" in done.stderr


def test_up_after_a_killed_lab_starts_a_fresh_one(folder: Path) -> None:
    lab(folder, "up")
    killed = process.running(Paths.of(folder))
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    (folder / "repositories/homelab-apps/README.md").write_text("mine", encoding="utf-8")
    wait_for_the_end_of(folder)
    done = lab(folder, "up")
    assert done.returncode == 0, done.stderr
    assert process.running(Paths.of(folder)) not in (None, killed)
    assert git(folder / "repositories/homelab-apps", "status", "--porcelain") == ""
    assert ping(folder) == 200


def test_a_number_that_another_process_has_by_now_stops_nobody(folder: Path) -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        folder.mkdir()
        (folder / ".lab.lock").write_text(str(bystander.pid), encoding="utf-8")
        assert lab(folder, "down").stdout.startswith("No lab is running")
        assert lab(folder, "up").returncode == 0
        assert lab(folder, "down").returncode == 0
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_two_labs_live_side_by_side(folder: Path, running: Path) -> None:
    assert lab(folder, "up").returncode == 0
    assert (ping(folder), ping(running)) == (200, 200)
    assert lab(folder, "down").returncode == 0
    assert ping(running) == 200


def test_a_lab_that_cannot_start_says_why(folder: Path) -> None:
    folder.mkdir()
    (folder / "precious").touch()
    done = lab(folder, "up")
    assert (done.returncode, done.stderr) == (1, f"lab: {folder} is not empty and holds no lab: give another folder with --dir\n")


def test_a_folder_too_deep_for_sockets_works_all_the_same(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.parent.mkdir()
    try:
        done = lab(deep, "up")
        assert done.returncode == 0, done.stderr
        assert ping(deep) == 200
    finally:
        lab(deep, "down")


def wait_for_the_end_of(folder: Path) -> None:
    end = time.monotonic() + 10
    while process.running(Paths.of(folder)) is not None and time.monotonic() < end:
        time.sleep(0.02)
