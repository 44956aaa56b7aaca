# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that git declares for one docker host, read from the checkouts on the control node."""

from __future__ import annotations

import dataclasses
import posixpath
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Gap
from ansible_collections.homelab.media_center.plugins.module_utils.repo import git
from ansible_collections.homelab.media_center.plugins.module_utils.repo.compose_file import Stack, assigned, discover
from ansible_collections.homelab.media_center.plugins.module_utils.repo.stack_source import StackSource, included_files, pack, read_stack
from ansible_collections.homelab.media_center.plugins.module_utils.repo.tree import Render, Tree

#: The repository of a stack that names none.
DEFAULT_REPOSITORY = "homelab-apps"


@dataclasses.dataclass(frozen=True)
class Declared:
    """What git says about the stacks of one host. ``gaps`` name what could not be read and belongs to no stack."""

    sources: Tuple[StackSource, ...]
    packed: str
    repositories: Tuple[Mapping[str, Any], ...]
    gaps: Tuple[Gap, ...] = ()

    def module_stacks(self) -> List[Dict[str, Any]]:
        """The stacks as the module takes them."""
        return [
            {
                "name": each.stack.name,
                "repository": each.stack.repository,
                "folder": each.stack.folder,
                "files": list(each.stack.files),
                "env_files": list(each.stack.env_files),
                "profiles": list(each.stack.profiles),
                "project_name": each.stack.project_name or each.project_name,
                "project_directory": each.stack.project_directory,
                "images": list(each.images),
                "assigned": each.stack.assigned,
            }
            for each in self.sources
        ]


class Reader:
    """Opens each repository once. ``renderer`` makes the function that renders the templates of a stack."""

    def __init__(self, repositories: Mapping[str, str], revision: str = "", renderer: Optional[Callable[[Stack, Tree], Render]] = None) -> None:
        self._paths = repositories
        self._revision = revision
        self._renderer = renderer
        self._trees: Dict[str, Tree] = {}
        self._failed: Dict[str, GatewayError] = {}
        self._stacks: Dict[str, List[Stack]] = {}

    def read(self, entries: Sequence[Mapping[str, Any]], default: str = DEFAULT_REPOSITORY) -> Declared:
        """What git declares: the given stacks or, when there are none, every stack of the default repository as a candidate."""
        sources: List[StackSource] = []
        gaps: List[Gap] = []
        for entry in entries:
            sources.append(self._assigned({**entry, "repository": entry.get("repository") or default}))
        if not entries:
            try:
                sources = [self._source(stack) for stack in self._discovered(default)]
            except GatewayError as error:
                gaps.append(Gap("unknown", "repository", default, "", error.message, error.remedy))
        told = [self._told(name, tree) for name, tree in sorted(self._trees.items())]
        return Declared(tuple(sources), pack(sources, self._history(sources)), tuple(told), tuple(gaps))

    def _assigned(self, entry: Mapping[str, Any]) -> StackSource:
        repository = str(entry["repository"])
        try:
            return self._source(assigned(self._tree(repository), repository, entry))
        except GatewayError as error:
            stack = Stack(
                name=str(entry["name"]),
                repository=repository,
                folder=str(entry.get("folder") or entry["name"]),
                files=tuple(str(each) for each in entry.get("files") or ()),
                project_name=entry.get("project_name") or None,
                project_directory=entry.get("project_directory") or None,
                assigned=True,
            )
            return StackSource(stack, unknown=error.message, remedy=error.remedy)

    def _source(self, stack: Stack) -> StackSource:
        tree = self._tree(stack.repository)
        below = [each.folder for each in self._discovered(stack.repository) if each.folder != stack.folder and _within(each.folder, stack.folder)]
        return read_stack(tree, stack, below, self._renderer(stack, tree) if self._renderer is not None else None)

    def _discovered(self, name: str) -> List[Stack]:
        if name not in self._stacks:
            self._stacks[name] = discover(self._tree(name), name)
        return self._stacks[name]

    def _tree(self, name: str) -> Tree:
        if name in self._failed:
            raise self._failed[name]
        if name not in self._trees:
            try:
                if not self._paths.get(name):
                    raise GatewayError(
                        "the repository {0} has no checkout on the control node".format(name),
                        target=name,
                        remedy="give its path in media_center_repositories",
                    )
                self._trees[name] = Tree(git.open_checkout(str(self._paths[name]), name, self._revision))
            except GatewayError as error:
                self._failed[name] = error
                raise
        return self._trees[name]

    def _history(self, sources: Sequence[StackSource]) -> Dict[str, Dict[str, List[git.Past]]]:
        wanted: Dict[str, List[str]] = {}
        for source in sources:
            wanted.setdefault(source.stack.repository, []).extend(each.file for each in source.files if each.tracked and not each.template)
        found = {}
        for name, paths in wanted.items():
            if name in self._trees:
                # A folder says in one word what a hundred paths say; only files from elsewhere are named one by one.
                folders = {source.stack.folder or "." for source in sources if source.stack.repository == name}
                outside = [path for path in paths if not any(folder == "." or _within(path, folder) for folder in folders)]
                found[name] = git.history(self._trees[name].checkout, sorted(folders) + outside)
        return found

    def _told(self, name: str, tree: Tree) -> Dict[str, Any]:
        checkout = tree.checkout
        included: Dict[str, List[str]] = {}
        stacks = self._discovered(name)
        folders = {posixpath.join(each.folder, each.files[0]): each.folder for each in stacks}
        for stack in stacks:
            for path in included_files(tree, stack):
                if path in folders:
                    included.setdefault(folders[path], []).append(stack.folder)
        return {
            "name": name,
            "branch": checkout.branch,
            "head": checkout.head,
            "revision": checkout.revision,
            "dirty": git.dirty(checkout),
            "stacks": [{"name": each.name, "folder": each.folder, "file": each.files[0], "included_by": included.get(each.folder, [])} for each in stacks],
        }


def fill_sources(findings: Sequence[Dict[str, Any]], declared: Declared) -> None:
    """Give each finding of a stack the file and line on which git says it or, of what git lacks, would say it."""
    by_name = {each.stack.name: each for each in declared.sources}
    tables = {name: each.origins() for name, each in by_name.items()}
    for finding in findings:
        names = [finding["evidence"]] if finding.get("evidence") in by_name else list(by_name)
        origins = [tables[name].of(finding["resource"], finding["key"], finding["path"]) for name in names]
        found = [origin for origin in origins if origin.line]
        if len(found) == 1:
            finding["source"] = {"repository": found[0].repository, "file": found[0].file, "line": found[0].line}
        elif finding["resource"] == "stack" and finding["key"] in by_name and not finding["source"]["file"]:
            stack = by_name[finding["key"]].stack
            if stack.files:
                finding["source"] = {"repository": stack.repository, "file": posixpath.normpath(posixpath.join(stack.folder, stack.files[0])), "line": None}


def _within(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")
