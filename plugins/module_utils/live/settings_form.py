# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical form of an app's settings: names instead of ids, sorted, nothing that moves by itself.

``canonical`` turns one answer of the app into the form in which a settings file declares it; ``flatten`` turns
that form into the paths that the planner compares. Both sides go through ``flatten``, so they cannot differ by spelling.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, Optional, Sequence, Set, Tuple, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import canonical as comparable
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Item, NotComparable, State, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_names import may_be_secret, secret_name
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_text import hide, secret_address
from ansible_collections.homelab.media_center.plugins.module_utils.live import settings_shapes
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_shapes import MASK, MASKED, Elsewhere, Names
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource

#: Answers by resource name: a list, or an object for a singleton; Unknown where it could not be read.
Raw = Mapping[str, Union[Sequence[Mapping[str, Any]], Mapping[str, Any], Unknown]]
KEEP = {"secret": True}
#: What Prowlarr writes into other apps: its own address and the number of the indexer.
_SYNCED = re.compile(r"^https?://[^/]+(?:/.*)?/\d{1,3}/?(?:api/?)?$")
_SYNC_KEEPS = ("tags", "downloadClientId")

_SHAPES: Mapping[str, Callable[[Mapping[str, Any], Names], Dict[str, Any]]] = {
    "specifications": settings_shapes.specifications,
    "quality_profile": settings_shapes.quality_profile,
    "quality_definition": settings_shapes.quality_definition,
    "delay_profile": settings_shapes.delay_profile,
    "metadata_profile": settings_shapes.metadata_profile,
}


class Lacking(Unknown):
    """What stands in the place of a list where this version of the app has no such kind."""


def names_of(app: App, raw: Raw) -> Names:
    """The names behind the ids of everything that was read."""
    found: Dict[str, Dict[int, str]] = {}
    for name, resource in app.resources.items():
        answers = raw.get(name)
        if resource.singleton or not isinstance(answers, (list, tuple)):
            continue
        found[name] = {int(each["id"]): str(each.get(resource.key[0])) for each in answers if isinstance(each.get("id"), int) and len(resource.key) == 1}
    return Names(found, {name: answers for name, answers in raw.items() if isinstance(answers, Unknown)})


