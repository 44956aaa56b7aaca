# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tables of the five apps share: the apps grew out of one code base, so most records differ in a few properties only.

Secrets and what an app falls back to were read from recorded answers of Radarr 6.1, Sonarr 4.0.19, Lidarr 2.14, Readarr 0.3.27 and Prowlarr 2.3.5.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import (
    Ref,
    SettingsResource,
    collection,
    fields,
    nullable,
    properties,
)

TAGS = {"tags": Ref("tag", many=True)}
#: Field names that hold a secret in one implementation or another. Readarr masks none of them, and no app masks all.
SECRETS: Tuple[str, ...] = tuple(
    (
        "2facode aPIKey accessToken accessTokenSecret alt2fatoken apiKey apikey appToken authKey authPassword authToken authkey botToken captcha "
        "cardigannCaptcha clientSecret configurationKey consumerKey consumerSecret cookie cookieheader deviceKey headers key mamId otp passKey "
        "passkey password pid pin privateGPGKey refreshToken requestTokenSecret rssKey rsskey secretToken senderNumber senderPassword sessionKey "
        "statelessUrls token torrentPass torrent_pass twoFactorAuthCode user_token userKey userToken webHookUrl webhookUrl xApiKey"
    ).split()
)
#: Addresses that are a key as a whole: of a webhook, or of a list of one user.
SECRET_ADDRESSES: Tuple[str, ...] = ("url", "link")
#: Numbers that may be unset, which is not the same as 0: no limit is not a limit of nothing.
OPTIONAL_NUMBERS: Tuple[str, ...] = tuple(
    (
        "baseSettings.grabLimit baseSettings.queryLimit earlyReleaseLimit filterCriteria.languageCode filterCriteria.minVoteAverage "
        "filterCriteria.minVotes seedCriteria.discographySeedTime seedCriteria.seasonPackSeedTime seedCriteria.seedRatio seedCriteria.seedTime "
        "topicId torrentBaseSettings.appMinimumSeeders torrentBaseSettings.packSeedTime torrentBaseSettings.seedRatio torrentBaseSettings.seedTime"
    ).split()
)
#: What the fields of providers become that are sent as null.
_FALLBACKS: Mapping[str, Any] = {
    "baseUrl": ("http://localhost:7878", "http://localhost:8181/", "http://localhost:8989", "http://localhost:5299"),
    "expires": "0001-01-01T00:00:00Z",
    "host": ("localhost", "http://localhost:8191/"),
    "link": "https://rss.yoursite.com",
    "prowlarrUrl": "http://localhost:9696",
    "server": "smtp.gmail.com",
}


def provider(name: str, path: str, order: int, own: str, tags: bool = True, **more: Any) -> SettingsResource:
    """A kind of thing of which the app ships implementations, each with fields of its own."""
    types = properties("name:str implementation:str " + ("tags:set " if tags else "") + own)
    secrets = tuple("fields." + each for each in (*SECRETS, *more.pop("addresses", ())))
    kinds = {"fields." + each: "number" for each in OPTIONAL_NUMBERS}
    fallbacks = {"fields." + each: value for each, value in _FALLBACKS.items()}
    refs = {**(TAGS if tags else {}), **more.pop("refs", {})}
    return SettingsResource(
        name,
        fields(types, secrets, fallbacks, kinds),
        path=path,
        order=order,
        provider=True,
        case_insensitive=True,
        secrets=secrets,
        properties=types,
        nullable=nullable(own),
        refs=refs,
        **more,
    )


def singleton(name: str, own: str, order: int = 10, **more: Any) -> SettingsResource:
    """A page of settings of which there is one."""
    path = "/config/" + name[len("config_") :].replace("_", "")
    return collection(name, path, order, own, key=(), create=False, delete=False, **more)


