# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One compose project: its model, what the host says, and which container is which service's."""
from __future__ import annotations

import dataclasses
import re
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import Raw, integer, unescaped
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts

LABEL = "com.docker.compose."
BY_HAND = "by hand"
#: Compose renames the old container so while it recreates one; the name stays when it is interrupted.
_INTERRUPTED = re.compile(r"[0-9a-f]{12}_(.+)\Z")


@dataclasses.dataclass(frozen=True)
class StackContext:
    """What a stack is looked at with.

    ``project`` is the project's name on the host. ``proc`` says whether ``/proc`` may be read as root, or offers the
    functions of ``host_proc`` itself; without it what only root can see is unknown. ``config_dir`` is where relative file names of the model are.
    ``environment`` are the variables that compose interpolates with, or None where they are not known; secrets that
    are declared by variable can only be checked with it.
    """

    project: str
    facts: HostFacts
    fingerprint: Callable[[bytes], str]
    proc: Any = None
    profiles: Tuple[str, ...] = ()
    config_dir: str = ""
    environment: Optional[Mapping[str, str]] = None


@dataclasses.dataclass(frozen=True)
class Project:
    """A model and the containers of its project. ``members`` holds each service's containers, lowest number first."""

    context: StackContext
    model: Raw
    members: Mapping[str, Tuple[Raw, ...]]
    interrupted: Mapping[str, Tuple[Raw, ...]]
    uncounted: Tuple[Raw, ...]
    by_id: Mapping[str, Raw]

    @property
    def facts(self) -> HostFacts:
        """What the host says."""
        return self.context.facts

    @property
    def services(self) -> Mapping[str, Raw]:
        """The declared services by name."""
        return self.model.get("services") or {}

    def real_name(self, kind: str, key: str) -> str:
        """The name on the engine of a declared network or volume."""
        declared = (self.model.get(kind) or {}).get(key) or {}
        return str(declared.get("name") or f"{self.model.get('name') or self.context.project}_{key}")

    def active(self, name: str) -> bool:
        """Whether ``up`` would start the service: it has no profile, or one that is switched on."""
        wanted = self.services[name].get("profiles") or ()
        # Where none is given, compose takes the variable, which often stands in the stack's .env.
        told = (self.context.environment or {}).get("COMPOSE_PROFILES") or ""
        on = self.context.profiles or tuple(each.strip() for each in told.split(","))
        return not wanted or "*" in on or any(each in on for each in wanted)

    def paired(self, name: str) -> Tuple[Tuple[Raw, ...], str]:
        """The containers that stand for a service, at most as many as it should have, and who made them.

        Where compose made none, a container that has the service's name is taken for it: it is in the way of the right one.
        """
        members = self.members.get(name, ())[: max(scale_of(self.services[name]), 1)]
        if members:
            return members, "compose"
        given = self.services[name].get("container_name")
        names = (str(given),) if given else default_names(self.context.project, name, 1)
        found = next((self.by_id[each] for each in names if each in self.by_id), None)
        if found is None:
            return (), "compose"
        other = labels(found).get(LABEL + "project") if labels(found).get(LABEL + "config-hash") else None
        return (found,), f"project {other}" if other else BY_HAND

    def place(self, container_id: str) -> str:
        """What ``container:<id or name>`` means here: ``service:x``, ``container:name``, or what says that it is gone."""
        found = self.by_id.get(container_id)
        if found is None:
            return f"container:{container_id[:12]} (gone)"
        service = labels(found).get(LABEL + "service")
        if service and labels(found).get(LABEL + "project") == self.context.project:
            return "service:" + service
        return "container:" + container_name(found)


@dataclasses.dataclass(frozen=True)
class Subject:
    """A service beside one container. ``inspect`` is empty where there is none; ``image`` is what the container runs, or None where its record is gone."""

    project: Project
    name: str
    key: str
    service: Raw
    inspect: Raw
    number: int = 1
    managed_by: str = "compose"
    image: Optional[Raw] = None

    @property
    def config(self) -> Raw:
        """The container's Config."""
        return self.inspect.get("Config") or {}

    @property
    def host(self) -> Raw:
        """The container's HostConfig."""
        return self.inspect.get("HostConfig") or {}

    @property
    def image_config(self) -> Raw:
        """The Config of the image that the container runs; empty where it is not known."""
        return (self.image or {}).get("Config") or {}

    @property
    def limits(self) -> Raw:
        """``deploy.resources.limits``."""
        return self.resources("limits")

    def resources(self, part: str) -> Raw:
        """``limits`` or ``reservations`` of ``deploy.resources``."""
        return (((self.service.get("deploy") or {}).get("resources")) or {}).get(part) or {}


