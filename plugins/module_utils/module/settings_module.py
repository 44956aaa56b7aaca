# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the options of a settings module to its result. The app is a parameter."""

from __future__ import annotations

import dataclasses
import json
import os
from typing import Any, Callable, Dict, List, Sequence, Tuple

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session
from ansible_collections.homelab.media_center.plugins.module_utils.module.app_session import open_session
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_apply import Permits, apply_settings, not_stored
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import Declared, read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_export import known_export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import Gateway, diff, plan_settings, told, unread
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_unread import Why, explained, reasons_of, still_known, without_key
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import headers_of, unwrapped
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

Opened = Callable[[App, Session], Gateway]


def session_of(module: AnsibleModule, app: App, hidden: str = "") -> Session:
    """The session that the options of a module name. Fails the module where the library is missing."""
    params = module.params
    sent = {**(params["headers"] or {}), **headers_of(hidden)}
    if params["api_key"] and app.key_header:
        sent[app.key_header] = params["api_key"]
    return open_session(module, params["target"] or params["app"], sent, params["username"] or "", unwrapped(params["password"] or ""))


def run(module: AnsibleModule, app: App, opened: Opened) -> None:
    """Compare, apply where allowed, and exit with the result. An instance that cannot be read is unknown, never clean."""
    params = module.params
    target = params["target"] or params["app"]
    redactor = Redactor(params["fingerprint_key"] or os.urandom(32).hex())
    session = session_of(module, app, params["secrets"] or "")
    lines = json.loads(params["lines"] or "{}")
    declared = read_declared(app, params["settings"], params["secrets"] or "", lines, params["file"] or "settings", params["repository"])
    if params["fault"]:
        declared = Declared(True, declared.state, {}, faults=(redactor.text(params["fault"]),))
    why = reasons_of(params, redactor)
    try:
        result = _result(module, opened(app, session), declared, redactor, why)
    except GatewayError as failed:
        # A key that was given is wrong by itself.
        error = failed if params["api_key"] else without_key(failed, why)
        told_why = redactor.text("{0} {1}: {2}".format(error.method, error.path, error.message) if error.path else error.message)
        result = {"changed": False, "actions": [], "media_center": unread(target, app, declared, told_why, error.remedy, session.requests)}
        if failed.login_refused:
            result["login_refused"] = True
    finally:
        session.close()
    module.exit_json(**result)


def _result(module: AnsibleModule, gateway: Gateway, declared: Declared, redactor: Redactor, why: Sequence[Why]) -> Dict[str, Any]:
    params, app = module.params, gateway.app
    target = params["target"] or app.name
    gateway.identify()
    kinds = gateway.app.asked({*declared.kinds, *(name for name, dummy in declared.state.items)})
    raw = gateway.read(kinds)
    planned = before = plan_settings(app, declared, raw, params["fingerprints"] or {}, redactor)
    findings: List[Finding] = []
    applied = apply_settings(gateway, declared, planned, raw, _permits(params), module.check_mode, target, params["previous_directory"] or "")
    if applied.changed and not module.check_mode:
        raw = gateway.read(kinds)
        planned = plan_settings(app, declared, raw, still_known(params["fingerprints"] or {}, applied.done), redactor)
        findings = not_stored(declared, applied.done, planned, redactor, target)
    noted = [dataclasses.replace(each, target=target) for each in gateway.notes(raw)]
    findings = [dataclasses.replace(each, message=redactor.text(each.message)) for each in (*applied.findings, *findings, *noted)]
    planned, by_host = explained(planned, why, params["fingerprints"] or {}, applied.done)
    result = told(target, app, gateway.version, declared, planned, redactor, gateway.session.requests, findings)
    result["secrets_not_compared"] = by_host
    result["unread"] = sorted(name for name, answer in raw.items() if isinstance(answer, Unknown))
    return {"changed": applied.changed, "actions": list(applied.actions), "diff": diff(redactor, target, before), "media_center": result}


def _permits(params: Dict[str, Any]) -> Permits:
    return Permits(bool(params["git_wins"]), tuple(params["prune"] or ()), params["prune_count"], tuple(params["allow"] or ()))


def run_info(module: AnsibleModule, app: App, opened: Opened) -> None:
    """Export the settings of an instance; fails with one sentence where it cannot be read."""
    session = session_of(module, app)
    try:
        exported, version, unreadable = read_export(app, opened(app, session), module.params.get("include") or (), bool(module.params.get("everything")))
    except GatewayError as error:
        module.fail_json(msg=str(error), requests=session.requests, **({"login_refused": True} if error.login_refused else {}))
    finally:
        session.close()
    for name in sorted(unreadable):
        module.warn("{0}: {1} could not be read: {2}".format(module.params["target"] or app.name, name, unreadable[name].reason))
    module.exit_json(changed=False, settings=exported, version=version, unread=sorted(unreadable), requests=session.requests)


def read_export(app: App, gateway: Gateway, include: Sequence[str] = (), whole: bool = False) -> Tuple[Dict[str, Any], str, Dict[str, Unknown]]:
    """The canonical export of an instance, its version, and the kinds that could not be read. Raises GatewayError.

    ``include`` are the kinds that are read on request only; ``whole`` tells what an export leaves out by itself, too.
    """
    gateway.identify()
    raw = gateway.read(gateway.app.asked(include))
    # The table is the gateway's: which settings an app hides, it can say itself.
    return known_export(gateway.app, raw, whole), gateway.version, {name: answer for name, answer in raw.items() if isinstance(answer, Unknown)}
