# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits as the controller makes them, without the seconds that Ansible itself takes, from a copy of the program that nobody changes.

A process of its own reads the repositories and hands them to the module, which is again a process of its own and gets its arguments as JSON.
`python -m support.project_audit` is that first process.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from support.parts import CHECKOUT
from support.project_engine import as_root

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

MODULE = "ansible_collections.homelab.media_center.plugins.modules.compose_stack"
TARGET = "mediabox"


def freeze(folder: Path) -> Path:
    """Copy the program of the checkout; the folder that makes it importable. Byte code goes with it, so each audit starts equally fast."""
    place = folder / "ansible_collections" / "homelab" / "media_center"
    shutil.copytree(CHECKOUT / "plugins", place / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    for package in (place, place.parent, place.parent.parent):
        (package / "__init__.py").write_text("")
    return folder


@dataclass(frozen=True)
class Audit:
    """What an audit told of its target: the `media_center` of the module, completed on the controller."""

    told: Mapping[str, Any]

    @property
    def findings(self) -> list[dict[str, Any]]:
        return list(self.told["findings"])

    def drift(self) -> list[dict[str, Any]]:
        """The findings that make a target drift."""
        return [each for each in self.findings if each["category"] == "drift" and each["severity"] != "info"]

    def services(self) -> dict[str, int]:
        """How many fields were compared, by service and number."""
        return {name: each["checked"] for stack in self.told["stacks"] for name, each in stack["services"].items()}

    def lines(self) -> str:
        """All of it on a few lines, for the message of a failed test."""
        shown = [
            "{category}/{severity} {code} {resource}[{key}].{path}: {declared!r} -> {running!r} ({message})".format(**each) for each in self.findings
        ]
        shown += ["unknown {resource}[{key}].{path}: {reason}".format(**each) for each in self.told["gaps"] if each["kind"] == "unknown"]
        return "\n".join([f"{self.told['verdict']}, {self.told['health']}, {self.told['checked']} checked, {self.told['unknown']} unknown", *shown])


def _environment(program: Path, environment: Mapping[str, str]) -> dict[str, str]:
    paths = [str(program), str(CHECKOUT / "tests"), str(CHECKOUT)]
    return {**environment, "PYTHONPATH": os.pathsep.join(paths), "PYTHONPYCACHEPREFIX": str(program / "bytecode")}


def audit(program: Path, environment: Mapping[str, str], repositories: Mapping[str, str], stacks: Sequence[Mapping[str, Any]], **options: Any) -> Audit:
    """Audit the engine that the environment names. Raises RuntimeError when the program does not come to a result."""
    job = {"repositories": dict(repositories), "stacks": list(stacks), "options": options}
    command = [sys.executable, "-m", "support.project_audit"]
    done = subprocess.run(command, input=json.dumps(job), env=_environment(program, environment), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the audit failed:\n{done.stderr[-3000:]}\n{done.stdout[-2000:]}")
    return Audit(json.loads(done.stdout)["media_center"])


class Auditor:
    """One process that makes many audits, for those who make hundreds."""

    def __init__(self, program: Path, environment: Mapping[str, str]) -> None:
        command = [*(as_root() or []), sys.executable, "-m", "support.project_audit", "--serve"]
        self._process = subprocess.Popen(command, env=_environment(program, environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def audit(self, repositories: Mapping[str, str], stacks: Sequence[Mapping[str, Any]], **options: Any) -> Audit:
        """Audit the engine that the environment names. Raises RuntimeError when the program does not come to a result."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"repositories": dict(repositories), "stacks": list(stacks), "options": options}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "the process that audits is gone"}')
        if "media_center" not in answer:
            raise RuntimeError(f"the audit failed: {answer}")
        return Audit(answer["media_center"])

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def _answer(job: Mapping[str, Any], run: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The controller's part of an audit; `run` runs the module with its arguments."""
    # From the frozen copy, which comes first on the path.
    from ansible_collections.homelab.media_center.plugins.module_utils.repo.declared import Reader, fill_sources

    declared = Reader(job["repositories"]).read(job["stacks"])
    options = {**job["options"], "stacks": declared.module_stacks(), "sources": declared.packed, "target": TARGET, "fingerprint_key": os.urandom(32).hex()}
    result = run(json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "_ansible_check_mode": True, "_ansible_remote_tmp": "~/.ansible/tmp"}}))
    if "media_center" in result:
        fill_sources(result["media_center"]["findings"], declared)
    return result


def _as_program(arguments: str) -> dict[str, Any]:
    done = subprocess.run([*(as_root() or []), sys.executable, "-m", MODULE], input=arguments, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr + done.stdout)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _as_function(arguments: str) -> dict[str, Any]:
    from ansible.module_utils import basic

    basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = arguments.encode(), "legacy"
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
        importlib.import_module(MODULE).main()
    result: dict[str, Any] = json.loads(told.getvalue().strip().splitlines()[-1])
    return result


def _serve() -> None:
    for line in sys.stdin:
        try:
            answer = _answer(json.loads(line), _as_function)
        except Exception as error:
            answer = {"error": "".join(traceback.format_exception(error))}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    if "--serve" in sys.argv:
        _serve()
    else:
        json.dump(_answer(json.load(sys.stdin), _as_program), sys.stdout)
