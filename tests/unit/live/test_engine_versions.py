# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines 20.10 to 29, Compose 2.20 to 5, cgroup v1 and v2, the containerd store and Podman answer differently: the right finding, or none.

Where nothing may be found, a case beside it (`control`) changes one thing more and is found: silence is not blindness.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live import docker_engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine

from support.compose_world import CONTAINER_ID, GONE, IMAGE, IMAGE_ID, LABELS, MASKED_PATHS, OTHER_IMAGE_ID, World, changed
from support.scripted_engine import ScriptedEngine, answer, error, version

if TYPE_CHECKING:
    from pathlib import Path

SHORT = CONTAINER_ID[:12]
ENDPOINT = "p_default"


def engine(api: str, **more: Any) -> dict[str, Any]:
    return {"api_version": api, **more}


CGROUP_2 = {"cgroup_version": "2"}
CONTAINERD = {"api_version": "1.48", "containerd_store": True}
PODMAN = {"podman": True, "api_version": "1.41"}


def host(**values: Any) -> dict[str, Any]:
    return {"HostConfig": values}


def config(**values: Any) -> dict[str, Any]:
    return {"Config": values}


def endpoint(**values: Any) -> dict[str, Any]:
    return {"NetworkSettings": {"Networks": {ENDPOINT: values}}}


def network(**values: Any) -> dict[str, Any]:
    return {"networks": {"default": values}}


def on_its_own(mode: str, name: str = "bridge") -> dict[str, Any]:
    return {"HostConfig": {"NetworkMode": mode}, "NetworkSettings": {"Networks": {ENDPOINT: GONE, name: {}}}}


def port(host_ip: str, host_port: str = "80", key: str = "80/tcp") -> dict[str, Any]:
    return {"HostConfig": {"PortBindings": {key: [{"HostIp": host_ip, "HostPort": host_port}]}}, "Config": {"ExposedPorts": {key: {}}}}


def published(**values: Any) -> dict[str, Any]:
    given = {"mode": "ingress", "target": 80, "protocol": "tcp", "published": "80", **values}
    return {"ports": [{key: value for key, value in given.items() if value is not GONE}]}


def mount(kind: str, source: str, target: str = "/t", **values: Any) -> dict[str, Any]:
    return {"Type": kind, "Source": source, "Destination": target, "RW": True, "Mode": "", "Propagation": "rprivate" if kind == "bind" else "", **values}


def bind(source: str, **values: Any) -> dict[str, Any]:
    return {"volumes": [{"type": "bind", "source": source, "target": "/t", "bind": {}, **values}]}


def manifest(digest: str) -> dict[str, Any]:
    return {"ID": digest, "Kind": "image", "Available": True, "ImageData": {"Platform": {"os": "linux", "architecture": "amd64"}}}


def image(identity: str, **values: Any) -> dict[str, Any]:
    return changed(IMAGE, {"Id": identity, **values})


def descriptor(digest: str) -> dict[str, Any]:
    return {"ImageManifestDescriptor": {"digest": digest, "platform": {"os": "linux", "architecture": "amd64"}}}


