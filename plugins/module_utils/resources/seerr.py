# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Overseerr 1.34, Jellyseerr 2.7 and Seerr 3: one code base, of which each app has its share.

Fields and defaults were read from recorded answers of Overseerr 1.34 and Seerr 3.1; those of Jellyseerr 2.7 from its source.
Of Radarr and Sonarr only numbers are told: the read that would name their profiles and tags can end the Seerr process.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, Ref, SettingsResource, app, collection

#: Names by bit, as the app's code calls them.
PERMISSIONS: Mapping[int, str] = {
    2: "ADMIN",
    4: "MANAGE_SETTINGS",
    8: "MANAGE_USERS",
    16: "MANAGE_REQUESTS",
    32: "REQUEST",
    64: "VOTE",
    128: "AUTO_APPROVE",
    256: "AUTO_APPROVE_MOVIE",
    512: "AUTO_APPROVE_TV",
    1024: "REQUEST_4K",
    2048: "REQUEST_4K_MOVIE",
    4096: "REQUEST_4K_TV",
    8192: "REQUEST_ADVANCED",
    16384: "REQUEST_VIEW",
    32768: "AUTO_APPROVE_4K",
    65536: "AUTO_APPROVE_4K_MOVIE",
    131072: "AUTO_APPROVE_4K_TV",
    262144: "REQUEST_MOVIE",
    524288: "REQUEST_TV",
    1048576: "MANAGE_ISSUES",
    2097152: "VIEW_ISSUES",
    4194304: "CREATE_ISSUES",
    8388608: "AUTO_REQUEST",
    16777216: "AUTO_REQUEST_MOVIE",
    33554432: "AUTO_REQUEST_TV",
    67108864: "RECENT_VIEW",
    134217728: "WATCHLIST_VIEW",
    268435456: "MANAGE_BLOCKLIST",
    1073741824: "VIEW_BLOCKLIST",
}
NOTIFICATIONS: Mapping[int, str] = {
    2: "MEDIA_PENDING",
    4: "MEDIA_APPROVED",
    8: "MEDIA_AVAILABLE",
    16: "MEDIA_FAILED",
    32: "TEST_NOTIFICATION",
    64: "MEDIA_DECLINED",
    128: "MEDIA_AUTO_APPROVED",
    256: "ISSUE_CREATED",
    512: "ISSUE_COMMENT",
    1024: "ISSUE_RESOLVED",
    2048: "ISSUE_REOPENED",
    4096: "MEDIA_AUTO_REQUESTED",
}
#: Properties that are a number of bits and told as names, by kind.
BITS: Mapping[Tuple[str, str], Mapping[int, str]] = {
    ("main", "defaultPermissions"): PERMISSIONS,
    ("user", "permissions"): PERMISSIONS,
    ("notification", "types"): NOTIFICATIONS,
}
#: The notification agents of each app.
AGENTS: Mapping[str, Tuple[str, ...]] = {
    "overseerr": ("discord", "email", "gotify", "lunasea", "pushbullet", "pushover", "slack", "telegram", "webhook", "webpush"),
    "jellyseerr": ("discord", "email", "gotify", "ntfy", "pushbullet", "pushover", "slack", "telegram", "webhook", "webpush"),
    "seerr": ("discord", "email", "gotify", "ntfy", "pushbullet", "pushover", "slack", "telegram", "webhook", "webpush"),
}
#: Options of each agent. Those that an agent leaves out until somebody sets them are told as not set.
OPTIONS: Mapping[str, Tuple[str, ...]] = {
    "discord": ("botUsername", "botAvatarUrl", "webhookUrl", "webhookRoleId", "enableMentions"),
    "email": (
        "userEmailRequired", "emailFrom", "smtpHost", "smtpPort", "secure", "ignoreTls", "requireTls", "allowSelfSigned", "senderName", "authUser", "authPass",
        "pgpPrivateKey", "pgpPassword",
    ),
    "gotify": ("url", "token", "priority"),
    "lunasea": ("webhookUrl", "profileName"),
    "ntfy": ("url", "topic", "authMethodUsernamePassword", "username", "password", "authMethodToken", "token"),
    "pushbullet": ("accessToken", "channelTag"),
    "pushover": ("accessToken", "userToken", "sound"),
    "slack": ("webhookUrl",),
    "telegram": ("botUsername", "botAPI", "chatId", "messageThreadId", "sendSilently"),
    "webhook": ("webhookUrl", "authHeader", "jsonPayload", "supportVariables"),
    "webpush": (),
}  # fmt: skip
#: What an app does not know of these, and would keep for ever without any use.
NOT_IN: Mapping[str, Tuple[str, ...]] = {
    "overseerr": ("email.userEmailRequired", "gotify.priority", "telegram.messageThreadId", "webhook.supportVariables"),
    "jellyseerr": ("webhook.supportVariables",),
    "seerr": (),
}
#: Agents that have no kinds of events at the top.
WITHOUT_TYPES = ("email", "webpush")

