# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every project of the corpus on a real engine: created, audited, changed by chance, audited again, and what came of it."""

from __future__ import annotations

import contextlib
import os
import queue
import random
import re
import shutil
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from support import engine as engines
from support.corpus_fit import OVERRIDE, RUNTIMES, Compose, Fit, Unfit, fit, network_subnet, reason_of
from support.corpus_mutation import OTHER_IMAGE, Created, mutate
from support.corpus_project import Entry, commit, lay
from support.project_audit import Auditor, freeze
from support.project_engine import OwnEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from support.project_audit import Audit

REPOSITORY = "homelab-apps"
IMAGE = "corpus-busybox:1"
NO_MODEL, NOT_CREATED, RAN = "config fails", "not created", "ran"


@dataclass
class Outcome:
    """What came of one project. `false` are findings while nothing was wrong, `blind` services of which no field was compared."""

    name: str
    state: str = RAN
    reason: str = ""
    services: int = 0
    checked: int = 0
    unknown: int = 0
    false: list[str] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    mutation: str = ""
    found: bool = False
    error: str = ""


class Bench:
    """An engine with one image under many names, and a process that audits it."""

    def __init__(self, own: OwnEngine, program: Path) -> None:
        self.own = own
        busybox = engines.find_busybox()
        assert busybox is not None
        tar = engines.busybox_tar(busybox)
        engines.import_image(own.engine, IMAGE, tar, ["ENV FROM_THE_IMAGE=1", "LABEL org.opencontainers.image.title=busybox", "VOLUME /config", "EXPOSE 8080"])
        engines.import_image(own.engine, OTHER_IMAGE, tar, ["ENV FROM_THE_IMAGE=2"])
        self.command = engines.find_compose() or []
        self.compose = Compose(self.command, own.environment)
        self.auditor = Auditor(program, own.environment)

    def run(self, entry: Entry, seed: str) -> Outcome:
        """Take one project all the way. Never raises: what went wrong is in the outcome."""
        outcome = Outcome(entry.name)
        with tempfile.TemporaryDirectory(prefix="mc-corpus-", dir="/tmp") as folder:
            try:
                self._run(outcome, entry, Path(folder), random.Random(f"{seed}/{entry.name}"))
            except Exception as error:
                outcome.error = f"{type(error).__name__}: {error}"[:2000]
            finally:
                with contextlib.suppress(RuntimeError):
                    self.own.clear()
        return outcome

    def _run(self, outcome: Outcome, entry: Entry, work: Path, chance: random.Random) -> None:
        laid = lay(entry, work)
        shutil.copytree(laid.checkout, laid.host)
        try:
            outcome.state = NO_MODEL
            fitted = fit(laid, self.compose, os.cpu_count() or 1)
            outcome.state = NOT_CREATED
            self._create(fitted)
        except Unfit as why:
            outcome.reason = str(why)
            return
        outcome.state = RAN
        for name in (".env", OVERRIDE):
            # What git tracks or has to track is the same on both sides; a `.env` of the host's own stays untracked.
            if (laid.folder / name).exists() and (name == OVERRIDE or (laid.git_folder / name).exists()):
                shutil.copy(laid.folder / name, laid.git_folder / name)
        commit(laid)
        audit = self._audit(fitted)
        self._hold(outcome, fitted, audit)
        done = mutate(Created(fitted, self.own, self.compose, self._containers(fitted)), chance)
        outcome.mutation = done.title
        after = self._audit(fitted)
        outcome.found = done.found_by(after)
        if not outcome.found:
            outcome.gaps.append(after.lines())

    def _audit(self, fitted: Fit) -> Audit:
        laid = fitted.laid
        stack = {"name": "stack", "folder": laid.entry.folder, "files": list(fitted.files), "project_directory": str(laid.folder)}
        return self.auditor.audit({REPOSITORY: str(laid.checkout)}, [stack], compose_command=self.command)

    def _containers(self, fitted: Fit) -> dict[str, dict[str, Any]]:
        found = {}
        for each in self.own.ask("GET", "/containers/json?all=1"):
            labels = each["Labels"] or {}
            if labels.get("com.docker.compose.project") == fitted.project and labels.get("com.docker.compose.container-number") == "1":
                found[labels["com.docker.compose.service"]] = self.own.ask("GET", f"/containers/{each['Id']}/json")
        return found

    def _hold(self, outcome: Outcome, fitted: Fit, audit: Audit) -> None:
        checked = audit.services()
        outcome.services = len(fitted.services)
        outcome.checked = audit.told["checked"]
        outcome.unknown = audit.told["unknown"]
        outcome.gaps = ["{resource}[{key}].{path}: {reason}".format(**each) for each in audit.told["gaps"] if each["kind"] == "unknown"]
        outcome.blind = [name for name in fitted.services if not checked.get(name)]
        outcome.false = ["{code} {resource}[{key}].{path}: {declared!r} -> {running!r}".format(**each) for each in audit.drift() if not _is_true(each, fitted)]

    def _create(self, fitted: Fit) -> None:
        for name, service in fitted.services.items():
            reference = str(service.get("image") or f"{fitted.project}-{name}")
            with _unfit_where_refused():
                self.own.tag(IMAGE, reference)
        self._externals(fitted)
        for _attempt in range(6):
            done = self.compose(fitted.laid.folder, fitted.files, "create", "--no-build", "--pull", "never")
            if done.returncode == 0:
                return
            absent = re.search(r"bind source path does not exist: (\S+)", done.stderr)
            if absent is None or not absent[1].startswith(str(fitted.laid.host)):
                raise Unfit(reason_of(done.stderr))
            Path(absent[1]).mkdir(parents=True)
        raise Unfit("its bind sources could not be made")

    def _externals(self, fitted: Fit) -> None:
        """Make what the project expects others to have made."""
        with _unfit_where_refused():
            for key, each in (fitted.model.get("networks") or {}).items():
                if (each or {}).get("external"):
                    subnet = network_subnet(fitted.services, key)
                    body = {"Name": each["name"], "CheckDuplicate": True, **({"IPAM": {"Config": [{"Subnet": subnet}]}} if subnet else {})}
                    if each["name"] not in ("host", "bridge", "none"):
                        self.own.ask("POST", "/networks/create", body)
            for each in (fitted.model.get("volumes") or {}).values():
                if (each or {}).get("external"):
                    self.own.ask("POST", "/volumes/create", {"Name": each["name"]})
            for name in _outsiders(fitted):
                self.own.ask("POST", f"/containers/create?name={quote(name)}", {"Image": IMAGE})


