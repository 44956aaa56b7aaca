# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a docker host: findings, gaps, counts and health of its stacks, and of what belongs to no stack."""

from __future__ import annotations

import dataclasses
import posixpath
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.env_file import read_env
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Coverage, Gap, Origin, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.verbs import GIT_WINS, INTO_GIT, INTO_GIT_OR_REMOVE
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import FileState, host_path, read_file
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_findings import Sides, drift_findings, env_findings, file_findings
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_layer import Layers, injected, layer_findings
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_match import LABEL, labels, live_projects
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_model import StackContext
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_state import service_health
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_checkout import Checkout, read_checkout
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_plan import StackPlans

_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "example.env")


@dataclasses.dataclass(frozen=True)
class StackTelling:
    """What is told of one stack."""

    findings: Sequence[Finding]
    gaps: Sequence[Gap]
    coverage: Coverage
    health: str
    summary: Mapping[str, Any]


def tell_stack(target: str, plans: StackPlans, context: StackContext, layers: Layers, redactor: Redactor) -> StackTelling:
    """Everything that is told of one stack."""
    read = plans.read
    sides = Sides(
        read.name, plans.git.declared if plans.git else None, plans.git_plan, plans.host.declared if plans.host else None, plans.host_plan, read.files
    )
    findings = _match_findings(target, plans) + drift_findings(target, sides, redactor)
    findings += file_findings(target, read.name, read.files, lambda each: _origin(plans, each))
    findings += _env_findings(target, plans) + _unset_findings(target, plans)
    gaps = [
        _model_gap(plans, side, model)
        for side, model in (("git", read.git), ("host", read.host))
        if isinstance(model, Unknown) and not (side == "host" and read.same_files)
    ]
    gaps += [
        Gap("unknown", "file", "{0}/{1}".format(read.name, each.git.path), "", "the host's copy may not be read", "run with become (media_center_become: true)")
        for each in read.files
        if each.status == "unreadable"
    ]
    coverage = Coverage(checked=sum(1 for each in read.files if each.status != "unreadable"), unknown=len(gaps))
    plan = plans.plan
    health = "unknown"
    if plan is not None:
        coverage += plan.coverage
        gaps += [dataclasses.replace(gap, key=gap.key or read.name) for gap in plan.gaps]
    model = read.git if not isinstance(read.git, Unknown) and read.git is not None else read.host
    if model is not None and not isinstance(model, Unknown):
        health, more = service_health(model.document, context)
        members = read.match.project.containers if read.match.project is not None else ()
        findings += layer_findings(target, read.name, members, layers, injected(model.document))
        findings += [_placed(plans, target, each) for each in more]
    if plans.states is not None:
        findings += [_placed(plans, target, each) for each in plans.states.notes]
    return StackTelling(findings, gaps, coverage, health, _summary(plans, coverage, health))


def _placed(plans: StackPlans, target: str, finding: Finding) -> Finding:
    source = plans.read.origins.of(finding.resource, finding.key, finding.path)
    return dataclasses.replace(finding, target=target, evidence=finding.evidence or plans.read.name, source=source)


def _summary(plans: StackPlans, coverage: Coverage, health: str) -> Dict[str, Any]:
    read, plan = plans.read, plans.plan
    services = {key: dataclasses.asdict(each) for (resource, key), each in plan.item_coverage.items() if resource == "service"} if plan is not None else {}
    project = read.match.project
    return {
        "name": read.name,
        "project": read.project,
        "match": read.match.how,
        "directory": read.directory,
        "manager": project.manager if project else "",
        "health": health,
        "same_files": read.same_files,
        "coverage": dataclasses.asdict(coverage),
        "services": services,
    }


def _origin(plans: StackPlans, each: FileState) -> Origin:
    return Origin(
        str(plans.read.stack.get("repository") or ""),
        each.git.template or each.git.file or each.git.path,
        None,
        (),
        "template" if each.git.template else "literal",
    )


def _model_gap(plans: StackPlans, side: str, model: Unknown) -> Gap:
    where = "git's files" if side == "git" else "the host's files"
    return Gap("unknown", "stack", plans.read.name, side, "{0}: {1}".format(where, model.reason), model.remedy)


