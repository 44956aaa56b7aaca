# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret leaves a docker host: made-up ones lie in every place that can hold one, and every place drifts, so that each would be told.

With redaction switched off in a copy of the collection the same runs tell them, so the search finds what there is to find.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.canaries import Canaries, spelled
from support.frozen_collection import copy_of_collection, spoil
from support.playbook import Controller
from support.repository import Repository
from support.small_house import SmallHouse
from support.snapshot import changes, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.engine import Engine

COMPOSE = """services:
  web:
    image: {image}
    build: {{context: ., args: {{TOKEN: {build_arg}}}}}
    entrypoint: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 1; done; echo {entrypoint}"]
    command: [--token, {command}]
    environment:
      COLOUR: {literal}
      DB_PASSWORD: {named}
      FROM_DOTENV: ${{FROM_DOTENV}}
      ADVERTISE_IP: http://sam:{url_in_public}@192.0.2.5:32400/
      ONLY_{side}: {only}
      {side}_NAMED: {only_named}
    env_file: [app.env, private.env]
    labels:
      my.label: {label}
      traefik.http.middlewares.auth.basicauth.users: sam:$$apr1$$abcdefgh$${basic_auth}
      homepage.href: https://sam:{url_in_label}@home.example/
      only.{side}: {only_label}
    healthcheck:
      test: [CMD-SHELL, "test -n '{health}' || exit 1"]
      interval: 1h
    secrets: [file_secret, env_secret]
    configs: [inline_config, file_config, env_config]
    networks: [inside]
  shipper:
    image: {image}
    profiles: [made-only]
    network_mode: none
    logging:
      driver: splunk
      options: {{splunk-token: {log_token}, splunk-url: "https://sam:{log_url}@splunk.example:8088"}}
    volumes: ["share:/share"]
  hand:
    image: {image}
    command: [sleep, "3600", {hand_declared}]
    environment: {{TOKEN: {hand_environment}}}
    network_mode: none
{old}
volumes:
  share:
    driver_opts: {{type: cifs, device: //nas.example/media, o: "username=sam,password={volume_option}"}}
networks:
  inside:
    driver_opts: {{my.option: {network_option}}}
secrets:
  file_secret: {{file: ./secret.txt}}
  env_secret: {{environment: SECRET_FROM_ENV}}
configs:
  inline_config: {{content: "key = {inline_config}"}}
  file_config: {{file: ./config.toml}}
  env_config: {{environment: CONFIG_FROM_ENV}}
"""
OLD = "  old:\n    image: {image}\n    network_mode: none\n    command: [sleep, '3600', {old_command}]\n    environment: {{TOKEN: {old_environment}}}\n"
BROKEN = "services:\n  web:\n    image: {image}\n    ports: ['${{PORT}}:80']\n    environment: {{A: b}}\n"
BROKEN_LITERAL = "services:\n  web:\n    image: {image}\n    healthcheck: {{interval: {broken_literal}}}\n    network_mode: none\n"
PLAIN = "services:\n  web:\n    image: {image}\n    network_mode: none\n    environment: {{COLOUR: {template_colour}}}\n"
TEMPLATE = PLAIN.replace("{template_colour}", "'{{{{ vault_colour }}}}', TOKEN: '{{{{ vault_token }}}}'")
FAILING = "services:\n  web:\n    image: {image}\n    network_mode: none\n    entrypoint: ['{failing}']\n"
BROKEN_TEMPLATE = "services:\n  web:\n    image: {image}\n    mem_limit: '{{{{ vault_limit }}}}'\n"
TRACKED = "services:\n  web:\n    image: {image}\n    network_mode: none\n    environment: {{A: \"${{A}}\"}}\n"
#: Where a difference has to be told, so that the search is worth something: places that findings name by resource and path.
DIFFERING = {
    ("service", "environment.COLOUR"), ("service", "environment.DB_PASSWORD"), ("service", "environment.FROM_DOTENV"),
    ("service", "environment.ADVERTISE_IP"), ("service", "environment.ONLY_RUN"), ("service", "environment.ONLY_GIT"), ("service", "environment.FROM_APP_ENV"),
    ("service", "environment.FROM_PRIVATE_ENV"), ("service", "environment.TOKEN"), ("service", "labels.my.label"), ("service", "labels.homepage.href"),
    ("service", "labels.traefik.http.middlewares.auth.basicauth.users"), ("service", "command"), ("service", "entrypoint"), ("service", "healthcheck.test"),
    ("service", "logging.options.splunk-token"), ("service", "logging.options.splunk-url"), ("volume", "driver_opts.o"), ("network", "driver_opts.my.option"),
}
#: What is told when nothing is redacted, on the running and on git's side.
TOLD = {
    "literal", "named", "url_in_public", "only", "label", "basic_auth", "url_in_label", "command", "entrypoint", "health", "log_token", "log_url",
    "volume_option", "network_option", "dotenv", "app_env", "private_env", "hand_environment", "template_colour", "broken_port", "broken_literal",
    "template_limit",
}