_MAIN = (
    "apiKey:str applicationTitle:str applicationUrl:str cacheImages:bool defaultPermissions:set defaultQuotas:object hideAvailable:bool localLogin:bool"
    " newPlexLogin:bool originalLanguage:str partialRequestsEnabled:bool locale:str "
)
_FORK = "mediaServerLogin:bool discoverRegion:str streamingRegion:str mediaServerType:int enableSpecialEpisodes:bool youtubeUrl:str "
_SERVER = (
    "name:str hostname:str port:int apiKey:str useSsl:bool baseUrl:str activeProfileId:int activeProfileName:str activeDirectory:str is4k:bool isDefault:bool"
    " externalUrl:str syncEnabled:bool preventSearch:bool tags:set tagRequests:bool "
)
_SONARR = (
    "enableSeasonFolders:bool activeLanguageProfileId:int? activeAnimeProfileId:int? activeAnimeProfileName:str? activeAnimeDirectory:str?"
    " activeAnimeLanguageProfileId:int? seriesType:str animeSeriesType:str animeTags:set "
)
_SERIES = ("standard", "daily", "anime")
#: Numbers that may be unset; null is no limit.
QUOTAS = ("movieQuotaLimit", "movieQuotaDays", "tvQuotaLimit", "tvQuotaDays")


def _page(name: str, path: str, own: str, order: int = 10, **more: Any) -> SettingsResource:
    return collection(name, path, order, own, key=(), create=False, delete=False, **more)


def _main(own: str, access: Tuple[str, ...] = ()) -> SettingsResource:
    return _page(
        "main",
        "/settings/main",
        _MAIN + own,
        secrets=("apiKey",),
        fixed=("apiKey",),
        access=("apiKey", "localLogin", "newPlexLogin", "defaultPermissions", *access),
        choices={"defaultPermissions": tuple(PERMISSIONS.values())},
        tells_all=True,
    )


def _network(own: str) -> SettingsResource:
    return _page(
        "network",
        "/settings/network",
        "csrfProtection:bool forceIpv4First:bool trustProxy:bool proxy:object " + own,
        secrets=("proxy.password",),
        tells_all=True,
        access=("csrfProtection", "trustProxy"),
        needs_restart=("csrfProtection", "trustProxy", "proxy.enabled"),
    )


def _server(kind: str, own: str, choices: Mapping[str, Tuple[str, ...]]) -> SettingsResource:
    return collection(
        kind + "_server",
        "/settings/" + kind,
        2,
        _SERVER + own,
        secrets=("apiKey",),
        choices=choices,
        needed=("hostname", "port", "apiKey", "activeProfileName", "activeDirectory"),
        tells_all=True,
        kinds={"activeDirectory": "path", "activeAnimeDirectory": "path", "baseUrl": "url_base"},
        empty_is=dict.fromkeys(("activeAnimeProfileName", "activeAnimeDirectory"), ""),
    )


def _radarr(own: str = "") -> SettingsResource:
    return _server("radarr", "minimumAvailability:str " + own, {"minimumAvailability": ("announced", "inCinemas", "released")})


def _sonarr(own: str = "") -> SettingsResource:
    choices = {"seriesType": _SERIES, "animeSeriesType": _SERIES, "monitorNewItems": ("all", "none")}
    return _server("sonarr", _SONARR + own, choices)


