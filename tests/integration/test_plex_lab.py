# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plex through a whole round: every field that can be declared is seen when it moves and put back, and nothing else is ever touched or told."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.plex import Plex
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import plan_settings
from ansible_collections.homelab.media_center.plugins.module_utils.resources.plex import NEVER, PLEX, SERVER
from ansible_collections.homelab.media_center.plugins.modules import plex_settings, plex_settings_info

from lab.server import Request
from support.parts import CHECKOUT
from support.plex_lab import PlexLab

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
ALL = {"git_wins": True, "allow": ["access", "bulk_effect", "hidden"], "check": False}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[PlexLab]:
    found = PlexLab(tmp_path)
    yield found
    found.close()


class Answers(Session):
    """What the server answers, without a network between."""

    def __init__(self, lab: PlexLab) -> None:
        super().__init__(Address("plex", "http://plex"))
        self._lab = lab

    def get(self, path: str, params: object = None) -> Any:
        headers = {"accept": "application/json", "x-plex-token": self._lab.plex.token}
        return json.loads(self._lab.plex.answer(Request("GET", path, {}, headers)).body)


def another(value: Any) -> Any:
    """A value of the same type that is not the same."""
    if isinstance(value, (bool, list)):
        return [*value, "/data/media/anime"] if isinstance(value, list) else not value
    return value + 1 if isinstance(value, (int, float)) else value + "x"


def plan(raw: Any, document: dict[str, Any]) -> list[tuple[str, str, str]]:
    declared = read_declared(PLEX, copy.deepcopy(document), "", {}, "apps/plex.yml", "homelab-apps")
    assert not declared.faults
    return sorted(plan_settings(PLEX, declared, raw, {}, Redactor("0" * 64)).plan.differing())


def test_each_field_that_can_be_declared_is_seen_when_it_moves(lab: PlexLab) -> None:
    gateway = Plex(PLEX, Answers(lab))
    gateway.identify()
    before = gateway.read()
    document = export(gateway.app, before, whole=True)
    assert not plan(before, document)
    edits = [("server", None, name) for name in document["server"]]
    edits += [("library", place, name) for place, each in enumerate(document["library"]) for name in each if name not in ("type", "title", "preferences")]
    edits += [("library", place, f"preferences.{name}") for place, each in enumerate(document["library"]) for name in each["preferences"]]
    assert len(edits) > 180
    wrong = []
    for kind, place, path in edits:
        after = copy.deepcopy(before)
        if place is None:
            thing, key = after[kind], ""
        else:
            key = "{type} | {title}".format(**document[kind][place])
            thing = next(each for each in after[kind] if "{type} | {title}".format(**each) == key)
        *above, name = path.split(".")
        for each in above:
            thing = thing[each]
        thing[name] = another(thing[name])
        if plan(after, document) != [(kind, key, path)]:
            wrong.append((kind, key, path))
    assert not wrong


def test_the_table_knows_every_preference_of_the_recorded_server(shared: Path) -> None:
    recorded = json.loads((shared / "fixtures/plex/plex-api.rs/server/prefs.json").read_text(encoding="utf-8"))["MediaContainer"]["Setting"]
    types = {"bool": "bool", "int": "int", "text": "str", "double": "float"}
    comparable = {each["id"]: each for each in recorded if each["id"] not in NEVER}
    assert {name: types[each["type"]] for name, each in comparable.items()} == dict(SERVER.properties)
    assert {name for name, each in comparable.items() if each["hidden"]} == set(SERVER.hidden)
    # A label can hold a letter that looks like a colon; the first real one ends the value.
    hours = next(each["enumValues"] for each in recorded if each["id"] == "ButlerStartHour").split("|")
    assert "\ua789" in hours[0] and [each.partition(":")[0] for each in hours] == [str(hour) for hour in range(24)]


def test_twenty_audits_of_a_server_whose_values_move_find_nothing_and_write_nothing(lab: PlexLab) -> None:
    document = lab.export()["settings"]
    first = lab.asked[-1]
    for turn in range(20):
        # The times and counters of each answer move with every request; these move on top.
        lab.plex.preferences["LastAutomaticMappedPort"]["value"] = turn
        lab.plex.preferences["CertificateVersion"]["value"] = turn
        lab.plex.sections[0]["uuid"] = f"{turn}"
        lab.plex.sections.reverse()
        for section in lab.plex.sections:
            section["locations"] = [[number + 10, path] for number, path in reversed(section["locations"])]
        told = lab.settings(document)["media_center"]
        assert told["verdict"] == "in_sync" and told["requests"]["write"] == 0
    assert first.path and not lab.writes()
    lab.plex.preferences["OnDeckLimit"]["value"] = 41
    told = lab.settings(document)["media_center"]
    assert told["verdict"] == "drift" and not lab.writes()


