# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of the playbooks on instances of apps: what is written, what is told, and what of secrets is to be seen anywhere.

They run ``servarr_settings`` and, where the docker host of an app is known, ``app_secrets_info``.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import yaml

from support.app_database import copied_state
from support.parts import CHECKOUT
from support.repository import Repository
from support.scripted_app import Reply, ScriptedApp, small_radarr

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
CANARY = "c4nary/<7Hq>"
SETTINGS = f"""\
tag:
  - label: kids
download_client:
  - name: qBittorrent
    priority: 1
    fields: {{host: gluetun, password: "{{{{ vault_client_password }}}}"}}
notification:
  - name: Discord
    implementation: Discord
    fields: {{webHookUrl: "https://discord.example/{CANARY}"}}
config_host: {{proxyPassword: "{{{{ proxy_password }}}}", apiKey: "{{{{ missing_key }}}}"}}
"""


class House:
    """Two instances of Radarr, their settings in git, and runs of the playbooks on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.apps = {name: small_radarr(ScriptedApp()) for name in ("radarr", "radarr4k")}
        for app in self.apps.values():
            app.pages["/config/host"]["proxyPassword"] = f"live-{CANARY}"
            app.lists["/downloadclient"][0]["fields"][2]["value"] = f"live-{CANARY}"
        self.repository = Repository(folder / "homelab-apps", {"apps/radarr.yml": SETTINGS, "apps/radarr4k.yml": "tag: [{label: kids}]\n"}).root
        self.output = ""

    def close(self) -> None:
        for app in self.apps.values():
            app.close()

    @property
    def writes(self) -> list[str]:
        return [f"{name} {each.method} {each.path}" for name, app in self.apps.items() for each in app.writes]

    def run(self, *words: str, playbook: str = "audit", hosts: dict[str, dict[str, Any]] | None = None, **variables: Any) -> int:
        """The exit code of a run; its output is kept."""
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        shared = {
            **local,
            "media_center_repositories": {"homelab-apps": str(self.repository)},
            "media_center_report_dir": str(self.folder / "report"),
            "media_center_state_dir": str(self.folder / "state"),
            "media_center_become": False,
            "media_center_headers": {"X-Proxy-Secret": f"header-{CANARY}", "X-Short": "1"},
            "vault_client_password": f"git-{CANARY}",
            "proxy_password": f"proxy-{CANARY}",
            **variables,
        }
        instances = {name: {"media_center_url": app.url, "media_center_api_key": app.key, **(hosts or {}).get(name, {})} for name, app in self.apps.items()}
        groups = {
            "media_apps": {"children": {"radarr": {"hosts": instances}}},
            "servers": {"hosts": {"mediabox": local, "elsewhere": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}}},
        }
        inventory = self.folder / "inventory.yml"
        inventory.write_text(yaml.safe_dump({"all": {"vars": shared, "children": groups}}, sort_keys=False))
        environment = {**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "LC_ALL": "C.UTF-8", "ANSIBLE_LOCAL_TEMP": str(self.folder / "local")}
        environment.update(
            ANSIBLE_REMOTE_TEMP=str(self.folder / "remote"), ANSIBLE_CACHE_PLUGIN="jsonfile", ANSIBLE_CACHE_PLUGIN_CONNECTION=str(self.folder / "facts")
        )
        environment["ANSIBLE_LOG_PATH"] = str(self.folder / "ansible.log")
        command = [str(PLAYBOOK), "-i", str(inventory), f"homelab.media_center.{playbook}", *words]
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=180, check=False)
        self.output = done.stdout + done.stderr
        return done.returncode

    def targets(self) -> dict[str, dict[str, Any]]:
        report = json.loads((self.folder / "report" / "report.json").read_text())
        return {each["name"]: each for each in report["targets"]}

    def left(self) -> str:
        """Everything that a run shows or leaves behind, but the operator's own files."""
        own = [self.folder / "inventory.yml", self.repository, self.folder / "data"]
        files = [path for path in self.folder.rglob("*") if path.is_file() and not any(path.is_relative_to(each) for each in own)]
        return self.output + "".join(path.read_text(errors="replace") for path in files)


def shapes(text: str) -> list[str]:
    """A secret as it is, and as it would stand in JSON, HTML, a URL or base64."""
    return [
        text,
        json.dumps(text)[1:-1],
        text.replace("<", "&lt;").replace(">", "&gt;"),
        quote(text, safe=""),
        base64.b64encode(text.encode()).decode().rstrip("="),
    ]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("words", [(), ("--check", "--diff")], ids=["plain", "check"])
