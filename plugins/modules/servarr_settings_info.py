#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: servarr_settings_info
short_description: Export the settings of Radarr, Sonarr, Lidarr, Readarr or Prowlarr
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Returns all settings of one instance in the form in which a settings file declares them, with names instead of numbers, sorted, without
    what moves by itself.
  - A secret is returned as a mapping with C(secret) set to V(true), which means to keep it when it is declared so.
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_settings
  - homelab.media_center.attributes.read_only
  - homelab.media_center.app
options:
  app:
    description: Which app answers at O(url).
    type: str
    required: true
    choices: [lidarr, prowlarr, radarr, readarr, sonarr]
seealso:
  - module: homelab.media_center.servarr_settings
requirements:
  - requests
"""

EXAMPLES = r"""
- name: Export the settings of Radarr
  homelab.media_center.servarr_settings_info:
    app: radarr
    url: http://mediabox:7878
    api_key: "{{ vault_radarr_api_key }}"
  delegate_to: localhost
  register: radarr

- name: Write them as the first settings file
  ansible.builtin.copy:
    content: "{{ radarr.settings | to_nice_yaml(sort_keys=false) }}"
    dest: "{{ inventory_dir }}/../homelab-apps/apps/radarr.yml"
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
settings:
  description: Kinds by name. Lists are sorted by their names.
  returned: always
  type: dict
  sample:
    tag:
      - label: kids
    download_client:
      - name: qBittorrent
        implementation: QBittorrent
        priority: 1
        tags: []
        fields:
          host: gluetun
          password:
            secret: true
version:
  description: The version of the app.
  returned: always
  type: str
  sample: 6.1.0.10300
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
    read: 26
    write: 0
    login: 0
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.live.servarr import Servarr
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import app_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run_info
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

    module = AnsibleModule(argument_spec=app_arguments(*APPS), supports_check_mode=True)
    run_info(module, APPS[module.params["app"]], Servarr)


if __name__ == "__main__":
    main()
