# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the options of a settings module to its result. The app is a parameter."""

from __future__ import annotations

import dataclasses
import os
from typing import Any, Callable, Dict, List, Tuple

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session, load_requests
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_apply import Permits, apply_settings, not_stored
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import Declared, read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_export import known_export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import Gateway, diff, plan_settings, told, unread
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import headers_of
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

Opened = Callable[[App, Session], Gateway]


def session_of(module: AnsibleModule, hidden: str = "") -> Session:
    """The session that the options of a module name. Fails the module where the library is missing."""
    try:
        load_requests()
    except ImportError:
        module.fail_json(msg=missing_required_lib("requests"))
    params = module.params
    verify = params["ca_path"] if params["ca_path"] and params["validate_certs"] else bool(params["validate_certs"])
    sent = {**(params["headers"] or {}), **headers_of(hidden)}
    if params["api_key"]:
        sent["X-Api-Key"] = params["api_key"]
    return Session(Address(params["target"] or params["app"], params["url"], {name: str(value) for name, value in sent.items()}, verify, params["timeout"]))


def run(module: AnsibleModule, app: App, opened: Opened) -> None:
    """Compare, apply where allowed, and exit with the result. An instance that cannot be read is unknown, never clean."""
    params = module.params
    target = params["target"] or params["app"]
    redactor = Redactor(params["fingerprint_key"] or os.urandom(32).hex())
    session = session_of(module, params["secrets"] or "")
    declared = read_declared(app, params["settings"], params["secrets"] or "", params["lines"] or {}, params["file"] or "settings", params["repository"])
    if params["fault"]:
        declared = Declared(True, declared.state, {}, faults=(redactor.text(params["fault"]),))
    try:
        result = _result(module, app, opened(app, session), declared, redactor, target)
    except GatewayError as error:
        result = {"changed": False, "actions": [], "media_center": unread(target, app, declared, redactor.text(error.message), error.remedy, session.requests)}
    finally:
        session.close()
    module.exit_json(**result)


def _result(module: AnsibleModule, app: App, gateway: Gateway, declared: Declared, redactor: Redactor, target: str) -> Dict[str, Any]:
    params = module.params
    gateway.identify()
    raw = gateway.read()
    planned = before = plan_settings(app, declared, raw, params["fingerprints"] or {}, redactor)
    findings: List[Finding] = []
    applied = apply_settings(gateway, declared, planned, raw, _permits(params), module.check_mode, target, params["previous_directory"] or "")
    if applied.changed and not module.check_mode:
        raw = gateway.read()
        planned = plan_settings(app, declared, raw, params["fingerprints"] or {}, redactor)
        findings = not_stored(declared, applied.done, planned, redactor, target)
    findings += [_without_fingerprints(target, reason) for reason in params["unread_secrets"] or ()]
    findings = [dataclasses.replace(each, message=redactor.text(each.message)) for each in (*applied.findings, *findings)]
    result = told(target, app, gateway.version, declared, planned, redactor, gateway.session.requests, findings)
    result["unread"] = sorted(name for name, answer in raw.items() if isinstance(answer, Unknown))
    return {"changed": applied.changed, "actions": list(applied.actions), "diff": diff(redactor, target, before), "media_center": result}


def _without_fingerprints(target: str, reason: str) -> Finding:
    remedy = "make the app's files readable on its docker host, or compare its secrets by hand"
    more: Dict[str, Any] = {"category": "rule", "target": target, "resource": "instance", "key": target, "severity": "info", "remedy": remedy}
    return Finding("secrets_not_compared", "what the app masks was not compared: {0}".format(reason), **more)


def _permits(params: Dict[str, Any]) -> Permits:
    return Permits(bool(params["git_wins"]), tuple(params["prune"] or ()), params["prune_count"], tuple(params["allow"] or ()))


def run_info(module: AnsibleModule, app: App, opened: Opened) -> None:
    """Export the settings of an instance; fails with one sentence where it cannot be read."""
    session = session_of(module)
    try:
        exported, version, unreadable = read_export(app, opened(app, session))
    except GatewayError as error:
        module.fail_json(msg=str(error), requests=session.requests)
    finally:
        session.close()
    for name in sorted(unreadable):
        module.warn("{0}: {1} could not be read: {2}".format(module.params["target"] or app.name, name, unreadable[name].reason))
    module.exit_json(changed=False, settings=exported, version=version, unread=sorted(unreadable), requests=session.requests)


def read_export(app: App, gateway: Gateway) -> Tuple[Dict[str, Any], str, Dict[str, Unknown]]:
    """The canonical export of an instance, its version, and the kinds that could not be read. Raises GatewayError."""
    gateway.identify()
    raw = gateway.read()
    return known_export(app, raw), gateway.version, {name: answer for name, answer in raw.items() if isinstance(answer, Unknown)}
