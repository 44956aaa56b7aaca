# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Providers: download clients, indexers, import lists, notifications, metadata, applications, indexer proxies.

A row holds its settings by name, secrets in clear. What counts as enabled is tested when it is saved: the neighbours of the lab are
unreachable unless `Instance.reachable` says otherwise.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lab.apps import servarr_answers as answers
from lab.apps.servarr_answers import Refusal
from lab.apps.servarr_binding import bind, default_of, read_json
from lab.apps.servarr_checks import Subject, run
from lab.apps.servarr_fields import NEW, read_settings, sent_as_null, show_fields
from lab.apps.servarr_instance import rules
from lab.apps.servarr_rows import Collection, _id_failure
from lab.apps.servarr_settings_rules import settings_failures
from lab.server import Response

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance
    from lab.server import Request

_Row = dict[str, Any]
_SERVER_SIDE = ("fields", "implementationName", "infoLink", "message", "presets", "protocol", "testCommand", "link", "capabilities", "indexerUrls",
                "legacyUrls", "description", "language", "encoding", "definitionName", "privacy", "status", "sortName", "listType", "listOrder",
                "minRefreshInterval",
                "lastInfoSync", "episodeMappings")  # fmt: skip


class Providers(Collection):
    """One kind of provider."""

    def __init__(self, instance: Instance, path: str) -> None:
        super().__init__(instance, path, rules()["providers"]["kinds"][path])
        self.properties: dict[str, str] = instance.data["properties"][path]
        self.own = [name for name in self.properties if name not in _SERVER_SIDE and not name.startswith("supports")]

    def read_all(self) -> Response:
        rows = self.instance.rows[self.path]
        return answers.answer([self.show(row) for row in sorted(rows, key=lambda row: str(row.get("name", "")).lower())])

    def get(self, number: int) -> Response:
        row = self.instance.find(self.path, number)
        return answers.answer(self.show(row)) if row is not None else self._missing_get(number)

    def schema(self) -> Response:
        """A template for each implementation. Secrets that have a default are masked here, too."""
        return answers.answer([self._offered(template) for template in self.instance.data["templates"][self.path]])

    def create(self, request: Request) -> Response:
        bound, fields = self._provider(request)
        self._validate(bound, creates=True)
        row = self._row(bound, fields, NEW)
        self._refuse_unknown(row)
        if self._enabled(row):
            self._check_settings(row, fields)
            self._test(row)
        if bound["id"]:
            raise Refusal(answers.message(500, f"Can't insert model with existing ID {bound['id']}"))
        row = self.instance.insert(self.path, row)
        return self._answer_saved(row, 201)

    def update(self, request: Request, route: int | None) -> Response:
        bound, fields = self._provider(request)
        bound["id"] = bound["id"] or route or 0
        self._validate(bound, creates=False, more=[] if bound["id"] > 0 else [_id_failure(bound["id"])])
        # Masks and the question whether anything changed are answered by the row of the route, what is written is the row of the body.
        known = self.instance.find(self.path, route) if route else None
        known = known or self.instance.find(self.path, bound["id"])
        if known is None:
            return self._missing_put({}, bound)
        if fields is None:
            raise Refusal(answers.null_reference())
        row = {**self._row(bound, fields, self._settings_behind_masks(known, bound, fields)), "id": bound["id"]}
        forced = request.argument("forceSave").lower() == "true"
        changed = row != {**known, "id": row["id"]} or self.instance.letter in self.rule.get("tested_unchanged", "")
        if self._enabled(row):
            self._check_settings(row, fields)
        if self._enabled(row) and changed and not forced:
            self._test(row)
        if forced and self._enabled(row) and self.instance.letter == "P" and row["implementation"] in ("Newznab", "Torznab"):
            self._fetch_capabilities(row)
        if self.instance.find(self.path, row["id"]) is None:
            return self._missing_put({}, bound)
        self.instance.replace(self.path, row)
        shown = self.instance.find(self.path, known["id"]) if known["id"] != row["id"] and self.instance.letter not in "AP" else row
        return self._answer_saved(shown or row, 202)

    def delete(self, number: int) -> Response:
        if number <= 0:
            return answers.refused(400, "BadRequest", f"{number} is not a valid ID")
        self.instance.remove(self.path, number)
        return answers.answer({})

    def bulk(self, request: Request, method: str) -> Response | None:
        if "bulk" not in self.rule or method not in ("PUT", "DELETE"):
            return None
        own = {name: self.properties.get(name, "any") + "?" for name in self.rule["bulk"]}
        sent = read_json(request)
        own = {name: self.properties.get(name, "any") + "?" for name in self.rule["bulk"]}
        body = bind({"ids": "ints", "tags": "ints", "applyTags": "enum add remove replace", **own}, sent)
        if method == "DELETE":
            return self._bulk_delete(body)
        if body["ids"] is None and "ids" in sent:
            return answers.null_argument("source")
        if not body["ids"]:
            return answers.refused(400, "BadRequest", "ids must be provided")
        found = [self.instance.find(self.path, number) for number in dict.fromkeys(body["ids"])]
        if None in found:
            text = f"Expected query to return {len(found)} rows but returned {len(found) - found.count(None)}"
            return answers.message(500, text, "System.ApplicationException")
        changed = [self._bulk_changed(row, body) for row in found if row is not None]
        for row in changed:
            self.instance.replace(self.path, row | ({"tags": []} if self._ignores_tags else {}))
        return answers.answer([self.show(row) for row in changed], 202)

    def test(self, request: Request) -> Response:
        """A connection test of what was sent; nothing is stored."""
        bound, fields = self._provider(request)
        self._validate(bound, creates=False)
        if fields is None:
            raise Refusal(answers.null_reference())
        known = self.instance.find(self.path, bound["id"])
        row = {**self._row(bound, fields, known["settings"] if known else NEW), "id": bound["id"]}
        self._check_settings(row, fields)
        self._test(row)
        if "application/json" in request.headers.get("accept", ""):
            return Response(200, b'"{}"', {"Content-Type": "application/json; charset=utf-8"})
        return Response(200, b"{}", {"Content-Type": "text/plain; charset=utf-8"})

    def test_all(self) -> Response:
        """The tests of everything that is enabled."""
        results = []
        for row in self.instance.rows[self.path]:
            if self._enabled(row) and not settings_failures(self._template(row), row["settings"]):
                found = [{key: value for key, value in each.items() if key not in ("isWarning", "detailedDescription")} for each in self._failures(row)]
                results.append({"id": row["id"], "isValid": not found, "validationFailures": found})
        return answers.answer(results, 400 if any(not each["isValid"] for each in results) else 200)

    def show(self, row: _Row) -> _Row:
        """A row as it is answered."""
        template = self._template(row)
        told = {key: value for key, value in row.items() if key not in ("settings", "id")}
        for name, source in self.rule.get("computed", {}).items():
            told[name] = told.get(source) != self.rule["enabled_unless"][source]
        extra = {**template.get("extra", {}), **{name: False for name in self.rule.get("phantoms", ()) if name in told}}
        if "sortName" in self.properties:
            told["sortName"] = re.sub(r"[-_]", " ", str(row.get("name", "")).lower())
        link = template.get("link") or f"https://wiki.servarr.com/{self.instance.name}/supported#{template['implementation'].lower()}"
        if template["configContract"] != row["configContract"]:
            template = {**template, "fields": self._of_contract(row["configContract"])["fields"]}
        return {**told, **extra, "implementationName": template["implementationName"], "infoLink": link,
                "fields": show_fields(template, row["settings"], self.instance), "id": row["id"]}  # fmt: skip

    @property
    def _ignores_tags(self) -> bool:
        return self.instance.letter in self.rule.get("ignores_tags", "")

    def _template(self, row: _Row) -> _Row:
        template = self.instance.template(self.path, row)
        if template is None:
            raise Refusal(answers.null_argument("serviceType"))
        return template

    def _offered(self, template: _Row) -> _Row:
        blank = {name: default_of(kind) for name, kind in self.properties.items() if name in self.own} | template.get("blank", {})
        named = {key: template[key] for key in ("implementation", "configContract")}
        settings = {field[0]: field[4] for field in template["fields"] if field[4] is not None}
        shown = self.show({**blank, **named, "tags": [], "settings": settings, "id": None})
        return {**shown, "presets": []} if self.instance.letter != "P" or self.path != "indexer" else shown

    def _provider(self, request: Request) -> tuple[_Row, Any]:
        bound = bind(self.properties, read_json(request), self.instance.lenient)
        fields = bound["fields"]
        return bound, fields

    def _validate(self, bound: _Row, creates: bool, more: Any = ()) -> None:
        checks = [*rules()["providers"]["checks"], *self.rule.get("checks", [])]
        found = [*run(Subject(self.instance, self.path, bound, creates), checks), *more]
        if found:
            raise Refusal(answers.failures(found))
        contracts = {each["configContract"] for each in self.instance.data["templates"][self.path]}
        if bound["configContract"] not in contracts:
            raise Refusal(answers.message(500, "Value can not be null. (Parameter 'targetType')", "System.ArgumentNullException"))

    def _row(self, bound: _Row, fields: Any, behind_masks: _Row) -> _Row:
        row = {name: bound[name] for name in self.own if name in bound and bound[name] is not None}
        tags = [] if self._ignores_tags else list(dict.fromkeys(bound.get("tags") or []))
        template = self.instance.template(self.path, {**row, "settings": _named(fields)})
        if template is None or template["configContract"] != row["configContract"]:
            template = self._of_contract(row["configContract"])
        return {**row, "tags": tags, "settings": read_settings(template, fields or [], behind_masks, self.instance)}

    def _of_contract(self, contract: str) -> _Row:
        """The settings of a row whose implementation no code knows are read by its contract."""
        return next(each for each in self.instance.data["templates"][self.path] if each["configContract"] == contract)

    def _settings_behind_masks(self, known: _Row, bound: _Row, fields: Any) -> _Row:
        if known["configContract"] == bound["configContract"]:
            return known["settings"]
        if any(field and field.get("value") == "********" and field.get("name") in self._secrets(bound) for field in fields) and self.instance.masks:
            old, new = known["configContract"], bound["configContract"]
            raise Refusal(answers.message(500, f"Object type {old} does not match target type {new}.", "System.Reflection.TargetException"))
        return {}

    def _secrets(self, bound: _Row) -> set[str]:
        template = self._of_contract(bound["configContract"])
        return {field[0] for field in template["fields"] if field[2] in ("apiKey", "password")}

    def _enabled(self, row: _Row) -> bool:
        if "enabled_prefix" in self.rule:
            prefix = self.rule["enabled_prefix"]
            return any(value is True for name, value in row.items() if name.startswith(prefix) and name[len(prefix) : len(prefix) + 1].isupper())
        if "enabled_unless" in self.rule:
            return all(row.get(name) != value for name, value in self.rule["enabled_unless"].items())
        return any(row.get(name) for name in self.rule["enabled"])

    def _refuse_unknown(self, row: _Row) -> None:
        """Most kinds store a row whose implementation no code knows, and fail when they show it."""
        text = self.rule.get("unknown_implementation", {}).get(self.instance.letter)
        if text and self.instance.template(self.path, row) is None:
            raise Refusal(answers.message(500, text))

    def _fetch_capabilities(self, row: _Row) -> None:
        """Prowlarr asks such an indexer for its capabilities even where the test is skipped."""
        if self._failures(row):
            raise Refusal(answers.message(500, f"Connection refused ({neighbour(row['settings'])})", "System.Net.Http.HttpRequestException"))

    def _check_settings(self, row: _Row, fields: Any) -> None:
        template = self.instance.template(self.path, row) or self._of_contract(row["configContract"])
        found = settings_failures(template, row["settings"], sent_as_null(template, fields or []))
        if found:
            raise Refusal(answers.failures(found))

    def _test(self, row: _Row) -> None:
        found = self._failures(row)
        if found:
            raise Refusal(answers.failures(found))

    def _failures(self, row: _Row) -> list[_Row]:
        template = self._template(row)
        told, address = rules()["neighbours"][self.path], neighbour(row["settings"])
        reachable = self.instance.reachable
        if not told or reachable is None or address in reachable:
            return []
        told = told.get("implementations", {}).get(row["implementation"]) or told
        text = told["message"].format(implementationName=template["implementationName"], address=address)
        if told.get("status"):
            raise Refusal(answers.message(told["status"], text, "System.Net.Http.HttpRequestException"))
        more = {"isWarning": False, **({"detailedDescription": told["detail"].format(address=address)} if "detail" in told else {})}
        return [answers.failure(told["property"], text, **more)]

    def _bulk_changed(self, row: _Row, body: _Row) -> _Row:
        new = {**row, **{name: body[name] for name in self.rule["bulk"] if body.get(name) is not None and name in self.own}}
        if body["tags"] is not None:
            kept = [tag for tag in row["tags"] if tag not in body["tags"]]
            new["tags"] = {"add": [*row["tags"], *(tag for tag in body["tags"] if tag not in row["tags"])], "remove": kept, "replace": body["tags"]}[
                body["applyTags"]
            ]
        return new

    def _answer_saved(self, row: _Row, status: int) -> Response:
        return answers.answer(self.show(row), status, f"{self.instance.prefix}/{self.path}/{row['id']}")

    def _missing_put(self, row: _Row, bound: _Row) -> Response:
        return answers.not_found(self.rule["model"], bound["id"]) if self.instance.letter in "AP" else answers.problem_as_json(404)


def _named(fields: Any) -> _Row:
    return {field["name"]: field.get("value") for field in fields or [] if isinstance(field, dict) and "name" in field}


def neighbour(settings: _Row) -> str:
    """Whom a provider talks to, as host:port; what it names no host for talks to nobody in particular."""
    for name in ("baseUrl", "url", "link", "server"):
        parts = urlsplit(str(settings.get(name) or ""))
        if parts.hostname:
            return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    host = str(settings.get("host") or "")
    if "://" in host:
        return neighbour({"url": host})
    return f"{host}:{settings.get('port', 80)}" if host else json.dumps(None)
