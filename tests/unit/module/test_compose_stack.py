# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A docker host in trouble: what cannot be read is unknown with a sentence, never clean and never missing."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_stack import run

from support.compose_world import CONTAINER_ID, IMAGE, IMAGE_ID, INFO, INSPECT, LABELS, MODEL, NETWORK, changed
from support.fake_module import Exit, FakeModule
from support.scripted_engine import ScriptedEngine, answer, error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPOSE = """#!/bin/sh
case "$*" in
*version*) echo 2.40.3 ;;
*config*) {config} ;;
esac
"""


class Bench:
    """A docker host whose engine and compose answer as a test says."""

    def __init__(self, folder: Path, engine: ScriptedEngine) -> None:
        self.folder, self.engine = folder, engine
        self.stack = folder / "p"
        self.stack.mkdir()
        (self.stack / "compose.yml").write_text("services: {}\n")
        labels = {**LABELS, "com.docker.compose.project.working_dir": str(self.stack), "com.docker.compose.project.config_files": f"{self.stack}/compose.yml"}
        self.inspect = changed(INSPECT, {"Config": {"Labels": labels}, "State": {"Pid": 0}})
        listed = {"Id": CONTAINER_ID, "Names": ["/p-web-1"], "ImageID": IMAGE_ID, "Labels": labels, "State": "running"}
        self.reply("info", INFO)
        self.reply("networks", [NETWORK])
        self.reply("volumes", {"Volumes": []})
        self.reply("containers/json", [listed])
        self.reply(f"containers/{CONTAINER_ID}/json", self.inspect)
        self.reply(f"containers/{CONTAINER_ID}/changes", None)
        for name in (IMAGE_ID, "img:1"):
            self.reply(f"images/{name}/json", IMAGE)
        self.config(f"cat {folder}/model.json")
        (folder / "model.json").write_text(json.dumps(MODEL))

    def reply(self, path: str, body: Any, status: int = 200) -> None:
        """What the engine answers to a path."""
        self.engine.replies[f"/v1.41/{path}"] = [answer(body)] if status == 200 else [error(status, body)]

    def config(self, command: str) -> None:
        """What compose does when it is asked for a model."""
        path = self.folder / "compose"
        path.write_text(COMPOSE.format(config=command))
        path.chmod(0o755)

    def run(self, **params: Any) -> dict[str, Any]:
        """The result of an audit of the stack p, whose file in git is the host's."""
        content = base64.b64encode((self.stack / "compose.yml").read_bytes()).decode()
        sources = {"p": {"files": {"compose.yml": {"content": content, "mode": "0644"}}}}
        stack = {"name": "p", "files": ["compose.yml"], "assigned": True, "repository": "homelab-apps", "project_directory": str(self.stack)}
        packed = base64.b64encode(zlib.compress(json.dumps(sources).encode())).decode()
        given: dict[str, Any] = {"stacks": [stack], "sources": packed, "docker_host": self.engine.url, "compose_command": [str(self.folder / "compose")]}
        with pytest.raises(Exit) as ended:
            run(FakeModule(self.folder, check_mode=True, target="host", timeout=5, **{**given, **params}))  # type: ignore[arg-type]
        return ended.value.result


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    engine = ScriptedEngine(tmp_path / "e")
    yield Bench(tmp_path, engine)
    engine.close()


def gaps(result: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(each["resource"], each["key"]): each["reason"] for each in result["media_center"]["gaps"] if each["kind"] == "unknown"}


def test_a_host_that_is_as_git_says_is_in_sync(bench: Bench) -> None:
    told = bench.run()["media_center"]
    assert (told["verdict"], told["health"], told["findings"]) == ("in_sync", "healthy", [])
    assert told["checked"] > 20
    assert told["requests"]["write"] == 0
    assert told["requests"]["read"] == len(bench.engine.log)
    assert {method for method, _url in bench.engine.log} == {"GET"}
    assert told["compose"] == "2.40.3"


def test_an_engine_that_does_not_answer_is_unknown(bench: Bench) -> None:
    result = bench.run(docker_host=f"unix://{bench.folder}/nothing.sock")
    told = result["media_center"]
    assert (told["verdict"], told["health"], told["findings"], result["changed"]) == ("unknown", "unknown", [], False)
    assert "no such socket" in gaps(result)["stack", "p"]
    assert told["gaps"][0]["remedy"]
    assert "(next: " in told["reason"]


