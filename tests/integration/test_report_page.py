# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report in a real browser: readable without a network, filtered by hand, and nothing in it runs that was audited."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding, target_result
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Coverage
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.report import collect
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_html import html
from selenium import webdriver
from selenium.webdriver.support.select import Select

from support.parts import without

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with a profile of its own."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        without("Chromium and its driver (Debian: apt-get install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, "--disable-component-update", f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> webdriver.Chrome:
    """A report of two hosts, opened."""

    def finding(target: str, key: str, severity: str, category: str) -> Finding:
        told = {"category": category, "target": target, "resource": "service", "key": key, "severity": severity}
        return Finding("container_changed", HOSTILE, path=HOSTILE, declared=HOSTILE, **told)  # type: ignore[arg-type]

    given = {
        "mediabox": [target_result("mediabox", "docker_host", [finding("mediabox", "radarr", "high", "drift")], Coverage(checked=9))],
        "edgebox": [target_result("edgebox", "docker_host", [finding("edgebox", "traefik", "low", "health")], Coverage(checked=3))],
    }
    report = collect(given, generated="2026-01-01T00:00:00+00:00", duration_s=1.0, redactor=Redactor("k"))
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(html(report), encoding="utf-8")
    browser.get(Path(file).as_uri())
    return browser


def _shown(page: webdriver.Chrome) -> str:
    return str(page.find_element("tag name", "body").text)


def test_nothing_that_was_audited_runs_in_the_page(page: webdriver.Chrome) -> None:
    assert page.title != "owned"
    assert "onerror" in _shown(page), "what was audited is shown as text"
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_the_page_asks_no_network(page: webdriver.Chrome) -> None:
    asked = [entry["message"] for entry in page.get_log("performance") if 'Network.requestWillBeSent"' in entry["message"]]
    assert [message for message in asked if '"url":"http' in message] == []


@pytest.mark.parametrize(
    ("name", "choice", "stays", "goes"),
    [("target", "mediabox", "radarr", "traefik"), ("severity", "low", "traefik", "radarr"), ("category", "health", "traefik", "radarr")],
)
def test_a_filter_leaves_what_it_says(page: webdriver.Chrome, name: str, choice: str, stays: str, goes: str) -> None:
    assert f"service[{stays}]" in _shown(page)
    assert f"service[{goes}]" in _shown(page)
    box = Select(page.find_element("name", name))
    box.select_by_visible_text(choice)
    assert f"service[{stays}]" in _shown(page)
    assert f"service[{goes}]" not in _shown(page)
    box.select_by_visible_text("all")
    assert f"service[{goes}]" in _shown(page)
