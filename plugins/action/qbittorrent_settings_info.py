# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module, but for a login that was refused before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.homelab.media_center.plugins.plugin_utils.one_login import OneLogin


class ActionModule(OneLogin):
    """Runs the module of the same name."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The module's result."""
        result = super().run(tmp, task_vars)
        result.update(self._execute_module("homelab.media_center.qbittorrent_settings_info", dict(self._task.args), task_vars=task_vars))
        return result
