# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of ``app_secrets_info``: what is told with ``-vvv``, what stays on the host, a real container, a killed module, an old Python."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import ansible
import pytest
import yaml

from support.app_database import APP_UID, copied_state, host_folder, running_app
from support.parts import CHECKOUT, python_3_8, without
from support.snapshot import changes, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support import engine as engines

MODULE = "ansible_collections.homelab.media_center.plugins.modules.app_secrets_info"
APPS = ("lidarr", "prowlarr", "radarr", "readarr", "sonarr")
API_KEY = "0123456789abcdef0123456789abcdef"
RUN_KEY = "canary-run-key-4711-5f2c"


@pytest.fixture
def host() -> Iterator[Path]:
    with host_folder() as made:
        yield made


@pytest.fixture
def house(shared: Path) -> Path:
    return shared / "fixtures" / "servarr_house"


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        without("root, to become another user")


def canaries(house: Path) -> list[str]:
    """Each secret of the house in the spellings in which it could slip out; those made of plain words cannot be told from a text."""
    values = {each["value"] for each in json.loads((house / "secrets.json").read_text())} - {"goodkey"} | {RUN_KEY}
    found: set[str] = set()
    for value in values:
        found |= {value, quote(value, safe=""), json.dumps(value)[1:-1], base64.b64encode(value.encode()).decode()}
    return sorted(found)


def leaks(house: Path, text: str) -> list[str]:
    return [each for each in canaries(house) if each in text]


