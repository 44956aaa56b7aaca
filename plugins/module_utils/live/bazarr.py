# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway to Bazarr: reading here, writing in ``bazarr_write``.

A path that Bazarr does not have answers 200 with its web page, so only JSON of the right form is an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Sequence, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live import bazarr_notes
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session, in_form
from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr_form import NUMBER_OR_TEXT
from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr_profiles import shaped
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Lacking, Raw
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

if TYPE_CHECKING:
    from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr_write import BazarrWriter

SETTINGS, LANGUAGES, PROFILES = "/system/settings", "/system/languages", "/system/languages/profiles"
_READ = {"languages": LANGUAGES, "language_profile": PROFILES}


class Bazarr:
    """One instance."""

    def __init__(self, app: App, session: Session) -> None:
        self.app = app
        self.session = session
        self.version = ""
        #: Sections that the table does not know, as those of a newer version are.
        self._unknown: List[str] = []

    def identify(self) -> None:
        """Make sure that Bazarr answers. Raises GatewayError."""
        path = self.app.prefix + "/system/status"
        try:
            status = self.session.get(path)
        except GatewayError as error:
            if error.status == 404 or _is_page(error):
                raise self._stranger("nothing of Bazarr answers at this address, but a page for people or nothing at all", path) from None
            raise
        data = status.get("data") if isinstance(status, Mapping) else None
        if not isinstance(data, Mapping) or "bazarr_version" not in data:
            raise self._stranger("what answers there is not Bazarr", path)
        self.version = str(data["bazarr_version"])

    def _stranger(self, message: str, path: str) -> GatewayError:
        remedy = "correct media_center_url, with the URL base where Bazarr has one, or reach it past the login page of a proxy"
        return self.session.error("GET", path, message, remedy)

    def read(self, kinds: Sequence[str] = ()) -> Dict[str, Union[Any, Unknown]]:
        """The answers of all kinds (or of some and what they refer to), read side by side; Unknown where one failed."""
        wanted = [name for name in self.app.resources if not kinds or name in kinds]
        if "general" in wanted and "language_profile" not in wanted:
            wanted.append("language_profile")
        paths = {_READ.get(name, SETTINGS) for name in wanted}
        answers = self.session.get_all({path: self.app.prefix + path for path in sorted(paths)})
        whole = {path: _checked(path, answer) for path, answer in answers.items()}
        self._unknown = sorted(set(whole.get(SETTINGS) or ()) - set(self.app.resources) - {"notifications"}) if _is_known(whole.get(SETTINGS)) else []
        return {name: self._of(name, whole[_READ.get(name, SETTINGS)]) for name in wanted}

    def _of(self, name: str, answer: Any) -> Any:
        if isinstance(answer, Unknown):
            return answer
        if name == "languages":
            codes = [str(each.get("code2")) for each in answer]
            return {"enabled": sorted(code for code, each in zip(codes, answer) if each.get("enabled")), "known": codes}
        if name == "language_profile":
            return [shaped(each) for each in answer]
        if name == "notification":
            return [{**each, "url": each.get("url") or None} for each in (answer.get("notifications") or {}).get("providers") or ()]
        if not isinstance(answer.get(name), Mapping):
            return Lacking("this version of Bazarr has no section {0}".format(name), "take it out of git, or update Bazarr")
        empty = NUMBER_OR_TEXT.get(name, ())
        return {key: None if key in empty and value == "" else value for key, value in answer[name].items()}

    def notes(self, raw: Raw) -> Sequence[Finding]:
        """Doors that stand open, and what Bazarr stored without a word and never uses."""
        return bazarr_notes.notes(self.session, self.app.prefix, raw, self._unknown)

    def writer(self, raw: Raw) -> BazarrWriter:
        """The writing side, over what was read."""
        # An audit has no use for it.
        from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr_write import BazarrWriter

        return BazarrWriter(self.app, self.session, raw)


def _is_page(error: GatewayError) -> bool:
    """Whether the web page came. Broken JSON has the same status, and may be whole the next time."""
    return error.status == 200 and not error.retryable


def _is_known(answer: Any) -> bool:
    return answer is not None and not isinstance(answer, Unknown)


def _checked(path: str, answer: Any) -> Any:
    if isinstance(answer, GatewayError):
        if _is_page(answer):
            why = "Bazarr answered with its web page, as it does for a path that it does not have"
            return Unknown("{0}: {1}".format(why, path), "update Bazarr, or look at its log")
        return Unknown(answer.message, answer.remedy)
    return in_form(answer, path != SETTINGS, "to " + path)
