# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The face of a report on a terminal: a few lines that a person can act on, always with the denominator."""

from __future__ import annotations

import re
from typing import Any, List, Mapping, NamedTuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.report_text import (
    GapLine,
    cause_of,
    counts_text,
    coverage_text,
    grouped_gaps,
    incomplete_text,
    name_of,
    not_compared_texts,
    sign_of,
    sorted_findings,
    source_text,
    what_of,
)

#: Findings of one target that are shown; the others are counted and stand in the files.
SHOWN = 25
# What would move the cursor, colour the screen, turn the direction of writing or cannot be written: a value must not rewrite the report.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NAME_WIDTH = 46
_WHAT_WIDTH = 60
_RULE_WIDTH = 40


class Line(NamedTuple):
    """One line and what it tells of: a verdict, ``finding``, ``info``, or nothing."""

    text: str
    tone: str = ""


def terminal_lines(report: Mapping[str, Any], report_dir: str = "") -> List[Line]:
    """The lines to print."""
    lines: List[Line] = []
    for target in report["targets"]:
        lines += _target_lines(target)
    lines.append(Line(coverage_text(report), report["verdict"]))
    incomplete = incomplete_text(report)
    if incomplete:
        lines.append(Line(incomplete, "unknown"))
    lines += [Line(text, "unknown") for text in not_compared_texts(report)]
    lines += [Line("Next: " + step) for step in report["next"]]
    if report_dir:
        lines.append(Line("Report: {0}/report.html (.md, .json, .junit.xml)".format(report_dir)))
    return [Line(_CONTROL.sub(" ", line.text), line.tone) for line in lines]


def _target_lines(target: Mapping[str, Any]) -> List[Line]:
    rule = "{0} {1}".format(target["name"], "─" * max(3, _RULE_WIDTH - len(target["name"])))
    health = "" if target["health"] in ("healthy", "unknown") else " · " + target["health"]
    lines = [Line("{0} {1:<9}{2}{3}".format(rule, target["verdict"], counts_text(target), health), target["verdict"])]
    findings = sorted_findings(target)
    for finding in findings[:SHOWN]:
        text = "  {0} {1} {2} {3:<18} {4}".format(
            sign_of(finding), _column(name_of(finding), _NAME_WIDTH), _column(what_of(finding, 24), _WHAT_WIDTH), cause_of(finding), source_text(finding)
        )
        lines.append(Line(text.rstrip(), "info" if finding["severity"] == "info" else "finding"))
    if len(findings) > SHOWN:
        lines.append(Line("  … {0} more in the report".format(len(findings) - SHOWN), "info"))
    lines += [Line("  ? {0} UNKNOWN: {1}".format(_gap_name(gap), gap.why), "unknown") for gap in grouped_gaps(target)]
    return lines


def _gap_name(gap: GapLine) -> str:
    more = " (+{0})".format(gap.more) if gap.more else ""
    return (_column(gap.name, _NAME_WIDTH - len(more)).rstrip() + more).ljust(_NAME_WIDTH)


def _column(text: str, width: int) -> str:
    return (text if len(text) <= width else text[: width - 1] + "…").ljust(width)
