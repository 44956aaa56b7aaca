# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconcile on a real engine: after it an audit finds nothing, a second one does nothing, and what it was not allowed stays as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_stack import run
from ansible_collections.homelab.media_center.plugins.module_utils.repo.declared import Reader

from support.fake_module import Exit, FakeModule
from support.proxy import EngineProxy
from support.small_house import REPOSITORY, SmallHouse
from support.snapshot import changes, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.engine import Engine

pytestmark = [pytest.mark.engine, pytest.mark.slow]
STACK = "media"
COMPOSE = """services:
  vpn:
    image: {image}
    ports: ["127.0.0.1::8080"]
  torrents:
    image: {image}
    network_mode: service:vpn
    depends_on: [vpn]
  radarr:
    image: {image}
    container_name: {prefix}-radarr
    environment: {{COLOUR: blue, FROM_DOTENV: "${{FROM_DOTENV}}"}}
    env_file: app.env
    mem_limit: 64m
    configs: [settings]
  jobs:
    image: {image}
    network_mode: none
    scale: 2
configs:
  settings: {{file: ./settings.toml}}
networks:
  default:
    driver_opts: {{com.docker.network.bridge.host_binding_ipv4: 127.0.0.1}}
"""


class Reconciled(SmallHouse):
    """A house of one stack that is as git has it, and the module run on it as the action plugin runs it."""

    proxy: EngineProxy

    def files(self) -> dict[str, str]:
        """The files of the stack that git has."""
        return {"compose.yml": COMPOSE.format(image=self.image, prefix=self.prefix), "app.env": "SIZE=small\n", "settings.toml": "a = 1\n"}

    def start(self) -> None:
        """Bring everything up."""
        self.add(STACK, self.files(), {".env": "FROM_DOTENV=x\n"})
        self.up(STACK)

    def module(self, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        """The module's result."""
        declared = Reader({REPOSITORY: str(self.repository.root)}).read(self.entries)
        given = {"stacks": declared.module_stacks(), "sources": declared.packed, "target": "host", "docker_host": self.proxy.url, "timeout": 60}
        more = {"compose_command": self._compose, "backup_directory": str(self.folder / "backup"), **options}
        with pytest.raises(Exit) as ended:
            run(FakeModule(self.folder, check_mode=check_mode, **given, **more))  # type: ignore[arg-type]
        assert "failed" not in ended.value.result, ended.value.result
        return ended.value.result

    def drift(self, **options: Any) -> list[str]:
        """What an audit finds of this house."""
        found = self.module(check_mode=True, **options)["media_center"]["findings"]
        mine = [each for each in found if each["category"] == "drift" and each["severity"] != "info"]
        return sorted(
            "{code} {key} {path}".format(**each).strip() for each in mine if each["evidence"] == STACK or each["key"].startswith((self.prefix, f"{STACK}/"))
        )

    def name(self, service: str, number: int = 1) -> str:
        """The name of a service's container."""
        return f"{self.prefix}-radarr" if service == "radarr" else f"{self.project(STACK)}-{service}-{number}"

    def inspect(self, name: str) -> dict[str, Any]:
        """The engine's answer about a container."""
        found: dict[str, Any] = json.loads(self.docker("inspect", name))[0]
        return found

    def edit(self, before: str, after: str, git: bool = False) -> None:
        """Change the compose file on the host, or in git."""
        text = self.files()["compose.yml"].replace(before, after)
        assert text != self.files()["compose.yml"]
        if git:
            self.repository.commit({f"{STACK}/compose.yml": text})
        else:
            self.lay(STACK, {"compose.yml": text})

    def restore(self) -> None:
        """Bring git and host back to where every test begins."""
        files = {f"{STACK}/{name}": text for name, text in self.files().items()}
        self.repository.write(files)
        if self.repository.git("status", "--porcelain"):
            self.repository.commit(files)
        self.lay(STACK, {**self.files(), ".env": "FROM_DOTENV=x\n"})
        if self.drift():
            self.clear()
            self.up(STACK)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, docker_engine: Engine, compose_binary: list[str], busybox_image: str) -> Iterator[Reconciled]:
    house = Reconciled(tmp_path_factory.mktemp("r"), docker_engine, compose_binary, busybox_image)
    with EngineProxy(house.folder / "e.sock", docker_engine.socket) as house.proxy:
        try:
            house.start()
            yield house
        finally:
            house.clear()


