# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hash of a password in qBittorrent's own file."""

from __future__ import annotations

import base64
import hashlib

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_qbittorrent import password_in_conf

SALT = b"sixteen bytes !!"


def conf(password: str, quote: str = '"') -> str:
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), SALT, 100_000)
    kept = ":".join(base64.b64encode(each).decode() for each in (SALT, key))
    return f"[Preferences]\nWebUI\\Password_PBKDF2={quote}@ByteArray({kept}){quote}\nWebUI\\Port=8080\n"


@pytest.mark.parametrize("quote", ['"', ""])
def test_the_stored_password_is_known(quote: str) -> None:
    assert password_in_conf(conf("hübsch", quote), "hübsch") == "equal"
    assert password_in_conf(conf("hübsch", quote), "hubsch") == "different"


@pytest.mark.parametrize(
    "text", ["", "[Preferences]\nWebUI\\Port=8080\n", 'WebUI\\Password_PBKDF2="@ByteArray(no:base64)"', 'WebUI\\Password_PBKDF2="@ByteArray(YQ==:)"']
)
def test_what_is_no_hash_says_nothing(text: str) -> None:
    assert password_in_conf(text, "x") == "unknown"
