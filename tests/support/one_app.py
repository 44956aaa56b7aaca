# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One stand-in of the lab on a port of its own, with its settings in git, and its modules run against it in this process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import serve
from support.settings_play import SettingsPlay
from support.settings_run import as_sent, call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import ModuleType

    from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

    from lab.server import Request, Response

#: What a wipe takes away and a reconcile has to bring back.
ALLOW = ["access", "bulk_effect"]


class Served:
    """A stand-in, ``app``, whose answers ``between`` changes on their way out."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.name: str = app.name
        self.between: Callable[[Request, Response], Response] | None = None

    def answer(self, request: Request) -> Response:
        """What comes out."""
        response: Response = self.app.answer(request)
        return self.between(request, response) if self.between is not None else response

    def failure(self, status: int) -> Response:
        """What the app sends along with an error status."""
        failed: Response = self.app.failure(status)
        return failed


class OneApp(Served, SettingsPlay):
    """``table`` and ``modules``, the one that compares and the one that exports, are those of the app."""

    table: App
    modules: tuple[ModuleType, ModuleType]

    def __init__(self, folder: Path, app: Any) -> None:
        Served.__init__(self, app)
        SettingsPlay.__init__(self, folder)
        self.faults = FaultFile(self.own(folder / "faults.json"))
        self._requests = self.own(folder / "requests.jsonl")
        self._log = RequestLog(self._requests)
        self._listener = serve(self, self.faults, self._log)
        self.url = self._listener.address

    def close(self) -> None:
        """Stop it."""
        self._listener.close()
        self._log.close()

    @property
    def key(self) -> str:
        """The key of its API."""
        return str(self.app.api_key)

    def hosts(self) -> dict[str, dict[str, Any]]:
        """Its variables in the inventory."""
        return {self.name: {"media_center_url": self.url, "media_center_api_key": self.key}}

    def requests(self) -> list[str]:
        """Every request that came, as method and path."""
        return ["{method} {path}".format(**json.loads(line)) for line in self._requests.read_text(encoding="utf-8").splitlines()]

    def writes(self) -> list[str]:
        """Every request that was not a reading one."""
        return [each for each in self.requests() if not each.startswith(("GET ", "HEAD "))]

    def declare(self, **more: Any) -> dict[str, Any]:
        """Let git say what it has now, of every kind."""
        told = self.export(**more)
        assert not told.get("failed"), told
        self.documents[self.name] = {"managed": list(self.table.resources), **told["settings"]}
        declared: dict[str, Any] = self.documents[self.name]
        return declared

    def export(self, **more: Any) -> dict[str, Any]:
        """What the module tells that exports."""
        return self._call(self.modules[1], **more)

    def audit(self, document: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """What the module tells that compares, in check mode unless told otherwise; with what git declares, if it does, where no document is given."""
        told = self.documents.get(self.name) if document is None else document
        given = {"file": f"apps/{self.name}.yml", "target": self.name, **(as_sent(self.table, told) if told is not None else {})}
        return self._call(self.modules[0], **{"_ansible_check_mode": True, **given, **more})

    def reconcile(self, document: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """The same with git winning, outside of check mode."""
        return self.audit(document, **{"git_wins": True, "_ansible_check_mode": False, **more})

    def _call(self, module: ModuleType, **more: Any) -> dict[str, Any]:
        return call(module, {"app": self.table.name, "url": self.url, "api_key": self.key, "timeout": 5, **more})
