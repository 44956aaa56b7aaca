# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of mutations: what an audit has to say about each, written down before any audit is made."""

from __future__ import annotations

from support import project_mutations as by
from support.project_mutations import CLEAN, FLAGGED, MISSED, UNKNOWN, Row, Told, docker, edit

LIVE, FILES, MOVED = "container_changed", "container_outdated", "image_moved"


def one(code: str, key: str, *paths: str) -> tuple[Told, ...]:
    """The same finding at several fields of one service."""
    return tuple(Told(code, key, path) for path in paths or ("",))


def each(code: str, path: str, *keys: str) -> tuple[Told, ...]:
    """The same finding at one field of several services."""
    return tuple(Told(code, key, path) for key in keys)


#: What compose reads relative to the folder of the project.
_MOVED_BINDS = (
    *one(FILES, "gluetun", "volumes./gluetun", "volumes./gluetun/auth/config.toml", "secrets./run/secrets/wireguard_private_key"),
    *one(FILES, "qbittorrent", "volumes./config"),
    *one(FILES, "radarr", "volumes./config", "volumes./movies"),
    *each(FILES, "volumes./config", "sonarr", "prowlarr"),
    *one(FILES, "bazarr", "volumes./config", "volumes./usr/local/bin/post-process.sh"),
    *one(FILES, "overseerr", "volumes./app/config"),
    *one(FILES, "recyclarr", "configs./etc/recyclarr/recyclarr.yml"),
)

