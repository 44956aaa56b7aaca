# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read rows of an app's SQLite database and leave every file beside it as it is, whatever the app does meanwhile.

The database is in WAL mode, and each of its three states has one way to be read without a trace:

- In use (a process holds the lock that users of the ``-shm`` file hold): read in place with ``mode=ro``, and with ``readonly_shm``, without
  which SQLite opens that file for writing. ``mode=ro`` alone makes a missing ``-wal``; so a shared lock of the kind that every reader
  takes is held before the file is looked for, because an app that stops removes it only under an exclusive one.
- At rest (no ``-wal``): ``immutable=1``, which would miss what stands in a ``-wal``; if the files moved meanwhile, it is read again.
- Left over (a ``-wal`` that nobody uses, after a crash or an unfinished stop): a copy of both files is read.

Byte ranges of the locks: https://www.sqlite.org/src/file/src/os_unix.c and https://www.sqlite.org/walformat.html.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import os
import shutil
import struct
import time
from typing import Any, Callable, Dict, Iterator, List, Mapping, Tuple, Union
from urllib.parse import quote

from ansible_collections.homelab.media_center.plugins.module_utils.live.host_child import Trouble, Unreadable, in_folder, owner_of

try:
    import resource
    import sqlite3
except ImportError:
    HAS_SQLITE = False
else:
    HAS_SQLITE = True

#: What a database can be found as.
IN_USE, AT_REST, LEFT_OVER = "in_use", "at_rest", "left_over"
#: Seconds after which a busy database is given up.
BUSY = 2.0
_ROUNDS = 3
_PAUSE = 0.05
_MAGIC = b"SQLite format 3\0"
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
#: The byte of the -shm file on which each process that uses it holds a shared lock.
_IN_USE_BYTE = 128
#: struct flock of Linux: l_type, l_whence, l_start, l_len, l_pid.
_FLOCK = "hhqqi"
_MOVED = "the database changed while it was read"
_WAL_HEADER = 32

Rows = List[Dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class DatabaseRows:
    """Rows by the name of their query, why some could not be read, and the state in which the database was found."""

    state: str
    rows: Mapping[str, Rows]
    faults: Mapping[str, str]


def read_database(folder: str, name: str, queries: Mapping[str, str], scratch: Callable[[], str]) -> Union[DatabaseRows, Unreadable]:
    """Run ``queries`` on the database ``name`` of ``folder`` as the user who owns it. Never raises, never writes there.

    ``scratch`` gives a private folder that the caller removes; it is asked only for a copy of a left-over state.
    """
    if not HAS_SQLITE:
        return Unreadable("the Python of this host has no sqlite3", "install the package with Python's sqlite3, or choose another ansible_python_interpreter")
    try:
        owner = owner_of(os.path.join(folder, name))
        for dummy in range(_ROUNDS):
            answer = in_folder(folder, owner, lambda root: _in_place(os.path.join(root, name), queries))
            if isinstance(answer, Unreadable):
                return answer
            if answer["state"] == LEFT_OVER:
                answer = _from_copy(folder, name, owner, queries, scratch())
            if answer is not None:
                return answer if isinstance(answer, Unreadable) else DatabaseRows(answer["state"], answer["rows"], answer["faults"])
    except FileNotFoundError:
        return Unreadable("there is no {0} in {1}".format(name, folder), "say with data_path which folder of this host the container has as its /config")
    except PermissionError:
        return Unreadable("{0} may not be read".format(os.path.join(folder, name)), "run with become")
    except OSError as error:
        return Unreadable("{0}: {1}".format(os.path.join(folder, name), error.strerror))
    return Unreadable(_MOVED, "run again")


def _in_place(path: str, queries: Mapping[str, str]) -> Dict[str, Any]:
    # Whatever a fault in the library would write to a file, it cannot.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    deadline = time.monotonic() + BUSY
    while True:
        try:
            answer = _attempt(path, queries, deadline)
            if answer is not None:
                return answer
            why = _MOVED
        except (BlockingIOError, sqlite3.DatabaseError) as error:
            why = _told(error)
        if time.monotonic() >= deadline:
            raise Trouble("{0}: {1}".format(os.path.basename(path), why), "run again when the app is idle")
        time.sleep(_PAUSE)


def _told(error: Exception) -> str:
    if isinstance(error, BlockingIOError) or "locked" in str(error) or "busy" in str(error):
        return "the database is busy (given up after {0:.0f} s)".format(BUSY)
    return "the database cannot be read ({0})".format(error)


def _attempt(path: str, queries: Mapping[str, str], deadline: float) -> Union[Dict[str, Any], None]:
    """The rows, or which state needs a copy, or None where the files moved meanwhile."""
    with _opened(path) as database:
        header = os.pread(database, 20, 0)
        if header[:16] != _MAGIC:
            raise Trouble("{0} is {1}".format(os.path.basename(path), "no SQLite database" if header else "empty"), "start the app once")
        if header[18] != 2 or header[19] != 2:
            if os.path.exists(path + "-journal"):
                raise BlockingIOError
            return _rows(IN_USE, path, "mode=ro", queries, deadline)
        fcntl.lockf(database, fcntl.LOCK_SH | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        if os.path.exists(path + "-wal"):
            if not _in_use(path + "-shm"):
                return {"state": LEFT_OVER}
            return _rows(IN_USE, path, "mode=ro&readonly_shm=1", queries, deadline)
        fcntl.lockf(database, fcntl.LOCK_UN, _SHARED_SIZE, _SHARED_FIRST)
        before = _shape(os.fstat(database))
        try:
            answer = _rows(AT_REST, path, "immutable=1", queries, deadline)
        finally:
            moved = os.path.exists(path + "-wal") or _shape(os.stat(path)) != before
        return None if moved else answer


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    # Closing any descriptor of a file drops the process's locks on it: this one stays open until SQLite has closed its own.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _shape(told: os.stat_result) -> Tuple[int, int, int]:
    return (told.st_ino, told.st_size, told.st_mtime_ns)


def _in_use(shm: str) -> bool:
    """Whether a process has the database open; a container's processes are seen, too, as they run on the same kernel."""
    try:
        with _opened(shm) as descriptor:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, _IN_USE_BYTE, 1, 0)
            told = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
    except OSError:
        return False
    return bool(told[0] != fcntl.F_UNLCK)


def _rows(state: str, path: str, options: str, queries: Mapping[str, str], deadline: float) -> Dict[str, Any]:
    address = "file:{0}?{1}".format(quote(os.fsencode(path)), options)
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=max(0.0, deadline - time.monotonic()))
    try:
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("BEGIN")
        rows: Dict[str, Rows] = {}
        faults: Dict[str, str] = {}
        for name, query in queries.items():
            try:
                cursor = connection.execute(query)
                columns = [each[0] for each in cursor.description]
                rows[name] = [dict(zip(columns, (None if isinstance(each, bytes) else each for each in values))) for values in cursor]
            except sqlite3.OperationalError as error:
                if "no such" not in str(error):
                    raise
                faults[name] = str(error)
        return {"state": state, "rows": rows, "faults": faults}
    finally:
        connection.close()


