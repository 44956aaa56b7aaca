# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup gives what the export gives, writes nothing, shows no secret, and says in one sentence why it cannot."""

from __future__ import annotations

import builtins
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader

from support.scripted_app import Reply, ScriptedApp, small_radarr
from support.settings_run import export, settings

pytestmark = pytest.mark.usefixtures("short_pauses")


def looked_up(*urls: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lookup_loader.get("homelab.media_center.app_settings").run(list(urls), variables={}, **{"app": "radarr", **options})
    return found


def trouble(*urls: str, **options: Any) -> str:
    with pytest.raises(AnsibleError) as raised:
        looked_up(*urls, **options)
    return str(raised.value)


def test_it_gives_the_export_of_each_instance(app: ScriptedApp) -> None:
    other = small_radarr(ScriptedApp())
    other.lists["/tag"].clear()
    try:
        first, second = looked_up(app.url, other.url, api_key=app.key)
    finally:
        other.close()
    assert first == export(app)["settings"]
    assert first["tag"] == [{"label": "kids"}] and "tag" not in second
    assert first["download_client"][0]["fields"]["password"] == {"secret": True}
    assert app.writes == other.writes == []


def test_what_it_gives_can_be_declared_as_it_is(app: ScriptedApp) -> None:
    assert settings(app, looked_up(app.url, api_key=app.key)[0])["media_center"]["verdict"] == "in_sync"


def test_the_key_can_come_from_the_environment(app: ScriptedApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_CENTER_API_KEY", app.key)
    assert looked_up(app.url)[0]["tag"] == [{"label": "kids"}]


def test_headers_are_sent(app: ScriptedApp) -> None:
    assert looked_up(app.url, headers={"X-Api-Key": app.key})[0]["tag"] == [{"label": "kids"}]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"api_key": "wrong"}, "the API key is wrong (next: correct media_center_api_key)"),
        ({"app": "sonarr"}, "this is Radarr and not Sonarr"),
        ({"app": "plexx"}, "plexx"),
    ],
)
def test_what_was_asked_wrongly_is_told(app: ScriptedApp, options: dict[str, Any], sentence: str) -> None:
    told = trouble(app.url, **{"api_key": app.key, **options})
    assert sentence in told and app.key not in told


def test_an_instance_that_is_read_in_part_is_no_answer(app: ScriptedApp) -> None:
    app.always["/tag"] = Reply(500, {"message": "Sequence contains no matching element"})
    assert "Radarr could not be read whole: " in trouble(app.url, api_key=app.key)


def test_nothing_at_that_address(app: ScriptedApp) -> None:
    app.close()
    assert "connection refused" in trouble(app.url, api_key=app.key, timeout=1)


def test_a_missing_library_is_named(app: ScriptedApp, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_requests(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "requests":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_requests)
    assert "pip install requests" in trouble(app.url, api_key=app.key)
