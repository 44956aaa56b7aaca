# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateways' error is one sentence, and shows no credentials."""

from __future__ import annotations

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError, without_userinfo


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"message": "it is gone"}, "it is gone"),
        ({"message": "it is gone", "target": "nas"}, "nas: it is gone"),
        ({"message": "it is gone", "target": "nas", "remedy": "look"}, "nas: it is gone (next: look)"),
    ],
)
def test_sentence(given: dict[str, str], sentence: str) -> None:
    assert str(GatewayError(**given)) == sentence


def test_no_attribute_shows_credentials() -> None:
    told = GatewayError(
        "tcp://u:canary@nas refused", target="tcp://u:canary@nas", path="http://u:canary@nas/x?apikey=canary#canary", method="GET", status=401, retryable=True
    )
    assert "canary" not in str(told) + repr(told) + repr(vars(told))
    assert (told.path, told.target, told.method, told.status, told.retryable) == ("http://nas/x", "tcp://nas", "GET", 401, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tcp://user:p@ss@nas:1/x@y", "tcp://nas:1/x@y"),
        ("from http://a@b to https://c:d@e", "from http://b to https://e"),
        ("mail someone@example.test", "mail someone@example.test"),
        ("unix:///run/docker.sock", "unix:///run/docker.sock"),
    ],
)
def test_userinfo_is_removed(text: str, shown: str) -> None:
    assert without_userinfo(text) == shown
