# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of the lab's Overseerr, Jellyseerr and Seerr: audited without a write, written as the check said, and brought back after a loss."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from lab.apps.seerr_store import Store
from lab.server import Response
from support.one_app import ALLOW
from support.seerr_lab import NEVER, SeerrLab
from support.settings_run import codes, drift

if TYPE_CHECKING:
    from lab.server import Request

VOLATILE = ("nextExecutionTime", "running", "lastScan", "requestCount", "updatedAt", "avatar", "vapidPublic", "totalRequests", "commitsBehind")
NAMES = ("overseerr", "jellyseerr", "seerr")


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, SeerrLab]]:
    made = {name: SeerrLab(tmp_path_factory.mktemp(name), name) for name in NAMES}
    yield made
    for each in made.values():
        each.close()


@pytest.fixture(params=NAMES)
def lab(request: pytest.FixtureRequest, labs: dict[str, SeerrLab]) -> SeerrLab:
    """Each of the three, as its house has it at first, with all its settings in git."""
    return prepared(labs[request.param])


@pytest.fixture
def seerr(labs: dict[str, SeerrLab]) -> SeerrLab:
    """Seerr alone."""
    return prepared(labs["seerr"])


def prepared(lab: SeerrLab) -> SeerrLab:
    lab.reset()
    lab.declare()
    return lab


def test_an_export_declared_is_in_sync_and_nothing_is_written(lab: SeerrLab) -> None:
    """The reads that write or end the app count as writes."""
    before, written = len(lab.requests()), len(lab.writes())
    result = lab.audit()
    assert (result["media_center"]["verdict"], drift(result), codes(result)) == ("in_sync", [], [])
    assert result["media_center"]["unknown"] == 0 and result["media_center"]["checked"] > 150
    asked = lab.requests()[before:]
    assert len(lab.writes()) == written
    assert result["media_center"]["requests"] == {"read": len(asked), "write": 0, "login": 0}
    # Everything once, but for the one look without a key.
    assert len(asked) - len(set(asked)) == 1 and asked.count("GET /api/v1/settings/main") == 2
    assert [each for each in asked if any(part in each for part in NEVER)] == []


def test_check_and_real_run_say_the_same_and_a_second_run_changes_nothing(lab: SeerrLab) -> None:
    document = lab.with_secrets()
    document["main"].update(applicationTitle="Wishes", defaultPermissions=["REQUEST", "AUTO_APPROVE_MOVIE"], defaultQuotas={"movie": {"quotaLimit": None}})
    document["radarr_server"][0].update(preventSearch=True, tags=[1, 3], apiKey="canary-seerr-git-01-7f3a9c")
    document["sonarr_server"][0].update(activeAnimeDirectory=None, animeTags=[])
    document["plex_library"][1]["enabled"] = True
    document["job"][0]["cronSchedule"] = "0 0 6 * * *"
    document["plex"]["webAppUrl"] = "https://app.plex.example"
    agents = {each["agent"]: each for each in document["notification"]}
    agents["discord"].update(types=["MEDIA_AVAILABLE"])
    agents["discord"]["options"].update(botUsername=None, enableMentions=True)
    agents["webhook"]["options"]["jsonPayload"] = '{% raw %}{"text": "{{subject}}"}\n{% endraw %}'
    document["user"][0].update(permissions=["REQUEST", "VOTE"], movieQuotaLimit=2)
    check = lab.reconcile(document, allow=ALLOW, _ansible_check_mode=True, fingerprint_key="the same in both")
    written = len(lab.writes())
    assert check["changed"] and check["media_center"]["requests"]["write"] == 0
    real = lab.reconcile(document, allow=ALLOW, fingerprint_key="the same in both")
    assert [each for each in real["actions"] if "are kept in" not in each] == check["actions"]
    assert (real["media_center"]["verdict"], codes(real)) == ("in_sync", [])
    assert real["diff"] == check["diff"]
    sent = len(lab.writes()) - written
    assert sent == real["media_center"]["requests"]["write"] >= len(check["actions"])
    second = lab.reconcile(document, allow=ALLOW)
    assert (second["changed"], second["actions"], len(lab.writes()) - written) == (False, [], sent)
    assert [each["id"] for each in lab.store.memory["radarr"]] == [0, 1], "changed in place, never made anew"
    assert lab.store.memory["radarr"][0]["externalUrl"] == "https://radarr.home.example", "PUT replaces: what git does not change goes along"
    assert "botUsername" not in lab.store.memory["agents"]["discord"]["options"]
    assert lab.store.disk == lab.store.memory
    told = lab.answer_of("GET", "/api/v1/settings/notifications/webhook")
    assert told["options"]["jsonPayload"] == '{"text": "{{subject}}"}', "and no object, which the text alone would become"


