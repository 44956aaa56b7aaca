# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client that most programs use for Plex works with the lab's server. What surprises in that client is shown here, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.parts import without
from support.plex_lab import PlexLab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

try:
    from plexapi import exceptions
    from plexapi.server import PlexServer
except ImportError:
    PlexServer = None


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[PlexLab]:
    if PlexServer is None:
        without("plexapi (requirements-test.txt)")
    found = PlexLab(tmp_path)
    yield found
    found.close()


@pytest.fixture
def server(lab: PlexLab) -> Any:
    return PlexServer(lab.url, lab.plex.token)


def test_it_reads_what_is_stored(lab: PlexLab, server: Any) -> None:
    assert server.machineIdentifier == lab.plex.identity["machineIdentifier"] and server.friendlyName == "mediabox"
    assert server.settings.get("OnDeckLimit").value == 40 and server.settings.get("autoEmptyTrash").value is False
    assert {each.id for each in server.settings.all()} == set(lab.plex.preferences)
    sections = server.library.sections()
    assert [(each.key, each.type, each.title) for each in sections] == [(1, "movie", "Movies"), (2, "show", "TV Shows"), (3, "artist", "Music")]
    assert sections[0].locations == ["/data/media/movies", "/data/media/movies-4k"]
    assert {each.id: each.value for each in sections[0].settings()}["collectionMode"] == 1
    assert sections[1].totalSize == 0 and server.activities == [] and server.sessions() == []


def test_it_writes_preferences_and_reads_them_back_with_another_object_only(lab: PlexLab, server: Any) -> None:
    settings = server.settings
    settings.get("OnDeckLimit").set(12)
    settings.get("autoEmptyTrash").set(True)
    settings.save()
    assert lab.plex.preferences["OnDeckLimit"]["value"] == 12 and lab.plex.preferences["autoEmptyTrash"]["value"] is True
    # Its own reload after a save is none, and the next save sends the old changes once more.
    assert settings.get("OnDeckLimit").value == 40
    assert PlexServer(lab.url, lab.plex.token).settings.get("OnDeckLimit").value == 12


def test_it_cannot_empty_a_text_and_wants_numbers_as_numbers(lab: PlexLab, server: Any) -> None:
    settings = server.settings
    settings.get("FriendlyName").set("")
    with pytest.raises(exceptions.BadRequest, match="No setting have been modified"):
        settings.save()
    with pytest.raises(exceptions.BadRequest, match="a int is required"):
        settings.get("OnDeckLimit").set("12")
    # Ours can.
    assert not [each for each in lab.settings({"server": {"FriendlyName": ""}}, check=False, git_wins=True)["media_center"]["findings"]
                if each["code"] == "write_not_stored"]  # fmt: skip
    assert lab.plex.preferences["FriendlyName"]["value"] == ""


def test_it_edits_adds_and_removes_libraries_where_the_server_sees_the_folders(lab: PlexLab, server: Any) -> None:
    movies = server.library.section("movies")
    movies.addLocations("/data/media/anime")
    assert [path for __, path in lab.plex.sections[0]["locations"]] == ["/data/media/movies", "/data/media/movies-4k", "/data/media/anime"]
    assert any("/services/browse/" in each for each in lab.requests())
    with pytest.raises(exceptions.BadRequest, match="does not exist"):
        movies.addLocations("/data/nowhere")
    server.library.section("Movies").editAdvanced(collectionMode=2)
    assert lab.plex.sections[0]["preferences"]["collectionMode"] == 2
    server.library.add("Anime", "show", "tv.plex.agents.series", "Plex TV Series", "/data/media/anime", "ja-JP", flattenSeasons=1)
    assert lab.plex.sections[-1]["title"] == "Anime" and lab.plex.sections[-1]["preferences"] == {"flattenSeasons": 1}
    server.library.section("Anime").delete()
    assert [each["title"] for each in lab.plex.sections] == ["Movies", "TV Shows", "Music"]


def test_it_takes_the_last_of_two_libraries_of_one_title(lab: PlexLab) -> None:
    lab.plex.sections.append({**lab.plex.sections[0], "key": 9, "type": "photo", "title": "movies"})
    with pytest.warns(UserWarning, match="Multiple library sections"):
        assert PlexServer(lab.url, lab.plex.token).library.section("Movies").key == 9
    # To us they are two.
    assert [(each["type"], each["title"]) for each in lab.export()["settings"]["library"]][1:3] == [("movie", "Movies"), ("photo", "movies")]


def test_it_starts_a_scan_with_a_get(lab: PlexLab, server: Any) -> None:
    server.library.section("Movies").update(path="/data/media/movies")
    assert lab.writes() == ["GET /library/sections/1/refresh"]
    assert [each.type for each in server.activities] == ["library.update.section"] and server.library.section("Movies").reload().refreshing is True


def test_it_tells_a_wrong_token_and_a_starting_server_apart(lab: PlexLab, server: Any) -> None:
    with pytest.raises(exceptions.Unauthorized, match="401 Unauthorized"):
        PlexServer(lab.url, "wrong")
    lab.plex.mood["starting"] = True
    with pytest.raises(exceptions.BadRequest, match="startup maintenance tasks"):
        server.query("/library/sections")
