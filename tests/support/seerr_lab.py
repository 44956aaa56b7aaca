# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One of the lab's Overseerr, Jellyseerr and Seerr on a port of its own, with its settings in git, and its modules run against it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import yaml
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import hidden, split
from ansible_collections.homelab.media_center.plugins.module_utils.resources.seerr import APPS
from ansible_collections.homelab.media_center.plugins.modules import seerr_settings, seerr_settings_info

from lab.apps import seerr
from lab.apps.seerr_store import merged
from lab.faults import FaultFile
from lab.repositories import DATA
from lab.request_log import RequestLog
from lab.server import Request, serve
from support.settings_play import SettingsPlay
from support.settings_run import call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lab.server import Response

ALLOW = ["access", "bulk_effect"]
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


class SeerrLab(SettingsPlay):
    """One app. ``between`` changes answers on their way out."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder)
        self.name, self.table = name, APPS[name]
        self.app = seerr.of_app(name, house(name))
        self.between: Callable[[Request, Response], Response] | None = None
        self.faults = FaultFile(self.own(folder / "faults.json"))
        self._requests = self.own(folder / "requests.jsonl")
        self._log = RequestLog(self._requests)
        self._listener = serve(self, self.faults, self._log)
        self.url = self._listener.address

    @property
    def store(self) -> Any:
        """What it keeps."""
        return self.app.store

    def answer(self, request: Request) -> Response:
        response = self.app.answer(request)
        return self.between(request, response) if self.between is not None else response

    def failure(self, status: int) -> Response:
        return self.app.failure(status)

    def close(self) -> None:
        """Stop it."""
        self._listener.close()
        self._log.close()

    def reset(self) -> None:
        """The house as it was at first."""
        self.app.store = seerr.of_app(self.name, house(self.name)).store
        self.app.dead, self.between = False, None

    def hosts(self) -> dict[str, dict[str, Any]]:
        """Its variables in the inventory."""
        return {self.name: {"media_center_url": self.url, "media_center_api_key": self.app.api_key}}

    def answer_of(self, method: str, path: str) -> Any:
        """What it answers to its own key."""
        return json.loads(self.app.answer(Request(method, path, {}, {"x-api-key": self.app.api_key})).body)

    def requests(self) -> list[str]:
        """Every request that came, as method and path."""
        return ["{method} {path}".format(**json.loads(line)) for line in self._requests.read_text(encoding="utf-8").splitlines()]

    def writes(self) -> list[str]:
        """Every request that was not a reading one, by what it does and not by what it is called."""
        return [each for each in self.requests() if not each.startswith(("GET ", "HEAD ")) or any(part in each for part in NEVER)]

    def declare(self) -> dict[str, Any]:
        """Let git say what it has now, of every kind."""
        told = self.export(include=["user"])
        assert not told.get("failed"), told
        self.documents[self.name] = {"managed": list(self.table.resources), **told["settings"]}
        declared: dict[str, Any] = self.documents[self.name]
        return declared

    def export(self, **more: Any) -> dict[str, Any]:
        """What ``seerr_settings_info`` tells."""
        return call(seerr_settings_info, {"app": self.name, "url": self.url, "api_key": self.app.api_key, "timeout": 5, **more})

    def audit(self, document: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """What ``seerr_settings`` tells, in check mode unless told otherwise."""
        told = self.documents[self.name] if document is None else document
        travelling = split(self.table, copy.deepcopy(dict(told)), lambda value: (value, False), {})
        given = {"settings": travelling.document, "secrets": hidden(travelling.secrets), "file": f"apps/{self.name}.yml", "target": self.name}
        whole = {"app": self.name, "url": self.url, "api_key": self.app.api_key, "timeout": 5, "_ansible_check_mode": True, **given, **more}
        return call(seerr_settings, whole)

    def reconcile(self, document: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """The same with git winning, outside of check mode."""
        return self.audit(document, **{"git_wins": True, "_ansible_check_mode": False, **more})

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


def drift(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Kind, name and path of everything that an audit calls drift."""
    return [(each["resource"], each["key"], each["path"]) for each in result["media_center"]["findings"] if each["category"] == "drift"]


def codes(result: Mapping[str, Any]) -> list[str]:
    """The codes of all findings."""
    return [each["code"] for each in result["media_center"]["findings"]]
