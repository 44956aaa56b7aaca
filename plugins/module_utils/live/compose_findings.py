# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings of a stack from three sides: git's files, the host's files, what runs.

Both comparisons come from the one planner; here it is only said which of the three
stands alone, because that decides what a person has to do.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.compare import shown
from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import equal
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding, of_field, of_item
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Change, FieldChange, NotComparable, Plan, State, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.verbs import EITHER_SIDE, GIT_WINS, INTO_GIT, INTO_GIT_OR_PRUNE, INTO_GIT_OR_REMOVE
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import FileState
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import is_floating

#: Remedies by verb; the report names them as they are.
_FIELD_CODES: Sequence[Tuple[str, str, str]] = (
    ("image_id", "image_moved", "the image behind the tag is another one than the container runs"),
    ("scale", "scale", "the number of containers differs"),
    ("managed_by", "container_unmanaged", "a container with this name was made by hand, not by compose"),
    ("container_name", "container_renamed", "the container has another name"),
    (
        "runtime_checks.network_namespace",
        "stale_network_namespace",
        "the container still sits in the network of a container that was restarted or replaced since",
    ),
    ("runtime_checks.bind.", "stale_bind_mount", "the container still holds a file or folder that was replaced on the host"),
    ("runtime_checks.secret.", "secret_content_differs", "the content inside the container is not what the stack declares"),
    ("runtime_checks.config.", "config_content_differs", "the content inside the container is not what the stack declares"),
)
_ITEM_CODES = {
    ("create", "service"): ("service_missing", "declared in git, and no container of it exists", GIT_WINS),
    ("delete", "service"): ("orphan", "a container of this project runs a service that git does not declare", INTO_GIT_OR_PRUNE),
    ("create", "network"): ("network_missing", "declared in git, and the engine has no such network", GIT_WINS),
    ("create", "volume"): ("volume_missing", "declared in git, and the engine has no such volume", GIT_WINS),
}
_DOCUMENTS = (".md", ".example", ".sample", ".template", ".dist", "license", ".gitignore", ".gitattributes", ".editorconfig", ".dockerignore")


@dataclasses.dataclass(frozen=True)
class Sides:
    """Both comparisons of one stack. ``host`` parts are None where the host's files could not be modelled or equal git's."""

    stack: str
    git_declared: Optional[State]
    git_plan: Optional[Plan]
    host_declared: Optional[State]
    host_plan: Optional[Plan]
    files: Sequence[FileState]


def drift_findings(target: str, sides: Sides, redactor: Redactor) -> List[Finding]:
    """Findings of what differs between git and what runs, each told by which side stands alone."""
    found: List[Finding] = []
    plan = sides.git_plan if sides.git_plan is not None else sides.host_plan
    for change in plan.changes if plan is not None else ():
        if change.action == "update":
            found.extend(_field_finding(target, sides, change, each, redactor) for each in change.fields)
        else:
            code, message, remedy = _ITEM_CODES.get((change.action, change.resource), ("unmanaged", "", INTO_GIT_OR_REMOVE))
            found.append(
                of_item(target, change, code=code, message="{0} {1}: {2}".format(change.resource, change.key, message), remedy=remedy, evidence=sides.stack)
            )
    return found + _pending(target, sides, redactor)


def _field_finding(target: str, sides: Sides, change: Change, each: FieldChange, redactor: Redactor) -> Finding:
    name = "{0} {1}".format(change.resource, change.key)
    for path, code, message in _FIELD_CODES:
        if each.path == path or (path.endswith(".") and each.path.startswith(path)):
            severity = "info" if code == "image_moved" and is_floating(_reference(change, sides)) else each.field.severity
            return of_field(
                redactor, target, change, each, code=code, message="{0}: {1}".format(name, message), severity=severity, remedy=GIT_WINS, evidence=sides.stack
            )
    if each.path.startswith("networks.") and each.path.count(".") == 1 and each.declared is ABSENT:
        return of_field(
            redactor,
            target,
            change,
            each,
            code="network_extra",
            message=name + ": connected to a network that the stack does not name",
            remedy=GIT_WINS,
            evidence=sides.stack,
        )
    code, message, remedy = _three_way(sides, change, each)
    return of_field(redactor, target, change, each, code=code, message="{0}: {1}".format(name, message), remedy=remedy, evidence=sides.stack)


def _three_way(sides: Sides, change: Change, each: FieldChange) -> Tuple[str, str, str]:
    host = _host_value(sides, change, each)
    if host is not _SAME_FILES and equal(each.field, host, each.running):
        if _is_older(sides.files, each.origin.file):
            return "git_ahead_of_host", "git changed this since the host's file was laid; the container follows the host's file", GIT_WINS
        return "edited_on_host", "the host's file was edited and deployed; git does not have it", INTO_GIT
    if host is not _SAME_FILES and not equal(each.field, each.declared, shown(host)):
        return "three_ways", "git, the host's file and the container all differ", "look at all three, then " + EITHER_SIDE
    if each.field.live:
        return "container_changed", "changed on the running container, past compose", EITHER_SIDE
    return "container_outdated", "the files agree, the container was made from something else: up was not run since, or it was made by hand", GIT_WINS


