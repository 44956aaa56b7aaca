# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes in which the *arr apps answer: objects, problem details, failures of a validation, messages of their error pipeline.

What the error pipeline answers is `application/json` without a charset and carries no version header; everything else does.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from urllib.parse import quote

from lab.server import Response

_JSON = "application/json; charset=utf-8"
_PROBLEM = "application/problem+json; charset=utf-8"
_PIPELINE = "application/json"
_TITLES = {400: "One or more validation errors occurred.", 404: "Not Found", 409: "Conflict", 415: "Unsupported Media Type"}
_SECTIONS = {400: "15.5.1", 404: "15.5.5", 415: "15.5.16"}


class Refusal(Exception):
    """An answer that ends the handling of a request."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def without_nulls(value: Any) -> Any:
    """The apps leave out what is null, at every depth."""
    if isinstance(value, dict):
        return {key: without_nulls(part) for key, part in value.items() if part is not None}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value


def answer(value: Any, status: int = 200, location: str = "") -> Response:
    """`value` as the apps write it."""
    body = json.dumps(without_nulls(value), indent=2, ensure_ascii=False).encode()
    return Response(status, body, {"Content-Type": _JSON, "Cache-Control": "no-cache, no-store", **({"Location": location} if location else {})})


def empty(status: int, **headers: str) -> Response:
    """An answer without a body; `Allow` and `Location` are given as `headers`."""
    return Response(status, b"", {"Cache-Control": "no-cache, no-store", **headers})


def problem(status: int, errors: dict[str, list[str]] | None = None, content_type: str = _PROBLEM) -> Response:
    """Problem details: what ASP.NET answers before the app sees the request, and for an id that is not there."""
    trace = f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-00"
    told: dict[str, Any] = {"type": f"https://tools.ietf.org/html/rfc9110#section-{_SECTIONS.get(status, '15.5.1')}", "title": _TITLES.get(status, "Error"),
                            "status": status, **({"errors": errors} if errors is not None else {}), "traceId": trace}  # fmt: skip
    return Response(status, json.dumps(told).encode(), {"Content-Type": content_type, "Cache-Control": "no-cache, no-store"})


def problem_as_json(status: int) -> Response:
    """The same under the content type that a controller announces for itself."""
    return problem(status, content_type=_JSON)


def message(status: int, text: str, kind: str = "System.InvalidOperationException") -> Response:
    """An exception that reached the error pipeline; the real apps put a stack trace into `description`."""
    told = {"message": text, "description": f"{kind}: {text}"}
    return Response(status, json.dumps(told).encode(), {"Content-Type": _PIPELINE, "Cache-Control": "no-cache,no-store"})


def refused(status: int, name: str, text: str) -> Response:
    """An exception that is meant as an answer: `BadRequest: ids must be provided`."""
    told = {"message": f"{name}: {text}", "content": text}
    return Response(status, json.dumps(told).encode(), {"Content-Type": _PIPELINE, "Cache-Control": "no-cache,no-store"})


def failures(found: list[dict[str, Any]]) -> Response:
    """400 with one entry for each rule that does not hold."""
    return Response(400, json.dumps(without_nulls(found)).encode(), {"Content-Type": _PIPELINE, "Cache-Control": "no-cache,no-store"})


def failure(name: str, text: str, code: str | None = None, attempted: Any = None, **more: Any) -> dict[str, Any]:
    """One entry of `failures`; without a `code` it is one of those that carry none."""
    told = {**more, "propertyName": name, "errorMessage": text, "attemptedValue": attempted, "severity": "error"}
    if code is not None:
        told |= {
            "errorCode": code,
            "formattedMessageArguments": [],
            "formattedMessagePlaceholderValues": {"propertyName": words(name), "propertyValue": attempted},
        }
    return told


def pascal(name: str) -> str:
    """`remotePath` as the apps name it in a failure: `RemotePath`."""
    return name[:1].upper() + name[1:]


def words(name: str) -> str:
    """`RemotePath` as a text: `Remote Path`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)


def not_found(model: str, number: int) -> Response:
    """404 for a row that is not there, told by its model."""
    return message(404, f"{model} with ID {number} does not exist", "NzbDrone.Core.Datastore.ModelNotFoundException")


def constraint(text: str, bare: bool = False) -> Response:
    """409: what SQLite refuses; `bare`: without a description, as Lidarr tells it."""
    told = {"message": f"constraint failed\n{text}"}
    if not bare:
        told["description"] = f"code = Constraint (19), message = System.Data.SQLite.SQLiteException (0x87AF202F): constraint failed\n{text}"
    return Response(409, json.dumps(told).encode(), {"Content-Type": _PIPELINE, "Cache-Control": "no-cache,no-store"})


def database_is_locked() -> Response:
    """500: another process holds the lock of the database, some 30 s after the request."""
    return message(500, "database is locked\ndatabase is locked", "code = Busy (5), message = System.Data.SQLite.SQLiteException (0x87AF00AA)")


def null_reference() -> Response:
    """500: a property that the app needs and does not check."""
    return message(500, "Object reference not set to an instance of an object.", "System.NullReferenceException")


def null_argument(name: str) -> Response:
    """500: an argument that must not be null."""
    return message(500, f"Value cannot be null. (Parameter '{name}')", "System.ArgumentNullException")


def unguarded(host: dict[str, Any]) -> bool:
    """Whether no login guards the pages of the web UI; everybody who asks the lab does it from a local address."""
    return host["authenticationMethod"] in ("none", "external") or host.get("authenticationRequired") == "disabledForLocalAddresses"


def guarded(title: str, host: dict[str, Any], base: str, path: str) -> Response:
    """The refusal of who has no key, or, for a page of the web UI, which no key opens, has not logged in."""
    if path != "/initialize.json":
        return empty(401)
    if host["authenticationMethod"] == "basic":
        return empty(401, **{"WWW-Authenticate": f'Basic realm="{title}"'})
    return Response(302, b"", {"Location": f"{base}/login?returnUrl={quote(base + path, safe='')}"})