class Sides:
    """The values of both sides as they are collected, and what else there is to say."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.declared: Dict[str, Any] = {}
        self.running: Dict[str, Any] = {}
        self.notes: List[Finding] = []

    def pair(self, path: str, declared: Any, running: Any) -> None:
        """Both values of one path; ABSENT where a side has none."""
        if declared is not ABSENT:
            self.declared[path] = declared
        if running is not ABSENT:
            self.running[path] = running

    def note(self, code: str, message: str, **more: Any) -> None:
        """A finding about this service that is no difference between values."""
        more.setdefault("severity", "info")
        self.notes.append(Finding(code, f"service {self.subject.key}: {message}", resource="service", key=self.subject.key, **more))


def item_key(name: str, index: int) -> str:
    """The key of a service's container in states: the service's name, with ``#2`` and so on for further ones."""
    return name if index == 0 else f"{name}#{index + 1}"


def labels(inspect: Raw) -> Mapping[str, str]:
    """A container's labels."""
    return (inspect.get("Config") or {}).get("Labels") or {}


def container_name(inspect: Raw) -> str:
    """A container's name without the slash."""
    return str(inspect.get("Name") or "").lstrip("/")


def default_names(project: str, service: str, number: int) -> Tuple[str, str]:
    """The names that compose gives a container: v2's, then that of v1 and of compatibility mode."""
    return f"{project}-{service}-{number}", f"{project}_{service}_{number}"


def declared_names(subject: Subject) -> Tuple[str, ...]:
    """The names that this container may have by its declaration."""
    if subject.service.get("container_name"):
        return (str(subject.service["container_name"]),)
    return default_names(subject.project.context.project, subject.name, subject.number)


def scale_of(service: Raw) -> int:
    """How many containers a service should have; a provider service has none."""
    if service.get("provider"):
        return 0
    replicas = (service.get("deploy") or {}).get("replicas")
    for each in (service.get("scale"), replicas):
        if each is not None:
            return integer(each, 1)
    return 1


def is_interrupted(inspect: Raw) -> bool:
    """Whether a container has the temporary name of a recreate that did not come to its end."""
    return bool(_INTERRUPTED.match(container_name(inspect)))


def read_project(model: Raw, context: StackContext) -> Project:
    """Sort the host's containers by service of the model. The model's ``$$`` are unescaped here and nowhere else."""
    plain = unescaped(model)
    grouped: Dict[str, List[Raw]] = {}
    uncounted: List[Raw] = []
    by_id: Dict[str, Raw] = {}
    for inspect in context.facts.containers:
        by_id[str(inspect.get("Id"))] = by_id[container_name(inspect)] = inspect
        told = labels(inspect)
        if told.get(LABEL + "project") != context.project or told.get(LABEL + "oneoff") == "True":
            continue
        # Images that compose built carry project and service too; only what compose created for a service has a hash.
        if told.get(LABEL + "config-hash") and told.get(LABEL + "service"):
            grouped.setdefault(told[LABEL + "service"], []).append(inspect)
        else:
            uncounted.append(inspect)
    members: Dict[str, Tuple[Raw, ...]] = {}
    interrupted: Dict[str, Tuple[Raw, ...]] = {}
    for name, found in grouped.items():
        found.sort(key=lambda each: (number_of(each), is_interrupted(each), str(each.get("Created"))))
        finished = {number_of(each) for each in found if not is_interrupted(each)}
        left_over = [each for each in found if is_interrupted(each) and number_of(each) in finished]
        members[name] = tuple(each for each in found if each not in left_over)
        interrupted[name] = tuple(left_over)
    return Project(context, plain, members, interrupted, tuple(uncounted), by_id)


def number_of(inspect: Raw) -> int:
    """The container's number within its service."""
    return integer(labels(inspect).get(LABEL + "container-number"), 1)
