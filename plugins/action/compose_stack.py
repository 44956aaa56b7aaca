# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what git declares on the control node, hand it to the module on the docker host, and say where in git each finding stands."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleUndefinedVariable
from ansible.plugins.action import ActionBase
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import worst
from ansible_collections.homelab.media_center.plugins.module_utils.repo.compose_file import Stack
from ansible_collections.homelab.media_center.plugins.module_utils.repo.declared import DEFAULT_REPOSITORY, Declared, Reader, fill_sources
from ansible_collections.homelab.media_center.plugins.module_utils.repo.template import refuse_calls
from ansible_collections.homelab.media_center.plugins.module_utils.repo.tree import Render, Tree
from ansible_collections.homelab.media_center.plugins.plugin_utils.guard import look
from ansible_collections.homelab.media_center.plugins.plugin_utils.templates import named_undefined, trust_as_template


class ActionModule(ActionBase):
    """Runs the module of the same name."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The module's result, with the lines of git filled in. A fault of the declared side never hides what runs."""
        started = time.time()
        variables = dict(task_vars or {})
        result = super().run(tmp, variables)
        options = dict(self._task.args)
        guard = look(options, _used(options))
        if guard.refused:
            options["git_wins"] = []
        try:
            declared = self._declared(options, variables)
        except GatewayError as error:
            result.update(failed=True, msg=str(error), started=started)
            return result
        for name in ("repositories", "revision"):
            options.pop(name, None)
        options.update(
            stacks=declared.module_stacks(),
            sources=declared.packed,
            # One key a task: fingerprints of two hosts need not, and so shall not, be comparable.
            fingerprint_key=secrets.token_hex(32),
            target=variables.get("inventory_hostname", ""),
        )
        try:
            result.update(self._execute_module("homelab.media_center.compose_stack", module_args=options, task_vars=variables))
        except AnsibleConnectionFailure as error:
            result.update(unreachable=True, msg=str(error))
        told = result.get("media_center")
        if isinstance(told, dict):
            _complete(told, declared)
            guard.tell(told, str(options["target"]))
        result["started"] = started
        return result

    def _declared(self, options: dict[str, Any], variables: dict[str, Any]) -> Declared:
        entries = options.get("stacks") or []
        repositories = options.get("repositories") or {}
        if not isinstance(entries, list) or not all(isinstance(each, Mapping) and each.get("name") for each in entries):
            raise GatewayError("stacks has to be a list of dictionaries, each with a name", remedy="correct media_center_stacks")
        names = [str(each["name"]) for each in entries]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise GatewayError("stacks names {0} more than once".format(", ".join(twice)), remedy="correct media_center_stacks")
        if not isinstance(repositories, Mapping):
            raise GatewayError("repositories has to be a dictionary of name and path", remedy="correct media_center_repositories")
        reader = Reader(repositories, str(options.get("revision") or ""), self._renderer(variables))
        return reader.read(entries)

    def _renderer(self, variables: dict[str, Any]) -> Callable[[Stack, Tree], Render]:
        def of_stack(stack: Stack, tree: Tree) -> Render:
            known: dict[str, Any] = {}

            def render(path: str, text: str) -> str:
                refuse_calls(path, text)
                if not known:
                    known.update(variables)
                    for each in stack.vars_files:
                        known.update(self._vars_file(os.path.join(str(tree.checkout.root), each)))
                return self._rendered(path, text, known)

            return render

        return of_stack

    def _vars_file(self, path: str) -> Mapping[str, Any]:
        try:
            loaded = self._loader.load_from_file(path)
        except AnsibleError:
            raise GatewayError(
                "the vars file {0} cannot be read".format(path), remedy="correct its path in the stack's vars_files, or give the vault password"
            ) from None
        if not isinstance(loaded, Mapping):
            raise GatewayError("the vars file {0} holds no dictionary".format(path), remedy="correct the file")
        return loaded

    def _rendered(self, path: str, text: str, variables: dict[str, Any]) -> str:
        templar = self._templar.copy_with_new_env(available_variables=variables)
        # ansible-core before 2.19 would turn a text that looks like data into data.
        more: dict[str, Any] = {} if hasattr(templar, "evaluate_expression") else {"convert_data": False}
        try:
            rendered = templar.template(trust_as_template(text), escape_backslashes=False, **more)
        except AnsibleUndefinedVariable as error:
            name = named_undefined(error)
            raise GatewayError(
                "the template {0} needs {1}, which is undefined".format(path, name),
                remedy="define it for the docker host, or list the file that does in the stack's vars_files",
            ) from None
        except Exception as error:
            # Before ansible-core 2.19 a filter's own exception comes through as it is. The text of any may quote a value, so only its kind is told.
            raise GatewayError(
                "the template {0} cannot be rendered ({1})".format(path, type(error).__name__),
                remedy="render it with ansible.builtin.template to see the whole message",
            ) from None
        return rendered if isinstance(rendered, str) else str(rendered)


def _complete(told: dict[str, Any], declared: Declared) -> None:
    """Add to the module's result what only the control node knows."""
    fill_sources(told.get("findings") or [], declared)
    told["repositories"] = [dict(each) for each in declared.repositories]
    # Also of a host whose engine could not be asked it is known which stacks are named for it.
    matched = {each["name"] for each in told.get("candidates") or [] if each["matched"]}
    told["candidates"] = [
        {"name": each["name"], "repository": each["repository"], "folder": each["folder"], "assigned": each["assigned"], "matched": each["name"] in matched}
        for each in declared.module_stacks()
    ]
    if declared.gaps:
        told["gaps"] = list(told.get("gaps") or []) + [
            {"kind": gap.kind, "resource": gap.resource, "key": gap.key, "path": gap.path, "reason": gap.reason, "remedy": gap.remedy} for gap in declared.gaps
        ]
        told["unknown"] = told.get("unknown", 0) + len(declared.gaps)
        told["verdict"] = worst([told.get("verdict", "unknown"), "unknown"])


def _used(options: Mapping[str, Any]) -> dict[str, Any]:
    """The checkouts that the given stacks come from."""
    repositories, entries = options.get("repositories"), options.get("stacks")
    if not isinstance(repositories, Mapping):
        return {}
    named = {str(each.get("repository") or DEFAULT_REPOSITORY) for each in entries or () if isinstance(each, Mapping)} or {DEFAULT_REPOSITORY}
    return {name: path for name, path in repositories.items() if name in named}
