# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container may use: memory, processors, process counts, input and output, and how it starts again."""
from __future__ import annotations

from typing import Any, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, NotComparable, OneOf, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import Raw, Sides, Subject
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import integer, size, size_text

NOT_SUPPORTED = "this host's kernel or engine does not support it and discards the value"
DAEMON_FILE_REMEDY = "make the daemon's configuration file readable, or run with become (media_center_become: true)"
_BLOCK_LISTS = (
    ("weight_device", "BlkioWeightDevice", "weight", "Weight"),
    ("device_read_bps", "BlkioDeviceReadBps", "rate", "Rate"),
    ("device_write_bps", "BlkioDeviceWriteBps", "rate", "Rate"),
    ("device_read_iops", "BlkioDeviceReadIOps", "rate", "Rate"),
    ("device_write_iops", "BlkioDeviceWriteIOps", "rate", "Rate"),
)


def limit_values(subject: Subject, sides: Sides) -> None:
    """Every value of this page for one container."""
    _memory(subject, sides)
    _processors(subject, sides)
    _block_io(subject, sides)
    _out_of_memory(subject, sides)
    _ulimits(subject, sides)
    sides.pair("restart", restart_policy(subject.service), _restart(subject.host.get("RestartPolicy") or {}))
    default = size((subject.project.facts.daemon_config or {}).get("default-shm-size")) or 64 * 1024**2
    shm: Any = size_text(size(subject.service.get("shm_size")))
    if shm == "0":
        # A default is that of the day on which the container was made.
        shm = OneOf((size_text(default), "64m", "0"))
    sides.pair("shm_size", shm, size_text(integer(subject.host.get("ShmSize"))))


def restart_policy(service: Raw) -> str:
    """A service's restart policy as ``docker inspect`` would tell it; ``deploy.restart_policy`` wins over ``restart``."""
    name, dummy, attempts = str(service.get("restart") or "").partition(":")
    deploy = (service.get("deploy") or {}).get("restart_policy")
    if deploy:
        name, attempts = str(deploy.get("condition") or ""), str(deploy.get("max_attempts") or "")
    name = {"none": "no", "any": "always", "": "no"}.get(name, name)
    return f"on-failure:{integer(attempts)}" if name == "on-failure" and integer(attempts) else name


def _restart(policy: Raw) -> str:
    name = str(policy.get("Name") or "no")
    attempts = integer(policy.get("MaximumRetryCount"))
    return f"on-failure:{attempts}" if name == "on-failure" and attempts else name


def _supported(subject: Subject, flag: str) -> bool:
    return subject.project.facts.info.get(flag) is not False


def _limited(subject: Subject, sides: Sides, path: str, values: Tuple[Any, Any], flag: str) -> None:
    """Pair a limit that hosts without a certain controller discard."""
    declared, running = values
    if not _supported(subject, flag) and declared != running and str(running) in ("0", "0.0", ""):
        declared = NotComparable(NOT_SUPPORTED)
    sides.pair(path, declared, running)


def _memory(subject: Subject, sides: Sides) -> None:
    service, host = subject.service, subject.host
    limit = size(subject.limits.get("memory")) or size(service.get("mem_limit"))
    reservation = size(subject.resources("reservations").get("memory")) or size(service.get("mem_reservation"))
    _limited(subject, sides, "mem_limit", (size_text(limit), size_text(integer(host.get("Memory")))), "MemoryLimit")
    _limited(subject, sides, "mem_reservation", (size_text(reservation), size_text(integer(host.get("MemoryReservation")))), "MemoryLimit")
    own = size(service.get("memswap_limit"))
    running = integer(host.get("MemorySwap"))
    declared: Any = size_text(own or 2 * limit)
    if not (_supported(subject, "SwapLimit") and _supported(subject, "MemoryLimit")):
        # Without swap accounting the engine writes down that swap is not limited.
        declared = NotComparable(NOT_SUPPORTED) if own and own != running and running in (0, -1) else OneOf((declared, "-1"))
    sides.pair("memswap_limit", declared, size_text(running))


