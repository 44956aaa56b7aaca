# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One GET over one connection to a Docker endpoint, and every way it fails told in a sentence."""
from __future__ import annotations

import errno
import http.client
import os
import socket
import ssl
import time
from dataclasses import dataclass

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_endpoint import (
    Endpoint,
    Tls,
    sockets_of_other_users,
)

MAX_ANSWER_BYTES = 64 * 1024 * 1024
_CHUNK = 65536
_CLIENT_CERT_REMEDY = "give client_cert and client_key signed by the CA that the engine trusts"
WRONG_SERVER_REMEDY = "point docker_host at the Docker socket or the engine's API port"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class StaleConnection(Exception):
    """The server had closed a kept-alive connection before it saw the request: ask again on a fresh one."""


class BrokenExchange(GatewayError):
    """The connection or the answer broke off on the way: asking again may help at once."""


class Connection(http.client.HTTPConnection):
    """A connection to an endpoint over a unix socket, TCP or TLS; it connects at the first request."""

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        super().__init__("localhost" if endpoint.is_socket else endpoint.address, endpoint.port or 80, timeout=timeout)
        self.endpoint = endpoint
        self.limit = timeout
        self.answered = False

    def connect(self) -> None:
        """Open the socket; raises `GatewayError`."""
        try:
            self.sock = _open_socket(self.endpoint, self.limit)
        except OSError as error:
            raise _cannot_connect(self.endpoint, error) from error

    def get(self, path: str, target: str) -> Answer:
        """Return the answer to ``GET path``, read within the connection's timeout (seconds) as a whole.

        Raises `StaleConnection`, or `GatewayError` named after ``target``; the connection is then closed.
        """
        deadline = time.monotonic() + self.limit
        try:
            if self.sock is None:
                self.connect()
            answer = self._exchange(path, deadline)
        except GatewayError as error:
            self.close()
            raise _named(error, target, path) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if self.answered and isinstance(error, ConnectionError):
                raise StaleConnection() from error
            raise _named(_broken_exchange(self.endpoint, error, self.limit), target, path) from error
        self.answered = self.sock is not None
        return answer

    def _exchange(self, path: str, deadline: float) -> Answer:
        self.sock.settimeout(self.limit)
        self.request("GET", path, headers={"Accept": "application/json", "User-Agent": "homelab.media_center"})
        response = self.getresponse()
        # Only from here on is the request known to have arrived: a break in the body is no stale connection.
        self.answered = False
        chunks, size = [], 0
        while True:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise socket.timeout("timed out")
            if self.sock is not None:
                self.sock.settimeout(remaining)
            chunk = response.read(_CHUNK)
            if not chunk:
                break
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                raise GatewayError("the answer is larger than %d MiB" % (MAX_ANSWER_BYTES >> 20))
        if response.length:
            # read(n) ends silently where the server closes before Content-Length is reached.
            raise http.client.IncompleteRead(b"", response.length)
        return Answer(response.status, response.headers, b"".join(chunks))


