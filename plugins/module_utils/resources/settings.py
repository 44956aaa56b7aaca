# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record of an app's settings says. One record per resource of an app serves audit, export, reconcile and backport.

Names of properties are the app's own (camelCase), because a settings file is read beside the app; names of resources
are ours (snake_case).
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Mapping, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Field, Resource


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
    ``shape`` names the conversion between the app's answer and the canonical form where it is more than renaming ids
    (``provider``, ``specifications``, ``quality_profile``, ``delay_profile``, ...); empty for plain objects.
    ``volatile`` properties are never compared, exported or declared; ``read_only`` ones are exported by no one and cannot be declared.
    ``secrets`` are properties (or, for providers, field names) that hold a secret although the app does not mask them.
    ``create`` and ``delete`` say whether the app can; ``order`` is the place in which writes are applied (references first).
    ``defaults`` are the class defaults that a create starts from, and ``empty_is`` what the app makes of an empty text.
    """

    path: str = ""
    key: Tuple[str, ...] = ("name",)
    shape: str = ""
    refs: Mapping[str, Ref] = dataclasses.field(default_factory=dict)
    volatile: Tuple[str, ...] = ()
    read_only: Tuple[str, ...] = ()
    secrets: Tuple[str, ...] = ()
    create: bool = True
    delete: bool = True
    order: int = 0
    case_insensitive: bool = False
    force_save: bool = False
    tests_on_write: bool = False
    restart: Tuple[str, ...] = ()
    defaults: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    empty_is: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    fallback: Field = Field("*", closed=False)

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


def app(name: str, title: str, prefix: str, port: int, *records: SettingsResource) -> App:
    """An app of the given records."""
    table: Dict[str, SettingsResource] = {each.name: each for each in records}
    return App(name, title, prefix, port, table)
