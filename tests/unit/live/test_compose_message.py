# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as Compose 2.40 and Engine 20.10 word them: what helps stays, what they quote of values goes."""

from __future__ import annotations

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_message import told
from hypothesis import given
from hypothesis import strategies as st

QUOTING = [
    ("invalid hostPort: @", "invalid hostPort: <redacted>"),
    (
        "decoding failed due to the following error(s): 'services[a].mem_limit' invalid size: '@'",
        "decoding failed due to the following error(s): 'services[a].mem_limit' invalid size: '<redacted>'",
    ),
    (
        'error while interpolating services.a.cpus: failed to cast to expected type: strconv.ParseFloat: parsing "@": invalid syntax',
        'error while interpolating services.a.cpus: failed to cast to expected type: strconv.ParseFloat: parsing "<redacted>": invalid syntax',
    ),
    ("'services[a].healthcheck.interval' time: invalid duration \"@\"", "'services[a].healthcheck.interval' time: invalid duration \"<redacted>\""),
    ("error while interpolating services.a.environment.X: required variable X is missing a value: @", None),
    ("invalid interpolation format for services.a.environment.X. You may need to escape any $ with another $. a${@", None),
    ("failed to read /opt/a/.env: line 2: unterminated quoted value '@", "failed to read /opt/a/.env: line 2: unterminated quoted value '<redacted>"),
    ('failed to read /opt/a/.env: Invalid template: "a ${@"', 'failed to read /opt/a/.env: Invalid template: "<redacted>"'),
    ('unexpected character "\\n" in variable name "@"', None),
    ("yaml: unmarshal errors: line 4: cannot unmarshal !!str `@...` into map[string]string", None),
    ("'services[a].extra_hosts' invalid additional host, missing IP: @", None),
    ('OCI runtime create failed: runc create failed: unable to start container process: exec: "@": executable file not found in $PATH: unknown', None),
    ("something of a version to come (@) @: @", None),
]
HELPFUL = [
    "validating /opt/a/compose.yml: services.a.environment must be a mapping",
    "validating /opt/a/compose.yml: services.a additional properties 'foo' not allowed",
    "yaml: line 5: mapping values are not allowed in this context",
    'yaml: line 5: mapping key "web" already defined at line 3',
    "env file /opt/a/vpn.env not found: stat /opt/a/vpn.env: no such file or directory",
    'service "a" depends on undefined service "foo": invalid compose project',
    'service "a" refers to undefined network foo: invalid compose project',
    'cannot extend service "a" in /opt/a/compose.yml: service "foo" not found',
    "error while interpolating services.a.environment.X: required variable X is missing a value:",
    "network proxy declared as external, but could not be found",
    "dependency failed to start: container gluetun is unhealthy",
    "Error response from daemon: No such image: lscr.io/linuxserver/radarr:latest",
    'Error response from daemon: Conflict. The container name "/radarr" is already in use by container "e90b8831a4b8".',
    "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    "Bind for 0.0.0.0:7878 failed: port is already allocated",
    "no configuration file provided: not found",
]
SECRETS = ["hunter2", "correct horse battery", "moss-Tundra.velvet", "a'b\"c", "/9j4AAQSkZJRgAB", "{x}[y]", "$x`y`", "1234", "4f0c9a7be2d84d1e9a55c1d27f8a6e30"]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(("message", "wanted"), QUOTING)
def test_what_is_quoted_is_masked(message: str, wanted: str | None, secret: str) -> None:
    shown = told(message.replace("@", secret))
    assert secret not in shown
    assert "<redacted>" in shown
    if wanted is not None and " " not in secret and secret.isalnum():
        assert shown == wanted


@pytest.mark.parametrize("message", HELPFUL)
def test_what_helps_stays(message: str) -> None:
    assert told(message) == message


@given(st.sampled_from([message for message, _wanted in QUOTING]), st.text(alphabet="ghjkqvxz0123456789-_.$!%&+=", min_size=6, max_size=30))
def test_no_word_that_compose_does_not_know_passes(message: str, secret: str) -> None:
    core = secret.strip(".!=-_,$%&+")
    if len(core) > 4:
        assert core not in told(message.replace("@", f"x{secret}"))


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert told(told(text)) == told(text)
