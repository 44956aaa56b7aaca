# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writing side of Bazarr: one form for each thing that differs.

It answers 204 to what it drops as to what it keeps, so only what is read again afterwards says what was stored.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence, Tuple
from urllib.parse import quote

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live import bazarr_profiles
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Reply, Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_write import AppWriter
from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr_form import notification_form, profiles_form, settings_form
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

_PATH = "/system/settings"
#: What makes Bazarr connect to the linked app again and wait until it answers, by section.
_LINKS: Mapping[str, str] = {"sonarr": "use_sonarr", "radarr": "use_radarr"}
_ADDRESS = ("apikey", "base_url", "ip", "port", "ssl")


class BazarrWriter(AppWriter):
    """Writes to one instance. What is posted as a whole is read again right before."""

    taken = (204,)

    def __init__(self, app: App, session: Session, raw: Raw) -> None:
        super().__init__(app, session)
        self._raw: Dict[str, Any] = dict(raw)

    def write(self, action: str, resource: str, key: str, values: Mapping[str, Any], behind: Sequence[str] = ()) -> None:
        """Create, update or delete one thing. Raises GatewayError, or LookupError for what Bazarr would take and never use."""
        if resource == "language_profile":
            self._write_profile(action, key, values)
        elif resource == "notification":
            self._write_notification(key, values)
        elif resource == "languages":
            self._write_languages(values["enabled"])
        else:
            self._write_section(resource, values)

    def _read(self, name: str) -> Any:
        """What was read of a kind. Raises LookupError where that failed."""
        answer = self._raw.get(name)
        if answer is None or isinstance(answer, Unknown):
            raise LookupError("{0} could not be read, and is needed here".format(name))
        return answer

    def _write_languages(self, codes: Any) -> None:
        if not codes:
            raise LookupError("Bazarr cannot be told to have no language at all")
        for code in codes:
            # One that it does not know would switch off all of them.
            bazarr_profiles.check_language(code, self._read("languages")["known"])
        self._post([("languages-enabled", str(code)) for code in codes])

    def _write_profile(self, action: str, name: str, values: Mapping[str, Any]) -> None:
        profiles = [dict(each) for each in self._get("/system/languages/profiles")]
        languages = self._read("languages")["known"]
        places = [place for place, each in enumerate(profiles) if each.get("name") == name]
        if action == "create":
            free = max([0, *(int(each["profileId"]) for each in profiles)]) + 1
            profiles.append(bazarr_profiles.new(free, values, languages))
        elif len(places) != 1:
            raise LookupError("Bazarr has {0} language profiles called {1}".format(len(places) or "no", name))
        elif action == "update":
            profiles[places[0]] = bazarr_profiles.changed(profiles[places[0]], values, languages)
        else:
            self._keep_defaults(profiles.pop(places[0]))
        # All of them: those that are left out are deleted.
        self._post(profiles_form(profiles))
        self._raw["language_profile"] = [bazarr_profiles.shaped(each) for each in profiles]

    def _keep_defaults(self, profile: Mapping[str, Any]) -> None:
        general = self._read("general")
        users = [each for each in ("serie_default_profile", "movie_default_profile") if general.get(each) == profile["profileId"]]
        if users:
            raise LookupError("general.{0} is this profile, and Bazarr would keep its dead number there".format(users[0]))

    def _write_notification(self, name: str, values: Mapping[str, Any]) -> None:
        known = {each["name"]: each for each in self._read("notification")}
        row = {**known[name], **values}
        self._post(notification_form(row))
        known[name].update(values)

    def _write_section(self, section: str, values: Mapping[str, Any]) -> None:
        table, running = self._app.resources[section], self._read(section)
        wanted = {path: self._number(section, path, value) for path, value in values.items()}
        linked = [path for path in wanted if self._calls(section, path)]
        for paths in ([path for path in wanted if path not in linked], linked):
            if not paths:
                continue
            form = settings_form(section, running, {path: wanted[path] for path in paths}, tuple(table.nullable))
            if paths is linked:
                for name in self._links(section, linked, wanted):
                    self._call_first(name, wanted if name == section else {})
                self._post_link(section, form, {path: wanted[path] for path in paths})
            else:
                self._post(form)
            for path in paths:
                _put(running, path, wanted[path])
        if section == "auth" and "apikey" in values:
            self._session.known_as(self._app.key_header, str(values["apikey"]))

    def _number(self, section: str, path: str, value: Any) -> Any:
        """The number of a language profile where one is named."""
        if path not in self._app.resources[section].refs or value in ("", None):
            return value
        for each in self._read("language_profile"):
            if each.get("name") == value:
                return each["id"]
        raise LookupError("there is no language profile called {0}".format(value))

    def _calls(self, section: str, path: str) -> bool:
        if section == "general":
            return path in _LINKS.values()
        return section in _LINKS and path in _ADDRESS

    def _links(self, section: str, paths: Sequence[str], wanted: Mapping[str, Any]) -> List[str]:
        """The linked apps that Bazarr calls when this is written."""
        if section == "general":
            return [name for name, switch in _LINKS.items() if switch in paths and wanted[switch]]
        return [section] if self._read("general").get(_LINKS[section]) else []

    def _call_first(self, name: str, wanted: Mapping[str, Any]) -> None:
        """Raise GatewayError where the linked app does not answer Bazarr: it would wait for it for ever.

        Asked through Bazarr, without the key: that it is refused shows as well that something answers there.
        """
        link = {**self._read(name), **wanted}
        base = str(link.get("base_url") or "").strip("/")
        place = "{0}:{1}/{2}".format(link.get("ip"), link.get("port"), base + "/" if base else "")
        path = "/test/{0}/{1}api/v3/system/status".format("https" if link.get("ssl") else "http", quote(place, safe=":/"))
        try:
            told = self._session.get(path)
        except GatewayError as error:
            # A page or a refusal says nothing of the linked app; the form has a time limit. Where this hangs, that would, too.
            told = {"status": error.status is not None}
        if isinstance(told, Mapping) and told.get("status") is False and "code" not in told:
            raise self._error(
                "{0} does not answer Bazarr at {1}:{2}, and Bazarr would wait for it for ever".format(name.capitalize(), link.get("ip"), link.get("port")),
                "start it, or correct its address in the settings file, then run reconcile again",
            )

    def _post_link(self, section: str, form: Sequence[Tuple[str, str]], wanted: Mapping[str, Any]) -> None:
        before = self._session.requests["write"]
        try:
            self._post(form)
        except GatewayError as error:
            if error.status is not None or self._session.requests["write"] == before or not self._is_stored(section, wanted):
                raise
            self.sent.append("POST {0}{1}".format(self._app.prefix, _PATH))
            raise self._error(
                "it was saved, and Bazarr did not answer: it waits for the linked app, which it cannot reach",
                "start the linked app, or correct its address, then run reconcile again",
            ) from None

    def _is_stored(self, section: str, wanted: Mapping[str, Any]) -> bool:
        try:
            stored = self._get(_PATH).get(section, {})
        except GatewayError:
            return False
        slashes = ("base_url",)
        return all(_plain(stored.get(path), path in slashes) == _plain(value, path in slashes) for path, value in wanted.items())

    def _get(self, path: str) -> Any:
        return self._session.get(self._app.prefix + path)

    def _post(self, form: Sequence[Tuple[str, str]]) -> None:
        if not form:
            return
        whole = self._app.prefix + _PATH
        self._took("POST", whole, _without_value(self._session.form(whole, form)))

    def _error(self, message: str, remedy: str) -> GatewayError:
        return self._session.error("POST", self._app.prefix + _PATH, message, remedy)


def _put(running: Any, path: str, value: Any) -> None:
    *heads, last = path.split(".")
    for head in heads:
        running = running[head]
    running[last] = value


def _plain(value: Any, slashes: bool) -> str:
    text = str(value)
    return text.strip("/") if slashes else text


def _without_value(reply: Reply) -> Reply:
    """The reply without the value that was refused: it is one that was sent, in another spelling at times, and can be a secret."""
    return Reply(reply.status, reply.body.partition(" but it is")[0], reply.headers) if isinstance(reply.body, str) else reply
