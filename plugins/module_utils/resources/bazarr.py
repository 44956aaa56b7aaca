# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Bazarr 1.5: each section of its ``config.yaml`` is a kind of its own name, beside languages, language profiles and notifications.

Names, types and what is not set were read from recorded answers of Bazarr 1.5.2, which shows every secret in clear.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, Ref, SettingsResource, app, collection, properties

#: Each of them is a secret in whatever section it stands.
_SECRETS = ("anti_captcha_key", "api_key", "apikey", "cookies", "f_password", "hashed_password", "passkey", "password", "token")
_LINK = (
    "apikey:str base_url:str defer_search_signalr:bool excluded_tags:set full_update:str full_update_day:int full_update_hour:int http_timeout:int ip:str "
    "only_monitored:bool port:int ssl:bool use_ffprobe_cache:bool "
)
_PROFILE = {"serie_default_profile": Ref("language_profile"), "movie_default_profile": Ref("language_profile")}
#: What makes Bazarr look through the whole library for subtitles when it changes, to whatever value.
_SCANS = (
    "default_und_audio_lang",
    "default_und_embedded_subtitles_lang",
    "ignore_ass_subs",
    "ignore_pgs_subs",
    "ignore_vobsub_subs",
    "parse_embedded_audio_track",
    "use_embedded_subs",
)


def section(name: str, own: str, order: int = 4, **more: Any) -> SettingsResource:
    """A section of Bazarr's settings. A text that is null is an empty one, an address below a URL base is the same with and without slashes."""
    types = properties(own)
    kinds = {**({"base_url": "url_base"} if "base_url" in types else {}), **more.pop("kinds", {})}
    empty_is = {**{each: "" for each, kind in types.items() if kind == "str"}, **more.pop("empty_is", {})}
    secrets = tuple(each for each in _SECRETS if each in types)
    more = {"create": False, "delete": False, "tells_all": True, **more}
    return collection(name, "/system/settings", order, own, key=(), secrets=secrets, kinds=kinds, empty_is=empty_is, **more)


