# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two sides of a comparison made from answers of the apps, without an app and without Ansible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.core.compare import compare
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import NotComparable, State
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import canonical, declared_state, listed, names_of, running_state
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Plan
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource

#: What a settings file has for each secret that it takes from a vault.
VAULT = "from the vault"


def resource_of(app: str, path: str) -> SettingsResource:
    """The record of what an app serves at a path below its prefix."""
    return next(each for each in APPS[app].resources.values() if each.path.strip("/") == path.strip("/"))


def raw_of(app: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers by path, as recorded, by the name of the record."""
    found = {name: answers.get(each.path, answers.get(each.path.strip("/"))) for name, each in APPS[app].resources.items()}
    return {name: answer for name, answer in found.items() if answer is not None}


def one(resource: SettingsResource, answer: Mapping[str, Any]) -> dict[str, Any]:
    """A list of one thing, or the one page."""
    return {resource.name: dict(answer) if resource.singleton else [dict(answer)]}


def declared_of(app: App, raw: Mapping[str, Any]) -> State:
    """What a settings file says that declares what was read, with every secret from a vault."""
    names = names_of(app, raw)
    document: dict[str, Any] = {}
    for name, answers in raw.items():
        resource = app.resources[name]
        if not resource.static:
            things = [from_vault(canonical(resource, each, names)) for each in listed(resource, answers)]
            document.update({name: things[0] if resource.singleton else things} if all(things) else {})
    return declared_state(app, document)


def from_vault(value: Any) -> Any:
    """The same, with a text in the place of each masked secret."""
    if isinstance(value, dict):
        return {name: from_vault(each) for name, each in value.items()}
    return VAULT if isinstance(value, NotComparable) else value


def plan_of(app: App, declared: State, raw: Mapping[str, Any]) -> Plan:
    """The comparison of a declared side with answers."""
    return compare(declared, running_state(app, raw, declared), app.resources)
