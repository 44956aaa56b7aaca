# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The face of a report as one page that needs nothing else: no network, no script to be read, light and dark."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any, Iterable, List, Mapping

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
    value_text,
)

_STYLE = """
:root{color-scheme:light dark;--ink:#1d2329;--paper:#fff;--soft:#5b6670;--line:#d9dee3;--band:#f4f6f8;
--bad:#b3261e;--warn:#8a5a00;--good:#1b6e3c;--info:#2a5db0}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ec;--paper:#14181c;--soft:#98a4af;--line:#313a43;--band:#1c2228;
--bad:#ff8a80;--warn:#f0b85a;--good:#7bd49a;--info:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:76rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .25rem}
p{margin:.25rem 0}.soft{color:var(--soft)}
.warning{border-left:4px solid var(--warn);background:var(--band);padding:.5rem .75rem;font-weight:600}
code,td.value{font-family:ui-monospace,monospace;font-size:.86em}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{color:var(--soft);font-weight:600;white-space:nowrap}tbody tr:hover{background:var(--band)}
.tag{font-weight:700;white-space:nowrap}.in_sync,.healthy{color:var(--good)}.drift,.high,.error{color:var(--bad)}
.unknown,.medium,.degraded{color:var(--warn)}.low,.info{color:var(--info)}
form{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0;padding:.75rem;background:var(--band);border:1px solid var(--line);border-radius:6px}
label{display:flex;gap:.4rem;align-items:center}
select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:4px;padding:.15rem .3rem}
"""
# Rows carry what they can be filtered by; without the script everything is shown and the form stays hidden.
_SCRIPT = """
(function(){var form=document.getElementById('filters');form.hidden=false;
function apply(){var want={};form.querySelectorAll('select').forEach(function(s){want[s.name]=s.value;});
document.querySelectorAll('tr[data-severity]').forEach(function(row){
row.hidden=['severity','category'].some(function(k){return want[k]&&row.dataset[k]!==want[k];});});
document.querySelectorAll('section[data-target]').forEach(function(s){s.hidden=!!want.target&&s.dataset.target!==want.target;});}
form.addEventListener('change',apply);apply();})();
"""


def html(report: Mapping[str, Any]) -> str:
    """The whole report as one page. Everything that comes from outside is escaped."""
    script = base64.b64encode(hashlib.sha256(_SCRIPT.encode("utf-8")).digest()).decode("ascii")
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{0}'; base-uri 'none'; form-action 'none'".format(script)
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" content="{0}">'.format(escape(policy)),
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<title>Audit: {0}</title>\n<style>{1}</style>\n</head>\n<body>".format(_e(report["verdict"]), _STYLE),
        '<h1>Audit: <span class="{0}">{1}</span></h1>'.format(_e(report["verdict"]), _words(report["verdict"])),
        '<p class="soft">{0} · {1}</p>'.format(_e(coverage_text(report)), _e(report["generated"])),
    ]
    incomplete = incomplete_text(report)
    if incomplete:
        parts.append('<p class="warning">{0}</p>'.format(_e(incomplete)))
    parts += ['<p class="warning">{0}</p>'.format(_e(text)) for text in not_compared_texts(report)]
    parts += ["<p>Next: <code>{0}</code></p>".format(_e(step)) for step in report["next"]]
    parts += [_overview(report), _filters(report)]
    parts += [_target(index, target) for index, target in enumerate(report["targets"])]
    parts.append("<script>{0}</script>\n</body>\n</html>\n".format(_SCRIPT))
    return "\n".join(parts)


def _overview(report: Mapping[str, Any]) -> str:
    rows = [
        '<tr><td><a href="#{0}">{1}</a></td><td>{2}</td><td>{3}</td><td>{4}</td></tr>'.format(
            _anchor(index), _e(target["name"]), _tag(target["verdict"]), _tag(target["health"]), _e(counts_text(target))
        )
        for index, target in enumerate(report["targets"])
    ]
    return _table(("target", "verdict", "health", "findings"), rows)


def _filters(report: Mapping[str, Any]) -> str:
    findings = [finding for target in report["targets"] for finding in target["findings"]]
    choices = (
        ("target", [target["name"] for target in report["targets"]]),
        ("severity", [each for each in ("high", "medium", "low", "info") if any(finding["severity"] == each for finding in findings)]),
        ("category", sorted({finding["category"] for finding in findings})),
    )
    selects = []
    for name, values in choices:
        options = "".join('<option value="{0}">{0}</option>'.format(_e(value)) for value in values)
        selects.append('<label>{0} <select name="{0}"><option value="">all</option>{1}</select></label>'.format(name, options))
    return '<form id="filters" hidden>{0}</form>'.format("".join(selects))


def _target(index: int, target: Mapping[str, Any]) -> str:
    parts = [
        '<section id="{0}" data-target="{1}">'.format(_anchor(index), _e(target["name"])),
        "<h2>{0} {1}</h2>".format(_e(target["name"]), _tag(target["verdict"])),
        '<p class="soft">{0} · {1} · health {2}</p>'.format(_e(target["kind"]), _e(counts_text(target)), _e(target["health"])),
    ]
    if target["findings"]:
        parts.append(_table(("severity", "where", "git", "live", "cause", "source", "message and remedy"), [_row(each) for each in sorted_findings(target)]))
    for kind, word in (("unknown", "unknown"), ("not_comparable", "not comparable")):
        parts += ["<p>{0} <code>{1}</code> {2}</p>".format(_tag(word), _e(gap.what), _e(gap.why)) for gap in grouped_gaps(target, kind)]
    parts.append("</section>")
    return "\n".join(parts)


def _row(finding: Mapping[str, Any]) -> str:
    values = ("" if finding[side] is None else value_text(finding[side]) for side in ("declared", "running"))
    cells = [
        "<td>{0}</td>".format(_tag(finding["severity"])),
        '<td class="value">{0}</td>'.format(_e(name_of(finding))),
        *('<td class="value">{0}</td>'.format(_e(value)) for value in values),
        "<td>{0}</td>".format(_e(cause_of(finding))),
        '<td class="value">{0}</td>'.format(_e(source_text(finding))),
        "<td>{0}</td>".format("<br>".join(_e(text) for text in (finding["message"], finding["remedy"]) if text)),
    ]
    return '<tr data-severity="{0}" data-category="{1}">{2}</tr>'.format(_e(finding["severity"]), _e(finding["category"]), "".join(cells))


def _table(heads: Iterable[str], rows: List[str]) -> str:
    head = "".join("<th>{0}</th>".format(_e(each)) for each in heads)
    return '<div class="scroll"><table><thead><tr>{0}</tr></thead><tbody>{1}</tbody></table></div>'.format(head, "".join(rows))


def _anchor(index: int) -> str:
    return "target-{0}".format(index)


def _tag(word: str) -> str:
    return '<span class="tag {0}">{1}</span>'.format(_e(word.replace(" ", "_")), _words(word))


def _words(word: str) -> str:
    return _e(word.replace("_", " "))


def _e(value: Any) -> str:
    return escape(str(value), quote=True)
