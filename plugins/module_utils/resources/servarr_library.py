# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tables of Lidarr and Readarr share."""

from __future__ import annotations

from ansible_collections.homelab.media_center.plugins.module_utils.resources import servarr_common as by
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import Ref, SettingsResource

FOLDER = "name:str defaultMetadataProfileId:str defaultQualityProfileId:str defaultMonitorOption:enum defaultNewItemMonitorOption:enum defaultTags:set? "
DEFAULTS = {
    "defaultQualityProfileId": Ref("quality_profile"),
    "defaultMetadataProfileId": Ref("metadata_profile"),
    "defaultTags": Ref("tag", many=True),
}


def import_list() -> SettingsResource:
    """Import lists of artists and authors."""
    return by.import_list(
        "enableAutomaticAdd:bool shouldMonitor:enum shouldMonitorExisting:bool shouldSearch:bool rootFolderPath:str monitorNewItems:enum"
        " qualityProfileId:str metadataProfileId:str",
        ("enableAutomaticAdd",),
        by.BOTH_PROFILES,
    )