PLEX = _page(
    "plex", "/settings/plex", "ip:str port:int useSsl:bool webAppUrl:str?", order=4, computed=("name", "machineId", "libraries"), empty_is={"webAppUrl": ""}
)
PLEX_LIBRARY = collection("plex_library", "/settings/plex/library", 5, "name:str enabled:bool", create=False, delete=False, computed=("type", "lastScan"))
TAUTULLI = _page(
    "tautulli",
    "/settings/tautulli",
    "hostname:str? port:int? useSsl:bool? urlBase:str? apiKey:str? externalUrl:str?",
    order=4,
    secrets=("apiKey",),
    empty_is=dict.fromkeys(("hostname", "urlBase", "apiKey", "externalUrl"), ""),
)
METADATA_PROVIDER = _page("metadata_provider", "/settings/metadatas", "tv:str anime:str", order=6, choices={"tv": ("tmdb", "tvdb"), "anime": ("tmdb", "tvdb")})
JOB = collection(
    "job",
    "/settings/jobs",
    7,
    "id:str cronSchedule:str",
    key=("id",),
    create=False,
    delete=False,
    report_unmanaged=False,
    computed=("name", "type", "interval", "nextExecutionTime", "running"),
    kinds={"cronSchedule": "trimmed"},
)


def _notification(own: str = "") -> SettingsResource:
    secret = ("webhookUrl", "authPass", "pgpPrivateKey", "pgpPassword", "token", "password", "accessToken", "userToken", "botAPI", "authHeader")
    return collection(
        "notification",
        "/settings/notifications",
        8,
        "agent:str enabled:bool types:set options:object " + own,
        key=("agent",),
        create=False,
        delete=False,
        report_unmanaged=False,
        tells_all=True,
        choices={"types": tuple(NOTIFICATIONS.values())},
        secrets=tuple("options." + each for each in secret),
        # A text of several lines in YAML ends with one more line end than the app's.
        kinds={"options.jsonPayload": "trimmed"},
        # The app's own page sends an empty text for an option that is not set.
        empty_is={"options." + each: "" for each in sorted({each for options in OPTIONS.values() for each in options})},
    )


USER = collection(
    "user",
    "/user",
    9,
    "email:str displayName:str username:str? permissions:set " + " ".join(each + ":int?" for each in QUOTAS),
    key=("email",),
    key_else=("displayName",),
    case_insensitive=True,
    create=False,
    delete=False,
    opt_in=True,
    access=("permissions",),
    choices={"permissions": tuple(PERMISSIONS.values())},
    kinds=dict.fromkeys(QUOTAS, "number"),
    empty_is={"username": ""},
)
OVERRIDE_RULE = collection(
    "override_rule",
    "/overrideRule",
    3,
    "radarrServiceId:str? sonarrServiceId:str? users:set? genre:set? language:words? keywords:set? profileId:int? rootFolder:str? tags:set?",
    key=("radarrServiceId", "sonarrServiceId", "users", "genre", "language", "keywords"),
    refs={"radarrServiceId": Ref("radarr_server"), "sonarrServiceId": Ref("sonarr_server")},
    computed=("createdAt", "updatedAt"),
    empty_is={"rootFolder": ""},
)
_SHARED = (PLEX, PLEX_LIBRARY, TAUTULLI, JOB, USER)

OVERSEERR: App = app(
    "overseerr",
    "Overseerr",
    "/api/v1",
    5055,
    _main("region:str csrfProtection:bool trustProxy:bool", access=("csrfProtection", "trustProxy")),
    _radarr(),
    _sonarr(),
    _notification(),
    *_SHARED,
)
JELLYSEERR: App = app(
    "jellyseerr",
    "Jellyseerr",
    "/api/v1",
    5055,
    _main(_FORK + "hideBlacklisted:bool blacklistedTags:words blacklistedTagsLimit:int", access=("mediaServerLogin", "mediaServerType")),
    _network(""),
    _radarr("overrideRule:set"),
    _sonarr("overrideRule:set"),
    OVERRIDE_RULE,
    _notification(),
    *_SHARED,
)
SEERR: App = app(
    "seerr",
    "Seerr",
    "/api/v1",
    5055,
    _main(_FORK + "hideBlocklisted:bool blocklistedTags:words blocklistedTagsLimit:int", access=("mediaServerLogin", "mediaServerType")),
    _network("dnsCache:object apiRequestTimeout:int"),
    _radarr("overrideRule:set"),
    _sonarr("overrideRule:set monitorNewItems:str"),
    OVERRIDE_RULE,
    _notification("embedPoster:bool"),
    METADATA_PROVIDER,
    *_SHARED,
)
#: By the name of the inventory group.
APPS: Dict[str, App] = {each.name: each for each in (JELLYSEERR, OVERSEERR, SEERR)}
