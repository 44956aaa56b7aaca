# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each field of a service: spellings that mean the same give nothing, and what differs is found at its own path and no other."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT

from support.compose_world import CONTAINER_ID, GONE, World

ENDPOINT = "p_default"
ANONYMOUS = "4" * 64


def host(**values: Any) -> dict[str, Any]:
    return {"HostConfig": values}


def config(**values: Any) -> dict[str, Any]:
    return {"Config": values}


def endpoint(**values: Any) -> dict[str, Any]:
    return {"NetworkSettings": {"Networks": {ENDPOINT: values}}}


def mode(name: str) -> dict[str, Any]:
    return {"network_mode": name, "networks": GONE}


def on_its_own(name: str) -> dict[str, Any]:
    return {**host(NetworkMode=name), "NetworkSettings": {"Networks": {ENDPOINT: GONE, name: {}}}}


def volume(name: str, target: str = "/data", **values: Any) -> dict[str, Any]:
    return {"Type": "volume", "Name": name, "Source": f"/var/lib/docker/volumes/{name}/_data", "Destination": target, "RW": True, "Mode": "z", **values}


def bind(source: str, target: str = "/c", **values: Any) -> dict[str, Any]:
    return {"Type": "bind", "Source": source, "Destination": target, "RW": True, "Mode": "", "Propagation": "rprivate", **values}


def declared(kind: str, target: str, **values: Any) -> dict[str, Any]:
    return {"volumes": [{"type": kind, "target": target, **values}]}


