# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's settings files, its vault and its apps fit each other, but for what is planted."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from lab import inventory, repositories
from lab.apps.others import OTHERS, vault
from lab.apps.servarr_instance import APPS, Instance
from lab.repositories import DATA
from lab.server import CONTROL, Request

PLANTED = yaml.safe_load((DATA / "planted.yml").read_text(encoding="utf-8"))["settings"]
TREE = repositories.newest_tree("homelab-apps")
#: Of some things, such as the VPN, git says no settings, and some apps have no secret among theirs.
FILES = {app: TREE.get(f"apps/{app}.yml", b"").decode() for app in (*APPS, *OTHERS)}
VAULT: dict[str, dict[str, Any]] = {**{name: {} for name in OTHERS}, **inventory._vault(), **vault()}


def declared(app: str, resource: str, key: str) -> Any:
    told = yaml.safe_load(FILES[app]).get(resource)
    if isinstance(told, dict):
        return told
    return next((each for each in told or [] if key in _names(each)), None)


def _names(thing: dict[str, Any]) -> tuple[Any, ...]:
    found = tuple(thing.get(name) for name in ("name", "id", "agent", "foreignId"))
    return (*found, ",".join(map(str, thing.get("tags", []))), f"{thing.get('type')} | {thing.get('title')}")


@pytest.mark.parametrize("entry", PLANTED, ids=lambda entry: f"{entry['app']}-{entry['resource']}-{entry['path']}")
def test_what_is_planted_stands_in_git_as_it_is_told(entry: dict[str, Any]) -> None:
    found = declared(entry["app"], entry["resource"], entry["key"])
    if entry["kind"] == "setting_changed":
        for part in entry["path"].split("."):
            found = found[part]
        assert found == entry["declared"] != entry["running"]
    elif entry["kind"] == "unmanaged":
        assert found is None
    elif entry["kind"] == "secret_changed":
        assert entry["declared"] in json.dumps(found)


@pytest.mark.parametrize("app", APPS)
def test_the_vault_has_each_variable_and_the_value_that_the_app_has_stored(app: str) -> None:
    vault = inventory._vault()[app]
    assert set(re.findall(r"\{\{ (\w+) \}\}", FILES[app])) == set(vault)
    stored = json.dumps(Instance(app).dump())
    planted = {entry["declared"] for entry in PLANTED if entry["kind"] == "secret_changed"}
    # Of the password of the UI the app keeps a hash.
    for name, value in vault.items():
        assert (json.dumps(value)[1:-1] in stored) is (name not in planted and not name.endswith("config_host_password"))


@pytest.mark.parametrize("app", OTHERS)
def test_the_vault_of_another_app_has_each_variable_and_what_it_has_stored(app: str) -> None:
    assert set(re.findall(r"\{\{ (\w+) \}\}", FILES[app])) == set(VAULT[app])
    asked = OTHERS[app]().answer(Request("GET", CONTROL + "store"))
    planted = {entry["declared"] for entry in PLANTED if entry["kind"] == "secret_changed"}
    for name, value in VAULT[app].items():
        # Of the password of their own users the apps keep hashes.
        hashed = ("vault_bazarr_auth_password", "vault_qbittorrent_web_ui_password")
        assert (value in asked.body.decode()) is (name not in planted and name not in hashed), name


@pytest.mark.parametrize("app", (*APPS, *OTHERS))
def test_no_secret_stands_in_a_settings_file(app: str) -> None:
    for value in VAULT[app].values():
        assert value not in FILES[app]
