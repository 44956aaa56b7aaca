# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written to an app, decided before anything is written: each write, and what is refused and why."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Mapping, Optional, Set, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Change, NotComparable, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_names import words_of
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_shapes import MASK
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import Declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import Planned, wrong_type
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource

#: More removals than this, or than a third of a kind, are done only when their exact number is given.
PRUNE_LIMIT = 5


@dataclasses.dataclass(frozen=True)
class Permits:
    """What the user allowed."""

    git_wins: bool = False
    prune: Tuple[str, ...] = ()
    prune_count: Optional[int] = None
    allow: Tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Write:
    """One write.

    ``values`` are the declared values by path, in clear; ``withheld`` the paths that are switched off whatever git says; ``behind`` the
    things of its kind that stand before it in git, the nearest first, where their order counts.
    """

    action: str
    resource: str
    key: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)
    withheld: Tuple[str, ...] = ()
    behind: Tuple[str, ...] = ()

    def told(self) -> str:
        """The write in words, without a value."""
        name = "{0}[{1}]".format(self.resource, self.key) if self.key else self.resource
        return "{0}: {1}".format(name, "write {0}".format(", ".join(sorted(self.values))) if self.action == "update" else self.action)


@dataclasses.dataclass(frozen=True)
class Decided:
    """The writes in their order, and what was refused."""

    writes: Tuple[Write, ...] = ()
    refused: Tuple[Finding, ...] = ()


def decide(app: App, declared: Declared, planned: Planned, permits: Permits, target: str) -> Decided:
    """The writes of one instance: none unless git may win there and its file is right."""
    if not permits.git_wins or declared.faults:
        return Decided()
    refused: List[Finding] = []

    def refuse(change: Change, why: str, remedy: str) -> None:
        name = "{0}[{1}]".format(change.resource, change.key) if change.key else change.resource
        refused.append(
            Finding(
                "reconcile_refused", "{0} was left as it is: {1}".format(name, why), category="rule", target=target, resource=change.resource, key=change.key,
                severity="low", remedy=remedy, source=change.origin,
            )
        )  # fmt: skip

    first: List[Tuple[int, int, Write]] = []
    last: List[Write] = []
    for change in planned.plan.changes:
        resource = app.resources[change.resource]
        if change.action == "delete":
            continue
        values = _values(declared, change)
        why = _not_writable(app, resource, change, values) or _twice(resource, change, values, planned, permits)
        if why:
            refuse(change, *why)
            continue
        fixed = sorted(path for path in values if path in resource.fixed)
        if fixed:
            refuse(change, "{0} is made by the app".format(", ".join(fixed)), "write into git what the app has, or have another one made in the app")
            values = {path: value for path, value in values.items() if path not in fixed}
        values, cutting = _apart(resource, values, change.action)
        hidden = [path for path in (*values, *cutting) if path in resource.hidden]
        for kind, paths in (("access", cutting), ("bulk_effect", _bulk(resource, values, change.action)), ("hidden", hidden)):
            if paths and kind not in permits.allow:
                refuse(change, "{0} {1}".format(", ".join(sorted(paths)), _EFFECTS[kind]), "add {0} to media_center_allow".format(kind))
                values = {path: value for path, value in values.items() if path not in paths}
                cutting = {path: value for path, value in cutting.items() if path not in paths}
        withheld: Tuple[str, ...] = ()
        if change.action == "create" and "bulk_effect" not in permits.allow:
            # What git does not say would be as the app has it in its template, and that can be on.
            withheld = tuple(path for path in resource.bulk_effect if _is_switch(resource, path))
            values.update({path: "disabled" if path == "syncLevel" else False for path in withheld})
        if change.action == "create" or values:
            behind = _behind(declared, change.resource, _place(values))
            first.append((resource.order, _place(values), Write(change.action, change.resource, change.key, values, withheld, behind)))
        if cutting:
            last.append(Write("update", change.resource, change.key, cutting))
    writes = [write for dummy, dummy_place, write in sorted(first, key=lambda each: each[:2])]
    writes += _removals(app, declared, planned, permits, refuse)
    return Decided(tuple(writes + last), tuple(refused))


def _place(values: Mapping[str, Any]) -> int:
    # Each is put behind those before it, so the first ones come first.
    position = values.get("position")
    return position if isinstance(position, int) else 0


def _behind(declared: Declared, kind: str, place: int) -> Tuple[str, ...]:
    before = [(_place(item.values), key) for (name, key), item in declared.state.items.items() if name == kind and 0 < _place(item.values) < place]
    return tuple(key for dummy, key in sorted(before, reverse=True))


_EFFECTS = {"access": "can lock everybody out", "bulk_effect": "starts something large", "hidden": "is hidden by the app, and not meant for people"}


