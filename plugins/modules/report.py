#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a virtual module that is implemented by the action plugin of its name.

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Write and show the report of an audit or a reconcile
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Collects what the auditing modules of this collection registered on all hosts of the play, and writes one report in four forms, that is
    C(report.json), C(report.md), C(report.html) and C(report.junit.xml). A summary is shown on the terminal.
  - A host without a result, because it was not reachable or its task failed, is V(unknown) with the reason. It is never left out.
  - The report is written in check mode, too.
  - Run it once, delegated to the control node, in the last play over all targets.
extends_documentation_fragment:
  - homelab.media_center.attributes
attributes:
  check_mode:
    support: full
    details:
      - The files of the report are written in check mode, too. Nothing else is ever written.
  diff_mode:
    support: N/A
    details:
      - The report is not compared with the one before.
  idempotent:
    support: full
    details:
      - It never reports a change.
options:
  results:
    description:
      - The names under which the auditing tasks registered their results.
    type: list
    elements: str
    default: [compose_stacks_result]
  hosts:
    description:
      - The hosts to report on. By default all hosts of the play, those that failed included.
    type: list
    elements: str
  expected_hosts:
    description:
      - Hosts that could run a stack though they may not be part of this run, as with C(--limit).
      - While one of them was not read, a stack of git that no other host runs is V(unknown) and not missing.
    type: list
    elements: str
    default: []
  report_dir:
    description:
      - The folder on the control node that the report is written to. It is made with mode 0700, the files with mode 0600.
    type: path
    required: true
  fail_on:
    description:
      - Verdicts that make the task fail, after the report was written. C(ansible-playbook) then ends with exit code 2.
    type: list
    elements: str
    choices: [in_sync, unknown, drift, error]
    default: []
seealso:
  - module: homelab.media_center.compose_stack
"""

EXAMPLES = r"""
- name: Write the report of all docker hosts
  homelab.media_center.report:
    report_dir: ~/audit
    fail_on: [drift, unknown]
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
report_dir:
  description: The folder that holds the report.
  returned: always
  type: str
  sample: /home/operator/audit
verdict:
  description: The worst verdict of all targets.
  returned: always
  type: str
  sample: drift
coverage:
  description: How many fields were compared, and how many were not.
  returned: always
  type: dict
  sample:
    checked: 408
    ignored: 7
    not_comparable: 4
    unknown: 2
    total: 421
writes:
  description: How many writing requests the run sent to live systems. An audit sends none.
  returned: always
  type: int
  sample: 0
"""
