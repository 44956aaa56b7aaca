# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift in the store of an app of the lab: in every kind of setting each value becomes another one, a thing goes and another comes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import is_synced
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

from lab.apps.servarr_shape import Shape
from lab.apps.servarr_shapes import SHAPES

if TYPE_CHECKING:
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import SettingsResource

    from lab.apps.servarr_instance import Instance

_Row = dict[str, Any]
#: What cannot be just any other value in a house that runs: the app would not have taken it, or the lab could not be asked any more.
_TAKEN: dict[str, Any] = {
    "apiKey": None, "password": None, "enableSsl": None, "sslCertPath": None, "sslCertPassword": None, "port": None, "username": None,
    "bindAddress": "127.0.0.1", "urlBase": "/other", "branch": "nightly", "authenticationMethod": None, "updateScriptPath": "/data", "instanceName": None,
    "recycleBin": "/data/usenet",
}  # fmt: skip
#: Another thing than the first one of a kind, by the properties that name it.
_ANOTHER: dict[str, Any] = {"name": "Another", "label": "another", "path": "/data/another", "host": "another", "type": "another", "required": ["another"],
                            "tmdbId": 4711, "tvdbId": 4711, "foreignId": "aaaaaaaa-0000-4000-8000-000000000001", "foreignAuthorId": "4711"}  # fmt: skip


def plant(instance: Instance) -> dict[str, set[str]]:
    """Let every kind drift; by kind what was done to it: ``value``, ``list``, ``reference``, ``page``, ``missing``, ``unmanaged``."""
    done: dict[str, set[str]] = {}
    for resource in APPS[instance.name].resources.values():
        rows = instance.rows.get(resource.path.strip("/"))
        if resource.static or not rows:
            continue
        told = done.setdefault(resource.name, set())
        if resource.singleton:
            told.add("page")
            told |= _values(instance, resource, rows)
            continue
        own = [row for row in rows if not is_synced(APPS[instance.name], resource, _as_answer(row))]
        for row in own:
            # A profile that the app keeps to itself, which nobody can edit.
            told |= set() if (resource.name, row.get("name")) == ("metadata_profile", "None") else _values(instance, resource, row)
        if resource.shape == "delay_profile":
            placed = sorted((row for row in rows if row["tags"]), key=lambda row: int(row["order"]))
            for row, order in zip(placed, range(len(placed), 0, -1), strict=True):
                row["order"] = order
        told |= _come_and_go(instance, resource, rows, own)
    return done


def _as_answer(row: _Row) -> _Row:
    return {**row, "fields": [{"name": name, "value": value} for name, value in row.get("settings", {}).items()]}


def _values(instance: Instance, resource: SettingsResource, row: _Row) -> set[str]:
    told = set()
    types = instance.data["properties"][resource.path.strip("/")]
    for name, kind in resource.properties.items():
        if name not in row or name in (*resource.key, *resource.key_else, "implementation", "quality"):
            continue
        if name in resource.refs:
            told |= {"reference"} if _refer(instance, resource, row, name) else set()
        elif resource.shape in ("quality_profile", "metadata_profile") and isinstance(row[name], (list, dict)):
            told |= {"list"} if _SHAPED.get(name, _allowances)(row, name) else set()
        elif resource.shape == "quality_profile" and name == "cutoff":
            row[name] = next((_number(each) for each in row["items"] if each["allowed"] and _number(each) != row[name]), row[name])
        elif kind == "list" and row[name] and isinstance(row[name][0], dict):
            row[name] = []
            told.add("list")
        elif name != "specifications":
            row[name] = _another(name, types.get(name, "any"), row[name])
            told.add("list" if isinstance(row[name], list) else "value")
    if "settings" in row:
        told |= _settings(instance, resource, row)
    for condition in row.get("specifications") or ():
        condition["negate"] = not condition["negate"]
        told.add("value")
    return told