def test_everything_comes_back_after_a_loss(lab: SeerrLab) -> None:
    """Export, wipe, reconcile, export: the same, secrets included."""
    exported, document, before = lab.export(include=["user"])["settings"], lab.with_secrets(), lab.store.dump()
    fresh = Store(lab.name, {"key": lab.store.key})
    # The libraries and the name are Plex's own, and users come by themselves.
    for name in ("libraries", "name", "machineId"):
        fresh.page("plex")[name] = copy.deepcopy(lab.store.page("plex")[name])
    for each in fresh.page("plex")["libraries"]:
        each["enabled"] = False
    fresh.users = copy.deepcopy(lab.store.users)
    for each in fresh.users:
        each.update(movieQuotaLimit=None, movieQuotaDays=None)
    fresh.save()
    lab.app.store = fresh
    assert lab.export(include=["user"])["settings"] != exported
    result = lab.reconcile(document, allow=ALLOW)
    restarts = [] if lab.name == "overseerr" else ["restart_required"]
    assert (result["media_center"]["verdict"], codes(result)) == ("in_sync", restarts), [each["message"] for each in result["media_center"]["findings"]]
    assert json.dumps(lab.export(include=["user"])["settings"], indent=1) == json.dumps(exported, indent=1)
    after = lab.store.dump()
    for kind in ("radarr", "sonarr"):
        assert [each["apiKey"] for each in after["memory"][kind]] == [each["apiKey"] for each in before["memory"][kind]]
    for name, agent in before["memory"]["agents"].items():
        secret = {option: value for option, value in agent["options"].items() if "canary" in str(value)}
        assert secret.items() <= after["memory"]["agents"][name]["options"].items()
    assert lab.reconcile(document, allow=ALLOW)["changed"] is False


def test_access_is_left_without_leave_and_the_key_is_never_written(lab: SeerrLab) -> None:
    document = {"main": {"localLogin": False, "newPlexLogin": False, "locale": "fr", "apiKey": "canary-seerr-key-01-7f3a9c"}, "user": [
        {"email": "kim@home.example", "permissions": ["ADMIN"]}]}  # fmt: skip
    result = lab.reconcile(document)
    assert [each for each in result["actions"] if "are kept in" not in each] == ["main: write locale"]
    refused = [each["message"] for each in result["media_center"]["findings"] if each["code"] == "reconcile_refused"]
    assert len(refused) == 3 and any("apiKey is made by the app" in each for each in refused)
    assert lab.store.page("main")["localLogin"] is True and lab.store.users[1]["permissions"] == 32
    result = lab.reconcile(document, allow=["access"])
    assert lab.store.page("main")["localLogin"] is False and lab.store.users[1]["permissions"] == 2
    assert result["actions"][-2:] == ["main: write localLogin, newPlexLogin", "user[kim@home.example]: write permissions"], "access goes last"
    assert drift(result) == [("main", "", "apiKey"), ("user", "sam@home.example", "")], "a user that git does not know is told"


def test_in_twenty_audits_of_an_app_that_lives_only_the_edit_is_found(seerr: SeerrLab) -> None:
    draw, moved = random.Random(7), [0]

    def living(request: Request, response: Response) -> Response:
        if not response.body.startswith((b"{", b"[")):
            return response
        told = moving(json.loads(response.body), draw, moved)
        return Response(response.status, json.dumps(told).encode(), response.headers)

    checked = seerr.audit()["media_center"]["checked"]
    seerr.between = living
    for number in range(1, 21):
        for each in (seerr.store.memory["radarr"], seerr.store.memory["agents"]["discord"]["options"]):
            # Order says nothing.
            each.reverse() if isinstance(each, list) else None
        if number == 11:
            seerr.store.page("main")["blocklistedTagsLimit"] = 51
        result = seerr.audit()
        told = result["media_center"]
        assert drift(result) == ([("main", "", "blocklistedTagsLimit")] if number == 11 else []), number
        assert (told["checked"], told["unknown"], result["changed"]) == (checked, 0, False)
        seerr.store.page("main")["blocklistedTagsLimit"] = 50
    assert moved[0] > 500


def moving(told: Any, draw: random.Random, moved: list[int]) -> Any:
    """The answer with other values for all that moves by itself."""
    if isinstance(told, list):
        return [moving(each, draw, moved) for each in told]
    if not isinstance(told, dict):
        return told
    found = {name: moving(each, draw, moved) for name, each in told.items()}
    for name in (
        "nextExecutionTime",
        "running",
        "lastScan",
        "requestCount",
        "updatedAt",
        "avatar",
        "avatarETag",
        "vapidPublic",
        "totalRequests",
        "commitsBehind",
    ):
        if name in found:
            found[name] = draw.choice([True, False]) if name == "running" else str(draw.random())
            moved[0] += 1
    return found
