# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report is written whatever the hosts gave, for nobody else to read, and the summary is shown."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any
from unittest import mock

import jsonschema
import pytest
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.template import Templar
from ansible.utils.display import Display
from ansible_collections.homelab.media_center.plugins.action.report import ActionModule

from support.parts import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

OK = {
    "schema": 1,
    "target": "ok",
    "kind": "docker_host",
    "verdict": "in_sync",
    "health": "healthy",
    "checked": 3,
    "ignored": 0,
    "not_comparable": 0,
    "unknown": 0,
    "findings": [],
    "gaps": [],
    "requests": {"read": 1, "write": 0, "login": 0},
}


class HostVars(dict):
    """As much of Ansible's hostvars as the plugin uses."""

    def raw_get(self, host: str) -> Any:
        return self[host]


def run(folder: Path, hosts: dict[str, Any], check_mode: bool = False, **args: Any) -> tuple[dict[str, Any], list[str]]:
    loader = DataLoader()
    task = Task()
    task.action = "homelab.media_center.report"
    task.args = {"report_dir": str(folder), **args}
    task.check_mode = check_mode
    variables = {"ansible_play_hosts_all": list(hosts), "hostvars": HostVars(hosts)}
    action = ActionModule(task, mock.MagicMock(), PlayContext(), loader, Templar(loader, variables), None)
    with mock.patch.object(Display, "display") as display:
        result = action.run(task_vars=variables)
    return result, [call.args[0] for call in display.call_args_list]


def registered(**more: Any) -> dict[str, Any]:
    return {"compose_stacks_result": {"changed": False, "media_center": OK, "started": 1.0, **more}}


@pytest.mark.parametrize("check_mode", [False, True])
def test_all_faces_are_written_in_both_modes(tmp_path: Path, check_mode: bool) -> None:
    folder = tmp_path / "a" / "report"
    result, lines = run(folder, {"ok": registered()}, check_mode)
    assert {path.name for path in folder.iterdir()} == {"report.json", "report.md", "report.html", "report.junit.xml"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    report = json.loads((folder / "report.json").read_text())
    jsonschema.validate(report, json.loads((CHECKOUT / "docs" / "report.schema.json").read_text()))
    assert (result["changed"], result["verdict"], result["report_dir"]) == (False, "in_sync", str(folder))
    assert lines[0].startswith("ok ─")
    assert report["duration_s"] > 1000


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    run(folder, {"ok": registered()})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "no task of this run gave a result for it"),
        ({"compose_stacks_result": {"unreachable": True, "msg": "Connection\nrefused"}}, "unreachable: Connection refused"),
        ({"compose_stacks_result": {"failed": True, "msg": "no sudo"}}, "the task failed: no sudo"),
        ({"compose_stacks_result": {"skipped": True}}, "the task was skipped"),
        ({"compose_stacks_result": "odd"}, "no task of this run gave a result for it"),
    ],
)
def test_a_host_without_a_result_is_unknown_with_the_reason(tmp_path: Path, given: dict[str, Any], reason: str) -> None:
    run(tmp_path, {"dead": given, "ok": registered()})
    report = json.loads((tmp_path / "report.json").read_text())
    dead = report["targets"][0]
    assert (dead["name"], dead["verdict"], dead["reason"]) == ("dead", "unknown", reason)
    assert report["not_read"] == ["dead"]


def test_fail_on_fails_after_the_report_is_written(tmp_path: Path) -> None:
    result, _lines = run(tmp_path, {"dead": {}}, fail_on="drift,unknown")
    assert result["failed"] is True
    assert "unknown" in result["msg"]
    assert (tmp_path / "report.json").exists()
    assert "failed" not in run(tmp_path, {"dead": {}}, fail_on=["drift"])[0]


def test_a_verdict_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnsibleError, match="fail_on"):
        run(tmp_path, {}, fail_on=["nonsense"])


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AnsibleActionFail, match="correct media_center_report_dir"):
        run(tmp_path / "file" / "report", {"ok": registered()})


def test_the_report_before_is_replaced_and_nothing_is_left(tmp_path: Path) -> None:
    run(tmp_path, {"dead": {}})
    run(tmp_path, {"ok": registered()})
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "in_sync"
    assert len(list(tmp_path.iterdir())) == 4


def test_other_results_are_read_by_name(tmp_path: Path) -> None:
    run(tmp_path, {"ok": {"mine": {"media_center": OK}}}, results=["mine"])
    assert json.loads((tmp_path / "report.json").read_text())["coverage"]["checked"] == 3
