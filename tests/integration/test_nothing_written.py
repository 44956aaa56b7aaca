# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit writes nothing: not to the engine, not to the host, not to a repository, and not when it is killed.

Whole runs of the playbook on a real engine. What the engine was asked is read from a proxy's log, what lies on the host from snapshots.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.frozen_collection import copy_of_collection, spoil
from support.parts import CHECKOUT, without
from support.playbook import Controller
from support.proxy import EngineProxy
from support.repository import Repository
from support.small_house import SmallHouse
from support.snapshot import changes, machine, missing_for_machine, open_to_others, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.engine import Engine
    from support.snapshot import Entry

pytestmark = [pytest.mark.engine, pytest.mark.slow]
BACKUPS = Path("/var/lib/media_center")
#: Sleeps in the middle of the module's work, and says which process is the module.
WRAPPER = """#!/bin/sh
case "$*" in
*config*)
    echo $PPID > {signals}/module.new && mv {signals}/module.new {signals}/module
    while [ ! -e {signals}/go ]; do sleep 0.05; done ;;
esac
exec {compose} "$@"
"""
COMPOSE = """services:
  web:
    image: {image}
    environment:
      COLOUR: ${{COLOUR}}
      SIZE: {size}
    env_file: app.env
    configs: [settings]
  aside:
    image: {image}
    profiles: [never]
configs:
  settings:
    file: ./settings.toml
"""


class Watched:
    """A house whose engine is asked through a proxy, and everything on the host that an audit could touch."""

    def __init__(self, house: SmallHouse, proxy: EngineProxy) -> None:
        self.house, self.proxy = house, proxy
        self.controller = house.controller
        self.controller.variables["compose_stacks_docker_host"] = proxy.url
        self.signals = house.folder / "controller" / "signals"
        self.signals.mkdir(exist_ok=True)
        self.hold()
        self.roots = (house.stacks, house.repository.root, self.controller.home, self.controller.temporary, BACKUPS)

    def files(self) -> dict[str, Entry]:
        """What lies on the host now."""
        return snapshot(self.roots)

    def use_wrapper(self, compose: list[str]) -> None:
        """Let compose wait for a sign when it is asked for a model."""
        path = self.signals / "compose"
        path.write_text(WRAPPER.format(signals=self.signals, compose=" ".join(compose)))
        path.chmod(0o755)
        self.controller.variables["compose_stacks_compose_command"] = [str(path)]

    def wait_for_module(self) -> int:
        """The process id of the module, which waits for compose."""
        found = self.signals / "module"
        wait(found.exists, "the module asks compose", 60)
        return int(found.read_text())

    def go(self) -> None:
        """Let compose work, now and later."""
        (self.signals / "go").touch()

    def hold(self) -> None:
        """Let compose wait again."""
        for name in ("go", "module"):
            (self.signals / name).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, docker_engine: Engine, compose_binary: list[str], busybox_image: str) -> Iterator[SmallHouse]:
    # Sockets need a short path.
    made = SmallHouse(tmp_path_factory.mktemp("w"), docker_engine, compose_binary, busybox_image)
    try:
        build(made)
        yield made
    finally:
        made.clear()


@pytest.fixture
def watched(house: SmallHouse) -> Iterator[Watched]:
    socket = house.folder / "e.sock"
    socket.unlink(missing_ok=True)
    kept = house.controller
    house.controller = Controller(house.folder, dict(kept.variables), kept.environment)
    with EngineProxy(socket, house.engine.socket) as proxy:
        yield Watched(house, proxy)
    house.controller = kept


def build(house: SmallHouse) -> None:
    """A stack that is as git has it, one that differs in every place, and one whose folder is a checkout of its own."""
    untracked = {"app.env": "PASSWORD=swordfish-1\n", ".env": "COLOUR=blue\n"}
    tracked = {"compose.yml": COMPOSE.format(image=house.image, size="small"), "settings.toml": "a = 1\n"}
    house.add("same", tracked, untracked)
    house.up("same")
    house.add("apart", tracked, untracked)
    house.up("apart")
    house.lay("apart", {"compose.yml": COMPOSE.format(image=house.image, size="large"), "settings.toml": "a = 3\n"})
    house.repository.commit({"apart/compose.yml": COMPOSE.format(image=house.image, size="medium"), "apart/new.toml": "b = 1\n"})
    folder = house.add("checkout", tracked, untracked)
    house.up("checkout")
    house.docker("run", "--detach", "--name", f"{house.prefix}-by-hand", "--env", "TOKEN=t", house.image)
    as_checkout(house, folder)


