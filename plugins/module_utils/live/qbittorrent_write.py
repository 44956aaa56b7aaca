# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writing side of qBittorrent. It answers 200 to everything, so what it kept is known only when it is read again."""

from __future__ import annotations

from typing import AbstractSet, Any, Callable, Dict, List, Mapping, Sequence

from ansible_collections.homelab.media_center.plugins.module_utils.live.qbittorrent_client import PREFIX, Connection
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw
from ansible_collections.homelab.media_center.plugins.module_utils.resources.qbittorrent import RENAMED, SEPARATORS
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

_INTERFACE = "current_network_interface"


class QbittorrentWriter:
    """Writes to one instance. It knows what was read, and keeps it up to date with what it wrote.

    ``own_names`` are the preferences as this version calls them: what was read has both names of a renamed one.
    """

    def __init__(self, app: App, connection: Connection, raw: Raw, own_names: AbstractSet[str]) -> None:
        self._own_names = own_names
        self._app = app
        self._connection = connection
        told, categories = raw.get("preferences"), raw.get("category")
        self._preferences: Dict[str, Any] = dict(told) if isinstance(told, Mapping) else {}
        things = categories if isinstance(categories, (list, tuple)) else ()
        self._categories: Dict[str, Dict[str, Any]] = {str(each["name"]): dict(each) for each in things}
        #: Every write that the app took, as method and path.
        self.sent: List[str] = []

    def write(self, action: str, resource: str, key: str, values: Mapping[str, Any], behind: Sequence[str] = ()) -> None:
        """Create, update or delete one thing; nothing has a place among others. Raises GatewayError or LookupError."""
        if resource == "preferences":
            self._set_preferences(values)
        elif action == "delete":
            self._send("torrents/removeCategories", lambda client: client.torrents_remove_categories(categories=[key]))
            self._categories.pop(key, None)
        else:
            self._set_category(action, key, values)

    def _set_category(self, action: str, key: str, values: Mapping[str, Any]) -> None:
        before = self._categories.get(key, {})
        if action == "update" and not before:
            raise LookupError("category {0} is gone".format(key))
        # An edit replaces the whole: what it does not name is unset.
        whole = {**before, **values}
        path = whole.get("download_path")
        sent: Dict[str, Any] = {"name": key, "save_path": whole.get("savePath") or ""}
        if path is not None:
            sent.update(enable_download_path=path is not False, download_path="" if path is False else str(path))
        if action == "create":
            self._send("torrents/createCategory", lambda client: client.torrents_create_category(**sent))
        else:
            self._send("torrents/editCategory", lambda client: client.torrents_edit_category(**sent))
        self._categories[key] = {**whole, "name": key}

    def _set_preferences(self, values: Mapping[str, Any]) -> None:
        body = self._body(values)
        interface = body.get(_INTERFACE)
        if interface and interface not in self._interfaces():
            raise LookupError("qBittorrent sees no network interface {0} now, and bound to it nothing would be reachable".format(interface))
        self._send("app/setPreferences", lambda client: client.app_set_preferences(prefs=body))
        self._preferences.update(body)

    def _body(self, values: Mapping[str, Any]) -> Dict[str, Any]:
        body: Dict[str, Any] = {}
        for path, value in values.items():
            name, below, rest = path.partition(".")
            if isinstance(self._preferences.get(name), Mapping) or below:
                folders = body.setdefault(name, dict(self._preferences.get(name) or {}))
                _set_folder(folders, rest, value)
            else:
                body[self._own(name)] = SEPARATORS[name].join(value) if name in SEPARATORS and isinstance(value, list) else value
        for name, switch in self._app.resources["preferences"].pairs.items():
            if name in body or switch in body:
                self._pair(body, name, switch)
        return body

    def _own(self, name: str) -> str:
        """The name that this version has for a preference."""
        old = next((old for old, new in RENAMED.items() if name in (old, new)), name)
        return old if old in self._own_names else RENAMED.get(old, name)

    def _pair(self, body: Dict[str, Any], name: str, switch: str) -> None:
        """A limit is taken only together with its switch, and a switch without its limit makes it 0."""
        value = body.get(name, self._preferences.get(name))
        number = value if isinstance(value, (int, float)) else -1
        on = body.get(switch, number >= 0 if name in body else self._preferences.get(switch))
        if on and number < 0:
            raise LookupError("{0} needs {1} beside it: without one the app would take 0".format(switch, name))
        body[switch] = bool(on)
        if on:
            body[name] = number
        else:
            body.pop(name, None)

    def _interfaces(self) -> List[str]:
        told = self._connection.read("app/networkInterfaceList", lambda client: client.app_network_interface_list(SIMPLE_RESPONSES=True))
        return [str(each.get("value")) for each in told if isinstance(each, Mapping)]

    def _send(self, path: str, ask: Callable[[Any], Any]) -> None:
        self._connection.write(path, ask)
        self.sent.append("POST {0}{1}".format(PREFIX, path))


def _set_folder(folders: Dict[str, Any], name: str, value: Any) -> None:
    if name:
        folders[name] = value
    else:
        # The names of all that there are to be; those that are missing come with paths of their own.
        for gone in [each for each in folders if each not in value]:
            del folders[gone]
