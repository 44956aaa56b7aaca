# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an audit of a docker host takes, beside the least that it could take with the host's own commands.

The commands are what a person would have to run to see the same facts: `docker compose config`, once for each stack and once more where git's files are
not the host's, and one `docker inspect` of all containers. The module is timed as Ansible runs it on the host: the very file that Ansible sends, so
starting Python, unpacking the code and compiling it count. An empty module (`ping`) has to do the same before its first line, so the floor is
the commands and an empty module; the ratio to the commands alone is shown beside. The play is timed as a user sees it, report included, beside a play of
one `ping`. All of them take turns; medians are told.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from figures import ROUNDS, Figure, beside, medians

from support import engine as engines
from support.project_engine import missing_for_own_engine, own_engine
from support.project_house import House
from support.small_house import SmallHouse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from support.playbook import Controller

GOAL = 1.5
SERVICES = 12
STACKS = 20


class Floor:
    """The host's own commands that tell the same facts."""

    def __init__(self, configs: Sequence[Sequence[str]], engine: engines.Engine, environment: dict[str, str]) -> None:
        self._configs, self._engine, self._environment = configs, engine, environment

    def run(self) -> None:
        """Run them one after the other, as a script would."""
        for command in self._configs:
            self._quiet(command)
        containers = self._quiet([self._engine.client, "ps", "--all", "--quiet"]).split()
        self._quiet([self._engine.client, "inspect", *containers])

    def _quiet(self, command: Sequence[str]) -> str:
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True).stdout


class Sent:
    """A file that Ansible sends to a host to run a module, kept and run again and again."""

    def __init__(self, controller: Controller, module: str) -> None:
        newest = max(controller.ansible_temporary.glob(f"ansible-tmp-*/AnsiballZ_{module}.py"), key=lambda path: path.stat().st_mtime)
        self._command = [sys.executable, str(newest)]
        self._environment = controller.shell()

    def run(self) -> None:
        """Run it as the host does."""
        subprocess.run(self._command, env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, check=True)


KEPT = {"ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_PIPELINING": "False"}


def audit_module(controller: Controller) -> Sent:
    """The audit of this controller's host."""
    if controller.run("audit", environment=KEPT) != 0:
        raise SystemExit(controller.output)
    return Sent(controller, "compose_stack")


def ping(controller: Controller, environment: dict[str, str]) -> None:
    """A whole run of Ansible that does nothing on the same host."""
    controller.command("audit")
    words = ["-i", str(controller.folder / "controller" / "inventory.yml"), "docker_hosts", "-m", "ansible.builtin.ping"]
    command = [str(Path(sys.executable).with_name("ansible")), *words]
    subprocess.run(command, env=controller.shell(**environment), stdin=subprocess.DEVNULL, capture_output=True, check=True)


def measure(name: str, controller: Controller, commands: Floor, rounds: int, audited: bool = True) -> list[Figure]:
    """Module and play of one host beside the floor. One that is there to be counted has no goal and no play."""
    module = audit_module(controller)
    ping(controller, KEPT)
    empty = Sent(controller, "ping")
    works: list[Callable[[], object]] = [module.run, commands.run, empty.run]
    if audited:
        works += [lambda: controller.run("audit"), lambda: ping(controller, {})]
    took = medians(rounds, *works)
    told = [
        beside(f"{name}: module", took[0], took[1] + took[2], GOAL if audited else None),
        beside(f"{name}: module beside the commands alone", took[0], took[1], None),
    ]
    return told + ([beside(f"{name}: whole play", took[3], took[1] + took[4], None)] if audited else [])


def twelve_services(folder: Path) -> list[Figure]:
    """The host of twelve services, once as git has it and once with other files than git's."""
    with own_engine() as own:
        house = House(own, folder / "house")
        house.build()
        house.up(environment={"COMPOSE_PROFILES": "tools"})
        small = SmallHouse(folder / "small", own.engine, engines.find_compose() or [], "")
        controller = small.controller
        controller.environment = own.environment
        controller.variables["media_center_repositories"] = {"homelab-apps": str(house.checkout)}
        small.entries.append({**house.stack, "profiles": ["tools"]})
        config = [*(engines.find_compose() or []), "--project-directory", str(house.folder), "--profile", "*", "config", "--format", "json"]
        found = measure("12 containers", controller, Floor([config], own.engine, own.environment), ROUNDS)
        (house.folder / "recyclarr" / "recyclarr.yml").write_text("# edited on the host\n")
        return found + measure("12 containers, files differ", controller, Floor([config, config], own.engine, own.environment), ROUNDS)


def growth(folder: Path) -> list[Figure]:
    """One stack of twelve services, and twenty of them. Their containers are created and never started."""
    with own_engine() as own, engines.busybox_image(own.engine, engines.find_busybox() or Path()) as image:
        house = SmallHouse(folder / "growth", own.engine, engines.find_compose() or [], image)
        house.controller.environment = own.environment
        services = {f"app{number}": {"image": image, "network_mode": "none", "environment": {"TZ": "UTC"}} for number in range(SERVICES)}
        configs, found, times = [], [], []
        for number in range(STACKS):
            stack = f"stack{number}"
            at = house.add(stack, {"compose.yml": json.dumps({"services": services})})
            house.compose(stack, "create", "--pull", "never")
            words = ["--project-directory", str(at), "--project-name", house.project(stack), "config", "--format", "json"]
            configs.append([*(engines.find_compose() or []), *words])
            if number in (0, STACKS - 1):
                name = f"{SERVICES * (number + 1)} created containers, {number + 1} stack{'s' if number else ''}"
                found += measure(name, house.controller, Floor(list(configs), own.engine, own.environment), 5 if number else ROUNDS, audited=False)
                times.append(found[-2].value)
        more = round((times[1] - times[0]) / (SERVICES * (STACKS - 1)) * 1000, 2)
        whole = Figure(f"growth from {SERVICES} to {SERVICES * STACKS} containers", round(times[1] / times[0], 2), "times")
        return [*found, whole, Figure("growth for each further container", more, "ms")]


def missing() -> str:
    """What this machine lacks to measure this."""
    return missing_for_own_engine()


def measured(folder: Path) -> list[Figure]:
    """All figures of docker hosts."""
    return twelve_services(folder) + growth(folder)
