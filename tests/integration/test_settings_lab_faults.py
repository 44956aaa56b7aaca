# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenth of the answers of five apps is replaced by trouble: what could not be read is unknown, never clean and never drift.

What an audit has to say is known from the other side: from the last answer that the stand-in gave for each path.
"""

from __future__ import annotations

import contextlib
import copy
import random
import threading
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.live import app_http
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

from lab.faults import Fault, FaultFile
from support.settings_lab import NAMES, SettingsLab
from support.settings_run import drift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RATE = 0.1
#: Runs of each app without drift, and as many with a planted one.
SEEDS = range(10)
#: Longer than the timeout of a run that meets it. It costs its time, so it is drawn less often.
HANGS = Fault(slow=2.5)
TROUBLE = (
    Fault(status=500), Fault(status=503), Fault(reset=True), Fault(garbage=True), Fault(login_page=True), Fault(status=401),
)  # fmt: skip
#: One setting of each app that a person changed: the row, the property, its value, and where that is found.
PLANTED: dict[str, tuple[str, str, Any, tuple[str, str, str]]] = {
    "radarr": ("downloadclient", "priority", 9, ("download_client", "qBittorrent", "priority")),
    "sonarr": ("qualityprofile", "minFormatScore", 1, ("quality_profile", "Any", "minFormatScore")),
    "lidarr": ("config/naming", "renameTracks", False, ("config_naming", "", "renameTracks")),
    "readarr": ("notification", "includeHealthWarnings", True, ("notification", "Discord alerts", "includeHealthWarnings")),
    "prowlarr": ("appprofile", "minimumSeeders", 44, ("app_profile", "Standard", "minimumSeeders")),
}


class Trouble(FaultFile):
    """Faults that are drawn request by request; ``last`` is what each path of an app met at last, None for an answer of its own.

    A draw rests on the path and on how often it was asked, so that requests side by side may come in any order. ``lasting`` is a path that
    fails each time, whatever is drawn.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._guard = threading.Lock()
        self.start(0, 0.0)

    def start(self, seed: int, rate: float, lasting: tuple[str, Fault] | None = None) -> None:
        """Begin a run."""
        self._seed, self._rate, self._lasting = seed, rate, lasting
        self._asked: dict[tuple[str, str], int] = {}
        self.last: dict[tuple[str, str], Fault | None] = {}
        self.hits = 0

    def hit(self, app: str, path: str) -> Fault | None:
        with self._guard:
            times = self._asked[(app, path)] = self._asked.get((app, path), 0) + 1
            draw = random.Random(f"{self._seed} {app} {path} {times}")
            fault = None
            if draw.random() < self._rate:
                fault = HANGS if draw.random() < 0.01 else draw.choice(TROUBLE)
            if self._lasting is not None and path.endswith(self._lasting[0]):
                fault = self._lasting[1]
            self.last[(app, path)] = fault
            self.hits += fault is not None
            return fault

    def unread(self, app: str) -> set[str]:
        """The kinds of settings of an app that a client cannot have read: the last answer was none of the app's, or it did not ask."""
        prefix = APPS[app].prefix
        return {name for name, resource in APPS[app].resources.items() if self.last.get((app, prefix + resource.path), HANGS) is not None}

    def unidentified(self, app: str) -> bool:
        """Whether a client cannot know which app this is."""
        return self.last.get((app, APPS[app].prefix + "/system/status")) is not None


@pytest.fixture(scope="module")
def trouble(tmp_path_factory: pytest.TempPathFactory) -> Trouble:
    return Trouble(tmp_path_factory.mktemp("trouble") / "faults.json")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, trouble: Trouble) -> Iterator[SettingsLab]:
    found = SettingsLab(tmp_path_factory.mktemp("faults"), trouble)
    found.declare()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_http, "PAUSES", (0.001, 0.002, 0.003))


def lasting(name: str, draw: random.Random) -> tuple[str, Fault]:
    """A list of an app that fails each time."""
    path = draw.choice([resource.path for resource in APPS[name].resources.values()] + ["/system/status"])
    return APPS[name].prefix + path, draw.choice(TROUBLE)


