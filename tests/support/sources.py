# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source files of the checkout, which room of the house each is in, and what each imports."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from support.parts import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OURS = "ansible_collections.homelab.media_center."
GLUE = frozenset({"action", "callback", "filter", "inventory", "lookup", "modules"})

# Arguments that came after Python 3.8, by the function that takes them.
NEWER_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "dataclass": frozenset({"kw_only", "match_args", "slots"}),
    "field": frozenset({"kw_only"}),
    "zip": frozenset({"strict"}),
}

# From each room, the rooms that it may import besides itself.
ARROWS: Mapping[str, frozenset[str]] = {
    "core": frozenset(),
    "resources": frozenset({"core"}),
    "live": frozenset({"resources", "core"}),
    "repo": frozenset({"resources", "core"}),
    "pipeline": frozenset({"resources", "core"}),
    "module": frozenset({"live", "repo", "pipeline", "resources", "core"}),
    "lab": frozenset({"core"}),
    "doc_fragments": frozenset(),
    "plugin_utils": frozenset({"module", "live", "repo", "pipeline", "resources", "core"}),
    **dict.fromkeys(GLUE, frozenset({"plugin_utils", "module", "live", "repo", "pipeline", "resources", "core"})),
}


@dataclass(frozen=True)
class Source:
    """A Python file: its path in the checkout, its dotted name, and its text."""

    path: str
    name: str
    text: str

    @property
    def room(self) -> str:
        """The room that a dotted name of ours lies in."""
        return room_of(self.name)

    def imports(self) -> set[str]:
        """Every dotted name that the file imports anywhere, also inside functions; relative ones made absolute."""
        found: set[str] = set()
        for node in ast.walk(ast.parse(self.text, self.path)):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    package = self.name.split(".") if self.path.endswith("__init__.py") else self.name.split(".")[:-1]
                    base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
                found.add(base)
                found.update(f"{base}.{alias.name}" for alias in node.names)
        return found


def room_of(name: str) -> str:
    """The room of a dotted name of ours; empty for names of others."""
    if name == "lab" or name.startswith("lab."):
        return "lab"
    if not name.startswith(f"{OURS}plugins."):
        return ""
    words = name[len(f"{OURS}plugins.") :].split(".")
    if words[0] == "module_utils":
        return words[1] if len(words) > 1 else ""
    return words[0]


def sources(root: Path = CHECKOUT) -> list[Source]:
    """Every Python file of the plugins and of the lab."""
    found = []
    for path in sorted([*(root / "plugins").rglob("*.py"), *(root / "lab").rglob("*.py")]):
        relative = path.relative_to(root)
        words = list(relative.with_suffix("").parts)
        if words[-1] == "__init__":
            words.pop()
        name = ".".join(words) if words[0] == "lab" else OURS + ".".join(words)
        found.append(Source(path=relative.as_posix(), name=name, text=path.read_text()))
    return found


def arrows_back(files: Iterable[Source]) -> list[str]:
    """One sentence for each import of a room that the importing room must not know."""
    broken = set()
    for source in files:
        for name in source.imports():
            room = room_of(name)
            if room and room != source.room and room not in ARROWS[source.room]:
                broken.add(f"{source.path} is in {source.room} and imports {room}")
    return sorted(broken)


def own_imports(source: Source, by_name: Mapping[str, Source]) -> set[str]:
    """The dotted names of our own files that the file imports."""
    return {name for name in source.imports() if name in by_name}


def reached_from(starts: Iterable[Source], files: Iterable[Source]) -> list[Source]:
    """The starting files and all of ours that they import, directly or through others: what Ansible ships to a host."""
    by_name = {source.name: source for source in files}
    reached: dict[str, Source] = {}
    waiting = list(starts)
    while waiting:
        source = waiting.pop()
        if source.name not in reached:
            reached[source.name] = source
            waiting.extend(by_name[name] for name in own_imports(source, by_name))
    return [reached[name] for name in sorted(reached)]


def foreign_imports(source: Source) -> set[str]:
    """What a host may not have: every top-level import but the standard library, Ansible's module side, and ours."""
    return {
        name
        for name in source.imports()
        if not name.startswith((OURS, "ansible.module_utils."))
        and name not in ("ansible", "ansible.module_utils", *(OURS[:-1].rsplit(".", depth)[0] for depth in range(3)))
        and name.split(".")[0] not in sys.stdlib_module_names
    }


def newer_than_3_8(source: Source) -> list[str]:
    """What would fail on Python 3.8, as far as it can be seen without running it."""
    try:
        tree = ast.parse(source.text, source.path, feature_version=(3, 8))
    except SyntaxError as error:
        return [f"{source.path}:{error.lineno}: {error.msg}"]
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Match, ast.TryStar)):
            found.append((node.lineno, "a statement of Python 3.10 or 3.11"))
        elif isinstance(node, ast.Call):
            newer = NEWER_ARGUMENTS.get(ast.unparse(node.func).rsplit(".", 1)[-1], frozenset())
            found.extend((node.lineno, f"the argument {keyword.arg}=") for keyword in node.keywords if keyword.arg in newer)
        elif isinstance(node, ast.Attribute) and node.attr in ("removeprefix", "removesuffix", "is_relative_to", "to_thread"):
            found.append((node.lineno, f"the attribute {node.attr}"))
    return [f"{source.path}:{line}: {what}" for line, what in sorted(found)]
