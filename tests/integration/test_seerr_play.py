# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks on Overseerr and Seerr: an export in a repository, and no secret of apps that mask nothing in any output."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.server import Response
from support.seerr_lab import SeerrLab
from support.settings_canaries import Marked

if TYPE_CHECKING:
    from lab.server import Request

FACES = ("output", "ansible.log", "report/report.json", "report/report.md", "report/report.html", "report/report.junit.xml")


class House(SeerrLab):
    """Seerr, and an Overseerr beside it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "seerr")
        (folder / "overseerr").mkdir()
        self.other = SeerrLab(self.own(folder / "overseerr"), "overseerr")

    def hosts(self) -> dict[str, dict[str, Any]]:
        return {**super().hosts(), **self.other.hosts()}

    def declare(self) -> dict[str, Any]:
        self.documents["overseerr"] = self.other.declare()
        return super().declare()

    def close(self) -> None:
        super().close()
        self.other.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.declare()
    yield made
    made.close()


def fill(lab: SeerrLab, secrets: Marked) -> None:
    """Another secret in each place that holds one, in the app and in git."""
    memory = lab.store.memory
    for kind in ("radarr", "sonarr"):
        for row in memory[kind]:
            row["apiKey"] = secrets(f"run {lab.name} {row['name']} apiKey")
    for agent, told in memory["agents"].items():
        for name in told["options"]:
            if f"options.{name}" in lab.table.resources["notification"].secrets:
                made = secrets(f"run {lab.name} {agent} {name}")
                told["options"][name] = f"https://hooks.example/{made}" if name == "webhookUrl" else made
    memory["pages"]["tautulli"]["apiKey"] = secrets(f"run {lab.name} tautulli apiKey")
    if "network" in memory["pages"]:
        memory["pages"]["network"]["proxy"]["password"] = secrets(f"run {lab.name} network password")
    lab.store.save()


def declare(lab: SeerrLab, secrets: Marked) -> None:
    document = lab.declare()

    def git(value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [git(each, f"{path} {number}") for number, each in enumerate(value)]
        if not isinstance(value, dict):
            return value
        return secrets(f"git {lab.name} {path}") if value == {"secret": True} else {name: git(each, f"{path} {name}") for name, each in value.items()}

    for kind in ("radarr_server", "sonarr_server", "notification", "tautulli", "network"):
        if kind in document:
            document[kind] = git(document[kind], kind)


def refusing(request: Request, response: Response) -> Response:
    """Every second write is refused with what was sent."""
    if request.method not in ("PUT", "POST") or hashlib.sha256(request.path.encode()).digest()[0] % 2:
        return response
    return Response(400, json.dumps({"message": "cannot be stored: " + request.body.decode(), "errors": []}).encode(), {"Content-Type": "application/json"})


def test_what_is_in_git_is_audited_and_no_secret_is_in_any_output(house: House) -> None:
    assert house.play("audit", "--diff") == 0, house.output[-3000:]
    targets = house.targets()
    assert {name: (told["verdict"], told["findings"]) for name, told in targets.items()} == dict.fromkeys(("seerr", "overseerr"), ("in_sync", []))
    # The payload of the webhook went through a settings file, in which its braces are no template.
    assert all(told["checked"] > 150 and told["unknown"] == 0 for told in targets.values())
    assert house.writes() + house.other.writes() == [] and house.report()["writes"] == 0
    secrets = Marked()
    for lab in (house, house.other):
        fill(lab, secrets)
        lab.documents[lab.name] = {}
        declare(lab, secrets)
        lab.between = refusing
    house.documents["overseerr"] = house.other.documents["overseerr"]
    assert house.play("reconcile", "-vvv", "--diff", "-e", json.dumps({"media_center_git_wins": "all"})) == 0, house.output[-3000:]
    told = house.left()
    for name, target in house.targets().items():
        assert "write_failed" in {each["code"] for each in target["findings"]}, name
    assert house.writes() and house.other.writes()
    assert set(FACES) <= set(told) and any(each.startswith("state/previous/") for each in told)
    assert "Traceback" not in house.output
    assert [f"{place} in {where}" for where, data in told.items() for place in secrets.found(data)] == []
    assert [where for where, data in told.items() for lab in (house, house.other) if lab.app.api_key.encode() in data] == []
    # They were there to be told.
    assert len(secrets.made) > 60 and secrets.found(json.dumps(house.store.dump()).encode())
