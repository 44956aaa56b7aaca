# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How reconcile changes a host: files that can be put back, one service after the other, and a way back where compose fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import Model
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import FileState, GitFile, file_state
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_match import LiveProject, Match
from ansible_collections.homelab.media_center.plugins.module_utils.module import compose_apply
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_plan import plan_stack
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_read import StackRead, StackSource

from support.compose_world import GONE, World
from support.fake_module import FakeModule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import Project

DRIFT = World(service={"environment": {"COLOUR": "blue"}})
BY_HAND = World(inspect={"Config": {"Labels": {"com.docker.compose.config-hash": GONE, "com.docker.compose.project": GONE}}})


class Calls:
    """Stands for compose and for the engine's writing calls: what was asked, in order. Calls that start with a word of `failing` fail."""

    def __init__(self, failing: str = "") -> None:
        self.made: list[str] = []
        self.failing = failing

    def up(self, project: Project, services: Sequence[str], profiles: Sequence[str], recreate: bool) -> None:
        self._made("up {0}{1}".format(" ".join(services), " anew" if recreate else ""))

    def __getattr__(self, name: str) -> Any:
        return lambda *words: self._made(" ".join((name, *words)))

    def _made(self, call: str) -> None:
        self.made.append(call)
        if self.failing and call.startswith(self.failing):
            raise GatewayError("no such image: x:1", remedy="pull it")


class Host:
    """A stack's folder with files that differ from git, and one reconcile of it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "opt" / "p"
        self.folder.mkdir(parents=True)
        self.backups = folder / "backup"
        self._module = FakeModule(folder, git_wins=["p"], adopt=True, backup_directory=str(self.backups))
        self._monkeypatch = monkeypatch

    def state(self, path: str, git: str) -> FileState:
        """A file of git beside the host's copy."""
        return file_state(str(self.folder), GitFile(path, git.encode()))

    def reconcile(self, calls: Calls, files: Sequence[FileState] = (), world: World = DRIFT, check_mode: bool = False) -> compose_apply.Applied:
        """One reconcile that git wins."""
        self._module.check_mode = check_mode
        host = SimpleNamespace(module=self._module, params=self._module.params, target="host", redactor=Redactor("k"))
        facts, model = world.host(), Model(world.declared())
        project = LiveProject("p", str(self.folder), (), (), tuple(facts.containers), "", str(self.folder))
        told = {"name": "p", "files": ["compose.yml"], "assigned": True, "project_directory": str(self.folder)}
        read = StackRead("p", told, Match(project, "label"), StackSource({}), str(self.folder), tuple(files), model, model)
        self._monkeypatch.setattr(compose_apply, "ContainerWriter", lambda engine: calls)
        return compose_apply.apply_stacks(host, None, calls, facts, {}, [plan_stack(read, world.context())])  # type: ignore[arg-type]

    def undo(self, told: str) -> None:
        """Run the command that a note or a finding names."""
        command = told[told.index("cp -r") :].partition("'")[0]
        subprocess.run(command.split(), check=True)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(tmp_path, monkeypatch)


