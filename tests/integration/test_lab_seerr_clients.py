# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that were generated from the published API descriptions of Overseerr and Seerr work with the lab's stand-ins."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.apps.seerr import Seerr, of_app
from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import serve
from support.parts import without

#: What the lab does not have, what asks the internet, and what the descriptions tell otherwise than the apps answered.
_LEFT = (
    "public",
    "jobs",
    "discover",
    "logs",
    "sounds",
    "users",
    "jellyfin_library",
    "jellyfin_sync",
    "plex_devices",
    "plex_library",
    "profiles",
    "watch",
    "push",
    "password",
)


class Client:
    """A generated client of one app of the lab."""

    def __init__(self, name: str, folder: Path) -> None:
        try:
            self.library: Any = importlib.import_module(name)
        except ImportError:
            without(f"the Python package {name} (pip install -r requirements-test.txt)")
        self.app: Seerr = of_app(name)
        self._log = RequestLog(folder / "requests.jsonl")
        self._listener = serve(self.app, FaultFile(folder / "faults.json"), self._log)
        client = self.library.ApiClient(self.library.Configuration(host=f"{self._listener.address}/api/v1"))
        client.set_default_header("X-Api-Key", self.app.store.key)
        self.settings, self.users = self.library.SettingsApi(client), self.library.UsersApi(client)
        self.service, self.public = self.library.ServiceApi(client), self.library.PublicApi(client)

    def close(self) -> None:
        self._listener.close()
        self._log.close()


@pytest.fixture(params=["overseerr", "seerr"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    found = Client(request.param, tmp_path)
    yield found
    found.close()


def test_every_page_and_list_can_be_read(client: Client) -> None:
    read = [name for name in dir(client.settings) if name.startswith(("get_", "list_")) and not name.endswith(("_http_info", "_preload_content"))]
    read = [name for name in read if not any(each in name for each in _LEFT)]
    assert len(read) >= 15
    for name in read:
        assert getattr(client.settings, name)() is not None, name
    assert client.public.get_status().version == client.app.store.version
    assert [each.email for each in client.users.get_user().results] == ["admin@example.invalid", "user2@example.invalid"]
    assert client.users.get_user_settings_permissions(2).permissions == 32


def test_pages_agents_and_jobs_can_be_written(client: Client) -> None:
    main = client.library.MainSettings.from_dict({"applicationTitle": "Requests"})
    assert client.settings.create_main(main).application_title == "Requests"
    slack = client.settings.get_notifications_slack()
    slack.enabled = True
    assert client.settings.create_notifications_slack(slack).enabled is True
    assert client.settings.get_plex().libraries[0].enabled is True
    client.settings.list_plex_library()
    assert [each.enabled for each in client.settings.get_plex().libraries] == [False, False], "the read that switches them off"


def test_a_server_comes_is_changed_and_goes(client: Client) -> None:
    settings = client.library.RadarrSettings.from_dict(
        {
            "id": 0, "name": "Radarr", "hostname": "radarr", "port": 7878, "apiKey": "key", "useSsl": False, "activeProfileId": 4,
            "activeProfileName": "HD-1080p", "activeDirectory": "/data/media/movies", "is4k": False, "minimumAvailability": "released", "isDefault": True,
        }
    )  # fmt: skip
    settings.id = None
    made = client.settings.create_radarr(settings)
    assert made.id == 0
    settings.name = "Films"
    assert client.settings.update_radarr(0, settings).name == "Films"
    assert [each.name for each in client.settings.list_radarr()] == ["Films"]
    assert client.settings.delete_radarr(0).name == "Films"


def test_reading_a_radarr_that_is_down_ends_the_app(client: Client) -> None:
    """Trap: and it answers again only after a start."""
    test_pages_agents_and_jobs_can_be_written(client)
    client.app.store.insert_server("radarr", {"name": "Radarr", "hostname": "radarr", "port": 7878})
    client.app.store.reachable = set()
    for ends in (client.service.get_service_radarr_by_radarr_id, client.settings.list_radarr_profiles):
        client.app.dead = False
        with pytest.raises(Exception, match=r"reset|aborted|closed"):
            ends(0)
        with pytest.raises(Exception, match=r"reset|aborted|closed"):
            client.public.get_status()
    client.app.dead = False
    assert client.public.get_status().version
