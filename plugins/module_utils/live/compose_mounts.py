# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is mounted into a container: volumes, binds, tmpfs, files of secrets and configs."""
from __future__ import annotations

import dataclasses
import posixpath
import re
from typing import Any, Dict, Iterator, List, Mapping, Optional, Set

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, OneOf
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_process import inherited_unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import Sides, Subject, container_name
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import Raw, at_least, octal, size

_ANONYMOUS = re.compile(r"[0-9a-f]{64}\Z")
#: Compose's words for how a read-only bind treats what is mounted below it.
_RECURSION = (("disabled", "NonRecursive"), ("writable", "ReadOnlyNonRecursive"), ("readonly", "ReadOnlyForceRecursive"))
_API_SOCKET = "/var/run/docker.sock"


@dataclasses.dataclass(frozen=True)
class Injected:
    """A secret or config of a service: where it is in the container, and what it is made from."""

    kind: str
    source: str
    target: str
    definition: Raw

    @property
    def file(self) -> str:
        """The file on the host that is mounted; empty for content of another kind."""
        return str(self.definition.get("file") or "")


def injected(subject: Subject) -> Iterator[Injected]:
    """The secrets and configs of a service, with compose's default targets."""
    for kind, folder in (("secret", "/run/secrets"), ("config", "/")):
        definitions = subject.project.model.get(kind + "s") or {}
        for each in subject.service.get(kind + "s") or ():
            told = each if isinstance(each, dict) else {"source": each}
            source = str(told.get("source"))
            target = posixpath.join(folder, str(told.get("target") or source))
            yield Injected(kind, source, posixpath.normpath(target), definitions.get(source) or {})


def mount_values(subject: Subject, sides: Sides) -> None:
    """Every value of this page for one container."""
    declared = {_target(each): each for each in subject.service.get("volumes") or ()}
    files = {each.target: each for each in injected(subject) if each.file and each.target not in declared}
    running = {_target(each): each for each in subject.inspect.get("Mounts") or ()}
    _volumes_from(subject, sides, set(declared), running)
    for target, each in files.items():
        found = running.pop(target, None)
        told = ABSENT if found is None else {"source": _folder(found.get("Source")), "read_only": not found.get("RW")}
        sides.pair(f"{each.kind}s.{target}", {"source": _folder(each.file), "read_only": True}, told)
    tmpfs = _tmpfs(subject, sides)
    options = _options(subject)
    for target in sorted(set(declared) | set(running)):
        mount = declared.get(target)
        want = ABSENT if mount is None else _declared(subject, mount)
        have: Any = ABSENT
        if target in running:
            have = _running(subject, mount or {}, running[target], options.get(target) or {})
        if mount is None:
            if target in tmpfs or _of_image(subject, target, have) or (target == _API_SOCKET and subject.service.get("use_api_socket")):
                continue
            if subject.image is None and have.get("source") == "" and have["type"] == "volume":
                want = inherited_unknown(subject)
        sides.pair("volumes." + target, want, have)


def _target(mount: Raw) -> str:
    return _folder(mount.get("target") or mount.get("Destination"))


def _folder(path: Any) -> str:
    return posixpath.normpath(str(path)) if path else ""


def _declared(subject: Subject, mount: Raw) -> Any:
    kind = str(mount.get("type") or "volume")
    source = str(mount.get("source") or "")
    told: Dict[str, Any] = {"type": kind, "read_only": bool(mount.get("read_only"))}
    if kind == "bind":
        return _declared_bind(subject, told, source, mount.get("bind") or {})
    if kind == "tmpfs":
        given = mount.get("tmpfs") or {}
        told.update({"size": size(given.get("size")), "mode": octal(given.get("mode")) or 0})
        return told
    if kind == "volume":
        source = subject.project.real_name("volumes", source) if source else ""
        if (mount.get("volume") or {}).get("nocopy"):
            told["nocopy"] = True
    told["source"] = source
    subpath = (mount.get(kind) or {}).get("subpath")
    if subpath:
        told["subpath"] = str(subpath)
    return told


def _declared_bind(subject: Subject, told: Dict[str, Any], source: str, given: Raw) -> Any:
    told["source"] = _folder(source)
    if given.get("selinux"):
        told["selinux"] = str(given["selinux"])
    if subject.project.facts.podman:
        return {key: told[key] for key in ("type", "source", "read_only")}
    recursive = str(given.get("recursive") or "enabled")
    # Older engines take no notice of the other words.
    if recursive == "disabled" or (recursive != "enabled" and at_least(subject.project.facts.api_version, "1.44")):
        told["recursive"] = recursive
    propagation = str(given.get("propagation") or "")
    if propagation == "rprivate":
        return told
    if propagation:
        return dict(told, propagation=propagation)
    # The engine itself makes it rslave where the source holds, or lies in, the engine's own folder.
    return OneOf((told, dict(told, propagation="rslave")))


