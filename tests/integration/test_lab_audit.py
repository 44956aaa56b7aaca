# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of the lab finds what was planted there, nothing else in what is clean, writes nothing and shows no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from support.parts import CHECKOUT
from support.snapshot import snapshot

BIN = Path(sys.executable).parent
DATA = CHECKOUT / "lab" / "data"
#: Which finding tells a planted drift: its codes, and what of the planted entry its key and path have to say.
CODES: dict[str, tuple[str, ...]] = {
    "host_file_edited": ("edited_on_host",),
    "git_ahead": ("git_ahead_of_host",),
    "container_updated": ("container_changed",),
    "container_renamed": ("container_renamed",),
    "extra_network": ("network_extra",),
    "hand_made_container": ("container_unmanaged",),
    "missing_service": ("service_missing",),
    "orphan": ("orphan",),
    "unmanaged_container": ("container_unmanaged",),
    "image_moved": ("image_moved",),
    "image_committed": ("image_committed",),
    "scale": ("scale",),
    "layer_changed": ("layer_changed",),
    "unhealthy": ("service_unhealthy",),
    "exited": ("service_not_running",),
    "tracked_file_edited": ("file_edited_on_host",),
    "env_key_missing": ("env_key_missing",),
    "env_key_extra": ("env_key_extra",),
    "checkout_branch": ("host_checkout",),
    "checkout_dirty": ("host_checkout",),
    "checkout_unpushed": ("host_checkout",),
}
PLANTED = [each for each in yaml.safe_load((DATA / "planted.yml").read_text(encoding="utf-8"))["planted"] if each["kind"] in CODES]
SETTINGS = yaml.safe_load((DATA / "planted.yml").read_text(encoding="utf-8"))["settings"]
CLEAN = yaml.safe_load((DATA / "planted.yml").read_text(encoding="utf-8"))["clean"]


APPS = ("radarr", "sonarr", "lidarr", "readarr", "prowlarr")
#: Those that show their secrets, or have none among their settings.
OTHERS = ("bazarr", "overseerr", "plex", "qbittorrent")


class Run:
    """One audit of a lab: its report, what it printed and what the stand-ins were asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        lab = [sys.executable, "-m", "lab"]
        subprocess.run([*lab, "up", "--dir", str(folder)], cwd=CHECKOUT, check=True, capture_output=True)
        try:
            before = snapshot([folder / "hosts"])
            done = self.call("ansible-playbook", "audit.yml", "--check", "--diff", "-vvv")
            self.code, self.output = done.returncode, done.stdout + done.stderr
            self.untouched = snapshot([folder / "hosts"]) == before
            self.report = self.newest_report()
            info = ("-m", "homelab.media_center.compose_stack_info", "-a", "docker_host={{ compose_stacks_docker_host }}")
            self.exported = self.call("ansible", "mediabox", *info).stdout
            self.requests = [json.loads(line) for line in (folder / "requests.jsonl").read_text(encoding="utf-8").splitlines()]
            self.texts = {path.name: path.read_text(encoding="utf-8") for path in (folder / "report").iterdir()}
            self.call("ansible-playbook", "reconcile.yml", "--limit", "sonarr", "-e", "media_center_git_wins=sonarr", "-e", "media_center_ask_remote=false")
            self.reconciled = self.newest_report()
            self.call("ansible-playbook", "audit.yml", "--limit", "sonarr")
            self.audited_again = self.newest_report()
        finally:
            subprocess.run([*lab, "down", "--dir", str(folder)], cwd=CHECKOUT, check=False, capture_output=True)

    def call(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """One call of Ansible on the lab."""
        environment = {**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "LC_ALL": "C.UTF-8"}
        command = [str(BIN / program), "-i", str(self.folder / "inventory.yml"), *words]
        return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)

    def newest_report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.folder / "report" / "report.json").read_text(encoding="utf-8"))
        return report

    def findings(self, host: str) -> list[dict[str, Any]]:
        """The findings of one host."""
        return next(each["findings"] for each in self.report["targets"] if each["name"] == host)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The audit that all tests here look at."""
    yield Run(tmp_path_factory.mktemp("lab"))


def test_the_run_is_successful_and_its_report_is_as_promised(run: Run) -> None:
    assert run.code == 0, run.output[-2000:]
    jsonschema.validate(run.report, json.loads((CHECKOUT / "docs" / "report.schema.json").read_text(encoding="utf-8")))
    assert run.report["verdict"] == "drift"
    assert "NOT COMPLETE" in run.output, "what could not be read is never quiet"


def _names(finding: dict[str, Any]) -> set[str]:
    return {finding["key"].partition("#")[0], finding["path"], finding["source"]["file"]}


def _says(finding: dict[str, Any], names: set[str]) -> bool:
    return any(name in finding["message"] for name in names)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda each: f"{each['kind']}-{each['service'] or each['path']}")
