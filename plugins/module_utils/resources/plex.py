# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Plex: the preferences of the server, and its libraries with theirs.

Names and types of the server's preferences are those of a recorded answer (fixtures of plex-api.rs). Which there are varies with
version, platform and subscription, so the server's own answer decides; one that is not named here is compared as it is told.
"""

from __future__ import annotations

from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource, app, fields, properties

#: What no file of git says, and no export: secrets and names of people, what identifies one server, what moves by itself, and what
#: acts when it is written (remote access is flipped, a licence is accepted, the channel of updates changes).
NEVER = tuple(
    (
        "customCertificateKey PlexOnlineMail PlexOnlineToken PlexOnlineUsername EyeQUser "
        "MachineIdentifier ProcessedMachineIdentifier AnonymousMachineIdentifier CertificateUUID CertificateVersion "
        "LastAutomaticMappedPort ConfigurationUrl PubSubServer PubSubServerRegion PubSubServerPing OldestPreviousVersion "
        "PublishServerOnPlexOnlineKey AcceptedEULA ButlerUpdateChannel"
    ).split()
)
#: What fits one machine only.
OF_HOST = tuple(
    (
        "TranscoderTempDirectory ButlerDatabaseBackupPath HardwareDevicePath VaapiDriver VaapiKernelDriver customConnections "
        "customCertificatePath customCertificateDomain PreferredNetworkInterface ManualPortMappingMode ManualPortMappingPort "
        "allowedNetworks LanNetworksBandwidth iTunesLibraryXmlPath"
    ).split()
)
_ACCESS = tuple(
    (
        "allowedNetworks secureConnections DisableTLSv1_0 EnableIPv6 PreferredNetworkInterface customConnections customCertificatePath "
        "customCertificateDomain ManualPortMappingMode ManualPortMappingPort RelayEnabled LanNetworksBandwidth TreatWanIpAsLocal "
        "allowedHttpOrigins enableLocalSecurity EnablePinAuth MediaServerManagerAllowHttp PlexOnlineUrl PlexWebAuthUrl"
    ).split()
)
_VISIBLE = properties(
    "ButlerDatabaseBackupPath:str ButlerEndHour:int ButlerStartHour:int ButlerTaskBackupDatabase:bool ButlerTaskCleanOldBundles:bool "
    "ButlerTaskCleanOldCacheFiles:bool ButlerTaskDeepMediaAnalysis:bool ButlerTaskGenerateAutoTags:bool ButlerTaskOptimizeDatabase:bool "
    "ButlerTaskRefreshLibraries:bool ButlerTaskRefreshLocalMedia:bool ButlerTaskRefreshPeriodicMetadata:bool ButlerTaskReverseGeocode:bool "
    "ButlerTaskUpgradeMediaAnalysis:bool CinemaTrailersFromBluRay:bool CinemaTrailersFromLibrary:bool CinemaTrailersFromTheater:bool "
    "CinemaTrailersPrerollID:str CinemaTrailersType:int CrashUploadRetries:bool DisableTLSv1_0:bool DlnaAnnouncementLeaseTime:int "
    "DlnaClientPreferences:str DlnaDefaultProtocolInfo:str DlnaDescriptionIcons:str DlnaDeviceDiscoveryInterval:int DlnaEnabled:bool "
    "DlnaReportTimeline:bool EnableIPv6:bool FSEventLibraryPartialScanEnabled:bool FSEventLibraryUpdatesEnabled:bool FriendlyName:str "
    "GdmEnabled:bool GenerateBIFBehavior:str GenerateChapterThumbBehavior:str GenerateIntroMarkerBehavior:str HardwareAcceleratedCodecs:bool "
    "HardwareAcceleratedEncoders:bool LanNetworksBandwidth:str LocationVisibility:int LogVerbose:bool LoudnessAnalysisBehavior:str "
    "MinutesAllowedPaused:int MusicAnalysisBehavior:str MusicSeparateAlbumTypes:str OnDeckIncludePremieres:bool OnDeckLimit:int OnDeckWindow:int "
    "PreferredNetworkInterface:str PushNotificationsEnabled:bool RelayEnabled:bool ScannerLowPriority:bool ScheduledLibraryUpdateInterval:int "
    "ScheduledLibraryUpdatesEnabled:bool SmartShuffleMusic:bool TranscodeCountLimit:int TranscoderCanOnlyRemuxVideo:bool "
    "TranscoderH264BackgroundPreset:str TranscoderQuality:int TranscoderTempDirectory:str TranscoderThrottleBuffer:int TranscoderToneMapping:bool "
    "TreatWanIpAsLocal:bool WanPerUserStreamCount:int WebHooksEnabled:bool allowMediaDeletion:bool allowedNetworks:str autoEmptyTrash:bool "
    "customCertificateDomain:str customCertificatePath:str customConnections:str disableCapabilityChecking:bool iTunesLibraryXmlPath:str "
    "iTunesSharingEnabled:bool logDebug:bool secureConnections:int sendCrashReports:bool watchMusicSections:bool"
)
#: Those that the recorded server hides; the answer of the server at hand decides.
_HIDDEN = properties(
    "ABRKeepOldTranscodes:bool AllowHighOutputBitrates:bool ArticleStrings:str BackgroundQueueIdlePaused:bool ButlerTaskGarbageCollectBlobs:bool "
    "ButlerTaskGenerateMediaIndexFiles:bool ButlerTaskRefreshEpgGuides:bool DlnaPlatinumLoggingLevel:str DvrComskipKeepOriginal:bool "
    "DvrComskipRemoveIntermediates:bool DvrIncrementalEpgLoader:bool DvrShowUnsupportedDevices:bool EnableABRDebugOverlay:bool EnablePinAuth:bool "
    "EpgUseSelectedProvider:str ForceABRDisabled:bool GenerateBIFFrameInterval:int GenerateBIFKeyframesOnly:bool "
    "GenerateIndexFilesDuringAnalysis:bool HardwareDevicePath:str LanguageInCloud:bool LibraryDefaultVisibility:int LogMemoryUse:bool "
    "LogSynchronous:bool LogTokensForDebug:bool LongRunningJobThreads:int LoudnessAnalysisThreads:int LoudnessReplayGainStyle:bool "
    "ManualPortMappingMode:bool ManualPortMappingPort:int MediaServerManagerAllowHttp:bool MergedRecentlyAdded:bool MetadataUseDevProvider:bool "
    "MinimumProgressTime:int PlexOnlineUrl:str PlexWebAuthUrl:str PlexWebDesktopUrl:str PluginsLaunchTimeout:int RadioDaysSinceLastPlayed:int "
    "RadioDirectoryLimit:int RadioDirectoryThreshold:int RadioTopTracksPerAlbum:int SegmentedTranscoderTimeout:int SubtitlesPersistIfAdmin:bool "
    "SyncMPRootDirectoryOverride:str SyncMyPlexLoginGCDeferral:int SyncPagingItemsLimit:int SystemAudioCodecs:bool TranscoderDefaultDuration:int "
    "TranscoderH264MinimumCRF:float TranscoderH264Options:str TranscoderH264OptionsOverride:str TranscoderH264Preset:str "
    "TranscoderLivePruneBuffer:int TranscoderLogLevel:str TranscoderPhotoFileSizeLimitMiB:int TranscoderPruneBuffer:int "
    "TranscoderVideoResolutionLimit:str VaapiDriver:str VaapiKernelDriver:str WanPerStreamMaxUploadRate:int WanTotalMaxUploadRate:int "
    "allowMediaDeletionLanOnly:bool allowedHttpOrigins:str enableLocalSecurity:bool forceAutoAdjustQuality:bool"
)
_SERVER = {**_VISIBLE, **_HIDDEN}

SERVER = SettingsResource(
    "server",
    fields(_SERVER, (), {}, {"allowedNetworks": "words", "LanNetworksBandwidth": "words"}),
    path="/:/prefs",
    key=(),
    order=1,
    properties=_SERVER,
    computed=NEVER,
    hidden=tuple(_HIDDEN),
    of_host=OF_HOST,
    access=_ACCESS,
    # A mount that is gone while Plex scans empties the library; and what may be deleted in a client is deleted on the disk.
    bulk_effect=("autoEmptyTrash", "allowMediaDeletion"),
    create=False,
    delete=False,
    tells_all=True,
)

_LIBRARY = properties("title:str type:str agent:str scanner:str language:str locations:paths preferences:object")

#: A title is not unique in Plex, and a library cannot change its type: both together name one.
LIBRARY = SettingsResource(
    "library",
    fields(_LIBRARY, (), {}, {}),
    path="/library/sections",
    key=("type", "title"),
    order=2,
    properties=_LIBRARY,
    # A library with another agent or scanner is matched anew, as a whole.
    bulk_effect=("agent", "scanner"),
    needed=("agent", "scanner", "language", "locations"),
    # A library that was renamed by hand would be there twice, and all of it be scanned once more.
    exclusive=("locations",),
    tells_all=True,
)

PLEX: App = app("plex", "Plex", "", 32400, SERVER, LIBRARY, key_header="X-Plex-Token")
