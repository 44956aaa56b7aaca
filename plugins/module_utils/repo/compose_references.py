# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow a stack's compose files through the repository: which files it uses, and on which line each value stands.

What compose itself would do is not done here; no model is built. Relative paths are resolved as compose does: against the
project's folder, inside an extended or included file against that file's own folder (compose-go ``loader``).
"""

from __future__ import annotations

import contextlib
import posixpath
import re
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.env_file import interpolate, read_env
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError, without_userinfo
from ansible_collections.homelab.media_center.plugins.module_utils.repo.template import origin_lines
from ansible_collections.homelab.media_center.plugins.module_utils.repo.tree import Found, Render, Tree, join
from ansible_collections.homelab.media_center.plugins.module_utils.repo.yaml_lines import Document, NodePath, Place, read_yaml

#: Compose stops at a cycle of includes with an error of its own; here the depth is only bounded.
DEPTH_LIMIT = 20
_REMOTE = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|git@|github\.com/)|\.git(?:[#?].*)?$", re.IGNORECASE)


#: (file in the repository, line, form) of each value.
Lines = Dict[NodePath, Tuple[str, int, str]]


class References:
    """What one stack uses of its repository. ``remote`` names includes that are never fetched."""

    def __init__(self, tree: Tree, render: Optional[Render], template: bool) -> None:
        self._tree = tree
        self._render = render
        self._template = template
        self._documents: Dict[str, Optional[Document]] = {}
        self.used: Dict[str, Found] = {}
        self.included: Dict[str, None] = {}
        self.remote: List[str] = []

    def project(self, folder: str, files: List[str], env_files: List[str], above: Mapping[str, str], depth: int = 0) -> Lines:
        """Follow the files of a project (paths in the repository) and return the line map of what they declare together."""
        values = {**self._values(folder, env_files or [".env"]), **above}
        lines: Lines = {}
        for file in files:
            document = self._document(file)
            if document is None or not isinstance(document.data, dict):
                continue
            for path, place in self._included(folder, document.data, values, depth).items():
                lines.setdefault(path, place)
            lines.update(self._own(file, document, folder, values, depth))
        return lines

    def _included(self, folder: str, data: Mapping[str, Any], values: Mapping[str, str], depth: int) -> Lines:
        lines: Lines = {}
        for entry in _list(data.get("include")):
            told = entry if isinstance(entry, dict) else {"path": entry}
            paths = [path for path in (self._path(folder, each, values, "include") for each in _list(told.get("path"))) if path is not None]
            self.included.update(dict.fromkeys(paths))
            if not paths or depth >= DEPTH_LIMIT:
                continue
            own = self._path(folder, told["project_directory"], values) if told.get("project_directory") else posixpath.dirname(paths[0])
            if own is None:
                continue
            env_files = [path for path in (self._path(folder, each, values) for each in _list(told.get("env_file"))) if path is not None]
            inside = self.project(own, paths, [posixpath.relpath(each, own or ".") for each in env_files], values, depth + 1)
            for path, (file, line, _form) in inside.items():
                lines[path] = (file, line, "included")
        return lines

    def _own(self, file: str, document: Document, folder: str, values: Mapping[str, str], depth: int) -> Lines:
        shown = self.used[file].path
        lines: Lines = {path: (shown, place.line, place.form) for path, place in document.places.items()}
        for kind in ("configs", "secrets"):
            for each in _maps(document.data.get(kind)):
                self._path(folder, each.get("file"), values)
        services = document.data.get("services")
        for name, service in services.items() if isinstance(services, dict) else ():
            if isinstance(service, dict):
                below = ("services", str(name))
                for path, place in self._service(file, service, folder, values, depth).items():
                    lines.setdefault(below + path, place)
        return lines

    def _service(self, file: str, service: Mapping[str, Any], folder: str, values: Mapping[str, str], depth: int) -> Lines:
        """What a service has from elsewhere: the service that it extends, and its env files."""
        lines: Lines = {}
        for each in _list(service.get("label_file")):
            self._path(folder, each, values)
        for each in reversed(_list(service.get("env_file"))):
            env_file = self._path(folder, each.get("path") if isinstance(each, dict) else each, values)
            for key, place in self._env_lines(env_file).items():
                lines.setdefault(("environment", *key), place)
        extends = service.get("extends")
        base = extends if isinstance(extends, dict) else {"service": extends}
        if base.get("service") and depth < DEPTH_LIMIT:
            for path, place in self._extended(file, base, folder, values, depth + 1).items():
                lines.setdefault(path, place)
        return lines

    def _extended(self, file: str, base: Mapping[str, Any], folder: str, values: Mapping[str, str], depth: int) -> Lines:
        """The lines of a service that another one extends, by path within the service."""
        other: Optional[str] = file
        if base.get("file"):
            other = self._path(folder, base["file"], values, "extends")
            folder = posixpath.dirname(other) if other is not None else folder
        document = self._document(other) if other is not None else None
        services = document.data.get("services") if document is not None and isinstance(document.data, dict) else None
        service = services.get(base["service"]) if isinstance(services, dict) else None
        if other is None or document is None or not isinstance(service, dict):
            return {}
        name = ("services", str(base["service"]))
        shown = self.used[other].path
        lines: Lines = {path[2:]: (shown, place.line, "included") for path, place in document.places.items() if path[:2] == name}
        for path, (file_of, line, _form) in self._service(other, service, folder, values, depth).items():
            lines.setdefault(path, (file_of, line, "included"))
        return lines

    def _path(self, folder: str, raw: Any, values: Mapping[str, str], following: str = "") -> Optional[str]:
        """The path in the repository of a reference, noted as used when git has it; None when the host alone can know it."""
        if not isinstance(raw, str) or not raw:
            return None
        filled = interpolate(raw, values)
        if following and _REMOTE.search(filled or raw):
            self.remote.append("remote {0} {1} is never fetched".format(following, without_userinfo(filled or raw)))
            return None
        path = join(folder, filled) if filled is not None else None
        if path is None:
            return None
        return path if self._noted(path) else None

    def use(self, path: str) -> None:
        """Note a compose file of the stack, also one that git does not track yet."""
        found = self._tree.find(path) or self._tree.find_untracked(path)
        if found is not None:
            self.used.setdefault(path, found)

    def data(self, files: Sequence[str]) -> List[Mapping[str, Any]]:
        """The data of those of the files that could be parsed."""
        documents = [self._document(path) for path in files]
        return [each.data for each in documents if each is not None and isinstance(each.data, dict)]

    def text(self, path: str) -> str:
        """The text of a used file as compose reads it. Raises GatewayError."""
        return self._tree.text(self.used[path], self._render, self._template)

    def _document(self, path: str) -> Optional[Document]:
        if path not in self._documents:
            self._documents[path] = None
            if path in self.used:
                text = self.text(path)
                # Compose reads YAML 1.2 and may accept what PyYAML does not: its own word on the host counts.
                with contextlib.suppress(GatewayError):
                    self._documents[path] = self._placed(path, read_yaml(text, self.used[path].path), text)
        return self._documents[path]

    def _placed(self, path: str, document: Document, text: str) -> Document:
        """The document with places in the template, when it was rendered from one."""
        if not self.rendered(path):
            return document
        lines = origin_lines(self._tree.text(self.used[path]), text)
        places = {node: Place(lines[min(place.line, len(lines)) - 1] if lines else 1, "template") for node, place in document.places.items()}
        return Document(document.data, places)

    def rendered(self, path: str) -> bool:
        """Whether the text of a used file comes from a template."""
        return self._render is not None and (self.used[path].template or self._template)

    def _values(self, folder: str, env_files: List[str]) -> Dict[str, str]:
        values: Dict[str, str] = {}
        for each in env_files:
            path = join(folder, each)
            if path is None or not self._noted(path):
                continue
            for key, assignment in read_env(self.text(path)).items():
                if assignment.value is not None:
                    values[key] = interpolate(assignment.value, values) or assignment.value
        return values

    def _env_lines(self, path: Optional[str]) -> Lines:
        if path is None:
            return {}
        shown = self.used[path].path
        return {(key,): (shown, each.line, "literal") for key, each in read_env(self.text(path)).items()}

    def _noted(self, path: str) -> bool:
        if path not in self.used:
            found = self._tree.find(path)
            if found is None:
                return False
            self.used[path] = found
        return True


def _list(value: Any) -> List[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _maps(value: Any) -> List[Mapping[str, Any]]:
    return [each for each in value.values() if isinstance(each, dict)] if isinstance(value, dict) else []
