# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes `lab/data/servarr/<app>.json` anew from recorded answers of the real apps and their published API descriptions.

    PYTHONPATH=.:tests python -m support.servarr_data ../shared

What an app is (property types, templates of providers, the rows of a configured house) is data of the recordings; how it behaves
stands in `lab/data/servarr/rules.yml`, which is written by hand. Labels, help texts and options of selects are left out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from lab.apps.servarr_binding import default_of
from lab.repositories import DATA

APPS = {"radarr": "v3", "sonarr": "v3", "lidarr": "v1", "readarr": "v1", "prowlarr": "v1"}
MASK = "********"
PROVIDERS = ("downloadclient", "indexer", "importlist", "notification", "metadata", "applications", "indexerproxy")
SPECIFICATIONS = ("customformat", "autotagging")
# Prowlarr offers hundreds of templates by definition; the lab knows those of its house.
_TYPES = {"string": "str", "int": "int", "int?": "int?", "bool": "bool", "double": "num", "double?": "num?", "IEnumerable<int>": "ints",
          "IEnumerable<string>": "strs", "DateTime": "str", "IEnumerable<KeyValuePair<string, string>>": "list"}  # fmt: skip
_KEPT_OUT = ("presets", "infoLink", "fields", "implementation", "implementationName", "configContract", "name", "tags", "id", "indexerUrls", "legacyUrls",
             "description", "capabilities", "sortName", "added", "appProfileId")  # fmt: skip
_Json = Any


def _load(path: Path) -> _Json:
    return json.loads(path.read_text(encoding="utf-8"))


def _answer(shared: Path, app: str, name: str) -> _Json:
    path = shared / "recordings" / app / f"{name}.json"
    return _load(path)["response"]["body"] if path.exists() else None


def _answer_free(shared: Path, app: str, name: str) -> _Json:
    return _load(shared / "recordings" / app / f"{name}.json")


def property_type(schema: _Json, schemas: _Json) -> str:
    """The type of a property in the words of `lab/apps/servarr_binding.py`."""
    nullable = "?" if schema.get("nullable") else ""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        return ("flags" if schema.get("type") == "integer" else "enum " + " ".join(map(str, schema["enum"]))) + nullable
    kind = schema.get("type")
    if kind == "array":
        inner = schema["items"].get("type")
        return {"integer": "ints", "string": "strs"}.get(inner, "list")
    if kind == "string":
        return {"date-time": "date", "date-span": "str", "uuid": "str"}.get(schema.get("format", ""), "str")
    return {"boolean": "bool", "integer": "int", "number": "num"}.get(kind, "any") + (nullable if kind in ("boolean", "integer", "number") else "")


def resources(shared: Path, app: str) -> dict[str, dict[str, str]]:
    """The properties of every settings resource by path, from the published description."""
    described = _load(shared / "openapi" / f"{app}.json")
    prefix, schemas = f"/api/{APPS[app]}/", described["components"]["schemas"]
    found = {}
    for path in sorted(_load(shared / "fixtures" / "servarr_house" / app / "api.json")):
        path = path.strip("/")
        operations = {**described["paths"].get(prefix + path, {}), **described["paths"].get(f"{prefix}{path}/{{id}}", {})}
        for verb in ("put", "post", "get"):
            content = operations.get(verb, {}).get("requestBody", operations.get(verb, {}).get("responses", {}).get("200", {})).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            schema = schema.get("items", schema)
            if "$ref" in schema:
                properties = schemas[schema["$ref"].rpartition("/")[2]].get("properties", {})
                found[path] = {name: property_type(value, schemas) for name, value in properties.items() if name not in ("id", "presets")}
                break
    return found


