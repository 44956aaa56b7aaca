# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app takes without a word and then keeps as something else, or as something worse: said before it is sent. The tables know it."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence

from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import Limit, SettingsResource


def beyond_limits(resource: SettingsResource, thing: Mapping[str, Any], where: str) -> Iterator[str]:
    """A sentence about each declared value that the app would not keep as it is."""
    for name, value in thing.items():
        told = "{0}: {1}.{2} ".format(where, resource.name, name)
        needed = _needed(resource.limits.get(name), value)
        if needed:
            yield told + needed
        wrong = [each for each in _texts(value) if each not in resource.choices.get(name, (each,)) and not each.startswith("#")]
        if wrong:
            yield told + "cannot be {0}: {1}".format(", ".join(wrong), ", ".join(resource.choices[name]))
        if resource.properties.get(name) == "subnets":
            yield from (told + "names {0}, which is no network like 192.168.1.0/24".format(each) for each in _no_networks(value))
    for name, switch in resource.pairs.items():
        yield from _unpaired(resource, thing, name, switch, where)


def _texts(value: Any) -> Sequence[str]:
    return [each for each in (value if isinstance(value, (list, tuple)) else (value,)) if isinstance(each, str)]


def _needed(limit: Optional[Limit], value: Any) -> str:
    if limit is None or isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if value < limit.least or (limit.most is not None and value > limit.most):
        return "has to be from {0:g} to {1:g}".format(limit.least, limit.most) if limit.most is not None else "has to be {0:g} or more".format(limit.least)
    return "has to be a multiple of {0}: the app keeps no other".format(limit.step) if value % limit.step and limit.step > 1 else ""


def _unpaired(resource: SettingsResource, thing: Mapping[str, Any], name: str, switch: str, where: str) -> Iterator[str]:
    on, value = thing.get(switch), thing.get(name)
    if on is True and switch in thing and name not in thing:
        yield "{0}: {1}.{2} needs {3} beside it: without one the app takes 0".format(where, resource.name, switch, name)
    if not isinstance(value, (int, float)) or not isinstance(on, bool):
        return
    if on and value < 0:
        yield "{0}: {1}.{2} is below 0, which is no limit, and {3} is on".format(where, resource.name, name, switch)
    if not on and value >= 0:
        yield "{0}: {1}.{2} is not kept while {3} is off: take it out, or declare -1".format(where, resource.name, name, switch)


def _no_networks(value: Any) -> Iterator[str]:
    import ipaddress

    for each in value if isinstance(value, list) else value.replace(",", "\n").split("\n") if isinstance(value, str) else ():
        try:
            if isinstance(each, str) and each.strip():
                ipaddress.ip_network(each.strip(), strict=False)
        except ValueError:
            yield each.strip()