def _from_copy(folder: str, name: str, owner: Tuple[int, int], queries: Mapping[str, str], scratch: str) -> Union[Dict[str, Any], Unreadable, None]:
    copy = os.path.join(scratch, "database")
    os.mkdir(copy, 0o700)
    try:
        copied = _copy(folder, name, owner, copy)
        if copied is not True:
            return copied if isinstance(copied, Unreadable) else None
        # The copy is read as the app's user, too: it is as foreign to root as the original.
        for path in (copy, *(os.path.join(copy, each) for each in (name, name + "-wal"))):
            if os.geteuid() == 0:
                os.chown(path, owner[0], owner[1])
        answer = in_folder(copy, owner, lambda root: _of_copy(os.path.join(root, name), queries))
        return Unreadable(answer.reason.replace(scratch, folder), answer.remedy) if isinstance(answer, Unreadable) else answer
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _of_copy(path: str, queries: Mapping[str, str]) -> Dict[str, Any]:
    try:
        return _rows(LEFT_OVER, path, "mode=ro", queries, time.monotonic() + BUSY)
    except sqlite3.Error as error:
        raise Trouble("{0}: {1}".format(os.path.basename(path), _told(error)), "start the app, and look at its log if it does not come up") from error


def _copy(folder: str, name: str, owner: Tuple[int, int], copy: str) -> Union[bool, Unreadable]:
    """Whether a consistent copy of both files was made; not where the app started meanwhile."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with contextlib.ExitStack() as stack:
        # Opened here, because the child does not see this folder.
        into = [os.open(os.path.join(copy, each), flags, 0o600) for each in (name, name + "-wal")]
        for each in into:
            stack.callback(os.close, each)
        answer: Union[bool, Unreadable] = in_folder(folder, owner, lambda root: _copied(os.path.join(root, name), into), patience=120, keep=into)
        return answer


def _copied(path: str, into: List[int]) -> bool:
    try:
        with _opened(path) as database, _opened(path + "-wal") as wal:
            before = (_shape(os.fstat(database)), os.pread(wal, _WAL_HEADER, 0))
            for source, target in ((database, into[0]), (wal, into[1])):
                _copy_all(source, target)
            # The database changes only by a checkpoint, and after one the -wal starts anew with another header.
            return before == (_shape(os.stat(path)), os.pread(wal, _WAL_HEADER, 0)) and os.path.exists(path + "-wal")
    except FileNotFoundError:
        return False


def _copy_all(source: int, target: int) -> None:
    place = 0
    while True:
        data = os.pread(source, 1 << 20, place)
        if not data:
            return
        place += len(data)
        while data:
            try:
                data = data[os.write(target, data) :]
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise Trouble("the copy of a database that was not closed needs more space", "free some space in Ansible's temporary directory") from error
                raise