@contextlib.contextmanager
def _unfit_where_refused() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise Unfit(reason_of(str(error))) from error


def _is_true(finding: Mapping[str, Any], fitted: Fit) -> bool:
    """Whether a finding is right: an env file written for this test has other keys than its example, and what others would have made was made by hand."""
    if finding["code"] == "container_unmanaged":
        return finding["key"] in _outsiders(fitted)
    return finding["resource"] == "env_file" and finding["code"] in ("env_key_missing", "env_key_extra")


def _outsiders(fitted: Fit) -> set[str]:
    """The containers of others that the project names."""
    words = {str(service.get(key) or "") for service in fitted.services.values() for key in ("network_mode", "pid", "ipc")}
    words |= {str(each) for service in fitted.services.values() for each in service.get("volumes_from") or ()}
    own = {str(service.get("container_name") or "") for service in fitted.services.values()}
    return {word.split(":")[1] for word in words if word.startswith("container:")} - own


def run(chosen: Sequence[Entry], seed: str, workers: int) -> list[Outcome]:
    """Take projects all the way, some side by side, each on an engine of its own."""
    waiting: queue.SimpleQueue[Entry] = queue.SimpleQueue()
    for each in chosen:
        waiting.put(each)
    done: list[Outcome] = []
    with contextlib.ExitStack() as exits:
        program = freeze(Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="mc-program-"))))
        options = [f"--add-runtime={each}={shutil.which('runc')}" for each in RUNTIMES if each != "runc"]
        benches = [Bench(exits.enter_context(OwnEngine(options)), program) for _number in range(workers)]

        def work(bench: Bench) -> None:
            with contextlib.suppress(queue.Empty):
                while True:
                    done.append(bench.run(waiting.get_nowait(), seed))

        threads = [threading.Thread(target=work, args=(bench,)) for bench in benches]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for bench in benches:
            bench.auditor.close()
    return sorted(done, key=lambda each: each.name)


def report(outcomes: Sequence[Outcome]) -> str:
    """How many ran, why others did not, and what was told wrongly."""
    ran = [each for each in outcomes if each.state == RAN]
    modelled = [each for each in outcomes if each.state != NO_MODEL]
    lines = [
        f"{len(outcomes)} projects: config succeeds for {len(modelled)}, {len(ran)} ran ({100 * len(ran) // max(len(modelled), 1)} %)",
        f"{sum(each.services for each in ran)} services, {sum(each.checked for each in ran)} fields compared, {sum(each.unknown for each in ran)} unknown",
        f"{sum(bool(each.false) for each in ran)} projects with a false finding, {sum(bool(each.blind) for each in ran)} with a service not looked at",
        f"{sum(each.found for each in ran)} of {len(ran)} mutations found",
    ]
    for state in (NO_MODEL, NOT_CREATED):
        for reason, count in Counter(each.reason for each in outcomes if each.state == state).most_common():
            lines.append(f"  {state}, {count}: {reason}")
    for each in ran:
        lines += [f"  FALSE {each.name}: {told}" for told in each.false]
        lines += [f"  NOT LOOKED AT {each.name}: {', '.join(each.blind)}"] if each.blind else []
        lines += [f"  UNKNOWN {each.name}: {told}" for told in each.gaps] if each.found else []
        lines += [f"  MISSED {each.name}: {each.mutation}", *each.gaps] if not each.found and not each.error else []
    lines += [f"  ERROR {each.name}: {each.error}" for each in outcomes if each.error]
    return "\n".join(lines)
