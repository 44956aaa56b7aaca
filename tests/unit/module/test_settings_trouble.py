# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance in trouble is unknown and says why; a settings file in trouble is an error, and nothing is written from it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from support.scripted_app import Reply, ScriptedApp
from support.settings_run import codes, export, settings

PAGE = Reply(200, "<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html"})
DOCUMENT = {"tag": [{"label": "kids"}], "download_client": [{"name": "qBittorrent", "priority": 1, "fields": {"host": "gluetun"}}]}


pytestmark = pytest.mark.usefixtures("short_pauses")


def found(result: dict[str, Any], code: str) -> dict[str, Any]:
    return next(each for each in result["media_center"]["findings"] if each["code"] == code)


def test_without_trouble_the_instance_is_in_sync(app: ScriptedApp) -> None:
    result = settings(app, DOCUMENT)
    assert (result["media_center"]["verdict"], result["changed"], app.writes) == ("in_sync", False, [])
    assert result["media_center"]["checked"] == 4


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(401, ""), "the API key is wrong (next: correct media_center_api_key)"),
        (PAGE, "login page"),
        (Reply(503, {"message": "starting"}), "HTTP 503: starting"),
        (Reply(500, {"message": "database is locked"}), "database is locked"),
        (Reply(200, {"appName": "Sonarr", "version": "4.0.19"}), "this is Sonarr and not Radarr (next: correct media_center_url"),
        (Reply(200, {"version": "1"}), "what answers there is not Radarr"),
        (Reply(404, ""), "nothing of Radarr answers at this address"),
        (Reply(200, [1]), "what answers there is not Radarr"),
        ("hang", "no answer within 0.5 s"),
        ("reset", "the connection broke"),
    ],
)
def test_an_instance_that_cannot_be_read_is_unknown_and_never_written(app: ScriptedApp, reply: Any, reason: str) -> None:
    app.always["/system/status"] = reply
    timeout = {"timeout": 1} if reply == "hang" else {}
    reason = reason.replace("0.5", "1")
    wanted = {**DOCUMENT, "download_client": [{"name": "qBittorrent", "priority": 7}]}
    result = settings(app, wanted, git_wins=True, **timeout)
    told = result["media_center"]
    assert told["verdict"] == "unknown" and reason in told["reason"]
    assert told["unknown"] == 3 and told["checked"] == 0 and told["findings"] == []
    assert told["target"] == "radarr4k" and not result["changed"] and app.writes == []


def test_an_instance_without_a_settings_file_that_cannot_be_read_counts_as_one_unknown(app: ScriptedApp) -> None:
    app.always["/system/status"] = Reply(401, "")
    told = settings(app, None)["media_center"]
    assert (told["verdict"], told["unknown"], told["findings"]) == ("unknown", 1, [])


def test_a_list_with_a_broken_row_is_unknown_and_the_others_are_compared(app: ScriptedApp) -> None:
    app.always["/downloadclient"] = Reply(500, {"message": "Sequence contains no matching element"})
    document = {**DOCUMENT, "config_naming": {"renameMovies": False}}
    told = settings(app, document)["media_center"]
    assert told["verdict"] == "drift" and told["unread"] == ["download_client"]
    assert [each["path"] for each in told["findings"] if each["path"]] == ["renameMovies"]
    gap = next(each for each in told["gaps"] if each["resource"] == "download_client")
    assert "Sequence contains no matching element" in gap["reason"] and "broken row" in gap["remedy"]
    assert told["unknown"] == 3


@pytest.mark.parametrize("path", ["/notification", "/indexerflag"])
def test_a_failed_list_of_which_git_says_nothing_leaves_the_instance_unknown(app: ScriptedApp, path: str) -> None:
    app.always[path] = Reply(500, {"message": "database is locked"})
    told = settings(app, DOCUMENT)["media_center"]
    assert (told["verdict"], told["checked"], told["unknown"]) == ("unknown", 4, 1)
    assert [each["resource"] for each in told["gaps"] if each["kind"] == "unknown"] == told["unread"]


