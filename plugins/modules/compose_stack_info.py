#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compose_stack_info
short_description: Export the Compose stacks that a Docker host runs, in canonical form
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Reads a Docker host over its Engine API and returns each compose project with its services, in the form in which
    M(homelab.media_center.compose_stack) compares them.
  - Nothing is compared and nothing is changed. Secrets are replaced by fingerprints.
  - Only what a compose file would have to say is exported. What comes from the image or is the engine's default is left out.
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_compose
  - homelab.media_center.attributes.read_only
  - homelab.media_center.docker_engine
options:
  target:
    description:
      - The name of the host in messages.
    type: str
  fingerprint_key:
    description:
      - The key of the fingerprints that stand for secrets. Without one, fingerprints of two calls cannot be compared.
    type: str
seealso:
  - module: homelab.media_center.compose_stack
"""

EXAMPLES = r"""
- name: Export what runs
  homelab.media_center.compose_stack_info:
  register: running

- name: Show the restart policies of one stack
  ansible.builtin.debug:
    msg: "{{ running.stacks | selectattr('project', 'eq', 'media') | map(attribute='services') }}"
"""

RETURN = r"""
stacks:
  description: The compose projects of the host, sorted by name.
  returned: always
  type: list
  elements: dict
  contains:
    project:
      description: The project's name.
      type: str
      sample: media
    directory:
      description: The folder that the containers name.
      type: str
      sample: /opt/stacks/media
    files:
      description: The compose files that the containers name.
      type: list
      elements: str
      sample: [/opt/stacks/media/compose.yml]
    manager:
      description: The program that keeps the stack, or an empty text.
      type: str
      sample: ""
    services:
      description: Services by name with their fields by path.
      type: dict
      sample:
        radarr:
          restart: unless-stopped
          image: lscr.io/linuxserver/radarr:latest
engine:
  description: The version of the engine.
  returned: always
  type: str
  sample: 20.10.24
endpoint:
  description: Where the engine answered.
  returned: always
  type: str
  sample: unix:///var/run/docker.sock
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import compose_info_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_export import run

    run(AnsibleModule(argument_spec=compose_info_arguments(), supports_check_mode=True))


if __name__ == "__main__":
    main()
