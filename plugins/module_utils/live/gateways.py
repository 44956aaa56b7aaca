# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every app that has settings, with the gateway that reads it: for what serves them all on the control node.

A module serves one family and imports that family alone.
"""

from __future__ import annotations

from typing import Any, Dict, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr import Bazarr
from ansible_collections.homelab.media_center.plugins.module_utils.live.plex import Plex
from ansible_collections.homelab.media_center.plugins.module_utils.live.qbittorrent import Qbittorrent
from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr import Seerr
from ansible_collections.homelab.media_center.plugins.module_utils.live.servarr import Servarr
from ansible_collections.homelab.media_center.plugins.module_utils.resources import seerr, servarr
from ansible_collections.homelab.media_center.plugins.module_utils.resources.bazarr import BAZARR
from ansible_collections.homelab.media_center.plugins.module_utils.resources.plex import PLEX
from ansible_collections.homelab.media_center.plugins.module_utils.resources.qbittorrent import QBITTORRENT
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

#: By the name of the app: its table and its gateway.
GATEWAYS: Dict[str, Tuple[App, Any]] = {
    **{name: (app, Servarr) for name, app in servarr.APPS.items()},
    **{name: (app, Seerr) for name, app in seerr.APPS.items()},
    BAZARR.name: (BAZARR, Bazarr),
    PLEX.name: (PLEX, Plex),
    QBITTORRENT.name: (QBITTORRENT, Qbittorrent),
}
