# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Radarr, Sonarr, Lidarr, Readarr and Prowlarr: one record per resource of each app.

The apps grew out of one code base, so most records differ in a few properties only; those that all share are made by the functions above.
"""

from __future__ import annotations

from typing import Any, Dict, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Field
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, Ref, SettingsResource, app, properties

TAGS = {"tags": Ref("tag", many=True)}
#: Field names that hold a secret in one implementation or another; Readarr masks nothing, and no app masks webhook addresses.
SECRET_FIELDS: Tuple[str, ...] = (
    "accessToken",
    "accessTokenSecret",
    "apiKey",
    "apikey",
    "appToken",
    "authPassword",
    "authToken",
    "auth_token",
    "botToken",
    "captchaToken",
    "clientSecret",
    "consumerSecret",
    "cookie",
    "deviceKey",
    "key",
    "passkey",
    "passKey",
    "password",
    "pid",
    "privateGPGKey",
    "refreshToken",
    "rsskey",
    "rssKey",
    "secretToken",
    "senderNumber",
    "senderPassword",
    "sessionKey",
    "token",
    "torrentPass",
    "twoFactorAuthCode",
    "userKey",
    "userToken",
    "webHookUrl",
    "webhookUrl",
    "xApiKey",
    "info_password",
    "2facode",
    "otp",
    "pin",
    "cookieheader",
    "configurationKey",
    "statelessUrls",
    "authKey",
    "rsskey",
)
_TAG_FIELDS = (Field("tags", kind="set", closed=False, default=[]),)


def _fields(secrets: Tuple[str, ...], *more: Field, closed: bool = False, provider: bool = False) -> Tuple[Field, ...]:
    marked = tuple(Field("fields." + each if provider else each, secret="always", closed=closed, default="") for each in secrets)
    lists = (Field("fields.*", closed=False, default=""),) if provider else ()
    return _TAG_FIELDS + marked + lists + more


def provider(name: str, path: str, order: int, own: str, **more: Any) -> SettingsResource:
    """A kind of thing of which the app ships implementations, each with fields of its own."""
    refs = {**TAGS, **more.pop("refs", {})}
    extra = more.pop("fields", ())
    return SettingsResource(
        name,
        _fields(SECRET_FIELDS, *extra, provider=True),
        path=path,
        order=order,
        provider=True,
        case_insensitive=True,
        secrets=SECRET_FIELDS,
        properties=properties("name:str implementation:str tags:list " + own),
        refs=refs,
        **more,
    )


def collection(name: str, path: str, order: int, own: str, **more: Any) -> SettingsResource:
    """A kind of thing that is listed."""
    secrets = more.pop("secrets", ())
    extra = more.pop("fields", ())
    return SettingsResource(name, _fields(secrets, *extra), path=path, order=order, properties=properties(own), secrets=secrets, **more)


def singleton(name: str, own: str, order: int = 10, **more: Any) -> SettingsResource:
    """A page of settings of which there is one."""
    secrets = more.pop("secrets", ())
    extra = more.pop("fields", ())
    path = "/config/" + name[len("config_") :].replace("_", "")
    return SettingsResource(
        name, _fields(secrets, *extra), path=path, key=(), order=order, properties=properties(own), secrets=secrets, create=False, delete=False, **more
    )


TAG = collection("tag", "/tag", 1, "label:str", key=("label",), case_insensitive=True)
CUSTOM_FORMAT = collection("custom_format", "/customformat", 4, "name:str includeCustomFormatWhenRenaming:bool specifications:object", shape="specifications")
REMOTE_PATH_MAPPING = collection("remote_path_mapping", "/remotepathmapping", 6, "host:str remotePath:str localPath:str", key=("host", "remotePath"))
METADATA = provider("metadata", "/metadata", 9, "enable:bool", key=("implementation",), enabled_by=("enable",), delete=False)
CUSTOM_FILTER = collection("custom_filter", "/customfilter", 12, "type:str label:str filters:list", key=("type", "label"))
INDEXER_FLAG = collection("indexer_flag", "/indexerflag", 0, "name:str", create=False, delete=False)
DELAY_PROFILE = collection(
    "delay_profile",
    "/delayprofile",
    6,
    "position:int enableUsenet:bool enableTorrent:bool preferredProtocol:str usenetDelay:int torrentDelay:int bypassIfHighestQuality:bool "
    "bypassIfAboveCustomFormatScore:bool minimumCustomFormatScore:int tags:list",
    key=("tags",),
    shape="delay_profile",
    refs=TAGS,
)
AUTO_TAGGING = collection(
    "auto_tagging",
    "/autotagging",
    9,
    "name:str removeTagsAutomatically:bool tags:list specifications:object",
    shape="specifications",
    refs=TAGS,
)
_SEARCH_FLAGS = "enableRss:bool enableAutomaticSearch:bool enableInteractiveSearch:bool"
_SEARCH = ("enableRss", "enableAutomaticSearch", "enableInteractiveSearch")
_ANY_CLIENT = {"downloadClientId": Ref("download_client", zero="any")}
_ANY_INDEXER = {**TAGS, "indexerId": Ref("indexer", zero="any")}
_PROFILE = {"qualityProfileId": Ref("quality_profile")}
_BOTH_PROFILES = {**_PROFILE, "metadataProfileId": Ref("metadata_profile")}
_LISTS = (Field("required", kind="set", closed=False, default=[]), Field("ignored", kind="set", closed=False, default=[]))
_SIZES = tuple(Field(name, kind="number", closed=False, default="") for name in ("minSize", "maxSize", "preferredSize"))


def quality_definition(own: str) -> SettingsResource:
    """Sizes of each quality; an absent ``maxSize`` is unlimited."""
    return collection(
        "quality_definition",
        "/qualitydefinition",
        3,
        "quality:str " + own,
        key=("quality",),
        shape="quality_definition",
        create=False,
        delete=False,
        fields=_SIZES,
    )


def quality_profile(own: str = "") -> SettingsResource:
    """Profiles with qualities, groups and scores by name."""
    return collection(
        "quality_profile",
        "/qualityprofile",
        5,
        "name:str upgradeAllowed:bool cutoff:str items:list minFormatScore:int cutoffFormatScore:int formatItems:object " + own,
        shape="quality_profile",
    )


def download_client(own: str = "removeCompletedDownloads:bool removeFailedDownloads:bool", order: int = 5) -> SettingsResource:
    """Download clients."""
    return provider(
        "download_client", "/downloadclient", order, "enable:bool priority:int " + own, enabled_by=("enable",), bulk_effect=("removeCompletedDownloads",)
    )


def indexer(own: str = "") -> SettingsResource:
    """Indexers of an app that Prowlarr may feed."""
    return provider("indexer", "/indexer", 7, _SEARCH_FLAGS + " priority:int downloadClientId:int " + own, refs=_ANY_CLIENT, enabled_by=_SEARCH)


def import_list(own: str, switches: Tuple[str, ...], refs: Dict[str, Ref]) -> SettingsResource:
    """Import lists: switching one on can add hundreds of titles."""
    return provider("import_list", "/importlist", 8, own, refs=refs, enabled_by=switches, bulk_effect=switches)


def notification(own: str) -> SettingsResource:
    """Connections that are told of events."""
    return provider("notification", "/notification", 9, own, enabled_by=tuple(each.split(":")[0] for each in own.split() if each.startswith("on")))


def root_folder(own: str = "", **more: Any) -> SettingsResource:
    """Library folders."""
    return collection(
        "root_folder", "/rootfolder", 5 if own else 2, "path:str " + own, key=("path",), fields=(Field("path", kind="path", closed=False),), **more
    )


def exclusion(own: str, path: str = "/importlistexclusion") -> SettingsResource:
    """Titles that import lists never add; named by the id of the metadata service."""
    return collection("import_list_exclusion", path, 9, own, key=(own.split(":")[0],))


def release_profile(named: bool) -> SettingsResource:
    """Words that a release must or must not have. Lidarr and Readarr give it no name."""
    return collection(
        "release_profile",
        "/releaseprofile",
        8,
        ("name:str " if named else "") + "enabled:bool required:any ignored:any indexerId:str tags:list",
        key=("name",) if named else ("required", "ignored", "indexerId", "tags"),
        refs=_ANY_INDEXER,
        fields=_LISTS,
    )


_HOST = (
    "bindAddress:str port:int sslPort:int enableSsl:bool launchBrowser:bool authenticationMethod:str analyticsEnabled:bool username:str password:str "
    "logLevel:str consoleLogLevel:str branch:str apiKey:str sslCertPath:str sslCertPassword:str urlBase:str instanceName:str applicationUrl:str updateAutomatically:bool "
    "updateMechanism:str updateScriptPath:str proxyEnabled:bool proxyType:str proxyHostname:str proxyPort:int proxyUsername:str proxyPassword:str "
    "proxyBypassFilter:str proxyBypassLocalAddresses:bool certificateValidation:str backupFolder:str backupInterval:int backupRetention:int "
)


def host(own: str = "authenticationRequired:str logSizeLimit:int") -> SettingsResource:
    """The page of which a wrong value locks everybody out."""
    return singleton(
        "config_host",
        _HOST + own,
        11,
        secrets=("apiKey", "password", "proxyPassword", "sslCertPassword"),
        access=(
            "bindAddress",
            "port",
            "sslPort",
            "enableSsl",
            "authenticationMethod",
            "authenticationRequired",
            "username",
            "password",
            "apiKey",
            "sslCertPath",
            "sslCertPassword",
            "urlBase",
            "certificateValidation",
        ),
        needs_restart=("bindAddress", "port", "sslPort", "enableSsl", "urlBase", "sslCertPath", "sslCertPassword", "branch"),
    )


_UI = "firstDayOfWeek:int calendarWeekColumnHeader:str shortDateFormat:str longDateFormat:str timeFormat:str showRelativeDates:bool enableColorImpairedMode:bool theme:str "
_MEDIA = (
    "recycleBin:str recycleBinCleanupDays:int downloadPropersAndRepacks:str deleteEmptyFolders:bool fileDate:str rescanAfterRefresh:str "
    "setPermissionsLinux:bool chmodFolder:str chownGroup:str skipFreeSpaceCheckWhenImporting:bool minimumFreeSpaceWhenImporting:int copyUsingHardlinks:bool "
    "importExtraFiles:bool extraFileExtensions:str "
)
_SCRIPT = "useScriptImport:bool scriptImportPath:str enableMediaInfo:bool "
_CLIENTS = "downloadClientWorkingFolders:str enableCompletedDownloadHandling:bool autoRedownloadFailed:bool autoRedownloadFailedFromInteractiveSearch:bool "
_INDEXERS = "minimumAge:int maximumSize:int retention:int rssSyncInterval:int "


def media_management(own: str) -> SettingsResource:
    """What happens to files. Emptied folders and the recycle bin are how files get lost."""
    return singleton("config_media_management", _MEDIA + own, bulk_effect=("recycleBin", "recycleBinCleanupDays", "deleteEmptyFolders"))


RADARR: App = app(
    "radarr",
    "Radarr",
    "/api/v3",
    7878,
    TAG,
    root_folder(),
    quality_definition("title:str minSize:float maxSize:float preferredSize:float"),
    CUSTOM_FORMAT,
    download_client(),
    quality_profile("minUpgradeFormatScore:int language:str"),
    DELAY_PROFILE,
    REMOTE_PATH_MAPPING,
    indexer(),
    import_list(
        "enabled:bool enableAuto:bool monitor:str rootFolderPath:str qualityProfileId:str searchOnAdd:bool minimumAvailability:str",
        ("enabled", "enableAuto"),
        _PROFILE,
    ),
    release_profile(True),
    AUTO_TAGGING,
    exclusion("tmdbId:int movieTitle:str movieYear:int", "/exclusions"),
    METADATA,
    notification(
        "onGrab:bool onDownload:bool onUpgrade:bool onRename:bool onMovieAdded:bool onMovieDelete:bool onMovieFileDelete:bool onMovieFileDeleteForUpgrade:bool "
        "onHealthIssue:bool includeHealthWarnings:bool onHealthRestored:bool onApplicationUpdate:bool onManualInteractionRequired:bool"
    ),
    singleton("config_download_client", _CLIENTS + "checkForFinishedDownloadInterval:int"),
    singleton("config_import_list", "listSyncLevel:str", bulk_effect=("listSyncLevel",)),
    singleton("config_indexer", _INDEXERS + "preferIndexerFlags:bool availabilityDelay:int allowHardcodedSubs:bool whitelistedHardcodedSubs:str"),
    media_management(_SCRIPT + "autoUnmonitorPreviouslyDownloadedMovies:bool createEmptyMovieFolders:bool autoRenameFolders:bool"),
    singleton("config_metadata", "certificationCountry:str"),
    singleton("config_naming", "renameMovies:bool replaceIllegalCharacters:bool colonReplacementFormat:str standardMovieFormat:str movieFolderFormat:str"),
    host(),
    singleton("config_ui", _UI + "movieRuntimeFormat:str movieInfoLanguage:int uiLanguage:int", 11),
    CUSTOM_FILTER,
    INDEXER_FLAG,
)
SONARR: App = app(
    "sonarr",
    "Sonarr",
    "/api/v3",
    8989,
    TAG,
    root_folder(),
    quality_definition("title:str minSize:float maxSize:float preferredSize:float"),
    CUSTOM_FORMAT,
    download_client(),
    quality_profile("minUpgradeFormatScore:int"),
    DELAY_PROFILE,
    REMOTE_PATH_MAPPING,
    indexer("seasonSearchMaximumSingleEpisodeAge:int"),
    import_list(
        "enableAutomaticAdd:bool searchForMissingEpisodes:bool shouldMonitor:str monitorNewItems:str rootFolderPath:str qualityProfileId:str seriesType:str seasonFolder:bool",
        ("enableAutomaticAdd",),
        _PROFILE,
    ),
    release_profile(True),
    AUTO_TAGGING,
    exclusion("tvdbId:int title:str"),
    METADATA,
    notification(
        "onGrab:bool onDownload:bool onUpgrade:bool onImportComplete:bool onRename:bool onSeriesAdd:bool onSeriesDelete:bool onEpisodeFileDelete:bool "
        "onEpisodeFileDeleteForUpgrade:bool onHealthIssue:bool includeHealthWarnings:bool onHealthRestored:bool onApplicationUpdate:bool onManualInteractionRequired:bool"
    ),
    singleton("config_download_client", _CLIENTS),
    singleton("config_import_list", "listSyncLevel:str listSyncTag:str", refs={"listSyncTag": Ref("tag", zero="none")}, bulk_effect=("listSyncLevel",)),
    singleton("config_indexer", _INDEXERS),
    media_management(_SCRIPT + "autoUnmonitorPreviouslyDownloadedEpisodes:bool createEmptySeriesFolders:bool episodeTitleRequired:str"),
    singleton(
        "config_naming",
        "renameEpisodes:bool replaceIllegalCharacters:bool colonReplacementFormat:int customColonReplacementFormat:str multiEpisodeStyle:int standardEpisodeFormat:str "
        "dailyEpisodeFormat:str animeEpisodeFormat:str seriesFolderFormat:str seasonFolderFormat:str specialsFolderFormat:str",
    ),
    host(),
    singleton("config_ui", _UI + "uiLanguage:int", 11),
    CUSTOM_FILTER,
    INDEXER_FLAG,
    collection("language_profile", "/languageprofile", 0, "name:str", create=False, delete=False),
)
_MUSIC_BOOK_LIST = "enableAutomaticAdd:bool shouldMonitor:str shouldMonitorExisting:bool shouldSearch:bool rootFolderPath:str monitorNewItems:str qualityProfileId:str metadataProfileId:str"
_DEFAULTS = {"defaultQualityProfileId": Ref("quality_profile"), "defaultMetadataProfileId": Ref("metadata_profile"), "defaultTags": Ref("tag", many=True)}
_FOLDER = "name:str defaultMetadataProfileId:str defaultQualityProfileId:str defaultMonitorOption:str defaultNewItemMonitorOption:str defaultTags:list "
LIDARR: App = app(
    "lidarr",
    "Lidarr",
    "/api/v1",
    8686,
    TAG,
    collection(
        "metadata_profile", "/metadataprofile", 3, "name:str primaryAlbumTypes:list secondaryAlbumTypes:list releaseStatuses:list", shape="metadata_profile"
    ),
    quality_definition("title:str minSize:float maxSize:float preferredSize:float"),
    CUSTOM_FORMAT,
    root_folder(_FOLDER, refs=_DEFAULTS),
    download_client(),
    quality_profile(),
    DELAY_PROFILE,
    REMOTE_PATH_MAPPING,
    indexer(),
    import_list(_MUSIC_BOOK_LIST, ("enableAutomaticAdd",), _BOTH_PROFILES),
    release_profile(False),
    AUTO_TAGGING,
    exclusion("foreignId:str artistName:str"),
    METADATA,
    notification(
        "onGrab:bool onReleaseImport:bool onUpgrade:bool onRename:bool onArtistAdd:bool onArtistDelete:bool onAlbumDelete:bool onHealthIssue:bool onHealthRestored:bool "
        "onDownloadFailure:bool onImportFailure:bool onTrackRetag:bool onApplicationUpdate:bool includeHealthWarnings:bool"
    ),
    singleton("config_download_client", _CLIENTS),
    singleton("config_indexer", _INDEXERS),
    media_management(
        _SCRIPT + "autoUnmonitorPreviouslyDownloadedTracks:bool createEmptyArtistFolders:bool watchLibraryForChanges:bool allowFingerprinting:str"
    ),
    singleton("config_metadata_provider", "metadataSource:str writeAudioTags:str scrubAudioTags:bool embedCoverArt:bool"),
    singleton(
        "config_naming",
        "renameTracks:bool replaceIllegalCharacters:bool colonReplacementFormat:int standardTrackFormat:str multiDiscTrackFormat:str artistFolderFormat:str",
    ),
    host(),
    singleton(
        "config_ui",
        _UI
        + "uiLanguage:int expandAlbumByDefault:bool expandSingleByDefault:bool expandEPByDefault:bool expandBroadcastByDefault:bool expandOtherByDefault:bool",
        11,
    ),
    CUSTOM_FILTER,
    INDEXER_FLAG,
)
READARR: App = app(
    "readarr",
    "Readarr",
    "/api/v1",
    8787,
    TAG,
    collection(
        "metadata_profile",
        "/metadataprofile",
        3,
        "name:str minPopularity:float skipMissingDate:bool skipMissingIsbn:bool skipPartsAndSets:bool skipSeriesSecondary:bool allowedLanguages:str minPages:int ignored:list",
        fields=(Field("ignored", kind="set", closed=False, default=[]),),
    ),
    quality_definition("title:str minSize:float maxSize:float"),
    CUSTOM_FORMAT,
    root_folder(
        _FOLDER + "isCalibreLibrary:bool host:str port:int urlBase:str username:str password:str library:str outputFormat:str outputProfile:str useSsl:bool",
        refs=_DEFAULTS,
        secrets=("password",),
    ),
    download_client(),
    quality_profile(),
    DELAY_PROFILE,
    REMOTE_PATH_MAPPING,
    indexer(),
    import_list(_MUSIC_BOOK_LIST, ("enableAutomaticAdd",), _BOTH_PROFILES),
    release_profile(False),
    exclusion("foreignId:str authorName:str"),
    METADATA,
    notification(
        "onGrab:bool onReleaseImport:bool onUpgrade:bool onRename:bool onAuthorAdded:bool onAuthorDelete:bool onBookDelete:bool onBookFileDelete:bool "
        "onBookFileDeleteForUpgrade:bool onHealthIssue:bool onDownloadFailure:bool onImportFailure:bool onBookRetag:bool onApplicationUpdate:bool includeHealthWarnings:bool"
    ),
    singleton("config_development", "metadataSource:str consoleLogLevel:str logSql:bool logRotate:int filterSentryEvents:bool"),
    singleton("config_download_client", _CLIENTS),
    singleton("config_indexer", _INDEXERS),
    media_management("autoUnmonitorPreviouslyDownloadedBooks:bool createEmptyAuthorFolders:bool watchLibraryForChanges:bool allowFingerprinting:str"),
    singleton("config_metadata_provider", "writeAudioTags:str scrubAudioTags:bool writeBookTags:str updateCovers:bool embedMetadata:bool"),
    singleton("config_naming", "renameBooks:bool replaceIllegalCharacters:bool colonReplacementFormat:int standardBookFormat:str authorFolderFormat:str"),
    host(""),
    singleton("config_ui", _UI + "uiLanguage:int", 11),
    CUSTOM_FILTER,
    INDEXER_FLAG,
)
PROWLARR: App = app(
    "prowlarr",
    "Prowlarr",
    "/api/v1",
    9696,
    TAG,
    collection("app_profile", "/appprofile", 2, "name:str " + _SEARCH_FLAGS + " minimumSeeders:int"),
    download_client("categories:list", 4),
    provider("indexer_proxy", "/indexerproxy", 4, ""),
    provider(
        "indexer",
        "/indexer",
        5,
        "enable:bool redirect:bool appProfileId:str priority:int downloadClientId:str",
        refs={"appProfileId": Ref("app_profile"), **_ANY_CLIENT},
        enabled_by=("enable",),
    ),
    provider("application", "/applications", 6, "syncLevel:str", bulk_effect=("syncLevel",)),
    notification("onGrab:bool onHealthIssue:bool onHealthRestored:bool onApplicationUpdate:bool includeManualGrabs:bool includeHealthWarnings:bool"),
    singleton("config_development", "consoleLogLevel:str logSql:bool logIndexerResponse:bool logRotate:int filterSentryEvents:bool"),
    singleton("config_download_client", ""),
    host("authenticationRequired:str logSizeLimit:int historyCleanupDays:int"),
    singleton("config_ui", _UI + "uiLanguage:str", 11),
    CUSTOM_FILTER,
)
#: By the name of the inventory group.
APPS: Dict[str, App] = {each.name: each for each in (RADARR, SONARR, LIDARR, READARR, PROWLARR)}
