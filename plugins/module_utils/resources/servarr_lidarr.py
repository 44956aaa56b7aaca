# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Lidarr 2 and 3."""

from __future__ import annotations

from ansible_collections.homelab.media_center.plugins.module_utils.resources import servarr_common as by
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_library import DEFAULTS, FOLDER, import_list
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, app

LIDARR: App = app(
    "lidarr",
    "Lidarr",
    "/api/v1",
    8686,
    by.TAG,
    by.collection(
        "metadata_profile", "/metadataprofile", 3, "name:str primaryAlbumTypes:set secondaryAlbumTypes:set releaseStatuses:set", shape="metadata_profile"
    ),
    by.quality_definition(),
    by.CUSTOM_FORMAT,
    by.root_folder(FOLDER, refs=DEFAULTS),
    by.download_client(),
    by.quality_profile(),
    by.DELAY_PROFILE,
    by.REMOTE_PATH_MAPPING,
    by.indexer(),
    import_list(),
    by.release_profile(False),
    by.AUTO_TAGGING,
    by.exclusion("foreignId:str artistName:str"),
    by.METADATA,
    by.notification(
        "onGrab:bool onReleaseImport:bool onUpgrade:bool onRename:bool onArtistAdd:bool onArtistDelete:bool onAlbumDelete:bool onHealthIssue:bool"
        " onHealthRestored:bool onDownloadFailure:bool onImportFailure:bool onTrackRetag:bool onApplicationUpdate:bool includeHealthWarnings:bool"
    ),
    by.downloads(),
    by.indexing(),
    by.media_management(
        by.SCRIPT + "autoUnmonitorPreviouslyDownloadedTracks:bool createEmptyArtistFolders:bool watchLibraryForChanges:bool allowFingerprinting:enum"
    ),
    by.singleton("config_metadata_provider", "metadataSource:str writeAudioTags:enum scrubAudioTags:bool embedCoverArt:bool"),
    by.singleton(
        "config_naming",
        "renameTracks:bool replaceIllegalCharacters:bool colonReplacementFormat:int standardTrackFormat:str multiDiscTrackFormat:str artistFolderFormat:str",
        computed=("includeArtistName", "includeAlbumTitle", "includeQuality", "numberStyle", "replaceSpaces", "separator"),
    ),
    by.host("Lidarr"),
    by.ui("uiLanguage:int expandAlbumByDefault:bool expandSingleByDefault:bool expandEPByDefault:bool expandBroadcastByDefault:bool expandOtherByDefault:bool"),
    by.CUSTOM_FILTER,
    by.INDEXER_FLAG,
)