def template(offered: _Json, known: dict[str, _Json], app: str, properties: dict[str, str]) -> dict[str, _Json]:
    """A template of `/schema`, small: `fields` are [name, type, privacy, kind, default, advanced]."""
    fields = []
    for field in offered["fields"]:
        told = known.get(field["name"], {})
        value = field.get("value")
        if value == MASK:
            value = told.get("default", "")
        kind = _TYPES.get(told.get("cs_type", "")) or _guess(field, value)
        fields.append([field["name"], field.get("type", "textbox"), field.get("privacy", "normal"), kind, value, int(field.get("advanced", False))])
    made = {key: offered[key] for key in ("implementation", "implementationName", "configContract") if key in offered}
    made["fields"] = fields
    made["extra"] = {key: value for key, value in offered.items() if key not in _KEPT_OUT and (key.startswith("supports") or key in _EXTRA)}
    link = offered.get("infoLink")
    # Names of machines were replaced in the recordings, also where they were part of a word.
    if link and "-host" not in link and link != f"https://wiki.servarr.com/{app}/supported#{offered['implementation'].lower()}":
        made["link"] = link
    made["blank"] = {key: value for key, value in offered.items() if key in properties and key not in made["extra"] and (key == "name" or key not in _KEPT_OUT)
                     and key not in ("message", "protocol") and value != default_of(properties[key])}  # fmt: skip
    return {key: value for key, value in made.items() if value not in ({}, None)}


_EXTRA = ("protocol", "message", "listOrder", "listType", "minRefreshInterval", "definitionName", "language", "encoding", "privacy", "testCommand")


def _guess(field: _Json, value: _Json) -> str:
    if field.get("type") == "checkbox" or isinstance(value, bool):
        return "bool"
    if field.get("type") == "number":
        return "num?"
    if isinstance(value, int):
        return "int"
    return "list" if isinstance(value, list) else "str"


def templates(shared: Path, app: str) -> dict[str, list[_Json]]:
    """What `/schema` of each kind of provider offers, one entry an implementation."""
    known = yaml.safe_load((shared / "contracts" / "servarr_providers.yml").read_text(encoding="utf-8"))[app]
    found: dict[str, list[_Json]] = {}
    described = resources(shared, app)
    for kind in (*PROVIDERS, *SPECIFICATIONS):
        offered = _answer(shared, app, f"GET__{kind}_schema")
        if not isinstance(offered, list):
            continue
        listed = known.get(kind, known.get(f"{kind}_specification", []))
        fields = {each["implementation"]: {field["name"]: field for field in each.get("fields", [])} for each in listed}
        seen: dict[str, _Json] = {}
        # Presets are templates of their own in Prowlarr: the one with the fewest values is the plain one.
        for each in sorted(offered, key=lambda each: sum(bool(field.get("value")) for field in each["fields"])):
            seen.setdefault(each["implementation"], template(each, fields.get(each["implementation"], {}), app, described.get(kind, {})))
        rules = _answer_free(shared, app, "provider_validation")["resources"].get(kind, {})
        names = dict.fromkeys(each["implementation"] for each in offered)
        found[kind] = [seen[name] | _empty(rules.get(seen[name]["implementation"], {})) for name in names]
    if app == "prowlarr":
        found["indexer"] += [_definition(each) for each in _house(shared, app)["indexer"] if each["implementation"] == "Cardigann"]
    return found


def _empty(validation: _Json) -> dict[str, dict[str, list[list[str]]]]:
    """What fails where a field of an enabled provider is empty: {field: [[property, text]]}."""
    found: dict[str, list[list[str]]] = {}
    probes = [error for each in (validation, validation.get("with_schema_defaults", {})) for error in each.get("errors", [])]
    for probe in (probe for probes_of in validation.get("enabled_rejections", {}).values() for probe in probes_of):
        if probe["sent"] in ("", []) and isinstance(probe["error"], list):
            probes += probe["error"]
    for error in (each for each in probes if isinstance(each, dict)):
        name = error["propertyName"][:1].lower() + error["propertyName"][1:] if error["propertyName"] else "categories"
        told = [error["propertyName"], error["errorMessage"]]
        if told not in found.setdefault(name, []) and not any(
            text.startswith("Invalid Url") and told[1].startswith("Invalid Url") for _name, text in found[name]
        ):
            found[name].append(told)
    # What concerns no single field is told first.
    return {"empty": dict(sorted(found.items(), key=lambda entry: entry[1][0][0] != ""))} if found else {}


def _definition(row: _Json) -> _Json:
    """The template behind an indexer that is described by a definition file. What is secret in it belongs to the row."""
    made = template(row, {}, "prowlarr", {})
    for field in made["fields"]:
        if not field[0].startswith("info") and field[3] != "bool" and field[0] != "definitionFile":
            field[4] = 0 if field[1] == "select" and isinstance(field[4], int) else None
    return made | {"definition": row["definitionName"]}


