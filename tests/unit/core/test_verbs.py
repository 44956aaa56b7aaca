# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is told to do can be done: no text names a playbook that is not there."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.verbs import REPAIRING_VERBS

from support.parts import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Verbs by which a text could send a person to a playbook.
VERBS = ("audit", "backport", "clean_up", "reconcile", "validate_media")
THERE = {path.stem for path in (CHECKOUT / "playbooks").glob("*.yml")}
CODE = sorted((CHECKOUT / "plugins").rglob("*.py"))


def texts(tree: ast.AST) -> Iterator[str]:
    """The texts of a file that a person can get to see; what explains the code is none."""
    explaining = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explaining:
            yield node.value


def test_a_verb_that_repairs_has_its_playbook() -> None:
    assert set(REPAIRING_VERBS) <= THERE
    assert {"audit", "reconcile"} <= THERE & set(VERBS)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in THERE])
def test_no_text_names_a_playbook_that_is_not_there(verb: str) -> None:
    named = {path.name for path in CODE for text in texts(ast.parse(path.read_text(encoding="utf-8"))) if re.search(rf"\b{verb}\b", text)}
    assert named == set()
