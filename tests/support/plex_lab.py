# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's Plex in this process, and its modules against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.resources.plex import PLEX
from ansible_collections.homelab.media_center.plugins.modules import plex_settings, plex_settings_info

from lab.apps.plex import Plex
from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import serve
from support.settings_run import as_sent, call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lab.server import Request, Response


class PlexLab:
    """One server on a port of its own. ``plex`` is its state, ``asked`` the requests that came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.renew()
        self.name = self.plex.name
        self._log = RequestLog(folder / "requests.jsonl")
        self._listener = serve(self, FaultFile(folder / "faults.json"), self._log)
        self.url = self._listener.address

    def renew(self) -> None:
        """A fresh server, of which nobody asked anything. ``instead`` answers in its place where it gives something."""
        self.plex = Plex()
        self.asked: list[Request] = []
        self.instead: Callable[[Request], Response | None] = lambda request: None

    def close(self) -> None:
        """Stop it."""
        self._listener.close()
        self._log.close()

    def answer(self, request: Request) -> Response:
        """What the server answers."""
        self.asked.append(request)
        return self.instead(request) or self.plex.answer(request)

    def failure(self, status: int) -> Response:
        """What the server sends along with an error status."""
        return self.plex.failure(status)

    def fails(self, status: int, path: str = "") -> None:
        """Let one path fail, or all."""
        self.instead = lambda request: self.plex.failure(status) if path in ("", request.path) else None

    def requests(self) -> list[str]:
        """Every request that came, as method and path."""
        return [f"{each.method} {each.path}" for each in self.asked]

    def writes(self) -> list[str]:
        """Every request that changes something; the reading method starts a scan, too."""
        return [each for each in self.requests() if not each.startswith("GET ") or "/refresh" in each]

    def export(self, **more: Any) -> dict[str, Any]:
        """What ``plex_settings_info`` tells."""
        return call(plex_settings_info, {**self._reached(), **more})

    def settings(self, document: Mapping[str, Any] | None, check: bool = True, **more: Any) -> dict[str, Any]:
        """What ``plex_settings`` tells, in check mode unless told otherwise."""
        told: dict[str, Any] = {}
        if document is not None:
            told = as_sent(PLEX, document)
        return call(plex_settings, {**self._reached(), "target": "plex", "file": "apps/plex.yml", **told, "_ansible_check_mode": check, **more})

    def _reached(self) -> dict[str, Any]:
        return {"url": self.url, "api_key": self.plex.token, "timeout": 5}
