# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writing side of Overseerr, Jellyseerr and Seerr.

Each thing is read as it is right before it is written, because most writes replace it whole and some change others: a server that becomes the
default one takes that from another. What stands behind an id is changed and never made anew: requests and rules know it by its id.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live import seerr_form as form
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_write import AppWriter
from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr import users_of
from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr_notes import is_read_only
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw, canonical, key_of, names_of
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource

#: What a new server is where git does not say it: what the app's own form starts with.
_NEW_SERVER: Mapping[str, Any] = {
    "useSsl": False, "baseUrl": "", "is4k": False, "isDefault": False, "externalUrl": "", "syncEnabled": False, "preventSearch": False, "tags": [],
    "tagRequests": False,
}  # fmt: skip
_NEW: Mapping[str, Mapping[str, Any]] = {
    "radarr_server": {**_NEW_SERVER, "minimumAvailability": "released"},
    "sonarr_server": {**_NEW_SERVER, "enableSeasonFolders": False, "seriesType": "standard", "animeSeriesType": "anime", "animeTags": []},
}
_PLEX = ("ip", "port", "useSsl", "webAppUrl")
#: Which number belongs to which name. Both are kept, and only the other app knows what belongs together.
_PROFILES = {"activeProfileName": "activeProfileId", "activeAnimeProfileName": "activeAnimeProfileId"}


