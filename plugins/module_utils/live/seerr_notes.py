# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of Overseerr, Jellyseerr and Seerr beside their settings. Pure."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence

from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr_form import version_numbers
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

#: The first Seerr without the published weaknesses CVE-2026-27707, CVE-2026-27792 and CVE-2026-27793.
SAFE = (3, 1, 0)
_OTHER_PLAYERS = {2: "Jellyfin", 3: "Emby"}


def notes(app: App, version: str, status: Mapping[str, Any], raw: Raw, stands_open: bool) -> Sequence[Finding]:
    """The findings beside the settings. ``status`` is what the app says of itself; ``stands_open``: it answers without a key."""
    main, found = _page(raw, "main"), []
    if stands_open:
        message = "the settings, with the keys of all apps in clear, are given to everyone who reaches {0} as this control node does".format(app.title)
        found.append(_security("settings_public", message, "let no proxy add a key or a session in front of it"))
    if main.get("newPlexLogin") and "ADMIN" in _names(main.get("defaultPermissions")):
        message = "whoever signs in for the first time becomes an administrator"
        remedy = "take ADMIN out of defaultPermissions"
        found.append(_security("everybody_admin", message, remedy, resource="main", path="defaultPermissions"))
    if app.name == "seerr" and version[:1].isdigit() and version_numbers(version) < list(SAFE):
        message = "{0} {1} has published weaknesses: CVE-2026-27707, CVE-2026-27792 and CVE-2026-27793".format(app.title, version)
        found.append(_security("version_with_weaknesses", message, "run 3.1.0 or newer"))
    return [*found, *_workings(app, status, raw, main)]


def _workings(app: App, status: Mapping[str, Any], raw: Raw, main: Mapping[str, Any]) -> List[Finding]:
    found = []
    if status.get("restartRequired"):
        message = "{0} runs with other network settings than it shows, until it is started again".format(app.title)
        found.append(_note("restart_required", message, "start it again", severity="low"))
    if is_read_only(raw):
        message = "csrfProtection is on: {0} takes no writes with an API key".format(app.title)
        found.append(_note("writes_refused", message, "switch it off in the browser before a reconcile", category="rule"))
    if main.get("mediaServerType") in _OTHER_PLAYERS:
        player = _OTHER_PLAYERS[main["mediaServerType"]]
        found.append(_note("player_not_supported", "its media server, {0}, is not supported: its settings are left out".format(player), category="rule"))
    for kind in ("radarr", "sonarr"):
        servers, rules = raw.get(kind + "_server"), raw.get("override_rule")
        moved = isinstance(servers, list) and any(each.get("id") != place for place, each in enumerate(servers))
        if moved and isinstance(rules, list) and any(each.get(kind + "ServiceId") is not None for each in rules):
            message = "override rules of {0} can act on another server than they name: one was removed, and the app counts places".format(kind.title())
            found.append(_note("rules_misplaced", message, "look at the rules in the app", severity="medium", resource="override_rule"))
    return found


def is_read_only(raw: Raw) -> bool:
    """Whether the app refuses every write that comes with an API key only. Overseerr keeps the switch on its main page."""
    return bool(_page(raw, "network").get("csrfProtection") or _page(raw, "main").get("csrfProtection"))


def _page(raw: Raw, name: str) -> Mapping[str, Any]:
    told = raw.get(name)
    return told if isinstance(told, Mapping) else {}


def _names(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else ()


def _security(code: str, message: str, remedy: str, **more: Any) -> Finding:
    return Finding(code, message, **{"category": "security", "severity": "high", "resource": "instance", "remedy": remedy, **more})


def _note(code: str, message: str, remedy: str = "", **more: Any) -> Finding:
    return Finding(code, message, **{"category": "health", "severity": "info", "resource": "instance", "remedy": remedy, **more})
