# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One stack read from its three sides: git's files, the host's files, what runs."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import tempfile
import zlib
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.origins import OriginTable
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import ComposeCli, Model, Project
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import (
    FileState,
    GitFile,
    file_state,
    host_path,
    lay_out,
    mapped_back,
)
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_match import LiveProject, Match, project_name

DIRECTORY_REMEDY = "say in media_center_stacks which project_directory the stack has on this host"


@dataclasses.dataclass(frozen=True)
class StackSource:
    """What git has of a stack. ``unknown`` says why its files could not be read."""

    files: Mapping[str, GitFile]
    unknown: str = ""
    remedy: str = ""
    lines: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class StackRead:
    """All that was read of one stack. A model is Unknown where it could not be built."""

    name: str
    stack: Mapping[str, Any]
    match: Match
    source: StackSource
    directory: str
    files: Tuple[FileState, ...] = ()
    git: Union[Model, Unknown, None] = None
    host: Union[Model, Unknown, None] = None

    @property
    def project(self) -> str:
        """The real project name: the running one, else the one that compose would give."""
        return self.match.project.name if self.match.project is not None else project_name(self.stack)

    @property
    def env_files(self) -> Tuple[str, ...]:
        """What compose is called with instead of ``.env``, as paths of the host: the entry's, else what every container was made with."""
        told = tuple(self.stack.get("env_files") or ())
        if told or self.match.project is None:
            return tuple(host_path(self.directory, str(each)) for each in told)
        return self.match.project.env_files if self.match.project.one_call else ()

    @property
    def origins(self) -> OriginTable:
        """Where in git the stack's values stand."""
        return OriginTable(str(self.stack.get("repository") or ""), self.source.lines)

    @property
    def same_files(self) -> bool:
        """Whether git's and the host's files make one model."""
        return self.git is self.host


def decode_sources(packed: str) -> Dict[str, StackSource]:
    """The files of each stack as the controller packed them. Raises ValueError when the text is not such a pack."""
    try:
        document = json.loads(zlib.decompress(base64.b64decode(packed)).decode("utf-8")) if packed else {}
    except (ValueError, zlib.error) as error:
        raise ValueError("sources is not what the action plugin of this module packs") from error
    return {name: _source(each) for name, each in document.items()}


def _source(document: Mapping[str, Any]) -> StackSource:
    files = {}
    for path, each in (document.get("files") or {}).items():
        content = each.get("content")
        files[path] = GitFile(
            path,
            None if content is None else base64.b64decode(content),
            blob=str(each.get("blob") or ""),
            mode=int(str(each.get("mode") or "0644")[-4:], 8),
            file=str(each.get("file") or ""),
            template=each.get("template"),
            blobs=tuple((str(blob), str(commit), str(date)) for blob, commit, date in each.get("blobs") or ()),
        )
    return StackSource(files, str(document.get("unknown") or ""), str(document.get("remedy") or ""), document.get("lines") or {})


class StackReader:
    """Reads stacks with the host's compose. ``workspace`` gives a private folder, and is asked only when one is needed, from several threads."""

    def __init__(self, cli: Union[ComposeCli, GatewayError], workspace: Callable[[], str], redactor: Redactor) -> None:
        self._cli = cli
        self._workspace = workspace
        self._redactor = redactor

    @staticmethod
    def look(stack: Mapping[str, Any], match: Match, source: StackSource) -> StackRead:
        """Where the stack lies on this host, and how its files stand to git's; no model is built yet."""
        project = match.project
        directory = (project.folder if project is not None else "") or str(stack.get("project_directory") or "")
        files = tuple(file_state(directory, source.files[path]) for path in sorted(source.files)) if directory else ()
        return StackRead(stack["name"], stack, match, source, directory, files)

    def model(self, read: StackRead) -> StackRead:
        """The stack with both models. Never raises: what cannot be modelled is Unknown."""
        project = read.match.project
        if read.source.unknown:
            return dataclasses.replace(read, git=Unknown(read.source.unknown, read.source.remedy), host=self._host_model(read, project))
        if not read.directory:
            return dataclasses.replace(read, git=Unknown("its folder on this host is not known", DIRECTORY_REMEDY))
        if self._one_model(read):
            model = self._host_model(read, project)
            return dataclasses.replace(read, git=model, host=model)
        return dataclasses.replace(read, git=self._git_model(read), host=self._host_model(read, project))

    def _one_model(self, read: StackRead) -> bool:
        project = read.match.project
        return project is not None and all(each.status == "same" for each in read.files) and self._same_call(read, project)

    @staticmethod
    def _same_call(read: StackRead, project: LiveProject) -> bool:
        files = tuple(host_path(read.directory, each) for each in read.stack.get("files") or ())
        return files == project.config_files and read.env_files == project.env_files

    def _host_model(self, read: StackRead, project: Optional[LiveProject]) -> Union[Model, Unknown, None]:
        if project is None:
            return None
        if not project.config_files or "-" in project.config_files:
            return Unknown("the project was started from standard input, so the host has no file of it")
        gone = [path for path in project.config_files if not os.path.exists(path)]
        if gone:
            return Unknown(
                "the compose file {0} that the containers name does not exist or may not be read".format(gone[0]),
                "run with become (media_center_become: true), or put the file back",
            )
        return self._config(Project(project.name, project.folder or project.working_dir, project.config_files, project.env_files))

    def _git_model(self, read: StackRead) -> Union[Model, Unknown]:
        if isinstance(self._cli, GatewayError):
            return Unknown(self._cli.message, self._cli.remedy)
        try:
            # A second reading after a reconcile lays the files out anew.
            root = tempfile.mkdtemp(prefix="stack-", dir=self._workspace())
            folder = lay_out(root, read.directory, read.source.files)
        except OSError as error:
            return Unknown(
                "git's files cannot be laid out on the host: {0}".format(error.strerror), "free some space in Ansible's temporary directory on the host"
            )
        files = tuple(host_path(folder, each) for each in read.stack.get("files") or ())
        env_files = tuple(root + each if os.path.exists(root + each) else each for each in read.env_files)
        missing = [each for each in read.stack.get("files") or () if not os.path.exists(host_path(folder, each))]
        if missing:
            return Unknown(
                "the repository has no file {0}/{1}".format(read.stack.get("folder") or read.name, missing[0]), "name the stack's files in media_center_stacks"
            )
        answer = self._config(Project(read.project, folder, files, env_files), {"PWD": read.directory}, root)
        return answer if isinstance(answer, Unknown) else Model(mapped_back(answer.document, root), answer.unset)

    def _config(self, project: Project, environment: Optional[Mapping[str, str]] = None, root: str = "") -> Union[Model, Unknown]:
        if isinstance(self._cli, GatewayError):
            return Unknown(self._cli.message, self._cli.remedy)
        try:
            return self._cli.config(project, environment)
        except GatewayError as error:
            message = error.message.replace(root, "") if root else error.message
            return Unknown(self._redactor.text(message), error.remedy)
