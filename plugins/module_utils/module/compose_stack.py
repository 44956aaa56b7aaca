# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of the module ``compose_stack``: read a docker host once, compare its stacks, and on request put git's side in place."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List, Mapping, Sequence, Union

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding, diff_of, target_result
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Coverage, Gap
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import ComposeCli
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import plain_values
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_layer import Layers, read_layers
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_match import live_projects, match_stacks
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_model import StackContext
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_endpoint import cli_environment
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts, read_facts
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_apply import Applied, apply_stacks
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_read import (
    StackPlans,
    StackRead,
    StackReader,
    StackSource,
    decode_sources,
    plan_stack,
)
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_tell import host_findings, tell_stack
from ansible_collections.homelab.media_center.plugins.module_utils.module.workspace import Workspace, workspace

ENGINE_OPTIONS = ("docker_host", "tls", "validate_certs", "ca_path", "client_cert", "client_key", "tls_hostname", "api_version", "timeout")


def engine_of(params: Mapping[str, Any]) -> Engine:
    """The engine that the options of a module name."""
    return Engine(**{name: params[name] for name in ENGINE_OPTIONS if params.get(name) is not None})


class HostRun:
    """One module call on one docker host."""

    def __init__(self, module: AnsibleModule, place: Workspace) -> None:
        self.module = module
        self.params = module.params
        self.redactor = Redactor(self.params["fingerprint_key"] or os.urandom(32).hex())
        self.target = self.params["target"] or socket.gethostname()
        self._place = place
        self.engine_is_local = False

    def cli(self, engine: Engine) -> Union[ComposeCli, GatewayError]:
        """The host's compose, or why there is none."""
        try:
            return ComposeCli(self.params["compose_command"] or (), cli_environment(engine.address), timeout=self.params["timeout"] or 60)
        except GatewayError as error:
            return error

    def plans(self, facts: HostFacts, cli: Union[ComposeCli, GatewayError], sources: Mapping[str, StackSource]) -> List[StackPlans]:
        """Read and compare each stack that this host runs or should run."""
        stacks = list(self.params["stacks"] or ())
        matches = match_stacks(stacks, live_projects(facts.containers))
        wanted = [each for each in stacks if matches[each["name"]].how]
        reader = StackReader(cli, self._place.folder, self.redactor)
        looked = [reader.look(each, matches[each["name"]], sources.get(each["name"]) or StackSource({}, "git has no files of this stack")) for each in wanted]
        with ThreadPoolExecutor(max_workers=4) as pool:
            read = list(pool.map(reader.model, looked))
        return [plan_stack(each, self.context(facts, each)) for each in read]

    def context(self, facts: HostFacts, read: StackRead) -> StackContext:
        """What the comparison of one stack needs to know of the host."""
        return StackContext(
            project=read.project,
            facts=facts,
            fingerprint=self.redactor.fingerprint,
            proc=os.geteuid() == 0 and self.engine_is_local,
            profiles=tuple(read.stack.get("profiles") or ()),
            config_dir=read.directory,
            environment={**plain_values(read.directory, read.env_files), **os.environ},
        )


def run(module: AnsibleModule) -> None:
    """Read, plan, apply where allowed, and exit with the result of the target. A host that cannot be read is unknown, never clean."""
    try:
        sources = decode_sources(module.params["sources"] or "")
    except ValueError as error:
        module.fail_json(msg=str(error))
    with workspace(module) as place:
        host = HostRun(module, place)
        try:
            with engine_of(module.params) as engine:
                result = _run(host, engine, sources)
        except GatewayError as error:
            result = _unread(host, error)
    module.exit_json(**result)


def _run(host: HostRun, engine: Engine, sources: Mapping[str, StackSource]) -> Dict[str, Any]:
    host.engine_is_local = engine.address.is_socket
    with ThreadPoolExecutor(max_workers=1) as aside:
        asked = aside.submit(host.cli, engine)
        facts = read_facts(engine)
        layers = read_layers(engine, facts.containers)
        cli = asked.result()
    plans = before = host.plans(facts, cli, sources)
    applied = apply_stacks(host, engine, cli, facts, layers, plans)
    if applied.changed and not host.module.check_mode:
        facts = read_facts(engine)
        layers = read_layers(engine, facts.containers)
        plans = host.plans(facts, cli, sources)
    result = _told(host, engine, facts, layers, plans, applied)
    result["media_center"]["compose"] = "" if isinstance(cli, GatewayError) else cli.version
    shown = [(each.read.name, each.plan) for each in before]
    result["diff"] = diff_of(host.redactor, [(name, plan) for name, plan in shown if plan])
    return result


def _told(host: HostRun, engine: Engine, facts: HostFacts, layers: Layers, plans: Sequence[StackPlans], applied: Applied) -> Dict[str, Any]:
    tellings = [
        tell_stack(host.target, each, host.context(facts, each.read), layers, host.redactor) for each in plans
    ]
    findings: List[Finding] = [finding for each in tellings for finding in each.findings]
    extra, gaps, health = host_findings(host.target, facts, plans, tellings)
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
    told.update(endpoint=engine.endpoint, engine=str(facts.version.get("Version") or ""), stacks=[each.summary for each in tellings], candidates=candidates)
    return {"changed": applied.changed, "actions": list(applied.actions), "media_center": told}


def _unread(host: HostRun, error: GatewayError) -> Dict[str, Any]:
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
            reason="{0} (next: {1})".format(reason, error.remedy),
            stacks=[],
            candidates=[],
        ),
    }
