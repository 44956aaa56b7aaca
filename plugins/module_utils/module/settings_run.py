# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of the settings modules: read an instance once, compare it with git, and on request put git's side in place.

It knows no app: the gateway reads and writes, the tables say what is what.
"""

from __future__ import annotations

import dataclasses
from typing import AbstractSet, Any, Dict, List, Mapping, Protocol, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.compare import compare
from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import misfit
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import with_next
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding, diff_of, of_field, of_item, target_result
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import (
    Change,
    Coverage,
    FieldChange,
    Gap,
    Item,
    NotComparable,
    Plan,
    State,
    Unknown,
)
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.verbs import EITHER_SIDE
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Lacking, Raw, running_state, unused_tags
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_shapes import HASHED
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import Declared, nearest
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource

#: Where nothing of an instance is under git yet.
EXPORT = "export its settings with its module (the one that ends in _settings_info), and put that file under git"


class Writer(Protocol):
    """What writes to an app. ``sent`` are the writes that it took, as method and path."""

    sent: List[str]

    def write(self, action: str, resource: str, key: str, values: Mapping[str, Any], behind: Sequence[str] = ()) -> None:
        """Create, update or delete one thing, and put it behind the first of ``behind`` that there is; raises GatewayError or LookupError."""


class Gateway(Protocol):
    """What a settings module needs of an app."""

    app: App
    session: Session

    @property
    def version(self) -> str:
        """The version of the app; empty before ``identify``."""

    def identify(self) -> None:
        """Make sure that the right app answers; raises GatewayError."""

    def read(self, kinds: Sequence[str] = ()) -> Dict[str, Any]:
        """The answers of all resources, Unknown where one failed."""

    def notes(self, raw: Raw) -> Sequence[Finding]:
        """What was seen beside the settings, such as a door that stands open. May read more; never raises for what it cannot see."""

    def writer(self, raw: Raw) -> Writer:
        """The writing side, over what was read."""


@dataclasses.dataclass(frozen=True)
class Gone:
    """A declared setting that this version of the app does not have; ``near`` is one it has, spelled alike."""

    resource: str
    key: str
    path: str
    near: str = ""


@dataclasses.dataclass(frozen=True)
class Planned:
    """The comparison of one instance. ``uncounted`` are live things of kinds that git does not manage, by kind."""

    plan: Plan
    declared: State
    running: State
    uncounted: Mapping[str, int]
    owned: Mapping[str, int]
    gone: Sequence[Gone] = ()


def plan_settings(app: App, declared: Declared, raw: Raw, fingerprints: Mapping[str, str], redactor: Redactor) -> Planned:
    """Compare the declared side with what was read."""
    running = _without_hashes(running_state(app, raw, declared.state))
    want, have = with_fingerprints(app, declared, running, fingerprints, redactor)
    kept: Dict[Tuple[str, str], Item] = {}
    uncounted: Dict[str, int] = {}
    owned: Dict[str, int] = {}
    for ident, item in have.items.items():
        owner = declared.owner(*ident)
        if owner:
            owned[owner] = owned.get(owner, 0) + 1
        elif ident in want.items:
            # Nothing is asked of what git does not say, so that it cannot be seen is no gap.
            hidden = (Unknown, NotComparable)
            values = {path: value for path, value in item.values.items() if path in want.items[ident].values or not isinstance(value, hidden)}
            kept[ident] = dataclasses.replace(item, values=values)
        elif ident[0] in declared.kinds:
            kept[ident] = item
        else:
            uncounted[ident[0]] = uncounted.get(ident[0], 0) + 1
    asked = {ident: item for ident, item in want.items.items() if not declared.owner(*ident)}
    kinds = {*declared.kinds, *(name for name, dummy in asked)}
    # What an older app does not have is no gap where git does not ask for it.
    unreadable = {name: why for name, why in have.unreadable.items() if name in kinds or not isinstance(why, Lacking)}
    gone = _gone(app, asked, kept)
    for each in gone:
        item = kept[(each.resource, each.key)]
        kept[item.ident] = dataclasses.replace(item, values={**item.values, each.path: NotComparable("this version of the app does not have it")})
    plan = compare(State(asked, declared.state.unreadable), State(kept, unreadable), app.resources)
    return Planned(_marked(plan, declared.secret_paths), State(asked), have, uncounted, owned, gone)


def _without_hashes(running: State) -> State:
    """The apps show a hash of the password of their own users, which says nothing about a declared password."""
    host = running.items.get(("config_host", ""))
    if host is None or not host.values.get("password"):
        return running
    values = {**host.values, "password": HASHED}
    return dataclasses.replace(running, items={**running.items, host.ident: dataclasses.replace(host, values=values)})


def _marked(plan: Plan, secret_paths: AbstractSet[Tuple[str, str, str]]) -> Plan:
    """The plan in which what came out of a vault is a secret whatever the table says."""

    def mark(change: Change) -> Change:
        fields = tuple(
            dataclasses.replace(each, field=dataclasses.replace(each.field, secret="always"))
            if (change.resource, change.key, each.path) in secret_paths
            else each
            for each in change.fields
        )
        return dataclasses.replace(change, fields=fields)

    return dataclasses.replace(plan, changes=tuple(mark(each) for each in plan.changes))


def _gone(app: App, asked: Mapping[Tuple[str, str], Item], kept: Mapping[Tuple[str, str], Item]) -> List[Gone]:
    """Declared settings that this version of the app does not have. It leaves out a text that is not set, but never a number or a switch."""
    found = []
    for ident, item in sorted(asked.items()):
        if ident not in kept:
            continue
        table = app.resources[ident[0]]
        there, properties = kept[ident].values, table.properties
        for path in sorted(item.values):
            head, dummy, name = path.partition(".")
            # The names in a mapping that is told whole are people's own.
            if path in there or item.values[path] in (None, "", []) or (name and table.field(head).kind == "covers"):
                continue
            if table.tells_all:
                found.append(Gone(*ident, path, nearest(path, there, 0.75)))
            elif head == "fields":
                known = [each.partition(".")[2] for each in there if each.startswith("fields.")]
                found.append(Gone(*ident, path, nearest(name, known)))
            elif properties.get(head, "bool") in ("bool", "int", "float") or (name and not any(each.partition(".")[0] == head for each in there)):
                near = nearest(head, properties) if head not in properties else ""
                found.append(Gone(*ident, path, near))
    return found


def with_fingerprints(app: App, declared: Declared, running: State, known: Mapping[str, str], redactor: Redactor) -> Tuple[State, State]:
    """Both sides with masked secrets replaced by fingerprints where the app's own database told them; elsewhere they stay as they are."""
    if not known:
        return declared.state, running
    want, have = dict(declared.state.items), dict(running.items)
    # A running item is told in git's spelling, its database in the app's own.
    spelled = {place.lower(): fingerprint for place, fingerprint in known.items()}
    for ident, item in running.items.items():
        table = spelled if app.resources[ident[0]].case_insensitive else known
        places = {path: "/".join((*ident, path)) for path in item.values}
        found = {path: place.lower() if table is spelled else place for path, place in places.items()}
        told = {path: table[place] for path, place in found.items() if place in table}
        masked = {path: value for path, value in told.items() if isinstance(item.values[path], NotComparable)}
        if not masked:
            continue
        have[ident] = dataclasses.replace(item, values={**item.values, **masked})
        if ident in want:
            values = dict(want[ident].values)
            for path in masked:
                value = values.get(path)
                if isinstance(value, str) and value:
                    values[path] = redactor.fingerprint(value)
            want[ident] = dataclasses.replace(want[ident], values=values)
    return dataclasses.replace(declared.state, items=want), State(have, running.unreadable)


