# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the settings of an enabled provider must hold, whether it is tested or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lab.apps import servarr_answers as answers
from lab.apps.servarr_answers import Refusal, pascal, words

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance

_Row = dict[str, Any]


def settings_failures(instance: Instance, path: str, row: _Row) -> list[_Row]:
    """The failures of a provider's settings; without codes, as those of providers are."""
    settings, implementation = row["settings"], row["implementation"]
    found: list[tuple[str, str]] = []
    newznab = implementation in ("Torznab", "Newznab") and path == "indexer" and instance.letter != "P"
    if newznab and not settings.get("categories") and not settings.get("animeCategories"):
        both = instance.letter == "S"
        found.append(("", "Either 'Categories' or 'Anime Categories' must be provided" if both else "'Categories' must be provided"))
    if implementation in ("Torznab", "Newznab") or ("baseUrl" in settings and path in ("applications", "importlist")):
        found += _url("baseUrl", settings.get("baseUrl"))
    for name in _REQUIRED.get(implementation, ()):
        if settings.get(name) in (None, "", [], 0):
            found.append((pascal(name), f"'{words(pascal(name))}' must not be empty."))
    if "link" in settings or implementation == "RSSImport":
        found += _url("link", settings.get("link"))
    if implementation == "Webhook" and not re.match(r"https?://[^\s/]+", settings.get("url") or ""):
        found.append(("Url", f"Invalid Url: '{settings.get('url') or '{url}'}'"))
    if implementation == "GoodreadsListImportList" and not settings.get("listId"):
        found.append(("ListId", "'List Id' must be greater than '0'."))
    if path == "downloadclient" and implementation == "QBittorrent" and settings.get("urlBase") is None and settings.get("movieCategory", "x") is None:
        raise Refusal(answers.null_argument("input"))
    return [answers.failure(name, text, isWarning=False) for name, text in found]


_REQUIRED = {
    "Radarr": ("apiKey", "prowlarrUrl"), "Sonarr": ("apiKey", "prowlarrUrl"), "Lidarr": ("apiKey", "prowlarrUrl"), "Readarr": ("apiKey", "prowlarrUrl"),
    "Http": ("host", "port"), "FlareSolverr": ("host",), "QBittorrent": ("host", "port"), "Telegram": ("botToken", "chatId"), "Discord": ("webHookUrl",),
    "Gotify": ("server", "appToken"), "PlexServer": ("host",),
}  # fmt: skip


def _url(name: str, value: Any) -> list[tuple[str, str]]:
    title = pascal(name)
    found = [] if value else [(title, f"'{words(title)}' must not be empty.")]
    return found if re.match(r"https?://[^\s/]+", value or "") else [*found, (title, "must be valid URL that starts with http(s)://")]
