# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five stand-ins of the lab in this process, their settings in git, and audits of them: in this process and by the playbooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS
from ansible_collections.homelab.media_center.plugins.modules import servarr_settings, servarr_settings_info

from lab.apps import servarr
from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import serve
from support.one_app import Served
from support.settings_play import PLAYBOOK, SettingsPlay
from support.settings_run import as_sent, call

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.server import Request, Response

__all__ = ["NAMES", "PLAYBOOK", "SettingsLab"]
NAMES = tuple(APPS)


class SettingsLab(SettingsPlay):
    """The five apps on ports of their own. ``faults`` are asked before each answer; ``documents`` are what git declares of each app."""

    def __init__(self, folder: Path, faults: FaultFile | None = None) -> None:
        super().__init__(folder)
        self._requests = self.own(folder / "requests.jsonl")
        self._log = RequestLog(self._requests)
        self.apps = {name: servarr.of_app(name) for name in NAMES}
        self._served = {name: Served(app) for name, app in self.apps.items()}
        faults = faults or FaultFile(folder / "faults.json")
        self._listeners = {name: serve(served, faults, self._log) for name, served in self._served.items()}
        self.urls = {name: listener.address for name, listener in self._listeners.items()}

    def close(self) -> None:
        """Stop all of them."""
        for listener in self._listeners.values():
            listener.close()
        self._log.close()

    def key(self, name: str) -> str:
        """The API key of an app."""
        return str(self.apps[name].instance.host["apiKey"])

    def between(self, name: str, change: Callable[[Request, Response], Response] | None) -> None:
        """Change the answers of an app on their way out."""
        self._served[name].between = change

    def requests(self) -> list[dict[str, Any]]:
        """Every request that came, in order."""
        return [json.loads(line) for line in self._requests.read_text(encoding="utf-8").splitlines()]

    def writes(self) -> list[str]:
        """Every request that was not a reading one, as app, method and path."""
        return ["{app} {method} {path}".format(**each) for each in self.requests() if each["method"] not in ("GET", "HEAD")]

    def declare(self) -> None:
        """Let git say what the apps have now, of every kind that there is, empty ones too."""
        for name in NAMES:
            told = self.export(name)
            assert not told.get("failed"), told
            kinds = [kind for kind, resource in APPS[name].resources.items() if not resource.static]
            self.documents[name] = {"managed": kinds, **told["settings"]}

    def export(self, name: str) -> dict[str, Any]:
        """What ``servarr_settings_info`` tells of an app."""
        return self._call(servarr_settings_info, name)

    def audit(self, name: str, **more: Any) -> dict[str, Any]:
        """What ``servarr_settings`` tells of an app, in check mode unless told otherwise."""
        given = {**as_sent(APPS[name], self.documents[name]), "file": f"apps/{name}.yml", "repository": "homelab-apps"}
        return self._call(servarr_settings, name, target=name, **{"_ansible_check_mode": True, **given, **more})

    def _call(self, module: Any, name: str, **more: Any) -> dict[str, Any]:
        return call(module, {"app": name, "url": self.urls[name], "api_key": self.key(name), "timeout": 5, **more})

    def hosts(self) -> dict[str, dict[str, Any]]:
        """The variables of the five in the inventory."""
        return {name: {"media_center_url": self.urls[name], "media_center_api_key": self.key(name)} for name in NAMES}
