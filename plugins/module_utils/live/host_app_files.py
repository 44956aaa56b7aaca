# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the apps keep their files on a docker host, and what stands in the files that are no database."""

from __future__ import annotations

import dataclasses
import functools
import html
import json
import os
import posixpath
import re
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple, Union

from ansible_collections.homelab.media_center.plugins.module_utils.live.host_child import Unreadable, in_folder, owner_of, read_text
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_qbittorrent import CONF_FILES, PLACE, password_in_conf

SERVARR = ("lidarr", "prowlarr", "radarr", "readarr", "sonarr")
_PLEX = "Plex Media Server/Preferences.xml"


@dataclasses.dataclass(frozen=True)
class AppFiles:
    """The files of one app below the folder that its container calls one of ``mounts``.

    ``files`` are places of the file with the app's key, the usual one first. ``key`` finds the key in its text. ``variables`` are those
    of the container that outrank the file. ``database`` is empty where the app's is not read. ``password`` says of the text of the file whether it
    keeps a password, for an app of which nothing else is read, and ``place`` where its settings tell that password.
    """

    files: Tuple[str, ...]
    key: Callable[[str], str]
    variables: Tuple[str, ...] = ()
    database: str = ""
    mounts: Tuple[str, ...] = ("/config",)
    password: Optional[Callable[[str, str], str]] = None
    place: str = "config_host//password"


def _element(name: str) -> Callable[[str], str]:
    pattern = re.compile(r"<{0}>([^<]*)</{0}>".format(name))

    def read(text: str) -> str:
        match = pattern.search(text)
        return html.unescape(match.group(1)).strip() if match else ""

    return read


def _plex_token(text: str) -> str:
    match = re.search(r'\sPlexOnlineToken="([^"]*)"', text)
    return html.unescape(match.group(1)) if match else ""


def _seerr_key(text: str) -> str:
    document = json.loads(text)
    main = document.get("main") if isinstance(document, dict) else None
    key = main.get("apiKey") if isinstance(main, dict) else None
    return key if isinstance(key, str) else ""


def _bazarr_key(text: str) -> str:
    """The key in Bazarr's own block style; a host need not have a YAML library."""
    section = ""
    for line in text.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            section = line.partition(":")[0].strip()
        match = re.fullmatch(r"\s+apikey:\s*(?:'([^']*)'|\"([^\"]*)\"|([^\s#]+))\s*(?:#.*)?", line)
        if section == "auth" and match:
            return next(each for each in match.groups() if each is not None)
    return ""


def _servarr(name: str) -> AppFiles:
    return AppFiles(("config.xml",), _element("ApiKey"), (name.upper() + "__AUTH__APIKEY",), name + ".db")


_SEERR = AppFiles(("settings.json",), _seerr_key, ("API_KEY",), mounts=("/app/config", "/config"))
APP_FILES: Mapping[str, AppFiles] = {
    **{name: _servarr(name) for name in SERVARR},
    "seerr": _SEERR,
    "jellyseerr": _SEERR,
    # It does not know the variable.
    "overseerr": dataclasses.replace(_SEERR, variables=()),
    "bazarr": AppFiles(("config/config.yaml", "config.yaml"), _bazarr_key),
    "qbittorrent": AppFiles(CONF_FILES, lambda text: "", password=password_in_conf, place=PLACE),
    "plex": AppFiles(("Library/Application Support/" + _PLEX, _PLEX), _plex_token),
}


def folder_of(app: AppFiles, container: Mapping[str, Any], exists: Callable[[str], bool] = os.path.exists) -> Union[str, Unreadable]:
    """The folder of this host that a container's inspect names as the app's own."""
    sources = {posixpath.normpath(str(each.get("Destination") or "")): str(each.get("Source") or "") for each in container.get("Mounts") or ()}
    wanted = (*((app.database,) if app.database else ()), *app.files)
    usual = [path for path in app.mounts if path in sources]
    for path in (*usual, *sorted(sources)):
        source = sources[path]
        if source and any(exists(os.path.join(source, name)) for name in wanted):
            return source
    remedy = "say with data_path which folder of this host holds {0}".format(wanted[0])
    if usual:
        return Unreadable("{0}, which the container has as {1}, holds no {2}, or may not be read".format(sources[usual[0]], usual[0], wanted[0]), remedy)
    return Unreadable("no mount of the container holds {0}".format(wanted[0]), remedy)


def environment_of(container: Mapping[str, Any]) -> Dict[str, str]:
    """The variables of a container by upper-case name."""
    told = (container.get("Config") or {}).get("Env") or ()
    return {name.upper(): value for name, dummy, value in (str(each).partition("=") for each in told)}


def read_file(folder: str, names: Sequence[str]) -> Union[Tuple[str, str], Unreadable]:
    """Name and text of the first of ``names`` that the folder has, read as the user who owns it."""
    for name in names:
        try:
            owner = owner_of(os.path.join(folder, name))
        except FileNotFoundError:
            continue
        except OSError:
            return Unreadable("{0} may not be read".format(os.path.join(folder, name)), "run with become")
        text = in_folder(folder, owner, functools.partial(read_text, name=name))
        if text is not None:
            return text if isinstance(text, Unreadable) else (name, text)
    return Unreadable("there is no {0} in {1}".format(names[0], folder), "say with data_path which folder of this host the container has as its /config")


def key_in(app: AppFiles, name: str, text: str) -> Union[str, Unreadable]:
    """The key in the text of an app's file."""
    try:
        key = app.key(text)
    except ValueError:
        return Unreadable("{0} does not parse".format(name), "start the app and save its settings once")
    return key or Unreadable("there is no key in {0}".format(name), "finish the first steps of the app")


def postgres_host(text: str, environment: Mapping[str, str], app: str) -> str:
    """The PostgreSQL server that an app's ``config.xml`` or variables name instead of a database file; empty where none."""
    return environment.get(app.upper() + "__POSTGRES__HOST") or _element("PostgresHost")(text)


def certificate_password(text: str) -> Optional[str]:
    """The password of the app's TLS certificate in its ``config.xml``."""
    return _element("SslCertPassword")(text) or None
