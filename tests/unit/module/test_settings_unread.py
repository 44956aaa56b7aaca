# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret that neither the app nor its docker host shows is a gap that says why, and is counted; so is a key that was not found."""

from __future__ import annotations

from typing import Any

from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor

from support.scripted_app import ScriptedApp
from support.settings_run import settings

DOCUMENT = {
    "download_client": [{"name": "qBittorrent", "priority": 1, "fields": {"host": "gluetun", "password": "admin"}}],
    "config_host": {"password": "larry's", "port": 7878},
}
RUN_KEY = "a key of this run alone"
PLACE = "download_client/qBittorrent/fields.password"
ROOT = {"instance": "radarr", "what": "secrets", "reason": "/opt/radarr/radarr.db may not be read", "remedy": "run with become"}


def told(app: ScriptedApp, document: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    result: dict[str, Any] = settings(app, document or DOCUMENT, check=True, fingerprint_key=RUN_KEY, **more)["media_center"]
    return result


def gaps(result: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {f"{each['resource']}.{each['path']}": (each["reason"], each["remedy"]) for each in result["gaps"]}


def test_where_no_docker_host_is_named_that_is_what_to_do(app: ScriptedApp) -> None:
    result = told(app)
    assert (result["verdict"], result["not_comparable"], result["secrets_not_compared"]) == ("in_sync", 2, [])
    assert {path: reason for path, (reason, dummy) in gaps(result).items()} == {
        "download_client.fields.password": "the app masks it",
        "config_host.password": "the app keeps only a hash of it",
    }
    assert all("media_center_docker_host" in remedy for dummy, remedy in gaps(result).values())


def test_what_the_docker_host_could_not_read_is_the_reason_of_each_gap(app: ScriptedApp) -> None:
    result = told(app, unread_secrets=[ROOT], secrets_host="mediabox")
    assert gaps(result) == {
        "download_client.fields.password": ("the app masks it; mediabox: " + ROOT["reason"], ROOT["remedy"]),
        "config_host.password": ("the app keeps only a hash of it; mediabox: " + ROOT["reason"], ROOT["remedy"]),
    }
    assert (result["verdict"], result["not_comparable"]) == ("in_sync", 2)
    assert result["secrets_not_compared"] == [{"host": "mediabox", "count": 2, "reason": ROOT["reason"], "remedy": ROOT["remedy"]}]
    assert {each["code"] for each in result["findings"]} == {"kinds_not_managed"}


def test_what_was_read_in_spite_of_it_is_compared(app: ScriptedApp) -> None:
    known = {PLACE: Redactor(RUN_KEY).fingerprint("changed")}
    result = told(app, fingerprints=known, unread_secrets=[ROOT, {"reason": "two more"}], secrets_host="mediabox")
    assert [each["path"] for each in result["findings"] if each["category"] == "drift"] == ["fields.password"]
    assert gaps(result) == {"config_host.password": ("the app keeps only a hash of it; mediabox: " + ROOT["reason"] + "; two more", "run with become")}
    assert [each["count"] for each in result["secrets_not_compared"]] == [1]


def test_where_nothing_was_to_be_compared_nothing_is_missed(app: ScriptedApp) -> None:
    document = {"download_client": [{"name": "qBittorrent", "fields": {"password": {"secret": True}}}]}
    result = told(app, document, unread_secrets=[ROOT], secrets_host="mediabox")
    assert gaps(result) == {"download_client.fields.password": ("declared as a secret to keep", "")}
    assert result["secrets_not_compared"] == []


def test_a_key_that_was_not_found_leaves_the_secrets_alone_and_explains_the_refusal(app: ScriptedApp) -> None:
    key = {"what": "api_key", "reason": "there is no key in config.xml", "remedy": "finish the first steps of the app"}
    assert told(app, unread_secrets=[key], secrets_host="mediabox")["secrets_not_compared"] == []
    refused = told(app, unread_secrets=[key], secrets_host="mediabox", api_key="")
    assert refused["verdict"] == "unknown"
    assert "its key was not found on mediabox: there is no key in config.xml (next: finish the first steps of the app)" in refused["reason"]
    wrong = told(app, unread_secrets=[key], secrets_host="mediabox", api_key="wrong")
    assert "mediabox" not in wrong["reason"] and "media_center_api_key" in wrong["reason"]


def test_a_secret_that_was_just_written_is_not_held_against_what_it_was(app: ScriptedApp) -> None:
    """Nobody has read the database since, so the next audit compares it."""
    known = {place: Redactor(RUN_KEY).fingerprint("old") for place in (PLACE.upper(), "config_host//password", "indexer/x/fields.apiKey")}
    more: dict[str, Any] = {"fingerprint_key": RUN_KEY, "fingerprints": known, "git_wins": True, "allow": ["access"]}
    app.lists["/downloadclient"][0]["fields"][2]["value"] = "old"
    document = {**DOCUMENT, "download_client": [{"name": "qBittorrent", "fields": {"password": "from git"}}]}
    result = settings(app, document, **{**more, "fingerprints": {**known, PLACE: known[PLACE.upper()]}})
    assert set(result["actions"]) == {"download_client[qBittorrent]: write fields.password", "config_host: write password"}
    assert app.lists["/downloadclient"][0]["fields"][2]["value"] == "from git"
    told = result["media_center"]
    assert (told["verdict"], told["not_comparable"], told["secrets_not_compared"]) == ("in_sync", 2, [])
    assert {each["code"] for each in told["findings"]} == {"kinds_not_managed"}
    assert {remedy for dummy, remedy in gaps(told).values()} == {"audit again"}