def test_a_file_is_replaced_with_its_mode_and_owner_and_a_way_back(host: Host) -> None:
    path = host.folder / "compose.yml"
    path.write_text("old\n")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 1234, 2345)
    before = path.stat()
    calls = Calls()
    done = host.reconcile(calls, [host.state("compose.yml", "new\n")])
    after = path.stat()
    assert path.read_text() == "new\n"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino, "a reader never sees half a file"
    assert [each.name for each in host.folder.iterdir()] == ["compose.yml"]
    assert calls.made == ["up web anew"]
    assert (done.changed, done.writes, done.findings) == (True, 2, ())
    kept = [each for each in host.backups.rglob("*") if each.is_file()]
    assert [each.read_text() for each in kept] == ["old\n"]
    assert all(each.stat().st_mode & 0o077 == 0 for each in [*host.backups.iterdir(), *kept])
    host.undo(done.actions[-1])
    restored = path.stat()
    assert path.read_text() == "old\n"
    assert (restored.st_mode, restored.st_uid, restored.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_a_new_file_gets_gits_mode_and_the_owner_of_its_folder(host: Host) -> None:
    if os.geteuid() == 0:
        os.chown(host.folder, 1234, 2345)
    state = file_state(str(host.folder), GitFile("traefik/rules/dynamic.yml", b"a\n", mode=0o755))
    done = host.reconcile(Calls(), [state])
    path = host.folder / "traefik" / "rules" / "dynamic.yml"
    assert path.read_text() == "a\n"
    assert path.stat().st_mode & 0o777 == 0o755
    owner = host.folder.stat()
    for each in (path, path.parent, path.parent.parent):
        assert (each.stat().st_uid, each.stat().st_gid) == (owner.st_uid, owner.st_gid)
    assert not host.backups.exists()
    assert done.writes == 2


def test_a_link_stays_a_link(host: Host, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.yml"
    real.write_text("old\n")
    (host.folder / "compose.yml").symlink_to(real)
    done = host.reconcile(Calls(), [host.state("compose.yml", "new\n")])
    assert (host.folder / "compose.yml").is_symlink()
    assert real.read_text() == "new\n"
    host.undo(done.actions[-1])
    assert (host.folder / "compose.yml").is_symlink()
    assert real.read_text() == "old\n"


def test_a_file_outside_of_the_folder_comes_back_too(host: Host) -> None:
    common = host.folder.parent / "common.yml"
    common.write_text("old\n")
    done = host.reconcile(Calls("up"), [host.state("../common.yml", "new\n")])
    assert common.read_text() == "new\n"
    host.undo(done.findings[0].evidence)
    assert common.read_text() == "old\n"


def test_a_failed_up_is_told_with_the_way_back(host: Host) -> None:
    (host.folder / "compose.yml").write_text("old\n")
    done = host.reconcile(Calls("up"), [host.state("compose.yml", "new\n")])
    (finding,) = done.findings
    assert (finding.code, finding.severity, finding.remedy) == ("reconcile_failed", "high", "pull it")
    assert "no such image: x:1" in finding.message
    host.undo(finding.evidence)
    assert (host.folder / "compose.yml").read_text() == "old\n"


def test_a_failed_up_without_a_replaced_file_says_so(host: Host) -> None:
    assert host.reconcile(Calls("up")).findings[0].evidence == "no file had been replaced"


def test_what_cannot_be_written_is_told_and_nothing_is_started(host: Host) -> None:
    (host.folder / "settings").write_text("a file where git has a folder\n")
    calls = Calls()
    (finding,) = host.reconcile(calls, [FileState(GitFile("settings/a.toml", b"x"), str(host.folder / "settings" / "a.toml"), "missing")]).findings
    assert finding.code == "reconcile_failed"
    assert str(host.folder / "settings") in finding.message
    assert calls.made == []


def test_check_mode_says_the_same_and_does_nothing(host: Host) -> None:
    (host.folder / "compose.yml").write_text("old\n")
    files = [host.state("compose.yml", "new\n")]
    calls = Calls()
    would = host.reconcile(calls, files, check_mode=True)
    assert calls.made == []
    assert (host.folder / "compose.yml").read_text() == "old\n"
    assert not host.backups.exists()
    done = host.reconcile(calls, files)
    assert would.changed is done.changed is True
    assert would.actions == done.actions[: len(would.actions)]
    assert (would.writes, done.writes) == (0, 2)


def test_nothing_to_do_is_no_change(host: Host) -> None:
    calls = Calls()
    done = host.reconcile(calls, world=World())
    assert (done.changed, done.actions, done.writes, calls.made) == (False, (), 0, [])


def test_a_hand_made_container_goes_only_when_composes_own_runs(host: Host) -> None:
    calls = Calls()
    host.reconcile(calls, world=BY_HAND)
    aside = calls.made[1].split()[2]
    assert calls.made == ["stop p-web-1", f"rename p-web-1 {aside}", "up web", f"remove {aside}"]


def test_a_hand_made_container_comes_back_where_compose_fails(host: Host) -> None:
    calls = Calls("up")
    done = host.reconcile(calls, world=BY_HAND)
    aside = calls.made[1].split()[2]
    assert calls.made[-2:] == [f"rename {aside} p-web-1", "start p-web-1"]
    assert f"remove {aside}" not in calls.made
    # What compose left of its own attempt would be in the way of the name.
    assert calls.made[3:5] == ["stop p-web-1", "remove p-web-1"]
    assert done.findings[0].code == "reconcile_failed"


def test_backups_of_a_user_go_to_its_home(host: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compose_apply.os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", str(tmp_path))
    host._module.params["backup_directory"] = None
    (host.folder / "compose.yml").write_text("old\n")
    host.reconcile(Calls(), [host.state("compose.yml", "new\n")])
    kept = tmp_path / ".local" / "state" / "media_center" / "backup"
    assert [each.read_text() for each in kept.rglob("compose.yml")] == ["old\n"]
    shutil.rmtree(kept)
