# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be made wrong with a running stand-in, and the file through which it is told.

The faults of a lab are one JSON file, app name to fault. Whoever injects a fault replaces the file, the stand-ins look at it
before each answer: a fault holds from the next request on and needs no connection to the lab's process.
"""

from __future__ import annotations

import json
import random
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOGIN_PAGE = b"""<!DOCTYPE html>
<html><head><title>Sign in</title></head>
<body><form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form></body></html>
"""
GARBAGE = b'{"page": 1, "records": [{"id": 1, "na\xff\xfe\x00'


@dataclass(frozen=True)
class Fault:
    """How an app misbehaves. `rate` is the share of requests that are hit, `slow` is in seconds and may stand alone or beside another fault."""

    status: int | None = None
    login_page: bool = False
    reset: bool = False
    garbage: bool = False
    slow: float = 0.0
    rate: float = 1.0
    path: str = ""

    def __post_init__(self) -> None:
        if self.status is not None and not 100 <= self.status <= 599:
            raise ValueError(f"{self.status} is no HTTP status: give one from 100 to 599")
        if not 0 <= self.rate <= 1:
            raise ValueError(f"{self.rate} is no rate: give a share from 0 to 1")
        if self.slow < 0:
            raise ValueError(f"{self.slow} is no time: give seconds from 0 on")
        if sum((self.status is not None, self.login_page, self.reset, self.garbage)) > 1:
            raise ValueError("one of status, login page, reset and garbage at a time")

    @property
    def empty(self) -> bool:
        return self.status is None and not (self.login_page or self.reset or self.garbage or self.slow)


class FaultFile:
    """The faults of one lab. Readers see a change with the next call of `hit`; the draws of a rate repeat from lab to lab."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._faults: dict[str, Fault] = {}
        self._draws: dict[str, random.Random] = {}

    def read(self) -> dict[str, Fault]:
        """All faults in force, by app."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        return {app: Fault(**fields) for app, fields in json.loads(text).items()}

    def set(self, app: str, fault: Fault | None) -> None:
        """Put `fault` in force for `app`, or take its fault away."""
        faults = self.read()
        faults.pop(app, None)
        if fault is not None:
            faults[app] = fault
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps({name: asdict(entry) for name, entry in faults.items()}, indent=1), encoding="utf-8")
        new.replace(self._path)

    def hit(self, app: str, path: str) -> Fault | None:
        """The fault that this request of `app` meets, if any."""
        with self._lock:
            self._refresh()
            fault = self._faults.get(app)
            if fault is None or fault.path not in path:
                return None
            return fault if self._draws[app].random() < fault.rate else None

    def _refresh(self) -> None:
        try:
            found = self._path.stat()
            stamp = (found.st_ino, found.st_mtime_ns)
        except FileNotFoundError:
            stamp = None
        if stamp == self._seen:
            return
        self._seen, faults = stamp, self.read()
        for app in faults:
            if self._faults.get(app) != faults[app]:
                self._draws[app] = random.Random(app)
        self._faults = faults