class SeerrWriter(AppWriter):
    """Writes to one instance."""

    def __init__(self, app: App, session: Session, raw: Raw) -> None:
        super().__init__(app, session)
        self._raw = dict(raw)

    def write(self, action: str, resource: str, key: str, values: Mapping[str, Any], behind: Sequence[str] = ()) -> None:
        """Create, update or delete one thing. Raises GatewayError, or LookupError where a name means nothing to the app."""
        if is_read_only(self._raw):
            message = "{0} takes no writes with an API key while csrfProtection is on".format(self._app.title)
            raise self._session.error("", "", message, "switch it off in the browser, then run reconcile again")
        table = self._app.resources[resource]
        told = {path: form.native(resource, path, value, table.properties.get(path, "")) for path, value in values.items()}
        if resource in _NEW:
            self._server(action, table, key, told)
        elif resource == "override_rule":
            self._rule(action, table, key, told)
        else:
            {"plex": self._plex, "tautulli": self._tautulli, "plex_library": self._library, "metadata_provider": self._providers, "job": self._job,
             "notification": self._agent, "user": self._user}.get(resource, self._page)(table, key, told)  # fmt: skip

    def _page(self, table: SettingsResource, key: str, values: Mapping[str, Any]) -> None:
        # The app merges what it is sent; a whole page would be refused for the key in it.
        self._send("POST", table.path, _nested(values))

    def _providers(self, table: SettingsResource, key: str, values: Mapping[str, Any]) -> None:
        self._send("PUT", table.path, {**self._get(table.path), **values})

    def _job(self, table: SettingsResource, key: str, values: Mapping[str, Any]) -> None:
        self._send("POST", "{0}/{1}/schedule".format(table.path, key), {"schedule": values["cronSchedule"]})

    def _agent(self, table: SettingsResource, key: str, values: Mapping[str, Any]) -> None:
        path = "{0}/{1}".format(table.path, key)
        body = self._get(path)
        body["options"] = form.encoded(body.get("options"))
        for each, value in values.items():
            form.put(body, each, value)
        self._send("POST", path, form.without_nulls(body))

    def _library(self, table: SettingsResource, key: str, values: Mapping[str, Any]) -> None:
        libraries = self._get("/settings/plex").get("libraries") or ()
        if not any(each.get("name") == key for each in libraries):
            raise LookupError("the library {0} is gone".format(key))
        wanted = [each for each in libraries if (values["enabled"] if each.get("name") == key else each.get("enabled"))]
        # A GET that writes: what it does not name is switched off.
        self._send("GET", table.path, params={"enable": ",".join(str(each["id"]) for each in wanted)})

    def _plex(self, table: SettingsResource, key: str, values: Mapping[str, Any]) -> None:
        before = self._get(table.path)
        old = {name: before[name] for name in _PLEX if before.get(name) is not None}
        self._or_put_back(table.path, {**old, **values}, {"webAppUrl": "", **old}, before)

    def _tautulli(self, table: SettingsResource, key: str, values: Mapping[str, Any]) -> None:
        before = self._get(table.path)
        self._or_put_back(table.path, form.without_nulls({**before, **values}), {"hostname": None, **before}, before)

    def _or_put_back(self, path: str, body: Mapping[str, Any], old: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        """Write what the app tests first. It keeps what it refused in memory, and its next save of anything stores it: the old values go back."""
        try:
            self._send("POST", path, body)
        except GatewayError as error:
            if error.status and error.status < 500:
                raise
            try:
                self._session.write("POST", self._app.prefix + path, dict(old))
                after = self._get(path)
            except GatewayError:
                after = {}
            same = {name: value for name, value in after.items() if value not in (None, "")} == {
                name: value for name, value in before.items() if value not in (None, "")
            }
            stays = "{0} keeps the refused values in memory and stores them with its next save".format(self._app.title)
            error.message += "; the values before were put back" if same else "; " + stays
            if not same:
                error.remedy = "start it again before anything else is saved, or put the right values in; " + error.remedy
            raise

    def _server(self, action: str, table: SettingsResource, key: str, values: Dict[str, Any]) -> None:
        servers = self._list(table.path)
        found = [each for each in servers if each.get("name") == key]
        if action == "create":
            body = {**_NEW[table.name], "name": key}
        elif len(found) != 1:
            raise LookupError("{0} {1} is {2}".format(table.name, key, "there twice" if found else "gone"))
        else:
            body = {name: value for name, value in found[0].items() if name != "id"}
        if action == "delete":
            kind = table.name.partition("_")[0]
            if any(each.get(kind + "ServiceId") is not None for each in self._rules()):
                raise LookupError("override rules of {0} go by its place in the list: remove them first".format(kind.title()))
            self._send("DELETE", "{0}/{1}".format(table.path, found[0]["id"]))
        else:
            body.update(values)
            self._number_profiles(table, body, values)
            body = form.without_nulls(body)
            self._send(*(("POST", table.path) if action == "create" else ("PUT", "{0}/{1}".format(table.path, found[0]["id"]))), body)
        self._raw[table.name] = self._list(table.path)

    def _number_profiles(self, table: SettingsResource, body: Dict[str, Any], values: Mapping[str, Any]) -> None:
        """Find the number of each profile that is declared by name alone: the app asks Radarr or Sonarr with what the body says, and stores nothing."""
        asked = [name for name in _PROFILES if values.get(name) and values.get(_PROFILES[name]) is None]
        if not asked:
            return
        path = self._app.prefix + table.path + "/test"
        reply = self._session.write("POST", path, {name: body.get(name) for name in ("hostname", "port", "apiKey", "useSsl", "baseUrl")})
        told = reply.body if isinstance(reply.body, Mapping) else {}
        if reply.status != 200:
            message = "the number of the profile {0} is not known, because {1} does not reach it".format(values[asked[0]], self._app.title)
            remedy = "declare {0} beside it, or run again when it is there".format(_PROFILES[asked[0]])
            raise self._session.error("POST", path, message, remedy, reply.status)
        numbers = {each.get("name"): each.get("id") for each in told.get("profiles") or ()}
        for name in asked:
            if values[name] not in numbers:
                raise LookupError("there is no profile {0} (there are {1})".format(values[name], ", ".join(sorted(map(str, numbers)))))
            body[_PROFILES[name]] = numbers[values[name]]

    def _rule(self, action: str, table: SettingsResource, key: str, values: Dict[str, Any]) -> None:
        users = self._users()
        found: Optional[Mapping[str, Any]] = None
        if action != "create":
            names = names_of(self._app, self._raw)
            found = next((each for each in self._rules() if key_of(table, canonical(table, form.rule(each, users), names)) == key), None)
            if found is None:
                raise LookupError("{0} {1} is gone".format(table.name, key))
        if action == "delete":
            self._send("DELETE", "{0}/{1}".format(table.path, found["id"] if found else ""))
            return
        body = {name: value for name, value in (found or {}).items() if name not in ("id", *table.computed)}
        for name, value in values.items():
            if value in (None, "", []):
                body[name] = None
            elif name in table.refs:
                body[name] = self._id_of(table.refs[name].resource, str(value))
            elif name == "users":
                body[name] = ",".join(self._number_of_user(users, str(each), exactly=True) for each in value)
            else:
                body[name] = ",".join(str(each) for each in value) if isinstance(value, list) else value
        path = "{0}/{1}".format(table.path, found["id"]) if found else table.path
        self._send("PUT" if found else "POST", path, form.without_nulls(body))

    def _id_of(self, kind: str, name: str) -> int:
        for each in self._list(self._app.resources[kind].path):
            if each.get("name") == name:
                return int(each["id"])
        raise LookupError("there is no {0} called {1}".format(kind, name))

    @staticmethod
    def _number_of_user(users: Mapping[int, str], name: str, exactly: bool = False) -> str:
        # A rule is known by its users among others: spelled otherwise it would be another rule with each run.
        for number, told in users.items():
            if told == name or (not exactly and told.lower() == name.lower()):
                return str(number)
        raise LookupError("there is no user {0}".format(name))

    def _users(self) -> Dict[int, str]:
        return form.names_of_users(users_of(self._session, self._app.prefix))

    def _user(self, table: SettingsResource, key: str, values: Dict[str, Any]) -> None:
        number = self._number_of_user(self._users(), key)
        path = "{0}/{1}/settings".format(table.path, number)
        if "permissions" in values:
            if number == "1":
                raise LookupError("nobody can change the permissions of the first user")
            self._send("POST", path + "/permissions", {"permissions": values["permissions"]})
        own = {name: value for name, value in values.items() if name != "permissions"}
        if own:
            self._send("POST", path + "/main", {**self._get(path + "/main"), **own})

    def _rules(self) -> List[Dict[str, Any]]:
        return self._list(self._app.resources["override_rule"].path) if "override_rule" in self._app.resources else []

    def _get(self, path: str) -> Dict[str, Any]:
        return dict(self._session.get(self._app.prefix + path))

    def _list(self, path: str) -> List[Dict[str, Any]]:
        return [dict(each) for each in self._session.get(self._app.prefix + path)]


def _nested(values: Mapping[str, Any]) -> Dict[str, Any]:
    body: Dict[str, Any] = {}
    for path, value in values.items():
        form.put(body, path, value)
    return body
