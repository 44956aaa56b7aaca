# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vpn_info against the lab's control server, as each version of gluetun answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible_collections.homelab.media_center.plugins.module_utils.live import app_http
from ansible_collections.homelab.media_center.plugins.module_utils.live.gluetun import port_of, seen_settings
from ansible_collections.homelab.media_center.plugins.modules import vpn_info

from lab.apps.gluetun import Gluetun
from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import Response, serve
from support.settings_run import call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.server import Request

VERSIONS = ("3.38.1", "3.39.1", "3.40.0", "3.41.0", "latest")
ROUTES = [f"GET {path}" for path in ("/v1/vpn/status", "/v1/publicip/ip", "/v1/version", "/v1/vpn/settings", "/v1/portforward", "/v1/openvpn/portforwarded")]
KEY: dict[str, Any] = {"name": "audit", "auth": "apikey", "apikey": "kestrel-4711-key", "routes": ROUTES}
USER: dict[str, Any] = {"name": "audit", "auth": "basic", "username": "audit", "password": "pa:ss wörd", "routes": ROUTES}


class Served:
    """One control server on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.name = "gluetun"
        self.gluetun = Gluetun()
        self.asked: list[Request] = []
        self.instead: Callable[[Request], Response | None] = lambda request: None
        self._log = RequestLog(folder / "requests.jsonl")
        self._listener = serve(self, FaultFile(folder / "faults.json"), self._log)
        self.url = self._listener.address

    def close(self) -> None:
        self._listener.close()
        self._log.close()

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        return self.instead(request) or self.gluetun.answer(request)

    def failure(self, status: int) -> Response:
        return self.gluetun.failure(status)

    def is_now(self, version: str, *roles: dict[str, Any], **state: Any) -> None:
        self.gluetun = Gluetun(version, list(roles))
        self.gluetun.state.update(state)

    def told(self, **more: Any) -> dict[str, Any]:
        return call(vpn_info, {"url": self.url, "target": "gluetun", "timeout": 5, **more})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    found = Served(tmp_path_factory.mktemp("gluetun"))
    yield found
    found.close()


@pytest.fixture
def server(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A fresh server behind the port of the others."""
    monkeypatch.setattr(app_http, "PAUSES", (0, 0, 0))
    served.gluetun, served.instead = Gluetun(), lambda request: None
    served.asked.clear()
    return served


def findings(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["code"], each["category"], each["severity"]) for each in told["media_center"]["findings"]]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("role", [KEY, USER], ids=["apikey", "basic"])
def test_the_state_is_read_with_either_way_to_log_in(server: Served, version: str, role: dict[str, Any]) -> None:
    server.is_now(version, role)
    login = {"api_key": role["apikey"]} if role is KEY else {"username": role["username"], "password": role["password"]}
    told = server.told(**login)
    assert told["vpn"]["status"] == "running" and told["vpn"]["public_ip"] == "203.0.113.77" and told["vpn"]["forwarded_port"] == 51413
    assert told["vpn"]["country"] == "Netherlands" and told["vpn"]["version"] in (f"v{version}", version)
    assert told["vpn"]["settings"] == {
        "type": "wireguard", "provider": "custom", "countries": ["Netherlands"], "port_forwarding": True, "up_command": True, "down_command": False,
    }  # fmt: skip
    result = told["media_center"]
    assert (result["kind"], result["verdict"], result["health"], result["checked"], result["unknown"]) == ("vpn", "in_sync", "healthy", 3, 0)
    assert not told["changed"] and {each.method for each in server.asked} == {"GET"}
    # Before 3.39.1 there are no roles, whatever is configured.
    assert findings(told) == ([("vpn_control_open", "security", "high")] if version == "3.38.1" else [])


def test_what_the_module_returns_is_what_it_documents(server: Served) -> None:
    server.is_now("3.41.0", KEY)
    told, documented = server.told(api_key=KEY["apikey"]), yaml.safe_load(vpn_info.RETURN)
    assert set(documented) == set(told) - {"changed"} and set(documented["vpn"]["contains"]) == set(told["vpn"])
    assert set(documented["vpn"]["contains"]["settings"]["sample"]) == set(told["vpn"]["settings"])
    assert set(documented["media_center"]["sample"]) <= set(told["media_center"])


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_that_is_secret_is_returned(server: Served, version: str) -> None:
    server.is_now(version, KEY)
    for told in (server.told(api_key=KEY["apikey"]), server.told(api_key="another-4711-key")):
        text = json.dumps(told)
        assert "canary" not in text and KEY["apikey"] not in text


