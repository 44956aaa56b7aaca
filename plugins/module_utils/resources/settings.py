# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record of an app's settings says. One record per resource of an app serves audit, export, reconcile and backport.

Names of properties are the app's own (camelCase), because a settings file is read beside the app; names of resources
are ours (snake_case).
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Field, OneOf, Resource

#: What a setting is that an app does not have: an absent one is none of these.
NOTHING = OneOf((None, "", []))
_OPEN = Field("*", kind="stored", closed=False, default=NOTHING)


@dataclasses.dataclass(frozen=True)
class Ref:
    """A property that holds ids of another resource, told by name in the canonical form.

    ``many``: a list of ids. ``zero`` is what the id 0 means and how it is written (``any``), or empty where 0 is no answer.
    """

    resource: str
    many: bool = False
    zero: str = ""


@dataclasses.dataclass(frozen=True)
class Limit:
    """What a number has to be where the app stores any other one without a word: from ``least`` to ``most``, and a multiple of ``step``."""

    least: float
    most: Optional[float] = None
    step: int = 1


@dataclasses.dataclass(frozen=True)
class SettingsResource(Resource):
    """One kind of setting of one app.

    ``path`` is below the app's API prefix. ``key`` are the properties that name an item; a singleton has none.
    ``properties`` are the ones that can be declared, with their types: str, int, float, bool, object, any, ``enum`` (a word of
    which the app does not mind the case), ``list`` (in its order), ``set``, ``paths`` (a set of folders), and sets of texts that the app also
    takes as one text: ``words`` with commas, ``lines`` with line breaks or semicolons too, ``subnets`` for networks in either way.
    ``nullable`` are those that an answer leaves out when they are not set.
    ``key_else`` names a thing that has no name, as those of other apps have none.
    ``shape`` names the conversion between the app's answer and the canonical form where it is more than names for ids:
    ``specifications``, ``quality_profile``, ``quality_definition``, ``delay_profile``, ``metadata_profile``.
    ``provider`` objects carry ``implementation`` and ``fields`` beside their properties.
    ``secrets`` are properties or field names that hold a secret whether or not the app masks them.
    ``commands`` are texts in which one may stand, as in a command line: such a text is told only where none is seen in it.
    ``ours``: the app cannot create it (``create``) or remove it (``delete``). ``order`` is the place in which writes are
    applied, references first. ``enabled_by`` are the flags of which one is enough for the app to test a connection.
    ``access`` and ``bulk_effect`` are properties that cut access or start bulk effects when they are written; those of ``either_way``
    do so also when they are switched off.
    ``changes`` are kinds of which the app changes each thing by itself when one of this kind comes or goes.
    ``exported``, where given, are the only properties that an export tells; any other is compared where git declares it.
    ``pairs`` are values with the switch that each of them needs. ``limits`` are those of numbers.
    ``shipped`` is what a thing says that is there from the start and that nobody has set: it is told only where git declares it.
    ``hidden`` are paths that the app keeps from people: written only when that is allowed. ``of_host`` are properties that fit one
    machine. An export leaves both out; they are compared where git declares them. ``needed`` are properties without which none is created,
    ``exclusive`` lists of which a new thing has nothing in common with another one, unless bulk effects are allowed.
    ``choices`` are the only values of a property, where the app takes any other too and then does not work.
    ``fixed`` are properties that the app makes: compared, never written. ``opt_in`` kinds are read where git names them or somebody asks for them.
    ``tells_all``: the app tells each setting that it has, also one that is not set, so that any other is one it does not know.
    """

    path: str = ""
    key: Tuple[str, ...] = ("name",)
    key_else: Tuple[str, ...] = ()
    properties: Mapping[str, str] = dataclasses.field(default_factory=dict)
    nullable: Mapping[str, str] = dataclasses.field(default_factory=dict)
    computed: Tuple[str, ...] = ()
    provider: bool = False
    shape: str = ""
    refs: Mapping[str, Ref] = dataclasses.field(default_factory=dict)
    secrets: Tuple[str, ...] = ()
    commands: Tuple[str, ...] = ()
    create: bool = True
    delete: bool = True
    order: int = 0
    case_insensitive: bool = False
    enabled_by: Tuple[str, ...] = ()
    access: Tuple[str, ...] = ()
    bulk_effect: Tuple[str, ...] = ()
    either_way: Tuple[str, ...] = ()
    needs_restart: Tuple[str, ...] = ()
    changes: Tuple[str, ...] = ()
    exported: Tuple[str, ...] = ()
    pairs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    limits: Mapping[str, Limit] = dataclasses.field(default_factory=dict)
    shipped: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    hidden: Tuple[str, ...] = ()
    of_host: Tuple[str, ...] = ()
    needed: Tuple[str, ...] = ()
    exclusive: Tuple[str, ...] = ()
    tells_all: bool = False
    choices: Mapping[str, Tuple[str, ...]] = dataclasses.field(default_factory=dict)
    fixed: Tuple[str, ...] = ()
    opt_in: bool = False
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
    """One app: how to recognise it, and its records by name in the order in which they are written.

    ``key_header`` is the header in which it takes its key; empty where it takes none.
    """

    name: str
    title: str
    prefix: str
    port: int
    resources: Mapping[str, SettingsResource]
    key_header: str = "X-Api-Key"

    def asked(self, named: Iterable[str]) -> Tuple[str, ...]:
        """The kinds to read where these are named; none, which means all, where the app has none that is read on request only."""
        wanted = set(named)
        left = {name for name, each in self.resources.items() if each.opt_in and name not in wanted}
        return tuple(name for name in self.resources if name not in left) if any(each.opt_in for each in self.resources.values()) else ()

    def by_order(self) -> Tuple[SettingsResource, ...]:
        """The records, referenced ones first."""
        return tuple(sorted(self.resources.values(), key=lambda each: (each.order, each.name)))


