# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A compose model and a host's inspect answers in the form that ``core.compare`` understands.

Every value of a service is made for one container, because what it inherits depends on the image which that container runs.
"""
from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import equal
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Item, NotComparable, State, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_image import image_values, running_image
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_limits import limit_values
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_mounts import mount_values
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_networks import network_values
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_process import process_values
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import (
    LABEL,
    Project,
    Sides,
    StackContext,
    Subject,
    container_name,
    is_interrupted,
    item_key,
    labels,
    number_of,
    read_project,
    scale_of,
)
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_resources import network_items, volume_items
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_runtime import runtime_values
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_security import security_values
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import Raw
from ansible_collections.homelab.media_center.plugins.module_utils.resources.compose import SERVICE

__all__ = ["StackContext", "StackStates", "container_summary", "stack_states"]

#: What Podman's compatible API tells well enough to be compared.
_PODMAN = (
    "image", "image_id", "container_name", "managed_by", "scale", "environment", "ports", "volumes", "secrets", "configs", "restart", "network_mode",
    "networks",
)
_FROM_DEPLOY = {"restart": "restart_policy", "scale": "replicas"}
_FROM_RESOURCES = {
    "cpus": ("limits", "cpus"), "mem_limit": ("limits", "memory"), "mem_reservation": ("reservations", "memory"), "pids_limit": ("limits", "pids"),
    "gpus": ("reservations", "devices"),
}


@dataclasses.dataclass(frozen=True)
class StackStates:
    """Both sides of one project, and findings that are no difference between values (``target`` is left empty)."""

    declared: State
    running: State
    notes: Tuple[Finding, ...] = ()


def stack_states(model: Mapping[str, Any], context: StackContext) -> StackStates:
    """The canonical states of a project.

    ``model`` is the parsed answer of ``docker compose --profile '*' config --format json``, its ``$$`` as they are.
    """
    project = read_project(model, context)
    declared: List[Item] = []
    running: List[Item] = []
    notes: List[Finding] = []
    by_hand: Dict[str, Raw] = {}
    for name in sorted(project.services):
        found = _subjects(project, name)
        by_hand.update({str(each.inspect.get("Id")): each.inspect for each in found if each.managed_by != "compose"})
        for subject in found:
            pair, said = _items(subject)
            notes += said
            declared.append(pair[0])
            if pair[1] is not None:
                running.append(pair[1])
    for name in sorted(set(project.members) - set(project.services)):
        running += [_orphan(project, name, index, each) for index, each in enumerate(project.members[name])]
    notes += _uncounted(project, by_hand)
    unreadable: Dict[str, Unknown] = {}
    for resource, items in (("network", network_items(project)), ("volume", volume_items(project))):
        declared += items[0]
        running += items[1]
        missed = next((each for each in context.facts.unread if each.kind == resource + "s"), None)
        if missed is not None:
            unreadable[resource] = Unknown(missed.error.message, missed.error.remedy)
    return StackStates(State.of(*declared), State.of(*running, unreadable=unreadable), tuple(notes))


def container_summary(inspect: Mapping[str, Any]) -> Dict[str, str]:
    """What may be told of any container: name, image, state, project and service. No value that can hold a secret."""
    told = labels(inspect)
    return {
        "name": container_name(inspect),
        "image": str((inspect.get("Config") or {}).get("Image") or ""),
        "state": str((inspect.get("State") or {}).get("Status") or ""),
        "project": told.get(LABEL + "project", ""),
        "service": told.get(LABEL + "service", ""),
    }


def _subjects(project: Project, name: str) -> List[Subject]:
    """The containers that stand for a service, at most as many as it should have; one without a container where it has none."""
    service = project.services[name]
    members, managed_by = project.paired(name)
    if not members:
        return [Subject(project, name, name, service, {})]
    return [
        Subject(project, name, item_key(name, index), service, each, number_of(each), managed_by, running_image(project, name, each))
        for index, each in enumerate(members)
    ]


def _values(subject: Subject) -> Sides:
    sides = Sides(subject)
    for add in (image_values, process_values, network_values, mount_values, limit_values, security_values, runtime_values):
        add(subject, sides)
    return sides


def _items(subject: Subject) -> Tuple[Tuple[Item, Optional[Item]], List[Finding]]:
    project, name = subject.project, subject.name
    sides = _values(subject)
    wanted = scale_of(subject.service)
    if not subject.inspect:
        unread = _unread(subject)
        if unread is None:
            shown = {path: value for path, value in sides.declared.items() if explicit(subject, path) and not isinstance(value, (Unknown, NotComparable))}
            return (Item("service", subject.key, shown, optional=wanted == 0 or not project.active(name)), None), sides.notes
        return (Item("service", subject.key, sides.declared), Item("service", subject.key, dict.fromkeys(sides.declared, unread))), []
    sides.pair("managed_by", "compose", subject.managed_by)
    if subject.key == name:
        count = len(project.members.get(name, ())) or 1
        sides.pair("scale", count if not project.active(name) else wanted, count)
        _interrupted(subject, sides)
    if project.facts.podman:
        _reduce(subject, sides)
    return (Item("service", subject.key, sides.declared), Item("service", subject.key, sides.running)), sides.notes


def explicit(subject: Subject, path: str) -> bool:
    """Whether the service itself says something about a path, and does not leave it to a default."""
    key = path.partition(".")[0]
    service = subject.service
    if service.get(key) is not None:
        return True
    deploy = service.get("deploy") or {}
    if key in _FROM_DEPLOY:
        return deploy.get(_FROM_DEPLOY[key]) is not None
    part, name = _FROM_RESOURCES.get(key, ("limits", ""))
    return bool(subject.resources(part).get(name))


def _unread(subject: Subject) -> Optional[Unknown]:
    """Why a service's container could not be inspected, where the list of containers had one."""
    for each in subject.project.facts.unread:
        told = each.listed.get("Labels") or {} if each.kind == "container" else {}
        if told.get(LABEL + "project") == subject.project.context.project and told.get(LABEL + "service") == subject.name:
            return Unknown(each.error.message, each.error.remedy)
    return None