def holds(trouble: Trouble, name: str, told: dict[str, Any], planted: tuple[str, str, str] | None) -> bool:
    """Hold what is told of an app to what it answered; whether something could not be read."""
    unread = trouble.unread(name)
    if trouble.unidentified(name):
        assert (told["verdict"], told["checked"], told["findings"]) == ("unknown", 0, [])
        assert told["reason"] and told["unknown"] > 100
        return True
    assert set(told["unread"]) == unread
    seen = planted is not None and planted[0] not in unread
    assert drift(told) == ([planted] if seen else [])
    assert told["verdict"] == ("drift" if seen else "unknown" if unread else "in_sync")
    assert {each["resource"] for each in told["gaps"] if each["kind"] == "unknown"} >= unread
    assert (told["unknown"] > 0) == bool(unread)
    return bool(unread)


@contextlib.contextmanager
def edited(lab: SettingsLab, name: str) -> Iterator[None]:
    """A setting of an app as a person changed it, for as long as the block runs."""
    path, prop, value, _found = PLANTED[name]
    rows: Any = lab.apps[name].instance.rows[path]
    row = rows[0] if isinstance(rows, list) else rows
    before = row[prop]
    assert before != value
    row[prop] = value
    try:
        yield
    finally:
        row[prop] = before


@pytest.mark.parametrize("planted", [False, True], ids=["as-git-says", "edited"])
def test_what_could_not_be_read_is_unknown_and_nothing_else_is_made_of_it(lab: SettingsLab, trouble: Trouble, planted: bool) -> None:
    runs = broken = hits = 0
    for name in NAMES:
        with edited(lab, name) if planted else contextlib.nullcontext():
            for seed in SEEDS:
                draw = random.Random(f"{name} {seed} {planted}")
                trouble.start(draw.randrange(10**6), RATE, lasting(name, draw) if seed % 3 == 0 else None)
                told = lab.audit(name, timeout=2)["media_center"]
                runs, hits = runs + 1, hits + trouble.hits
                broken += holds(trouble, name, told, PLANTED[name][3] if planted else None)
    assert runs // 3 <= broken < runs, "runs of both sorts are needed"
    assert hits > runs


@pytest.mark.parametrize("name", NAMES)
def test_without_trouble_the_planted_edit_is_found(lab: SettingsLab, trouble: Trouble, name: str) -> None:
    trouble.start(0, 0.0)
    with edited(lab, name):
        assert drift(lab.audit(name)["media_center"]) == [PLANTED[name][3]]
    assert lab.audit(name)["media_center"]["verdict"] == "in_sync"


@pytest.mark.parametrize("name", NAMES)
def test_whatever_else_fails_the_planted_edit_is_found_or_the_app_is_unknown(lab: SettingsLab, trouble: Trouble, name: str) -> None:
    with edited(lab, name):
        for place, path in enumerate(["/system/status", *(resource.path for resource in APPS[name].resources.values())]):
            trouble.start(place, 0.0, (APPS[name].prefix + path, TROUBLE[place % len(TROUBLE)]))
            assert holds(trouble, name, lab.audit(name)["media_center"], PLANTED[name][3]), path


def test_an_app_that_hangs_is_unknown_and_is_not_asked_for_ever(lab: SettingsLab, trouble: Trouble) -> None:
    trouble.start(0, 0.0, ("g", HANGS))
    told = lab.audit("radarr", timeout=2)["media_center"]
    assert told["verdict"] == "unknown" and {"tag", "config_naming"} <= set(told["unread"])
    assert sum(fault is HANGS for fault in trouble.last.values()) < 10
    assert "no answer within 2 s" in {each["reason"] for each in told["gaps"]}


