# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconcile of one instance: decided writes are carried out one by one, with the objects kept as they were before."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from typing import Any, List, Mapping, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw, export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_decide import Decided, Permits, Write, decide
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import Declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import Gateway, Planned

__all__ = ["Applied", "Permits", "apply_settings"]


@dataclasses.dataclass(frozen=True)
class Applied:
    """What was done, or would be in check mode, and what was refused or failed."""

    changed: bool = False
    actions: Tuple[str, ...] = ()
    findings: Tuple[Finding, ...] = ()


def apply_settings(
    gateway: Gateway, declared: Declared, planned: Planned, raw: Raw, permits: Permits, check_mode: bool, target: str, previous_directory: str
) -> Applied:
    """Decide the writes and, outside of check mode, do them. What follows from a failed write is not tried."""
    decided: Decided = decide(gateway.app, declared, planned, permits, target)
    actions = [write.told() for write in decided.writes]
    if not actions or check_mode:
        return Applied(bool(actions), tuple(actions), decided.refused)
    kept = keep_previous(gateway, raw, target, previous_directory)
    done, failed = _carry_out(gateway, raw, decided.writes, target)
    if kept:
        done.append("the settings as they were are kept in {0}".format(kept))
    return Applied(True, tuple(done), decided.refused + tuple(failed))


def _carry_out(gateway: Gateway, raw: Raw, writes: Sequence[Write], target: str) -> Tuple[List[str], List[Finding]]:
    done: List[str] = []
    failed: List[Finding] = []
    writer = gateway.writer(raw)
    for write in writes:
        try:
            writer.write(write.action, write.resource, write.key, write.values)
            done.append(write.told())
        except (GatewayError, LookupError) as error:
            message = error.message if isinstance(error, GatewayError) else str(error.args[0])
            failed.append(
                Finding(
                    "write_failed",
                    "{0}: {1}".format(write.told(), message),
                    category="rule",
                    target=target,
                    resource=write.resource,
                    key=write.key,
                    severity="high",
                    evidence="done before: {0}".format("; ".join(done) or "nothing"),
                    remedy=getattr(error, "remedy", "") or "correct what the message names, then run reconcile again",
                )
            )
    return done, failed


def keep_previous(gateway: Gateway, raw: Raw, target: str, directory: str) -> str:
    """Keep the settings as they are, without secrets, in a file that only its owner reads; the path, or empty without a directory.

    Undo is to run the module with that file as ``settings`` and ``git_wins``.
    """
    if not directory:
        return ""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    path = os.path.join(directory, "{0}-{1}.json".format(target, time.strftime("%Y%m%dT%H%M%S")))
    document: Mapping[str, Any] = export(gateway.app, raw)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(document, handle, indent=1)
    return path