def test_what_the_check_says_is_what_the_run_does_and_a_second_run_does_nothing(lab: PlexLab) -> None:
    document = lab.export()["settings"]
    wipe(lab)
    check = lab.settings(document, git_wins=True, allow=ALL["allow"])
    assert not lab.writes()
    real = lab.settings(document, **ALL)
    assert (check["changed"], check["actions"], check["diff"]) == (real["changed"], real["actions"], real["diff"])
    assert real["changed"] and real["media_center"]["verdict"] == "in_sync"
    written = len(lab.writes())
    again = lab.settings(document, **ALL)
    assert not again["changed"] and not again["actions"] and len(lab.writes()) == written
    assert not any("refresh" in each for each in lab.requests())


def test_what_the_modules_return_is_what_they_document(lab: PlexLab) -> None:
    exported = lab.export()
    told = lab.settings(exported["settings"])
    documented, returned = yaml.safe_load(plex_settings.RETURN), yaml.safe_load(plex_settings_info.RETURN)
    assert set(documented) == set(told) - {"changed"} and set(documented["media_center"]["sample"]) <= set(told["media_center"])
    assert set(returned) == set(exported) - {"changed"} and set(returned["requests"]["sample"]) == set(exported["requests"])
    sample = returned["settings"]["sample"]
    assert set(sample["server"]) <= set(exported["settings"]["server"]) and set(sample["library"][0]) == set(exported["settings"]["library"][0])
    assert set(sample["library"][0]["preferences"]) <= set(exported["settings"]["library"][1]["preferences"])


def wipe(lab: PlexLab) -> None:
    """All preferences as a new server has them, one library gone and the others changed."""
    for each in lab.plex.preferences.values():
        each["value"] = another(each["default"]) if each["value"] == each["default"] and each["id"].startswith("Butler") else each["default"]
    lab.plex.sections = [each for each in lab.plex.sections if each["type"] != "show"]
    for section in lab.plex.sections:
        section.update(preferences={}, language="de-DE", locations=[[7, "/data/media/photos"]])


def test_an_export_survives_a_wiped_server(lab: PlexLab) -> None:
    before = lab.export()["settings"]
    wipe(lab)
    assert lab.export()["settings"] != before
    assert lab.settings(before, **ALL)["media_center"]["verdict"] == "in_sync"
    assert lab.export()["settings"] == before


TASKS = """
- hosts: plex
  gather_facts: false
  tasks:
    - name: Compare
      homelab.media_center.plex_settings: &plex
        url: "{{ url }}"
        api_key: "{{ token }}"
        settings: "{{ lookup('ansible.builtin.file', document) | from_yaml }}"
        git_wins: true
        allow: [access, bulk_effect, hidden]
        previous_directory: "{{ previous }}"
    - name: Export
      homelab.media_center.plex_settings_info:
        url: "{{ url }}"
        api_key: "{{ token }}"
    - name: Ask where nobody answers
      homelab.media_center.plex_settings:
        <<: *plex
        url: http://127.0.0.1:9/?X-Plex-Token={{ token }}
    - name: Export with a wrong token
      homelab.media_center.plex_settings_info:
        url: "{{ url }}"
        api_key: "{{ token }}-old"
      ignore_errors: true
    - name: Ask gluetun
      homelab.media_center.vpn_info:
        url: "{{ gluetun_url }}"
        api_key: "{{ gluetun_key }}"
      register: vpn
"""


def test_no_secret_is_told_by_a_run_of_ansible(lab: PlexLab, tmp_path: Path) -> None:
    from lab.apps.gluetun import Gluetun
    from lab.faults import FaultFile
    from lab.request_log import RequestLog
    from lab.server import serve

    document = lab.export()["settings"]
    wipe(lab)
    lab.plex.preferences["PlexOnlineMail"]["value"] = "canary-plex-mail-01-7f3a9c@example.com"
    gluetun, log = Gluetun(), RequestLog(tmp_path / "gluetun.jsonl")
    for role in gluetun.state["roles"]:
        role["routes"].append("GET /v1/vpn/settings")
    listener = serve(gluetun, FaultFile(tmp_path / "none.json"), log)
    (tmp_path / "document.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    (tmp_path / "play.yml").write_text(TASKS, encoding="utf-8")
    given = {"url": lab.url, "token": lab.plex.token, "document": str(tmp_path / "document.yml"), "previous": str(tmp_path / "previous")}
    given |= {"gluetun_url": listener.address, "gluetun_key": gluetun.api_key}
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"plex": local}, "vars": given}}), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    ours = {"ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / "collections"), "ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log"), "LC_ALL": "C.UTF-8"}
    command = [str(PLAYBOOK), "-i", str(tmp_path / "hosts.yml"), "-vvv", "--diff", str(tmp_path / "play.yml")]
    done = subprocess.run(command, cwd=CHECKOUT, env={**kept, **ours}, capture_output=True, text=True, timeout=120, check=False)
    listener.close()
    log.close()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    told = done.stdout + done.stderr + (tmp_path / "ansible.log").read_text() + "".join(each.read_text() for each in (tmp_path / "previous").iterdir())
    assert "library[show | TV Shows]: create" in told and "51413" in told and "in_sync" in told
    secrets = [lab.plex.token, lab.plex.identity["machineIdentifier"], "canary-"]
    assert [each for each in secrets if each in told] == []
