# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project of twelve services on a real engine: nothing is found while nothing is wrong, and each mutation of the table where it happened.

All audits are made by one copy of the program, and between two mutations everything is put back, which an audit proves.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.parts import CHECKOUT, without
from support.project_engine import missing_for_own_engine, own_engine, wait_until
from support.project_house import REPOSITORY, SERVICES, House, container_of
from support.project_mutations import CLEAN, MISSED, Row, Told, docker, edit, judge
from support.project_table import ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.project_audit import Audit

pytestmark = [pytest.mark.engine, pytest.mark.slow]
NOTHING = Row(0, "nothing", lambda house: None, verdict=CLEAN)
CONTROL = Row(0, "docker update --restart no", docker("update", "--restart", "no", "plex"), (Told("container_changed", "plex", "restart"),))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    missing = missing_for_own_engine()
    if missing:
        without(missing)
    with own_engine() as own:
        made = House(own, tmp_path_factory.mktemp("house"))
        made.build()
        yield made


@pytest.fixture(scope="module")
def table() -> Iterator[dict[int, str]]:
    """What was found, by row; shown and kept when the rows are through."""
    judged: dict[int, str] = {}
    yield judged
    titles = {row.number: row.title for row in ROWS}
    lines = ["| # | mutation | result |", "| --- | --- | --- |", *(f"| {number} | {titles[number]} | {judged[number]} |" for number in sorted(judged))]
    folder = CHECKOUT / "build"
    folder.mkdir(exist_ok=True)
    (folder / "mutations.md").write_text("\n".join(lines) + "\n")
    print("\n" + "\n".join(lines))


def assert_nothing_is_found(audit: Audit) -> None:
    """No drift, nothing unknown, and every service was looked at."""
    assert judge(NOTHING, audit).false == (), audit.lines()
    assert audit.told["unknown"] == 0 and audit.told["requests"]["write"] == 0
    assert all(audit.services().get(name, 0) > 20 for name in SERVICES), audit.services()


def assert_found(audit: Audit, row: Row) -> None:
    """What the row has to tell is told, and nothing else."""
    judgement = judge(row, audit)
    assert judgement.right, f"missed {judgement.missed}, false {judgement.false}\n{audit.lines()}"


def assert_a_change_would_be_found(house: House, along: tuple[Told, ...] = ()) -> None:
    """The positive control of every audit that found nothing."""
    CONTROL.mutate(house)
    assert_found(house.audit(), dataclasses.replace(CONTROL, along=along))
    house.docker("update", "--restart", "unless-stopped", "plex")


def _stop_and_start(house: House) -> None:
    house.compose("stop")
    house.compose("start")
    house.settle()


def _restart_containers(house: House) -> None:
    # One after the other, parents first: a child joins the name space of what runs by then.
    house.docker("restart", *(container_of(name) for name in SERVICES))
    house.settle()


EVENTS: dict[str, Callable[[House], Any]] = {
    "up": lambda house: None,
    "up with an unchanged file": lambda house: house.up(),
    "stop and start": _stop_and_start,
    "docker restart": _restart_containers,
    "down and up": lambda house: (house.compose("down"), house.up()),
}


@pytest.mark.parametrize("event", EVENTS)
def test_nothing_is_found_after(house: House, event: str) -> None:
    EVENTS[event](house)
    audit = house.audit()
    assert_nothing_is_found(audit)
    assert (audit.told["verdict"], audit.told["health"]) == ("in_sync", "healthy"), audit.lines()
    assert_a_change_would_be_found(house)


def test_nothing_is_found_after_a_restart_of_the_daemon(house: House) -> None:
    house.own.restart()
    try:
        # Some stay down: without a policy that brings them back, or because the engine started a child before the parent whose network it joins.
        # That is health, and no drift.
        may_stop = {"recyclarr", "bazarr", "qbittorrent"}
        wait_until(lambda: {container_of(each) for each in SERVICES if each not in may_stop} <= house.running(), "the containers are back", 60)
        house.settle()
        audit = house.audit()
        assert audit.drift() == [] and audit.told["unknown"] == 0, audit.lines()
        stopped = tuple(Told("service_not_running", each["key"], "state") for each in audit.findings if each["category"] == "health")
        assert {each.key for each in stopped} <= may_stop, audit.lines()
        assert_a_change_would_be_found(house, stopped)
    finally:
        house.up()
    assert_nothing_is_found(house.audit())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.title}")
def test_a_mutation_is_told_where_it_happened(house: House, table: dict[int, str], row: Row) -> None:
    row.mutate(house)
    try:
        audit = house.audit(row.environment)
        judgement = judge(row, audit)
        table[row.number] = row.verdict if judgement.right else f"**WRONG**: missed {judgement.missed}, false {judgement.false}"
        if row.told:
            table[row.number] += ": " + ", ".join(str(each) for each in row.told[:4]) + (" ..." if len(row.told) > 4 else "")
        assert_found(audit, row)
        if row.verdict in (CLEAN, MISSED):
            assert_a_change_would_be_found(house)
    finally:
        if row.undo is not None:
            row.undo(house)
        house.restore(*row.renew)
    assert_nothing_is_found(house.audit())


