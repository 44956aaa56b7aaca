# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and volumes of a project: which have to exist, and as what."""
from __future__ import annotations

from typing import Any, Dict, List, Set, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Item
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import Project, scale_of
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import Raw, address, subnet

Items = Tuple[List[Item], List[Item]]


def network_items(project: Project) -> Items:
    """The networks on both sides. Compose makes only those that a service which it starts uses."""
    declared, running = [], []
    for key in sorted(project.model.get("networks") or {}):
        given: Raw = project.model["networks"][key] or {}
        name = project.real_name("networks", key)
        found = project.facts.network(name)
        want, have = _network(name, given, found or {})
        declared.append(Item("network", key, want, optional=key not in _used_networks(project)))
        if found is not None:
            running.append(Item("network", key, have))
    return declared, running


def _network(name: str, given: Raw, found: Raw) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    want: Dict[str, Any] = {"name": name}
    have: Dict[str, Any] = {"name": name}
    if given.get("external"):
        return want, have
    if given.get("driver"):
        want["driver"], have["driver"] = str(given["driver"]), str(found.get("Driver") or "")
    for path, key in (("internal", "Internal"), ("enable_ipv6", "EnableIPv6")):
        # The engine may switch IPv6 on by itself.
        if path == "internal" or given.get(path) is not None:
            want[path], have[path] = bool(given.get(path)), bool(found.get(key))
    for option, value in (given.get("driver_opts") or {}).items():
        options = found.get("Options") or {}
        want["driver_opts." + option] = str(value)
        if option in options:
            have["driver_opts." + option] = str(options[option])
    pools = {subnet(each.get("Subnet")): each for each in (found.get("IPAM") or {}).get("Config") or ()}
    for each in (given.get("ipam") or {}).get("config") or ():
        if each.get("subnet"):
            _pool(subnet(each["subnet"]), each, pools, want, have)
    return want, have


def _pool(name: str, given: Raw, pools: Dict[str, Raw], want: Dict[str, Any], have: Dict[str, Any]) -> None:
    path = f"ipam.{name}"
    want[path] = name
    if name not in pools:
        same_family = sorted(each for each in pools if (":" in each) == (":" in name))
        have[path] = same_family[0] if len(same_family) == 1 else ABSENT
        if have[path] is ABSENT:
            del have[path]
        return
    have[path] = name
    for key, engine, spell in (("gateway", "Gateway", address), ("ip_range", "IPRange", subnet)):
        if given.get(key):
            want[f"{path}.{key}"], have[f"{path}.{key}"] = spell(given[key]), spell(pools[name].get(engine) or "")


def volume_items(project: Project) -> Items:
    """The volumes on both sides. Compose makes only those that a service which it starts uses."""
    existing = {str(each.get("Name")): each for each in project.facts.volumes}
    declared, running = [], []
    for key in sorted(project.model.get("volumes") or {}):
        given: Raw = project.model["volumes"][key] or {}
        name = project.real_name("volumes", key)
        found = existing.get(name)
        want: Dict[str, Any] = {"name": name}
        have: Dict[str, Any] = {"name": name}
        if not given.get("external"):
            want["driver"], have["driver"] = str(given.get("driver") or "local"), str((found or {}).get("Driver") or "local")
            want.update({"driver_opts." + option: str(value) for option, value in (given.get("driver_opts") or {}).items()})
            have.update({"driver_opts." + option: str(value) for option, value in ((found or {}).get("Options") or {}).items()})
        declared.append(Item("volume", key, want, optional=key not in _used_volumes(project)))
        if found is not None:
            running.append(Item("volume", key, have))
    return declared, running


def _started(project: Project) -> List[Raw]:
    return [service for name, service in project.services.items() if project.active(name) and scale_of(service) > 0]


def _used_networks(project: Project) -> Set[str]:
    return {str(key) for service in _started(project) for key in service.get("networks") or ()}


def _used_volumes(project: Project) -> Set[str]:
    mounts = [each for service in _started(project) for each in service.get("volumes") or ()]
    return {str(each.get("source")) for each in mounts if each.get("type", "volume") == "volume"}
