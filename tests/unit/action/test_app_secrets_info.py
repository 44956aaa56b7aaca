# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password of an app's own user is taken out of its settings file on the control node, and out of nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.template import Templar
from ansible_collections.homelab.media_center.plugins.action.app_secrets_info import ActionModule

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES = {"vault_ui_password": "c4nary", "number": 5}


def given_to_module(args: Mapping[str, Any], **variables: Any) -> dict[str, Any]:
    """The arguments that the module got."""
    loader = DataLoader()
    task = Task()
    task.action = "homelab.media_center.app_secrets_info"
    task.args = dict(args)
    told = {"inventory_hostname": "radarr", **VARIABLES, **variables}
    action = ActionModule(task, mock.MagicMock(), PlayContext(), loader, Templar(loader, told), None)
    with mock.patch.object(action, "_execute_module", return_value={"fingerprints": {}}) as execute:
        assert action.run(task_vars=told)["fingerprints"] == {}
    return dict(execute.call_args.kwargs["module_args"])


def entry(folder: Path, text: str | None, name: str = "radarr") -> dict[str, Any]:
    """An instance whose settings file says something."""
    file = folder / f"{name}.yml"
    if text is not None:
        file.write_text(text)
    return {"name": name, "app": "radarr", "data_path": "/data", "settings_file": str(file)}


def test_each_instance_gets_its_password_as_one_text(tmp_path: Path) -> None:
    apps = [entry(tmp_path, 'config_host: {password: "{{ vault_ui_password }}"}\n'), entry(tmp_path, "config_host: {password: plain}\n", "radarr4k")]
    given = given_to_module({"apps": apps, "fingerprint_key": "k"})
    assert json.loads(given["declared_passwords"]) == {"radarr": "c4nary", "radarr4k": "plain"}
    assert given["fingerprint_key"] == "k"
    assert given["apps"] == [{"name": name, "app": "radarr", "data_path": "/data"} for name in ("radarr", "radarr4k")]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "tag: [{label: kids}]\n",
        "config_host: {port: 7878}\n",
        "config_host: {password: {secret: true}}\n",
        "config_host: {password: ''}\n",
        'config_host: {password: "{{ number }}"}\n',
        'config_host: {password: "{{ missing }}"}\n',
        "config_host: [",
        "[1]\n",
        "config_host: 5\n",
    ],
)
def test_what_declares_no_password_is_passed_over(tmp_path: Path, text: str | None) -> None:
    given = given_to_module({"apps": [entry(tmp_path, text)]})
    assert "declared_passwords" not in given and "settings_file" not in given["apps"][0]


def test_passwords_that_are_given_outrank_the_files(tmp_path: Path) -> None:
    apps = [entry(tmp_path, "config_host: {password: plain}\n")]
    assert given_to_module({"apps": apps, "declared_passwords": '{"radarr": "told"}'})["declared_passwords"] == '{"radarr": "told"}'


def test_a_path_of_the_users_home_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    app = {**entry(tmp_path, "config_host: {password: plain}\n"), "settings_file": "~/radarr.yml"}
    assert json.loads(given_to_module({"apps": [app]})["declared_passwords"]) == {"radarr": "plain"}


@pytest.mark.parametrize("apps", ["radarr", [1], None])
def test_what_is_no_list_of_instances_is_left_to_the_module(apps: Any) -> None:
    assert given_to_module({"apps": apps}) == {"apps": apps}


def test_the_password_of_qbittorrent_stands_among_its_preferences(tmp_path: Path) -> None:
    text = "preferences: {web_ui_password: '{{ vault_ui_password }}'}\nconfig_host: {password: other}\n"
    given = given_to_module({"apps": [{**entry(tmp_path, text), "app": "qbittorrent"}]})
    assert json.loads(given["declared_passwords"]) == {"radarr": "c4nary"}
