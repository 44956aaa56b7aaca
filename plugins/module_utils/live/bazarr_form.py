# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Bazarr wants values in a form. Pure.

It guesses types from texts, keeps a key that it does not know for ever, and answers 204 to nearly everything: what is sent has to be right.
Observed with Bazarr 1.5.2.
"""

from __future__ import annotations

import json
from typing import Any, List, Mapping, Sequence, Tuple

#: Sections and properties that hold a number or an empty text, and no null.
NUMBER_OR_TEXT: Mapping[str, Tuple[str, ...]] = {"proxy": ("port",)}
_PAIRS = ("path_mappings", "path_mappings_movie")
_MODS = "subzero_mods"


def settings_form(section: str, running: Mapping[str, Any], values: Mapping[str, Any], nullable: Sequence[str]) -> List[Tuple[str, str]]:
    """The form that writes ``values`` (by path) into a section as it is now. Raises LookupError for what a form cannot say."""
    pairs: List[Tuple[str, str]] = []
    for path in sorted(values):
        _check_known(section, running, path)
        name = path.rpartition(".")[2]
        if name == _MODS:
            pairs += _mods(running.get(_MODS) or (), values[path])
            continue
        key = "-".join(("settings", section, *path.split(".")))
        if name in _PAIRS:
            texts = [_pair(each) for each in values[path] or ()] or [""]
        elif values[path] is None:
            texts = ["null" if path in nullable and name not in NUMBER_OR_TEXT.get(section, ()) else ""]
        else:
            texts = _texts(values[path], _value(running, path))
        pairs += [(key, text) for text in texts]
    return pairs


def _check_known(section: str, running: Mapping[str, Any], path: str) -> None:
    head, dummy, rest = path.partition(".")
    inner = running.get(head)
    if head not in running or (rest and not (isinstance(inner, Mapping) and rest in inner)):
        raise LookupError("this version of Bazarr has no setting {0} in {1}: it would keep it for ever and never read it".format(path, section))


def _value(running: Mapping[str, Any], path: str) -> Any:
    value: Any = running
    for name in path.split("."):
        value = value.get(name)
    return value


def _texts(value: Any, running: Any) -> List[str]:
    """One text for each time that the key is repeated. An empty list is the key once with nothing."""
    if isinstance(value, (list, tuple)):
        return [_text(each) for each in value] or [""]
    if isinstance(running, bool) and not isinstance(value, str):
        return [_text(bool(value))]
    return [_text(value)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pair(pair: Any) -> str:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        raise LookupError("a path mapping has to be a list of two paths")
    if any("," in str(each) for each in pair):
        raise LookupError("Bazarr cannot be told a path with a comma")
    return ",".join(map(str, pair))


def _mods(running: Sequence[str], wanted: Any) -> List[Tuple[str, str]]:
    """Changes only: a modification that is on and sent as on is stored a second time. A colour is one with a value."""
    have, want = [str(each) for each in running], [str(each) for each in wanted or ()]
    pairs = [("subzero-" + each, "false") for each in have if each not in want and not _is_colour(each)]
    pairs += [("subzero-" + each, "true") for each in want if each not in have and not _is_colour(each)]
    colours = [next((each for each in side if _is_colour(each)), "") for side in (have, want)]
    return pairs + ([("subzero-color", colours[1])] if colours[0] != colours[1] else [])


def _is_colour(mod: str) -> bool:
    return mod.startswith("color")


def profiles_form(profiles: Sequence[Mapping[str, Any]]) -> List[Tuple[str, str]]:
    """The form that writes all language profiles."""
    return [("languages-profiles", json.dumps(list(profiles)))]


def notification_form(row: Mapping[str, Any]) -> List[Tuple[str, str]]:
    """The form that writes one notification."""
    return [("notifications-providers", json.dumps({name: row.get(name) for name in ("name", "enabled", "url")}))]
