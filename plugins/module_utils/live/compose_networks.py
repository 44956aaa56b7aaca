# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a container is reached: network mode, networks and what it is called there, published ports, names it is told."""
from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Optional, Set

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, NotComparable, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import (
    LABEL,
    Sides,
    Subject,
    container_name,
    declared_names,
    labels,
    number_of,
)
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import Raw, address, binding, integer, is_address

_IDENTITY = re.compile(r"[0-9a-f]{12}\Z")
_SPECIAL_MODES = ("host", "none", "bridge", "default")
_NO_BINDING: Raw = {}
_INTERFACE = "com.docker.network.endpoint.ifname"
#: Engines from 27 on keep a container's ``net.*.eth0.*`` sysctls here.
ENDPOINT_SYSCTLS = "com.docker.network.endpoint.sysctls"


def network_values(subject: Subject, sides: Sides) -> None:
    """Every value of this page for one container."""
    mode = _network_mode(subject, sides)
    _networks(subject, sides, mode)
    _mac_address(subject, sides)
    _links(subject, sides)
    _ports(subject, sides)
    for path, key in (("dns", "Dns"), ("dns_search", "DnsSearch"), ("dns_opt", "DnsOptions")):
        sides.pair(path, [address(each) for each in _list(subject.service.get(path))], [address(each) for each in subject.host.get(key) or ()])
    sides.pair("extra_hosts", _hosts(subject.service.get("extra_hosts"), "="), _hosts(subject.host.get("ExtraHosts"), ":"))


def _list(value: Any) -> List[Any]:
    return [value] if isinstance(value, str) else list(value or ())


def _hosts(listed: Any, separator: str) -> List[str]:
    if isinstance(listed, dict):
        listed = ["{0}={1}".format(name, each) for name, found in listed.items() for each in _list(found)]
    told = []
    for each in listed or ():
        # Only the first one separates: what follows may be an IPv6 address.
        cut = separator if separator in str(each) else ":"
        name, dummy, value = str(each).partition(cut)
        told.append("{0}={1}".format(name.strip(), address(value)))
    return sorted(told)


def shared_mode(subject: Subject, value: Any) -> str:
    """A mode that may name another container (network, pid, ipc) with the container told as a service."""
    told = str(value or "")
    kind, dummy, name = told.partition(":")
    return subject.project.place(name) if kind == "container" and name else told


def _network_mode(subject: Subject, sides: Sides) -> str:
    """Pair ``network_mode`` and return the declared one; a network of one's own is told by ``networks`` instead."""
    declared = shared_mode(subject, subject.service.get("network_mode"))
    raw = str(subject.host.get("NetworkMode") or "")
    running = shared_mode(subject, "bridge" if raw in ("", "default") else raw)
    plain = raw not in _SPECIAL_MODES and ":" not in raw and raw != ""
    declared = "bridge" if declared == "default" else declared
    sides.pair("network_mode", declared or ABSENT, ABSENT if not subject.inspect or (plain and running != declared) else running)
    return declared


def _networks(subject: Subject, sides: Sides, mode: str) -> None:
    declared = {} if mode else subject.service.get("networks") or {}
    if isinstance(declared, list):
        declared = {str(each): None for each in declared}
    attached: Dict[str, Raw] = dict((subject.inspect.get("NetworkSettings") or {}).get("Networks") or {})
    # The one network of a mode is told by network_mode already.
    actual = str(subject.host.get("NetworkMode") or "default")
    if mode or actual in _SPECIAL_MODES:
        attached.pop("bridge" if actual == "default" else actual, None)
    names = {key: subject.project.real_name("networks", key) for key in declared}
    for key in sorted(declared):
        endpoint = attached.pop(names[key], None)
        sides.pair(f"networks.{key}", names[key], ABSENT if endpoint is None else names[key])
        if endpoint is not None or not subject.inspect:
            _endpoint(subject, sides, key, declared[key] or {}, endpoint or {})
            _same_network(subject, sides, key, names[key], endpoint or {})
    known = {subject.project.real_name("networks", key): key for key in subject.project.model.get("networks") or {}}
    for name in sorted(attached):
        key = known.get(name) or (name if name not in names else f"{name} (other)")
        sides.pair(f"networks.{key}", ABSENT, name)
        _endpoint(subject, sides, key, None, attached[name])


def _endpoint(subject: Subject, sides: Sides, key: str, declared: Optional[Raw], running: Raw) -> None:
    """Pair what one connection is set up with. ``declared`` is None for a network that the service does not name."""
    here = f"networks.{key}."
    want: Raw = declared or {}
    aliases = list(running.get("Aliases") or ())
    own = set(declared_names(subject)) | {container_name(subject.inspect), str(subject.config.get("Hostname") or "")}
    given = {str(each) for each in want.get("aliases") or ()} - own - {subject.name}
    kept = sorted({each for each in aliases if each in given or not (each in own or each == subject.name or _IDENTITY.match(each))})
    _unless_empty(sides, here + "aliases", sorted(given), kept)
    if declared is not None:
        # Without it the other services do not find this one; a reconnect by hand loses it.
        present = not subject.inspect or subject.name in aliases or subject.project.facts.podman
        sides.pair(here + "service_name", subject.name, subject.name if present else ABSENT)
    ipam = running.get("IPAMConfig") or {}
    for path, engine in (("ipv4_address", "IPv4Address"), ("ipv6_address", "IPv6Address")):
        _unless_empty(sides, here + path, address(want.get(path)), address(ipam.get(engine)))
    local = sorted(address(each) for each in want.get("link_local_ips") or ())
    _unless_empty(sides, here + "link_local_ips", local, sorted(address(each) for each in ipam.get("LinkLocalIPs") or ()))
    options = {str(name): str(value) for name, value in (want.get("driver_opts") or {}).items()}
    if want.get("interface_name"):
        options[_INTERFACE] = str(want["interface_name"])
    found = {name: value for name, value in (running.get("DriverOpts") or {}).items() if name != ENDPOINT_SYSCTLS or name in options}
    for name in sorted(set(options) | set(found)):
        sides.pair(f"{here}driver_opts.{name}", options.get(name, ABSENT), found.get(name, ABSENT))
    if subject.inspect and "GwPriority" not in running:
        if want.get("gw_priority"):
            sides.pair(here + "gw_priority", NotComparable("engines show this from API 1.48 on"), ABSENT)
    else:
        _unless_empty(sides, here + "gw_priority", integer(want.get("gw_priority")), integer(running.get("GwPriority")))
    if want.get("mac_address"):
        _endpoint_mac(subject, sides, here + "mac_address", str(want["mac_address"]).lower(), running)