def _processors(subject: Subject, sides: Sides) -> None:
    service, host = subject.service, subject.host
    cpus = float(subject.limits.get("cpus") or service.get("cpus") or 0)
    _limited(subject, sides, "cpus", (cpus, round(integer(host.get("NanoCpus")) / 1e9, 6)), "CpuCfsQuota")
    _limited(subject, sides, "cpu_quota", (integer(service.get("cpu_quota")), integer(host.get("CpuQuota"))), "CpuCfsQuota")
    _limited(subject, sides, "cpu_period", (integer(service.get("cpu_period")), integer(host.get("CpuPeriod"))), "CpuCfsPeriod")
    _limited(subject, sides, "cpu_shares", (integer(service.get("cpu_shares")), integer(host.get("CpuShares"))), "CPUShares")
    _limited(subject, sides, "cpuset", (str(service.get("cpuset") or ""), str(host.get("CpusetCpus") or "")), "CPUSet")
    for path, key in (("cpu_rt_period", "CpuRealtimePeriod"), ("cpu_rt_runtime", "CpuRealtimeRuntime")):
        sides.pair(path, integer(service.get(path)), integer(host.get(key)))
    pids = integer(subject.limits.get("pids")) or integer(service.get("pids_limit"))
    # No limit is null, 0 or -1.
    _limited(subject, sides, "pids_limit", (max(pids, 0), max(integer(host.get("PidsLimit")), 0)), "PidsLimit")


def _block_io(subject: Subject, sides: Sides) -> None:
    given = subject.service.get("blkio_config") or {}
    weight, running = integer(given.get("weight")), integer(subject.host.get("BlkioWeight"))
    # Kernels without the controller keep 0 and a warning; nothing of the engine says beforehand whether this one has it.
    sides.pair("blkio_config.weight", NotComparable(NOT_SUPPORTED) if weight and not running and subject.inspect else weight, running)
    for path, key, ours, theirs in _BLOCK_LISTS:
        # Compose prints these two keys with capitals.
        asked = [{str(name).lower(): value for name, value in each.items()} for each in given.get(path) or ()]
        declared = sorted("{0} {1}".format(each.get("path"), size(each.get(ours))) for each in asked)
        found = sorted("{0} {1}".format(each.get("Path"), integer(each.get(theirs))) for each in subject.host.get(key) or ())
        if declared or found:
            sides.pair("blkio_config." + path, NotComparable(NOT_SUPPORTED) if subject.inspect and not found else declared, found)


def _out_of_memory(subject: Subject, sides: Sides) -> None:
    service, host = subject.service, subject.host
    sides.pair("oom_score_adj", integer(service.get("oom_score_adj")), integer(host.get("OomScoreAdj")))
    kill: Any = bool(service.get("oom_kill_disable"))
    if kill and host.get("OomKillDisable") is None:
        kill = NotComparable(NOT_SUPPORTED)
    sides.pair("oom_kill_disable", kill, bool(host.get("OomKillDisable")))
    declared, running = service.get("mem_swappiness"), host.get("MemorySwappiness")
    want: Any = ABSENT if declared is None else integer(declared)
    have: Any = ABSENT if running is None or (declared is None and running == -1) else integer(running)
    if want is not ABSENT and have is ABSENT and (subject.project.facts.cgroup_version == "2" or not _supported(subject, "MemoryLimit")):
        want = NotComparable(NOT_SUPPORTED)
    sides.pair("mem_swappiness", want, have)


def _ulimits(subject: Subject, sides: Sides) -> None:
    declared = {name: _pair_of(value) for name, value in (subject.service.get("ulimits") or {}).items()}
    running = {}
    for each in subject.host.get("Ulimits") or ():
        name = str(each.get("Name") or "").lower()
        running[name[7:] if name.startswith("rlimit_") else name] = {"soft": integer(each.get("Soft")), "hard": integer(each.get("Hard"))}
    daemon = subject.project.facts.daemon_config
    defaults = {str(name).lower() for name in (daemon or {}).get("default-ulimits") or {}}
    for name in sorted(set(declared) | set(running)):
        want = declared.get(name, ABSENT)
        # The daemon's own limits are in each answer, as they are today.
        if want is ABSENT and name in defaults:
            want = running[name]
        elif want is ABSENT and daemon is None:
            want = Unknown("it may be a default of the daemon, whose configuration cannot be read", DAEMON_FILE_REMEDY)
        sides.pair("ulimits." + name, want, running.get(name, ABSENT))


def _pair_of(value: Any) -> Any:
    if isinstance(value, dict):
        single = value.get("single")
        return {"soft": integer(value.get("soft", single)), "hard": integer(value.get("hard", single))}
    return {"soft": integer(value), "hard": integer(value)}
