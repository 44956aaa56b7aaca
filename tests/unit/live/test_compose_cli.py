# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the host's compose is called: a stand-in tells what it was called with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import ComposeCli, Project

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = """
import json, os, sys
if "version" in sys.argv:
    print("2.40.3")
else:
    print(json.dumps({"services": {}, "arguments": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}))
"""


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    path = tmp_path / "compose.py"
    path.write_text(_PROGRAM)
    return [sys.executable, str(path)]


def told(program: list[str], folder: Path, environment: dict[str, str] | None = None) -> Any:
    return ComposeCli(program).config(Project("media", str(folder), ("compose.yml",)), environment).document


def test_pwd_is_the_folder_of_the_project(program: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PWD", "/somewhere/else")
    assert told(program, tmp_path)["environment"]["PWD"] == str(tmp_path)
    assert told(program, tmp_path, {"PWD": "/opt/stacks/media"})["environment"]["PWD"] == "/opt/stacks/media"


def test_variables_that_would_make_it_another_project_are_not_passed_on(program: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES", "COMPOSE_ENV_FILES"):
        monkeypatch.setenv(name, "other")
    assert not {name for name, value in told(program, tmp_path)["environment"].items() if value == "other"}


def test_services_of_every_profile_are_asked_for(program: list[str], tmp_path: Path) -> None:
    words = told(program, tmp_path)["arguments"]
    assert words[words.index("--profile") + 1] == "*" and "-p" in words and words[words.index("-f") + 1] == "compose.yml"


def test_a_failure_without_an_exit_code_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "compose.py"
    path.write_text('import sys; print("2.40.3") if "version" in sys.argv else print("service a refers to undefined network b", file=sys.stderr)')
    with pytest.raises(GatewayError, match="undefined network"):
        told([sys.executable, str(path)], tmp_path)


def test_no_compose_is_a_sentence_with_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(GatewayError) as raised:
        ComposeCli([sys.executable, str(tmp_path / "absent.py")])
    assert raised.value.remedy
