# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of what a compose project consists of: service, network, volume.

Values are brought to one spelling where they are read, so most fields compare exactly.
"""
from __future__ import annotations

from typing import Dict, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Field, Resource

#: Variables whose values say how something runs and never hold a key; whatever looks like one is cut out all the same.
PUBLIC_VARIABLES: Tuple[str, ...] = (
    "TZ", "PUID", "PGID", "UID", "GID", "USER_UID", "USER_GID", "UMASK", "UMASK_SET", "LANG", "LANGUAGE", "LC_*", "PATH", "HOME", "TERM", "SHELL",
    "DOCKER_MODS", "LOG_LEVEL", "LOGLEVEL", "LOG_FORMAT", "DEBUG", "VERBOSE", "WEBUI_PORT", "PORT", "TORRENTING_PORT", "HOSTNAME",
    "VPN_TYPE", "VPN_SERVICE_PROVIDER", "VPN_PORT_FORWARDING", "VPN_PORT_FORWARDING_PROVIDER", "VPN_INTERFACE", "SERVER_COUNTRIES", "SERVER_REGIONS",
    "SERVER_CITIES", "SERVER_HOSTNAMES", "SERVER_NAMES", "SERVER_CATEGORIES", "FIREWALL", "FIREWALL_*", "DOT", "DOT_PROVIDERS", "DNS_ADDRESS",
    "HEALTH_*", "BLOCK_*", "UPDATER_PERIOD", "UPDATER_VPN_SERVICE_PROVIDERS", "HTTPPROXY", "SHADOWSOCKS", "WATCHTOWER_CLEANUP",
    "WATCHTOWER_POLL_INTERVAL", "WATCHTOWER_SCHEDULE", "WATCHTOWER_INCLUDE_STOPPED", "WATCHTOWER_MONITOR_ONLY", "WATCHTOWER_LABEL_ENABLE",
    "WATCHTOWER_ROLLING_RESTART", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "VERSION", "XDG_*", "S6_*", "NODE_ENV",
    "CRON_SCHEDULE", "MEMORY_LIMIT", "MALLOC_ARENA_MAX", "PYTHONUNBUFFERED", "ADVERTISE_IP", "ALLOWED_NETWORKS", "LOCAL_NETWORK",
)
PUBLIC_LABELS: Tuple[str, ...] = (
    "traefik.enable", "traefik.docker.network", "traefik.http.routers.*.rule", "traefik.http.routers.*.entrypoints", "traefik.http.routers.*.service",
    "traefik.http.routers.*.tls", "traefik.http.routers.*.tls.certresolver", "traefik.http.routers.*.middlewares", "traefik.http.routers.*.priority",
    "traefik.http.services.*.loadbalancer.server.port", "traefik.http.services.*.loadbalancer.server.scheme", "traefik.tcp.routers.*.rule",
    "traefik.tcp.routers.*.entrypoints", "traefik.tcp.services.*.loadbalancer.server.port", "traefik.udp.routers.*.entrypoints",
    "com.centurylinklabs.watchtower.enable", "com.centurylinklabs.watchtower.monitor-only", "com.centurylinklabs.watchtower.no-pull",
    "com.centurylinklabs.watchtower.scope", "org.opencontainers.*", "org.label-schema.*", "build_version", "maintainer",
    "homepage.group", "homepage.name", "homepage.icon", "homepage.href", "homepage.description", "homepage.widget.type",
    "diun.enable", "diun.watch_repo", "wud.watch", "wud.tag.include", "autoheal", "autoheal-app", "io.containers.autoupdate",
)
PUBLIC_LOG_OPTIONS: Tuple[str, ...] = ("max-size", "max-file", "max-buffer-size", "compress", "mode", "tag", "labels", "labels-regex", "env-regex", "env")
PUBLIC_DRIVER_OPTIONS: Tuple[str, ...] = ("type", "device", "parent", "macvlan_mode", "ipvlan_mode", "com.docker.network.*")


def _public(prefix: str, names: Tuple[str, ...]) -> Tuple[str, ...]:
    return tuple(prefix + name for name in names)


def _live(*paths: str) -> Tuple[Field, ...]:
    """Fields that ``docker update``, ``rename`` and ``network connect`` change on a container as it runs."""
    return tuple(Field(path, live=True) for path in paths)


SERVICE = Resource(
    "service",
    fields=(
        Field("image", severity="high"),
        Field("image_id"),
        Field("managed_by", severity="high"),
        Field("scale"),
        Field("container_name", live=True),
        Field("environment.*", secret="unless_public", public=_public("environment.", PUBLIC_VARIABLES), default={"unset": True}),
        Field("labels.*", secret="unless_public", public=_public("labels.", PUBLIC_LABELS), severity="low"),
        Field("command", secret="always"),
        Field("entrypoint", secret="always"),
        Field("healthcheck.test", secret="always"),
        Field("healthcheck.*", kind="duration", severity="low"),
        Field("ports", kind="set", severity="high"),
        Field("working_dir", kind="path"),
        Field("stop_grace_period", kind="duration", severity="low"),
        Field("restart", live=True),
        *_live("mem_limit", "mem_reservation", "memswap_limit", "cpu_shares", "cpu_quota", "cpu_period", "cpuset", "cpu_rt_period", "cpu_rt_runtime"),
        *_live("pids_limit", "blkio_config.weight"),
        Field("cpus", kind="number", tolerance=1e-6, live=True),
        Field("networks.*", live=True),
        Field("privileged", severity="high"),
        Field("cap_add", kind="set", severity="high"),
        Field("security_opt", kind="set", severity="high"),
        Field("logging.options.*", secret="unless_public", public=_public("logging.options.", PUBLIC_LOG_OPTIONS), severity="low"),
        Field("logging.driver", severity="low"),
        Field("annotations.*", secret="unless_public", severity="low"),
        Field("runtime_checks.network_namespace", severity="high"),
    ),
)
NETWORK = Resource("network", fields=(Field("driver_opts.*", secret="unless_public", public=_public("driver_opts.", PUBLIC_DRIVER_OPTIONS)),))
VOLUME = Resource("volume", fields=(Field("driver_opts.*", secret="unless_public", public=_public("driver_opts.", PUBLIC_DRIVER_OPTIONS)),))

#: By name, as ``compare`` takes them.
RESOURCES: Dict[str, Resource] = {each.name: each for each in (SERVICE, NETWORK, VOLUME)}
