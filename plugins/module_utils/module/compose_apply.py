# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconcile: git's files laid on the host with a way back, and the services created again by the host's own compose."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from typing import Any, List, Sequence, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import ComposeCli, Project
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_files import FileState, host_path
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_layer import Layers
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_writer import ContainerWriter
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_plan import Applied, StackPlans
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_steps import Permits, StackSteps, StepPlanner

ROOT_BACKUPS = "/var/lib/media_center/backup"
USER_BACKUPS = "~/.local/state/media_center/backup"


def permits_of(params: Any) -> Permits:
    """What the options of the module allow."""
    return Permits(
        tuple(params["git_wins"] or ()),
        bool(params["adopt"]),
        bool(params["prune"]),
        params["prune_count"],
        tuple(params["allow_recreate"] or ()),
        tuple(params["protected"] or ()),
    )


def apply_stacks(host: Any, engine: Engine, cli: Union[ComposeCli, GatewayError], facts: HostFacts, layers: Layers, plans: Sequence[StackPlans]) -> Applied:
    """Decide the steps of all stacks and, outside of check mode, do them. A failure stops that stack only, and is told."""
    planner = StepPlanner(host.target, facts, layers, permits_of(host.params))
    pairs = [(each, planner.steps(each)) for each in plans]
    actions = [action for dummy, steps in pairs for action in steps.actions()]
    findings = [finding for dummy, steps in pairs for finding in steps.refused]
    writes = 0
    if actions and not host.module.check_mode and not isinstance(cli, GatewayError):
        for each, steps in pairs:
            if steps.actions():
                worker = _Worker(host, engine, cli, each, steps)
                worker.work()
                writes += worker.writes
                findings += worker.findings
                actions += worker.notes
    return Applied(bool(actions), tuple(actions), tuple(findings), writes)


class _Worker:
    """Does the steps of one stack."""

    def __init__(self, host: Any, engine: Engine, cli: ComposeCli, plans: StackPlans, steps: StackSteps) -> None:
        self._host, self._cli, self._plans, self._steps = host, cli, plans, steps
        self._writer = ContainerWriter(engine)
        self._backup = ""
        self.writes = 0
        self.notes: List[str] = []
        self.findings: List[Finding] = []

    def work(self) -> None:
        read = self._plans.read
        try:
            for each in self._steps.files:
                self._lay(each)
            for batch in self._steps.batches:
                self._up(batch.create + batch.scale, False)
                self._replace_hand_made(batch.recreate)
                self._up([each for each in batch.recreate if each not in self._steps.adopt], True)
            for dummy, container in self._steps.prune:
                self._writer.stop(container)
                self._writer.remove(container)
        except (GatewayError, OSError) as error:
            told = error.message if isinstance(error, GatewayError) else "{0}: {1}".format(error.filename or read.directory, error.strerror)
            undo = (
                "the replaced files are in {0}: '{1}' puts them back".format(self._backup, self._undo()) if self._backup else "no file had been replaced"
            )
            self.findings.append(
                Finding(
                    "reconcile_failed",
                    "{0}: {1}".format(read.name, self._host.redactor.text(told)),
                    category="rule",
                    target=self._host.target,
                    resource="stack",
                    key=read.name,
                    severity="high",
                    evidence=undo,
                    remedy=getattr(error, "remedy", "") or "look at the host, then run reconcile again",
                )
            )
        if self._backup:
            self.notes.append("{0}: replaced files are kept in {1}; undo: {2}".format(read.name, self._backup, self._undo()))

    def _undo(self) -> str:
        # What is kept may be read by nobody else; a plain copy leaves mode and owner of what is there.
        return "cp -r {0}/. /".format(self._backup)

    def _up(self, services: Sequence[str], recreate: bool) -> None:
        if not services:
            return
        read = self._plans.read
        files = tuple(host_path(read.directory, each) for each in read.stack.get("files") or ())
        self.writes += 1
        self._cli.up(Project(read.project, read.directory, files, read.env_files), services, tuple(read.stack.get("profiles") or ()), recreate)

    def _replace_hand_made(self, batch: Sequence[str]) -> None:
        """Move the hand-made container aside, let compose make its own, and only then remove the old one; else put it back."""
        for service in batch:
            container = self._steps.adopt.get(service)
            if container is None:
                continue
            aside = "{0}-replaced-{1}".format(container, int(time.time()))
            self._writer.stop(container)
            self._writer.rename(container, aside)
            try:
                self._up([service], False)
            except GatewayError:
                # What compose may have created before it failed has the name now.
                with contextlib.suppress(GatewayError):
                    self._writer.stop(container)
                    self._writer.remove(container)
                self._writer.rename(aside, container)
                self._writer.start(container)
                raise
            self._writer.remove(aside)

    def _lay(self, each: FileState) -> None:
        # A link stays a link: what it points to is replaced.
        path = os.path.realpath(each.host_path)
        before = os.stat(path) if os.path.exists(path) else None
        if before is not None:
            self._keep(path)
        folder = os.path.dirname(path)
        self._make(folder)
        descriptor, temporary = tempfile.mkstemp(prefix=".media_center-", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(each.git.content or b"")
            os.chmod(temporary, (before.st_mode & 0o7777) if before else each.git.mode)
            _give(temporary, before or os.stat(folder))
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise
        self.writes += 1

    def _make(self, folder: str) -> None:
        if not os.path.isdir(folder):
            self._make(os.path.dirname(folder))
            os.mkdir(folder)
            _give(folder, os.stat(os.path.dirname(folder)))

    def _keep(self, path: str) -> None:
        read = self._plans.read
        if not self._backup:
            base = self._host.params["backup_directory"] or (ROOT_BACKUPS if os.geteuid() == 0 else os.path.expanduser(USER_BACKUPS))
            self._backup = os.path.join(base, "{0}-{1}".format(read.name, time.strftime("%Y%m%dT%H%M%S")))
            os.makedirs(self._backup, mode=0o700, exist_ok=True)
        kept = self._backup + path
        os.makedirs(os.path.dirname(kept), mode=0o700, exist_ok=True)
        shutil.copyfile(path, kept)
        os.chmod(kept, 0o600)


def _give(path: str, like: os.stat_result) -> None:
    if os.geteuid() == 0:
        os.chown(path, like.st_uid, like.st_gid)