#: Declared, running, changes of the image.
SAME: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "variable empty": ({"environment": {"A": ""}}, config(Env=["PATH=/bin", "A="]), {}),
    "variable unset": ({"environment": {"A": None}}, config(Env=["PATH=/bin", "A"]), {}),
    "variable unset and dropped by an older compose": ({"environment": {"A": None}}, {}, {}),
    "variable with an equals sign": ({"environment": {"A": "b=c"}}, config(Env=["A=b=c", "PATH=/bin"]), {}),
    "variable of the image": ({}, config(Env=["PATH=/bin", "V=1"]), {"Env": ["PATH=/bin", "V=1"]}),
    "dollars": ({"environment": {"A": "a$$b$$$$"}}, config(Env=["PATH=/bin", "A=a$b$$"]), {}),
    "label without a value": ({"labels": {"a": ""}}, config(Labels={"a": ""}), {}),
    "labels that commit baked in": ({}, {}, {"Labels": {"com.docker.compose.project": "p"}}),
    "label of the image": ({}, config(Labels={"v": "1"}), {"Labels": {"v": "1"}}),
    "entrypoint of one's own, no command": ({"entrypoint": ["a"]}, config(Entrypoint=["a"], Cmd=None), {}),
    "entrypoint and command of the image": ({}, config(Entrypoint=["i"]), {"Entrypoint": ["i"]}),
    "user of the image": ({}, config(User="1000"), {"User": "1000"}),
    "working folder with a slash": ({"working_dir": "/a/"}, config(WorkingDir="/a"), {}),
    "hostname of an updater": ({}, config(Hostname="0123456789ab"), {}),
    "host's name": (mode("host"), {**on_its_own("host"), **config(Hostname="vm")}, {}),
    "signal by number": ({"stop_signal": "15"}, config(StopSignal="SIGTERM"), {}),
    "grace period cut": ({"stop_grace_period": "1m30.7s"}, config(StopTimeout=90), {}),
    "check partly of the image": (
        {"healthcheck": {"interval": "1m30s"}},
        config(Healthcheck={"Test": ["CMD", "a"], "Interval": 90 * 10**9, "Retries": 4}),
        {"Healthcheck": {"Test": ["CMD", "a"], "Interval": 10**9, "Retries": 4}},
    ),
    "check switched off": (
        {"healthcheck": {"disable": True}},
        config(Healthcheck={"Test": ["NONE"], "Interval": 10**9}),
        {"Healthcheck": {"Test": ["CMD", "a"], "Interval": 10**9}},
    ),
    "check as text": ({"healthcheck": {"test": "a"}}, config(Healthcheck={"Test": ["CMD-SHELL", "a"]}), {}),
    "everywhere": (
        {"ports": [{"target": 80, "published": "81", "host_ip": "0.0.0.0", "protocol": "tcp"}]},
        {**host(PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "81"}]}), **config(ExposedPorts={"80/tcp": {}})}, {},
    ),
    "alias that is the service's name": ({"networks": {"default": {"aliases": ["web"]}}}, {}, {}),
    "addresses": (
        {"networks": {"default": {"ipv6_address": "fd00:0::1"}}}, endpoint(IPAMConfig={"IPv6Address": "fd00::1"}), {},
    ),
    "hosts": (
        {"extra_hosts": ["a=::1", "b=10.0.0.1", "c=host-gateway"]}, host(ExtraHosts=["c:host-gateway", "a:0:0:0:0:0:0:0:1 ", "b:10.0.0.1"]), {},
    ),
    "named volume": (declared("volume", "/data", source="d"), {"Mounts": [volume("p_d")]}, {}),
    "anonymous volume": (declared("volume", "/data"), {"Mounts": [volume(ANONYMOUS)]}, {}),
    "volume of the image": ({}, {"Mounts": [volume(ANONYMOUS)]}, {"Volumes": {"/data/": {}}}),
    "nocopy": (declared("volume", "/data", source="d", volume={"nocopy": True}), {"Mounts": [volume("p_d")], **host(Binds=["p_d:/data:rw,nocopy"])}, {}),
    "bind with a slash": (declared("bind", "/c/", source="/s/"), {"Mounts": [bind("/s")]}, {}),
    "bind with a label": (declared("bind", "/c", source="/s", bind={"selinux": "Z"}), {"Mounts": [bind("/s", Mode="rw,Z")], **host(Binds=["/s:/c:rw,Z"])}, {}),
    "private propagation": (declared("bind", "/c", source="/s", bind={"propagation": "rprivate"}), {"Mounts": [bind("/s")]}, {}),
    "tmpfs mount": (
        declared("tmpfs", "/t", tmpfs={"size": "10485760", "mode": "0700"}),
        {
            "Mounts": [{"Type": "tmpfs", "Source": "", "Destination": "/t", "RW": True}],
            **host(Mounts=[{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 10485760, "Mode": 0o700}}]),
        },
        {},
    ),
    "tmpfs options in another order": ({"tmpfs": ["/r:size=1m,mode=755"]}, host(Tmpfs={"/r": "mode=755,size=1m"}), {}),
    "restart policy": ({"restart": "on-failure:3"}, host(RestartPolicy={"Name": "on-failure", "MaximumRetryCount": 3}), {}),
    "restart in quotes": ({"restart": "no"}, {}, {}),
    "restart by deploy": ({"deploy": {"restart_policy": {"condition": "any"}}}, host(RestartPolicy={"Name": "always"}), {}),
    "memory": ({"mem_limit": "1g"}, host(Memory=1024**3, MemorySwap=2 * 1024**3), {}),
    "memory by deploy": ({"deploy": {"resources": {"limits": {"memory": "52428800"}}}}, host(Memory=52428800, MemorySwap=2 * 52428800), {}),
    "no limit of processes": ({"pids_limit": -1}, host(PidsLimit=0), {}),
    "ulimit in short": (
        {"ulimits": {"nproc": 5, "core": {}}}, host(Ulimits=[{"Name": "core", "Soft": 0, "Hard": 0}, {"Name": "nproc", "Soft": 5, "Hard": 5}]), {},
    ),
    "capabilities": ({"cap_add": ["net_admin", "CAP_SYS_TIME"], "cap_drop": ["all"]}, host(CapAdd=["CAP_SYS_TIME", "NET_ADMIN"], CapDrop=["ALL"]), {}),
    "no new privileges": ({"security_opt": ["no-new-privileges:true"]}, host(SecurityOpt=["no-new-privileges"]), {}),
    "label that privileged adds": ({"privileged": True}, host(Privileged=True, SecurityOpt=["label=disable"], MaskedPaths=None, ReadonlyPaths=None), {}),
    "unconfined paths": ({"security_opt": ["systempaths=unconfined"]}, host(MaskedPaths=[], ReadonlyPaths=[]), {}),
    "device": (
        {"devices": [{"source": "/dev/dri", "target": "/dev/dri"}]},
        host(Devices=[{"PathOnHost": "/dev/dri", "PathInContainer": "/dev/dri", "CgroupPermissions": "rwm"}]), {},
    ),
    "all graphics cards": (
        {"gpus": [{"count": -1}]}, host(DeviceRequests=[{"Driver": "", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}]), {},
    ),
    "one's own network": (mode("none"), on_its_own("none"), {}),
    "image by its long name": ({"image": "docker.io/library/img:1"}, {}, {}),
    "image of a build": ({"image": GONE, "build": {}}, config(Image="p-web"), {}),
    "image of a build in compatibility mode": ({"image": GONE, "build": {}}, config(Image="p_web"), {}),
    "platform": ({"platform": "linux/amd64"}, {}, {}),
    "log options": (
        {"logging": {"options": {"max-size": "10m", "max-file": "3"}}}, host(LogConfig={"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}),
        {},
    ),
    "sysctl": ({"sysctls": {"a.b": 1}}, host(Sysctls={"a.b": "1"}), {}),
    "swappiness as text": ({"mem_swappiness": "10"}, host(MemorySwappiness=10), {}),
}

#: Declared, running, and where it shows: path, declared value, running value.
DIFFERENT: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, Any, Any]]] = {
    "variable": ({"environment": {"A": "1"}}, config(Env=["PATH=/bin", "A=2"]), ("environment.A", "1", "2")),
    "variable not empty but unset": ({"environment": {"A": None}}, config(Env=["PATH=/bin", "A="]), ("environment.A", {"unset": True}, "")),
    "variable missing": ({"environment": {"A": ""}}, {}, ("environment.A", "", ABSENT)),
    "variable extra": ({}, config(Env=["PATH=/bin", "A=1"]), ("environment.A", ABSENT, "1")),
    "variable of the image taken away": ({"environment": {"PATH": None}}, {}, ("environment.PATH", {"unset": True}, "/bin")),
    "label": ({"labels": {"a.b": "1"}}, config(Labels={"a.b": "2"}), ("labels.a.b", "1", "2")),
    "command": ({"command": ["a"]}, {}, ("command", ["a"], ["sleep", "inf"])),
    "user": ({"user": "1000"}, {}, ("user", "1000", "")),
    "tty": ({"tty": True}, {}, ("tty", True, False)),
    "grace period": ({"stop_grace_period": "90s"}, {}, ("stop_grace_period", "1m30s", ABSENT)),
    "check": ({"healthcheck": {"test": ["CMD", "a"], "interval": "30s"}}, {}, ("healthcheck.test", ["CMD", "a"], ABSENT)),
    "interval": (
        {"healthcheck": {"test": ["CMD", "a"], "interval": "30s"}}, config(Healthcheck={"Test": ["CMD", "a"]}), ("healthcheck.interval", "30s", ABSENT),
    ),
    "port": (
        {"ports": [{"target": 80, "published": "81"}]},
        {**host(PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "82"}]}), **config(ExposedPorts={"80/tcp": {}})}, ("ports", ["81->80/tcp"], ["82->80/tcp"]),
    ),
    "protocol": (
        {"ports": [{"target": 80, "published": "81", "protocol": "udp"}]},
        {**host(PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "81"}]}), **config(ExposedPorts={"80/tcp": {}})}, ("ports", ["81->80/udp"], ["81->80/tcp"]),
    ),
    "network": ({"networks": {"default": None, "x": None}}, {}, ("networks.x", "p_x", ABSENT)),
    "network by hand": ({}, {"NetworkSettings": {"Networks": {"other": {"Aliases": ["web"]}}}}, ("networks.other", ABSENT, "other")),
    "reconnected by hand": ({}, endpoint(Aliases=[CONTAINER_ID[:12]]), ("networks.default.service_name", "web", ABSENT)),
    "address": ({"networks": {"default": {"ipv4_address": "172.18.0.9"}}}, {}, ("networks.default.ipv4_address", "172.18.0.9", ABSENT)),
    "network mode": (mode("host"), on_its_own("none"), ("network_mode", "host", "none")),
    "parent that is gone": (
        {"network_mode": "service:vpn", "networks": GONE}, {**host(NetworkMode="container:" + "9" * 64), "NetworkSettings": {"Networks": {ENDPOINT: GONE}}},
        ("network_mode", "service:vpn", "container:999999999999 (gone)"),
    ),
    "volume": (
        declared("volume", "/data", source="d"), {"Mounts": [volume("other")]},
        ("volumes./data", {"type": "volume", "read_only": False, "source": "p_d"}, {"type": "volume", "read_only": False, "source": "other"}),
    ),
    "read only": (
        declared("bind", "/c", source="/s"), {"Mounts": [bind("/s", RW=False)]},
        ("volumes./c", {"type": "bind", "read_only": False, "source": "/s"}, {"type": "bind", "read_only": True, "source": "/s"}),
    ),
    "mount by hand": ({}, {"Mounts": [bind("/s")]}, ("volumes./c", ABSENT, {"type": "bind", "read_only": False, "source": "/s"})),
    "tmpfs": ({"tmpfs": ["/r:size=1m"]}, host(Tmpfs={"/r": "size=2m"}), ("tmpfs./r", "size=1m", "size=2m")),
    "restart": ({"restart": "always"}, {}, ("restart", "always", "no")),
    "attempts": ({"restart": "on-failure:5"}, host(RestartPolicy={"Name": "on-failure", "MaximumRetryCount": 3}), ("restart", "on-failure:5", "on-failure:3")),
    "memory": ({"mem_limit": "512m", "memswap_limit": "2g"}, host(Memory=1024**3, MemorySwap=2 * 1024**3), ("mem_limit", "512m", "1g")),
    "processors": ({}, host(NanoCpus=1500000000), ("cpus", 0.0, 1.5)),
    "processes": ({}, host(PidsLimit=99), ("pids_limit", 0, 99)),
    "which processors": ({"cpuset": "0-1"}, host(CpusetCpus="0"), ("cpuset", "0-1", "0")),
    "capability": ({"cap_add": ["NET_ADMIN"]}, {}, ("cap_add", ["CAP_NET_ADMIN"], [])),
    "privileged": ({}, host(Privileged=True), ("privileged", False, True)),
    "init": ({"init": False}, {}, ("init", False, ABSENT)),
    "device": ({"devices": ["/dev/dri:/dev/dri"]}, {}, ("devices", ["/dev/dri:/dev/dri:rwm"], [])),
    "namespace": ({"pid": "host"}, {}, ("pid", "host", "")),
    "kernel setting": ({"sysctls": ["a.b=1"]}, host(Sysctls={"a.b": "2"}), ("sysctls.a.b", "1", "2")),
    "log driver": ({"logging": {"driver": "local"}}, {}, ("logging.driver", "local", "json-file")),
    "log option taken out of the file": ({}, host(LogConfig={"Type": "json-file", "Config": {"max-size": "1m"}}), ("logging.options.max-size", ABSENT, "1m")),
    "shared memory": ({"shm_size": "128m"}, {}, ("shm_size", "128m", "64m")),
    "image": ({"image": "img:2"}, {}, ("image", "img:2", "img:1")),
    "platform": ({"platform": "linux/arm64"}, {}, ("platform", "linux/arm64", "linux/amd64")),
    "name": ({"container_name": "web"}, {}, ("container_name", "web", "p-web-1")),
    "link": ({"links": ["db:database"]}, {}, ("links", ["db:database"], ABSENT)),
    "mac address": ({"mac_address": "02:42:AC:11:65:43"}, config(MacAddress="02:42:ac:11:65:44"), ("mac_address", "02:42:ac:11:65:43", "02:42:ac:11:65:44")),
}


