# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app keeps in its folder on the docker host: its database, as far as secrets stand in it, and `config.xml`.

The stand-in answers from memory and writes after every request, so that whoever reads the files finds what the API masks. As with the real
apps the database is in WAL mode and open for as long as the app runs.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from pathlib import Path

    from lab.apps.servarr_instance import Instance

_TABLES = {
    "applications": "Applications",
    "downloadclient": "DownloadClients",
    "importlist": "ImportLists",
    "indexer": "Indexers",
    "indexerproxy": "IndexerProxies",
    "metadata": "Metadata",
    "notification": "Notifications",
}
_PROVIDERS = (
    'CREATE TABLE "{0}" ("Id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "Name" TEXT NOT NULL, "Implementation" TEXT NOT NULL, '
    '"Settings" TEXT, "ConfigContract" TEXT)'
)
_CONFIG = 'CREATE TABLE "Config" ("Id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "Key" TEXT NOT NULL UNIQUE, "Value" TEXT NOT NULL)'
_USERS = (
    'CREATE TABLE "Users" ("Id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "Identifier" TEXT NOT NULL UNIQUE, '
    '"Username" TEXT NOT NULL UNIQUE, "Password" TEXT NOT NULL{0})'
)
_SALTED = ', "Salt" TEXT, "Iterations" INTEGER'
#: Properties of config/host that stand in config.xml, in the app's order; those that the app does not have are left out.
_XML = ("apiKey", "port", "analyticsEnabled", "logLevel", "urlBase", "authenticationRequired", "enableSsl", "authenticationMethod", "branch",
        "bindAddress", "sslPort", "launchBrowser", "sslCertPath", "sslCertPassword", "instanceName")  # fmt: skip
_ELSEWHERE = (*_XML, "id", "username", "password", "passwordConfirmation")
#: Where Prowlarr puts the settings of an indexer that comes from a definition, and what of such an indexer stands beside them.
_DEFINED, _BESIDE = "extraFieldData", ("definitionFile", "baseUrl", "baseSettings", "torrentBaseSettings")
_ROUNDS = 10_000


class Files:
    """The files of one app below `folder`. Whoever writes holds the stand-in's lock."""

    def __init__(self, instance: Instance, folder: Path) -> None:
        self._instance, self._folder = instance, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / f"{instance.name}.db", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        # Made anew with each lab, so that nothing is lost by a power cut.
        self._database.execute("PRAGMA synchronous = OFF")
        self._written: dict[str, list[tuple[Any, ...]]] = {}
        for path, table in _TABLES.items():
            if path in instance.rows:
                self._database.execute(_PROVIDERS.format(table))
        self._database.execute(_CONFIG)
        self._database.execute(_USERS.format(_SALTED if instance.salt else ""))
        self.write()

    def write(self) -> None:
        """Bring the files up to what the app has stored. Tables that stay as they are, are not touched."""
        for table, rows in self._rows().items():
            if self._written.get(table) != rows:
                self._replace(table, rows)
        self._written = self._rows()
        text = self._config_xml()
        file = self._folder / "config.xml"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")

    def close(self) -> None:
        """What a stop of the app does: what stands in the journal goes into the database."""
        self._database.close()

    def _replace(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute(f'DELETE FROM "{table}"')
        for row in rows:
            self._database.execute(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(row))})', row)
        self._database.execute("COMMIT")

    def _rows(self) -> dict[str, list[tuple[Any, ...]]]:
        kept = self._instance.rows
        found: dict[str, list[tuple[Any, ...]]] = {table: [_provider(row) for row in kept[path]] for path, table in _TABLES.items() if path in kept}
        told: dict[str, str] = {}
        for page in (page for path, page in kept.items() if path.startswith("config/")):
            told |= {name.lower(): str(value) for name, value in page.items() if name not in _ELSEWHERE and value not in ("", None)}
        found["Config"] = [(number, *pair) for number, pair in enumerate(sorted(told.items()), 1)]
        host = self._instance.host
        user = (1, f"{self._instance.name}-user", host.get("username"), host.get("password"))
        salted = (self._instance.salt, _ROUNDS) if self._instance.salt else ()
        found["Users"] = [(*user, *salted)] if host.get("username") and host.get("password") else []
        return found

    def _config_xml(self) -> str:
        host = self._instance.host
        lines = [f"  <{name[0].upper()}{name[1:]}>{escape(_text(name, host[name]))}</{name[0].upper()}{name[1:]}>" for name in _XML if name in host]
        return "\n".join(["<Config>", *lines, "</Config>"])


def _text(name: str, value: Any) -> str:
    text = "" if value is None else str(value)
    return text.capitalize() if name.startswith("authentication") else text


def _provider(row: dict[str, Any]) -> tuple[Any, ...]:
    settings = _nested(row.get("settings") or {})
    if row["implementation"] == "Cardigann":
        beside = {name: value for name, value in settings.items() if name in _BESIDE}
        settings = {**beside, _DEFINED: {name: value for name, value in settings.items() if name not in _BESIDE}}
    told = json.dumps(settings, indent=2, ensure_ascii=False)
    return (row["id"], row["name"], row["implementation"], told, row.get("configContract"))


def _nested(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as the database has them: a dot in a name is a level, and what is not set is not there."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        *above, last = name.split(".")
        place = found
        for part in above:
            place = place.setdefault(part, {})
        if value is not None:
            place[last] = value
    return found
