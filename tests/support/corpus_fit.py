# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger's project needs so that an engine without a registry can create it: values, files, images, and a file that takes out the impossible.

The author's own compose file stays as it is, to the byte: what is taken out is taken out by an override beside it.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.corpus_project import TEMPLATE, Laid, Use, uses, value_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OVERRIDE = "without-the-impossible.yml"
RUNTIMES = ("runc", "nvidia")
_LOG_DRIVERS = ("json-file", "local", "none", "syslog", "journald")
_MISSING = re.compile(r'required variable (\w+) is missing|\\?"(\w+)\\?" variable is not set')
_ENV_FILE = re.compile(r"env file (\S+) not found")
_ATTEMPTS = 5


class Unfit(Exception):
    """Why a project cannot be modelled by compose, in a few words that many projects share."""


@dataclass(frozen=True)
class Fit:
    """A project that compose can model. `files` are relative to its folder, `model` is the answer of config with all profiles."""

    laid: Laid
    files: tuple[str, ...]
    model: Mapping[str, Any]

    @property
    def services(self) -> Mapping[str, Any]:
        return self.model.get("services") or {}

    @property
    def project(self) -> str:
        return str(self.model["name"])


class Compose:
    """The compose of an engine."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = list(command), dict(environment)

    def __call__(self, folder: Path, files: Sequence[str], *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run compose in a folder with these files."""
        named = [word for each in files for word in ("-f", each)]
        command = [*self._command, "--ansi", "never", *named, "--profile", "*", *arguments]
        return subprocess.run(command, cwd=folder, env={**self._environment, "PWD": str(folder)}, capture_output=True, text=True, check=False)

    def model(self, laid: Laid, files: Sequence[str]) -> dict[str, Any]:
        """What config makes of a project. Raises Unfit."""
        done = self(laid.folder, files, "config", "--format", "json")
        if done.returncode != 0:
            raise Unfit(reason_of(done.stderr))
        model: dict[str, Any] = json.loads(done.stdout)
        return model


def reason_of(stderr: str) -> str:
    """The last sentence of compose, without names and paths."""
    lines = [line for line in stderr.splitlines() if line.strip() and "level=warning" not in line]
    said = lines[-1].strip() if lines else "no reason given"
    said = re.sub(r"(Error response from daemon: |error while interpolating )", "", said)
    said = re.sub(r'(/[\w.+@-]+)+/?', "<path>", said)
    said = re.sub(r'"[^"]*"', "<name>", said)
    said = re.sub(r"\b(service|services|volume|network|container)[. ][\w.-]+(\.\[\])?(\.[\w.\[\]-]+)*", r"\1 <name>", said)
    return said[:160]


def give_values(laid: Laid, compose: Compose) -> None:
    """Write a `.env` with what is missing, and the env files that are. Raises Unfit when compose refuses the project all the same."""
    text = (laid.folder / laid.file).read_text(errors="replace")
    if TEMPLATE.search(text):
        raise Unfit("a Jinja2 template")
    known = uses(text)
    given = {name: use for name, use in known.items() if not use.default}
    _add(laid, given)
    for _attempt in range(_ATTEMPTS):
        done = compose(laid.folder, [laid.file], "config", "--quiet")
        missing: dict[str, Use | None] = {each[0] or each[1]: known.get(each[0] or each[1]) for each in _MISSING.findall(done.stderr)}
        added = _add(laid, missing)
        for path in _ENV_FILE.findall(done.stderr):
            absent = laid.folder / path.rstrip(":")
            if _inside(absent, laid.host) and not absent.exists():
                absent.parent.mkdir(parents=True, exist_ok=True)
                absent.write_text("")
                added = True
        if done.returncode == 0 and not added:
            return
        if not added:
            raise Unfit(reason_of(done.stderr))
    raise Unfit("its variables could not be given values")


