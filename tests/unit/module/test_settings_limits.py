# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app would keep as something else is said before it is sent."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_limits import beyond_limits
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import Limit, SettingsResource, properties

TABLE = SettingsResource(
    "page",
    properties=properties("port:int rate:int ratio:float ratio_on:bool networks:subnets"),
    limits={"port": Limit(0, 65535), "rate": Limit(0, step=1024), "ratio": Limit(-1)},
    pairs={"ratio": "ratio_on"},
)


@pytest.mark.parametrize(
    ("thing", "sentences"),
    [
        ({"port": 80, "rate": 2048, "ratio": 1.5, "ratio_on": True, "networks": ["10.0.0.0/8", "fe80::1/10", "192.168.1.5"]}, []),
        ({"ratio": -1, "ratio_on": False}, []),
        ({"ratio_on": False}, []),
        ({"ratio": 2}, []),
        ({"port": None, "rate": "abc", "networks": None, "ratio": {"secret": True}}, []),
        ({"port": -1}, ["port has to be from 0 to 65535"]),
        ({"rate": 1000}, ["rate has to be a multiple of 1024: the app keeps no other"]),
        ({"ratio": -2}, ["ratio has to be -1 or more"]),
        ({"ratio_on": True}, ["ratio_on needs ratio beside it: without one the app takes 0"]),
        ({"ratio_on": True, "ratio": -1}, ["ratio is below 0, which is no limit, and ratio_on is on"]),
        ({"ratio_on": False, "ratio": 1}, ["ratio is not kept while ratio_on is off: take it out, or declare -1"]),
        ({"networks": "10.0.0.0/8, junk\n1.2.3"}, [f"networks names {each}, which is no network like 192.168.1.0/24" for each in ("junk", "1.2.3")]),
    ],
)
def test_each_limit(thing: dict[str, Any], sentences: list[str]) -> None:
    assert list(beyond_limits(TABLE, thing, "apps/x.yml:1")) == [f"apps/x.yml:1: page.{each}" for each in sentences]
