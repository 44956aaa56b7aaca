#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qbittorrent_settings
short_description: Compare the settings of qBittorrent with git, and let git win on request
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Reads the preferences and the categories of one instance and compares them with what a settings file declares. Versions 4.5 to 5.2 are known.
  - Only what is declared is compared. Every preference that the instance has can be declared by the name that its API uses.
  - Nothing is changed unless O(git_wins) is set. Without it the module only tells.
  - Logs in once and out once. After a refused login nothing more is tried in the same run of Ansible, because qBittorrent bans an address after some
    refusals. An instance that answers without a login is not logged in to, and told.
  - The app stores what it does not understand as something else and calls that a success. So values are checked before they are sent, limits go together
    with their switches, and everything is read back.
  - An instance that cannot be read is V(unknown), never V(in_sync).
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_settings
  - homelab.media_center.app
  - homelab.media_center.login
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
    default: qbittorrent
    choices: [qbittorrent]
seealso:
  - module: homelab.media_center.qbittorrent_settings_info
  - module: homelab.media_center.app_secrets_info
requirements:
  - requests
  - qbittorrent-api
"""

EXAMPLES = r"""
- name: Tell what differs between git and qBittorrent behind a VPN that forwards a port
  homelab.media_center.qbittorrent_settings:
    url: http://mediabox:8080
    username: admin
    password: "{{ vault_qbittorrent_password }}"
    port_forwarding: true
    repository_path: "{{ inventory_dir }}/../homelab-apps"
    file: apps/qbittorrent.yml
  check_mode: true
  delegate_to: localhost

- name: Let torrents seed twice their size, and keep those of Radarr apart
  homelab.media_center.qbittorrent_settings:
    url: http://mediabox:8080
    username: admin
    password: "{{ vault_qbittorrent_password }}"
    git_wins: true
    settings:
      preferences:
        max_ratio_enabled: true
        max_ratio: 2
      category:
        - name: radarr
          savePath: /data/torrents/radarr
  delegate_to: localhost
"""

RETURN = r"""
media_center:
  description: The result of this instance, redacted. Its findings, gaps and counts are what the report shows.
  returned: always
  type: dict
  sample:
    schema: 1
    target: qbittorrent
    kind: qbittorrent
    verdict: drift
    health: unknown
    checked: 71
    ignored: 113
    not_comparable: 1
    unknown: 0
    findings:
      - code: setting_changed
        category: drift
        target: qbittorrent
        resource: preferences
        key: ""
        path: dht
        declared: true
        running: false
        severity: medium
        direction: undetermined
        remedy: write it into git, or reconcile with media_center_git_wins
actions:
  description: What was done, or would be done without check mode.
  returned: always
  type: list
  elements: str
  sample: ["preferences: write dht"]
diff:
  description: What differs, as Ansible shows it, with secrets replaced.
  returned: always
  type: dict
login_refused:
  description: Whether the login was refused. No further one is sent in the same run of Ansible then.
  returned: when it was refused
  type: bool
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import settings_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.qbittorrent import login_arguments, opener
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.qbittorrent import QBITTORRENT

    module = AnsibleModule(argument_spec={**settings_arguments(QBITTORRENT.name), **login_arguments()}, supports_check_mode=True)
    run(module, QBITTORRENT, opener(module))


if __name__ == "__main__":
    main()
