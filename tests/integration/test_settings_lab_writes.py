# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written to five apps and what is not: nothing by an audit or a reconcile that names no app, what the check said by one that does,
nothing by a second one, and everything, secrets from a vault included, into an app that has lost all it knew."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS
from ansible_collections.homelab.media_center.plugins.modules import servarr_settings_info

from support.parts import CHECKOUT
from support.settings_lab import NAMES, PLAYBOOK, SettingsLab
from support.settings_lab_drift import plant
from support.settings_lab_store import first_start, furnish, out_of_vault, rendered, settings_stored, ui_password
from support.settings_run import drift

#: The most that one audit may ask of one app.
MOST = 28
ALLOW = ["access", "bulk_effect"]
#: Where one value is changed by hand for a control: the row, its new value, and what tells it.
EDITS: dict[str, tuple[str, str, str, Any, tuple[str, str, str]]] = {
    "radarr": ("downloadclient", "SABnzbd", "priority", 9, ("download_client", "SABnzbd", "priority")),
    "sonarr": ("qualityprofile", "Family", "minFormatScore", -7, ("quality_profile", "Family", "minFormatScore")),
    "lidarr": ("notification", "Telegram", "onHealthIssue", False, ("notification", "Telegram", "onHealthIssue")),
    "readarr": ("importlist", "Other instance", "enableAutomaticAdd", True, ("import_list", "Other instance", "enableAutomaticAdd")),
    "prowlarr": ("indexer", "News", "priority", 26, ("indexer", "News", "priority")),
}


class House(SettingsLab):
    """The lab with all that its apps have in git, secrets from a vault, and its apps as they are then."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.exported: dict[str, Any] = {}
        self.variables: dict[str, str] = {}
        for name, app in self.apps.items():
            # Prowlarr asks an indexer that is switched on for what it can do, whatever it is told: with nobody there it can be made, but not switched on.
            app.instance.reachable = {"127.0.0.1:19010"} if name == "prowlarr" else set()
            furnish(app.instance)
            plain = ui_password(app.instance)
            self.exported[name] = self.export(name)
            document, variables = out_of_vault(name, self.exported[name], app.instance, plain)
            self.documents[name] = {"managed": self.kinds(name), **document}
            self.variables.update(variables)
        self.before = {name: copy.deepcopy(app.instance.rows) for name, app in self.apps.items()}
        self.stored = {name: settings_stored(app.instance) for name, app in self.apps.items()}
        secret = VaultSecret(b"the operator's password")
        (folder / "vault.yml").write_bytes(VaultLib().encrypt(yaml.safe_dump(self.variables), secret))
        (folder / "vault.password").write_bytes(secret.bytes)

    def back(self) -> None:
        """Everything as it was."""
        for name, app in self.apps.items():
            app.instance.rows = copy.deepcopy(self.before[name])

    def kinds(self, name: str) -> list[str]:
        """Every kind that can be declared of an app."""
        return [kind for kind, resource in APPS[name].resources.items() if not resource.static]

    def export(self, name: str) -> dict[str, Any]:
        """What ``servarr_settings_info`` exports of an app."""
        told: dict[str, Any] = self._call(servarr_settings_info, name)["settings"]
        return told

    def run(self, playbook: str, *words: str, **variables: Any) -> list[dict[str, Any]]:
        """The requests of a run with the vault; it has to end well."""
        before = len(self.requests())
        vault = ["-e", f"@{self.folder / 'vault.yml'}", "--vault-password-file", str(self.folder / "vault.password")]
        assert self.play(playbook, *vault, *words, variables=variables) == 0, self.output[-3000:]
        return self.requests()[before:]

    def tasks(self, tasks: list[dict[str, Any]]) -> None:
        """Run a play of these tasks on all five apps, in the inventory and with the vault of a run before it."""
        if not (self.folder / "inventory.yml").exists():
            self.run("audit")
        playbook = self.folder / "tasks.yml"
        playbook.write_text(yaml.safe_dump([{"hosts": "media_apps", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        vault = ["-e", f"@{self.folder / 'vault.yml'}", "--vault-password-file", str(self.folder / "vault.password")]
        command = [str(PLAYBOOK), "-i", str(self.folder / "inventory.yml"), str(playbook), *vault]
        environment = self._environment(CHECKOUT / "collections")
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr

    @property
    def git_wins(self) -> list[str]:
        """The words with which git wins in every app, whatever it takes."""
        kinds = sorted({kind for name in NAMES for kind in self.kinds(name) if not APPS[name].resources[kind].singleton})
        told = {"media_center_git_wins": "all", "media_center_allow": ALLOW, "media_center_prune_settings": kinds}
        return ["-e", json.dumps(told)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = House(tmp_path_factory.mktemp("house"))
    yield found
    found.close()


@pytest.fixture(autouse=True)
def as_it_was(house: House) -> Iterator[None]:
    yield
    house.back()


def written(requests: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Every request that was not a reading one, by app."""
    found: dict[str, list[str]] = {name: [] for name in NAMES}
    for each in requests:
        if each["method"] not in ("GET", "HEAD"):
            found[each["app"]].append("{method} {path}".format(**each))
    return found


