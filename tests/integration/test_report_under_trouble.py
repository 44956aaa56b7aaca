# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens to the hosts, there is a report that names the dead, and the exit code is as promised.

These are whole runs of the playbooks: dead hosts are really connected to, on a port where nothing listens.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from support.parts import CHECKOUT, without
from support.repository import Repository, snapshot
from support.scripted_engine import ScriptedEngine, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = json.loads((CHECKOUT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
DEAD = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_ssh_args": "-F none"}
CANARY = "cAnary-7Hq-controller"
FILES = {
    "media/compose.yaml": f"services:\n  radarr:\n    image: x\n    environment:\n      NOTE: {CANARY}\n",
    "media/.env": f"NOTE={CANARY}\n",
    "tpl/compose.yaml.j2": "services:\n  radarr:\n    image: '{{ x }}'\n    command: '{{ hidden }}'\n",
}


class House:
    """An inventory, a repository, an engine without containers, and runs of the playbooks on them."""

    def __init__(self, folder: Path, engine: ScriptedEngine) -> None:
        self.folder = folder
        self.repository = Repository(folder / "homelab-apps", FILES).root
        self.report_dir = folder / "report"
        self.alive = {**LOCAL, "compose_stacks_docker_host": engine.url}
        self.output = ""

    def run(self, hosts: dict[str, dict[str, Any]], *words: str, playbook: str = "audit.yml", **variables: Any) -> int:
        """The exit code of a run; its output is kept."""
        shared = {"media_center_repositories": {"homelab-apps": str(self.repository)}, "media_center_report_dir": str(self.report_dir), **variables}
        inventory = {"all": {"vars": {"media_center_become": False, **shared}, "children": {"docker_hosts": {"hosts": hosts}}}}
        (self.folder / "inventory.yml").write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")
        environment = {**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "LC_ALL": "C.UTF-8", "ANSIBLE_LOCAL_TEMP": str(self.folder / "local")}
        environment["ANSIBLE_REMOTE_TEMP"] = str(self.folder / "remote")
        command = [str(PLAYBOOK), "-i", str(self.folder / "inventory.yml"), playbook, *words]
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=120, check=False)
        self.output = done.stdout + done.stderr
        return done.returncode

    def report(self) -> dict[str, Any]:
        """The report of the last run."""
        report = json.loads((self.report_dir / "report.json").read_text(encoding="utf-8"))
        jsonschema.validate(report, SCHEMA)
        return report

    def verdicts(self) -> dict[str, str]:
        """The verdict of each host, and of no repository."""
        return {each["name"]: each["verdict"] for each in self.report()["targets"] if each["kind"] != "repository"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    if shutil.which("ssh") is None:
        without("an ssh client")
    engine = ScriptedEngine(tmp_path / "e")
    for path, body in {"info": {}, "containers/json": [], "images/json": [], "networks": [], "volumes": {"Volumes": []}}.items():
        engine.replies[f"/v1.41/{path}"] = [answer(body)]
    yield House(tmp_path, engine)
    engine.close()


@pytest.mark.parametrize("check", [(), ("--check", "--diff")], ids=["plain", "check"])
@pytest.mark.parametrize(
    ("hosts", "limit", "unknown"),
    [
        (["dead"], "", ["dead"]),
        (["dead", "alive"], "", ["dead"]),
        (["alive", "dead"], "", ["dead"]),
        (["alive", "dead"], "dead", ["dead"]),
        (["alive", "dead"], "alive", []),
        (["dead", "dead2"], "", ["dead", "dead2"]),
    ],
    ids=["only host dead", "first host dead", "last host dead", "limited to the dead", "limited to the living", "every host dead"],
)
def test_dead_hosts(house: House, hosts: list[str], limit: str, unknown: list[str], check: tuple[str, ...]) -> None:
    table = {name: house.alive if name == "alive" else DEAD for name in hosts}
    assert house.run(table, *check, *(("--limit", limit) if limit else ())) == 0, house.output
    report = house.report()
    assert report["not_read"] == unknown
    assert {name for name, verdict in house.verdicts().items() if verdict == "unknown"} == set(unknown)
    assert set(house.verdicts()) == ({limit} if limit else set(hosts))
    assert all("unreachable" in each["reason"] for each in report["targets"] if each["name"] in unknown)
    assert ("NOT COMPLETE" in house.output) == bool(unknown or limit)
    assert report["writes"] == 0


@pytest.mark.parametrize(
    ("hosts", "fail_on", "code"),
    [(["dead"], "unknown", 2), (["dead", "alive"], "drift,unknown", 2), (["dead"], "drift", 0), (["alive"], "error", 0)],
)
def test_fail_on_ends_with_two_and_never_four(house: House, hosts: list[str], fail_on: str, code: int) -> None:
    table = {name: house.alive if name == "alive" else DEAD for name in hosts}
    assert house.run(table, "-e", f"media_center_fail_on={fail_on}") == code, house.output
    assert house.report()["targets"]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ({"ansible_python_interpreter": "/nowhere/python"}, "the task failed"),
        ({"media_center_stacks": "{{ of_nobody }}"}, "of_nobody"),
        ({"media_center_stacks": [{"folder": "x"}]}, "each with a name"),
        ({"compose_stacks_timeout": "soon"}, "timeout"),
    ],
    ids=["no python", "undefined variable", "entry without a name", "wrong type"],
)
def test_a_host_whose_task_fails_leaves_the_others(house: House, trouble: dict[str, Any], reason: str) -> None:
    assert house.run({"odd": {**house.alive, **trouble}, "alive": house.alive}) == 0, house.output
    targets = {each["name"]: each for each in house.report()["targets"]}
    assert targets["odd"]["verdict"] == "unknown"
    assert reason in targets["odd"]["reason"]
    assert targets["alive"]["read"] is True
    assert "Traceback" not in house.output


