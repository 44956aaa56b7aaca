# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An app of the lab keeps its secrets on its docker host as the real ones do, and they move with what the app is told."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from lab import inventory
from lab.apps import servarr
from lab.apps.servarr_instance import APPS
from lab.server import CONTROL, Request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The tables that hold secrets, and the columns by which they are found.
PROVIDERS = {"Indexers", "DownloadClients", "Notifications", "ImportLists", "Metadata", "Applications", "IndexerProxies"}
COLUMNS = {"Id", "Name", "Implementation", "ConfigContract", "Settings"}


def tables_of(database: Path) -> dict[str, dict[str, str]]:
    """Columns and their types by table."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
        return {name: {row[1]: row[2] for row in connection.execute(f'PRAGMA table_info("{name}")')} for name in names}


def rows_of(database: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[servarr.Servarr, Path]]:
    stand_in = servarr.of_app(request.param, tmp_path)
    yield stand_in, tmp_path / f"{request.param}.db"
    stand_in.close()


def test_tables_and_columns_are_those_of_the_real_app(app: tuple[servarr.Servarr, Path], shared: Path, tmp_path: Path) -> None:
    stand_in, database = app
    copied = tmp_path / "real.db"
    copied.write_bytes((shared / "fixtures" / "servarr_house" / stand_in.name / "stopped" / database.name).read_bytes())
    real, ours = tables_of(copied), tables_of(database)
    assert set(ours) == set(real) & {*PROVIDERS, "Config", "Users"}
    for name, columns in ours.items():
        assert columns.items() <= real[name].items()
        assert columns.keys() >= (COLUMNS if name in PROVIDERS else real[name].keys())


def test_what_stands_there_is_what_the_real_app_had_there(app: tuple[servarr.Servarr, Path], shared: Path, tmp_path: Path) -> None:
    """But for what is planted, and for keys of other apps: the lab has its own."""
    stand_in, database = app
    copied = tmp_path / "real.db"
    copied.write_bytes((shared / "fixtures" / "servarr_house" / stand_in.name / "stopped" / database.name).read_bytes())
    for table in set(tables_of(database)) & PROVIDERS:
        query = f'SELECT "Name", "Settings" FROM "{table}" ORDER BY "Name"'
        real = {name: _texts(json.loads(told or "{}")) for name, told in rows_of(copied, query)}
        ours = {name: _texts(json.loads(told or "{}")) for name, told in rows_of(database, query)}
        for name in real.keys() & ours.keys():
            shown = {path for path in real[name].keys() & ours[name].keys() if "canary" in str(real[name][path])}
            assert {path: ours[name][path] for path in shown} == {path: real[name][path] for path in shown}, (table, name)
            assert {path for path, value in real[name].items() if "canary" in str(value)} == shown, (table, name)
    assert rows_of(database, 'SELECT "Password" FROM "Users"') == rows_of(copied, 'SELECT "Password" FROM "Users"')
    assert {"proxypassword", "proxyusername"} <= {key for (key,) in rows_of(database, 'SELECT "Key" FROM "Config"')}


def _texts(settings: dict[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= _texts(value, f"{above}{name}.") if isinstance(value, dict) else {above + name: value}
    return found


def test_config_xml_has_the_key(app: tuple[servarr.Servarr, Path]) -> None:
    stand_in, database = app
    told = {each.tag: each.text or "" for each in ElementTree.parse(database.with_name("config.xml")).getroot()}
    assert told["ApiKey"] == stand_in.instance.host["apiKey"] and told["Port"] == str(stand_in.instance.host["port"])


def test_a_write_is_seen_there_and_a_read_writes_nothing(app: tuple[servarr.Servarr, Path]) -> None:
    stand_in, database = app
    instance = stand_in.instance
    headers = {"x-api-key": instance.host["apiKey"], "content-type": "application/json"}
    before = [path.stat().st_mtime_ns for path in sorted(database.parent.iterdir())]
    stand_in.answer(Request("GET", f"{instance.prefix}/downloadclient", headers=headers))
    assert [path.stat().st_mtime_ns for path in sorted(database.parent.iterdir())] == before
    client = json.loads(stand_in.answer(Request("GET", f"{instance.prefix}/downloadclient", headers=headers)).body)[0]
    for field in client["fields"]:
        field["value"] = "fresh-secret" if field["name"] == "password" else field.get("value")
    body = json.dumps(client).encode()
    query = {"forceSave": ["true"]}
    assert stand_in.answer(Request("PUT", f"{instance.prefix}/downloadclient/{client['id']}", query, headers, body)).status < 300
    (settings,) = rows_of(database, f'SELECT "Settings" FROM "DownloadClients" WHERE "Id" = {client["id"]}')[0]
    assert json.loads(settings)["password"] == "fresh-secret"
    stand_in.answer(Request("PUT", f"{CONTROL}store", body=json.dumps({"downloadclient": []}).encode()))
    assert rows_of(database, 'SELECT * FROM "DownloadClients"') == []


def test_a_stop_leaves_the_database_alone(app: tuple[servarr.Servarr, Path]) -> None:
    stand_in, database = app
    assert database.with_name(database.name + "-wal").exists()
    stand_in.close()
    assert sorted(path.name for path in database.parent.iterdir()) == ["config.xml", database.name]


def test_the_inventory_leads_to_each_folder(tmp_path: Path) -> None:
    from lab.paths import Paths

    paths = Paths.of(tmp_path)
    assert {inventory.folder_of(paths, app).relative_to(tmp_path).as_posix() for app in APPS} == {
        f"hosts/mediabox/opt/stacks/media/config/{app}" for app in APPS
    }
