# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The face of a report as Markdown, for a merge request, a ticket or a wiki page."""

from __future__ import annotations

import re
from typing import Any, List, Mapping

from ansible_collections.homelab.media_center.plugins.module_utils.core.report_text import (
    cause_of,
    counts_text,
    coverage_text,
    grouped_gaps,
    incomplete_text,
    name_of,
    not_compared_texts,
    sorted_findings,
    source_text,
    what_of,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")


def markdown(report: Mapping[str, Any]) -> str:
    """The whole report as one document."""
    lines = ["# Audit: {0}".format(report["verdict"]), "", _plain(coverage_text(report)) + " · " + report["generated"], ""]
    incomplete = incomplete_text(report)
    if incomplete:
        lines += ["**{0}**".format(_plain(incomplete)), ""]
    for text in not_compared_texts(report):
        lines += [_plain(text), ""]
    lines += ["Next: `{0}`".format(step) for step in report["next"]] + ([""] if report["next"] else [])
    lines += ["| target | verdict | health | findings |", "| --- | --- | --- | --- |"]
    lines += ["| {0} | {1} | {2} | {3} |".format(_plain(each["name"]), each["verdict"], each["health"], counts_text(each)) for each in report["targets"]]
    for target in report["targets"]:
        lines += _target(target)
    return "\n".join(lines) + "\n"


def _target(target: Mapping[str, Any]) -> List[str]:
    lines = ["", "## {0}: {1}".format(_plain(target["name"]), target["verdict"]), "", "{0}, health {1}".format(counts_text(target), target["health"])]
    if target["findings"]:
        lines += ["", "| severity | where | what | cause | source | remedy |", "| --- | --- | --- | --- | --- | --- |"]
    for each in sorted_findings(target):
        cells = (each["severity"], name_of(each), _what(each), cause_of(each), source_text(each), each["remedy"])
        lines.append("| {0} |".format(" | ".join(_plain(str(cell)) for cell in cells)))
    for kind, word in (("unknown", "UNKNOWN"), ("not_comparable", "not comparable")):
        gaps = grouped_gaps(target, kind)
        lines += ([""] if gaps else []) + ["- {0}: {1}: {2}".format(word, _plain(gap.what), _plain(gap.why)) for gap in gaps]
    return lines


def _what(finding: Mapping[str, Any]) -> str:
    what = what_of(finding)
    return what if not finding["message"] or what == finding["message"] else "{0} ({1})".format(what, finding["message"])


def _plain(text: str) -> str:
    """Text in which nothing is markup, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
