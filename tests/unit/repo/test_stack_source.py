# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What travels to the docker host: the stack's files, all that they refer to inside the repository, and where each value stands."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.git_blob import blob_id
from ansible_collections.homelab.media_center.plugins.module_utils.repo import git
from ansible_collections.homelab.media_center.plugins.module_utils.repo.compose_file import assigned
from ansible_collections.homelab.media_center.plugins.module_utils.repo.stack_source import StackSource, pack, read_stack
from ansible_collections.homelab.media_center.plugins.module_utils.repo.tree import FILE_LIMIT, Tree

from support.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

BASE = "services:\n  app:\n    restart: always\n    env_file: base.env\n    environment:\n      TZ: Europe/Berlin\n"
RADARR = """\
services:
  radarr:
    extends:
      file: ../common/base.yaml
      service: app
    image: a
    env_file: [one.env, two.env]
"""


def read(tmp_path: Path, files: dict[str, str], **entry: Any) -> StackSource:
    tree = Tree(git.open_checkout(str(Repository(tmp_path / "apps", files).root), "apps"))
    return read_stack(tree, assigned(tree, "apps", {"name": "media", **entry}), (), entry.get("render"))


def sent(source: StackSource) -> set[str]:
    return {each.path for each in source.files}


def place(source: StackSource, path: str) -> tuple[str, int, str]:
    return source.lines[tuple(path.split("/"))]


@pytest.mark.parametrize(
    ("compose", "reached"),
    [
        ("services: {a: {env_file: ../common/a.env}}", {"../common/a.env"}),
        ("services: {a: {env_file: [../common/a.env, {path: ../common/b.env, required: false}]}}", {"../common/a.env", "../common/b.env"}),
        ("services: {a: {label_file: ../common/a.env}}", {"../common/a.env"}),
        ("secrets: {s: {file: ../common/a.env}}", {"../common/a.env"}),
        ("configs: {s: {file: ../common/a.env}}", {"../common/a.env"}),
        ("services: {a: {extends: {file: ../common/base.yaml, service: app}}}", {"../common/base.yaml", "../common/base.env"}),
        ("include: [../vpn/compose.yaml]", {"../vpn/compose.yaml", "../vpn/vpn.env"}),
        ("include: [{path: ../vpn/compose.yaml, env_file: ../common/a.env}]", {"../vpn/compose.yaml", "../vpn/vpn.env", "../common/a.env"}),
        ("include: [{path: [../vpn/compose.yaml, ../common/base.yaml]}]", {"../vpn/compose.yaml", "../vpn/vpn.env", "../common/base.yaml"}),
        ("include: [{path: ../vpn/compose.yaml, project_directory: ../common}]", {"../vpn/compose.yaml"}),
        ("services: {a: {env_file: '${WHERE:-../common}/a.env'}}", {"../common/a.env"}),
        ("services: {a: {env_file: '${TRACKED}/a.env'}}", {"../common/a.env"}),
        ("services: {a: {env_file: '${UNSET}/a.env'}}", set()),
        ("services: {a: {env_file: [/etc/a.env, ~/a.env, ../../a.env]}}", set()),
        ("services: {a: {extends: a}}", set()),
        ("services: !reset {a: !override {env_file: ../common/a.env}}", set()),
        ("services: {a: !override {env_file: ../common/a.env}}", {"../common/a.env"}),
    ],
)
def test_references_are_followed(tmp_path: Path, compose: str, reached: set[str]) -> None:
    files = {
        "media/compose.yaml": compose + "\n",
        "media/.env": "TRACKED=../common\n",
        "common/base.yaml": BASE,
        "common/base.env": "A=1\n",
        "common/a.env": "A=1\n",
        "common/b.env": "A=1\n",
        "vpn/compose.yaml": "services: {vpn: {env_file: vpn.env}}\n",
        "vpn/vpn.env": "A=1\n",
    }
    source = read(tmp_path, files)
    assert source.unknown == ""
    assert sent(source) - {"compose.yaml", ".env"} == reached


def test_an_include_of_an_include_and_circles_end(tmp_path: Path) -> None:
    files = {
        "media/compose.yaml": "include: [../a/compose.yaml]\n",
        "a/compose.yaml": "include: [../b/x.yaml]\n",
        "b/x.yaml": "include: [../a/compose.yaml]\nservices: {x: {image: x}}\n",
    }
    source = read(tmp_path, files)
    assert sent(source) == {"compose.yaml", "../a/compose.yaml", "../b/x.yaml"}
    assert place(source, "services/x/image") == ("b/x.yaml", 2, "included")


@pytest.mark.parametrize(
    "remote",
    [
        "https://user:hunter2@example.org/x.git",
        "git@github.com:a/b.git",
        "oci://docker.io/a/b",
        "ssh://git@example.org/a",
        "github.com/a/b",
        "https://example.org/a.git#main:x",
    ],
)
@pytest.mark.parametrize("how", ["include: ['{0}']", "services: {{a: {{extends: {{file: '{0}', service: a}}}}}}"])
def test_what_is_remote_makes_the_stack_unknown(tmp_path: Path, remote: str, how: str) -> None:
    source = read(tmp_path, {"media/compose.yaml": how.format(remote) + "\n"})
    assert "is never fetched" in source.unknown
    assert "hunter2" not in source.unknown
    assert source.remedy


