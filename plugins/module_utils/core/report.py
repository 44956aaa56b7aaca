# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collector: results of all targets in, one report out, of which every face is a rendering.

The results are redacted by the modules that made them. What Ansible itself says of a host that
gave none is redacted here.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Sequence, Set, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import SCHEMA, Finding, worst
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Origin
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.verbs import next_steps


class NotRead(NamedTuple):
    """Why a host gave no result, in Ansible's words, and the next step."""

    reason: str
    remedy: str


#: What a host gave: the ``media_center`` values of its tasks, or why there is none.
Given = Union[NotRead, Sequence[Mapping[str, Any]]]
COUNTS = ("checked", "ignored", "not_comparable", "unknown")


def collect(
    given: Mapping[str, Given],
    generated: str,
    duration_s: float,
    redactor: Redactor,
    absent: Sequence[str] = (),
) -> Dict[str, Any]:
    """The report of a run (``docs/report.schema.json``).

    ``given`` is by host, in the order of the inventory. ``absent`` are hosts that could run a stack but were not
    part of this run: as with a host that was not read, what no other host runs is then unknown and not missing.
    """
    targets = [_target(name, each, redactor) for name, each in given.items()]
    unread = [target["name"] for target in targets if not target["read"]]
    targets += _repositories(given, unread + [name for name in absent if name not in given])
    coverage = {count: sum(target[count] for target in targets) for count in COUNTS}
    requests = {kind: sum(target["requests"][kind] for target in targets) for kind in ("read", "write", "login")}
    return {
        "schema": SCHEMA,
        "verdict": worst(target["verdict"] for target in targets) if targets else "unknown",
        "generated": generated,
        "duration_s": round(duration_s, 1),
        "writes": requests["write"],
        "requests": requests,
        "coverage": {**coverage, "total": sum(coverage.values())},
        "not_read": [target["name"] for target in targets if not target["read"]],
        "not_whole": [target["name"] for target in targets if target["read"] and target["unknown"]],
        "not_compared": _not_compared(given),
        "next": next_steps(targets),
        "targets": targets,
    }


def _not_compared(given: Mapping[str, Given]) -> List[Dict[str, Any]]:
    """By docker host: how many secrets of which instances were not compared because that host did not tell them."""
    hosts: Dict[str, Dict[str, Any]] = {}
    for name, results in given.items():
        told_of = [] if isinstance(results, NotRead) else [each for result in results for each in result.get("secrets_not_compared") or ()]
        for each in told_of:
            told = hosts.setdefault(str(each["host"]), {"host": str(each["host"]), "count": 0, "targets": [], "reasons": []})
            told["count"] += each["count"]
            told["targets"] = list(dict.fromkeys([*told["targets"], name]))
            reason = {"reason": each["reason"], "remedy": each["remedy"]}
            told["reasons"] += [reason] if reason not in told["reasons"] else []
    return [hosts[name] for name in sorted(hosts)]


def failing(report: Mapping[str, Any], fail_on: Iterable[str]) -> List[str]:
    """Those of the verdicts in ``fail_on`` that a target of the report has, in the order they are given."""
    present = {target["verdict"] for target in report["targets"]} | {report["verdict"]}
    return [verdict for verdict in fail_on if verdict in present or (verdict == "unknown" and (report["not_read"] or report["not_whole"]))]


def _target(name: str, given: Given, redactor: Redactor) -> Dict[str, Any]:
    if isinstance(given, NotRead):
        return _unread(name, redactor.text(given.reason), given.remedy)
    strange = [each for each in given if each.get("schema") != SCHEMA]
    if not given or strange:
        return _unread(name, "the result has another form than this report reads", "run the audit and the report with one version of the collection")
    findings = [finding for each in given for finding in each["findings"]]
    gaps = [gap for each in given for gap in each.get("gaps") or ()]
    target: Dict[str, Any] = {
        "name": name,
        "kind": given[0]["kind"],
        "verdict": worst(each["verdict"] for each in given),
        "health": max((each["health"] for each in given), key=_health_rank),
        # A module that reached the host but not what it had to read there says so by a reason.
        "read": not all(each.get("reason") for each in given),
        "reason": "; ".join(each["reason"] for each in given if each.get("reason")),
    }
    target.update({count: sum(each[count] for each in given) for count in COUNTS})
    target["requests"] = {kind: sum(each["requests"][kind] for each in given) for kind in ("read", "write", "login")}
    target["findings"] = _one_line_for_moved_images(name, findings)
    target["gaps"] = gaps
    target["stacks"] = [stack for each in given for stack in each.get("stacks") or ()]
    return target


