# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret of five apps is in anything that a run shows or leaves, not when it writes and not when the apps refuse and repeat what they were sent.

Each field that holds a secret has one in the app and another in git, whether the app masks it or not.
"""

from __future__ import annotations

import copy
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import app_http

from lab.server import Response
from support.frozen_collection import copy_of_collection, spoil
from support.settings_canaries import Marked, declare, echo, fill
from support.settings_lab import NAMES, SettingsLab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.server import Request

FACES = ("output", "ansible.log", "report/report.json", "report/report.md", "report/report.html", "report/report.junit.xml")
WORDS = ("-vvv", "--diff", "-e", json.dumps({"media_center_git_wins": list(NAMES), "media_center_prune_settings": ["notification"]}))


class Leaky:
    """The lab with its secrets, as it is before each run."""

    def __init__(self, folder: Path) -> None:
        self.secrets = Marked()
        self.lab = SettingsLab(folder)
        fill(self.lab, self.secrets)
        self.variables = declare(self.lab, self.secrets)
        for name in NAMES:
            # One thing that git does not know, and one that only git knows.
            things = self.lab.documents[name]["notification"]
            gone = next(each for each in things if each["implementation"] == "Webhook")
            things.remove(gone)
            things.append({**gone, "name": "Only git"})
        self.rows = {name: copy.deepcopy(app.instance.rows) for name, app in self.lab.apps.items()}

    def reset(self) -> None:
        for name, app in self.lab.apps.items():
            app.instance.rows = copy.deepcopy(self.rows[name])

    def refusing(self, request: Request, response: Response) -> Response:
        """Every third write is refused with what was sent."""
        number = hashlib.sha256(request.path.encode()).digest()[0]
        if request.method not in ("PUT", "POST") or number % 3:
            return response
        status, body = echo(number // 3, request.body)
        return Response(status, body, {"Content-Type": "application/json"})

    def reconcile(self, **more: Any) -> dict[str, bytes]:
        self.reset()
        for name in NAMES:
            self.lab.between(name, self.refusing)
        assert self.lab.play("reconcile", *WORDS, variables=self.variables, **more) == 0, self.lab.output[-3000:]
        assert "Traceback" not in self.lab.output
        for name in NAMES:
            self.lab.between(name, None)
        return self.lab.left()

    def leaks(self, told: dict[str, bytes]) -> list[str]:
        return [f"{place} in {where}" for where, data in told.items() for place in self.secrets.found(data)]


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leaky]:
    found = Leaky(tmp_path_factory.mktemp("canaries"))
    yield found
    found.lab.close()


def test_a_reconcile_that_writes_and_is_refused_tells_no_secret(leaky: Leaky) -> None:
    told = leaky.reconcile()
    assert set(FACES) <= set(told) and any(each.startswith("state/previous/") for each in told)
    assert [each for each in told if each.startswith(("temporary/", "local/", "remote/"))] == []
    writes = leaky.lab.writes()
    assert len(writes) > 50 and {each.split()[1] for each in writes} == {"PUT", "POST", "DELETE"}
    for name, target in leaky.lab.targets().items():
        assert {"write_failed", "setting_changed"} <= {each["code"] for each in target["findings"]}, name
    assert leaky.leaks(told) == []


def test_without_redaction_the_same_search_finds_them(leaky: Leaky, tmp_path: Path) -> None:
    collections = copy_of_collection(tmp_path)
    spoil(collections, "plugins/module_utils/core/redact.py", "enabled: bool = True", "enabled: bool = False")
    spoil(collections, "plugins/module_utils/module/settings_apply.py", "shortened(hide(without_values(told, ", "str((told, ")
    spoil(collections, "plugins/module_utils/module/settings_apply.py", "planned, write))))", "planned, write)))")
    told = leaky.reconcile(collections=collections)
    for where in FACES:
        assert leaky.secrets.found(told[where]), where
    # What the apps do not mask is told by the comparison, what they do by their refusals.
    found = set(leaky.secrets.found(told["output"]))
    assert {each.split()[0] for each in found} == {"run", "git"} and {each.split()[1] for each in found} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_export_and_what_an_app_says_of_a_broken_list_tell_no_secret(leaky: Leaky, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_http, "PAUSES", ())

    def broken(request: Request, response: Response) -> Response:
        if not request.path.endswith(("/notification", "/downloadclient")):
            return response
        words = {"message": f"Could not read {response.body.decode()}", "description": response.body.decode()}
        return Response(500, json.dumps(words).encode(), {"Content-Type": "application/json"})

    leaky.reset()
    for change in (None, broken):
        leaky.lab.between(name, change)
        told = [leaky.lab.export(name), leaky.lab.audit(name)]
        assert leaky.secrets.found(json.dumps(told).encode()) == []
        assert bool(told[0]["unread"]) == (change is broken)
    leaky.lab.between(name, None)
    # They were there to be told.
    assert leaky.secrets.found(json.dumps(leaky.rows[name]).encode())


@pytest.mark.parametrize("name", NAMES)
def test_a_house_with_short_and_common_secrets_keeps_its_report(tmp_path: Path, name: str) -> None:
    lab = SettingsLab(tmp_path)
    lab.declare()
    document = lab.documents[name]
    words = ["admin", "1", "true", "radarr", "info"]
    for things in document.values():
        for thing in things if isinstance(things, list) else [things]:
            for holder in (thing, thing.get("fields", {})) if isinstance(thing, dict) else ():
                for field in [each for each, value in holder.items() if value == {"secret": True}]:
                    holder[field] = words[len(field) % len(words)]
    client = document["download_client"][0]
    client["priority"] = 1
    next(row for row in lab.apps[name].instance.rows["downloadclient"] if row["name"] == client["name"])["priority"] = 11
    document["config_ui"]["theme"] = "admin"
    result = lab.audit(name)
    lab.close()
    found = {(each["resource"], each["path"]): (each["declared"], each["running"]) for each in result["media_center"]["findings"]}
    assert found[("download_client", "priority")] == (1, 11) and found[("config_ui", "theme")][0] == "admin"
    assert result["media_center"]["target"] == name and "priority: 1\n" in result["diff"]["after"]
    text = json.dumps(result)
    assert "********" not in text and "VALUE_SPECIFIED" not in text
