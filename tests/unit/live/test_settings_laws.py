# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Laws over generated edits of the recorded houses: what is exported is in sync, and what is edited is found where it is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.compare import apply
from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import equal
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import State
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_body import merged
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import running_state
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS as TABLES
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import Ref
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.settings_audit import audited, exported, house
from support.settings_edits import Place, places, with_value
from support.settings_probes import APPS
from support.settings_sides import declared_of, plan_of

TEXTS = st.text("abc/{} .:-äü", min_size=1, max_size=8)
PER_LAW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def cached_house(shared: Path, app: str) -> dict[str, Any]:
    return house(shared, app)


@cache
def cached_declared(shared: Path, app: str) -> State:
    return declared_of(TABLES[app], cached_house(shared, app))


@cache
def cached_places(shared: Path, app: str) -> tuple[Place, ...]:
    return tuple(places(TABLES[app], cached_house(shared, app)))


def another(value: Any) -> st.SearchStrategy[Any]:
    """Values of the same type, or any that may stand where nothing is."""
    if isinstance(value, bool):
        return st.just(not value)
    if isinstance(value, (int, float)):
        return st.integers(-1000, 100000)
    if isinstance(value, str):
        return TEXTS | st.just("")
    if isinstance(value, list):
        return st.lists(TEXTS if value and isinstance(value[0], str) else st.integers(0, 5000), max_size=4)
    return TEXTS


def edit(data: st.DataObject, shared: Path, app: str) -> tuple[Place, dict[str, Any]]:
    """One place of the house and the answers after an edit of it that makes a difference."""
    place = data.draw(st.sampled_from(cached_places(shared, app)), label="place")
    field = TABLES[app].resources[place.resource].field(place.path)
    number = TABLES[app].resources[place.resource].properties.get(place.path) in ("int", "float")
    new = data.draw(another(0 if number else place.value).filter(lambda each: not equal(field, place.value, each)), label="new value")
    return place, with_value(cached_house(shared, app), place, new)


@pytest.mark.parametrize("app", APPS)
@PER_LAW
@given(data=st.data())
def test_whatever_was_edited_its_export_is_in_sync(shared: Path, app: str, data: st.DataObject) -> None:
    dummy, raw = edit(data, shared, app)
    result = audited(app, json.loads(json.dumps(exported(app, raw))), raw)
    assert result["findings"] == []


@pytest.mark.parametrize("app", APPS)
@PER_LAW
@given(data=st.data())
def test_one_edit_is_found_at_its_path_and_nowhere_else(shared: Path, app: str, data: st.DataObject) -> None:
    place, raw = edit(data, shared, app)
    table = TABLES[app]
    declared = cached_declared(shared, app)
    plan = plan_of(table, declared, raw)
    assert plan.differing() == {(place.resource, place.key, place.path)}
    assert not plan_of(table, apply(declared, plan, "declared"), raw)


@pytest.mark.parametrize("app", APPS)
@PER_LAW
@given(data=st.data())
def test_what_is_sent_to_the_app_brings_back_what_git_says(shared: Path, app: str, data: st.DataObject) -> None:
    place, raw = edit(data, shared, app)
    table = TABLES[app]
    declared = cached_declared(shared, app)
    wanted = declared.items[(place.resource, place.key)].values[place.path]
    answers = raw[place.resource]
    answer = answers if isinstance(answers, dict) else answers[place.index]
    body = merged(table.resources[place.resource], answer, {place.path: wanted}, no_id)
    after = {**raw, place.resource: body if isinstance(answers, dict) else [*answers[: place.index], body, *answers[place.index + 1 :]]}
    assert [path for dummy, dummy_key, path in plan_of(table, declared, after).differing() if path == place.path] == []


def no_id(ref: Ref, name: str) -> int:
    raise LookupError(f"{ref.resource} {name}")


@pytest.mark.parametrize("app", APPS)
def test_the_house_has_many_places(shared: Path, app: str) -> None:
    assert len(cached_places(shared, app)) > 150
    assert {each.resource for each in cached_places(shared, app)} >= {"config_host", "config_ui", "download_client", "notification"}


@pytest.mark.parametrize("app", APPS)
def test_order_and_spelling_that_mean_the_same_are_no_difference(shared: Path, app: str) -> None:
    table, raw = TABLES[app], cached_house(shared, app)
    declared = declared_of(table, raw)
    turned = {name: list(reversed(answers)) if isinstance(answers, list) else answers for name, answers in raw.items()}
    for answers in turned.values():
        for each in answers if isinstance(answers, list) else ():
            if "tags" in each:
                each["tags"] = list(reversed(each["tags"])) * 2
    assert not plan_of(table, declared, turned)
    assert running_state(table, turned, declared).unreadable == {}
