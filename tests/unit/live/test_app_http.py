# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which an app does not answer is one sentence with its target and a next step."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live import app_http
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session

from support.scripted_app import Reply, ScriptedApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATUS = "/api/v3/system/status"
PAGE = Reply(200, "<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html"})
LOCKED = Reply(500, {"message": "database is locked", "description": "SQLite"})


pytestmark = pytest.mark.usefixtures("short_pauses")


@pytest.fixture
def app() -> Iterator[ScriptedApp]:
    found = ScriptedApp()
    yield found
    found.close()


def session(url: str, key: str = ScriptedApp.key, **more: Any) -> Session:
    return Session(Address("radarr4k", url, {"X-Api-Key": key}, **{"timeout": 5, **more}))


def failure(opened: Session, path: str = STATUS) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        opened.get(path)
    opened.close()
    error = raised.value
    assert str(error).startswith("radarr4k: ")
    assert error.remedy and error.path == path and error.method == "GET"
    assert ScriptedApp.key not in str(error)
    return error


def test_an_answer_is_returned_and_counted(app: ScriptedApp) -> None:
    opened = session(app.url)
    assert opened.get(STATUS)["appName"] == "Radarr"
    assert opened.get_all({"tag": "/api/v3/tag", "status": STATUS})["tag"] == []
    assert opened.requests == {"read": 3, "write": 0, "login": 0}


def test_a_wrong_key_is_told_as_such(app: ScriptedApp) -> None:
    error = failure(session(app.url, "wrong"))
    assert (error.status, error.message, error.remedy) == (401, "HTTP 401: the API key is wrong", "correct media_center_api_key")
    assert len(app.asked) == 1


def test_a_missing_url_base_is_named() -> None:
    app = ScriptedApp(base="/radarr")
    try:
        error = failure(session(f"http://127.0.0.1:{app.port}"))
        assert error.remedy == "add /radarr to media_center_url"
        assert session(app.url).get("/api/v3/system/status")["urlBase"] == "/radarr"
    finally:
        app.close()


@pytest.mark.parametrize(
    ("reply", "sentence", "remedy"),
    [
        (Reply(302, "", {"Location": "/radarr/api/v3/system/status"}), "lacks its URL base", "add /radarr to media_center_url"),
        (Reply(301, "", {"Location": "https://media.example/api/v3/system/status"}), "sends on to https://media.example", "https"),
        (Reply(302, "", {"Location": "https://auth.example/login?rd=x&token=s3cr3t"}), "sends on to https://auth.example/login", "media_center_headers"),
        (Reply(302, "", {"Location": "/login?ReturnUrl=%2Fapi"}), "sends on to /login", "media_center_via"),
        (PAGE, "a login page, or not the app", "media_center_via"),
        (Reply(401, "<html>", {"Content-Type": "text/html"}), "a login page, or not the app", "media_center_headers"),
        (Reply(404, ""), "HTTP 404", "media_center_url"),
        (Reply(200, '{"appName": "Rad', {}), "broken JSON", "log"),
        (Reply(403, {"message": "no"}), "HTTP 403: not allowed: no", "API key"),
    ],
)
def test_what_is_no_answer_of_the_app_is_one_sentence(app: ScriptedApp, reply: Reply, sentence: str, remedy: str) -> None:
    app.always["/system/status"] = reply
    error = failure(session(app.url))
    assert sentence in error.message and remedy in error.remedy
    assert "s3cr3t" not in str(error)


@pytest.mark.parametrize("reply", [Reply(503, {"message": "starting"}), LOCKED, Reply(502, "<html>", {"Content-Type": "text/html"}), "reset"])
def test_a_read_is_repeated_until_the_app_answers(app: ScriptedApp, reply: Any) -> None:
    app.script["/system/status"] = [reply, reply]
    opened = session(app.url)
    assert opened.get(STATUS)["appName"] == "Radarr"
    assert opened.requests["read"] == 3


def test_a_read_that_stays_broken_is_told_in_the_words_of_the_app(app: ScriptedApp) -> None:
    app.always["/system/status"] = LOCKED
    error = failure(session(app.url))
    assert error.status == 500 and "database is locked" in error.message and error.retryable
    assert len(app.asked) == 4