def _open_socket(endpoint: Endpoint, timeout: float) -> socket.socket:
    if endpoint.is_socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(timeout)
        try:
            sock.connect(endpoint.address)
        except OSError:
            sock.close()
            raise
        return sock
    sock = socket.create_connection((endpoint.address, endpoint.port), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if endpoint.tls is None:
        return sock
    try:
        return _tls_context(endpoint.tls).wrap_socket(sock, server_hostname=endpoint.tls.hostname or endpoint.address)
    except (OSError, GatewayError):
        sock.close()
        raise


def _tls_context(tls: Tls) -> ssl.SSLContext:
    for option, path in (("ca_path", tls.ca_path), ("client_cert", tls.client_cert), ("client_key", tls.client_key)):
        if path and not os.access(path, os.R_OK):
            raise GatewayError("%s %s cannot be read" % (option, path), remedy="correct %s" % option)
    try:
        context = ssl.create_default_context(cafile=tls.ca_path)
        if tls.client_cert:
            context.load_cert_chain(tls.client_cert, tls.client_key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        raise GatewayError(
            "the TLS files cannot be used (%s)" % _reason(error),
            remedy="give ca_path, client_cert and client_key as PEM files that belong together, the key unencrypted",
        ) from error
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _no_password() -> str:
    # Without this OpenSSL would ask on the terminal and the task would hang.
    raise ValueError("the client key is encrypted")


def _cannot_connect(endpoint: Endpoint, error: OSError) -> GatewayError:
    if isinstance(error, ssl.SSLError):
        return _tls_failure(error)
    if isinstance(error, socket.timeout):
        return GatewayError("no connection before the timeout", remedy=_reach_remedy(endpoint), retryable=True)
    if isinstance(error, socket.gaierror):
        return GatewayError("the host name cannot be resolved", remedy="correct docker_host")
    if error.errno in (errno.EACCES, errno.EPERM):
        return GatewayError(
            "no permission to open the socket",
            remedy="add the user to the group docker, or run with become (media_center_become: true)",
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return GatewayError("there is no such socket: Docker is not installed or not running", remedy=_socket_remedy())
    if error.errno == errno.ENOTSOCK:
        return GatewayError("the path is not a socket", remedy=WRONG_SERVER_REMEDY)
    if error.errno == errno.ECONNREFUSED:
        return GatewayError("connection refused: nothing listens there", remedy=_reach_remedy(endpoint), retryable=True)
    return GatewayError("no connection (%s)" % _reason(error), remedy=_reach_remedy(endpoint), retryable=True)


def _socket_remedy() -> str:
    others = sockets_of_other_users()
    if others:
        return "set docker_host to %s for the rootless engine found there" % others[0]
    return "start Docker ('systemctl start docker'), or set docker_host to where its socket is"


def _reach_remedy(endpoint: Endpoint) -> str:
    if endpoint.is_socket:
        return "start Docker ('systemctl start docker') and look at 'journalctl -u docker'"
    return "check that the engine listens there, that no firewall is between, and docker_host"


def _tls_failure(error: ssl.SSLError) -> GatewayError:
    """Word a failure of the handshake; TLS 1.3 tells a refused client certificate only with the first read."""
    reason = error.reason or ""
    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = "give the engine's CA as ca_path, and its certificate's name as tls_hostname"
        return GatewayError("the engine's certificate is not accepted (%s)" % error.verify_message, remedy=remedy)
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return GatewayError("TLS failed: the port does not speak TLS", remedy="set tls and validate_certs to false")
    if "ALERT" in reason:
        return GatewayError("TLS failed: the engine refused the client (%s)" % reason, remedy=_CLIENT_CERT_REMEDY)
    return GatewayError("TLS failed (%s)" % _reason(error), remedy="check tls, ca_path, client_cert and client_key")


def _broken_exchange(endpoint: Endpoint, error: Exception, timeout: float) -> GatewayError:
    if endpoint.tls is not None and isinstance(error, (ConnectionError, ssl.SSLEOFError)):
        # The alert that tells of a refused client is lost where the reset of the connection overtakes it.
        message = "the connection was closed, as by an engine that refused the client's certificate"
        return BrokenExchange(message, remedy=_CLIENT_CERT_REMEDY, retryable=True)
    if isinstance(error, ssl.SSLError):
        return _tls_failure(error)
    if isinstance(error, socket.timeout):
        remedy = "look whether 'docker ps' hangs on the host too, or raise timeout"
        return GatewayError("no whole answer within %g s" % timeout, remedy=remedy, retryable=True)
    if isinstance(error, http.client.IncompleteRead):
        return BrokenExchange("the answer broke off", remedy="look at 'journalctl -u docker'", retryable=True)
    # RemoteDisconnected, an HTTPException too, is a ConnectionError.
    if isinstance(error, ConnectionError):
        return BrokenExchange("the connection was closed", remedy=_reach_remedy(endpoint), retryable=True)
    if isinstance(error, http.client.HTTPException):
        return GatewayError("what answers there does not speak HTTP", remedy=WRONG_SERVER_REMEDY)
    return BrokenExchange("the connection broke (%s)" % _reason(error), remedy=_reach_remedy(endpoint), retryable=True)


def _named(error: GatewayError, target: str, path: str) -> GatewayError:
    return type(error)(
        error.message, target=target, method="GET", path=path, remedy=error.remedy, retryable=error.retryable
    )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