def _add(laid: Laid, wanted: Mapping[str, Use | None]) -> bool:
    """Add variables to the host's `.env`; whether there was one to add."""
    path = laid.folder / ".env"
    old = path.read_text(errors="surrogateescape") if path.exists() else ""
    have = set(re.findall(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*\S", old, re.MULTILINE))
    new = {name: value_for(name, use, number) for number, (name, use) in enumerate(sorted(wanted.items())) if name not in have}
    if new:
        lines = "".join(f"{name}={value}\n" for name, value in new.items())
        path.write_text(old + ("\n" if old and not old.endswith("\n") else "") + lines, errors="surrogateescape")
    return bool(new)


def _inside(path: Path, folder: Path) -> bool:
    return os.path.normpath(path).startswith(f"{folder}/")


def fit(laid: Laid, compose: Compose, processors: int) -> Fit:
    """Give the project what it lacks and take out what cannot be. Raises Unfit."""
    give_values(laid, compose)
    model = compose.model(laid, [laid.file])
    if not model.get("services"):
        raise Unfit("it has no services")
    lines = list(_taken_out(model, laid, processors))
    files = [laid.file]
    if lines:
        files.append(OVERRIDE)
        (laid.folder / OVERRIDE).write_text("\n".join(lines) + "\n")
        model = compose.model(laid, files)
    return Fit(laid, tuple(files), model)


def _taken_out(model: Mapping[str, Any], laid: Laid, processors: int) -> Iterator[str]:
    """The lines of the override."""
    services = {name: _service_lines(service, processors) for name, service in model["services"].items()}
    if any(services.values()):
        yield "services:"
        for name, lines in services.items():
            yield from [f"  {json.dumps(name)}:", *(f"    {line}" for line in lines)] if lines else []
    for kind in ("networks", "volumes"):
        parts = {name: _driver_lines(kind, each or {}) for name, each in (model.get(kind) or {}).items()}
        if any(parts.values()):
            yield f"{kind}:"
            for name, lines in parts.items():
                yield from [f"  {json.dumps(name)}:", *(f"    {line}" for line in lines)] if lines else []
    for kind in ("secrets", "configs"):
        absent = [name for name, each in (model.get(kind) or {}).items() if not _has_file(each, laid)]
        if absent:
            yield f"{kind}:"
            for name in absent:
                (laid.folder / f"{kind}-{name}.txt").write_text(name)
                yield f"  {json.dumps(name)}: !override\n    file: ./{kind}-{name}.txt"


def _service_lines(service: Mapping[str, Any], processors: int) -> list[str]:
    lines = []
    if "@sha256:" in str(service.get("image")):
        lines.append(f"image: {json.dumps(service['image'].partition('@')[0])}")
    if service.get("platform") not in (None, "linux/amd64"):
        lines.append("platform: !reset null")
    if service.get("runtime") not in (None, *RUNTIMES):
        lines.append("runtime: !reset null")
    if service.get("pull_policy"):
        lines.append("pull_policy: !reset null")
    if (service.get("healthcheck") or {}).get("start_interval"):
        lines.append("healthcheck: {start_interval: !reset null}")
    if (service.get("logging") or {}).get("driver") not in (None, *_LOG_DRIVERS):
        lines.append("logging: !reset null")
    if float(service.get("cpus") or 0) > processors:
        lines.append(f"cpus: {processors}")
    limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    if float(limits.get("cpus") or 0) > processors:
        lines.append(f'deploy: {{resources: {{limits: {{cpus: "{processors}"}}}}}}')
    if service.get("cpuset") and max(int(each) for each in re.findall(r"\d+", service["cpuset"])) >= processors:
        lines.append("cpuset: !reset null")
    return lines


def _driver_lines(kind: str, declared: Mapping[str, Any]) -> list[str]:
    if declared.get("external"):
        return []
    lines = []
    usual = ("local",) if kind == "volumes" else ("bridge", "macvlan", "ipvlan")
    if declared.get("driver") not in (None, *usual):
        lines.append("driver: !reset null")
    options = declared.get("driver_opts") or {}
    if (kind == "volumes" and options) or options.get("parent") not in (None, "eth0"):
        lines.append("driver_opts: !reset null")
    if declared.get("attachable") and "driver: !reset null" in lines:
        lines.append("attachable: !reset null")
    return lines


def _has_file(declared: Mapping[str, Any], laid: Laid) -> bool:
    if declared.get("external"):
        return False
    path = declared.get("file")
    return path is None or Path(path).is_file()


def network_subnet(services: Mapping[str, Any], key: str) -> str | None:
    """A subnet that holds every fixed address which services have in a network, or None where there is none."""
    joined = [(service.get("networks") or {}).get(key) or {} for service in services.values()]
    fixed = [ipaddress.ip_address(each["ipv4_address"]) for each in joined if each.get("ipv4_address")]
    if not fixed:
        return None
    for prefix in (24, 20, 16, 12, 8):
        found = ipaddress.ip_network(f"{fixed[0]}/{prefix}", strict=False)
        if all(each in found for each in fixed):
            return str(found)
    return None
