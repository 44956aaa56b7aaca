# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a module's code in at half the price.

Ansible sends source text in a zip file. Python's importer for such files compiles each of its modules twice: once to learn the module's file name and
once to run it (`zipimport.zipimporter.get_filename`, seen in Python 3.8 to 3.13). For most modules that is the longest part of a call.
"""

from __future__ import annotations

import os
import sys
import zipimport
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import ModuleType
from typing import Optional, Sequence

_SENT = ("ansible.module_utils.", "ansible_collections.homelab.media_center.plugins.module_utils.")


class _Loader(SourceFileLoader):
    """Loads one module from an archive, and knows its file name beforehand."""

    def __init__(self, fullname: str, path: str, archive: zipimport.zipimporter) -> None:
        super().__init__(fullname, path)
        self._archive = archive

    def get_data(self, path: str) -> bytes:
        """The module's text."""
        return self._archive.get_data(path)


class _Finder:
    """Finds what Ansible sent where it lies in an archive; leaves everything else to Python."""

    @staticmethod
    def find_spec(fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        """The module, or None where another finder has to look."""
        for place in (path or ()) if fullname.startswith(_SENT) else ():
            try:
                archive = zipimport.zipimporter(place)
                package = archive.is_package(fullname)
            except zipimport.ZipImportError:
                continue
            found = os.path.join(archive.archive, archive.prefix, fullname.rpartition(".")[2])
            file = os.path.join(found, "__init__.py") if package else found + ".py"
            return spec_from_file_location(fullname, loader=_Loader(fullname, file, archive), submodule_search_locations=[found] if package else None)
        return None


def compile_once() -> None:
    """From here on what Ansible sent is compiled once. Call it before anything of it is imported; outside of an archive it does nothing."""
    if isinstance(globals().get("__loader__"), zipimport.zipimporter) and _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
