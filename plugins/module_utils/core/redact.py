# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep secrets out of everything that leaves a side.

Two nets. The first is the table: a field says whether it is secret, and such a value is
replaced by a keyed fingerprint. The second catches what nobody marked: names that mean a
secret (``secret_names``), and shapes of secrets in texts (``secret_text``).
A value is redacted where it stands and never by searching texts for it: a house whose
password is ``admin`` keeps its report readable.
"""

from __future__ import annotations

import fnmatch
import hashlib
import hmac
import re
from typing import Any, Dict, List

from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import frozen
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Field, NotComparable, OneOf, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_names import may_be_secret, secret_name
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_text import MASK, hide

__all__ = ["MASK", "Redactor", "secret_name"]

_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_COMMIT_PATH = re.compile(r"(?:^|[._-])(?:revision|commit|vcs-ref)$", re.IGNORECASE)
_NAMES = ("name", "key", "label")


class Redactor:
    """Redaction with one key. ``enabled=False`` exists only to prove in tests that the nets hold."""

    def __init__(self, key: str, enabled: bool = True) -> None:
        self._key = key.encode("utf-8")
        self.enabled = enabled

    def fingerprint(self, value: Any) -> str:
        """A keyed fingerprint: equal values have equal ones within one key, and nothing can be learned from it."""
        text = value if isinstance(value, (bytes, str)) else frozen(value)
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        return "hmac:" + hmac.new(self._key, data, hashlib.sha256).hexdigest()[:16]

    def is_secret(self, field: Field, path: str, *values: Any) -> bool:
        """Whether values of this path are told as fingerprints only."""
        if field.secret == "always":
            return True
        if field.secret == "unless_public" and not any(fnmatch.fnmatchcase(path, each) for each in field.public):
            return True
        present = [each for value in values for each in (value.values if isinstance(value, OneOf) else (value,))]
        if secret_name(path) and any(may_be_secret(each) for each in present):
            return True
        return any(isinstance(each, str) and not _is_commit(path, each) and hide(each) == MASK for each in present)

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
        return value if _is_commit(path, value) else self.deep(value)

    def deep(self, value: Any) -> Any:
        """The same structure, ready for JSON, with the second net applied to every name and text."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self._pairs(value)
        if isinstance(value, (list, tuple)):
            return self._sequence(value)
        if isinstance(value, (set, frozenset)):
            return sorted((self.deep(each) for each in value), key=repr)
        if isinstance(value, bytes):
            return self.fingerprint(value) if self.enabled else repr(value)
        return value

    def text(self, text: str) -> str:
        """A text without what looks like a secret in it."""
        return hide(text) if self.enabled else text

    def _pairs(self, value: Dict[Any, Any], below_secret: bool = False) -> Dict[Any, Any]:
        if not self.enabled:
            return {key: self.deep(each) for key, each in value.items()}
        # The apps' own lists of settings say {"name": "apiKey", "value": "..."}.
        named = below_secret or any(isinstance(value.get(each), str) and secret_name(value[each]) for each in _NAMES)
        told = {}
        for key, each in value.items():
            hidden = key == "value" if named and key in ("value", *_NAMES) else secret_name(str(key))
            # Two keys must not become one mask.
            shown = self.fingerprint(key) if isinstance(key, str) and hide(key) != key else key
            told[shown] = self._hidden(each) if hidden else self.deep(each)
        return told

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._pairs(value, below_secret=True)
        if isinstance(value, (list, tuple)):
            return [self._hidden(each) for each in value]
        return self.fingerprint(value) if may_be_secret(value) else self.deep(value)

    def _sequence(self, value: Any) -> List[Any]:
        told: List[Any] = []
        for place, each in enumerate(value):
            flag = _FLAG.fullmatch(value[place - 1]) if place and isinstance(value[place - 1], str) else None
            follows = flag is not None and secret_name(flag.group(1)) and isinstance(each, str) and not each.startswith("-")
            told.append(self._hidden(each) if follows and self.enabled else self.deep(each))
        return told


def _is_commit(path: str, value: Any) -> bool:
    return isinstance(value, str) and bool(_COMMIT_PATH.search(path)) and bool(_COMMIT.fullmatch(value))
