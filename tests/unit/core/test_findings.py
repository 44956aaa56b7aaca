# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told to a person, and that nothing secret is."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.compare import compare
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import (
    VERDICTS,
    Finding,
    diff_of,
    of_field,
    of_item,
    target_result,
    verdict_of,
    worst,
)
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import (
    ABSENT,
    Change,
    Coverage,
    Field,
    FieldChange,
    Gap,
    Item,
    Origin,
    Plan,
    Resource,
    State,
)
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.verbs import GIT_WINS, INTO_GIT_OR_REMOVE

ON, OFF = Redactor("test"), Redactor("test", enabled=False)
LINE = Origin("homelab-apps", "media/compose.yml", 12, ("services", "radarr"), "literal")
CHANGE = Change("update", "service", "radarr")
PLAIN = Field("x", severity="high")
CANARY = "cAnary-7Hq"


def finding(redactor: Redactor, path: str, declared: Any, running: Any, field: Field = PLAIN, **more: Any) -> Finding:
    return of_field(redactor, "nas", CHANGE, FieldChange(path, declared, running, field, LINE), **more)


def test_a_field_finding_says_all_that_is_needed() -> None:
    told = finding(ON, "restart", "always", ABSENT, message="radarr: changed").as_dict()
    assert told == {
        "code": "setting_changed",
        "message": "radarr: changed",
        "category": "drift",
        "target": "nas",
        "resource": "service",
        "key": "radarr",
        "path": "restart",
        "declared": "always",
        "running": None,
        "secret": False,
        "direction": "undetermined",
        "severity": "high",
        "source": {"repository": "homelab-apps", "file": "media/compose.yml", "line": 12},
        "evidence": "",
        "remedy": "write it into git",
    }
    json.dumps(told)


@pytest.mark.parametrize(
    ("path", "field", "declared", "running", "more"),
    [
        ("environment.X", Field("environment.*", secret="unless_public"), CANARY, "other", {}),
        ("environment.X", Field("environment.*", secret="unless_public"), ABSENT, CANARY, {}),
        ("config", Field("config", secret="always"), {"x": CANARY}, None, {}),
        ("labels.api_key", Field("labels.*"), "old", CANARY, {}),
        ("command", Field("command"), ["run", "--token", CANARY], ["run"], {}),
        ("command", Field("command"), "a", "b", {"message": f"said http://u:{CANARY}@h", "evidence": f"PASSWORD={CANARY}"}),
        ("url", Field("url"), f"http://u:{CANARY}@h", "http://u:other@h", {}),
    ],
)
def test_no_secret_gets_into_a_finding_or_a_diff(path: str, field: Field, declared: Any, running: Any, more: dict[str, Any]) -> None:
    change = Change("update", "service", "radarr", (FieldChange(path, declared, running, field),))

    def told(redactor: Redactor) -> str:
        return json.dumps([finding(redactor, path, declared, running, field, **more).as_dict(), diff_of(redactor, [("media", Plan((change,)))])])

    assert CANARY not in told(ON)
    assert CANARY in told(OFF)


def test_a_difference_inside_the_hidden_part_is_still_seen() -> None:
    told = finding(ON, "url", f"http://u:{CANARY}@h", "http://u:other@h")
    assert told.secret and told.declared != told.running
    assert str(told.declared).startswith("hmac:")
    change = Change("update", "s", "a", (FieldChange("u", f"http://u:{CANARY}@h", "http://u:x@h", PLAIN),))
    lines = diff_of(ON, [("", Plan((change,)))])
    assert lines["before"] != lines["after"]


def test_secret_is_told_when_either_side_is() -> None:
    assert finding(ON, "password", ABSENT, CANARY).secret
    assert finding(ON, "password", CANARY, "").secret
    assert not finding(ON, "use_password", True, False).secret


def test_an_item_finding() -> None:
    missing = of_item("nas", Change("create", "service", "radarr", origin=LINE))
    assert (missing.code, missing.direction, missing.remedy, missing.source) == ("missing", "missing", GIT_WINS, LINE)
    extra = of_item("nas", Change("delete", "service", "radarr"), severity="low")
    assert (extra.code, extra.direction, extra.remedy, extra.severity) == ("unmanaged", "unmanaged", INTO_GIT_OR_REMOVE, "low")


def test_the_worst_verdict() -> None:
    assert worst([]) == "in_sync"
    for one, two in itertools.product(VERDICTS, repeat=2):
        assert worst([one, two]) == VERDICTS[max(VERDICTS.index(one), VERDICTS.index(two))]
    with pytest.raises(ValueError, match="not in tuple"):
        worst(["fine"])


@pytest.mark.parametrize(
    ("category", "severity", "unknown", "verdict"),
    [
        ("drift", "low", 0, "drift"),
        ("drift", "low", 3, "drift"),
        ("drift", "info", 0, "in_sync"),
        ("drift", "info", 1, "unknown"),
        ("health", "high", 0, "in_sync"),
        ("security", "high", 2, "unknown"),
    ],
)
def test_the_verdict_of_a_target(category: str, severity: str, unknown: int, verdict: str) -> None:
    assert verdict_of([Finding("x", "x", category=category, severity=severity)], unknown) == verdict
    assert verdict_of([], unknown) == ("unknown" if unknown else "in_sync")


def test_the_result_of_a_target() -> None:
    gaps = [Gap("unknown", "s", "a", "p", "why", "how")]
    told = target_result("nas", "docker_host", [finding(ON, "a", 1, 2)], Coverage(5, 1, 2, 3), gaps, requests={"read": 4}, note=1)
    assert told["verdict"] == "drift" and told["schema"] == 1 and told["note"] == 1
    assert (told["checked"], told["ignored"], told["not_comparable"], told["unknown"]) == (5, 1, 2, 3)
    assert told["requests"] == {"read": 4, "write": 0, "login": 0}
    assert told["gaps"] == [{"kind": "unknown", "resource": "s", "key": "a", "path": "p", "reason": "why", "remedy": "how"}]
    assert json.loads(json.dumps(told)) == told


def test_the_diff_holds_what_differs_and_nothing_else() -> None:
    table = {"service": Resource("service", (Field("port"), Field("name"), Field("text")))}
    declared = State.of(Item("service", "b", {"port": "1", "name": "same", "text": "a\nb"}), Item("service", "new", {"port": 1}))
    running = State.of(Item("service", "b", {"port": 1, "name": "same"}), Item("service", "old", {"port": 1}))
    assert diff_of(ON, [("media", compare(declared, running, table)), ("", compare(declared, declared, table))]) == {
        "before": "media: service[b].port: 1\nmedia: service[old]\n",
        "after": 'media: service[b].port: "1"\nmedia: service[b].text: "a\\nb"\nmedia: service[new]\n',
    }
