# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The face of a report as JUnit XML, for CI systems and schedulers.

A finding above ``info`` is a failure, what could not be read is an error, and a target with neither is one passed case.
"""

from __future__ import annotations

import re
from typing import Any, List, Mapping, Tuple
from xml.sax.saxutils import escape, quoteattr

from ansible_collections.homelab.media_center.plugins.module_utils.core.report_text import grouped_gaps, name_of, source_text, what_of

# XML 1.0 has no way to write these, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Mapping[str, Any]) -> str:
    """The whole report as one document."""
    suites, tests, failures, errors = [], 0, 0, 0
    for target in report["targets"]:
        cases, failed, unread = _cases(target)
        tests, failures, errors = tests + len(cases), failures + failed, errors + unread
        head = _head("  <testsuite", target["name"], len(cases), failed, unread)
        suites.append("{0}>\n{1}\n  </testsuite>".format(head, "\n".join(cases)))
    head = _head("<testsuites", "homelab.media_center", tests, failures, errors)
    return '<?xml version="1.0" encoding="UTF-8"?>\n{0} time="{1}">\n{2}\n</testsuites>\n'.format(head, report["duration_s"], "\n".join(suites))


def _head(tag: str, name: str, tests: int, failures: int, errors: int) -> str:
    return '{0} name={1} tests="{2}" failures="{3}" errors="{4}"'.format(tag, _attribute(name), tests, failures, errors)


def _cases(target: Mapping[str, Any]) -> Tuple[List[str], int, int]:
    """The test cases of one target, with the number of failures and errors."""
    cases: List[str] = []
    failures = errors = 0
    for finding in target["findings"]:
        text = "{0}\n{1}\nsource: {2}\nremedy: {3}".format(finding["message"], what_of(finding), source_text(finding) or "-", finding["remedy"] or "-")
        if finding["severity"] == "info":
            inner = "      <system-out>{0}</system-out>".format(_text(text))
        else:
            failures += 1
            inner = "      <failure type={0} message={1}>{2}</failure>".format(_attribute(finding["code"]), _attribute(what_of(finding)), _text(text))
        cases.append(_case(target["name"], finding["code"], name_of(finding), inner))
    for gap in grouped_gaps(target):
        errors += 1
        cases.append(_case(target["name"], "unknown", gap.what, '      <error type="unknown" message={0}/>'.format(_attribute(gap.why))))
    if not failures and not errors:
        cases.append('    <testcase classname={0} name="in sync"/>'.format(_attribute(target["name"])))
    return cases, failures, errors


def _case(target: str, code: str, name: str, inner: str) -> str:
    return "    <testcase classname={0} name={1}>\n{2}\n    </testcase>".format(_attribute("{0}.{1}".format(target, code)), _attribute(name), inner)


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("�", text))


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("�", " ".join(str(text).split())))
