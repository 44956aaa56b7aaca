# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical form of an app's settings: names instead of ids, sorted, nothing that moves by itself.

``canonical`` turns one answer of the app into the form in which a settings file declares it; ``flatten`` turns
that form into the paths that the planner compares. Both sides go through ``flatten``, so they cannot differ by spelling.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Item, NotComparable, State, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live import settings_shapes
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_shapes import MASK, MASKED, Names
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


def names_of(app: App, raw: Raw) -> Names:
    """The names behind the ids of everything that was read."""
    found: Dict[str, Dict[int, str]] = {}
    for name, resource in app.resources.items():
        answers = raw.get(name)
        if resource.singleton or not isinstance(answers, (list, tuple)):
            continue
        found[name] = {int(each["id"]): str(each.get(resource.key[0])) for each in answers if isinstance(each.get("id"), int) and len(resource.key) == 1}
    return Names(found, frozenset(name for name, answers in raw.items() if isinstance(answers, Unknown)))


def listed(resource: SettingsResource, answers: Union[Sequence[Mapping[str, Any]], Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The things of one answer; delay profiles with their place, because their numbers may have holes."""
    things = [answers] if isinstance(answers, Mapping) else answers
    return settings_shapes.with_positions(things) if resource.shape == "delay_profile" else things


def canonical(resource: SettingsResource, answer: Mapping[str, Any], names: Names) -> Dict[str, Any]:
    """One thing as a settings file says it. A masked secret is ``MASKED``; absent values are left out."""
    shaped = _SHAPES[resource.shape](answer, names) if resource.shape else dict(answer)
    found: Dict[str, Any] = {}
    for name in resource.properties:
        value = shaped.get(name)
        if value is None:
            continue
        ref = resource.refs.get(name)
        found[name] = names.told(ref, value) if ref is not None else _masked(value)
    for name in sorted(set(shaped) - set(resource.properties) - settings_shapes.IGNORED):
        # A newer version of the app may say more than the table knows: carried and compared as it is.
        if not name.startswith("supports") and shaped[name] is not None and not isinstance(shaped[name], (dict, list)):
            found[name] = shaped[name]
    if resource.provider:
        found["fields"] = settings_shapes.provider_fields(answer)
    return found


def _masked(value: Any) -> Any:
    return MASKED if value == MASK else value


def key_of(resource: SettingsResource, thing: Mapping[str, Any]) -> str:
    """The natural name of a thing in canonical form; empty for a singleton."""
    parts = []
    for name in resource.key:
        value = thing.get(name)
        parts.append(",".join(sorted(str(each) for each in value)) if isinstance(value, (list, tuple)) else str("" if value is None else value))
    if resource.shape == "delay_profile" and parts == [""]:
        return "default"
    return " | ".join(parts)


def flatten(resource: SettingsResource, thing: Mapping[str, Any]) -> Dict[str, Any]:
    """Values by dotted path. Mappings are opened, lists are one value; null means the same as an empty text."""
    found: Dict[str, Any] = {}

    def walk(prefix: str, value: Any) -> None:
        if isinstance(value, Mapping) and value != KEEP:
            for name in value:
                walk("{0}.{1}".format(prefix, name) if prefix else str(name), value[name])
        elif value == KEEP and isinstance(value, Mapping):
            found[prefix] = NotComparable("declared as a secret to keep")
        else:
            found[prefix] = "" if value is None else value

    walk("", thing)
    return found


def running_state(app: App, raw: Raw, declared: Optional[State] = None) -> State:
    """The running side. What Prowlarr keeps in another app is left to Prowlarr, but for the properties that it leaves alone."""
    names = names_of(app, raw)
    items: Dict[Tuple[str, str], Item] = {}
    unreadable: Dict[str, Unknown] = {}
    wanted = _spelling(declared)
    for name, resource in app.resources.items():
        answers = None if resource.static else raw.get(name)
        if isinstance(answers, Unknown):
            unreadable[name] = answers
            continue
        if answers is None:
            continue
        for answer in listed(resource, answers):
            thing = canonical(resource, answer, names)
            key = key_of(resource, thing)
            key = wanted.get((name, key.lower()), key) if resource.case_insensitive else key
            synced = is_synced(app, resource, answer)
            if synced and (declared is None or (name, key) not in declared.items):
                continue
            values = flatten(resource, thing)
            if synced:
                values = {path: values.get(path, "") for path in _SYNC_KEEPS}
            if (name, key) in items:
                why = Unknown("the app has two of them called {0}".format(key), "rename or remove one of them in the app")
                values = dict.fromkeys(values, why)
            items[(name, key)] = Item(name, key, values)
    return State(items, unreadable)


def _spelling(declared: Optional[State]) -> Dict[Tuple[str, str], str]:
    return {(resource, key.lower()): key for resource, key in (declared.items if declared is not None else ())}


def is_synced(app: App, resource: SettingsResource, answer: Mapping[str, Any]) -> bool:
    """Whether Prowlarr made this indexer: it is recognised by its address, because names can be changed."""
    if app.name == "prowlarr" or resource.name != "indexer" or answer.get("implementation") not in ("Newznab", "Torznab"):
        return False
    base = next((each.get("value") for each in answer.get("fields") or () if each.get("name") == "baseUrl"), "")
    return bool(_SYNCED.match(str(base or "")))


def export(app: App, raw: Raw) -> Dict[str, Any]:
    """All settings in canonical form, sorted, each secret as ``{secret: true}``. Resources that could not be read are left out."""
    names = names_of(app, raw)
    document: Dict[str, Any] = {}
    for resource in app.by_order():
        answers = raw.get(resource.name)
        if answers is None or isinstance(answers, Unknown) or resource.static:
            continue
        if isinstance(answers, Mapping):
            document[resource.name] = _exported(resource, canonical(resource, answers, names))
            continue
        things = [canonical(resource, each, names) for each in listed(resource, answers) if not is_synced(app, resource, each)]
        if things:
            document[resource.name] = [_exported(resource, each) for each in sorted(things, key=lambda thing: key_of(resource, thing))]
    return document


def _exported(resource: SettingsResource, thing: Mapping[str, Any]) -> Dict[str, Any]:
    def told(prefix: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: told("{0}.{1}".format(prefix, name) if prefix else name, value[name]) for name in value}
        if isinstance(value, NotComparable) or (value not in ("", None) and resource.field(prefix).secret == "always"):
            return dict(KEEP)
        return value

    return dict(told("", thing))


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
