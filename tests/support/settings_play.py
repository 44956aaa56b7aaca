# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of the playbooks on apps that answer somewhere, with their settings in a repository: all that a run leaves lies in one folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from support.parts import CHECKOUT
from support.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


class SettingsPlay:
    """``documents`` are what git declares of each app. Subclasses say where the apps answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.documents: dict[str, Any] = {}
        self.output = ""
        self._own: list[Path] = []

    def own(self, path: Path) -> Path:
        """A file that is no trace of a run: the stand-in's own."""
        self._own.append(path)
        return path

    def hosts(self) -> dict[str, dict[str, Any]]:
        """The variables of each app in the inventory, by its name, which is its group, too."""
        raise NotImplementedError

    def play(self, playbook: str, *words: str, variables: Mapping[str, Any] | None = None, collections: Path = CHECKOUT / "collections") -> int:
        """The exit code of a run of a playbook on all apps; its output is kept. Whatever it leaves lies below ``folder``."""
        files = {f"apps/{name}.yml": yaml.safe_dump(document, sort_keys=False) for name, document in self.documents.items()}
        root = self.folder / "homelab-apps"
        if any(not (root / name).exists() or (root / name).read_text(encoding="utf-8") != text for name, text in files.items()):
            Repository(root).commit(files)
        shared = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "media_center_repositories": {"homelab-apps": str(root)},
            "media_center_report_dir": str(self.folder / "report"),
            "media_center_state_dir": str(self.folder / "state"),
            "media_center_become": False,
            "media_center_ask_remote": False,
            **(variables or {}),
        }
        children = {name: {"hosts": {name: told}} for name, told in self.hosts().items()}
        inventory = self.folder / "inventory.yml"
        inventory.write_text(yaml.safe_dump({"all": {"vars": shared, "children": {"media_apps": {"children": children}}}}, sort_keys=False), encoding="utf-8")
        command = [str(PLAYBOOK), "-i", str(inventory), f"homelab.media_center.{playbook}", *words]
        done = subprocess.run(command, cwd=CHECKOUT, env=self._environment(collections), capture_output=True, text=True, timeout=240, check=False)
        self.output = done.stdout + done.stderr
        return done.returncode

    def _environment(self, collections: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_") and not name.lower().endswith("_proxy")}
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        own = {
            "LC_ALL": "C.UTF-8",
            "TMPDIR": str(temporary),
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "local"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote"),
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.folder / "facts"),
            "ANSIBLE_LOG_PATH": str(self.folder / "ansible.log"),
            "ANSIBLE_RETRY_FILES_ENABLED": "False",
            "ANSIBLE_LOCALHOST_WARNING": "False",
        }
        return {**kept, **own}

    def report(self) -> dict[str, Any]:
        """The report of the last run."""
        found: dict[str, Any] = json.loads((self.folder / "report" / "report.json").read_text(encoding="utf-8"))
        return found

    def targets(self) -> dict[str, dict[str, Any]]:
        """What the last report tells of each app."""
        return {each["name"]: each for each in self.report()["targets"]}

    def left(self) -> dict[str, bytes]:
        """All that the last runs show or leave, by where: but for the operator's own files and the lab's."""
        own = (self.folder / "inventory.yml", self.folder / "homelab-apps", *self._own)
        files = [path for path in self.folder.rglob("*") if path.is_file() and not any(path.is_relative_to(each) for each in own)]
        return {"output": self.output.encode(), **{str(path.relative_to(self.folder)): path.read_bytes() for path in files}}
