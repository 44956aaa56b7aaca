# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writing side of Plex: everything travels as arguments of a query, and an answer says nothing, so each write is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Sequence, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw, key_of

if TYPE_CHECKING:
    from ansible_collections.homelab.media_center.plugins.module_utils.live.plex import Plex

_SECTIONS = "/library/sections"
_BELOW = "preferences."
#: Properties of a library by the argument that sets them. ``location`` comes as often as there are folders.
_ARGUMENTS = {"title": "name", "agent": "agent", "scanner": "scanner", "language": "language", "locations": "location"}


class PlexWriter:
    """Writes to one server. ``sent`` are the writes that it took, as method and path."""

    def __init__(self, plex: Plex, raw: Raw) -> None:
        self._plex = plex
        self._libraries: List[Mapping[str, Any]] = _rows(raw.get("library"))
        self.sent: List[str] = []

    def write(self, action: str, resource: str, key: str, values: Mapping[str, Any], behind: Sequence[str] = ()) -> None:
        """Create, update or delete one thing. Raises GatewayError, or LookupError where the thing is not there or not the only one of its name."""
        if resource == "server":
            self._send("PUT", "/:/prefs", {name: _wire(value) for name, value in values.items()})
        elif action == "create":
            self._send("POST", _SECTIONS, {"type": values["type"], **_arguments(values)})
        elif action == "update":
            row = self._one(key)
            # The agent has to be named with every change; the folders that are named become all that there are.
            self._send("PUT", "{0}/{1}".format(_SECTIONS, row["id"]), {"agent": str(row["agent"]), **_arguments(values)})
        else:
            self._send("DELETE", "{0}/{1}".format(_SECTIONS, self._one(key)["id"]), {})

    def _one(self, key: str) -> Mapping[str, Any]:
        table = self._plex.app.resources["library"]
        found = [row for row in self._libraries if key_of(table, row) == key]
        if not found:
            raise LookupError("there is no library {0} any more".format(key))
        if len(found) > 1:
            raise LookupError("Plex has {0} libraries called {1}: rename or remove all but one of them".format(len(found), key))
        return found[0]

    def _send(self, method: str, path: str, arguments: Mapping[str, Any]) -> None:
        session = self._plex.session
        try:
            reply = session.write(method, path, None, arguments)
        except GatewayError as error:
            if error.status == 400:
                error.message = "HTTP 400: Plex does not accept it"
                error.remedy = "correct the values in the settings file, and look into Plex's log for what it minds"
                raise
            raise self._plex.explained(error) from None
        if reply.status not in (200, 201):
            refused = session.refused(method, path, reply)
            if "still starting up" in str(reply.body):
                refused.remedy = "wait until Plex has started, then run again"
            raise self._plex.explained(refused)
        self.sent.append("{0} {1}".format(method, path))


def _rows(answer: Any) -> List[Mapping[str, Any]]:
    return list(answer) if isinstance(answer, (list, tuple)) else []


def _arguments(values: Mapping[str, Any]) -> Dict[str, Union[str, List[str]]]:
    found: Dict[str, Union[str, List[str]]] = {}
    for path in sorted(values):
        value = values[path]
        if path.startswith(_BELOW):
            found["prefs[{0}]".format(path[len(_BELOW) :])] = _wire(value)
        elif path in _ARGUMENTS:
            found[_ARGUMENTS[path]] = [str(each) for each in value] if isinstance(value, (list, tuple)) else _wire(value)
    return found


def _wire(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