def test_a_version_before_roles_gives_the_credentials_to_everybody(server: Served) -> None:
    server.is_now("3.38.1")
    told = server.told()
    assert findings(told) == [("vpn_control_open", "security", "high")]
    assert told["vpn"]["stands_open"] == ["/v1/vpn/status", "/v1/dns/status", "/v1/updater/status", "/v1/vpn/settings"]


@pytest.mark.parametrize("version", ["3.39.1", "3.40.0", "3.41.0"])
def test_without_any_role_the_state_routes_are_open_to_put_too(server: Served, version: str) -> None:
    server.is_now(version)
    told = server.told()
    assert findings(told) == [("vpn_control_open", "security", "medium")] and told["vpn"]["settings"] is None
    assert (told["vpn"]["status"], told["vpn"]["forwarded_port"]) == ("running", 51413)


def test_one_role_closes_everything_else_and_one_open_route_is_no_finding(server: Served) -> None:
    server.is_now("3.41.0", {"name": "port", "auth": "none", "routes": ["GET /v1/portforward"]})
    told = server.told()
    assert not findings(told) and told["vpn"]["forwarded_port"] == 51413 and told["vpn"]["status"] is None
    result = told["media_center"]
    assert (result["verdict"], result["checked"], result["unknown"]) == ("unknown", 1, 2)
    assert {gap["path"] for gap in result["gaps"]} == {"status", "public_ip"}
    assert all("gluetun has no role for GET" in gap["reason"] and "/gluetun/auth/config.toml" in gap["remedy"] for gap in result["gaps"])


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_without_a_role_for_us_it_is_said_which_one_is_missing(server: Served, version: str) -> None:
    for login in ({}, {"api_key": "another-4711-key"}, {"username": "audit", "password": "another-4711"}):
        # The newest has no role of its own, so none at all is the same there.
        server.is_now(version, *([KEY] if version != "latest" else []))
        told = server.told(**login)
        assert told["media_center"]["verdict"] == "unknown" and told["media_center"]["unknown"] == 1
        assert "gluetun has no role for GET /v1/vpn/status, or not with these credentials" in told["media_center"]["reason"]
        assert "GET /v1/portforward" in told["media_center"]["reason"] and told["vpn"]["status"] is None


def test_no_role_for_the_port_is_unknown_and_not_no_port(server: Served) -> None:
    for version in VERSIONS[1:]:
        server.is_now(version, {**KEY, "routes": ROUTES[:4]})
        told = server.told(api_key=KEY["apikey"])
        assert told["vpn"]["forwarded_port"] is None and told["media_center"]["verdict"] == "unknown"
        (gap,) = told["media_center"]["gaps"]
        assert gap["path"] == "forwarded_port" and "gluetun has no role for GET /v1/portforward" in gap["reason"]


def test_the_old_route_of_a_newer_version_sends_on_and_tells_no_port(server: Served) -> None:
    server.is_now("3.41.0", {**KEY, "routes": [*ROUTES[:4], "GET /v1/openvpn/portforwarded"]})
    told = server.told(api_key=KEY["apikey"])
    assert told["vpn"]["forwarded_port"] is None
    assert told["media_center"]["gaps"][0]["reason"].startswith("HTTP 401: gluetun has no role for GET /v1/portforward,")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("ports", "expected"), [([], 0), ([40123], 40123), ([40123, 40124], 40123)])
def test_the_port_is_told_in_several_ways(server: Served, version: str, ports: list[int], expected: int) -> None:
    server.is_now(version, KEY, ports=ports)
    told = server.told(api_key=KEY["apikey"])
    assert told["vpn"]["forwarded_port"] == expected
    assert [each[0] for each in findings(told) if each[1] == "health"] == ([] if expected else ["vpn_no_port"])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"port": 5}, 5),
        ({"port": 0}, 0),
        ({"ports": [7, 8]}, 7),
        ({"port": 0, "ports": None}, 0),
        ({"port": 0, "ports": []}, 0),
        ({"port": 9, "ports": [9]}, 9),
    ],
)
def test_each_form_of_the_port(answer: dict[str, Any], expected: int) -> None:
    assert port_of(answer) == expected


