# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway to Radarr, Sonarr, Lidarr, Readarr and Prowlarr: reading here, writing in ``servarr_write``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Mapping, Sequence, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session, in_form
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Lacking, Raw
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

if TYPE_CHECKING:
    from ansible_collections.homelab.media_center.plugins.module_utils.live.servarr_write import ServarrWriter


class Servarr:
    """One instance."""

    def __init__(self, app: App, session: Session) -> None:
        self.app = app
        self.session = session
        self.status: Mapping[str, Any] = {}

    @property
    def version(self) -> str:
        """The version that the app tells; empty before ``identify``."""
        return str(self.status.get("version") or "")

    def identify(self) -> None:
        """Make sure that the right app answers. Raises GatewayError.

        A wrong port happily answers as another app of the family, so its name decides and nothing is read or written before.
        """
        path = self.app.prefix + "/system/status"
        try:
            status = self.session.get(path)
        except GatewayError as error:
            if error.status == 404:
                raise self.session.stranger(path, "nothing of {0} answers at this address".format(self.app.title)) from None
            raise
        if not isinstance(status, Mapping) or "appName" not in status:
            raise self.session.stranger(path, "what answers there is not {0}".format(self.app.title))
        if str(status["appName"]).lower() != self.app.name:
            raise self.session.stranger(path, "this is {0} and not {1}".format(status["appName"], self.app.title))
        self.status = status

    def read(self, kinds: Sequence[str] = ()) -> Dict[str, Union[Any, Unknown]]:
        """The answers of all resources (or of some kinds and what they refer to), read side by side; Unknown where one failed."""
        wanted = self._with_references(kinds)
        answers = self.session.get_all({name: self.app.prefix + self.app.resources[name].path for name in wanted})
        return {name: _checked(name, self.app.resources[name].singleton, answer) for name, answer in answers.items()}

    def notes(self, raw: Raw) -> Sequence[Finding]:
        """Whether the page with which the web interface starts gives the API key to whoever asks. A key that is sent opens nothing there."""
        try:
            page = self.session.get("/initialize.json")
        except GatewayError:
            return ()
        if not isinstance(page, Mapping) or not page.get("apiKey"):
            return ()
        return (
            Finding(
                "api_key_public",
                "/initialize.json gives the API key to everyone who reaches {0} as this control node does".format(self.app.title),
                category="security",
                resource="config_host",
                path="authenticationMethod",
                severity="high",
                remedy="turn the authentication of the app on, for local addresses too, or let only a proxy with a login reach it",
            ),
        )

    def writer(self, raw: Raw) -> ServarrWriter:
        """The writing side, over what was read."""
        # An audit has no use for it.
        from ansible_collections.homelab.media_center.plugins.module_utils.live.servarr_write import ServarrWriter

        return ServarrWriter(self.app, self.session, raw)

    def _with_references(self, kinds: Sequence[str]) -> Sequence[str]:
        if not kinds:
            return list(self.app.resources)
        wanted = [name for name in kinds if name in self.app.resources]
        for name in wanted:
            wanted.extend(ref.resource for ref in self.app.resources[name].refs.values() if ref.resource not in wanted and ref.resource in self.app.resources)
            if self.app.resources[name].shape == "quality_profile" and "custom_format" not in wanted:
                wanted.append("custom_format")
        return wanted


def _checked(name: str, singleton: bool, answer: Any) -> Any:
    if isinstance(answer, GatewayError):
        remedy = answer.remedy
        if answer.status == 404:
            return Lacking(answer.message, remedy)
        if answer.status == 500:
            remedy = "one broken row makes the app refuse the whole list: look for the last thing that was added there, and remove it in the app"
        return Unknown(answer.message, remedy)
    return in_form(answer, not singleton, "for " + name)
