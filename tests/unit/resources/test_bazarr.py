# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of Bazarr against what the recorded one answered: nothing of it is left out, each type is right, each secret is one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import secret_name
from ansible_collections.homelab.media_center.plugins.module_utils.resources.bazarr import BAZARR

TYPES: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "str": (str,), "list": (list,), "set": (list,), "object": (dict,)}
#: The pattern of the contract, which finds 31 keys and is wrong about one.
_PATTERN = re.compile("pass|apikey|api_key|token|cookies|passkey|anti_captcha_key")
_NO_SECRETS = {"whisperai.pass_video_name"}


@pytest.fixture(scope="module")
def settings(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "recordings" / "bazarr" / "GET__api_system_settings.json").read_text(encoding="utf-8"))["response"]["body"]
    return found


def test_each_section_is_a_kind_and_each_key_a_property(settings: dict[str, Any]) -> None:
    sections = {name: set(values) for name, values in settings.items() if name != "notifications"}
    assert sections == {name: set(each.properties) for name, each in BAZARR.resources.items() if name not in ("languages", "language_profile", "notification")}
    assert len(sections) == 42 and sum(map(len, sections.values())) > 230


def test_each_type_is_the_one_that_was_answered(settings: dict[str, Any]) -> None:
    for section, values in settings.items():
        for key, value in values.items() if section != "notifications" else ():
            kind = BAZARR.resources[section].properties[key]
            unset = value is None or (section, key) == ("proxy", "port")
            assert key in BAZARR.resources[section].nullable if unset else isinstance(value, TYPES[kind]), f"{section}.{key}"


def test_bazarr_shows_its_secrets_and_the_table_names_them(settings: dict[str, Any]) -> None:
    told = {f"{section}.{key}" for section, values in settings.items() if section != "notifications" for key in values}
    wanted = {each for each in told if _PATTERN.search(each)} - _NO_SECRETS
    assert {f"{name}.{each}" for name, resource in BAZARR.resources.items() for each in resource.secrets} - {"notification.url"} == wanted
    assert len(wanted) == 30 and BAZARR.resources["notification"].secrets == ("url",)
    # What the table forgot would be caught by its name all the same.
    assert {each for each in wanted if not secret_name(each)} == set()


def test_what_names_a_language_profile_is_written_behind_it() -> None:
    orders = {name: each.order for name, each in BAZARR.resources.items()}
    assert orders["languages"] < orders["language_profile"] < orders["sonarr"] == orders["radarr"] < orders["general"] < orders["auth"]
