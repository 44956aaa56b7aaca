# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up secrets that are told apart by the place that they were put in, and found again in whatever spelling they left it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import zlib
from urllib.parse import quote

_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "ra", "se", "ti", "vo", "zu")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


class Canaries:
    """Secrets of one style: `words` look like a name and only their place says that they are secret, `random` look like keys."""

    def __init__(self, style: str) -> None:
        self._style = style
        self._made: dict[str, tuple[str, str]] = {}

    def __call__(self, place: str) -> str:
        """The secret of a place; the same one each time."""
        if place not in self._made:
            self._made[place] = self._halves(place)
        return "-".join(self._made[place]) if self._style == "words" else "".join(self._made[place])

    def found(self, data: bytes) -> dict[str, str]:
        """The places whose secret, or half of it, is in the data, each with the spelling. Escapes of URL, JSON and HTML leave letters and digits alone."""
        texts = [data, data.translate(_URLSAFE)]
        lowered = data.lower()
        for packed in _BASE64.findall(data):
            with contextlib.suppress(zlib.error, ValueError):
                texts.append(zlib.decompress(base64.b64decode(packed)))
        told = {}
        for place, halves in self._made.items():
            for half in halves:
                if any(each in lowered for each in _caseless(half)):
                    told[place] = "text"
                elif any(each in text for each in _exact(half) for text in texts):
                    told[place] = "encoded"
        return told

    def _halves(self, place: str) -> tuple[str, str]:
        digest = hashlib.sha256(f"{self._style} {place}".encode()).digest()
        if self._style == "words":
            text = "".join(_SYLLABLES[byte % 16] for byte in digest[:12])
            return text[:12], text[12:]
        text = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:24])
        return text[:12], text[12:]


def _caseless(half: str) -> list[bytes]:
    """Plain, as hexadecimal digits, and with every letter as %41."""
    raw = half.encode()
    return [half.lower().encode(), raw.hex().encode(), "".join(f"%{byte:02x}" for byte in raw).encode()]


def _exact(half: str) -> list[bytes]:
    """Plain, backwards, and as Base64 after nought, one and two other bytes; digits that unknown neighbours share are left out."""
    found = [half.encode(), half[::-1].encode()]
    for shift in range(3):
        digits = base64.b64encode(b"\0" * shift + half.encode()).rstrip(b"=")[shift and shift + 1 :]
        found.append(digits if (len(half) + shift) % 3 == 0 else digits[:-1])
    return found


def spelled(secret: str) -> dict[str, str]:
    """A secret in the spellings that a search has to know, each within other text."""
    more = {f"base64 after {shift}": base64.b64encode(b"x" * shift + secret.encode() + b"tail").decode() for shift in range(3)}
    return {
        "raw": f"a{secret}b",
        "url": quote(f"&{secret} ", safe=""),
        "percent": "".join(f"%{byte:02X}" for byte in secret.encode()),
        "json": f'{{"a": "\\"{secret}"}}',
        "html": f"&lt;{secret}&amp;",
        "hex": secret.encode().hex(),
        "HEX": secret.encode().hex().upper(),
        "packed": base64.b64encode(zlib.compress(secret.encode() * 9)).decode(),
        "cut": secret[: len(secret) // 2 + 2],
        **more,
    }
