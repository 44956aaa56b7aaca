#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qbittorrent_settings_info
short_description: Export the settings of qBittorrent
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Returns the categories of one instance and those of its preferences that matter to the way of a download into the library, or to who may reach the
    instance, in the form in which a settings file declares them. O(everything) adds all other preferences.
  - A secret is returned as a mapping with C(secret) set to V(true), which means to keep it when it is declared so.
  - Logs in once and out once, and not at all after a login was refused in the same run of Ansible.
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_settings
  - homelab.media_center.attributes.read_only
  - homelab.media_center.app
  - homelab.media_center.login
options:
  app:
    description: The app that answers at O(url).
    type: str
    default: qbittorrent
    choices: [qbittorrent]
  everything:
    description:
      - Whether all preferences are returned.
    type: bool
    default: false
seealso:
  - module: homelab.media_center.qbittorrent_settings
requirements:
  - requests
  - qbittorrent-api
"""

EXAMPLES = r"""
- name: Export the settings of qBittorrent
  homelab.media_center.qbittorrent_settings_info:
    url: http://mediabox:8080
    username: admin
    password: "{{ vault_qbittorrent_password }}"
    port_forwarding: true
  delegate_to: localhost
  register: qbittorrent

- name: Write them as the first settings file
  ansible.builtin.copy:
    content: "{{ qbittorrent.settings | to_nice_yaml(sort_keys=false) }}"
    dest: "{{ inventory_dir }}/../homelab-apps/apps/qbittorrent.yml"
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
settings:
  description: Kinds by name. Categories are sorted by their names.
  returned: always
  type: dict
  sample:
    preferences:
      auto_tmm_enabled: true
      dht: false
      max_ratio: 2
      max_ratio_enabled: true
      save_path: /data/torrents
      web_ui_password:
        secret: true
    category:
      - name: radarr
        download_path: null
        savePath: /data/torrents/radarr
version:
  description: The version of the app.
  returned: always
  type: str
  sample: 4.5.2
unread:
  description: Kinds that could not be read and are missing in RV(settings).
  returned: always
  type: list
  elements: str
  sample: []
requests:
  description: How many requests were sent.
  returned: always
  type: dict
  sample:
    read: 5
    write: 0
    login: 1
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import app_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.qbittorrent import login_arguments, opener
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run_info
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.qbittorrent import QBITTORRENT

    options = {**app_arguments(QBITTORRENT.name), **login_arguments(), "everything": {"type": "bool", "default": False}}
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    run_info(module, QBITTORRENT, opener(module))


if __name__ == "__main__":
    main()
