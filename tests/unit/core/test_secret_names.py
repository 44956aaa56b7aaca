# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of real compose files: which mean a secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_names import may_be_secret, secret_name, words_of
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_text import hide


def names(text: str) -> list[str]:
    return text.split()


MEAN_A_SECRET = names("""
    PASSWORD password PASS PW KEY key token SECRET SECRETS COOKIE AUTH BASIC_AUTH ACTIVATION_CODE ADMIN_USER_PWD AuthCode BESZEL_KEY BESZEL_PW CS2_RCONPW
    CLOUDFLARE_DNS_API_TOKEN CMA_RADARR_ENCODED_API_KEY COOKIE_SIGNING_SALT CS_TRAEFIK_BOUNCER_KEY DB_PASSWD DIUN_NOTIF_DISCORD_WEBHOOKURL DROPBOX_APPKEY
    DUCKDNSTOKEN DUPLICATI__WEBSERVICE_PASSWORD ENCRYPTION_SALT FTLCONF_webserver_api_password GITEA__database__PASSWD HASHED_ADMIN_USER_PASS JWT_PUBLIC_KEY
    KOMODO_AWS_SECRET_ACCESS_KEY LDAP_BINDPW LLDAP_LDAP_USER_PASS MEILI_MASTER_KEY ME_CONFIG_MONGODB_ADMINPASSWORD OG_OIDC_CLIENT_KEY OWUI_JWT PASSWORD_HASH
    PLEX_CLAIM PUSHER_KEY SECRET_KEY_BASE SSL_KEY SUDO_PASSWORD_HASH TOTP_VAULT_KEY TRAEFIK_DASHBOARD_CREDENTIALS TS_AUTHKEY TURN_SERVER_CREDENTIAL
    UN_LIDARR_0_API_KEY VIKUNJA_SERVICE_JWTSECRET VPN_IPSEC_PSK WEBHOOK_URL WEBPASSWORD WIREGUARD_PRESHARED_KEY WIREGUARD_PRIVATE_KEY WIREGUARD_PUBLIC_KEY
    RADARR__AUTH__APIKEY X_API_KEY X-Api-Key X-Plex-Token Authorization Proxy-Authorization Set-Cookie sig X-Amz-Signature api_key_2 API_TOKENS
    database__connection__password dbPass initial_password mapApiKey nuclio_API_KEY shhhhKey sonar.jdbc.password userPass requirepass
    environment.RADARR_API_KEY fields.apiKey.value labels.homepage.widget.key labels.traefik.http.middlewares.bouncer.plugin.crowdsec.crowdsecLapiKey
    labels.traefik.http.middlewares.auth.basicauth.users tokens.0
""")

MEAN_NONE = names("""
    TZ PUID USER PWD OLDPWD APP_SERVICE_AUTHOR AUTHENTIK_HOST AUTHENTIK_CLIENT_ID AUTHENTIK_EMAIL__USERNAME AUTHELIA_VERSION authelia authentik author
    AUTH_CLIENT_ID AUTH_TYPE AUTH_SUPPORTED_SCOPES BASIC_AUTH_USERNAME CF_DNS_API_TOKEN_FILE CHATGPT_MAX_TOKENS COOKIE_DOMAIN COOKIE_PATH COOKIE_SECURE
    DATABASE_URL DISABLE_SIGNUP DKR_RUN_PASSPORT_INSTALL ENABLE_OAUTH_SIGNUP GLUETUN_AUTH_TYPE JVB_AUTH_USER JWT_TOKEN_AUTH_MODULE JWT_EXPIRY_TIME KEYBOARD
    KEYCLOAK_HOSTNAME KUTT_OIDC_EMAIL_CLAIM LARAVEL_ECHO_SERVER_AUTH_HOST LETSENCRYPT_EMAIL LOCAL_AUTH_ENABLED MONGO_AUTHSOURCE NEXTAUTH_URL
    NETBIRD_TOKEN_SOURCE OAUTH_CLIENT_ID OAUTH_PROVIDER_NAME OPENID_USERNAME_CLAIM_TYPE RSA_KEY_FILENAME SECRET_HOST SECRET_KEY_FILE SECRET_PORT SENTRY_DSN
    SESSION_COOKIE_AGE SONARR_API_KEY_FILE STREAM_NOAUTH TOKEN_AUTH_URL UN_WEBHOOK_0_CHANNEL UN_WEBHOOK_0_NAME UN_WEBHOOK_0_TIMEOUT ENTE_CREDENTIALS_FILE
    VPN_PORT_FORWARDING WEBUI_PORT XMPP_AUTH_DOMAIN monkey compass bypass passthrough passHostHeader keyboard tokenizer secretary primary_key
    labels.traefik.http.middlewares.authentik.forwardauth.authResponseHeaders labels.traefik.http.middlewares.authentik.forwardauth.address
    secrets secrets.0 networks.default.aliases image
""")

# A word in a name that a person would look at twice.
SUSPECT = re.compile(r"pass|secret|token|key|pw|pwd|cred|salt|jwt|webhook|cookie", re.IGNORECASE)


@pytest.mark.parametrize("name", MEAN_A_SECRET)
def test_a_secret_name(name: str) -> None:
    assert secret_name(name)


@pytest.mark.parametrize("name", MEAN_NONE)
def test_an_ordinary_name(name: str) -> None:
    assert not secret_name(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [("API_KEY", ["api", "key"]), ("apiKey", ["api", "key"]), ("APIKey", ["api", "key"]), ("api-key2", ["api", "key", "2"]), ("", []), ("é", [])],
)
def test_words_of_a_name(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize("value", ["", "true", "False", "none", "0", "forms", True, None, [], {}, [True]])
def test_values_that_cannot_be_a_secret(value: Any) -> None:
    assert not may_be_secret(value)


@pytest.mark.parametrize("value", ["x", "truth", 1234, 1.5, b"x", ["x"], [[7]]])
def test_values_that_can(value: Any) -> None:
    assert may_be_secret(value)


def variables(folder: Path) -> set[str]:
    """Names of environment variables in the compose and environment files below a folder."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        if path.suffix in (".yml", ".yaml") or "env" in path.name:
            text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            found.update(re.findall(r"^\s*(?:-\s+)?[\"']?([A-Z][A-Z0-9_]{2,})\s*[=:]", text, re.MULTILINE))
            found.update(re.findall(r"\$\{([A-Za-z_]\w*)", text))
    return found


def test_names_of_real_compose_files(shared: Path) -> None:
    names = variables(shared / "corpus")
    assert len(names) > 1500
    secret = {name for name in names if secret_name(name)}
    # Measured: 20 %. A change of the rules that moves this far hides half of a house or forgets its keys.
    assert 0.15 < len(secret) / len(names) < 0.3
    passed = {name for name in names - secret if SUSPECT.search(name)}
    about = re.compile(r"(?:FILE|PATH|URL|HOST|PORT|TYPE|NAME|ID|ENABLED|AGE|DOMAIN|SECURE|SAMESITE|SIZE|SCOPES?|SOURCE|TTL|TIMEOUT|HOSTNAME|DIR|EMAIL)$")
    unclear = {name for name in passed if not about.search(name)}
    assert len(unclear) / len(names) < 0.02, sorted(unclear)


def test_a_name_alone_is_never_hidden(shared: Path) -> None:
    sentence = "the variable {0} is not set in {0} of the stack"
    texts = [text for name in variables(shared / "corpus") for text in (name, sentence.format(name))]
    assert [text for text in texts if hide(text) != text] == []
