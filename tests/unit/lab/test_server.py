# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP side of the stand-ins: answers, faults and the log, over loopback and over a unix socket."""

from __future__ import annotations

import http.client
import json
import socket
import stat
import time
from typing import TYPE_CHECKING

import pytest

from lab.faults import Fault, FaultFile
from lab.request_log import RequestLog
from lab.server import Listener, Request, Response, json_response, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Echo:
    """Answers with what it was asked."""

    name = "echo"

    def answer(self, request: Request) -> Response:
        if request.path == "/broken":
            raise KeyError("forgotten")
        if request.path == "/nothing":
            return Response(204)
        return json_response(200, {"method": request.method, "path": request.path, "query": request.query, "body": request.body.decode()})

    def failure(self, status: int) -> Response:
        return json_response(status, {"message": "database is locked"})


class Lab:
    """A served Echo with everything that belongs to it."""

    def __init__(self, folder: Path, over: str) -> None:
        self.socket = folder / "s.sock" if over == "unix" else None
        self.faults = FaultFile(folder / "faults.json")
        self.log_path = folder / "requests.jsonl"
        self.log = RequestLog(self.log_path)
        self.listener: Listener = serve(Echo(), self.faults, self.log, self.socket)

    def connect(self) -> http.client.HTTPConnection:
        if self.socket is None:
            return http.client.HTTPConnection("127.0.0.1", int(self.listener.address.rpartition(":")[2]), timeout=10)
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(10)
        connection.sock.connect(str(self.socket))
        return connection

    def ask(self, method: str = "GET", path: str = "/", body: str | None = None) -> tuple[int, bytes, dict[str, str]]:
        connection = self.connect()
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.read(), dict(response.getheaders())
        finally:
            connection.close()

    def logged(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log_path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(params=["tcp", "unix"])
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    # A short name: the path of a unix socket has little room.
    lab = Lab(tmp_path_factory.mktemp("s"), request.param)
    yield lab
    lab.listener.close()
    lab.log.close()


def test_the_stand_in_sees_the_request_as_it_was_meant(lab: Lab) -> None:
    status, body, headers = lab.ask("POST", "/a%20b?x=1&x=2&y=", "hello")
    assert status == 200
    assert json.loads(body) == {"method": "POST", "path": "/a b", "query": {"x": ["1", "2"], "y": [""]}, "body": "hello"}
    assert headers["Content-Type"] == "application/json"


def test_a_connection_is_kept(lab: Lab) -> None:
    connection = lab.connect()
    for dummy in range(3):
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        assert not response.will_close
    connection.close()


def test_head_and_empty_answers_have_no_body(lab: Lab) -> None:
    assert lab.ask("HEAD", "/")[:2] == (200, b"")
    assert lab.ask("GET", "/nothing")[:2] == (204, b"")


def test_a_mistake_of_a_stand_in_is_told_to_the_client(lab: Lab) -> None:
    status, body, dummy = lab.ask(path="/broken")
    assert status == 500
    assert b"forgotten" in body


def test_an_upload_in_pieces_is_put_together(lab: Lab) -> None:
    connection = lab.connect()
    for dummy in range(2):
        connection.request("POST", "/", iter([b"one ", b"two"]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
        assert json.loads(connection.getresponse().read())["body"] == "one two"
    connection.close()


def test_every_request_is_in_the_log_before_its_answer_arrives(lab: Lab) -> None:
    before = time.time()
    lab.ask("PUT", "/api?apikey=secret&x=1")
    (line,) = lab.logged()
    assert set(line) == {"t", "app", "method", "path", "status"}
    assert line | {"t": 0} == {"t": 0, "app": "echo", "method": "PUT", "path": "/api?apikey=***&x=1", "status": 200}
    assert before - 1 <= float(str(line["t"])) <= time.time() + 1


def test_fault_status(lab: Lab) -> None:
    lab.faults.set("echo", Fault(status=500))
    status, body, dummy = lab.ask()
    assert (status, json.loads(body)) == (500, {"message": "database is locked"})
    assert lab.logged()[-1]["status"] == 500


def test_fault_login_page(lab: Lab) -> None:
    lab.faults.set("echo", Fault(login_page=True))
    status, body, headers = lab.ask()
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"<form" in body


def test_fault_garbage(lab: Lab) -> None:
    lab.faults.set("echo", Fault(garbage=True))
    status, body, headers = lab.ask()
    assert (status, headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(ValueError, match=r"."):
        json.loads(body)


def test_fault_reset(lab: Lab) -> None:
    lab.faults.set("echo", Fault(reset=True))
    with pytest.raises(ConnectionError):
        lab.ask()
    assert lab.logged()[-1]["status"] == 0


def test_fault_slow_alone_and_with_another(lab: Lab) -> None:
    for fault, expected in ((Fault(slow=0.15), 200), (Fault(slow=0.15, status=503), 503)):
        lab.faults.set("echo", fault)
        start = time.monotonic()
        assert lab.ask()[0] == expected
        assert time.monotonic() - start >= 0.15


def test_a_cleared_fault_is_gone(lab: Lab) -> None:
    lab.faults.set("echo", Fault(status=500))
    assert lab.ask()[0] == 500
    lab.faults.set("echo", None)
    assert lab.ask()[0] == 200


def test_only_this_user_may_use_a_socket(tmp_path_factory: pytest.TempPathFactory) -> None:
    lab = Lab(tmp_path_factory.mktemp("s"), "unix")
    assert lab.socket is not None
    assert stat.S_IMODE(lab.socket.stat().st_mode) == 0o600
    lab.listener.close()


def test_a_socket_path_that_is_too_long_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="give a shorter --dir"):
        serve(Echo(), FaultFile(tmp_path / "f"), RequestLog(tmp_path / "l"), tmp_path / ("x" * 120))


def test_closing_does_not_wait_for_slow_answers(tmp_path: Path) -> None:
    lab = Lab(tmp_path, "tcp")
    lab.faults.set("echo", Fault(slow=60))
    connection = lab.connect()
    connection.request("GET", "/")
    start = time.monotonic()
    lab.listener.close()
    assert time.monotonic() - start < 5
    connection.close()
