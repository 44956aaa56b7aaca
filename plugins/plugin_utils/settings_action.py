# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins of all settings modules share: the settings file is read here, so that its secrets travel apart."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleUndefinedVariable
from ansible.plugins.action import ActionBase
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import Travelling, Unrenderable, hidden, lines_of, split
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App
from ansible_collections.homelab.media_center.plugins.plugin_utils.guard import look
from ansible_collections.homelab.media_center.plugins.plugin_utils.templates import named_undefined, out_of_vault, trust_as_template

_NAMED = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)")


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
        app = self.apps.get(str(options.get("app")))
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
            options.update(settings=travelling.document, lines={place: list(told) for place, told in travelling.lines.items()})
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
        path = str(options.get("file") or "")
        if path and not os.path.isabs(path):
            path = os.path.join(str(options.get("repository_path") or ""), path)
        if not path or not os.path.exists(path):
            return Travelling(None)
        lines = lines_of(path)
        try:
            document = self._loader.load_from_file(path)
        except AnsibleError:
            raise GatewayError("{0} cannot be read by Ansible".format(path), remedy="correct the file") from None
        if document is None:
            return Travelling({}, (), lines)
        if not isinstance(document, Mapping):
            raise GatewayError("{0} has to be a dictionary of kinds".format(path), remedy="correct the file")
        return split(app, document, lambda value: self._rendered(value, variables), lines)

    def _rendered(self, value: Any, variables: dict[str, Any]) -> tuple[Any, bool]:
        vaulted = type(value).__name__ in ("EncryptedString", "AnsibleVaultEncryptedUnicode")
        if not vaulted and not (isinstance(value, str) and "{" in value):
            return value, False
        templar = self._templar.copy_with_new_env(available_variables=variables)
        try:
            rendered = str(value) if vaulted else templar.template(trust_as_template(str(value)))
        except AnsibleUndefinedVariable as error:
            raise Unrenderable("{0} is undefined".format(named_undefined(error))) from None
        except Exception as error:
            # Before ansible-core 2.19 a filter's own exception comes through as it is. The text of any may quote a value, so only its kind is told.
            if vaulted:
                raise Unrenderable("it cannot be decrypted") from None
            names = ", ".join(dict.fromkeys(_NAMED.findall(str(value)))) or "it"
            raise Unrenderable("{0} cannot be rendered ({1})".format(names, type(error).__name__)) from None
        # Before ansible-core 2.19 a value does not say that it came out of a vault, but such variables are called so.
        return rendered, vaulted or out_of_vault(rendered) or "vault" in str(value)
