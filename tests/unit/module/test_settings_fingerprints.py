# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masked secrets are compared by the fingerprints of the app's own database, in whatever spelling it keeps a name."""

from __future__ import annotations

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import NotComparable
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import declared_state, running_state
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import Declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import with_fingerprints
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr_radarr import RADARR

REDACTOR = Redactor("run key")
PATH = "fields.password"


@pytest.mark.parametrize("stored", ["qBittorrent", "QBITTORRENT"])
@pytest.mark.parametrize(("password", "same"), [("hunter2", True), ("hunter3", False)])
def test_a_secret_is_compared_under_any_spelling_of_its_name(stored: str, password: str, same: bool) -> None:
    document = {"download_client": [{"name": "qbittorrent", "implementation": "QBittorrent", "fields": {"password": password}}]}
    declared = declared_state(RADARR, document)
    answer = {"id": 1, "name": stored, "implementation": "QBittorrent", "fields": [{"name": "password", "value": "********"}]}
    running = running_state(RADARR, {"download_client": [answer]}, declared)
    known = {f"download_client/{stored}/{PATH}": REDACTOR.fingerprint("hunter2")}

    want, have = with_fingerprints(RADARR, Declared(True, declared, document), running, known, REDACTOR)

    ident = ("download_client", "qbittorrent")
    assert not isinstance(have.items[ident].values[PATH], NotComparable)
    assert (want.items[ident].values[PATH] == have.items[ident].values[PATH]) is same
