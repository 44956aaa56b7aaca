# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of qBittorrent 4.5 to 5.2.

Names and types of the preferences of 4.5.2 are recorded; those that came with 4.6 and later are as the source of those versions has them.
A version shows only its own. What was renamed is declared by either name (``RENAMED``).
"""

from __future__ import annotations

from typing import Dict, Mapping

from ansible_collections.homelab.media_center.plugins.module_utils.resources import settings
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, Limit, SettingsResource, app

#: Old names of preferences, and the newer ones by which an export tells them.
RENAMED: Mapping[str, str] = {"start_paused_enabled": "add_stopped_enabled"}
#: Lists that the app keeps as one text, and what stands between two of them.
SEPARATORS: Mapping[str, str] = {
    "banned_IPs": "\n",
    "bypass_auth_subnet_whitelist": "\n",
    "excluded_file_names": "\n",
    "web_ui_domain_list": ";",
    "web_ui_reverse_proxies_list": ";",
}
#: What the VPN's port forwarding writes at each reconnect.
FORWARDED = "listen_port"
PASSWORD = "web_ui_password"

_PATHS = (
    "save_path:str temp_path:str temp_path_enabled:bool incomplete_files_ext:bool preallocate_all:bool torrent_content_layout:str export_dir:str"
    " export_dir_fin:str scan_dirs:object excluded_file_names:lines excluded_file_names_enabled:bool start_paused_enabled:bool add_stopped_enabled:bool"
    " auto_tmm_enabled:bool torrent_changed_tmm_enabled:bool save_path_changed_tmm_enabled:bool category_changed_tmm_enabled:bool"
    " use_category_paths_in_manual_mode:bool"
)
_NETWORK = (
    "current_network_interface:str current_interface_address:str listen_port:int random_port:bool upnp:bool announce_ip:str proxy_type:any proxy_ip:str"
    " proxy_port:int proxy_auth_enabled:bool proxy_username:str proxy_password:str proxy_peer_connections:bool proxy_torrents_only:bool"
    " proxy_bittorrent:bool proxy_misc:bool proxy_rss:bool proxy_hostname_lookup:bool"
    " dht:bool pex:bool lsd:bool anonymous_mode:bool encryption:int bittorrent_protocol:int"
)
_LIMITS = (
    "queueing_enabled:bool max_active_downloads:int max_active_torrents:int max_active_uploads:int dont_count_slow_torrents:bool dl_limit:int up_limit:int"
    " max_ratio:float max_ratio_enabled:bool max_seeding_time:int max_seeding_time_enabled:bool max_inactive_seeding_time:int"
    " max_inactive_seeding_time_enabled:bool max_ratio_act:int"
)
_WEB = (
    "web_ui_username:str web_ui_password:str bypass_local_auth:bool bypass_auth_subnet_whitelist:subnets bypass_auth_subnet_whitelist_enabled:bool"
    " web_ui_address:str web_ui_port:int web_ui_domain_list:lines web_ui_csrf_protection_enabled:bool web_ui_host_header_validation_enabled:bool"
    " web_ui_max_auth_fail_count:int web_ui_ban_duration:int web_ui_reverse_proxy_enabled:bool web_ui_reverse_proxies_list:lines use_https:bool"
    " web_ui_upnp:bool"
)
_PROGRAMS = "autorun_enabled:bool autorun_program:str autorun_on_torrent_added_enabled:bool autorun_on_torrent_added_program:str"
#: What matters to the way of a download into the library, or to who may reach the app: an export tells these.
_USUAL = settings.properties(" ".join((_PATHS, _NETWORK, _LIMITS, _WEB, _PROGRAMS)))
#: Everything else can be declared all the same.
_OTHER = settings.properties(
    "add_to_top_of_queue:bool add_trackers:str add_trackers_enabled:bool add_trackers_from_url_enabled:bool add_trackers_url:str alt_dl_limit:int"
    " alt_up_limit:int alternative_webui_enabled:bool alternative_webui_path:str announce_port:int announce_to_all_tiers:bool announce_to_all_trackers:bool"
    " app_instance_name:str async_io_threads:int auto_delete_mode:int banned_IPs:lines bdecode_depth_limit:int bdecode_token_limit:int"
    " block_peers_on_privileged_ports:bool checking_memory_use:int confirm_torrent_deletion:bool confirm_torrent_recheck:bool connection_speed:int"
    " delete_torrent_content_files:bool dht_bootstrap_nodes:str disk_cache:int disk_cache_ttl:int disk_io_read_mode:int disk_io_type:int"
    " disk_io_write_mode:int disk_queue_size:int dyndns_domain:str dyndns_enabled:bool dyndns_password:str dyndns_service:int dyndns_username:str"
    " embedded_tracker_port:int embedded_tracker_port_forwarding:bool enable_coalesce_read_write:bool enable_embedded_tracker:bool"
    " enable_multi_connections_from_same_ip:bool enable_piece_extent_affinity:bool enable_upload_suggestions:bool file_log_age:int file_log_age_type:int"
    " file_log_backup_enabled:bool file_log_delete_old:bool file_log_enabled:bool file_log_max_size:int file_log_path:str file_pool_size:int"
    " hashing_threads:int hostname_cache_ttl:int i2p_address:str i2p_enabled:bool i2p_inbound_length:int i2p_inbound_quantity:int i2p_mixed_mode:bool"
    " i2p_outbound_length:int i2p_outbound_quantity:int i2p_port:int idn_support_enabled:bool ignore_ssl_errors:bool ip_filter_enabled:bool"
    " ip_filter_path:str ip_filter_trackers:bool limit_lan_peers:bool limit_tcp_overhead:bool limit_utp_rate:bool locale:str"
    " mail_notification_auth_enabled:bool mail_notification_email:str mail_notification_enabled:bool mail_notification_password:str"
    " mail_notification_sender:str mail_notification_smtp:str mail_notification_ssl_enabled:bool mail_notification_username:str mark_of_the_web:bool"
    " max_active_checking_torrents:int max_concurrent_http_announces:int max_connec:int max_connec_per_torrent:int max_uploads:int"
    " max_uploads_per_torrent:int memory_working_set_limit:int merge_trackers:bool outgoing_ports_max:int outgoing_ports_min:int peer_tos:int"
    " peer_turnover:int peer_turnover_cutoff:int peer_turnover_interval:int performance_warning:bool python_executable_path:str"
    " reannounce_when_address_changed:bool recheck_completed_torrents:bool refresh_interval:int request_queue_size:int resolve_peer_countries:bool"
    " resolve_peer_host_names:bool resume_data_storage_type:str rss_auto_downloading_enabled:bool rss_download_repack_proper_episodes:bool rss_fetch_delay:int"
    " rss_max_articles_per_feed:int rss_processing_enabled:bool rss_refresh_interval:int rss_smart_episode_filters:str save_resume_data_interval:int"
    " save_statistics_interval:int schedule_from_hour:int schedule_from_min:int schedule_to_hour:int schedule_to_min:int scheduler_days:int"
    " scheduler_enabled:bool send_buffer_low_watermark:int send_buffer_watermark:int send_buffer_watermark_factor:int slow_torrent_dl_rate_threshold:int"
    " slow_torrent_inactive_timer:int slow_torrent_ul_rate_threshold:int socket_backlog_size:int socket_receive_buffer_size:int socket_send_buffer_size:int"
    " ssl_enabled:bool ssl_listen_port:int ssrf_mitigation:bool status_bar_external_ip:bool stop_tracker_timeout:int torrent_content_remove_option:str"
    " torrent_file_size_limit:int torrent_stop_condition:str upload_choking_algorithm:int upload_slots_behavior:int upnp_lease_duration:int"
    " use_subcategories:bool use_unwanted_folder:bool utp_tcp_mixed_mode:int validate_https_tracker_certificate:bool"
    " web_ui_clickjacking_protection_enabled:bool web_ui_custom_http_headers:str web_ui_https_cert_path:str web_ui_https_key_path:str"
    " web_ui_secure_cookie_enabled:bool web_ui_session_timeout:int web_ui_use_custom_http_headers_enabled:bool"
)
_ALL: Dict[str, str] = {**_USUAL, **_OTHER}
#: What is secret, and what may carry a secret: a program's arguments, the passkey of a tracker, a header.
_SECRETS = (
    "web_ui_password proxy_password mail_notification_password dyndns_password autorun_program autorun_on_torrent_added_program add_trackers"
    " add_trackers_url web_ui_custom_http_headers"
).split()
#: Whoever writes these may find himself locked out, or lets others in.
_ACCESS = (
    *settings.properties(_WEB),
    *"alternative_webui_enabled alternative_webui_path web_ui_custom_http_headers web_ui_https_cert_path web_ui_https_key_path".split(),
    *"web_ui_secure_cookie_enabled web_ui_use_custom_http_headers_enabled web_ui_session_timeout".split(),
)
_PORT = Limit(0, 65535)
#: The app keeps whole KiB: recorded, 1500 becomes 1024.
_RATE = Limit(0, step=1024)
_AT_LEAST_OFF = Limit(-1)

PREFERENCES = SettingsResource(
    "preferences",
    path="/app/preferences",
    key=(),
    order=1,
    tells_all=True,
    properties=_ALL,
    computed=("web_ui_api_key",),
    secrets=tuple(_SECRETS),
    fields=settings.fields(
        _ALL,
        tuple(_SECRETS),
        {},
        {**dict.fromkeys(("save_path", "temp_path", "export_dir", "export_dir_fin", "ip_filter_path"), "path"), "scan_dirs": "covers", "add_trackers": "lines"},
    ),
    exported=tuple(name for name in _USUAL if name not in RENAMED),
    # A limit that is off reads -1, and one that is switched on without a value becomes 0, at which every torrent stops.
    pairs={name: name + "_enabled" for name in ("max_ratio", "max_seeding_time", "max_inactive_seeding_time")},
    limits={
        **dict.fromkeys(("listen_port", "web_ui_port", "proxy_port", "embedded_tracker_port", "ssl_listen_port", "announce_port", "i2p_port"), _PORT),
        **dict.fromkeys(("outgoing_ports_min", "outgoing_ports_max"), _PORT),
        **dict.fromkeys(("dl_limit", "up_limit", "alt_dl_limit", "alt_up_limit"), _RATE),
        **dict.fromkeys(("max_ratio", "max_seeding_time", "max_inactive_seeding_time"), _AT_LEAST_OFF),
        **dict.fromkeys(("max_active_downloads", "max_active_torrents", "max_active_uploads"), _AT_LEAST_OFF),
        "max_ratio_act": Limit(0, 3),
        "encryption": Limit(0, 2),
        "bittorrent_protocol": Limit(0, 2),
    },
    access=_ACCESS,
    # 1 and 3 remove what has reached its limits, the folders are searched for torrents, the feeds are downloaded.
    bulk_effect=("max_ratio_act", "scan_dirs", "rss_auto_downloading_enabled"),
)

_CATEGORY = "name:str savePath:str download_path:any?"
CATEGORY = SettingsResource(
    "category",
    path="/torrents/categories",
    order=2,
    properties=settings.properties(_CATEGORY),
    nullable=settings.nullable(_CATEGORY),
    fields=settings.fields(settings.properties(_CATEGORY), (), {}, {"savePath": "path", "download_path": "path"}),
)

QBITTORRENT: App = app("qbittorrent", "qBittorrent", "/api/v2", 8080, PREFERENCES, CATEGORY, key_header="Authorization")
