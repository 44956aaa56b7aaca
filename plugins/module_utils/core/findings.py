# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told to a person: findings, and the result of one target.

A finding is a change of a plan, or a fault, with everything that is needed to act on it.
Values are redacted when a finding is made, so nothing behind this point can leak.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.direction import direction
from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import frozen
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Change, Coverage, FieldChange, Gap, Origin, Plan
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.verbs import GIT_WINS, INTO_GIT, INTO_GIT_OR_REMOVE

#: Version of the result of a target and of the report.
SCHEMA = 1
CATEGORIES = ("drift", "health", "security", "hygiene", "rule")
SEVERITIES = ("info", "low", "medium", "high")
#: From best to worst; the verdict of a whole is the worst of its parts.
VERDICTS = ("in_sync", "unknown", "drift", "error")


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing to act on. ``declared`` and ``running`` are already redacted; ABSENT is told as null."""

    code: str
    message: str
    category: str = "drift"
    target: str = ""
    resource: str = ""
    key: str = ""
    path: str = ""
    declared: Any = None
    running: Any = None
    secret: bool = False
    direction: str = "undetermined"
    severity: str = "medium"
    source: Origin = dataclasses.field(default_factory=Origin)
    evidence: str = ""
    remedy: str = ""

    def as_dict(self) -> Dict[str, Any]:
        """The finding as the report carries it."""
        told = dataclasses.asdict(self)
        told["source"] = {"repository": self.source.repository, "file": self.source.file, "line": self.source.line}
        return told


def worst(verdicts: Iterable[str]) -> str:
    """The worst of the verdicts; ``in_sync`` when there are none."""
    return max(verdicts, key=VERDICTS.index, default="in_sync")


def verdict_of(findings: Sequence[Finding], unknown: int) -> str:
    """Verdict of one target: drift (a finding of that category above info), else unknown, else in_sync."""
    if any(each.category == "drift" and each.severity != "info" for each in findings):
        return "drift"
    return "unknown" if unknown else "in_sync"


def of_field(redactor: Redactor, target: str, change: Change, each: FieldChange, **more: Any) -> Finding:
    """The finding of one differing field. ``more`` replaces any attribute, such as the code; its texts pass the second net."""
    declared, running, secret = _told(redactor, each)
    told: Dict[str, Any] = {
        "code": "setting_changed",
        "message": "",
        "target": target,
        "resource": change.resource,
        "key": change.key,
        "path": each.path,
        "declared": declared,
        "running": running,
        "secret": secret,
        "direction": direction("update"),
        "severity": each.field.severity,
        "source": each.origin,
        "remedy": INTO_GIT,
    }
    told.update(more)
    told.update({name: redactor.text(told[name]) for name in ("message", "evidence") if name in told})
    return Finding(**told)


def _told(redactor: Redactor, each: FieldChange) -> Tuple[Any, Any, bool]:
    """Both values as they may be told, and whether they are fingerprints."""
    declared, running = (redactor.value(each.field, each.path, value) for value in (each.declared, each.running))
    if redactor.is_secret(each.field, each.path, each.declared, each.running):
        return declared, running, True
    if redactor.enabled and declared is not None and frozen(declared) == frozen(running):
        # Only the hidden part of the two differs, as in the user info of a URL: a person must still see that they do.
        return redactor.fingerprint(each.declared), redactor.fingerprint(each.running), True
    return declared, running, False


def of_item(target: str, change: Change, **more: Any) -> Finding:
    """The finding of a whole item that only one side has."""
    told: Dict[str, Any] = {
        "code": "missing" if change.action == "create" else "unmanaged",
        "message": "",
        "target": target,
        "resource": change.resource,
        "key": change.key,
        "direction": direction(change.action),
        "source": change.origin,
        "remedy": GIT_WINS if change.action == "create" else INTO_GIT_OR_REMOVE,
    }
    told.update(more)
    return Finding(**told)


def target_result(
    target: str,
    kind: str,
    findings: Sequence[Finding],
    coverage: Coverage,
    gaps: Sequence[Gap] = (),
    health: str = "unknown",
    requests: Optional[Mapping[str, int]] = None,
    **more: Any,
) -> Dict[str, Any]:
    """The ``media_center`` value that every auditing module returns; the report reads nothing else."""
    result: Dict[str, Any] = {
        "schema": SCHEMA,
        "target": target,
        "kind": kind,
        "verdict": verdict_of(findings, coverage.unknown),
        "health": health,
        "checked": coverage.checked,
        "ignored": coverage.ignored,
        "not_comparable": coverage.not_comparable,
        "unknown": coverage.unknown,
        "findings": [each.as_dict() for each in findings],
        "gaps": [dataclasses.asdict(gap) for gap in gaps],
        "requests": {"read": 0, "write": 0, "login": 0, **(requests or {})},
    }
    result.update(more)
    return result


def diff_of(redactor: Redactor, plans: Sequence[Tuple[str, Plan]]) -> Dict[str, str]:
    """Ansible's diff of the plans: only what differs, sorted, redacted; before is running, after is declared."""
    before: List[str] = []
    after: List[str] = []
    for name, plan in plans:
        for change in plan.changes:
            head = "{0}: {1}[{2}]".format(name, change.resource, change.key) if name else "{0}[{1}]".format(change.resource, change.key)
            if change.action != "update":
                (after if change.action == "create" else before).append(head + "\n")
                continue
            for each in change.fields:
                declared, running, _secret = _told(redactor, each)
                for lines, value, told in ((before, each.running, running), (after, each.declared, declared)):
                    if value is not ABSENT:
                        lines.append("{0}.{1}: {2}\n".format(head, each.path, _line(told)))
    return {"before": "".join(before), "after": "".join(after)}


def _line(told: Any) -> str:
    # JSON keeps "1" and 1 apart and a value of several lines on one.
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
