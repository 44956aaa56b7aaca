# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tokens the formats of config/naming need. Rendering examples is left out."""

from __future__ import annotations

import re
from typing import Any

from lab.apps.servarr_answers import failure, words

_ORIGINAL = r"\{Original[ ._-](Title|Filename)"
_EPISODE = r"(season.*episode|\{[^}]*season.*\{[^}]*episode)"
# Property, pattern that must be found, words and code of the failure.
_FORMATS: dict[str, list[tuple[str, str, str, str | None]]] = {
    "R": [
        ("StandardMovieFormat", rf"(?s)(?=.*\{{[^}}]*Movie[^}}]*Title)(?=.*Release ?Year)|{_ORIGINAL}",
         "Must contain either movie title and release year OR Original Title/Filename", "ValidMovieFormatValidator"),
        ("MovieFolderFormat", r"\{[^}]*Movie[^}]*Title", "Must contain movie title", "ValidMovieFolderFormatValidator"),
    ],
    "S": [
        ("StandardEpisodeFormat", rf"{_EPISODE}|{_ORIGINAL}", "Must contain season and episode numbers OR Original Title",
         "ValidStandardEpisodeFormatValidator"),
        ("DailyEpisodeFormat", rf"Air-?\s?Date|{_EPISODE}|{_ORIGINAL}", "Must contain Air Date OR Season and Episode OR Original Title",
         "ValidDailyEpisodeFormatValidator"),
        ("AnimeEpisodeFormat", rf"absolute|{_EPISODE}|{_ORIGINAL}",
         "Must contain Absolute Episode number OR Season and Episode OR Original Title", "ValidAnimeEpisodeFormatValidator"),
        ("SeriesFolderFormat", r"\{[^}]*Series[^}]*Title", "Must contain series title", None),
        ("SeasonFolderFormat", r"\{season", "Must contain season number", None),
        ("SpecialsFolderFormat", "", "", None),
    ],
    "L": [
        ("StandardTrackFormat", rf"(?=.*Track[ ._-]?Title)(?=.*track)|{_ORIGINAL}",
         "Must contain Track Title and Track numbers OR Original Title", "ValidStandardTrackFormatValidator"),
        ("MultiDiscTrackFormat", rf"(?=.*Track[ ._-]?Title)(?=.*track)|{_ORIGINAL}",
         "Must contain Track Title and Track numbers OR Original Title", "ValidStandardTrackFormatValidator"),
        ("ArtistFolderFormat", r"\{[^}]*Artist[^}]*Name", "Must contain Artist name", None),
    ],
    "A": [
        ("StandardBookFormat", rf"(?=.*Book[ ._-]?Title)(?=.*PartNumber)|{_ORIGINAL}",
         "Must contain Book Title AND PartNumber, OR Original Title", "ValidStandardTrackFormatValidator"),
        ("AuthorFolderFormat", r"\{[^}]*Author[^}]*Name", "Must contain Author name", None),
    ],
}  # fmt: skip


def naming_failures(bound: dict[str, Any], letter: str) -> list[dict[str, Any]]:
    """The failures of config/naming."""
    found = []
    for name, pattern, text, code in _FORMATS.get(letter, []):
        value = bound.get(name[:1].lower() + name[1:])
        if not (value or "").strip():
            found.append(failure(name, f"'{words(name)}' must not be empty.", "NotEmptyValidator", value))
        if name == "MovieFolderFormat" and (value is None or re.search(r"\{(Quality|MediaInfo|Original)", value)):
            told = f"Must not contain deprecated tokens derived from file properties: {value}"
            found.append(failure(name, told, "IllegalMovieFolderTokensValidator", value))
        # The bare patterns pass what is null, the validators with a code of their own do not.
        if pattern and (value is not None or code) and not re.search(pattern, value or "", re.IGNORECASE):
            found.append(failure(name, text, code or "RegularExpressionValidator", value))
    style = bound.get("multiEpisodeStyle")
    if letter == "S" and not (isinstance(style, int) and 0 <= style <= 5):
        found.append(failure("MultiEpisodeStyle", f"'Multi Episode Style' must be between 0 and 5. You entered {style}.", "InclusiveBetweenValidator", style))
    return found
