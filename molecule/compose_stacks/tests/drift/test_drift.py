# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each edit of `drift.yml` is found at its place and nothing else is; neither an audit nor a reconcile that names no stack writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Report

PLANTED = {
    ("service_missing", "service", "torrent", ""),
    ("stale_bind_mount", "service", "vpn", "runtime_checks.bind./gluetun/config.toml"),
    ("edited_on_host", "service", "web", "environment.LOG_LEVEL"),
    ("container_changed", "service", "web", "restart"),
    ("file_edited_on_host", "file", "media/compose.yml", ""),
    ("file_edited_on_host", "file", "media/vpn/config.toml", ""),
}


@pytest.mark.parametrize("run", ["audit", "unnamed"])
def test_each_edit_is_found_and_nothing_else(report: Report, run: str) -> None:
    told = report(run)
    found = [(each["code"], each["resource"], each["key"], each["path"]) for target in told["targets"] for each in target["findings"]]
    assert sorted(found) == sorted(PLANTED)
    assert told["verdict"] == "drift"
    assert told["coverage"]["unknown"] == 0


def test_a_finding_points_to_its_line(report: Report, ephemeral: Path) -> None:
    (finding,) = (each for target in report("audit")["targets"] for each in target["findings"] if each["path"] == "restart")
    assert (finding["declared"], finding["running"]) == ("unless-stopped", "no")
    lines = (ephemeral / "homelab-apps" / finding["source"]["file"]).read_text(encoding="utf-8").splitlines()
    assert lines[finding["source"]["line"] - 1].strip() == "restart: unless-stopped"


@pytest.mark.parametrize("run", ["audit", "unnamed"])
def test_no_secret_is_in_any_face(ephemeral: Path, run: str) -> None:
    faces = sorted((ephemeral / run).iterdir())
    assert [each.name for each in faces] == ["report.html", "report.json", "report.junit.xml", "report.md"]
    assert not any("canary-" in each.read_text(encoding="utf-8") for each in faces)


def test_nothing_was_written(report: Report, ephemeral: Path) -> None:
    before, after = ((ephemeral / f"{name}.txt").read_text(encoding="utf-8").splitlines() for name in ("before", "after"))
    assert len(before) > 1000
    assert set(before) ^ set(after) == set()
    assert report("audit")["writes"] == report("unnamed")["writes"] == 0


def test_the_host_is_as_it_was_left(host: Any) -> None:
    assert host.check_output("docker inspect --format %s web", "{{.HostConfig.RestartPolicy.Name}}") == "no"
    assert not host.run("docker inspect torrent").succeeded
    assert host.file("/opt/stacks/media/compose.yml").contains("LOG_LEVEL: debug")
    assert not host.file("/var/lib/media_center").exists
