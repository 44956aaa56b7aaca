# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that the faces of a report share: what a finding is called, how its values and its source are written."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import with_next

#: What a person sees at a glance: in git only, on the live side only, different, faulty, merely told.
SIGNS = {"missing": "+", "unmanaged": "-"}


def name_of(finding: Mapping[str, Any]) -> str:
    """``resource[key].path`` of a finding or gap, as much of it as there is."""
    name = "{0}[{1}]".format(finding["resource"], finding["key"]) if finding["key"] else str(finding["resource"])
    return "{0}.{1}".format(name, finding["path"]) if finding["path"] else name


def sign_of(finding: Mapping[str, Any]) -> str:
    """One character for the kind of a finding."""
    if finding["category"] != "drift":
        return "!" if finding["severity"] in ("medium", "high") else "·"
    if finding["severity"] == "info":
        return "·"
    return SIGNS.get(finding["direction"], "~")


def value_text(value: Any, limit: int = 0) -> str:
    """A value on one line; longer ones are cut at ``limit`` characters."""
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    text = " ".join(text.split()) if text else '""'
    return text if not limit or len(text) <= limit else text[: limit - 1] + "…"


def what_of(finding: Mapping[str, Any], limit: int = 0) -> str:
    """What differs: both values when there are any, else the message without the name that it begins with."""
    if finding["declared"] is None and finding["running"] is None:
        subject, colon, rest = str(finding["message"]).partition(": ")
        named = colon and (subject == "{0} {1}".format(finding["resource"], finding["key"]) or str(finding["key"]).endswith(subject))
        return rest if named else str(finding["message"])
    return "git {0} → live {1}".format(value_text(finding["declared"], limit), value_text(finding["running"], limit))


def cause_of(finding: Mapping[str, Any]) -> str:
    """Who moved or, as long as nobody knows, what kind of finding it is."""
    direction = str(finding["direction"])
    return (str(finding["code"]) if direction == "undetermined" else direction).replace("_", "-")


def source_text(finding: Mapping[str, Any]) -> str:
    """``file:line`` of a finding; empty when git has none."""
    source = finding["source"]
    return "{0}:{1}".format(source["file"], source["line"]) if source["line"] else str(source["file"])


def sorted_findings(target: Mapping[str, Any]) -> List[Mapping[str, Any]]:
    """The findings of a target, the most severe first, then as they came."""
    rank = ("high", "medium", "low", "info")
    return sorted(target["findings"], key=lambda finding: rank.index(finding["severity"]))


class GapLine(NamedTuple):
    """Gaps with one reason: the first one's name, how many more there are, and why."""

    name: str
    more: int
    why: str

    @property
    def what(self) -> str:
        """The name, and the number of the others."""
        return "{0} (+{1})".format(self.name, self.more) if self.more else self.name


def grouped_gaps(target: Mapping[str, Any], kind: str = "unknown") -> List[GapLine]:
    """The gaps of one kind; those with one reason share a line."""
    groups: Dict[Tuple[str, str], List[str]] = {}
    for gap in target["gaps"]:
        if gap["kind"] == kind:
            groups.setdefault((gap["reason"], gap["remedy"]), []).append(name_of(gap))
    return [GapLine(names[0], len(names) - 1, with_next(reason, remedy)) for (reason, remedy), names in groups.items()]


def counts_text(target: Mapping[str, Any]) -> str:
    """The counts of a target, as ``3 drift · 1 unmanaged · 41 checked``."""
    drift = [each for each in target["findings"] if each["category"] == "drift" and each["severity"] != "info"]
    unmanaged = sum(1 for each in drift if each["direction"] == "unmanaged")
    others = len(target["findings"]) - len(drift)
    parts = [(len(drift) - unmanaged, "drift"), (unmanaged, "unmanaged"), (others, "to know"), (target["unknown"], "unknown")]
    return " · ".join(["{0} {1}".format(count, word) for count, word in parts if count] + ["{0} checked".format(target["checked"])])


def coverage_text(report: Mapping[str, Any]) -> str:
    """The last words of every face: the denominator, the time, the writes."""
    coverage = report["coverage"]
    return "{0} of {1} checked · {2} ignored · {3} not comparable · {4} unknown · {5} s · {6} writes".format(
        coverage["checked"], coverage["total"], coverage["ignored"], coverage["not_comparable"], coverage["unknown"], report["duration_s"], report["writes"]
    )


def incomplete_text(report: Mapping[str, Any]) -> str:
    """How many targets were not read, or not whole; empty when all were."""
    total = len(report["targets"])
    parts: Sequence[Tuple[List[str], str]] = ((report["not_read"], "not read"), (report["not_whole"], "not read whole"))
    told = ["{0} of {1} targets {2} ({3})".format(len(names), total, word, ", ".join(names)) for names, word in parts if names]
    return "NOT COMPLETE: " + ", ".join(told) if told else ""


def not_compared_texts(report: Mapping[str, Any]) -> List[str]:
    """One line for each docker host that did not tell secrets of its apps."""
    lines = []
    for each in report["not_compared"]:
        first = each["reasons"][0]
        why = first["reason"] + (" (+{0})".format(len(each["reasons"]) - 1) if len(each["reasons"]) > 1 else "")
        told = with_next(why, first["remedy"])
        lines.append("NOT COMPARED on {0}: {1} secrets of {2}: {3}".format(each["host"], each["count"], ", ".join(each["targets"]), told))
    return lines
