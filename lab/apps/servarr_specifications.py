# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collections with conditions: custom formats, whose scores stand in quality profiles, and automatic tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.apps import servarr_answers as answers
from lab.apps.servarr_answers import Refusal
from lab.apps.servarr_fields import read_settings, show_fields
from lab.apps.servarr_shape import Shape

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance

_Row = dict[str, Any]


class _Specifications(Shape):
    """Custom formats and auto tags: a name and conditions, each with its fields."""

    path = ""

    def before_checks(self, instance: Instance, bound: _Row, given: frozenset[str]) -> None:
        if bound.get("specifications") is None:
            raise Refusal(answers.null_argument("source"))
        for each in bound["specifications"]:
            if each.get("fields") is None:
                raise Refusal(answers.null_reference())
            if not any(known["implementation"] == each.get("implementation") for known in instance.data["templates"][self.path]):
                text = f"{each.get('implementation')} is not a valid specification implementation"
                raise Refusal(answers.message(500, text, "System.ArgumentException"))

    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        row = super().store(instance, bound, stored, given)
        row["specifications"] = [self._stored(instance, each) for each in bound["specifications"]]
        found = []
        if any(not (each["name"] or "").strip() for each in row["specifications"]):
            found.append(answers.failure("", "Condition name(s) cannot be empty or consist of only spaces"))
        for each in row["specifications"]:
            found += [answers.failure("Value", text, attempted=each["settings"].get("value"), isWarning=False) for text in _condition_faults(instance, each)]
        if found:
            raise Refusal(answers.failures(found))
        if "includeCustomFormatWhenRenaming" in row and row["includeCustomFormatWhenRenaming"] is None:
            row["includeCustomFormatWhenRenaming"] = False
        return row

    def _stored(self, instance: Instance, sent: _Row) -> _Row:
        template = next(each for each in instance.data["templates"][self.path] if each["implementation"] == sent["implementation"])
        settings = read_settings(template, sent.get("fields") or [], {}, instance)
        return {"name": sent.get("name"), "implementation": sent["implementation"], "negate": bool(sent.get("negate")),
                "required": bool(sent.get("required")), "settings": settings}  # fmt: skip

    def show(self, instance: Instance, row: _Row) -> _Row:
        return {**row, "specifications": [self._shown(instance, each) for each in row["specifications"]]}

    def _shown(self, instance: Instance, stored: _Row) -> _Row:
        template = next(each for each in instance.data["templates"][self.path] if each["implementation"] == stored["implementation"])
        told = {key: value for key, value in stored.items() if key != "settings"}
        link = {"infoLink": template["link"]} if "link" in template else {}
        return {**told, "implementationName": template["implementationName"], **link, "fields": show_fields(template, stored["settings"], instance)}


def _condition_faults(instance: Instance, condition: _Row) -> list[str]:
    """What is wrong with the value of a condition."""
    value, kind = condition["settings"].get("value"), condition["implementation"]
    if value == "":
        return ["Regex Pattern must not be empty"]
    if kind == "LanguageSpecification" and value not in {each.get("id", 0) for each in instance.data["languages"]}:
        return [f"Invalid Language condition value: {value}"]
    if kind == "IndexerFlagSpecification" and value not in {each["id"] for each in instance.rows.get("indexerflag", [])}:
        return [f"Invalid indexer flag condition value: {value}"]
    if kind in ("TagSpecification", "QualityProfileSpecification") and not value:
        return ["'Value' must be greater than '0'."]
    return ["Invalid Path: '{path}'"] if kind == "RootFolderSpecification" and not value else []


class CustomFormat(_Specifications):
    path = "customformat"

    def created(self, instance: Instance, row: _Row) -> None:
        for profile in instance.rows.get("qualityprofile", []):
            profile["formatItems"].insert(0, {"format": row["id"], "score": 0})

    def deleting(self, instance: Instance, row: _Row) -> None:
        for profile in instance.rows.get("qualityprofile", []):
            profile["formatItems"] = [each for each in profile["formatItems"] if each["format"] != row["id"]]
            if not profile["formatItems"]:
                profile |= {"minFormatScore": 0, "cutoffFormatScore": 0, **({"minUpgradeFormatScore": 1} if "minUpgradeFormatScore" in profile else {})}


class AutoTagging(_Specifications):
    path = "autotagging"
