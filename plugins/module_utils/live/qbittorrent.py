# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway to qBittorrent: reading here, writing in ``qbittorrent_write``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session, formless
from ansible_collections.homelab.media_center.plugins.module_utils.live.qbittorrent_client import PREFIX, Connection, LoginRefused
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_shapes import HASHED, Elsewhere
from ansible_collections.homelab.media_center.plugins.module_utils.resources.qbittorrent import FORWARDED, PASSWORD, RENAMED, SEPARATORS
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

if TYPE_CHECKING:
    from ansible_collections.homelab.media_center.plugins.module_utils.live.qbittorrent_write import QbittorrentWriter

_VERSION = re.compile(r"v?\d+\.\d+\S*")
#: Where the VPN's container leaves the app while it connects anew.
_PARKED = "lo"
_FORWARDED = Elsewhere("the VPN's port forwarding sets it")


class Qbittorrent:
    """One instance. ``port_forwarding``: a VPN writes the port at each reconnect. ``refused``: a login was refused before in this run."""

    def __init__(self, app: App, session: Session, port_forwarding: bool = False, refused: bool = False) -> None:
        self.app = app
        self.session = session
        self._port_forwarding = port_forwarding
        self._refused = refused
        self._connection: Optional[Connection] = None
        self._version = ""
        #: It answered without a login or a key.
        self._open = False
        #: The preferences as this version calls them.
        self._own_names: FrozenSet[str] = frozenset()

    @property
    def version(self) -> str:
        """The version that the app tells; empty before ``identify``."""
        return self._version

    def identify(self) -> None:
        """Make sure that qBittorrent answers, and log in where it wants that: once, and never after a refusal. Raises GatewayError.

        It is asked without a login first: no password goes to a stranger, and a refused host name is not taken for a refused password.
        """
        connection = self._connected()
        try:
            version = self._ask_version()
            self._open = not connection.with_key
        except GatewayError as error:
            if error.status != 403 or connection.with_key or not self.session.address.username:
                raise
            self._log_in(connection)
            version = self._ask_version()
        self._version = version.lstrip("v")

    def _log_in(self, connection: Connection) -> None:
        if self._refused:
            message = "it refused the login before in this run; nothing more is tried, because it bans an address after some refusals"
            raise LoginRefused(message, target=self.session.address.target, status=403, remedy="correct media_center_username and media_center_password")
        connection.log_in()

    def _ask_version(self) -> str:
        version = str(self._read("app/version", lambda client: client.app_version())).strip()
        if not _VERSION.fullmatch(version):
            raise self.session.stranger(PREFIX + "app/version", "what answers there is not qBittorrent")
        return version

    def _read(self, path: str, ask: Any) -> Any:
        return self._connected().read(path, ask)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = Connection(self.session)
        return self._connection

    def read(self, kinds: Sequence[str] = ()) -> Dict[str, Union[Any, Unknown]]:
        """The preferences and the categories, or some of both; Unknown where one failed."""
        found: Dict[str, Union[Any, Unknown]] = {}
        for name, ask in (("preferences", self._preferences), ("category", self._categories)):
            if kinds and name not in kinds:
                continue
            try:
                found[name] = ask()
            except GatewayError as error:
                found[name] = Unknown(error.message, error.remedy)
        return found

    def _preferences(self) -> Union[Dict[str, Any], Unknown]:
        told = self._read("app/preferences", lambda client: client.app_preferences(SIMPLE_RESPONSES=True))
        if not isinstance(told, dict) or "save_path" not in told:
            return formless("for preferences")
        self._own_names = frozenset(told)
        return preferences_of(told, self._port_forwarding)

    def _categories(self) -> Union[List[Dict[str, Any]], Unknown]:
        told = self._read("torrents/categories", lambda client: client.torrents_categories(SIMPLE_RESPONSES=True))
        if not isinstance(told, dict) or not all(isinstance(each, dict) for each in told.values()):
            return formless("for category")
        return categories_of(told)

    def writer(self, raw: Raw) -> QbittorrentWriter:
        """The writing side, over what was read."""
        # An audit has no use for it.
        from ansible_collections.homelab.media_center.plugins.module_utils.live.qbittorrent_write import QbittorrentWriter

        return QbittorrentWriter(self.app, self._connected(), raw, self._own_names)

    def notes(self, raw: Raw) -> Sequence[Finding]:
        """Doors of the web interface that stand open."""
        told = raw.get("preferences")
        return _open_doors(told, self._open, self._port_forwarding) if isinstance(told, Mapping) else ()


