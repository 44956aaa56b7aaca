# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets of five real apps: every changed one is found and every equal one is silent, in each state of their databases."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_secrets import password_matches, queries, secrets_of
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import export
from ansible_collections.homelab.media_center.plugins.module_utils.module import app_secrets
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import plan_settings
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

from support.app_database import copied_state, host_folder, running_app
from support.snapshot import changes, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "0123456789abcdef-run-key"
STATES = [(app, state) for app in sorted(APPS) for state in ("running", "stopped")] + [("sonarr", "stopped_with_wal")]
KINDS = {
    "downloadclient": "download_client",
    "importlist": "import_list",
    "indexerproxy": "indexer_proxy",
    "applications": "application",
    "config/host": "config_host",
}
Path3 = tuple[str, str, str]


class Exit(Exception):
    """The end of a module."""


class Module:
    """As much of an AnsibleModule as the body uses."""

    def __init__(self, temporary: Path, **params: Any) -> None:
        given = {"fingerprint_key": KEY, "discover_keys": False, "declared_passwords": None, "docker_host": "unix:///nonexistent.sock", **params}
        self.params = {**{name: option.get("default") for name, option in app_secrets.arguments().items()}, **given}
        self.params["apps"] = [{"container": None, "data_path": None, **each} for each in self.params["apps"]]
        self._remote_tmp = str(temporary / "remote")
        self._tmpdir = None
        self._keep_remote_files = False
        self.told: dict[str, Any] = {}

    def exit_json(self, **told: Any) -> None:
        """Keep the result."""
        self.told = told
        raise Exit

    def fail_json(self, msg: str) -> None:
        """Keep the message."""
        self.told = {"failed": True, "msg": msg}
        raise Exit


def call(temporary: Path, **params: Any) -> dict[str, Any]:
    module = Module(temporary, **params)
    with contextlib.suppress(Exit):
        app_secrets.run(module)  # type: ignore[arg-type]
    return module.told


@pytest.fixture
def host() -> Iterator[Path]:
    with host_folder() as made:
        yield made


@pytest.fixture
def house(shared: Path) -> Path:
    return shared / "fixtures" / "servarr_house"


def known(house: Path, app: str) -> dict[Path3, str]:
    """The secrets that were put into an app, by kind, name and path."""
    found = {}
    for each in json.loads((house / "secrets.json").read_text()):
        if each["app"] == app:
            kind = KINDS.get(each["resource"], each["resource"])
            found[(kind, each["name"], each["field"] if kind == "config_host" else "fields." + each["field"])] = each["value"]
    return found


def ui_password(house: Path, app: str) -> str:
    return known(house, app)[("config_host", "", "password")]


def raw_of(house: Path, app: str) -> dict[str, Any]:
    answers = json.loads((house / app / "api.json").read_text())
    return {name: answers[resource.path] for name, resource in APPS[app].resources.items() if resource.path in answers}


def document_of(house: Path, app: str, secrets: dict[Path3, str]) -> dict[str, Any]:
    """What a settings file would say that declares the instance as it is, with all its secrets."""
    document = copy.deepcopy(export(APPS[app], raw_of(house, app)))
    for (kind, name, path), value in secrets.items():
        things = document[kind]
        thing = things if isinstance(things, dict) else next(each for each in things if each["name"] == name)
        *outer, last = path.split(".")
        for each in outer:
            thing = thing[each]
        thing[last] = value
    return document


def differing(house: Path, app: str, secrets: dict[Path3, str], fingerprints: dict[str, str]) -> set[Path3]:
    declared = read_declared(APPS[app], document_of(house, app, secrets), "", {}, "radarr.yml", "homelab-apps")
    plan = plan_settings(APPS[app], declared, raw_of(house, app), fingerprints, Redactor(KEY)).plan
    return {each for each in plan.differing() if each in secrets}


@contextlib.contextmanager
def placed(house: Path, host: Path, app: str, state: str) -> Iterator[Path]:
    """The recorded files of a state on a host, for `running` with a process that has the database open as the app had."""
    folder = copied_state(house / app / state, host / f"{app}-{state}", house / app / "config.xml")
    with running_app(folder / f"{app}.db") if state == "running" else contextlib.nullcontext():
        yield folder


