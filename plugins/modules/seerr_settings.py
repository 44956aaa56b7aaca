#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: seerr_settings
short_description: Compare the settings of Overseerr, Jellyseerr or Seerr with git, and let git win on request
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Reads all settings of one instance over its API, side by side, and compares them with what a settings file declares.
  - Only what is declared is compared. Servers are known by their names and users by their addresses, permissions and events are named.
  - The profiles and tags of Radarr and Sonarr are numbers here. The read that would name them can end the app's process, so it is never sent.
  - Users are read only where the settings file has the kind C(user) or names it in C(managed).
  - Nothing is changed unless O(git_wins) is set. Without it the module only tells.
  - No test message is sent. What the app tests before it takes it, Plex and Tautulli, is put back to what it was where the test fails,
    because the app would store the refused values with its next save.
  - A profile that is declared by its name alone gets its number through the app's own look at Radarr or Sonarr, when it is written and never before.
  - An instance that cannot be read is V(unknown), never V(in_sync).
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_settings
  - homelab.media_center.app
  - homelab.media_center.settings
  - homelab.media_center.guard
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  app:
    description: Which app answers at O(url). Another app of the family is recognised and refused.
    type: str
    required: true
    choices: [jellyseerr, overseerr, seerr]
seealso:
  - module: homelab.media_center.seerr_settings_info
requirements:
  - requests
"""

EXAMPLES = r"""
- name: Tell what differs between git and Overseerr
  homelab.media_center.seerr_settings:
    app: overseerr
    url: http://mediabox:5055
    api_key: "{{ vault_overseerr_api_key }}"
    repository_path: "{{ inventory_dir }}/../homelab-apps"
    file: apps/overseerr.yml
  check_mode: true
  delegate_to: localhost

- name: Send films to another folder
  homelab.media_center.seerr_settings:
    app: overseerr
    url: http://mediabox:5055
    api_key: "{{ vault_overseerr_api_key }}"
    git_wins: true
    settings:
      radarr_server:
        - name: Radarr
          activeDirectory: /data/media/movies
  delegate_to: localhost
"""

RETURN = r"""
media_center:
  description: The result of this instance, redacted. Its findings, gaps and counts are what the report shows.
  returned: always
  type: dict
  sample:
    schema: 1
    target: overseerr
    kind: overseerr
    verdict: drift
    health: unknown
    checked: 143
    ignored: 12
    not_comparable: 4
    unknown: 0
    findings:
      - code: setting_changed
        category: drift
        target: overseerr
        resource: radarr_server
        key: Radarr
        path: preventSearch
        declared: false
        running: true
        severity: medium
        direction: undetermined
        remedy: write it into git, or reconcile with media_center_git_wins
actions:
  description: What was done, or would be done without check mode.
  returned: always
  type: list
  elements: str
  sample: ["radarr_server[Radarr]: write preventSearch"]
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
    from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr import Seerr
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import settings_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.seerr import APPS

    module = AnsibleModule(argument_spec=settings_arguments(*APPS), supports_check_mode=True)
    run(module, APPS[module.params["app"]], Seerr)


if __name__ == "__main__":
    main()
