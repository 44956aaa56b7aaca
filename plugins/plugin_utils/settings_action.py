# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins of all settings modules share: the settings file is read here, so that its secrets travel apart."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import Travelling, hidden, lines_of, split
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App
from ansible_collections.homelab.media_center.plugins.plugin_utils.guard import look
from ansible_collections.homelab.media_center.plugins.plugin_utils.settings_source import document_of, path_of, rendered
from ansible_collections.homelab.media_center.plugins.plugin_utils.templates import out_of_vault


class SettingsAction(ActionBase):
    """Runs the module of the same name with the declared side of one instance. Subclasses say which apps they know."""

    _supports_check_mode = True
    _supports_diff = True

    module_name = ""
    apps: Mapping[str, App] = {}

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The module's result. A settings file that cannot be read is an error of the declared side; the app is read all the same."""
        started = time.time()
        variables = dict(task_vars or {})
        result = super().run(tmp, variables)
        options = dict(self._task.args)
        app = self.apps.get(str(options.get("app") or (next(iter(self.apps)) if len(self.apps) == 1 else "")))
        if app is None:
            result.update(failed=True, msg="app has to be one of {0}".format(", ".join(sorted(self.apps))), started=started)
            return result
        repository = str(options.get("repository") or "homelab-apps")
        # What is not from the checkout, such as settings that were kept before a write, is what the user wants now.
        from_checkout = options.get("settings") is None and not os.path.isabs(str(options.get("file") or ""))
        guard = look(options, {repository: options.get("repository_path")} if from_checkout else {})
        if guard.refused:
            options["git_wins"] = False
        try:
            travelling = self._declared(app, options, variables)
            options.update(settings=travelling.document, lines=json.dumps(travelling.lines) if travelling.lines else "")
        except GatewayError as error:
            travelling = Travelling(None)
            options.update(settings=None, fault=str(error))
        # Of a dictionary that nobody logs, Ansible would cut each value out of every text of the result, however short it is.
        options["secrets"] = hidden(travelling.secrets, options.pop("headers", None))
        options.setdefault("target", variables.get("inventory_hostname", ""))
        try:
            result.update(self._execute_module(self.module_name, module_args=options, task_vars=variables))
        except AnsibleConnectionFailure as error:
            result.update(unreachable=True, msg=str(error))
        if isinstance(result.get("media_center"), dict):
            guard.tell(result["media_center"], str(options["target"]))
        result["started"] = started
        return result

    def _declared(self, app: App, options: dict[str, Any], variables: dict[str, Any]) -> Travelling:
        inline = options.pop("settings", None)
        if inline is not None:
            if not isinstance(inline, Mapping):
                raise GatewayError("settings has to be a dictionary of kinds", remedy="correct the task")
            return split(app, inline, lambda value: (value, out_of_vault(value)), {})
        path = path_of(options.get("repository_path"), options.get("file"))
        if not path:
            return Travelling(None)
        lines = lines_of(path)
        return split(app, document_of(self._loader, path), lambda value: rendered(self._templar, value, variables), lines)
