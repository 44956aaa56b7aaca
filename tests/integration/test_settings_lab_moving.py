# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty audits of five apps in which everything moves that moves by itself: nothing is found, and the one edit among them is.

What moves is what the recorded apps were seen to change without a person: numbers, times, free space, the order of lists, texts of a newer release.
"""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lab.server import CONTROL, Request
from support.settings_lab import NAMES, SettingsLab
from support.settings_run import drift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.apps.servarr_instance import Instance
    from lab.server import Response

ROUNDS = 20
#: The audit before which a person edits something, and what: where it is stored, its new value, and where it is to be found.
EDITED = 11
EDITS: dict[str, tuple[tuple[Any, ...], Any, tuple[str, str, str]]] = {
    "radarr": (("downloadclient", "qBittorrent", "priority"), 7, ("download_client", "qBittorrent", "priority")),
    "sonarr": (("config/naming", None, "renameEpisodes"), False, ("config_naming", "", "renameEpisodes")),
    "lidarr": (("rootfolder", "music", "defaultTags"), [2], ("root_folder", "/data/media/music", "defaultTags")),
    "readarr": (("notification", "Discord alerts", "onUpgrade"), False, ("notification", "Discord alerts", "onUpgrade")),
    "prowlarr": (("indexer", "1337x", "tags"), [], ("indexer", "1337x", "tags")),
}
#: Lists whose things come back with other numbers when they are made anew, and to which no other list refers by number.
RENUMBERED = ("notification", "importlist", "remotepathmapping", "customfilter", "indexerproxy", "applications", "exclusions", "importlistexclusion")
_SETS = ("tags", "defaultTags", "specifications", "formatItems", "fields", "primaryAlbumTypes", "secondaryAlbumTypes", "releaseStatuses")


class Motion:
    """Answers between which time passed. Each kind of change is drawn for each value, and ``seen`` counts them."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.seen: dict[str, int] = {}

    def __call__(self, request: Request, response: Response) -> Response:
        if request.method != "GET" or response.status != 200 or not response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        body = json.loads(response.body)
        if request.path.endswith("/system/status"):
            body.update(startTime=self._time(), buildTime=self._time(), runtimeVersion=f"10.0.{self.draw.randrange(99)}", osVersion="13", isAdmin=True)
        elif isinstance(body, list):
            self._shuffle(request.path.rpartition("/")[2], body)
            for each in body:
                self._move(each)
        else:
            self._move(body)
        return replace(response, body=json.dumps(body).encode())

    def _time(self) -> str:
        return f"2026-12-{self.draw.randrange(1, 29):02}T{self.draw.randrange(24):02}:00:00Z"

    def _count(self, what: str) -> None:
        self.seen[what] = self.seen.get(what, 0) + 1

    def _shuffle(self, name: str, things: list[Any]) -> None:
        before = list(things)
        self.draw.shuffle(things)
        if things != before:
            self._count(f"order of {name}")

    def _move(self, thing: dict[str, Any]) -> None:
        for name in _SETS:
            if isinstance(thing.get(name), list):
                self._shuffle(name, thing[name])
        self._space(thing)
        if "implementation" in thing:
            self._release(thing)
        for each in thing.get("specifications") or ():
            self._release(each)
        if "listOrder" in thing:
            thing.update(listOrder=self.draw.randrange(9), minRefreshInterval=f"{self.draw.randrange(24):02}:00:00")
        if "definitionName" in thing:
            self._indexer(thing)
        if isinstance(thing.get("order"), int) and thing.get("tags"):
            thing["order"] = thing["order"] * 10 + self.draw.randrange(10)
        if "passwordConfirmation" in thing and thing.get("password"):
            # Each time that the page is saved the same password gets another salt.
            thing["password"] = uuid.UUID(int=self.draw.getrandbits(128)).hex
        self._count("answers")

    def _space(self, thing: dict[str, Any]) -> None:
        if "freeSpace" not in thing and "accessible" not in thing:
            return
        thing.update(freeSpace=self.draw.randrange(10**12), accessible=self.draw.random() < 0.8)
        for name in ("totalSpace", "unmappedFolders"):
            if name in thing:
                thing[name] = self.draw.randrange(10**13) if name == "totalSpace" else [{"name": "new", "path": "/data/new", "relativePath": "new"}]
        self._count("free space")

    def _release(self, thing: dict[str, Any]) -> None:
        """Texts and links as another release of the app would have them; a notice that comes and goes."""
        thing["implementationName"] = f"{thing['implementation']} {self.draw.randrange(9)}"
        thing["infoLink"] = f"https://wiki.example/{self.draw.randrange(99)}"
        if self.draw.random() < 0.3:
            thing["message"] = {"message": "deprecated", "type": "warning"}
            self._count("notices")
        if self.draw.random() < 0.3:
            thing["presets"] = [{"name": "a preset", "fields": []}]
        for place, each in enumerate(thing.get("fields") or ()):
            each.update(order=place, label=f"Label {self.draw.randrange(9)}", helpText="Another text", hidden="hidden")
            if each.get("type") == "select":
                each["selectOptions"] = [{"value": number, "name": str(number), "order": number} for number in range(self.draw.randrange(4))]

    def _indexer(self, thing: dict[str, Any]) -> None:
        """What Prowlarr tells of an indexer from its definition, which it renews each day, and from its last failure."""
        thing.update(added=self._time(), description="Renewed", indexerUrls=[f"https://{self.draw.randrange(9)}.example/"], legacyUrls=[], encoding="utf-8")
        thing.update(capabilities={"limitsMax": self.draw.randrange(100), "categories": []}, definitionName="Renewed", sortName=self._time())
        if self.draw.random() < 0.5:
            thing["status"] = {"indexerId": thing["id"], "disabledTill": self._time(), "mostRecentFailure": self._time(), "initialFailure": self._time()}
            self._count("blocked indexers")


