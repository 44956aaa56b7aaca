# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the settings file of qBittorrent on the control node, with its secrets apart, and run the module."""

from __future__ import annotations

from ansible_collections.homelab.media_center.plugins.module_utils.resources.qbittorrent import QBITTORRENT
from ansible_collections.homelab.media_center.plugins.plugin_utils.one_login import OneLogin
from ansible_collections.homelab.media_center.plugins.plugin_utils.settings_action import SettingsAction

APPS = {QBITTORRENT.name: QBITTORRENT}


class ActionModule(SettingsAction, OneLogin):
    """Runs the module of the same name."""

    module_name = "homelab.media_center.qbittorrent_settings"
    apps = APPS