def test_a_reconcile_writes_nothing_that_rests_on_what_it_could_not_read(lab: SettingsLab, trouble: Trouble) -> None:
    before = len(lab.writes())
    for seed in range(20):
        name = NAMES[seed % len(NAMES)]
        draw = random.Random(f"reconcile {seed}")
        trouble.start(seed, RATE, lasting(name, draw))
        kinds = [kind for kind, resource in APPS[name].resources.items() if not resource.static]
        more = {"git_wins": True, "prune": kinds, "allow": ["access", "bulk_effect"], "_ansible_check_mode": False}
        result = lab.audit(name, timeout=2, **more)
        assert (result["changed"], result["actions"]) == (False, []), result["actions"]
    assert len(lab.writes()) == before


def differing(declared: dict[str, Any]) -> dict[str, Any]:
    """What git declares, with two settings changed and two things that the app does not have."""
    document = copy.deepcopy(declared)
    document["config_ui"]["theme"] = "another"
    client = document["download_client"][0]
    client["priority"] = 23
    fields = {field: "a secret" if value == {"secret": True} else value for field, value in client["fields"].items()}
    tags = {"tags": ["new-tag"]} if "tags" in client else {}
    document["download_client"].append({**client, "name": "New", "fields": fields, **tags})
    document["tag"] += [{"label": "new-tag"}] if tags else []
    return document


def written(lab: SettingsLab, name: str) -> dict[str, bool]:
    """What of these differences the app has stored, by the action that says so."""
    rows = lab.apps[name].instance.rows
    client = lab.documents[name]["download_client"][0]["name"]
    return {
        "config_ui: write theme": rows["config/ui"]["theme"] == "another",
        f"download_client[{client}]: write priority": any(row["name"] == client and row["priority"] == 23 for row in rows["downloadclient"]),
        "download_client[New]: create": any(row["name"] == "New" for row in rows["downloadclient"]),
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_reconcile_among_faults_says_exactly_what_it_wrote_and_the_next_one_ends_it(lab: SettingsLab, trouble: Trouble, name: str) -> None:
    before, declared = copy.deepcopy(lab.apps[name].instance.rows), lab.documents[name]
    outcomes: set[str] = set()
    try:
        for seed in range(5):
            lab.apps[name].instance.rows = copy.deepcopy(before)
            lab.documents[name] = differing(declared)
            trouble.start(seed, 2 * RATE)
            more = {"git_wins": True, "allow": ["bulk_effect"], "_ansible_check_mode": False}
            result = lab.audit(name, timeout=2, **more)
            failed = [each for each in result["media_center"]["findings"] if each["code"] == "write_failed"]
            for action, stored in written(lab, name).items():
                told = [each for each in failed if each["message"].startswith(f"{action} failed: ")]
                sure = action in result["actions"]
                open_ended = any(each["evidence"] or "no answer" in each["message"] for each in told)
                assert stored if sure else open_ended or not stored, (seed, action, told)
                assert not (sure and told), (seed, action)
                outcomes.add("stored" if sure else "failed" if told else "not begun")
            trouble.start(0, 0.0)
            assert lab.audit(name, **more)["media_center"]["verdict"] == "in_sync", seed
            assert [row["name"] for row in lab.apps[name].instance.rows["downloadclient"]].count("New") == 1
    finally:
        lab.documents[name], lab.apps[name].instance.rows = declared, before
    assert outcomes >= {"stored", "failed"}


def test_audits_by_the_playbook_tell_each_app_by_what_it_answered(lab: SettingsLab, trouble: Trouble) -> None:
    trouble.start(5, RATE, ("/api/v3/tag", TROUBLE[0]))
    with edited(lab, "lidarr"):
        assert lab.play("audit", variables={"timeout": 2}) == 0, lab.output[-3000:]
    told = lab.targets()
    verdicts = {}
    for name in NAMES:
        unread, lost = trouble.unread(name), trouble.unidentified(name)
        seen = name == "lidarr" and not lost and PLANTED[name][3][0] not in unread
        verdicts[name] = "drift" if seen else "unknown" if lost or unread else "in_sync"
        assert drift(told[name]) == ([PLANTED[name][3]] if seen else [])
    assert {name: each["verdict"] for name, each in told.items()} == verdicts
    assert {verdicts["radarr"], verdicts["sonarr"]} == {"unknown"} and "NOT COMPLETE" in lab.output
