# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project of twelve services: its repository, its folder on the host, its containers on an engine, and the way back to all of that."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import yaml

from lab.repositories import GIT_ENVIRONMENT
from support import engine as engines
from support.parts import CHECKOUT
from support.project_audit import Audit, audit, freeze
from support.project_engine import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from support.project_engine import OwnEngine

DATA = CHECKOUT / "tests" / "data" / "mutations"
PROJECT = "house"
REPOSITORY = "homelab-apps"
SERVICES = (
    "gluetun", "qbittorrent", "radarr", "sonarr", "prowlarr", "bazarr", "overseerr", "flaresolverr", "plex", "recyclarr", "tautulli",
)
#: Containers that are not called `<project>-<service>-1`.
NAMES = {
    **{name: name for name in ("gluetun", "qbittorrent", "radarr", "bazarr", "overseerr", "plex", "recyclarr")}, "sonarr": "house-sonarr",
}
API_KEY = "4f0c9a7be2d84d1e9a55c1d27f8a6e30"


def container_of(service: str) -> str:
    """The name of a service's first container."""
    return NAMES.get(service, f"{PROJECT}-{service}-1")


class House:
    """The project on an engine of its own. `work` is a folder that only this house uses."""

    def __init__(self, own: OwnEngine, work: Path) -> None:
        self.own, self.work = own, work
        self.checkout = work / "repositories" / REPOSITORY
        self.folder = work / "opt" / "stacks" / PROJECT
        self.data = work / "srv"
        self.program = freeze(work / "program")
        self.stack: dict[str, Any] = {"name": PROJECT, "project_directory": str(self.folder)}
        self.images: dict[str, str] = {}
        self.compose_command = engines.find_compose() or []
        self._laid: dict[Path, bytes] = {}

    def build(self) -> None:
        """Make repository, folder and images, and bring the project up."""
        shutil.copytree(DATA / "repository", self.checkout)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("Write down what the house runs")
        shutil.copytree(self.checkout / PROJECT, self.folder)
        self._lay_untracked()
        self._import_images()
        self.own.docker("network", "create", "--subnet", "172.28.20.0/24", "proxy")
        self._laid = {path: path.read_bytes() for root in (self.checkout, self.folder) for path in self._files(root)}
        self.up()

    def git(self, *arguments: str) -> str:
        """Run git in the checkout, without anybody's own settings."""
        who = ("-c", "user.name=Sam", "-c", "user.email=sam@home.example")
        command = ["git", *who, *arguments]
        return subprocess.run(command, cwd=self.checkout, env={**self.own.environment, **GIT_ENVIRONMENT}, check=True, capture_output=True, text=True).stdout

    def commit(self, message: str) -> None:
        """Commit everything in the checkout."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def docker(self, *arguments: str, check: bool = True) -> str:
        """Run the docker client on the house's engine."""
        return self.own.docker(*arguments, check=check)

    def compose(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        """Run compose in the project's folder as its operator does."""
        command = [*self.compose_command, "--ansi", "never", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env={**self.own.environment, **(environment or {})}, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"docker compose {' '.join(arguments)} failed: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def up(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """`docker compose up -d`, until every health check is content."""
        self.compose("up", "--detach", "--no-build", "--pull", "never", *arguments, environment=environment)
        self.settle()

    def settle(self) -> None:
        """Wait until no container's health check is still starting."""
        wait_until(lambda: "starting" not in self.docker("ps", "--format", "{{.Status}}"), "every health check has an answer", 60)

    def audit(self, environment: Mapping[str, str] | None = None, stacks: Sequence[Mapping[str, Any]] | None = None, **options: Any) -> Audit:
        """Audit the house with the frozen program; without `stacks` its one stack is named, as an operator does who has more than one host."""
        options.setdefault("compose_command", self.compose_command)
        named = [self.stack] if stacks is None else stacks
        return audit(self.program, {**self.own.environment, **(environment or {})}, {REPOSITORY: str(self.checkout)}, named, **options)

    def running(self) -> set[str]:
        """The names of the containers that run."""
        return set(self.docker("ps", "--format", "{{.Names}}").split())

    def inspect(self, service: str) -> dict[str, Any]:
        """The engine's answer about a service's first container."""
        found: dict[str, Any] = json.loads(self.docker("inspect", container_of(service)))[0]
        return found

    def edit(self, path: str, before: str, after: str, where: str = "both") -> None:
        """Replace a text that is there exactly once, in place, in a file of git, of the host or of both."""
        roots = {"git": [self.checkout / PROJECT], "host": [self.folder], "both": [self.checkout / PROJECT, self.folder]}[where]
        for root in roots:
            text = (root / path).read_text()
            if text.count(before) != 1:
                raise ValueError(f"{before!r} is not exactly once in {root / path}")
            (root / path).write_text(text.replace(before, after))

    def restore(self, *services: str) -> None:
        """Bring everything back to what `build` made; these services get new containers, as far as `up` alone would keep them."""
        for path, content in self._laid.items():
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        for root in (self.checkout, self.folder):
            for path in set(self._files(root)) - set(self._laid):
                path.unlink()
        for name, image in self.images.items():
            self.own.tag(image, name)
        for each in services:
            self.docker("rm", "--force", "--volumes", container_of(each), check=False)
        self._remove_strangers()
        self.up("--remove-orphans")

    def _remove_strangers(self) -> None:
        ours = {container_of(name) for name in SERVICES}
        for each in self.own.ask("GET", "/containers/json?all=1"):
            labels = each["Labels"] or {}
            stranger = labels.get("com.docker.compose.project") != PROJECT or labels.get("com.docker.compose.oneoff") == "True"
            if stranger or not {name.lstrip("/") for name in each["Names"]} & ours:
                self.own.ask("DELETE", f"/containers/{each['Id']}?force=1&v=1")
        for each in self.own.ask("GET", "/networks"):
            if each["Name"] not in ("bridge", "host", "none", "proxy", f"{PROJECT}_media", f"{PROJECT}_default"):
                self.own.ask("DELETE", f"/networks/{each['Id']}")

    def _lay_untracked(self) -> None:
        """What git ignores: settings with secrets, secret files, data."""
        for folder in ("torrents", "media"):
            (self.data / folder).mkdir(parents=True)
        for name in ("gluetun", "qbittorrent", "radarr", "sonarr", "prowlarr", "bazarr", "overseerr"):
            (self.folder / "config" / name).mkdir(parents=True)
        (self.folder / "config" / "radarr" / "config.xml").write_text("<Config />\n")
        (self.folder / "library" / "movies").mkdir(parents=True)
        (self.folder / "secrets").mkdir()
        (self.folder / "secrets" / "wireguard_private_key").write_text("cGxlYXNlIGRvIG5vdCB1c2UgdGhpcyBrZXkgYW55d2hlcmU=\n")
        (self.folder / "vpn.env").write_text("SERVER_COUNTRIES=Netherlands\nVPN_PORT_FORWARDING=off\n")
        values = {"TZ": "Europe/Berlin", "PUID": "1000", "DATA_ROOT": str(self.data), "RADARR_PORT": "7878", "QBITTORRENT_PORT": "8080"}
        lines = [f"{name}={value}\n" for name, value in {**values, "RADARR_API_KEY": API_KEY, "RECYCLARR_API_KEY": API_KEY}.items()]
        (self.folder / ".env").write_text("".join(lines))

    def _import_images(self) -> None:
        busybox = engines.find_busybox()
        assert busybox is not None
        tar = engines.busybox_tar(busybox)
        for each in yaml.safe_load((DATA / "images.yml").read_text()):
            self.images[each["name"]] = engines.import_image(self.own.engine, each["name"], tar, each["changes"])

    @staticmethod
    def _files(root: Path) -> list[Path]:
        """What belongs to the project and not to its apps."""
        found = [path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts]
        return [path for path in found if not {"config", "library"} & set(path.relative_to(root).parts[:1])]
