# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a docker host: its stacks compared, applied where that is allowed, and told."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Sequence

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError, with_next
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding, diff_of, target_result
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Coverage, Gap
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import plain_values
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_model import StackContext
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_host import HostRead, HostRun
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_plan import Applied, StackPlans, plan_stack
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_read import StackRead
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_tell import host_findings, tell_stack


def of_host(host: HostRun, engine: Engine, read: HostRead) -> Dict[str, Any]:
    """What the module returns. Outside of check mode, and where git was let win, the host is changed first and read again."""
    plans = before = _plans(host, engine, read)
    applied = _applied(host, engine, read, plans) if host.params["git_wins"] else Applied()
    if applied.changed and not host.module.check_mode:
        read = host.read_again(engine)
        plans = _plans(host, engine, read)
    result = _told(host, engine, read, plans, applied)
    result["diff"] = diff_of(host.redactor, [(each.read.name, each.plan) for each in before if each.plan])
    return result


def _applied(host: HostRun, engine: Engine, read: HostRead, plans: Sequence[StackPlans]) -> Applied:
    # An audit never needs the code that writes, and does not compile it.
    from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_apply import apply_stacks

    return apply_stacks(host, engine, read.cli, read.facts, read.layers, plans)


def _plans(host: HostRun, engine: Engine, read: HostRead) -> List[StackPlans]:
    return [plan_stack(each, _context(host, engine, read.facts, each)) for each in read.stacks]


def _context(host: HostRun, engine: Engine, facts: HostFacts, read: StackRead) -> StackContext:
    return StackContext(
        project=read.project,
        facts=facts,
        fingerprint=host.redactor.fingerprint,
        proc=os.geteuid() == 0 and engine.address.is_socket,
        profiles=tuple(read.stack.get("profiles") or ()),
        config_dir=read.directory,
        environment={**plain_values(read.directory, read.env_files), **os.environ},
    )


def _told(host: HostRun, engine: Engine, read: HostRead, plans: Sequence[StackPlans], applied: Applied) -> Dict[str, Any]:
    tellings = [tell_stack(host.target, each, _context(host, engine, read.facts, each.read), read.layers, host.redactor) for each in plans]
    findings: List[Finding] = [finding for each in tellings for finding in each.findings]
    extra, gaps, health = host_findings(host.target, read.facts, plans, tellings)
    findings += extra + list(applied.findings)
    coverage = sum((each.coverage for each in tellings), Coverage(unknown=len(gaps)))
    all_gaps = [gap for each in tellings for gap in each.gaps] + gaps
    requests = {"read": engine.requests["read"], "write": engine.requests["write"] + applied.writes}
    matched = {each.read.name for each in plans if each.read.match.project is not None}
    candidates = [
        {"name": each["name"], "repository": each.get("repository") or "", "folder": each.get("folder") or "", "matched": each["name"] in matched}
        for each in host.params["stacks"] or ()
    ]
    told = target_result(host.target, "docker_host", findings, coverage, all_gaps, health, requests)
    told.update(
        endpoint=engine.endpoint,
        engine=str(read.facts.version.get("Version") or ""),
        compose="" if isinstance(read.cli, GatewayError) else read.cli.version,
        stacks=[each.summary for each in tellings],
        candidates=candidates,
    )
    return {"changed": applied.changed, "actions": list(applied.actions), "media_center": told}


def unread(host: HostRun, error: GatewayError) -> Dict[str, Any]:
    """What the module returns where the engine cannot be read: each assigned stack is unknown, with the reason."""
    stacks = [each for each in host.params["stacks"] or () if each.get("assigned")]
    reason = host.redactor.text(error.message)
    gaps = [Gap("unknown", "stack", each["name"], "", reason, error.remedy) for each in stacks] or [
        Gap("unknown", "docker_host", host.target, "", reason, error.remedy)
    ]
    return {
        "changed": False,
        "actions": [],
        "media_center": target_result(
            host.target,
            "docker_host",
            [],
            Coverage(unknown=len(gaps)),
            gaps,
            "unknown",
            reason=with_next(reason, error.remedy),
            stacks=[],
            candidates=[],
        ),
    }
