# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input and trouble at five apps that behave as the recorded ones: one sentence with target and place, and nothing written by halves unsaid.

What needs an answer that these apps do not give by themselves is in `tests/unit/module/test_settings_trouble.py`.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import app_http
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

from lab.faults import Fault, FaultFile
from lab.server import CONTROL, Request
from support.settings_lab import NAMES, SettingsLab
from support.settings_run import drift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WINS = {"git_wins": True, "_ansible_check_mode": False}


class Apps(SettingsLab):
    """The apps as they were, before each test."""

    def __init__(self, folder: Path) -> None:
        self.faults = FaultFile(folder / "faults.json")
        super().__init__(folder, self.faults)
        self.declare()
        self._kept = {name: (copy.deepcopy(app.instance.rows), self.documents[name]) for name, app in self.apps.items()}

    def reset(self) -> None:
        for name, (rows, document) in self._kept.items():
            self.apps[name].instance.rows = copy.deepcopy(rows)
            self.documents[name] = copy.deepcopy(document)
            self.control(name, "database", {"locked": ""})
            self.control(name, "restart", None, "POST")
            self.faults.set(name, None)

    def control(self, name: str, what: str, body: Any, method: str = "PUT") -> None:
        """Tell a stand-in what real apps are told by other means."""
        self.apps[name].answer(Request(method, CONTROL + what, body=json.dumps(body).encode()))

    def ask(self, name: str, method: str, path: str, body: Any = None) -> int:
        """The status of a request that a person's browser sends."""
        app = self.apps[name]
        headers = {"x-api-key": self.key(name), "content-type": "application/json"}
        return app.answer(Request(method, app.instance.prefix + path, {}, headers, json.dumps(body).encode())).status

    def thing(self, name: str, kind: str, place: int = 0) -> dict[str, Any]:
        """What git declares of one thing."""
        found: Any = self.documents[name][kind]
        thing: dict[str, Any] = found[place] if isinstance(found, list) else found
        return thing


@pytest.fixture(scope="module")
def _started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    found = Apps(tmp_path_factory.mktemp("trouble"))
    yield found
    found.close()


@pytest.fixture
def apps(_started: Apps, monkeypatch: pytest.MonkeyPatch) -> Apps:
    monkeypatch.setattr(app_http, "PAUSES", (0.001,))
    _started.reset()
    return _started


def unknown(result: dict[str, Any], name: str) -> str:
    """The reason why an app could not be read; it is unknown as a whole, and names itself and what was asked."""
    told = result["media_center"]
    assert (told["target"], told["verdict"], told["checked"], told["findings"]) == (name, "unknown", 0, [])
    assert told["unknown"] > 100 and not result["changed"]
    assert told["reason"].startswith(f"GET {APPS[name].prefix}/system/status: "), told["reason"]
    assert "(next: " in told["reason"]
    return str(told["reason"])


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_key(apps: Apps, name: str) -> None:
    assert "the API key is wrong (next: correct media_center_api_key)" in unknown(apps.audit(name, api_key="0" * 32, **WINS), name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_another_app_on_that_port(apps: Apps, name: str, other: str) -> None:
    before = len(apps.writes())
    result = apps.audit(name, url=apps.urls[other], api_key=apps.key(other))
    if name == other:
        assert result["media_center"]["verdict"] == "in_sync"
    else:
        reason = unknown(apps.audit(name, url=apps.urls[other], api_key=apps.key(other), **WINS), name)
        assert f"this is {APPS[other].title} and not" in reason or f"nothing of {APPS[name].title} answers" in reason
        assert "correct media_center_url" in reason and len(apps.writes()) == before


@pytest.mark.parametrize("name", NAMES)
def test_an_address_without_its_url_base_and_one_with_a_wrong_one(apps: Apps, name: str) -> None:
    apps.apps[name].instance.host["urlBase"] = f"/{name}"
    apps.control(name, "restart", None, "POST")
    reason = unknown(apps.audit(name), name)
    assert "lacks its URL base" in reason and f"add /{name} to media_center_url" in reason and apps.key(name) not in reason
    assert drift(apps.audit(name, url=f"{apps.urls[name]}/{name}/")["media_center"]) == [("config_host", "", "urlBase")]
    apps.reset()
    assert "media_center_url" in unknown(apps.audit(name, url=f"{apps.urls[name]}/elsewhere"), name)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(login_page=True), "this is a login page, or not the app (next: reach the app past the login page: media_center_via"),
        (Fault(status=503), "is starting up, please try again later (next: wait until the app has started"),
        (Fault(status=500), "database is locked"),
        (Fault(garbage=True), "the answer is broken JSON"),
        (Fault(reset=True), "the connection broke"),
        (Fault(slow=1.4), "no answer within 1 s (next: look whether the app hangs, or raise timeout)"),
    ],
)
def test_an_app_that_does_not_answer_as_it_should(apps: Apps, fault: Fault, sentence: str) -> None:
    apps.faults.set("lidarr", fault)
    assert sentence in unknown(apps.audit("lidarr", timeout=1), "lidarr")
    assert apps.audit("readarr", timeout=1)["media_center"]["verdict"] == "in_sync"


