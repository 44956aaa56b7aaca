# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The 71 secrets of the recorded house: marked by the tables, and in nothing that is told."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import KEEP, is_secret
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.repo.settings_file import hidden, split
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS as TABLES

from support.settings_audit import audited, exported, house
from support.settings_probes import APPS, provider_templates
from support.settings_sides import resource_of


def secrets(shared: Path, app: str) -> list[dict[str, Any]]:
    return [each for each in json.loads((shared / "fixtures" / "servarr_house" / "secrets.json").read_text(encoding="utf-8")) if each["app"] == app]


def path_of(secret: dict[str, Any]) -> str:
    return secret["field"] if secret["resource"] == "config/host" else "fields." + secret["field"]


def thing_of(document: dict[str, Any], app: str, secret: dict[str, Any]) -> dict[str, Any]:
    told = document[resource_of(app, secret["resource"]).name]
    found: dict[str, Any] = told if isinstance(told, dict) else next(each for each in told if each.get("name") == secret["name"])
    return found


def value_at(thing: dict[str, Any], path: str) -> Any:
    for name in path.split("."):
        thing = thing[name]
    return thing


def test_the_house_has_71_secrets(shared: Path) -> None:
    assert sum(len(secrets(shared, app)) for app in APPS) == 71


@pytest.mark.parametrize("app", APPS)
def test_an_export_says_of_each_secret_only_that_there_is_one(shared: Path, app: str) -> None:
    document = exported(app, house(shared, app))
    for secret in secrets(shared, app):
        assert value_at(thing_of(document, app, secret), path_of(secret)) == KEEP, secret["name"]
        assert secret["value"] not in json.dumps(document), secret["name"]


@pytest.mark.parametrize("app", APPS)
def test_a_secret_that_differs_is_told_without_its_value(shared: Path, app: str) -> None:
    raw = house(shared, app)
    document = exported(app, raw)
    shown = [each for each in secrets(shared, app) if each["api"] != "masked" and path_of(each) != "password"]
    for secret in shown:
        thing: Any = thing_of(document, app, secret)
        *outer, last = path_of(secret).split(".")
        for name in outer:
            thing = thing[name]
        thing[last] = "declared-canary"
    result = audited(app, document, raw)
    told = [each for each in result["findings"] if each["path"] in {path_of(each) for each in shown}]
    assert len(told) == len(shown) and all(each["secret"] for each in told)
    text = json.dumps(result)
    assert "declared-canary" not in text
    assert [each["name"] for each in secrets(shared, app) if each["value"] in text] == []


@pytest.mark.parametrize("app", APPS)
def test_a_secret_that_only_runs_is_in_no_finding(shared: Path, app: str) -> None:
    raw = house(shared, app)
    kinds = {resource_of(app, each["resource"]).name for each in secrets(shared, app)}
    document: dict[str, Any] = {"config_host": {"logLevel": "trace"}, "managed": sorted(kinds)}
    text = json.dumps(audited(app, document, raw))
    assert "setting_unmanaged" in text
    assert [each["name"] for each in secrets(shared, app) if each["value"] in text] == []


@pytest.mark.parametrize("app", APPS)
def test_every_field_that_an_app_calls_a_secret_is_one(shared: Path, app: str) -> None:
    """By the app's own word in its recorded schemas, whether or not it masks the field."""
    seen = 0
    for kind, template in provider_templates(shared / "recordings" / app):
        resource = resource_of(app, kind)
        for field in template["fields"]:
            if field.get("privacy") in ("password", "apiKey") or field.get("type") == "password":
                assert resource.field("fields." + field["name"]).secret == "always", (template["implementation"], field["name"])
                seen += 1
    assert seen > 20


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("fields.baseUrl", "http://user:word@tracker.lan/rss"),
        ("fields.baseUrl", "https://tracker.lan/rss?passkey=abcdef0123456789"),
        ("fields.additionalParameters", "&apikey=abcdef0123456789"),
        ("fields.webHookUrl", "https://discord.example/api/webhooks/1/abc"),
        ("fields.some_new_token", "abc"),
        ("fields.statelessUrls", "discord://abc"),
        ("fields.headers", [{"key": "Authorization", "value": "abc"}]),
    ],
)
def test_a_secret_is_known_by_its_name_or_by_the_address_it_stands_in(path: str, value: Any) -> None:
    assert is_secret(TABLES["radarr"].resources["indexer"], path, value)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("additionalParameters", "&apikey=abcdef0123456789", []),
        ("headers", [{"key": "X-Auth", "value": "abc"}], []),
        ("headers", [{"key": "X-Auth", "value": "{{ variable }}"}], []),
        ("headers", {"secret": True}, ["secret"]),
        ("baseUrl", "http://prowlarr:9696/1/", ["http://prowlarr:9696/1/"]),
    ],
)
def test_what_is_a_secret_in_an_app_travels_as_one_from_git(field: str, value: Any, shown: list[str]) -> None:
    document = {"notification": [{"name": "x", "fields": {field: value}}]}
    travelling = split(TABLES["radarr"], document, lambda each: ("abc" if each == "{{ variable }}" else each, False), {})
    text = json.dumps(travelling.document)
    assert [each for each in ("abc", "X-Auth", "variable") if each in text] == [] and all(each in text for each in shown)
    declared = read_declared(TABLES["radarr"], travelling.document, hidden(travelling.secrets), {}, "apps/x.yml", "homelab-apps")
    told = declared.document["notification"][0]["fields"][field]
    assert told == ([{"key": "X-Auth", "value": "abc"}] if isinstance(value, list) else value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("fields.baseUrl", "http://prowlarr:9696/1/"),
        ("fields.useFreeleechToken", 1),
        ("fields.apiPath", "/api"),
        ("fields.apiKey", ""),
        ("fields.apiKey", None),
        ("name", "token"),
    ],
)
def test_what_is_none_is_shown(path: str, value: Any) -> None:
    assert not is_secret(TABLES["radarr"].resources["indexer"], path, value)


def test_a_regular_expression_is_not_taken_for_a_secret() -> None:
    resource = TABLES["radarr"].resources["custom_format"]
    assert not is_secret(resource, "specifications.x265.fields.value", "\\b(key|token)=?(x26[45])\\b")
    answer = {"id": 1, "name": "x", "specifications": [{"name": "a", "implementation": "b", "fields": [{"name": "value", "value": "token=abc"}]}]}
    document = exported("radarr", {"custom_format": [copy.deepcopy(answer)]})
    assert document["custom_format"][0]["specifications"]["a"]["fields"] == {"value": "token=abc"}