TAG = collection("tag", "/tag", 1, "label:str", key=("label",), case_insensitive=True, kinds={"label": "text"})
CUSTOM_FORMAT = collection(
    "custom_format",
    "/customformat",
    4,
    "name:str includeCustomFormatWhenRenaming:bool specifications:object",
    shape="specifications",
    kinds={"specifications": "covers"},
    changes=("quality_profile",),
)
REMOTE_PATH_MAPPING = collection("remote_path_mapping", "/remotepathmapping", 6, "host:str remotePath:str localPath:str", key=("host", "remotePath"))
METADATA = provider("metadata", "/metadata", 9, "enable:bool", key=("implementation",), enabled_by=("enable",), delete=False)
CUSTOM_FILTER = collection("custom_filter", "/customfilter", 12, "type:str label:str filters:list", key=("type", "label"))
INDEXER_FLAG = collection("indexer_flag", "/indexerflag", 0, "name:str", create=False, delete=False)
DELAY_PROFILE = collection(
    "delay_profile",
    "/delayprofile",
    6,
    "position:int enableUsenet:bool enableTorrent:bool preferredProtocol:enum usenetDelay:int torrentDelay:int bypassIfHighestQuality:bool"
    " bypassIfAboveCustomFormatScore:bool minimumCustomFormatScore:int tags:set",
    key=("tags",),
    shape="delay_profile",
    refs=TAGS,
)
AUTO_TAGGING = collection(
    "auto_tagging",
    "/autotagging",
    9,
    "name:str removeTagsAutomatically:bool tags:set specifications:object",
    shape="specifications",
    refs=TAGS,
    kinds={"specifications": "covers"},
)
SEARCH_FLAGS = "enableRss:bool enableAutomaticSearch:bool enableInteractiveSearch:bool"
_SEARCH = ("enableRss", "enableAutomaticSearch", "enableInteractiveSearch")
ANY_CLIENT = {"downloadClientId": Ref("download_client", zero="any")}
PROFILE = {"qualityProfileId": Ref("quality_profile")}
BOTH_PROFILES = {**PROFILE, "metadataProfileId": Ref("metadata_profile")}


def quality_definition(sizes: str = "minSize:float maxSize:float?minSize preferredSize:float?minSize") -> SettingsResource:
    """Sizes of each quality; one that is not set is unlimited. Sonarr 5 keeps them in its quality profiles."""
    own = "quality:str title:str " + sizes
    kinds = {each.partition(":")[0]: "number" for each in sizes.split()}
    return collection("quality_definition", "/qualitydefinition", 3, own, key=("quality",), shape="quality_definition", create=False, delete=False, kinds=kinds)


def quality_profile(own: str = "") -> SettingsResource:
    """Profiles with qualities, groups and scores by name; a format that is not named has the score 0."""
    return collection(
        "quality_profile",
        "/qualityprofile",
        5,
        "name:str upgradeAllowed:bool cutoff:str items:list minFormatScore:int cutoffFormatScore:int formatItems:object " + own,
        shape="quality_profile",
        kinds={"formatItems": "covers"},
    )


def download_client(own: str = "removeCompletedDownloads:bool removeFailedDownloads:bool", order: int = 5, tags: bool = True) -> SettingsResource:
    """Download clients."""
    own = "enable:bool priority:int " + own
    bulk_effect = tuple(each for each in ("removeCompletedDownloads",) if each in own)
    more: Dict[str, Any] = {"enabled_by": ("enable",), "bulk_effect": bulk_effect, "computed": () if tags else ("tags",)}
    return provider("download_client", "/downloadclient", order, own, tags, **more)


def indexer(own: str = "") -> SettingsResource:
    """Indexers of an app that Prowlarr may feed."""
    return provider("indexer", "/indexer", 7, SEARCH_FLAGS + " priority:int downloadClientId:str " + own, refs=ANY_CLIENT, enabled_by=_SEARCH)


def import_list(own: str, switches: Tuple[str, ...], refs: Dict[str, Ref]) -> SettingsResource:
    """Import lists: switching one on can add hundreds of titles."""
    return provider("import_list", "/importlist", 8, own, refs=refs, enabled_by=switches, bulk_effect=switches, addresses=SECRET_ADDRESSES)


def notification(own: str) -> SettingsResource:
    """Connections that are told of events."""
    switches = tuple(each.partition(":")[0] for each in own.split() if each.startswith("on"))
    return provider("notification", "/notification", 9, own, enabled_by=switches, addresses=SECRET_ADDRESSES)


def root_folder(own: str = "", **more: Any) -> SettingsResource:
    """Library folders."""
    return collection("root_folder", "/rootfolder", 6 if own else 2, "path:str " + own, key=("path",), kinds={"path": "path"}, **more)


def exclusion(own: str, path: str = "/importlistexclusion") -> SettingsResource:
    """Titles that import lists never add; named by the id of the metadata service."""
    return collection("import_list_exclusion", path, 9, own, key=(own.partition(":")[0],))