def _another(name: str, kind: str, value: Any) -> Any:
    if name in _TAKEN:
        return value if _TAKEN[name] is None else _TAKEN[name]
    if kind.startswith("enum"):
        return next((each for each in kind.rstrip("?").split()[1:] if each != value), value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    return [*value, "another"] if isinstance(value, list) else value


def _settings(instance: Instance, resource: SettingsResource, row: _Row) -> set[str]:
    told = set()
    template = instance.template(resource.path.strip("/"), row)
    assert template is not None
    for name, kind, privacy, type_, *_rest in template["fields"]:
        value = row["settings"].get(name)
        # A secret that the app masks cannot be compared without its database; a list of numbers says what the app knows.
        masked = instance.masks and privacy in ("apiKey", "password")
        if value is None or masked or kind in ("select", "info", "action") or name in ("definitionFile", "signIn"):
            continue
        if isinstance(value, list):
            row["settings"][name] = value[:-1] if value else [4711] if type_ == "ints" else ["another"] if type_ == "strs" else value
            told.add("list")
        else:
            row["settings"][name] = _another(name, "any", value)
            told.add("value")
    return told


def _refer(instance: Instance, resource: SettingsResource, row: _Row, name: str) -> bool:
    ref = resource.refs[name]
    there = [each["id"] for each in instance.rows[APPS[instance.name].resources[ref.resource].path.strip("/")]]
    if ref.many:
        # What the app does not know of a thing stays; the default delay profile has no tags.
        if resource.shape == "delay_profile" or name in resource.computed:
            return False
        row[name] = [each for each in there if each not in (row[name] or [])][:1]
        return True
    other = next((each for each in there if each != row[name]), None)
    if other is None:
        return False
    row[name] = other
    return True


def _number(item: _Row) -> int:
    return int(item["quality"]["id"] if item.get("quality") else item["id"])


def _turned(row: _Row, name: str) -> bool:
    """Qualities in another order, and one more of them allowed."""
    row[name] = list(reversed(row[name]))
    barred = next((each for each in row[name] if not each["allowed"]), None)
    if barred is not None:
        barred["allowed"] = True
    return True


def _scored(row: _Row, name: str) -> bool:
    for each in row[name]:
        each["score"] += 7
    return bool(row[name])


def _allowances(row: _Row, name: str) -> bool:
    """One more type is allowed, or one less where all are."""
    if not row[name] or not isinstance(row[name], list) or "allowed" not in row[name][0]:
        return False
    barred = next((each for each in row[name] if not each["allowed"]), row[name][0])
    barred["allowed"] = not barred["allowed"]
    return True


def _kept(row: _Row, name: str) -> bool:
    return False


_SHAPED = {"items": _turned, "formatItems": _scored, "language": _kept}


def _come_and_go(instance: Instance, resource: SettingsResource, rows: list[_Row], own: list[_Row]) -> set[str]:
    told = set()
    if resource.create and resource.delete and own:
        another = copy.deepcopy(own[0])
        another.update({name: value for name, value in _ANOTHER.items() if name in another and name in (*resource.key, *resource.key_else)})
        another["id"] = max(each["id"] for each in rows) + 100
        if resource.shape == "delay_profile":
            another["tags"], another["order"] = [instance.rows["tag"][0]["id"]], 1
        rows.append(another)
        SHAPES.get(resource.path.strip("/"), Shape()).created(instance, another)
        told.add("unmanaged")
    if resource.create and len(own) > 1 and not _used(instance, resource, own[-1]):
        SHAPES.get(resource.path.strip("/"), Shape()).deleting(instance, own[-1])
        rows.remove(own[-1])
        told.add("missing")
    return told


def _used(instance: Instance, resource: SettingsResource, row: _Row) -> bool:
    """Whether the app would not let go of it."""
    if row["id"] == 1 or (resource.name == "metadata_profile" and row["name"] == "None"):
        return True
    users = [(other, name) for other in APPS[instance.name].resources.values() for name, ref in other.refs.items() if ref.resource == resource.name]
    for other, name in users:
        told = instance.rows.get(other.path.strip("/")) or []
        for each in told if isinstance(told, list) else [told]:
            if row["id"] in (each.get(name) if isinstance(each.get(name), list) else [each.get(name)]):
                return True
    return False