def _house(shared: Path, app: str) -> dict[str, _Json]:
    return {path.strip("/"): body for path, body in _load(shared / "fixtures" / "servarr_house" / app / "api.json").items()}


def rows(shared: Path, app: str) -> dict[str, _Json]:
    """The configured house as the app stores it: secrets in clear, providers as settings by name."""
    secrets = {(each["resource"], each["name"], each["field"]): each["value"] for each in _load(shared / "fixtures" / "servarr_house" / "secrets.json")
               if each["app"] == app and each["api"] == "masked"}  # fmt: skip
    found = {}
    for path, body in _house(shared, app).items():
        if path in PROVIDERS:
            body = [_provider_row(path, row, secrets) for row in body]
        elif path in SPECIFICATIONS:
            body = [row | {"specifications": [_specification(each) for each in row["specifications"]]} for row in body]
        elif path == "rootfolder":
            body = [{key: value for key, value in row.items() if key not in ("accessible", "freeSpace", "totalSpace", "unmappedFolders")} for row in body]
        elif path == "config/host":
            body = body | {"apiKey": f"@key:{app}@"}
        found[path] = body
    return found


def _specification(row: _Json) -> _Json:
    return {key: row[key] for key in ("name", "implementation", "negate", "required")} | {"settings": settings(row)}


def settings(row: _Json) -> dict[str, _Json]:
    """The fields of a provider by name."""
    return {field["name"]: field["value"] for field in row.get("fields") or [] if "value" in field and not field["name"].startswith("info_")}


def _provider_row(path: str, row: _Json, secrets: dict[tuple[str, str, str], str]) -> _Json:
    stored = settings(row)
    for name, value in stored.items():
        if value == MASK:
            # The apps know each other by their API keys, which every lab has its own of.
            neighbour = row["implementation"].lower() if path == "applications" else "prowlarr"
            known = None if path == "applications" else secrets.get((path, row["name"], name))
            stored[name] = known or f"@key:{neighbour}@"
    own = {key: value for key, value in row.items() if key not in ("fields", "implementationName", "infoLink", "message", "presets", "sortName")}
    own = {key: value for key, value in own.items() if not key.startswith("supports") and key not in ("protocol", "definitionName", "language", "encoding")}
    return own | {"settings": stored}


def build(shared: Path, app: str) -> dict[str, _Json]:
    """Everything that the lab knows about one app."""
    rows_of = rows(shared, app)
    status = rows_of.pop("system/status") | {"startupPath": f"/app/{app}/bin"}
    return {
        "name": app,
        "title": status["appName"],
        "version_of_api": APPS[app],
        "status": status,
        "properties": resources(shared, app),
        "templates": templates(shared, app),
        "profile_template": {kind: body for kind in ("qualityprofile", "metadataprofile") if (body := _answer(shared, app, f"GET__{kind}_schema"))},
        "languages": [{key: each[key] for key in ("id", "name") if key in each} for each in _answer(shared, app, "GET__language__fresh") or []],
        "rows": rows_of,
    }


def main() -> None:
    """Write all five files."""
    shared = Path(sys.argv[1])
    (DATA / "servarr").mkdir(exist_ok=True)
    for app in APPS:
        parts = build(shared, app)
        text = json.dumps({name: f"@{name}@" for name in parts}, indent=0)
        for name, value in parts.items():
            text = text.replace(f'"@{name}@"', _lines(value))
        (DATA / "servarr" / f"{app}.json").write_text(text + "\n", encoding="utf-8")


def _lines(value: _Json) -> str:
    """Compact JSON, one line for each member of a dictionary: small, and still readable in a diff."""

    def compact(part: _Json) -> str:
        return json.dumps(part, separators=(",", ":"), ensure_ascii=False)

    if not isinstance(value, dict):
        return compact(value)
    members = []
    for name, part in value.items():
        rows = isinstance(part, list) and part and isinstance(part[0], dict)
        members.append(f"{compact(name)}:" + ("[\n" + ",\n".join(map(compact, part)) + "]" if rows else compact(part)))
    return "{\n" + ",\n".join(members) + "\n}"


if __name__ == "__main__":
    main()
