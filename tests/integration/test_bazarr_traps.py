# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Bazarr answers with success and means something else: each trap by its name, on the lab's instance."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live import app_http

from lab.faults import Fault
from lab.server import Request, Response
from support.bazarr_lab import KEY, BazarrLab
from support.one_app import ALLOW
from support.settings_run import codes, drift

POST = "POST /api/system/settings"


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BazarrLab]:
    made = BazarrLab(tmp_path_factory.mktemp("bazarr"))
    yield made
    made.close()


@pytest.fixture
def lab(shared_lab: BazarrLab, monkeypatch: pytest.MonkeyPatch) -> Iterator[BazarrLab]:
    monkeypatch.setattr(app_http, "PAUSES", ())
    dump = shared_lab.app.store.dump()
    yield shared_lab
    shared_lab.app.store.load(dump)
    shared_lab.app.reachable = None
    shared_lab.between = None
    shared_lab.faults.set("bazarr", None)


def sent(lab: BazarrLab, before: int) -> list[str]:
    return [each for each in lab.requests()[before:] if each.startswith(("POST", "GET /test/"))]


def messages(result: dict[str, Any], code: str) -> list[str]:
    return [each["message"] for each in result["media_center"]["findings"] if each["code"] == code]


def test_a_path_that_it_does_not_have_answers_with_a_page_and_200(lab: BazarrLab) -> None:
    """Trap: a wrong path looks like success. A kind that is read from one is unknown, and another address is not Bazarr."""
    with pytest.raises(GatewayError, match="a page for people"):
        lab.gateway().session.get("/api/nosuch")

    def without_profiles(request: Request, response: Response) -> Response:
        page = Response(200, b"<!doctype html><html></html>", {"Content-Type": "text/html; charset=utf-8"})
        return page if request.path.endswith("/profiles") else response

    lab.between = without_profiles
    result = lab.audit({"language_profile": [{"name": "English", "items": ["en"]}], "general": {"serie_default_profile": "English", "minimum_score": 85}})
    told = result["media_center"]
    assert (told["verdict"], drift(result)) == ("unknown", [])
    assert any("web page, as it does for a path that it does not have" in each["reason"] for each in told["gaps"])
    lab.between = lambda _request, _response: Response(200, b"<!doctype html><html></html>", {"Content-Type": "text/html"})
    told = lab.audit({})["media_center"]
    assert told["verdict"] == "unknown" and "nothing of Bazarr answers at this address" in told["reason"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(status=401), "the API key is wrong"),
        (Fault(status=500), "HTTP 500"),
        (Fault(status=503), "HTTP 503"),
        (Fault(login_page=True), "nothing of Bazarr answers"),
        (Fault(garbage=True), "broken JSON"),
        (Fault(reset=True), "the connection broke"),
        (Fault(slow=3), "no answer within 1 s"),
    ],
)
def test_an_app_that_cannot_be_read_is_unknown_and_says_why(lab: BazarrLab, fault: Fault, reason: str) -> None:
    lab.faults.set("bazarr", fault)
    writes = len(lab.writes())
    result = lab.reconcile({"general": {"minimum_score": 1}}, timeout=1)
    told = result["media_center"]
    assert (told["verdict"], result["changed"], len(lab.writes())) == ("unknown", False, writes)
    assert reason in told["reason"] and KEY not in json.dumps(result)


def test_another_app_is_recognised(lab: BazarrLab) -> None:
    lab.between = lambda _request, _response: Response(200, b'{"appName": "Radarr", "version": "6.1"}', {"Content-Type": "application/json"})
    assert "what answers there is not Bazarr" in lab.audit({})["media_center"]["reason"]
    assert "what answers there is not Bazarr" in lab.export()["msg"]


