# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit of recorded answers by the code of the settings module, without an app: an export declared, and answers compared with it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import diff, plan_settings, told
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

from support.settings_sides import raw_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REDACTOR = Redactor("a key of this run")


def answers(path: Path) -> dict[str, Any]:
    """Recorded answers by path; lists and pages of one instance."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def exported(app: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The export of an instance as a settings file holds it: nothing in it is shared with the answers."""
    return copy.deepcopy(export(APPS[app], raw))


def audited(app: str, document: Mapping[str, Any], raw: Mapping[str, Any], version: str = "1.0") -> dict[str, Any]:
    """The result of an audit, with the diff beside it."""
    declared = read_declared(APPS[app], document, "", {}, f"apps/{app}.yml", "homelab-apps")
    planned = plan_settings(APPS[app], declared, raw, {}, REDACTOR)
    result = told(app, APPS[app], version, declared, planned, REDACTOR, {})
    return {**result, "diff": diff(REDACTOR, app, planned)}


def house(shared: Path, app: str) -> dict[str, Any]:
    """What the app of the recorded house answers."""
    return raw_of(app, answers(shared / "fixtures" / "servarr_house" / app / "api.json"))
