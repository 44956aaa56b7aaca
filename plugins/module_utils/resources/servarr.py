# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five apps by name. What serves one app brings in that app's table alone."""

from __future__ import annotations

from typing import Callable, Dict, Iterator, Mapping

from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App


def _lidarr() -> App:
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_lidarr import LIDARR

    return LIDARR


def _prowlarr() -> App:
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_prowlarr import PROWLARR

    return PROWLARR


def _radarr() -> App:
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_radarr import RADARR

    return RADARR


def _readarr() -> App:
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_readarr import READARR

    return READARR


def _sonarr() -> App:
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_sonarr import SONARR

    return SONARR


class _Apps(Mapping[str, App]):
    """Brings a table in when it is first asked for."""

    def __init__(self, tables: Dict[str, Callable[[], App]]) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> App:
        return self._tables[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


#: By the name of the inventory group.
APPS: Mapping[str, App] = _Apps({"radarr": _radarr, "sonarr": _sonarr, "lidarr": _lidarr, "readarr": _readarr, "prowlarr": _prowlarr})
