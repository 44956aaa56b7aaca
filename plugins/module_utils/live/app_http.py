# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pooled HTTP session per instance of an app, with errors that name the target and the next step.

Reads are repeated while an app starts or its database is locked; writes never are, because nobody knows
whether a write that broke off was carried out. A read that hung is not repeated, and an app in which several hang
is asked nothing more. Redirects are not followed: they mean that the address is wrong.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_text import hide
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_words import broken_connection, shortened, told_by

#: Seconds to wait before each repetition of a read.
PAUSES = (0.3, 0.7, 1.5)
WORKERS = 6
#: After so many reads without an answer the others are not tried: thirty of them would take minutes.
HANGING = 3
_LOGIN_REMEDY = (
    "reach the app past the login page: media_center_via with its docker host, or media_center_headers with what the proxy lets through; "
    "or correct media_center_url"
)


def load_requests() -> Any:
    """The library, imported when it is first needed. Raises ImportError."""
    import requests

    return requests


def verification(validate_certs: Any, ca_path: Optional[str]) -> Union[bool, str]:
    """How certificates are checked, from the two options with which Ansible says it."""
    return ca_path if ca_path and validate_certs else bool(validate_certs)


@dataclasses.dataclass(frozen=True)
class Address:
    """Where an app answers. ``target`` is its name in messages; ``timeout`` is in seconds for connecting and for each pause while reading.

    ``username`` and ``password`` are for an app that wants a login.
    """

    target: str
    url: str
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    verify: Union[bool, str] = True
    timeout: float = 30
    username: str = ""
    password: str = dataclasses.field(default="", repr=False)