def _interrupted(subject: Subject, sides: Sides) -> None:
    left = [container_name(each) for each in subject.project.interrupted.get(subject.name, ())]
    if is_interrupted(subject.inspect):
        left.append(container_name(subject.inspect))
    if left:
        sides.note(
            "recreate_interrupted", "a recreate did not come to its end and left {0}".format(", ".join(left)),
            severity="medium", path="container_name", remedy=f"look whether the container is the one to keep, then docker compose up -d {subject.name}",
        )


def _reduce(subject: Subject, sides: Sides) -> None:
    for path in sorted(set(sides.declared) | set(sides.running)):
        if _told_by_podman(path):
            continue
        sides.running.pop(path, None)
        if explicit(subject, path) and path in sides.declared:
            sides.declared[path] = NotComparable("Podman's Docker API does not show this as it was set")
        else:
            sides.declared.pop(path, None)
    sides.notes[:] = [each for each in sides.notes if not each.path or _told_by_podman(each.path)]


def _told_by_podman(path: str) -> bool:
    return path.partition(".")[0] in _PODMAN and not path.endswith((".aliases", ".links"))


def _orphan(project: Project, name: str, index: int, inspect: Raw) -> Item:
    """A container of a service that the model does not have, told as a compose file would have to say it."""
    subject = Subject(project, name, item_key(name, index), {}, inspect, number_of(inspect), image=running_image(project, name, inspect))
    sides = _values(subject)
    told = {}
    for path, value in sides.running.items():
        declared = sides.declared.get(path, ABSENT)
        if not isinstance(declared, (Unknown, NotComparable)) and not equal(SERVICE.field(path), declared, value):
            told[path] = value
    return Item("service", subject.key, told)


def _uncounted(project: Project, by_hand: Mapping[str, Raw]) -> List[Finding]:
    found = []
    for each in project.uncounted:
        if str(each.get("Id")) not in by_hand:
            name = container_name(each)
            message = f"container {name} has labels of project {project.context.project}, but compose did not create it as a service"
            found.append(Finding("container_not_counted", message, resource="container", key=name, severity="info"))
    return found
