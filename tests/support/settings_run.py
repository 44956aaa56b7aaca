# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a settings module against an app in this process, as Ansible would run it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any
from unittest import mock

from ansible.module_utils import basic
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import hidden, split
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS
from ansible_collections.homelab.media_center.plugins.modules import servarr_settings, servarr_settings_info

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

    from support.scripted_app import ScriptedApp


class Ended(Exception):
    """The module exited; ``result`` is what it told."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(result.get("msg", ""))
        self.result = result


def call(module: ModuleType, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a module, with everything cut out that it was told not to log."""

    def ended(self: basic.AnsibleModule, told: dict[str, Any]) -> None:
        raise Ended(json.loads(json.dumps(basic.remove_values(told, self.no_log_values))))

    def exited(self: basic.AnsibleModule, **told: Any) -> None:
        ended(self, told)

    def failed(self: basic.AnsibleModule, msg: str, **told: Any) -> None:
        ended(self, {"failed": True, "msg": msg, **told})

    text = json.dumps({"ANSIBLE_MODULE_ARGS": {"_ansible_remote_tmp": "/tmp", "_ansible_keep_remote_files": False, **arguments}})
    patches: list[Any] = [mock.patch.object(basic.AnsibleModule, "exit_json", exited), mock.patch.object(basic.AnsibleModule, "fail_json", failed)]
    patches.append(mock.patch.object(basic, "_ANSIBLE_ARGS", text.encode()))
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        patches.append(mock.patch.object(basic, "_ANSIBLE_PROFILE", "legacy"))
    for patch in patches:
        patch.start()
    try:
        module.main()
    except Ended as end:
        return end.result
    finally:
        for patch in patches:
            patch.stop()
    raise AssertionError("the module neither exited nor failed")


def as_sent(app: App, document: Mapping[str, Any]) -> dict[str, Any]:
    """A settings file as the action plugin sends it: its secrets travel apart."""
    travelling = split(app, copy.deepcopy(dict(document)), lambda value: (value, False), {})
    return {"settings": travelling.document, "secrets": hidden(travelling.secrets)}


def drift(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Kind, name and path of everything that a module, or a target of the report, calls drift."""
    findings = result.get("media_center", result)["findings"]
    return [(each["resource"], each["key"], each["path"]) for each in findings if each["category"] == "drift"]


def codes(result: Mapping[str, Any]) -> list[str]:
    """The codes of all findings of a module."""
    return [each["code"] for each in result["media_center"]["findings"]]


def settings(app: ScriptedApp, document: Mapping[str, Any] | None, check: bool = False, **more: Any) -> dict[str, Any]:
    """What ``servarr_settings`` tells of an app, with a document whose secrets travel apart as the action plugin sends them."""
    told: dict[str, Any] = {"app": "radarr", "target": "radarr4k", "url": app.url, "api_key": app.key, "timeout": 5, "file": "apps/radarr4k.yml"}
    if document is not None:
        told.update(as_sent(APPS["radarr"], document))
    return call(servarr_settings, {**told, "_ansible_check_mode": check, **more})


def export(app: ScriptedApp, **more: Any) -> dict[str, Any]:
    """What ``servarr_settings_info`` tells of an app."""
    return call(servarr_settings_info, {"app": "radarr", "url": app.url, "api_key": app.key, "timeout": 5, **more})