@pytest.mark.parametrize("answer", [{}, [], "51413", {"port": "x"}, {"ports": ["x"]}])
def test_no_form_is_no_port(answer: Any) -> None:
    assert not isinstance(port_of(answer), int)


def test_the_status_of_openvpn_is_not_asked_because_it_says_stopped_for_wireguard(server: Served) -> None:
    server.is_now("latest", {**KEY, "routes": [*ROUTES, "GET /v1/openvpn/status"]})
    assert server.told(api_key=KEY["apikey"])["vpn"]["status"] == "running"
    assert not any("openvpn/status" in each.path for each in server.asked)


@pytest.mark.parametrize(("status", "severity"), [("stopped", "high"), ("crashed", "high"), ("starting", "medium"), ("stopping", "medium")])
def test_a_vpn_that_does_not_run_is_unhealthy(server: Served, status: str, severity: str) -> None:
    server.is_now("3.41.0", KEY, status=status, public_ip={"public_ip": ""}, ports=[])
    told = server.told(api_key=KEY["apikey"])
    assert findings(told) == [("vpn_not_running", "health", severity)] and told["media_center"]["health"] == "unhealthy"
    # The address is known to be not there, which is no gap.
    assert told["vpn"]["public_ip"] == "" and told["media_center"]["verdict"] == "in_sync"


def test_a_house_without_a_vpn_asks_nobody(server: Served) -> None:
    told = call(vpn_info, {"vpn": "none", "target": "house"})
    assert (told["media_center"]["verdict"], findings(told)) == ("in_sync", [("vpn_none", "rule", "info")])
    assert told["vpn"]["name"] == "none" and told["vpn"]["supported"] and not server.asked


def test_another_vpn_is_not_supported_and_no_fault(server: Served) -> None:
    told = server.told(vpn="tailscale")
    assert (told["media_center"]["verdict"], findings(told)) == ("in_sync", [("vpn_not_supported", "rule", "info")])
    assert "tailscale is not supported" in told["media_center"]["findings"][0]["message"] and not told["vpn"]["supported"] and not server.asked


def test_gluetun_needs_its_address() -> None:
    assert "gluetun needs url" in call(vpn_info, {"target": "gluetun"})["msg"]


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (200, b'{"appName": "Radarr"}', "application/json", "what answers there is not gluetun's control server"),
        (404, b"not found", "text/plain", "what answers there is not gluetun's control server"),
        (200, b"<html>log in</html>", "text/html", "this is a login page, or not the app"),
        (500, b"oops", "text/plain", "HTTP 500"),
    ],
)
def test_what_is_not_gluetun_is_unknown(server: Served, status: int, body: bytes, kind: str, reason: str) -> None:
    server.instead = lambda request: Response(status, body, {"Content-Type": kind})
    told = server.told()
    assert told["media_center"]["verdict"] == "unknown" and reason in told["media_center"]["reason"] and not findings(told)


def test_one_broken_answer_leaves_the_others(server: Served) -> None:
    server.is_now("3.41.0", KEY)
    server.instead = lambda request: Response(200, b'{"ip": 1}') if request.path == "/v1/publicip/ip" else None
    told = server.told(api_key=KEY["apikey"])
    assert told["vpn"]["public_ip"] is None and told["media_center"]["checked"] == 2 and "has not the form" in told["media_center"]["gaps"][0]["reason"]


def test_settings_of_a_version_that_spells_them_as_it_does_inside() -> None:
    answer = {"Type": "openvpn", "Provider": {"Name": "pia", "ServerSelection": {"Countries": None}, "PortForwarding": {"Enabled": True, "UpCommand": "x"}}}
    found = seen_settings({**answer, "OpenVPN": {"User": "canary", "Password": "canary"}})
    assert found == {"type": "openvpn", "provider": "pia", "countries": [], "port_forwarding": True, "up_command": True, "down_command": False}
