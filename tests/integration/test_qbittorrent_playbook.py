# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""qBittorrent through Ansible itself: an audit writes nothing and shows no secret, and a login that was refused is the last one of a run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.parts import CHECKOUT
from support.qbittorrent import PASSWORD, USER, Instance, in_lab
from support.settings_play import PLAYBOOK, SettingsPlay

HOOK = "/bin/hook --token canary-qbit-hook-02-7f3a9c"


class Play(SettingsPlay):
    """Runs of playbooks on one instance, which lies on this machine with its file."""

    def __init__(self, folder: Path, app: Instance) -> None:
        super().__init__(folder)
        self.app = app
        self.own(app.root)

    def hosts(self) -> dict[str, dict[str, Any]]:
        known = {"media_center_username": USER, "media_center_password": "{{ vault_qbittorrent_password }}", "media_center_port_forwarding": True}
        place = {"media_center_docker_host": "localhost", "media_center_data_path": str(self.app.root)}
        vault = {"vault_qbittorrent_password": PASSWORD, "vault_qbittorrent_hook": HOOK}
        return {"qbittorrent": {"media_center_url": self.app.url, **known, **place, **vault}}

    def run(self, tasks: list[dict[str, Any]]) -> str:
        """The output of a playbook of some tasks."""
        file = self.folder / "tasks.yml"
        file.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        command = [str(PLAYBOOK), "-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}", "-vvv", str(file)]
        return subprocess.run(command, cwd=CHECKOUT, env=self._environment(CHECKOUT / "collections"), capture_output=True, text=True, check=False).stdout

    def asked(self) -> list[str]:
        """Every request that came since it was looked last."""
        log = self.app.root / "requests.jsonl"
        told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        log.write_text("", encoding="utf-8")
        return [f"{each['method']} {each['path'].removeprefix('/api/v2/')}" for each in told]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    root = tmp_path / "instance"
    root.mkdir()
    with in_lab("5.0", root) as app:
        app.furnish()
        found = Play(tmp_path, app)
        found.documents["qbittorrent"] = app.export()["settings"]
        secrets = {"autorun_program": "{{ vault_qbittorrent_hook }}", "web_ui_password": "{{ vault_qbittorrent_password }}"}
        found.documents["qbittorrent"]["preferences"].update(secrets)
        found.asked()
        yield found


def test_an_audit_writes_nothing_and_shows_no_secret(play: Play) -> None:
    play.app.set(max_active_downloads=1, listen_port=31000, autorun_program="/bin/other canary-qbit-other-02-7f3a9c", bypass_local_auth=False)
    play.asked()
    assert play.play("audit", "--check", "--diff", "-vvv") == 0, play.output[-2000:]
    assert [each for each in play.asked() if not each.startswith("GET ")] == ["POST auth/login", "POST auth/logout"]
    told = play.targets()["qbittorrent"]
    assert [each["path"] for each in told["findings"] if each["category"] == "drift"] == ["autorun_program", "max_active_downloads"]
    # The port is the VPN's and the proxy's password is to be kept; the web interface's was compared.
    assert {each["path"] for each in told["gaps"]} == {"listen_port", "proxy_password"} and told["verdict"] == "drift"
    assert told["requests"] == {"read": 5, "write": 0, "login": 1}
    left = play.left()
    assert [name for name, content in left.items() if b"canary-qbit" in content] == []
    # The control: an operator's own files do hold them.
    assert "canary-qbit" in play.folder.joinpath("inventory.yml").read_text(encoding="utf-8")


def test_a_refused_login_is_the_last_of_the_run(play: Play) -> None:
    login = {"url": play.app.url, "username": USER, "password": "canary-qbit-wrong-02-7f3a9c"}
    tasks = [{f"homelab.media_center.qbittorrent_settings{info}": login, "ignore_errors": True} for info in ("", "_info", "", "_info")]
    output = play.run(tasks)
    assert play.asked() == ["GET app/version", "POST auth/login", *["GET app/version"] * 3]
    assert output.count("it refused the login before in this run") >= 3, output[-2000:]
    assert "the user name or the password is wrong" in output and "canary-qbit" not in output
    # Another run may try again.
    play.run(tasks[:1])
    assert play.asked() == ["GET app/version", "POST auth/login"]
