# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What gluetun's control server tells of the VPN. Read in the sources of gluetun 3.38 to 3.41 and of May 2026, not yet run against a real one.

Who may ask what depends on the version: before 3.39.1 everybody everything; up to 3.41.1 a route without a role is answered with 401, but where no
role is configured at all a built-in one opens the state routes to everybody, to PUT as well; after that every route needs a role.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session

# /v1/openvpn/status says "stopped" for WireGuard, so it is no sign of anything.
STATUS, PUBLIC_IP, SETTINGS, VERSION = "/v1/vpn/status", "/v1/publicip/ip", "/v1/vpn/settings", "/v1/version"
PORT, OLD_PORT = "/v1/portforward", "/v1/openvpn/portforwarded"
#: Nobody opens all three by hand: the built-in role does, and then to PUT as well.
_OPENED_TOGETHER = (STATUS, "/v1/dns/status", "/v1/updater/status")
_ROLE = (
    'give the control server a role with the routes "GET {0}" (in /gluetun/auth/config.toml, or HTTP_CONTROL_SERVER_AUTH_DEFAULT_ROLE from 3.41 on), '
    "and its key as api_key or its user as username and password"
)
_NO_ROLE = "HTTP 401: gluetun has no role for GET {0}, or not with these credentials"
_STATES = ("running", "stopped", "starting", "stopping", "crashed")


@dataclasses.dataclass(frozen=True)
class VpnState:
    """What is known of the VPN. Unknown stands where the control server did not tell.

    ``forwarded_port`` is 0 where there is none. ``settings`` are the ones that are no secrets, None where the control server keeps them
    to itself, which is its better state. ``stands_open`` are the routes that answer without credentials.
    """

    status: Union[str, Unknown]
    public_ip: Union[str, Unknown]
    forwarded_port: Union[int, Unknown]
    country: str = ""
    version: str = ""
    settings: Optional[Mapping[str, Any]] = None
    stands_open: Tuple[str, ...] = ()

    def facts(self) -> Dict[str, Union[str, int, Unknown]]:
        """What was asked, by name."""
        return {"status": self.status, "public_ip": self.public_ip, "forwarded_port": self.forwarded_port}


def read_vpn(session: Session) -> VpnState:
    """The state of the VPN. Raises GatewayError where nothing is told, or what answers is not gluetun."""
    answers = session.get_all({path: path for path in (STATUS, PUBLIC_IP, SETTINGS, VERSION, PORT)})
    _make_sure(session, answers[STATUS])
    status, address = _told(answers[STATUS], STATUS, "status"), answers[PUBLIC_IP]
    if isinstance(status, str) and status not in _STATES:
        status = Unknown("gluetun tells a state that is not known here", "look into gluetun's log")
    state = VpnState(
        status,
        _told(address, PUBLIC_IP, "public_ip"),
        _port(session, answers[PORT]),
        _text(address.get("country")) if isinstance(address, Mapping) else "",
        _text(answers[VERSION].get("version")) if isinstance(answers[VERSION], Mapping) else "",
        seen_settings(answers[SETTINGS]) if isinstance(answers[SETTINGS], Mapping) else None,
        tuple(path for path in (*_OPENED_TOGETHER, SETTINGS) if session.stands_open(path)),
    )
    if all(isinstance(value, Unknown) for value in state.facts().values()):
        remedy = _ROLE.format(", GET ".join((STATUS, PUBLIC_IP, PORT)))
        raise session.error("GET", STATUS, _NO_ROLE.format(STATUS), remedy, 401)
    return state


def _make_sure(session: Session, answer: Any) -> None:
    """Raise GatewayError where what answered is not gluetun, or nothing did. A refusal is an answer of its own."""
    if isinstance(answer, GatewayError) and answer.status not in (400, 404):
        if answer.status not in (401, 403):
            raise answer
        return
    if not isinstance(answer, Mapping) or "status" not in answer:
        message, remedy = "what answers there is not gluetun's control server", "correct media_center_url: the control server's port is 8000"
        raise session.error("GET", STATUS, message, remedy)


