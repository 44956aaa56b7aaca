# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that exist, and what a person can run next."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Sequence

#: What a person can do about a difference; what else can be done stands with its finding. Nothing writes into git yet but a person.
INTO_GIT = "write it into git"
GIT_WINS = "reconcile with media_center_git_wins"
EITHER_SIDE = "write it into git, or reconcile with media_center_git_wins"
INTO_GIT_OR_PRUNE = "write it into git, or reconcile with media_center_prune"
INTO_GIT_OR_REMOVE = "write it into git, or remove it on the live side"
#: Playbooks that change something, in the order in which they are offered. A report names no other.
REPAIRING_VERBS = ("reconcile",)


def next_steps(targets: Sequence[Mapping[str, Any]]) -> List[str]:
    """Commands that act on the findings of the targets; empty when no verb that exists can.

    They show the plan: what git would overwrite is to be seen before ``--check`` is left out.
    """
    steps = []
    for verb in REPAIRING_VERBS:
        hosts: Dict[str, None] = {}
        stacks: Dict[str, None] = {}
        for target in targets:
            for finding in target["findings"]:
                if finding["category"] == "drift" and finding["severity"] != "info" and _names(verb, finding["remedy"]) and target["kind"] != "repository":
                    hosts[target["name"]] = None
                    stacks.update(dict.fromkeys(_stacks(target, finding)))
        if hosts:
            chosen = " -e media_center_git_wins={0}".format(",".join(stacks)) if verb == "reconcile" and stacks else ""
            steps.append("ansible-playbook {0}.yml --check --diff --limit {1}{2}".format(verb, ",".join(hosts), chosen))
    return steps


def _names(verb: str, remedy: str) -> bool:
    return bool(re.search(r"\b{0}\b".format(verb), remedy))


def _stacks(target: Mapping[str, Any], finding: Mapping[str, Any]) -> List[str]:
    """What git is let win in: the instance of an app, or the stack that a finding of a docker host is about.

    Evidence carries the stack's name where the key is that of a service or network.
    """
    if target["kind"] not in ("docker_host", "host"):
        return [str(target["name"])]
    known = [str(each.get("name")) for each in target.get("stacks") or ()]
    named = (finding["evidence"], finding["key"], finding["key"].split("/")[0])
    return [each for each in known if each in named][:1]