_SAME_FILES = object()


def _host_value(sides: Sides, change: Change, each: FieldChange) -> Any:
    if sides.git_plan is None or sides.host_declared is None:
        return _SAME_FILES
    item = sides.host_declared.items.get((change.resource, change.key))
    value = item.values.get(each.path, ABSENT) if item is not None else ABSENT
    return _SAME_FILES if isinstance(value, (Unknown, NotComparable)) else value


def _pending(target: str, sides: Sides, redactor: Redactor) -> List[Finding]:
    """What the host's file would change at the next ``up`` although git and the container agree."""
    if sides.git_plan is None or sides.host_plan is None:
        return []
    told = sides.git_plan.differing()
    whole = {(change.resource, change.key) for change in sides.git_plan.changes if change.action != "update"}
    found = []
    for change in sides.host_plan.changes:
        name = "{0} {1}".format(change.resource, change.key)
        if change.action != "update":
            if (change.resource, change.key) not in whole and change.resource == "service":
                found.append(
                    of_item(
                        target,
                        change,
                        code="deploy_pending",
                        direction="undetermined",
                        severity="low",
                        remedy=GIT_WINS,
                        evidence=sides.stack,
                        message=name + ": the host's files say otherwise than git and the container",
                    )
                )
            continue
        for each in change.fields:
            if (change.resource, change.key, each.path) in told or (change.resource, change.key) in whole:
                continue
            swapped = dataclasses.replace(each, declared=each.running, running=each.declared)
            found.append(
                of_field(
                    redactor,
                    target,
                    change,
                    swapped,
                    code="deploy_pending",
                    severity="low",
                    remedy=GIT_WINS,
                    evidence=sides.stack,
                    message=name + ": git and the container agree, the host's file has the other value and the next up would bring it",
                )
            )
    return found


def _reference(change: Change, sides: Sides) -> str:
    declared = sides.git_declared or sides.host_declared
    item = declared.items.get((change.resource, change.key)) if declared is not None else None
    return str(item.values.get("image") or "") if item is not None else ""


def _is_older(files: Sequence[FileState], origin: str) -> bool:
    """Whether the host has an earlier version of the file that says the value; without knowing it, of every file that differs."""
    states = {each.status for each in files if each.status != "same" and each.git.file == origin}
    return (states or {each.status for each in files if each.status != "same" and not is_document(each.git.path)}) == {"older"}


def is_document(path: str) -> bool:
    """Whether a tracked file only informs people, so that a host need not have it."""
    return path.lower().endswith(_DOCUMENTS)


def file_findings(target: str, stack: str, files: Sequence[FileState], origin: Callable[[FileState], Any]) -> List[Finding]:
    """Findings of files that git tracks in the stack's folder and that the host has differently."""
    told: Dict[str, Tuple[str, str, str]] = {
        "missing": ("file_missing_on_host", "git has this file, the host does not", GIT_WINS),
        "older": ("file_behind_git", "the host has the version of commit {commit} ({date})", GIT_WINS),
        "edited": ("file_edited_on_host", "the host's copy is a version that git never had, {lines} lines differ", INTO_GIT),
    }
    found = []
    for each in files:
        if each.status not in told:
            continue
        code, message, remedy = told[each.status]
        if each.git.template and each.status == "edited":
            message = "the host's copy is not what the template renders, {lines} lines differ"
        quiet = is_document(each.git.path)
        found.append(
            Finding(
                code,
                "{0}: {1}".format(each.git.path, message.format(commit=each.commit[:10], date=each.date, lines=each.lines)),
                target=target,
                resource="file",
                key="{0}/{1}".format(stack, each.git.path),
                severity="info" if quiet else "medium",
                source=origin(each),
                remedy=remedy,
                evidence="{0}{1}".format(each.host_path, "; likely git_ahead" if each.status == "older" else ""),
            )
        )
    return found


def env_findings(target: str, stack: str, example: Iterable[str], host: Iterable[str], source: Any, path: str) -> List[Finding]:
    """Keys that the tracked example of an env file has and the host's file lacks, and the other way; never a value."""
    found: List[Finding] = []
    for code, keys, message, severity in (
        ("env_key_missing", sorted(set(example) - set(host)), "git's example names this key, the host's file lacks it", "medium"),
        ("env_key_extra", sorted(set(host) - set(example)), "the host's file has this key, git's example does not name it", "low"),
    ):
        found.extend(
            Finding(
                code,
                "{0} in {1}: {2}".format(key, path, message),
                target=target,
                resource="env_file",
                key="{0}/{1}".format(stack, path),
                path=key,
                severity=severity,
                source=source,
                remedy="name it in both files, or in none",
            )
            for key in keys
        )
    return found
