# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No value of a secret field gets past the redactor, in whatever form."""

from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Field, NotComparable, OneOf, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import MASK, Redactor
from hypothesis import given
from hypothesis import strategies as st

ON, OFF = Redactor("test"), Redactor("test", enabled=False)
PLAIN, SECRET = Field("x"), Field("x", secret="always")
GUARDED = Field("environment.*", secret="unless_public", public=("environment.TZ", "environment.PUID", "environment.RADARR_*"))

# The canaries. None of them is, or ever was, a key of anything.
C = "cAnary-7Hq"
WORDS = "correct horse battery"
HEX = "3f9a0c7de1b245688a6cf02d97b4e15c"


def encodings(canary: str) -> list[str]:
    """The forms in which a canary could hide."""
    raw = canary.encode()
    forms = [canary, quote(canary, safe=""), json.dumps(canary)[1:-1], html.escape(canary), base64.b64encode(raw).decode(), raw.hex()]
    # In the middle of a longer text base64 has two more shapes.
    forms += [base64.b64encode(b"x" * shift + raw).decode()[4:-4] for shift in (1, 2)]
    return [form for form in dict.fromkeys(forms) if len(form) > 3 or form == canary]


@pytest.mark.parametrize("canary", [C, WORDS, "p@ss/w%rd&\"<'", "admin", "1234", HEX, "geheim ünïcode", "a"])
def test_a_secret_field_tells_no_form_of_its_value(canary: str) -> None:
    told = json.dumps([ON.value(SECRET, "x", canary), ON.value(GUARDED, "environment.OTHER", canary), ON.deep({"password": canary})])
    assert told.count("hmac:") == 3
    if len(canary) > 3:
        assert not [form for form in encodings(canary) if form in told]
    assert canary in json.dumps([OFF.value(SECRET, "x", canary), OFF.deep({"password": canary})], ensure_ascii=False) or '"' in canary


def test_common_values_are_hidden_by_their_place_and_not_by_search() -> None:
    told = ON.deep({"user": "admin", "password": "admin", "note": "the admin of admin-panel"})
    assert told["user"] == "admin" and told["note"] == "the admin of admin-panel"
    assert told["password"].startswith("hmac:")


def test_public_paths_are_shown_unless_their_name_or_shape_is_secret() -> None:
    assert ON.value(GUARDED, "environment.TZ", "Europe/Berlin") == "Europe/Berlin"
    assert ON.value(GUARDED, "environment.PUID", 1000) == 1000
    assert ON.value(GUARDED, "environment.RADARR_BRANCH", "develop") == "develop"
    assert ON.value(GUARDED, "environment.RADARR_API_KEY", "abc").startswith("hmac:")
    assert ON.value(GUARDED, "environment.RADARR_OTHER", HEX).startswith("hmac:")
    assert ON.value(GUARDED, "environment.OTHER", "x").startswith("hmac:")
    assert ON.value(GUARDED, "environment.RADARR_URL", f"http://u:{C}@h/") == f"http://{MASK}@h/"


def test_values_that_are_none() -> None:
    for value in (ABSENT, None, Unknown("x"), NotComparable("x")):
        assert ON.value(SECRET, "x", value) is None
    assert ON.value(PLAIN, "x", OneOf(("host", "private"))) == "host"
    assert ON.value(PLAIN, "password", OneOf((C,))).startswith("hmac:")
    assert ON.value(PLAIN, "password", "") == ""
    assert ON.value(PLAIN, "use_password", True) is True
    assert ON.value(PLAIN, "labels.org.opencontainers.image.revision", HEX + "00112233") == HEX + "00112233"
    assert ON.value(PLAIN, "labels.other", HEX + "00112233").startswith("hmac:")


@pytest.mark.parametrize(
    "value",
    [
        {"password": C},
        {"password": 12345678901},
        {"a": [{"b": {"apiKey": C}}]},
        {"tokens": [C, {"value": C, "token": C}]},
        {"name": "apiKey", "value": C, "label": "API Key"},
        [{"key": "WEBHOOK_TOKEN", "value": C}],
        ["app", "--password", C, "--port", "80"],
        ["app", f"--token={C}"],
        (f"POSTGRES_PASSWORD={C}",),
        {f"POSTGRES_PASSWORD={C}"},
        frozenset([f"http://u:{C}@h"]),
        {f"http://u:{C}@h": 1},
        {"x": C.encode()},
        {"password": C.encode()},
    ],
)
def test_a_secret_deep_inside_is_hidden(value: Any) -> None:
    told = json.dumps(ON.deep(value))
    assert not [form for form in (*encodings(C), "12345678901") if form in told], told
    assert [form for form in (*encodings(C), "12345678901") if form in json.dumps(OFF.deep(value))]


def test_the_rest_of_a_structure_is_kept() -> None:
    value = {"name": "apiKey", "value": C, "order": 1, "labels": {"traefik.enable": "true"}, "ports": [80, 443], "on": True, "none": None}
    told = ON.deep(value)
    assert {key: told[key] for key in value if key != "value"} == {key: value[key] for key in value if key != "value"}
    assert len(ON.deep({f"http://u:{C}1@h": 1, f"http://u:{C}2@h": 2})) == 2


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_what_is_told_is_json(value: Any) -> None:
    json.dumps(ON.value(PLAIN, "x", value))
    json.dumps(OFF.deep(value))


@given(st.text() | st.integers() | st.lists(st.integers()), st.text() | st.integers() | st.lists(st.integers()))
def test_fingerprints_are_equal_for_equal_values_alone(left: Any, right: Any) -> None:
    assert ON.fingerprint(left) == Redactor("test").fingerprint(left) != Redactor("other").fingerprint(left)
    if str(left) != str(right) and json.dumps(left) != right and json.dumps(right) != left:
        assert ON.fingerprint(left) != ON.fingerprint(right)


def test_fingerprints_of_odd_values() -> None:
    assert ON.fingerprint({"a", "b", "c"}) == ON.fingerprint({"c", "b", "a"})
    assert ON.fingerprint("\ud800").startswith("hmac:")
    assert ON.fingerprint({1: "a", "b": 2}) == ON.fingerprint({"b": 2, "1": "a"})
