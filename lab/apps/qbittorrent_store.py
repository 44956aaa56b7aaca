# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one qBittorrent has stored, and what it makes of what it is sent: it never refuses a preference."""

from __future__ import annotations

import base64
import copy
import functools
import hashlib
import ipaddress
import json
import os
import posixpath
from typing import TYPE_CHECKING, Any

import yaml

from lab.repositories import DATA

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER = DATA / "qbittorrent"
_ROUNDS = 100_000
#: Where a relative folder comes to lie.
_PROFILE = "/config/qBittorrent"


@functools.cache
def rules() -> dict[str, Any]:
    """`rules.yml`: how the app behaves."""
    found: dict[str, Any] = yaml.safe_load((_FOLDER / "rules.yml").read_text(encoding="utf-8"))
    return found


@functools.cache
def traits(version: str) -> dict[str, Any]:
    """What a version answers, with what it has from the one before it."""
    told = rules()["versions"][version]
    return {**traits(told["like"]), **told} if "like" in told else {"login": [200, "Ok."], "refusal": [200, "Fails."], "empty": 200, **told}


@functools.cache
def defaults(version: str) -> dict[str, Any]:
    """The preferences of a fresh instance of a version."""
    told = rules()["versions"][version]
    if "like" not in told:
        found: dict[str, Any] = json.loads((_FOLDER / "preferences.json").read_text(encoding="utf-8"))
        return found
    return {**{name: value for name, value in defaults(told["like"]).items() if name not in told["gone"]}, **told["new"]}


class Store:
    """Preferences, categories and the one user. Whoever changes it holds the stand-in's lock."""

    def __init__(self, version: str, username: str, password: str, file: Path | None = None) -> None:
        self.traits = traits(version)
        self.preferences: dict[str, Any] = {**copy.deepcopy(defaults(version)), "web_ui_username": username}
        self.categories: dict[str, dict[str, Any]] = {}
        #: The network interfaces that exist now.
        self.interfaces = ["lo"]
        self._file = file
        self.salt = os.urandom(16)
        self.set_password(password)

    def set_password(self, password: str, salt: bytes | None = None) -> None:
        """Keep the hash of a new password, in the app's file where it has one."""
        self.salt = salt or self.salt
        self.hash = _hashed(password, self.salt)
        if self._file is not None:
            kept = ":".join(base64.b64encode(each).decode() for each in (self.salt, self.hash))
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lines = ["[Preferences]", f"WebUI\\Username={self.preferences['web_ui_username']}", f'WebUI\\Password_PBKDF2="@ByteArray({kept})"', ""]
            self._file.write_text("\n".join(lines), encoding="utf-8")

    def knows(self, username: str, password: str) -> bool:
        """Whether this is the user."""
        return _hashed(password, self.salt) == self.hash and username == self.preferences["web_ui_username"]

    def set(self, told: dict[str, Any]) -> None:
        """Take preferences as the app does. What it does not know or understand is ignored or becomes something else."""
        told = dict(told)
        if isinstance(told.get("web_ui_password"), str) and told["web_ui_password"]:
            self.set_password(told["web_ui_password"])
        for name in rules()["limits"]:
            self._limit(told, name)
        if told.pop("random_port", None):
            told["listen_port"] = 0
        for name, value in told.items():
            if name in self.preferences:
                self.preferences[name] = self._stored(name, value)
        self.preferences["random_port"] = self.preferences["listen_port"] == 0

    def _limit(self, told: dict[str, Any], name: str) -> None:
        switch, value = f"{name}_enabled", told.pop(name, 0)
        if switch in told and name in self.preferences:
            on = bool(told.pop(switch))
            self.preferences |= {switch: on, name: value if on else -1}

    def _stored(self, name: str, value: Any) -> Any:
        before = self.preferences[name]
        words = rules()["words"].get(name)
        if words and isinstance(before, str):
            return value if value in words else before
        if isinstance(before, bool):
            return value in (True, "true", 1)
        if isinstance(before, int):
            return self._number(name, _whole(value))
        if isinstance(before, str):
            return self._text(name, str(value))
        return value if isinstance(value, type(before)) else before

    def _number(self, name: str, value: int) -> int:
        if name in rules()["rates"]:
            return 0 if value <= 0 else max(1, value // 1024) * 1024
        return -1 if name in rules()["unlimited"] and value <= 0 else value

    def _text(self, name: str, value: str) -> str:
        if name in rules()["folders"]:
            return posixpath.normpath(posixpath.join(_PROFILE, value))
        if name == "bypass_auth_subnet_whitelist":
            return "\n".join(filter(None, map(_network, value.replace(",", "\n").split("\n"))))
        if name == "banned_IPs":
            return "\n".join(each for each in value.split("\n") if _network(each) and "/" not in each)
        return value

    def category(self, name: str) -> dict[str, Any]:
        """A category as it is answered."""
        told = {"name": name, **self.categories[name]}
        return told if "download_path" in told or not self.traits.get("unset_path") else {**told, "download_path": None}

    def dump(self) -> dict[str, Any]:
        """Everything that is stored, secrets in clear."""
        return copy.deepcopy({"preferences": self.preferences, "categories": self.categories})


@functools.lru_cache(maxsize=64)
def _hashed(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return ""
    return str(network)
