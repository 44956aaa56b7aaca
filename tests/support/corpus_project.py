# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The projects of the corpus, each laid into a checkout and a folder on the host, with values for what its author kept to himself."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from lab.repositories import GIT_ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_OVERRIDE = re.compile(r"(docker-)?compose\.override\.ya?ml\Z")
_VARIABLE = re.compile(r"(?<!\$)\$(?:\{([A-Za-z_]\w*)((?::?[-?+])?)|([A-Za-z_]\w*))")
_ELSEWHERE = re.compile(r"\.\./|^\s*(extends|include):", re.MULTILINE)
_DUMMY = re.compile(r"^(\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*)([\"']?)dummy\3\s*$", re.MULTILINE)
TEMPLATE = re.compile(r"\{%|(?<!\{)\{\{(?!\{)(?!\.)")


@dataclass(frozen=True)
class Entry:
    """A compose file of the corpus: the repository's folder, and the file's path in it."""

    repository: Path
    path: str

    @property
    def name(self) -> str:
        return f"{self.repository.name}/{self.path}"

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


def entries(corpus: Path) -> list[Entry]:
    """Every compose file but overrides, which belong to the file beside them."""
    repositories = sorted(path for path in corpus.iterdir() if path.is_dir())
    found = [Entry(each, path.relative_to(each).as_posix()) for each in repositories for path in sorted(each.rglob("*.y*ml")) if path.is_file()]
    return [each for each in found if not _OVERRIDE.fullmatch(each.path.rpartition("/")[2])]


@dataclass(frozen=True)
class Laid:
    """A project as git has it (`checkout`) and as the host has it (`host`); both are the whole repository, or as much of it as is used."""

    entry: Entry
    checkout: Path
    host: Path

    @property
    def git_folder(self) -> Path:
        return self.checkout / self.entry.folder

    @property
    def folder(self) -> Path:
        return self.host / self.entry.folder

    @property
    def file(self) -> str:
        return self.entry.path.rpartition("/")[2]


def lay(entry: Entry, work: Path) -> Laid:
    """Copy a project. Nothing in it is changed but dummies in its env files, which become values of the right kind."""
    # The host's folder is called as the repository's: a project takes its name from it.
    laid = Laid(entry, work / "git" / entry.repository.name.replace("+", "-"), work / "host" / entry.repository.name.replace("+", "-"))
    source = entry.repository / entry.folder
    text = (entry.repository / entry.path).read_text(errors="replace")
    known = uses(text)
    if _ELSEWHERE.search(text):
        shutil.copytree(entry.repository, laid.checkout)
    else:
        # Other compose files of the folder are projects of their own.
        shutil.copytree(source, laid.git_folder, ignore=lambda folder, names: [name for name in names if _is_other(entry, source, folder, name)])
    for path in laid.checkout.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
        else:
            path.chmod(0o644)
    laid.checkout.chmod(0o755)
    for path in [each for each in laid.checkout.rglob("*") if each.is_file() and ("env" in each.suffix or each.name == ".env")]:
        values = path.read_bytes().decode(errors="surrogateescape")
        path.write_bytes(_DUMMY.sub(lambda match: match[1] + value_for(match[2], known.get(match[2]), len(match[2])), values).encode(errors="surrogateescape"))
    return laid


def _is_other(entry: Entry, source: Path, folder: str, name: str) -> bool:
    path = source / folder / name if folder else source / name
    if path.is_dir():
        return any(path.glob("*compose*.y*ml"))
    return path.suffix in (".yml", ".yaml") and path != entry.repository / entry.path and not _OVERRIDE.fullmatch(name)


def commit(laid: Laid) -> None:
    """Make the checkout one, with everything in it committed."""
    git = ["git", "-c", "user.name=Sam", "-c", "user.email=sam@home.example"]
    for arguments in (["init", "--quiet"], ["add", "--all", "--force"], ["commit", "--quiet", "--message", "As it runs"]):
        subprocess.run([*git, *arguments], cwd=laid.checkout, env={**GIT_ENVIRONMENT, "PATH": "/usr/bin:/bin", "HOME": str(laid.checkout)}, check=True)


