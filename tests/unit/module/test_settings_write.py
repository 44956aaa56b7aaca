# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``servarr_settings`` writes and what it never does; what ``servarr_settings_info`` exports is what it takes."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor

from support.scripted_app import MASK, ScriptedApp
from support.settings_run import export, settings

if TYPE_CHECKING:
    from pathlib import Path

CLIENT = "download_client/qBittorrent/fields.password"


def findings(result: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [each for each in result["media_center"]["findings"] if each["code"] == code]


def client(**more: Any) -> dict[str, Any]:
    return {"download_client": [{"name": "qBittorrent", **more}]}


def test_an_export_declared_is_in_sync(app: ScriptedApp) -> None:
    result = settings(app, export(app)["settings"])
    told = result["media_center"]
    assert (told["verdict"], told["findings"], told["not_comparable"], app.writes) == ("in_sync", [], 3, [])
    assert told["requests"] == {"read": 27, "write": 0, "login": 0}


@pytest.mark.parametrize("check", [True, False])
def test_without_git_wins_nothing_is_written(app: ScriptedApp, check: bool) -> None:
    result = settings(app, client(priority=7), check=check, prune=["tag", "download_client"])
    assert (result["media_center"]["verdict"], result["changed"], result["actions"], app.writes) == ("drift", False, [], [])
    assert result["diff"] == {"before": "radarr4k: download_client[qBittorrent].priority: 1\n", "after": "radarr4k: download_client[qBittorrent].priority: 7\n"}


def test_check_mode_tells_what_the_real_run_does_and_the_second_run_does_nothing(app: ScriptedApp) -> None:
    document = {
        **client(priority=7, tags=["kids", "adults"], fields={"host": "vpn"}),
        "config_naming": {"renameMovies": False},
        "custom_format": [
            {"name": "x265"},
            {"name": "HDR", "specifications": {"HDR": {"implementation": "ReleaseTitleSpecification", "fields": {"value": "hdr"}}}},
        ],
        "quality_profile": [{"name": "HD", "cutoff": "SDTV", "formatItems": {"x265": -10000, "HDR": 50}}],
    }
    checked = settings(app, document, check=True, git_wins=True)
    assert app.writes == [] and checked["changed"]
    real = settings(app, document, git_wins=True)
    assert real["changed"] and real["actions"] == checked["actions"] and real["diff"] == checked["diff"]
    assert real["media_center"]["verdict"] == "in_sync"
    second = settings(app, document, git_wins=True)
    assert (second["changed"], second["actions"], second["diff"]) == (False, [], {"before": "", "after": ""})


def test_references_are_made_before_their_users_and_a_tag_with_its_first_user(app: ScriptedApp) -> None:
    document = {
        "quality_profile": [{"name": "HD", "formatItems": {"HDR": 50}}],
        "custom_format": [{"name": "HDR", "specifications": {}}],
        **client(tags=["adults"]),
    }
    settings(app, document, git_wins=True)
    assert [f"{each.method} {each.path}" for each in app.writes] == [
        "POST /api/v3/customformat",
        "POST /api/v3/tag",
        "PUT /api/v3/downloadclient/1",
        "PUT /api/v3/qualityprofile/1",
    ]
    assert app.lists["/downloadclient"][0]["tags"] == [2]


def test_an_update_sends_the_whole_object_and_the_secret_stays(app: ScriptedApp) -> None:
    settings(app, client(priority=7, fields={"password": {"secret": True}}), git_wins=True)
    (write,) = app.writes
    assert (write.method, write.path, write.query) == ("PUT", "/api/v3/downloadclient/1", "forceSave=true")
    assert write.body["priority"] == 7 and write.body["implementation"] == "QBittorrent"
    stored = {each["name"]: each.get("value") for each in app.lists["/downloadclient"][0]["fields"]}
    assert stored["password"] == "admin"


def test_an_unchanged_object_is_never_sent(app: ScriptedApp) -> None:
    document = export(app)["settings"]
    document["download_client"][0]["priority"] = 7
    settings(app, document, git_wins=True)
    assert [each.path for each in app.writes] == ["/api/v3/downloadclient/1"]


def test_an_enabled_provider_is_made_switched_off_and_then_switched_on(app: ScriptedApp) -> None:
    new = {"name": "Deluge", "implementation": "Deluge", "enable": True, "fields": {"host": "deluge", "password": "n0t-a-word"}}
    settings(app, {"download_client": [new]}, git_wins=True)
    post, put = app.writes
    assert (post.method, post.body["enable"], put.method, put.body["enable"]) == ("POST", False, "PUT", True)
    assert {each["name"]: each.get("value") for each in post.body["fields"]} == {"host": "deluge", "password": "n0t-a-word"}
    assert "id" not in post.body and "presets" not in post.body


def test_a_masked_default_of_a_schema_is_never_sent(app: ScriptedApp) -> None:
    settings(app, {"download_client": [{"name": "Deluge", "implementation": "Deluge"}]}, git_wins=True)
    assert MASK not in json.dumps([each.body for each in app.writes])
    assert app.lists["/downloadclient"][1]["name"] == "Deluge"


def test_a_secret_to_keep_that_does_not_exist_yet_names_the_variable_to_set(app: ScriptedApp) -> None:
    new = {"name": "NZB Get", "implementation": "Deluge", "fields": {"password": {"secret": True}}}
    result = settings(app, {"download_client": [new]}, git_wins=True)
    (refused,) = findings(result, "reconcile_refused")
    assert "fields.password is declared as a secret to keep, and there is none yet" in refused["message"]
    assert "vault_radarr_download_client_nzb_get_password" in refused["remedy"]
    assert app.writes == [] and not result["changed"]


@pytest.mark.parametrize(("value", "what"), [(MASK, "a mask"), ("", "an empty text")])
def test_a_secret_is_never_overwritten_by_a_mask_or_nothing(app: ScriptedApp, value: str, what: str) -> None:
    known = {CLIENT: Redactor("key").fingerprint("admin")}
    result = settings(app, client(fields={"password": value}), git_wins=True, fingerprints=known, fingerprint_key="key")
    assert app.writes == []
    if value == MASK:
        (refused,) = findings(result, "reconcile_refused")
        assert what in refused["message"]


def test_a_masked_secret_is_compared_by_its_fingerprint_only(app: ScriptedApp) -> None:
    known = {CLIENT: Redactor("key").fingerprint("admin")}
    same = settings(app, client(fields={"password": "admin"}), git_wins=True, fingerprints=known, fingerprint_key="key")
    assert (same["media_center"]["verdict"], same["media_center"]["checked"], app.writes) == ("in_sync", 2, [])
    other = settings(app, client(fields={"password": "hunter2hunter2"}), fingerprints=known, fingerprint_key="key")
    assert [each["path"] for each in findings(other, "setting_changed")] == ["fields.password"]
    written = settings(app, client(fields={"password": "hunter2hunter2"}), fingerprints=known, fingerprint_key="key", git_wins=True)
    assert findings(written, "setting_changed") == findings(written, "write_not_stored") == []
    assert {"name": "password", "value": "hunter2hunter2"} in app.lists["/downloadclient"][0]["fields"]
    assert "hunter2hunter2" not in json.dumps([other, written])


def test_a_masked_secret_without_a_fingerprint_is_not_comparable_and_not_written(app: ScriptedApp) -> None:
    result = settings(app, client(fields={"password": "hunter2hunter2"}), git_wins=True)
    assert (result["media_center"]["verdict"], result["media_center"]["not_comparable"], app.writes) == ("in_sync", 1, [])


def test_a_hash_of_the_users_password_is_not_compared_with_it(app: ScriptedApp) -> None:
    result = settings(app, {"config_host": {"password": "hunter2hunter2", "logLevel": "info"}})
    assert (result["media_center"]["verdict"], result["media_center"]["not_comparable"]) == ("in_sync", 1)


@pytest.mark.parametrize("kind", ["access", "bulk_effect"])
def test_what_cuts_access_or_starts_something_large_needs_a_word(app: ScriptedApp, kind: str) -> None:
    app.pages["/config/mediamanagement"] = {"id": 1, "recycleBin": "/bin", "recycleBinCleanupDays": 7, "fileDate": "none"}
    documents = {
        "access": {"config_host": {"port": 7979, "logLevel": "debug"}},
        "bulk_effect": {"config_media_management": {"recycleBinCleanupDays": 1, "fileDate": "cinemas"}},
    }
    result = settings(app, documents[kind], git_wins=True)
    (refused,) = findings(result, "reconcile_refused")
    assert refused["remedy"] == f"add {kind} to media_center_allow"
    assert len(app.writes) == 1 and result["media_center"]["verdict"] == "drift"
    assert not settings(app, documents[kind], git_wins=True)["changed"]
    allowed = settings(app, documents[kind], git_wins=True, allow=[kind])
    assert allowed["media_center"]["verdict"] == "in_sync"


def test_what_cuts_access_is_written_last(app: ScriptedApp) -> None:
    settings(app, {"config_host": {"port": 7979}, "config_ui": {"theme": "dark"}, **client(priority=7)}, git_wins=True, allow=["access"])
    assert [each.path for each in app.writes][-1] == "/api/v3/config/host"
    assert len(app.writes) == 3


def test_an_import_list_is_made_switched_off_without_the_word(app: ScriptedApp) -> None:
    app.schemas["/importlist"] = [{"implementation": "TMDbPopularImport", "enabled": True, "enableAuto": True, "fields": [], "tags": []}]
    document = {"import_list": [{"name": "Popular", "implementation": "TMDbPopularImport"}]}
    settings(app, document, git_wins=True)
    assert [each["enabled"] or each["enableAuto"] for each in app.lists["/importlist"]] == [False]


def test_a_prune_removes_what_git_does_not_declare_and_only_of_the_named_kinds(app: ScriptedApp) -> None:
    app.add("/tag", label="old")
    app.add("/customformat", name="old", specifications=[])
    document = {"tag": [{"label": "kids"}], "custom_format": [{"name": "x265"}]}
    assert not settings(app, document, git_wins=True)["changed"]
    assert not settings(app, document, prune=["tag"])["changed"]
    result = settings(app, document, git_wins=True, prune=["tag"])
    assert [f"{each.method} {each.path}" for each in app.writes] == ["DELETE /api/v3/tag/2"]
    assert result["actions"] == ["tag[old]: delete"]


@pytest.mark.parametrize("document", [{}, {"managed": ["custom_format"]}, {"custom_format": []}])
def test_a_prune_of_a_kind_of_which_git_declares_nothing_is_refused(app: ScriptedApp, document: dict[str, Any]) -> None:
    result = settings(app, document, git_wins=True, prune=["custom_format"])
    assert app.writes == [] and not result["changed"]


def test_a_large_prune_needs_its_exact_number(app: ScriptedApp) -> None:
    for number in range(8):
        app.add("/customformat", name=f"old{number}", specifications=[])
    document = {"custom_format": [{"name": "x265"}]}
    result = settings(app, document, git_wins=True, prune=["custom_format"])
    (refused,) = findings(result, "reconcile_refused")
    assert "8 of 9 would be removed" in refused["message"] and "8" in refused["remedy"]
    assert settings(app, document, git_wins=True, prune=["custom_format"], prune_count=7)["changed"] is False
    assert app.writes == []
    settings(app, document, git_wins=True, prune=["custom_format"], prune_count=8)
    assert len(app.writes) == 8 and len(app.lists["/customformat"]) == 1


def test_a_name_that_needs_a_missing_variable_keeps_a_prune_from_its_kind(app: ScriptedApp) -> None:
    app.add("/tag", label="old")
    document = {"tag": [{"label": "kids"}, {"label": {"unknown": "vault_tag is undefined"}}]}
    result = settings(app, document, git_wins=True, prune=["tag"])
    assert app.writes == [] and result["media_center"]["verdict"] == "unknown"
    assert any("vault_tag is undefined" in each["reason"] for each in result["media_center"]["gaps"])


def test_the_default_delay_profile_is_never_removed(app: ScriptedApp) -> None:
    profile = {"enableUsenet": True, "enableTorrent": True, "preferredProtocol": "usenet", "usenetDelay": 0, "torrentDelay": 0}
    app.add("/delayprofile", order=2147483647, tags=[], **profile)
    app.add("/delayprofile", order=1, tags=[1], **profile)
    result = settings(app, {"delay_profile": [{"tags": ["kids"], "usenetDelay": 0}]}, git_wins=True, prune=["delay_profile"])
    assert app.writes == [] and not result["changed"]


@pytest.mark.parametrize("where", ["custom_format", "custom_format/old"])
def test_what_another_program_keeps_is_reported_so_and_never_touched(app: ScriptedApp, where: str) -> None:
    app.add("/customformat", name="old", specifications=[])
    document = {"custom_format": [{"name": "x265", "includeCustomFormatWhenRenaming": False}], "managed_by": {where: "recyclarr"}}
    result = settings(app, document, git_wins=True, prune=["custom_format"])
    assert (app.writes, result["media_center"]["verdict"]) == ([], "in_sync")
    assert "kept by recyclarr" in findings(result, "managed_by_other")[0]["message"]


def test_kinds_that_git_does_not_manage_are_counted_in_one_line(app: ScriptedApp) -> None:
    result = settings(app, {"managed": ["tag"], "tag": [{"label": "kids"}]})
    (counted,) = findings(result, "kinds_not_managed")
    assert "1 download_client" in counted["message"] and result["media_center"]["verdict"] == "in_sync"


def test_a_managed_kind_of_which_git_declares_nothing_is_unmanaged_thing_by_thing(app: ScriptedApp) -> None:
    result = settings(app, {"managed": ["tag"]})
    assert [(each["resource"], each["key"], each["direction"]) for each in findings(result, "setting_unmanaged")] == [("tag", "kids", "unmanaged")]


def test_an_instance_without_a_settings_file_is_one_finding(app: ScriptedApp) -> None:
    result = settings(app, None, git_wins=True, prune=["tag"])
    (told,) = result["media_center"]["findings"]
    assert told["code"] == "not_in_git" and told["message"].startswith("radarr4k is not in git yet: ")
    assert (result["media_center"]["verdict"], app.writes) == ("drift", [])


def test_a_variable_that_is_not_there_makes_one_field_unknown(app: ScriptedApp) -> None:
    document = client(priority=1, tags=["kids", {"unknown": "vault_tag is undefined"}], fields={"host": {"unknown": "vault_host is undefined"}})
    told = settings(app, document, git_wins=True)["media_center"]
    assert (told["verdict"], told["unknown"], told["checked"], app.writes) == ("unknown", 2, 2, [])
    assert {(each["path"], each["reason"]) for each in told["gaps"]} == {("fields.host", "vault_host is undefined"), ("tags", "vault_tag is undefined")}


def test_a_new_thing_that_needs_a_missing_variable_is_left_and_named(app: ScriptedApp) -> None:
    new = {"name": "New", "implementation": "QBittorrent", "fields": {"password": {"unknown": "vault_password is undefined"}}}
    result = settings(app, {"download_client": [new]}, git_wins=True)
    assert "vault_password is undefined" in findings(result, "reconcile_refused")[0]["message"]
    assert app.writes == []


def test_a_house_with_the_password_admin_and_the_priority_1_keeps_its_report(app: ScriptedApp) -> None:
    document = {"tag": [{"label": "admin"}], **client(priority=5, tags=["admin"], fields={"password": "admin", "host": "[]"})}
    known = {CLIENT: Redactor("key").fingerprint("1")}
    result = settings(app, document, fingerprints=known, fingerprint_key="key")
    told = json.dumps(result)
    assert MASK not in told and "VALUE_SPECIFIED_IN_NO_LOG" not in told
    assert {each["path"]: each["declared"] for each in findings(result, "setting_changed") if each["path"] == "priority"} == {"priority": 5}
    assert [each["key"] for each in findings(result, "setting_missing")] == ["admin"]
    assert result["media_center"]["target"] == "radarr4k"


def test_no_secret_is_in_a_result(app: ScriptedApp) -> None:
    document = {
        **client(fields={"password": "c4nary-in-fields", "host": "vpn"}),
        "config_host": {"proxyPassword": "c4nary-in-proxy", "apiKey": "c4nary-in-api-key"},
        "notification": [{"name": "Discord", "implementation": "Discord", "fields": {"webHookUrl": "https://discord.example/c4nary-in-url"}}],
        "download_clients": [{"name": "slip", "fields": {"hots": "c4nary-in-a-slip"}}],
    }
    known = {CLIENT: Redactor("key").fingerprint("admin")}
    result = settings(app, document, fingerprints=known, fingerprint_key="key", headers={"X-Proxy": "c4nary-in-a-header"})
    assert "c4nary" not in json.dumps(result)
    assert {each["path"] for each in findings(result, "setting_changed")} >= {"fields.password", "proxyPassword", "apiKey", "fields.host"}


def test_what_came_out_of_a_vault_is_a_secret_wherever_it_stands(app: ScriptedApp) -> None:
    document = {"settings": client(fields={"host": {"secret_ref": 0}}), "secrets": json.dumps({"media_center_secrets": ["c4nary-host"], "headers": {}})}
    result = settings(app, None, **document)
    (told,) = findings(result, "setting_changed")
    assert told["secret"] and told["declared"].startswith("hmac:") and told["running"].startswith("hmac:")
    assert "c4nary" not in json.dumps(result) and "gluetun" not in json.dumps(result)


def test_the_settings_before_are_kept_for_their_owner_only_and_put_back_by_one_run(app: ScriptedApp, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "previous"
    document = {**client(priority=7), "config_naming": {"renameMovies": False}}
    before = export(app)["settings"]
    assert not folder.exists()
    result = settings(app, document, git_wins=True, previous_directory=str(folder))
    (kept,) = folder.iterdir()
    assert str(kept) in result["actions"][-1]
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(kept.stat().st_mode)) == (0o700, 0o600)
    assert "admin" not in kept.read_text()
    undone = settings(app, json.loads(kept.read_text()), git_wins=True, previous_directory=str(folder))
    assert undone["media_center"]["verdict"] == "in_sync" and export(app)["settings"] == before


def test_nothing_is_kept_where_nothing_is_written(app: ScriptedApp, tmp_path: Path) -> None:
    settings(app, client(priority=1), git_wins=True, previous_directory=str(tmp_path / "previous"))
    settings(app, client(priority=7), git_wins=True, check=True, previous_directory=str(tmp_path / "previous"))
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_where_nothing_can_be_kept(app: ScriptedApp, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = settings(app, client(priority=7), git_wins=True, previous_directory=str(tmp_path / "file" / "previous"))
    assert app.writes == [] and not result["changed"]
    assert "nothing was written" in findings(result, "reconcile_refused")[0]["message"]


def test_another_implementation_is_not_written_in_place(app: ScriptedApp) -> None:
    result = settings(app, client(implementation="Deluge"), git_wins=True)
    assert app.writes == [] and "implementation cannot be changed" in findings(result, "reconcile_refused")[0]["message"]


def test_delay_profiles_come_into_their_declared_order(app: ScriptedApp) -> None:
    profile = {"enableUsenet": True, "usenetDelay": 0}
    app.add("/tag", label="a")
    app.add("/delayprofile", order=2147483647, tags=[], **profile)
    app.add("/delayprofile", order=5, tags=[1], **profile)
    app.add("/delayprofile", order=9, tags=[2], **profile)
    document = {"delay_profile": [{"tags": ["kids"], "position": 2}, {"tags": ["a"], "position": 1}]}
    settings(app, document, git_wins=True)
    assert [(each.path, each.query) for each in app.writes] == [("/api/v3/delayprofile/reorder/3", ""), ("/api/v3/delayprofile/reorder/2", "after=3")]