def test_a_section_that_is_gone_is_said_and_none_is_invented(lab: BazarrLab) -> None:
    """Trap: a form for a section that it does not know is answered with 500. A new one of a newer version is told."""

    def newer(request: Request, response: Response) -> Response:
        if request.path != "/api/system/settings" or request.method != "GET":
            return response
        body = json.loads(response.body)
        del body["jimaku"]
        body["translator"] = {"api_token": "canary-bazarr-new-01-7f3a9c"}
        body["general"]["new_token"] = "canary-bazarr-new-02-7f3a9c"
        return Response(200, json.dumps(body).encode(), response.headers)

    lab.between = newer
    result = lab.reconcile({"jimaku": {"enable_ai_subs": True}, "general": {"minimum_score": 85}})
    assert (result["changed"], drift(result), result["media_center"]["unknown"]) == (False, [], 1)
    assert "translator" in messages(result, "sections_unknown")[0]
    told = lab.export()
    assert told["unread"] == ["jimaku"] and told["settings"]["general"]["new_token"] == {"secret": True}
    assert "7f3a9c" not in json.dumps([result, told])


def test_a_key_that_it_does_not_know_is_not_sent(lab: BazarrLab) -> None:
    """Trap: an unknown key is answered with 204 and kept for ever."""
    before = len(lab.requests())
    result = lab.reconcile({"general": {"brand_new_switch": "on", "minimum_score": 61}})
    assert "brand_new_switch" not in lab.settings["general"] and lab.settings["general"]["minimum_score"] in (61, 85)
    assert "brand_new_switch" in json.dumps(result["media_center"]["findings"])
    assert all(each != "POST" for each in sent(lab, before))


def test_a_refusal_is_told_without_the_value_and_rolls_back_its_own_form_only(lab: BazarrLab) -> None:
    """Traps: 406 with a bare text that quotes what was sent, and profiles in the same form that would stay."""
    before = len(lab.requests())
    document = {
        "general": {"minimum_score": 850, "page_size": 50},
        "language_profile": [{"name": "English", "items": ["en:hi"]}],
        "sonarr": {"apikey": "0012345678901234567890123456789012"},
    }
    result = lab.reconcile(document)
    failed = messages(result, "write_failed")
    assert any("general.minimum_score must lte 100" in each for each in failed)
    assert any("sonarr.apikey must is_type_of <class 'str'>" in each for each in failed)
    # Trap: an all-digit text is cast to a number, without its leading zeros.
    assert "12345678901234567890123456789012" not in json.dumps(result)
    assert lab.settings["general"]["page_size"] == 25 and lab.settings["sonarr"]["apikey"] == "canary-bazarr-sonarr-01-7f3a9c"
    assert lab.app.store.profiles[0]["items"][0]["hi"] == "True"
    assert sent(lab, before).count(POST) == 3


def test_what_it_takes_and_stores_differently_is_said(lab: BazarrLab) -> None:
    """Trap: leading zeros of a user name get lost without a word; only what is read back says so."""
    result = lab.reconcile({"opensubtitlescom": {"username": "0042", "use_hash": False}})
    assert lab.settings["opensubtitlescom"]["username"] == "42"
    assert [(each["resource"], each["path"]) for each in result["media_center"]["findings"] if each["code"] == "write_not_stored"] == [
        ("opensubtitlescom", "username")
    ]
    assert lab.settings["opensubtitlescom"]["use_hash"] is False


def test_a_url_base_is_the_same_with_and_without_slashes(lab: BazarrLab) -> None:
    """Trap: base_url is normalised, and a slash alone comes back as nothing."""
    for declared in ("/sonarr/", "sonarr", "//sonarr"):
        assert drift(lab.audit({"sonarr": {"base_url": declared}})) == []
    assert drift(lab.reconcile({"sonarr": {"base_url": "/"}})) == [] and lab.settings["sonarr"]["base_url"] == ""
    assert drift(lab.audit({"sonarr": {"base_url": "/"}})) == []


@pytest.mark.parametrize(
    ("codes", "told"),
    [(["en", "xx"], "no language xx"), ([], "cannot be told to have no language at all"), (["en", False], "put the code of a language into quotes")],
)
def test_languages_are_checked_before_they_are_sent(lab: BazarrLab, codes: list[Any], told: str) -> None:
    """Trap: an unknown code switches off every language, and none at all cannot be said."""
    writes = len(lab.writes())
    result = lab.reconcile({"languages": {"enabled": codes}})
    assert told in messages(result, "write_failed")[0] and len(lab.writes()) == writes


