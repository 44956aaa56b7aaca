# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconcile of one instance: decided writes are carried out one by one, with the objects kept as they were before."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import tempfile
import time
from typing import Any, Iterable, Iterator, List, Mapping, Sequence, Tuple
from urllib.parse import quote

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding, of_field
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_text import hide
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_words import shortened
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw, is_secret
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_decide import Decided, Permits, Write, decide
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import Declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_export import known_export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import Gateway, Planned

__all__ = ["Applied", "Permits", "apply_settings", "not_stored"]


#: A secret of fewer characters can be an ordinary word of an app's message.
_TELLING = 6


@dataclasses.dataclass(frozen=True)
class Applied:
    """What was done, or would be in check mode, and what was refused or failed. ``done`` are the writes that went through."""

    changed: bool = False
    actions: Tuple[str, ...] = ()
    findings: Tuple[Finding, ...] = ()
    done: Tuple[Write, ...] = ()


def apply_settings(
    gateway: Gateway, declared: Declared, planned: Planned, raw: Raw, permits: Permits, check_mode: bool, target: str, previous_directory: str
) -> Applied:
    """Decide the writes and, outside of check mode, do them one by one. One that fails does not stop the others."""
    decided: Decided = decide(gateway.app, declared, planned, permits, target)
    actions = [write.told() for write in decided.writes]
    if not actions or check_mode:
        return Applied(bool(actions), tuple(actions), decided.refused)
    try:
        kept = keep_previous(gateway, raw, target, previous_directory)
    except OSError as error:
        message = "nothing was written: the settings as they were cannot be kept in {0} ({1})".format(previous_directory, error.strerror)
        refused = _finding("reconcile_refused", message, target, "instance", target, "correct media_center_state_dir or the rights of that folder")
        return Applied(False, (), (*decided.refused, refused))
    done, failed = _carry_out(gateway, declared, planned, raw, decided.writes, target)
    told = [write.told() for write in done]
    if kept:
        told.append("the settings as they were are kept in {0}".format(kept))
    return Applied(bool(done) or any(each.evidence for each in failed), tuple(told), decided.refused + tuple(failed), tuple(done))


def _finding(code: str, message: str, target: str, resource: str, key: str, remedy: str, **more: Any) -> Finding:
    return Finding(code, message, **{"category": "rule", "target": target, "resource": resource, "key": key, "severity": "high", "remedy": remedy, **more})


def _carry_out(gateway: Gateway, declared: Declared, planned: Planned, raw: Raw, writes: Sequence[Write], target: str) -> Tuple[List[Write], List[Finding]]:
    done: List[Write] = []
    failed: List[Finding] = []
    writer = gateway.writer(raw)
    for write in writes:
        before = len(writer.sent)
        try:
            writer.write(write.action, write.resource, write.key, write.values, write.behind)
            done.append(write)
        except (GatewayError, LookupError) as error:
            told = error.message if isinstance(error, GatewayError) else str(error.args[0])
            told = shortened(hide(without_values(told, _secrets(gateway, declared, planned, write))))
            message = "{0} failed: {1}".format(write.told(), told)
            remedy = getattr(error, "remedy", "") or "correct what the message names, then run reconcile again"
            sent = writer.sent[before:]
            # A thing can take several requests, and those before the one that failed stay done.
            evidence = "already carried out: {0}".format("; ".join(sent)) if sent else ""
            failed.append(_finding("write_failed", message, target, write.resource, write.key, remedy, evidence=evidence))
    return done, failed


def _secrets(gateway: Gateway, declared: Declared, planned: Planned, write: Write) -> List[Any]:
    """What the app knows of the thing that must not be told: whole objects are sent, with secrets that do not differ."""
    resource = gateway.app.resources[write.resource]
    running = planned.running.items.get((write.resource, write.key))
    return [
        value
        for values in (write.values, running.values if running else {})
        for path, value in values.items()
        if is_secret(resource, path, value) or (write.resource, write.key, path) in declared.secret_paths
    ]


def without_values(text: str, values: Iterable[Any]) -> str:
    """An app's message without the secrets that were sent to it: it may quote one, or the JSON or the address in which it stood."""
    found = {spelled for value in values for each in _texts(value) if len(each) >= _TELLING for spelled in (each, json.dumps(each)[1:-1], quote(each, safe=""))}
    for each in sorted(found, key=len, reverse=True):
        text = text.replace(each, "...")
    return text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple, Mapping)):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)


def not_stored(declared: Declared, done: Sequence[Write], planned: Planned, redactor: Redactor, target: str) -> List[Finding]:
    """Writes that the app took and, read again, did not store as they were sent."""
    found = []
    for change in planned.plan.changes:
        own = [write for write in done if (write.resource, write.key) == (change.resource, change.key)]
        written = {path for write in own for path in (write.values or ("",)) if path not in write.withheld}
        name = "{0}[{1}]".format(change.resource, change.key) if change.key else change.resource
        if change.action != "update":
            if written and change.action == "create":
                message = "{0}: the app took it and does not have it now".format(name)
                found.append(_finding("write_not_stored", message, target, change.resource, change.key, "look at the app's log, then run reconcile again"))
            continue
        for each in change.fields:
            if each.path in written:
                message = "{0}.{1} was taken by the app, and is something else now".format(name, each.path)
                remedy = "write into git what the app makes of it, or look at the app's log"
                found.append(
                    of_field(redactor, target, change, each, code="write_not_stored", category="rule", message=message, severity="high", remedy=remedy)
                )
    return found


def keep_previous(gateway: Gateway, raw: Raw, target: str, directory: str) -> str:
    """Keep the settings as they are, without secrets, in a file that only its owner reads; the path, or empty without a directory.

    The file is a settings file: reconcile with it as ``media_center_settings_file`` puts them back.
    """
    if not directory:
        return ""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    name = "{0}-{1}-".format(re.sub(r"[^\w.-]", "_", target), time.strftime("%Y%m%dT%H%M%S"))
    # mkstemp makes it 0600, and never takes a name that exists.
    descriptor, path = tempfile.mkstemp(suffix=".json", prefix=name, dir=directory)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(known_export(gateway.app, raw, whole=True), handle, indent=1)
    return path
