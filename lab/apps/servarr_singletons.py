# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Singletons (`config/*`): what a PUT does not name is reset, a text that it does not name is kept, and in two of them fails."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from lab.apps import servarr_answers as answers
from lab.apps.servarr_answers import Refusal
from lab.apps.servarr_binding import bind, read_json
from lab.apps.servarr_checks import Subject, run
from lab.apps.servarr_instance import rules
from lab.apps.servarr_rows import _id_failure

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance
    from lab.server import Request, Response

_Row = dict[str, Any]


class Singleton:
    """One singleton of an app."""

    def __init__(self, instance: Instance, path: str) -> None:
        self.instance, self.path = instance, path
        self.rule: _Row = rules()["singletons"][path]
        self.properties: dict[str, str] = instance.data["properties"][path]

    def get(self) -> Response:
        """The one row, whatever id was asked for."""
        return answers.answer(self._shown())

    def update(self, request: Request, route: int | None) -> Response:
        """202 with the row as it reads now."""
        body = read_json(request, wrong_type_is_problem=self.path == "config/naming" and self.instance.letter == "S")
        bound = bind(self.properties, body, self.instance.lenient)
        number = bound["id"] = bound["id"] or route or 0
        found = run(Subject(self.instance, self.path, bound, False), self.rule.get("checks", []))
        found += [] if number > 0 else [_id_failure(number)]
        if found:
            raise Refusal(answers.failures(found))
        if self.path != "config/naming" or number == 1:
            self._store(bound)
        return answers.answer(self._shown(), 202, f"{self.instance.prefix}/{self.path}/{number}")

    def _store(self, bound: _Row) -> None:
        """Property by property, as the apps do it: where a text is missing, what stands before it is stored all the same."""
        row = self.instance.rows[self.path]
        if any(value not in (None, row.get(name)) for name, value in bound.items() if name not in ("id", "password", "passwordConfirmation")):
            self.instance.writing()
        falls_back = self.rule.get("falls_back", {})
        for name in self.properties:
            value = bound[name]
            if name in self.rule.get("needs", ()) and value is None and not (self.instance.letter == "S" and name == "instanceName"):
                raise Refusal(answers.null_reference())
            if value is None or name in self.rule.get("kept", ()) or name in self.rule.get("never_shown", ()):
                continue
            row[name] = falls_back.get(name, value) if value == "" else value
        if self.path == "config/host":
            _normalise_host(self.instance, row, bound)

    def _shown(self) -> _Row:
        row = dict(self.instance.rows[self.path])
        return row | {name: False for name in self.rule.get("never_shown", ()) if name in self.properties}


def _normalise_host(instance: Instance, row: _Row, bound: _Row) -> None:
    row["urlBase"] = _slashed(row.get("urlBase") or "")
    row["branch"] = str(row["branch"]).strip().lower()
    row["logLevel"] = str(row["logLevel"]).lower()
    if not row.get("instanceName"):
        row["instanceName"] = instance.title
    row |= {name: row[name].strip() for name in ("sslCertPath", "sslCertPassword") if name in row}
    name, password = (bound.get("username") or "").strip().lower(), bound.get("password") or ""
    if name and password:
        row["username"] = name
        if password != row.get("password"):
            row["password"] = hashed(instance, password)


def hashed(instance: Instance, password: str) -> str:
    """The form in which the app keeps the password of its UI: PBKDF2, in Readarr a bare SHA-256."""
    if not instance.salt:
        return hashlib.sha256(password.encode()).hexdigest()
    return base64.b64encode(hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(instance.salt), 10_000, 32)).decode()


def _slashed(text: str) -> str:
    bare = text.strip().strip("/")
    return f"/{bare}" if bare else ""
