# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declared side of an app as it arrives in a module: checked against the tables, secrets put back, gaps marked."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Item, Origin, State, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import KEEP, flatten, key_of
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_shapes import COMPUTED
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_limits import beyond_limits
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import PLAIN, SECRET_REF, UNKNOWN_REF, secrets_of, unquoted
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource

MANAGED, MANAGED_BY = PLAIN
#: By the type of a property: the types of Python that do, and its name for a person.
_TYPES: Mapping[str, Tuple[Tuple[type, ...], str]] = {
    "str": ((str,), "a text"),
    "enum": ((str,), "a text"),
    "int": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "bool": ((bool,), "true or false"),
    "list": ((list,), "a list"),
    "set": ((list,), "a list"),
    "paths": ((list,), "a list of folders"),
    "words": ((list, str), "a list of texts"),
    "lines": ((list, str), "a list of texts"),
    "subnets": ((list, str), "a list of texts"),
    "object": ((dict,), "a mapping"),
}


@dataclasses.dataclass(frozen=True)
class Declared:
    """What git says of one instance. ``faults`` are sentences about what is wrong in the file: such a declared side is an error."""

    present: bool
    state: State
    document: Mapping[str, Any]
    kinds: Tuple[str, ...] = ()
    managed_by: Mapping[str, str] = dataclasses.field(default_factory=dict)
    secret_paths: Set[Tuple[str, str, str]] = dataclasses.field(default_factory=set)
    faults: Tuple[str, ...] = ()

    def owner(self, resource: str, key: str) -> str:
        """The program that keeps a kind or one thing, such as Recyclarr; empty when git does."""
        return self.managed_by.get("{0}/{1}".format(resource, key)) or self.managed_by.get(resource) or ""


def read_declared(app: App, document: Optional[Mapping[str, Any]], secrets: str, lines: Mapping[str, Any], file: str, repository: str) -> Declared:
    """The declared side of an instance. ``document`` is None where git has no settings file.

    A thing whose name needs a variable that is not there makes its whole kind unreadable on this side: what the
    app has of it could be that thing.
    """
    if document is None:
        return Declared(False, State({}), {})
    values = secrets_of(secrets)
    faults = _faults_of_managed(app, document, file)
    found: List[Item] = []
    secret_paths: Set[Tuple[str, str, str]] = set()
    unnamed: Dict[str, Unknown] = {}
    resolved: Dict[str, Any] = {}
    for name, told in document.items():
        if name in PLAIN:
            continue
        resource = app.resources.get(name)
        if resource is None or resource.static:
            faults.append("{0}: {1} is no kind of {2}{3}".format(file, name, app.title, _nearest(name, _kinds(app))))
            continue
        things = [told] if resource.singleton else told
        if not isinstance(things, list) or not all(isinstance(each, Mapping) and set(each) != {UNKNOWN_REF} for each in things):
            faults.append("{0}: {1} has to be a {2}".format(file, name, "mapping" if resource.singleton else "list of mappings"))
            continue
        resolved[name] = []
        for index, each in enumerate(things):
            place = name if resource.singleton else "{0}.{1}".format(name, index)
            marked: List[str] = []
            thing = _resolved(each, values, marked)
            faults += _faults(resource, thing, "{0}:{1}".format(file, (lines.get(place) or ["?"])[0]))
            nameless = next((thing[part] for part in resource.key if isinstance(thing.get(part), Unknown)), None)
            if nameless is not None:
                unnamed[name] = dataclasses.replace(nameless, reason="the name of one of them: " + nameless.reason)
                continue
            key = key_of(resource, thing)
            paths = flatten(resource, thing)
            secret_paths.update((name, key, path) for path in marked)
            origins = {path: _origin(lines, place, path, file, repository) for path in paths}
            found.append(Item(name, key, paths, origins, _origin(lines, place, "", file, repository)))
            resolved[name].append(thing)
        if resource.singleton:
            resolved[name] = resolved[name][0]
    doubled = sorted("{0}[{1}]".format(*ident) for ident, count in Counter(each.ident for each in found).items() if count > 1)
    faults += ["{0}: {1} stands there twice".format(file, each) for each in doubled]
    kinds = _names(document.get(MANAGED)) or tuple(resolved)
    managed_by = document.get(MANAGED_BY)
    owners = {str(name): str(owner) for name, owner in managed_by.items()} if isinstance(managed_by, Mapping) else {}
    state = State({}, unnamed) if doubled else State.of(*found, unreadable=unnamed)
    return Declared(True, state, resolved, kinds, owners, secret_paths, tuple(faults))


def _names(value: Any) -> Tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, (list, tuple)) else ()


