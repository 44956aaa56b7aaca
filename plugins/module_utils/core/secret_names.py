# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which names mean a secret.

In doubt a name means one: a needless fingerprint costs a glance, a missed one costs a password.
"""

from __future__ import annotations

import functools
import re
from typing import Any, FrozenSet, List


def _set(words: str) -> FrozenSet[str]:
    return frozenset(words.split())


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Wherever they stand in a name, also inside a word (DUCKDNSTOKEN, crowdseclapikey).
_STRONG = re.compile(
    r"passw(?:or)?d|passphrase|passcode|passwort|secret(?!ar)|token(?!i[sz])|apikey|private?key|preshared|credential|webhook|authorization"
    r"|access_?key|authcode|activationcode|plexclaim|sess(?:ion)?id$|requirepass|masterauth"
)
# Only as the last word of a name.
_WEAK = _set("pass pwd pw psk pin otp jwt key keys auth creds cred salt cookie cookies claim sig signature sid hmac passkey authkey bearer")
_WEAK_END = re.compile(r"(?:pass|pwd|pw|psk|key)$")
_ORDINARY = _set("compass bypass encompass trespass surpass overpass underpass monkey turkey donkey hotkey jockey whiskey lackey multipass")
#: Words after which a key is a word of databases and keyboards.
_PLAIN_KEYS = _set("primary foreign sort cache partition unique natural hot shortcut row group")
# A last word that says the value is about a secret, not the secret.
_ABOUT = _set(
    "file filename path dir directory folder url uri host hostname port user username type method mode enabled enable disabled age lifetime ttl"
    " expiry expire expires expiration timeout interval domain scope scopes header headers length size count limit algorithm alg issuer audience"
    " provider name nickname email endpoint samesite secure module source required policy location format prefix template channel version"
    " events exclude silent users language hosts seconds minutes hours days iterations rounds"
)
# Parts of a path that only say where in a structure the value stands.
_STRUCTURE = frozenset(("value", "values", "default"))
_COUNTED = re.compile(r"(?:max|min|num|total)(?:tokens?|keys?)")
_USERS_OF_PROXY = re.compile(r"(?:basic|digest)auth\.users(?:\.\d+)?$", re.IGNORECASE)
# The shell's working directories, and the list of names that compose calls so.
_NEVER = frozenset(("PWD", "OLDPWD", "secrets"))
#: Switches and ways to log in.
_NO_SECRET = _set("true false yes no on off none null 0 1 enabled disabled basic forms external")


def words_of(name: str) -> List[str]:
    """The lower-case words of a name in any spelling: ``API_KEY``, ``apiKey``, ``api-key``."""
    return [each.lower() for each in _WORDS.findall(name)]


@functools.lru_cache(maxsize=8192)
def secret_name(path: str) -> bool:
    """Whether the last part of a dotted path is a name that means a secret."""
    if _USERS_OF_PROXY.search(path):
        return True
    parts = [each for each in path.split(".") if each and not each.isdigit() and each not in _STRUCTURE]
    name = parts[-1] if parts else ""
    words = words_of(name)
    while words and words[-1].isdigit():
        words.pop()
    if not words or name in _NEVER:
        return False
    joined, last = "".join(words), words[-1]
    if last in _ABOUT:
        return last in ("url", "uri") and "webhook" in joined
    if _COUNTED.search(joined):
        return False
    if _STRONG.search(joined):
        return True
    if last in ("key", "keys") and len(words) > 1 and words[-2] in _PLAIN_KEYS:
        return False
    if last == "claim":
        return len(words) == 1
    return last in _WEAK or (last not in _ORDINARY and bool(_WEAK_END.search(last)))


def may_be_secret(value: Any) -> bool:
    """Whether a value under a secret name can be one: a text or number that is no switch, or a list with such."""
    if isinstance(value, str):
        return bool(value) and value.lower() not in _NO_SECRET
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(may_be_secret(each) for each in value)
    return isinstance(value, (bytes, int, float)) and not isinstance(value, bool)