def test_only_odd_hosts_still_give_a_report(house: House) -> None:
    assert house.run({"odd": {**house.alive, "compose_stacks_timeout": "soon"}}) == 0, house.output
    assert house.report()["not_read"] == ["odd"]


def test_a_host_without_docker_is_told_with_the_next_step(house: House) -> None:
    assert house.run({"bare": {**LOCAL, "compose_stacks_docker_host": f"unix://{house.folder}/no.sock"}}) == 0, house.output
    report = house.report()
    assert report["not_read"] == ["bare"]
    assert report["targets"][0]["gaps"][0]["remedy"]


def test_a_repository_in_trouble_is_told_and_the_host_is_read(house: House) -> None:
    stacks = [{"name": "media"}, {"name": "gone"}, {"name": "tpl"}, {"name": "other", "repository": "never-named"}]
    assert house.run({"alive": {**house.alive, "media_center_stacks": stacks}}) == 0, house.output
    target = house.report()["targets"][0]
    told = {gap["key"]: gap["reason"] for gap in target["gaps"]}
    assert "has no stack gone" in told["gone"]
    assert "needs x, which is undefined" in told["tpl"]
    assert "has no checkout on the control node" in told["other"]
    assert target["read"] is True


def test_while_a_host_is_dead_no_stack_is_called_missing(house: House) -> None:
    house.run({"alive": house.alive, "dead": DEAD})
    assert house.report()["targets"][-1]["verdict"] == "unknown"
    house.run({"alive": house.alive})
    repository = house.report()["targets"][-1]
    assert (repository["kind"], repository["verdict"]) == ("repository", "drift")
    assert {finding["key"] for finding in repository["findings"]} == {"media", "tpl"}


def test_reconcile_reports_too(house: House) -> None:
    assert house.run({"dead": DEAD, "alive": house.alive}, playbook="reconcile.yml") == 0, house.output
    assert house.report()["not_read"] == ["dead"]
    assert house.report()["writes"] == 0


@pytest.mark.parametrize("words", [("-vvv",), ("-vvv", "--check", "--diff")], ids=["plain", "check"])
def test_nothing_of_gits_files_is_shown_and_nothing_is_written(house: House, words: tuple[str, ...]) -> None:
    stacks = [{"name": "media", "project_directory": str(house.folder / "stack")}, {"name": "tpl", "vars_files": ["../vars.yml"]}]
    (house.folder / "vars.yml").write_text(f"hidden: {CANARY}\nx: y\n")
    before = snapshot(house.repository)
    code = house.run({"alive": {**house.alive, "media_center_stacks": stacks}, "dead": DEAD}, *words)
    assert code == 0, house.output
    assert CANARY not in house.output
    assert snapshot(house.repository) == before
    for path in [path for folder in ("report", "remote", "local") for path in (house.folder / folder).rglob("*") if path.is_file()]:
        assert CANARY.encode() not in path.read_bytes(), path