def live(lab: SettingsLab, name: str, motion: Motion) -> None:
    """A day in the life of an app: it works, is started again, its neighbours come and go, and things are made anew."""
    app, draw = lab.apps[name], motion.draw
    headers = {"x-api-key": lab.key(name)}
    for command in draw.sample(["CheckHealth", "Backup", "Housekeeping", "MessagingCleanup"], 2):
        app.answer(Request("POST", f"{app.instance.prefix}/command", {}, headers, json.dumps({"name": command}).encode()))
    for what in ("health", "diskspace", "command"):
        app.answer(Request("GET", f"{app.instance.prefix}/{what}", {}, headers))
    app.answer(Request("PUT", f"{CONTROL}reachable", body=draw.choice([b"null", b"[]"])))
    if draw.random() < 0.3:
        app.answer(Request("POST", f"{CONTROL}restart"))
    renumber(app.instance, draw)


def renumber(instance: Instance, draw: random.Random) -> None:
    """Other numbers for things that are known by name; what refers to a tag goes along."""
    for path in RENUMBERED:
        for row in instance.rows.get(path) or ():
            row["id"] += draw.choice([0, 100])
    numbers = {row["id"]: row["id"] + draw.choice([0, 100]) for row in instance.rows["tag"]}
    if len(set(numbers.values())) < len(numbers):
        return
    for path, rows in instance.rows.items():
        for row in rows if isinstance(rows, list) else [rows]:
            if path == "tag":
                row["id"] = numbers[row["id"]]
            for name in ("tags", "defaultTags"):
                if isinstance(row.get(name), list):
                    row[name] = [numbers[each] for each in row[name]]


def stored(instance: Instance, place: tuple[Any, ...]) -> dict[str, Any]:
    """The row in which a person edits something."""
    rows: Any = instance.rows[place[0]]
    found: dict[str, Any] = rows if place[1] is None else next(row for row in rows if row["name"] == place[1])
    return found


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SettingsLab]:
    found = SettingsLab(tmp_path_factory.mktemp("moving"))
    found.declare()
    yield found
    found.close()


def edit(lab: SettingsLab, name: str) -> Any:
    """Let a person edit one setting; the value before. Numbers of tags may have moved, so tags are told by their place."""
    place, value, _found = EDITS[name]
    row = stored(lab.apps[name].instance, place)
    before = row[place[2]]
    row[place[2]] = [lab.apps[name].instance.rows["tag"][each - 1]["id"] for each in value] if isinstance(value, list) else value
    assert row[place[2]] != before
    return before


def restore(lab: SettingsLab, name: str, before: Any) -> None:
    place = EDITS[name][0]
    stored(lab.apps[name].instance, place)[place[2]] = before


@pytest.mark.parametrize("name", NAMES)
def test_in_twenty_audits_of_an_app_that_lives_only_the_edit_is_found(lab: SettingsLab, name: str) -> None:
    motion = Motion(NAMES.index(name))
    checked = lab.audit(name)["media_center"]["checked"]
    lab.between(name, motion)
    for number in range(1, ROUNDS + 1):
        live(lab, name, motion)
        before = edit(lab, name) if number == EDITED else None
        result = lab.audit(name)
        told = result["media_center"]
        if number == EDITED:
            assert (told["verdict"], drift(told)) == ("drift", [EDITS[name][2]]), number
            restore(lab, name, before)
        else:
            assert (told["verdict"], told["findings"], result.get("diff")) == ("in_sync", [], {"before": "", "after": ""}), number
        assert (told["checked"], told["unknown"], result["changed"]) == (checked, 0, False), number
    lab.between(name, None)
    # Silence is worth something only where something moved.
    assert motion.seen["answers"] > 500
    assert motion.seen["order of fields"] > 100 and motion.seen["order of notification"] > 5
    assert motion.seen["blocked indexers" if name == "prowlarr" else "free space"] >= ROUNDS - 1


def test_audits_by_the_playbook_find_nothing_while_all_apps_live(lab: SettingsLab) -> None:
    motions = {name: Motion(100 + place) for place, name in enumerate(NAMES)}
    for name, motion in motions.items():
        lab.between(name, motion)
    for number in (1, 2):
        for name, motion in motions.items():
            live(lab, name, motion)
        edited = {"radarr": edit(lab, "radarr")} if number == 2 else {}
        assert lab.play("audit", "--diff") == 0, lab.output[-3000:]
        told = lab.targets()
        found = {name: drift(told[name]) for name in NAMES if told[name]["verdict"] != "in_sync"}
        assert found == ({"radarr": [EDITS["radarr"][2]]} if edited else {}), number
        assert [lab.report()["coverage"]["unknown"], lab.report()["writes"]] == [0, 0]
    restore(lab, "radarr", edited["radarr"])
    assert lab.writes() == []