@pytest.mark.parametrize("name", SAME)
def test_what_means_the_same_is_silent(name: str) -> None:
    service, inspect, image = SAME[name]
    images = {each: {"Id": "sha256:" + "a" * 64, "Architecture": "amd64", "Config": {}} for each in ("docker.io/library/img:1", "p-web", "p_web")}
    found = World(service=service, inspect=inspect, image={"Config": image}, images=images).look()
    assert found.differing == set()
    assert found.plan.gaps == ()
    assert found.notes <= {"client_proxies_changed"}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_is_found_where_it_is(name: str) -> None:
    service, inspect, (path, want, have) = DIFFERENT[name]
    found = World(service=service, inspect=inspect).look()
    assert found.differing == {path}
    assert found.change(path) == (want, have)


#: Where the declaration says what would be so anyway, so that taking it away changes nothing.
AS_BY_DEFAULT = {"variable unset", "variable unset and dropped by an older compose", "restart in quotes", "no limit of processes", "platform"}
DECLARED = [name for name, (service, dummy, dummy_image) in SAME.items() if service and not {"networks", "image"} & set(service)]


@pytest.mark.parametrize("name", sorted({*DECLARED} - AS_BY_DEFAULT))
def test_silence_is_not_blindness(name: str) -> None:
    """What is accepted where it is declared is found where it is not."""
    dummy, inspect, image = SAME[name]
    assert World(inspect=inspect, image={"Config": image}).look().differing
