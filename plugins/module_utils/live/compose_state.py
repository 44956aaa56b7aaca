# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the services of a project run and are healthy: a verdict of its own, apart from drift."""
from __future__ import annotations

from typing import Any, List, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_limits import restart_policy
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import Project, StackContext, item_key, read_project, scale_of
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import Raw

#: From best to worst.
HEALTH = ("healthy", "unknown", "degraded")


def service_health(model: Mapping[str, Any], context: StackContext) -> Tuple[str, Tuple[Finding, ...]]:
    """The health of a project (healthy, unknown, degraded) and a finding for each container that is not as it should be.

    A service without a container is no matter of health: the comparison says that it is missing. A container that ended
    by itself without an error is fine where nothing would start it again.
    """
    project = read_project(model, context)
    worst = "healthy"
    found: List[Finding] = []
    for name in sorted(project.services):
        members = project.paired(name)[0]
        wanted = project.active(name) and scale_of(project.services[name]) > 0
        if not members and wanted:
            worst = max(worst, "degraded", key=HEALTH.index)
        for index, inspect in enumerate(members):
            health, finding = _container(project, name, item_key(name, index), inspect)
            worst = max(worst, health, key=HEALTH.index)
            found += [finding] if finding else []
    return worst, tuple(found)


def _container(project: Project, name: str, key: str, inspect: Raw) -> Tuple[str, Optional[Finding]]:
    state = inspect.get("State") or {}
    status = str(state.get("Status") or ("running" if state.get("Running") else ""))
    code = int(state.get("ExitCode") or 0)
    health = str((state.get("Health") or {}).get("Status") or "")
    if status == "running":
        if health == "unhealthy":
            streak = (state.get("Health") or {}).get("FailingStreak") or 0
            message = f"its health check fails ({streak} times in a row)"
            return "degraded", _finding("service_unhealthy", key, message, "high", f"look at 'docker logs' of {name}")
        # While it starts, nothing is known yet.
        return ("unknown" if health == "starting" else "healthy"), None
    if status == "exited" and code == 0 and restart_policy(project.services[name]).partition(":")[0] in ("no", "on-failure"):
        return "healthy", None
    told = {
        "paused": ("service_paused", "paused, so it answers nothing", "medium", f"docker compose unpause {name}"),
        "restarting": ("service_restarting", f"restarts again and again (exit code {code})", "high", f"look at 'docker logs' of {name}"),
        "created": ("service_not_running", "created and never started", "high", f"docker compose up -d {name}, and see what it says"),
        "dead": ("service_dead", "the engine could not remove it", "high", "restart the engine, then recreate the service"),
    }
    ended = "out of memory, " if state.get("OOMKilled") else ""
    default = ("service_not_running", f"does not run ({ended}exit code {code})", "high", f"docker compose start {name}")
    return "degraded", _finding(told.get(status, default)[0], key, *told.get(status, default)[1:])


def _finding(code: str, key: str, message: str, severity: str, remedy: str) -> Finding:
    return Finding(code, f"service {key}: {message}", category="health", resource="service", key=key, path="state", severity=severity, remedy=remedy)
