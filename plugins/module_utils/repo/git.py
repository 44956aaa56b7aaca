# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a git checkout on the control node: never a write to it, never a network connection.

What is read is the working tree or one revision. Paths are relative to the folder that was opened and use ``/``.
Every function raises GatewayError with a sentence that names the repository and the next step.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
from pathlib import Path
from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError

#: Commits that a history looks at. A home's repository has hundreds; the bound keeps a huge one from stalling an audit.
HISTORY_LIMIT = 5000
TIMEOUT_S = 60
SYMLINK = "120000"
SUBMODULE = "160000"

# Settings of the repository could start programs (fsmonitor, hooks) or write (untracked cache); an audit must do neither.
_SETTINGS = ("safe.directory=*", "core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false")
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    # Without it `git status` refreshes the index file: a write.
    "GIT_OPTIONAL_LOCKS": "0",
    # No protocol is allowed, so that a partial clone cannot fetch what it lacks.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}


@dataclasses.dataclass(frozen=True)
class Checkout:
    """An opened checkout. ``revision`` is the full commit id that is read, or empty for the working tree."""

    name: str
    root: Path
    head: str = ""
    branch: str = ""
    revision: str = ""
    prefix: str = ""


class Entry(NamedTuple):
    """A file that git tracks: its mode as git writes it (``100644``) and its blob id."""

    mode: str
    blob: str


class Past(NamedTuple):
    """A content that a path once had: blob id, the newest commit that gave it to the path, and the commit's date (ISO 8601)."""

    blob: str
    commit: str
    date: str


def open_checkout(path: str, name: str = "", revision: str = "") -> Checkout:
    """Open the checkout that holds ``path``; ``revision`` (any name git knows) is read instead of the working tree."""
    root = Path(path).expanduser()
    target = name or str(path)
    if not root.is_dir():
        raise GatewayError(
            "the repository folder {0} does not exist on the control node".format(root),
            target=target,
            remedy="clone the repository there, or correct its path in media_center_repositories",
        )
    root = root.resolve()
    opened = Checkout(target, root)
    try:
        inside, _newline, prefix = _text(_git(opened, "rev-parse", "--is-inside-work-tree", "--show-prefix")).partition("\n")
    except GatewayError as error:
        if "not a git repository" not in error.message:
            raise
        inside = prefix = ""
    if inside != "true":
        raise GatewayError(
            "{0} is no git checkout".format(root),
            target=target,
            remedy="clone the repository there, or correct its path in media_center_repositories",
        )
    opened = dataclasses.replace(
        opened,
        prefix=prefix.rstrip("\n"),
        head=_line(opened, "rev-parse", "--quiet", "--verify", "HEAD"),
        branch=_line(opened, "symbolic-ref", "--quiet", "--short", "HEAD"),
    )
    if not revision:
        return opened
    commit = _line(opened, "rev-parse", "--quiet", "--verify", "--end-of-options", revision + "^{commit}")
    if not commit:
        raise GatewayError(
            "the revision {0} does not exist in {1}".format(revision, root),
            target=target,
            remedy="fetch it, or correct media_center_revision",
        )
    return dataclasses.replace(opened, revision=commit)


def tracked(checkout: Checkout, folder: str = "") -> Dict[str, Entry]:
    """Every file that git tracks below the folder, by path; in the working tree, what the index says."""
    found: Dict[str, Entry] = {}
    if checkout.revision:
        listing = _git(checkout, "ls-tree", "-r", "-z", checkout.revision, *_below(folder))
        fields = (0, 2)
    else:
        listing = _git(checkout, "ls-files", "--stage", "-z", *_below(folder))
        fields = (0, 1)
    for record in listing.split(b"\0"):
        if record:
            head, _tab, path = record.partition(b"\t")
            words = head.decode("ascii").split()
            found[_text(path)] = Entry(words[fields[0]], words[fields[1]])
    return found


def read_files(checkout: Checkout, entries: Dict[str, Entry], limit: int) -> Dict[str, Optional[bytes]]:
    """The bytes of the given tracked files; None for one that is larger than ``limit`` bytes.

    A file that was deleted from the working tree but is still tracked is left out. A symbolic link gives the
    bytes of the file it points to when that lies in the repository, and is left out otherwise.
    """
    regular = {path: entry for path, entry in entries.items() if entry.mode != SUBMODULE}
    if not checkout.revision:
        read = {path: _read_file(checkout, path, limit) for path in regular}
        return {path: content for path, (exists, content) in read.items() if exists}
    return _read_blobs(checkout, {path: entry.blob for path, entry in regular.items() if entry.mode != SYMLINK}, limit)


def read_untracked(checkout: Checkout, path: str, limit: int) -> Optional[bytes]:
    """The bytes of a file of the working tree that git does not track, or None when there is none (or a revision is read)."""
    if checkout.revision:
        return None
    return _read_file(checkout, path, limit)[1]