BAZARR: App = app(
    "bazarr",
    "Bazarr",
    "/api",
    6767,
    # Codes of two letters, as Bazarr stores them. It knows which there are, and takes any other too: then it switches off all of them.
    collection("languages", "/system/languages", 1, "enabled:set", key=(), computed=("known",), create=False, delete=False),
    # A language with its marks is one text, "en:hi" or "de:forced", and the language at which Bazarr stops looking is told by that text.
    collection(
        "language_profile",
        "/system/languages/profiles",
        2,
        "name:str items:list cutoff:str? mustContain:list mustNotContain:list originalFormat:bool? tag:str?",
        empty_is={"tag": ""},
        needed=("items",),
    ),
    # All there can be are there from the start.
    collection(
        "notification",
        "/system/settings",
        3,
        "name:str enabled:bool url:str?",
        secrets=("url",),
        empty_is={"url": ""},
        shipped={"enabled": False, "url": None},
        create=False,
        delete=False,
    ),
    section("addic7ed", "cookies:str password:str user_agent:str username:str vip:bool"),
    section("analytics", "enabled:bool"),
    section("anidb", "api_client:str api_client_ver:int"),
    section("animetosho", "anidb_api_client:str anidb_api_client_ver:int search_threshold:int"),
    section("anticaptcha", "anti_captcha_key:str"),
    section("assrt", "token:str"),
    section(
        "auth",
        "apikey:str password:str type:str? username:str",
        order=6,
        # It stores the MD5 of a password, and leaves it when that comes back.
        kinds={"password": "md5"},
        empty_is={"type": None},
        access=("apikey", "password", "type", "username"),
    ),
    section("avistaz", "cookies:str user_agent:str"),
    section("backup", "day:int folder:str frequency:str hour:int retention:int", kinds={"folder": "path"}, of_host=("folder",)),
    section("betaseries", "token:str"),
    section("cinemaz", "cookies:str user_agent:str"),
    section("cors", "enabled:bool", access=("enabled",), needs_restart=("enabled",)),
    section("deathbycaptcha", "password:str username:str"),
    section("embeddedsubtitles", "fallback_lang:str hi_fallback:bool included_codecs:set timeout:int unknown_as_fallback:bool"),
    section(
        "general",
        "adaptive_searching:bool adaptive_searching_delay:str adaptive_searching_delta:str anti_captcha_provider:str? auto_update:bool base_url:str "
        "branch:str chmod:str chmod_enabled:bool days_to_upgrade_subs:int debug:bool default_und_audio_lang:str default_und_embedded_subtitles_lang:str "
        "dont_notify_manual_actions:bool embedded_subs_show_desired:bool embedded_subtitles_parser:str enabled_integrations:set enabled_providers:set "
        "hi_extension:str ignore_ass_subs:bool ignore_pgs_subs:bool ignore_vobsub_subs:bool ip:str language_equals:list minimum_score:int "
        "minimum_score_movie:int movie_default_enabled:bool movie_default_profile:str movie_tag_enabled:bool multithreading:bool page_size:int "
        "parse_embedded_audio_track:bool path_mappings:list path_mappings_movie:list port:int postprocessing_cmd:str postprocessing_threshold:int "
        "postprocessing_threshold_movie:int remove_profile_tags:set serie_default_enabled:bool serie_default_profile:str serie_tag_enabled:bool "
        "single_language:bool skip_hashing:bool subfolder:str subfolder_custom:str subzero_mods:set theme:str upgrade_frequency:int upgrade_manual:bool "
        "upgrade_subs:bool use_embedded_subs:bool use_plex:bool use_postprocessing:bool use_postprocessing_threshold:bool "
        "use_postprocessing_threshold_movie:bool use_radarr:bool use_scenename:bool use_sonarr:bool utf8_encode:bool wanted_search_frequency:int "
        "wanted_search_frequency_movie:int",
        # Behind the addresses of Sonarr and Radarr: switching a link on is what makes Bazarr call them.
        order=5,
        refs=_PROFILE,
        empty_is={"anti_captcha_provider": None},
        commands=("postprocessing_cmd",),
        access=("base_url", "ip", "port"),
        bulk_effect=_SCANS,
        either_way=_SCANS,
        needs_restart=("base_url", "ip", "port"),
        of_host=("base_url", "ip", "path_mappings", "path_mappings_movie", "port"),
    ),
    section("hdbits", "passkey:str username:str"),
    section("jimaku", "api_key:str enable_ai_subs:bool enable_archives_download:bool enable_name_search_fallback:bool"),
    section("karagarga", "f_password:str f_username:str password:str username:str"),
    section("ktuvit", "email:str hashed_password:str"),
    section("legendasdivx", "password:str skip_wrong_fps:bool username:str"),
    section("legendasnet", "password:str username:str"),
    section("log", "exclude_filter:str ignore_case:bool include_filter:str use_regex:bool"),
    section(
        "movie_scores",
        "audio_codec:int edition:int hash:int hearing_impaired:int release_group:int resolution:int source:int streaming_service:int title:int "
        "video_codec:int year:int",
    ),
    section("napiprojekt", "only_authors:bool only_real_names:bool"),
    section("napisy24", "password:str username:str"),
    section("opensubtitles", "password:str skip_wrong_fps:bool ssl:bool timeout:int use_tag_search:bool username:str vip:bool"),
    section("opensubtitlescom", "include_ai_translated:bool password:str use_hash:bool username:str"),
    section(
        "plex",
        "apikey:str ip:str movie_library:str port:int series_library:str set_episode_added:bool set_movie_added:bool ssl:bool update_movie_library:bool "
        "update_series_library:bool",
    ),
    section("podnapisi", "verify_ssl:bool"),
    section("postgresql", "database:str enabled:bool host:str password:str port:int username:str", access=("database", "enabled", "host", "port")),
    section("proxy", "exclude:set password:str port:int? type:str? url:str username:str", empty_is={"type": None}),
    section("radarr", _LINK + "movies_sync:int sync_only_monitored_movies:bool"),
    section(
        "series_scores",
        "audio_codec:int episode:int hash:int hearing_impaired:int release_group:int resolution:int season:int series:int source:int "
        "streaming_service:int video_codec:int year:int",
    ),
    section(
        "sonarr",
        _LINK + "exclude_season_zero:bool excluded_series_types:set series_sync:int sync_only_monitored_episodes:bool sync_only_monitored_series:bool",
    ),
    section("subdl", "api_key:str"),
    section("subf2m", "user_agent:str verify_ssl:bool"),
    section(
        "subsync",
        "checker:object debug:bool force_audio:bool gss:bool max_offset_seconds:int no_fix_framerate:bool subsync_movie_threshold:int "
        "subsync_threshold:int use_subsync:bool use_subsync_movie_threshold:bool use_subsync_threshold:bool",
        kinds={"checker.blacklisted_languages": "set", "checker.blacklisted_providers": "set"},
        empty_is={"checker.blacklisted_languages": ([],), "checker.blacklisted_providers": ([],)},
    ),
    section("titlovi", "password:str username:str"),
    section("titulky", "approved_only:bool password:str skip_wrong_fps:bool username:str"),
    section("turkcealtyaziorg", "cookies:str user_agent:str"),
    section("whisperai", "endpoint:str loglevel:str pass_video_name:bool response:int timeout:int"),
    section("xsubs", "password:str username:str"),
)
