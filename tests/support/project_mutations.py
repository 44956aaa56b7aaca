# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may happen to a running project: what a row of the table of mutations is, and the mutations that take more than one command."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from support.project_house import PROJECT, container_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from support.project_audit import Audit
    from support.project_house import House

FOUND, CLEAN, UNKNOWN, FLAGGED, MISSED = "found", "clean", "unknown", "flagged", "missed"


@dataclass(frozen=True)
class Told:
    """One finding: its code, and at which service (or stack or container) and field. `*` stands for every field."""

    code: str
    key: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.key}" + (f".{self.path}" if self.path else "")


@dataclass(frozen=True)
class Row:
    """One mutation.

    `told` are the findings that have to be there, `along` those that may be: true consequences of the same mutation. Every other finding of drift or
    health is a false alarm. `renew` are the services that need new containers afterwards, `undo` is what a new container does not bring back.
    """

    number: int
    title: str
    mutate: Callable[[House], Any]
    told: tuple[Told, ...] = ()
    along: tuple[Told, ...] = ()
    verdict: str = FOUND
    renew: tuple[str, ...] = ()
    undo: Callable[[House], Any] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def docker(*arguments: str) -> Callable[[House], Any]:
    return lambda house: house.docker(*arguments)


def edit(path: str, before: str, after: str, where: str = "both") -> Callable[[House], Any]:
    return lambda house: house.edit(path, before, after, where)


def reconnect(house: House) -> None:
    house.docker("network", "disconnect", "proxy", "overseerr")
    house.docker("network", "connect", "--alias", "orders", "proxy", "overseerr")


def connect_extra(house: House) -> None:
    house.docker("network", "create", "lan")
    house.docker("network", "connect", "lan", "plex")


def up_with_other_env_file(house: House) -> None:
    text = (house.folder / ".env").read_text()
    (house.folder / "other.env").write_text(text.replace("PUID=1000", "PUID=1001"))
    house.compose("--env-file", "other.env", "up", "--detach", "--pull", "never")
    house.settle()


def run_by_hand(service: str, *options: str) -> Callable[[House], None]:
    def mutate(house: House) -> None:
        image = house.inspect(service)["Config"]["Image"]
        house.docker("rm", "--force", container_of(service))
        house.docker("run", "--detach", "--name", container_of(service), *options, image)

    return mutate


def copy_with_another_port(house: House) -> None:
    """A container that is the same in everything, compose's labels too, but for its port."""
    old = house.inspect("radarr")
    host = {**old["HostConfig"], "PortBindings": {"7878/tcp": [{"HostIp": "", "HostPort": "7879"}]}}
    networks = {name: {"Aliases": each["Aliases"]} for name, each in old["NetworkSettings"]["Networks"].items()}
    house.docker("rm", "--force", "radarr")
    house.own.ask(
        "POST", "/containers/create?name=radarr", {**old["Config"], "Hostname": "", "HostConfig": host, "NetworkingConfig": {"EndpointsConfig": networks}}
    )
    house.docker("start", "radarr")


def commit(house: House) -> None:
    house.docker("exec", "radarr", "sh", "-c", "echo patched > /etc/patched")
    house.docker("commit", "radarr", "lscr.io/linuxserver/radarr:5.14.0")


def commit_and_up(house: House) -> None:
    commit(house)
    house.up()


def commit_drop_and_up(house: House) -> None:
    commit(house)
    house.edit("compose.yml", "      - RADARR__LOG__LEVEL=info\n", "")
    house.up()


def replace(path: str, content: str | None = None) -> Callable[[House], None]:
    """A new file under the old name, as git, sed -i and most editors make it; without content, of the same one."""

    def mutate(house: House) -> None:
        old, new = house.folder / path, house.folder / (path + ".new")
        shutil.copy(old, new)
        if content is not None:
            new.write_text(content)
        new.replace(old)

    return mutate