MOVED = {"img:1": image(OTHER_IMAGE_ID, Config={"Labels": {"new": "1"}}, Manifests=[manifest("sha256:m2")])}
UNCHANGED_MANIFEST = {"img:1": image(OTHER_IMAGE_ID, Config={"Labels": {"new": "1"}}, Manifests=[manifest("sha256:m1")])}
OTHER_LAYERS = image(OTHER_IMAGE_ID, RootFS={"Layers": ["sha256:2"]})
EMPTY_LEFT_OUT = dict.fromkeys(("Env", "Cmd", "Entrypoint", "Labels", "Volumes"), GONE)
INHERITED = {"command", "entrypoint", "environment.PATH", "healthcheck.test", "stop_signal", "user", "working_dir"}
NAMED = network(aliases=["db2"])
BRIDGED = {"network_mode": "bridge", "networks": GONE}
OWN_ENV = ["PATH=/bin", "FROM_IMAGE=1", "OWN=1"]
CDI = {"Driver": "cdi", "Count": 0, "DeviceIDs": ["vendor.com/gpu=0"], "Capabilities": None, "Options": None}
STOPPED = {"Status": "exited", "Running": False, "Pid": 0}
SYSCTL = "net.ipv4.conf.eth0.forwarding"
SYSCTL_OPTION = {"com.docker.network.endpoint.sysctls": "net.ipv4.conf.IFNAME.forwarding=1"}
PROXIED = {"HTTP_PROXY": "http://proxy:3128", "http_proxy": "http://proxy:3128", "NO_PROXY": "lan", "no_proxy": "lan"}
PROXY_ENV = ["PATH=/bin", "HTTP_PROXY=http://proxy:3128", "no_proxy=lan"]
HOOK_LABELS = {"com.docker.compose." + key: GONE for key in ("config-hash", "oneoff", "container-number")}
PODMAN_ANSWER = {
    "Config": {"StopSignal": "15", "StopTimeout": 10, "Env": ["PATH=/bin", "HOME=/root", "container=podman"]},
    "HostConfig": {"Runtime": "oci", "Ulimits": [{"Name": "RLIMIT_NOFILE", "Soft": 1, "Hard": 1}], "Annotations": {"io.container.manager": "libpod"}},
}


@dataclass(frozen=True)
class Case:
    """A row: its number, the situation, and everything that is told about it."""

    name: str
    world: World
    differing: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    not_comparable: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)


def row(
    name: str,
    inspect: dict[str, Any] | None = None,
    service: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    told: str | set[str] = "",
    unknown: str | set[str] = "",
    not_comparable: str | set[str] = "",
    notes: str | set[str] = "",
    **more: Any,
) -> Case:
    world = World(inspect=inspect or {}, service=service or {}, facts=facts or {}, **more)
    return Case(name, world, *({each} if isinstance(each, str) and each else set(each) for each in (told, unknown, not_comparable, notes)))


MAC = "02:42:ac:11:00:09"
GENERATED_GONE = {
    "NetworkSettings": dict.fromkeys(("Bridge", "IPAddress", "Gateway", "MacAddress", "HairpinMode", "SecondaryIPAddresses", "LinkLocalIPv6Address"), GONE)
}
SECCOMP = '{"defaultAction": "SCMP_ACT_ALLOW",\n "syscalls": []}\n'
IN_MOUNTS = {
    "HostConfig": {"Binds": None, "Mounts": [{"Type": "bind", "Source": "/s", "Target": "/t", "BindOptions": {"CreateMountpoint": True}}]},
    "Mounts": [mount("bind", "/s")],
}
RECURSIVE = {
    "HostConfig": {"Mounts": [{"Type": "bind", "Source": "/s", "Target": "/t", "ReadOnly": True, "BindOptions": {"ReadOnlyNonRecursive": True}}]},
    "Mounts": [mount("bind", "/s", RW=False)],
}