def _running(subject: Subject, declared: Raw, mount: Raw, options: Raw) -> Dict[str, Any]:
    kind = str(mount.get("Type") or "volume")
    told: Dict[str, Any] = {"type": kind, "read_only": not mount.get("RW", True)}
    if kind == "tmpfs":
        given = options.get("TmpfsOptions") or {}
        # The mount as such is writable for the engine, whatever was asked for.
        told["read_only"] = bool(options.get("ReadOnly")) or told["read_only"]
        told.update({"size": given.get("SizeBytes") or 0, "mode": given.get("Mode") or 0})
        return told
    if kind == "bind":
        told["source"] = _folder(mount.get("Source"))
        if subject.project.facts.podman:
            return told
        words = options.get("words") or ()
        selinux = next((word for word in words if word in ("z", "Z")), "")
        if selinux:
            told["selinux"] = selinux
        if mount.get("Propagation") not in (None, "", "rprivate"):
            told["propagation"] = mount["Propagation"]
        if (declared.get("bind") or {}).get("recursive"):
            found = next((name for name, key in _RECURSION if (options.get("BindOptions") or {}).get(key)), "")
            if found:
                told["recursive"] = found
        return told
    name = str(mount.get("Name") or mount.get("Source") or "")
    given = options.get("VolumeOptions" if kind == "volume" else "ImageOptions") or {}
    anonymous = kind == "volume" and _ANONYMOUS.match(name) and name not in _volume_names(subject)
    told["source"] = "" if anonymous else name
    if given.get("NoCopy") or "nocopy" in (options.get("words") or ()):
        told["nocopy"] = True
    if given.get("Subpath"):
        told["subpath"] = given["Subpath"]
    return told


def _volume_names(subject: Subject) -> Set[str]:
    return {subject.project.real_name("volumes", key) for key in subject.project.model.get("volumes") or {}}


def _options(subject: Subject) -> Dict[str, Dict[str, Any]]:
    """What was asked for, by target: the engine keeps it in Binds or in Mounts, as compose sent it."""
    found: Dict[str, Dict[str, Any]] = {}
    for each in subject.host.get("Binds") or ():
        parts = str(each).split(":")
        words = tuple(parts[2].split(",")) if len(parts) > 2 else ()
        if len(parts) > 1:
            found[_folder(parts[1])] = {"words": words}
    for each in subject.host.get("Mounts") or ():
        found[_folder(each.get("Target"))] = dict(each)
    return found


def _of_image(subject: Subject, target: str, running: Any) -> bool:
    """Whether a mount is the anonymous volume that the image itself asks for."""
    volumes = {_folder(each) for each in subject.image_config.get("Volumes") or {}}
    return target in volumes and running is not ABSENT and running.get("type") == "volume" and running.get("source") == ""


def _tmpfs(subject: Subject, sides: Sides) -> Set[str]:
    declared: Dict[str, str] = {}
    given = subject.service.get("tmpfs") or ()
    for each in [given] if isinstance(given, str) else given:
        target, dummy, words = str(each).partition(":")
        declared[_folder(target)] = _sorted_words(words)
    running: Mapping[str, str] = {_folder(key): _sorted_words(value) for key, value in (subject.host.get("Tmpfs") or {}).items()}
    if subject.project.facts.podman:
        running = {key: declared.get(key, value) for key, value in running.items()}
    for target in sorted(set(declared) | set(running)):
        sides.pair("tmpfs." + target, declared.get(target, ABSENT), running.get(target, ABSENT))
    return set(declared) | set(running)


def _sorted_words(text: Optional[str]) -> str:
    return ",".join(sorted(filter(None, str(text or "").split(","))))


def _volumes_from(subject: Subject, sides: Sides, own: Set[str], running: Dict[str, Raw]) -> None:
    """Pair ``volumes_from`` and take the mounts that come from there out of ``running``."""
    declared = {_origin(subject, str(each)) for each in subject.service.get("volumes_from") or ()}
    found: List[Raw] = []
    names = set()
    for each in subject.host.get("VolumesFrom") or ():
        parent = subject.project.by_id.get(str(each).partition(":")[0])
        names.add(subject.project.place(str(each).partition(":")[0]))
        found += [parent] if parent else []
    for parent in found:
        for mount in parent.get("Mounts") or ():
            target = _target(mount)
            if target not in own and (running.get(target) or {}).get("Source") == mount.get("Source"):
                del running[target]
    if declared or names:
        sides.pair("volumes_from", sorted(declared), sorted(names))


def _origin(subject: Subject, text: str) -> str:
    # Compose hands the access mode on for neither a service nor a container (seen with v2.40.3).
    parts = text.split(":")
    if parts[0] != "container":
        return "service:" + parts[0]
    found = subject.project.by_id.get(parts[1] if len(parts) > 1 else "")
    return subject.project.place(container_name(found)) if found else "container:" + ":".join(parts[1:2])
