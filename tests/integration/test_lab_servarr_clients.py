# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that were generated from the apps' published API descriptions work with the lab's stand-ins, and what these answer fits the descriptions."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lab.apps.servarr import Servarr, of_app
from lab.apps.servarr_instance import APPS
from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import Request, serve
from support.parts import without

#: What makes a copy of a row another one, by resource; a name does for all others.
_ANOTHER: dict[str, dict[str, Any]] = {
    "tag": {"label": "generated"},
    "root_folder": {"path": "/data/usenet"},
    "delay_profile": {"tags": [3]},
    "remote_path_mapping": {"host": "generated"},
    "custom_filter": {"label": "generated", "type": "generated", "filters": []},
    "exclusions": {"tmdbId": 900_001, "movieTitle": "Generated", "movieYear": 2001},
    "import_list_exclusion": {"tvdbId": 900_001, "title": "Generated", "foreignId": "aaaaaaaa-0000-4000-8000-000000000001", "artistName": "Generated",
                              "authorName": "Generated"},
}  # fmt: skip
#: A property to change, where a name cannot be.
_CHANGED: dict[str, str] = {"tag": "label", "remote_path_mapping": "host", "custom_filter": "label", "exclusions": "movieTitle"}
_NOT_SETTINGS = re.compile(r"movie|series|artist|author|album|book|track|queue|blocklist|command|history|backup|release_push|language|system|log|login|search")


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Servarr, str]]:
    stand_in = of_app(request.param)
    stand_in.instance.reachable = None
    log = RequestLog(tmp_path / "requests.jsonl")
    listener = serve(stand_in, FaultFile(tmp_path / "faults.json"), log)
    yield stand_in, listener.address
    listener.close()
    log.close()


def apis(client: Any, module: Any) -> Iterator[tuple[str, Any]]:
    """Every resource of which the client can list and create rows, as `download_client`."""
    for name in dir(module):
        if not name.endswith("Api") or name == "ApiClient":
            continue
        api = getattr(module, name)(client)
        for method in dir(api):
            kind = method.removeprefix("list_")
            listed = method == f"list_{kind}" and not method.endswith(("_http_info", "_preload_content"))
            if listed and hasattr(api, f"create_{kind}") and hasattr(api, f"delete_{kind}") and not _NOT_SETTINGS.search(kind):
                yield kind, api


def _new(kind: str, api: Any, rows: list[Any], module: Any) -> Any:
    # The last metadata profile allows nothing, and a copy of it is refused.
    model = rows[0 if kind == "metadata_profile" else -1] if rows else None
    if model is None and hasattr(api, f"list_{kind}_schema"):
        model = getattr(api, f"list_{kind}_schema")()[-1]
    values = model.to_dict() if model is not None else {}
    values.pop("id", None)
    given = _ANOTHER.get(kind, {"name": "generated"})
    known = type(model) if model is not None else next(getattr(module, name) for name in dir(module) if name.lower() == f"{kind.replace('_', '')}resource")
    properties = {field.alias or name for name, field in known.model_fields.items()}
    return known.from_dict({**values, **{name: value for name, value in given.items() if name in properties}})


def test_a_generated_client_lists_creates_changes_and_deletes(app: tuple[Servarr, str]) -> None:
    stand_in, address = app
    try:
        module = importlib.import_module(stand_in.name)
    except ImportError:
        without(f"the generated client of {stand_in.name} (requirements-test.txt)")
    configuration = module.Configuration(host=address, api_key={"X-Api-Key": stand_in.instance.host["apiKey"]})
    done = []
    with module.ApiClient(configuration) as client:
        for kind, api in apis(client, module):
            if (stand_in.name, kind) == ("readarr", "metadata"):
                continue  # Readarr has the resource and no implementation of it.
            before = getattr(api, f"list_{kind}")()
            create = getattr(api, f"create_{kind}")
            made = create(**{_resource(create): _new(kind, api, before, module)})
            assert made.id and made.id not in {each.id for each in before}, kind
            assert len(getattr(api, f"list_{kind}")()) == len(before) + 1
            if hasattr(api, f"update_{kind}"):
                _change(kind, api, made)
            getattr(api, f"delete_{kind}")(made.id)
            assert [each.id for each in getattr(api, f"list_{kind}")()] == [each.id for each in before]
            done.append(kind)
    assert set(done) >= {"tag", "download_client", "indexer", "notification", "custom_filter"}
    assert len(done) >= (8 if stand_in.name == "prowlarr" else 13), done


def _resource(method: Any) -> str:
    """The name of the argument that takes the body."""
    return next(name for name in method.__func__.__annotations__ if name.endswith("_resource"))


def _change(kind: str, api: Any, made: Any) -> None:
    name = _CHANGED.get(kind, "name")
    values = made.to_dict()
    if name not in values:
        return
    changed = type(made).from_dict({**values, name: "changed"})
    update = getattr(api, f"update_{kind}")
    told = str(update.__func__.__annotations__.get("id", ""))
    number: Any = str(made.id) if "StrictStr" in told or "[str," in told else made.id
    update(id=number, **{_resource(update): changed})
    assert getattr(api, f"get_{kind}_by_id")(made.id).to_dict()[name] == "changed", kind


@pytest.mark.parametrize("name", APPS)
def test_answers_fit_the_published_description(name: str, shared: Path) -> None:
    stand_in = of_app(name)
    described = json.loads((shared / "openapi" / f"{name}.json").read_text(encoding="utf-8"))
    schemas = described["components"]["schemas"]
    # Where the descriptions are wrong about the apps: times and versions are texts, and Prowlarr hides a property from its own description.
    schemas["TimeSpan"] = schemas["Version"] = {"type": "string"}
    schemas.get("ApplicationResource", {}).get("properties", {})["enable"] = {"type": "boolean"}
    headers = {"x-api-key": stand_in.instance.host["apiKey"]}
    checked = 0
    for path in [*stand_in.instance.data["properties"], "system/status", "tag/detail"]:
        whole = f"{stand_in.instance.prefix}/{path}"
        operation = described["paths"].get(whole, {}).get("get")
        schema = ((operation or {}).get("responses", {}).get("200", {}).get("content") or {}).get("application/json", {}).get("schema")
        if schema is None:
            continue
        answer = stand_in.answer(Request("GET", whole, {}, headers))
        jsonschema.Draft7Validator({"components": described["components"], **_whole(schema)}).validate(json.loads(answer.body))
        checked += 1
    assert checked >= (11 if name == "prowlarr" else 20)


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """A reference beside other members counts for nothing: it has to stand alone, one level deeper."""
    return {"allOf": [schema]}


def test_an_answer_that_does_not_fit_is_noticed(shared: Path) -> None:
    described = json.loads((shared / "openapi" / "radarr.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator({"components": described["components"], **_whole({"$ref": "#/components/schemas/TagResource"})})
    validator.validate({"id": 1, "label": "4k"})
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"id": "1", "label": "4k"})
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"id": 1, "label": "4k", "colour": "red"})
