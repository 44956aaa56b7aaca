# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway to Plex Media Server: reading here, writing in ``plex_write``. Not yet run against a real server.

Nothing of it starts a scan: Plex scans on a GET (``/library/sections/<id>/refresh``), which therefore counts as a write and is not sent.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Set, Tuple
from urllib.parse import urlsplit

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_names import secret_name
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session, formless
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

if TYPE_CHECKING:
    from ansible_collections.homelab.media_center.plugins.module_utils.live.plex_write import PlexWriter


class Plex:
    """One server. After ``read``, ``app`` says of each preference whether this server hides it."""

    def __init__(self, app: App, session: Session) -> None:
        self.app = app
        self.session = session
        self._identity: Mapping[str, Any] = {}

    @property
    def version(self) -> str:
        """The version that the server tells; empty before ``identify``."""
        return str(self._identity.get("version") or "")

    @property
    def _unclaimed(self) -> bool:
        # An older server does not say.
        return "claimed" in self._identity and not typed(self._identity["claimed"], "bool")

    def identify(self) -> None:
        """Make sure that Plex answers. Raises GatewayError. The page that says so needs no token."""
        path = "/identity"
        try:
            answer = self.session.get(path)
        except GatewayError as error:
            if error.status == 401 and not _is_name(self.session.address.url):
                message = "HTTP 401 for a page that needs no token: something in front of Plex asks for a login"
                raise error.but(message, "write Plex's own address into media_center_url, or give media_center_headers") from None
            if error.status == 404:
                raise self.session.stranger(path, "nothing of Plex answers at this address") from None
            raise self.explained(error) from None
        identity = container(answer)
        if identity is None or not identity.get("machineIdentifier"):
            raise self.session.stranger(path, "what answers there is not Plex")
        self._identity = identity

    def _refused_name(self, error: GatewayError) -> GatewayError:
        message = "HTTP 401: Plex refuses to be called {0}: a server that is not claimed answers an IP address only".format(
            urlsplit(self.session.address.url).hostname
        )
        return error.but(message, "write its IP address into media_center_url, or claim the server")

    def explained(self, error: GatewayError) -> GatewayError:
        """The error in words of Plex, whose bodies of errors are pages for people."""
        if error.status == 401:
            if (self._unclaimed or not self._identity) and _is_name(self.session.address.url):
                return self._refused_name(error)
            return error.but("HTTP 401: the token is wrong, or has run out", "correct media_center_api_key: the token of the server's owner")
        if error.status == 403:
            return error.but("HTTP 403: the token is not that of the server's owner", "give the token of the server's owner as media_center_api_key")
        if error.status == 404:
            return error.but("HTTP 404: this Plex has no such thing", "look whether the library is still there, then run again")
        if error.status == 503:
            return error.but("HTTP 503: Plex is starting, or moves its database to a new version", "wait until it has started, then run again")
        return error

    def read(self, kinds: Sequence[str] = ()) -> Dict[str, Any]:
        """The preferences and the libraries, each with its own preferences; Unknown where one failed. Raises GatewayError where nothing was told.

        Whoever is not the owner sees some of the libraries only, so without the preferences, which are the owner's, the libraries are not known either.
        """
        wanted = [each.name for each in self.app.by_order() if not kinds or each.name in kinds]
        answers = self.session.get_all({each.name: each.path for each in self.app.by_order()})
        refused = answers["server"]
        if isinstance(refused, GatewayError) and refused.status in (401, 403):
            explained = self.explained(refused)
            if isinstance(answers["library"], GatewayError):
                raise explained
            told = "HTTP {0}: the token is not that of the server's owner, who alone sees all of it".format(refused.status)
            raise refused.but(told, "give the token of the server's owner as media_center_api_key")
        if isinstance(refused, GatewayError) and isinstance(answers["library"], GatewayError):
            raise self.explained(refused)
        found, hidden = {}, {}
        found["server"], hidden["server"] = self._preferences(answers["server"], "the preferences")
        found["library"], hidden["library"] = self._libraries(answers["library"])
        self._hide(hidden)
        return {name: found[name] for name in wanted}

    def _preferences(self, answer: Any, what: str) -> Tuple[Any, Set[str]]:
        if isinstance(answer, GatewayError):
            error = self.explained(answer)
            return Unknown(error.message, error.remedy), set()
        told = (container(answer) or {}).get("Setting")
        if not isinstance(told, list) or not all(isinstance(each, Mapping) and "id" in each for each in told):
            return formless("for " + what), set()
        known = self.app.resources["server"].properties
        # A preference that is not in the table and is called like a secret could be one.
        told = [each for each in told if str(each["id"]) in known or not secret_name(str(each["id"]))]
        values = {str(each["id"]): typed(each.get("value"), str(each.get("type"))) for each in told}
        return values, {str(each["id"]) for each in told if typed(each.get("hidden"), "bool")}

    def _libraries(self, answer: Any) -> Tuple[Any, Set[str]]:
        if isinstance(answer, GatewayError):
            error = self.explained(answer)
            return Unknown(error.message, error.remedy), set()
        # An empty list is left out of an answer.
        told = (container(answer) or {"Directory": None}).get("Directory", [])
        if not isinstance(told, list) or not all(isinstance(each, Mapping) and str(each.get("key")).isdigit() for each in told):
            return formless("for the libraries"), set()
        pages = self.session.get_all({str(each["key"]): "/library/sections/{0}/prefs".format(each["key"]) for each in told})
        rows: List[Dict[str, Any]] = []
        hidden: Set[str] = set()
        for each in told:
            preferences, kept = self._preferences(pages[str(each["key"])], "the preferences of {0}".format(each.get("title")))
            if isinstance(preferences, Unknown):
                # Without them nobody knows what that library has, so its kind was not read whole.
                return Unknown("the preferences of {0}: {1}".format(each.get("title"), preferences.reason), preferences.remedy), set()
            hidden |= {"preferences.{0}".format(name) for name in kept}
            rows.append(library(each, preferences))
        return rows, hidden

    def _hide(self, hidden: Mapping[str, Set[str]]) -> None:
        tables = {name: dataclasses.replace(table, hidden=tuple(sorted(hidden[name]))) for name, table in self.app.resources.items()}
        self.app = dataclasses.replace(self.app, resources=tables)

    def notes(self, raw: Raw) -> Sequence[Finding]:
        """Who gets in without a login: the networks that are let in so, and everybody where nobody has claimed the server."""
        found = []
        server = raw.get("server")
        networks = str(server.get("allowedNetworks") or "") if isinstance(server, Mapping) else ""
        if networks:
            found.append(
                Finding(
                    "plex_allowed_networks",
                    "Plex lets {0} in without a login, as its owner".format(networks),
                    category="security",
                    resource="server",
                    path="allowedNetworks",
                    severity="high" if any(_is_everybody(each) for each in networks.split(",")) else "medium",
                    remedy="empty allowedNetworks (List of IP addresses and networks that are allowed without auth)",
                )
            )
        if self._unclaimed:
            found.append(
                Finding(
                    "plex_unclaimed",
                    "nobody has claimed this server: it is open to whoever reaches it by its IP address, and the first to claim it owns it",
                    category="security",
                    resource="server",
                    severity="high",
                    remedy="sign in to the server from its own network",
                )
            )
        return found

    def writer(self, raw: Raw) -> PlexWriter:
        """The writing side, over what was read."""
        # An audit has no use for it.
        from ansible_collections.homelab.media_center.plugins.module_utils.live.plex_write import PlexWriter

        return PlexWriter(self, raw)


