# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrows between the rooms of the house point one way, and what runs on a docker host runs on any Python from 3.8 on."""

from __future__ import annotations

import os
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import ansible
import pytest

from support.parts import CHECKOUT, python_3_8
from support.sources import OURS, Source, arrows_back, foreign_imports, newer_than_3_8, reached_from, sources

UTILS = "plugins/module_utils"
# These run on docker hosts even where no module of today imports them.
ON_HOSTS = (
    "plugins/modules/compose_stack*.py",
    "plugins/modules/app_secrets_info.py",
    f"{UTILS}/module/app_secrets*.py",
    f"{UTILS}/resources/servarr*.py",
    f"{UTILS}/resources/settings.py",
    f"{UTILS}/core/*.py",
    f"{UTILS}/resources/compose*.py",
    f"{UTILS}/live/docker_*.py",
    f"{UTILS}/live/compose_*.py",
    f"{UTILS}/live/host_*.py",
    f"{UTILS}/module/compose_stack*.py",
)
# The core computes; it reads, writes and starts nothing.
NOT_PURE = frozenset({"asyncio", "glob", "http", "multiprocessing", "os", "pathlib", "shutil", "socket", "ssl", "subprocess", "tempfile", "urllib.request"})

ALL = sources()


def host_side() -> list[Source]:
    """Every file that Ansible may ship to a docker host."""
    return reached_from([source for source in ALL if any(fnmatch(source.path, pattern) for pattern in ON_HOSTS)], ALL)


def made_up(path: str, text: str) -> Source:
    """A file that is not there, to see the rules catch it."""
    name = path[: -len(".py")].replace("/", ".")
    return Source(path=path, name=name if name.startswith("lab.") else OURS + name, text=text)


def test_no_arrow_points_back() -> None:
    assert arrows_back(ALL) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"{UTILS}/core/x.py", f"from {OURS}plugins.module_utils.live.compose_cli import run"),
        (f"{UTILS}/core/x.py", "def late():\n    from ..live import compose_cli"),
        (f"{UTILS}/live/x.py", f"from {OURS}plugins.module_utils import repo"),
        (f"{UTILS}/repo/x.py", f"import {OURS}plugins.module_utils.live.docker_engine"),
        (f"{UTILS}/module/x.py", f"from {OURS}plugins.modules import compose_stack"),
        ("plugins/lookup/x.py", f"from {OURS}plugins.action.report import ActionModule"),
        ("lab/x.py", f"from {OURS}plugins.module_utils.resources.compose import TABLE"),
        (f"{UTILS}/resources/x.py", "import lab.server"),
    ],
)
def test_an_arrow_that_points_back_is_caught(path: str, text: str) -> None:
    assert len(arrows_back([made_up(path, text)])) == 1


def test_an_arrow_that_points_down_is_fine() -> None:
    text = f"from {OURS}plugins.module_utils.core.model import Item\nfrom {OURS}plugins.module_utils.module.x import run"
    assert arrows_back([made_up("plugins/action/x.py", text)]) == []


def test_the_core_is_pure() -> None:
    impure = {
        source.path: sorted(found)
        for source in ALL
        if source.room == "core"
        for found in [{name for name in source.imports() if name in NOT_PURE or name.split(".")[0] in NOT_PURE | {"ansible"}}]
        if found
    }
    assert impure == {}


def test_only_modules_know_ansible_module() -> None:
    knowing = {source.room for source in ALL if any(name.startswith("ansible.module_utils.basic") for name in source.imports())}
    assert knowing <= {"module", "modules"}


def test_hosts_need_nothing_but_python() -> None:
    needed = {source.path: sorted(found) for source in host_side() for found in [foreign_imports(source)] if found}
    assert needed == {}


def test_a_library_on_a_host_is_caught() -> None:
    assert foreign_imports(made_up(f"{UTILS}/live/docker_x.py", "import json\ntry:\n    import yaml\nexcept ImportError:\n    pass")) == {"yaml"}


def test_no_controller_code_is_shipped_to_hosts() -> None:
    assert {source.room for source in host_side()} <= {"modules", "module", "live", "resources", "core"}


def test_hosts_get_syntax_of_python_3_8() -> None:
    assert [line for source in host_side() for line in newer_than_3_8(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        "match x:\n    case 1: pass",
        "import dataclasses\n@dataclasses.dataclass(slots=True)\nclass A: pass",
        "pairs = zip('ab', 'cd', strict=True)",
        "'abc'.removeprefix('a')",
    ],
)
def test_newer_syntax_is_caught(text: str) -> None:
    assert newer_than_3_8(made_up(f"{UTILS}/live/docker_x.py", text)) != []


def test_hosts_with_python_3_8_can_load_it(tmp_path: Path) -> None:
    """An import also runs what annotations hide from the parser: aliases, bases and decorators."""
    python = python_3_8()
    (tmp_path / "ansible").symlink_to(Path(ansible.__file__).parent)
    names = [source.name for source in host_side()]
    done = subprocess.run(
        [python, "-c", "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)", *names],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{CHECKOUT / 'collections'}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
