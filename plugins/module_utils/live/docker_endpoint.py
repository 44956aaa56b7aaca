# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Docker endpoint is meant, found in the order in which the docker command line finds it.

The order of the command line is ``DOCKER_HOST``, ``DOCKER_CONTEXT``, ``currentContext`` of its ``config.json``, the
default socket (docker/cli, ``resolveContextName``). Audit and compose have to talk to the same engine, so this order is
kept, and `cli_environment` hands the result on to the command line.
"""
from __future__ import annotations

import glob
import hashlib
import json
import os
import pwd
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Tuple
from urllib.parse import unquote, urlsplit

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError, without_userinfo

DEFAULT_SOCKET = "/var/run/docker.sock"
_SSH_REMEDY = "make that machine an inventory host of its own and leave docker_host unset there"


@dataclass(frozen=True)
class Tls:
    """How to speak TLS: paths of PEM files, and the name the server's certificate has to carry."""

    verify: bool
    ca_path: Optional[str] = None
    client_cert: Optional[str] = None
    client_key: Optional[str] = None
    hostname: Optional[str] = None


@dataclass(frozen=True)
class Endpoint:
    """An engine's address.

    ``url`` is for people and for ``DOCKER_HOST``, without userinfo. ``address`` is a socket path (then ``port`` is 0) or
    a host name. ``source`` says what named the endpoint. ``tls`` is None on plain connections.
    """

    url: str
    address: str
    port: int
    source: str
    base_path: str = ""
    tls: Optional[Tls] = None

    @property
    def is_socket(self) -> bool:
        """Whether this is a unix socket, and the engine so one of this machine."""
        return self.port == 0


@dataclass(frozen=True)
class EndpointOptions:
    """What the operator asked for; the names are those of community.docker, None means not given."""

    docker_host: Optional[str] = None
    tls: Optional[bool] = None
    validate_certs: Optional[bool] = None
    ca_path: Optional[str] = None
    client_cert: Optional[str] = None
    client_key: Optional[str] = None
    tls_hostname: Optional[str] = None


def home_folder(environ: Mapping[str, str]) -> str:
    """Return the home folder of the user this process runs as."""
    if environ.get("HOME"):
        return environ["HOME"]
    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return "/"


def client_config_folder(environ: Mapping[str, str]) -> str:
    """Return the folder of the docker command line's ``config.json``."""
    return environ.get("DOCKER_CONFIG") or os.path.join(home_folder(environ), ".docker")


def read_json_file(path: str) -> Optional[Dict[str, Any]]:
    """Return the object in the file, ``{}`` where there is no file, None where it is unreadable or no JSON object."""
    try:
        with open(path, "rb") as stream:
            found = json.loads(stream.read())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def resolve_endpoint(options: EndpointOptions, environ: Mapping[str, str]) -> Endpoint:
    """Return the endpoint that ``options`` name, or else the one the docker command line would use.

    Where nothing names one and the default socket does not exist, sockets of a rootless engine and of Podman are tried.
    Raises `GatewayError` for an address that cannot be used from here, and for a context that does not exist.
    """
    if options.docker_host:
        return _parse(options.docker_host, _given_tls(options, environ), "docker_host")
    if environ.get("DOCKER_HOST"):
        return _parse(environ["DOCKER_HOST"], _given_tls(options, environ), "DOCKER_HOST")
    name, source = _context_name(environ)
    if name:
        return _from_context(name, source, options, environ)
    path, source = _existing_socket(environ)
    return Endpoint(url="unix://" + path, address=path, port=0, source=source)


def cli_environment(endpoint: Endpoint) -> Dict[str, str]:
    """Return the variables that make the docker command line use ``endpoint``.

    It finds TLS files by fixed names in one folder; raises `GatewayError` where the endpoint's files are named
    otherwise.
    """
    variables = {"DOCKER_HOST": endpoint.url}
    tls = endpoint.tls
    if tls is None:
        return variables
    named = [(tls.ca_path, "ca.pem"), (tls.client_cert, "cert.pem"), (tls.client_key, "key.pem")]
    folders = {os.path.dirname(path) for path, dummy in named if path}
    if len(folders) != 1 or any(path and os.path.basename(path) != name for path, name in named):
        raise GatewayError(
            "the docker command line cannot be given these TLS files",
            target=endpoint.url,
            remedy="put them into one folder as ca.pem, cert.pem and key.pem",
        )
    variables["DOCKER_CERT_PATH"] = folders.pop()
    variables["DOCKER_TLS_VERIFY" if tls.verify else "DOCKER_TLS"] = "1"
    return variables


def _given_tls(options: EndpointOptions, environ: Mapping[str, str]) -> Optional[Tls]:
    """Return TLS as asked for by options, completed by the command line's environment variables."""
    verify = options.validate_certs
    if verify is None and options.tls is None:
        verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    wanted = verify or options.tls or (options.tls is None and bool(environ.get("DOCKER_TLS")))
    if not wanted:
        return None
    folder = environ.get("DOCKER_CERT_PATH")
    if not folder and environ.get("DOCKER_TLS_VERIFY"):
        folder = client_config_folder(environ)
    return _tls_with_files(bool(verify), folder, options)