@pytest.fixture
def house(made: Reconciled) -> Reconciled:
    made.restore()
    assert made.drift() == []
    made.proxy.clear()
    return made


def env_in_git(house: Reconciled) -> None:
    house.edit("COLOUR: blue", "COLOUR: red", git=True)


def file_edited_and_deployed(house: Reconciled) -> None:
    house.edit("COLOUR: blue", "COLOUR: red")
    house.up(STACK)


def file_edited_only(house: Reconciled) -> None:
    house.edit("COLOUR: blue", "COLOUR: red")


def env_file_edited(house: Reconciled) -> None:
    house.lay(STACK, {"app.env": "SIZE=large\n"})
    house.up(STACK)


def file_removed(house: Reconciled) -> None:
    (house.stacks / STACK / "app.env").unlink()


def config_in_git(house: Reconciled) -> None:
    house.repository.commit({f"{STACK}/settings.toml": "a = 2\n"})


def updated(house: Reconciled) -> None:
    house.docker("update", "--memory", "96m", "--memory-swap", "192m", house.name("radarr"))


def renamed(house: Reconciled) -> None:
    house.docker("rename", house.name("radarr"), f"{house.prefix}-other")


def service_removed(house: Reconciled) -> None:
    house.docker("rm", "--force", house.name("radarr"))


def parent_and_child_removed(house: Reconciled) -> None:
    house.docker("rm", "--force", house.name("vpn"), house.name("torrents"))


def parent_differs(house: Reconciled) -> None:
    house.edit('["127.0.0.1::8080"]', '["127.0.0.1::8081"]', git=True)


def parent_replaced_by_hand(house: Reconciled) -> None:
    house.compose(STACK, "up", "--detach", "--no-deps", "--force-recreate", "vpn")


def scaled_down(house: Reconciled) -> None:
    house.docker("rm", "--force", house.name("jobs", 2))


def scaled_up(house: Reconciled) -> None:
    house.compose(STACK, "up", "--detach", "--no-deps", "--scale", "jobs=3", "jobs")


def with_service(name: str, house: Reconciled) -> tuple[str, str]:
    """An edit of the compose file that adds a service."""
    end = "configs:\n  settings:"
    return end, f"  {name}:\n    image: {house.image}\n    network_mode: none\n{end}"


def new_service_in_git(house: Reconciled) -> None:
    house.edit(*with_service("new", house), git=True)


def network_in_git(house: Reconciled) -> None:
    house.edit("host_binding_ipv4: 127.0.0.1", "host_binding_ipv4: 127.0.0.2", git=True)


def network_and_a_service_of_it(house: Reconciled) -> None:
    house.docker("rm", "--force", house.name("radarr"))
    network_in_git(house)


def connected(house: Reconciled) -> None:
    house.docker("network", "create", f"{house.prefix}-extra", check=False)
    house.docker("network", "connect", f"{house.prefix}-extra", house.name("radarr"))


@pytest.mark.parametrize(
    "change",
    [
        env_in_git, file_edited_and_deployed, file_edited_only, env_file_edited, file_removed, config_in_git, updated, renamed, service_removed,
        parent_and_child_removed, parent_differs, parent_replaced_by_hand, scaled_down, scaled_up, new_service_in_git, connected,
        network_in_git, network_and_a_service_of_it,
    ],
    ids=lambda change: change.__name__.replace("_", " "),
)
def test_after_a_reconcile_an_audit_finds_nothing(house: Reconciled, change: Callable[[Reconciled], None]) -> None:
    change(house)
    assert house.drift() != [], "the change is drift"
    others = {name: identity for name, identity in house.ids().items() if name == house.name("jobs")}
    roots = [house.stacks, house.repository.root]
    before = snapshot(roots)

    house.proxy.clear()
    assert house.module()["changed"] is False, "git wins only where it is named"
    would = house.module(check_mode=True, git_wins=[STACK])
    assert (house.proxy.writing(), changes(before, snapshot(roots))) == ([], [])

    done = house.module(git_wins=[STACK])
    assert (would["changed"], done["changed"]) == (True, True)
    assert would["actions"] == done["actions"][: len(would["actions"])]
    assert house.proxy.writing() != [] or changes(before, snapshot(roots)) != []
    assert done["media_center"]["requests"]["write"] > 0
    assert [each for each in done["media_center"]["findings"] if each["code"].startswith("reconcile_")] == []
    assert house.drift() == []
    assert {name: identity for name, identity in house.ids().items() if name in others} == others, "no other container was touched"

    house.proxy.clear()
    before = snapshot(roots)
    again = house.module(git_wins=[STACK])
    assert (again["changed"], again["actions"], again["media_center"]["requests"]["write"]) == (False, [], 0)
    assert (house.proxy.writing(), changes(before, snapshot(roots))) == ([], [])


