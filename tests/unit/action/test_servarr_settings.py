# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugin makes of a settings file: values rendered one by one, secrets apart, lines beside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.parsing import vault as ansible_vault
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.template import Templar
from ansible_collections.homelab.media_center.plugins.action.servarr_settings import ActionModule
from ansible_collections.homelab.media_center.plugins.plugin_utils.templates import trust_as_template

from support.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWER = {"changed": False, "media_center": {"verdict": "in_sync", "findings": []}}
SECRET = VaultSecret(b"correct horse")
FILE = """\
managed_by:
  custom_format: recyclarr
download_client:
  - name: qBittorrent
    enable: true
    tags: [kids, "{{ tag }}"]
    fields:
      host: "{{ client_host }}"
      port: "{{ client_port }}"
      password: "{{ vault_password }}"
  - name: SABnzbd
    fields: {apiKey: {secret: true}, username: "{{ missing }}"}
config_naming:
  standardMovieFormat: "{Movie Title} ({Release Year})"
"""
VARIABLES = {"tag": "adults", "client_host": "gluetun", "client_port": 8080, "vault_password": "c4nary"}


def vaulted(text: str, secret: VaultSecret = SECRET) -> str:
    """A text as it stands in a file when it is encrypted by itself."""
    cipher = VaultLib([("default", secret)]).encrypt(text, secret).decode()
    return "!vault |\n" + "".join(f"          {line}\n" for line in cipher.splitlines())


@pytest.fixture(autouse=True)
def vault() -> None:
    """What ansible-playbook does with the vault password; before ansible-core 2.19 the loader alone knows it."""
    context = getattr(ansible_vault, "VaultSecretsContext", None)
    if context is not None and context.current(optional=True) is None:
        context.initialize(context(secrets=[("default", SECRET)]))