def _unread(name: str, reason: str, remedy: str) -> Dict[str, Any]:
    gap = {"kind": "unknown", "resource": "host", "key": name, "path": "", "reason": reason, "remedy": remedy}
    return _bare(name, "host", "unknown", unknown=1, read=False, reason=reason, gaps=[gap])


def _bare(name: str, kind: str, verdict: str, **more: Any) -> Dict[str, Any]:
    target: Dict[str, Any] = {"name": name, "kind": kind, "verdict": verdict, "health": "unknown", "read": True, "reason": ""}
    target.update(dict.fromkeys(COUNTS, 0))
    target.update(requests={"read": 0, "write": 0, "login": 0}, findings=[], gaps=[], stacks=[])
    target.update(more)
    return target


def _health_rank(health: str) -> int:
    return {"healthy": 0, "unknown": 1}.get(health, 2)


def _one_line_for_moved_images(target: str, findings: Sequence[Mapping[str, Any]]) -> List[Mapping[str, Any]]:
    """A floating tag moves with every release: many such findings are one line."""
    moved = [each for each in findings if each["code"] == "image_moved" and each["severity"] == "info"]
    if len(moved) < 2:
        return list(findings)
    names = ", ".join(str(each["key"]) for each in moved)
    one = Finding(
        "image_moved",
        "{0} images moved under their tag since their containers were made: {1}".format(len(moved), names),
        target=target,
        resource="service",
        severity="info",
        evidence=names,
        remedy=moved[0]["remedy"],
    ).as_dict()
    return [each for each in findings if each not in moved] + [one]


def _repositories(given: Mapping[str, Given], unread: Sequence[str]) -> List[Dict[str, Any]]:
    """A target for each repository that a host's task read: which of its stacks runs nowhere, and what is not committed."""
    told: Dict[str, Mapping[str, Any]] = {}
    homes: Dict[str, Set[str]] = {}
    for each in given.values():
        for result in each if not isinstance(each, NotRead) else ():
            told.update((str(repository["name"]), repository) for repository in result.get("repositories") or ())
            for stack in result.get("candidates") or ():
                if stack.get("matched") or stack.get("assigned"):
                    homes.setdefault(str(stack["repository"]), set()).add(str(stack["folder"]))
    return [_repository(told[name], homes.get(name, set()), unread) for name in sorted(told)]


def _repository(told: Mapping[str, Any], homes: Set[str], unread: Sequence[str]) -> Dict[str, Any]:
    name = str(told["name"])
    findings: List[Finding] = []
    gaps: List[Dict[str, Any]] = []
    for stack in told["stacks"]:
        if stack["folder"] in homes or homes.intersection(stack["included_by"]):
            continue
        if unread:
            reason = "no host that was read runs it, and {0} not read".format(_named(unread))
            gaps.append({"kind": "unknown", "resource": "stack", "key": stack["name"], "path": "", "reason": reason, "remedy": "audit all docker hosts"})
        else:
            findings.append(_homeless(name, stack))
    if told["dirty"]:
        findings.append(_dirty(name, told["dirty"]))
    missing = any(finding.category == "drift" for finding in findings)
    return _bare(
        name,
        "repository",
        "drift" if missing else "unknown" if gaps else "in_sync",
        checked=len(told["stacks"]) - len(gaps),
        unknown=len(gaps),
        findings=[finding.as_dict() for finding in findings],
        gaps=gaps,
        branch=told.get("branch") or "",
        head=told.get("revision") or told.get("head") or "",
    )


def _homeless(repository: str, stack: Mapping[str, Any]) -> Finding:
    file = "{0}/{1}".format(stack["folder"], stack["file"]) if stack["folder"] else str(stack["file"])
    return Finding(
        "stack_not_running",
        "no docker host runs the stack {0}".format(stack["name"]),
        target=repository,
        resource="stack",
        key=str(stack["name"]),
        direction="missing",
        severity="low",
        source=Origin(repository, file),
        remedy="start it on its host and name it in media_center_stacks there, or remove it from git",
    )


def _dirty(repository: str, paths: Sequence[str]) -> Finding:
    return Finding(
        "repository_dirty",
        "{0} changed and not committed: {1}".format(len(paths), _listed(paths)),
        category="hygiene",
        target=repository,
        resource="repository",
        key=repository,
        severity="info",
        evidence=_listed(paths),
        remedy="commit or revert",
    )


def _listed(names: Sequence[str], limit: int = 8) -> str:
    return ", ".join(names[:limit]) + (" and {0} more".format(len(names) - limit) if len(names) > limit else "")


def _named(hosts: Sequence[str]) -> str:
    return "{0} was".format(hosts[0]) if len(hosts) == 1 else "{0} were".format(_listed(hosts))