def test_a_write_is_never_repeated(app: ScriptedApp) -> None:
    app.methods = ("POST",)
    app.script["/tag"] = [LOCKED]
    opened = session(app.url)
    reply = opened.write("POST", "/api/v3/tag", {"label": "kids"})
    error = opened.refused("POST", "/api/v3/tag", reply)
    assert reply.status == 500 and "database is locked" in error.message and not error.retryable
    assert len(app.asked) == 1 and opened.requests["write"] == 1


def test_what_an_app_refuses_is_told_without_the_attempted_value(app: ScriptedApp) -> None:
    app.methods = ("POST",)
    failures = [{"propertyName": "ApiKey", "errorMessage": "Invalid", "attemptedValue": "s3cr3t"}]
    app.always["/indexer"] = Reply(400, failures)
    opened = session(app.url)
    error = opened.refused("POST", "/api/v3/indexer", opened.write("POST", "/api/v3/indexer", {}))
    assert error.message == "HTTP 400: Invalid (ApiKey)"


def test_what_an_app_says_is_cut_when_its_secrets_are_out(app: ScriptedApp) -> None:
    # Half a secret has no shape any more.
    app.always["/indexer"] = Reply(500, {"message": "x " * 130 + "cannot read https://hooks.example/api/webhooks/11/" + "s3cr3t" * 9 + " y" * 200})
    error = failure(session(app.url), "/api/v3/indexer")
    assert "s3cr3t" not in str(error) and len(error.message) < 320 and error.message.endswith("...")


def test_what_an_app_says_twice_on_two_lines_is_one_line(app: ScriptedApp) -> None:
    app.always["/indexer"] = Reply(500, {"message": "database is locked\r\ndatabase is locked\n\ncode = Busy"})
    assert failure(session(app.url), "/api/v3/indexer").message == "HTTP 500: database is locked; code = Busy"


def test_a_connection_that_hangs_ends_and_is_not_repeated(app: ScriptedApp) -> None:
    app.always["/system/status"] = "hang"
    error = failure(session(app.url, timeout=0.3))
    assert "no answer within 0.3 s" in error.message
    assert len(app.asked) == 1


def test_lists_that_all_hang_do_not_add_up(app: ScriptedApp) -> None:
    app.always["*"] = "hang"
    opened = session(app.url, timeout=0.3)
    answers = opened.get_all({str(number): f"/api/v3/list{number}" for number in range(30)})
    assert all(isinstance(each, GatewayError) and "no answer within" in each.message for each in answers.values())
    assert opened.requests["read"] <= 2 * app_http.WORKERS


def test_nothing_that_listens_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "connection refused" in failure(session(f"http://127.0.0.1:{port}")).message


@pytest.mark.parametrize("url", ["mediabox:7878", "http://", "http://[::1"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    assert "cannot be used" in failure(session(url)).message


def test_user_and_password_in_an_address_are_not_told() -> None:
    error = failure(session("http://user:s3cr3t@127.0.0.1:1"))
    assert "s3cr3t" not in str(error)


def test_tls_that_does_not_verify_names_the_ca_file(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("key.pem", "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-keyout", paths[0], "-out", paths[1]], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paths[1], paths[0])
    app = ScriptedApp()
    app._server.socket = context.wrap_socket(app._server.socket, server_side=True, do_handshake_on_connect=False)
    url = app.url.replace("http:", "https:")
    try:
        error = failure(session(url))
        assert "certificate" in error.message and "ca_path" in error.remedy
        assert session(url, verify=paths[1]).get(STATUS)["appName"] == "Radarr"
        assert session(url, verify=False).get(STATUS)["appName"] == "Radarr"
    finally:
        app.close()


def test_proxies_of_the_environment_are_left_alone(app: ScriptedApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert session(app.url).get(STATUS)["appName"] == "Radarr"


def test_reads_run_side_by_side(app: ScriptedApp) -> None:
    together = threading.Barrier(3, timeout=5)
    real = app.answer

    def meet(*request: Any) -> Any:
        together.wait()
        return real(*request)

    app.answer = meet  # type: ignore[method-assign]
    answers = session(app.url).get_all({"a": "/api/v3/a", "b": "/api/v3/b", "c": "/api/v3/c"})
    assert answers == {"a": [], "b": [], "c": []}
