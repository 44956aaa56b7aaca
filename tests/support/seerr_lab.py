# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One of the lab's Overseerr, Jellyseerr and Seerr on a port of its own, with its settings in git, and its modules run against it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import yaml
from ansible_collections.homelab.media_center.plugins.module_utils.resources.seerr import APPS
from ansible_collections.homelab.media_center.plugins.modules import seerr_settings, seerr_settings_info

from lab.apps import seerr
from lab.apps.seerr_store import merged
from lab.repositories import DATA
from lab.server import Request
from support.one_app import OneApp

if TYPE_CHECKING:
    from pathlib import Path


#: What only the newer ones have.
_NEWER: dict[str, Any] = {
    "settings": {
        "pages": {"network": {"proxy": {"enabled": True, "hostname": "proxy.lan", "password": "canary-seerr-proxy-01-7f3a9c"}}},
        "agents": {"ntfy": {"enabled": True, "types": 8, "options": {"topic": "requests", "token": "canary-seerr-ntfy-01-7f3a9c"}}},
    },
    "rules": [
        {"id": 1, "radarrServiceId": 0, "sonarrServiceId": None, "users": "2", "genre": "16,10751", "language": None, "keywords": None, "profileId": 6,
         "rootFolder": "/data/media/kids", "tags": "1", "createdAt": "2026-11-23T19:09:52.000Z", "updatedAt": "2026-11-23T19:09:52.000Z"},
    ],
}  # fmt: skip
#: What an audit never asks: reads that write or end the app, and what has its own side.
NEVER = ("/library", "/service/", "/profiles", "/test", "/sync", "/discover", "/cache", "/regenerate")


def house(name: str) -> dict[str, Any]:
    """The settings of the lab's house for one of the three."""
    told: dict[str, Any] = yaml.safe_load((DATA / "overseerr" / "house.yml").read_text(encoding="utf-8"))
    if name != "overseerr":
        told["settings"]["agents"].pop("lunasea")
        main = told["settings"]["pages"]["main"]
        main["discoverRegion"] = main.pop("region")
        told = merged(told, _NEWER)
    return told


class SeerrLab(OneApp):
    """One of the three apps."""

    modules = (seerr_settings, seerr_settings_info)

    def __init__(self, folder: Path, name: str) -> None:
        self.table = APPS[name]
        super().__init__(folder, seerr.of_app(name, house(name)))

    @property
    def store(self) -> Any:
        """What it keeps."""
        return self.app.store

    def reset(self) -> None:
        """The house as it was at first."""
        self.app.store = seerr.of_app(self.name, house(self.name)).store
        self.app.dead, self.between = False, None

    def answer_of(self, method: str, path: str) -> Any:
        """What it answers to its own key."""
        return json.loads(self.app.answer(Request(method, path, {}, {"x-api-key": self.key})).body)

    def writes(self) -> list[str]:
        """Every request that was not a reading one, by what it does and not by what it is called."""
        return [each for each in self.requests() if not each.startswith(("GET ", "HEAD ")) or any(part in each for part in NEVER)]

    def declare(self, **more: Any) -> dict[str, Any]:
        """Let git say what it has now, of every kind, users too."""
        return super().declare(include=["user"], **more)

    def with_secrets(self) -> dict[str, Any]:
        """What git declares, with every secret as a vault would have it."""
        told = copy.deepcopy(self.documents[self.name])
        told["main"].pop("apiKey")
        memory = self.store.memory
        for kind in ("radarr", "sonarr"):
            for each in told[f"{kind}_server"]:
                each["apiKey"] = next(row["apiKey"] for row in memory[kind] if row["name"] == each["name"])
        if told.get("tautulli", {}).get("apiKey"):
            told["tautulli"]["apiKey"] = memory["pages"]["tautulli"]["apiKey"]
        if isinstance(told.get("network", {}).get("proxy", {}).get("password"), dict):
            told["network"]["proxy"]["password"] = memory["pages"]["network"]["proxy"]["password"]
        for agent in told["notification"]:
            stored = memory["agents"][agent["agent"]]["options"]
            agent["options"].update({name: stored[name] for name, value in agent["options"].items() if value == {"secret": True}})
        return told
