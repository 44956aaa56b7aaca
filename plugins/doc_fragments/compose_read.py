# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options with which the stacks of a Docker host are read."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that read compose stacks."""

    DOCUMENTATION = r"""
options:
  target:
    description:
      - The name of the host in findings and in the report. The action plugin gives the inventory's name.
    type: str
  stacks:
    description:
      - The stacks of git that this host runs.
      - Without any, every stack of the repository V(homelab-apps) is a candidate, and those are compared that the host's containers belong to.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the stack.
        type: str
        required: true
      project_name:
        description: The compose project's name, where it is not the folder's.
        type: str
      project_directory:
        description: The stack's folder on the host. Needed where no container of the stack runs yet.
        type: str
      files:
        description: The compose files, relative to the stack's folder. By default those that compose itself takes.
        type: list
        elements: str
      env_files:
        description: Env files that are given to compose on its command line, relative to the stack's folder.
        type: list
        elements: str
      profiles:
        description: The profiles that are active.
        type: list
        elements: str
      repository:
        description: The name of the repository in O(repositories).
        type: str
        default: homelab-apps
      folder:
        description: The stack's folder in the repository. By default the folder of the stack's name.
        type: str
      template:
        description: Whether the compose files are Jinja2 templates although their names do not end in C(.j2).
        type: bool
        default: false
      vars_files:
        description: Files with variables for the templates, relative to the repository.
        type: list
        elements: str
      images:
        description: The images of the stack's services. The action plugin fills this in.
        type: list
        elements: str
      assigned:
        description: Whether this host is the one that has to run the stack. The action plugin fills this in.
        type: bool
        default: true
  repositories:
    description:
      - Checkouts on the control node by name, such as V(homelab-apps).
    type: dict
  revision:
    description:
      - Read this commit, branch or tag of the repositories and not their working tree.
    type: str
  compose_command:
    description:
      - The command that runs Docker Compose on the host, where it is neither C(docker compose) nor C(docker-compose).
    type: list
    elements: str
  sources:
    description:
      - The files of the stacks, packed. The action plugin fills this in from O(repositories).
    type: str
  fingerprint_key:
    description:
      - The key of the fingerprints that stand for secrets. The action plugin makes one for each run.
    type: str
"""
