# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only ``/proc`` of the Docker host tells about a running container: namespaces, inodes, injected content.

The engine's API answers as if all were well where a VPN container was restarted under its child, or where a bind's
source was replaced: the container keeps the old namespace and the old inode. Reading another user's ``/proc/<pid>/root``
takes root; without it each check here is ``unknown``. Process ids have to be those of this machine's engine.

No function returns the content of a file.
"""
from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable, Iterator, List, Optional, Tuple

READ = "read"
ABSENT = "absent"
EQUAL = "equal"
DIFFERENT = "different"
UNKNOWN = "unknown"
NOT_COMPARABLE = "not_comparable"

BECOME_REMEDY = "run with become (media_center_become: true)"
MAX_CONTENT_BYTES = 16 * 1024 * 1024
_MAX_SYMLINKS = 40
_CONTAINER_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ProcCheck:
    """The outcome of one check: ``verdict`` is equal, different, unknown or not_comparable, with a reason and next step."""

    verdict: str
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class ContentPrint:
    """The fingerprint of a file in a container; ``value`` is None where ``state`` is absent or unknown, not read."""

    state: str
    value: Optional[str] = None
    reason: str = ""
    remedy: str = ""


class _Unknown(Exception):
    """The check cannot be made: reason and remedy."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def is_process_of(pid: int, container_id: str, proc_root: str = "/proc") -> ProcCheck:
    """Return whether a process belongs to a container, by its control group; any user may ask.

    Different means that the engine counts processes in another namespace than this one (it runs in a container, or on
    another machine): every other check of this process would then be about a stranger. Unknown is usual for rootless
    engines without delegated control groups, and says nothing against the process.
    """
    try:
        path = os.path.join(_process(pid, proc_root), "cgroup")
        with open(path, encoding="utf-8", errors="replace") as stream:
            groups = stream.read()
    except _Unknown as error:
        return ProcCheck(UNKNOWN, error.reason, error.remedy)
    except OSError as error:
        unreadable = _unreadable(error, "the control group")
        return ProcCheck(UNKNOWN, unreadable.reason, unreadable.remedy)
    if container_id in groups:
        return ProcCheck(EQUAL)
    if _CONTAINER_ID.search(groups):
        return ProcCheck(DIFFERENT, "the process id is that of another container", "run the audit where the engine runs")
    return ProcCheck(UNKNOWN, "the process's control group names no container")


def same_network_namespace(child_pid: int, parent_pid: int, proc_root: str = "/proc") -> ProcCheck:
    """Return whether two processes share a network namespace, as ``network_mode: service:`` promises."""
    try:
        child = _namespace(child_pid, proc_root)
        parent = _namespace(parent_pid, proc_root)
    except _Unknown as error:
        return ProcCheck(UNKNOWN, error.reason, error.remedy)
    if child == parent:
        return ProcCheck(EQUAL)
    return ProcCheck(
        DIFFERENT,
        "the container is still in the network namespace of an earlier container",
        "restart the container, so that it joins the network of the one that runs now",
    )


def same_inode(pid: int, host_path: str, container_path: str, proc_root: str = "/proc") -> ProcCheck:
    """Return whether a bind mount's source is, by device and inode, what the container has at ``container_path``.

    Below ``/dev`` this is not comparable: the engine fills that folder itself.
    """
    if container_path == "/dev" or container_path.startswith("/dev/"):
        return ProcCheck(NOT_COMPARABLE, "the engine fills /dev itself")
    try:
        with _container_file(pid, container_path, proc_root) as inside:
            there = _identity(inside)
        here = _host_identity(host_path)
    except _Unknown as error:
        return ProcCheck(UNKNOWN, error.reason, error.remedy)
    if here is not None and here == there:
        return ProcCheck(EQUAL)
    remedy = "restart the container, so that it mounts what is at the path now"
    if here is None:
        return ProcCheck(DIFFERENT, "the source no longer exists on the host", "put the source back, then " + remedy)
    if there is None:
        return ProcCheck(DIFFERENT, "the path does not exist in the container", remedy)
    return ProcCheck(DIFFERENT, "the source on the host was replaced after the container started", remedy)


def same_content(
    pid: int, host_path: str, container_path: str, limit: int = MAX_CONTENT_BYTES, proc_root: str = "/proc"
) -> ProcCheck:
    """Return whether a regular file on the host and one in the container have the same content, up to ``limit`` bytes."""
    try:
        with _container_file(pid, container_path, proc_root) as inside:
            there = None if inside is None else _content(inside, limit, "in the container")
        here = _host_content(host_path, limit)
    except _Unknown as error:
        return ProcCheck(UNKNOWN, error.reason, error.remedy)
    if here is None:
        return ProcCheck(UNKNOWN, "the file does not exist on the host")
    if there is None:
        return ProcCheck(DIFFERENT, "the file does not exist in the container", "recreate the container")
    if here == there:
        return ProcCheck(EQUAL)
    return ProcCheck(DIFFERENT, "the content differs", "recreate the container, so that it gets the content of now")