def told(
    target: str, app: App, version: str, declared: Declared, planned: Planned, redactor: Redactor, requests: Mapping[str, int], more: Sequence[Finding] = ()
) -> Dict[str, Any]:
    """The result of one instance. ``more`` are findings of what was applied or refused."""
    findings: List[Finding] = list(more)
    unused = unused_tags(app, planned.declared)
    for change in planned.plan.changes:
        if change.action == "create" and change.resource == "tag" and change.key in unused:
            message = "tag[{0}]: nothing in git uses it, and the app removes such tags".format(change.key)
            findings.append(of_item(target, change, code="setting_missing", message=message, severity="info"))
        else:
            findings.extend(_findings(target, app.resources[change.resource], change, redactor))
    findings += _notes(target, app, version, declared, planned)
    result = target_result(target, app.name, findings, planned.plan.coverage, planned.plan.gaps, "unknown", requests, version=version)
    result["uncounted"] = dict(planned.uncounted)
    result["owned"] = dict(planned.owned)
    if declared.faults:
        result["verdict"] = "error"
    return result


def wrong_type(table: SettingsResource, each: FieldChange) -> str:
    """What a declared value would have to be instead; empty where it can be that, or where the app takes several types."""
    return "" if table.properties.get(each.path) == "any" else misfit(each.declared, each.running)


