# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reconcile would do to a stack, decided before anything is done: files to lay, services to create again, what is refused and why."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Change
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import Model
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import FileState
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_findings import is_document
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_layer import Layers
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_plan import StackPlans

#: More orphans than this, or than a third of the services, are removed only when their exact number is given.
PRUNE_LIMIT = 5
_NOT_DRIFT = ("image_id",)


@dataclasses.dataclass(frozen=True)
class StackSteps:
    """Steps for one stack. ``recreate`` holds batches: children of a recreated network namespace come after it."""

    name: str
    files: Tuple[FileState, ...] = ()
    create: Tuple[str, ...] = ()
    recreate: Tuple[Tuple[str, ...], ...] = ()
    adopt: Mapping[str, str] = dataclasses.field(default_factory=dict)
    prune: Tuple[Tuple[str, str], ...] = ()
    refused: Tuple[Finding, ...] = ()

    def actions(self) -> List[str]:
        """The steps in words, in the order in which they are done."""
        told = ["{0}: lay {1}".format(self.name, each.host_path) for each in self.files]
        told += ["{0}: replace the hand-made container {1}".format(self.name, each) for each in sorted(self.adopt)]
        told += ["{0}: create {1}".format(self.name, each) for each in self.create]
        told += ["{0}: recreate {1}".format(self.name, each) for batch in self.recreate for each in batch]
        return told + ["{0}: remove orphan {1}".format(self.name, each) for each, dummy in self.prune]


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
        create, recreate, adopt, refused = [], [], {}, []
        for change in plans.git_plan.changes:
            if change.resource != "service":
                continue
            service = change.key.partition("#")[0]
            if change.action == "create":
                create.append(service)
            elif change.action == "update" and self._drifted(change):
                container = str(plans.git.running.items[(change.resource, change.key)].values.get("container_name") or "")
                hand_made = any(each.path == "managed_by" for each in change.fields)
                why, remedy = self._forbidden(service, container, hand_made)
                if why:
                    refused.append(self._refusal(read.name, service, why, remedy))
                elif hand_made:
                    adopt[service] = container
                elif service not in recreate:
                    recreate.append(service)
        services = read.git.document.get("services") or {}
        return StackSteps(read.name, files, tuple(create), _batches(recreate + sorted(adopt), services), adopt, *self._pruned(plans, refused))

    def _not_ours(self, plans: StackPlans) -> str:
        read = plans.read
        told = bool(read.stack.get("assigned") and read.stack.get("project_directory"))
        if read.match.how == "image":
            return "the match is only a guess by images"
        if read.match.project is not None and read.match.project.manager and not told:
            return "its folder belongs to {0}".format(read.match.project.manager)
        return ""

    @staticmethod
    def _drifted(change: Change) -> bool:
        return any(each.path not in _NOT_DRIFT for each in change.fields)

    def _forbidden(self, service: str, container: str, hand_made: bool) -> Tuple[str, str]:
        if hand_made and not self._permits.adopt:
            return "the container was made by hand", "set media_center_adopt to let compose replace it"
        if service in self._permits.allow_recreate or "all" in self._permits.allow_recreate:
            return "", ""
        remedy = "add {0} to media_center_allow_recreate".format(service)
        inspect = self._containers.get(container) or {}
        if service in self._permits.protected or container in self._permits.protected:
            return "it is named as the host's DNS, SSH or proxy path", remedy
        if "plex" in str((inspect.get("Config") or {}).get("Image") or "").lower() and (inspect.get("State") or {}).get("Running"):
            return "somebody may be watching on this Plex", remedy
        changed = self._layer(inspect)
        if changed:
            return "its container's layer holds changes that would be lost ({0})".format(", ".join(changed[:3])), remedy
        return "", ""

    def _layer(self, inspect: Mapping[str, Any]) -> Sequence[str]:
        changed = self._layers.get(str(inspect.get("Id") or ""), ())
        return ["not readable: {0}".format(changed.message)] if isinstance(changed, GatewayError) else changed

    def _pruned(self, plans: StackPlans, refused: List[Finding]) -> Tuple[Tuple[Tuple[str, str], ...], Tuple[Finding, ...]]:
        if not self._permits.prune or plans.git_plan is None or plans.git is None:
            return (), tuple(refused)
        orphans = []
        for change in plans.git_plan.changes:
            if change.action == "delete" and change.resource == "service":
                orphans.append((change.key, str(plans.git.running.items[(change.resource, change.key)].values.get("container_name") or "")))
        services = sum(1 for resource, dummy in plans.git.declared.items if resource == "service")
        if not services or (len(orphans) > max(PRUNE_LIMIT, services // 3) and self._permits.prune_count != len(orphans)):
            why = "{0} of {1} services would be removed".format(len(orphans), services + len(orphans))
            refused.append(self._refusal(plans.read.name, "", why, "set media_center_prune_count to {0} when that is right".format(len(orphans))))
            return (), tuple(refused)
        return tuple(orphans), tuple(refused)

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


def _batches(services: Sequence[str], model: Mapping[str, Any]) -> Tuple[Tuple[str, ...], ...]:
    """The services in batches: who shares the network of a recreated container is recreated after it, too."""
    remaining = list(dict.fromkeys(services))
    for name in remaining:
        children = [child for child, each in model.items() if (each or {}).get("network_mode") == "service:" + name]
        remaining.extend(child for child in children if child not in remaining)
    batches: List[Tuple[str, ...]] = []
    done: Dict[str, bool] = {}
    while remaining:
        ready = [name for name in remaining if _parent(model, name) not in remaining] or list(remaining)
        batches.append(tuple(ready))
        done.update((name, True) for name in ready)
        remaining = [name for name in remaining if name not in done]
    return tuple(batches)


def _parent(model: Mapping[str, Any], name: str) -> Optional[str]:
    mode = str((model.get(name) or {}).get("network_mode") or "")
    return mode.partition(":")[2] if mode.startswith("service:") else None