def replace_folder(house: House) -> None:
    folder = house.folder / "config" / "bazarr"
    folder.rename(folder.with_name("bazarr.old"))
    folder.mkdir()


def folder_back(house: House) -> None:
    folder = house.folder / "config" / "bazarr"
    folder.rmdir()
    folder.with_name("bazarr.old").rename(folder)


def remove_bazarr(house: House) -> None:
    for root in (house.checkout / PROJECT, house.folder):
        text = (root / "compose.yml").read_text()
        before, rest = text.split("  bazarr:\n", 1)
        (root / "compose.yml").write_text(before + "  overseerr:\n" + rest.split("  overseerr:\n", 1)[1])


def spell_otherwise(house: House) -> None:
    house.edit("compose.yml", "# The media centre of the house.", "# The media centre.\n# It has twelve services.")
    house.edit("compose.yml", 'restart: "no"', "restart: 'no'")
    house.edit("compose.yml", '"8989:8989"', "8989:8989")


def change_both(house: House) -> None:
    house.docker("update", "--memory", "600m", "--memory-swap", "1200m", "radarr")
    house.edit("compose.yml", "mem_limit: 512m\n    memswap_limit: 1g", "mem_limit: 600m\n    memswap_limit: 1200m")


def untag(house: House) -> None:
    house.own.ask("DELETE", f"/images/{quote('lscr.io/linuxserver/bazarr:1.5.0', safe='')}?force=1")


def move(house: House) -> None:
    there = house.folder.parent / "moved" / PROJECT
    there.parent.mkdir()
    house.folder.rename(there)
    house.stack["project_directory"] = str(there)


def move_back(house: House) -> None:
    there = house.folder.parent / "moved" / PROJECT
    if not house.folder.exists():
        there.rename(house.folder)
        there.parent.rmdir()
    house.stack["project_directory"] = str(house.folder)


def in_place(path: str, text: str) -> Callable[[House], None]:
    def mutate(house: House) -> None:
        # Truncated and written anew: the inode stays.
        (house.folder / path).write_text(text)

    return mutate


def up(*arguments: str) -> Callable[[House], None]:
    """`up` of the files as they are."""
    return lambda house: house.up(*arguments)


def up_with(**environment: str) -> Callable[[House], None]:
    """`up` from a shell in which these variables are set."""
    return lambda house: house.up(environment=environment)


def leave_one_off(house: House) -> None:
    house.compose("run", "--no-deps", "--pull", "never", "recyclarr", "true")


@dataclass(frozen=True)
class Judgement:
    """How an audit answered a row: what it missed, and what it told without a reason."""

    missed: tuple[str, ...]
    false: tuple[str, ...]

    @property
    def right(self) -> bool:
        return not self.missed and not self.false


def judge(row: Row, audit: Audit) -> Judgement:
    """Hold what an audit told against what it had to tell."""
    gaps = [each for each in audit.told["gaps"] if each["kind"] == "unknown"]
    if row.verdict == UNKNOWN:
        missed = [each for each in row.told if not any((gap["key"], gap["path"]) == (each.key, each.path) for gap in gaps)]
        gaps = [gap for gap in gaps if not any(gap["key"] == each.key for each in row.told)]
        expected: tuple[Told, ...] = ()
    else:
        missed = [each for each in row.told if not any(_is(each, finding) for finding in audit.findings)]
        expected = row.told + row.along
    loud = [each for each in audit.findings if each["category"] in ("drift", "health") and each["severity"] != "info"]
    false = [str(Told(each["code"], each["key"], each["path"])) for each in loud if not any(_is(told, each) for told in expected)]
    false += [f"unknown {each['key']}.{each['path']}: {each['reason']}" for each in gaps if not any(_is(told, {**each, "code": UNKNOWN}) for told in row.along)]
    return Judgement(tuple(str(each) for each in missed), tuple(false))


def _is(told: Told, finding: Mapping[str, Any]) -> bool:
    return finding["key"] == told.key and told.code in ("*", finding["code"]) and told.path in ("*", finding["path"])
