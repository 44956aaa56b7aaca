# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the report of a run on the control node, and show it: the last task of every playbook that audits or repairs."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import VERDICTS
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.core.report import Given, NotRead, collect, failing
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_html import html
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_junit import junit
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_markdown import markdown
from ansible_collections.homelab.media_center.plugins.module_utils.core.report_terminal import terminal_lines

ARGUMENTS = {
    "results": {"type": "list", "elements": "str", "default": ["compose_stacks_result"]},
    "hosts": {"type": "list", "elements": "str"},
    "expected_hosts": {"type": "list", "elements": "str", "default": []},
    "report_dir": {"type": "path", "required": True},
    "fail_on": {"type": "list", "elements": "str", "choices": list(VERDICTS), "default": []},
}
_COLORS = {
    "in_sync": constants.COLOR_OK,
    "drift": constants.COLOR_CHANGED,
    "finding": constants.COLOR_CHANGED,
    "unknown": constants.COLOR_ERROR,
    "error": constants.COLOR_ERROR,
    "info": constants.COLOR_SKIP,
}


class ActionModule(ActionBase):
    """Reads what the tasks of all hosts of the play registered. Connects to nothing."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Where the report lies, its verdict and counts; fails when a verdict of ``fail_on`` is in it."""
        variables = dict(task_vars or {})
        result = super().run(tmp, variables)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENTS)
        hosts = options["hosts"] if options["hosts"] is not None else variables.get("ansible_play_hosts_all") or []
        given, started = _given(hosts, options["results"], variables["hostvars"])
        now = time.time()
        report = collect(
            given,
            generated=datetime.fromtimestamp(now, timezone.utc).isoformat(timespec="seconds"),
            duration_s=max(0.0, now - min(started, default=now)),
            redactor=Redactor(secrets.token_hex(32)),
            absent=options["expected_hosts"],
        )
        folder = os.path.abspath(os.path.expanduser(options["report_dir"]))
        try:
            _write(folder, report)
        except OSError as error:
            raise AnsibleActionFail("the report cannot be written to {0}: {1}; correct media_center_report_dir".format(folder, error.strerror)) from None
        display = Display()
        for line in terminal_lines(report, folder):
            display.display(line.text, color=_COLORS.get(line.tone))
        result.update(changed=False, report_dir=folder, verdict=report["verdict"], coverage=report["coverage"], writes=report["writes"])
        fatal = failing(report, options["fail_on"])
        if fatal:
            result.update(failed=True, msg="the report holds what media_center_fail_on names: {0}".format(", ".join(fatal)))
        return result


def _given(hosts: list[str], names: list[str], hostvars: Any) -> tuple[dict[str, Given], list[float]]:
    given: dict[str, Given] = {}
    started: list[float] = []
    for host in hosts:
        variables = hostvars.raw_get(host)
        registered = [variables[name] for name in names if isinstance(variables.get(name), Mapping)]
        started += [float(each["started"]) for each in registered if "started" in each]
        # The plain types of JSON: Ansible's own carry tags that mean nothing here.
        results = [json.loads(json.dumps(each["media_center"])) for each in registered if isinstance(each.get("media_center"), Mapping)]
        given[str(host)] = results or _not_read(registered)
    return given, started


def _not_read(registered: list[Mapping[str, Any]]) -> NotRead:
    for each in registered:
        message = " ".join(str(each.get("msg") or each.get("module_stderr") or "").split())
        if each.get("unreachable"):
            return NotRead("unreachable: {0}".format(message), "make the host reachable, then audit again")
        if each.get("failed"):
            # Sentences of our own already end with the next step.
            step = "" if "(next: " in message else "mend what the message says; the output of the task has the rest"
            return NotRead("the task failed: {0}".format(message), step)
        if each.get("skipped"):
            return NotRead("the task was skipped", "run it without the tags or conditions that skip it")
    return NotRead("no task of this run gave a result for it", "look in the output of the run for what happened to the host before")


def _write(folder: str, report: dict[str, Any]) -> None:
    os.makedirs(folder, mode=0o700, exist_ok=True)
    faces = {
        "report.json": json.dumps(report, indent=1, ensure_ascii=False) + "\n",
        "report.md": markdown(report),
        "report.html": html(report),
        "report.junit.xml": junit(report),
    }
    for name, text in faces.items():
        # A reader never sees half a file, and nobody else can read one: mkstemp makes it 0600.
        handle, path = tempfile.mkstemp(prefix=".{0}.".format(name), dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
            os.replace(path, os.path.join(folder, name))
        except BaseException:
            os.unlink(path)
            raise