def container(answer: Any) -> Optional[Mapping[str, Any]]:
    """What is inside of an answer; None where it is none of Plex."""
    inside = answer.get("MediaContainer") if isinstance(answer, Mapping) else None
    return inside if isinstance(inside, Mapping) else None


def typed(value: Any, kind: str) -> Any:
    """A value as the type that Plex calls its own: answers say 1, "1" and true for one thing. What is no such value stays as it is."""
    if kind == "bool":
        return str(value).lower() in ("1", "true")
    try:
        return int(value) if kind == "int" else float(value) if kind == "double" else "" if value is None else str(value)
    except (TypeError, ValueError):
        return value


def library(section: Mapping[str, Any], preferences: Mapping[str, Any]) -> Dict[str, Any]:
    """One library, without what moves by itself or means this server only (times, counters, addresses of pictures)."""
    places = [str(each.get("path")) for each in section.get("Location") or () if isinstance(each, Mapping)]
    told = {name: section.get(name) for name in ("title", "type", "agent", "scanner", "language")}
    return {"id": int(section["key"]), **told, "locations": sorted(each.rstrip("/") or "/" for each in places), "preferences": dict(preferences)}


def _is_name(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host != "localhost"
    return False


def _is_everybody(network: str) -> bool:
    try:
        return ipaddress.ip_network(network.strip(), strict=False).prefixlen == 0
    except ValueError:
        return False