def test_the_house_has_71_secrets(house: Path) -> None:
    assert sum(len(known(house, app)) for app in APPS) == 71


@pytest.mark.parametrize(("app", "state"), STATES)
def test_changed_secrets_are_found_and_equal_ones_are_silent(house: Path, host: Path, app: str, state: str) -> None:
    secrets = known(house, app)
    with placed(house, host, app, state) as folder:
        before = snapshot([folder])
        entry = {"name": "one", "app": app, "data_path": str(folder)}
        told = call(host, apps=[entry], declared_passwords=json.dumps({"one": ui_password(house, app)}))
        other = call(host, apps=[entry], declared_passwords=json.dumps({"one": "another"}))
        assert changes(before, snapshot([folder])) == []
    assert told["not_comparable"] == []
    assert told["states"] == {"one": {"running": "in_use", "stopped": "at_rest", "stopped_with_wal": "left_over"}[state]}
    fingerprints = told["fingerprints"]["one"]
    assert {"/".join(path) for path in secrets} <= set(fingerprints)
    assert not any(value in json.dumps(told, ensure_ascii=False) for value in secrets.values())

    assert differing(house, app, secrets, fingerprints) == set()
    for path in secrets:
        changed = {**secrets, path: "something-else-0000"}
        found = other["fingerprints"]["one"] if path == ("config_host", "", "password") else fingerprints
        assert differing(house, app, changed, found) == {path}, path
    assert (told["passwords"], other["passwords"]) == ({"one": "equal"}, {"one": "different"})


def test_without_fingerprints_a_masked_secret_is_silent(house: Path) -> None:
    """What makes the test above say something."""
    secrets = known(house, "radarr")
    path = ("download_client", "qBittorrent", "fields.password")
    assert differing(house, "radarr", {**secrets, path: "changed"}, {}) == set()


def test_a_key_of_another_run_fits_nothing(house: Path, host: Path) -> None:
    secrets = known(house, "radarr")
    with placed(house, host, "radarr", "stopped") as folder:
        told = call(host, apps=[{"name": "one", "app": "radarr", "data_path": str(folder)}], fingerprint_key="another")
    masked = [each for each in json.loads((house / "secrets.json").read_text()) if each["app"] == "radarr" and each["api"] == "masked"]
    assert len(differing(house, "radarr", secrets, told["fingerprints"]["one"])) == len(masked) > 0


def test_nothing_stays_on_the_host(house: Path, host: Path) -> None:
    with placed(house, host, "sonarr", "stopped_with_wal") as folder:
        call(host, apps=[{"name": "one", "app": "sonarr", "data_path": str(folder)}])
    assert [path.name for path in host.iterdir()] == ["sonarr-stopped_with_wal"]


