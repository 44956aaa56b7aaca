# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The export of what was read, without what could not be."""

from __future__ import annotations

from typing import Any, Dict, Mapping

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw, export
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import quoted
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App


def known_export(app: App, raw: Raw, whole: bool = False) -> Dict[str, Any]:
    """The settings document of an instance, or with ``whole`` all that can be written to it.

    A reference into a list that could not be read is left out: nothing is declared of it then. A text that would be a template in a
    settings file is quoted so that it stays what it is.
    """
    return dict(_known(export(app, raw, whole)))


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _known(each) for name, each in value.items() if not isinstance(each, Unknown)}
    if isinstance(value, (list, tuple)):
        return [_known(each) for each in value]
    return quoted(value)