def _tls_with_files(verify: bool, folder: Optional[str], options: EndpointOptions) -> Tls:
    def chosen(given: Optional[str], name: str) -> Optional[str]:
        if given or not folder:
            return given
        path = os.path.join(folder, name)
        return path if os.path.exists(path) else None

    return Tls(
        verify=verify,
        ca_path=chosen(options.ca_path, "ca.pem"),
        client_cert=chosen(options.client_cert, "cert.pem"),
        client_key=chosen(options.client_key, "key.pem"),
        hostname=options.tls_hostname,
    )


def _parse(text: str, tls: Optional[Tls], source: str) -> Endpoint:
    if text.startswith("/"):
        text = "unix://" + text
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "tcp", text
    if scheme in ("unix", "http+unix"):
        path = unquote(rest) or DEFAULT_SOCKET
        return Endpoint(url="unix://" + path, address=path, port=0, source=source)
    shown = without_userinfo("%s://%s" % (scheme, rest))
    if scheme == "ssh":
        raise GatewayError("an ssh:// endpoint is not used (named by %s)" % source, target=shown, remedy=_SSH_REMEDY)
    if scheme not in ("tcp", "http", "https"):
        raise GatewayError(
            "the scheme %s:// is not known (named by %s)" % (scheme, source),
            target=shown,
            remedy="use unix:///path/to/docker.sock or tcp://host:port",
        )
    if scheme == "https" and tls is None:
        tls = Tls(verify=True)
    return _network_endpoint(rest, tls, source, shown)


def _network_endpoint(rest: str, tls: Optional[Tls], source: str, shown: str) -> Endpoint:
    try:
        parts = urlsplit("//" + rest)
        port = parts.port or (2375 if tls is None else 2376)
    except ValueError:
        port = -1
    if port < 1 or not parts.hostname:
        raise GatewayError(
            "the address has no valid host and port (named by %s)" % source,
            target=shown,
            remedy="use tcp://host:2375, or tcp://host:2376 with TLS",
        )
    host = parts.hostname
    url = "tcp://%s:%d%s" % ("[%s]" % host if ":" in host else host, port, parts.path.rstrip("/"))
    return Endpoint(url=url, address=host, port=port, source=source, base_path=parts.path.rstrip("/"), tls=tls)


def _context_name(environ: Mapping[str, str]) -> Tuple[str, str]:
    if environ.get("DOCKER_CONTEXT"):
        name, source = environ["DOCKER_CONTEXT"], "DOCKER_CONTEXT"
    else:
        path = os.path.join(client_config_folder(environ), "config.json")
        name, source = (read_json_file(path) or {}).get("currentContext") or "", path
    return ("", "") if name == "default" else (name, source)


def _from_context(name: str, source: str, options: EndpointOptions, environ: Mapping[str, str]) -> Endpoint:
    # The command line stores a context below the SHA-256 of its name (docker/cli, cli/context/store).
    digest = hashlib.sha256(name.encode("utf-8")).hexdigest()
    store = os.path.join(client_config_folder(environ), "contexts")
    meta = read_json_file(os.path.join(store, "meta", digest, "meta.json")) or {}
    docker = (meta.get("Endpoints") or {}).get("docker") or {}
    if not docker.get("Host"):
        raise GatewayError(
            "the docker context %s (named by %s) does not exist or cannot be read" % (name, source),
            target="context " + name,
            remedy="set docker_host, or choose another context with 'docker context use'",
        )
    folder = os.path.join(store, "tls", digest, "docker")
    verify = not docker.get("SkipTLSVerify") if options.validate_certs is None else options.validate_certs
    tls = None
    if os.path.isdir(folder) or docker.get("SkipTLSVerify") or options.tls or options.validate_certs:
        tls = _tls_with_files(verify, folder, options)
    return _parse(docker["Host"], tls, "context " + name)


def _existing_socket(environ: Mapping[str, str]) -> Tuple[str, str]:
    candidates: List[Tuple[str, str]] = [(DEFAULT_SOCKET, "default socket")]
    for folder in (environ.get("XDG_RUNTIME_DIR"), "/run/user/%d" % os.geteuid()):
        if folder:
            candidates.append((os.path.join(folder, "docker.sock"), "rootless socket"))
    for folder in (environ.get("XDG_RUNTIME_DIR"), "/run"):
        if folder:
            candidates.append((os.path.join(folder, "podman", "podman.sock"), "podman socket"))
    for path, source in candidates:
        if os.path.exists(path):
            return path, source
    return candidates[0]


def sockets_of_other_users() -> List[str]:
    """Return the rootless Docker sockets that exist on this machine, as URLs, to be named in advice."""
    return ["unix://" + path for path in sorted(glob.glob("/run/user/*/docker.sock"))]
