# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second net: cut out of a free text what nobody marked as secret.

It knows shapes, not values: URLs, headers, ``name=value`` pairs, command lines,
hashes and generated keys. Every pattern is linear in the length of the text, and hiding twice changes nothing.
Readable on purpose: image digests, short ids, and a commit id as an image's tag or behind a word such as ``commit``.
Hidden on purpose: every GUID and every bare id of 20 characters and more, since many apps use those as keys.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Callable, Match, Optional, Tuple
from urllib.parse import unquote

from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_names import may_be_secret, secret_name

MASK = "<redacted>"

_QUOTE = r"(?:\\{0,8}[\"']|&quot;|&#3[49];|%22)"
# A port is no password: what follows it may hold an @ of its own.
_PORT = r"(?!\d{1,5}(?:[/?#\"'\s,;)\]}<]|$))"
_USERINFO = re.compile(r"://(?:[^\s/?#:@\"'<>\[]*:" + _PORT + r"(?:(?!://)[^\s\"']|[\"'](?=[\w$!%&*.@-])(?!://))*|[^\s/?#\"'<>]*)@")
_BARE_USERINFO = re.compile(r"(?<![\w./+%@:-])(?<!\$\{)(?!mailto:|acct:)[\w.+%-]{1,64}:(?![/@]|\w{2,12}://)[^\s@\"',;]{1,128}@(?!sha(?:256|512):)(?=[\w\[(])")
_PEM = re.compile(r"-----BEGIN [^-\n]{1,40}-----(?:[^-]|-(?!----))*(?:-----END [^-\n]{1,40}-----)?")
#: Addresses of notification services are keys as a whole (Apprise, Shoutrrr).
_NOTIFIER = re.compile(
    r"(?<![\w+.-])((?:bark|discord|gchat|googlechat|gotifys?|hassios?|ifttt|join|mailtos?|matrixs?|mattermost|mmosts?|msteams|ntfys?|opsgenie|pbul|pover"
    r"|prowl|pushbullet|pushover|rocket(?:chat)?s?|signals?|slack|smtps?|spush|teams|telegram|tgram|twilio|xmpps?|zulip"
    r"|generic(?:\+https?)?)://)(?!<redacted>@)[^\s\"']+",
    re.IGNORECASE,
)
_HOOK = re.compile(
    r"(://(?:hooks\.slack\.com/services|api\.telegram\.org(?:/file)?/bot|(?:ntfy\.sh|ntfy[\w.-]{0,60}(?::\d+)?)"
    r"|[^\s\"'/]{1,255}(?:/[^\s\"'?#/]{0,100}){0,8}?/(?:webhooks?|webhookb2|hooks?|push|with/key))(?:/|(?<=bot)))(?!<redacted>)[^\s\"'?#]+",
    re.IGNORECASE,
)
_AUTH_WORD = re.compile(r"\b(bearer|basic|digest|negotiate|apikey|mediabrowser)([ \t]+|%20|\+)([\w.~+/=-]{6,})", re.IGNORECASE)
_PAIR = re.compile(r"(?<![\w.\-])[-.]*(?P<name>\w[\w.\-]*)(?P<closed>" + _QUOTE + r")?[ \t]*(?P<sep>:=|=>|=(?!=)|:(?![:/]/)|%3[AaDd])[ \t]*")
_FLAG = re.compile(r"(?<![\w.\-])--?(?P<name>[A-Za-z][\w.\-]*)(?P<closed>" + _QUOTE + r")?,?[ \t]+(?!-|" + _QUOTE + r"-)")
_LINE_START = re.compile(r"\s*(?:-\s+)?(?:export\s+|set\s+)?")
_OPENING = re.compile(_QUOTE)
# What stands for a secret without being one: a variable, a file's path, and our own marks.
_REFERENCE = re.compile(
    r"\$\{\w+\}|\{\{\s*[\w.]+\s*\}\}|<redacted>|hmac:[0-9a-f]{16}"
    r"|/run/secrets/[\w.-]+|(?:/[\w.@-]{1,60}){1,12}\.(?:pem|key|crt|cert|txt|json|ya?ml|env|conf|toml|p12|pfx)"
)
_LIST = re.compile(r"\[[^\]\n{]*\]?")
_WORD_VALUE = re.compile(r"(?:[^\s\"'\\]|\\(?![\"'])|\\?[\"'](?![\s,:;}\])]|$))+")
_JSON_VALUE = re.compile(r"[^\s,{}\]\"']+")
_QUERY_VALUE = re.compile(r"[^&#\s\"'<>]+")
_REST_OF_LINE = re.compile(r"[^\n]*[^\s]")
_HASH = re.compile(
    r"\${1,2}argon2\w{0,2}\$[^\s\"']{8,}"
    r"|(?:\${1,2}(?:2[abxy]?|apr1|1|5|6|7|y|gy|P|H|pbkdf2[\w-]{0,16}|scrypt)\${1,2}|pbkdf2[_:]\w{3,8}[$:]|\{S?SHA\d{0,3}\})[^\s\"',]{8,}",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sk-|tskey-|claim-|dckr_pat_|AIza|SG\.|hf_|npm_)[\w.-]{12,}"
    r"|\b\d{8,10}:[\w-]{35}(?![\w-])"
)
_GUID = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f])")
_PUBLIC_ID = re.compile(
    r"(sha(?:256|512):[0-9a-f]{7,128}(?![0-9A-Fa-f])"
    r"|(?<!/)/[\w.-]{1,100}:[0-9a-f]{40}(?![0-9A-Za-z])"
    r"|(?<![A-Za-z])(?:commit|revision|rev|head|ref|tree|blob|parent|merge)[\s:=/#@'\"(]{1,3}[0-9a-f]{40}(?![0-9A-Za-z]))",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{12,}={0,2}(?![A-Za-z0-9+/=])")
_WORD = re.compile(r"[A-Za-z0-9+/_=%-]{20,}")
_WIREGUARD = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{43}=(?!=)")
_RUNS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]|\d+")
# Words of release names: S01E02, 2160p10bit.
_EPISODE = re.compile(r"[sS]\d{1,4}[eE]\d{1,4}|\d{1,4}x\d{1,4}|(?:\d{1,4}[a-z]{1,4}){1,2}|[A-Za-z]{1,5}\d{1,4}")
_HEX = re.compile(r"[0-9a-fA-F]+")
_CURL = re.compile(r"(?<!\S)(-u[ \t]*|--(?:proxy-)?user[ \t=]+)(" + _QUOTE + r"?)[^\s:\"']+:[^\s\"']+")
_MYSQL = re.compile(r"(?<![\w-])-p(?![\s$-]|\d+(?::\d+)?(?!\S))[^\s\"',]+")
_SHORT_FLAG = re.compile(r"(?<![\w-])((?:redis-cli|valkey-cli)\b[^\n|;&]{0,200}?\s-a|sshpass\s+-p)([ \t]*" + _QUOTE + r"?)(?!\$|<redacted>)[^\s\"']+")


