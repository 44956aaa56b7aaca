# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of ``vpn_info``: the state of the VPN, and the result from which the report tells of it."""

from __future__ import annotations

import base64
import os
from typing import Any, Dict, List, Mapping, Optional

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError, with_next
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding, target_result
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Coverage, Gap, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.gluetun import VpnState, read_vpn, vpn_findings
from ansible_collections.homelab.media_center.plugins.module_utils.module.app_session import open_session

GLUETUN, NONE = "gluetun", "none"
KIND = "vpn"


def run_vpn(module: AnsibleModule) -> None:
    """Exit with the state of the VPN. One that cannot be read is unknown; one that is not there, or not gluetun, is no fault."""
    params = module.params
    target = params["target"] or KIND
    if params["vpn"] != GLUETUN:
        module.exit_json(changed=False, vpn=told_of(params["vpn"]), media_center=_other(target, params["vpn"]))
    if not params["url"]:
        module.fail_json(msg="{0}: gluetun needs url, the address of its control server".format(target))
    session = _session(module, target)
    redactor = Redactor(os.urandom(32).hex())
    try:
        state = read_vpn(session)
        vpn, result = told_of(GLUETUN, state), _result(target, state, session.requests)
    except GatewayError as error:
        vpn, result = told_of(GLUETUN), _unread(target, redactor.text(error.message), error.remedy, session.requests)
    finally:
        session.close()
    module.exit_json(changed=False, vpn=vpn, media_center=result)


def _session(module: AnsibleModule, target: str) -> Session:
    params = module.params
    headers = dict(params["headers"] or {})
    if params["api_key"]:
        headers["X-API-Key"] = params["api_key"]
    if params["username"]:
        pair = "{0}:{1}".format(params["username"], params["password"] or "").encode("utf-8")
        headers["Authorization"] = "Basic {0}".format(base64.b64encode(pair).decode("ascii"))
    return open_session(module, target, headers)


def told_of(name: str, state: Optional[VpnState] = None) -> Dict[str, Any]:
    """The state as plain values: null where it is not known."""
    told: Dict[str, Any] = {"name": name, "supported": name in (GLUETUN, NONE), "status": None, "public_ip": None, "forwarded_port": None}
    told.update(country="", version="", settings=None, stands_open=[])
    if state is not None:
        told.update({fact: None if isinstance(value, Unknown) else value for fact, value in state.facts().items()})
        told.update(country=state.country, version=state.version, settings=state.settings, stands_open=list(state.stands_open))
    return told


def _result(target: str, state: VpnState, requests: Mapping[str, int]) -> Dict[str, Any]:
    gaps = [Gap("unknown", KIND, "", fact, value.reason, value.remedy) for fact, value in sorted(state.facts().items()) if isinstance(value, Unknown)]
    coverage = Coverage(checked=len(state.facts()) - len(gaps), unknown=len(gaps))
    health = "unknown" if isinstance(state.status, Unknown) else "healthy" if state.status == "running" else "unhealthy"
    return target_result(target, KIND, vpn_findings(state, target), coverage, gaps, health, requests, version=state.version)


def _other(target: str, name: str) -> Dict[str, Any]:
    if name == NONE:
        code, message, remedy = "vpn_none", "this house is declared to have no VPN: nothing was asked", ""
    else:
        code, message = "vpn_not_supported", "the VPN {0} is not supported: nothing was asked, and nothing is known of it".format(name)
        remedy = "look after it by its own means"
    findings: List[Finding] = [
        Finding(code, message, category="rule", target=target, resource=KIND, key=name, severity="info", remedy=remedy),
    ]
    return target_result(target, KIND, findings, Coverage())


def _unread(target: str, message: str, remedy: str, requests: Mapping[str, int]) -> Dict[str, Any]:
    result = target_result(target, KIND, (), Coverage(unknown=1), [Gap("unknown", KIND, "", "", message, remedy)], "unknown", requests)
    result["reason"] = with_next(message, remedy)
    return result
