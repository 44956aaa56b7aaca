# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Prowlarr 1 and 2."""

from __future__ import annotations

from ansible_collections.homelab.media_center.plugins.module_utils.resources import servarr_common as by
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, Ref, app

PROWLARR: App = app(
    "prowlarr",
    "Prowlarr",
    "/api/v1",
    9696,
    by.TAG,
    by.collection("app_profile", "/appprofile", 2, "name:str " + by.SEARCH_FLAGS + " minimumSeeders:int"),
    # It takes tags for a download client and forgets them.
    by.download_client("categories:list", 4, tags=False),
    # A proxy is on for the indexers that share a tag with it.
    by.provider("indexer_proxy", "/indexerproxy", 4, "", enabled_by=("tags",), computed=("onHealthIssue", "includeHealthWarnings")),
    by.provider(
        "indexer",
        "/indexer",
        5,
        "enable:bool redirect:bool appProfileId:str priority:int downloadClientId:str",
        refs={"appProfileId": Ref("app_profile"), **by.ANY_CLIENT},
        enabled_by=("enable",),
    ),
    by.provider("application", "/applications", 6, "syncLevel:enum", bulk_effect=("syncLevel",), enabled_by=("syncLevel",), computed=("enable",)),
    by.notification("onGrab:bool onHealthIssue:bool onHealthRestored:bool onApplicationUpdate:bool includeManualGrabs:bool includeHealthWarnings:bool"),
    by.singleton("config_development", "consoleLogLevel:enum logSql:bool logIndexerResponse:bool logRotate:int filterSentryEvents:bool"),
    by.singleton("config_download_client", ""),
    by.host("Prowlarr", "authenticationRequired:enum logSizeLimit:int historyCleanupDays:int"),
    by.ui("uiLanguage:str"),
    by.CUSTOM_FILTER,
)
