# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates run nothing, and a rendered line is traced to the template."""

from __future__ import annotations

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo.template import origin_lines, refuse_calls


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: {{ lookup('pipe', 'id') }}", "calls lookup() in line 1"),
        ("\n{{ query('env', 'HOME') | first }}", "calls query() in line 2"),
        ("{% set x = q('file', '/etc/passwd') %}", "calls q()"),
        ("{% include 'other.j2' %}", "loads another template"),
        ("{% extends 'other.j2' %}", "loads another template"),
        ("{% import 'other.j2' as other %}", "loads another template"),
        ("{% if %}", "does not parse (line 1)"),
        ("a: {{", "does not parse"),
    ],
)
def test_what_a_template_may_not_do(text: str, sentence: str) -> None:
    with pytest.raises(GatewayError) as caught:
        refuse_calls("media/compose.yaml.j2", text)
    assert sentence in caught.value.message
    assert "media/compose.yaml.j2" in caught.value.message
    assert caught.value.remedy


def test_filters_of_collections_are_fine() -> None:
    refuse_calls("x.j2", "{{ a | community.general.json_query('x') | to_json }} {{ a is ansible.builtin.version('1', '>') }}")


def test_a_rendered_line_is_traced() -> None:
    template = "services:\n{% for app in apps %}\n  {{ app }}:\n    image: {{ app }}:{{ tag }}\n{% endfor %}\nvolumes:\n  data:\n"
    rendered = "services:\n  radarr:\n    image: radarr:5\n  sonarr:\n    image: sonarr:5\nvolumes:\n  data:\n"
    lines = origin_lines(template, rendered)
    assert lines[0] == 1
    assert lines[5:] == [6, 7]
    assert all(2 <= line <= 5 for line in lines[1:5])


def test_a_template_without_blocks_keeps_its_lines() -> None:
    assert origin_lines("a: {{ x }}\nb: 2\nc: {{ y }}\n", "a: 1\nb: 2\nc: 3\n") == [1, 2, 3]
