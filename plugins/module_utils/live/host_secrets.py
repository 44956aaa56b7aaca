# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets in the database of Radarr, Sonarr, Lidarr, Readarr or Prowlarr, as fingerprints by the paths of their settings. Pure."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import hmac
import json
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App, SettingsResource

_TABLES: Mapping[str, str] = {
    "application": "Applications",
    "download_client": "DownloadClients",
    "import_list": "ImportLists",
    "indexer": "Indexers",
    "indexer_proxy": "IndexerProxies",
    "metadata": "Metadata",
    "notification": "Notifications",
}
HOST = "config_host"
_USERS = "users"
#: Where Prowlarr keeps the settings of an indexer that is made by a definition; its API shows them beside the others.
_DEFINED = "extraFieldData"
#: The apps' own number is 10,000; a damaged row must not keep a host busy.
_MOST_ITERATIONS = 5000000


@dataclasses.dataclass(frozen=True)
class Secrets:
    """Fingerprints by ``kind/name/path``, and what could not be understood."""

    fingerprints: Mapping[str, str]
    faults: Tuple[str, ...] = ()


def queries(app: App) -> Dict[str, str]:
    """What to ask the database of an app."""
    asked = {kind: 'SELECT "Name", "Implementation", "Settings" FROM "{0}"'.format(_TABLES[kind]) for kind in _TABLES if kind in app.resources}
    wanted = ", ".join("'{0}'".format(each.lower()) for each in _in_config(app))
    asked[HOST] = 'SELECT "Key", "Value" FROM "Config" WHERE lower("Key") IN ({0})'.format(wanted)
    # Readarr's table has no salt.
    asked[_USERS] = 'SELECT * FROM "Users" ORDER BY "Id"'
    return asked


def _in_config(app: App) -> Sequence[str]:
    return [each for each in app.resources[HOST].secrets if each != "password"]


def secrets_of(app: App, rows: Mapping[str, Sequence[Mapping[str, Any]]], redactor: Redactor) -> Secrets:
    """The fingerprints of all secrets that are set. Things of one name are left out: nothing says which is meant."""
    found: Dict[str, str] = {}
    faults: List[str] = []
    for kind in sorted(set(rows) & set(_TABLES)):
        names = [_name(app.resources[kind], row) for row in rows[kind]]
        for name, row in zip(names, rows[kind]):
            if names.count(name) > 1:
                continue
            try:
                settings = json.loads(row.get("Settings") or "{}")
            except ValueError:
                faults.append("the settings of {0} {1} do not parse".format(kind, name))
                continue
            for path, value in _leaves(settings if isinstance(settings, dict) else {}):
                if _is_secret(app.resources[kind], path, value, redactor):
                    found["/".join((kind, name, path))] = redactor.fingerprint(str(value))
    by_key = {str(row.get("Key")).lower(): row.get("Value") for row in rows.get(HOST) or ()}
    for each in _in_config(app):
        if by_key.get(each.lower()):
            found["/".join((HOST, "", each))] = redactor.fingerprint(str(by_key[each.lower()]))
    return Secrets(found, tuple(faults))


def _name(resource: SettingsResource, row: Mapping[str, Any]) -> str:
    return str(row.get("Implementation" if resource.key == ("implementation",) else "Name"))


def _leaves(settings: Mapping[str, Any], prefix: str = "fields") -> Iterator[Tuple[str, Any]]:
    for name, value in settings.items():
        if name == _DEFINED and prefix == "fields" and isinstance(value, dict):
            yield from _leaves(value)
        elif isinstance(value, dict):
            yield from _leaves(value, "{0}.{1}".format(prefix, name))
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
            yield "{0}.{1}".format(prefix, name), value


def _is_secret(resource: SettingsResource, path: str, value: Any, redactor: Redactor) -> bool:
    return redactor.is_secret(resource.field(path), path, value) or (isinstance(value, str) and redactor.text(value) != value)


def password_matches(rows: Mapping[str, Sequence[Mapping[str, Any]]], password: str) -> str:
    """``equal``, ``different`` or ``unknown``: whether the stored hash of the user interface's password is that of ``password``."""
    users = rows.get(_USERS)
    if users is None:
        return "unknown"
    stored = str(users[0].get("Password") or "") if users else ""
    if not stored:
        return "different"
    try:
        known = hmac.compare_digest(_hashed(users[0], stored, password).encode("ascii"), stored.encode("utf-8", "surrogateescape"))
    except (ValueError, OverflowError, TypeError, binascii.Error):
        return "unknown"
    return "equal" if known else "different"


def _hashed(user: Mapping[str, Any], stored: str, password: str) -> str:
    data = password.encode("utf-8")
    salt, iterations = user.get("Salt"), user.get("Iterations")
    if not salt:
        return hashlib.sha256(data).hexdigest()
    if not isinstance(iterations, int) or not 0 < iterations <= _MOST_ITERATIONS:
        raise ValueError
    length = len(base64.b64decode(stored, validate=True))
    return base64.b64encode(hashlib.pbkdf2_hmac("sha512", data, base64.b64decode(salt, validate=True), iterations, length)).decode("ascii")
