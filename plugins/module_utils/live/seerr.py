# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway to Overseerr, Jellyseerr and Seerr: reading here, writing in ``seerr_write``.

Three reads are never sent, because they are none: ``GET /settings/plex/library`` switches every library off, and ``GET /service/radarr/{id}`` and
``GET /settings/radarr/{id}/profiles`` end the app's process when Radarr is unwell. Libraries are read from the page of Plex.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live import seerr_form as form
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session, formless, in_form
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Lacking, Raw
from ansible_collections.homelab.media_center.plugins.module_utils.resources.seerr import AGENTS
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

if TYPE_CHECKING:
    from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr_write import SeerrWriter

#: Users come in pages; nobody's house has more than fit in a few of these.
_PAGE = 1000
_USERS = "/user?take={0}&skip={1}"
_SERVERS = ("radarr_server", "sonarr_server")
#: What has no address of its own, or more than one.
_APART = ("notification", "plex_library", "user")


class Seerr:
    """One instance."""

    def __init__(self, app: App, session: Session) -> None:
        self.app = app
        self.session = session
        self.about: Mapping[str, Any] = {}
        self.status: Mapping[str, Any] = {}

    @property
    def version(self) -> str:
        """The version that the app tells; empty before ``identify``."""
        return str(self.about.get("version") or "")

    @property
    def _knows_new_items(self) -> bool:
        numbers = form.version_numbers(self.version)
        return self.app.name == "seerr" and (numbers > [3, 1, 0] or not numbers)

    def identify(self) -> None:
        """Make sure that the right app answers, is set up, and takes the key. Raises GatewayError.

        The three apps are told apart by what they call their API, which needs no key. Until there is a first user the right key is refused as a
        wrong one is, so that is looked at before.
        """
        try:
            told = self.session.get(self.app.prefix)
        except GatewayError as error:
            if error.status in (401, 404):
                raise self._stranger("nothing of {0} answers at this address".format(self.app.title)) from None
            raise
        name = str(told.get("api") or "").partition(" ")[0] if isinstance(told, Mapping) else ""
        if name.lower() != self.app.name:
            raise self._stranger("this is {0} and not {1}".format(name, self.app.title) if name else "what answers there is not {0}".format(self.app.title))
        public = self.session.get(self.app.prefix + "/settings/public")
        if isinstance(public, Mapping) and public.get("initialized") is False:
            message = "{0} is not set up yet: without a first user it refuses every key".format(self.app.title)
            raise self._error(message, "/settings/public", "go through its first pages in a browser")
        try:
            self.about = self.session.get(self.app.prefix + "/settings/about")
        except GatewayError as error:
            if error.status == 403:
                message = "HTTP 403: the API key is wrong, or its first user is no administrator"
                raise self._error(message, "/settings/about", "correct media_center_api_key", 403) from None
            raise

    def _stranger(self, message: str) -> GatewayError:
        return self.session.stranger(self.app.prefix, message)

    def _error(self, message: str, path: str, remedy: str, status: Optional[int] = None) -> GatewayError:
        return self.session.error("GET", self.app.prefix + path, message, remedy, status)

    def read(self, kinds: Sequence[str] = ()) -> Dict[str, Union[Any, Unknown]]:
        """The answers of all kinds, read side by side, Unknown where one failed. Users only where ``kinds`` names them or a rule does."""
        paths = {name: each.path for name, each in self.app.resources.items() if name not in _APART}
        paths.update({"agent " + name: "/settings/notifications/" + name for name in AGENTS[self.app.name]})
        paths["status"] = "/status"
        if "user" in kinds:
            paths["user"] = _USERS.format(_PAGE, 0)
        answers = {name: _checked(name, answer) for name, answer in self.session.get_all(_below(self.app.prefix, paths)).items()}
        status = answers.pop("status")
        self.status = status if isinstance(status, Mapping) else {}
        found = {name: answers[name] for name in paths if name in self.app.resources and name != "user"}
        found["plex_library"] = _libraries(found["plex"])
        found["notification"] = _agents(self.app, answers)
        users = self._users(answers.get("user"), found)
        if "user" in kinds:
            found["user"] = users if isinstance(users, Unknown) else [form.user(each) for each in users]
        return self._told(found, users)

    def _told(self, found: Dict[str, Any], users: Union[List[Mapping[str, Any]], Unknown]) -> Dict[str, Any]:
        for name, answer in found.items():
            if isinstance(answer, Unknown):
                continue
            if name in _SERVERS:
                found[name] = [form.server(self.app.resources[name], each, self._knows_new_items) for each in answer]
            elif name == "override_rule":
                named = users if isinstance(users, Unknown) else form.names_of_users(users)
                found[name] = [form.rule(each, named) for each in answer]
            elif self.app.resources[name].singleton:
                found[name] = form.page(self.app.resources[name], answer)
        return found

    def _users(self, first: Any, found: Mapping[str, Any]) -> Union[List[Mapping[str, Any]], Unknown]:
        """The native answers of all users, where somebody asks for them."""
        rules = found.get("override_rule")
        if first is None and not (isinstance(rules, list) and any(each.get("users") for each in rules)):
            return []
        if isinstance(first, Unknown):
            return first
        try:
            return users_of(self.session, self.app.prefix, first)
        except GatewayError as error:
            return _checked("user", error)

    def notes(self, raw: Raw) -> Sequence[Finding]:
        """What was seen beside the settings: doors that stand open, and why something will not work."""
        from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr_notes import notes

        return notes(self.app, self.version, self.status, raw, self.session.stands_open(self.app.prefix + "/settings/main"))

    def writer(self, raw: Raw) -> SeerrWriter:
        """The writing side, over what was read."""
        # An audit has no use for it.
        from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr_write import SeerrWriter

        return SeerrWriter(self.app, self.session, raw)


