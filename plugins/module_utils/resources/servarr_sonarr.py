# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Sonarr 4 and 5. From version 5 on sizes stand in the quality profiles, and release profiles know more."""

from __future__ import annotations

from ansible_collections.homelab.media_center.plugins.module_utils.resources import servarr_common as by
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, Ref, app

SONARR: App = app(
    "sonarr",
    "Sonarr",
    "/api/v3",
    8989,
    by.TAG,
    by.root_folder(),
    by.quality_definition(),
    by.CUSTOM_FORMAT,
    by.download_client(),
    by.quality_profile("minUpgradeFormatScore:int sizes:object"),
    by.DELAY_PROFILE,
    by.REMOTE_PATH_MAPPING,
    by.indexer("seasonSearchMaximumSingleEpisodeAge:int"),
    by.import_list(
        "enableAutomaticAdd:bool searchForMissingEpisodes:bool shouldMonitor:enum monitorNewItems:enum rootFolderPath:str qualityProfileId:str seriesType:enum"
        " seasonFolder:bool",
        ("enableAutomaticAdd",),
        by.PROFILE,
    ),
    by.release_profile(True, "airDateRestriction:bool airDateGracePeriod:int excludedTags:set", {"excludedTags": Ref("tag", many=True)}),
    by.AUTO_TAGGING,
    by.exclusion("tvdbId:int title:str"),
    by.METADATA,
    by.notification(
        "onGrab:bool onDownload:bool onUpgrade:bool onImportComplete:bool onRename:bool onSeriesAdd:bool onSeriesDelete:bool onEpisodeFileDelete:bool"
        " onEpisodeFileDeleteForUpgrade:bool onHealthIssue:bool includeHealthWarnings:bool onHealthRestored:bool onApplicationUpdate:bool"
        " onManualInteractionRequired:bool"
    ),
    by.downloads(),
    by.singleton(
        "config_import_list",
        "listSyncLevel:enum listSyncTag:str",
        refs={"listSyncTag": Ref("tag", zero="none")},
        bulk_effect=("listSyncLevel",),
        empty_is={"listSyncLevel": "disabled"},
    ),
    by.indexing(),
    by.media_management(by.SCRIPT + "autoUnmonitorPreviouslyDownloadedEpisodes:bool createEmptySeriesFolders:bool episodeTitleRequired:enum"),
    by.singleton(
        "config_naming",
        "renameEpisodes:bool replaceIllegalCharacters:bool colonReplacementFormat:int customColonReplacementFormat:str multiEpisodeStyle:int"
        " standardEpisodeFormat:str dailyEpisodeFormat:str animeEpisodeFormat:str seriesFolderFormat:str seasonFolderFormat:str specialsFolderFormat:str",
    ),
    by.host("Sonarr"),
    by.ui(),
    by.CUSTOM_FILTER,
    by.INDEXER_FLAG,
    by.collection("language_profile", "/languageprofile", 0, "name:str", create=False, delete=False),
)