def test_all_tracked_files_of_the_folder_travel(tmp_path: Path) -> None:
    repository = Repository(
        tmp_path / "apps", {"media/compose.yaml": "", "media/dynamic.yml": "a", "media/run.sh": "b", "media/sub/compose.yaml": "", "other/x": "c"}
    )
    (repository.root / "media" / "run.sh").chmod(0o755)
    repository.commit({"media/large": "x" * (FILE_LIMIT + 1), ".gitignore": "media/secret\n", "media/config.j2": "{{ x }}"})
    repository.write({"media/secret": "hunter2", "media/untracked": "x"})
    tree = Tree(git.open_checkout(str(repository.root)))
    source = read_stack(tree, assigned(tree, "apps", {"name": "media"}), ["media/sub"])
    table = {each.path: each for each in source.files}
    assert set(table) == {"compose.yaml", "dynamic.yml", "run.sh", "large"}
    assert (table["run.sh"].mode, table["dynamic.yml"].mode) == ("0755", "0644")
    assert table["large"].content is None
    assert table["large"].blob == blob_id(b"x" * (FILE_LIMIT + 1))


def test_lines_of_several_files(tmp_path: Path) -> None:
    files = {
        "media/compose.yaml": RADARR,
        "media/compose.override.yaml": "services:\n  radarr:\n    image: b\n",
        "media/one.env": "X=1\nY=1\n",
        "media/two.env": "Y=2\n",
        "common/base.yaml": BASE,
        "common/base.env": "Z=1\n",
    }
    source = read(tmp_path, files)
    assert place(source, "services/radarr/image") == ("media/compose.override.yaml", 3, "literal")
    assert place(source, "services/radarr/restart") == ("common/base.yaml", 3, "included")
    assert place(source, "services/radarr/environment/TZ") == ("common/base.yaml", 6, "included")
    assert place(source, "services/radarr/environment/X") == ("media/one.env", 1, "literal")
    assert place(source, "services/radarr/environment/Y") == ("media/two.env", 1, "literal")
    assert place(source, "services/radarr/environment/Z") == ("common/base.env", 1, "included")


def test_a_template_is_rendered_and_pointed_to(tmp_path: Path) -> None:
    files = {"media/compose.yaml.j2": "services:\n  a:\n    image: {{ x }}\n    env_file: a.env\n", "media/a.env.j2": "K={{ x }}\n"}
    source = read(tmp_path, files, render=lambda path, text: text.replace("{{ x }}", "rendered"))
    table = {each.path: each for each in source.files}
    assert set(table) == {"compose.yaml", "a.env"}
    assert table["compose.yaml"].content == b"services:\n  a:\n    image: rendered\n    env_file: a.env\n"
    assert (table["a.env"].content, table["a.env"].template) == (b"K=rendered\n", "media/a.env.j2")
    assert place(source, "services/a/image") == ("media/compose.yaml.j2", 3, "template")
    assert source.images == ("rendered",)


def test_a_template_by_the_word_of_the_entry(tmp_path: Path) -> None:
    source = read(
        tmp_path, {"media/compose.yaml": "services: {a: {image: '{{ x }}'}}\n"}, template=True, render=lambda path, text: text.replace("{{ x }}", "y")
    )
    assert source.files[0].template == "media/compose.yaml"
    assert source.images == ("y",)


def test_an_undefined_variable_makes_the_stack_unknown(tmp_path: Path) -> None:
    def render(path: str, text: str) -> str:
        raise GatewayError("the template {0} needs vpn_country, which is undefined".format(path), remedy="define it")

    source = read(tmp_path, {"media/compose.yaml.j2": "{{ vpn_country }}"}, render=render)
    assert "vpn_country" in source.unknown
    assert source.files == ()


def test_what_our_parser_refuses_is_left_to_compose(tmp_path: Path) -> None:
    source = read(tmp_path, {"media/compose.yaml": "services:\n\ta: {}\n"})
    assert source.unknown == ""
    assert sent(source) == {"compose.yaml"}
    assert source.lines == {}


def test_the_name_and_the_images_that_are_written_out(tmp_path: Path) -> None:
    compose = "name: films\nservices:\n  a: {image: x:1}\n  b: {image: '${IMAGE}'}\n  c: {image: x:1}\n"
    source = read(tmp_path, {"media/compose.yaml": compose})
    assert (source.project_name, source.images) == ("films", ("x:1",))
    assert read(tmp_path / "2", {"media/compose.yaml": "name: ${NAME}\n"}).project_name is None


def test_the_packed_form(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "apps")
    first = repository.commit({"media/compose.yaml": "services: {a: {image: x}}\n"})
    second = repository.commit({"media/compose.yaml": "services: {a: {image: y}}\n"})
    repository.write({"media/compose.yaml": "services: {a: {image: z}}\n"})
    tree = Tree(git.open_checkout(str(repository.root)))
    source = read_stack(tree, assigned(tree, "apps", {"name": "media"}))
    document = json.loads(zlib.decompress(base64.b64decode(pack([source], {"apps": git.history(tree.checkout, ["."])}))))
    file = document["media"]["files"]["compose.yaml"]
    assert base64.b64decode(file["content"]) == b"services: {a: {image: z}}\n"
    assert [each[1] for each in file["blobs"]] == [second, first]
    assert (file["file"], file["template"], file["tracked"]) == ("media/compose.yaml", None, True)
    assert document["media"]["lines"]["services.a.image"] == {"file": "media/compose.yaml", "line": 1, "form": "literal"}
    assert document["media"]["unknown"] is None
