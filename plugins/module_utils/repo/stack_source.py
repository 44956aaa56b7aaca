# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pack what git has of a stack for the module on the docker host."""

from __future__ import annotations

import base64
import dataclasses
import json
import posixpath
import zlib
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.origins import OriginTable
from ansible_collections.homelab.media_center.plugins.module_utils.repo import git
from ansible_collections.homelab.media_center.plugins.module_utils.repo.compose_file import Stack
from ansible_collections.homelab.media_center.plugins.module_utils.repo.compose_references import Lines, References
from ansible_collections.homelab.media_center.plugins.module_utils.repo.tree import TEMPLATE_SUFFIX, Found, Render, Tree, join


@dataclasses.dataclass(frozen=True)
class SourceFile:
    """One file of a stack. ``path`` is relative to the stack's folder; ``content`` is None when it is too large to travel."""

    path: str
    content: Optional[bytes]
    mode: str
    file: str
    template: Optional[str]
    tracked: bool
    blob: str


@dataclasses.dataclass(frozen=True)
class StackSource:
    """What git has of one stack. ``unknown`` says why it could not be read, with the next step in ``remedy``."""

    stack: Stack
    files: Tuple[SourceFile, ...] = ()
    lines: Lines = dataclasses.field(default_factory=dict)
    images: Tuple[str, ...] = ()
    project_name: Optional[str] = None
    unknown: str = ""
    remedy: str = ""

    def places(self) -> Dict[str, Dict[str, Any]]:
        """File, line and form of each value by its dotted path."""
        return {".".join(path): {"file": file, "line": line, "form": form} for path, (file, line, form) in self.lines.items() if path}

    def origins(self) -> OriginTable:
        """The origins of the stack's values."""
        return OriginTable(self.stack.repository, self.places())


def read_stack(tree: Tree, stack: Stack, nested: Sequence[str] = (), render: Optional[Render] = None) -> StackSource:
    """Read a stack's files. Never raises for the stack's own faults: what cannot be read makes it unknown.

    ``nested`` are folders of other stacks below this one's: their files belong to them.
    """
    references = References(tree, render, stack.template)
    files = [path for path in (join(stack.folder, each) for each in stack.files) if path is not None]
    try:
        for path in files:
            references.use(path)
        lines = references.project(stack.folder, files, list(stack.env_files), {})
        sent = _own_files(tree, stack, nested)
        sent.update(references.used)
        packed = tuple(_file(tree, stack, references, path, found) for path, found in sorted(sent.items()))
    except GatewayError as error:
        return StackSource(stack, unknown=error.message, remedy=error.remedy)
    source = StackSource(
        stack=stack,
        files=packed,
        lines=lines,
        images=_images(references, files),
        project_name=stack.project_name or _literal_name(references, files),
    )
    if references.remote:
        return dataclasses.replace(source, unknown="; ".join(references.remote), remedy="copy the included file into the repository")
    return source


def included_files(tree: Tree, stack: Stack) -> List[str]:
    """Paths in the repository of the files that a stack's files include; templates are taken as they stand."""
    references = References(tree, None, False)
    files = [path for path in (join(stack.folder, each) for each in stack.files) if path is not None]
    try:
        for path in files:
            references.use(path)
        references.project(stack.folder, files, list(stack.env_files), {})
    except GatewayError:
        return []
    return sorted(path for path in references.included if path not in files)


def pack(sources: Sequence[StackSource], history: Mapping[str, Mapping[str, Sequence[git.Past]]]) -> str:
    """The text in which sources travel: base64 of compressed JSON. ``history`` is by repository and path."""
    document = {source.stack.name: _document(source, history.get(source.stack.repository) or {}) for source in sources}
    return base64.b64encode(zlib.compress(json.dumps(document).encode("utf-8"))).decode("ascii")


def _document(source: StackSource, history: Mapping[str, Sequence[git.Past]]) -> Dict[str, Any]:
    files = {
        each.path: {
            "content": None if each.content is None else base64.b64encode(each.content).decode("ascii"),
            "mode": each.mode,
            "file": each.file,
            "template": each.template,
            "tracked": each.tracked,
            "blob": each.blob,
            # The text of a template never lay on a host, so its past cannot be found there.
            "blobs": [] if each.template else [list(past) for past in history.get(each.file) or ()],
        }
        for each in source.files
    }
    return {"unknown": source.unknown or None, "remedy": source.remedy, "files": files, "lines": source.places(), "project_name": source.project_name}


def _own_files(tree: Tree, stack: Stack, nested: Sequence[str]) -> Dict[str, Found]:
    """The tracked files of the folder but those of other stacks. A template that nothing refers to has no place on the host."""
    others = tuple(folder + "/" for folder in nested)
    paths = [path for path in tree.below(stack.folder) if not path.startswith(others) and not path.endswith(TEMPLATE_SUFFIX)]
    tree.preload(paths)
    return {path: Found(path, False, True) for path in paths if tree.exists(path)}


def _file(tree: Tree, stack: Stack, references: References, path: str, found: Found) -> SourceFile:
    entry = tree.entries.get(found.path)
    template = found.path if path in references.used and references.rendered(path) else None
    content = references.text(path).encode("utf-8") if template else tree.content(found.path)
    return SourceFile(
        path=posixpath.relpath(path, stack.folder or "."),
        content=content,
        mode="0755" if entry is not None and entry.mode == "100755" else "0644",
        file=found.path,
        template=template,
        tracked=found.tracked,
        blob="" if template or entry is None else entry.blob,
    )


def _images(references: References, files: Sequence[str]) -> Tuple[str, ...]:
    """Image references that are written out: by them a running project can be guessed."""
    found: List[str] = []
    for data in references.data(files):
        services = data.get("services")
        for service in services.values() if isinstance(services, dict) else ():
            image = service.get("image") if isinstance(service, dict) else None
            if isinstance(image, str) and image and "$" not in image and image not in found:
                found.append(image)
    return tuple(found)


def _literal_name(references: References, files: Sequence[str]) -> Optional[str]:
    names = [data["name"] for data in references.data(files) if isinstance(data.get("name"), str) and "$" not in data["name"]]
    return names[-1] if names else None
