# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password of qBittorrent's web interface as its own file keeps it. Pure.

Observed with 4.5.2: PBKDF2 with HMAC-SHA512 over 100,000 rounds, 16 bytes of salt and 64 of the key, both in base64. The file is written some
seconds after a change.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

#: linuxserver.io's image, the project's own, and hotio's, below what the container calls /config.
CONF_FILES = ("qBittorrent/qBittorrent.conf", "qBittorrent/config/qBittorrent.conf", "config/qBittorrent.conf")
#: Where the settings tell the password.
PLACE = "preferences//web_ui_password"
_ROUNDS = 100000
_STORED = re.compile(r'^WebUI\\Password_PBKDF2="?@ByteArray\(([^:)]+):([^)]+)\)"?\s*$', re.MULTILINE)


def password_in_conf(text: str, password: str) -> str:
    """``equal``, ``different`` or, where no hash is stored or it is none that can be read, ``unknown``."""
    found = _STORED.search(text)
    if found is None:
        return "unknown"
    try:
        salt, key = (base64.b64decode(each, validate=True) for each in found.groups())
    except (ValueError, binascii.Error):
        return "unknown"
    if not key:
        return "unknown"
    known = hashlib.pbkdf2_hmac("sha512", password.encode("utf-8"), salt, _ROUNDS, len(key))
    return "equal" if hmac.compare_digest(known, key) else "different"
