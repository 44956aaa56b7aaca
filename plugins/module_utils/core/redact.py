# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep secrets out of everything that leaves a side.

Two nets. The first is the table: a field says whether it is secret, and such a value is
replaced by a keyed fingerprint. The second catches what nobody marked: names
that mean a secret, URLs with user info or keys in the query, and long random words.
"""

from __future__ import annotations

import fnmatch
import hashlib
import hmac
import json
import math
import re
from typing import Any

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Field, NotComparable, OneOf, Unknown

_SECRET_NAME = re.compile(
    r"(pass(word|wd|phrase)?|secret|token|api_?-?key|apikey|private_?key|preshared|credential|cookie|webhook|auth(?!or|elia|entik)|(^|[_.-])(key|pwd|pw|psk)$|claim)",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"([a-z][a-z0-9+.-]*://)([^/\s@:]+(?::[^/\s@]*)?)@", re.IGNORECASE)
_QUERY = re.compile(r"([?&;](?:[a-z_.-]*(?:key|token|secret|pass|auth|sig)[a-z_.-]*)=)([^&#\s\"']+)", re.IGNORECASE)
_PATH_TOKEN = re.compile(r"(/(?:webhooks?|hooks?|bot|services)/)([^\s?#\"']+)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_HASH = re.compile(r"\$(?:2[aby]|apr1|5|6|argon2\w*)\$\S+")
_IMAGE_DIGEST = re.compile(r"sha256:[0-9a-f]{12,64}")
MASK = "<redacted>"


def looks_random(word: str) -> bool:
    """Whether a word of 20 characters or more has the entropy of a generated key."""
    counts = [word.count(each) for each in set(word)]
    entropy = -sum(count / len(word) * math.log2(count / len(word)) for count in counts)
    return entropy >= 3.2 and any(each.isdigit() for each in word) and any(each.isalpha() for each in word)


def secret_name(path: str) -> bool:
    """Whether the last part of a path is a name that means a secret."""
    return bool(_SECRET_NAME.search(path.rsplit(".", 1)[-1]))


class Redactor:
    """Redaction with one key. ``enabled=False`` exists only to prove in tests that the nets hold."""

    def __init__(self, key: str, enabled: bool = True) -> None:
        self._key = key.encode("utf-8")
        self.enabled = enabled

    def fingerprint(self, value: Any) -> str:
        """A keyed fingerprint: equal values have equal ones within one key, and nothing can be learned from it."""
        text = value if isinstance(value, (bytes, str)) else json.dumps(value, sort_keys=True, default=repr)
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        return "hmac:" + hmac.new(self._key, data, hashlib.sha256).hexdigest()[:16]

    def is_secret(self, field: Field, path: str, *values: Any) -> bool:
        """Whether values of this path are told as fingerprints only."""
        if field.secret == "always":
            return True
        if field.secret == "unless_public":
            return not any(fnmatch.fnmatchcase(path, each) for each in field.public) or secret_name(path)
        return secret_name(path) and any(isinstance(each, str) and each for each in values)

    def value(self, field: Field, path: str, value: Any) -> Any:
        """What may be told of a value: the value with its secrets cut out, a fingerprint, or null for ABSENT."""
        if isinstance(value, OneOf):
            return self.value(field, path, value.values[0])
        if value is ABSENT or value is None or isinstance(value, (Unknown, NotComparable)):
            return None
        if not self.enabled:
            return value
        if self.is_secret(field, path, value):
            return self.fingerprint(value)
        return self.deep(value)

    def deep(self, value: Any) -> Any:
        """The same structure with the second net applied to every text."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {
                key: self.fingerprint(each) if self.enabled and secret_name(str(key)) and isinstance(each, str) and each else self.deep(each)
                for key, each in value.items()
            }
        if isinstance(value, (list, tuple, set, frozenset)):
            told = [self.deep(each) for each in value]
            return sorted(told, key=repr) if isinstance(value, (set, frozenset)) else told
        return value

    def text(self, text: str) -> str:
        """A text without user info, keys in queries, password hashes and random words."""
        if not self.enabled:
            return text
        text = _USERINFO.sub(lambda match: match.group(1) + MASK + "@", text)
        text = _QUERY.sub(lambda match: match.group(1) + MASK, text)
        text = _PATH_TOKEN.sub(lambda match: match.group(1) + MASK, text)
        text = _HASH.sub(MASK, text)
        kept = {match.group(0)[7:] for match in _IMAGE_DIGEST.finditer(text)}
        return _WORD.sub(lambda match: MASK if match.group(0) not in kept and self._random(match.group(0)) else match.group(0), text)

    @staticmethod
    def _random(word: str) -> bool:
        # A path or a dotted name is many short words joined; only the joined pieces can be a key.
        return any(len(piece) >= 20 and looks_random(piece) for piece in re.split(r"[/_-]", word)) or (
            word.endswith("=") and looks_random(word)
        )
