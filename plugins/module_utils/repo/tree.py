# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tracked files of one checkout, read once and found by path, templates included."""

from __future__ import annotations

import posixpath
from typing import Callable, Dict, Iterable, NamedTuple, Optional

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo import git

#: Bytes of a file that travels to a docker host. Of a larger one only the blob id is compared.
FILE_LIMIT = 1024 * 1024
TEMPLATE_SUFFIX = ".j2"

#: (path of the template, its text) -> rendered text. Raises GatewayError that names what is undefined.
Render = Callable[[str, str], str]


class Found(NamedTuple):
    """A file of the repository under the name that compose knows it by."""

    path: str
    """Path in the repository of the file that is edited by people: the template, when there is one."""
    template: bool
    tracked: bool


class Tree:
    """Files of a checkout. Contents are cached; nothing is written."""

    def __init__(self, checkout: git.Checkout) -> None:
        self.checkout = checkout
        self.entries = git.tracked(checkout)
        self._contents: Dict[str, Optional[bytes]] = {}
        self._rendered: Dict[str, str] = {}

    def below(self, folder: str) -> Iterable[str]:
        """Tracked paths below a folder of the repository (``""`` for all), sorted."""
        start = folder + "/" if folder else ""
        return [path for path in sorted(self.entries) if path.startswith(start)]

    def find(self, path: str) -> Optional[Found]:
        """The file of this name, or its template; an untracked file of the working tree only when git knows neither."""
        if path in self.entries:
            return Found(path, False, True) if self.exists(path) else None
        if path + TEMPLATE_SUFFIX in self.entries:
            return Found(path + TEMPLATE_SUFFIX, True, True)
        return None

    def find_untracked(self, path: str) -> Optional[Found]:
        """The file of this name in the working tree, though git does not track it."""
        content = git.read_untracked(self.checkout, path, FILE_LIMIT)
        if content is None:
            return None
        self._contents[path] = content
        return Found(path, False, False)

    def preload(self, paths: Iterable[str]) -> None:
        """Read many tracked files with few calls of git."""
        wanted = {path: self.entries[path] for path in paths if path in self.entries and path not in self._contents}
        self._contents.update(git.read_files(self.checkout, wanted, FILE_LIMIT))

    def exists(self, path: str) -> bool:
        """Whether the working tree (or the revision) still has the tracked file."""
        self.preload([path])
        return path in self._contents

    def content(self, path: str) -> Optional[bytes]:
        """The bytes of a file that ``find`` found; None when it is too large to travel."""
        self.preload([path])
        return self._contents.get(path)

    def text(self, found: Found, render: Optional[Render] = None, template: bool = False) -> str:
        """The text of a file as compose reads it. ``template`` renders it whatever its name is."""
        content = self.content(found.path)
        if content is None:
            raise GatewayError(
                "{0} is larger than {1} bytes".format(found.path, FILE_LIMIT), target=self.checkout.name, remedy="move what is not configuration out of it"
            )
        if not (found.template or template) or render is None:
            return content.decode("utf-8-sig", "replace")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise GatewayError("the template {0} is not UTF-8 text".format(found.path), target=self.checkout.name, remedy="save it as UTF-8") from None
        if found.path not in self._rendered:
            self._rendered[found.path] = render(found.path, text)
        return self._rendered[found.path]


def join(folder: str, path: str) -> Optional[str]:
    """A path relative to a folder of the repository as path in the repository, or None when it leads out of it."""
    if path.startswith(("/", "~")):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined == "..":
        return None
    return None if joined.startswith("../") else ("" if joined == "." else joined)