#: Conditions of custom formats and auto tags whose ``value`` is the id of a thing.
CONDITION_REFS: Mapping[str, Ref] = {
    "QualityProfileSpecification": Ref("quality_profile"),
    "MetadataProfileSpecification": Ref("metadata_profile"),
    "TagSpecification": Ref("tag"),
}
#: How a property of each type is compared; any other as the app stores it.
_KINDS = {"enum": "text", "list": "ordered", "set": "set", "paths": "paths", "words": "words", "lines": "lines", "subnets": "subnets"}
_LISTS = tuple(each for each in _KINDS if each != "enum")


def properties(text: str) -> Dict[str, str]:
    """Names and types of ``"enable:bool priority:int maxSize:float?minSize"``; what follows a question mark is for ``nullable``."""
    return dict(each.partition("?")[0].split(":") for each in text.split())


def nullable(text: str) -> Dict[str, str]:
    """The names that are marked with a question mark, and what follows it."""
    return {each.partition(":")[0]: each.partition("?")[2] for each in text.split() if "?" in each}


def fields(types: Mapping[str, str], secrets: Tuple[str, ...], empty_is: Mapping[str, Any], kinds: Mapping[str, str]) -> Tuple[Field, ...]:
    """How each property is compared. ``kinds`` are exceptions by path, ``empty_is`` what the app falls back to."""
    paths = [*types, *(path for path in (*secrets, *empty_is, *kinds) if path not in types)]
    return tuple(
        Field(
            path,
            kind=kinds.get(path) or _KINDS.get(types.get(path, ""), "stored"),
            secret="always" if path in secrets else "never",
            closed=False,
            default=NOTHING,
            empty_is=([],) if types.get(path) in _LISTS else _values(empty_is.get(path)),
        )
        for path in dict.fromkeys(paths)
    )


def _values(value: Any) -> Tuple[Any, ...]:
    return () if value is None else value if isinstance(value, tuple) else (value,)


def collection(name: str, path: str, order: int, own: str, **more: Any) -> SettingsResource:
    """A kind of thing that is listed. ``kinds`` and ``empty_is`` go to the fields."""
    types, secrets = properties(own), more.get("secrets", ())
    table = fields(types, secrets, more.pop("empty_is", {}), more.pop("kinds", {}))
    return SettingsResource(name, table, path=path, order=order, properties=types, nullable=nullable(own), **more)


def app(name: str, title: str, prefix: str, port: int, *records: SettingsResource, key_header: str = "X-Api-Key") -> App:
    """An app of the given records."""
    table: Dict[str, SettingsResource] = {each.name: each for each in records}
    return App(name, title, prefix, port, table, key_header)
