# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reconcile would do to a stack, decided before anything is done: files to lay, services to create again, what is refused and why."""

from __future__ import annotations

import dataclasses
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Change
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import Model
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import FileState
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_findings import is_document
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_layer import Layers, injected
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import LABEL, container_name, labels
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_checkout import read_checkout
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_plan import StackPlans

#: More orphans than this, or than a third of the services, are removed only when their exact number is given.
PRUNE_LIMIT = 5
_NOT_DRIFT = ("image_id",)


@dataclasses.dataclass(frozen=True)
class Batch:
    """Services that need not wait for each other: missing ones, ones of which there are too few or too many, and ones that differ."""

    create: Tuple[str, ...] = ()
    scale: Tuple[str, ...] = ()
    recreate: Tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class StackSteps:
    """Steps for one stack. Who shares the network of a container comes in a later batch than it."""

    name: str
    files: Tuple[FileState, ...] = ()
    batches: Tuple[Batch, ...] = ()
    adopt: Mapping[str, str] = dataclasses.field(default_factory=dict)
    prune: Tuple[Tuple[str, str], ...] = ()
    refused: Tuple[Finding, ...] = ()

    def actions(self) -> List[str]:
        """The steps in words, in the order in which they are done."""
        told = ["{0}: lay {1}".format(self.name, each.host_path) for each in self.files]
        for batch in self.batches:
            told += ["{0}: create {1}".format(self.name, each) for each in batch.create]
            told += ["{0}: scale {1}".format(self.name, each) for each in batch.scale]
            told += [
                "{0}: replace the hand-made container {1}".format(self.name, self.adopt[each])
                if each in self.adopt
                else "{0}: recreate {1}".format(self.name, each)
                for each in batch.recreate
            ]
        return told + ["{0}: remove orphan {1}".format(self.name, container) for dummy, container in self.prune]


@dataclasses.dataclass(frozen=True)
class Permits:
    """What the user allowed."""

    git_wins: Tuple[str, ...] = ()
    adopt: bool = False
    prune: bool = False
    prune_count: Optional[int] = None
    allow_recreate: Tuple[str, ...] = ()
    protected: Tuple[str, ...] = ()

    def wins(self, stack: str) -> bool:
        """Whether git may overwrite this stack."""
        return stack in self.git_wins or "all" in self.git_wins


