# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins of an app share that bans an address after some refused logins: one refusal ends all attempts of a run."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import wrapped


class OneLogin(ActionBase):
    """Hands a module the knowledge of an earlier refusal, and keeps that of a new one until this run of Ansible ends."""

    def _execute_module(self, module_name: Any = None, module_args: Any = None, *args: Any, **more: Any) -> dict[str, Any]:
        options = dict(module_args or {})
        refusal = refusal_of(options.get("url"), options.get("username"))
        options["login_refused"] = bool(options.get("login_refused")) or refusal.exists()
        if isinstance(options.get("password"), str):
            options["password"] = wrapped(options["password"])
        result: dict[str, Any] = super()._execute_module(module_name, options, *args, **more)
        if result.get("login_refused"):
            refusal.touch()
        return result


def refusal_of(url: Any, username: Any) -> Path:
    """The file that says that a login was refused, in the folder that Ansible makes for one run and removes at its end. Workers of a run share it."""
    who = hashlib.sha256(f"{username} at {url}".encode()).hexdigest()
    return Path(constants.DEFAULT_LOCAL_TMP) / f"media_center_refused_{who}"