def hide(text: str) -> str:
    """The text without what looks like a secret."""
    if "-----BEGIN" in text:
        text = _PEM.sub(MASK, text)
    if "://" in text:
        text = _USERINFO.sub("://" + MASK + "@", text)
        text = _NOTIFIER.sub(r"\1" + MASK, text)
        text = _HOOK.sub(r"\1" + MASK, text)
    if "@" in text:
        text = _BARE_USERINFO.sub(MASK + "@", text)
    text = _pairs(text, _PAIR, _value_of_pair)
    text = _pairs(text, _FLAG, _value_of_flag)
    text = _commands(text)
    text = _AUTH_WORD.sub(_hide_auth, text)
    if "$" in text or "{" in text or "pbkdf2" in text:
        text = _HASH.sub(MASK, text)
    text = _GUID.sub(MASK, _TOKEN.sub(MASK, text))
    parts = _PUBLIC_ID.split(text)
    # Every second part is a public id.
    return "".join(part if place % 2 else _hide_words(part) for place, part in enumerate(parts))


def secret_address(text: str) -> bool:
    """Whether a text is an address, or the query of one, with a secret in it."""
    return ("://" in text or "&" in text) and hide(text) != text


def _pairs(text: str, pattern: re.Pattern[str], value_of: Callable[[str, Match[str]], Optional[Tuple[int, int]]]) -> str:
    # Step by step rather than with sub(): the value of a harmless name may hold a secret pair itself.
    told, done, place = [], 0, 0
    while True:
        match = pattern.search(text, place)
        if match is None:
            break
        place = match.end()
        span = value_of(text, match) if secret_name(match.group("name")) else None
        if span is not None and may_be_secret(text[span[0] : span[1]]) and not _REFERENCE.fullmatch(text, span[0], span[1]):
            told += [text[done : span[0]], MASK]
            done = place = span[1]
    return "".join(told) + text[done:]


def _quoted(text: str, start: int, quote: str) -> Tuple[int, int]:
    end = re.compile(r"(?<!\\)" + re.escape(quote) + r"|\n|\Z").search(text, start)
    return (start, end.start() if end else len(text))


def _span(pattern: re.Pattern[str], text: str, start: int) -> Optional[Tuple[int, int]]:
    match = pattern.match(text, start)
    return match.span() if match else None