class StepPlanner:
    """Decides the steps of each stack."""

    def __init__(self, target: str, facts: HostFacts, layers: Layers, permits: Permits) -> None:
        self._target = target
        self._layers = layers
        self._permits = permits
        self._incomplete = any(each.kind == "container" for each in facts.unread)
        self._containers = {str(each.get("Name") or "").lstrip("/"): each for each in facts.containers}

    def steps(self, plans: StackPlans) -> StackSteps:
        """The steps of one stack; empty ones when the user did not let git win there."""
        read = plans.read
        if not self._permits.wins(read.name) or plans.git_plan is None or plans.git is None or not isinstance(read.git, Model):
            return StackSteps(read.name)
        why = self._not_ours(plans)
        if why:
            return StackSteps(read.name, refused=(self._refusal(read.name, "", why, "name stack, host and project_directory in media_center_stacks"),))
        files = tuple(
            each
            for each in read.files
            if each.status in ("older", "edited", "missing") and each.git.content is not None and not (each.status == "missing" and is_document(each.git.path))
        )
        services = read.git.document.get("services") or {}
        recreate, adopt, refused = self._differing(plans, services, {os.path.realpath(each.host_path) for each in files})
        prune, more = self._pruned(plans)
        scaled = self._scaled(plans)
        create = [each for each in self._missing(plans) if each not in scaled]
        together, kept, told = self._network_renewal(plans, services)
        create, scaled = ([each for each in part if each not in together + kept] for part in (create, scaled))
        recreate = [*together, *(each for each in recreate if each not in together + kept + create)]
        batches = _batches(create, [each for each in recreate if each in scaled], [each for each in recreate if each not in scaled], services)
        adopt = {service: container for service, container in adopt.items() if service in recreate}
        return StackSteps(read.name, files, batches, adopt, prune, tuple([each for each in refused if each.key not in kept] + told + more))

    def _network_renewal(self, plans: StackPlans, services: Mapping[str, Any]) -> Tuple[List[str], List[str], List[Finding]]:
        """The services to create anew at once for a network that differs, or those that have to be left for its sake, and what is told of it.

        Compose removes such a network before it makes it anew, and fails with containers stopped where not all that are in it take part.
        """
        changes = [each for each in (plans.git_plan.changes if plans.git_plan is not None else ()) if each.action == "update"]
        told = [
            self._refusal(plans.read.name, "", "volume {0} differs, and making it anew would lose what is in it".format(each.key), "move its data by hand")
            for each in changes
            if each.resource == "volume"
        ]
        networks = {each.key for each in changes if each.resource == "network"}
        attached = [name for name, each in services.items() if networks.intersection(_networks(each or {}))]
        existing = self._existing(plans)
        family = list(dict.fromkeys(each for name in attached for each in (name, *_children(name, services, existing))))
        for name in family if networks else ():
            why, remedy = self._forbidden(plans, name, existing, False)
            if why:
                reason = "network {0} would have to be made anew with all that are in it, but {1}".format(", ".join(sorted(networks)), why)
                return [], family, [*told, self._refusal(plans.read.name, "", reason, remedy)]
        missing = self._missing(plans)
        return [each for each in family if each in existing or each in missing], [], told

    @staticmethod
    def _missing(plans: StackPlans) -> List[str]:
        changes = plans.git_plan.changes if plans.git_plan is not None else ()
        return list(dict.fromkeys(each.key.partition("#")[0] for each in changes if each.resource == "service" and each.action == "create"))

    def _scaled(self, plans: StackPlans) -> List[str]:
        """The services that differ in nothing but the number of their containers."""
        changes = plans.git_plan.changes if plans.git_plan is not None else ()
        paths: Dict[str, Set[str]] = {}
        for change in changes:
            if change.resource == "service" and change.action == "update":
                paths.setdefault(change.key.partition("#")[0], set()).update(each.path for each in change.fields if each.path not in _NOT_DRIFT)
        return [service for service, found in paths.items() if found == {"scale"}]

    def _differing(self, plans: StackPlans, services: Mapping[str, Any], laid: Set[str]) -> Tuple[List[str], Dict[str, str], List[Finding]]:
        recreate: List[str] = []
        adopt: Dict[str, str] = {}
        refused: List[Finding] = []
        existing = self._existing(plans)
        changes = plans.git_plan.changes if plans.git_plan is not None else ()
        drifted = {each.key: each for each in changes if each.resource == "service" and each.action == "update" and self._drifted(each)}
        for key in [*drifted, *(key for key, container in existing.items() if key not in drifted and self._holds(container, laid))]:
            service = key.partition("#")[0]
            if service not in services or service in recreate:
                continue
            hand_made = key in drifted and any(each.path == "managed_by" for each in drifted[key].fields)
            family = [service, *_children(service, services, existing)]
            reasons = [self._forbidden(plans, each, existing, hand_made and each == service) for each in family]
            why, remedy = next((each for each in reasons if each[0]), ("", ""))
            if why:
                refused.append(self._refusal(plans.read.name, service, why, remedy))
                continue
            recreate += [each for each in family if each not in recreate]
            if hand_made:
                adopt[service] = existing[key]
        return recreate, adopt, refused

    def _holds(self, container: str, laid: Set[str]) -> bool:
        """Whether a running container holds a file that is to be replaced: it would keep the old one."""
        inspect = self._containers.get(container) or {}
        sources = [os.path.realpath(str(each.get("Source"))) for each in inspect.get("Mounts") or () if each.get("Type") == "bind"]
        return bool((inspect.get("State") or {}).get("Running")) and not laid.isdisjoint(sources)

    @staticmethod
    def _existing(plans: StackPlans) -> Dict[str, str]:
        """The names of the stack's containers by key, those that are too many with them."""
        items = plans.git.running.items.values() if plans.git is not None else ()
        found = {item.key: str(item.values.get("container_name") or "") for item in items if item.resource == "service"}
        for each in plans.read.match.project.containers if plans.read.match.project is not None else ():
            service, name = labels(each).get(LABEL + "service"), container_name(each)
            if service and name not in found.values() and labels(each).get(LABEL + "oneoff") != "True":
                found["{0}#{1}".format(service, name)] = name
        return found

    def _not_ours(self, plans: StackPlans) -> str:
        read = plans.read
        if read.match.how == "image":
            return "the match is only a guess by images"
        if read.stack.get("assigned") and read.stack.get("project_directory"):
            return ""
        if read.match.project is not None and read.match.project.manager:
            return "its folder belongs to {0}".format(read.match.project.manager)
        return "its folder is a git checkout of its own" if read_checkout(read.directory) is not None else ""

    @staticmethod
    def _drifted(change: Change) -> bool:
        return any(each.path not in _NOT_DRIFT for each in change.fields)

    def _forbidden(self, plans: StackPlans, service: str, existing: Mapping[str, str], hand_made: bool) -> Tuple[str, str]:
        if hand_made and not self._permits.adopt:
            return "the container was made by hand", "set media_center_adopt to let compose replace it"
        if service in self._permits.allow_recreate or "all" in self._permits.allow_recreate:
            return "", ""
        remedy = "add {0} to media_center_allow_recreate".format(service)
        for key, container in existing.items():
            if key.partition("#")[0] == service:
                why = self._loss(plans, service, key, container)
                if why:
                    return why, remedy
        return "", ""

    def _loss(self, plans: StackPlans, service: str, key: str, container: str) -> str:
        """Why a container must not be replaced without being asked; empty where nothing speaks against it."""
        inspect = self._containers.get(container) or {}
        if service in self._permits.protected or container in self._permits.protected:
            return "{0} is named as the host's DNS, SSH or proxy path".format(service)
        if "plex" in str((inspect.get("Config") or {}).get("Image") or "").lower() and (inspect.get("State") or {}).get("Running"):
            return "somebody may be watching on {0}, which is a Plex".format(service)
        notes = plans.git.notes if plans.git is not None else ()
        if any(each.code == "image_committed" and each.key == key for each in notes):
            return "the image of {0} was committed by hand, and no other has what is in it".format(service)
        known = injected(plans.read.git.document) if isinstance(plans.read.git, Model) else frozenset()
        changed = [each for each in self._layer(inspect) if each not in known]
        return "the container of {0} holds changes that would be lost ({1})".format(service, ", ".join(changed[:3])) if changed else ""

    def _layer(self, inspect: Mapping[str, Any]) -> Sequence[str]:
        changed = self._layers.get(str(inspect.get("Id") or ""), ())
        return ["not readable: {0}".format(changed.message)] if isinstance(changed, GatewayError) else changed

    def _pruned(self, plans: StackPlans) -> Tuple[Tuple[Tuple[str, str], ...], List[Finding]]:
        if not self._permits.prune or plans.git_plan is None or plans.git is None:
            return (), []
        gone = {each.key.partition("#")[0] for each in plans.git_plan.changes if each.action == "delete" and each.resource == "service"}
        members = plans.read.match.project.containers if plans.read.match.project is not None else ()
        counted = [each for each in members if labels(each).get(LABEL + "service") in gone and labels(each).get(LABEL + "oneoff") != "True"]
        orphans = sorted((labels(each)[LABEL + "service"], container_name(each)) for each in counted)
        services = sum(1 for resource, dummy in plans.git.declared.items if resource == "service")
        if not orphans:
            return (), []
        if self._incomplete:
            why = "orphans stay while a container of this host could not be read"
            return (), [self._refusal(plans.read.name, "", why, "run again when the engine answers")]
        if not services or (len(orphans) > max(PRUNE_LIMIT, services // 3) and self._permits.prune_count != len(orphans)):
            why = "{0} of {1} services would be removed".format(len(orphans), services + len(orphans))
            return (), [self._refusal(plans.read.name, "", why, "set media_center_prune_count to {0} when that is right".format(len(orphans)))]
        return tuple(orphans), []

    def _refusal(self, stack: str, service: str, why: str, remedy: str) -> Finding:
        return Finding(
            "reconcile_refused",
            "{0}{1} was left as it is: {2}".format(stack, " " + service if service else "", why),
            category="rule",
            target=self._target,
            resource="service" if service else "stack",
            key=service or stack,
            severity="low",
            remedy=remedy,
        )


def _children(service: str, model: Mapping[str, Any], existing: Mapping[str, str]) -> List[str]:
    """The services with a container that share the network of a service, directly or through others."""
    found = [service]
    for name in found:
        found += [each for each in model if _parent(model, each) == name and each in existing and each not in found]
    return found[1:]


def _networks(service: Mapping[str, Any]) -> List[str]:
    return [] if service.get("network_mode") else list(service.get("networks") or ("default",))


def _batches(create: Sequence[str], scale: Sequence[str], recreate: Sequence[str], model: Mapping[str, Any]) -> Tuple[Batch, ...]:
    remaining = [*create, *scale, *recreate]
    batches: List[Batch] = []
    while remaining:
        ready = [name for name in remaining if _parent(model, name) not in remaining] or list(remaining)
        parts = (tuple(each for each in ready if each in part) for part in (create, scale, recreate))
        batches.append(Batch(*parts))
        remaining = [name for name in remaining if name not in ready]
    return tuple(batches)


def _parent(model: Mapping[str, Any], name: str) -> Optional[str]:
    mode = str((model.get(name) or {}).get("network_mode") or "")
    return mode.partition(":")[2] if mode.startswith("service:") else None
