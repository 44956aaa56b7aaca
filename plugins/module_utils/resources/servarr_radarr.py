# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Radarr 5 and 6."""

from __future__ import annotations

from ansible_collections.homelab.media_center.plugins.module_utils.resources import servarr_common as by
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, app

RADARR: App = app(
    "radarr",
    "Radarr",
    "/api/v3",
    7878,
    by.TAG,
    by.root_folder(),
    by.quality_definition(),
    by.CUSTOM_FORMAT,
    by.download_client(),
    by.quality_profile("minUpgradeFormatScore:int language:str"),
    by.DELAY_PROFILE,
    by.REMOTE_PATH_MAPPING,
    by.indexer(),
    by.import_list(
        "enabled:bool enableAuto:bool monitor:enum rootFolderPath:str qualityProfileId:str searchOnAdd:bool minimumAvailability:enum",
        ("enabled", "enableAuto"),
        by.PROFILE,
    ),
    by.release_profile(True),
    by.AUTO_TAGGING,
    by.exclusion("tmdbId:int movieTitle:str movieYear:int", "/exclusions"),
    by.METADATA,
    by.notification(
        "onGrab:bool onDownload:bool onUpgrade:bool onRename:bool onMovieAdded:bool onMovieDelete:bool onMovieFileDelete:bool onMovieFileDeleteForUpgrade:bool"
        " onHealthIssue:bool includeHealthWarnings:bool onHealthRestored:bool onApplicationUpdate:bool onManualInteractionRequired:bool"
    ),
    by.downloads("checkForFinishedDownloadInterval:int"),
    by.singleton("config_import_list", "listSyncLevel:enum", bulk_effect=("listSyncLevel",), empty_is={"listSyncLevel": "disabled"}),
    by.indexing("preferIndexerFlags:bool availabilityDelay:int allowHardcodedSubs:bool whitelistedHardcodedSubs:str"),
    by.media_management(by.SCRIPT + "autoUnmonitorPreviouslyDownloadedMovies:bool createEmptyMovieFolders:bool autoRenameFolders:bool"),
    by.singleton("config_metadata", "certificationCountry:enum"),
    by.singleton("config_naming", "renameMovies:bool replaceIllegalCharacters:bool colonReplacementFormat:enum standardMovieFormat:str movieFolderFormat:str"),
    by.host("Radarr"),
    by.ui("movieRuntimeFormat:enum movieInfoLanguage:int uiLanguage:int"),
    by.CUSTOM_FILTER,
    by.INDEXER_FLAG,
)
