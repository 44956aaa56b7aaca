# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several unit tests of the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import app_http

from support.scripted_app import ScriptedApp, small_radarr

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads are repeated as often as ever, and sooner."""
    monkeypatch.setattr(app_http, "PAUSES", (0.01, 0.01, 0.01))


@pytest.fixture
def app() -> Iterator[ScriptedApp]:
    """A Radarr with a few settings."""
    found = small_radarr(ScriptedApp())
    yield found
    found.close()