def test_keys_only_when_asked(house: Path, host: Path) -> None:
    (host / "seerr").mkdir()
    (host / "seerr" / "settings.json").write_text('{"main": {"apiKey": "canary-seerr"}}')
    with placed(house, host, "radarr", "stopped") as folder:
        apps = [{"name": "r", "app": "radarr", "data_path": str(folder)}, {"name": "s", "app": "seerr", "data_path": str(host / "seerr")}]
        quiet, told = call(host, apps=apps), call(host, apps=apps, discover_keys=True)
    assert "api_keys" not in quiet
    assert quiet["not_comparable"] == told["not_comparable"] == []
    assert told["api_keys"] == {"r": "0123456789abcdef0123456789abcdef", "s": "canary-seerr"}


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(house: Path, host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres = host / "postgres"
    postgres.mkdir()
    (postgres / "config.xml").write_text("<Config><PostgresHost>db.lan</PostgresHost></Config>")
    (host / "far").mkdir()
    plain = app_secrets.far_file_system
    monkeypatch.setattr(app_secrets, "far_file_system", lambda path: "nfs4" if path.endswith("/far") else plain(path))
    with placed(house, host, "radarr", "stopped") as folder:
        apps = [
            {"name": "good", "app": "radarr", "data_path": str(folder)},
            {"name": "postgres", "app": "sonarr", "data_path": str(postgres)},
            {"name": "far", "app": "sonarr", "data_path": str(host / "far")},
            {"name": "absent", "app": "sonarr", "data_path": str(host / "absent")},
            {"name": "engine", "app": "sonarr", "container": "sonarr"},
        ]
        told = call(host, apps=apps, declared_passwords='{"postgres": "x", "nobody": {"secret": true}}')
    assert set(told["fingerprints"]) == {"good"}
    reasons = {each["instance"]: each for each in told["not_comparable"]}
    assert len(told["not_comparable"]) == len(reasons)
    assert set(reasons) == {"postgres", "far", "absent", "engine"}
    assert "PostgreSQL" in reasons["postgres"]["reason"]
    assert "nfs4" in reasons["far"]["reason"]
    assert "data_path" in reasons["absent"]["remedy"]
    assert "nonexistent.sock" in reasons["engine"]["reason"]
    assert all(each["remedy"] for each in reasons.values())
    assert told["passwords"] == {"postgres": "unknown"}


def test_two_instances_of_one_name_and_a_broken_argument(host: Path) -> None:
    entry = {"name": "one", "app": "radarr", "data_path": "/x"}
    assert "two entries called one" in call(host, apps=[entry, entry])["msg"]
    assert "JSON" in call(host, apps=[entry], declared_passwords="[")["msg"]


def row(name: str, settings: str) -> dict[str, Any]:
    return {"Name": name, "Implementation": "X", "Settings": settings}


def test_paths_are_those_of_a_settings_file() -> None:
    redactor = Redactor(KEY)
    rows = {
        "indexer": [row("A", '{"apiKey": "k", "baseSettings": {"token": 7}, "extraFieldData": {"cookie": "c", "sort": 1}, "empty": "", "passkey": null}')],
        "config_host": [{"Key": "ProxyPassword", "Value": "p"}],
    }
    found = secrets_of(APPS["prowlarr"], rows, redactor)
    assert found.faults == ()
    assert found.fingerprints == {
        "indexer/A/fields.apiKey": redactor.fingerprint("k"),
        "indexer/A/fields.baseSettings.token": redactor.fingerprint("7"),
        "indexer/A/fields.cookie": redactor.fingerprint("c"),
        "config_host//proxyPassword": redactor.fingerprint("p"),
    }


def test_rows_that_cannot_be_used_are_told_or_left_out() -> None:
    rows = {
        "indexer": [row("twice", '{"apiKey": "a"}'), row("twice", '{"apiKey": "b"}'), row("broken", '{"apiKey": "canary'), row("list", "[1]"), row("none", "")]
    }
    found = secrets_of(APPS["radarr"], rows, Redactor(KEY))
    assert found.fingerprints == {}
    assert found.faults == ("the settings of indexer broken do not parse",)


def test_metadata_is_named_by_its_implementation() -> None:
    found = secrets_of(APPS["radarr"], {"metadata": [row("Kodi", '{"apiKey": "a"}')]}, Redactor(KEY))
    assert list(found.fingerprints) == ["metadata/X/fields.apiKey"]


def test_only_tables_of_the_app_are_asked_for() -> None:
    assert set(queries(APPS["prowlarr"])) == {"application", "download_client", "indexer", "indexer_proxy", "notification", "config_host", "users"}
    assert '"password"' not in queries(APPS["radarr"])["config_host"].lower()


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ({}, "unknown"),
        ({"users": []}, "different"),
        ({"users": [{"Password": "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}]}, "equal"),
        ({"users": [{"Password": "x", "Salt": "!", "Iterations": 10000}]}, "unknown"),
        ({"users": [{"Password": "eA==", "Salt": "eA==", "Iterations": 10**12}]}, "unknown"),
        ({"users": [{"Password": "eA==", "Salt": "eA==", "Iterations": None}]}, "unknown"),
    ],
)
def test_password(rows: dict[str, Any], verdict: str) -> None:
    assert password_matches(rows, "secret") == verdict
