# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The apps of the lab's house beside the *arr apps: what makes each of them as the house has it, and what an operator knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import yaml

from lab.apps import bazarr, qbittorrent, seerr
from lab.apps.gluetun import Gluetun
from lab.apps.plex import Plex
from lab.repositories import DATA
from lab.server import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class App(Protocol):
    """A stand-in with the key that opens it."""

    name: str

    @property
    def api_key(self) -> str:
        """The key of its API."""

    def answer(self, request: Request) -> Response:
        """The answer of a healthy app."""

    def failure(self, status: int) -> Response:
        """What it sends along with an error status."""

    def close(self) -> None:
        """End what hangs."""


#: By the name of the app, which is its host and its group in the inventory, too.
OTHERS: dict[str, Callable[[], App]] = {
    "bazarr": bazarr.of_house,
    "gluetun": Gluetun,
    "overseerr": seerr.of_house,
    "plex": Plex,
    "qbittorrent": qbittorrent.of_house,
}
#: Those that keep a file in their folder on the docker host.
WITH_FOLDER: dict[str, Callable[[Path], App]] = {"qbittorrent": qbittorrent.of_house}


def vault() -> dict[str, dict[str, Any]]:
    """The variables of an operator's vault, by host: `data/<app>/vault.yml`."""
    found: dict[str, dict[str, Any]] = {}
    for name in OTHERS:
        path = DATA / name / "vault.yml"
        if path.exists():
            found.update(yaml.safe_load(path.read_text(encoding="utf-8")))
    return found
