# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises that hold for everything that is added later: documentation, tests, groups, sizes."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.parts import CHECKOUT

MODULES = sorted((CHECKOUT / "plugins" / "modules").glob("*.py"))
ROLES = sorted(path for path in (CHECKOUT / "roles").glob("*") if path.is_dir())
PLAYBOOKS = sorted((CHECKOUT / "playbooks").glob("*.yml"))
CODE = sorted([*(CHECKOUT / "plugins").rglob("*.py"), *(CHECKOUT / "lab").rglob("*.py"), *(CHECKOUT / "tests" / "support").rglob("*.py")])
HEADER = [
    "# Copyright: (c) 2026, homelab.media_center contributors",
    "# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
]


def relative(path: Path) -> str:
    """The path as it is written in the checkout, for the names of the cases."""
    return path.relative_to(CHECKOUT).as_posix()


def load(path: Path) -> Any:
    """The YAML of a file; an empty file is an empty mapping."""
    return yaml.safe_load(path.read_text()) or {}


def documentation(module: Path) -> dict[str, Any]:
    """The DOCUMENTATION of a module."""
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == "DOCUMENTATION" for target in node.targets):
            return yaml.safe_load(ast.literal_eval(node.value))
    return {}


def test_what_is_walked_is_there() -> None:
    assert MODULES and ROLES and PLAYBOOKS and CODE


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_a_module_says_what_it_supports(module: Path) -> None:
    told = documentation(module)
    assert "homelab.media_center.attributes" in told["extends_documentation_fragment"]
    assert {"check_mode", "diff_mode", "idempotent"} <= set(told.get("attributes", {})) or any(
        fragment == "homelab.media_center.attributes.read_only" for fragment in told["extends_documentation_fragment"]
    )


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_a_module_is_in_action_groups(module: Path) -> None:
    groups = load(CHECKOUT / "meta" / "runtime.yml")["action_groups"]
    assert module.stem in groups["all"]
    assert any(module.stem in members for name, members in groups.items() if name != "all")


def test_action_groups_name_modules_that_exist() -> None:
    groups = load(CHECKOUT / "meta" / "runtime.yml")["action_groups"]
    assert {member for members in groups.values() for member in members} == {module.stem for module in MODULES}


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_a_module_has_a_test(module: Path) -> None:
    places = [
        *(CHECKOUT / "tests").rglob("test_*.py"),
        *(path for path in (CHECKOUT / "molecule").rglob("*") if path.suffix in (".yml", ".py")),
    ]
    assert any(module.stem in path.read_text() for path in places)


@pytest.mark.parametrize("role", ROLES, ids=relative)
def test_a_role_documents_its_variables(role: Path) -> None:
    """Each variable has one description and, where it is optional, the same default in both files."""
    assert (role / "README.md").is_file()
    assert (role / "meta" / "argument_specs.yml").is_file()
    defaults_file = role / "defaults" / "main.yml"
    defaults = load(defaults_file) if defaults_file.is_file() else {}
    options = {name: option for spec in load(role / "meta" / "argument_specs.yml")["argument_specs"].values() for name, option in spec["options"].items()}
    assert all(name.startswith(f"{role.name}_") for name in options)
    assert all(option.get("description") for option in options.values())
    assert {name: option["default"] for name, option in options.items() if "default" in option} == defaults


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=relative)
def test_a_playbook_is_short_and_has_its_shim(playbook: Path) -> None:
    assert len(playbook.read_text().splitlines()) <= 30
    (shim,) = load(CHECKOUT / playbook.name)
    assert shim["ansible.builtin.import_playbook"] == f"homelab.media_center.{playbook.stem}"


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_a_file_is_short_and_names_its_licence(path: Path) -> None:
    lines = path.read_text().splitlines()
    if not lines:
        return
    assert lines[lines[0].startswith("#!") :][:3] == HEADER
    # Tables are data: they are as long as the apps are wide.
    assert len(lines) <= 300 or "resources" in path.parts
