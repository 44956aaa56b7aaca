# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Seerr does that nobody expects, each with what comes of it: a test for each trap of the app."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import app_http, seerr

from lab.apps.seerr_checks import forbidden
from lab.faults import Fault
from lab.server import Response
from support.one_app import ALLOW
from support.seerr_lab import SeerrLab
from support.settings_run import codes, drift

if TYPE_CHECKING:
    from lab.server import Request

PLEX = "127.0.0.1:5064"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeerrLab]:
    found = SeerrLab(tmp_path_factory.mktemp("traps"), "seerr")
    yield found
    found.close()


@pytest.fixture
def lab(made: SeerrLab, monkeypatch: pytest.MonkeyPatch) -> SeerrLab:
    # What fails here fails every time.
    monkeypatch.setattr(app_http, "PAUSES", (0.0,))
    made.reset()
    made.declare()
    return made


def message(result: dict[str, Any], code: str = "write_failed") -> str:
    (found,) = [each for each in result["media_center"]["findings"] if each["code"] == code]
    return str(found["message"])


def server(lab: SeerrLab, name: str, kind: str = "radarr") -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in lab.store.memory[kind] if each["name"] == name)
    return found


def test_what_plex_refused_is_put_back_and_never_stored(lab: SeerrLab) -> None:
    """Trap: after a failed POST the bad values stay live in memory, and the next save of anything writes them to disk."""
    good = f"{lab.store.page('plex')['ip']}:{lab.store.page('plex')['port']}"
    lab.store.reachable = {good}
    before = dict(lab.store.page("plex"))
    result = lab.reconcile({"plex": {"port": 1, "webAppUrl": "https://wrong.example"}, "job": [{"id": "radarr-scan", "cronSchedule": "0 0 3 * * *"}]})
    assert "Unable to connect to Plex.; the values before were put back" in message(result)
    assert {**lab.store.page("plex"), "webAppUrl": None} == {**before, "webAppUrl": None}
    assert lab.store.disk["pages"]["plex"]["port"] == before["port"], "a later write stored something, and not this"
    assert lab.store.disk["jobs"][4]["cronSchedule"] == "0 0 3 * * *"
    assert ("plex", "", "port") in drift(result), "and it is not taken for done"


def test_a_write_whose_answer_is_broken_is_not_told_as_done(lab: SeerrLab) -> None:
    def cut(request: Request, response: Response) -> Response:
        return Response(200, b'{"schedule": "0 0', {"Content-Type": "application/json"}) if request.method == "POST" else response

    lab.between = cut
    result = lab.reconcile({"job": [{"id": "radarr-scan", "cronSchedule": "0 15 5 * * *"}]})
    assert "the answer is broken JSON: whether it was carried out is not known" in message(result)
    assert result["actions"] == []


def test_refused_values_that_stay_in_memory_are_said(lab: SeerrLab) -> None:
    """Where the old values do not come back either, a person is told before the next save."""
    lab.store.page("tautulli").clear()
    lab.store.save()
    lab.store.reachable = set()
    result = lab.reconcile({"tautulli": {"hostname": "127.0.0.1", "port": 1, "apiKey": "canary-seerr-tautulli-01-7f3a9c"}})
    told = message(result)
    assert "keeps the refused values in memory and stores them with its next save" in told
    (found,) = [each for each in result["media_center"]["findings"] if each["code"] == "write_failed"]
    assert found["remedy"].startswith("start it again before anything else is saved")
    assert "canary" not in json.dumps(result)


def test_a_test_of_plex_that_hangs_is_not_left_behind_either(lab: SeerrLab) -> None:
    before = dict(lab.store.page("plex"))
    hung: list[str] = []

    def hanging(request: Request, response: Response) -> Response:
        if request.method == "POST" and not hung:
            hung.append(request.path)
            time.sleep(1.2)
        return response

    lab.between, written = hanging, len(lab.writes())
    result = lab.reconcile({"plex": {"port": 32401}}, timeout=1)
    end = time.monotonic() + 5
    while len(lab.writes()) < written + 2 and time.monotonic() < end:
        # A request is logged when it was answered, and the first one still hangs.
        time.sleep(0.02)
    assert "no answer within" in message(result) and "the values before were put back" in message(result)
    assert lab.store.page("plex")["port"] == lab.store.disk["pages"]["plex"]["port"] == before["port"]


