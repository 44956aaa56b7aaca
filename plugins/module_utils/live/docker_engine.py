# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading access to a Docker Engine. Nothing here can write: there is no other method than GET."""
from __future__ import annotations

import json
import os
import re
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple
from urllib.parse import quote, urlencode

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_endpoint import (
    Endpoint,
    EndpointOptions,
    resolve_endpoint,
)
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_transport import (
    WRONG_SERVER_REMEDY,
    Answer,
    BrokenExchange,
    Connection,
    StaleConnection,
)

# The newest API whose answers still have Config.MacAddress and the legacy fields of NetworkSettings (gone in 1.52).
NEWEST_API = "1.51"
WORKERS = 4
RETRY_PAUSES = (0.1, 0.4)
_RETRIED_STATUSES = (429, 500, 502, 503, 504)
_REFUSED_VERSION = re.compile(r"client version \S+ is too (?:old|new)\.\s*(?:Minimum|Maximum) supported API version is ([\d.]+)")
_API_VERSION = re.compile(r"\d+\.\d+\Z")


class Engine:
    """A Docker Engine, or what speaks its API. Options are named as in community.docker.

    Where ``docker_host`` is None the endpoint is the one of the docker command line. ``timeout`` is in seconds, for one
    whole answer. ``api_version`` other than "auto", or ``DOCKER_API_VERSION``, is used as it is. Connects at the first
    request. All methods may be called from several threads; each raises `GatewayError` where the engine cannot be read.

    ``requests`` counts what was sent, retries included: ``{"read": n, "write": n}``; who writes to the same engine by
    other means counts there.
    """

    def __init__(
        self,
        docker_host: Optional[str] = None,
        tls: Optional[bool] = None,
        validate_certs: Optional[bool] = None,
        ca_path: Optional[str] = None,
        client_cert: Optional[str] = None,
        client_key: Optional[str] = None,
        tls_hostname: Optional[str] = None,
        api_version: Optional[str] = "auto",
        timeout: float = 60,
        environ: Optional[Mapping[str, str]] = None,
    ) -> None:
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        options = EndpointOptions(docker_host, tls, validate_certs, ca_path, client_cert, client_key, tls_hostname)
        self.address: Endpoint = resolve_endpoint(options, self.environ)
        self.requests: Dict[str, int] = {"read": 0, "write": 0}
        self._timeout = timeout
        self._pinned = self._pinned_version(api_version)
        self._api: Optional[str] = self._pinned
        self._version: Optional[Dict[str, Any]] = None
        self._podman = False
        self._renegotiated = False
        self._idle: List[Connection] = []
        self._lock = threading.Lock()
        self._negotiation = threading.Lock()
        self._pool: Optional[ThreadPoolExecutor] = None

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *dummy: Any) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections. The engine may be used again afterwards and then connects anew."""
        with self._lock:
            pool, self._pool = self._pool, None
            idle, self._idle = self._idle, []
        if pool is not None:
            pool.shutdown(wait=True)
        for connection in idle:
            connection.close()

    @property
    def endpoint(self) -> str:
        """The endpoint as a URL without userinfo, as the report shows it."""
        return self.address.url

    @property
    def target(self) -> str:
        """How errors name this engine."""
        return "Docker Engine at %s" % self.endpoint

    @property
    def version(self) -> Dict[str, Any]:
        """The engine's answer to ``/version``."""
        self._negotiate()
        return self._version or {}

    @property
    def api_version(self) -> str:
        """The API version that requests ask for."""
        self._negotiate()
        return self._api or ""

    @property
    def podman(self) -> bool:
        """Whether this is Podman's compatible API."""
        self._negotiate()
        return self._podman

    def speaks(self, api_version: str) -> bool:
        """Return whether the API version in use is ``api_version`` or newer."""
        return _number(self.api_version) >= _number(api_version)

    def get(self, path: str, query: Optional[Mapping[str, str]] = None) -> Any:
        """Return the parsed JSON answer to a GET of ``path`` (without version prefix, quoted by `segment`)."""
        self._negotiate()
        for dummy in range(2):
            asked = self._api or ""
            answer = self._ask("/v%s%s" % (asked, path), query)
            if answer.status != 400 or not self._settle_refusal(asked, answer):
                break
        return self._parsed(answer, path)

    def find(self, path: str, query: Optional[Mapping[str, str]] = None) -> Any:
        """Return what `get` returns, or None where the engine says that there is no such object."""
        try:
            return self.get(path, query)
        except GatewayError as error:
            if error.status == 404 and "page not found" not in error.message:
                return None
            raise

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Start ``call(*arguments)`` beside others, a few at a time. A call must not wait for another one."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(max_workers=WORKERS)
            return self._pool.submit(call, *arguments)

    def _pinned_version(self, api_version: Optional[str]) -> Optional[str]:
        asked = api_version if api_version and api_version != "auto" else self.environ.get("DOCKER_API_VERSION")
        if not asked:
            return None
        number = asked.lstrip("v")
        if not _API_VERSION.match(number):
            raise GatewayError(
                "the API version %r is no version" % asked,
                target=self.target,
                remedy="set api_version to auto and unset DOCKER_API_VERSION",
            )
        return number

    def _negotiate(self) -> None:
        if self._version is not None:
            return
        with self._negotiation:
            if self._version is None:
                self._read_version()

    def _read_version(self) -> None:
        # Unversioned paths always answer, whatever the engine's minimum is.
        answer = self._ask("/version", None)
        found = self._parsed(answer, "/version")
        newest = found.get("ApiVersion") if isinstance(found, dict) else None
        if not isinstance(newest, str) or not _API_VERSION.match(newest):
            raise self._error("what answers there is not a Docker API", "/version", answer.status, WRONG_SERVER_REMEDY)
        oldest = found.get("MinAPIVersion") or newest
        components = found.get("Components") or []
        self._podman = "Libpod-API-Version" in answer.headers or any(
            str(component.get("Name", "")).startswith("Podman") for component in components
        )
        self._api = self._pinned or max(min(newest, NEWEST_API, key=_number), oldest, key=_number)
        self._version = found

    def _settle_refusal(self, asked: str, answer: Answer) -> bool:
        """Return whether another API version was found after the engine refused ``asked``."""
        refusal = _REFUSED_VERSION.search(_message(answer))
        if refusal is None:
            return False
        if self._pinned:
            raise self._error(
                "the engine refuses API version %s, which api_version or DOCKER_API_VERSION demands (%s)"
                % (asked, _message(answer)), "/version", 400, "set api_version to auto and unset DOCKER_API_VERSION",
            )
        with self._negotiation:
            if self._api != asked:
                return True
            if self._renegotiated:
                return False
            self._renegotiated = True
            self._read_version()
            if self._api == asked:
                self._api = refusal.group(1)
        return True

    def _ask(self, path: str, query: Optional[Mapping[str, str]]) -> Answer:
        """Return the answer, after retries of what may pass by itself: a read can be repeated safely."""
        url = self.address.base_path + path + ("?" + urlencode(query) if query else "")
        for pause in RETRY_PAUSES:
            try:
                answer = self._send(url)
            except BrokenExchange:
                pass
            else:
                if answer.status not in _RETRIED_STATUSES:
                    return answer
            time.sleep(pause)
        return self._send(url)

    def _send(self, url: str) -> Answer:
        with self._lock:
            connection = self._idle.pop() if self._idle else Connection(self.address, self._timeout)
            self.requests["read"] += 1
        try:
            answer = connection.get(url, self.target)
        except StaleConnection:
            with self._lock:
                stale, self._idle = self._idle, []
                self.requests["read"] += 1
            for other in stale:
                other.close()
            connection = Connection(self.address, self._timeout)
            answer = connection.get(url, self.target)
        with self._lock:
            self._idle.append(connection)
        return answer

    def _parsed(self, answer: Answer, path: str) -> Any:
        if answer.status != 200:
            raise self._refused(answer, path)
        try:
            return json.loads(answer.body)
        except ValueError as error:
            # A daemon that dies while it writes ends a chunked body properly at times: then only JSON shows the break.
            if answer.headers.get("Content-Type", "").startswith("application/json"):
                message, remedy, again = "the answer is broken JSON", "look at 'journalctl -u docker'", True
            else:
                message, remedy, again = "what answers there is not a Docker API", WRONG_SERVER_REMEDY, False
            raise self._error(message, path, answer.status, remedy, again) from error

    def _refused(self, answer: Answer, path: str) -> GatewayError:
        told = _message(answer)
        if answer.status == 400 and "HTTPS server" in told:
            return self._error("the port speaks TLS only", path, 400, "set tls or validate_certs to true")
        if answer.status in (401, 403):
            remedy = "allow this section in the socket proxy or authorization plugin, or use the unix socket"
            return self._error("HTTP %d, reading is not allowed%s" % (answer.status, _quoted(told)), path, answer.status, remedy)
        if answer.status >= 500:
            remedy = "look at 'journalctl -u docker' and run again"
            return self._error("HTTP %d%s" % (answer.status, _quoted(told)), path, answer.status, remedy, True)
        remedy = WRONG_SERVER_REMEDY if path == "/version" or not told else "check that the engine is a supported one"
        return self._error("HTTP %d%s" % (answer.status, _quoted(told)), path, answer.status, remedy)

    def _error(self, message: str, path: str, status: int, remedy: str, retryable: bool = False) -> GatewayError:
        return GatewayError(
            "GET %s: %s" % (path, message),
            target=self.target, method="GET", path=path, status=status, remedy=remedy, retryable=retryable,
        )


def segment(text: str) -> str:
    """Return an id, name or image reference quoted for use in a path."""
    return quote(text, safe="/:@")


def _number(version: str) -> Tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _message(answer: Answer) -> str:
    """Return the engine's own words in an error answer, on one line and short; empty for what is no such answer."""
    text = answer.body[:2000].decode("utf-8", "replace")
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        try:
            found = json.loads(answer.body)
        except ValueError:
            return ""
        text = str(found.get("message", "")) if isinstance(found, dict) else ""
    elif "<" in text:
        return ""
    return " ".join(text.split())[:200]


def _quoted(told: str) -> str:
    return ': "%s"' % told if told else ""