def _kinds(app: App) -> List[str]:
    return [name for name, resource in app.resources.items() if not resource.static]


def _faults_of_managed(app: App, document: Mapping[str, Any], file: str) -> List[str]:
    faults = []
    managed, owners = document.get(MANAGED), document.get(MANAGED_BY)
    if managed is not None and not isinstance(managed, (list, tuple)):
        faults.append("{0}: {1} has to be a list of kinds".format(file, MANAGED))
    if owners is not None and not isinstance(owners, Mapping):
        faults.append("{0}: {1} has to be a mapping of kinds (or kind/name) to the program that keeps them".format(file, MANAGED_BY))
    named = [(MANAGED, each) for each in _names(managed)]
    named += [(MANAGED_BY, str(each).partition("/")[0]) for each in (owners if isinstance(owners, Mapping) else ())]
    for where, each in named:
        if each not in _kinds(app):
            faults.append("{0}: {1} names {2}, which is no kind of {3}{4}".format(file, where, each, app.title, _nearest(each, _kinds(app))))
    return faults


def _resolved(value: Any, secrets: Sequence[Any], marked: List[str], path: str = "") -> Any:
    if isinstance(value, Mapping):
        if set(value) == {SECRET_REF}:
            marked.append(path)
            return unquoted(secrets[int(value[SECRET_REF])])
        if set(value) == {UNKNOWN_REF}:
            return Unknown(str(value[UNKNOWN_REF]), "define the variable, or give the vault password")
        return {name: _resolved(each, secrets, marked, "{0}.{1}".format(path, name) if path else str(name)) for name, each in value.items()}
    if isinstance(value, list):
        found = [_resolved(each, secrets, marked, path) for each in value]
        # A list is compared as one value, so one hole in it makes the whole of it unknown.
        return next(_holes(found), found)
    return unquoted(value)


def _holes(value: Any) -> Iterator[Unknown]:
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _holes(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _holes(each)


def _origin(lines: Mapping[str, Any], place: str, path: str, file: str, repository: str) -> Origin:
    whole = "{0}.{1}".format(place, path) if path else place
    while whole not in lines and "." in whole:
        whole = whole.rpartition(".")[0]
    line, form = (lines.get(whole) or [None, "literal"])[:2]
    return Origin(repository, file, line, tuple(whole.split(".")), form)


def _faults(resource: SettingsResource, thing: Mapping[str, Any], where: str) -> List[str]:
    known = set(resource.properties) | ({"fields"} if resource.provider else set())
    found = []
    for name, value in thing.items():
        if name not in known and (name in COMPUTED or name in resource.computed or name.startswith("supports")):
            found.append("{0}: {1}.{2} is the app's own and cannot be set: take it out".format(where, resource.name, name))
            continue
        if name not in known:
            # A newer version of the app may know more than the table: only what looks like a slip of the pen is refused, and nothing where
            # the app itself tells all that it knows.
            near = "" if resource.tells_all else nearest(name, known, 0.75)
            if near:
                found.append("{0}: {1} has no setting {2}; is {3} meant?".format(where, resource.name, name, near))
            continue
        types, called = _TYPES.get(resource.properties.get(name, "any"), ((), ""))
        if value is None or not types or isinstance(value, Unknown) or value == KEEP:
            continue
        if not isinstance(value, types) or (bool not in types and isinstance(value, bool)):
            found.append("{0}: {1}.{2} has to be {3}".format(where, resource.name, name, called))
        elif name in resource.refs and isinstance(value, list) and any(isinstance(each, int) for each in value):
            found.append("{0}: {1}.{2} has to name each {3}, not number it".format(where, resource.name, name, resource.refs[name].resource))
    if not isinstance(thing.get("fields", {}), Mapping):
        found.append("{0}: {1}.fields has to be a mapping of names to values".format(where, resource.name))
    for name, score in (thing.get("formatItems") or {}).items() if isinstance(thing.get("formatItems"), Mapping) else ():
        if not isinstance(score, (int, Unknown)) or isinstance(score, bool):
            found.append("{0}: {1}.formatItems.{2} has to be a whole number".format(where, resource.name, name))
    wanted = () if resource.key_else else resource.key
    found += beyond_limits(resource, thing, where)
    missing = [
        name
        for name in wanted
        if name not in thing and name not in resource.nullable and name != "tags" and not name.startswith(("required", "ignored", "indexerId"))
    ]
    found += ["{0}: a {1} needs {2}".format(where, resource.name, name) for name in missing]
    return found


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The one of some names that is spelled most alike; empty where none is like it."""
    import difflib

    return next(iter(difflib.get_close_matches(name, list(known), 1, likeness)), "")


def _nearest(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return "; is {0} meant?".format(near) if near else ""
