# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A settings file on the control node: where it is, what Ansible reads of it, and what each value is for one host."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import Unrenderable
from ansible_collections.homelab.media_center.plugins.plugin_utils.templates import named_undefined, out_of_vault, trust_as_template

_NAMED = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)")


def path_of(repository_path: Any, file: Any) -> str:
    """The path of a settings file that is named by itself or within a checkout; empty where none is there."""
    path = os.path.expanduser(os.path.join(str(repository_path or ""), os.path.expanduser(str(file or ""))))
    return path if file and os.path.exists(path) else ""


def document_of(loader: Any, path: str) -> Mapping[str, Any]:
    """What stands in a settings file, not rendered. Raises GatewayError where it is no dictionary of kinds."""
    try:
        # "unsafe" spares a copy, which would take four times as long as reading: nothing here changes what was read.
        document = loader.load_from_file(path, unsafe=True)
    except AnsibleError:
        raise GatewayError("{0} cannot be read by Ansible".format(path), remedy="correct the file") from None
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise GatewayError("{0} has to be a dictionary of kinds".format(path), remedy="correct the file")
    return document


def rendered(templar: Any, value: Any, variables: Mapping[str, Any]) -> tuple[Any, bool]:
    """One value with a host's variables, and whether it came out of a vault. Raises Unrenderable, which quotes no value."""
    vaulted = type(value).__name__ in ("EncryptedString", "AnsibleVaultEncryptedUnicode")
    if not vaulted and not (isinstance(value, str) and "{" in value):
        return value, False
    ours = templar.copy_with_new_env(available_variables=variables)
    try:
        told = str(value) if vaulted else ours.template(trust_as_template(str(value)))
    except AnsibleUndefinedVariable as error:
        raise Unrenderable("{0} is undefined".format(named_undefined(error))) from None
    except Exception as error:
        # Before ansible-core 2.19 a filter's own exception comes through as it is. The text of any may quote a value, so only its kind is told.
        if vaulted:
            raise Unrenderable("it cannot be decrypted") from None
        names = ", ".join(dict.fromkeys(_NAMED.findall(str(value)))) or "it"
        raise Unrenderable("{0} cannot be rendered ({1})".format(names, type(error).__name__)) from None
    # Before ansible-core 2.19 a value does not say that it came out of a vault, but such variables are called so.
    return told, vaulted or out_of_vault(told) or "vault" in str(value)