def test_an_audit_writes_nothing_and_tells_each_instance(house: House, words: tuple[str, ...]) -> None:
    assert house.run(*words) == 0, house.output
    assert house.writes == []
    told = house.targets()
    assert (told["radarr"]["verdict"], told["radarr4k"]["verdict"]) == ("drift", "in_sync")
    assert {each["path"] for each in told["radarr"]["findings"] if each["code"] == "setting_changed"} == {"proxyPassword"}
    (line,) = {each["source"]["line"] for each in told["radarr"]["findings"] if each["path"] == "proxyPassword"}
    assert line == 11
    assert [each["reason"] for each in told["radarr"]["gaps"] if each["kind"] == "unknown"] == ["missing_key is undefined"]


def test_a_bare_reconcile_writes_nothing(house: House) -> None:
    (house.repository / "apps" / "radarr4k.yml").write_text("download_client: [{name: qBittorrent, priority: 9}]\n")
    assert house.run(playbook="reconcile") == 0, house.output
    assert house.writes == [] and house.targets()["radarr4k"]["verdict"] == "drift"


@pytest.mark.parametrize("named", ["radarr4k", "all", ["radarr4k"], "x,radarr4k"])
def test_git_wins_in_the_named_instance_only(house: House, named: Any) -> None:
    for app in house.apps.values():
        app.lists["/tag"].clear()
    assert house.run("-e", json.dumps({"media_center_git_wins": named, "media_center_ask_remote": False}), playbook="reconcile") == 0, house.output
    assert "radarr4k POST /api/v3/tag" in house.writes
    assert any(each.startswith("radarr ") for each in house.writes) is (named == "all")


def test_the_settings_before_are_put_back_by_one_command(house: House) -> None:
    (house.repository / "apps" / "radarr4k.yml").write_text("download_client: [{name: qBittorrent, priority: 9}]\n")
    house.run("-e", "media_center_git_wins=radarr4k", "-e", "media_center_ask_remote=false", playbook="reconcile")
    assert house.apps["radarr4k"].lists["/downloadclient"][0]["priority"] == 9, house.output
    (kept,) = (house.folder / "state" / "previous").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    words = ["--limit", "radarr4k", "-e", "media_center_git_wins=radarr4k", "-e", f"media_center_settings_file={kept}"]
    assert house.run(*words, playbook="reconcile") == 0, house.output
    assert house.apps["radarr4k"].lists["/downloadclient"][0]["priority"] == 1
    assert house.targets()["radarr4k"]["verdict"] == "in_sync"


def test_an_instance_in_trouble_is_unknown_and_the_others_are_audited(house: House) -> None:
    house.apps["radarr"].always["/system/status"] = Reply(200, "<html>Sign in", {"Content-Type": "text/html"})
    assert house.run() == 0, house.output
    told = house.targets()
    assert (told["radarr"]["verdict"], told["radarr4k"]["verdict"]) == ("unknown", "in_sync")
    assert "login page" in told["radarr"]["reason"] and "media_center_headers" in told["radarr"]["reason"]


def test_no_secret_is_in_anything_that_a_run_shows_or_leaves(house: House) -> None:
    house.run("-vvv", "--diff", "-e", "media_center_git_wins=radarr", "-e", "media_center_ask_remote=false", playbook="reconcile")
    assert house.writes, house.output
    seen = house.left()
    for secret in (CANARY, house.apps["radarr"].key):
        for shape in shapes(secret):
            assert shape not in seen, next(line for line in seen.splitlines() if shape in line)[:300]


def test_that_test_would_see_a_secret(house: House) -> None:
    house.apps["radarr"].add("/tag", label=CANARY)
    (house.repository / "apps" / "radarr.yml").write_text("tag: [{label: kids}]\n")
    house.run("-vvv", "--diff")
    assert any(shape in house.left() for shape in shapes(CANARY))


def test_short_values_of_headers_and_passwords_leave_the_report_whole(house: House) -> None:
    house.apps["radarr"].lists["/downloadclient"][0]["priority"] = 5
    house.run("--diff", vault_client_password="1", proxy_password="admin")
    told = house.targets()["radarr"]
    (finding,) = [each for each in told["findings"] if each["path"] == "priority"]
    assert (finding["declared"], finding["running"], finding["target"]) == (1, 5, "radarr")
    shown = "\n".join(line.rstrip("*") for line in house.output.splitlines())
    assert "VALUE_SPECIFIED_IN_NO_LOG" not in shown and "********" not in shown


