# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything an audit wants to know from a Docker host, read in one go."""
from __future__ import annotations

import os
import pwd
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Mapping, Optional

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_endpoint import (
    client_config_folder,
    read_json_file,
)
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine, segment

Raw = Dict[str, Any]

# What the docker command line makes of `proxies` in config.json (docker/cli, ParseProxyConfig), in both cases.
_PROXY_VARIABLES = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "noProxy": "NO_PROXY",
    "ftpProxy": "FTP_PROXY",
    "allProxy": "ALL_PROXY",
}


@dataclass(frozen=True)
class Unread:
    """A thing that exists, or should, and could not be read.

    ``kind`` is container, image, info, networks or volumes; ``key`` is the id or reference, or empty; ``listed`` is the
    container's entry of the list (Names, Labels, State), or empty.
    """

    kind: str
    key: str
    error: GatewayError
    listed: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class HostFacts:
    """What a Docker host says, in the engine's own words.

    ``containers`` are the raw inspects of all containers, running or not; ``images`` the raw inspects by the id or
    reference that was asked for, None for an image that the host does not have. ``daemon_config`` is None where the
    daemon's file cannot be read, or is not on this machine. ``client_proxies`` are the variables that compose adds to
    containers: they may hold passwords, as inspects do, so ``repr()`` shows neither. What is in ``unread`` is missing
    elsewhere here and means unknown, not absent.
    """

    version: Raw = field(repr=False)
    info: Raw = field(repr=False)
    podman: bool
    api_version: str
    containers: List[Raw] = field(repr=False)
    images: Dict[str, Optional[Raw]] = field(repr=False)
    networks: List[Raw] = field(repr=False)
    volumes: List[Raw] = field(repr=False)
    daemon_config: Optional[Raw] = field(repr=False)
    client_proxies: Dict[str, str] = field(repr=False)
    containerd_store: bool
    cgroup_version: str
    rootless: bool
    unread: List[Unread] = field(repr=False)
    _engine: Engine = field(repr=False, compare=False)

    def image(self, ref: str) -> Optional[Raw]:
        """Return the raw inspect of an image id or reference, asking the engine once; None where it has none.

        Raises `GatewayError` where the engine cannot say.
        """
        if ref not in self.images:
            for unread in self.unread:
                if unread.kind == "image" and unread.key == ref:
                    raise unread.error
            self.images[ref] = _read_image(self._engine, ref)
        return self.images[ref]

    def network(self, name: str) -> Optional[Raw]:
        """Return the network of that name, or None."""
        return next((network for network in self.networks if network.get("Name") == name), None)


def read_facts(engine: Engine, references: Iterable[str] = ()) -> HostFacts:
    """Read a Docker host, with the images that ``references`` name.

    A container that goes away meanwhile is left out. What the engine refuses or fails to tell apart from the list of
    containers is listed in ``unread``. Raises `GatewayError` where the engine or that list cannot be read.
    """
    version = engine.version
    unread: List[Unread] = []
    # The slow answer first: the engine asks its storage driver and its plugins for /info.
    parts = {kind: engine.submit(engine.get, "/" + kind) for kind in ("info", "networks", "volumes")}
    listed = [entry for entry in engine.get("/containers/json", {"all": "1"}) or [] if entry.get("Id")]
    inspects = [(entry, engine.submit(engine.find, "/containers/%s/json" % segment(entry["Id"]))) for entry in listed]
    wanted = [entry.get("ImageID") for entry in listed] + list(references)
    images = {ref: engine.submit(_read_image, engine, ref) for ref in dict.fromkeys(wanted) if ref}

    containers = [_settled(future, "container", entry["Id"], unread, entry) for entry, future in inspects]
    containers = [container for container in containers if container]
    for container in containers:
        if container.get("Image") and container["Image"] not in images:
            images[container["Image"]] = engine.submit(_read_image, engine, container["Image"])
    found = {ref: _settled(future, "image", ref, unread) for ref, future in images.items()}
    missed = {entry.key for entry in unread if entry.kind == "image"}
    told = {kind: _settled(future, kind, "", unread) for kind, future in parts.items()}
    info = told["info"] or {}
    rootless = any(option.split(",")[0] == "name=rootless" for option in info.get("SecurityOptions") or [])
    return HostFacts(
        version=version,
        info=info,
        podman=engine.podman,
        api_version=engine.api_version,
        containers=containers,
        images={ref: image for ref, image in found.items() if ref not in missed},
        networks=told["networks"] or [],
        volumes=(told["volumes"] or {}).get("Volumes") or [],
        daemon_config=_daemon_config(engine, rootless),
        client_proxies=_client_proxies(engine),
        containerd_store=["driver-type", "io.containerd.snapshotter.v1"] in (info.get("DriverStatus") or []),
        cgroup_version=str(info.get("CgroupVersion") or ""),
        rootless=rootless,
        unread=unread,
        _engine=engine,
    )


def _settled(future: Future[Any], kind: str, key: str, unread: List[Unread], listed: Optional[Raw] = None) -> Any:
    try:
        return future.result()
    except GatewayError as error:
        unread.append(Unread(kind, key, error, listed or {}))
        return None


def _read_image(engine: Engine, ref: str) -> Optional[Raw]:
    # Only the manifests tell, on the containerd store, whether an index moved while the platform's image stayed.
    # Engines with graph drivers know the option and have no manifests to show.
    query = {"manifests": "1"} if engine.speaks("1.48") else None
    return engine.find("/images/%s/json" % segment(ref), query)


def _daemon_config(engine: Engine, rootless: bool) -> Optional[Raw]:
    """Return the daemon's configuration file; ``{}`` where it has none, None where it cannot be known from here."""
    if engine.podman or not engine.address.is_socket:
        return None
    path = "/etc/docker/daemon.json"
    if rootless:
        home = _owner_home(engine.address.address)
        if home is None:
            return None
        path = os.path.join(home, ".config", "docker", "daemon.json")
    return read_json_file(path)


def _owner_home(path: str) -> Optional[str]:
    try:
        return pwd.getpwuid(os.stat(path).st_uid).pw_dir
    except (OSError, KeyError):
        return None


def _client_proxies(engine: Engine) -> Dict[str, str]:
    """Return the proxy variables of the first client configuration that has some.

    Containers were made by the person who logs in, so with sudo that person's configuration counts beside ours.
    """
    folders = [client_config_folder(engine.environ)]
    for home in (_sudo_home(engine.environ), _owner_home(engine.address.address) if engine.address.is_socket else None):
        if home is not None:
            folders.append(os.path.join(home, ".docker"))
    for folder in folders:
        proxies = (read_json_file(os.path.join(folder, "config.json")) or {}).get("proxies")
        variables = _proxy_variables(proxies, engine.endpoint) if isinstance(proxies, dict) else {}
        if variables:
            return variables
    return {}


def _sudo_home(environ: Mapping[str, str]) -> Optional[str]:
    try:
        return pwd.getpwnam(environ["SUDO_USER"]).pw_dir if environ.get("SUDO_USER") else None
    except KeyError:
        return None


def _proxy_variables(proxies: Raw, endpoint: str) -> Dict[str, str]:
    chosen = proxies.get(endpoint) or proxies.get("default") or {}
    variables = {}
    for key, name in _PROXY_VARIABLES.items():
        if chosen.get(key):
            variables[name] = variables[name.lower()] = str(chosen[key])
    return variables
