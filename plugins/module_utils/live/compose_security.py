# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a container is fenced in and where its output goes: privileges, devices, namespaces, kernel settings, logging."""
from __future__ import annotations

import hashlib
import json
import os
import re
from typing import Any, Dict, List, Mapping, Optional, Set

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, NotComparable, OneOf, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_image import IMAGE_GONE_REMEDY
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_limits import DAEMON_FILE_REMEDY
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_networks import endpoint_sysctls, shared_mode
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import Sides, Subject
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import Raw, at_least, capability, integer

#: Names of the Container Device Interface, which the engine takes as device requests.
_CDI = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+=[A-Za-z0-9._:-]+\Z")
_UNCONFINED_PATHS = "systempaths=unconfined"
#: Opened with the audit's rights, so a named profile must be a plain file of a sane size.
_MAX_PROFILE_BYTES = 4 * 1024 * 1024


def security_values(subject: Subject, sides: Sides) -> None:
    """Every value of this page for one container."""
    service, host = subject.service, subject.host
    for path, key in (("cap_add", "CapAdd"), ("cap_drop", "CapDrop")):
        sides.pair(path, sorted({capability(each) for each in service.get(path) or ()}), sorted({capability(each) for each in host.get(key) or ()}))
    for path, key in (("privileged", "Privileged"), ("read_only", "ReadonlyRootfs")):
        sides.pair(path, bool(service.get(path)), bool(host.get(key)))
    sides.pair("init", ABSENT if service.get("init") is None else bool(service["init"]), ABSENT if host.get("Init") is None else host["Init"])
    sides.pair("group_add", sorted({str(each) for each in service.get("group_add") or ()}), sorted({str(each) for each in host.get("GroupAdd") or ()}))
    _security_options(subject, sides)
    _devices(subject, sides)
    _namespaces(subject, sides)
    _kernel(subject, sides)
    _logging(subject, sides)
    _platform(subject, sides)


def _security_options(subject: Subject, sides: Sides) -> None:
    service, host = subject.service, subject.host
    privileged = bool(host.get("Privileged"))
    shares_host = "host" in (host.get("PidMode"), host.get("IpcMode"))
    try:
        declared = {_option(subject, str(each), True) for each in service.get("security_opt") or ()}
    except OSError as error:
        sides.pair("security_opt", Unknown(f"a profile that it names cannot be read: {error.strerror}", "put the file beside the compose file"), ABSENT)
        return
    running = {_option(subject, str(each), False) for each in host.get("SecurityOpt") or ()}
    # The engine consumes this option; what is left of it are empty lists. Privileged containers have none at all.
    if host.get("MaskedPaths") == [] and host.get("ReadonlyPaths") == [] and not privileged:
        running.add(_UNCONFINED_PATHS)
    if privileged:
        declared.discard(_UNCONFINED_PATHS)
    if privileged or shares_host:
        declared.discard("label=disable")
        running.discard("label=disable")
    sides.pair("security_opt", sorted(declared), sorted(running))


def _option(subject: Subject, text: str, read: bool) -> str:
    name, dummy, value = text.partition("=" if "=" in text else ":")
    if name == "no-new-privileges":
        return name if value.lower() in ("", "true") else f"{name}=false"
    if name == "seccomp" and value not in ("unconfined", "builtin"):
        if read:
            value = _profile(os.path.join(subject.project.context.config_dir, value))
        try:
            told = json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            told = value
        return "seccomp=profile " + hashlib.sha256(told.encode("utf-8")).hexdigest()[:12]
    return f"{name}={value}" if value else name


