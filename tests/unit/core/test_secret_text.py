# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second net: no secret gets through a text, and what is no secret stays readable.

Each leak is tried with redaction switched off too: then the canary must be seen, or the test could not fail.
"""

from __future__ import annotations

import base64
import html
import json
import random
import string
import time
from urllib.parse import quote

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Field
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import MASK, Redactor
from hypothesis import given
from hypothesis import strategies as st

ON, OFF = Redactor("test"), Redactor("test", enabled=False)
PLAIN = Field("x")

# The canaries. None of them is, or ever was, a key of anything.
C = "cAnary-7Hq"
WORDS = "correct horse battery"
HEX = "3f9a0c7de1b245688a6cf02d97b4e15c"
PLEX = "xK7_pQ2-vN9sRt4LmZ8w"
WIREGUARD = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.s5vXw0aT3qYJ8u1"
GUID = "6f1c2b9a-3d4e-4f50-8a61-7b2c3d4e5f60"
BCRYPT = "$2y$05$QeW3rT5yU7iO9pA1sD3fG.hJ5kL7zX9cV1bN3mQ5wE7rT9yU1iO3p"
APR1 = "$apr1$q8Zx2fLk$V3wN9sRt4LmZ8wP1cD6yH."
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"

# (text, what must not be seen in it, what must still be)
LEAKS = [
    (f"postgres://app:{C}@db:5432/app", [C, "app:"], ["postgres://", "@db:5432/app"]),
    (f"postgres://app:p@ss/{C}#x@db:5432/app", [C, "p@ss"], ["@db:5432/app"]),
    (f"redis://:{C}@[fd00::1]:6379/0", [C], ["@[fd00::1]:6379/0"]),
    (f"http://u:{C}'x\"y@host/", [C, "y@"], ["@host/"]),
    (f"http://{HEX}@sentry.io/7", [HEX], ["@sentry.io/7"]),
    (f"mongodb://u:{C}@a:27017,b:27017/db", [C], ["a:27017,b:27017/db"]),
    (f"http://u:{C}1@one/ and ftp://v:{C}2@two/, http://plain:80/a@b", [C], ["@one/", "@two/", "http://plain:80/a@b"]),
    (f"http://u:{C}@one,http://v:{C}@two", [C], ["@one", "@two"]),
    (f"root:{C}@tcp(mysql:3306)/db", [C], ["tcp(mysql:3306)/db"]),
    (f"HTTP_PROXY=user:{C}@proxy:8080", [C], ["proxy:8080"]),
    (f"http://radarr:7878/api?apikey={C}&x=1#top", [C], ["http://radarr:7878/api?apikey=", "&x=1#top"]),
    (f"https://plex:32400/library?X-Plex-Token={C}", [C], ["plex:32400/library"]),
    (f"<a href='http://h/?a=1&amp;token={C}&amp;b=2'>", [C], ["b=2"]),
    (f"https://discord.com/api/webhooks/123456789/{C}_{PLEX}", [C, PLEX], ["https://discord.com/api/webhooks/"]),
    (f"https://hooks.slack.com/services/T00/B00/{C}", [C, "T00"], ["hooks.slack.com"]),
    (f"https://api.telegram.org/bot12345:{C}/sendMessage", [C], ["api.telegram.org"]),
    (f"http://gotify:80/message?token={C}", [C], ["http://gotify:80/message"]),
    (f"https://ntfy.sh/{C}", [C], ["ntfy.sh"]),
    (f"http://ntfy.home.example:8080/{C}", [C], ["ntfy.home.example:8080"]),
    (f"https://hook.example/webhook/{C}", [C], ["hook.example"]),
    (f"http://kuma:3001/api/push/{C}?status=up", [C], ["status=up"]),
    (f"discord://{C}@123456", [C], ["discord://"]),
    (f"tgram://1234:{C}/55 slack://T1/B2/{C}", [C], ["tgram://", "slack://"]),
    (f"mailtos://me:{C}@mail.example", [C], ["mailtos://"]),
    (f"Authorization: Bearer {C}", [C], ["Authorization"]),
    (f"curl -H 'Authorization: Basic {C} more' http://x", [C, "more"], ["http://x"]),
    (f"sent Bearer {C}4 to host", [f"{C}4"], ["to host"]),
    (f"X-Api-Key: {C}", [C], ["X-Api-Key"]),
    (f'curl -sH "X-Api-Key: {WORDS}" http://x', WORDS.split(), ["http://x"]),
    (f"cloudflared tunnel run --token={C} --loglevel info", [C], ["tunnel run --token=", "--loglevel info"]),
    (f"app --password {C} --port 80", [C], ["--port 80"]),
    (f"app --password 'a {C}' --port 80", [C], ["--port 80"]),
    (f"['app', '--password', '{C}', '--port']", [C], ["--port"]),
    (f"redis-server --requirepass {C}", [C], ["redis-server"]),
    (f"redis-cli -a {C} ping", [C], ["ping"]),
    (f"mysqladmin ping -h localhost -u root -p{C}", [C], ["ping -h localhost -u root"]),
    (f"curl -u admin:{C} http://x/health", [C], ["http://x/health"]),
    (f"curl --user 'admin:{C}' http://x/health", [C], ["http://x/health"]),
    (f"sshpass -p {C} ssh host", [C], ["ssh host"]),
    (f"POSTGRES_PASSWORD={C}", [C], ["POSTGRES_PASSWORD="]),
    (f"POSTGRES_PASSWORD={WORDS}", WORDS.split(), ["POSTGRES_PASSWORD="]),
    (f"POSTGRES_PASSWORD=a&b;c#{C}", [C, "a&b"], ["POSTGRES_PASSWORD="]),
    (f"docker run -e API_KEY={C} -e TZ=UTC image", [C], ["docker run -e API_KEY=", "TZ=UTC image"]),
    (f"bad environment: 'PLEX_CLAIM={WORDS}', 'TZ=UTC'", WORDS.split(), ["TZ=UTC"]),
    (f"Server=db;User=sa;Password={C}&x;", [C], ["Server=db;User=sa;Password="]),
    (f"a=token={C}", [C], ["a=token="]),
    (f"cmd='run --token={C}' next=1", [C], ["next=1"]),
    (f"TZ: UTC\ndb_password: {C} and {C}\nPUID: 1000", [C], ["TZ: UTC", "PUID: 1000"]),
    (f"wrong password: {C}", [C], ["wrong password"]),
    (json.dumps({"user": "me", "password": f'{C}"\\', "port": 80}), [C], ["me", "80"]),
    (json.dumps({"user": "me", "password": 12345678}), ["12345678"], ["me"]),
    (json.dumps({"apiKeys": [C, C], "port": 80}), [C], ["80"]),
    (json.dumps({"auth": {"password": C}}), [C], ["auth"]),
    (json.dumps(json.dumps({"token": f'{C}"zz', "port": 80})), [C, "zz"], ["80"]),
    (html.escape(json.dumps({"token": C, "port": 80})), [C], ["80"]),
    (quote(json.dumps({"token": C})), [C], ["token"]),
    (f"hash {BCRYPT} end", [BCRYPT, BCRYPT[:12]], ["hash", "end"]),
    (f"admin:{BCRYPT.replace('$', '$$')},bob:{APR1}", [BCRYPT[8:20], "V3wN9"], ["admin:", "bob:"]),
    ("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub", ["RdescudvJCsgt3ub"], []),
    ("admin:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", ["W6ph5"], ["admin:"]),
    (f"peer {WIREGUARD} up", [WIREGUARD, WIREGUARD[:12]], ["peer", "up"]),
    (f"peer {quote(WIREGUARD, safe='')} up", [WIREGUARD[:7], "zlMNq"], ["peer", "up"]),
    (f"the key {HEX} works", [HEX], ["the key", "works"]),
    (f"the key {HEX.upper()} works", [HEX.upper()], ["works"]),
    (f"seen {PLEX} there", [PLEX], ["seen", "there"]),
    (f"jwt {JWT} end", JWT.split("."), ["jwt", "end"]),
    (f"key {GUID} end", [GUID, GUID[:8]], ["end"]),
    (f"before\n{PEM}\nafter", ["MIIEvQ", "hkiG9w"], ["before", "after"]),
    (json.dumps({"file": PEM}), ["MIIEvQ", "hkiG9w"], ["file"]),
    (f"cut off {PEM[:50]}", ["MIIEvQ"], ["cut off"]),
    ("ghp_" + C.replace("-", "") + "abcdefgh1234 pushed", [C.replace("-", "")], ["pushed"]),
    (f"said {base64.b64encode(b'admin:hunter2').decode()} then", [base64.b64encode(b"admin:hunter2").decode()], ["said", "then"]),
    (f"x={base64.b64encode(b'password=abc').decode()}", [base64.b64encode(b"password=abc").decode()], ["x="]),
    (f"/var/lib/docker/volumes/{HEX}{HEX}/_data", [HEX], ["/var/lib/docker/volumes/", "/_data"]),
]

READABLE = [
    "homelab-media_center-radarr-1",
    "lscr.io/linuxserver/radarr:5.14.0.9383-ls245",
    "ghcr.io/hotio/qbittorrent:release-4.6.7@sha256:" + HEX * 2,
    "radarr:latest@sha256:" + HEX * 2,
    "sha256:" + HEX[:12],
    "1a2b3c4d5e6f_homelab-media-radarr-1",
    "container 3f9a0c7de1b2 was replaced",
    "commit 3f9a0c7de1b245688a6cf02d97b4e15c00112233 on main",
    "https://github.com/TechHutTV/homelab/blob/3f9a0c7de1b245688a6cf02d97b4e15c00112233/media/arr-compose.yaml",
    "zedeus/nitter:687447cea43089e0550ed47656535e11ba8f69f8",
    "/mnt/user/appdata/qBittorrent/config/qBittorrent.conf",
    "/opt/services/homelab/hooks/bot/compose.override.yml",
    "/etc/passwd:/etc/passwd:ro",
    "authentik_keys:/data/keys",
    "./secrets/token:/run/secrets/token:ro",
    "/run/secrets/radarr_api_key",
    "RADARR_API_KEY_FILE=/run/secrets/radarr_api_key",
    "--tls-key /certs/live/example.org/privkey.pem",
    "/data/media/tv/Some_Show-S01E02-2160p-x265-10bit-DTS-HDMA5",
    "2026-01-31T12:00:00.123456789Z",
    "2026-01-31 12:00:00 +0100",
    "v1.2.3-rc4+build.20260131",
    "02:42:ac:11:00:02",
    "fd00:dead:beef::1/64",
    "1000:1000",
    "user@example.com",
    "${EMAIL_FROM:-contact@example.com}",
    "mailto:me@example.com",
    "git@github.com:someone/homelab-apps.git",
    "http://host:8080/@user/post?to=a@b",
    '{"url":"http://host:8080","mail":"a@b"}',
    "Host(`radarr.example.org`) && PathPrefix(`/api/key`)",
    "traefik.http.routers.radarr.tls.certresolver=letsencrypt",
    "traefik.http.middlewares.auth.forwardauth.authResponseHeaders=Remote-User",
    "passHostHeader=true",
    "--certificatesresolvers.le.acme.dnschallenge.provider=cloudflare",
    "the variable RADARR__AUTH__APIKEY is not set",
    "HOMEPAGE_VAR_OPENWEATHERMAP_TOKEN",
    "The token is missing, the password too.",
    "invalid token: expected three parts",
    "basic authentication is off; Bearer tokens are not used",
    "Copy your token: https://dash.example/get-started",
    "POSTGRES_PASSWORD=${DB_PASSWORD}",
    "api_key: '{{ vault_radarr_api_key }}'",
    "BASIC_AUTH=False",
    '"token": null, "auth": true',
    "PASSWORD=",
    "PASSWORD=\nTZ=UTC",
    "monkey=1 author=me keyboard=us bypass=yes compass=north tokenizer=bpe",
    "docker run -u 1000:1000 -p8080:80 mysql:8",
    "wget -nv --tries=1 --spider http://127.0.0.1:3000/api/v1/health || exit 1",
    "https://emulatorjs.org/docs4devs/control-mapping/",
    "échec de la connexion à l'hôte « médiathèque »",
    "admin",
]


def hold(redactor: Redactor, text: str, hidden: list[str], kept: list[str]) -> None:
    """Fail when a text or a value that holds it shows what must be hidden, or hides what must be kept."""
    told = redactor.text(text)
    assert not [each for each in hidden if each in told], told
    assert not [each for each in kept if each not in told], told
    assert MASK in told
    deep = str(redactor.deep({"x": [text]})) + str(redactor.value(PLAIN, "x", text))
    assert not [each for each in hidden if each in deep], deep


@pytest.mark.parametrize(("text", "hidden", "kept"), LEAKS)
def test_a_secret_in_a_text_is_hidden(text: str, hidden: list[str], kept: list[str]) -> None:
    hold(ON, text, hidden, kept)


@pytest.mark.parametrize(("text", "hidden", "kept"), LEAKS)
def test_without_redaction_the_same_secret_is_seen(text: str, hidden: list[str], kept: list[str]) -> None:
    with pytest.raises(AssertionError):
        hold(OFF, text, hidden, kept)
    assert OFF.text(text) == OFF.value(PLAIN, "x", text) == text
    assert all(each in OFF.text(text) for each in hidden)


@pytest.mark.parametrize(("text", "hidden", "kept"), LEAKS)
def test_hiding_twice_changes_nothing(text: str, hidden: list[str], kept: list[str]) -> None:
    assert ON.text(ON.text(text)) == ON.text(text)


@pytest.mark.parametrize("text", READABLE)
def test_what_is_no_secret_stays(text: str) -> None:
    assert ON.text(text) == text


@given(st.text(max_size=200))
def test_any_text_is_told_without_a_fault(text: str) -> None:
    assert isinstance(ON.text(text), str)


@pytest.mark.parametrize(
    ("alphabet", "length", "most"),
    [
        ("0123456789abcdef", 32, 0.002),
        (string.ascii_letters + string.digits + "-_", 20, 0.04),
        (string.ascii_letters + string.digits + "-_", 43, 0.005),
        (string.ascii_letters + string.digits, 20, 0.005),
        (string.ascii_letters + string.digits + "+/", 40, 0.005),
        (string.ascii_lowercase + string.digits, 20, 0.04),
        (string.ascii_uppercase + string.digits, 20, 0.04),
    ],
)
def test_generated_keys_are_told_from_words(alphabet: str, length: int, most: float) -> None:
    source = random.Random(1)
    keys = ["".join(source.choice(alphabet) for _each in range(length)) for _key in range(1500)]
    assert sum(key in ON.text(f"value {key} end") for key in keys) / len(keys) <= most


N = 1_000_000
HARD = {
    "log": ("2026-01-31 12:00:00 GET http://radarr:7878/api?apikey=abc&x=1 password: x {'a': \"b\"} /mnt/media/tv\n" * 12000)[:N],
    **{
        pattern: pattern * (N // len(pattern))
        for pattern in ["a", "a-", "a.", " ", "/a", "://a:b", "u:p@", '\\"', "key=", 'key: "', "-----BEGIN A-----", "-", "eyJaaaaa.", "$2y$", "%22", "a1"]
    },
    **{
        pattern: pattern * (N // len(pattern))
        for pattern in ["curl -u ", "--token ", "key='\\", "token=x ", "://a/hook/", "12345678:", "key=[", "&quot;", "1:"]
    },
}


@pytest.mark.parametrize("name", HARD)
def test_a_long_text_takes_no_time(name: str) -> None:
    start = time.process_time()
    ON.text(HARD[name])
    # Measured: 0.4 s for logs, 0.8 s for the worst; a quadratic pattern would take hours.
    assert time.process_time() - start < 4