ROWS = (
    Row(1, "docker update --restart no", docker("update", "--restart", "no", "radarr"), one(LIVE, "radarr", "restart"), renew=("radarr",)),
    Row(
        2, "docker update --memory 1g --memory-swap 3g", docker("update", "--memory", "1g", "--memory-swap", "3g", "radarr"),
        one(LIVE, "radarr", "mem_limit", "memswap_limit"), renew=("radarr",),
    ),
    Row(3, "docker update --cpus 1.5", docker("update", "--cpus", "1.5", "radarr"), one(LIVE, "radarr", "cpus"), renew=("radarr",)),
    Row(4, "docker stop", docker("stop", "house-sonarr"), one("service_not_running", "sonarr", "state")),
    Row(5, "docker pause", docker("pause", "house-flaresolverr-1"), one("service_paused", "flaresolverr", "state"), renew=("flaresolverr",)),
    Row(6, "docker rm -f", docker("rm", "--force", "overseerr"), one("service_missing", "overseerr")),
    Row(
        7, "docker rename", docker("rename", "house-sonarr", "sonarr-old"), one("container_renamed", "sonarr", "container_name"),
        one(LIVE, "sonarr", "networks.media.aliases"), renew=("sonarr",),
    ),
    Row(8, "extra network connected", by.connect_extra, one("network_extra", "plex", "networks.lan"), renew=("plex",)),
    Row(
        9, "network disconnected", docker("network", "disconnect", "house_media", "overseerr"), one(LIVE, "overseerr", "networks.media"),
        renew=("overseerr",),
    ),
    Row(
        10, "network reconnected with another alias", by.reconnect, one(LIVE, "overseerr", "networks.proxy.aliases"),
        one(LIVE, "overseerr", "networks.proxy.service_name"), renew=("overseerr",),
    ),
    Row(
        11, "file: inline environment value edited", edit("compose.yml", "RADARR__LOG__LEVEL=info", "RADARR__LOG__LEVEL=debug"),
        one(FILES, "radarr", "environment.RADARR__LOG__LEVEL"),
    ),
    Row(12, "file: image tag edited", edit("compose.yml", "radarr:5.14.0", "radarr:5.15.0"), one(FILES, "radarr", "image")),
    Row(13, ".env: port edited", edit(".env", "RADARR_PORT=7878", "RADARR_PORT=7979", "host"), one(FILES, "radarr", "ports")),
    Row(
        14, "env_file content edited (three services use it)", edit("common.env", "LOCALE=en_GB", "LOCALE=de_DE"),
        each(FILES, "environment.LOCALE", "radarr", "sonarr", "prowlarr"),
    ),
    Row(
        15, "up with another shell environment", by.up_with(TZ="America/Lima"), each(FILES, "environment.TZ", "gluetun", "radarr", "bazarr"),
    ),
    Row(
        16, "up with another --env-file (four services affected)", by.up_with_other_env_file,
        each("edited_on_host", "environment.PUID", "qbittorrent", "radarr", "sonarr", "bazarr"),
    ),
    Row(
        17, "image retagged: new id under the same tag", docker("tag", "lscr.io/linuxserver/radarr:5.15.0", "lscr.io/linuxserver/radarr:5.14.0"),
        one(MOVED, "radarr", "image_id"),
    ),
    Row(
        18, "replaced by docker run, same name, no labels", by.run_by_hand("radarr", "--publish", "7878:7878"),
        (*one("container_unmanaged", "radarr", "managed_by"), *one(LIVE, "radarr", "restart", "mem_limit"), *one(FILES, "radarr", "volumes./data")),
        one("*", "radarr", "*"), renew=("radarr",),
    ),
    Row(
        19, "replaced by docker run, compose labels copied, port changed", by.copy_with_another_port, one(FILES, "radarr", "ports"), renew=("radarr",),
    ),
    Row(20, "docker commit over the same tag, not recreated", by.commit, one(MOVED, "radarr", "image_id"), renew=("radarr",)),
    Row(21, "up from a committed image", by.commit_and_up, one("image_committed", "radarr", "image"), verdict=FLAGGED, renew=("radarr",)),
    Row(
        22, "committed image, then a variable dropped from the file, up", by.commit_drop_and_up, one("image_committed", "radarr", "image"), verdict=FLAGGED,
        renew=("radarr",),
    ),
    Row(
        23, "file changed in the container layer", docker("exec", "house-sonarr", "sh", "-c", "echo 'x:x:9:9::/:' >> /etc/passwd"),
        one("layer_changed", "house-sonarr"), renew=("sonarr",),
    ),
    Row(24, "content edited inside a bound config directory", by.in_place("config/radarr/config.xml", "<Config/>"), verdict=MISSED),
    Row(
        25, "configs: inline content edited", edit("compose.yml", '["one", "two"]', '["one", "three"]'),
        one("config_content_differs", "prowlarr", "runtime_checks.config./etc/prowlarr/seed.json"),
    ),
    Row(
        26, "secret file edited in place", by.in_place("secrets/wireguard_private_key", "YW5vdGhlciBrZXkgdGhhdCBpcyBub3QgdXNlZA==\n"),
        one("secret_changed_since_start", "gluetun", "secrets./run/secrets/wireguard_private_key"), renew=("gluetun", "qbittorrent"),
    ),
    Row(
        27, "secret from the environment changed", edit(".env", "RECYCLARR_API_KEY=4f", "RECYCLARR_API_KEY=5a", "host"),
        one("secret_content_differs", "recyclarr", "runtime_checks.secret./run/secrets/radarr_api_key"),
    ),
    Row(
        28, "bind source directory replaced (mv + mkdir)", by.replace_folder, one("stale_bind_mount", "bazarr", "runtime_checks.bind./config"),
        undo=by.folder_back,
    ),
    Row(
        29, "secret file replaced by a new inode (mv, as git does)", by.replace("secrets/wireguard_private_key", "bmV3IGlub2Rl\n"),
        one("secret_content_differs", "gluetun", "runtime_checks.secret./run/secrets/wireguard_private_key"),
        one("secret_changed_since_start", "gluetun", "*"), renew=("gluetun", "qbittorrent"),
    ),
    Row(30, "docker update --restart on-failure:3 (file says 5)", docker("update", "--restart", "on-failure:3", "bazarr"), one(LIVE, "bazarr", "restart"),
        renew=("bazarr",)),
    Row(31, "docker kill of a service with restart no", docker("kill", "recyclarr"), one("service_not_running", "recyclarr", "state")),
    Row(32, "docker update --pids-limit", docker("update", "--pids-limit", "300", "house-sonarr"), one(LIVE, "sonarr", "pids_limit"), renew=("sonarr",)),
    Row(33, "docker update --cpuset-cpus", docker("update", "--cpuset-cpus", "0", "radarr"), one(LIVE, "radarr", "cpuset"), renew=("radarr",)),
    Row(
        34, "VPN container removed and recreated by hand", by.run_by_hand("gluetun", "--cap-add", "NET_ADMIN"),
        (*one("container_unmanaged", "gluetun", "managed_by"), *one(FILES, "qbittorrent", "network_mode")), one("*", "gluetun", "*"),
        renew=("gluetun", "qbittorrent"),
    ),
    Row(
        35, "VPN container restarted: stale network namespace in its child", docker("restart", "gluetun"),
        one("stale_network_namespace", "qbittorrent", "runtime_checks.network_namespace"), renew=("gluetun", "qbittorrent"),
    ),
    Row(36, "up --scale x=2", by.up("--no-recreate", "--scale", "flaresolverr=2", "flaresolverr"), one("scale", "flaresolverr", "scale")),
    Row(37, "service removed from the file (orphan)", by.remove_bazarr, one("orphan", "bazarr")),
    Row(38, "service of a profile started", by.up("speedtest"), verdict=CLEAN),
    Row(39, "project renamed (name:)", edit("compose.yml", "name: house\n", "name: villa\n"), one("project_renamed", "house", "name")),
    Row(40, "depends_on condition edited only", edit("compose.yml", "condition: service_healthy", "condition: service_started"), verdict=CLEAN),
    Row(41, "health check edited", edit("compose.yml", "interval: 2s", "interval: 3s"), one(FILES, "sonarr", "healthcheck.interval")),
    Row(42, "label edited", edit("compose.yml", "homepage.group: Films", "homepage.group: Movies"), one(FILES, "radarr", "labels.homepage.group")),
    Row(43, "comment and quote style edited", by.spell_otherwise, verdict=CLEAN),
    Row(
        44, "included file edited", edit("monitoring/compose.yml", 'TAUTULLI_NOTIFY: "true"', 'TAUTULLI_NOTIFY: "false"'),
        one(FILES, "tautulli", "environment.TAUTULLI_NOTIFY"),
    ),
    Row(45, "no-new-privileges:true written as no-new-privileges=true", edit("compose.yml", "privileges:true", "privileges=true"), verdict=CLEAN),
    Row(46, "same change live and in the file (a backport done)", by.change_both, verdict=CLEAN, renew=("radarr",)),
    Row(47, "one-off container of compose run left behind", by.leave_one_off, verdict=CLEAN),
    Row(48, "image tag removed (rmi -f) under a running container", by.untag, one("", "bazarr", "image_id"), verdict=UNKNOWN),
    Row(49, "volume source edited", edit("compose.yml", "./library/movies:", "./library/films:"), one(FILES, "radarr", "volumes./movies")),
    Row(
        50, "a pass-through variable (KEY without value) now set in the shell", lambda house: None, one(FILES, "recyclarr", "environment.RECYCLARR_TOPIC"),
        environment={"RECYCLARR_TOPIC": "films"},
    ),
    Row(
        51, "checkout directory moved", by.move, _MOVED_BINDS,
        each("stale_bind_mount", "*", "gluetun", "qbittorrent", "radarr", "sonarr", "prowlarr", "bazarr", "overseerr"), undo=by.move_back,
    ),
    Row(
        52, "single bind-mounted file replaced by a new inode, by hand", by.replace("bazarr/post-process.sh"),
        one("stale_bind_mount", "bazarr", "runtime_checks.bind./usr/local/bin/post-process.sh"), renew=("bazarr",),
    ),
)
