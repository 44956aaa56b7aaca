#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compose_stack
short_description: Compare the Compose stacks of a Docker host with git, and put git's side in place on request
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Reads a Docker host once, over its Engine API, and compares three sides of each stack, that is the files in git, the files on the host,
    and the containers that run.
  - The declared model is what the host's own C(docker compose config) makes of the files. Nothing is interpreted here.
  - Nothing is changed unless O(git_wins) names the stack. Without it the module only tells.
  - Values of environment, labels, commands, health checks and configs leave the host as keyed fingerprints, unless the name of the value is known
    not to be secret.
  - A host or a stack that cannot be read is V(unknown), never V(in_sync).
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_compose
  - homelab.media_center.docker_engine
  - homelab.media_center.compose_read
  - homelab.media_center.guard
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  git_wins:
    description:
      - The stacks in which git may overwrite what the host has, by name, or V(all).
      - Git may be the stale side, so this is never assumed.
    type: list
    elements: str
  adopt:
    description:
      - Whether a container that was made by hand under the name of a declared service may be replaced by one that compose makes.
    type: bool
    default: false
  prune:
    description:
      - Whether containers of services that git does not declare are removed from the stacks in O(git_wins).
    type: bool
    default: false
  prune_count:
    description:
      - How many containers O(prune) removes. Needed only where they are more than five and more than a third of a stack.
    type: int
  allow_recreate:
    description:
      - The services, or V(all), that may be recreated although their container's own layer holds changes, their image was committed, somebody may be
        watching on them, or they are named in O(protected).
    type: list
    elements: str
  protected:
    description:
      - Services or containers that the host needs for its own DNS, SSH or proxy path.
    type: list
    elements: str
  backup_directory:
    description:
      - Where replaced files are kept on the host.
      - By default C(/var/lib/media_center/backup) for root, else C(~/.local/state/media_center/backup).
    type: path
seealso:
  - module: homelab.media_center.compose_stack_info
"""

EXAMPLES = r"""
- name: Tell what differs between git and the stacks of this host
  homelab.media_center.compose_stack:
    repositories:
      homelab-apps: "{{ inventory_dir }}/../homelab-apps"
    stacks:
      - name: media
        folder: media
        project_directory: /opt/stacks/media
  check_mode: true
  register: compose

- name: Let git win in one stack
  homelab.media_center.compose_stack:
    repositories:
      homelab-apps: "{{ inventory_dir }}/../homelab-apps"
    stacks:
      - name: media
        folder: media
        project_directory: /opt/stacks/media
    git_wins: [media]
"""

RETURN = r"""
media_center:
  description: The result of this target, redacted. Its findings, gaps and counts are what the report shows.
  returned: always
  type: dict
  sample:
    schema: 1
    target: mediabox
    kind: docker_host
    verdict: drift
    health: healthy
    checked: 745
    ignored: 0
    not_comparable: 0
    unknown: 2
    findings:
      - code: container_changed
        category: drift
        target: mediabox
        resource: service
        key: radarr
        path: restart
        declared: unless-stopped
        running: "no"
        severity: medium
        direction: undetermined
        remedy: write it into git, or reconcile with media_center_git_wins
actions:
  description: What was done, or would be done without check mode.
  returned: always
  type: list
  elements: str
  sample: ["media: recreate radarr"]
diff:
  description: What differs, as Ansible shows it, with secrets replaced.
  returned: always
  type: dict
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import compose_stack_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_stack import run

    run(AnsibleModule(argument_spec=compose_stack_arguments(), supports_check_mode=True))


if __name__ == "__main__":
    main()