def test_a_masked_secret_is_compared_with_the_apps_own_database(house: House) -> None:
    data = house.folder / "data"
    data.mkdir()
    with sqlite3.connect(data / "radarr.db") as database:
        for table in ("Indexers", "DownloadClients", "Notifications", "ImportLists", "Metadata"):
            database.execute(f"create table {table} (Id integer, Name text, Implementation text, ConfigContract text, Settings text)")
        database.execute("create table Config (Id integer, Key text, Value text)")
        database.execute("create table Users (Id integer, Username text, Password text, Salt text, Iterations integer)")
        settings = json.dumps({"host": "gluetun", "password": f"live-{CANARY}"})
        database.execute("insert into DownloadClients values (1, 'qBittorrent', 'QBittorrent', 'QBittorrentSettings', ?)", (settings,))
    database.close()
    (data / "config.xml").write_text(f"<Config><ApiKey>{house.apps['radarr'].key}</ApiKey></Config>")
    here = {"media_center_docker_host": "mediabox", "media_center_data_path": str(data), "media_center_discover_keys": True, "media_center_api_key": "wrong"}
    assert house.run("-vvv", hosts={"radarr": here}) == 0, house.output
    told = house.targets()["radarr"]
    assert "fields.password" in {each["path"] for each in told["findings"] if each["code"] == "setting_changed"}, (told, house.output[-3000:])
    assert CANARY not in house.left() and house.apps["radarr"].key not in house.left()
    house.run(hosts={"radarr": here}, vault_client_password=f"live-{CANARY}")
    assert "fields.password" not in {each["path"] for each in house.targets()["radarr"]["findings"]}
    (gone,) = [each for each in house.targets()["radarr"]["gaps"] if each["kind"] == "unknown"]
    assert gone["reason"] == "missing_key is undefined"


def test_the_password_of_the_apps_own_user_is_compared_with_its_hash(house: House, shared: Path) -> None:
    real = shared / "fixtures" / "servarr_house"
    told = json.loads((real / "secrets.json").read_text())
    password = next(each["value"] for each in told if (each["app"], each["resource"], each["field"]) == ("radarr", "config/host", "password"))
    data = house.folder / "data"
    hosts = {}
    for name, app in house.apps.items():
        copied_state(real / "radarr" / "stopped", data / name, real / "radarr" / "config.xml")
        hosts[name] = {"media_center_docker_host": "mediabox", "media_center_data_path": str(data / name)}
        with contextlib.closing(sqlite3.connect(f"file:{data / name / 'radarr.db'}?immutable=1", uri=True)) as database:
            (app.pages["/config/host"]["password"],) = database.execute("select Password from Users").fetchone()
        (house.repository / "apps" / f"{name}.yml").write_text('config_host: {password: "{{ ui_password }}"}\n')
    hosts["radarr4k"]["ui_password"] = f"other-{CANARY}"

    assert house.run("-vvv", hosts=hosts, ui_password=password) == 0, house.output

    same, other = (house.targets()[name] for name in house.apps)
    assert (same["verdict"], same["checked"], same["not_comparable"]) == ("in_sync", 1, 0), same
    (finding,) = [each for each in other["findings"] if each["code"] == "setting_changed"]
    assert (finding["resource"], finding["path"], finding["secret"]) == ("config_host", "password", True)
    seen = house.left()
    assert [each for each in (password, *shapes(CANARY)) if each in seen] == []

    # Nothing is known of a hash that cannot be reached.
    house.run(ui_password=password)
    assert [(each["checked"], each["not_comparable"]) for each in house.targets().values()] == [(0, 1), (0, 1)]


def test_secrets_that_cannot_be_read_are_gaps_and_one_line_of_their_docker_host(house: House) -> None:
    (house.repository / "apps" / "radarr4k.yml").write_text('download_client: [{name: qBittorrent, fields: {password: "{{ vault_client_password }}"}}]\n')
    hosts = {name: {"media_center_docker_host": "mediabox", "media_center_data_path": str(house.folder / "nowhere")} for name in house.apps}
    assert house.run(hosts=hosts) == 0, house.output
    report = json.loads((house.folder / "report" / "report.json").read_text())
    (told,) = report["not_compared"]
    assert (told["host"], told["count"], told["targets"]) == ("mediabox", 2, ["radarr", "radarr4k"])
    gaps = [each for name in house.apps for each in house.targets()[name]["gaps"] if each["kind"] == "not_comparable"]
    assert len(gaps) == report["coverage"]["not_comparable"] == 2
    assert all("there is no radarr.db" in each["reason"] and "data_path" in each["remedy"] for each in gaps)
    assert len([line for line in house.output.splitlines() if line.startswith("NOT COMPARED on mediabox: 2 secrets of radarr, radarr4k: ")]) == 1

    # A docker host that cannot be reached is told like that, too.
    away = {name: {**told, "media_center_docker_host": "elsewhere"} for name, told in hosts.items()}
    assert house.run(hosts=away) == 0, house.output
    assert "NOT COMPARED on elsewhere: 2 secrets of radarr, radarr4k: unreachable: " in house.output, house.output


def test_an_app_that_is_not_published_is_asked_from_its_docker_host(house: House) -> None:
    assert house.run("-v", hosts={"radarr": {"media_center_via": "mediabox"}}) == 0, house.output
    assert house.targets()["radarr"]["verdict"] == "drift" and "radarr -> mediabox" in house.output
