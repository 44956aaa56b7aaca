# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that git declares for one host, and what is said when it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.homelab.media_center.plugins.module_utils.repo.declared import Declared, Reader, fill_sources

from support.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "media/compose.yaml": "services:\n  radarr:\n    image: x\n    environment:\n      - TZ=Europe/Berlin\n    mem_limit: 1g\n",
    "edge/compose.yaml": "services:\n  traefik:\n    image: x\n",
    "compose.yaml": "include: [edge/compose.yaml]\n",
}


def read(tmp_path: Path, *entries: dict[str, Any]) -> Declared:
    root = tmp_path / "homelab-apps"
    if not root.exists():
        Repository(root, FILES)
    return Reader({"homelab-apps": str(root), "gone": str(tmp_path / "gone")}).read(entries)


def finding(**told: Any) -> dict[str, Any]:
    return {"resource": "service", "key": "radarr", "path": "", "evidence": "", "source": {"repository": "", "file": "", "line": None}, **told}


def test_without_entries_every_stack_is_a_candidate(tmp_path: Path) -> None:
    stacks = read(tmp_path).module_stacks()
    assert {(each["name"], each["folder"], each["assigned"]) for each in stacks} == {
        ("homelab-apps", "", False),
        ("edge", "edge", False),
        ("media", "media", False),
    }


def test_entries_are_assigned(tmp_path: Path) -> None:
    declared = read(tmp_path, {"name": "media", "project_directory": "/opt/stacks/media", "profiles": ["gpu"]})
    (stack,) = declared.module_stacks()
    assert stack == {
        "name": "media",
        "repository": "homelab-apps",
        "folder": "media",
        "files": ["compose.yaml"],
        "env_files": [],
        "profiles": ["gpu"],
        "project_name": None,
        "project_directory": "/opt/stacks/media",
        "images": ["x"],
        "assigned": True,
    }
    assert [each["folder"] for each in declared.repositories[0]["stacks"]] == ["", "edge", "media"]


def test_an_included_stack_names_who_includes_it(tmp_path: Path) -> None:
    told = {each["folder"]: each["included_by"] for each in read(tmp_path).repositories[0]["stacks"]}
    assert told == {"": [], "edge": [""], "media": []}


def test_one_broken_entry_leaves_the_others(tmp_path: Path) -> None:
    declared = read(tmp_path, {"name": "media"}, {"name": "plex"}, {"name": "x", "repository": "gone"}, {"name": "y", "repository": "never-named"})
    told = {each.stack.name: each.unknown for each in declared.sources}
    assert told["media"] == ""
    assert "has no stack plex" in told["plex"]
    assert "does not exist on the control node" in told["x"]
    assert "has no checkout on the control node" in told["y"]
    assert all(each.remedy for each in declared.sources if each.unknown)


def test_an_unreadable_default_repository_is_a_gap(tmp_path: Path) -> None:
    (gap,) = Reader({"homelab-apps": str(tmp_path / "gone")}).read([]).gaps
    assert (gap.kind, gap.resource, gap.key) == ("unknown", "repository", "homelab-apps")
    assert gap.remedy


def test_findings_get_their_lines(tmp_path: Path) -> None:
    declared = read(tmp_path, {"name": "media"}, {"name": "edge"})
    findings = [
        finding(path="environment.TZ", evidence="media"),
        finding(path="environment.LANG", evidence="media"),
        finding(path="mem_limit"),
        finding(key="traefik", path="restart"),
        finding(resource="stack", key="edge"),
        finding(resource="container", key="watchtower"),
    ]
    fill_sources(findings, declared)
    assert [(each["source"]["file"], each["source"]["line"]) for each in findings] == [
        ("media/compose.yaml", 5),
        ("media/compose.yaml", 4),
        ("media/compose.yaml", 6),
        ("edge/compose.yaml", 2),
        ("edge/compose.yaml", None),
        ("", None),
    ]


def test_uncommitted_changes_are_told(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "homelab-apps" / "media" / "compose.yaml").write_text("services: {}\n")
    assert read(tmp_path).repositories[0]["dirty"] == ["media/compose.yaml"]