def test_what_the_app_says_is_told_whatever_it_calls_it(lab: SeerrLab) -> None:
    """Trap: a missing permission is told as ``error``, everything else as ``message``."""
    lab.between = lambda request, response: forbidden() if request.method == "POST" else response
    assert "You do not have permission to access this endpoint" in message(lab.reconcile({"main": {"locale": "fr"}}))


def test_values_that_somebody_else_left_in_memory_are_seen(lab: SeerrLab) -> None:
    """The app shows its memory, so an audit compares git with what the next save stores."""
    lab.store.page("plex")["port"] = 1
    assert lab.store.disk["pages"]["plex"]["port"] != 1
    assert drift(lab.audit()) == [("plex", "", "port")]


def test_with_csrf_protection_nothing_is_sent_and_it_is_said_beforehand(lab: SeerrLab) -> None:
    """Trap: every writing call with only an API key is refused."""
    lab.store.page("network")["csrfProtection"] = True
    lab.store.save()
    lab.store.restart()
    assert "writes_refused" in codes(lab.audit())
    written = len(lab.writes())
    result = lab.reconcile({"main": {"locale": "fr"}})
    assert "takes no writes with an API key while csrfProtection is on" in message(result)
    assert len(lab.writes()) == written


def test_a_profile_by_its_name_alone_gets_its_number_when_it_is_written(lab: SeerrLab) -> None:
    """Trap: the number and the name of a profile are independent, and only Radarr knows what belongs together."""
    document = {"radarr_server": [{"name": "Radarr", "activeProfileName": "Any"}]}
    check = lab.reconcile(document, _ansible_check_mode=True)
    assert [each for each in lab.writes() if "/test" in each] == [] and check["changed"]
    result = lab.reconcile(document)
    assert (server(lab, "Radarr")["activeProfileId"], server(lab, "Radarr")["activeProfileName"]) == (1, "Any")
    assert drift(result) == [("radarr_server", "Radarr 4K", "")]
    missing = lab.reconcile({"radarr_server": [{"name": "Radarr", "activeProfileName": "8K"}]})
    assert "there is no profile 8K (there are Any, HD-1080p)" in message(missing)
    lab.store.reachable = set()
    down = lab.reconcile({"radarr_server": [{"name": "Radarr", "activeProfileName": "HD-1080p"}]})
    assert "the number of the profile HD-1080p is not known" in message(down)
    assert not lab.app.dead, "asking in this way ends nothing"


def test_only_the_named_default_changes_hands(lab: SeerrLab) -> None:
    """Trap: isDefault silently clears the flag on the other servers of the same kind."""
    created = {"name": "Second", "hostname": "second", "port": 7878, "apiKey": "canary-seerr-second-01-7f3a9c", "activeProfileName": "Any",
               "activeProfileId": 1, "activeDirectory": "/data/media/movies", "isDefault": True}  # fmt: skip
    document = {"radarr_server": [{"name": "Radarr", "isDefault": False, "preventSearch": True}, created]}
    result = lab.reconcile(document)
    assert [each["message"] for each in result["media_center"]["findings"] if each["code"] == "write_failed"] == []
    assert [(each["id"], each["name"], each["isDefault"]) for each in lab.store.memory["radarr"]] == [
        (0, "Radarr", False),
        (1, "Radarr 4K", True),
        (2, "Second", True),
    ]
    assert (server(lab, "Radarr")["preventSearch"], server(lab, "Second")["minimumAvailability"]) == (True, "released")
    back = {"radarr_server": [{"name": "Radarr", "isDefault": True}, {"name": "Second", "isDefault": False, "tagRequests": True}]}
    assert lab.reconcile(back)["media_center"]["verdict"] == "drift"
    assert [each["isDefault"] for each in lab.store.memory["radarr"]] == [True, True, False]
    assert lab.reconcile(back)["changed"] is False


def test_a_new_server_needs_what_the_app_asks_for(lab: SeerrLab) -> None:
    result = lab.reconcile({"radarr_server": [{"name": "Second", "hostname": "second", "port": 7878}]})
    assert "reconcile_refused" in codes(result) and len(lab.store.memory["radarr"]) == 2