def listed(resource: SettingsResource, answers: Union[Sequence[Mapping[str, Any]], Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The things of one answer; delay profiles with their place, because their numbers may have holes."""
    things = [answers] if isinstance(answers, Mapping) else answers
    return settings_shapes.with_positions(things) if resource.shape == "delay_profile" else things


def canonical(resource: SettingsResource, answer: Mapping[str, Any], names: Names) -> Dict[str, Any]:
    """One thing as a settings file says it. A masked secret is ``MASKED``; what the app has and has not set is null."""
    shaped = _SHAPES[resource.shape](answer, names) if resource.shape else dict(answer)
    found: Dict[str, Any] = {}
    for name in resource.properties:
        value = shaped.get(name)
        if value is None:
            witness = resource.nullable.get(name)
            if witness is not None and (not witness or shaped.get(witness) is not None):
                found[name] = None
            continue
        ref = resource.refs.get(name)
        found[name] = names.told(ref, value) if ref is not None else _masked(value)
    for name in sorted(set(shaped) - set(resource.properties) - settings_shapes.COMPUTED - set(resource.computed)):
        # A newer version of the app may say more than the table knows: carried and compared as it is.
        if not name.startswith("supports") and _is_plain(shaped[name]):
            found[name] = shaped[name]
    if resource.provider:
        found["fields"] = settings_shapes.provider_fields(answer)
    return found


def _masked(value: Any) -> Any:
    return MASKED if value == MASK else value


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_plain(each) and not isinstance(each, list) for each in value)
    return value is not None and not isinstance(value, dict)


def key_of(resource: SettingsResource, thing: Mapping[str, Any]) -> str:
    """The natural name of a thing in canonical form; empty for a singleton."""
    key = _joined(resource, thing, resource.key)
    if not key and resource.key_else:
        return _joined(resource, thing, resource.key_else)
    return key or ("default" if resource.shape == "delay_profile" else "")


def nameless(resource: SettingsResource, thing: Mapping[str, Any]) -> Optional[Unknown]:
    """Why nobody knows which thing this is, where its name is made of names that could not be read; else None."""
    named = resource.key if not resource.key_else or _joined(resource, thing, resource.key) else resource.key_else
    return next((thing[name] for name in named if isinstance(thing.get(name), Unknown)), None)


def untouched(resource: SettingsResource, thing: Mapping[str, Any]) -> bool:
    """Whether a thing is there from the start and nobody has set it."""
    return bool(resource.shipped) and all(thing.get(name) == value for name, value in resource.shipped.items())


def _joined(resource: SettingsResource, thing: Mapping[str, Any], names: Sequence[str]) -> str:
    # A path is one thing with and without a slash at its end.
    values = [comparable(resource.field(name), thing.get(name)) if resource.field(name).kind == "path" else thing.get(name) for name in names]
    parts = [",".join(sorted(set(map(str, each)))) if isinstance(each, (list, tuple)) else str("" if each is None else each) for each in values]
    return " | ".join(parts) if any(parts) else ""


def flatten(resource: SettingsResource, thing: Mapping[str, Any]) -> Dict[str, Any]:
    """Values by dotted path. Mappings are opened, lists are one value.

    A mapping that the field says to be complete (``covers``) is told by its own path too, as the names in it: a
    condition or a score that only one side has is seen there.
    """
    found: Dict[str, Any] = {}

    def walk(prefix: str, value: Any) -> None:
        if not isinstance(value, Mapping):
            found[prefix] = value
        elif value == KEEP:
            found[prefix] = NotComparable("declared as a secret to keep")
        else:
            if prefix and resource.field(prefix).kind == "covers":
                found[prefix] = sorted(map(str, value))
            for name in value:
                walk("{0}.{1}".format(prefix, name) if prefix else str(name), value[name])

    walk("", thing)
    return found


def running_state(app: App, raw: Raw, declared: Optional[State] = None) -> State:
    """The running side. What Prowlarr keeps in another app is left to Prowlarr, but for the properties that it leaves alone.

    With the declared side known, its spelling of names is taken, and places are counted among what it declares.
    """
    names = names_of(app, raw)
    items: Dict[Tuple[str, str], Item] = {}
    unreadable: Dict[str, Unknown] = {}
    wanted = _spelling(declared)
    for name, resource in app.resources.items():
        answers = raw.get(name)
        if isinstance(answers, Unknown):
            unreadable[name] = answers
            continue
        for answer in () if resource.static else listed(resource, () if answers is None else answers):
            thing = canonical(resource, answer, names)
            hidden = nameless(resource, thing)
            if hidden is not None:
                unreadable[name] = hidden
                continue
            key = key_of(resource, thing)
            key = wanted.get((name, key.lower()), key) if resource.case_insensitive else key
            if untouched(resource, thing) and (declared is None or (name, key) not in declared.items):
                continue
            item = Item(name, key, _without_zeros(resource, flatten(resource, thing)))
            if not item.values:
                # A page on which this version has nothing to set.
                continue
            if is_synced(app, resource, answer):
                if declared is None or item.ident not in declared.items:
                    continue
                item = _kept_by_prowlarr(item, declared.items[item.ident])
            before = items.get(item.ident)
            if before is not None and before.values != item.values:
                why = Unknown("the app has two of them called {0}".format(key), "rename or remove one of them in the app")
                item = Item(name, key, dict.fromkeys({**before.values, **item.values}, why))
            items[item.ident] = item
    if declared is not None:
        items.update(_places(declared, items))
    return State(items, unreadable)


def _without_zeros(resource: SettingsResource, values: Mapping[str, Any]) -> Dict[str, Any]:
    """The values in which a score of 0 is no score: every profile has one for every format."""
    if resource.shape != "quality_profile":
        return dict(values)
    return {**values, "formatItems": [name for name in values.get("formatItems") or () if values.get("formatItems." + name) != 0]}


def _kept_by_prowlarr(item: Item, want: Item) -> Item:
    why = NotComparable("Prowlarr keeps it: set it there")
    return Item(*item.ident, {path: item.values.get(path) if path in _SYNC_KEEPS else why for path in {*want.values, *_SYNC_KEEPS}})


def _places(declared: State, items: Mapping[Tuple[str, str], Item]) -> Dict[Tuple[str, str], Item]:
    """The items that have a place among others, with places counted among what git declares: their order is what matters, not the numbers."""
    both = [ident for ident, item in declared.items.items() if _is_place(item) and ident in items and _is_place(items[ident])]
    places = sorted(declared.items[ident].values["position"] for ident in both)
    ordered = sorted(both, key=lambda ident: int(items[ident].values["position"]))
    return {ident: Item(*ident, {**items[ident].values, "position": place}) for ident, place in zip(ordered, places)}


def _is_place(item: Item) -> bool:
    return isinstance(item.values.get("position"), int)


def _spelling(declared: Optional[State]) -> Dict[Tuple[str, str], str]:
    return {(resource, key.lower()): key for resource, key in (declared.items if declared is not None else ())}


def is_synced(app: App, resource: SettingsResource, answer: Mapping[str, Any]) -> bool:
    """Whether Prowlarr made this indexer: it is recognised by its address, because names can be changed."""
    if app.name == "prowlarr" or resource.name != "indexer" or answer.get("implementation") not in ("Newznab", "Torznab"):
        return False
    fields = {each.get("name"): each.get("value") for each in answer.get("fields") or ()}
    return fields.get("apiPath", "/api") == "/api" and bool(_SYNCED.match(str(fields.get("baseUrl") or "")))


def export(app: App, raw: Raw, whole: bool = False) -> Dict[str, Any]:
    """All settings in canonical form, sorted, each secret as ``{secret: true}``. What could not be read, or not be named, is left out.

    So is what something else sets, and, unless it is to be ``whole``, what the app hides, what fits one machine only, and what is exported on request.
    """
    names = names_of(app, raw)
    document: Dict[str, Any] = {}
    for resource in app.by_order():
        answers = raw.get(resource.name)
        if answers is None or isinstance(answers, Unknown) or resource.static:
            continue
        if isinstance(answers, Mapping):
            page = _exported(resource, canonical(resource, answers, names), whole)
            document.update({resource.name: page} if page else {})
            continue
        things = [canonical(resource, each, names) for each in listed(resource, answers) if not is_synced(app, resource, each)]
        things = [each for each in things if nameless(resource, each) is None and not untouched(resource, each)]
        if things:
            told = [_exported(resource, each, whole) for each in sorted(things, key=lambda thing: key_of(resource, thing))]
            # Two of the same, as release profiles without a name can be, say nothing more than one. They stand side by side.
            document[resource.name] = [each for place, each in enumerate(told) if not place or each != told[place - 1]]
    return document


def _exported(resource: SettingsResource, thing: Mapping[str, Any], whole: bool) -> Dict[str, Any]:
    left = set() if whole else {*resource.hidden, *resource.of_host, *(name for name in thing if resource.exported and name not in resource.exported)}
    left |= {name for name, value in thing.items() if isinstance(value, Elsewhere)}

    def told(prefix: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            scores = prefix == "formatItems" and resource.shape == "quality_profile"
            below = {name: "{0}.{1}".format(prefix, name) if prefix else name for name in sorted(value) if not scores or value[name] != 0}
            return {name: told(path, value[name]) for name, path in below.items() if path not in left}
        if isinstance(value, Unknown):
            return None
        return dict(KEEP) if isinstance(value, NotComparable) or is_secret(resource, prefix, value) else value

    # The name of a thing comes first, then what it is, then the rest by name.
    head = [name for name in (*resource.key, "implementation") if name in thing]
    return {name: told(name, thing[name]) for name in (*head, *sorted(set(thing) - set(head))) if name not in left}


def is_secret(resource: SettingsResource, path: str, value: Any) -> bool:
    """Whether a value must not be told: the table says so, or it has the name or the address of a secret and is a provider's field or unknown to the table."""
    if value in ("", None, []):
        return False
    if resource.field(path).secret == "always" or (path in resource.commands and isinstance(value, str) and hide(value) != value):
        return True
    known = not path.startswith("fields.") if resource.provider else path.partition(".")[0] in resource.properties
    if known or not isinstance(value, (str, list)):
        return False
    if secret_name(path) and may_be_secret(value):
        return True
    return isinstance(value, str) and secret_address(value)


def unused_tags(app: App, state: State) -> FrozenSet[str]:
    """The tags of a state that no other thing of it uses; the apps remove such tags once a day."""
    used: Set[str] = set()
    for ident, item in state.items.items():
        named = [name for name, ref in app.resources[ident[0]].refs.items() if ref.resource == "tag"]
        for path, value in item.values.items():
            if path in named or (path.startswith("specifications.") and isinstance(value, str)):
                used.update(str(each).lower() for each in (value if isinstance(value, (list, tuple)) else [value]))
    return frozenset(key for name, key in state.items if name == "tag" and key.lower() not in used)


def declared_state(app: App, document: Mapping[str, Any], kinds: Sequence[str] = ()) -> State:
    """The declared side of a settings document that was checked before. ``kinds`` limits it to some resources."""
    items: List[Item] = []
    for name, resource in app.resources.items():
        told = document.get(name)
        if told is None or (kinds and name not in kinds):
            continue
        for thing in [told] if isinstance(told, Mapping) else told:
            items.append(Item(name, key_of(resource, thing), flatten(resource, thing)))
    return State.of(*items)
