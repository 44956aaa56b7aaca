# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a resource, key and path of the canonical form to the place in git that says it."""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Item, Origin, State

#: Where a value stands that compose also lets one write elsewhere, or that the file only implies.
_ELSEWHERE = {
    "mem_limit": ("deploy.resources.limits.memory",),
    "memswap_limit": ("mem_limit", "deploy.resources.limits.memory"),
    "mem_reservation": ("deploy.resources.reservations.memory",),
    "cpus": ("deploy.resources.limits.cpus",),
    "pids_limit": ("deploy.resources.limits.pids",),
    "restart": ("deploy.restart_policy",),
    "scale": ("deploy.replicas",),
    "image_id": ("image",),
}
_SECTIONS = {"service": "services", "network": "networks", "volume": "volumes"}


@dataclasses.dataclass(frozen=True)
class OriginTable:
    """The places of a stack by dotted path of the compose document."""

    repository: str = ""
    places: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)

    def of(self, resource: str, key: str, path: str = "") -> Origin:
        """The origin of a value, of the nearest thing above it that git has, or an empty one."""
        section = _SECTIONS.get(resource)
        item = "{0}.{1}".format(section, key.partition("#")[0])
        place = self._place(item, path) if section else None
        if place is None:
            return Origin(self.repository, form="absent")
        return Origin(
            self.repository,
            str(place.get("file") or ""),
            place.get("line"),
            tuple(item.split(".", 1)) + ((path,) if path else ()),
            str(place.get("form") or "literal"),
        )

    def _place(self, item: str, path: str) -> Optional[Mapping[str, Any]]:
        candidates: Tuple[str, ...] = (path, *_ELSEWHERE.get(path, ()))
        for each in candidates if path else ():
            found = self.places.get("{0}.{1}".format(item, each))
            if found is not None:
                return found
        shorter = path
        while "." in shorter:
            shorter = shorter.rpartition(".")[0]
            found = self.places.get("{0}.{1}".format(item, shorter))
            if found is not None:
                return found
        return self.places.get(item)

    def fill(self, state: State) -> State:
        """The state with the origin of each of its values."""
        items = {ident: self._filled(item) for ident, item in state.items.items()}
        return State(items, state.unreadable)

    def _filled(self, item: Item) -> Item:
        origins = {path: self.of(item.resource, item.key, path) for path in item.values}
        return dataclasses.replace(item, origins=origins, origin=self.of(item.resource, item.key))
