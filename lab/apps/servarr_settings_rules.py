# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the settings of an enabled provider must hold, whether it is tested or not: the template says what fails where a field is empty."""

from __future__ import annotations

import re
from typing import Any

from lab.apps import servarr_answers as answers
from lab.apps.servarr_answers import Refusal

_Row = dict[str, Any]
_URL = re.compile(r"https?://[^\s/]+")


def settings_failures(template: _Row, settings: _Row, nulls: frozenset[str] = frozenset()) -> list[_Row]:
    """The failures of a provider's settings; without codes, as those of providers are. `nulls` were sent without a value."""
    if template["implementation"] == "QBittorrent" and "host" in nulls:
        raise Refusal(answers.null_argument("input"))
    found = [answers.failure("BaseSettings." + name[13:14].upper() + name[14:], "Should be greater than zero", attempted=settings[name], isWarning=False)
             for name in ("baseSettings.queryLimit", "baseSettings.grabLimit") if settings.get(name) is not None and settings[name] <= 0]  # fmt: skip
    for name, rules in template.get("empty", {}).items():
        value = None if name in nulls else settings.get(name)
        for told, text in rules:
            about_urls = "starts with http" in text or text.startswith("Invalid Url")
            if value in (None, "", [], 0) or (about_urls and not _URL.match(str(value))):
                found.append(answers.failure(told, text, isWarning=False))
    return found
