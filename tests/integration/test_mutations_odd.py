# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rare keys and second spellings on a real engine: whatever compose makes of them is no difference."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from lab.repositories import GIT_ENVIRONMENT
from support import engine as engines
from support.parts import without
from support.project_audit import Audit, audit, freeze
from support.project_engine import OwnEngine, missing_for_own_engine, own_engine
from support.project_house import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.engine, pytest.mark.slow]
_RICH = (
    "ENV NULL_OF_THE_IMAGE=1 FROM_THE_IMAGE=2", "LABEL without.value=of-the-image maintainer=nobody", "EXPOSE 80 443/tcp 53/udp", "VOLUME /anonymous /data",
    "USER user", "WORKDIR /tmp", "HEALTHCHECK --interval=30s --timeout=9s --start-period=4s --retries=2 CMD true",
    """ENTRYPOINT ["sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 1; done"]""",
)


class Odd:
    """The project of rare keys on an engine of its own."""

    def __init__(self, own: OwnEngine, work: Path) -> None:
        self.own = own
        self.checkout, self.folder = work / "checkout" / "odd", work / "host" / "odd"
        shutil.copytree(DATA / "odd", self.checkout)
        for words in (["init", "--quiet"], ["add", "--all"]):
            subprocess.run(["git", *words], cwd=self.checkout.parent, env={**os.environ, **GIT_ENVIRONMENT}, check=True)
        shutil.copytree(DATA / "odd", self.folder)
        (self.folder / "files").mkdir()
        self.program = freeze(work / "program")
        self.command = engines.find_compose() or []
        busybox = engines.find_busybox()
        assert busybox is not None
        tar = engines.busybox_tar(busybox)
        engines.import_image(own.engine, "odd/plain:1", tar)
        engines.import_image(own.engine, "odd/rich:1", tar, _RICH)

    def compose(self, *arguments: str) -> None:
        done = subprocess.run([*self.command, *arguments], cwd=self.folder, env=self.own.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]

    def audit(self) -> Audit:
        stack = {"name": "odd", "project_directory": str(self.folder)}
        return audit(self.program, self.own.environment, {"homelab-apps": str(self.checkout.parent)}, [stack], compose_command=self.command)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Odd]:
    missing = missing_for_own_engine()
    if missing:
        without(missing)
    with own_engine() as own:
        made = Odd(own, tmp_path_factory.mktemp("odd"))
        made.compose("up", "--detach", "--pull", "never")
        # Not every machine that runs tests may start such a container.
        made.compose("--profile", "created", "create", "--pull", "never", "privileged")
        yield made


def test_nothing_differs_after_up(odd: Odd) -> None:
    found = odd.audit()
    assert found.drift() == [], found.lines()
    assert found.told["unknown"] == 0, found.lines()
    assert all(found.services().values()) and len(found.services()) >= 21, found.services()


def test_nothing_differs_after_a_restart_of_the_daemon(odd: Odd) -> None:
    odd.own.restart()
    odd.compose("up", "--detach", "--pull", "never")
    found = odd.audit()
    assert found.drift() == [] and found.told["unknown"] == 0, found.lines()


def test_what_differs_is_found(odd: Odd) -> None:
    odd.own.docker("update", "--memory", "96m", "--memory-swap", "-1", "odd-limits-1")
    odd.own.docker("rename", "odd-deployed-2", "odd-deployed-3")
    found = {(each["key"], each["path"]) for each in odd.audit().drift()}
    assert {("limits", "mem_limit"), ("deployed#2", "container_name")} <= found, found
