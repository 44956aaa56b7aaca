# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record of an app's settings says. One record per resource of an app serves audit, export, reconcile and backport.

Names of properties are the app's own (camelCase), because a settings file is read beside the app; names of resources
are ours (snake_case).
"""

from __future__ import annotations

import dataclasses
from typing import Dict, Mapping, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Field, Resource

_OPEN = Field("*", closed=False, default="")


@dataclasses.dataclass(frozen=True)
class Ref:
    """A property that holds ids of another resource, told by name in the canonical form.

    ``many``: a list of ids. ``zero`` is what the id 0 means and how it is written (``any``), or empty where 0 is no answer.
    """

    resource: str
    many: bool = False
    zero: str = ""


@dataclasses.dataclass(frozen=True)
class SettingsResource(Resource):
    """One kind of setting of one app.

    ``path`` is below the app's API prefix. ``key`` are the properties that name an item; a singleton has none.
    ``properties`` are the ones that can be declared, with their types (str, int, float, bool, list, object, any).
    ``shape`` names the conversion between the app's answer and the canonical form where it is more than names for ids:
    ``specifications``, ``quality_profile``, ``quality_definition``, ``delay_profile``, ``metadata_profile``.
    ``provider`` objects carry ``implementation`` and ``fields`` beside their properties.
    ``secrets`` are properties or field names that hold a secret whether or not the app masks them.
    ``ours``: the app cannot create it (``create``) or remove it (``delete``). ``order`` is the place in which writes are
    applied, references first. ``enabled_by`` are the flags of which one is enough for the app to test a connection.
    ``access`` and ``bulk_effect`` are properties that cut access or start bulk effects when they are written.
    """

    path: str = ""
    key: Tuple[str, ...] = ("name",)
    properties: Mapping[str, str] = dataclasses.field(default_factory=dict)
    provider: bool = False
    shape: str = ""
    refs: Mapping[str, Ref] = dataclasses.field(default_factory=dict)
    secrets: Tuple[str, ...] = ()
    create: bool = True
    delete: bool = True
    order: int = 0
    case_insensitive: bool = False
    enabled_by: Tuple[str, ...] = ()
    access: Tuple[str, ...] = ()
    bulk_effect: Tuple[str, ...] = ()
    needs_restart: Tuple[str, ...] = ()
    fallback: Field = _OPEN

    @property
    def static(self) -> bool:
        """Whether the app ships it and nobody can change it; it is read for its names only."""
        return self.order == 0

    @property
    def singleton(self) -> bool:
        """Whether the app has exactly one of it."""
        return not self.key


@dataclasses.dataclass(frozen=True)
class App:
    """One app: how to recognise it, and its records by name in the order in which they are written."""

    name: str
    title: str
    prefix: str
    port: int
    resources: Mapping[str, SettingsResource]

    def by_order(self) -> Tuple[SettingsResource, ...]:
        """The records, referenced ones first."""
        return tuple(sorted(self.resources.values(), key=lambda each: (each.order, each.name)))


def properties(text: str) -> Dict[str, str]:
    """Names and types of ``"enable:bool priority:int"``."""
    return dict(each.split(":") for each in text.split())  # type: ignore[misc]


def app(name: str, title: str, prefix: str, port: int, *records: SettingsResource) -> App:
    """An app of the given records."""
    table: Dict[str, SettingsResource] = {each.name: each for each in records}
    return App(name, title, prefix, port, table)