def test_two_servers_of_one_name_are_told_and_left(lab: SeerrLab) -> None:
    """Trap: nothing is unique in the lists of servers."""
    lab.store.insert_server("radarr", {**server(lab, "Radarr"), "hostname": "other", "isDefault": False})
    result = lab.reconcile({"radarr_server": [{"name": "Radarr", "hostname": "third"}]})
    assert result["changed"] is False
    (gap,) = [each for each in result["media_center"]["gaps"] if each["path"] == "hostname"]
    assert "two of them called Radarr" in gap["reason"]


def test_a_server_goes_only_when_it_is_asked_for_and_no_rule_counts_on_its_place(lab: SeerrLab) -> None:
    """Trap: a rule goes by the place of a server in the list, not by its id."""
    document = {"radarr_server": [{"name": "Radarr"}]}
    refused = lab.reconcile(document, prune=["radarr_server"])
    assert "override rules of Radarr go by its place in the list" in message(refused)
    lab.store.rules.clear()
    assert lab.reconcile(document)["changed"] is False
    assert lab.reconcile(document, prune=["radarr_server"])["changed"] is True
    assert [each["id"] for each in lab.store.memory["radarr"]] == [0]


def test_users_behind_the_first_page_are_known_to_reading_and_writing(lab: SeerrLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seerr, "_PAGE", 1)
    (rule, *others) = lab.documents["seerr"]["override_rule"]
    assert rule["users"] and drift(lab.audit()) == []
    last = [each["email"] for each in lab.export(include=["user"])["settings"]["user"]][-1]
    document = {"override_rule": [{**rule, "users": [last]}, *others]}
    assert "write_failed" not in codes(lab.reconcile(document, prune=["override_rule"]))
    assert drift(lab.audit(document)) == []


def test_a_rule_names_servers_and_users_and_goes_out_as_numbers(lab: SeerrLab) -> None:
    rule = {"sonarrServiceId": "Sonarr", "users": ["kim@home.example", "sam@home.example"], "keywords": [9715, 3], "language": ["ja", "ko"], "tags": [2]}
    document = {"override_rule": [*lab.documents["seerr"]["override_rule"], {**rule, "rootFolder": "/data/media/anime"}]}
    assert lab.reconcile(document)["media_center"]["verdict"] == "in_sync"
    stored = {name: value for name, value in lab.store.rules[1].items() if value is not None and name not in ("createdAt", "updatedAt")}
    assert stored == {"id": 2, "sonarrServiceId": 0, "users": "2,1", "keywords": "9715,3", "language": "ja,ko", "tags": "2", "rootFolder": "/data/media/anime"}
    document["override_rule"][0]["profileId"] = 4
    lab.reconcile(document)
    assert (lab.store.rules[0]["profileId"], lab.store.rules[0]["genre"], lab.store.rules[0]["id"]) == (4, "16,10751", 1)
    gone = lab.reconcile({"override_rule": [{**rule, "users": ["KIM@home.example"]}]})
    assert "there is no user KIM@home.example" in message(gone) and len(lab.store.rules) == 2


def test_a_setting_that_the_app_does_not_know_is_not_sent(lab: SeerrLab) -> None:
    """Trap: unknown fields are accepted and kept for ever."""
    document = {"notification": [{"agent": "discord", "options": {"webhokUrl": "https://discord.example/x"}}], "network": {"dnsCache": {"enbaled": True}}}
    written = len(lab.writes())
    result = lab.reconcile(document)
    assert (result["changed"], len(lab.writes())) == (False, written)
    assert codes(result).count("setting_unknown_to_app") == 2


def test_the_permissions_of_the_first_user_are_nobodys_to_change(lab: SeerrLab) -> None:
    result = lab.reconcile({"user": [{"email": "sam@home.example", "permissions": ["REQUEST"]}, {"email": "kim@home.example"}]}, allow=ALLOW)
    assert "nobody can change the permissions of the first user" in message(result)
    assert result["changed"] is False and drift(result) == [("user", "sam@home.example", "permissions")]