def test_profiles_that_git_does_not_name_are_posted_along(lab: BazarrLab) -> None:
    """Trap: what is left out of the list is deleted. A profile keeps its number."""
    before = copy.deepcopy(lab.app.store.profiles)
    lab.reconcile({"language_profile": [{"name": "English", "tag": "english"}, {"name": "New", "items": ["de"]}]})
    assert lab.app.store.profiles[1] == before[1] and lab.app.store.profiles[0] == {**before[0], "tag": "english"}
    assert [(each["profileId"], each["name"]) for each in lab.app.store.profiles][2:] == [(5, "New")]


def test_a_profile_that_is_a_default_is_not_removed(lab: BazarrLab) -> None:
    """Trap: the default keeps the dead number, and Bazarr's own health says nothing."""
    document = {"managed": ["language_profile"], "language_profile": [{"name": "English", "items": ["en"]}]}
    result = lab.reconcile(document, prune=["language_profile"])
    assert "general.serie_default_profile is this profile" in messages(result, "write_failed")[0]
    lab.settings["general"]["serie_default_profile"] = ""
    assert lab.reconcile(document, prune=["language_profile"])["changed"] and len(lab.app.store.profiles) == 1
    lab.settings["general"]["movie_default_profile"] = 99
    result = lab.audit({"general": {"movie_default_profile": "English"}})
    assert drift(result) == [("general", "", "movie_default_profile")]
    assert messages(result, "setting_without_effect") == [
        "general.movie_default_profile is a language profile that is gone, and Bazarr's own health page says nothing"
    ]
    assert lab.reconcile({"general": {"movie_default_profile": "English"}})["changed"] and lab.settings["general"]["movie_default_profile"] == 1
    assert "no language profile called Nobody" in messages(lab.reconcile({"general": {"movie_default_profile": "Nobody"}}), "write_failed")[0]


def test_two_profiles_of_one_name_are_unknown(lab: BazarrLab) -> None:
    """Trap: a name is not unique."""
    lab.app.store.profiles.append({**copy.deepcopy(lab.app.store.profiles[0]), "profileId": 9, "tag": "x"})
    writes = len(lab.writes())
    result = lab.reconcile({"language_profile": [{"name": "English", "tag": "y"}, {"name": "German, else English", "tag": "german"}]})
    assert result["media_center"]["verdict"] == "unknown" and "the app has two of them called English" in json.dumps(result["media_center"]["gaps"])
    assert len(lab.writes()) == writes


def test_a_provider_that_does_not_exist_is_told(lab: BazarrLab) -> None:
    """Trap: it is stored, and silently absent from the providers."""
    result = lab.reconcile({"general": {"enabled_providers": ["nosuchprovider", "podnapisi"]}})
    assert messages(result, "setting_without_effect") == ["Bazarr has no provider nosuchprovider: it is stored and never asked"]


def test_notifications_have_fixed_names_and_nobodys_are_not_told(lab: BazarrLab) -> None:
    """Trap: they are updated only. A hundred that nobody has set are no findings."""
    document = {"notification": [{"name": "Discord", "enabled": True}, {"name": "Telegram", "enabled": False}, {"name": "Gotify", "enabled": False}]}
    assert drift(lab.audit({"managed": ["notification"], **document})) == []
    document["notification"].append({"name": "Nobody", "enabled": True})
    result = lab.reconcile({"managed": ["notification"], **document})
    assert drift(result) == [("notification", "Nobody", "")] and "takes no new one" in messages(result, "reconcile_refused")[0]
    result = lab.reconcile({"notification": [{"name": "Gotify", "enabled": True, "url": "gotify://host/canary-bazarr-gotify-01-7f3a9c"}]})
    row = next(each for each in lab.app.store.notifications if each["name"] == "Gotify")
    assert row == {"name": "Gotify", "enabled": True, "url": "gotify://host/canary-bazarr-gotify-01-7f3a9c"} and "7f3a9c" not in json.dumps(result)


def test_what_starts_a_scan_is_left_either_way(lab: BazarrLab) -> None:
    result = lab.reconcile({"general": {"use_embedded_subs": False, "minimum_score": 61}})
    assert "use_embedded_subs starts something large" in messages(result, "reconcile_refused")[0]
    assert (lab.settings["general"]["use_embedded_subs"], lab.settings["general"]["minimum_score"]) == (True, 61)
    lab.reconcile({"general": {"use_embedded_subs": False}}, allow=ALLOW)
    assert lab.settings["general"]["use_embedded_subs"] is False


