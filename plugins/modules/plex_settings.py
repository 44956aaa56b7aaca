#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: plex_settings
short_description: Compare the settings of a Plex server with git, and let git win on request
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Reads the preferences of a Plex Media Server and its libraries with theirs, and compares them with what a settings file declares.
  - Only what is declared is compared. A library is known by its type and its title together, its folders are a set.
  - Nothing is changed unless O(git_wins) is set. No scan is ever started, and no library is refreshed.
  - Plex answers a write with success whether or not it keeps it, so everything that was written is read back.
  - Secrets, what identifies one server, what moves by itself and what acts when it is written are never compared, exported or written.
  - Preferences that Plex hides from people are written only when O(allow) has V(hidden). Another agent or scanner of a library, which is then
    matched anew as a whole, needs V(bulk_effect).
  - This module was built from the published description of the API, recorded answers and the sources of clients. It has not yet been run
    against a real Plex server.
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
    default: plex
    choices: [plex]
seealso:
  - module: homelab.media_center.plex_settings_info
requirements:
  - requests
"""

EXAMPLES = r"""
- name: Tell what differs between git and Plex
  homelab.media_center.plex_settings:
    url: http://192.168.1.20:32400
    api_key: "{{ vault_plex_token }}"
    repository_path: "{{ inventory_dir }}/../homelab-apps"
    file: apps/plex.yml
  check_mode: true
  delegate_to: localhost

- name: Keep what lies on a network share when the share is gone
  homelab.media_center.plex_settings:
    url: http://192.168.1.20:32400
    api_key: "{{ vault_plex_token }}"
    git_wins: true
    settings:
      server:
        autoEmptyTrash: false
      library:
        - title: Films
          type: movie
          locations: [/data/media/movies]
          preferences:
            enableCinemaTrailers: false
  delegate_to: localhost
"""

RETURN = r"""
media_center:
  description: The result of this server, redacted. Its findings, gaps and counts are what the report shows.
  returned: always
  type: dict
  sample:
    schema: 1
    target: plex
    kind: plex
    verdict: drift
    health: unknown
    checked: 104
    ignored: 74
    not_comparable: 0
    unknown: 0
    findings:
      - code: setting_changed
        category: drift
        target: plex
        resource: server
        key: ""
        path: autoEmptyTrash
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
  sample: ["server: write ScannerLowPriority"]
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
    from ansible_collections.homelab.media_center.plugins.module_utils.live.plex import Plex
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import settings_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.plex import PLEX

    run(AnsibleModule(argument_spec=settings_arguments(PLEX.name), supports_check_mode=True), PLEX, Plex)


if __name__ == "__main__":
    main()
