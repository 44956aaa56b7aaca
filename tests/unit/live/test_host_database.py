# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases in every state, read without a trace: each promise beside the plain way of reading that breaks it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import host_database
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_child import Unreadable
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_database import AT_REST, IN_USE, LEFT_OVER, DatabaseRows, read_database

from support.app_database import APP_UID, give_away, host_folder, make_database, restarting_app, running_app, stop_app
from support.parts import without
from support.snapshot import changes, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "app.db"
QUERIES = {"names": 'SELECT "Name" FROM "Things" ORDER BY "Name"'}
SETUP = ("CREATE TABLE Things (Name TEXT)", "INSERT INTO Things VALUES ('old')")
NEW = "INSERT INTO Things VALUES ('new')"


def no_scratch() -> str:
    raise AssertionError("a copy was asked for")


@pytest.fixture
def folder() -> Iterator[Path]:
    """The app's folder."""
    with host_folder() as host:
        made = host / "config"
        made.mkdir(0o700)
        make_database(made / NAME, *SETUP)
        give_away(made)
        yield made


@pytest.fixture
def scratch(tmp_path: Path) -> Callable[[], str]:
    made = tmp_path / "scratch"

    def give() -> str:
        made.mkdir(0o700, exist_ok=True)
        return str(made)

    return give


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        without("root, to become another user")


def names(answer: Any) -> list[str]:
    assert isinstance(answer, DatabaseRows), answer
    return [row["Name"] for row in answer.rows["names"]]


def read(folder: Path, scratch: Callable[[], str] = no_scratch, queries: dict[str, str] = QUERIES) -> DatabaseRows | Unreadable:
    """Read, and see that nothing in the folder changed."""
    before = snapshot([folder])
    answer = read_database(str(folder), NAME, queries, scratch)
    assert changes(before, snapshot([folder])) == []
    return answer


def test_at_rest(folder: Path) -> None:
    answer = read(folder)
    assert names(answer) == ["old"]
    assert isinstance(answer, DatabaseRows)
    assert answer.state == AT_REST
    assert sorted(path.name for path in folder.iterdir()) == [NAME]


def test_plain_reading_at_rest_would_leave_files(folder: Path) -> None:
    connection = sqlite3.connect(f"file:{folder / NAME}?mode=ro", uri=True)
    connection.execute(QUERIES["names"]).fetchall()
    assert {path.name for path in folder.iterdir()} == {NAME, NAME + "-wal", NAME + "-shm"}
    connection.close()


def test_in_use(folder: Path) -> None:
    with running_app(folder / NAME, NEW):
        answer = read(folder)
    assert names(answer) == ["new", "old"]
    assert isinstance(answer, DatabaseRows)
    assert answer.state == IN_USE


def test_immutable_would_miss_what_a_running_app_wrote(folder: Path) -> None:
    with running_app(folder / NAME, NEW):
        connection = sqlite3.connect(f"file:{folder / NAME}?immutable=1", uri=True)
        assert connection.execute(QUERIES["names"]).fetchall() == [("old",)]
        connection.close()


def test_in_use_while_a_transaction_is_open(folder: Path) -> None:
    with running_app(folder / NAME, "BEGIN IMMEDIATE", NEW):
        assert names(read(folder)) == ["old"]


def test_the_shared_memory_stays_as_it_is_where_no_reader_was_before(folder: Path) -> None:
    """Without readonly_shm a reader notes its place in that file, which the app then finds changed."""
    with running_app(folder / NAME, NEW, "PRAGMA wal_checkpoint(RESTART)", NEW):
        assert names(read(folder)) == ["new", "new", "old"]


@pytest.mark.parametrize("shm", [True, False])
def test_left_over(folder: Path, scratch: Callable[[], str], shm: bool) -> None:
    with running_app(folder / NAME, NEW):
        pass
    if not shm:
        (folder / (NAME + "-shm")).unlink()
    answer = read(folder, scratch)
    assert names(answer) == ["new", "old"]
    assert isinstance(answer, DatabaseRows)
    assert answer.state == LEFT_OVER
    assert list(Path(scratch()).iterdir()) == []