def test_a_metadata_provider_that_does_not_exist_is_refused_here(lab: SeerrLab) -> None:
    """Trap: the app answers 200 to any word and stores it."""
    result = lab.reconcile({"metadata_provider": {"tv": "nope"}})
    assert (result["media_center"]["verdict"], result["changed"]) == ("error", False)
    assert lab.store.page("metadatas")["tv"] == "tmdb"
    lab.store.page("metadatas")["tv"] = "nope"
    assert lab.reconcile({"metadata_provider": {"tv": "tvdb"}})["media_center"]["verdict"] == "in_sync"
    assert lab.store.page("metadatas") == {"tv": "tvdb", "anime": "tmdb"}


def test_a_quota_goes_by_null(lab: SeerrLab) -> None:
    """Trap: a key cannot be removed by leaving it out."""
    assert lab.reconcile({"main": {"defaultQuotas": {"movie": {"quotaLimit": None, "quotaDays": None}}}})["media_center"]["verdict"] == "in_sync"
    assert lab.store.page("main")["defaultQuotas"] == {"movie": {"quotaLimit": None, "quotaDays": None}, "tv": {}}


def test_the_payload_of_a_webhook_comes_through_other_writes(lab: SeerrLab) -> None:
    """Trap: a GET body that goes back as it is changes the payload's type, and is refused the next time."""
    for types in (["MEDIA_FAILED"], ["MEDIA_PENDING"]):
        result = lab.reconcile({"notification": [{"agent": "webhook", "types": types}]})
        assert result["media_center"]["verdict"] == "in_sync" and result["changed"]
        assert isinstance(lab.answer_of("GET", "/api/v1/settings/notifications/webhook")["options"]["jsonPayload"], str)


def test_no_reply_of_a_write_gives_a_secret_away(lab: SeerrLab) -> None:
    """Trap: nothing is masked, and POST replies echo all keys; an error that repeats what was sent is told without it."""

    def refusing(request: Request, response: Response) -> Response:
        if request.method in ("GET", "HEAD"):
            return response
        body = json.dumps({"message": "cannot store " + request.body.decode()})
        return Response(500, body.encode(), {"Content-Type": "application/json"})

    document = lab.with_secrets()
    document["main"]["applicationTitle"] = "Other"
    for each in (*document["radarr_server"], *document["sonarr_server"]):
        each["hostname"] = "moved"
    for agent in document["notification"]:
        agent["enabled"] = not agent["enabled"]
    lab.between = refusing
    refused = lab.reconcile(document, allow=ALLOW)
    lab.between = None
    written = lab.reconcile(document, allow=ALLOW)
    for result in (refused, written, lab.export()):
        assert "canary" not in json.dumps(result) and lab.app.api_key not in json.dumps(result)
    assert codes(refused).count("write_failed") > 10
    assert lab.reconcile(document, allow=ALLOW)["changed"] is False


@pytest.mark.parametrize(
    ("break_it", "verdict", "told"),
    [
        (lambda lab: lab.store.users.clear(), "unknown", "is not set up yet"),
        (lambda lab: setattr(lab.app, "dead", True), "unknown", "the connection broke"),
        (lambda lab: lab.faults.set("seerr", Fault(login_page=True)), "unknown", "a page for people came"),
        (lambda lab: lab.faults.set("seerr", Fault(garbage=True)), "unknown", "broken JSON"),
        (lambda lab: lab.faults.set("seerr", Fault(status=403, path="/about")), "unknown", "HTTP 403: the API key is wrong"),
    ],
    ids=["not initialised", "died", "login page", "garbage", "wrong key"],
)
def test_an_app_that_cannot_be_read_is_unknown_with_its_reason(lab: SeerrLab, break_it: Any, verdict: str, told: str) -> None:
    break_it(lab)
    result = lab.audit()
    lab.faults.set("seerr", None)
    assert (result["media_center"]["verdict"], result["media_center"]["findings"]) == (verdict, [])
    assert told in result["media_center"]["reason"]


def test_a_part_that_fails_leaves_the_rest_compared(lab: SeerrLab) -> None:
    lab.faults.set("seerr", Fault(status=500, path="/settings/radarr"))
    result = lab.audit()
    lab.faults.set("seerr", None)
    told = result["media_center"]
    assert (told["verdict"], drift(result)) == ("unknown", [])
    assert told["checked"] > 100 and told["unknown"] > 30 and {"radarr_server"} == set(told["unread"])
