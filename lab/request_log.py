# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of every request that a lab answered: one JSON object a line, written before the answer leaves."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CREDENTIAL = re.compile(r"(?i)([?&](?:apikey|api_key|access_token|token|x-plex-token|password)=)[^&]*")


class RequestLog:
    """Appends `{"t", "app", "method", "path", "status"}`. `t` is in seconds since 1970; status 0 means that no answer was given.

    The path carries its query, since filters say what was asked for; the values of credentials in it are replaced.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def add(self, app: str, method: str, path: str, status: int) -> None:
        line = {"t": round(time.time(), 3), "app": app, "method": method, "path": _CREDENTIAL.sub(r"\1***", path), "status": status}
        with self._lock:
            self._file.write(json.dumps(line) + "\n")

    def close(self) -> None:
        with self._lock:
            self._file.close()