@dataclasses.dataclass(frozen=True)
class Reply:
    """An answer: its status, its parsed JSON (None where there is no body) and its headers."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Session:
    """A session with one app. ``requests`` counts what was sent: ``{"read": n, "write": n, "login": n}``."""

    def __init__(self, address: Address) -> None:
        library = load_requests()
        self.address = address
        self.requests: Dict[str, int] = {"read": 0, "write": 0, "login": 0}
        self._library = library
        self._lock = threading.Lock()
        self._session = library.Session()
        # Proxies and credentials of the environment are for the internet, not for apps of the house.
        self._session.trust_env = False
        adapter = library.adapters.HTTPAdapter(pool_connections=2, pool_maxsize=WORKERS)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._session.verify = address.verify
        self._hung = 0
        #: What is to be done before the connections are closed.
        self.at_end: List[Callable[[], None]] = []
        if not address.verify:
            # It was asked for, and the warning for each request would say nothing else.
            library.packages.urllib3.disable_warnings(library.packages.urllib3.exceptions.InsecureRequestWarning)
        self._session.headers.update({"Accept": "application/json", "User-Agent": "homelab.media_center", **address.headers})

    def close(self) -> None:
        """Do what was left for the end, and close the connections."""
        for each in self.at_end:
            each()
        self.at_end.clear()
        self._session.close()

    def get(self, path: str, params: Optional[Mapping[str, Any]] = None) -> Any:
        """The parsed answer to a GET. Raises GatewayError for everything that is not a whole JSON answer with status 200."""
        error: Optional[GatewayError] = None
        for pause in (*PAUSES, None):
            try:
                reply = self._send("read", "GET", path, params=params)
                if reply.status == 200:
                    return reply.body
                error = self.refused("GET", path, reply)
            except GatewayError as broken:
                error = broken
            if pause is None or not error.retryable:
                break
            time.sleep(pause)
        raise error or self.error("GET", path, "no answer", "")

    def get_all(self, paths: Mapping[str, str]) -> Dict[str, Any]:
        """The answers to several GETs side by side, by the same names; a GatewayError stands where one failed."""

        def one(path: str) -> Any:
            try:
                return self.get(path)
            except GatewayError as error:
                return error

        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            return dict(zip(paths, pool.map(one, paths.values())))

    def form(self, path: str, pairs: Sequence[Tuple[str, str]]) -> Reply:
        """Send the fields of a form once, as a browser would, and return the reply, whatever its status. Raises GatewayError as ``write`` does."""
        return self._send("write", "POST", path, data=list(pairs))

    def stands_open(self, path: str) -> bool:
        """Whether a path answers without key and headers of ours, with something else than a page for people. Nothing of it is read."""
        with self._lock:
            self.requests["read"] += 1
        nobody = dict.fromkeys(self.address.headers)
        try:
            with self._session.get(
                self.address.url.rstrip("/") + path, headers=nobody, allow_redirects=False, timeout=self.address.timeout, stream=True
            ) as answer:
                return bool(answer.status_code == 200 and "html" not in answer.headers.get("Content-Type", "").lower())
        except self._library.exceptions.RequestException:
            return False

    def known_as(self, header: str, value: str) -> None:
        """Send another value of a header from here on: an app whose key was changed knows only the new one."""
        self._session.headers[header] = value

    def write(self, method: str, path: str, body: Any = None, params: Optional[Mapping[str, Any]] = None, kind: str = "write") -> Reply:
        """Send a write once and return its reply, whatever its status. Raises GatewayError when no whole answer came."""
        return self._send(kind, method, path, params=params, json=body)

    def _send(self, kind: str, method: str, path: str, **more: Any) -> Reply:
        exceptions = self._library.exceptions
        with self._lock:
            if self._hung >= HANGING:
                raise self._no_answer(method, path)
            self.requests[kind] += 1
        try:
            answer = self._session.request(method, self.address.url.rstrip("/") + path, allow_redirects=False, timeout=self.address.timeout, **more)
            text = answer.content
        except exceptions.SSLError as error:
            raise self._untrusted(method, path, str(error)) from None
        except exceptions.Timeout:
            with self._lock:
                self._hung += 1
            raise self._no_answer(method, path) from None
        except exceptions.ConnectionError as error:
            told = broken_connection(error) or "the connection broke"
            raise self.error(method, path, told, "check media_center_url and whether the app runs", retryable=method == "GET") from None
        except exceptions.RequestException as error:
            raise self.error(method, path, "the address cannot be used ({0})".format(type(error).__name__), "correct media_center_url") from None
        return self._reply(method, path, answer, text)

    def _reply(self, method: str, path: str, answer: Any, text: bytes) -> Reply:
        kind = answer.headers.get("Content-Type", "").lower()
        if answer.status_code in (301, 302, 303, 307, 308):
            raise self._redirected(method, path, answer)
        # Some apps call an answer without a body a page, too.
        if text.strip() and ("html" in kind or text.lstrip()[:1] == b"<"):
            status = answer.status_code
            if status == 503 or status >= 500:
                raise self.error(
                    method, path, "HTTP {0} with a page for people".format(status), "look whether the app runs behind its proxy", status, retryable=True
                )
            raise self.error(method, path, "a page for people came and no JSON: this is a login page, or not the app", _LOGIN_REMEDY, status)
        body = None
        if text.strip():
            try:
                body = answer.json()
            except ValueError:
                if answer.status_code < 400 and method == "GET":
                    raise self.error(
                        method, path, "the answer is broken JSON", "run again; if it stays, look at the app's log", answer.status_code, retryable=True
                    ) from None
                body = text.decode("utf-8", "replace")
        return Reply(answer.status_code, body, answer.headers)

    def stranger(self, path: str, message: str) -> GatewayError:
        """The error where something else answers than the app that was to answer."""
        return self.error("GET", path, message, "correct media_center_url or the host's group in the inventory")

    def _untrusted(self, method: str, path: str, told: str) -> GatewayError:
        if "certificate" in told.lower():
            return self.error(method, path, "its certificate is not accepted", "give the CA file as ca_path, or set validate_certs to false")
        return self.error(method, path, "no TLS is spoken there", "write http:// in media_center_url, or look at the proxy in front")

    def _no_answer(self, method: str, path: str) -> GatewayError:
        return self.error(method, path, "no answer within {0:g} s".format(self.address.timeout), "look whether the app hangs, or raise timeout")

    def _redirected(self, method: str, path: str, answer: Any) -> GatewayError:
        # What follows the question mark can be the API key.
        location = str(answer.headers.get("Location", "")).partition("?")[0]
        status = answer.status_code
        base = location[: -len(path)] if location.endswith(path) else ""
        if base.startswith("https://") and self.address.url.startswith("http://"):
            return self.error(method, path, "the app or a proxy sends on to {0}".format(base), "write https:// in media_center_url", status)
        if base and not base.startswith("http"):
            return self.error(
                method, path, "the app sends on to {0}: the address lacks its URL base".format(location), "add {0} to media_center_url".format(base), status
            )
        return self.error(method, path, "the app or a proxy sends on to {0}".format(location or "another address"), _LOGIN_REMEDY, status)

    def refused(self, method: str, path: str, reply: Reply) -> GatewayError:
        """The error of an answer that is not the wanted one.

        What the app says about a write is whole and as it came. It can repeat what was sent: only who knows that can take it out.
        """
        status, told = reply.status, told_by(reply.body)
        told = ": {0}".format(shortened(hide(told)) if method == "GET" else told) if told else ""
        if status == 401:
            return self.error(method, path, "HTTP 401: the API key is wrong", "correct media_center_api_key", status)
        if status == 403:
            return self.error(method, path, "HTTP 403: not allowed" + told, "check the API key and what a proxy in front lets through", status)
        if status == 404:
            return self.error(
                method, path, "HTTP 404: there is no such thing" + told, "check media_center_url: another app, another version, or a missing URL base", status
            )
        if status == 503:
            return self.error(method, path, "HTTP 503" + told, "wait until the app has started, then run again", status, retryable=True)
        if status >= 500:
            return self.error(
                method, path, "HTTP {0}{1}".format(status, told), "run again; if it stays, look at the app's log", status, retryable=method == "GET"
            )
        return self.error(method, path, "HTTP {0}{1}".format(status, told), "correct what the message names", status)

    def error(self, method: str, path: str, message: str, remedy: str, status: Optional[int] = None, retryable: bool = False) -> GatewayError:
        """An error about one request to this app."""
        return GatewayError(message, target=self.address.target, method=method, path=path, status=status, remedy=remedy, retryable=retryable)


def in_form(answer: Any, listed: bool, where: str) -> Any:
    """An answer that is a list of mappings, or a mapping where it is to be no list; Unknown in the place of any other."""
    right = isinstance(answer, list) and all(isinstance(each, Mapping) for each in answer) if listed else isinstance(answer, Mapping)
    return answer if right else formless(where)


def formless(where: str) -> Unknown:
    """What stands in the place of an answer that cannot be the app's; ``where`` is what it was asked for or to."""
    return Unknown("the answer {0} has not the form that it should have".format(where), "check media_center_url")