def _value_of_pair(text: str, match: Match[str]) -> Optional[Tuple[int, int]]:
    at, start = match.end(), match.start()
    # "/etc/passwd:/etc/passwd:ro" and "keys:/data/keys" are mounts.
    if match.group("sep") == ":" and (text[start - 1 : start] == "/" or (at == match.end("sep") and text.startswith("/", at))):
        return None
    opening = _OPENING.match(text, at)
    if opening:
        return _quoted(text, opening.end(), opening.group())
    if text.startswith("[", at):
        return _span(_LIST, text, at)
    if match.group("closed"):
        return _span(_JSON_VALUE, text, at)
    before = text[max(0, start - 40) : start]
    outer = re.search(_QUOTE + r"\Z", before)
    if outer and match.start("name") == start:
        return _quoted(text, at, outer.group())
    if before.endswith(("?", "&", "&amp;", "%3F", "%26")):
        return _span(_QUERY_VALUE, text, at)
    line = before.rpartition("\n")[2]
    if "authorization" in match.group("name").lower() or (match.start("name") == start and (start <= 40 or "\n" in before) and _LINE_START.fullmatch(line)):
        return _span(_REST_OF_LINE, text, at)
    if text.startswith("{", at) and match.group("sep") == ":":
        # What is inside has names of its own.
        return None
    span = _span(_WORD_VALUE, text, at)
    prose = match.group("sep") == ":" and re.search(r"[^,{\s][ \t]+\Z", before)
    # A sentence goes on in small letters or with an address: "invalid token: expected three parts".
    if span and prose and re.fullmatch(r"[a-z]+[.,;:!?`]*|https?://.*", text[span[0] : span[1]]):
        return None
    return span


def _value_of_flag(text: str, match: Match[str]) -> Optional[Tuple[int, int]]:
    opening = _OPENING.match(text, match.end())
    return _quoted(text, opening.end(), opening.group()) if opening else _span(_WORD_VALUE, text, match.end())


def _commands(text: str) -> str:
    if "curl" in text:
        text = _CURL.sub(r"\1\2" + MASK, text)
    if "mysql" in text or "mariadb" in text:
        text = _MYSQL.sub("-p" + MASK, text)
    if "-cli" in text or "sshpass" in text:
        text = _SHORT_FLAG.sub(r"\1\2" + MASK, text)
    return text


def _hide_auth(match: Match[str]) -> str:
    word = match.group(3)
    # "basic authentication" and "Bearer tokens" are words of sentences.
    if re.fullmatch(r"[A-Za-z]?[a-z]+[.,]?", word):
        return match.group(0)
    return match.group(1) + match.group(2) + MASK


def _hide_words(text: str) -> str:
    text = _WIREGUARD.sub(MASK, text)
    text = _WORD.sub(lambda match: _hide_random(match.group(0)), text)
    return _BASE64.sub(lambda match: MASK if _encodes_text(match.group(0)) else match.group(0), text)


def _encodes_text(word: str) -> bool:
    """Whether a word is base64 of a printable text, as names of files and containers never are by chance."""
    if len(word.rstrip("=")) % 4 == 1:
        return False
    try:
        data = base64.b64decode(word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return all(32 <= each < 127 or each in (9, 10, 13) for each in data)


def _hide_random(word: str) -> str:
    plain = unquote(word) if "%" in word else word
    parts = plain.split("/")
    found = [part for part in parts if looks_generated(part)]
    if not found:
        return word
    # A key in base64 may hold slashes; a path may hold a key.
    if plain != word or (not plain.startswith("/") and sum(map(len, found)) * 2 >= len(word)):
        return MASK
    return "/".join(MASK if part in found else part for part in parts)


def looks_generated(word: str) -> bool:
    """Whether eight or more characters of a word belong to pieces that no person would write."""
    return sum(len(piece) for piece in re.split(r"[_+=%-]", word) if _is_odd(piece)) >= 8


def _is_odd(piece: str) -> bool:
    length = len(piece)
    if length < 3 or piece.isdigit() or _EPISODE.fullmatch(piece):
        return False
    if _HEX.fullmatch(piece):
        # Docker and git shorten their ids to 7 to 12 characters.
        return length > 12 and len(set(piece.lower())) >= 8 and any(each.isdigit() for each in piece)
    runs = _RUNS.findall(piece) or [""]
    mean = length / len(runs)
    letters = sum(map(str.isalpha, piece))
    if length < 20:
        # "docs4devs" is two words; "TechHutTV" is a name.
        words = all(len(run) > 3 for run in runs if run.isalpha())
        return len(runs) > 2 and not words and mean <= (2.4 if letters == length else 3.3)
    vowels = sum(each in "aeiouyAEIOUY" for each in piece)
    return mean < (3.6 if letters == length else 5) or vowels < letters / 4