def _endpoint_mac(subject: Subject, sides: Sides, path: str, declared: str, running: Raw) -> None:
    found = str(running.get("MacAddress") or "").lower()
    state = (subject.inspect.get("State") or {}).get("Running")
    sides.pair(path, declared, found or (ABSENT if state else Unknown("the engine shows the address only while the container runs", "start the container")))


def _unless_empty(sides: Sides, path: str, declared: Any, running: Any) -> None:
    if declared or running:
        sides.pair(path, declared or ABSENT, running or ABSENT)


def _same_network(subject: Subject, sides: Sides, key: str, name: str, endpoint: Raw) -> None:
    attached, known = endpoint.get("NetworkID"), (subject.project.facts.network(name) or {}).get("Id")
    if attached and known and attached != known:
        sides.note(
            "network_replaced", f"still attached to an earlier network of the name {name}; the one that exists now is another",
            severity="medium", path=f"networks.{key}", remedy="recreate the service",
        )


def _mac_address(subject: Subject, sides: Sides) -> None:
    declared = str(subject.service.get("mac_address") or "").lower()
    if not declared:
        return
    running: Any = str(subject.config.get("MacAddress") or "").lower()
    if not running and subject.inspect:
        # From API 1.52 on only the primary connection tells, and it forgets when the container stops.
        endpoints: Mapping[str, Raw] = (subject.inspect.get("NetworkSettings") or {}).get("Networks") or {}
        primary = endpoints.get(str(subject.host.get("NetworkMode"))) or next(iter(endpoints.values()), {})
        running = str(primary.get("MacAddress") or "").lower()
        if not running:
            stopped = not (subject.inspect.get("State") or {}).get("Running")
            running = Unknown("the engine shows the address only while the container runs", "start the container") if stopped else ABSENT
    sides.pair("mac_address", declared, running or ABSENT)


def _links(subject: Subject, sides: Sides) -> None:
    declared: Set[str] = set()
    for each in subject.service.get("links") or ():
        name, dummy, alias = str(each).partition(":")
        declared.add(name if alias in ("", name) else f"{name}:{alias}")
    for each in subject.service.get("external_links") or ():
        name, dummy, alias = str(each).partition(":")
        declared.add(f"container:{name}:{alias or name}")
    running: Set[str] = set()
    for endpoint in ((subject.inspect.get("NetworkSettings") or {}).get("Networks") or {}).values():
        running.update(filter(None, (_link(subject, str(each)) for each in endpoint.get("Links") or ())))
    _unless_empty(sides, "links", sorted(declared), sorted(running))


def _link(subject: Subject, text: str) -> str:
    """One link of a connection as a compose file has it; empty for the further names that compose adds by itself."""
    name, dummy, alias = text.partition(":")
    found: Raw = subject.project.by_id.get(name) or {}
    service = labels(found).get(LABEL + "service")
    if not service or labels(found).get(LABEL + "project") != subject.project.context.project:
        return f"container:{name}:{alias or name}"
    number, project = number_of(found), subject.project.context.project
    if alias in {f"{front}{service}{cut}{number}" for cut in "-_" for front in ("", project + cut)}:
        return ""
    return service if alias == service else f"{service}:{alias}"


def _ports(subject: Subject, sides: Sides) -> None:
    declared, running = set(), set()
    for each in subject.service.get("ports") or ():
        declared.add(binding(each.get("host_ip"), each.get("published"), each.get("target"), each.get("protocol")))
        _bad_address(sides, str(each.get("host_ip") or ""))
    for port, bindings in (subject.host.get("PortBindings") or {}).items():
        target, dummy, protocol = port.partition("/")
        # An empty list is one binding that says nothing.
        for each in bindings or (_NO_BINDING,):
            running.add(binding(each.get("HostIp"), each.get("HostPort"), target, protocol))
    sides.pair("ports", sorted(declared), sorted(running))


def _bad_address(sides: Sides, text: str) -> None:
    if text and not is_address(text):
        sides.note(
            "port_address_invalid", f"{text} is no IP address: engines before 29 publish the port on every address, later ones refuse it",
            category="security", severity="high", path="ports", remedy="correct the address in the compose file",
        )


def endpoint_sysctls(subject: Subject) -> Dict[str, str]:
    """The sysctls that the engine keeps with the connections, under their names of the compose file."""
    found: Dict[str, str] = {}
    for endpoint in ((subject.inspect.get("NetworkSettings") or {}).get("Networks") or {}).values():
        for each in str((endpoint.get("DriverOpts") or {}).get(ENDPOINT_SYSCTLS) or "").split(","):
            name, equals, value = each.partition("=")
            if equals:
                found[name.replace("IFNAME", "eth0")] = value
    return found
