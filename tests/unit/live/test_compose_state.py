# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health is a verdict of its own: no drift, and no finding for what is as it should be."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_state import service_health

from support.compose_world import World


def state(status: str, code: int = 0, health: str = "", **more: Any) -> dict[str, Any]:
    told = {"Status": status, "Running": status in ("running", "paused", "restarting"), "ExitCode": code, **more}
    return {"State": {**told, "Health": {"Status": health, "FailingStreak": 3}} if health else told}


@pytest.mark.parametrize(
    ("inspect", "restart", "health", "code"),
    [
        (state("running"), "always", "healthy", None),
        (state("running", health="healthy"), "always", "healthy", None),
        (state("running", health="starting"), "always", "unknown", None),
        (state("running", health="unhealthy"), "always", "degraded", "service_unhealthy"),
        (state("paused"), "always", "degraded", "service_paused"),
        (state("restarting", 1), "always", "degraded", "service_restarting"),
        (state("dead"), "always", "degraded", "service_dead"),
        (state("created"), "always", "degraded", "service_not_running"),
        (state("exited", 143), "unless-stopped", "degraded", "service_not_running"),
        (state("exited", 0), "unless-stopped", "degraded", "service_not_running"),
        (state("exited", 0), "no", "healthy", None),
        (state("exited", 0), "on-failure:3", "healthy", None),
        (state("exited", 137, OOMKilled=True), "no", "degraded", "service_not_running"),
    ],
)
def test_state_of_a_container(inspect: dict[str, Any], restart: str, health: str, code: str | None) -> None:
    world = World(inspect=inspect, service={"restart": restart})
    told, findings = service_health(world.declared(), world.context())
    assert told == health
    assert [(each.code, each.category, each.key) for each in findings] == ([(code, "health", "web")] if code else [])


@pytest.mark.parametrize(("service", "health"), [({}, "degraded"), ({"scale": 0}, "healthy"), ({"profiles": ["x"]}, "healthy")])
def test_service_without_a_container(service: dict[str, Any], health: str) -> None:
    world = World(inspect={"Name": "/x", "Config": {"Labels": {"com.docker.compose.project": "x"}}}, service=service)
    assert service_health(world.declared(), world.context()) == (health, ())


def test_container_made_by_hand_counts_for_health() -> None:
    labels = dict.fromkeys(("com.docker.compose.config-hash",), "")
    world = World(inspect={**state("paused"), "Config": {"Labels": labels}})
    assert [each.code for each in service_health(world.declared(), world.context())[1]] == ["service_paused"]
