# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Readarr 0.3 and 0.4, which masks no secret."""

from __future__ import annotations

from ansible_collections.homelab.media_center.plugins.module_utils.resources import servarr_common as by
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_library import DEFAULTS, FOLDER, import_list
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, app

READARR: App = app(
    "readarr",
    "Readarr",
    "/api/v1",
    8787,
    by.TAG,
    by.collection(
        "metadata_profile",
        "/metadataprofile",
        3,
        "name:str minPopularity:float skipMissingDate:bool skipMissingIsbn:bool skipPartsAndSets:bool skipSeriesSecondary:bool allowedLanguages:str?"
        " minPages:int ignored:words",
    ),
    by.quality_definition("minSize:float maxSize:float?minSize"),
    by.CUSTOM_FORMAT,
    by.root_folder(
        FOLDER
        + "isCalibreLibrary:bool host:str? port:int urlBase:str? username:str? password:str? library:str? outputFormat:str? outputProfile:enum useSsl:bool",
        refs=DEFAULTS,
        secrets=("password",),
    ),
    by.download_client(),
    by.quality_profile(),
    by.DELAY_PROFILE,
    by.REMOTE_PATH_MAPPING,
    by.indexer(),
    import_list(),
    by.release_profile(False),
    by.exclusion("foreignId:str authorName:str"),
    by.METADATA,
    by.notification(
        "onGrab:bool onReleaseImport:bool onUpgrade:bool onRename:bool onAuthorAdded:bool onAuthorDelete:bool onBookDelete:bool onBookFileDelete:bool"
        " onBookFileDeleteForUpgrade:bool onHealthIssue:bool onDownloadFailure:bool onImportFailure:bool onBookRetag:bool onApplicationUpdate:bool"
        " includeHealthWarnings:bool"
    ),
    by.singleton("config_development", "metadataSource:str consoleLogLevel:enum logSql:bool logRotate:int filterSentryEvents:bool"),
    by.downloads(),
    by.indexing(),
    by.media_management("autoUnmonitorPreviouslyDownloadedBooks:bool createEmptyAuthorFolders:bool watchLibraryForChanges:bool allowFingerprinting:enum"),
    by.singleton("config_metadata_provider", "writeAudioTags:enum scrubAudioTags:bool writeBookTags:enum updateCovers:bool embedMetadata:bool"),
    by.singleton(
        "config_naming",
        "renameBooks:bool replaceIllegalCharacters:bool colonReplacementFormat:int standardBookFormat:str authorFolderFormat:str",
        computed=("includeAuthorName", "includeBookTitle", "includeQuality", "numberStyle", "replaceSpaces", "separator"),
    ),
    by.host("Readarr", "", user="username:str? password:str? "),
    by.ui(),
    by.CUSTOM_FILTER,
    by.INDEXER_FLAG,
)