def play(host: Path, options: dict[str, Any], *words: str, **task: Any) -> subprocess.CompletedProcess[str]:
    """Run the module from a playbook over a local connection, with everything that Ansible can tell."""
    control = host / "control"
    (control / "home").mkdir(parents=True, exist_ok=True)
    tasks = [{"name": "Read", "homelab.media_center.app_secrets_info": options, "register": "secrets", **task}]
    tasks.append(
        {"name": "Keep", "ansible.builtin.copy": {"content": "{{ secrets | to_json }}", "dest": str(control / "result.json"), "mode": "0600"}, "no_log": True}
    )
    (control / "play.yml").write_text(yaml.safe_dump([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "DOCKER_"))},
        "HOME": str(control / "home"),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / "collections"),
        "ANSIBLE_LOG_PATH": str(control / "log"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", "-vvv", *words, str(control / "play.yml")]
    extra = ["-e", f"ansible_python_interpreter={sys.executable}"]
    return subprocess.run([*command, *extra], cwd=control, env=environment, capture_output=True, text=True, check=False)


def result(host: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((host / "control" / "result.json").read_text())
    return told


@contextlib.contextmanager
def whole_house(house: Path, host: Path) -> Iterator[dict[str, Path]]:
    """All five apps running, two of them a second time as stopped and as left over."""
    folders = {app: copied_state(house / app / "running", host / "apps" / app, house / app / "config.xml") for app in APPS}
    with contextlib.ExitStack() as stack:
        for app, folder in folders.items():
            stack.enter_context(running_app(folder / f"{app}.db"))
        for name, app, state in (("radarr-2", "radarr", "stopped"), ("sonarr-2", "sonarr", "stopped_with_wal")):
            folders[name] = copied_state(house / app / state, host / "apps" / name, house / app / "config.xml")
        yield folders


def options_for(house: Path, folders: dict[str, Path]) -> dict[str, Any]:
    passwords = {each["app"]: each["value"] for each in json.loads((house / "secrets.json").read_text()) if each["resource"] == "config/host"}
    apps = [{"name": name, "app": name.partition("-")[0], "data_path": str(folder)} for name, folder in folders.items()]
    return {"apps": apps, "fingerprint_key": RUN_KEY, "declared_passwords": json.dumps(passwords)}


@pytest.mark.parametrize("check", [True, False])
def test_nothing_is_told_or_changed(house: Path, host: Path, check: bool) -> None:
    (host / "apps").mkdir(mode=0o711)
    with whole_house(house, host) as folders:
        before = snapshot([host / "apps"])
        done = play(host, options_for(house, folders), *(["--check", "--diff"] if check else []))
        assert changes(before, snapshot([host / "apps"])) == []
    assert done.returncode == 0, done.stdout + done.stderr
    assert leaks(house, done.stdout + done.stderr + (host / "control" / "log").read_text()) == []
    assert "download_client/qBittorrent/fields.password" in done.stdout
    left = [path for path in (host / "control" / "home").rglob("*") if path.is_file()]
    assert left == []
    if not check:
        told = result(host)
        assert set(told["fingerprints"]) == set(folders)
        assert told["not_comparable"] == []
        assert leaks(house, json.dumps(told, ensure_ascii=False)) == []
        assert told["states"]["radarr-2"] == "at_rest"
        assert told["states"]["sonarr-2"] == "left_over"
        assert {told["states"][app] for app in APPS} == {"in_use"}


def test_a_password_that_is_a_common_word_leaves_the_result_readable(house: Path, host: Path) -> None:
    folder = copied_state(house / "radarr" / "stopped", host / "radarr", house / "radarr" / "config.xml")
    options = {"apps": [{"name": "radarr", "app": "radarr", "data_path": str(folder)}], "fingerprint_key": RUN_KEY}
    play(host, {**options, "declared_passwords": json.dumps({"radarr": "hmac"})})
    assert result(host)["fingerprints"]["radarr"]["download_client/qBittorrent/fields.password"].startswith("hmac:")


def test_found_keys_show_only_where_no_log_is_forgotten(house: Path, host: Path) -> None:
    """The second half is what makes the first half, and the search for canaries, say something."""
    folder = copied_state(house / "radarr" / "stopped", host / "radarr", house / "radarr" / "config.xml")
    options = {"apps": [{"name": "radarr", "app": "radarr", "data_path": str(folder)}], "discover_keys": True}
    quiet = play(host, options, no_log=True)
    assert API_KEY not in quiet.stdout + quiet.stderr
    assert result(host)["api_keys"] == {"radarr": API_KEY}
    loud = play(host, options)
    assert leaks(house, loud.stdout) == [API_KEY]


def module_call(host: Path, python: str, options: dict[str, Any], **process: Any) -> subprocess.Popen[str]:
    """The module as a process of its own, without Ansible around it."""
    (host / "arguments.json").write_text(json.dumps({"ANSIBLE_MODULE_ARGS": {"_ansible_remote_tmp": str(host / "remote"), **options}}))
    (host / "arguments.json").chmod(0o644)
    library = host / "library"
    library.mkdir(exist_ok=True)
    if not (library / "ansible").exists():
        (library / "ansible").symlink_to(Path(ansible.__file__).parent)
    environment = {
        "PYTHONPATH": f"{library}{os.pathsep}{CHECKOUT / 'collections'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.environ["PATH"],
        "HOME": str(host),
    }
    return subprocess.Popen(
        [python, "-m", MODULE, str(host / "arguments.json")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **process
    )


def answer_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    stdout, stderr = process.communicate(timeout=60)
    assert stdout, stderr
    told: dict[str, Any] = json.loads(stdout)
    return told


def test_a_killed_module_leaves_no_copy(house: Path, host: Path) -> None:
    folder = copied_state(house / "sonarr" / "stopped_with_wal", host / "sonarr", house / "sonarr" / "config.xml")
    # Large enough for the copy to be caught at work.
    with (folder / "sonarr.db").open("r+b") as file:
        file.truncate(400 << 20)
    before = snapshot([folder])
    process = module_call(host, sys.executable, {"apps": [{"name": "s", "app": "sonarr", "data_path": str(folder)}]})
    deadline = time.monotonic() + 30
    while not list(host.glob("remote/*/database/sonarr.db")):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    while (host / "remote").exists():
        assert time.monotonic() < deadline, list((host / "remote").rglob("*"))
        time.sleep(0.05)
    assert changes(before, snapshot([folder])) == []


def test_python_3_8(house: Path, host: Path) -> None:
    python = python_3_8("import sqlite3")
    (host / "apps").mkdir(mode=0o711)
    with whole_house(house, host) as folders:
        before = snapshot([host / "apps"])
        old = answer_of(module_call(host, python, options_for(house, folders)))
        new = answer_of(module_call(host, sys.executable, options_for(house, folders)))
        assert changes(before, snapshot([host / "apps"])) == []
    assert {name: old[name] for name in ("states", "not_comparable")} == {name: new[name] for name in ("states", "not_comparable")}
    assert len(old["fingerprints"]) == 7
    assert {name: set(found) for name, found in old["fingerprints"].items()} == {name: set(found) for name, found in new["fingerprints"].items()}


def test_without_rights_nothing_is_read_and_become_is_named(as_root: None, house: Path, host: Path) -> None:
    python = "/usr/bin/python3"
    if not Path(python).exists():
        without(f"{python}, which another user can run")
    folder = copied_state(house / "radarr" / "stopped", host / "radarr", house / "radarr" / "config.xml")
    packages = host / "packages"
    # Another user may not be able to pass the folders above the checkout.
    shutil.copytree(Path(ansible.__file__).parent, packages / "ansible", ignore=shutil.ignore_patterns("__pycache__", "test", "galaxy"))
    target = packages / "ansible_collections" / "homelab" / "media_center"
    shutil.copytree(CHECKOUT / "plugins", target / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    arguments = {
        "ANSIBLE_MODULE_ARGS": {"_ansible_remote_tmp": "/tmp", "apps": [{"name": "r", "app": "radarr", "data_path": str(folder)}], "discover_keys": True}
    }
    done = subprocess.run(
        [python, "-m", MODULE], input=json.dumps(arguments), env={"PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False, user=65534, group=65534, extra_groups=[], cwd="/",
    )  # fmt: skip
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert told["fingerprints"] == {}
    assert told["api_keys"] == {}
    assert {each["remedy"] for each in told["not_comparable"]} == {"run with become"}


@pytest.mark.engine
def test_a_real_container(as_root: None, house: Path, host: Path, docker_engine: engines.Engine, busybox_image: str) -> None:
    """The engine says where its data lies and what its variables are, whether it runs or not."""
    name = f"mc-secrets-{uuid.uuid4().hex[:8]}"
    folder = copied_state(house / "radarr" / "running", host / "radarr", house / "radarr" / "config.xml")
    words = ["run", "-d", "--name", name, "-v", f"{folder}:/config", "-v", f"{host}:/data:ro", "-e", "RADARR__AUTH__APIKEY=canary-from-variable", busybox_image]
    docker_engine.docker(*words)
    options = {"apps": [{"name": "radarr", "app": "radarr", "container": name}], "fingerprint_key": RUN_KEY, "docker_host": docker_engine.host}
    try:
        with running_app(folder / "radarr.db"):
            before = snapshot([folder])
            running = answer_of(module_call(host, sys.executable, {**options, "discover_keys": True}))
            assert changes(before, snapshot([folder])) == []
        docker_engine.docker("stop", "-t", "0", name)
        stopped = answer_of(module_call(host, sys.executable, options))
    finally:
        docker_engine.docker("rm", "-f", name, check=False)
    assert running["not_comparable"] == stopped["not_comparable"] == []
    assert running["states"] == {"radarr": "in_use"}
    assert stopped["states"] == {"radarr": "left_over"}
    assert running["api_keys"] == {"radarr": "canary-from-variable"}
    assert running["fingerprints"] == {"radarr": {**stopped["fingerprints"]["radarr"]}}
    gone = answer_of(module_call(host, sys.executable, options))
    assert gone["fingerprints"] == {}
    assert name in gone["not_comparable"][0]["reason"]
    assert {path.stat().st_uid for path in folder.iterdir()} == {APP_UID}
