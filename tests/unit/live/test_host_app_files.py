# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the apps keep their files and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_app_files import (
    APP_FILES,
    certificate_password,
    environment_of,
    folder_of,
    key_in,
    postgres_host,
    read_file,
)
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_child import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "<Config>\n  <ApiKey>abc&amp;def</ApiKey>\n  <SslCertPassword>{0}</SslCertPassword>\n  <PostgresHost>{1}</PostgresHost>\n</Config>"
BAZARR = """---
analytics:
  enabled: true
auth:
  apikey: {0}
  password: ''
  type: null
radarr:
  apikey: other
"""


def mounts(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"Mounts": [{"Type": "bind", "Destination": inside, "Source": outside} for inside, outside in pairs]}


@pytest.mark.parametrize(
    ("app", "text", "key"),
    [
        ("radarr", CONFIG.format("", ""), "abc&def"),
        ("seerr", '{"main": {"apiKey": "MTcz=="}, "radarr": [{"apiKey": "other"}]}', "MTcz=="),
        ("bazarr", BAZARR.format("0123abc"), "0123abc"),
        ("bazarr", BAZARR.format("'0123 abc'"), "0123 abc"),
        ("bazarr", BAZARR.format('"0123"  # note'), "0123"),
        ("plex", '<?xml version="1.0"?>\n<Preferences MachineIdentifier="m" PlexOnlineToken="t&amp;k" PlexOnlineUsername="u"/>', "t&k"),
    ],
)
def test_key(app: str, text: str, key: str) -> None:
    assert key_in(APP_FILES[app], "file", text) == key


@pytest.mark.parametrize(
    ("app", "text"),
    [
        ("radarr", "<Config></Config>"),
        ("radarr", ""),
        ("seerr", "{"),
        ("seerr", '{"main": []}'),
        ("seerr", "[]"),
        ("seerr", '{"main": {"apiKey": 7}}'),
        ("bazarr", "radarr:\n  apikey: other\n"),
        ("bazarr", BAZARR.format("''")),
        ("plex", '<Preferences OldPlexOnlineToken="x"/>'),
    ],
)
def test_no_key_is_told(app: str, text: str) -> None:
    assert isinstance(key_in(APP_FILES[app], "file", text), Unreadable)


def test_folder_is_the_mount_that_holds_the_apps_files() -> None:
    container = mounts(("/data", "/mnt/media"), ("/config", "/opt/radarr"))
    assert folder_of(APP_FILES["radarr"], container, {"/opt/radarr/radarr.db"}.__contains__) == "/opt/radarr"
    assert folder_of(APP_FILES["radarr"], mounts(("/app-data/", "/opt/r")), {"/opt/r/config.xml"}.__contains__) == "/opt/r"
    assert folder_of(APP_FILES["seerr"], mounts(("/config", "/a"), ("/app/config", "/b")), {"/b/settings.json"}.__contains__) == "/b"


def test_folder_that_is_not_there_is_told() -> None:
    empty = folder_of(APP_FILES["radarr"], mounts(("/config", "/opt/radarr")), lambda path: False)
    assert isinstance(empty, Unreadable)
    assert "/opt/radarr" in empty.reason
    none = folder_of(APP_FILES["radarr"], {"Mounts": None}, lambda path: True)
    assert isinstance(none, Unreadable)
    assert "data_path" in none.remedy


def test_variables_and_postgres() -> None:
    environment = environment_of({"Config": {"Env": ["Radarr__Postgres__Host=db", "EMPTY=", "A=b=c"]}})
    assert environment["A"] == "b=c"
    assert postgres_host("", environment, "radarr") == "db"
    assert postgres_host("", environment, "sonarr") == ""
    assert postgres_host(CONFIG.format("", "pg.lan"), {}, "radarr") == "pg.lan"
    assert postgres_host(CONFIG.format("", ""), environment_of({}), "radarr") == ""
    assert certificate_password(CONFIG.format("pw", "")) == "pw"
    assert certificate_password(CONFIG.format("", "")) is None


def test_first_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    assert isinstance(read_file(str(tmp_path), APP_FILES["bazarr"].files), Unreadable)
    (tmp_path / "config.yaml").write_text("second")
    assert read_file(str(tmp_path), APP_FILES["bazarr"].files) == ("config.yaml", "second")
    (tmp_path / "config" / "config.yaml").write_text("first")
    assert read_file(str(tmp_path), APP_FILES["bazarr"].files) == ("config/config.yaml", "first")
    assert isinstance(read_file(str(tmp_path / "config.yaml"), ("x",)), Unreadable)
