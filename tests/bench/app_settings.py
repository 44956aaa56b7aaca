# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an audit of the apps' settings takes, beside the least that Ansible takes for as many tasks, and beside a loop over the same endpoints.

A play of one task that compares the five instances of the lab takes turns with a play of one task whose module only loads `requests`. The loop asks
the endpoints that the audit asked, one `ansible.builtin.uri` each. The apps of the lab are threads of this process and share the machine with
what is measured.
"""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.servarr import Servarr
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_form import export
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_declared import read_declared
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import diff, plan_settings, told
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS
from figures import ROUNDS, Figure, beside, medians, seconds

from support.parts import CHECKOUT
from support.repository import Repository
from support.settings_lab import NAMES, SettingsLab

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
MOST_GETS = 28
BESIDE_NOTHING = 1.5
BESIDE_URI = 0.1
FORMATS = 2000
FORMATS_SECONDS = 1.0
MANY = 100

OURS = """\
- hosts: media_apps
  gather_facts: false
  check_mode: true
  tasks:
    - homelab.media_center.servarr_settings:
        app: "{{ app }}"
        url: "{{ media_center_url }}"
        api_key: "{{ media_center_api_key }}"
        repository_path: "{{ media_center_repositories['homelab-apps'] }}"
        file: "{{ media_center_settings_file }}"
"""
NOTHING = """\
- hosts: media_apps
  gather_facts: false
  check_mode: true
  tasks:
    - nothing:
"""
URI = """\
- hosts: media_apps
  gather_facts: false
  tasks:
    - ansible.builtin.uri:
        url: "{{ media_center_url }}{{ item }}"
        headers: {X-Api-Key: "{{ media_center_api_key }}"}
        return_content: true
      loop: "{{ endpoints[app] }}"
