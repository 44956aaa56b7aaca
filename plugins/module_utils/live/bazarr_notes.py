# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of a Bazarr beside its settings: doors that stand open, and settings that it took and never uses."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import Raw

#: Answers without a login whatever ``auth.type`` says, as the archives of its backups and a route that calls any address do. Observed with 1.5.2.
_OPEN = "/bazarr.log"


def notes(session: Session, prefix: str, raw: Raw, unknown: Sequence[str]) -> List[Finding]:
    """Everything that is worth a finding. What cannot be seen is left out."""
    return [*_doors(session, raw), *_providers(session, prefix, raw), *_gone_profiles(raw), *_sections(unknown)]


def _doors(session: Session, raw: Raw) -> List[Finding]:
    found = []
    auth = raw.get("auth")
    if isinstance(auth, Mapping) and auth.get("type") is None:
        message = "auth.type is not set: the start page gives the API key to everyone who reaches it"
        remedy = "set auth.type to form, with username and password"
        found.append(Finding("authentication_off", message, category="security", resource="auth", path="type", severity="high", remedy=remedy))
    if session.stands_open(_OPEN):
        message = "the log answers without a login, and so do the backups with all secrets in them, whatever auth.type says"
        remedy = "let only a proxy with a login reach Bazarr, or only networks that are trusted"
        found.append(Finding("routes_without_login", message, category="security", resource="auth", severity="medium", remedy=remedy))
    return found


def _providers(session: Session, prefix: str, raw: Raw) -> List[Finding]:
    general = raw.get("general")
    enabled = general.get("enabled_providers") if isinstance(general, Mapping) else None
    if not enabled:
        return []
    try:
        answer = session.get(prefix + "/providers")
    except GatewayError:
        return []
    told: Any = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(told, list):
        return []
    names = {str(each.get("name")) for each in told if isinstance(each, Mapping)}
    return [_idle("enabled_providers", "Bazarr has no provider {0}: it is stored and never asked".format(each)) for each in enabled if each not in names]


def _gone_profiles(raw: Raw) -> List[Finding]:
    general, profiles = raw.get("general"), raw.get("language_profile")
    if not isinstance(general, Mapping) or not isinstance(profiles, list):
        return []
    numbers = {each.get("id") for each in profiles}
    names = [name for name in ("serie_default_profile", "movie_default_profile") if isinstance(general.get(name), int) and general[name] not in numbers]
    return [_idle(name, "general.{0} is a language profile that is gone, and Bazarr's own health page says nothing".format(name)) for name in names]


def _idle(path: str, message: str) -> Finding:
    remedy = "correct it in Bazarr, or in git and let git win"
    return Finding("setting_without_effect", message, category="health", resource="general", path=path, severity="medium", remedy=remedy)


def _sections(unknown: Sequence[str]) -> List[Finding]:
    if not unknown:
        return []
    message = "this version of Bazarr has settings that are not known here and not compared: {0}".format(", ".join(unknown))
    return [Finding("sections_unknown", message, category="rule", resource="instance", severity="info")]