class Leaky:
    """A house with a secret in every place. `run`, `host` and `git` name the sides in the names of the places."""

    def __init__(self, house: SmallHouse, style: str) -> None:
        self.house = house
        self.canaries = Canaries(style)

    def fill(self, text: str, side: str, **more: str) -> str:
        """A text with the secrets of one side in its places."""
        canaries = self.canaries

        class Places(dict[str, str]):
            def __missing__(self, place: str) -> str:
                return canaries(f"{side} {place}")

        return text.format_map(Places(image=self.house.image, side=side.upper(), **more))

    def untracked(self, side: str) -> dict[str, str]:
        """The files of the main stack that git does not have."""
        of = {name: self.canaries(f"{side} {name}") for name in ("dotenv", "unused", "env_secret", "env_config", "private_env", "file_secret")}
        dotenv = f"FROM_DOTENV={of['dotenv']}\nUNUSED={of['unused']}\nSECRET_FROM_ENV={of['env_secret']}\nCONFIG_FROM_ENV={of['env_config']}\n"
        return {".env": dotenv, "private.env": f"FROM_PRIVATE_ENV={of['private_env']}\n", "secret.txt": of["file_secret"]}

    def tracked(self, side: str) -> dict[str, str]:
        """The files of the main stack that git has."""
        old = self.fill(OLD, side) if side == "run" else ""
        files = {"compose.yml": self.fill(COMPOSE, side, old=old), ".env.example": "FROM_DOTENV=\nMISSING=\n"}
        app_env, config = self.canaries(f"{side} app_env"), self.canaries(f"{side} file_config")
        return {**files, "app.env": f"FROM_APP_ENV={app_env}\n", "config.toml": f'key = "{config}"\n'}

    def proxies(self, side: str) -> None:
        """The proxies that the docker client hands to containers."""
        folder = self.house.controller.home / ".docker"
        folder.mkdir(exist_ok=True)
        proxies = {"default": {"httpProxy": f"http://sam:{self.canaries(f'{side} proxy')}@proxy.example:3128"}}
        (folder / "config.json").write_text(json.dumps({"proxies": proxies}))

    def build(self) -> None:
        """Run one version, lay another on the host, commit a third."""
        self.proxies("run")
        self._main()
        self._broken()
        self._templates()
        self._tracked()
        self._by_hand()
        self.house.add("failing", {"compose.yml": self.fill(FAILING, "git")})
        self.before_failing()
        self.proxies("host")

    def _main(self) -> None:
        house = self.house
        house.add("main", self.tracked("git"), self.untracked("run"))
        house.lay("main", self.tracked("run"))
        house.up("main", "web", "old")
        house.compose("main", "--profile", "made-only", "create", "--pull", "never", "shipper")
        by_hand = {name: self.canaries(f"run {name}") for name in ("hand_environment", "hand_declared")}
        house.docker(
            "run", "--detach", "--network", "none", "--name", f"{house.project('main')}-hand-1",
            "--env", f"TOKEN={by_hand['hand_environment']}", house.image, "sleep", "3600", by_hand["hand_declared"],
        )
        house.lay("main", {**self.tracked("host"), **self.untracked("host")})

    def _broken(self) -> None:
        house = self.house
        folder = house.add("broken", {"compose.yml": self.fill(BROKEN, "git")}, {".env": "PORT=0\n"})
        house.up("broken")
        house.lay("broken", {".env": f"PORT={self.canaries('host broken_port')}\n"})
        (folder / "compose.yml").write_text(self.fill(BROKEN, "host") + "# edited\n")
        house.add("literal", {"compose.yml": self.fill(BROKEN_LITERAL, "git")})

    def _templates(self) -> None:
        house = self.house
        for stack, text in (("template", TEMPLATE), ("broken-template", BROKEN_TEMPLATE)):
            house.add(stack, {"compose.yml.j2": self.fill(text, "git")})
            (house.stacks / stack / "compose.yml.j2").unlink()
            house.lay(stack, {"compose.yml": self.fill(PLAIN, "run")})
            house.up(stack)
        for name in ("token", "colour", "limit"):
            house.controller.variables[f"vault_{name}"] = self.canaries(f"git template_{name}")

    def _tracked(self) -> None:
        house = self.house
        folder = house.add("tracked", {"compose.yml": self.fill(TRACKED, "git"), ".env": f"A={self.canaries('git tracked_env')}\n"})
        house.up("tracked")
        house.lay("tracked", {".env": f"A={self.canaries('host tracked_env')}\n"})
        checkout = Repository(folder)
        checkout.git("add", "compose.yml")
        checkout.git("commit", "--quiet", "--message", self.canaries("host commit"))
        for where, git in (("host", checkout.git), ("git", house.repository.git)):
            git("remote", "add", "origin", f"https://sam:{self.canaries(f'{where} remote')}@git.example/apps.git")

    def before_failing(self) -> None:
        """Let a stack run from which `up` cannot come to what git has."""
        self.house.lay("failing", {"compose.yml": self.fill(FAILING, "run").replace("entrypoint", "x-entrypoint")})
        self.house.up("failing")

    def _by_hand(self) -> None:
        house, of = self.house, self.canaries
        house.docker(
            "run", "--detach", "--network", "none", "--name", f"{house.prefix}-stranger", "--env", f"TOKEN={of('run stranger_env')}",
            "--label", f"my.label={of('run stranger_label')}", "--health-cmd", f"echo {of('run stranger_health')}; false", "--health-interval", "1s",
            "--health-retries", "1", house.image, "sleep", "3600", of("run stranger_command"),
        )