CASES = [
    row("00 the two sides agree"),
    row("01", GENERATED_GONE, facts=engine("1.52")),
    row("01 control", {**GENERATED_GONE, **config(User="1000")}, facts=engine("1.52"), told="user"),
    row("02", endpoint(MacAddress=MAC), {"mac_address": MAC.upper()}, engine("1.52")),
    row("02 control", endpoint(MacAddress=MAC), {"mac_address": "02:42:ac:11:00:0a"}, engine("1.52"), told="mac_address"),
    row("03 1.52", {**endpoint(MacAddress=""), "State": STOPPED}, {"mac_address": MAC}, engine("1.52"), unknown="mac_address"),
    row("03 1.44", {**endpoint(MacAddress=""), **config(MacAddress=MAC), "State": STOPPED}, {"mac_address": MAC}, engine("1.44")),
    row("03 control", {**config(MacAddress=MAC), "State": STOPPED}, {"mac_address": "02:42:ac:11:00:0a"}, engine("1.44"), told="mac_address"),
    row("04", endpoint(MacAddress=MAC)),
    row("04 control", endpoint(MacAddress=MAC), network(mac_address="02:42:ac:11:00:0a"), told="networks.default.mac_address"),
    row("05", {**config(Hostname="box"), **endpoint(Aliases=["p-web-1", "web", SHORT, "box"])}, {"hostname": "box"}, engine("1.44")),
    row("05 control", {**config(Hostname="box"), **endpoint(Aliases=["p-web-1", "web", SHORT, "box"])}, {}, engine("1.44"), told="hostname"),
    row("06", endpoint(Aliases=["p-web-1", "web", "extra"]), facts=engine("1.45"), told="networks.default.aliases"),
    row("07", endpoint(Aliases=["p-web-1", "web"], DNSNames=["p-web-1", "web", "db2", SHORT]), NAMED, engine("1.45"), "networks.default.aliases"),
    row("08 1.48", endpoint(GwPriority=0), network(gw_priority=100), engine("1.48"), told="networks.default.gw_priority"),
    row("08 1.47", {}, network(gw_priority=100), engine("1.47"), not_comparable="networks.default.gw_priority"),
    row("09 25", on_its_own("default"), BRIDGED),
    row("09 26", on_its_own("bridge"), BRIDGED),
    row("09 control", on_its_own("host", "host"), BRIDGED, told="network_mode"),
    row("10", port("::1"), published(host_ip="0:0:0:0:0:0:0:1"), engine("1.51")),
    row("10 mapped", port("::ffff:10.0.0.1"), published(host_ip="10.0.0.1"), engine("1.51")),
    row("10 control", port("::2"), published(host_ip="0:0:0:0:0:0:0:1"), engine("1.51"), told="ports"),
    row("11", port("127.0.0.1"), published(), told="ports"),
    row("12 empty", {"HostConfig": {"PortBindings": {"80/tcp": []}}, "Config": {"ExposedPorts": {"80/tcp": {}}}}, published(published=GONE)),
    row("12 filled", port("", ""), published(published=GONE)),
    row("12 control", port("", "80"), published(published=GONE), told="ports"),
    row("13 28", config(ExposedPorts={"9091-9092": {}}), {"expose": ["9091-9092"]}),
    row("13 29", config(ExposedPorts={"9091/tcp": {}, "9092/tcp": {}}), {"expose": ["9091-9092"]}),
    row("13 control", config(ExposedPorts={"9091/tcp": {}}), {"expose": ["9091-9092"]}, told="expose"),
    row("14", port("11127.0.0.1"), published(host_ip="11127.0.0.1"), notes="port_address_invalid"),
    row("15 unset", host(OomKillDisable=None, MemorySwappiness=None, CgroupnsMode="private"), facts=CGROUP_2),
    row(
        "15 set", host(OomKillDisable=None, MemorySwappiness=None, CgroupnsMode="private"), {"oom_kill_disable": True, "mem_swappiness": "10"}, CGROUP_2,
        not_comparable={"oom_kill_disable", "mem_swappiness"},
    ),
    row("15 control", host(OomKillDisable=False, MemorySwappiness=None), {"oom_kill_disable": True}, told="oom_kill_disable"),
    row("16 no swap accounting", host(Memory=536870912, MemorySwap=-1), {"mem_limit": "536870912"}, info={"SwapLimit": False}),
    row("16 swap accounting", host(Memory=536870912, MemorySwap=-1), {"mem_limit": "536870912"}, told="memswap_limit"),
    row("17", host(NanoCpus=2099999872), {"cpus": 2.1}),
    row("17 other", host(NanoCpus=2000000000), {"cpus": 2.1}, told="cpus"),
    row("18 v1", host(CgroupnsMode="host")),
    row("18 v2", host(CgroupnsMode="private"), facts=CGROUP_2),
    row("18 control", host(CgroupnsMode="private"), {"cgroup": "host"}, CGROUP_2, told="cgroup"),
    row(
        "19 daemon.json", host(Ulimits=[{"Name": "nofile", "Soft": 1, "Hard": 2}], LogConfig={"Type": "json-file", "Config": {"max-size": "10m"}}),
        facts={"daemon_config": {"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1, "Hard": 2}}, "log-opts": {"max-size": "10m"}}},
    ),
    row(
        "19 unreadable", host(Ulimits=[{"Name": "nofile", "Soft": 1, "Hard": 2}], LogConfig={"Type": "json-file", "Config": {"max-size": "10m"}}),
        facts={"daemon_config": None}, unknown={"ulimits.nofile", "logging.options.max-size"},
    ),
    row(
        "19 control", host(Ulimits=[{"Name": "nofile", "Soft": 1, "Hard": 2}], LogConfig={"Type": "json-file", "Config": {"max-size": "10m"}}),
        told={"ulimits.nofile", "logging.options.max-size"},
    ),
    row("20 20.10", host(MaskedPaths=MASKED_PATHS)),
    row("20 24", host(MaskedPaths=[*MASKED_PATHS, "/sys/devices/virtual/powercap"])),
    row("20 29", host(MaskedPaths=[*MASKED_PATHS, "/sys/devices/virtual/powercap", "/proc/interrupts", "/sys/devices/system/cpu/cpu0/thermal_throttle"])),
    row("20 control", host(MaskedPaths=[], ReadonlyPaths=[]), told="security_opt"),
    row("21", {"Mounts": [mount("bind", "/", Propagation="rslave")]}, bind("/")),
    row("21 control", {"Mounts": [mount("bind", "/", Propagation="rshared")]}, bind("/"), told="volumes./t"),
    row("22", IN_MOUNTS, bind("/s", bind={"create_host_path": True})),
    row("22 control", IN_MOUNTS, bind("/other", bind={"create_host_path": True}), told="volumes./t"),
    row("23", RECURSIVE, bind("/s", read_only=True), engine("1.44")),
    row("23 control", RECURSIVE, bind("/s", read_only=True, bind={"recursive": "readonly"}), engine("1.44"), told="volumes./t"),
    row("24", descriptor("sha256:m1"), facts=CONTAINERD, images=UNCHANGED_MANIFEST, notes="image_index_moved"),
    row("25", descriptor("sha256:m2x"), facts=CONTAINERD, images=UNCHANGED_MANIFEST, told="image_id"),
    row(
        "26", facts={**CONTAINERD, "api_version": "1.47"}, images={**MOVED, IMAGE_ID: None},
        unknown=INHERITED | {"image_id"},
    ),
    row(
        "27", config(Env=OWN_ENV, Labels={"from.image": "1"}), {"environment": {"OWN": "1"}}, CONTAINERD,
        images={IMAGE_ID: None, "img:1": image(IMAGE_ID, Config=GONE, Architecture="")},
        unknown=INHERITED | {"environment.FROM_IMAGE", "labels.from.image"},
    ),
    row(
        "27 proved the same", {**config(Env=OWN_ENV), **descriptor("sha256:m1")}, {"environment": {"OWN": "1"}}, CONTAINERD,
        images={IMAGE_ID: None, "img:1": image(OTHER_IMAGE_ID, Config={"Env": OWN_ENV[:2]}, Manifests=[manifest("sha256:m1")])}, notes="image_index_moved",
    ),
    row(
        "27 control", {**config(Env=OWN_ENV), **descriptor("sha256:m1")}, {"environment": {"OWN": "2"}}, CONTAINERD,
        images={IMAGE_ID: None, "img:1": image(OTHER_IMAGE_ID, Config={"Env": OWN_ENV[:2]}, Manifests=[manifest("sha256:m1")])},
        notes="image_index_moved", told="environment.OWN",
    ),
    row("28", config(Env=[], Cmd=None), facts=engine("1.52"), image={"Config": EMPTY_LEFT_OUT}),
    row("28 control", config(Env=["A=1"], Cmd=None), facts=engine("1.52"), image={"Config": EMPTY_LEFT_OUT}, told="environment.A"),
    row(
        "29 classic", config(Image="repo@sha256:" + "c" * 64), {"image": "repo@sha256:" + "c" * 64},
        images={"repo@sha256:" + "c" * 64: image(IMAGE_ID, RepoDigests=["repo@sha256:" + "c" * 64])},
    ),
    row("29 containerd", config(Image="repo@" + IMAGE_ID), {"image": "repo@" + IMAGE_ID}, CONTAINERD, images={"repo@" + IMAGE_ID: image(IMAGE_ID)}),
    row("29 control", config(Image="repo@" + IMAGE_ID), {"image": "repo@" + OTHER_IMAGE_ID}, CONTAINERD, told="image"),
    row("30", more=({"Id": "c" * 64, "Name": "/adhoc", "Config": {"Labels": HOOK_LABELS, "Hostname": "c" * 12}},), notes="container_not_counted"),
    row("30 control", more=({"Id": "c" * 64, "Name": "/adhoc", "Config": {"Labels": LABELS, "Hostname": "c" * 12}},), told="scale"),
    row("31", {"Name": "/p_web_1"}),
    row("31 control", {"Name": "/p_web_one"}, told="container_name"),
    row("32", {"Name": "/0123456789ab_p-web-1"}, told="container_name", notes="recreate_interrupted"),
    row("33", config(Labels={"com.docker.compose.config-hash": "another", "com.docker.compose.version": "2.23.0"})),
    row("33 control", config(Labels={"com.docker.compose.config-hash": "another", "app": "1"}), told="labels.app"),
    row("34", config(Labels={"com.docker.compose.image": OTHER_IMAGE_ID}), facts=CONTAINERD),
    row("34 control", {"Image": OTHER_IMAGE_ID}, facts=CONTAINERD, images={OTHER_IMAGE_ID: OTHER_LAYERS}, told="image_id"),
    row("35", config(Env=PROXY_ENV), facts={"client_proxies": PROXIED}),
    row("35 proxies of an earlier day", config(Env=["PATH=/bin", "HTTP_PROXY=http://old"]), facts={"client_proxies": PROXIED}, notes="client_proxies_changed"),
    row("35 no proxies", config(Env=PROXY_ENV), told={"environment.HTTP_PROXY", "environment.no_proxy"}),
    row(
        "36", host(RestartPolicy={"Name": "on-failure", "MaximumRetryCount": 3}),
        {"restart": "always", "deploy": {"restart_policy": {"condition": "on-failure", "max_attempts": 3}}},
    ),
    row("36 control", host(RestartPolicy={"Name": "always"}), {"deploy": {"restart_policy": {"condition": "on-failure"}}}, told="restart"),
    row("37", config(Entrypoint=None, Cmd=["sleep", "inf"]), {"entrypoint": []}, image={"Config": {"Entrypoint": ["/init"]}}),
    row("37 control", config(Entrypoint=None, Cmd=["sleep", "inf"]), {}, image={"Config": {"Entrypoint": ["/init"]}}, told="entrypoint"),
    row("38", host(DeviceRequests=[CDI], Devices=[]), {"devices": [{"source": "vendor.com/gpu=0", "target": "vendor.com/gpu=0", "permissions": "rwm"}]}),
    row("38 control", host(DeviceRequests=[CDI], Devices=[]), {"devices": [{"source": "vendor.com/gpu=1"}]}, told="devices"),
    row("39", host(SecurityOpt=['seccomp={"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}']), {"security_opt": ["seccomp=./p.json"]}),
    row("39 control", host(SecurityOpt=['seccomp={"defaultAction":"SCMP_ACT_KILL"}']), {"security_opt": ["seccomp:./p.json"]}, told="security_opt"),
    row("39 unreadable", host(SecurityOpt=["seccomp={}"]), {"security_opt": ["seccomp=./gone.json"]}, unknown="security_opt"),
    row("40", {**host(Sysctls={}), **endpoint(DriverOpts=SYSCTL_OPTION)}, {"sysctls": {SYSCTL: "1"}}, engine("1.47")),
    row("40 control", {**host(Sysctls={}), **endpoint(DriverOpts=SYSCTL_OPTION)}, {"sysctls": {SYSCTL: "0"}}, engine("1.47"), told="sysctls." + SYSCTL),
    row(
        "41", config(Healthcheck={"Test": ["CMD", "a"], "StartInterval": 5 * 10**9}), {"healthcheck": {"test": ["CMD", "a"]}}, engine("1.44"),
        image={"Config": {"Healthcheck": {"Test": ["CMD", "b"], "StartInterval": 5 * 10**9}}},
    ),
    row(
        "41 control", config(Healthcheck={"Test": ["CMD", "a"], "StartInterval": 5 * 10**9}), {"healthcheck": {"test": ["CMD", "a"], "start_interval": "6s"}},
        engine("1.44"), told="healthcheck.start_interval",
    ),
    row("42 v5", {"Mounts": [mount("bind", "/s")]}, bind("/s", bind={})),
    row("42 v2", {"Mounts": [mount("bind", "/s")]}, bind("/s", bind={"create_host_path": True})),
    row("42 control", {"Mounts": [mount("volume", "/x", Name="p_x")]}, bind("/s", bind={}), told="volumes./t"),
    row("44", PODMAN_ANSWER, facts=PODMAN),
    row("44 declared", PODMAN_ANSWER, {"stop_signal": "SIGINT", "environment": {"HOME": "/root"}}, PODMAN, not_comparable="stop_signal"),
    row("44 control", PODMAN_ANSWER, {"environment": {"HOME": "/other"}, "restart": "always"}, PODMAN, told={"environment.HOME", "restart"}),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_answer_gives_the_right_finding_or_none(case: Case, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(SECCOMP)
    world = World(**{**case.world.__dict__, "config_dir": str(tmp_path)})
    found = world.look()
    assert found.differing == case.differing
    assert found.gaps("unknown") - found.gaps("not_comparable") == {*case.unknown}
    assert found.gaps("not_comparable") == case.not_comparable
    assert found.notes == case.notes


def test_43_floor_of_the_engine_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_engine, "RETRY_PAUSES", (0.0, 0.0))
    refusal = error(400, "client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version")
    server = ScriptedEngine(tmp_path / "docker.sock")
    try:
        server.replies["/version"] = [version("1.41", "1.12"), version("1.52", "1.44")]
        server.replies["/v1.41/info"] = [refusal]
        server.replies["/v1.51/info"] = [answer({"ok": True})]
        with Engine(docker_host=server.url, environ={}, timeout=5) as asked:
            assert asked.get("/info") == {"ok": True}
        server.replies["/version"] = [version("1.41", "1.12")]
        server.replies["/v1.44/info"] = [refusal]
        with Engine(docker_host=server.url, environ={}, timeout=5) as asked, pytest.raises(GatewayError, match="too old"):
            asked.get("/info")
    finally:
        server.close()


def test_every_case_is_here() -> None:
    numbers = {int(case.name.split()[0]) for case in CASES} | {43}
    assert numbers == set(range(45))
    silent = {case.name.split()[0] for case in CASES if not (case.differing or case.unknown or case.not_comparable or case.notes)} - {"00"}
    loud = {case.name.split()[0] for case in CASES if case.differing}
    assert silent <= loud
