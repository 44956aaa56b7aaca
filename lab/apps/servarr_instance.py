# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One running *arr app: what it is (data), how it behaves (rules) and what it has stored (rows)."""

from __future__ import annotations

import copy
import functools
import json
from typing import Any

import yaml

from lab.apps.servarr_answers import Refusal, database_is_locked
from lab.repositories import DATA

MASK = "********"
APPS = ("radarr", "sonarr", "lidarr", "readarr", "prowlarr")
_FOLDER = DATA / "servarr"
_Row = dict[str, Any]


@functools.cache
def rules() -> _Row:
    """`rules.yml`: how the apps behave."""
    return yaml.safe_load((_FOLDER / "rules.yml").read_text(encoding="utf-8"))


@functools.cache
def house() -> _Row:
    """`instances.yml`: where the apps run, their keys and salts."""
    return yaml.safe_load((_FOLDER / "instances.yml").read_text(encoding="utf-8"))


def keys() -> dict[str, str]:
    """The API key of each app of the lab."""
    return house()["api_keys"]


class Instance:
    """The state of one app. Whoever changes it holds the stand-in's lock."""

    def __init__(self, app: str, api_keys: dict[str, str] | None = None) -> None:
        text = (_FOLDER / f"{app}.json").read_text(encoding="utf-8")
        for name, key in (api_keys or keys()).items():
            text = text.replace(f"@key:{name}@", key)
        self.data: _Row = json.loads(text)
        self.name: str = app
        self.title: str = self.data["title"]
        # Of the hash of the user's password, in base64; empty where the app uses none.
        self.salt: str = house()["salts"].get(app, "")
        self.traits: _Row = rules()["apps"][app]
        self.letter: str = self.traits["letter"]
        self.prefix = f"/api/{self.data['version_of_api']}"
        self.version: str = self.data["status"]["version"]
        self.rows: dict[str, Any] = copy.deepcopy(self.data["rows"])
        self.last_ids: dict[str, int] = {}
        self.commands: list[_Row] = []
        self.folders = self._house_folders()
        # `None`: every neighbour answers a test; else the addresses (host:port) that do.
        self.reachable: set[str] | None = set()
        # Another process holds a lock: "writers" keeps writes out, "readers" also what only reads.
        self.locked = ""
        self.reads = 0
        self.start()

    def start(self) -> None:
        """What a start of the app does: a changed port and url base come into force, rows that no code knows are dropped."""
        self.url_base: str = self.rows["config/host"].get("urlBase") or ""
        for path, found in self.data["templates"].items():
            known = {each["implementation"] for each in found}
            if path in self.rows and path not in ("customformat", "autotagging"):
                self.rows[path] = [row for row in self.rows[path] if row["implementation"] in known]

    @property
    def host(self) -> _Row:
        return self.rows["config/host"]

    @property
    def lenient(self) -> bool:
        """Whether numbers are taken as booleans."""
        return bool(self.traits.get("lenient"))

    @property
    def masks(self) -> bool:
        """Whether secrets are answered as a mask."""
        return bool(self.traits.get("masks", True))

    def applies(self, entry: _Row) -> bool:
        """Whether a rule holds for this app."""
        return self.letter in entry.get("apps", self.letter)

    def find(self, path: str, number: int) -> _Row | None:
        """The row of a collection with this id."""
        return next((row for row in self.rows[path] if row["id"] == number), None)

    def writing(self) -> None:
        """To be called before anything is stored: Refusal while the database is locked."""
        if self.locked:
            raise Refusal(database_is_locked())

    def insert(self, path: str, row: _Row) -> _Row:
        """Store a row under the next id. SQLite's AUTOINCREMENT never gives an id twice."""
        self.writing()
        highest = max([each["id"] for each in self.rows[path]], default=0)
        self.last_ids[path] = max(self.last_ids.get(path, 0), highest) + 1
        stored = {**row, "id": self.last_ids[path]}
        self.rows[path].append(stored)
        return stored

    def replace(self, path: str, row: _Row) -> None:
        """Store `row` in the place of the one with its id. Readarr does not notice that a locked database refused it."""
        if self.locked and self.traits.get("swallows_conflicts"):
            return
        self.writing()
        self.rows[path] = [row if each["id"] == row["id"] else each for each in self.rows[path]]

    def remove(self, path: str, number: int) -> bool:
        """Delete a row; whether it was there."""
        self.writing()
        before = len(self.rows[path])
        self.last_ids[path] = max(self.last_ids.get(path, 0), *(each["id"] for each in self.rows[path]), 0)
        self.rows[path] = [each for each in self.rows[path] if each["id"] != number]
        return len(self.rows[path]) < before

    def template(self, path: str, row: _Row) -> _Row | None:
        """The template of a provider's implementation, of its definition where it has one."""
        found = [each for each in self.data["templates"][path] if each["implementation"] == row.get("implementation")]
        definition = row.get("settings", {}).get("definitionFile")
        return next((each for each in found if each.get("definition") == definition), found[0] if found and not found[0].get("definition") else None)

    def free_space(self) -> int:
        """What is left on the disk: another number at each look, as on a disk in use."""
        self.reads += 1
        return 78_092_955_648 - 4096 * (self.reads * 7919 % 100_003)

    def dump(self) -> dict[str, Any]:
        """Everything that is stored, secrets in clear."""
        return copy.deepcopy(self.rows)

    def _house_folders(self) -> set[str]:
        """The folders that exist where the app runs: system folders, and those which the house refers to."""
        found = {self.data["status"]["startupPath"], "/", "/boot", "/bin", "/etc", "/usr", "/usr/bin", "/proc", "/config", "/data", "/data/usenet"}
        listed = [row.get("path") for row in self.rows.get("rootfolder", [])]
        listed += [row.get("localPath") for row in self.rows.get("remotepathmapping", [])]
        listed.append(self.rows.get("config/mediamanagement", {}).get("recycleBin"))
        for path in filter(None, listed):
            parts = path.strip("/").split("/")
            found |= {"/" + "/".join(parts[: end + 1]) for end in range(len(parts))}
        return found