def test_without_a_stack_the_host_itself_is_unknown(bench: Bench) -> None:
    result = bench.run(docker_host=f"unix://{bench.folder}/nothing.sock", stacks=[])
    assert list(gaps(result)) == [("docker_host", "host")]


def test_an_engine_that_refuses_the_list_is_unknown(bench: Bench) -> None:
    bench.reply("containers/json", "not for you", 403)
    result = bench.run()
    assert result["media_center"]["verdict"] == "unknown"
    assert "reading is not allowed" in gaps(result)["stack", "p"]


@pytest.mark.parametrize("status", [403, 500])
def test_a_container_that_cannot_be_read_is_unknown_and_not_missing(bench: Bench, status: int) -> None:
    bench.reply(f"containers/{CONTAINER_ID}/json", "trouble", status)
    result = bench.run()
    told = result["media_center"]
    assert told["verdict"] == "unknown"
    assert [each for each in told["findings"] if each["code"] in ("missing", "service_missing")] == []
    assert f"HTTP {status}" in gaps(result)["container", CONTAINER_ID]


def test_networks_that_cannot_be_read_are_unknown(bench: Bench) -> None:
    bench.reply("networks", "trouble", 500)
    result = bench.run()
    assert result["media_center"]["verdict"] == "unknown"
    assert any("HTTP 500" in reason for reason in gaps(result).values())
    assert result["media_center"]["findings"] == []


@pytest.mark.parametrize(
    ("config", "reason", "remedy"),
    [
        ("echo 'invalid hostPort: hunter2' >&2; exit 1", "invalid hostPort: <redacted>", "docker compose config"),
        ("echo 'env file /opt/p/vpn.env not found: stat /opt/p/vpn.env' >&2; exit 14", "env file /opt/p/vpn.env not found", "env_file"),
        ("echo 'required variable KEY is missing a value: set it' >&2; exit 1", "required variable KEY", "stack's .env"),
        ("echo not json", "did not answer with JSON", "update Docker Compose"),
        ("exit 1", "failed without a message", "docker compose config"),
    ],
    ids=["value that does not parse", "missing env file", "required variable", "no JSON", "no message"],
)
def test_a_compose_that_fails_makes_its_stack_unknown(bench: Bench, config: str, reason: str, remedy: str) -> None:
    bench.config(config)
    result = bench.run()
    assert result["media_center"]["verdict"] == "unknown"
    assert reason in gaps(result)["stack", "p"]
    assert any(remedy in each["remedy"] for each in result["media_center"]["gaps"])
    assert "hunter2" not in json.dumps(result)


def test_a_host_without_compose_says_what_to_install(bench: Bench) -> None:
    result = bench.run(compose_command=[str(bench.folder / "nothing")])
    assert "cannot be run" in gaps(result)["stack", "p"] or "does not tell its version" in gaps(result)["stack", "p"]
    assert any("install" in each["remedy"].lower() for each in result["media_center"]["gaps"])


def test_a_compose_of_the_first_generation_is_too_old(bench: Bench) -> None:
    path = bench.folder / "compose"
    path.write_text("#!/bin/sh\necho 1.29.2\n")
    assert "older than v2" in gaps(bench.run())["stack", "p"]


def test_a_pack_that_nobody_packed_is_refused_in_a_sentence(bench: Bench) -> None:
    result = bench.run(sources="bm9uc2Vuc2U=")
    assert result["failed"] is True
    assert "action plugin" in result["msg"]


def test_a_layer_that_cannot_be_read_hides_nothing_else(bench: Bench) -> None:
    bench.reply(f"containers/{CONTAINER_ID}/changes", "trouble", 500)
    assert bench.run()["media_center"]["findings"] == []


def test_nothing_stays_of_a_model_that_was_laid_out(bench: Bench) -> None:
    (bench.stack / "compose.yml").write_text("services: {} # edited\n")
    before = sorted(bench.folder.rglob("*"))
    sources = {"p": {"files": {"compose.yml": {"content": base64.b64encode(b"services: {}\n").decode(), "mode": "0644"}}}}
    told = bench.run(sources=base64.b64encode(zlib.compress(json.dumps(sources).encode())).decode())["media_center"]
    assert [each["code"] for each in told["findings"]] == ["file_edited_on_host"]
    assert sorted(bench.folder.rglob("*")) == before