def _findings(target: str, table: SettingsResource, change: Change, redactor: Redactor) -> List[Finding]:
    name = "{0}[{1}]".format(change.resource, change.key) if change.key else change.resource
    if change.action == "create":
        return [of_item(target, change, code="setting_missing", message=name + ": declared in git, and the app does not have it")]
    if change.action == "delete":
        return [of_item(target, change, code="setting_unmanaged", message=name + ": the app has it, and git does not declare it", severity="low")]
    return [_field_finding(redactor, target, change, each, "{0}.{1}".format(name, each.path), wrong_type(table, each)) for each in change.fields]


def _field_finding(redactor: Redactor, target: str, change: Change, each: FieldChange, name: str, needed: str) -> Finding:
    if needed:
        remedy = "correct the settings file"
        return of_field(redactor, target, change, each, code="setting_of_wrong_type", message="{0} has to be {1}".format(name, needed), remedy=remedy)
    return of_field(redactor, target, change, each, message="{0} differs".format(name), remedy=EITHER_SIDE)


def _faults(target: str, declared: Declared) -> List[Finding]:
    remedy = "correct the settings file; until then nothing is written"
    more: Dict[str, Any] = {"category": "rule", "target": target, "resource": "instance", "key": target, "severity": "high", "remedy": remedy}
    return [Finding("settings_invalid", fault, **more) for fault in declared.faults]


def _notes(target: str, app: App, version: str, declared: Declared, planned: Planned) -> List[Finding]:
    def note(code: str, message: str, **more: Any) -> Finding:
        return Finding(code, message, **{"target": target, "resource": "instance", "key": target, "category": "rule", "severity": "info", **more})

    found = _faults(target, declared)
    count = sum(planned.uncounted.values())
    if not declared.present:
        message = "{0} is not in git yet: {1} objects of {2} kinds".format(target, count, len(planned.uncounted))
        found.append(note("not_in_git", message, category="drift", severity="medium", direction="unmanaged", remedy=EXPORT))
    elif count and not declared.faults:
        kinds = ", ".join("{0} {1}".format(planned.uncounted[kind], kind) for kind in sorted(planned.uncounted))
        found.append(note("kinds_not_managed", "not under git here: " + kinds, direction="unmanaged", remedy="name the kinds in managed"))
    found += [note("managed_by_other", "{0} objects are kept by {1} and left to it".format(planned.owned[owner], owner)) for owner in sorted(planned.owned)]
    for each in planned.gone:
        name = "{0}[{1}]".format(each.resource, each.key) if each.key else each.resource
        message = "{0}.{1} is declared, and {2} {3} does not have it".format(name, each.path, app.title, version)
        if each.near:
            message += "; is {0} meant?".format(each.near)
        item = planned.declared.items[(each.resource, each.key)]
        source = item.origins.get(each.path, item.origin)
        remedy = "correct its name in git, or take it out"
        found.append(note("setting_unknown_to_app", message, resource=each.resource, key=each.key, path=each.path, source=source, remedy=remedy))
    return found


def unread(target: str, app: App, declared: Declared, message: str, remedy: str, requests: Mapping[str, int]) -> Dict[str, Any]:
    """The result of an instance that could not be read: every declared field is unknown, one if there is none."""
    gaps = [Gap("unknown", *ident, path, message, remedy) for ident, item in declared.state.items.items() for path in item.values]
    gaps = gaps or [Gap("unknown", app.name, target, "", message, remedy)]
    result = target_result(target, app.name, _faults(target, declared), Coverage(unknown=len(gaps)), gaps[:1], "unknown", requests)
    result["reason"] = with_next(message, remedy)
    if declared.faults:
        result["verdict"] = "error"
    return result


def diff(redactor: Redactor, target: str, planned: Planned) -> Dict[str, str]:
    """Ansible's diff of one instance."""
    return diff_of(redactor, [(target, planned.plan)])
