# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway to the Engine API against scripted answers. Each fault has the same question answered well beside it."""

from __future__ import annotations

import os
import socket
import threading
import time
from concurrent.futures import wait
from typing import TYPE_CHECKING

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live import docker_engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine, segment

from support.scripted_engine import ScriptedEngine, answer, error, version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD = answer([{"Id": "a"}])
PATH = "/v1.41/containers/json"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_engine, "RETRY_PAUSES", (0.0, 0.0))


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedEngine]:
    server = ScriptedEngine(tmp_path / "docker.sock")
    server.replies[PATH] = [GOOD]
    yield server
    server.close()


def engine_of(server: ScriptedEngine, **options: object) -> Engine:
    return Engine(docker_host=server.url, environ={}, **{"timeout": 5, **options})


def asked(server: ScriptedEngine, **options: object) -> object:
    with engine_of(server, **options) as engine:
        return engine.get("/containers/json")


# The API version


@pytest.mark.parametrize(
    ("newest", "oldest", "expected"),
    [
        ("1.41", "1.12", "1.41"),
        ("1.44", "1.24", "1.44"),
        ("1.51", "1.24", "1.51"),
        ("1.52", "1.44", "1.51"),
        ("1.55", "1.40", "1.51"),
        ("1.60", "1.53", "1.53"),
        ("1.9", "1.9", "1.9"),
    ],
)
def test_negotiates_the_newest_version_below_the_change_of_shape(scripted: ScriptedEngine, newest: str, oldest: str, expected: str) -> None:
    scripted.replies["/version"] = [version(newest, oldest)]
    scripted.replies[f"/v{expected}/info"] = [answer({"ok": True})]
    with engine_of(scripted) as engine:
        assert engine.get("/info") == {"ok": True}
        assert engine.api_version == expected
    assert scripted.paths() == ["/version", f"/v{expected}/info"]


def test_speaks_compares_numbers(scripted: ScriptedEngine) -> None:
    with engine_of(scripted) as engine:
        assert engine.speaks("1.9")
        assert engine.speaks("1.41")
        assert not engine.speaks("1.48")


@pytest.mark.parametrize(("option", "environ"), [("auto", {"DOCKER_API_VERSION": "1.43"}), ("1.43", {"DOCKER_API_VERSION": "1.42"})])
def test_asked_version_is_used(scripted: ScriptedEngine, option: str, environ: dict[str, str]) -> None:
    scripted.replies["/v1.43/info"] = [answer({})]
    with Engine(docker_host=scripted.url, api_version=option, environ=environ) as engine:
        engine.get("/info")
        assert engine.api_version == "1.43"


def too_old(asked_version: str, floor: str) -> bytes:
    return error(400, f"client version {asked_version} is too old. Minimum supported API version is {floor}, please upgrade your client to a newer version")


def test_engine_upgraded_meanwhile_is_negotiated_again(scripted: ScriptedEngine) -> None:
    scripted.replies["/version"] = [version("1.41", "1.12"), version("1.52", "1.44")]
    scripted.replies[PATH] = [too_old("1.41", "1.44")]
    scripted.replies["/v1.51/containers/json"] = [GOOD]
    with engine_of(scripted) as engine:
        assert engine.get("/containers/json") == [{"Id": "a"}]
        assert engine.api_version == "1.51"
    assert scripted.paths() == ["/version", PATH, "/version", "/v1.51/containers/json"]


def test_refusal_names_the_floor_where_version_does_not(scripted: ScriptedEngine) -> None:
    scripted.replies[PATH] = [too_old("1.41", "1.44")]
    scripted.replies["/v1.44/containers/json"] = [GOOD]
    assert asked(scripted) == [{"Id": "a"}]


def test_ceiling_is_understood_too(scripted: ScriptedEngine) -> None:
    scripted.replies[PATH] = [error(400, "client version 1.41 is too new. Maximum supported API version is 1.40")]
    scripted.replies["/v1.40/containers/json"] = [GOOD]
    assert asked(scripted) == [{"Id": "a"}]


def test_refused_for_good_is_an_error_after_one_more_look(scripted: ScriptedEngine) -> None:
    scripted.replies[PATH] = [too_old("1.41", "1.44")]
    scripted.replies["/v1.44/containers/json"] = [too_old("1.44", "1.46")]
    with pytest.raises(GatewayError, match="too old") as caught:
        asked(scripted)
    assert caught.value.status == 400
    assert scripted.paths().count("/version") == 2


def test_parallel_refusals_are_settled_once(scripted: ScriptedEngine) -> None:
    scripted.replies["/version"] = [version("1.41"), version("1.52", "1.44")]
    scripted.replies[PATH] = [too_old("1.41", "1.44")]
    scripted.replies["/v1.51/containers/json"] = [GOOD]
    with engine_of(scripted) as engine:
        futures = [engine.submit(engine.get, "/containers/json") for _each in range(12)]
        assert [future.result() for future in futures] == [[{"Id": "a"}]] * 12
    assert scripted.paths().count("/version") == 2


