# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each face shows the whole report, and nothing that comes from outside becomes markup."""

from __future__ import annotations

import html.parser
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding, target_result
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Coverage, Gap, Origin
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.report import NotRead, collect
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_html import html as html_face
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_junit import junit
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_markdown import markdown
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_terminal import SHOWN, terminal_lines
from hypothesis import given
from hypothesis import strategies as st

SOURCE = Origin("homelab-apps", "media/compose.yml", 41)
FINDINGS = (
    Finding(
        "container_changed",
        "service radarr: changed",
        resource="service",
        key="radarr",
        path="restart",
        declared="always",
        running="no",
        source=SOURCE,
        remedy="reconcile",
    ),
    Finding("unmanaged", "container watchtower was made by hand", resource="container", key="watchtower", direction="unmanaged", severity="low"),
    Finding("service_missing", "service readarr: no container", resource="service", key="readarr", direction="missing", severity="high"),
    Finding("service_unhealthy", "service plex: its health check fails", category="health", resource="service", key="plex", path="state"),
    Finding("image_moved", "service sonarr: moved", resource="service", key="sonarr", path="image_id", severity="info"),
)
GAPS = (
    Gap("unknown", "service", "bazarr", "volumes", "container not running", "start it"),
    Gap("unknown", "service", "bazarr", "ports", "container not running", "start it"),
    Gap("not_comparable", "service", "a", "annotations", "API 1.41 does not tell"),
)


def report(findings: tuple[Finding, ...] = FINDINGS, gaps: tuple[Gap, ...] = GAPS, name: str = "mediabox") -> dict[str, Any]:
    unknown = sum(1 for gap in gaps if gap.kind == "unknown")
    told = target_result(name, "docker_host", findings, Coverage(41, 0, len(gaps) - unknown, unknown), gaps, "degraded")
    hosts = {name: [told], "dead": NotRead("unreachable: refused", "make it reachable")}
    return collect(hosts, generated="2026-01-02T03:04:05+00:00", duration_s=8.1, redactor=Redactor("k"))


def test_the_terminal() -> None:
    lines = [line.text for line in terminal_lines(report(), "/r")]
    assert lines[0].startswith("mediabox ─")
    assert lines[0].endswith("drift    2 drift · 1 unmanaged · 2 to know · 2 unknown · 41 checked · degraded")
    assert lines[1].split() == ["+", "service[readarr]", "no", "container", "missing"]
    assert lines[2].split() == ["~", "service[radarr].restart", "git", "always", "→", "live", "no", "container-changed", "media/compose.yml:41"]
    assert lines[3].split()[:2] == ["!", "service[plex].state"]
    assert lines[4].split()[:2] == ["-", "container[watchtower]"]
    assert lines[5].split()[:2] == ["·", "service[sonarr].image_id"]
    assert "service[bazarr].volumes (+1)" in lines[6]
    assert lines[6].endswith("UNKNOWN: container not running (next: start it)")
    assert lines[-4] == "41 of 45 checked · 0 ignored · 1 not comparable · 3 unknown · 8.1 s · 0 writes"
    assert lines[-3] == "NOT COMPLETE: 1 of 2 targets not read (dead), 1 of 2 targets not read whole (mediabox)"
    assert lines[-2].startswith("Next: ansible-playbook reconcile.yml")
    assert lines[-1].startswith("Report: /r/report.html")


def test_the_terminal_counts_what_it_does_not_show() -> None:
    many = tuple(Finding("c", "m", resource="service", key=str(number)) for number in range(SHOWN + 7))
    assert any(line.text == "  … 7 more in the report" for line in terminal_lines(report(many)))


def test_junit() -> None:
    root = ElementTree.fromstring(junit(report()))
    assert root.attrib == {"name": "homelab.media_center", "tests": "7", "failures": "4", "errors": "2", "time": "8.1"}
    assert [suite.attrib["name"] for suite in root] == ["mediabox", "dead"]
    assert len(root.findall("./testsuite[@name='mediabox']/testcase/failure")) == 4
    (error,) = root.findall("./testsuite[@name='dead']/testcase/error")
    assert error.attrib["message"] == "unreachable: refused (next: make it reachable)"
    (clean,) = ElementTree.fromstring(junit(report((), ()))).findall("./testsuite[@name='mediabox']/testcase")
    assert clean.attrib["name"] == "in sync"


def test_markdown() -> None:
    text = markdown(report())
    assert text.startswith("# Audit: drift\n")
    assert r"NOT COMPLETE: 1 of 2 targets not read \(dead\)" in text
    rows = [line for line in text.splitlines() if line.startswith("| medium")]
    assert r"service\[radarr\].restart" in rows[0]
    assert all(line.count(" | ") == 5 for line in rows)


class Page(html.parser.HTMLParser):
    """Tags, ids, and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def page(told: dict[str, Any]) -> Page:
    read = Page()
    read.feed(html_face(told))
    return read


def test_the_page_needs_nothing_else() -> None:
    read = page(report())
    assert [value for name, value in read.attributes if name in ("src", "action") or (name == "href" and not str(value).startswith("#"))] == []
    assert not {"img", "link", "iframe", "object"}.intersection(read.tags)
    assert ("id", "filters") in read.attributes
    assert read.tags.count("script") == 1
    for expected in ("service[radarr].restart", "always", "media/compose.yml:41", "NOT COMPLETE: 1 of 2 targets not read (dead)", "unreachable: refused"):
        assert expected in read.text


def test_the_page_shows_all_without_its_script() -> None:
    hidden = [name for name, value in page(report()).attributes if name == "hidden"]
    assert len(hidden) == 1, "only the filters wait for the script"


HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "]]></failure><x>&amp;&lt;",
    "a | b `c` [d](javascript:e) **f** <!-- \n\n# h",
    "\x00\x1b[31m\ud800￿\u2028",
]


def hostile(text: str) -> dict[str, Any]:
    each = Finding(
        "c", text, resource=text, key=text, path=text, declared=text, running=[text, {text: text}], source=Origin(text, text, 1), evidence=text, remedy=text
    )
    return report((each,), (Gap("unknown", text, text, text, text, text),), name=text or "x")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_becomes_markup(text: str) -> None:
    told = hostile(text)
    plain = page(report((FINDINGS[0],), GAPS[:1]))
    read = page(told)
    assert set(read.tags) == set(plain.tags)
    assert not any(name.startswith("on") for name, _value in read.attributes)
    ElementTree.fromstring(junit(told).encode("utf-8", "replace"))
    body = markdown(told).replace("\\\\", "").replace("\\<", "").replace("\\`", "").replace("\\[", "")
    assert "<script" not in body and "<img" not in body and "](javascript" not in body
    assert all("\n" not in line.text for line in terminal_lines(told))


@given(st.text())
def test_every_face_takes_every_text(text: str) -> None:
    told = hostile(text)
    ElementTree.fromstring(junit(told).encode("utf-8", "replace"))
    page(told)
    markdown(told)
    assert all("\n" not in line.text and "\x1b" not in line.text for line in terminal_lines(told))
