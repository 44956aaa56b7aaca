#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: servarr_settings
short_description: Compare the settings of Radarr, Sonarr, Lidarr, Readarr or Prowlarr with git, and let git win on request
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Reads all settings of one instance over its API, side by side, and compares them with what a settings file declares.
  - Only what is declared is compared. Things are named, never numbered, so a settings file fits every instance.
  - Nothing is changed unless O(git_wins) is set. Without it the module only tells.
  - No connection is tested, and the mask that the app shows for a secret is never stored or taken for a value.
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
    choices: [lidarr, prowlarr, radarr, readarr, sonarr]
seealso:
  - module: homelab.media_center.servarr_settings_info
requirements:
  - requests
"""

EXAMPLES = r"""
- name: Tell what differs between git and Radarr
  homelab.media_center.servarr_settings:
    app: radarr
    url: http://mediabox:7878
    api_key: "{{ vault_radarr_api_key }}"
    repository_path: "{{ inventory_dir }}/../homelab-apps"
    file: apps/radarr.yml
  check_mode: true
  delegate_to: localhost

- name: Put one quality profile right
  homelab.media_center.servarr_settings:
    app: radarr
    url: http://mediabox:7878
    api_key: "{{ vault_radarr_api_key }}"
    git_wins: true
    settings:
      quality_profile:
        - name: HD
          cutoff: Bluray-1080p
  delegate_to: localhost
"""

RETURN = r"""
media_center:
  description: The result of this instance, redacted. Its findings, gaps and counts are what the report shows.
  returned: always
  type: dict
  sample:
    schema: 1
    target: radarr
    kind: radarr
    verdict: drift
    health: unknown
    checked: 617
    ignored: 12
    not_comparable: 15
    unknown: 0
    findings:
      - code: setting_changed
        category: drift
        target: radarr
        resource: download_client
        key: qBittorrent
        path: priority
        declared: 1
        running: 5
        severity: medium
        direction: undetermined
        remedy: write it into git, or reconcile with media_center_git_wins
actions:
  description: What was done, or would be done without check mode.
  returned: always
  type: list
  elements: str
  sample: ["download_client[qBittorrent]: write priority"]
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
    from ansible_collections.homelab.media_center.plugins.module_utils.live.servarr import Servarr
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import settings_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

    module = AnsibleModule(argument_spec=settings_arguments(*APPS), supports_check_mode=True)
    run(module, APPS[module.params["app"]], Servarr)


if __name__ == "__main__":
    main()
