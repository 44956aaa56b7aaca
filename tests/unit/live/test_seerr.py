# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of the recorded Seerr 3.1 and Overseerr 1.34, and what is found when one value of it is another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live import seerr_form as form
from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr import Seerr
from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr_notes import notes
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import running_state
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_export import known_export
from ansible_collections.homelab.media_center.plugins.module_utils.resources.seerr import APPS, PERMISSIONS

from support.seerr_recorded import Recorded, edited, edits, opened
from support.settings_sides import declared_of, plan_of

RECORDED = ("seerr", "overseerr")
#: The reads that write, or that end the app's process.
NEVER = ("/settings/plex/library", "/service/", "/profiles", "/settings/discover", "/settings/cache", "/test", "/sync")


@pytest.fixture(params=RECORDED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def recordings(shared: Path) -> Path:
    return shared / "recordings"


def read(session: Recorded) -> dict[str, Any]:
    """Every kind of a recorded app, users too."""
    return opened(session).read(tuple(APPS[session.address.target].resources))


def test_what_is_recorded_declared_as_it_is_has_no_difference(recordings: Path, name: str) -> None:
    raw = read(Recorded(recordings, name))
    app = APPS[name]
    assert not [kind for kind, each in raw.items() if isinstance(each, Unknown)]
    assert sorted(raw) == sorted(app.resources)
    plan = plan_of(app, declared_of(app, raw), raw)
    assert not plan and plan.coverage.checked > 120


def test_an_edit_of_any_value_is_found_at_its_place(recordings: Path, name: str) -> None:
    """At least 99 of 100, and nothing beside it."""
    app, before = APPS[name], Recorded(recordings, name)
    declared = declared_of(app, read(before))
    missed, beside, count = [], [], 0
    for edit in edits(before, name):
        session = Recorded(recordings, name)
        edited(session, edit)
        found = plan_of(app, declared, read(session)).differing()
        count += 1
        missed += [] if found else [edit]
        path = edit.path.rpartition("/")[2]
        kinds = {kind for kind, dummy, dummy_path in found}
        beside += [(edit, found)] if len(kinds) > 1 and path not in ("radarr", "sonarr") else []
    print(f"{name}: {count - len(missed)} of {count} edits found")
    assert count > 100
    assert len(missed) <= count / 100, missed
    assert beside == []


def test_no_read_is_sent_that_writes_or_ends_the_app(recordings: Path, name: str) -> None:
    """Trap: GET /settings/plex/library switches libraries off, GET /service/radarr/{id} and GET /settings/radarr/{id}/profiles end the process."""
    session = Recorded(recordings, name)
    read(session)
    assert len(session.asked) > 20
    assert [path for path in session.asked if any(each in path for each in NEVER)] == []


def test_users_are_read_only_where_somebody_asks_for_them_or_a_rule_names_one(recordings: Path) -> None:
    session = Recorded(recordings, "overseerr")
    raw = opened(session).read(APPS["overseerr"].asked(()))
    assert "user" not in raw and not [path for path in session.asked if "/user" in path]
    session = Recorded(recordings, "seerr")
    raw = opened(session).read(APPS["seerr"].asked(()))
    assert "user" not in raw and [path for path in session.asked if path.startswith("/api/v1/user?")]
    assert raw["override_rule"][0]["users"] == ["user2@example.invalid"]


def test_an_export_names_servers_users_permissions_and_events_and_no_secret(recordings: Path) -> None:
    session = Recorded(recordings, "seerr")
    session.answers["/api/v1/settings/notifications/discord"] = session.answers["/api/v1/settings/notifications/discord"][0], {
        "enabled": True, "embedPoster": True, "types": 2 + 8 + 8192, "options": {"webhookUrl": "https://discord.invalid/api/webhooks/1/secret"},
    }  # fmt: skip
    told = known_export(APPS["seerr"], read(session))
    assert told["main"]["apiKey"] == {"secret": True} and told["main"]["defaultPermissions"] == ["REQUEST"]
    (discord,) = [each for each in told["notification"] if each["agent"] == "discord"]
    assert discord["types"] == ["#8192", "MEDIA_AVAILABLE", "MEDIA_PENDING"]
    assert discord["options"]["webhookUrl"] == {"secret": True}
    assert told["override_rule"] == [{"radarrServiceId": "Radarr", "sonarrServiceId": None, "users": ["user2@example.invalid"], "genre": None, "language": None,
                                      "keywords": None, "profileId": 1, "rootFolder": None, "tags": None}]  # fmt: skip
    assert [each["email"] for each in told["user"]] == ["admin@example.invalid", "user2@example.invalid"]
    assert "secret" not in str(told).replace("'secret': True", "").replace("secret_", "")
    assert "0011223344" not in str(told) and "ffeeddcc" not in str(told)


def test_the_text_of_a_webhook_is_no_template_in_a_settings_file(recordings: Path) -> None:
    told = known_export(APPS["seerr"], read(Recorded(recordings, "seerr")))
    (webhook,) = [each for each in told["notification"] if each["agent"] == "webhook"]
    payload = webhook["options"]["jsonPayload"]
    assert payload.startswith("{% raw %}{\n") and "{{notification_type}}" in payload and payload.endswith("}{% endraw %}")


def test_a_payload_that_became_an_object_says_the_same(recordings: Path) -> None:
    """Trap: posting the text of a GET as it is makes the next GET give an object."""
    before = read(Recorded(recordings, "seerr"))
    declared = declared_of(APPS["seerr"], before)
    after = read(Recorded(recordings, "seerr", webhook="after_roundtrip"))
    assert plan_of(APPS["seerr"], declared, after).differing() == frozenset()


def test_what_a_replacing_write_lost_is_told(recordings: Path) -> None:
    """Trap: POST of an agent and PUT of a server replace. Without its options a setting is not unknown to the app, it is not set."""
    before = read(Recorded(recordings, "seerr"))
    declared = declared_of(APPS["seerr"], before)
    after = read(Recorded(recordings, "seerr", discord="after_partial"))
    found = plan_of(APPS["seerr"], declared, after).differing()
    assert found == {("notification", "discord", each) for each in ("enabled", "embedPoster", "options.enableMentions")}
    told = running_state(APPS["seerr"], after).items[("notification", "discord")].values
    assert told["types"] == [] and told["options.webhookUrl"] is None
    lost = form.server(APPS["seerr"].resources["radarr_server"], {"id": 1, "name": "Radarr", "port": 7878}, True)
    assert (lost["tags"], lost["externalUrl"], lost["tagRequests"]) == ([], "", False)


def test_quotas_that_are_not_set_are_null_and_nobody_finds_a_bit_without_a_name_lost() -> None:
    told = form.page(
        APPS["seerr"].resources["main"], {"defaultPermissions": 2 + 512 + (1 << 30) + (1 << 29), "defaultQuotas": {"movie": {"quotaLimit": 3}, "tv": {}}}
    )
    assert told["defaultQuotas"] == {"movie": {"quotaLimit": 3, "quotaDays": None}, "tv": {"quotaLimit": None, "quotaDays": None}}
    assert told["defaultPermissions"] == ["#536870912", "ADMIN", "AUTO_APPROVE_TV", "VIEW_BLOCKLIST"]
    assert form.bits_of_names(PERMISSIONS, told["defaultPermissions"]) == 2 + 512 + (1 << 30) + (1 << 29)
    with pytest.raises(LookupError, match="there is no ADMINISTRATOR"):
        form.bits_of_names(PERMISSIONS, ["ADMINISTRATOR"])


@pytest.mark.parametrize(("wanted", "there"), [("overseerr", "seerr"), ("jellyseerr", "seerr"), ("seerr", "overseerr")])
def test_the_three_apps_are_told_apart(recordings: Path, wanted: str, there: str) -> None:
    gateway = Seerr(APPS[wanted], Recorded(recordings, there))  # type: ignore[arg-type]
    with pytest.raises(GatewayError, match=f"this is {there.title()} and not {wanted.title()}"):
        gateway.identify()


def test_an_app_that_is_not_set_up_is_no_wrong_key(recordings: Path) -> None:
    """Trap: until user 1 exists the right key answers 403 on everything."""
    with pytest.raises(GatewayError, match="is not set up yet"):
        opened(Recorded(recordings, "seerr", public="fresh_no_admin"))
    session = Recorded(recordings, "seerr")
    session.answers["/api/v1/settings/about"] = (403, None)
    with pytest.raises(GatewayError, match="HTTP 403: the API key is wrong"):
        opened(session)


def test_a_list_that_fails_makes_the_names_that_it_gives_unknown(recordings: Path) -> None:
    session = Recorded(recordings, "seerr")
    session.answers["/api/v1/settings/radarr"] = (500, None)
    raw = read(session)
    state = running_state(APPS["seerr"], raw)
    assert {"radarr_server", "override_rule"} == set(state.unreadable), "server 0 is a server, and not none"
    session = Recorded(recordings, "seerr")
    session.answers["/api/v1/user"] = (500, None)
    assert set(running_state(APPS["seerr"], read(session)).unreadable) == {"user", "override_rule"}
    session = Recorded(recordings, "seerr")
    session.answers["/api/v1/settings/notifications/slack"] = (500, None)
    assert set(running_state(APPS["seerr"], read(session)).unreadable) == {"notification"}


def test_what_an_older_version_does_not_have_is_lacking_and_no_drift(recordings: Path) -> None:
    session = Recorded(recordings, "seerr")
    session.answers["/api/v1/settings/metadatas"] = (404, None)
    session.answers["/api/v1/settings/notifications/ntfy"] = (404, None)
    raw = read(session)
    assert type(raw["metadata_provider"]).__name__ == "Lacking"
    assert "ntfy" not in [each["agent"] for each in raw["notification"]]


def codes(raw: dict[str, Any], name: str = "seerr", version: str = "3.1.0", open_: bool = False, **status: Any) -> set[tuple[str, str]]:
    return {(each.category, each.code) for each in notes(APPS[name], version, status, raw, open_)}


def test_doors_that_stand_open_and_what_will_not_work_are_told(recordings: Path) -> None:
    raw = read(Recorded(recordings, "seerr"))
    assert codes(raw) == set()
    assert codes(raw, open_=True) == {("security", "settings_public")}
    assert codes(raw, version="3.0.1") == {("security", "version_with_weaknesses")}
    assert codes(raw, "overseerr", "1.34.0") == set()
    assert codes(raw, restartRequired=True) == {("health", "restart_required")}
    assert codes({**raw, "main": {**raw["main"], "defaultPermissions": ["ADMIN"]}}) == {("security", "everybody_admin")}
    assert codes({**raw, "main": {**raw["main"], "mediaServerType": 2}}) == {("rule", "player_not_supported")}
    assert codes({**raw, "network": {**raw["network"], "csrfProtection": True}}) == {("rule", "writes_refused")}
    # Trap: the requests of a rule go by the place of a server in the list, not by its id.
    assert codes({**raw, "radarr_server": [{**raw["radarr_server"][0], "id": 1}]}) == {("health", "rules_misplaced")}