def _match_findings(target: str, plans: StackPlans) -> List[Finding]:
    read, project = plans.read, plans.read.match.project
    found: List[Finding] = []
    if project is None:
        return found
    told = read.stack.get("project_name")
    if told and told != project.name:
        found.append(
            Finding(
                "project_renamed",
                "stack {0}: git calls the project {1}, the host runs it as {2}".format(read.name, told, project.name),
                target=target,
                resource="stack",
                key=read.name,
                path="name",
                declared=told,
                running=project.name,
                remedy=GIT_WINS,
            )
        )
    if read.match.how == "image":
        found.append(
            Finding(
                "match_guessed",
                "stack {0} was matched with project {1} by its images only".format(read.name, project.name),
                category="rule",
                target=target,
                resource="stack",
                key=read.name,
                severity="low",
                evidence=read.directory,
                remedy="name its project_directory in media_center_stacks",
            )
        )
    if project.env_files and not read.stack.get("env_files"):
        found.append(
            Finding(
                "env_file_not_named",
                "stack {0} was brought up with --env-file {1}, which its entry does not name".format(read.name, ", ".join(project.env_files)),
                category="rule",
                target=target,
                resource="stack",
                key=read.name,
                severity="low",
                evidence="all containers" if project.one_call else "some containers",
                remedy="name it in the stack's env_files in media_center_stacks, or run up without it",
            )
        )
    if project.manager:
        found.append(
            Finding(
                "managed_stack",
                "stack {0} is kept by {1}".format(read.name, project.manager),
                category="rule",
                target=target,
                resource="stack",
                key=read.name,
                severity="info",
                evidence=read.directory,
                remedy="change it in {0}, or take the stack out of it".format(project.manager),
            )
        )
    wanted = {host_path(read.directory, each) for each in read.stack.get("files") or ()}
    for path in () if read.source.unknown else project.config_files:
        if path not in wanted and path != "-":
            found.append(
                Finding(
                    "file_not_in_git",
                    "{0} is used by the running stack and git does not list it".format(path),
                    target=target,
                    resource="file",
                    key="{0}/{1}".format(read.name, posixpath.relpath(path, read.directory)),
                    direction="unmanaged",
                    evidence=path,
                    remedy=INTO_GIT,
                )
            )
    return found + _checkout_findings(target, plans, read_checkout(read.directory))


def _checkout_findings(target: str, plans: StackPlans, checkout: Any) -> List[Finding]:
    if not isinstance(checkout, Checkout):
        return []
    told = "{0} is a git checkout of its own: branch {1}, HEAD {2}, {3}, {4}".format(
        checkout.top,
        checkout.branch or "(detached)",
        checkout.head[:10],
        "{0} changed files".format(checkout.dirty) if checkout.dirty else "clean",
        "no upstream" if checkout.unpushed is None else "{0} unpushed commits".format(checkout.unpushed),
    )
    severity = "low" if checkout.dirty or checkout.unpushed else "info"
    return [
        Finding(
            "host_checkout",
            told,
            category="hygiene",
            target=target,
            resource="stack",
            key=plans.read.name,
            severity=severity,
            remedy="push what the host's checkout has, then let git be the one source",
        )
    ]


def _env_findings(target: str, plans: StackPlans) -> List[Finding]:
    read = plans.read
    example = next((read.source.files[path] for path in _EXAMPLES if path in read.source.files), None)
    if example is None or example.content is None or ".env" in read.source.files or not read.directory:
        return []
    try:
        data = read_file(host_path(read.directory, ".env"))
    except OSError:
        return []
    if data is None:
        return []
    source = Origin(str(read.stack.get("repository") or ""), example.file or example.path)
    return env_findings(target, read.name, read_env(example.content.decode("utf-8", "replace")), read_env(data.decode("utf-8", "replace")), source, ".env")


def _unset_findings(target: str, plans: StackPlans) -> List[Finding]:
    model = plans.read.git
    names = getattr(model, "unset", ())
    return [
        Finding(
            "variable_unset",
            "stack {0}: the variable {1} is not set on the host, compose takes it as empty".format(plans.read.name, name),
            category="hygiene",
            target=target,
            resource="stack",
            key=plans.read.name,
            path=name,
            severity="info",
            remedy="set it in the stack's .env, or give it a default",
        )
        for name in names
    ]


def host_findings(target: str, facts: HostFacts, plans: Sequence[StackPlans], tellings: Sequence[StackTelling]) -> Tuple[List[Finding], List[Gap], str]:
    """What belongs to no stack, what the engine would not tell, and the health of the host."""
    matched = {each.read.match.project.name for each in plans if each.read.match.project is not None}
    adopted = {str(item.values.get("container_name") or "") for each in plans if each.states for item in each.states.running.items.values()}
    findings = []
    for project in live_projects(facts.containers).values():
        if project.name not in matched:
            findings.append(
                Finding(
                    "project_unmanaged",
                    "project {0} runs {1} containers and no stack of git is it".format(project.name, len(project.containers)),
                    target=target,
                    resource="stack",
                    key=project.name,
                    direction="unmanaged",
                    evidence=project.folder,
                    remedy=INTO_GIT + ", or name the stack in media_center_stacks",
                )
            )
    for each in facts.containers:
        name = str(each.get("Name") or "").lstrip("/")
        if labels(each).get(LABEL + "config-hash") or labels(each).get(LABEL + "oneoff") == "True" or name in adopted:
            continue
        findings.append(
            Finding(
                "container_unmanaged",
                "container {0} ({1}) was made by hand and belongs to no stack".format(name, (each.get("Config") or {}).get("Image")),
                target=target,
                resource="container",
                key=name,
                direction="unmanaged",
                remedy=INTO_GIT_OR_REMOVE,
            )
        )
    gaps = [Gap("unknown", each.kind, each.key, "", each.error.message, each.error.remedy) for each in facts.unread]
    rank = ("healthy", "unknown", "degraded")
    return findings, gaps, max((each.health for each in tellings), key=rank.index, default="unknown")