def run(args: Mapping[str, Any], answer: Any = None, **variables: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The result of the action, and the arguments that the module got."""
    loader = DataLoader()
    loader.set_vault_secrets([("default", SECRET)])
    task = Task()
    task.action = "homelab.media_center.servarr_settings"
    task.args = {"app": "radarr", "url": "http://radarr", **args}
    told = {"inventory_hostname": "radarr4k", **variables}
    action = ActionModule(task, mock.MagicMock(), PlayContext(), loader, Templar(loader, told), None)
    answered = {"side_effect": answer} if isinstance(answer, Exception) else {"return_value": json.loads(json.dumps(answer or ANSWER))}
    with mock.patch.object(action, "_execute_module", **answered) as execute:
        result = action.run(task_vars=told)
    return result, dict(execute.call_args.kwargs["module_args"]) if execute.called else {}


def secrets(given: Mapping[str, Any]) -> list[Any]:
    return json.loads(given["secrets"])["media_center_secrets"] if given["secrets"] else []


@pytest.fixture
def args(tmp_path: Path) -> dict[str, Any]:
    root = Repository(tmp_path / "homelab-apps", {"apps/radarr4k.yml": FILE}).root
    return {"repository_path": str(root), "file": "apps/radarr4k.yml"}


def test_values_are_rendered_one_by_one_and_secrets_travel_apart(args: dict[str, Any]) -> None:
    result, given = run(args, **VARIABLES)
    first, second = given["settings"]["download_client"]
    assert first["tags"] == ["kids", "adults"] and first["enable"] is True
    assert first["fields"] == {"host": "gluetun", "port": 8080, "password": {"secret_ref": 0}}
    assert second["fields"] == {"apiKey": {"secret": True}, "username": {"unknown": "missing is undefined"}}
    assert given["settings"]["config_naming"]["standardMovieFormat"] == "{Movie Title} ({Release Year})"
    assert given["settings"]["managed_by"] == {"custom_format": "recyclarr"}
    assert secrets(given) == ["c4nary"]
    assert "c4nary" not in json.dumps({**given, "secrets": ""}) and "c4nary" not in json.dumps(result)
    assert given["target"] == "radarr4k" and result["started"] > 0


def test_every_value_has_its_line(args: dict[str, Any]) -> None:
    _result, given = run(args, **VARIABLES)
    lines = json.loads(given["lines"])
    assert lines["download_client.0.fields.host"][0] == 8
    assert lines["config_naming.standardMovieFormat"][0] == 14


def test_a_variable_that_is_not_there_makes_one_value_unknown_by_name(args: dict[str, Any]) -> None:
    _result, given = run(args, **{**VARIABLES, "vault_password": trust_as_template("{{ nowhere }}")})
    assert given["settings"]["download_client"][0]["fields"]["password"] == {"unknown": "nowhere is undefined"}
    assert given["settings"]["download_client"][0]["fields"]["host"] == "gluetun"


def test_a_value_that_is_encrypted_by_itself_is_a_secret_wherever_it_stands(tmp_path: Path) -> None:
    text = "download_client:\n  - name: q\n    fields:\n      host: " + vaulted("c4nary")
    root = Repository(tmp_path / "homelab-apps", {"radarr.yml": text}).root
    _result, given = run({"repository_path": str(root), "file": "radarr.yml"})
    assert given["settings"]["download_client"][0]["fields"] == {"host": {"secret_ref": 0}}
    assert secrets(given) == ["c4nary"]


def test_a_value_that_cannot_be_decrypted_is_unknown_and_the_rest_is_read(tmp_path: Path) -> None:
    text = "tag:\n  - label: kids\ndownload_client:\n  - name: q\n    fields:\n      password: " + vaulted("c4nary", VaultSecret(b"another"))
    root = Repository(tmp_path / "homelab-apps", {"radarr.yml": text}).root
    _result, given = run({"repository_path": str(root), "file": "radarr.yml"})
    assert given["settings"]["download_client"][0]["fields"] == {"password": {"unknown": "it cannot be decrypted"}}
    assert given["settings"]["tag"] == [{"label": "kids"}] and "fault" not in given


def test_a_variable_that_cannot_be_rendered_is_named_and_its_value_is_not(args: dict[str, Any]) -> None:
    _result, given = run(args, **{**VARIABLES, "client_host": trust_as_template("{{ 'c4nary' | from_json }}")})
    told = given["settings"]["download_client"][0]["fields"]["host"]["unknown"]
    assert told.startswith("client_host cannot be rendered (") and "c4nary" not in json.dumps(given["settings"])


def test_what_a_variable_brings_out_of_a_vault_is_a_secret(tmp_path: Path) -> None:
    text = "config_naming:\n  standardMovieFormat: '{{ vault_format }}'\n"
    root = Repository(tmp_path / "homelab-apps", {"radarr.yml": text}).root
    _result, given = run({"repository_path": str(root), "file": "radarr.yml"}, vault_format="c4nary")
    assert given["settings"] == {"config_naming": {"standardMovieFormat": {"secret_ref": 0}}}


def test_headers_travel_with_the_secrets(args: dict[str, Any]) -> None:
    _result, given = run({**args, "headers": {"X-Id": "1"}}, **VARIABLES)
    assert json.loads(given["secrets"])["headers"] == {"X-Id": "1"} and "headers" not in given


def test_without_secrets_nothing_is_to_be_hidden(tmp_path: Path) -> None:
    root = Repository(tmp_path / "homelab-apps", {"radarr.yml": "tag:\n  - label: kids\n"}).root
    _result, given = run({"repository_path": str(root), "file": "radarr.yml"})
    assert given["secrets"] == ""


def test_a_checkout_in_the_users_home_is_found(args: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(args["repository_path"])
    monkeypatch.setenv("HOME", str(root.parent))
    _result, given = run({**args, "repository_path": f"~/{root.name}"}, **VARIABLES)
    assert "download_client" in given["settings"]


def test_no_settings_file_is_no_document(args: dict[str, Any]) -> None:
    _result, given = run({**args, "file": "apps/other.yml"})
    assert given["settings"] is None and "fault" not in given


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("tag: [\n", "does not parse as YAML (line 2)"), ("- a\n", "has to be a dictionary of kinds"), ("\x80", "cannot be read")],
)
def test_a_file_in_trouble_is_a_fault_and_the_app_is_asked_all_the_same(tmp_path: Path, text: str, sentence: str) -> None:
    root = Repository(tmp_path / "homelab-apps", {"radarr.yml": "tag: []\n"}).root
    (Path(root) / "radarr.yml").write_bytes(text.encode("latin-1"))
    _result, given = run({"repository_path": str(root), "file": "radarr.yml"})
    assert sentence in given["fault"] and given["settings"] is None


def test_an_empty_file_declares_nothing(tmp_path: Path) -> None:
    root = Repository(tmp_path / "homelab-apps", {"radarr.yml": "---\n"}).root
    assert run({"repository_path": str(root), "file": "radarr.yml"})[1]["settings"] == {}


def test_settings_of_the_task_outrank_the_file(args: dict[str, Any]) -> None:
    _result, given = run({**args, "settings": {"tag": [{"label": "x"}], "notification": [{"name": "n", "fields": {"token": "c4nary"}}]}})
    assert given["settings"] == {"tag": [{"label": "x"}], "notification": [{"name": "n", "fields": {"token": {"secret_ref": 0}}}]}
    assert given["lines"] == "" and secrets(given) == ["c4nary"]


def test_a_kind_that_the_app_does_not_have_tells_nothing_of_its_texts() -> None:
    _result, given = run({"settings": {"download_clients": [{"name": "c4nary", "priority": 1}]}})
    assert given["settings"] == {"download_clients": [{"name": {"secret_ref": 0}, "priority": 1}]}


def test_git_does_not_win_from_another_branch(args: dict[str, Any]) -> None:
    result, given = run({**args, "git_wins": True, "branch": "release", "ask_remote": False})
    assert given["git_wins"] is False
    assert result["media_center"]["findings"][0]["message"].startswith("nothing was written: ")


@pytest.mark.parametrize("inside", [True, False])
def test_settings_that_were_kept_before_a_write_are_not_held_to_the_checkout(args: dict[str, Any], tmp_path: Path, inside: bool) -> None:
    kept = tmp_path / "radarr4k-20260101T000000-x.json"
    kept.write_text('{"tag": [{"label": "kids"}]}')
    file = args["file"] if inside else str(kept)
    _result, given = run({**args, "file": file, "git_wins": True, "branch": "release", "ask_remote": False}, **VARIABLES)
    assert given["git_wins"] is not inside


def test_an_app_that_nobody_knows_is_refused() -> None:
    result, given = run({"app": "plex"})
    assert result["failed"] and "lidarr, prowlarr, radarr, readarr, sonarr" in result["msg"] and given == {}


def test_a_connection_that_breaks_is_unreachable(args: dict[str, Any]) -> None:
    result, _given = run(args, AnsibleConnectionFailure("gone"), **VARIABLES)
    assert result["unreachable"] and result["msg"] == "gone"