def of_settings(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings that say something of the settings and git, and not of how safe or healthy an app is."""
    return [each for each in told["findings"] if each["category"] in ("drift", "rule")]


NOTHING: dict[str, list[str]] = {name: [] for name in NAMES}


@dataclasses.dataclass(frozen=True)
class Restored:
    """What came of a reconcile of apps that had lost everything, and of the audit after it."""

    lost: dict[str, Any]
    written: dict[str, list[str]]
    audited: list[dict[str, Any]]
    report: dict[str, Any]
    exported: dict[str, Any]
    stored: dict[str, Any]
    everything: str


@pytest.fixture(scope="module")
def restored(house: House, shared: Path) -> Restored:
    """One reconcile with the secrets of the vault, and one audit."""
    for app in house.apps.values():
        first_start(app.instance, shared / "recordings")
    lost = {name: house.export(name) for name in NAMES}
    sent = written(house.run("reconcile", *house.git_wins))
    audited = house.run("audit")
    exported = {name: house.export(name) for name in NAMES}
    stored = {name: settings_stored(app.instance) for name, app in house.apps.items()}
    everything = json.dumps({name: app.instance.rows for name, app in house.apps.items()})
    house.back()
    return Restored(lost, sent, audited, house.report(), exported, stored, everything)


def test_a_reconcile_that_names_no_app_writes_nothing_and_tells_what_was_edited_by_hand(house: House) -> None:
    for name, (path, row, prop, value, _told) in EDITS.items():
        next(each for each in house.apps[name].instance.rows[path] if each["name"] == row)[prop] = value
    assert written(house.run("reconcile")) == NOTHING
    assert {name: drift(told) for name, told in house.targets().items()} == {name: [told[-1]] for name, told in EDITS.items()}


def test_one_that_names_them_writes(restored: Restored) -> None:
    """The control: the same look at the log sees what is written once git may win."""
    assert min(map(len, restored.written.values())) > 20
    lines = [line for lines in restored.written.values() for line in lines]
    assert {line.split()[0] for line in lines} >= {"POST", "PUT"}
    assert [line for line in lines if "/test" in line] == [], "no connection is tested, and nothing that is written asks for it"
    assert [line for line in lines if any(f"PUT {APPS[n].prefix}{r.path}/" in line for n in NAMES for r in APPS[n].resources.values() if r.provider)
            and "forceSave=true" not in line] == []  # fmt: skip


def test_an_audit_reads_every_kind_once_and_writes_nothing(restored: Restored, shared: Path) -> None:
    assert written(restored.audited) == NOTHING and restored.report["writes"] == 0
    described = yaml.safe_load((shared / "contracts" / "servarr_resources.yml").read_text(encoding="utf-8"))["apps"]
    whole = {name: {APPS[name].prefix + each["path"] for each in described[name]["resources"].values()} for name in NAMES}
    assert {name: len(paths) for name, paths in whole.items()} == {**dict.fromkeys(NAMES, 25), "prowlarr": 12}
    for name, paths in whole.items():
        asked = [(each["path"], each["status"]) for each in restored.audited if each["app"] == name]
        answered = [path for path, status in asked if status == 200 and path.startswith(APPS[name].prefix)]
        assert sorted(answered) == sorted([*paths, APPS[name].prefix + "/system/status"]), name
        assert len(asked) <= MOST


def test_after_it_nothing_is_to_be_found(restored: Restored) -> None:
    assert {each["name"]: (each["verdict"], of_settings(each)) for each in restored.report["targets"]} == dict.fromkeys(NAMES, ("in_sync", []))
    assert min(each["checked"] for each in restored.report["targets"]) > 250


def test_an_app_that_lost_everything_is_byte_for_byte_what_it_was(house: House, restored: Restored) -> None:
    for name in NAMES:
        assert restored.lost[name] != house.exported[name]
        assert json.dumps(restored.exported[name], indent=1) == json.dumps(house.exported[name], indent=1), name


def test_its_store_holds_the_secrets_of_the_vault(house: House, restored: Restored, shared: Path) -> None:
    assert restored.stored == house.stored
    known = json.loads((shared / "fixtures" / "servarr_house" / "secrets.json").read_text(encoding="utf-8"))
    # But for the passwords of their own users, which the apps keep as hashes, and the keys by which they know each other.
    told = {each["value"] for each in known if each["api"] != "hash" and "canary" in each["value"]}
    assert len(told) > 40 and [each for each in sorted(told) if json.dumps(each)[1:-1] not in restored.everything] == []


def test_a_secret_that_is_another_one_is_seen_in_the_store_only(house: House) -> None:
    """The control of the comparison of stores: it sees one masked secret that is wrong, and an export does not."""
    instance = house.apps["radarr"].instance
    (client,) = [row for row in instance.rows["downloadclient"] if row["name"] == "qBittorrent"]
    client["settings"]["password"] = "another one"
    assert settings_stored(instance) != house.stored["radarr"]
    assert house.export("radarr") == house.exported["radarr"]


def test_an_export_declared_as_it_is_has_no_finding(house: House) -> None:
    for name in NAMES:
        told = house.audit(name, settings=house.exported[name], secrets="")["media_center"]
        assert (told["verdict"], of_settings(told), told["unknown"]) == ("in_sync", [], 0)
        assert told["checked"] > 250 and told["not_comparable"] > 0


def test_a_check_tells_what_a_run_does_and_a_second_run_does_nothing(house: House) -> None:
    planted = {name: plant(house.apps[name].instance) for name in NAMES}
    before = len(house.requests())
    options = {
        "app": "{{ inventory_hostname }}",
        "url": "{{ media_center_url }}",
        "api_key": "{{ media_center_api_key }}",
        "repository_path": "{{ media_center_repositories['homelab-apps'] }}",
        "file": "apps/{{ inventory_hostname }}.yml",
        "git_wins": True,
        "ask_remote": False,
        "allow": ALLOW,
        "prune": "{{ prune }}",
        "previous_directory": "{{ media_center_state_dir }}/previous",
        "fingerprint_key": "the same in all three",
    }
    kinds = sorted({kind for name in NAMES for kind in planted[name] if not APPS[name].resources[kind].singleton})
    runs = [
        {"homelab.media_center.servarr_settings": options, "check_mode": name == "checked", "register": name, "vars": {"prune": kinds}}
        for name in ("checked", "real", "second")
    ]
    content = "{{ {'checked': checked, 'real': real, 'second': second} | to_json }}"
    keep = {"ansible.builtin.copy": {"content": content, "dest": f"{house.folder}/told-{{{{ inventory_hostname }}}}.json", "mode": "0600"}}
    house.tasks([*runs, keep])
    sent = written(house.requests()[before:])
    for name in NAMES:
        told = json.loads((house.folder / f"told-{name}.json").read_text(encoding="utf-8"))
        checked, real, second = told["checked"], told["real"], told["second"]
        assert (checked["changed"], real["changed"], second["changed"]) == (True, True, False), name
        done = [each for each in real["actions"] if not each.startswith("the settings as they were are kept in")]
        assert checked["actions"] == done and checked["diff"] == real["diff"], name
        assert checked["media_center"]["requests"]["write"] == second["media_center"]["requests"]["write"] == 0
        # The log has exactly the writes that the one real run counted.
        assert len(sent[name]) == real["media_center"]["requests"]["write"] >= len(done) > 20
        assert second["actions"] == [] and second["diff"] == {"before": "", "after": ""}
        assert real["media_center"]["verdict"] == second["media_center"]["verdict"] == "in_sync", real["media_center"]["findings"]
        # Each kind of drift of each kind of setting was acted upon.
        acted = {each.partition(":")[0].partition("[")[0] for each in done}
        assert acted == {kind for kind, what in planted[name].items() if what - {"page"}}, name
    assert {what for kinds_of in planted.values() for told in kinds_of.values() for what in told} == {
        "value", "list", "reference", "page", "missing", "unmanaged",
    }  # fmt: skip
    assert {name: settings_stored(app.instance) for name, app in house.apps.items()} == house.stored


PLACES = [("radarr", turned) for turned in itertools.permutations(range(4))] + [(name, (3, 2, 0, 1)) for name in ("sonarr", "lidarr", "readarr")]


@pytest.mark.parametrize(("name", "turned"), PLACES, ids=str)
def test_delay_profiles_come_into_the_order_of_git_whatever_stands_between_them(house: House, name: str, turned: tuple[int, ...]) -> None:
    """One run is enough, with one of them missing and with one that git does not know, which stays."""
    instance = house.apps[name].instance
    rows = instance.rows["delayprofile"]
    document = {"delay_profile": house.exported[name]["delay_profile"]}
    instance.insert("delayprofile", {**rows[1], "tags": [instance.rows["tag"][-1]["id"]]})
    placed = [row for row in rows if row["tags"]]
    for row, order in zip(placed, turned, strict=True):
        row["order"] = order + 1
    rows.remove(placed[turned[-1] % 3])
    told = house.audit(name, settings=document, secrets="", git_wins=True, _ansible_check_mode=False)
    assert told["changed"] and drift(told["media_center"]) == [("delay_profile", "spare", "")]
    assert not house.audit(name, settings=document, secrets="", git_wins=True, _ansible_check_mode=False)["changed"]
    assert len(house.export(name)["delay_profile"]) == 5


@pytest.mark.parametrize("name", NAMES)
def test_what_needs_a_word_is_left_and_named_by_the_check_and_by_the_run(house: House, name: str) -> None:
    plant(house.apps[name].instance)
    document = rendered(house.documents[name], house.variables)
    before = len(house.writes())

    def run(check: bool) -> dict[str, Any]:
        house.documents[name], kept = document, house.documents[name]
        try:
            return house.audit(name, git_wins=True, fingerprint_key="the same in all three", _ansible_check_mode=check)
        finally:
            house.documents[name] = kept

    checked, real = run(True), run(False)
    sent = len(house.writes())
    second = run(False)
    assert len(house.writes()) == sent > before
    assert (checked["actions"], checked["diff"]) == (real["actions"], real["diff"])
    refused = [sorted(each["message"] for each in told["media_center"]["findings"] if each["category"] == "rule") for told in (checked, real, second)]
    assert refused[0] and refused[0] == refused[1]
    # What was created switched off is the app's own from then on, and named in the same words as what it had.
    assert len(refused[2]) >= len(refused[0]) and not second["changed"] and second["actions"] == []
    assert all("can lock everybody out" in each or "starts something large" in each for each in refused[2])