def test_plain_reading_of_what_was_left_over_would_rebuild_the_shared_memory(folder: Path) -> None:
    with running_app(folder / NAME, NEW):
        pass
    (folder / (NAME + "-shm")).write_bytes(b"\0" * 32768)
    before = snapshot([folder])
    connection = sqlite3.connect(f"file:{folder / NAME}?mode=ro", uri=True)
    connection.execute(QUERIES["names"]).fetchall()
    connection.close()
    assert changes(before, snapshot([folder])) != []


def test_a_copy_belongs_to_the_app_and_nobody_else_can_read_it(folder: Path, scratch: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    with running_app(folder / NAME, NEW):
        pass
    seen: list[tuple[str, int, int]] = []
    plain = host_database.in_folder

    def watched(where: str, *arguments: Any, **more: Any) -> Any:
        answer = plain(where, *arguments, **more)
        copy = Path(scratch()) / "database"
        seen.extend((path.name, path.stat().st_uid, path.stat().st_mode & 0o777) for path in ((copy, *copy.iterdir()) if str(copy) == where else ()))
        return answer

    monkeypatch.setattr(host_database, "in_folder", watched)
    assert names(read(folder, scratch)) == ["new", "old"]
    assert {(uid, mode & 0o077) for dummy, uid, mode in seen} == {(APP_UID, 0)}
    assert {name for name, *dummy in seen} >= {"database", NAME, NAME + "-wal"}


def test_an_older_journal_mode(folder: Path) -> None:
    connection = sqlite3.connect(folder / NAME)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    give_away(folder)
    assert names(read(folder)) == ["old"]


def test_busy_is_given_up(folder: Path) -> None:
    connection = sqlite3.connect(folder / NAME)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    give_away(folder)
    with running_app(folder / NAME, "BEGIN EXCLUSIVE"):
        started = time.monotonic()
        answer = read(folder)
        took = time.monotonic() - started
    assert isinstance(answer, Unreadable)
    assert "busy" in answer.reason
    assert 1.9 < took < 4


def test_a_journal_in_the_way_is_given_up(folder: Path) -> None:
    connection = sqlite3.connect(folder / NAME)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    (folder / (NAME + "-journal")).write_bytes(b"x")
    give_away(folder)
    assert isinstance(read(folder), Unreadable)


def test_unknown_schema_is_told_by_query(folder: Path) -> None:
    answer = read(folder, queries={**QUERIES, "table": 'SELECT "A" FROM "Gone"', "column": 'SELECT t."Gone" FROM "Things" t'})
    assert names(answer) == ["old"]
    assert isinstance(answer, DatabaseRows)
    assert answer.faults == {"table": "no such table: Gone", "column": "no such column: t.Gone"}


def test_values_of_any_kind(folder: Path) -> None:
    connection = sqlite3.connect(folder / NAME)
    connection.execute("DELETE FROM Things")
    connection.executemany("INSERT INTO Things VALUES (?)", [(b"\xff\xfe",), (None,), (7,)])
    connection.execute("INSERT INTO Things VALUES (CAST(x'ff41' AS TEXT))")
    connection.commit()
    connection.close()
    give_away(folder)
    answer = read(folder)
    assert isinstance(answer, DatabaseRows)
    assert [row["Name"] for row in answer.rows["names"]] == [None, "7", "\udcffA", None]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"not a database, but long enough to be read as one", "no SQLite database"),
        (b"SQLite format 3\0" + b"\x10\0\x02\x02" + b"\0" * 200, ""),
    ],
)
def test_what_is_no_database(folder: Path, content: bytes, told: str) -> None:
    (folder / NAME).write_bytes(content)
    answer = read(folder)
    assert isinstance(answer, Unreadable)
    assert told in answer.reason


def test_damaged_left_over(folder: Path, scratch: Callable[[], str]) -> None:
    with running_app(folder / NAME, NEW):
        pass
    data = bytearray((folder / NAME).read_bytes())
    data[100:4096] = b"\x99" * 3996
    (folder / NAME).write_bytes(bytes(data))
    (folder / (NAME + "-wal")).write_bytes(b"")
    answer = read(folder, scratch)
    assert isinstance(answer, Unreadable)
    assert scratch() not in answer.reason


def test_missing(tmp_path: Path) -> None:
    answer = read_database(str(tmp_path), NAME, QUERIES, no_scratch)
    assert isinstance(answer, Unreadable)
    assert "data_path" in answer.remedy


