# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collections that are no providers: list, read, create, update and delete of rows, with what is special to one in `servarr_shapes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.apps import servarr_answers as answers
from lab.apps.servarr_answers import Refusal
from lab.apps.servarr_binding import bind, read_json
from lab.apps.servarr_checks import Subject, run
from lab.apps.servarr_shape import Shape
from lab.apps.servarr_shapes import SHAPES

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance
    from lab.server import Request, Response

_Row = dict[str, Any]


class Collection:
    """One collection of an app; `rule` is its entry in `rules.yml`."""

    def __init__(self, instance: Instance, path: str, rule: _Row) -> None:
        self.instance, self.path, self.rule = instance, path, rule
        self.shape: Shape = SHAPES.get(path, Shape())

    @property
    def verbs(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The methods of the list and of one row."""
        if self.rule.get("read_only"):
            return ("GET",), ("GET",)
        put = () if self.instance.letter in self.rule.get("no_put", "") else ("PUT",)
        if self.rule.get("fixed"):
            return ("GET", *put), ("GET", *put)
        return ("GET", "POST", *put), ("DELETE", "GET", *put)

    def read_all(self) -> Response:
        """All rows. A row that no code can read fails the whole list."""
        rows, name = self.instance.rows[self.path], self.rule.get("sorted_by")
        return answers.answer([self.shape.show(self.instance, row) for row in (sorted(rows, key=lambda row: row[name]) if name else rows)])

    def get(self, number: int) -> Response:
        """One row."""
        row = self.instance.find(self.path, number)
        if row is None or self.rule.get("no_id"):
            return self._missing_get(number)
        return answers.answer(self.shape.show(self.instance, row))

    def create(self, request: Request) -> Response:
        """201 with the row, or what is wrong with it."""
        bound, given = self._bound(request)
        self._check(Subject(self.instance, self.path, bound, True, given))
        existing = self._existing(bound)
        if existing is not None:
            return self._saved(existing, 201)
        row = self.shape.store(self.instance, bound, None, given)
        self._refuse_duplicates(row)
        if bound["id"]:
            raise Refusal(answers.message(500, f"Can't insert model with existing ID {bound['id']}"))
        self._refuse_nulls(row)
        row = self.instance.insert(self.path, row)
        self.shape.created(self.instance, row)
        self._refuse_unreadable(row)
        return self._saved(row, 201)

    def update(self, request: Request, route: int | None) -> Response:
        """202 with the row as it is stored now."""
        bound, given = self._bound(request)
        bound["id"] = bound["id"] or route or 0
        positive = [] if bound["id"] > 0 else [_id_failure(bound["id"])]
        self._check(Subject(self.instance, self.path, bound, False, given), positive)
        stored = self.instance.find(self.path, bound["id"])
        if stored is None and self.rule.get("missing_put") == "message":
            return answers.not_found(self.rule["model"], bound["id"])
        row = {**self.shape.store(self.instance, bound, stored, given), "id": bound["id"]}
        conflict = self._conflict(row)
        if stored is None:
            return self._missing_put(row, bound)
        if conflict and self.instance.traits.get("swallows_conflicts"):
            return self._saved(stored, 202)
        if conflict:
            return self._constraint(conflict)
        self.instance.replace(self.path, row)
        self._refuse_unreadable(row)
        return self._saved(self.instance.find(self.path, row["id"]) or row, 202)

    def delete(self, number: int) -> Response:
        """200, for most collections also where nothing was."""
        if number <= 0:
            return answers.refused(400, "BadRequest", f"{number} is not a valid ID")
        row = self.instance.find(self.path, number)
        if row is not None:
            for other in self.instance.rows[self.path]:
                self.shape.show(self.instance, other)
            self.shape.deleting(self.instance, row)
        if row is None and self._told("missing_delete") == "message":
            return answers.not_found(self.rule["model"], number)
        self.instance.remove(self.path, number)
        return answers.answer({}) if self.instance.letter in self.rule.get("deleted_as_object", "") else answers.empty(200)

    def bulk(self, request: Request, method: str) -> Response | None:
        """PUT and DELETE of several rows at once, where the app has it."""
        if method in (self._told("bulk_lists") or ()):
            body = read_json(request, wrong_type_is_problem=True)
            return self._bulk_delete(body) if method == "DELETE" else self._bulk_create(body)
        rule = self.rule.get("bulk")
        if rule is None or not self.instance.applies(rule) or method not in ("PUT", "DELETE"):
            return None
        body = read_json(request)
        numbers = [] if not isinstance(body, dict) else body.get("ids") or []
        if method == "DELETE":
            missing = next((number for number in numbers if self.instance.find(self.path, number) is None), None)
            return answers.not_found(self.rule["model"], missing) if missing is not None else self._bulk_delete(body)
        if not numbers:
            return answers.refused(400, "BadRequest", "ids must be provided")
        for number in numbers:
            if self.instance.find(self.path, number) is None:
                return answers.message(500, rule["missing"].format(id=number), "System.Collections.Generic.KeyNotFoundException")
        changes = {name: body[name] for name in rule["properties"] if body.get(name) is not None}
        for number in numbers:
            self.instance.replace(self.path, {**(self.instance.find(self.path, number) or {}), **changes})
        return answers.answer([self.shape.show(self.instance, row) for row in self.instance.rows[self.path] if row["id"] in numbers], 202)

    def _bulk_create(self, rows: Any) -> Response:
        """All of them or none."""
        found = [(bind(self.instance.data["properties"][self.path], row), frozenset(row)) for row in rows]
        for bound, given in found:
            self._check(Subject(self.instance, self.path, bound, True, given))
        made = [self.instance.insert(self.path, self.shape.store(self.instance, bound, None, given)) for bound, given in found]
        return answers.answer([self.shape.show(self.instance, row) for row in made])

    def _bulk_delete(self, body: Any) -> Response:
        for number in (body or {}).get("ids") or []:
            row = self.instance.find(self.path, number)
            if row is not None:
                self.shape.deleting(self.instance, row)
                self.instance.remove(self.path, number)
        return answers.answer({})

    def _bound(self, request: Request) -> tuple[_Row, frozenset[str]]:
        body = read_json(request, self.instance.letter in self.rule.get("wrong_type_is_problem", ""))
        lists = self.rule.get("comma_lists")
        if lists and self.instance.applies(lists) and isinstance(body, dict):
            body = {key: _split(value) if key in lists["properties"] else value for key, value in body.items()}
        bound = bind(self.instance.data["properties"][self.path], body, self.instance.lenient)
        return bound, frozenset(str(name).lower() for name in body)

    def _check(self, subject: Subject, more: list[_Row] | None = None) -> None:
        self.shape.before_checks(self.instance, subject.bound, subject.given)
        found = run(subject, self.rule.get("checks", [])) + (more or [])
        if found:
            raise Refusal(answers.failures(found))
        for name, letters in self.rule.get("needs", {}).items():
            if self.instance.letter in letters and subject.bound.get(name) is None:
                raise Refusal(answers.null_reference())

    def check(self, body: Any) -> None:
        """Refusal when an update with this body would fail a check."""
        bound = bind(self.instance.data["properties"][self.path], body, self.instance.lenient)
        self._check(Subject(self.instance, self.path, bound, False, frozenset(body)))

    def _existing(self, bound: _Row) -> _Row | None:
        """The row that a create answers with instead of making one: tags by their label, as it was sent."""
        name = self.rule.get("returns_existing")
        return next((row for row in self.instance.rows[self.path] if row[name] == bound[name]), None) if name and not bound["id"] else None

    def _conflict(self, row: _Row) -> str | None:
        for name, column in self.rule.get("unique", {}).items():
            if any(other[name] == row.get(name) and other["id"] != row.get("id") for other in self.instance.rows[self.path]):
                return f"UNIQUE constraint failed: {column}"
        return next((f"NOT NULL constraint failed: {column}" for name, column in self.rule.get("not_null", {}).items() if row.get(name) is None), None)

    def _refuse_duplicates(self, row: _Row) -> None:
        conflict = self._conflict({**row, "id": 0})
        if conflict and conflict.startswith("UNIQUE"):
            raise Refusal(self._constraint(conflict))

    def _refuse_nulls(self, row: _Row) -> None:
        conflict = self._conflict({**row, "id": 0})
        if conflict:
            raise Refusal(self._constraint(conflict))

    def _refuse_unreadable(self, row: _Row) -> None:
        self.shape.show(self.instance, row)

    def _saved(self, row: _Row, status: int) -> Response:
        location = f"{self.instance.prefix}/{self.path}/{row['id']}"
        return answers.answer(self.shape.show(self.instance, row), status, location)

    def _told(self, name: str) -> Any:
        told = self.rule.get(name)
        return told.get(self.instance.letter) if isinstance(told, dict) else told

    def _constraint(self, text: str) -> Response:
        return answers.constraint(text, bool(self.instance.traits.get("bare_conflicts")))

    def _key_error(self, number: int) -> Response:
        return answers.message(500, self.rule["key"].format(id=number), "System.Collections.Generic.KeyNotFoundException")

    def _missing_get(self, number: int) -> Response:
        if "key" in self.rule:
            return self._key_error(number)
        if self.rule.get("no_id"):
            return answers.empty(404)
        if self.instance.traits.get("missing") == "message":
            return answers.not_found(self.rule.get("model", ""), number)
        return answers.problem(404)

    def _missing_put(self, row: _Row, bound: _Row) -> Response:
        if "key" in self.rule:
            return self._key_error(bound["id"])
        # remotepathmapping answers as if it had stored something.
        return answers.answer(self.shape.show(self.instance, row), 202)


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _id_failure(number: int) -> _Row:
    told = answers.failure("Id", "'Id' must be greater than '0'.", "GreaterThanValidator", number)
    told["formattedMessagePlaceholderValues"] = {"comparisonValue": 0, "comparisonProperty": "", "propertyName": "Id", "propertyValue": number}
    return told
