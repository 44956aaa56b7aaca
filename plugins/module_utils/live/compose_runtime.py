# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What inspect answers do not show of a running container: stale namespaces, replaced bind sources, injected content.

Only root can look. Values are the words "current" and what is wrong, never content.
"""
from __future__ import annotations

import calendar
import os
import re
from typing import Any, Optional

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import NotComparable, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live import host_proc
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_mounts import Injected, injected
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import Sides, Subject, container_name
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import Raw

CURRENT = "current"
_ROOT_ONLY = Unknown("only root can look into a container from outside", host_proc.BECOME_REMEDY)
_NO_VALUE = Unknown(
    "the variable that holds its content is not known to this audit", "set the variable in the stack's .env, where compose finds it at every up"
)


def runtime_values(subject: Subject, sides: Sides) -> None:
    """Every check for one container; none where it does not run, for then there is nothing to look at."""
    state = subject.inspect.get("State") or {}
    pid = int(state.get("Pid") or 0)
    if not state.get("Running") or not pid or subject.project.facts.podman or not subject.service:
        return
    proc = host_proc if subject.project.context.proc is True else subject.project.context.proc
    stranger = _stranger(proc, pid, subject)
    content = {each.target: each for each in injected(subject)}
    for mount in subject.inspect.get("Mounts") or ():
        target = str(mount.get("Destination") or "")
        if mount.get("Type") == "bind" and target not in content:
            found = stranger or _told(proc.same_inode(pid, str(mount.get("Source")), target), "replaced")
            sides.pair("runtime_checks.bind." + target, CURRENT, found)
    for target in sorted(content):
        each = content[target]
        if proc and stranger is None and each.file and _changed_since(str(state.get("StartedAt") or ""), each.file):
            sides.note(
                f"{each.kind}_changed_since_start", f"{each.file} was written after the container started, which may still use what it read then",
                severity="info", path=f"{each.kind}s.{target}", remedy="restart the container if its program reads the file only when it starts",
            )
        sides.pair(f"runtime_checks.{each.kind}.{target}", CURRENT, stranger or _content(subject, proc, pid, each))
    _network_namespace(subject, sides, proc, pid, stranger)


def _stranger(proc: Any, pid: int, subject: Subject) -> Optional[Unknown]:
    """Why no check can be made at all: no root, or process ids that are not of this machine."""
    if not proc:
        return _ROOT_ONLY
    found = proc.is_process_of(pid, str(subject.inspect.get("Id")))
    return Unknown(found.reason, found.remedy) if found.verdict == host_proc.DIFFERENT else None


def _told(check: Any, different: str) -> Any:
    if check.verdict == host_proc.UNKNOWN:
        return Unknown(check.reason, check.remedy)
    if check.verdict == host_proc.NOT_COMPARABLE:
        return NotComparable(check.reason)
    return CURRENT if check.verdict == host_proc.EQUAL else different


def _content(subject: Subject, proc: Any, pid: int, each: Injected) -> Any:
    if each.file:
        return _told(proc.same_content(pid, each.file, each.target), "differs")
    wanted = _declared_content(subject, each)
    if _covered(subject, each.target):
        return NotComparable("a tmpfs that the container mounts when it starts covers it")
    if wanted is None:
        return NotComparable("its content is kept outside of compose") if each.definition.get("external") else _NO_VALUE
    context = subject.project.context
    found = proc.file_fingerprint(pid, each.target, context.fingerprint)
    if found.state == host_proc.UNKNOWN:
        return Unknown(found.reason, found.remedy)
    if found.state == host_proc.ABSENT:
        return "missing"
    return CURRENT if found.value == context.fingerprint(wanted.encode("utf-8", "surrogateescape")) else "differs"


def _changed_since(started: str, path: str) -> bool:
    # The engine tells UTC with up to nine decimals; no part of Python 3.8 reads more than six.
    moment = re.match(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)", started)
    if moment is None:
        return False
    try:
        return os.stat(path).st_mtime >= calendar.timegm((*map(int, moment.groups()), 0, 0, 0)) + 1
    except OSError:
        return False


def _covered(subject: Subject, target: str) -> bool:
    # Compose copies content into the container before it starts, and what is mounted then hides it for good.
    folders = [str(each) for each in subject.host.get("Tmpfs") or {}]
    folders += [str(each.get("Destination")) for each in subject.inspect.get("Mounts") or () if each.get("Type") == "tmpfs"]
    return any(target.startswith(folder.rstrip("/") + "/") for folder in folders)


def _declared_content(subject: Subject, each: Injected) -> Optional[str]:
    if each.definition.get("content") is not None:
        return str(each.definition["content"])
    return (subject.project.context.environment or {}).get(str(each.definition.get("environment") or ""))


def _network_namespace(subject: Subject, sides: Sides, proc: Any, pid: int, stranger: Optional[Unknown]) -> None:
    mode = str(subject.host.get("NetworkMode") or "")
    if not mode.startswith("container:"):
        return
    parent: Raw = subject.project.by_id.get(mode.partition(":")[2]) or {}
    if not parent:
        # network_mode says that it is gone.
        return
    found: Any = stranger
    if found is None:
        parent_pid = int((parent.get("State") or {}).get("Pid") or 0)
        if parent_pid:
            found = _told(proc.same_network_namespace(pid, parent_pid), "stale")
        else:
            found = Unknown(f"{container_name(parent)}, whose network it uses, does not run", "start it, then restart this one")
    sides.pair("runtime_checks.network_namespace", CURRENT, found)