def test_python_without_sqlite(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_database, "HAS_SQLITE", False)
    answer = read(folder)
    assert isinstance(answer, Unreadable)
    assert "sqlite3" in answer.reason


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / NAME).rename(tmp_path / "elsewhere.db")
    (folder / NAME).symlink_to(tmp_path / "elsewhere.db")
    assert isinstance(read(folder), Unreadable)


def test_folders_above_may_be_closed_to_the_app(as_root: None, folder: Path) -> None:
    """As that of the engine's volumes is."""
    folder.parent.chmod(0o700)
    assert names(read(folder)) == ["old"]


def test_no_file_of_root_appears(as_root: None, folder: Path, scratch: Callable[[], str]) -> None:
    def owners() -> set[int]:
        return {path.stat().st_uid for path in folder.iterdir()}

    read(folder)
    assert owners() == {APP_UID}
    with running_app(folder / NAME, NEW):
        read(folder)
        assert owners() == {APP_UID}
    read(folder, scratch)
    assert owners() == {APP_UID}
    # The app finds all in order.
    with running_app(folder / NAME, NEW):
        assert names(read(folder)) == ["new", "new", "old"]


def owners(folder: Path) -> set[int]:
    """Whom the files of the database belong to; the app removes some of them meanwhile."""
    found = set()
    for path in folder.glob("counted.db*"):
        with suppress(FileNotFoundError):
            found.add(path.stat().st_uid)
    return found


def test_nothing_is_made_while_an_app_stops_and_starts(as_root: None, folder: Path, scratch: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader is made a third user who may write there, so that what it makes can be told from what the app makes."""
    reader = 4321
    database = make_database(folder / "counted.db", "CREATE TABLE Counter (Value INTEGER)", "INSERT INTO Counter VALUES (0)")
    give_away(folder)
    folder.chmod(0o777)
    database.chmod(0o666)
    monkeypatch.setattr(host_database, "owner_of", lambda path: (reader, reader))
    states: dict[str, int] = {}
    last = 0
    with restarting_app(database):
        begun = time.monotonic()
        # On a busy machine it takes longer until both states were met.
        while time.monotonic() < begun + 3 or (not {IN_USE, AT_REST} <= set(states) and time.monotonic() < begun + 30):
            answer = read_database(str(folder), "counted.db", {"value": "SELECT Value FROM Counter"}, scratch)
            assert reader not in owners(folder)
            if isinstance(answer, Unreadable):
                states[answer.reason] = states.get(answer.reason, 0) + 1
                continue
            states[answer.state] = states.get(answer.state, 0) + 1
            (row,) = answer.rows["value"]
            assert row["Value"] >= last
            last = row["Value"]
    assert last > 0
    assert states.get(IN_USE, 0) > 0, states
    assert states.get(AT_REST, 0) > 0, states


def test_an_app_that_stops_between_look_and_read(as_root: None, folder: Path, scratch: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its -wal stays for as long as it is looked at, because the app cannot have the file for itself."""
    reader, asked = 4321, folder / "asked"
    folder.chmod(0o777)
    (folder / NAME).chmod(0o666)
    monkeypatch.setattr(host_database, "owner_of", lambda path: (reader, reader))
    plain = host_database._in_use

    def stopped_meanwhile(shm: str) -> bool:
        found = plain(shm)
        Path("/asked").touch()
        while Path("/asked").exists():
            time.sleep(0.01)
        return found

    monkeypatch.setattr(host_database, "_in_use", stopped_meanwhile)
    with running_app(folder / NAME, NEW) as app:

        def stop() -> None:
            while not asked.exists():
                time.sleep(0.01)
            stop_app(app)
            asked.unlink()

        stopping = threading.Thread(target=stop)
        stopping.start()
        answer = read_database(str(folder), NAME, QUERIES, scratch)
        stopping.join()
    assert names(answer) == ["new", "old"]
    assert {path.stat().st_uid for path in folder.iterdir()} == {APP_UID}


def test_that_test_would_see_a_file_of_the_reader(as_root: None, folder: Path) -> None:
    folder.chmod(0o777)
    (folder / NAME).chmod(0o666)
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(4321)
        os.setuid(4321)
        connection = sqlite3.connect(f"file:{folder / NAME}?mode=ro", uri=True)
        connection.execute(QUERIES["names"]).fetchall()
        os._exit(0)
    os.waitpid(child, 0)
    assert 4321 in {path.stat().st_uid for path in folder.iterdir()}