def test_tls_where_the_app_speaks_none(apps: Apps) -> None:
    reason = unknown(apps.audit("radarr", url=apps.urls["radarr"].replace("http:", "https:")), "radarr")
    assert "no TLS is spoken there" in reason and "http://" in reason


@pytest.mark.parametrize("name", NAMES)
def test_a_database_that_nobody_can_read(apps: Apps, name: str) -> None:
    apps.control(name, "database", {"locked": "readers"})
    assert "locking protocol" in unknown(apps.audit(name), name)


@pytest.mark.parametrize("name", NAMES)
def test_a_list_that_is_refused_because_of_one_broken_row(apps: Apps, name: str) -> None:
    assert (
        apps.ask(name, "POST", "/notification", {"name": "Broken", "implementation": "NoSuchThing", "configContract": "WebhookSettings", "fields": []}) == 500
    )
    apps.thing(name, "config_ui")["theme"] = "another"
    result = apps.audit(name, prune=["notification"], allow=["access", "bulk_effect"], **WINS)
    told = result["media_center"]
    assert (told["verdict"], told["unread"]) == ("unknown", ["notification"]) and result["actions"] == ["config_ui: write theme"]
    gaps = [each for each in told["gaps"] if each["kind"] == "unknown"]
    assert {each["resource"] for each in gaps} == {"notification"} and all("broken row" in each["remedy"] for each in gaps)
    assert told["unknown"] == len(gaps) > 20


@pytest.mark.parametrize("name", NAMES)
def test_a_database_that_nobody_can_write_to(apps: Apps, name: str) -> None:
    apps.thing(name, "config_ui")["theme"] = "another"
    apps.thing(name, "download_client")["priority"] = 13
    apps.control(name, "database", {"locked": "writers"})
    result = apps.audit(name, **WINS)
    told = [each for each in result["media_center"]["findings"] if each["category"] == "rule"]
    if name == "readarr":
        # Of what is listed it takes the write and forgets it.
        assert [each["code"] for each in told] == ["write_failed", "write_not_stored"]
        assert told[0]["message"] == "config_ui: write theme failed: HTTP 500: database is locked"
    else:
        assert result["actions"] == [] and not result["changed"]
        assert {each["message"].partition(":")[0] for each in told} == {"config_ui", "download_client[{0}]".format(apps.thing(name, "download_client")["name"])}
        assert all(each["code"] == "write_failed" and "database is locked" in each["message"] and each["evidence"] == "" for each in told)
    assert {each["target"] for each in told} == {name}
    apps.control(name, "database", {"locked": ""})
    assert apps.audit(name, **WINS)["media_center"]["verdict"] == "in_sync"


@pytest.mark.parametrize("name", ["radarr", "sonarr", "lidarr", "readarr"])
def test_of_two_writes_of_which_one_is_refused_the_other_is_told_as_done(apps: Apps, name: str) -> None:
    apps.thing(name, "config_ui")["theme"] = "another"
    folder = {**apps.thing(name, "root_folder"), "path": "/nowhere/at/all"} | ({"name": "second"} if "name" in apps.thing(name, "root_folder") else {})
    apps.documents[name]["root_folder"].append(folder)
    result = apps.audit(name, **WINS)
    assert (result["actions"], result["changed"]) == (["config_ui: write theme"], True)
    assert apps.apps[name].instance.rows["config/ui"]["theme"] == "another"
    (failed,) = [each for each in result["media_center"]["findings"] if each["code"] == "write_failed"]
    assert (failed["target"], failed["resource"], failed["key"]) == (name, "root_folder", "/nowhere/at/all")
    assert failed["message"].startswith("root_folder[/nowhere/at/all]: create failed: HTTP 400: ") and "(Path)" in failed["message"]


