# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a module's own code in at half the price.

Ansible sends source text in a zip file. Python's importer for such files compiles each of its modules twice: once to learn the module's file name and
once to run it (`zipimport.zipimporter.get_filename`, seen in Python 3.8 to 3.13). For a module of this collection that is the longest part of a call.
"""

from __future__ import annotations

import os
import sys
import zipimport
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import ModuleType
from typing import Optional, Sequence

_OURS = "ansible_collections.homelab.media_center.plugins.module_utils."


class _Loader(SourceFileLoader):
    """Loads one module from an archive, and knows its file name beforehand."""

    def __init__(self, fullname: str, archive: zipimport.zipimporter) -> None:
        super().__init__(fullname, os.path.join(archive.archive, archive.prefix, fullname.rpartition(".")[2] + ".py"))
        self._archive = archive

    def get_data(self, path: str) -> bytes:
        """The module's text."""
        return self._archive.get_data(path)


class _Finder:
    """Finds this collection's modules where they lie in an archive; leaves packages and everything else to Python."""

    @staticmethod
    def find_spec(fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        """The module, or None where another finder has to look."""
        if not fullname.startswith(_OURS):
            return None
        for place in path or ():
            archive = sys.path_importer_cache.get(place)
            if isinstance(archive, zipimport.zipimporter):
                try:
                    return None if archive.is_package(fullname) else spec_from_file_location(fullname, loader=_Loader(fullname, archive))
                except zipimport.ZipImportError:
                    continue
        return None


def compile_once() -> None:
    """From here on each module of this collection is compiled once. Call it before they are imported; twice does no harm."""
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