# Which of the three sides stands alone decides what is to be done.
SIDES = (
    Row(
        1, "git is ahead of the host", edit("compose.yml", "homepage.group: Films", "homepage.group: Movies", "git"),
        (Told("git_ahead_of_host", "radarr", "labels.homepage.group"), Told("file_behind_git", "house/compose.yml")),
    ),
    Row(
        2, "the host's file was edited and not deployed", edit("compose.yml", "homepage.group: Films", "homepage.group: Movies", "host"),
        (Told("deploy_pending", "radarr", "labels.homepage.group"), Told("file_edited_on_host", "house/compose.yml")),
    ),
    Row(
        3, "the host's file was edited and deployed",
        lambda house: (house.edit("compose.yml", "homepage.group: Films", "homepage.group: Movies", "host"), house.up()),
        (Told("edited_on_host", "radarr", "labels.homepage.group"), Told("file_edited_on_host", "house/compose.yml")),
    ),
    Row(
        4, "a tracked file that no container mounts was edited on the host", edit("monitoring/compose.yml", "services:", "# by hand\nservices:", "host"),
        (Told("file_edited_on_host", "house/monitoring/compose.yml"),),
    ),
    Row(5, "a key is missing in .env", edit(".env", "RECYCLARR_API_KEY=", "# RECYCLARR_API_KEY=", "host"),
        (Told("env_key_missing", "house/.env", "RECYCLARR_API_KEY"),), (Told("*", "recyclarr", "*"),)),
)


@pytest.mark.parametrize("row", SIDES, ids=lambda row: row.title)
def test_the_side_that_stands_alone_is_told(house: House, row: Row) -> None:
    head = house.git("rev-parse", "HEAD").strip()
    row.mutate(house)
    if house.git("status", "--porcelain"):
        house.commit("Sort the films")
    try:
        assert_found(house.audit(), row)
    finally:
        house.git("reset", "--quiet", "--hard", head)
        house.restore()
    assert_nothing_is_found(house.audit())


def test_a_floating_tag_that_moved_is_information(house: House) -> None:
    house.docker("tag", "sctx/overseerr:1.33.2", "ghcr.io/flaresolverr/flaresolverr:latest")
    try:
        audit = house.audit()
        (moved,) = [each for each in audit.findings if each["code"] == "image_moved"]
        assert (moved["key"], moved["severity"]) == ("flaresolverr", "info")
        assert audit.drift() == []
    finally:
        house.restore()


def test_a_host_for_which_nothing_is_listed_is_matched_by_its_labels(house: House) -> None:
    audit = house.audit(stacks=[])
    assert_nothing_is_found(audit)
    assert [(each["name"], each["match"]) for each in audit.told["stacks"]] == [("house", "label")]
    CONTROL.mutate(house)
    assert_found(house.audit(stacks=[]), CONTROL)
    house.docker("update", "--restart", "unless-stopped", "plex")


def playbook(house: House, folder: Path) -> dict[str, Any]:
    """The target's part of the report that `ansible-playbook audit.yml` writes."""
    variables: dict[str, Any] = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "media_center_become": os.geteuid() != 0,
        "media_center_repositories": {REPOSITORY: str(house.checkout)},
        "media_center_stacks": [house.stack],
        "media_center_report_dir": str(folder / "report"),
        "compose_stacks_docker_host": house.own.host,
        "compose_stacks_compose_command": house.compose_command,
    }
    inventory = folder / "inventory.yml"
    inventory.write_text(json.dumps({"docker_hosts": {"hosts": {"mediabox": variables}}}))
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory), "audit.yml"]
    environment = {**house.own.environment, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    targets = json.loads((folder / "report" / "report.json").read_text())["targets"]
    return next(each for each in targets if each["name"] == "mediabox")


PLAYED = {row.number: row for row in ROWS if row.number in (2, 11, 27, 35)}


@pytest.mark.parametrize("number", PLAYED)
def test_the_playbook_tells_the_same(house: House, tmp_path: Path, number: int) -> None:
    row = PLAYED[number]
    row.mutate(house)
    try:
        target = playbook(house, tmp_path)
        told = {(each["code"], each["key"], each["path"]) for each in target["findings"] if each["category"] == "drift" and each["severity"] != "info"}
        assert told == {(each.code, each.key, each.path) for each in row.told}
        assert target["verdict"] == "drift"
    finally:
        house.restore(*row.renew)


def test_the_playbook_finds_nothing_where_nothing_is_wrong(house: House, tmp_path: Path) -> None:
    target = playbook(house, tmp_path)
    assert (target["verdict"], target["health"], target["unknown"]) == ("in_sync", "healthy", 0), target["findings"]
    assert target["checked"] == house.audit().told["checked"]
