# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every value of a compose file is found on its line, in the form in which it is written."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo import yaml_lines
from ansible_collections.homelab.media_center.plugins.module_utils.repo.yaml_lines import read_yaml
from hypothesis import given
from hypothesis import strategies as st

from support.parts import without

FILE = """\
x-base: &base
  restart: always
  environment: &env
    - TZ=Europe/Berlin
    - PUID

services:
  radarr:
    <<: *base
    image: lscr.io/radarr:${TAG:-latest}
    volumes:
      - ${DATA:-/srv}/radarr:/config:ro
      - type: bind
        source: /a
        target: /data
    ports: !override
      - "7878:7878"
    labels:
      traefik.enable: "yes"
    networks: [media]
    price: $$5
  sonarr:
    environment: *env
    user: yes
    published: 22:22
    cpus: 1.5
    tty: true
    mode: 0400
    privileged: !reset null
"""


def place(path: str) -> tuple[int, str]:
    return tuple(read_yaml(FILE, "f").places[tuple(path.split("/"))])  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("path", "line", "form"),
    [
        ("services/radarr", 8, "literal"),
        ("services/radarr/restart", 2, "merged"),
        ("services/radarr/environment/TZ", 4, "merged"),
        ("services/radarr/image", 10, "interpolated"),
        ("services/radarr/volumes/0", 12, "interpolated"),
        ("services/radarr/ports/0", 17, "literal"),
        ("services/radarr/networks/media", 20, "literal"),
        ("services/radarr/price", 21, "literal"),
        ("services/sonarr/environment", 23, "anchor"),
        ("services/sonarr/environment/PUID", 5, "anchor"),
        ("services/sonarr/user", 24, "literal"),
    ],
)
def test_lines_and_forms(path: str, line: int, form: str) -> None:
    assert place(path) == (line, form)


def test_entries_of_lists_have_names() -> None:
    places = read_yaml(FILE, "f").places
    assert places["services", "radarr", "volumes", "/config"].line == 12
    assert places["services", "radarr", "volumes", "/data"].line == 13
    assert places["services", "radarr", "volumes", "/data", "source"].line == 14
    assert places["services", "radarr", "labels", "traefik.enable"].line == 19


def test_data_is_read_as_compose_reads_it() -> None:
    data = read_yaml(FILE, "f").data
    assert data["services"]["radarr"]["restart"] == "always"
    assert data["services"]["radarr"]["ports"] == ["7878:7878"]
    sonarr = data["services"]["sonarr"]
    assert (sonarr["user"], sonarr["published"], sonarr["cpus"], sonarr["tty"], sonarr["mode"]) == ("yes", "22:22", 1.5, True, "0400")
    assert sonarr["privileged"] is None


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\ta: 1", "a: *nothing", "a: 1\n--- \nb: 2"])
def test_what_does_not_parse_names_the_line_and_quotes_nothing(text: str) -> None:
    with pytest.raises(GatewayError) as caught:
        read_yaml("password: hunter2 " + "\n" + text, "media/compose.yaml")
    assert "line" in caught.value.message
    assert "hunter2" not in str(caught.value)
    assert caught.value.target == "media/compose.yaml"


def test_an_empty_file_is_empty() -> None:
    assert read_yaml("# nothing\n", "f") == (None, {})


def test_a_tab_behind_a_value_is_read_as_compose_reads_it() -> None:
    if not yaml.__with_libyaml__:
        without("a PyYAML that was built with libyaml")
    assert read_yaml("services:\n  a:\n    environment:\n      DELAY: 2.5\t\n", "f").data == {"services": {"a": {"environment": {"DELAY": 2.5}}}}


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read_yaml(FILE, "f")
    monkeypatch.delattr(yaml, "CSafeLoader")
    yaml_lines._loader.cache_clear()
    try:
        assert read_yaml(FILE, "f") == fast
    finally:
        yaml_lines._loader.cache_clear()


def test_aliases_cannot_blow_it_up() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        "a{0}: &a{0} [{1}]\n".format(level, ", ".join(["*a{0}".format(level - 1)] * 10)) for level in range(1, 5)
    )
    assert len(read_yaml(text, "f").places) <= 50001


def test_a_file_that_holds_itself_ends() -> None:
    document = read_yaml("a: &a\n  b: *a\n", "f")
    assert document.data == {"a": {"b": None}}


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,5}", fullmatch=True),
        st.from_regex(r"[a-z]{1,9}", fullmatch=True).filter(lambda word: word not in ("true", "false", "null")),
        min_size=1,
    )
)
def test_each_line_of_a_plain_map_is_found(table: dict[str, str]) -> None:
    text = "".join(f'{key}: "{value}"\n' for key, value in table.items())
    document = read_yaml(text, "f")
    assert document.data == table
    assert [document.places[key,].line for key in table] == list(range(1, len(table) + 1))
