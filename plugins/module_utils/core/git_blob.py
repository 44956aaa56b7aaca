# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Git's own id of a content, on the control node and on hosts that may have no git."""

from __future__ import annotations

import hashlib
import sys
from typing import Any, Dict

# Hosts in FIPS mode refuse SHA-1 unless told that no security rests on it; Python 3.8 does not know the word.
_NOT_FOR_SECURITY: Dict[str, Any] = {"usedforsecurity": False} if sys.version_info >= (3, 9) else {}


def blob_id(content: bytes) -> str:
    """The id that git gives to a content: SHA-1 of a header and the bytes."""
    return hashlib.new("sha1", b"blob %d\0" % len(content) + content, **_NOT_FOR_SECURITY).hexdigest()