def _profile(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read(_MAX_PROFILE_BYTES)


def _devices(subject: Subject, sides: Sides) -> None:
    declared, running = set(), set()
    for each in subject.service.get("devices") or ():
        if isinstance(each, str):
            parts = each.split(":") if not _CDI.match(each) else [each]
            each = dict(zip(("source", "target", "permissions"), parts))
        source = str(each.get("source") or "")
        declared.add(source if _CDI.match(source) else _device(source, each.get("target"), each.get("permissions")))
    for each in subject.host.get("Devices") or ():
        running.add(_device(each.get("PathOnHost"), each.get("PathInContainer"), each.get("CgroupPermissions")))
    requests = set()
    for each in subject.host.get("DeviceRequests") or ():
        if each.get("Driver") == "cdi":
            running.update(str(name) for name in each.get("DeviceIDs") or ())
        else:
            count, ids = integer(each.get("Count")), [str(name) for name in each.get("DeviceIDs") or ()]
            requests.add(_request(each.get("Driver"), count, ids, [one for several in each.get("Capabilities") or () for one in several]))
    sides.pair("devices", sorted(declared), sorted(running))
    wanted = {_wanted_request(each, ["gpu"]) for each in subject.service.get("gpus") or ()}
    wanted |= {_wanted_request(each, []) for each in subject.resources("reservations").get("devices") or ()}
    sides.pair("gpus", sorted(wanted), sorted(requests))
    rules = sorted(str(each) for each in subject.service.get("device_cgroup_rules") or ())
    sides.pair("device_cgroup_rules", rules, sorted(subject.host.get("DeviceCgroupRules") or ()))


def _device(source: Any, target: Any, permissions: Any) -> str:
    return "{0}:{1}:{2}".format(source, target or source, permissions or "rwm")


def _wanted_request(each: Raw, added: List[str]) -> str:
    ids = [str(name) for name in each.get("device_ids") or ()]
    count = each.get("count")
    # Compose asks for all of them where neither a number nor ids are given.
    number = -1 if count in ("all", -1) or (count is None and not ids) else integer(count)
    return _request(each.get("driver"), number, ids, [str(one) for one in each.get("capabilities") or ()] + added)


def _request(driver: Any, count: int, ids: List[str], capabilities: List[str]) -> str:
    amount = "ids " + ",".join(ids) if ids else "all" if count == -1 else f"count {count}"
    return " ".join(filter(None, (str(driver or ""), amount, ",".join(sorted(set(capabilities))))))


def _namespaces(subject: Subject, sides: Sides) -> None:
    service, host, facts = subject.service, subject.host, subject.project.facts
    daemon = facts.daemon_config or {}
    for path, key in (("pid", "PidMode"), ("ipc", "IpcMode"), ("uts", "UTSMode"), ("userns_mode", "UsernsMode"), ("cgroup", "CgroupnsMode")):
        own, running = service.get(path), shared_mode(subject, host.get(key))
        declared: Any = shared_mode(subject, own)
        if path == "ipc" and not own:
            declared = OneOf((str(daemon.get("default-ipc-mode") or "private"), "private", ""))
        elif path == "cgroup" and not own:
            today = str(daemon.get("default-cgroupns-mode") or ("private" if facts.cgroup_version == "2" else "host"))
            declared = OneOf((today, "host", "private", ""))
            _default_changed(sides, path, today, running)
        sides.pair(path, declared, running)
    sides.pair("cgroup_parent", str(service.get("cgroup_parent") or ""), str(host.get("CgroupParent") or ""))
    default = str(facts.info.get("DefaultRuntime") or "runc")
    runtime: Any = str(service.get("runtime") or "") or OneOf((default, "runc", ""))
    if not service.get("runtime"):
        _default_changed(sides, "runtime", default, str(host.get("Runtime") or ""))
    sides.pair("runtime", runtime, str(host.get("Runtime") or ""))
    if service.get("isolation"):
        sides.pair("isolation", str(service["isolation"]), str(host.get("Isolation") or "default"))


def _default_changed(sides: Sides, path: str, today: str, running: str) -> None:
    if sides.subject.inspect and running and running != today:
        sides.note("daemon_default_changed", f"made when the engine's default for {path} was {running}; today it is {today}", path=path)


def _kernel(subject: Subject, sides: Sides) -> None:
    service, host = subject.service, subject.host
    own = service.get("sysctls") or {}
    declared = {str(key): str(value) for key, value in (own.items() if isinstance(own, dict) else (str(each).partition("=")[::2] for each in own))}
    running = {str(key): str(value) for key, value in (host.get("Sysctls") or {}).items()}
    running.update(endpoint_sysctls(subject))
    _map(sides, "sysctls", declared, running)
    _map(sides, "storage_opt", service.get("storage_opt") or {}, host.get("StorageOpt") or {})
    notes = {str(key): str(value) for key, value in (service.get("annotations") or {}).items()}
    if notes and subject.inspect and not at_least(subject.project.facts.api_version, "1.43"):
        sides.pair("annotations", NotComparable("engines show them from API 1.43 on"), ABSENT)
    else:
        _map(sides, "annotations", notes, host.get("Annotations") or {})


def _map(sides: Sides, path: str, declared: Mapping[str, Any], running: Mapping[str, Any]) -> None:
    for name in sorted(set(declared) | set(running)):
        sides.pair(f"{path}.{name}", declared.get(name, ABSENT), running.get(name, ABSENT))


def _logging(subject: Subject, sides: Sides) -> None:
    facts = subject.project.facts
    own: Raw = subject.service.get("logging") or {}
    running: Raw = subject.host.get("LogConfig") or {}
    default, kind = str(facts.info.get("LoggingDriver") or ""), str(running.get("Type") or "")
    driver: Any = str(own.get("driver") or "") or OneOf((default or kind, "json-file"))
    if default and not own.get("driver"):
        _default_changed(sides, "logging.driver", default, kind)
    sides.pair("logging.driver", driver, kind)
    declared = {str(name): str(value) for name, value in (own.get("options") or {}).items()}
    found: Dict[str, str] = running.get("Config") or {}
    for name in sorted(set(declared) | set(found)):
        want: Any = declared.get(name, ABSENT)
        if want is ABSENT and name in _daemon_options(facts.daemon_config):
            # The engine writes its own options into the container when it is made, and leaves them so.
            want = found[name]
            _default_changed(sides, "logging.options." + name, str((facts.daemon_config or {})["log-opts"][name]), found[name])
        elif want is ABSENT and facts.daemon_config is None:
            want = Unknown("it may be a default of the daemon, whose configuration cannot be read", DAEMON_FILE_REMEDY)
        sides.pair("logging.options." + name, want, found.get(name, ABSENT))


def _daemon_options(daemon: Optional[Raw]) -> Set[str]:
    return set((daemon or {}).get("log-opts") or {})


def _platform(subject: Subject, sides: Sides) -> None:
    """The declared platform against that of the image that runs; the variant only where both tell one."""
    own = subject.service.get("platform")
    if not own or not subject.inspect:
        return
    told = (subject.inspect.get("ImageManifestDescriptor") or {}).get("platform") or {}
    if not told and subject.image is not None:
        told = {"os": subject.image.get("Os"), "architecture": subject.image.get("Architecture"), "variant": subject.image.get("Variant")}
    if not told.get("architecture"):
        sides.pair("platform", Unknown("the record of its image is gone", IMAGE_GONE_REMEDY), ABSENT)
        return
    running = [str(told.get(part)) for part in ("os", "architecture", "variant") if told.get(part)]
    declared = str(own).split("/")
    same = all(left == right for left, right in zip(declared, running)) and len(declared) > 1
    sides.pair("platform", str(own), str(own) if same or declared == running[:1] else "/".join(running))