def file_fingerprint(
    pid: int,
    container_path: str,
    fingerprint: Callable[[bytes], str],
    limit: int = MAX_CONTENT_BYTES,
    proc_root: str = "/proc",
) -> ContentPrint:
    """Return ``fingerprint`` of a regular file in the container, of at most ``limit`` bytes."""
    try:
        with _container_file(pid, container_path, proc_root) as inside:
            if inside is None:
                return ContentPrint(ABSENT, reason="the file does not exist in the container")
            return ContentPrint(READ, fingerprint(_content(inside, limit, "in the container")))
    except _Unknown as error:
        return ContentPrint(UNKNOWN, None, error.reason, error.remedy)


def _namespace(pid: int, proc_root: str) -> str:
    try:
        return os.readlink(os.path.join(_process(pid, proc_root), "ns", "net"))
    except OSError as error:
        raise _unreadable(error, "the network namespace") from error


def _process(pid: int, proc_root: str) -> str:
    if pid <= 0:
        # The engine says 0 for a container that does not run.
        raise _Unknown("container not running", "start the container")
    return os.path.join(proc_root, str(pid))


def _unreadable(error: OSError, what: str) -> _Unknown:
    if error.errno in (errno.EACCES, errno.EPERM):
        if os.geteuid() == 0:
            return _Unknown("%s may not be read, not even by root" % what, "look at the permissions on the host")
        return _Unknown("%s may be read by root only" % what, BECOME_REMEDY)
    if error.errno in (errno.ENOENT, errno.ESRCH):
        return _Unknown("its process is not on this machine", "run again; if it stays, audit the machine that the engine runs on")
    return _Unknown("%s cannot be read (%s)" % (what, error.strerror))


@contextmanager
def _container_file(pid: int, path: str, proc_root: str) -> Iterator[Optional[int]]:
    """Give an ``O_PATH`` descriptor of what ``path`` is for the container, or None where it does not exist.

    The path is walked component by component below the container's root, because the host would read the target of an
    absolute symlink in the container as a path of its own. No step follows a link by itself.
    """
    try:
        root = os.open(os.path.join(_process(pid, proc_root), "root"), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(error, "the container's files") from error
    opened = [root]
    try:
        found = None
        try:
            found = _walk(opened, path)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                raise _unreadable(error, "%s in the container" % path) from error
        yield found
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _walk(opened: List[int], path: str) -> int:
    """Return the descriptor of ``path`` below ``opened[0]``; every descriptor made is appended to ``opened``."""
    here = [opened[0]]
    todo = _components(path)
    links = 0
    while todo:
        name = todo.pop()
        if name == "..":
            here = here[:-1] or here
            continue
        entry = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here[-1])
        opened.append(entry)
        if not stat.S_ISLNK(os.fstat(entry).st_mode):
            here.append(entry)
            continue
        links += 1
        if links > _MAX_SYMLINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        # An empty name reads the very link that was opened (readlinkat(2)), not what has its name by now.
        target = os.readlink("", dir_fd=entry)
        if target.startswith("/"):
            here = here[:1]
        todo.extend(_components(target))
    return here[-1]


def _components(path: str) -> List[str]:
    """Return the components of a path, last one first."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def _identity(descriptor: Optional[int]) -> Optional[Tuple[int, int]]:
    if descriptor is None:
        return None
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


def _host_identity(path: str) -> Optional[Tuple[int, int]]:
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(error, "%s on the host" % path) from error
    return found.st_dev, found.st_ino


def _content(descriptor: int, limit: int, where: str) -> bytes:
    """Return the bytes of a regular file that is open, if only as a path."""
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise _Unknown("it is no regular file %s" % where)
    if found.st_size > limit:
        raise _Unknown("the file %s is larger than %d bytes" % (where, limit))
    try:
        # An O_PATH descriptor is read by opening it anew: the very same inode, whatever has its name by now.
        reading = os.open("/proc/self/fd/%d" % descriptor, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(error, "the file %s" % where) from error
    with os.fdopen(reading, "rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise _Unknown("the file %s is larger than %d bytes" % (where, limit))
    return content


def _host_content(path: str, limit: int) -> Optional[bytes]:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(error, "%s on the host" % path) from error
    try:
        return _content(descriptor, limit, "on the host")
    finally:
        os.close(descriptor)
