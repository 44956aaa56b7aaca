# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's Bazarr on a port of its own, and its modules run against it in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr import Bazarr
from ansible_collections.homelab.media_center.plugins.module_utils.resources.bazarr import BAZARR
from ansible_collections.homelab.media_center.plugins.modules import bazarr_settings, bazarr_settings_info

from lab.apps import bazarr
from support.one_app import OneApp

if TYPE_CHECKING:
    from pathlib import Path

KEY = bazarr.house()["api_key"]
#: Every kind that git can name.
KINDS = tuple(BAZARR.resources)


class BazarrLab(OneApp):
    """One instance with the lab's settings."""

    table = BAZARR
    modules = (bazarr_settings, bazarr_settings_info)

    def __init__(self, folder: Path, stand_in: bazarr.Bazarr | None = None) -> None:
        super().__init__(folder, stand_in or bazarr.of_house())

    def close(self) -> None:
        """Stop it, hanging answers too."""
        self.app.close()
        super().close()

    @property
    def key(self) -> str:
        """The key that the house knows: the app's own may be changed."""
        return str(KEY)

    @property
    def document(self) -> dict[str, Any] | None:
        """What git declares; None where there is no file."""
        return self.documents.get("bazarr")

    @property
    def settings(self) -> dict[str, Any]:
        """What it has stored."""
        stored: dict[str, Any] = self.app.store.settings
        return stored

    def gateway(self, key: str = KEY, timeout: float = 5) -> Bazarr:
        """A gateway with a session of its own."""
        return Bazarr(BAZARR, Session(Address("bazarr", self.url, {BAZARR.key_header: key}, timeout=timeout)))
