# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the declared passwords of the apps' own users out of their settings files on the control node, and run the module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_app_files import APP_FILES
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import Unrenderable
from ansible_collections.homelab.media_center.plugins.plugin_utils.settings_source import document_of, path_of, rendered


class ActionModule(ActionBase):
    """Runs the module of the same name with one more secret argument."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The module's result."""
        variables = dict(task_vars or {})
        result = super().run(tmp, variables)
        options = dict(self._task.args)
        found: dict[str, str] = {}
        apps = options.get("apps")
        if isinstance(apps, list) and all(isinstance(each, Mapping) for each in apps):
            options["apps"] = [{name: value for name, value in each.items() if name != "settings_file"} for each in apps]
            for each in apps:
                password = self._password(each.get("settings_file"), str(each.get("app")), variables)
                if password:
                    found[str(each.get("name"))] = password
        # Whoever gives them by hand means these alone.
        if found and options.get("declared_passwords") is None:
            options["declared_passwords"] = json.dumps(found)
        result.update(self._execute_module(module_name="homelab.media_center.app_secrets_info", module_args=options, task_vars=variables))
        return result

    def _password(self, file: Any, app: str, variables: Mapping[str, Any]) -> str:
        """The declared password; empty where there is none. What is wrong with a file the module of its settings tells."""
        if app not in APP_FILES:
            return ""
        kind, dummy, name = APP_FILES[app].place.split("/")
        path = path_of("", file)
        try:
            page = document_of(self._loader, path).get(kind) if path else None
            told = rendered(self._templar, page.get(name), variables)[0] if isinstance(page, Mapping) else None
        except (GatewayError, Unrenderable):
            return ""
        return str(told) if isinstance(told, str) else ""
