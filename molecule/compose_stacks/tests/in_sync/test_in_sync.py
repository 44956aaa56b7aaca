# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack that was just brought up from git differs in nothing, and reconcile finds nothing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Report


def test_three_services_run(host: Any) -> None:
    running = host.check_output("docker ps --format %s", "{{.Names}}").split()
    assert sorted(running) == ["torrent", "vpn", "web"]


def test_nothing_is_found_and_everything_was_looked_at(report: Report) -> None:
    told = report("reconcile")
    assert told["verdict"] == "in_sync"
    assert [finding for target in told["targets"] for finding in target["findings"]] == []
    assert told["coverage"]["unknown"] == 0
    assert told["coverage"]["checked"] > 150
    (stack,) = told["targets"][0]["stacks"]
    assert (stack["match"], stack["same_files"], stack["health"]) == ("label", True, "healthy")


def test_nothing_was_written(host: Any, report: Report) -> None:
    assert report("reconcile")["writes"] == 0
    assert not host.file("/var/lib/media_center").exists