@pytest.fixture(scope="module", params=["words", "random"])
def leaky(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, docker_engine: Engine, compose_binary: list[str], busybox_image: str
) -> Iterator[Leaky]:
    house = SmallHouse(tmp_path_factory.mktemp("s"), docker_engine, compose_binary, busybox_image)
    made = Leaky(house, request.param)
    try:
        made.build()
        yield made
    finally:
        house.clear()


def outputs(controller: Controller, playbook: str, *words: str) -> dict[str, bytes]:
    """Everything that a run tells anybody, by where it is told."""
    folder = controller.folder / "controller"
    log, cache = folder / "ansible.log", folder / "cache"
    log.unlink(missing_ok=True)
    environment = {"ANSIBLE_LOG_PATH": str(log), "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(cache)}
    assert controller.run(playbook, *words, environment=environment) == 0, controller.output
    assert "Traceback" not in controller.output
    told = {"output": controller.output.encode()}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "inventory.yml":
            told[str(path.relative_to(folder))] = path.read_bytes()
    return told


def leaks(leaky: Leaky, told: dict[str, bytes]) -> list[str]:
    return sorted(f"{place} ({spelling}) in {where}" for where, data in told.items() for place, spelling in leaky.canaries.found(data).items())


def differing(told: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["resource"], each["path"]) for each in told["findings"]}


@pytest.mark.parametrize("words", [("-vvv", "--diff"), ("-vvv", "--check", "--diff")], ids=["plain", "check"])
@pytest.mark.parametrize("pipelining", ["False", "True"], ids=["files", "pipelined"])
def test_an_audit_tells_no_secret(leaky: Leaky, words: tuple[str, ...], pipelining: str) -> None:
    house = leaky.house
    roots = (house.stacks, house.repository.root, house.controller.home, house.controller.temporary)
    before = snapshot(roots)
    house.controller.words = ["-e", f"ansible_pipelining={pipelining}"]
    told = outputs(house.controller, "audit", *words)
    assert {"output", "ansible.log", "report/report.json", "report/report.md", "report/report.html", "report/report.junit.xml"} <= set(told)
    target = house.controller.target()
    assert DIFFERING - differing(target) == set()
    assert {"broken", "literal", "broken-template"} <= {each["key"] for each in target["gaps"]}
    assert leaks(leaky, told) == []
    # What else could lie on the host is seen by the snapshot.
    assert changes(before, snapshot(roots)) == []


def test_without_redaction_the_same_search_finds_them(leaky: Leaky, tmp_path: Path) -> None:
    controller = unredacted(leaky.house, tmp_path)
    told = outputs(controller, "audit", "-vvv", "--diff")
    found = {place for data in told.values() for place in leaky.canaries.found(data)}
    for where in ("output", "ansible.log", "report/report.json", "report/report.md", "report/report.html", "report/report.junit.xml"):
        assert leaky.canaries.found(told[where]), where
    assert TOLD - {place.partition(" ")[2] for place in found} == set()


def unredacted(house: SmallHouse, folder: Path) -> Controller:
    """A controller whose collection redacts nothing."""
    collections = copy_of_collection(folder)
    spoil(collections, "plugins/module_utils/core/redact.py", "enabled: bool = True", "enabled: bool = False")
    spoil(collections, "plugins/module_utils/live/compose_message.py", '    return _AGAIN.sub(MASK, " ".join(words))', "    return message")
    return Controller(house.folder, dict(house.controller.variables), house.controller.environment, collections)


def test_a_reconcile_tells_no_secret_although_it_fails(leaky: Leaky, tmp_path: Path) -> None:
    house = leaky.house
    # The redacting one comes first: the outputs of both lie in one folder.
    for controller in (house.controller, unredacted(house, tmp_path)):
        leaky.before_failing()
        wins = ["failing", "template", "tracked", "broken", "main"]
        controller.variables.update(media_center_git_wins=wins, media_center_adopt=True, media_center_ask_remote=False)
        told = outputs(controller, "reconcile", "-vvv", "--diff")
        assert "reconcile_failed" in {each["code"] for each in controller.target()["findings"]}
        if controller is house.controller:
            assert leaks(leaky, told) == []
    assert "git failing" in {place for data in told.values() for place in leaky.canaries.found(data)}


@pytest.mark.parametrize("style", ["words", "random"])
def test_the_search_knows_every_spelling(style: str) -> None:
    canaries = Canaries(style)
    secret = canaries("somewhere")
    for name, text in spelled(secret).items():
        assert canaries.found(f"before {text} after".encode()) == {"somewhere": canaries.found(text.encode())["somewhere"]}, name
    assert canaries.found(b"nothing of it") == {}
