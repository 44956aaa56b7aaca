#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bazarr_settings
short_description: Compare the settings of Bazarr with git, and let git win on request
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Reads all settings of Bazarr, its languages, language profiles and notifications, and compares them with what a settings file declares.
  - Only what is declared is compared. Language profiles are named, never numbered, and keep their numbers when they are written.
  - Nothing is changed unless O(git_wins) is set. Bazarr answers with success to what it drops, so everything that was written is read back.
  - Before a link to Sonarr or Radarr is written, Bazarr is asked whether it reaches that app, without a key. Bazarr would wait for ever for one that
    is down, so such a link is left as it is and named.
  - Bazarr shows its secrets in clear. They are compared, and told as fingerprints only. The password of its own user is compared with the hash of it.
  - Tells as findings when authentication is off, when routes of Bazarr are reached without a login, and what Bazarr has stored and never uses.
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
    description: The app that answers at O(url).
    type: str
    default: bazarr
    choices: [bazarr]
seealso:
  - module: homelab.media_center.bazarr_settings_info
requirements:
  - requests
"""

EXAMPLES = r"""
- name: Tell what differs between git and Bazarr
  homelab.media_center.bazarr_settings:
    url: http://mediabox:6767
    api_key: "{{ vault_bazarr_api_key }}"
    repository_path: "{{ inventory_dir }}/../homelab-apps"
    file: apps/bazarr.yml
  check_mode: true
  delegate_to: localhost

- name: Look for German subtitles first, then for English ones
  homelab.media_center.bazarr_settings:
    url: http://mediabox:6767
    api_key: "{{ vault_bazarr_api_key }}"
    git_wins: true
    settings:
      languages:
        enabled: [de, en]
      language_profile:
        - name: German, else English
          items: [de, "en:hi"]
          cutoff: de
      general:
        serie_default_enabled: true
        serie_default_profile: German, else English
  delegate_to: localhost
"""

RETURN = r"""
media_center:
  description: The result of this instance, redacted. Its findings, gaps and counts are what the report shows.
  returned: always
  type: dict
  sample:
    schema: 1
    target: bazarr
    kind: bazarr
    verdict: drift
    health: unknown
    checked: 243
    ignored: 0
    not_comparable: 0
    unknown: 0
    findings:
      - code: setting_changed
        category: drift
        target: bazarr
        resource: general
        key: ""
        path: minimum_score
        declared: 90
        running: 85
        severity: medium
        direction: undetermined
        remedy: write it into git, or reconcile with media_center_git_wins
actions:
  description: What was done, or would be done without check mode.
  returned: always
  type: list
  elements: str
  sample: ["general: write minimum_score"]
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
    from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr import Bazarr
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import settings_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.bazarr import BAZARR

    run(AnsibleModule(argument_spec=settings_arguments(BAZARR.name), supports_check_mode=True), BAZARR, Bazarr)


if __name__ == "__main__":
    main()
