# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writing side of the five apps: whole objects, one write each, read back."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Set

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_write import AppWriter
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_body import merged, new_body
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw, canonical, key_of, names_of
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, Ref, SettingsResource


class ServarrWriter(AppWriter):
    """Writes to one instance. It knows the answers that were read, and keeps them up to date with what it wrote."""

    def __init__(self, app: App, session: Session, raw: Raw) -> None:
        super().__init__(app, session)
        self._answers: Dict[str, List[Dict[str, Any]]] = {}
        for name, answers in raw.items():
            if isinstance(answers, (list, tuple)):
                self._answers[name] = [dict(each) for each in answers]
            elif isinstance(answers, Mapping):
                self._answers[name] = [dict(answers)]
        self._schemas: Dict[str, List[Mapping[str, Any]]] = {}
        self._languages: Optional[Dict[str, int]] = None
        #: Kinds whose answers the app has changed by itself since.
        self._stale: Set[str] = set()

    def write(self, action: str, resource: str, key: str, values: Mapping[str, Any], behind: Sequence[str] = ()) -> None:
        """Create, update or delete one thing. Raises GatewayError, or LookupError where a name means nothing to the app.

        A thing with a ``position`` comes right behind the first of ``behind`` that there is: git counts its own things only.
        """
        table = self._app.resources[resource]
        answer = self._create(table, values) if action == "create" else self._find(table, key)
        if action == "update":
            self._update(table, answer, values)
        if action == "delete":
            self._send("DELETE", "{0}/{1}".format(table.path, answer["id"]))
            self._answers[resource].remove(answer)
        elif values.get("position"):
            self._move(table, answer, behind)
        if action != "update":
            self._stale.update(table.changes)

    def _find(self, table: SettingsResource, key: str) -> Dict[str, Any]:
        found = self._known(table, key)
        if found is None:
            raise LookupError("{0} {1} is gone".format(table.name, key))
        return found

    def _known(self, table: SettingsResource, key: str) -> Optional[Dict[str, Any]]:
        if table.name in self._stale:
            self._list_again(table)
        names = names_of(self._app, self._answers)
        for answer in self._answers.get(table.name, []):
            found = key_of(table, canonical(table, answer, names))
            if found == key or (table.case_insensitive and found.lower() == key.lower()):
                return answer
        return None

    def _list_again(self, table: SettingsResource) -> None:
        self._answers[table.name] = [dict(each) for each in self._session.get(self._app.prefix + table.path)]
        self._stale.discard(table.name)

    def _update(self, table: SettingsResource, answer: Dict[str, Any], values: Mapping[str, Any]) -> None:
        if set(values) - {"position"}:
            body = merged(table, answer, values, self._id_of)
            path = table.path if table.singleton else "{0}/{1}".format(table.path, answer["id"])
            # forceSave skips the connection test: a test blocks indexers, bans addresses and is never ours to press.
            self._send("PUT", path, body, {"forceSave": "true"} if table.provider else None)
            answer.update(self._read_back(table, answer))

    def _read_back(self, table: SettingsResource, answer: Mapping[str, Any]) -> Dict[str, Any]:
        path = self._app.prefix + table.path
        return dict(self._session.get(path if table.singleton else "{0}/{1}".format(path, answer["id"])))

    def _create(self, table: SettingsResource, values: Mapping[str, Any]) -> Dict[str, Any]:
        template = self._template(table, values)
        body = new_body(table, template, values, self._id_of)
        switches = {name: values.get(name, body[name]) for name in table.enabled_by if body.get(name)}
        # An enabled provider is tested when it is created, whatever forceSave says: it is created off and then switched on.
        for name in switches:
            body[name] = _off(body[name])
        reply = self._send("POST", table.path, body, {"forceSave": "true"} if table.provider else None)
        answer = dict(reply.body) if isinstance(reply.body, Mapping) else {}
        self._answers.setdefault(table.name, []).append(answer)
        if switches:
            try:
                self._update(table, answer, switches)
            except GatewayError as error:
                error.message = "it was created switched off, and could not be switched on: {0}".format(error.message)
                raise
        return answer

    def _template(self, table: SettingsResource, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if table.provider:
            implementation = values.get("implementation")
            templates = [each for each in self._schema(table) if each.get("implementation") == implementation]
            # Prowlarr has one template for each of hundreds of definitions of one implementation.
            definition = values.get("fields.definitionFile")
            if definition:
                templates = [each for each in templates if {"name": "definitionFile", "value": definition} in _pairs(each)]
                if not templates:
                    raise LookupError("{0} has no definition {1}".format(self._app.title, definition))
            if templates:
                return templates[0]
            known = ", ".join(sorted({str(each.get("implementation")) for each in self._schema(table)})[:40])
            raise LookupError("{0} has no implementation {1} (it has {2})".format(self._app.title, implementation, known))
        if table.shape in ("quality_profile", "metadata_profile"):
            return self._session.get(self._app.prefix + table.path + "/schema")
        return {}

    def _schema(self, table: SettingsResource) -> List[Mapping[str, Any]]:
        if table.name not in self._schemas:
            self._schemas[table.name] = self._session.get(self._app.prefix + table.path + "/schema")
        return self._schemas[table.name]

    def _id_of(self, ref: Ref, name: str) -> int:
        if ref.resource == "language":
            return self._language(name)
        resource = self._app.resources[ref.resource]
        for answer in self._answers.get(ref.resource, []):
            told = str(answer.get(resource.key[0]))
            if told == name or (resource.case_insensitive and told.lower() == name.lower()):
                return int(answer["id"])
        if ref.resource == "tag":
            # The apps remove tags that nothing uses, so a tag is made together with its first user.
            return int(self._create(resource, {"label": name}).get("id") or 0)
        raise LookupError("there is no {0} called {1}".format(ref.resource, name))

    def _language(self, name: str) -> int:
        if self._languages is None:
            self._languages = {str(each.get("name")): int(each.get("id", 0)) for each in self._session.get(self._app.prefix + "/language")}
        if name not in self._languages:
            raise LookupError("{0} has no language {1}".format(self._app.title, name))
        return self._languages[name]

    def _move(self, table: SettingsResource, answer: Mapping[str, Any], behind: Sequence[str]) -> None:
        """Put a delay profile at its place, at the front where none of ``behind`` is there; the default one always stays the last."""
        before = next((known for known in (self._known(table, key) for key in behind) if known is not None), None)
        after = {"after" if self._app.prefix.endswith("v3") else "afterId": str(before["id"])} if before is not None else None
        self._send("PUT", "{0}/reorder/{1}".format(table.path, answer["id"]), None, after)
        self._list_again(table)


def _off(switch: Any) -> Any:
    return "disabled" if isinstance(switch, str) else [] if isinstance(switch, list) else False


def _pairs(template: Mapping[str, Any]) -> List[Dict[str, Any]]:
    return [{"name": each.get("name"), "value": each.get("value")} for each in template.get("fields") or ()]
