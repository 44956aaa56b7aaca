# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One collector: nothing is left out, what could not be read is never clean, and the result keeps to its schema."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding, target_result
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Coverage, Gap, Origin
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.report import Given, NotRead, collect, failing
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_html import html
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_markdown import markdown
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_terminal import terminal_lines
from ansible_collections.homelab.media_center.plugins.module_utils.core.verbs import EITHER_SIDE, INTO_GIT
from hypothesis import given
from hypothesis import strategies as st

from support.parts import CHECKOUT

SCHEMA = json.loads((CHECKOUT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
DEAD = NotRead("unreachable: Connection refused", "make the host reachable, then audit again")


def finding(code: str = "container_changed", **more: Any) -> Finding:
    told: dict[str, Any] = {
        "target": "mediabox",
        "resource": "service",
        "key": "radarr",
        "path": "restart",
        "declared": "unless-stopped",
        "running": "no",
        "source": Origin("homelab-apps", "media/compose.yml", 41),
        "remedy": EITHER_SIDE,
        "evidence": "media",
        "message": "service radarr: changed past compose",
    }
    return Finding(code=code, **{**told, **more})


def result(target: str = "mediabox", findings: tuple[Finding, ...] = (), unknown: int = 0, **more: Any) -> dict[str, Any]:
    gaps = [Gap("unknown", "service", f"s{number}", "", "container not running", "start it") for number in range(unknown)]
    told = target_result(target, "docker_host", findings, Coverage(40, 1, 2, unknown), gaps, "healthy", {"read": 7})
    return {**told, "stacks": [{"name": "media"}], "candidates": [], "repositories": [], **more}


def repository(*stacks: tuple[str, list[str]], dirty: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    listed = [{"name": folder or "apps", "folder": folder, "file": "compose.yaml", "included_by": included} for folder, included in stacks]
    return [{"name": "homelab-apps", "branch": "main", "head": "a" * 40, "revision": "", "dirty": list(dirty), "stacks": listed}]


def candidate(folder: str, **more: Any) -> dict[str, Any]:
    return {"name": folder, "repository": "homelab-apps", "folder": folder, "matched": True, **more}


def report_of(hosts: dict[str, Given], **more: Any) -> dict[str, Any]:
    report = collect(hosts, generated="2026-01-02T03:04:05+00:00", duration_s=8.14, redactor=Redactor("k"), **more)
    jsonschema.validate(report, SCHEMA, format_checker=jsonschema.FormatChecker())
    return report


def targets(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in report["targets"]}


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_counts_are_summed_and_the_worst_verdict_wins() -> None:
    report = report_of({"a": [result("a")], "b": [result("b", (finding(),))], "c": [result("c", unknown=2)]})
    assert report["coverage"] == {"checked": 120, "ignored": 3, "not_comparable": 6, "unknown": 2, "total": 131}
    assert report["verdict"] == "drift"
    assert report["duration_s"] == 8.1
    assert (report["not_read"], report["not_whole"]) == ([], ["c"])
    assert [each["verdict"] for each in report["targets"]] == ["in_sync", "drift", "unknown"]


def test_secrets_that_a_docker_host_did_not_tell_are_one_line_of_that_host() -> None:
    def app(name: str, host: str, count: int, reason: str) -> dict[str, Any]:
        return result(name, secrets_not_compared=[{"host": host, "count": count, "reason": reason, "remedy": "run with become"}])

    hosts: dict[str, Given] = {"radarr": [app("radarr", "b", 3, "r.db may not be read")], "sonarr": [app("sonarr", "b", 4, "s.db may not be read")]}
    report = report_of({**hosts, "lidarr": [app("lidarr", "a", 1, "no Python")], "readarr": [result("readarr")], "dead": DEAD})
    assert [(each["host"], each["count"], each["targets"]) for each in report["not_compared"]] == [("a", 1, ["lidarr"]), ("b", 7, ["radarr", "sonarr"])]
    assert [each["reason"] for each in report["not_compared"][1]["reasons"]] == ["r.db may not be read", "s.db may not be read"]
    lines = ["NOT COMPARED on a: 1 secrets of lidarr: no Python (next: run with become)"]
    lines.append("NOT COMPARED on b: 7 secrets of radarr, sonarr: r.db may not be read (+1) (next: run with become)")
    assert [each.text for each in terminal_lines(report) if each.text.startswith("NOT COMPARED")] == lines
    assert all(line in html(report) for line in lines) and "7 secrets of radarr, sonarr" in markdown(report)
    assert report_of({"readarr": [result("readarr")]})["not_compared"] == []


def test_a_host_that_was_not_read_is_unknown_with_the_reason() -> None:
    report = report_of({"dead": DEAD, "ok": [result("ok")]})
    dead = targets(report)["dead"]
    assert (dead["verdict"], dead["read"], dead["unknown"], dead["checked"]) == ("unknown", False, 1, 0)
    assert "Connection refused" in dead["reason"]
    assert dead["gaps"][0]["remedy"] == DEAD.remedy
    assert report["not_read"] == ["dead"]
    assert report["verdict"] == "unknown"


def test_what_ansible_says_of_a_dead_host_is_redacted() -> None:
    report = report_of({"dead": NotRead("unreachable: https://user:hunter2@example.org/?apikey=abcdef refused", "")})
    assert "hunter2" not in json.dumps(report)
    assert "abcdef" not in json.dumps(report)


def test_a_host_without_its_engine_counts_as_not_read() -> None:
    report = report_of({"a": [result("a", unknown=1, reason="Docker is not running")]})
    assert report["not_read"] == ["a"]
    assert targets(report)["a"]["reason"] == "Docker is not running"


def test_no_target_at_all_is_unknown() -> None:
    assert report_of({})["verdict"] == "unknown"


def test_a_result_of_another_version_is_not_read() -> None:
    report = report_of({"a": [result("a", schema=2)], "b": []})
    assert report["not_read"] == ["a", "b"]


def test_several_results_of_one_host_are_one_target() -> None:
    report = report_of({"a": [result("a"), result("a", (finding(),), unknown=1)]})
    (target,) = report["targets"]
    assert (target["checked"], target["unknown"], target["verdict"], len(target["findings"])) == (80, 1, "drift", 1)


def test_moved_images_are_one_line() -> None:
    moved = tuple(finding("image_moved", key=key, severity="info") for key in ("a", "b", "c"))
    (one,) = targets(report_of({"mediabox": [result(findings=moved)]}))["mediabox"]["findings"]
    assert one["message"].startswith("3 images moved")
    assert one["evidence"] == "a, b, c"
    pinned = finding("image_moved", severity="medium")
    assert len(targets(report_of({"mediabox": [result(findings=(pinned, *moved[:1]))]}))["mediabox"]["findings"]) == 2


def test_writes_are_counted() -> None:
    assert report_of({"a": [result("a", requests={"read": 1, "write": 3, "login": 0})]})["writes"] == 3


def test_a_stack_that_no_host_runs() -> None:
    told = repository(("media", []), ("old", []))
    report = report_of({"a": [result("a", repositories=told, candidates=[candidate("media"), candidate("old", matched=False)])]})
    target = targets(report)["homelab-apps"]
    assert (target["kind"], target["verdict"], target["checked"]) == ("repository", "drift", 2)
    (found,) = target["findings"]
    assert (found["code"], found["key"], found["direction"], found["target"]) == ("stack_not_running", "old", "missing", "homelab-apps")
    assert found["source"]["file"] == "old/compose.yaml"


@pytest.mark.parametrize("elsewhere", [{"b": DEAD}, {"b": [result("b", unknown=1, reason="no Docker")]}])
def test_while_a_host_was_not_read_such_a_stack_is_unknown(elsewhere: dict[str, Given]) -> None:
    mine = [result("a", repositories=repository(("old", [])), candidates=[candidate("old", matched=False)])]
    target = targets(report_of({"a": mine, **elsewhere}))["homelab-apps"]
    assert (target["verdict"], target["unknown"], target["findings"]) == ("unknown", 1, [])
    assert "b was not read" in target["gaps"][0]["reason"]


def test_with_a_limit_such_a_stack_is_unknown() -> None:
    mine = [result("a", repositories=repository(("old", [])))]
    assert targets(report_of({"a": mine}, absent=["a", "b"]))["homelab-apps"]["verdict"] == "unknown"
    assert targets(report_of({"a": mine}, absent=["a"]))["homelab-apps"]["verdict"] == "drift"


def test_an_assigned_or_included_stack_is_not_homeless() -> None:
    told = repository(("media", []), ("vpn", ["media"]), ("edge", []))
    mine = [result("a", repositories=told, candidates=[candidate("media"), candidate("edge", matched=False, assigned=True)])]
    assert targets(report_of({"a": mine}))["homelab-apps"]["verdict"] == "in_sync"


def test_uncommitted_changes_are_told_and_no_drift() -> None:
    mine = [result("a", repositories=repository(dirty=("x", "y")))]
    target = targets(report_of({"a": mine}))["homelab-apps"]
    assert (target["verdict"], target["findings"][0]["code"], target["findings"][0]["severity"]) == ("in_sync", "repository_dirty", "info")


@pytest.mark.parametrize(
    ("hosts", "fail_on", "fatal"),
    [
        ({"a": [result("a", (finding(),))]}, ["drift"], ["drift"]),
        ({"a": [result("a", (finding(),), unknown=1)]}, ["drift", "unknown"], ["drift", "unknown"]),
        ({"a": DEAD, "b": [result("b", (finding(),))]}, ["unknown"], ["unknown"]),
        ({"a": [result("a")]}, ["drift", "unknown", "error"], []),
        ({}, ["unknown"], ["unknown"]),
    ],
)
def test_what_makes_a_run_fail(hosts: dict[str, Given], fail_on: list[str], fatal: list[str]) -> None:
    assert failing(report_of(hosts), fail_on) == fatal


def test_next_names_only_verbs_that_exist() -> None:
    report = report_of({"mediabox": [result(findings=(finding(),))], "edge": [result("edge", (finding(remedy=INTO_GIT),))]})
    assert report["next"] == ["ansible-playbook reconcile.yml --check --diff --limit mediabox -e media_center_git_wins=media"]
    assert all((CHECKOUT / step.split()[1]).is_file() for step in report["next"])


def test_the_next_step_of_an_app_names_the_instance() -> None:
    told = {**result(findings=(finding(remedy=EITHER_SIDE),)), "kind": "radarr"}
    assert report_of({"radarr4k": [told]})["next"] == ["ansible-playbook reconcile.yml --check --diff --limit radarr4k -e media_center_git_wins=radarr4k"]


def test_info_needs_no_next_step() -> None:
    assert report_of({"mediabox": [result(findings=(finding(severity="info"),))]})["next"] == []


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), max_size=6))
def test_no_host_is_ever_left_out(hosts: list[tuple[bool, bool, int]]) -> None:
    table: dict[str, Given] = {}
    for number, (alive, drift, unknown) in enumerate(hosts):
        table[f"h{number}"] = [result(f"h{number}", (finding(),) if drift else (), unknown)] if alive else DEAD
    report = report_of(table)
    assert [each["name"] for each in report["targets"]] == list(table)
    assert report["not_read"] == [name for name, each in table.items() if isinstance(each, NotRead)]
    assert report["coverage"]["total"] == sum(report["coverage"][count] for count in ("checked", "ignored", "not_comparable", "unknown"))
    assert (report["verdict"] == "in_sync") == (bool(hosts) and all(alive and not drift and not unknown for alive, drift, unknown in hosts))