def test_a_kind_that_this_version_does_not_have_is_a_gap_only_where_git_names_it(app: ScriptedApp) -> None:
    app.always["/autotagging"] = Reply(404, "")
    assert settings(app, DOCUMENT)["media_center"]["verdict"] == "in_sync"
    told = settings(app, {**DOCUMENT, "auto_tagging": [{"name": "kids"}]}, git_wins=True)["media_center"]
    assert (told["verdict"], told["unread"], app.writes) == ("unknown", ["auto_tagging"], [])


def test_nothing_is_created_in_a_list_that_could_not_be_read(app: ScriptedApp) -> None:
    app.always["/downloadclient"] = Reply(500, {"message": "broken"})
    result = settings(app, {"download_client": [{"name": "New", "implementation": "QBittorrent"}]}, git_wins=True, prune=["download_client"])
    assert (app.writes, result["changed"], result["media_center"]["verdict"]) == ([], False, "unknown")


def test_names_behind_a_list_that_could_not_be_read_are_not_known(app: ScriptedApp) -> None:
    app.always["/tag"] = Reply(500, {"message": "broken"})
    told = settings(app, {"download_client": [{"name": "qBittorrent", "tags": ["kids"], "priority": 1}]})["media_center"]
    assert told["verdict"] == "unknown"
    assert [(each["path"], "tag" in each["reason"]) for each in told["gaps"] if each["path"]] == [("tags", True)]


@pytest.mark.parametrize("body", [{"message": "x"}, [1, 2], "text"])
def test_a_list_of_another_form_is_unknown(app: ScriptedApp, body: Any) -> None:
    app.always["/tag"] = Reply(200, body)
    told = settings(app, {"tag": [{"label": "kids"}]})["media_center"]
    assert told["verdict"] == "unknown" and told["unread"] == ["tag"]


def test_two_live_things_with_one_name_are_unknown_and_named(app: ScriptedApp) -> None:
    app.add("/downloadclient", name="qbittorrent", implementation="QBittorrent", enable=True, priority=9, tags=[], fields=[])
    result = settings(app, {"download_client": [{"name": "qBittorrent", "priority": 9}]}, git_wins=True)
    told = result["media_center"]
    assert told["verdict"] == "unknown" and app.writes == []
    assert {each["reason"] for each in told["gaps"]} == {"the app has two of them called qBittorrent"}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"download_clients": [{"name": "x"}]}, "download_clients is no kind of Radarr; is download_client meant?"),
        ({"indexer_flag": [{"name": "x"}]}, "indexer_flag is no kind of Radarr"),
        ({"download_client": [{"name": "qBittorrent", "priorty": 3}]}, "download_client has no setting priorty; is priority meant?"),
        ({"download_client": [{"name": "qBittorrent", "priority": "high"}]}, "download_client.priority has to be a whole number"),
        ({"download_client": [{"name": "qBittorrent", "enable": 1}]}, "download_client.enable has to be true or false"),
        ({"download_client": [{"name": "qBittorrent", "priority": True}]}, "download_client.priority has to be a whole number"),
        ({"download_client": [{"name": "qBittorrent", "tags": "kids"}]}, "download_client.tags has to be a list"),
        ({"download_client": [{"name": "qBittorrent", "tags": [1]}]}, "download_client.tags has to name each tag, not number it"),
        ({"download_client": [{"name": "qBittorrent", "fields": ["host"]}]}, "download_client.fields has to be a mapping"),
        ({"quality_profile": [{"name": "HD", "formatItems": {"x265": "much"}}]}, "quality_profile.formatItems.x265 has to be a whole number"),
        ({"download_client": {"name": "qBittorrent"}}, "download_client has to be a list of mappings"),
        ({"config_naming": [{"renameMovies": True}]}, "config_naming has to be a mapping"),
        ({"download_client": [{"priority": 3}]}, "a download_client needs name"),
        ({"tag": [{"label": "kids"}, {"label": "kids"}]}, "tag[kids] stands there twice"),
        ({"managed": ["tags"]}, "managed names tags, which is no kind of Radarr; is tag meant?"),
        ({"managed": "tag"}, "managed has to be a list of kinds"),
        ({"managed_by": {"custom_formats": "recyclarr"}}, "managed_by names custom_formats, which is no kind of Radarr; is custom_format meant?"),
        ({"managed_by": "recyclarr"}, "managed_by has to be a mapping"),
    ],
)
def test_a_settings_file_in_trouble_is_told_and_nothing_is_written_from_it(app: ScriptedApp, document: dict[str, Any], sentence: str) -> None:
    result = settings(app, {**document, "config_ui": {"theme": "dark"}}, git_wins=True)
    told = result["media_center"]
    assert told["verdict"] == "error"
    fault = found(result, "settings_invalid")
    assert sentence in fault["message"] and fault["message"].startswith("apps/radarr4k.yml")
    assert "settings file" in fault["remedy"]
    assert (app.writes, result["changed"]) == ([], False)