def test_refused_pin_names_what_demands_it(scripted: ScriptedEngine) -> None:
    scripted.replies["/v1.30/containers/json"] = [too_old("1.30", "1.44")]
    with pytest.raises(GatewayError, match=r"refuses API version 1\.30, which api_version or DOCKER_API_VERSION demands"):
        asked(scripted, api_version="1.30")


def test_pin_that_is_no_version_is_refused_before_anything_is_sent(scripted: ScriptedEngine) -> None:
    with pytest.raises(GatewayError, match="'newest' is no version"):
        asked(scripted, api_version="newest")
    assert scripted.log == []


@pytest.mark.parametrize(
    ("told", "podman"),
    [
        (version("1.41"), False),
        (version("1.41", Libpod_API_Version="4.9.3"), True),
        (answer({"ApiVersion": "1.41", "MinAPIVersion": "1.24", "Components": [{"Name": "Podman Engine"}]}), True),
        (answer({"ApiVersion": "1.41", "MinAPIVersion": "1.24", "Components": [{"Name": "Engine"}]}), False),
    ],
)
def test_podman_is_told_apart(scripted: ScriptedEngine, told: bytes, podman: bool) -> None:
    scripted.replies["/version"] = [told]
    with engine_of(scripted) as engine:
        assert engine.podman is podman


# Faults


