# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the collection in which a test spoils something, to show that a promise which it holds can be seen broken."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from support.parts import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("galaxy.yml", "meta", "playbooks", "plugins", "roles")


def copy_of_collection(folder: Path) -> Path:
    """Copy what runs; the folder for Ansible's collections path."""
    place = folder / "ansible_collections" / "homelab" / "media_center"
    place.mkdir(parents=True)
    for each in PARTS:
        source = CHECKOUT / each
        if source.is_dir():
            shutil.copytree(source, place / each, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, place / each)
    return folder


def spoil(collections: Path, file: str, before: str, after: str) -> None:
    """Replace a text that is in a file of the copy exactly once."""
    path = collections / "ansible_collections" / "homelab" / "media_center" / file
    text = path.read_text(encoding="utf-8")
    if text.count(before) != 1:
        raise ValueError(f"{before!r} is not exactly once in {file}")
    path.write_text(text.replace(before, after), encoding="utf-8")