def release_profile(named: bool, own: str = "", refs: Optional[Mapping[str, Ref]] = None) -> SettingsResource:
    """Words that a release must or must not have. Lidarr and Readarr give it no name, elsewhere it can lack one."""
    words = ("required", "ignored", "indexerId", "tags")
    return collection(
        "release_profile",
        "/releaseprofile",
        8,
        ("name:str? " if named else "") + "enabled:bool required:words ignored:words indexerId:str tags:set " + own,
        key=("name",) if named else words,
        key_else=words if named else (),
        refs={**TAGS, **(refs or {}), "indexerId": Ref("indexer", zero="any")},
    )


_HOST = (
    "bindAddress:str port:int sslPort:int enableSsl:bool launchBrowser:bool authenticationMethod:enum analyticsEnabled:bool "
    "logLevel:enum consoleLogLevel:enum branch:str apiKey:str sslCertPath:str sslCertPassword:str urlBase:str instanceName:str "
    "applicationUrl:str updateAutomatically:bool updateMechanism:enum updateScriptPath:str proxyEnabled:bool proxyType:enum proxyHostname:str "
    "proxyPort:int proxyUsername:str proxyPassword:str proxyBypassFilter:str proxyBypassLocalAddresses:bool certificateValidation:enum "
    "backupFolder:str backupInterval:int backupRetention:int "
)
_LOGIN = ("authenticationMethod", "authenticationRequired", "username", "password", "apiKey", "certificateValidation")
_ADDRESS = ("bindAddress", "port", "sslPort", "enableSsl", "urlBase", "sslCertPath", "sslCertPassword")


def host(title: str, own: str = "authenticationRequired:enum logSizeLimit:int", user: str = "username:str password:str ") -> SettingsResource:
    """The page of which a wrong value locks everybody out."""
    return singleton(
        "config_host",
        _HOST + user + own,
        11,
        secrets=("apiKey", "password", "proxyPassword", "sslCertPassword"),
        access=tuple(each for each in (*_ADDRESS, *_LOGIN) if each in _HOST + user + own),
        needs_restart=(*_ADDRESS, "branch"),
        kinds={"branch": "word", "logLevel": "word", "sslCertPassword": "trimmed", "urlBase": "url_base", "username": "word"},
        empty_is={"backupFolder": "Backups", "instanceName": title},
    )


_UI = (
    "firstDayOfWeek:int calendarWeekColumnHeader:str shortDateFormat:str longDateFormat:str timeFormat:str showRelativeDates:bool"
    " enableColorImpairedMode:bool theme:str "
)
_DATES = {
    "calendarWeekColumnHeader": "ddd M/D",
    "shortDateFormat": "MMM D YYYY",
    "longDateFormat": "dddd, MMMM D YYYY",
    "timeFormat": "h(:mm)a",
}


def ui(own: str = "uiLanguage:int") -> SettingsResource:
    """What the pages of the app look like."""
    return singleton("config_ui", _UI + own, 11, empty_is=_DATES)


_MEDIA = (
    "recycleBin:str recycleBinCleanupDays:int downloadPropersAndRepacks:enum deleteEmptyFolders:bool fileDate:enum rescanAfterRefresh:enum"
    " setPermissionsLinux:bool chmodFolder:str chownGroup:str skipFreeSpaceCheckWhenImporting:bool minimumFreeSpaceWhenImporting:int copyUsingHardlinks:bool"
    " importExtraFiles:bool extraFileExtensions:str "
)
SCRIPT = "useScriptImport:bool scriptImportPath:str enableMediaInfo:bool "


def media_management(own: str) -> SettingsResource:
    """What happens to files. Emptied folders and the recycle bin are how files get lost."""
    fallbacks = {"chmodFolder": "755", "extraFileExtensions": "srt"}
    return singleton("config_media_management", _MEDIA + own, empty_is=fallbacks, bulk_effect=("recycleBin", "recycleBinCleanupDays", "deleteEmptyFolders"))


def downloads(own: str = "") -> SettingsResource:
    """What is done with what a download client has finished."""
    switches = "enableCompletedDownloadHandling:bool autoRedownloadFailed:bool autoRedownloadFailedFromInteractiveSearch:bool "
    return singleton(
        "config_download_client", "downloadClientWorkingFolders:str " + switches + own, empty_is={"downloadClientWorkingFolders": "_UNPACK_|_FAILED_"}
    )


def indexing(own: str = "") -> SettingsResource:
    """Limits of all indexers."""
    return singleton("config_indexer", "minimumAge:int maximumSize:int retention:int rssSyncInterval:int " + own)