"""


class Instances:
    """A controller that knows some instances of the lab's apps; several names may stand for one app."""

    def __init__(self, lab: SettingsLab, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count
        files = {f"apps/{app}.yml": yaml.safe_dump(document, sort_keys=False) for app, document in lab.documents.items()}
        repository = Repository(folder / "homelab-apps", files).root
        shared = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "media_center_repositories": {"homelab-apps": str(repository)},
            "media_center_report_dir": str(folder / "report"),
            "media_center_state_dir": str(folder / "state"),
            "media_center_settings_file": "apps/{{ app }}.yml",
        }
        children: dict[str, Any] = {}
        for app in NAMES:
            where = {"app": app, "media_center_url": lab.urls[app], "media_center_api_key": lab.key(app)}
            children[app] = {"vars": where, "hosts": {f"{app}{number}": {} for number in range(count // len(NAMES))}}
        self._inventory = folder / "inventory.yml"
        self._write(self._inventory, {"all": {"vars": shared, "children": {"media_apps": {"children": children}}}})

    def run(self, playbook: str, *words: str) -> None:
        """Run the text of a playbook, or one of the collection's by its name. SystemExit where it fails."""
        if "\n" in playbook:
            path = self.folder / "play.yml"
            path.write_text(playbook, encoding="utf-8")
            playbook = str(path)
        own = {"LC_ALL": "C.UTF-8", "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / "collections"), "ANSIBLE_LIBRARY": str(Path(__file__).parent / "library")}
        own.update(ANSIBLE_LOCAL_TEMP=str(self.folder / "local"), ANSIBLE_REMOTE_TEMP=str(self.folder / "remote"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        command = [str(PLAYBOOK), "-i", str(self._inventory), playbook, *words]
        done = subprocess.run(command, cwd=self.folder, env={**kept, **own}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)

    def variables(self, values: Mapping[str, Any]) -> str:
        """The word that hands variables to a run."""
        path = self.folder / "variables.yml"
        self._write(path, values)
        return f"@{path}"

    @staticmethod
    def _write(path: Path, values: Mapping[str, Any]) -> None:
        path.write_text(yaml.safe_dump(dict(values), sort_keys=False), encoding="utf-8")


def plays(lab: SettingsLab, folder: Path) -> list[Figure]:
    """The five instances once each."""
    five = Instances(lab, folder, len(NAMES))
    before = len(lab.requests())
    five.run(OURS)
    asked = lab.requests()[before:]
    count = Counter(each["app"] for each in asked)
    app, most = count.most_common(1)[0]
    ours, nothing, whole = medians(ROUNDS, lambda: five.run(OURS), lambda: five.run(NOTHING), lambda: five.run("homelab.media_center.audit"))
    endpoints = {name: [each["path"] for each in asked if each["app"] == name] for name in NAMES}
    loop = ("--extra-vars", five.variables({"endpoints": endpoints}))
    beside_uri, uri = medians(2, lambda: five.run(OURS), lambda: five.run(URI, *loop))
    return [
        Figure(f"5 instances: GETs of the busiest ({app})", most, "", goal=MOST_GETS, holds=most <= MOST_GETS),
        beside("5 instances: play beside modules that do nothing", ours, nothing, BESIDE_NOTHING),
        beside(f"5 instances: play beside a loop of uri over the {len(asked)} endpoints", beside_uri, uri, BESIDE_URI),
        beside("5 instances: audit.yml with its report beside modules that do nothing", whole, nothing, None),
    ]


def growth(lab: SettingsLab, folder: Path) -> list[Figure]:
    """The play over 5 instances and over 100."""
    five, many = Instances(lab, folder / "five", len(NAMES)), Instances(lab, folder / "many", MANY)
    few, lot, nothing = medians(1, lambda: five.run(OURS), lambda: many.run(OURS), lambda: many.run(NOTHING))
    each = [round(few / five.count, 3), round(lot / many.count, 3)]
    ratio = round(each[1] / each[0], 2)
    return [
        Figure(f"growth from 5 to {MANY} instances: time for each", each[1], "s", each[0], ratio, 1.0, ratio <= 1.0),
        beside(f"{MANY} instances: play beside modules that do nothing", lot, nothing, None),
    ]


def many_formats(lab: SettingsLab) -> list[Figure]:
    """2,000 custom formats in one Radarr, all of them with a score in one profile, one edited; reading them is not the comparison's time."""
    rows = lab.apps["radarr"].instance.rows
    kept, model = {name: rows[name] for name in ("customformat", "qualityprofile")}, rows["customformat"][0]
    try:
        rows["customformat"] = [{**copy.deepcopy(model), "id": number, "name": f"format {number}"} for number in range(1, FORMATS + 1)]
        rows["qualityprofile"] = copy.deepcopy(rows["qualityprofile"])
        rows["qualityprofile"][-1]["formatItems"] = [{"format": number, "score": number} for number in range(1, FORMATS + 1)]
        session = Session(Address("radarr", lab.urls["radarr"], {"X-Api-Key": lab.key("radarr")}))
        gateway = Servarr(APPS["radarr"], session)
        raw: dict[str, Any] = {}
        read = seconds(lambda: raw.update(gateway.read()))
        session.close()
    finally:
        rows.update(kept)
    document = copy.deepcopy(export(APPS["radarr"], raw))
    document["custom_format"][7]["includeCustomFormatWhenRenaming"] = True

    def compare() -> dict[str, Any]:
        redactor = Redactor("key")
        declared = read_declared(APPS["radarr"], document, "", {}, "apps/radarr.yml", "homelab-apps")
        planned = plan_settings(APPS["radarr"], declared, raw, {}, redactor)
        diff(redactor, "radarr", planned)
        return told("radarr", APPS["radarr"], "", declared, planned, redactor, {})

    found = [each for each in compare()["findings"] if each["category"] == "drift"]
    if len(found) != 1 or len(document["custom_format"]) != FORMATS:
        raise SystemExit(f"{len(document['custom_format'])} formats were compared, and this was found: {found}")
    (took,) = medians(ROUNDS, compare)
    name = f"{FORMATS} custom formats in one instance"
    return [
        Figure(f"{name}: compared", round(took, 3), "s", goal=FORMATS_SECONDS, holds=took <= FORMATS_SECONDS),
        Figure(f"{name}: read from the lab", round(read, 3), "s"),
    ]


def measured(folder: Path) -> list[Figure]:
    """All figures of the apps' settings."""
    folder.mkdir()
    lab = SettingsLab(folder)
    try:
        lab.declare()
        return [*plays(lab, folder / "plays"), *many_formats(lab), *growth(lab, folder / "growth")]
    finally:
        lab.close()