def test_what_was_planted_is_found(run: Run, planted: dict[str, Any]) -> None:
    found = [each for each in run.findings(planted["host"]) if each["code"] in CODES[planted["kind"]]]
    words = {"checkout_dirty": "changed files", "checkout_unpushed": "unpushed"}.get(planted["kind"])
    names = {planted["service"], planted["path"], planted.get("file"), planted["path"].rpartition("/")[2]} - {"", None}
    told = [each for each in found if words in each["message"]] if words else [each for each in found if _names(each) & names or _says(each, names)]
    assert told, [(each["code"], each["key"], each["path"]) for each in run.findings(planted["host"])]


@pytest.mark.parametrize("clean", CLEAN, ids=lambda each: each["service"])
def test_what_is_clean_has_no_drift(run: Run, clean: dict[str, Any]) -> None:
    drift = [each for each in run.findings(clean["host"]) if each["category"] == "drift" and each["severity"] != "info"]
    assert [each["code"] for each in drift if each["resource"] == "service" and each["key"] == clean["service"]] == []


#: The code of the finding that tells a planted setting.
SETTING_CODES = {"setting_changed": "setting_changed", "secret_changed": "setting_changed", "unmanaged": "setting_unmanaged", "missing": "setting_missing"}


@pytest.mark.parametrize("app", (*APPS, *OTHERS))
def test_what_was_planted_in_an_app_is_found_at_its_place_and_nothing_else(run: Run, app: str) -> None:
    planted = {(SETTING_CODES[each["kind"]], each["resource"], each["key"], each["path"]): each for each in SETTINGS if each["app"] == app}
    found = {(each["code"], each["resource"], each["key"], each["path"]): each for each in run.findings(app) if each["category"] == "drift"}
    assert found.keys() == planted.keys()
    for place, each in found.items():
        if planted[place]["kind"] == "setting_changed":
            assert (each["declared"], each["running"]) == (planted[place]["declared"], planted[place]["running"])
        elif planted[place]["kind"] == "secret_changed":
            assert each["secret"] and each["declared"].startswith("hmac:") and each["running"].startswith("hmac:")
        git = planted[place]["kind"] != "unmanaged"
        assert (each["source"]["file"], each["source"]["line"] is not None) == (f"apps/{app}.yml" if git else "", git)


def test_every_secret_of_the_apps_was_compared(run: Run) -> None:
    """The masked ones and the passwords of the apps' users in the databases on the docker host, those that Readarr shows in its answers."""
    apps = [each for each in run.report["targets"] if each["kind"] in (*APPS, *OTHERS)]
    assert [each["name"] for each in apps if each["not_comparable"] or each["unknown"]] == []
    assert run.report["not_compared"] == [] and "NOT COMPARED" not in run.output
    assert len(apps) == len((*APPS, *OTHERS)) and all(each["checked"] > 75 for each in apps)


def test_a_secret_that_git_put_right_is_silent_in_the_next_audit(run: Run) -> None:
    """Between the two nobody but the app wrote its database."""
    (reconciled,), (again,) = run.reconciled["targets"], run.audited_again["targets"]
    assert reconciled["requests"]["write"] == 3 and again["requests"]["write"] == 0
    assert [each["code"] for each in reconciled["findings"] if each["category"] == "drift"] == ["setting_unmanaged"]
    assert [(each["resource"], each["key"], each["path"]) for each in reconciled["gaps"]] == [("notification", "Mail", "fields.password")]
    assert [each["code"] for each in again["findings"] if each["category"] == "drift"] == ["setting_unmanaged"]
    assert again["gaps"] == []


def test_the_engine_was_asked_and_never_told(run: Run) -> None:
    engines = [each for each in run.requests if each["app"] in ("mediabox", "edgebox")]
    assert len(engines) > 20
    # Plex starts a scan when it is asked to by reading.
    told = [f"{each['app']} {each['method']} {each['path']}" for each in run.requests if each["method"] not in ("GET", "HEAD") or "/refresh" in each["path"]]
    # qBittorrent has no key: it is logged in to once.
    assert told == ["qbittorrent POST /api/v2/auth/login", "qbittorrent POST /api/v2/auth/logout"]
    assert run.report["writes"] == 0


def test_no_file_of_a_docker_host_was_touched(run: Run) -> None:
    assert run.untouched


def test_no_canary_is_shown_anywhere(run: Run) -> None:
    canaries = [line for line in (DATA / "canaries.txt").read_text(encoding="utf-8").split() if line and not line.startswith("#")]
    texts = {"output": run.output, "export": run.exported, **run.texts}
    assert len(canaries) >= 10
    for name, text in texts.items():
        assert [each for each in canaries if each in text] == [], name
    # They are there to be found: the recorded answers hold them.
    recorded = (DATA / "engine" / "mediabox.json").read_text(encoding="utf-8")
    assert any(each in recorded for each in canaries)


def test_what_runs_is_exported_as_a_compose_file_would_say_it(run: Run) -> None:
    exported = json.loads(run.exported.partition("=> ")[2])
    media = next(each for each in exported["stacks"] if each["project"] == "media")
    assert media["services"]["radarr"]["mem_limit"] == "1g"
    assert "restart" not in media["services"]["radarr"], "what is the engine's default a compose file need not say"
    assert media["services"]["radarr"]["image"] == "lscr.io/linuxserver/radarr:5.14.0"
    assert "hmac:" in json.dumps(media["services"]["gluetun"])
