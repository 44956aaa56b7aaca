# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparisons of one stack that was read."""

from __future__ import annotations

import dataclasses
from typing import Optional, Tuple, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.compare import compare
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Plan, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.origins import OriginTable
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import Model
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_model import StackContext, StackStates, stack_states
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_read import StackRead
from ansible_collections.homelab.media_center.plugins.module_utils.resources.compose import RESOURCES


@dataclasses.dataclass(frozen=True)
class StackPlans:
    """The comparisons of one stack: git with what runs and, where their files differ, host with what runs."""

    read: StackRead
    git: Optional[StackStates]
    git_plan: Optional[Plan]
    host: Optional[StackStates]
    host_plan: Optional[Plan]

    @property
    def states(self) -> Optional[StackStates]:
        """The states that findings are told from: git's, else the host's."""
        return self.git if self.git is not None else self.host

    @property
    def plan(self) -> Optional[Plan]:
        """The comparison that findings are told from: git's, even where it found nothing, else the host's."""
        return self.git_plan if self.git_plan is not None else self.host_plan


@dataclasses.dataclass(frozen=True)
class Applied:
    """What was done, or would be in check mode. ``writes`` counts compose calls that write."""

    changed: bool = False
    actions: Tuple[str, ...] = ()
    findings: Tuple[Finding, ...] = ()
    writes: int = 0


def plan_stack(read: StackRead, context: StackContext) -> StackPlans:
    """Compare a stack's models with what runs."""
    git, git_plan = _compared(read.git, context, read.origins)
    if read.same_files:
        return StackPlans(read, git, git_plan, None, None)
    host, host_plan = _compared(read.host, context, read.origins)
    return StackPlans(read, git, git_plan, host, host_plan)


def _compared(model: Union[Model, Unknown, None], context: StackContext, origins: OriginTable) -> Tuple[Optional[StackStates], Optional[Plan]]:
    if not isinstance(model, Model):
        return None, None
    states = stack_states(model.document, context)
    states = dataclasses.replace(states, declared=origins.fill(states.declared))
    return states, compare(states.declared, states.running, RESOURCES)
