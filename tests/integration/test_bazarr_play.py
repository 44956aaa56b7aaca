# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks on a Bazarr: secrets in none of their outputs, twenty audits in which everything moves that moves by itself."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.resources.bazarr import BAZARR

from lab.apps.bazarr_store import house
from lab.server import Request, Response
from support.bazarr_lab import KINDS, BazarrLab
from support.settings_canaries import Marked
from support.settings_run import drift

ROUNDS = 20
#: The audit before which a person edits something.
EDITED = 11


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[BazarrLab]:
    made = BazarrLab(tmp_path)
    made.declare()
    yield made
    made.close()


class Motion:
    """Answers between which time passed. ``seen`` are the kinds of change that were made."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.seen: set[str] = set()

    def __call__(self, request: Request, response: Response) -> Response:
        if request.method != "GET" or response.status != 200 or not response.headers["Content-Type"].startswith("application/json"):
            return response
        body = json.loads(response.body)
        if request.path == "/api/system/status":
            data = body["data"]
            data.update(start_time=self.draw.random() * 1e9, sonarr_version=self.draw.choice(["4.0.14.2939", "unknown"]), radarr_version="unknown")
            data.update(database_migration=f"{self.draw.getrandbits(48):012x}", python_version=f"3.11.{self.draw.randrange(20)}")
            self.seen.add("status")
        elif request.path == "/api/providers":
            for each in body["data"]:
                each.update(status=self.draw.choice(["Good", "TooManyRequests"]), retry=self.draw.choice(["-", "in 3 hours"]))
            self.seen.add("throttling")
        elif isinstance(body, list):
            self.draw.shuffle(body)
            self.seen.add(request.path.rpartition("/")[2])
        else:
            self._settings(body)
        return replace(response, body=json.dumps(body).encode())

    def _settings(self, body: dict[str, Any]) -> None:
        self.draw.shuffle(body["notifications"]["providers"])
        for name in ("enabled_providers", "subzero_mods"):
            self.draw.shuffle(body["general"][name])
        # A slash more or less after a form with an address was once sent.
        body["radarr"]["base_url"] = self.draw.choice(["", "/"])
        body["sonarr"]["base_url"] = self.draw.choice(["/sonarr", "/sonarr/"])
        self.seen.add("settings")


def test_twenty_audits_find_nothing_but_the_one_edit(lab: BazarrLab) -> None:
    motion = Motion(5)
    lab.between = motion
    for number in range(ROUNDS):
        if number == EDITED:
            lab.settings["general"]["days_to_upgrade_subs"] = 9
        result = lab.audit()
        expected = [("general", "", "days_to_upgrade_subs")] if number >= EDITED else []
        assert drift(result) == expected, number
        assert result["media_center"]["unknown"] == 0
    assert lab.writes() == []
    assert motion.seen == {"status", "throttling", "languages", "profiles", "settings"}


#: What can hold a secret and nobody marked: a command line, an address, an account.
FORGOTTEN = {"general": {"postprocessing_cmd": "curl -H 'Authorization: Bearer {0}' http://home.example/api/webhook/{0}"}}


def fill(lab: BazarrLab, secrets: Marked) -> None:
    """Another secret in each place that can hold one."""
    for section in KINDS:
        for name in lab.settings.get(section, {}):
            if section != "auth" and name in BAZARR.resources[section].secrets:
                lab.settings[section][name] = secrets(f"run {section} {name}")
    for section, values in FORGOTTEN.items():
        lab.settings[section].update({name: text.format(secrets(f"run {section} {name}")) for name, text in values.items()})
    for number, row in enumerate(lab.app.store.notifications[::9]):
        row.update(enabled=True, url=f"json://sam:{secrets(f'run notification {number}')}@host.example/{number}")


def declare(lab: BazarrLab, secrets: Marked) -> None:
    """Let git have a secret of its own for each, and other values beside them, so that forms are sent."""
    document = lab.declare()
    for kind, told in document.items():
        for thing in told if isinstance(told, list) else [told]:
            for name in [each for each, value in thing.items() if value == {"secret": True}] if isinstance(thing, dict) else []:
                thing[name] = secrets(f"git {kind} {thing.get('name', '')} {name}")
    document["general"].update(minimum_score=850, postprocessing_cmd="curl -H 'Authorization: Bearer " + secrets("git general postprocessing_cmd") + "' x")
    document["sonarr"]["http_timeout"] = 61
    document["auth"]["password"] = secrets("git auth password")


def test_no_secret_is_in_any_output(lab: BazarrLab) -> None:
    """Bazarr masks nothing, and its refusals quote what was sent: not a word of it in what a run shows, keeps, reports or returns."""
    secrets = Marked()
    fill(lab, secrets)
    declare(lab, secrets)
    before = copy.deepcopy(lab.settings)

    def quoting(request: Request, response: Response) -> Response:
        if request.method != "POST" or response.status == 204:
            return response
        text = f"{request.body.decode()} must is_type_of <class 'str'> but it is {request.body.decode()}"
        return Response(406, json.dumps(text).encode(), {"Content-Type": "application/json"})

    lab.between = quoting
    words = ("-vvv", "--diff", "-e", json.dumps({"media_center_git_wins": "all", "media_center_allow": ["access", "bulk_effect"]}))
    assert lab.play("reconcile", *words) == 0, lab.output[-3000:]
    assert "Traceback" not in lab.output
    told = lab.left()
    assert {"output", "ansible.log", "report/report.json", "report/report.md", "report/report.html", "report/report.junit.xml"} <= set(told)
    assert any(each.startswith("state/previous/") for each in told) and lab.settings != before
    target = lab.targets()["bazarr"]
    assert {"write_failed", "routes_without_login"} <= {each["code"] for each in target["findings"]}
    assert len(lab.writes()) > 15
    assert [f"{place} in {where}" for where, data in told.items() for place in secrets.found(data)] == []
    canaries = [each for each in json.dumps(house()).replace('"', " ").replace("/", " ").split() if "canary-" in each]
    assert len(canaries) > 15 and [each for each in canaries for data in told.values() if each.encode() in data] == []
    # They were there to be told.
    assert len(secrets.found(json.dumps([before, lab.documents]).encode())) > 40
    lab.between = None
    assert secrets.found(json.dumps([lab.export(), lab.audit()]).encode()) == []
