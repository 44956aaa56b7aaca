# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Bazarr has stored, and how it takes a form: types that it guesses, values that it refuses, and what it keeps without a word."""

from __future__ import annotations

import copy
import functools
import hashlib
import json
from typing import Any

import yaml

from lab.repositories import DATA

_FOLDER = DATA / "bazarr"
_Row = dict[str, Any]
_Form = dict[str, list[str]]


@functools.cache
def rules() -> _Row:
    """`rules.yml`: how the app behaves."""
    return yaml.safe_load((_FOLDER / "rules.yml").read_text(encoding="utf-8"))


@functools.cache
def house() -> _Row:
    """`house.yml`: what the lab's own instance has set."""
    return yaml.safe_load((_FOLDER / "house.yml").read_text(encoding="utf-8"))


class NotAcceptable(Exception):
    """A value that Bazarr refuses, with its own words."""


class Broken(Exception):
    """What the app runs into and answers with 500."""


class Store:
    """The settings, languages, profiles and notifications of one instance. Whoever changes them holds the stand-in's lock."""

    def __init__(self, key: str) -> None:
        fresh = json.loads((_FOLDER / "fresh.json").read_text(encoding="utf-8"))
        self.fresh: _Row = fresh
        self.settings: _Row = copy.deepcopy(fresh["settings"])
        self.settings["auth"]["apikey"] = key
        self.languages: list[_Row] = [{"name": name, "code2": code2, "code3": code3, "enabled": False} for name, code2, code3 in fresh["languages"]]
        self.profiles: list[_Row] = []
        self.notifications: list[_Row] = [{"name": name, "enabled": False, "url": None} for name in fresh["notifications"]]

    def furnish(self, own: _Row) -> None:
        """Put what a house has set over a fresh installation."""
        self.fresh["status"]["bazarr_version"] = own["version"]
        for section, values in own["settings"].items():
            self.settings[section].update(copy.deepcopy(values))
        self.enable(own["languages"])
        self.profiles = copy.deepcopy(own["profiles"])
        for row in own["notifications"]:
            self.notify(row)

    def shown(self) -> _Row:
        """The answer to a look at the settings: secrets in clear."""
        return {**copy.deepcopy(self.settings), "notifications": {"providers": copy.deepcopy(self.notifications)}}

    def dump(self) -> _Row:
        """Everything that is stored."""
        return copy.deepcopy({name: getattr(self, name) for name in ("settings", "languages", "profiles", "notifications")})

    def load(self, dump: _Row) -> None:
        """Put back what `dump` told."""
        for name, value in copy.deepcopy(dump).items():
            setattr(self, name, value)

    def save(self, form: _Form) -> set[str]:
        """Take a form; the neighbours to connect to again. Languages, profiles and notifications are stored before a setting can be refused."""
        if form.get("languages-enabled"):
            self.enable(form["languages-enabled"])
        if form.get("languages-profiles"):
            self._take_profiles(form["languages-profiles"][0])
        for text in form.get("notifications-providers", ()):
            self.notify(json.loads(text))
        kept = copy.deepcopy(self.settings)
        try:
            for key, texts in form.items():
                self._take(key, texts)
            self._validate(kept)
        except (NotAcceptable, Broken):
            self.settings = kept
            raise
        return self._connects(form)

    def enable(self, codes: list[str]) -> None:
        """Exactly these languages; a code that is none of them switches nothing on."""
        for row in self.languages:
            row["enabled"] = row["code2"] in codes

    def notify(self, row: _Row) -> None:
        """Change the notification of this name; there are no others."""
        for known in self.notifications:
            if known["name"] == row["name"]:
                known.update(enabled=bool(row["enabled"]), url=row["url"])

    def _take_profiles(self, text: str) -> None:
        try:
            told = json.loads(text)
            rows = [{name: each[name] for name in rules()["profile_keys"]} for each in told]
        except (ValueError, KeyError, TypeError) as error:
            raise Broken from error
        for row in rows:
            # A false comes back as 0.
            row["originalFormat"] = None if row["originalFormat"] is None else int(row["originalFormat"])
        self.profiles = rows

    def _take(self, key: str, texts: list[str]) -> None:
        kind, *names = key.split("-")
        if kind == "subzero":
            self._modify(names[0], _guessed(names[0], texts))
        if kind != "settings" or len(names) not in (2, 3):
            return
        if names[0] not in self.settings:
            raise Broken(key)
        holder = self.settings[names[0]]
        for name in names[1:-1]:
            holder = holder[name]
        value = _guessed(names[-1], texts)
        if names[-1] == "base_url" and isinstance(value, str):
            while "//" in value:
                value = value.replace("//", "/")
            value = value.rstrip("/")
        if names == ["auth", "password"] and value is not None and value != holder["password"]:
            value = hashlib.md5(str(value).encode(), usedforsecurity=False).hexdigest()
        holder[names[-1]] = value

    def _modify(self, mod: str, value: Any) -> None:
        mods = self.settings["general"]["subzero_mods"]
        if mod == "color":
            mods[:] = [each for each in mods if not each.startswith("color")] + ([value] if value else [])
        elif value:
            # Also when it is on already.
            mods.append(mod)
        elif mod in mods:
            mods.remove(mod)

    def _validate(self, before: _Row) -> None:
        for section, values in self.settings.items():
            for key, value in values.items():
                known = self.fresh["settings"].get(section, {})
                if key in known and value != before[section].get(key):
                    _check(f"{section}.{key}", value, known[key])

    def _connects(self, form: _Form) -> set[str]:
        found = set()
        for name, link in rules()["links"].items():
            keys = {f"settings-general-{link['switch']}", *(f"settings-{name}-{key}" for key in link["keys"])}
            if keys & set(form) and self.settings["general"][link["switch"]]:
                found.add(name)
        return found


def _guessed(key: str, texts: list[str]) -> Any:
    """What Bazarr makes of the texts of one key."""
    known = rules()
    if key in known["lists"]:
        if texts[0] in known["empty"]:
            return []
        return [text.split(",") for text in texts] if key in known["path_mappings"] else list(texts)
    if len(texts) > 1:
        return list(texts)
    text = texts[0]
    if text in known["empty"] and text:
        return None
    if text in ("true", "false"):
        return text == "true"
    if key in known["stay_texts"]:
        return text
    try:
        number = int(text)
    except ValueError:
        return text
    return str(number) if key in known["become_texts"] else number


def _check(path: str, value: Any, example: Any) -> None:
    known = rules()
    allowed: tuple[type, ...] = (str, int) if path in known["number_or_text"] else (str,) if example is None else (type(example),)
    if not (value is None and path in known["nullable"]) and type(value) not in allowed:
        raise NotAcceptable(f"{path} must is_type_of {allowed[0] if len(allowed) == 1 else allowed} but it is {value}")
    if path in known["one_of"] and value not in known["one_of"][path]:
        raise NotAcceptable(f"{path} must is_in {known['one_of'][path]} but it is {value}")
    least, most = known["between"].get(path, (None, None))
    if least is not None and value < least:
        raise NotAcceptable(f"{path} must gte {least} but it is {value}")
    if most is not None and value > most:
        raise NotAcceptable(f"{path} must lte {most} but it is {value}")
