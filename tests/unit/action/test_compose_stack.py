# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugin hands to the module, and what it adds to the module's answer."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.template import Templar
from ansible_collections.homelab.media_center.plugins.action.compose_stack import ActionModule

from support.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILES = {
    "media/compose.yaml": "services:\n  radarr:\n    image: x\n    environment:\n      API_KEY: cAnary-7Hq\n",
    "tpl/compose.yaml.j2": "services:\n{% for app in apps %}\n  {{ app }}:\n    image: {{ app }}:{{ tag | default('latest') }}\n{% endfor %}\n",
    "go/compose.yaml": "services:\n  a:\n    image: x\n    hostname: '{{.Node.Hostname}}'\n",
    "vars.yml": "apps: [sonarr]\n",
}
ANSWER = {
    "changed": False,
    "media_center": {
        "verdict": "in_sync",
        "unknown": 0,
        "gaps": [],
        "candidates": [{"name": "media", "matched": True}],
        "findings": [{"resource": "service", "key": "radarr", "path": "image", "evidence": "media", "source": {"repository": "", "file": "", "line": None}}],
    },
}


@pytest.fixture
def checkout(tmp_path: Path) -> str:
    return str(Repository(tmp_path / "homelab-apps", FILES).root)


def run(args: Mapping[str, Any], answer: Any = None, **variables: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The result of the action, and the arguments that the module got."""
    loader = DataLoader()
    task = Task()
    task.action = "homelab.media_center.compose_stack"
    task.args = dict(args)
    told = {"inventory_hostname": "mediabox", **variables}
    action = ActionModule(task, mock.MagicMock(), PlayContext(), loader, Templar(loader, told), None)
    answered = {"side_effect": answer} if isinstance(answer, Exception) else {"return_value": json.loads(json.dumps(answer or ANSWER))}
    with mock.patch.object(action, "_execute_module", **answered) as execute:
        result = action.run(task_vars=told)
    return result, dict(execute.call_args.kwargs["module_args"]) if execute.called else {}


def unpacked(args: Mapping[str, Any]) -> dict[str, Any]:
    return json.loads(zlib.decompress(base64.b64decode(args["sources"])))


def text(args: Mapping[str, Any], stack: str, path: str) -> str:
    return base64.b64decode(unpacked(args)[stack]["files"][path]["content"]).decode()


def test_the_module_gets_stacks_sources_and_a_key(checkout: str) -> None:
    args = {"stacks": [{"name": "media"}], "repositories": {"homelab-apps": checkout}, "revision": "", "docker_host": "unix:///x"}
    _result, given = run(args)
    assert given["docker_host"] == "unix:///x"
    assert given["target"] == "mediabox"
    assert "repositories" not in given and "revision" not in given
    assert [each["name"] for each in given["stacks"]] == ["media"]
    assert len(given["fingerprint_key"]) == 64
    assert given["fingerprint_key"] != run(args)[1]["fingerprint_key"]


def test_no_content_is_outside_of_the_hidden_argument(checkout: str) -> None:
    result, given = run({"stacks": [{"name": "media"}], "repositories": {"homelab-apps": checkout}})
    assert "cAnary-7Hq" in text(given, "media", "compose.yaml")
    hidden = {name: value for name, value in given.items() if name not in ("sources", "fingerprint_key")}
    for seen in (result, hidden):
        assert "cAnary-7Hq" not in json.dumps(seen)
        assert given["sources"] not in json.dumps(seen)
        assert given["fingerprint_key"] not in json.dumps(seen)


def test_the_answer_gets_lines_and_repositories(checkout: str) -> None:
    result, _given = run({"stacks": [{"name": "media"}, {"name": "go"}], "repositories": {"homelab-apps": checkout}})
    told = result["media_center"]
    assert told["findings"][0]["source"] == {"repository": "homelab-apps", "file": "media/compose.yaml", "line": 3}
    assert [(each["name"], each["assigned"], each["matched"]) for each in told["candidates"]] == [("media", True, True), ("go", True, False)]
    assert [each["folder"] for each in told["repositories"][0]["stacks"]] == ["go", "media", "tpl"]
    assert result["started"] > 0


def test_templates_take_the_hosts_variables(checkout: str) -> None:
    args = {"stacks": [{"name": "tpl"}], "repositories": {"homelab-apps": checkout}}
    _result, given = run(args, apps=["radarr", "sonarr"], tag="5")
    assert text(given, "tpl", "compose.yaml") == "services:\n  radarr:\n    image: radarr:5\n  sonarr:\n    image: sonarr:5\n"
    assert given["stacks"][0]["images"] == ["radarr:5", "sonarr:5"]


def test_templates_take_listed_vars_files(checkout: str) -> None:
    _result, given = run({"stacks": [{"name": "tpl", "vars_files": ["vars.yml"]}], "repositories": {"homelab-apps": checkout}})
    assert "sonarr:latest" in text(given, "tpl", "compose.yaml")


def test_an_undefined_variable_is_named_and_the_other_stacks_go_on(checkout: str) -> None:
    _result, given = run({"stacks": [{"name": "tpl"}, {"name": "media"}], "repositories": {"homelab-apps": checkout}})
    document = unpacked(given)
    assert document["tpl"]["unknown"] == "the template tpl/compose.yaml.j2 needs apps, which is undefined"
    assert document["tpl"]["files"] == {}
    assert document["media"]["unknown"] is None


@pytest.mark.parametrize(
    ("template", "variables", "sentence"),
    [
        ("{{ lookup('pipe', 'id') }}", {}, "lookups are not run"),
        ("{{ a.b }}", {"a": {}}, "needs b, which is undefined"),
        ("{{ secret | from_json }}", {"secret": "cAnary-7Hq"}, "cannot be rendered"),
        ("{{ secret | nothing_of_this_name }}", {"secret": "cAnary-7Hq"}, "cannot be rendered"),
        ("{% if %}", {}, "does not parse"),
    ],
)
def test_a_template_in_trouble_is_a_sentence_without_values(tmp_path: Path, template: str, variables: dict[str, Any], sentence: str) -> None:
    root = Repository(tmp_path / "homelab-apps", {"tpl/compose.yaml.j2": template}).root
    _result, given = run({"stacks": [{"name": "tpl"}], "repositories": {"homelab-apps": str(root)}}, **variables)
    told = unpacked(given)["tpl"]
    assert sentence in told["unknown"]
    assert "cAnary" not in told["unknown"]
    assert told["remedy"]


@pytest.mark.parametrize("vars_file", ["gone.yml", "media/compose.yaml.txt", "list.yml"])
def test_a_vars_file_in_trouble_is_a_sentence(tmp_path: Path, vars_file: str) -> None:
    root = Repository(tmp_path / "homelab-apps", {"tpl/compose.yaml.j2": "{{ x }}", "list.yml": "[1]\n", "media/compose.yaml.txt": "a: [\n"}).root
    _result, given = run({"stacks": [{"name": "tpl", "vars_files": [vars_file]}], "repositories": {"homelab-apps": str(root)}})
    assert vars_file in unpacked(given)["tpl"]["unknown"]


def test_what_looks_like_a_template_but_is_none_is_left_alone(checkout: str) -> None:
    _result, given = run({"stacks": [{"name": "go"}], "repositories": {"homelab-apps": checkout}})
    assert "{{.Node.Hostname}}" in text(given, "go", "compose.yaml")


def test_an_unreadable_repository_is_a_gap_and_the_host_is_still_read(tmp_path: Path) -> None:
    result, given = run({"repositories": {"homelab-apps": str(tmp_path / "gone")}})
    assert given["stacks"] == []
    told = result["media_center"]
    assert (told["verdict"], told["unknown"], told["gaps"][0]["key"]) == ("unknown", 1, "homelab-apps")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({"stacks": "media"}, "stacks has to be a list"),
        ({"stacks": [{"repository": "x"}]}, "each with a name"),
        ({"stacks": [{"name": "a"}, {"name": "a"}]}, "names a more than once"),
        ({"repositories": "/x"}, "repositories has to be a dictionary"),
    ],
)
def test_wrong_options_are_a_sentence(args: dict[str, Any], sentence: str) -> None:
    result, given = run(args)
    assert result["failed"] is True
    assert sentence in result["msg"]
    assert given == {}


def test_a_dead_host_is_unreachable(checkout: str) -> None:
    result, _given = run({"repositories": {"homelab-apps": checkout}}, AnsibleConnectionFailure("Connection refused"))
    assert result["unreachable"] is True
    assert "Connection refused" in result["msg"]
    assert result["started"] > 0
