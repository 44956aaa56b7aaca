# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which Plex answers: XML, JSON where it is asked for, pages for errors, and nothing at all after a write."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import quoteattr

from lab.server import Request, Response

_Row = dict[str, Any]
_PAGE = "<html><head><title>{0}</title></head><body><h1>{1} {0}</h1></body></html>"
_WORDS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error"}
_PROTOCOL = {"X-Plex-Protocol": "1.0", "Cache-Control": "no-cache"}


def wants_json(request: Request) -> bool:
    """Whether JSON was asked for; what takes anything gets XML."""
    return "application/json" in request.headers.get("accept", "")


def answer(request: Request, told: _Row, root: str = "MediaContainer", status: int = 200) -> Response:
    """A container in the form that was asked for. The kind is exactly ``application/json``: a client of the house takes no other for JSON."""
    if wants_json(request):
        return Response(status, json.dumps({root: told}).encode(), {"Content-Type": "application/json", **_PROTOCOL})
    return Response(status, f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(root, told)}'.encode(), {"Content-Type": "text/xml;charset=utf-8", **_PROTOCOL})


def nothing(status: int = 200) -> Response:
    """What comes after a write that was taken, or was not."""
    return Response(status, b"", {"Content-Type": "text/html", **_PROTOCOL})


def page(status: int) -> Response:
    """The page of an error."""
    return Response(status, _PAGE.format(_WORDS.get(status, "Error"), status).encode(), {"Content-Type": "text/html", **_PROTOCOL})


def reason(text: str) -> Response:
    """A refusal with a reason: what happens to a new library."""
    return Response(400, text.encode(), {"Content-Type": "text/plain", **_PROTOCOL})


def starting(request: Request | None = None) -> Response:
    """503 while the server starts or moves its database."""
    status = "Plex Media Server is currently running startup maintenance tasks."
    if request is None or wants_json(request):
        return Response(503, json.dumps({"code": 503, "title": "Maintenance", "status": status}).encode(), {"Content-Type": "application/json"})
    return Response(503, f'<Response code="503" title="Maintenance" status="{status}"/>'.encode(), {"Content-Type": "text/xml"})


def _element(name: str, told: _Row) -> str:
    attributes = "".join(f" {key}={quoteattr(_text(value))}" for key, value in told.items() if not isinstance(value, list))
    inside = "\n".join(_element(key, each) for key, value in told.items() if isinstance(value, list) for each in value)
    return f"<{name}{attributes}>\n{inside}\n</{name}>" if inside else f"<{name}{attributes} />"


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
