# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five apps by name, for what serves them all. What serves one app imports that app's table alone."""

from __future__ import annotations

from typing import Dict

from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_lidarr import LIDARR
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_prowlarr import PROWLARR
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_radarr import RADARR
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_readarr import READARR
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_sonarr import SONARR
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

#: By the name of the inventory group.
APPS: Dict[str, App] = {each.name: each for each in (RADARR, SONARR, LIDARR, READARR, PROWLARR)}
