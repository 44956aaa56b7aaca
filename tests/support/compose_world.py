# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A docker host with one compose project of one service, as inspect answers and a model that agree; tests change one thing."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.homelab.media_center.plugins.module_utils.core.compare import compare
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Plan
from ansible_collections.homelab.media_center.plugins.module_utils.live import host_proc
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_model import StackContext, StackStates, stack_states
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts
from ansible_collections.homelab.media_center.plugins.module_utils.resources.compose import RESOURCES

PROJECT = "p"
CONTAINER_ID = "b0860151a29d" + "0" * 52
IMAGE_ID = "sha256:" + "a" * 64
OTHER_IMAGE_ID = "sha256:" + "b" * 64
NETWORK_ID = "5e50410014bf" + "0" * 52
MASKED_PATHS = ["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/sys/firmware"]

MODEL: dict[str, Any] = {
    "name": PROJECT,
    "services": {"web": {"image": "img:1", "command": None, "entrypoint": None, "networks": {"default": None}}},
    "networks": {"default": {"name": "p_default", "ipam": {}}},
}
LABELS = {
    "com.docker.compose.config-hash": "e6b0",
    "com.docker.compose.container-number": "1",
    "com.docker.compose.oneoff": "False",
    "com.docker.compose.project": PROJECT,
    "com.docker.compose.service": "web",
    "com.docker.compose.version": "2.40.3",
}
#: As Engine 20.10 and Compose v2.40.3 answered right after `up` of such a service.
INSPECT: dict[str, Any] = {
    "Id": CONTAINER_ID,
    "Name": "/p-web-1",
    "Created": "2026-11-25T09:34:49Z",
    "Image": IMAGE_ID,
    "State": {"Status": "running", "Running": True, "Pid": 4711, "ExitCode": 0},
    "Mounts": [],
    "Config": {
        "Hostname": CONTAINER_ID[:12],
        "Domainname": "",
        "User": "",
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "OpenStdin": False,
        "Env": ["PATH=/bin"],
        "Cmd": ["sleep", "inf"],
        "Image": "img:1",
        "Volumes": None,
        "WorkingDir": "",
        "Entrypoint": None,
        "Labels": LABELS,
    },
    "NetworkSettings": {
        "SandboxID": "",
        "Ports": {},
        "Networks": {
            "p_default": {
                "IPAMConfig": None,
                "Links": None,
                "Aliases": ["p-web-1", "web", CONTAINER_ID[:12]],
                "NetworkID": NETWORK_ID,
                "IPAddress": "172.18.0.2",
                "MacAddress": "02:42:ac:12:00:02",
                "DriverOpts": None,
            }
        },
    },
    "HostConfig": {
        "Binds": None,
        "LogConfig": {"Type": "json-file", "Config": {}},
        "NetworkMode": "p_default",
        "PortBindings": {},
        "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
        "CgroupnsMode": "host",
        "IpcMode": "private",
        "PidMode": "",
        "ShmSize": 67108864,
        "Runtime": "runc",
        "Memory": 0,
        "MemorySwap": 0,
        "MemorySwappiness": None,
        "OomKillDisable": False,
        "PidsLimit": None,
        "Ulimits": None,
        "NanoCpus": 0,
        "BlkioWeight": 0,
        "ExtraHosts": [],
        "MaskedPaths": MASKED_PATHS,
        "ReadonlyPaths": ["/proc/bus", "/proc/sys"],
    },
}
IMAGE: dict[str, Any] = {
    "Id": IMAGE_ID,
    "RepoTags": ["img:1"],
    "Architecture": "amd64",
    "Os": "linux",
    "RootFS": {"Type": "layers", "Layers": ["sha256:1"]},
    "Config": {"Env": ["PATH=/bin"], "Cmd": ["sleep", "inf"], "Entrypoint": None, "Labels": None, "Volumes": None},
}
NETWORK: dict[str, Any] = {"Name": "p_default", "Id": NETWORK_ID, "Driver": "bridge", "Internal": False, "IPAM": {"Config": [{"Subnet": "172.18.0.0/16"}]}}
INFO = {
    "LoggingDriver": "json-file",
    "DefaultRuntime": "runc",
    "MemoryLimit": True,
    "SwapLimit": True,
    "CpuCfsPeriod": True,
    "CpuCfsQuota": True,
    "CPUShares": True,
    "CPUSet": True,
    "PidsLimit": True,
}


class GONE:
    """In a change, takes the key away."""


