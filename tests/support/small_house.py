# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stacks on a real engine whose files in git, files on the host and containers a test sets apart from each other."""

from __future__ import annotations

import subprocess
import uuid
from typing import TYPE_CHECKING, Any

from support import engine as engines
from support.playbook import Controller, quiet_environment
from support.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from support.engine import Engine

REPOSITORY = "homelab-apps"


class SmallHouse:
    """A repository and a docker host. Names on the engine carry a prefix of this house, and `clear` removes them."""

    def __init__(self, folder: Path, engine: Engine, compose: Sequence[str], image: str) -> None:
        self.folder, self.engine, self.image = folder, engine, image
        self.prefix = "mct" + uuid.uuid4().hex[:6]
        self.repository = Repository(folder / "repositories" / REPOSITORY, {"README.md": "Stacks\n"})
        self.stacks = folder / "stacks"
        self.stacks.mkdir(parents=True)
        self._compose = list(compose)
        self.entries: list[dict[str, Any]] = []
        self.controller = Controller(folder, {}, quiet_environment())
        self.controller.variables = {
            "media_center_repositories": {REPOSITORY: str(self.repository.root)},
            "media_center_stacks": self.entries,
            "compose_stacks_docker_host": engine.host,
            "compose_stacks_compose_command": self._compose,
            "compose_stacks_backup_directory": str(folder / "backup"),
        }

    def project(self, stack: str) -> str:
        """The name of a stack's project on the engine."""
        return f"{self.prefix}-{stack}"

    def add(self, stack: str, files: Mapping[str, str], untracked: Mapping[str, str] | None = None, **entry: Any) -> Path:
        """Commit a stack, lay it on the host with its untracked files, and name it to the audit; its folder on the host."""
        self.repository.commit({f"{stack}/{name}": text for name, text in files.items()})
        folder = self.stacks / stack
        self.lay(stack, {**files, **(untracked or {})})
        self.entries.append({"name": stack, "project_name": self.project(stack), "project_directory": str(folder), **entry})
        return folder

    def lay(self, stack: str, files: Mapping[str, str]) -> None:
        """Write files into a stack's folder on the host."""
        for name, text in files.items():
            path = self.stacks / stack / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def compose(self, stack: str, *words: str, check: bool = True) -> str:
        """Run compose in a stack's folder as its operator does."""
        command = [*self._compose, "--ansi", "never", "--project-name", self.project(stack), *words]
        environment = self.controller.shell(DOCKER_HOST=self.engine.host)
        done = subprocess.run(command, cwd=self.stacks / stack, env=environment, capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"docker compose {' '.join(words)} failed: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def up(self, stack: str, *words: str) -> None:
        """Bring a stack up."""
        self.compose(stack, "up", "--detach", "--no-build", "--pull", "never", *words)

    def docker(self, *words: str, check: bool = True) -> str:
        """Run the docker client on the engine."""
        return self.engine.docker(*words, check=check)

    def ids(self) -> dict[str, str]:
        """The ids of this house's containers by name."""
        listed = self.docker("ps", "--all", "--no-trunc", "--format", "{{.Names}} {{.ID}}").splitlines()
        return {name: identity for name, identity in (line.split() for line in listed) if name.startswith(self.prefix)}

    def clear(self) -> None:
        """Remove what this house made on the engine."""
        for kind, listing, removing in (
            ("container", ("ps", "--all", "--format", "{{.Names}}"), ("rm", "--force", "--volumes")),
            ("network", ("network", "ls", "--format", "{{.Name}}"), ("network", "rm")),
            ("volume", ("volume", "ls", "--format", "{{.Name}}"), ("volume", "rm", "--force")),
        ):
            names = [name for name in self.docker(*listing, check=False).split() if name.startswith(self.prefix)]
            if names:
                self.docker(*removing, *names, check=kind == "container")

    def findings(self) -> list[dict[str, Any]]:
        """What the last report tells of this house, and of nothing else on the engine."""
        found = self.controller.target()["findings"]
        mine = {each["name"] for each in self.entries}
        return [each for each in found if each["key"].startswith((self.prefix, *mine)) or each["evidence"] in mine]


def own_image(engine: Engine) -> Any:
    """An image of a busybox that sleeps, as long as the block runs."""
    busybox = engines.find_busybox()
    assert busybox is not None
    return engines.busybox_image(engine, busybox)