def users_of(session: Session, prefix: str, first: Optional[Mapping[str, Any]] = None) -> List[Mapping[str, Any]]:
    """All users, page by page; ``first`` is the first page where it was read before. Raises GatewayError."""
    users: List[Mapping[str, Any]] = []
    page = first if first is not None else _page_of_users(session, prefix, 0)
    while True:
        users.extend(page["results"])
        if not page["results"] or int((page.get("pageInfo") or {}).get("results") or 0) <= len(users):
            return users
        page = _page_of_users(session, prefix, len(users))


def _page_of_users(session: Session, prefix: str, skip: int) -> Mapping[str, Any]:
    path = prefix + _USERS.format(_PAGE, skip)
    page = _checked("user", session.get(path))
    if isinstance(page, Unknown):
        raise session.error("GET", path, page.reason, page.remedy)
    return page


def _below(prefix: str, paths: Mapping[str, str]) -> Dict[str, str]:
    return {name: prefix + path for name, path in paths.items()}


def _libraries(plex: Any) -> Any:
    if isinstance(plex, Unknown):
        return plex
    return [dict(each) for each in plex.get("libraries") or ()]


def _agents(app: App, answers: Mapping[str, Any]) -> Any:
    """All agents. One that could not be read makes the kind unknown; one that this version does not have is left out."""
    found = []
    for name in AGENTS[app.name]:
        answer = answers["agent " + name]
        if isinstance(answer, Unknown) and not isinstance(answer, Lacking):
            return answer
        if not isinstance(answer, Unknown):
            found.append(form.agent(app, name, answer))
    return found


_LISTS: Tuple[str, ...] = ("radarr_server", "sonarr_server", "override_rule", "job")


def _checked(name: str, answer: Any) -> Any:
    if isinstance(answer, GatewayError):
        return Lacking(answer.message, answer.remedy) if answer.status == 404 else Unknown(answer.message, answer.remedy)
    found = in_form(answer, name in _LISTS, "for " + name)
    return formless("for user") if name == "user" and isinstance(found, Mapping) and not isinstance(found.get("results"), list) else found