def changed(base: Any, change: Any) -> Any:
    """The same structure with the mappings of `change` merged in; lists and values are replaced."""
    if not isinstance(change, dict) or not isinstance(base, dict):
        return copy.deepcopy(change)
    merged = copy.deepcopy(base)
    for key, value in change.items():
        if value is GONE:
            merged.pop(key, None)
        else:
            merged[key] = changed(merged.get(key), value)
    return merged


class NoEngine:
    """An engine that has nothing but what the facts hold already, or fails where a test says so."""

    def __init__(self, failing: GatewayError | None = None) -> None:
        self.failing = failing

    def speaks(self, api_version: str) -> bool:
        return False

    def find(self, path: str, query: Any = None) -> Any:
        if self.failing:
            raise self.failing
        return None


class Proc:
    """What /proc would say: everything is as it should be, but for the targets (or "network") that a test names with a verdict."""

    def __init__(self, content: dict[str, bytes] | None = None, **verdicts: str) -> None:
        self.content = content or {}
        self.verdicts = verdicts

    def _verdict(self, name: str) -> host_proc.ProcCheck:
        return host_proc.ProcCheck(self.verdicts.get(name, host_proc.EQUAL), "as scripted", "look")

    def is_process_of(self, pid: int, container_id: str) -> host_proc.ProcCheck:
        return self._verdict("process")

    def same_network_namespace(self, child_pid: int, parent_pid: int) -> host_proc.ProcCheck:
        return self._verdict("network")

    def same_inode(self, pid: int, host_path: str, container_path: str) -> host_proc.ProcCheck:
        return self._verdict("inode")

    def same_content(self, pid: int, host_path: str, container_path: str) -> host_proc.ProcCheck:
        return self._verdict("content")

    def file_fingerprint(self, pid: int, container_path: str, told: Any) -> host_proc.ContentPrint:
        if container_path not in self.content:
            return host_proc.ContentPrint(host_proc.ABSENT)
        return host_proc.ContentPrint(host_proc.READ, told(self.content[container_path]))


@dataclass(frozen=True)
class World:
    """One situation; every attribute is a change of the one above in which both sides agree."""

    inspect: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    image: dict[str, Any] = field(default_factory=dict)
    images: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    more: tuple[dict[str, Any], ...] = ()
    profiles: tuple[str, ...] = ()
    proc: Any = field(default_factory=Proc)
    config_dir: str = ""
    environment: dict[str, str] | None = None

    def containers(self) -> list[dict[str, Any]]:
        return [changed(INSPECT, self.inspect), *(changed(INSPECT, each) for each in self.more)]

    def host(self) -> HostFacts:
        image = changed(IMAGE, self.image)
        told = {
            "version": {},
            "info": changed(INFO, self.info),
            "podman": False,
            "api_version": "1.41",
            "containers": self.containers(),
            "images": {IMAGE_ID: image, "img:1": image, **self.images},
            "networks": [NETWORK],
            "volumes": [],
            "daemon_config": {},
            "client_proxies": {},
            "containerd_store": False,
            "cgroup_version": "1",
            "rootless": False,
            "unread": [],
            **self.facts,
        }
        return HostFacts(_engine=NoEngine(), **told)  # type: ignore[arg-type]

    def declared(self) -> dict[str, Any]:
        return changed(changed(MODEL, {"services": {"web": self.service}}), self.model)

    def context(self) -> StackContext:
        return StackContext(PROJECT, self.host(), fingerprint, self.proc, self.profiles, self.config_dir, self.environment)

    def states(self) -> StackStates:
        return stack_states(self.declared(), self.context())

    def look(self) -> Look:
        states = self.states()
        return Look(states, compare(states.declared, states.running, RESOURCES))


def fingerprint(content: bytes) -> str:
    """A stand-in for the keyed fingerprint."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Look:
    """What came out, in sets that a test can name."""

    states: StackStates
    plan: Plan

    @property
    def differing(self) -> set[str]:
        """Differing paths of services; `+name` and `-name` for items that one side alone has (with kind where it is no service)."""
        told = set()
        for change in self.plan.changes:
            name = change.key if change.resource == "service" else f"{change.resource} {change.key}"
            if change.action == "update":
                told |= {each.path for each in change.fields}
            else:
                told.add({"create": "-", "delete": "+"}[change.action] + name)
        return told

    def gaps(self, kind: str) -> set[str]:
        """Paths that were not compared, for one kind of reason."""
        return {gap.path for gap in self.plan.gaps if gap.kind == kind}

    @property
    def notes(self) -> set[str]:
        """Codes of the notes."""
        return {each.code for each in self.states.notes}

    def change(self, path: str) -> tuple[Any, Any]:
        """Declared and running value of one differing path."""
        return next((each.declared, each.running) for change in self.plan.changes for each in change.fields if each.path == path)
