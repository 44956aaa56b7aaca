# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's Bazarr on a port of its own, and its modules run against it in this process."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr import Bazarr
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import hidden, split
from ansible_collections.homelab.media_center.plugins.module_utils.resources.bazarr import BAZARR
from ansible_collections.homelab.media_center.plugins.modules import bazarr_settings, bazarr_settings_info

from lab.apps import bazarr
from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import serve
from support.settings_play import SettingsPlay
from support.settings_run import call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lab.server import Request, Response

KEY = bazarr.house()["api_key"]
#: Every kind that git can name.
KINDS = tuple(BAZARR.resources)
#: What a wipe takes away and a reconcile has to bring back.
ALLOW = ["access", "bulk_effect"]


class BazarrLab(SettingsPlay):
    """One instance with the lab's settings. ``between`` changes answers on their way out;"""

    def __init__(self, folder: Path, stand_in: bazarr.Bazarr | None = None) -> None:
        super().__init__(folder)
        self.name = "bazarr"
        self.app = stand_in or bazarr.of_house()
        self.faults = FaultFile(self.own(folder / "faults.json"))
        self.between: Callable[[Request, Response], Response] | None = None
        self._requests = self.own(folder / "requests.jsonl")
        self._log = RequestLog(self._requests)
        self._listener = serve(self, self.faults, self._log)
        self.url = self._listener.address

    def answer(self, request: Request) -> Response:
        response = self.app.answer(request)
        return self.between(request, response) if self.between is not None else response

    def failure(self, status: int) -> Response:
        return self.app.failure(status)

    def close(self) -> None:
        """Stop it, hanging answers too."""
        self.app.close()
        self._listener.close()
        self._log.close()

    def hosts(self) -> dict[str, dict[str, Any]]:
        """Its variables in the inventory."""
        return {"bazarr": {"media_center_url": self.url, "media_center_api_key": KEY}}

    @property
    def document(self) -> dict[str, Any] | None:
        """What git declares; None where there is no file."""
        return self.documents.get("bazarr")

    @property
    def settings(self) -> dict[str, Any]:
        """What it has stored."""
        return self.app.store.settings

    def requests(self) -> list[str]:
        """Every request that came, as method and path."""
        return ["{method} {path}".format(**json.loads(line)) for line in self._requests.read_text(encoding="utf-8").splitlines()]

    def writes(self) -> list[str]:
        """Every request that was not a reading one."""
        return [each for each in self.requests() if not each.startswith(("GET ", "HEAD "))]

    def gateway(self, key: str = KEY, timeout: float = 5) -> Bazarr:
        """A gateway with a session of its own."""
        return Bazarr(BAZARR, Session(Address("bazarr", self.url, {BAZARR.key_header: key}, timeout=timeout)))

    def declare(self) -> dict[str, Any]:
        """Let git say what it has now, of every kind."""
        told = self.export()
        assert not told.get("failed"), told
        self.documents["bazarr"] = {"managed": list(KINDS), **told["settings"]}
        return self.documents["bazarr"]

    def export(self, **more: Any) -> dict[str, Any]:
        """What ``bazarr_settings_info`` tells."""
        return call(bazarr_settings_info, {"url": self.url, "api_key": KEY, "timeout": 5, **more})

    def audit(self, document: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """What ``bazarr_settings`` tells, in check mode unless told otherwise."""
        told = self.document if document is None else document
        given: dict[str, Any] = {"file": "apps/bazarr.yml", "target": "bazarr"}
        if told is not None:
            travelling = split(BAZARR, copy.deepcopy(dict(told)), lambda value: (value, False), {})
            given.update(settings=travelling.document, secrets=hidden(travelling.secrets))
        return call(bazarr_settings, {"url": self.url, "api_key": KEY, "timeout": 5, "_ansible_check_mode": True, **given, **more})

    def reconcile(self, document: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """The same with git winning, outside of check mode."""
        return self.audit(document, **{"git_wins": True, "_ansible_check_mode": False, **more})


def found(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Kind, name and path of everything that an audit calls drift."""
    return [(each["resource"], each["key"], each["path"]) for each in result["media_center"]["findings"] if each["category"] == "drift"]


def codes(result: Mapping[str, Any]) -> list[str]:
    """The codes of all findings."""
    return [each["code"] for each in result["media_center"]["findings"]]