@dataclass(frozen=True)
class Use:
    """Where a compose file reads a variable: the keys that lead there, the whole scalar, and whether it has a value of its own for want of one."""

    place: tuple[str, ...]
    scalar: str
    default: bool


def uses(text: str) -> dict[str, Use]:
    """The most telling use of each variable that a compose file reads."""
    found: dict[str, Use] = {}
    try:
        document = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return found
    for place, scalar in _scalars(document, ()):
        for match in _VARIABLE.finditer(scalar):
            name, default = match[1] or match[3], match[2] or ""
            old = found.get(name)
            here = Use(place, scalar, "-" in default or "+" in default)
            if old is None or (old.default and not here.default) or {"environment", "labels"} & set(old.place):
                found[name] = here
    return found


def _scalars(node: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key, place)
            yield from _scalars(value, (*place, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _scalars(each, place)
    elif isinstance(node, yaml.ScalarNode):
        yield place, str(node.value)


def value_for(name: str, use: Use | None, number: int = 0) -> str:
    """A value that the author might have had, by the place where it is used, else by the variable's name."""
    last, scalar, upper = use.place[-1] if use and use.place else "", use.scalar if use else "", name.upper()
    starts = re.match(r"\$\{?" + name, scalar) is not None
    if last in ("ports", "published", "target", "expose"):
        return "127.0.0.1" if re.search(r"(^|_)IP(_|$)|HOST|ADDR|BIND", upper) else str(20000 + number)
    if last in ("volumes", "source", "devices", "device", "file", "env_file", "path", "secrets", "configs", "context", "working_dir"):
        after_path = scalar.partition(":")[2] if last in ("volumes", "devices") else ""
        return f"/srv/{name.lower()}" if starts or "$" + name in after_path or "${" + name in after_path else name.lower()
    by_place = {
        "user": "1000", "mem_limit": "512m", "memory": "512m", "memswap_limit": "1g", "shm_size": "64m", "cpus": "0.5", "cpuset": "0", "restart": "always",
        "subnet": "172.30.0.0/16", "ip_range": "172.30.1.0/24", "gateway": "172.30.0.1", "ipv4_address": f"172.30.0.{number % 200 + 20}",
        "read_only": "true", "privileged": "false", "external": "false", "pids_limit": "100", "mac_address": "02:42:ac:11:00:09",
        "dns": "192.168.1.1", "interval": "10s", "timeout": "5s", "retries": "3", "replicas": "1",
    }
    if last in ("subnet", "gateway", "ipv4_address", "ip_range") and re.search(name + r"(:?\?[^}]*)?\}?\.", scalar):
        return "172.30.0"
    if last in by_place:
        return by_place[last]
    return _by_name(upper, number) or f"{name.lower().replace('_', '-')}-1"


def _by_name(upper: str, number: int) -> str:
    kinds: Mapping[str, str] = {
        r"(^|_)(TZ|TIMEZONE|TIME_ZONE)$": "Europe/Berlin", r"SUBNET|CIDR|(^|_)NETWORKS?$": "172.30.0.0/16", r"GATEWAY": "172.30.0.1",
        r"(^|_)(PUID|PGID|UID|GID|USERID|GROUPID)$": "1000", r"PORT$|PORT_|_PORTS?": str(20000 + number), r"(^|_)IP$|_IP_|ADDRESS|BIND": "192.168.1.5",
        r"DIR$|PATH$|FOLDER|ROOT$|LOCATION|VOLUME|_DATA$|^DATA|CONFIG$|MEDIA$|DOWNLOADS?$|STORAGE|_FILE$": "/srv/" + upper.lower(),
        r"MEM(ORY)?(_LIMIT)?$|_LIMIT$|SIZE": "512m", r"(^|_)CPUS?$": "0.5", r"TAG$|VERSION$": "1.0", r"DOMAIN|HOST": "home.example",
        r"ENABLED?$|^ENABLE|^USE_|_SSL$|DEBUG|READ_?ONLY": "true", r"EMAIL|MAIL": "sam@home.example", r"RESTART": "always",
        r"INTERVAL|TIMEOUT|COUNT|WORKERS|DAYS": "30",
    }
    return next((value for pattern, value in kinds.items() if re.search(pattern, upper)), "")