def _values(declared: Declared, change: Change) -> Dict[str, Any]:
    item = declared.state.items[(change.resource, change.key)]
    if change.action == "create":
        return dict(item.values)
    return {each.path: item.values[each.path] for each in change.fields if each.declared is not ABSENT and each.path in item.values}


def _variable(app: App, change: Change, path: str) -> str:
    words = words_of(" ".join((change.resource, change.key, path.rpartition(".")[2])))
    return "_".join(["vault", app.name, *words]).lower()


def _twice(resource: SettingsResource, change: Change, values: Mapping[str, Any], planned: Planned, permits: Permits) -> Optional[Tuple[str, str]]:
    """What a new thing would have in common with one that is there under another name."""
    if change.action != "create" or "bulk_effect" in permits.allow:
        return None
    for path in resource.exclusive:
        own = _entries(values.get(path))
        for (kind, key), item in sorted(planned.running.items.items()):
            both = sorted(own & _entries(item.values.get(path)))
            if kind == resource.name and both:
                remedy = "give both one name, in git or in the app; or, where it is to be there twice, add bulk_effect to media_center_allow"
                return "the app has {0} already, as {1}".format(both[0], key), remedy
    return None


def _entries(value: Any) -> Set[str]:
    # A path is one with and without a slash at its end; what is not known has none.
    return {str(each).rstrip("/") for each in value} if isinstance(value, (list, tuple)) else set()


def _not_writable(app: App, resource: SettingsResource, change: Change, values: Mapping[str, Any]) -> Optional[Tuple[str, str]]:
    if change.action == "create" and not resource.create:
        return "the app ships its {0}s and takes no new one".format(resource.name), "take it out of git, or correct its name"
    lacking = [path for path in resource.needed if values.get(path) in (None, "", [])] if change.action == "create" else []
    if lacking:
        return "the app does not have it, and cannot create it without {0}".format(", ".join(lacking)), "write that into the settings file, too"
    if change.action == "update" and "implementation" in values:
        return "its implementation cannot be changed in place", "remove it in the app, then run reconcile again"
    for each in change.fields if change.action == "update" else ():
        needed = wrong_type(resource, each)
        if needed:
            return "{0} has to be {1}".format(each.path, needed), "correct the settings file"
    for path, value in values.items():
        if isinstance(value, NotComparable):
            remedy = "put its value into the vault, as {0} for instance, and write that variable into the settings file".format(_variable(app, change, path))
            return "{0} is declared as a secret to keep, and there is none yet".format(path), remedy
        if isinstance(value, Unknown):
            return "{0} is not known ({1})".format(path, value.reason), value.remedy
        emptied = value in ("", None) and change.action == "update" and resource.field(path).secret == "always"
        if value == MASK or emptied:
            what = "a mask" if value == MASK else "an empty text" if value == "" else "nothing"
            return "{0} would be overwritten by {1}".format(path, what), "give it a variable from the vault in the settings file"
    return None


def _apart(resource: SettingsResource, values: Mapping[str, Any], action: str) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    cutting = {path: value for path, value in values.items() if path in resource.access} if action == "update" else {}
    return {path: value for path, value in values.items() if path not in cutting}, cutting


def _bulk(resource: SettingsResource, values: Mapping[str, Any], action: str) -> List[str]:
    # Switching something off starts nothing, with most things; a new thing cannot be without what is no switch.
    wanted = [path for path in resource.bulk_effect if action != "create" or _is_switch(resource, path)]
    return [path for path, value in values.items() if path in wanted and (value not in (False, "disabled") or path in resource.either_way)]


def _is_switch(resource: SettingsResource, path: str) -> bool:
    return resource.properties.get(path) in ("bool", "enum")


def _removals(app: App, declared: Declared, planned: Planned, permits: Permits, refuse: Any) -> List[Write]:
    found: List[Write] = []
    for resource in sorted(app.resources.values(), key=lambda each: -each.order):
        changes = [
            each
            for each in planned.plan.changes
            # The default delay profile is the app's own.
            if each.action == "delete" and each.resource == resource.name and not (resource.shape == "delay_profile" and each.key == "default")
        ]
        if resource.name not in permits.prune or not changes:
            continue
        wanted = sum(1 for name, dummy in declared.state.items if name == resource.name)
        live = sum(1 for name, dummy in planned.running.items if name == resource.name)
        if not wanted or not resource.delete or resource.name in planned.running.unreadable:
            refuse(changes[0], "git declares none of its kind, or the app cannot remove it", "declare what is to stay")
        elif len(changes) > max(PRUNE_LIMIT, live // 3) and permits.prune_count != len(changes):
            refuse(
                changes[0],
                "{0} of {1} would be removed".format(len(changes), live),
                "set media_center_prune_count to {0} when that is right".format(len(changes)),
            )
        else:
            found += [Write("delete", each.resource, each.key) for each in changes]
    return found