def test_a_settings_file_that_cannot_be_read_is_an_error_and_the_app_is_read(app: ScriptedApp) -> None:
    result = settings(app, None, fault="apps/radarr4k.yml does not parse as YAML (line 3)", git_wins=True)
    assert result["media_center"]["verdict"] == "error" and app.writes == []
    assert codes(result) == ["settings_invalid"]


def test_an_unknown_field_is_told_with_the_nearest_one_and_is_no_drift(app: ScriptedApp) -> None:
    result = settings(app, {"download_client": [{"name": "qBittorrent", "fields": {"hots": "gluetun", "urlBase": ""}}]}, git_wins=True)
    told = found(result, "setting_unknown_to_app")
    assert told["message"] == "download_client[qBittorrent].fields.hots is declared, and Radarr 6.1.0.10300 does not have it; is host meant?"
    assert (told["path"], told["severity"], app.writes) == ("fields.hots", "info", [])
    assert result["media_center"]["verdict"] == "in_sync"


def test_a_setting_of_another_version_is_told_and_is_no_drift(app: ScriptedApp) -> None:
    result = settings(app, {"config_naming": {"renameMovies": True, "somethingQuiteNew": True, "replaceIllegalCharacters": True}})
    assert result["media_center"]["verdict"] == "in_sync"
    assert [each["path"] for each in result["media_center"]["findings"] if each["path"]] == ["replaceIllegalCharacters", "somethingQuiteNew"]


@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        ({"download_client": [{"name": "New", "implementation": "Qbittorrent"}]}, "Radarr has no implementation Qbittorrent (it has Deluge, QBittorrent)"),
        ({"quality_profile": [{"name": "HD", "language": "Klingon"}]}, "Radarr has no language Klingon"),
        ({"quality_profile": [{"name": "HD", "cutoff": "WEB 8K"}]}, "no quality or group WEB 8K"),
        ({"quality_profile": [{"name": "HD", "formatItems": {"x266": 5}}]}, "there is no custom_format called x266"),
        ({"quality_profile": [{"name": "HD", "items": [{"name": "VHS", "allowed": True}]}]}, "the app has no quality VHS"),
    ],
)
def test_a_reference_that_does_not_exist_is_told_before_anything_of_it_is_written(app: ScriptedApp, thing: dict[str, Any], sentence: str) -> None:
    result = settings(app, {**thing, "config_naming": {"renameMovies": False}}, git_wins=True)
    failure = found(result, "write_failed")
    assert sentence in failure["message"] and failure["evidence"] == ""
    assert [each.path for each in app.writes] == ["/api/v3/config/naming"]
    assert result["changed"]


def test_a_write_that_the_app_refuses_says_what_was_done_before(app: ScriptedApp) -> None:
    app.methods = ("PUT",)
    app.always["/downloadclient/2"] = Reply(400, [{"propertyName": "Host", "errorMessage": "cannot reach hunter2hunter2"}])
    new = {"name": "New", "implementation": "QBittorrent", "enable": True, "tags": ["adults"], "fields": {"password": "hunter2hunter2"}}
    result = settings(app, {"download_client": [new]}, git_wins=True, allow=["bulk_effect"])
    failure = found(result, "write_failed")
    assert "it was created switched off, and could not be switched on: HTTP 400: cannot reach ... (Host)" in failure["message"]
    assert failure["evidence"] == "already carried out: POST /api/v3/tag; POST /api/v3/downloadclient"
    assert result["changed"] and app.lists["/downloadclient"][1]["enable"] is False
    assert "hunter2" not in str(result)