def hang(connection: socket.socket) -> None:
    threading.Event().wait(1.5)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[")
    for _each in range(30):
        time.sleep(0.05)
        connection.sendall(b" ")


def close(connection: socket.socket) -> None:
    """Say nothing."""


def cut_length(connection: socket.socket) -> None:
    connection.sendall(GOOD[:-4])


def cut_chunks(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n[{"Id": "\r\n')


CUT_JSON = answer('[{"Id": ')
LOGIN_PAGE = answer("<html><title>Sign in</title></html>", content_type="text/html")
PASSING = [cut_length, cut_chunks, close, error(500, "database is locked"), error(503, "starting")]


@pytest.mark.parametrize(
    ("reply", "sentence", "retryable"),
    [
        (hang, "no whole answer within 0.4 s", True),
        (drip, "no whole answer within 0.4 s", True),
        (close, "the connection was closed", True),
        (cut_length, "the answer broke off", True),
        (cut_chunks, "the answer broke off", True),
        (CUT_JSON, "the answer is broken JSON", True),
        (LOGIN_PAGE, "what answers there is not a Docker API", False),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "what answers there does not speak HTTP", False),
        (error(500, "database is locked"), 'HTTP 500: "database is locked"', True),
        (answer("<html>Bad Gateway</html>", 502, "text/html"), "HTTP 502 ", True),
        (answer("Forbidden", 403, "text/html"), "HTTP 403, reading is not allowed", False),
        (error(404, "page not found"), 'HTTP 404: "page not found"', False),
        (answer(b"\xff\xfe\xfd"), "the answer is broken JSON", True),
    ],
)
def test_each_fault_is_one_sentence(scripted: ScriptedEngine, reply: object, sentence: str, retryable: bool) -> None:
    assert asked(scripted, timeout=0.4) == [{"Id": "a"}]
    scripted.replies[PATH] = [reply]
    with pytest.raises(GatewayError) as caught:
        asked(scripted, timeout=0.4)
    told = caught.value
    assert sentence in str(told) + " "
    assert told.retryable is retryable
    assert told.target == f"Docker Engine at {scripted.url}"
    assert str(told).startswith(told.target + ": ")
    assert "(next: " in str(told)
    assert "\n" not in str(told)


@pytest.mark.parametrize("reply", PASSING)
def test_what_may_pass_is_asked_again(scripted: ScriptedEngine, reply: object) -> None:
    scripted.replies[PATH] = [reply, reply, GOOD]
    with engine_of(scripted) as engine:
        assert engine.get("/containers/json") == [{"Id": "a"}]
        assert engine.requests == {"read": 4, "write": 0}


def test_asking_again_is_bounded(scripted: ScriptedEngine) -> None:
    scripted.replies[PATH] = [error(500, "no")]
    with pytest.raises(GatewayError):
        asked(scripted)
    assert scripted.paths().count(PATH) == 3


@pytest.mark.parametrize("reply", [hang, LOGIN_PAGE, error(404, "page not found"), answer("no", 403)])
def test_what_will_not_pass_is_asked_once(scripted: ScriptedEngine, reply: object) -> None:
    scripted.replies[PATH] = [reply]
    with pytest.raises(GatewayError):
        asked(scripted, timeout=0.4)
    assert scripted.paths().count(PATH) == 1


@pytest.mark.parametrize("told", [LOGIN_PAGE, answer({"status": "ok"}), answer([]), answer({"ApiVersion": "new"}), error(404, "page not found")])
def test_another_service_on_the_socket_is_recognised(scripted: ScriptedEngine, told: bytes) -> None:
    scripted.replies["/version"] = [told]
    with pytest.raises(GatewayError, match="next: point docker_host at the Docker socket"):
        asked(scripted)


def test_no_socket(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="Docker is not installed or not running"), Engine(docker_host=f"unix://{tmp_path}/none.sock") as engine:
        engine.get("/info")


def test_path_that_is_no_socket(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(GatewayError) as caught, Engine(docker_host=f"unix://{path}") as engine:
        engine.get("/info")
    assert "connection refused" in str(caught.value) or "not a socket" in str(caught.value)


def test_socket_left_by_a_dead_daemon(tmp_path: Path) -> None:
    path = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(GatewayError, match="connection refused") as caught, Engine(docker_host=f"unix://{path}") as engine:
        engine.get("/info")
    assert caught.value.retryable


def test_closed_port() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(GatewayError, match="connection refused"), Engine(docker_host=f"tcp://127.0.0.1:{port}", environ={}) as engine:
            engine.get("/info")


def test_permission_denied_names_group_and_become(scripted: ScriptedEngine, tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    path.chmod(0o600)
    if os.geteuid() == 0:
        tmp_path.chmod(0o755)
        child = os.fork()
        if child == 0:
            os.setgid(65534)
            os.setuid(65534)
            os._exit(0 if _refused_for_permission(scripted.url) else 1)
        _pid, status = os.waitpid(child, 0)
        # pytest's own folders may keep the other user out even before the socket, with the same error.
        assert os.waitstatus_to_exitcode(status) == 0
        assert asked(scripted) == [{"Id": "a"}]
    else:
        path.chmod(0)
        assert _refused_for_permission(scripted.url)


def _refused_for_permission(url: str) -> bool:
    try:
        Engine(docker_host=url, environ={}).get("/info")
    except GatewayError as told:
        return "no permission" in str(told) and "group docker" in str(told) and "media_center_become" in str(told)
    return False


def test_errors_show_neither_query_nor_userinfo(scripted: ScriptedEngine) -> None:
    with pytest.raises(GatewayError) as caught, engine_of(scripted) as engine:
        engine.get("/missing", {"filters": "canary-query"})
    with pytest.raises(GatewayError) as refused, Engine(docker_host="tcp://user:canary-userinfo@127.0.0.1:1", environ={}) as engine:
        assert engine.endpoint == "tcp://127.0.0.1:1"
        engine.get("/info")
    for told in (caught.value, refused.value):
        assert "canary" not in repr(vars(told)) + str(told) + repr(told)
    assert ("GET", "/v1.41/missing?filters=canary-query") in scripted.log


# Objects, connections, counting


def test_find_tells_absent_from_unknown_path(scripted: ScriptedEngine) -> None:
    scripted.replies["/v1.41/containers/x/json"] = [error(404, "No such container: x")]
    scripted.replies["/v1.41/containers/y/json"] = [answer({"Id": "y"})]
    with engine_of(scripted) as engine:
        assert engine.find("/containers/x/json") is None
        assert engine.find("/containers/y/json") == {"Id": "y"}
        with pytest.raises(GatewayError):
            engine.find("/unknown")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("sha256:ab", "sha256:ab"), ("ghcr.io:5000/a/b:1@sha256:c", "ghcr.io:5000/a/b:1@sha256:c"), ("a?b#c d", "a%3Fb%23c%20d")],
)
def test_segment_quotes_what_would_end_the_path(text: str, quoted: str) -> None:
    assert segment(text) == quoted


def test_connections_are_kept_and_few(scripted: ScriptedEngine) -> None:
    with engine_of(scripted) as engine:
        wait([engine.submit(engine.get, "/containers/json") for _each in range(40)])
        assert engine.requests == {"read": 41, "write": 0}
    assert 1 <= scripted.connections <= docker_engine.WORKERS + 1


def test_reads_run_beside_each_other(scripted: ScriptedEngine) -> None:
    together = threading.Barrier(2, timeout=3)

    def meet(connection: socket.socket) -> None:
        together.wait()
        connection.sendall(answer({}))

    scripted.replies["/v1.41/info"] = [meet]
    with engine_of(scripted) as engine:
        both = [engine.submit(engine.get, "/info") for _each in range(2)]
        assert [future.result() for future in both] == [{}, {}]


def test_connection_closed_while_idle_is_replaced_without_a_pause(scripted: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_engine, "RETRY_PAUSES", ())
    with engine_of(scripted) as engine:
        engine.get("/containers/json")
        scripted.drop_connections()
        assert engine.get("/containers/json") == [{"Id": "a"}]


def test_engine_works_again_after_close(scripted: ScriptedEngine) -> None:
    engine = engine_of(scripted)
    assert engine.get("/containers/json")
    engine.close()
    assert engine.submit(engine.get, "/containers/json").result()
    engine.close()


def test_only_get_leaves_the_gateway(scripted: ScriptedEngine) -> None:
    with engine_of(scripted) as engine:
        engine.get("/containers/json", {"all": "1"})
        engine.find("/containers/json")
        public = {name for name in dir(engine) if not name.startswith("_")}
    assert {method for method, _url in scripted.log} == {"GET"}
    assert not public & {"post", "put", "patch", "delete", "request", "send"}