def test_an_orphan_goes_only_when_pruning_was_allowed(house: Reconciled) -> None:
    house.edit(*with_service("old", house))
    house.up(STACK)
    house.module(git_wins=[STACK])
    assert house.name("old") in house.ids()
    assert house.drift() == ["orphan old"]
    done = house.module(git_wins=[STACK], prune=True)
    assert done["actions"] == [f"{STACK}: remove orphan {house.name('old')}"]
    assert house.name("old") not in house.ids()
    assert house.drift() == []
    assert house.module(git_wins=[STACK], prune=True)["changed"] is False


def test_a_hand_made_container_is_replaced_only_when_adopting_was_allowed(house: Reconciled) -> None:
    house.docker("rm", "--force", house.name("radarr"))
    house.docker("run", "--detach", "--name", house.name("radarr"), house.image)
    refused = house.module(git_wins=[STACK])
    assert refused["changed"] is False
    assert [each["key"] for each in refused["media_center"]["findings"] if each["code"] == "reconcile_refused"] == ["radarr"]
    done = house.module(git_wins=[STACK], adopt=True)
    assert done["changed"] is True
    assert house.drift() == []
    assert not [name for name in house.ids() if "replaced" in name]


def test_a_hand_made_container_comes_back_where_compose_cannot_take_its_place(house: Reconciled) -> None:
    house.edit("    configs: [settings]", "    configs: [settings]\n    entrypoint: [no-such-program]", git=True)
    house.docker("rm", "--force", house.name("radarr"))
    house.docker("run", "--detach", "--name", house.name("radarr"), house.image)
    before = house.ids()[house.name("radarr")]
    failed = house.module(git_wins=[STACK], adopt=True)
    assert [each["key"] for each in failed["media_center"]["findings"] if each["code"] == "reconcile_failed"] == [STACK]
    assert house.ids()[house.name("radarr")] == before
    assert house.inspect(before)["State"]["Running"] is True
    assert not [name for name in house.ids() if "replaced" in name]


def test_a_failed_up_says_how_the_files_come_back(house: Reconciled) -> None:
    house.edit(f"    image: {house.image}\n    container_name", "    image: media-center-test-no-such-image:1\n    container_name", git=True)
    before = (house.stacks / STACK / "compose.yml").read_text()
    ids = house.ids()
    failed = house.module(git_wins=[STACK])
    (finding,) = [each for each in failed["media_center"]["findings"] if each["code"] == "reconcile_failed"]
    assert "media-center-test-no-such-image:1" in finding["message"]
    assert house.ids() == ids, "the old container still runs"
    kept = [path for path in (house.folder / "backup").rglob("compose.yml") if str(path) and finding["evidence"].count(str(path)[:10])]
    assert before in [path.read_text() for path in kept]


def test_a_network_stays_while_a_container_in_it_must_stay(house: Reconciled) -> None:
    network_in_git(house)
    before = house.ids()
    refused = house.module(git_wins=[STACK], protected=["torrents"])
    (finding,) = [each for each in refused["media_center"]["findings"] if each["code"] == "reconcile_refused"]
    assert "network default would have to be made anew" in finding["message"]
    assert house.ids() == before
    assert all(house.inspect(name)["State"]["Running"] for name in before)


def test_a_change_inside_of_a_container_keeps_it(house: Reconciled) -> None:
    house.docker("exec", house.name("radarr"), "touch", "/root/patched")
    env_in_git(house)
    refused = house.module(git_wins=[STACK])
    (finding,) = [each for each in refused["media_center"]["findings"] if each["code"] == "reconcile_refused"]
    assert "/root/patched" in finding["message"]
    assert refused["actions"] == [f"{STACK}: lay {house.stacks}/{STACK}/compose.yml", *refused["actions"][1:]]
    assert house.module(git_wins=[STACK], allow_recreate=["radarr"])["changed"] is True
    assert house.drift() == []