@pytest.mark.parametrize(
    ("name", "kind", "path", "sentence"),
    [
        ("radarr", "import_list", "qualityProfileId", "there is no quality_profile called Nowhere"),
        ("sonarr", "indexer", "downloadClientId", "there is no download_client called Nowhere"),
        ("lidarr", "root_folder", "defaultMetadataProfileId", "there is no metadata_profile called Nowhere"),
        ("readarr", "import_list", "rootFolderPath", ""),
        ("prowlarr", "indexer", "appProfileId", "there is no app_profile called Nowhere"),
        ("radarr", "quality_profile", "cutoff", "the profile has no quality or group Nowhere to stop at"),
        ("sonarr", "quality_profile", "formatItems", "there is no custom_format called Nowhere"),
    ],
)
def test_a_declared_reference_that_does_not_exist(apps: Apps, name: str, kind: str, path: str, sentence: str) -> None:
    thing = apps.thing(name, kind)
    thing[path] = {"Nowhere": 5} if path == "formatItems" else "Nowhere"
    before = len(apps.writes())
    result = apps.audit(name, allow=["access", "bulk_effect"], **WINS)
    told = result["media_center"]
    (failed,) = [each for each in told["findings"] if each["code"] == "write_failed"]
    assert failed["message"].startswith(f"{kind}[{failed['key']}]: write {path}") and sentence in failed["message"]
    assert failed["key"] in (thing.get("name"), thing.get("path")) and (told["target"], result["changed"]) == (name, False)
    # What only the app can judge is asked of the app.
    assert len(apps.writes()) == before + (not sentence)


@pytest.mark.parametrize(("kind", "field", "value", "needed"), [("download_client", "port", "eighty", "a number"), ("notification", "useSsl", "yes", "true")])
def test_a_provider_field_of_the_wrong_type(apps: Apps, kind: str, field: str, value: str, needed: str) -> None:
    place = next(place for place, each in enumerate(apps.documents["radarr"][kind]) if field in each["fields"])
    thing = apps.thing("radarr", kind, place)
    thing["fields"][field] = value
    before = len(apps.writes())
    told = apps.audit("radarr", **WINS)["media_center"]
    (wrong,) = [each for each in told["findings"] if each["code"] == "setting_of_wrong_type"]
    assert f"{kind}[{thing['name']}].fields.{field} has to be {needed}" in wrong["message"]
    assert (wrong["target"], wrong["path"], told["verdict"]) == ("radarr", f"fields.{field}", "drift")
    assert [each["code"] for each in told["findings"] if each["category"] == "rule"] == ["reconcile_refused"]
    assert len(apps.writes()) == before


def test_two_live_things_of_one_name(apps: Apps) -> None:
    rows = apps.apps["sonarr"].instance.rows["notification"]
    rows.append({**copy.deepcopy(rows[0]), "id": 99, "name": rows[0]["name"].upper(), "onGrab": not rows[0]["onGrab"]})
    result = apps.audit("sonarr", prune=["notification"], **WINS)
    told = result["media_center"]
    assert (told["verdict"], result["actions"]) == ("unknown", [])
    assert {(each["key"], each["reason"]) for each in told["gaps"] if each["kind"] == "unknown"} == {
        (rows[0]["name"], f"the app has two of them called {rows[0]['name']}")
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_everybody_can_read_is_told_and_not_shown(apps: Apps, name: str) -> None:
    assert apps.audit(name)["media_center"]["findings"] == []
    apps.apps[name].instance.host["authenticationMethod"] = "none"
    result = apps.audit(name)
    assert [each["code"] for each in result["media_center"]["findings"] if each["category"] == "security"] == ["api_key_public"]
    assert apps.key(name) not in json.dumps(result)
