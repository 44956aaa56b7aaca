# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library qbittorrent-api, held to one login, to requests that are counted, and to errors that name the next step.

By itself the library logs in again when a session has ended and sends again what was not answered. qBittorrent bans an address after some refused
logins (five by default, for an hour), so here no login is ever sent twice.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_text import hide
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import PAUSES, Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_words import broken_connection, shortened

PREFIX = "/api/v2/"
_LOGIN, _LOGOUT = "auth/login", "auth/logout"
_URL_REMEDY = "check media_center_url and whether the app runs"
_HOST_REMEDY = (
    "in qBittorrent add the host name of media_center_url to web_ui_domain_list, or use its IP address and the port that qBittorrent itself listens on"
)
#: What is wrong, what to do, and whether asking again can help.
_Told = Tuple[str, str, bool]


class LoginRefused(GatewayError):
    """qBittorrent took neither this user nor this password, or bans the address: asking again makes it worse."""

    login_refused = True


def load_library() -> Any:
    """The library, imported when it is first needed. Raises ImportError."""
    import qbittorrentapi

    return qbittorrentapi


class Connection:
    """One instance through the library. What is sent is counted in the session's ``requests``; the log-out at the end is not."""

    def __init__(self, session: Session) -> None:
        address = session.address
        try:
            self._library = load_library()
        except ImportError:
            remedy = "install it where this runs: pip install qbittorrent-api"
            raise GatewayError("the Python library qbittorrent-api is missing", target=address.target, remedy=remedy) from None
        self._session = session
        self._logged_in = False
        headers = {name: value for name, value in address.headers.items() if name.lower() != "authorization"}
        key = next((value for name, value in address.headers.items() if name.lower() == "authorization"), "")
        # A proxy in front may have a login of its own.
        self.with_key = bool(key) and not key.lower().startswith("basic ")
        if key:
            headers["Authorization"] = key if " " in key else "Bearer " + key
        self._client = _client_class(self._library)(
            host=address.url,
            EXTRA_HEADERS=headers,
            VERIFY_WEBUI_CERTIFICATE=bool(address.verify),
            FORCE_SCHEME_FROM_HOST=True,
            # Proxies and credentials of the environment are for the internet, not for apps of the house.
            REQUESTS_ARGS={
                "timeout": address.timeout,
                "allow_redirects": False,
                "verify": address.verify,
                "auth": _as_it_is,
                "proxies": {"http": None, "https": None, "all": None},
                "hooks": {"response": self._look},
            },
            HTTPADAPTER_ARGS={"max_retries": 0},
        )
        # The library takes these from the environment where they are not given.
        self._client.username = self._client._password = self._client._api_key = ""
        self._client.count, self._client.explain, self._client.unasked = self._count, self._explain, self._unasked
        session.at_end.append(self._log_out)

    def read(self, path: str, ask: Callable[[Any], Any]) -> Any:
        """What the library tells, repeated while the app starts. ``ask`` is given the library's client. Raises GatewayError."""
        error: Optional[GatewayError] = None
        for pause in (*PAUSES, None):
            try:
                return ask(self._client)
            except self._library.APIError as failed:
                error = self._explain("GET", path, failed)
            if pause is None or not error.retryable:
                break
            time.sleep(pause)
        raise error or GatewayError("no answer", target=self._session.address.target)

    def write(self, path: str, ask: Callable[[Any], Any]) -> None:
        """Send a write once. Raises GatewayError."""
        try:
            ask(self._client)
        except self._library.APIError as failed:
            raise self._explain("POST", path, failed) from None

    def log_in(self) -> None:
        """The one login. Raises LoginRefused, or GatewayError where no answer came."""
        address = self._session.address
        try:
            self._client.log_in_once(address.username, address.password)
        except (self._library.LoginFailed, self._library.HTTP403Error) as failed:
            if isinstance(failed, self._library.LoginFailed):
                why, remedy = "the user name or the password is wrong", "correct media_center_username and media_center_password"
            else:
                why = "qBittorrent refuses the login{0}".format(_words(failed))
                remedy = "correct the password, then wait until web_ui_ban_duration is over (an hour by default) or restart qBittorrent"
            message = why + "; nothing more is tried in this run, because it bans an address after some refusals"
            raise LoginRefused(message, target=address.target, method="POST", path=PREFIX + _LOGIN, status=403, remedy=remedy) from None
        except self._library.APIError as failed:
            raise self._explain("POST", _LOGIN, failed) from None
        self._logged_in = True

    def _log_out(self) -> None:
        try:
            if self._logged_in:
                self._client.auth_log_out()
        except self._library.APIError:
            # The session ends by itself.
            self._logged_in = False
        finally:
            self._client._trigger_session_initialization()

    def _unasked(self) -> GatewayError:
        """The library wants to log in by itself: there was no login, or the session has ended."""
        message, remedy = "HTTP 403: it wants a login", "set media_center_username and media_center_password"
        if self.with_key:
            message, remedy = "HTTP 403: it does not take this key", "correct media_center_api_key; only qBittorrent 5.2 and later has one"
        elif self._logged_in:
            message, remedy = "HTTP 403: the session has ended", "run again; if it stays, raise web_ui_session_timeout"
        return self._session.error("GET", PREFIX, message, remedy, 403)

    def _count(self, method: str, path: str) -> None:
        if path != _LOGOUT:
            self._session.requests["login" if path == _LOGIN else "read" if method.lower() == "get" else "write"] += 1

    @staticmethod
    def _look(response: Any, **dummy: Any) -> None:
        """Refuse an answer that cannot be qBittorrent's, before the library makes something of it."""
        status = response.status_code
        if 300 <= status < 400:
            raise _Strange("the app or a proxy sends on to {0}".format(str(response.headers.get("Location") or "?").partition("?")[0]))
        if status < 500 and "html" in response.headers.get("Content-Type", "").lower():
            raise _Strange("a page for people came: this is a login page, or not qBittorrent")

    def _explain(self, method: str, path: str, failed: Exception) -> GatewayError:
        """The error of ours for one of the library or of its transport."""
        ours: Optional[GatewayError] = getattr(failed, "explained", None)
        if ours is not None:
            return ours
        status = getattr(getattr(failed, "response", None), "status_code", None)
        message, remedy, retryable = self._reason(failed, status)
        return self._session.error(method, PREFIX + path, message, remedy, status, retryable and method == "GET")

    def _reason(self, failed: Exception, status: Optional[int]) -> _Told:
        if isinstance(failed, _Strange):
            return str(failed), "correct media_center_url, or reach qBittorrent past the page: media_center_via, media_center_headers", False
        if status is None:
            return _transport(failed, self._session.address.timeout)
        if status == 401:
            remedy = "correct media_center_api_key; or " + _HOST_REMEDY if self.with_key else _HOST_REMEDY
            return "HTTP 401: it refuses the {0}host name or port by which it is asked".format("key, or the " if self.with_key else ""), remedy, False
        if status == 404:
            return "HTTP 404: there is no such thing", "check media_center_url: another app, or a missing URL base", False
        told = "HTTP {0}{1}".format(status, _words(failed))
        return (told, "run again; if it stays, look at the app's log", True) if status >= 500 else (told, "correct what the message names", False)