def test_a_link_to_what_does_not_answer_is_left_and_named(lab: BazarrLab) -> None:
    """Trap: such a form never returns. The rest of the section is written, and no key is sent to look."""
    lab.app.reachable = {"sonarr:8989", "radarr:7878"}
    before = len(lab.requests())
    result = lab.reconcile({"sonarr": {"port": 18999, "series_sync": 180}})
    assert "Sonarr does not answer Bazarr at sonarr:18999" in messages(result, "write_failed")[0]
    assert (lab.settings["sonarr"]["port"], lab.settings["sonarr"]["series_sync"]) == (8989, 180)
    assert sent(lab, before) == [POST, "GET /test/http/sonarr:18999/sonarr/api/v3/system/status"]
    lab.app.reachable = set()
    lab.settings["general"]["use_sonarr"] = False
    # Bazarr does not call what is switched off, so its address can be put right first.
    assert lab.reconcile({"sonarr": {"port": 18999}})["changed"]
    result = lab.reconcile({"general": {"use_sonarr": True}})
    assert "Sonarr does not answer Bazarr at sonarr:18999" in messages(result, "write_failed")[0]


def test_a_look_that_hangs_is_an_answer_too(lab: BazarrLab) -> None:
    writes = len(lab.writes())
    lab.faults.set("bazarr", Fault(slow=3, path="/test/"))
    result = lab.reconcile({"sonarr": {"port": 18999}}, timeout=1)
    assert "Sonarr does not answer Bazarr" in messages(result, "write_failed")[0] and len(lab.writes()) == writes


def test_a_form_that_hangs_and_was_saved_is_told_as_saved(lab: BazarrLab) -> None:
    """Trap: where nobody could be asked before, the form hangs, and the value is saved all the same."""
    lab.app.reachable = set()
    lab.between = lambda request, response: Response(404) if request.path.startswith("/test/") else response
    result = lab.reconcile({"radarr": {"port": 17878}}, timeout=1)
    failed = next(each for each in result["media_center"]["findings"] if each["code"] == "write_failed")
    assert "it was saved, and Bazarr did not answer: it waits for the linked app" in failed["message"]
    assert failed["evidence"] == "already carried out: POST /api/system/settings" and result["changed"]
    assert lab.settings["radarr"]["port"] == 17878 and drift(result) == []


def test_doors_that_stand_open_are_told(lab: BazarrLab) -> None:
    """Traps: without authentication the start page holds the key; the log and the backups are open whatever it says."""
    assert codes(lab.audit({"general": {}}))[:1] == ["routes_without_login"]
    lab.settings["auth"]["type"] = None
    result = lab.audit({"auth": {"type": None}})
    assert codes(result)[:2] == ["authentication_off", "routes_without_login"] and KEY not in json.dumps(result)
    assert {each["category"] for each in result["media_center"]["findings"][:2]} == {"security"} and result["media_center"]["verdict"] == "in_sync"
    lab.between = lambda request, response: Response(302, b"", {"Location": "/login"}) if "x-api-key" not in request.headers else response
    assert codes(lab.audit({"auth": {"type": "form"}}))[:1] == ["authentication_off"]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"generals": {}}, "generals is no kind of Bazarr; is general meant?"),
        ({"general": {"minimum_score": "high"}}, "minimum_score has to be a whole number"),
        ({"general": [1]}, "general has to be a mapping"),
        ({"language_profile": {"name": "x"}}, "language_profile has to be a list of mappings"),
        ({"language_profile": [{"items": ["en"]}]}, "a language_profile needs name"),
        ({"language_profile": [{"name": "a"}, {"name": "a"}]}, "stands there twice"),
    ],
)
def test_a_file_that_is_wrong_is_an_error_and_nothing_is_written(lab: BazarrLab, document: dict[str, Any], told: str) -> None:
    writes = len(lab.writes())
    result = lab.reconcile(document)
    assert result["media_center"]["verdict"] == "error" and len(lab.writes()) == writes
    assert any(told in each for each in messages(result, "settings_invalid")), messages(result, "settings_invalid")