def preferences_of(answer: Mapping[str, Any], port_forwarding: bool = False) -> Dict[str, Any]:
    """What the app says of its preferences, with lists in the place of texts that are lists, both names of what was renamed, and what it does not say."""
    told = dict(answer)
    for old, new in RENAMED.items():
        known = next((told[name] for name in (new, old) if name in told), None)
        told.update({} if known is None else {old: known, new: known})
    for name, separator in SEPARATORS.items():
        if isinstance(told.get(name), str):
            told[name] = sorted({each.strip() for each in told[name].split(separator) if each.strip()})
    told[PASSWORD] = HASHED
    if port_forwarding:
        told[FORWARDED] = _FORWARDED
        if told.get("current_network_interface") == _PARKED:
            told["current_network_interface"] = _FORWARDED
    return told


def categories_of(answer: Mapping[str, Mapping[str, Any]]) -> List[Dict[str, Any]]:
    """The categories as a list; their names are the keys of the answer."""
    return [{**answer[name], "name": name} for name in sorted(answer)]


def _door(code: str, path: str, message: str, severity: str, remedy: str) -> Finding:
    return Finding(code, message, category="security", resource="preferences", path=path, severity=severity, remedy=remedy)


def _open_doors(told: Mapping[str, Any], answered: bool, port_forwarding: bool) -> List[Finding]:
    found: List[Finding] = []
    networks = told.get("bypass_auth_subnet_whitelist") or []
    if told.get("bypass_auth_subnet_whitelist_enabled") and networks:
        wide = [each for each in networks if _width(each) < 24]
        message = "whoever comes from {0} needs no password".format(", ".join(wide or networks))
        found.append(_door("login_bypassed", "bypass_auth_subnet_whitelist", message, "high" if wide else "medium", "take the networks out, or narrow them"))
    if answered:
        message = "it answers without a login to everyone who reaches it as this run does"
        found.append(_door("login_bypassed", "bypass_local_auth", message, "high", "turn bypass_local_auth and the networks without a password off"))
    elif told.get("bypass_local_auth"):
        message = "whoever shares its network, such as a container of the same VPN or a proxy on its host, needs no password"
        # The VPN hands the port over without a login.
        severity, remedy = ("info", "let nothing else share that network") if port_forwarding else ("medium", "turn bypass_local_auth off")
        found.append(_door("login_bypassed", "bypass_local_auth", message, severity, remedy))
    if told.get("web_ui_upnp"):
        message = "it asks the router to open the web interface to the internet"
        found.append(_door("webui_published", "web_ui_upnp", message, "high", "turn web_ui_upnp off"))
    if told.get("web_ui_port") == 8080 and not told.get("use_https") and str(told.get("web_ui_address") or "*") in ("*", "0.0.0.0", "::"):
        message = "the web interface listens on its default port on every address, without TLS"
        found.append(_door("webui_default_port", "web_ui_port", message, "low", "publish it to the network of the containers only, or behind a proxy with TLS"))
    for switch, name in (("web_ui_csrf_protection_enabled", "forged requests"), ("web_ui_host_header_validation_enabled", "foreign host names")):
        if told.get(switch) is False:
            message = "its protection against {0} is off".format(name)
            found.append(_door("webui_unprotected", switch, message, "low", "turn {0} on".format(switch)))
    return found


def _width(network: str) -> int:
    """The length of the prefix, as of an IPv4 network; 0 for all addresses."""
    length = network.rpartition("/")[2] if "/" in network else ("128" if ":" in network else "32")
    bits = int(length) if length.isdigit() else 0
    # A household has a /64 of IPv6.
    return bits - 40 if ":" in network else bits
