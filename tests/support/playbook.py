# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of the playbooks on one host over a local connection: what belongs to the host and what to the controller lies in folders apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from support.parts import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
HOST = "mediabox"


@dataclass
class Controller:
    """A control node that knows one docker host. `host` is the home and the temporary folder of the user on that host, `folder` all else."""

    folder: Path
    variables: dict[str, Any]
    environment: Mapping[str, str]
    collections: Path = CHECKOUT / "collections"
    words: Sequence[str] = ()
    output: str = field(default="", init=False)

    def __post_init__(self) -> None:
        for each in (self.home, self.temporary, self.folder / "controller", self.ansible_temporary):
            each.mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        """The home of the host's user."""
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        """The host's temporary folder."""
        return self.folder / "tmp"

    @property
    def ansible_temporary(self) -> Path:
        """Ansible's folder on the host. Ansible makes it at its first visit and leaves it there, so it exists before."""
        return self.home / ".ansible" / "tmp"

    @property
    def report_dir(self) -> Path:
        """Where the report is written to."""
        return self.folder / "controller" / "report"

    def command(self, playbook: str, *words: str, **variables: Any) -> list[str]:
        """The words of a run; the inventory for it is written."""
        shared = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "media_center_become": False,
            "media_center_report_dir": str(self.report_dir),
        }
        inventory = {"docker_hosts": {"hosts": {HOST: {**shared, **self.variables, **variables}}}}
        path = self.folder / "controller" / "inventory.yml"
        path.write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")
        return [str(PLAYBOOK), "-i", str(path), f"homelab.media_center.{playbook}", *self.words, *words]

    def shell(self, **more: str) -> dict[str, str]:
        """The environment of a run: nothing of the machine's own user is in it."""
        kept = {name: value for name, value in self.environment.items() if not name.startswith(("ANSIBLE_", "DOCKER_", "COMPOSE_", "XDG_"))}
        own = {
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            # Over a local connection Ansible asks the accounts, and not HOME, where home is.
            "ANSIBLE_REMOTE_TEMP": str(self.ansible_temporary),
            # With a local connection both sides have one home; what is the controller's goes elsewhere.
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "controller" / "temporary"),
            "ANSIBLE_RETRY_FILES_ENABLED": "False",
            "ANSIBLE_LOCALHOST_WARNING": "False",
        }
        return {**kept, **own, **more}

    def run(self, playbook: str, *words: str, environment: Mapping[str, str] | None = None, **variables: Any) -> int:
        """The exit code of a run; its output is kept."""
        command = self.command(playbook, *words, **variables)
        done = subprocess.run(command, cwd=self.folder, env=self.shell(**(environment or {})), capture_output=True, text=True, check=False)
        self.output = done.stdout + done.stderr
        return done.returncode

    def start(self, playbook: str, *words: str, environment: Mapping[str, str] | None = None, **variables: Any) -> subprocess.Popen[bytes]:
        """Start a run that the test will end, in a process group of its own."""
        command = self.command(playbook, *words, **variables)
        with (self.folder / "controller" / "output").open("wb") as output:
            return subprocess.Popen(
                command, cwd=self.folder, env=self.shell(**(environment or {})), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    def report(self) -> dict[str, Any]:
        """The report of the last run."""
        found: dict[str, Any] = json.loads((self.report_dir / "report.json").read_text(encoding="utf-8"))
        return found

    def target(self) -> dict[str, Any]:
        """What the last report tells of the host."""
        found: dict[str, Any] = next(each for each in self.report()["targets"] if each["name"] == HOST)
        return found


def quiet_environment() -> dict[str, str]:
    """The environment of this process without proxies: compose would hand them to containers."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