class _Strange(Exception):
    """What answered is not qBittorrent."""


def _words(failed: Exception) -> str:
    text = str(getattr(getattr(failed, "response", None), "text", "") or "").strip()
    return ": " + shortened(hide(text)).rstrip(".") if text and "<" not in text else ""


def _transport(failed: Exception, timeout: float) -> _Told:
    name = type(failed).__name__
    if "SSL" in name:
        return "its certificate is not accepted", "give the CA file as ca_path, or set validate_certs to false", False
    if name == "ReadTimeout":
        return "no answer within {0:g} s".format(timeout), "look whether the app hangs, or raise timeout", False
    told = broken_connection(failed)
    if told or "Connection" in name:
        return told or "the connection broke", _URL_REMEDY, True
    return "its answer cannot be read", "run again; if it stays, look whether this is qBittorrent", False


def _as_it_is(request: Any) -> Any:
    """Keeps requests from looking for credentials in a .netrc."""
    return request


def _client_class(library: Any) -> Any:
    class Stopped(library.APIError):
        """The library lets its own errors pass; any other it would take for a reason to send again."""

        def __init__(self, explained: GatewayError) -> None:
            super().__init__(explained.message)
            self.explained = explained

    class Client(library.Client):
        """The library's client, without its own logins and repetitions."""

        count: Callable[[str, str], None]
        explain: Callable[[str, str, Exception], GatewayError]
        unasked: Callable[[], GatewayError]

        def _request(self, http_method: str, api_namespace: Any, api_method: str, *args: Any, **more: Any) -> Any:
            path = "{0}/{1}".format(getattr(api_namespace, "value", api_namespace), api_method)
            self.count(http_method, path)
            try:
                return super()._request(http_method, api_namespace, api_method, *args, **more)
            except library.HTTP4XXError:
                raise
            except Exception as error:
                raise Stopped(self.explain(http_method.upper(), path, error)) from None

        def auth_log_in(self, *args: Any, **more: Any) -> None:
            raise Stopped(self.unasked())

        def log_in_once(self, username: str, password: str) -> None:
            super().auth_log_in(username, password)

        @property
        def is_logged_in(self) -> bool:
            # Asking would be another request, and a log-out without a session harms nothing.
            return True

    return Client