def as_checkout(house: SmallHouse, folder: Path) -> None:
    checkout = Repository(folder)
    checkout.git("add", "compose.yml", "settings.toml")
    checkout.git("commit", "--quiet", "--message", "by hand")
    for tracked in (folder / "compose.yml", house.repository.root / "same" / "compose.yml"):
        # A file with a new time makes git want to refresh its index.
        os.utime(tracked)


def wait(reached: object, what: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not reached():  # type: ignore[operator]
        assert time.monotonic() < end, f"after {seconds:.0f} s it is still not so that {what}"
        time.sleep(0.05)


def descendants(pid: int) -> list[int]:
    """A process and all below it, parents first."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [each for child in task.read_text().split() for each in descendants(int(child))]
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("pipelining", ["False", "True"], ids=["files", "pipelined"])
@pytest.mark.parametrize("words", [(), ("--check", "--diff")], ids=["plain", "check"])
def test_an_audit_writes_nothing(watched: Watched, words: tuple[str, ...], pipelining: str) -> None:
    before = watched.files()
    code = watched.controller.run("audit", *words, environment={"ANSIBLE_PIPELINING": pipelining})
    assert code == 0, watched.controller.output
    assert changes(before, watched.files()) == []
    assert watched.proxy.writing() == []
    told = watched.controller.target()
    assert told["verdict"] == "drift"
    assert {each["code"] for each in watched.house.findings()} >= {"three_ways", "file_edited_on_host", "container_unmanaged", "host_checkout"}
    assert told["requests"]["write"] == 0
    assert told["requests"]["read"] == watched.proxy.of_module() > 10
    assert watched.controller.report()["writes"] == 0


def test_reconcile_writes_nothing_where_git_wins_nowhere(watched: Watched) -> None:
    before = watched.files()
    assert watched.controller.run("reconcile") == 0, watched.controller.output
    assert changes(before, watched.files()) == []
    assert watched.proxy.writing() == []
    assert watched.controller.report()["writes"] == 0


def test_nothing_is_written_anywhere_on_the_machine(watched: Watched) -> None:
    reason = missing_for_machine()
    if reason:
        without(reason)
    shared = watched.house.folder / "controller"
    with machine([shared, Path("/run")]) as view:
        # The proxy's socket has to be reachable from inside.
        (shared / "e.sock").unlink(missing_ok=True)
        with EngineProxy(shared / "e.sock", watched.house.engine.socket) as proxy:
            watched.controller.variables["compose_stacks_docker_host"] = proxy.url
            done = view.run(watched.controller.command("audit"), watched.controller.shell(), watched.house.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert view.written() == []
    assert watched.controller.target()["verdict"] == "drift"
    assert watched.proxy.writing() == []


@pytest.mark.parametrize("pipelining", ["False", "True"], ids=["files", "pipelined"])
def test_a_killed_module_leaves_nothing(watched: Watched, compose_binary: list[str], pipelining: str) -> None:
    watched.use_wrapper(compose_binary)
    before = watched.files()
    run = watched.controller.start("audit", environment={"ANSIBLE_PIPELINING": pipelining})
    module = watched.wait_for_module()
    wait(lambda: any(path.endswith("/settings.toml") for path in watched.files().keys() - before.keys()), "git's files are laid out", 10)
    assert open_to_others(Path(path) for path in watched.files().keys() - before.keys()) == []
    os.kill(module, signal.SIGKILL)
    watched.go()
    assert run.wait(60) == 0
    told = watched.controller.target()
    assert (told["verdict"], told["read"]) == ("unknown", False)
    settled(watched, before)
    second_run(watched, before)


@pytest.mark.parametrize("pipelining", ["False", "True"], ids=["files", "pipelined"])
@pytest.mark.parametrize("killed", ["main process", "all of the controller", "everything"])
def test_a_killed_controller_leaves_nothing(watched: Watched, compose_binary: list[str], killed: str, pipelining: str) -> None:
    watched.use_wrapper(compose_binary)
    before = watched.files()
    run = watched.controller.start("audit", environment={"ANSIBLE_PIPELINING": pipelining})
    module = watched.wait_for_module()
    below_module = set(descendants(module))
    doomed = {
        "main process": [run.pid],
        "all of the controller": [each for each in descendants(run.pid) if each not in below_module],
        "everything": [each for each in descendants(run.pid) if each not in below_module - {module}],
    }[killed]
    for each in doomed:
        os.kill(each, signal.SIGKILL)
    run.wait()
    watched.go()
    wait(lambda: not alive(module), "the module has ended", 30)
    settled(watched, before)
    second_run(watched, before)


def settled(watched: Watched, before: dict[str, Entry]) -> None:
    """What was killed cleans up by itself, without a second run."""
    end = time.monotonic() + 10
    while (told := changes(before, watched.files())) and time.monotonic() < end:
        time.sleep(0.1)
    assert told == []
    wait(lambda: not processes_in(watched.house.folder), "no process is left", 10)


def second_run(watched: Watched, before: dict[str, Entry]) -> None:
    assert watched.controller.run("audit") == 0, watched.controller.output
    assert watched.controller.target()["verdict"] == "drift"
    assert changes(before, watched.files()) == []
    assert watched.proxy.writing() == []


def processes_in(folder: Path) -> list[int]:
    """Processes that have the folder's name in their environment or their words, zombies too."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        if int(each.name) == os.getpid():
            continue
        try:
            told = (each / "environ").read_bytes() + (each / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told:
            found.append(int(each.name))
    return found


def test_an_audit_leaves_no_process(watched: Watched) -> None:
    assert watched.controller.run("audit") == 0, watched.controller.output
    assert processes_in(watched.house.folder) == []


@pytest.mark.parametrize(
    ("spoiled", "seen"),
    [
        ('open(os.path.expanduser("~/left"), "w").close()', "+ {home}/left"),
        ('os.utime("{stack}/compose.yml")', "~ {stack}/compose.yml"),
        ('os.chmod("{stack}", 0o700)', "~ {stack}"),
        ('__import__("tempfile").mkdtemp()', "+ {tmp}/tmp"),
    ],
)
def test_a_module_that_writes_is_seen(watched: Watched, tmp_path: Path, spoiled: str, seen: str) -> None:
    names = {"stack": watched.house.stacks / "apart", "home": watched.controller.home, "tmp": watched.controller.temporary}
    spoil_module(watched, tmp_path, spoiled.format(**names))
    before = watched.files()
    assert watched.controller.run("audit") == 0, watched.controller.output
    told = changes(before, watched.files())
    for each in told:
        if each.startswith("+ "):
            remove(Path(each[2:]))
    assert len(told) == 1
    assert told[0].startswith(seen.format(**names))


def remove(path: Path) -> None:
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink()


def test_a_module_that_asks_the_engine_to_write_is_seen(watched: Watched, tmp_path: Path) -> None:
    name = f"{watched.house.prefix}-by-hand"
    writer = "ansible_collections.homelab.media_center.plugins.module_utils.live.docker_writer"
    spoil_module(watched, tmp_path, f"from {writer} import ContainerWriter; ContainerWriter(asked.engine).start('{name}')")
    assert watched.controller.run("audit") == 0, watched.controller.output
    assert watched.proxy.writing() == [f"POST /v{watched.house.engine.api_version}/containers/{name}/start"]


def spoil_module(watched: Watched, folder: Path, line: str) -> None:
    watched.controller.collections = copy_of_collection(folder / "collections")
    anchor = "    read = reading.result()\n"
    spoil(watched.controller.collections, "plugins/module_utils/module/compose_stack.py", anchor, f"{anchor}    import os; {line}\n")


def test_a_write_anywhere_on_the_machine_is_seen() -> None:
    reason = missing_for_machine()
    if reason:
        without(reason)
    with machine([]) as view:
        done = view.run(["sh", "-c", f"mkdir -p {BACKUPS}/x; chmod 640 {CHECKOUT}/README.md; rm /etc/hostname"], os.environ, Path("/"))
        assert done.returncode == 0, done.stderr
        assert set(view.written()) >= {f"{BACKUPS}/x", f"{CHECKOUT}/README.md", "/etc/hostname"}
