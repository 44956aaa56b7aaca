# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's Plex answers in the forms of the recorded servers, and to both what is written down of its API and what clients really send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from lab.apps.plex import Plex
from lab.server import Request, Response

if TYPE_CHECKING:
    from pathlib import Path

JSON = {"accept": "application/json"}


@pytest.fixture
def plex() -> Plex:
    return Plex()


def ask(plex: Plex, method: str, path: str, accept: str = "application/json", **query: Any) -> Response:
    arguments = {name: value if isinstance(value, list) else [value] for name, value in query.items()}
    return plex.answer(Request(method, path, arguments, {"accept": accept, "x-plex-token": plex.token, "host": "127.0.0.1:32400"}))


def inside(response: Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.body)["MediaContainer"]
    return found


def test_preferences_have_the_form_of_the_recorded_ones(plex: Plex, shared: Path) -> None:
    recorded = json.loads((shared / "fixtures/plex/plex-api.rs/server/prefs.json").read_text(encoding="utf-8"))["MediaContainer"]["Setting"]
    told = {each["id"]: each for each in inside(ask(plex, "GET", "/:/prefs"))["Setting"]}
    for each in recorded:
        own = told[each["id"]]
        # Labels and help texts are left out.
        assert set(own) | {"label", "summary"} == set(each) | {"label", "summary"}, each["id"]
        assert {name: type(value) for name, value in own.items()} == {name: type(each[name]) for name in own}
        assert (own["default"], own["hidden"], own["advanced"], own["group"]) == (each["default"], each["hidden"], each["advanced"], each["group"])


def test_libraries_have_the_form_of_the_recorded_ones(plex: Plex, shared: Path) -> None:
    recorded = ElementTree.parse(shared / "fixtures/plex/home-assistant/library_sections.xml").getroot()
    told = ElementTree.fromstring(ask(plex, "GET", "/library/sections", "*/*").body)
    assert {(each.tag, *sorted(each.attrib)) for each in told.iter()} == {(each.tag, *sorted(each.attrib)) for each in recorded.iter()}
    root = ElementTree.fromstring(ask(plex, "GET", "/", "*/*").body)
    base = ElementTree.parse(shared / "fixtures/plex/home-assistant/plex_server_base.xml").getroot()
    assert set(root.attrib) <= set(base.attrib)


def test_an_empty_list_is_no_list(plex: Plex, shared: Path) -> None:
    recorded = json.loads((shared / "fixtures/plex/plex-api.rs/transcode/empty_sessions.json").read_text(encoding="utf-8"))
    assert json.loads(ask(plex, "GET", "/transcode/sessions").body) == recorded
    plex.sections = []
    assert "Directory" not in inside(ask(plex, "GET", "/library/sections"))


@pytest.mark.parametrize(("status", "length"), [(401, 91), (404, 85)])
def test_errors_are_pages_of_a_known_length(plex: Plex, status: int, length: int) -> None:
    wrong = plex.answer(Request("GET", "/:/prefs", {}, JSON)) if status == 401 else ask(plex, "GET", "/nothing")
    assert (wrong.status, len(wrong.body), wrong.headers["Content-Type"]) == (status, length, "text/html")


def test_json_is_named_exactly_so(plex: Plex) -> None:
    assert ask(plex, "GET", "/identity").headers["Content-Type"] == "application/json"


def test_the_token_is_taken_from_the_query_too(plex: Plex) -> None:
    assert plex.answer(Request("GET", "/:/prefs", {"X-Plex-Token": [plex.token]}, JSON)).status == 200


def test_identity_needs_no_token_and_starting_is_told_in_the_form_that_was_asked_for(plex: Plex) -> None:
    assert plex.answer(Request("GET", "/identity", {}, JSON)).status == 200
    plex.mood["starting"] = True
    assert json.loads(ask(plex, "GET", "/:/prefs").body)["code"] == 503
    assert ElementTree.fromstring(ask(plex, "GET", "/:/prefs", "*/*").body).attrib["title"] == "Maintenance"


def test_a_write_is_answered_with_nothing_whether_it_was_kept_or_not(plex: Plex) -> None:
    for query in ({"OnDeckLimit": "12"}, {"NoSuchThing": "1"}, {"OnDeckLimit": "many"}):
        done = ask(plex, "PUT", "/:/prefs", **query)
        assert (done.status, done.body, done.headers["Content-Type"]) == (200, b"", "text/html")
    assert plex.preferences["OnDeckLimit"]["value"] == 12 and "NoSuchThing" not in plex.preferences
    assert ask(plex, "GET", "/:/prefs/get", id="OnDeckLimit").status == 200 and ask(plex, "GET", "/:/prefs/get", id="NoSuchThing").status == 404


_BOTH = [("/library/sections", "show", "location"), ("/library/sections/all", "2", "locations")]


@pytest.mark.parametrize(("path", "kind", "places"), _BOTH, ids=["as clients do", "as it is described"])
def test_a_library_is_made_both_ways(plex: Plex, path: str, kind: str, places: str) -> None:
    told = {"name": "Anime", "agent": "tv.plex.agents.series", "scanner": "Plex TV Series", "language": "ja-JP", places: ["/data/media/anime"]}
    done = ask(plex, "POST", path, type=kind, **told)
    assert done.status == 201 and inside(done)["Directory"][0]["Location"] == [{"id": 5, "path": "/data/media/anime"}]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_scan_is_started_by_reading_and_ends_by_itself(plex: Plex, method: str) -> None:
    before = inside(ask(plex, "GET", "/library/sections"))["Directory"][0]
    assert not before["refreshing"]
    assert ask(plex, method, "/library/sections/1/refresh").status == 200
    during = [inside(ask(plex, "GET", "/library/sections"))["Directory"][0] for __ in range(4)]
    assert [each["refreshing"] for each in during] == [True, True, True, False]
    assert during[0]["scannedAt"] > before["scannedAt"]