def test_a_refusal_that_repeats_what_was_sent_tells_no_secret_of_it(app: ScriptedApp) -> None:
    fields = [{"name": "url", "value": "http://home.lan/secret/one"}, {"name": "headers", "value": [{"key": "X", "value": 'a "quoted" secret'}]}]
    app.add("/notification", name="Hook", implementation="Webhook", onGrab=False, tags=[], fields=fields)
    app.methods = ("PUT",)
    wanted = {"notification": [{"name": "Hook", "onGrab": True}]}
    for text in ("x " * 140 + "http://home.lan/secret/one", json.dumps(fields), quote(f"http://home.lan/secret/one {fields[1]['value'][0]['value']}", safe="")):
        app.always["/notification/1"] = Reply(500, {"message": text})
        told = found(settings(app, wanted, git_wins=True), "write_failed")["message"]
        assert told.startswith("notification[Hook]: write onGrab failed: HTTP 500: "), told
        assert "secret" not in told and "quoted" not in told and len(told) < 400


@pytest.mark.parametrize("status", [200, 500])
def test_a_list_that_fails_tells_no_secret_of_the_row_that_it_quotes(app: ScriptedApp, status: int) -> None:
    row = {"message": 'cannot read {"webHookUrl": "https://hooks.example/api/webhooks/1/s3cr3t", "apiKey": "s3cr3t"}'}
    app.always["/notification"] = Reply(status, row)
    for result in (settings(app, {"notification": [{"name": "x"}]}), export(app)):
        assert "s3cr3t" not in json.dumps(result)


def test_a_write_that_nobody_answered_is_not_repeated(app: ScriptedApp) -> None:
    app.methods = ("PUT",)
    app.always["/config/naming"] = "reset"
    result = settings(app, {"config_naming": {"renameMovies": False}}, git_wins=True)
    assert "the connection broke" in found(result, "write_failed")["message"]
    assert len(app.writes) == 1


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_write_whose_answer_is_broken_is_not_told_as_done(app: ScriptedApp, method: str) -> None:
    app.methods = (method,)
    path, document = ("/config/naming", {"config_naming": {"renameMovies": False}}) if method == "PUT" else ("/tag", {"tag": [{"label": "new"}]})
    app.always[path] = Reply(200, '{"id": 1, "na')
    result = settings(app, document, git_wins=True)
    told = found(result, "write_failed")
    assert "failed: the answer is broken JSON: whether it was carried out is not known" in told["message"] and "run reconcile again" in told["remedy"]
    assert result["actions"] == [] and codes(result).count("write_not_stored") == 0


def test_an_app_that_takes_a_write_and_does_not_store_it_is_told(app: ScriptedApp) -> None:
    app.drops.add("/config/naming")
    result = settings(app, {"config_naming": {"renameMovies": False}}, git_wins=True)
    told = found(result, "write_not_stored")
    assert (told["path"], told["declared"], told["running"]) == ("renameMovies", False, True)
    assert result["media_center"]["verdict"] == "drift"


def test_the_export_of_an_instance_that_cannot_be_read_fails_with_one_sentence(app: ScriptedApp) -> None:
    app.always["/system/status"] = Reply(401, "")
    result = export(app)
    assert result["failed"] and result["msg"] == "radarr: HTTP 401: the API key is wrong (next: correct media_center_api_key)"


def test_the_export_leaves_out_what_could_not_be_read_and_says_so(app: ScriptedApp) -> None:
    app.always["/tag"] = Reply(500, {"message": "broken"})
    result = export(app)
    assert result["unread"] == ["tag"] and "tag" not in result["settings"]
