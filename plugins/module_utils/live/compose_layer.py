# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was changed inside containers: paths of a container's own layer that neither engine nor compose made.

Such changes are lost with the next recreate. They are advice, not drift: many programs write outside of their volumes.
"""

from __future__ import annotations

from typing import AbstractSet, Any, Dict, FrozenSet, Iterable, List, Mapping, Sequence, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine, segment
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_layers import changed_paths

#: Paths changed below the container's root by container id, or why they could not be read.
Layers = Mapping[str, Union[Sequence[str], GatewayError]]

_MADE_BY_ENGINE = frozenset(("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/sbin/docker-init", "/.dockerenv"))
_VOLATILE = ("/dev", "/proc", "/run", "/sys", "/tmp", "/var/run", "/var/tmp", "/var/cache", "/var/log")
_SHOWN = 3


def read_layers(engine: Engine, containers: Iterable[Mapping[str, Any]]) -> Layers:
    """The changed paths of each container: those that can be read here, the others asked of the engine side by side."""
    inspects = {str(each["Id"]): each for each in containers}
    here = {container: changed_paths(each) if engine.address.is_socket else None for container, each in inspects.items()}
    asked = {
        container: engine.submit(engine.find, "/containers/{0}/changes".format(segment(container))) for container, paths in here.items() if paths is None
    }
    found: Dict[str, Union[Sequence[str], GatewayError]] = {}
    for container, inspect in inspects.items():
        try:
            paths = here[container]
            told = paths if paths is not None else {str(each["Path"]) for each in asked[container].result() or [] if each.get("Path")}
            found[container] = _own_changes(told, inspect)
        except GatewayError as error:
            found[container] = error
    return found


def _own_changes(paths: AbstractSet[str], inspect: Mapping[str, Any]) -> List[str]:
    mounts = [str(each.get("Destination") or "") for each in inspect.get("Mounts") or ()]
    mounts += list((inspect.get("HostConfig") or {}).get("Tmpfs") or ())
    # The engine makes the working directory, too.
    mounts.append(str((inspect.get("Config") or {}).get("WorkingDir") or "/"))
    return sorted(path for path in _leaves(paths) if path not in _MADE_BY_ENGINE and not _below(path, _VOLATILE) and not _around(path, mounts))


def _leaves(paths: Iterable[str]) -> FrozenSet[str]:
    """The paths without those folders that are listed only because something in them changed."""
    parents = set()
    listed = frozenset(paths)
    for path in listed:
        while path not in ("", "/"):
            path = path.rpartition("/")[0]
            parents.add(path)
    return listed - parents


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _around(path: str, mounts: Iterable[str]) -> bool:
    """Whether the path is a mount point, or a folder that the engine made to hold one."""
    return any(path == mount or mount.startswith(path.rstrip("/") + "/") for mount in mounts)


def injected(model: Mapping[str, Any]) -> FrozenSet[str]:
    """Targets of configs and secrets that compose copies into containers of a model."""
    found = set()
    for service in (model.get("services") or {}).values():
        for kind, folder in (("configs", "/"), ("secrets", "/run/secrets/")):
            for each in (service or {}).get(kind) or ():
                target = str((each or {}).get("target") or (each or {}).get("source") or "")
                found.add(target if target.startswith("/") else folder + target)
    return frozenset(found)


def layer_findings(target: str, stack: str, containers: Iterable[Mapping[str, Any]], layers: Layers, known: FrozenSet[str]) -> List[Finding]:
    """One line of advice per container whose layer holds changes of its own."""
    found = []
    for each in containers:
        changed = layers.get(str(each["Id"]))
        if changed is None or isinstance(changed, GatewayError):
            continue
        paths = [path for path in changed if path not in known]
        if not paths:
            continue
        name = str(each.get("Name") or "").lstrip("/")
        more = ", and {0} more".format(len(paths) - _SHOWN) if len(paths) > _SHOWN else ""
        message = "container {0}: {1}{2} changed inside the container, outside of its volumes".format(name, ", ".join(paths[:_SHOWN]), more)
        found.append(
            Finding(
                "layer_changed",
                message,
                target=target,
                resource="container",
                key=name,
                severity="info",
                evidence=stack,
                remedy="move what matters into a volume or into the image; the next recreate loses it",
            )
        )
    return found