def history(checkout: Checkout, paths: Sequence[str], limit: int = HISTORY_LIMIT) -> Dict[str, List[Past]]:
    """What each path below ``paths`` ever was, newest first, renames not followed.

    One call of git for all paths. Contents older than the last ``limit`` commits that touched them are not known.
    """
    start = checkout.revision or checkout.head
    if not start or not paths:
        return {}
    log = _git(
        checkout,
        "log",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "-m",
        "-z",
        "--relative",
        "--format=%x01%H%x09%cI%x09%P",
        "--max-count={0}".format(limit),
        start,
        "--",
        *sorted(set(paths)),
    )
    found: Dict[str, Dict[str, Tuple[Past, bool]]] = {}
    commit, date, parents = "", "", ""
    blob = ""
    for field in log.split(b"\0"):
        text = field.lstrip(b"\n")
        if text.startswith(b"\x01"):
            head, _newline, text = text[1:].partition(b"\n")
            commit, date, parents = head.decode("ascii").split("\t")
            text = text.lstrip(b"\n")
        if text.startswith(b":") and not blob:
            blob = text.decode("ascii").split()[3]
        elif text and blob:
            known = found.setdefault(_text(text), {})
            merge = " " in parents
            # A merge only carries a content on, unless it made it itself: the commit behind it is the one to name.
            if blob.strip("0") and (blob not in known or (known[blob][1] and not merge)):
                known[blob] = (Past(blob, commit, date), merge)
            blob = ""
    return {path: [past for past, _merge in known.values()] for path, known in found.items()}


def dirty(checkout: Checkout) -> List[str]:
    """Tracked paths whose working tree differs from the last commit; empty when a revision is read."""
    if checkout.revision:
        return []
    status = _git(checkout, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=all", "--", ".")
    paths = (_text(record[3:]) for record in status.split(b"\0") if record)
    return sorted(path[len(checkout.prefix) :] for path in paths if path.startswith(checkout.prefix))


def _read_file(checkout: Checkout, path: str, limit: int) -> Tuple[bool, Optional[bytes]]:
    real = Path(os.path.realpath(checkout.root / path))
    top = checkout.root if not checkout.prefix else checkout.root.parents[checkout.prefix.rstrip("/").count("/")]
    # A link that leads out of the repository could carry any file of the control node to a docker host.
    if top not in real.parents or ".git" in real.relative_to(top).parts or not real.is_file():
        return False, None
    try:
        if real.stat().st_size > limit:
            return True, None
        return True, real.read_bytes()
    except OSError as error:
        raise GatewayError(
            "{0} cannot be read: {1}".format(path, error.strerror),
            target=checkout.name,
            remedy="make it readable for the user that runs Ansible",
        ) from None


def _read_blobs(checkout: Checkout, blobs: Dict[str, str], limit: int) -> Dict[str, Optional[bytes]]:
    if not blobs:
        return {}
    ids = sorted(set(blobs.values()))
    sizes = _git(checkout, "cat-file", "--batch-check=%(objectname) %(objectsize)", stdin="\n".join(ids).encode("ascii") + b"\n")
    small = [line.split()[0] for line in sizes.decode("ascii").splitlines() if int(line.split()[1]) <= limit]
    answer = _git(checkout, "cat-file", "--batch", stdin="".join(each + "\n" for each in small).encode("ascii")) if small else b""
    contents: Dict[str, bytes] = {}
    at = 0
    for each in small:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        contents[each] = answer[end + 1 : end + 1 + size]
        at = end + size + 2
    return {path: contents.get(blob) for path, blob in blobs.items()}


def _below(folder: str) -> Iterable[str]:
    return ("--", folder) if folder not in ("", ".") else ()


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _line(checkout: Checkout, *words: str) -> str:
    return _git(checkout, *words, allow=(0, 1, 128)).decode("utf-8", "surrogateescape").strip()


def _git(checkout: Checkout, *words: str, stdin: bytes = b"", allow: Sequence[int] = (0,)) -> bytes:
    command = ["git", "--no-pager"]
    for setting in _SETTINGS:
        command += ["-c", setting]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment.update(_ENVIRONMENT)
    try:
        done = subprocess.run(command + list(words), cwd=str(checkout.root), env=environment, input=stdin, capture_output=True, timeout=TIMEOUT_S, check=False)
    except FileNotFoundError:
        raise GatewayError("git is not installed on the control node", target=checkout.name, remedy="install git") from None
    except subprocess.TimeoutExpired:
        raise GatewayError(
            "git {0} took longer than {1} s in {2}".format(words[0], TIMEOUT_S, checkout.root),
            target=checkout.name,
            remedy="run `git gc` in the checkout and try again",
            retryable=True,
        ) from None
    if done.returncode not in allow:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GatewayError(
            "git {0} failed in {1}: {2}".format(words[0], checkout.root, said[0] if said else "exit code {0}".format(done.returncode)),
            target=checkout.name,
            remedy="run `git status` in the checkout and mend what it says",
        )
    return done.stdout
