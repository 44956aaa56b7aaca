# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app of the lab has stored, seen past its API: compared by name, wiped to a first start, and its secrets as a vault has them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import KEEP
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

from lab.apps.servarr_singletons import hashed
from support.servarr_data import PROVIDERS
from support.servarr_replay import Replay

if TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import SettingsResource

    from lab.apps.servarr_instance import Instance

#: What an app is told when it is started, and what no setting changes.
_OF_THE_START = ("apiKey", "port", "bindAddress")


def ui_password(instance: Instance) -> str:
    """The password of the app's own user, which the app keeps as a hash: set here, so that it is known."""
    plain = f"canary-{instance.name}-own-user-7f3a9c"
    instance.host["password"] = hashed(instance, plain)
    return plain


def furnish(instance: Instance) -> None:
    """More of what has an order or a number of its own: delay profiles behind each other, a group of qualities that somebody made, a tag without users."""
    if "delayprofile" in instance.rows:
        tags = {label: instance.insert("tag", {"label": label})["id"] for label in ("anime", "late")}
        first = next(row for row in instance.rows["delayprofile"] if row["tags"])
        instance.insert("delayprofile", {**first, "tags": [tags["anime"]], "usenetDelay": 15, "order": 2})
        instance.insert("delayprofile", {**first, "tags": [tags["late"]], "torrentDelay": 600, "order": 3})
        (profile,) = [row for row in instance.rows["qualityprofile"] if row["name"] == "Family"]
        single = [item for item in profile["items"] if item.get("quality") and item["allowed"] and item["quality"]["id"] != profile["cutoff"]][:2]
        group = {"id": 1077, "name": "Either of two", "items": [{**item, "allowed": True} for item in single], "allowed": True}
        if len(single) == 2:
            profile["items"] = [group if item is single[0] else item for item in profile["items"] if item is not single[1]]
    instance.insert("tag", {"label": "spare"})


def settings_stored(instance: Instance) -> dict[str, dict[str, Any]]:
    """The settings of every provider by its name, and the page of the host, secrets in clear. What Prowlarr keeps in another app is left out."""
    found: dict[str, dict[str, Any]] = {"config/host": {"": dict(instance.host)}}
    for kind in PROVIDERS:
        own = [row for row in instance.rows.get(kind, []) if not row["name"].endswith("(Prowlarr)")]
        # Texts for a person are no settings.
        found[kind] = {row["name"]: {name: copy.deepcopy(value) for name, value in row["settings"].items() if not name.startswith("info_")} for row in own}
    return found


def first_start(instance: Instance, recordings: Path) -> None:
    """Forget everything but what the real app makes by itself when it is started for the first time, as recorded."""
    kept = {name: instance.host[name] for name in _OF_THE_START}
    replay = Replay(instance.name, recordings)
    instance.rows.update({path: copy.deepcopy(replay.fresh(instance, path)) for path in instance.data["properties"] if path in instance.rows})
    instance.rows["config/host"].update(kept)
    # Numbers are others than they were: nothing that refers to a thing may do so by a number of before.
    instance.last_ids = {path: 40 for path, rows in instance.rows.items() if isinstance(rows, list)}
    instance.start()


def out_of_vault(name: str, document: dict[str, Any], instance: Instance, plain: str) -> tuple[dict[str, Any], dict[str, str]]:
    """An exported document in which each secret is a variable, and the variables with what the app has stored; `plain`: its user's password."""
    variables: dict[str, str] = {}

    def said(resource: SettingsResource, thing: dict[str, Any], value: Any, path: str) -> Any:
        if value == KEEP:
            variable = f"vault_{name}_{len(variables)}"
            variables[variable] = plain if (resource.name, path) == ("config_host", "password") else _stored(instance, resource, thing, path)
            return "{{ " + variable + " }}"
        if isinstance(value, dict):
            return {key: said(resource, thing, each, f"{path}.{key}" if path else key) for key, each in value.items()}
        return value

    found: dict[str, Any] = {}
    for kind, told in document.items():
        resource = APPS[name].resources[kind]
        found[kind] = said(resource, told, told, "") if resource.singleton else [said(resource, each, each, "") for each in told]
    return found, variables


def rendered(document: Any, variables: dict[str, str]) -> Any:
    """The same document with the values in the place of the variables, as Ansible renders it."""
    if isinstance(document, dict):
        return {name: rendered(each, variables) for name, each in document.items()}
    if isinstance(document, list):
        return [rendered(each, variables) for each in document]
    return variables.get(document[3:-3], document) if isinstance(document, str) else document


def _stored(instance: Instance, resource: SettingsResource, thing: dict[str, Any], path: str) -> str:
    rows = instance.rows[resource.path.strip("/")]
    row = rows if resource.singleton else next(each for each in rows if each[resource.key[0]] == thing[resource.key[0]])
    value = row["settings"][path.removeprefix("fields.")] if path.startswith("fields.") else row[path]
    assert value, (resource.name, path)
    return str(value)