def _told(answer: Any, path: str, name: str) -> Union[str, Unknown]:
    if isinstance(answer, GatewayError):
        return _unknown(answer, path)
    if not isinstance(answer, Mapping) or name not in answer:
        return Unknown("the answer to GET {0} has not the form that it should have".format(path), "look into gluetun's log")
    return str(answer[name] or "")


def _unknown(error: GatewayError, path: str) -> Unknown:
    if error.status in (401, 403):
        return Unknown(_NO_ROLE.format(path), _ROLE.format(path))
    return Unknown("GET {0}: {1}".format(path, error.message), error.remedy)


def _port(session: Session, answer: Any) -> Union[int, Unknown]:
    """The forwarded port by the route that this version has: an older one answers the newer route with 400 or 401, too."""
    if not isinstance(answer, GatewayError):
        return port_of(answer)
    if answer.status not in (400, 401, 404):
        return _unknown(answer, PORT)
    try:
        return port_of(session.get(OLD_PORT))
    except GatewayError as older:
        if older.status == 401:
            return _unknown(older, "{0} (before 3.41 GET {1})".format(PORT, OLD_PORT))
        # From 3.41 on the older route sends on to the newer one, which has answered: without a role nobody is told whether there is a port.
        return _unknown(answer if older.status in (301, 302, 307, 308) else older, PORT)


def port_of(answer: Any) -> Union[int, Unknown]:
    """The port in an answer: ``port``, else the first of ``ports``; 0, null and an empty list are no port."""
    if isinstance(answer, Mapping) and ("port" in answer or "ports" in answer):
        several = answer.get("ports")
        port = answer.get("port") or (several[0] if isinstance(several, list) and several else 0)
        if isinstance(port, int):
            return port
    return Unknown("the answer about the forwarded port has not the form that it should have", "look into gluetun's log")


def seen_settings(answer: Mapping[str, Any]) -> Dict[str, Any]:
    """Those of the settings that are no secrets. All others stay behind: they hold keys, users, passwords and commands with such."""
    provider = _below(answer, "provider")
    forwarding, selection = _below(provider, "port_forwarding"), _below(provider, "server_selection")
    countries = _at(selection, "countries")
    return {
        "type": _text(_at(answer, "type")),
        "provider": _text(_at(provider, "name")),
        "countries": [each for each in countries if isinstance(each, str)] if isinstance(countries, list) else [],
        "port_forwarding": _at(forwarding, "enabled") is True,
        "up_command": bool(_at(forwarding, "up_command")),
        "down_command": bool(_at(forwarding, "down_command")),
    }


def _at(value: Mapping[str, Any], name: str) -> Any:
    # Older versions spell these names as the program does inside: PortForwarding for port_forwarding.
    return next((each for key, each in value.items() if str(key).lower().replace("_", "") == name.replace("_", "")), None)


def _below(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = _at(value, name)
    return found if isinstance(found, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def vpn_findings(state: VpnState, target: str) -> List[Finding]:
    """What is wrong with the VPN, and who may turn it off."""
    found: List[Finding] = []

    def add(code: str, category: str, severity: str, message: str, remedy: str, path: str = "") -> None:
        found.append(Finding(code, message, category, target, "vpn", path=path, severity=severity, remedy=remedy))

    protect = "configure roles with a key or a password for the control server, and do not publish its port beyond the house"
    if SETTINGS in state.stands_open:
        message = "the control server gives its settings, the VPN's credentials among them, to whoever reaches it"
        add("vpn_control_open", "security", "high", message, protect, SETTINGS)
    elif all(path in state.stands_open for path in _OPENED_TOGETHER):
        message = "the control server asks nobody for credentials: up to 3.41.1, without a role configured, whoever reaches it can stop the VPN"
        add("vpn_control_open", "security", "medium", message, protect, STATUS)
    if isinstance(state.status, str) and state.status != "running":
        severity = "medium" if state.status in ("starting", "stopping") else "high"
        add("vpn_not_running", "health", severity, "the VPN is {0}".format(state.status), "look into gluetun's log", "status")
    elif state.status == "running" and (state.settings or {}).get("port_forwarding") and state.forwarded_port == 0:
        message = "port forwarding is on, and no port is forwarded"
        add("vpn_no_port", "health", "medium", message, "look into gluetun's log, and whether the chosen server forwards ports", "forwarded_port")
    return found
