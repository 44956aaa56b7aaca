# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of Plex, what is left alone, and what is written to it, against the lab's server. Each thing that surprises has a test of its name."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import app_http

from lab.apps import plex_answers
from lab.server import Response
from support.plex_lab import PlexLab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOVIES: dict[str, Any] = {"type": "movie", "title": "Movies"}
ANIME: dict[str, Any] = {
    "type": "show", "title": "Anime", "agent": "tv.plex.agents.series", "scanner": "Plex TV Series", "language": "ja-JP", "locations": ["/data/media/anime"],
    "preferences": {"flattenSeasons": 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlexLab]:
    found = PlexLab(tmp_path_factory.mktemp("plex"))
    yield found
    found.close()


@pytest.fixture
def lab(served: PlexLab, monkeypatch: pytest.MonkeyPatch) -> PlexLab:
    """A fresh server behind the port of the others."""
    monkeypatch.setattr(app_http, "PAUSES", (0, 0, 0))
    served.renew()
    return served


def codes(told: dict[str, Any]) -> list[str]:
    return [each["code"] for each in told["media_center"]["findings"] if each["category"] != "security"]


def drift(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = [each for each in told["media_center"]["findings"] if each["category"] == "drift" and each["code"] != "setting_unmanaged"]
    return [(each["resource"], each["key"], each["path"]) for each in found]


def messages(told: dict[str, Any]) -> str:
    return "\n".join(f"{each['message']} -> {each['remedy']}" for each in told["media_center"]["findings"])


def value(lab: PlexLab, name: str) -> Any:
    return lab.plex.preferences[name]["value"]


def test_nothing_differs_from_its_own_export_and_nothing_is_written(lab: PlexLab) -> None:
    document = lab.export()["settings"]
    told = lab.settings(document)
    assert told["media_center"]["verdict"] == "in_sync" and not told["changed"]
    assert told["media_center"]["checked"] == len(document["server"]) + sum(6 + len(each["preferences"]) for each in document["library"])
    assert not lab.writes()


def test_secrets_identity_moving_and_acting_preferences_are_never_exported_or_compared(lab: PlexLab) -> None:
    never = "customCertificateKey PlexOnlineMail MachineIdentifier CertificateUUID LastAutomaticMappedPort ConfigurationUrl".split()
    never += ["AcceptedEULA", "ButlerUpdateChannel", "PublishServerOnPlexOnlineKey", "EyeQUser", "PubSubServerPing"]
    assert not set(never) & set(lab.export()["settings"]["server"])
    for name in never:
        told = lab.settings({"server": {name: "x"}}, git_wins=True, allow=["access", "bulk_effect", "hidden"])
        assert told["media_center"]["verdict"] == "error" and not told["changed"]
        assert f"server.{name} is the app's own and cannot be set" in messages(told)


def test_a_preference_of_a_newer_version_that_is_called_like_a_secret_is_left_out(lab: PlexLab) -> None:
    row = {"id": "PlexOnlineRelayToken", "type": "text", "default": "", "value": "canary-token", "hidden": False, "advanced": False, "group": ""}
    lab.plex.preferences[row["id"]] = row
    lab.plex.preferences["NewSwitch"] = {**row, "id": "NewSwitch", "type": "bool", "value": True}
    told = lab.export()["settings"]["server"]
    assert "PlexOnlineRelayToken" not in told and told["NewSwitch"] is True


def test_what_fits_one_machine_is_compared_only_where_it_is_declared(lab: PlexLab) -> None:
    assert not {"allowedNetworks", "TranscoderTempDirectory", "customConnections"} & set(lab.export()["settings"]["server"])
    assert drift(lab.settings({"server": {"TranscoderTempDirectory": "/tmp"}})) == [("server", "", "TranscoderTempDirectory")]


def test_hidden_preferences_are_not_exported_and_written_only_when_that_is_allowed(lab: PlexLab) -> None:
    document = {"server": {"LogSynchronous": True}}
    assert "LogSynchronous" not in lab.export()["settings"]["server"]
    told = lab.settings(document, check=False, git_wins=True)
    assert not told["changed"] and "add hidden to media_center_allow" in messages(told)
    assert lab.settings(document, check=False, git_wins=True, allow=["hidden"])["changed"] and value(lab, "LogSynchronous") is True


def test_which_preferences_are_hidden_is_what_the_server_at_hand_says(lab: PlexLab) -> None:
    lab.plex.preferences["OnDeckLimit"]["hidden"] = True
    lab.plex.preferences["LogSynchronous"]["hidden"] = False
    told = lab.export()["settings"]["server"]
    assert "OnDeckLimit" not in told and told["LogSynchronous"] is False
    document = {"server": {"OnDeckLimit": 10, "LogSynchronous": True}}
    told = lab.settings(document, check=False, git_wins=True)
    assert value(lab, "OnDeckLimit") == 40 and value(lab, "LogSynchronous") is True
    assert "reconcile_refused" in codes(told)


def test_undo_keeps_what_an_export_leaves_out(lab: PlexLab, tmp_path: Path) -> None:
    previous = tmp_path / "previous"
    lab.settings({"server": {"LogSynchronous": True}}, check=False, git_wins=True, allow=["hidden"], previous_directory=str(previous))
    (kept,) = previous.iterdir()
    text = kept.read_text()
    assert '"LogSynchronous": false' in text and "allowedNetworks" in text
    assert "canary" not in text and lab.plex.identity["machineIdentifier"] not in text


def test_what_cuts_access_or_removes_files_needs_its_word(lab: PlexLab) -> None:
    document = {"server": {"secureConnections": 0, "allowedNetworks": "", "autoEmptyTrash": True, "allowMediaDeletion": True, "OnDeckLimit": 20}}
    told = lab.settings(document, check=False, git_wins=True)
    assert told["actions"] == ["server: write OnDeckLimit"]
    assert "add access to media_center_allow" in messages(told) and "add bulk_effect to media_center_allow" in messages(told)
    told = lab.settings(document, check=False, git_wins=True, allow=["access", "bulk_effect"])
    assert told["actions"] == ["server: write allowMediaDeletion, autoEmptyTrash", "server: write allowedNetworks, secureConnections"]
    assert told["media_center"]["verdict"] == "in_sync" and value(lab, "allowedNetworks") == ""


def test_locations_are_a_set_and_a_slash_at_the_end_is_none(lab: PlexLab) -> None:
    document = {"library": [{**MOVIES, "locations": ["/data/media/movies-4k/", "/data/media/movies"]}]}
    assert not drift(lab.settings(document))
    document["library"][0]["locations"] = ["/data/media/movies"]
    assert drift(lab.settings(document)) == [("library", "movie | Movies", "locations")]


def test_location_replaces_the_list_so_all_are_sent(lab: PlexLab) -> None:
    places = ["/data/media/movies", "/data/media/movies-4k", "/data/media/anime"]
    told = lab.settings({"library": [{**MOVIES, "locations": places}]}, check=False, git_wins=True)
    assert not drift(told)
    (sent,) = [each for each in lab.asked if each.method != "GET"]
    assert sent.query == {"agent": ["tv.plex.agents.movie"], "location": places}


def test_a_wrong_agent_is_a_difference_and_matching_a_library_anew_needs_its_word(lab: PlexLab) -> None:
    document = {"library": [{**MOVIES, "agent": "com.plexapp.agents.imdb", "preferences": {"collectionMode": 2}}]}
    told = lab.settings(document, check=False, git_wins=True)
    assert told["actions"] == ["library[movie | Movies]: write preferences.collectionMode"] and "add bulk_effect" in messages(told)
    assert lab.plex.sections[0]["agent"] == "tv.plex.agents.movie"
    assert not drift(lab.settings(document, check=False, git_wins=True, allow=["bulk_effect"]))
    assert lab.plex.sections[0]["agent"] == "com.plexapp.agents.imdb"


def test_a_library_of_another_type_is_another_library_and_the_old_one_stays(lab: PlexLab) -> None:
    document = {"library": [{"type": "photo", "title": "Movies", "agent": "com.plexapp.agents.none", "scanner": "Plex Photo Scanner", "language": "xn",
                             "locations": ["/data/media/photos"]}]}  # fmt: skip
    told = lab.settings(document, check=False, git_wins=True)
    assert [each["type"] for each in lab.plex.sections if each["title"] == "Movies"] == ["movie", "photo"]
    assert codes(told).count("setting_unmanaged") == 3 and not any("DELETE" in each for each in lab.writes())


def test_a_library_is_created_whole_and_not_without_what_it_needs(lab: PlexLab) -> None:
    told = lab.settings({"library": [{"type": "show", "title": "Anime", "agent": "tv.plex.agents.series"}]}, git_wins=True)
    assert not told["changed"] and "cannot create it without scanner, language, locations" in messages(told)
    told = lab.settings({"library": [ANIME]}, check=False, git_wins=True)
    assert told["actions"] == ["library[show | Anime]: create"] and not [each for each in drift(told) if each[1] == "show | Anime"]
    assert lab.plex.sections[-1]["preferences"] == {"flattenSeasons": 1}
    assert not lab.settings({"library": [ANIME]}, check=False, git_wins=True)["changed"]


def test_a_library_that_was_renamed_by_hand_is_not_made_a_second_time(lab: PlexLab) -> None:
    document = {"library": [{**lab.export()["settings"]["library"][1], "title": "Films", "locations": ["/data/media/movies/"]}]}
    told = lab.settings(document, check=False, git_wins=True)
    assert "the app has /data/media/movies already, as movie | Movies" in messages(told) and not lab.writes()
    assert lab.settings(document, check=False, git_wins=True, allow=["bulk_effect"])["actions"] == ["library[movie | Films]: create"]


def test_a_folder_that_plex_does_not_see_is_told_in_its_words(lab: PlexLab) -> None:
    told = lab.settings({"library": [{**ANIME, "locations": ["/nowhere"]}]}, check=False, git_wins=True)
    assert "HTTP 400: Location /nowhere does not exist" in messages(told)
    told = lab.settings({"library": [{**MOVIES, "locations": ["/nowhere"]}]}, check=False, git_wins=True)
    assert "HTTP 400: Plex does not accept it" in messages(told)


def test_a_library_goes_only_when_it_is_named_for_that(lab: PlexLab) -> None:
    document = {"library": [MOVIES]}
    assert len(lab.plex.sections) == 3 and not lab.settings(document, check=False, git_wins=True)["changed"]
    told = lab.settings(document, check=False, git_wins=True, prune=["library"])
    assert told["actions"] == ["library[artist | Music]: delete", "library[show | TV Shows]: delete"]
    assert [each["title"] for each in lab.plex.sections] == ["Movies"]


def test_titles_are_not_unique_and_nothing_is_written_to_one_of_two(lab: PlexLab) -> None:
    lab.plex.sections.append({**lab.plex.sections[0], "key": 9, "locations": [[9, "/data/media/anime"]]})
    told = lab.settings({"library": [{**MOVIES, "language": "de-DE"}]}, check=False, git_wins=True)
    assert told["media_center"]["unknown"] and not told["changed"] and not drift(told)
    assert any("two of them called movie | Movies" in each["reason"] for each in told["media_center"]["gaps"])


def test_what_two_of_one_name_have_is_not_known_and_hinders_no_third_one(lab: PlexLab) -> None:
    lab.plex.sections.append({**lab.plex.sections[0], "key": 9, "locations": [[9, "/data/media/photos"]]})
    assert lab.settings({"library": [ANIME]}, check=False, git_wins=True)["actions"] == ["library[show | Anime]: create"]


def test_two_that_are_alike_in_all_but_their_number_are_not_written_to_either(lab: PlexLab) -> None:
    lab.plex.sections.append({**lab.plex.sections[0], "key": 9})
    told = lab.settings({"library": [{**MOVIES, "language": "de-DE"}]}, check=False, git_wins=True)
    assert "Plex has 2 libraries called movie | Movies" in messages(told) and not lab.writes()


def test_an_unknown_key_is_answered_with_200_and_therefore_never_sent(lab: PlexLab) -> None:
    document = {"server": {"onDeckLimit": 10, "NoSuchThing": True}, "library": [{**MOVIES, "preferences": {"flattenSeasons": 1}}]}
    told = lab.settings(document, check=False, git_wins=True)
    assert not told["changed"] and not lab.writes() and not drift(told)
    # The id of a setting has its exact case.
    assert "server.onDeckLimit is declared, and Plex 1.43.4.10903-8fb1d4a2c does not have it; is OnDeckLimit meant?" in messages(told)
    assert codes(told).count("setting_unknown_to_app") == 3


def test_a_write_that_is_answered_with_200_and_not_kept_is_found_by_reading_back(lab: PlexLab) -> None:
    lab.instead = lambda request: plex_answers.nothing() if request.method == "PUT" else None
    told = lab.settings({"server": {"OnDeckLimit": 10}, "library": [{**MOVIES, "language": "de-DE"}]}, check=False, git_wins=True)
    assert codes(told).count("write_not_stored") == 2 and told["media_center"]["verdict"] == "drift"


@pytest.mark.parametrize(("answered", "expected"), [(True, True), (1, True), ("1", True), ("true", True), (0, False), ("0", False), (False, False)])
def test_one_value_comes_in_many_types(lab: PlexLab, answered: Any, expected: bool) -> None:
    lab.plex.preferences["autoEmptyTrash"]["value"] = answered
    lab.plex.preferences["OnDeckLimit"]["value"] = "40"
    told = lab.export()["settings"]["server"]
    assert told["autoEmptyTrash"] is expected and told["OnDeckLimit"] == 40


def test_an_empty_list_is_left_out_and_is_no_failure(lab: PlexLab) -> None:
    lab.plex.sections.clear()
    told = lab.export()
    assert not told["unread"] and "library" not in told["settings"]
    assert drift(lab.settings({"library": [MOVIES]})) == [("library", "movie | Movies", "")]


def test_the_token_travels_in_a_header_because_addresses_are_logged(lab: PlexLab) -> None:
    lab.settings({"server": {"OnDeckLimit": 10}}, check=False, git_wins=True)
    assert lab.asked and not any(lab.plex.token in str(each.query) for each in lab.asked)
    assert {each.headers.get("x-plex-token") for each in lab.asked} == {lab.plex.token}


def unread(lab: PlexLab, **more: Any) -> str:
    told = lab.settings({"server": {"OnDeckLimit": 10}}, **more)["media_center"]
    assert told["verdict"] == "unknown" and told["unknown"] == 1 and not told["findings"]
    return str(told["reason"])


def test_a_wrong_token_says_so(lab: PlexLab) -> None:
    assert "the token is wrong, or has run out (next: correct media_center_api_key" in unread(lab, api_key="another-token-4711")
    assert "HTTP 401: the token is wrong" in lab.export(api_key="another-token-4711")["msg"]


def test_an_unclaimed_server_refuses_its_name_and_answers_its_address_without_a_token(lab: PlexLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.plex.mood["claimed"] = False
    resolved = socket.getaddrinfo
    monkeypatch.setattr("socket.getaddrinfo", lambda *asked, **more: resolved("127.0.0.1", *asked[1:], **more))
    named = unread(lab, url=lab.url.replace("127.0.0.1", "plex.lan"))
    assert "Plex refuses to be called plex.lan" in named and "IP address into media_center_url, or claim" in named
    told = lab.settings({"server": {"OnDeckLimit": 10}}, api_key="")
    assert drift(told) == [("server", "", "OnDeckLimit")]
    assert [each["code"] for each in told["media_center"]["findings"] if each["category"] == "security"] == ["plex_allowed_networks", "plex_unclaimed"]


def test_a_server_that_refuses_its_name_on_the_page_that_needs_no_token(lab: PlexLab, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved = socket.getaddrinfo
    lab.fails(401)
    assert "something in front of Plex asks for a login" in unread(lab)
    monkeypatch.setattr("socket.getaddrinfo", lambda *asked, **more: resolved("127.0.0.1", *asked[1:], **more))
    assert "Plex refuses to be called plex.lan" in unread(lab, url=lab.url.replace("127.0.0.1", "plex.lan"))


def test_a_starting_server_is_unknown_and_says_to_wait(lab: PlexLab) -> None:
    lab.plex.mood["starting"] = True
    assert "HTTP 503: Plex is starting, or moves its database to a new version (next: wait until it has started, then run again" in unread(lab)


def test_the_token_of_somebody_else_sees_a_part_only_and_nothing_is_missing_for_that(lab: PlexLab) -> None:
    lab.plex.mood["guest"] = True
    told = lab.settings({"library": [{"type": "show", "title": "TV Shows", "language": "en-US"}]}, git_wins=True)["media_center"]
    assert told["verdict"] == "unknown" and "the token is not that of the server's owner" in told["reason"]


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"<html>log in</html>", "text/html", "this is a login page, or not the app"),
        (b'{"MediaContainer": {"si', "application/json", "the answer is broken JSON"),
    ],
)
def test_what_a_proxy_says_in_its_place_is_unknown(lab: PlexLab, body: bytes, kind: str, reason: str) -> None:
    lab.instead = lambda request: Response(200, body, {"Content-Type": kind}) if request.path != "/identity" else None
    assert reason in unread(lab)


def test_a_server_that_does_not_say_whether_it_is_claimed_is_not_called_unclaimed(lab: PlexLab) -> None:
    lab.instead = lambda request: plex_answers.answer(request, lab.plex.identity | {"size": 0}) if request.path == "/identity" else None
    del lab.plex.identity["claimed"]
    assert [each["code"] for each in lab.settings({})["media_center"]["findings"] if each["category"] == "security"] == ["plex_allowed_networks"]


@pytest.mark.parametrize("path", ["/:/prefs", "/library/sections", "/library/sections/2/prefs"])
def test_a_list_that_fails_is_unknown_and_the_other_one_is_compared(lab: PlexLab, path: str) -> None:
    document = lab.export()["settings"]
    lab.fails(500, path)
    told = lab.settings(document)["media_center"]
    assert told["verdict"] == "unknown" and not [each for each in told["findings"] if each["category"] == "drift"]
    assert told["unread"] == ["server" if path == "/:/prefs" else "library"]


@pytest.mark.parametrize("answered", [{}, {"MediaContainer": {}}, {"MediaContainer": {"size": 0, "version": "1"}}, [], {"appName": "Radarr"}])
def test_what_is_not_plex_is_not_read(lab: PlexLab, answered: Any) -> None:
    lab.instead = lambda request: Response(200, json.dumps(answered).encode(), {"Content-Type": "application/json"})
    assert "what answers there is not Plex (next: correct media_center_url" in unread(lab)
    assert lab.requests() == ["GET /identity"]


_NETWORKS = [("192.168.1.0/24", "medium"), ("10.0.0.0/8,0.0.0.0/0", "high"), ("0.0.0.0/0.0.0.0", "high"), ("::/0", "high"), ("nonsense", "medium")]


@pytest.mark.parametrize(("networks", "severity"), _NETWORKS)
def test_networks_that_need_no_login_are_a_security_finding(lab: PlexLab, networks: str, severity: str) -> None:
    lab.plex.preferences["allowedNetworks"]["value"] = networks
    (found,) = [each for each in lab.settings({})["media_center"]["findings"] if each["category"] == "security"]
    assert (found["code"], found["severity"], found["path"]) == ("plex_allowed_networks", severity, "allowedNetworks")
    assert networks in found["message"]
    lab.plex.preferences["allowedNetworks"]["value"] = ""
    assert not [each for each in lab.settings({})["media_center"]["findings"] if each["category"] == "security"]
