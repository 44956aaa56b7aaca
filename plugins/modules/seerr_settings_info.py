#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: seerr_settings_info
short_description: Export the settings of Overseerr, Jellyseerr or Seerr
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Returns all settings of one instance in the form in which a settings file declares them, sorted, without what moves by itself.
  - Servers are known by their names and users by their addresses, permissions and events are named. The profiles and tags of Radarr and
    Sonarr stay numbers, because the read that would name them can end the app's process.
  - The app tells all its secrets in clear. Each is returned as a mapping with C(secret) set to V(true), which means to keep it when it is declared so.
  - A text that would be a template in a settings file, such as the body of a webhook, stands between C(raw) and C(endraw).
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_settings
  - homelab.media_center.attributes.read_only
  - homelab.media_center.app
options:
  app:
    description: Which app answers at O(url). Another app of the family is recognised and refused.
    type: str
    required: true
    choices: [jellyseerr, overseerr, seerr]
  include:
    description: Kinds that are left out unless they are named here.
    type: list
    elements: str
    choices: [user]
seealso:
  - module: homelab.media_center.seerr_settings
requirements:
  - requests
"""

EXAMPLES = r"""
- name: Export the settings of Overseerr, with the permissions and quotas of its users
  homelab.media_center.seerr_settings_info:
    app: overseerr
    url: http://mediabox:5055
    api_key: "{{ vault_overseerr_api_key }}"
    include: [user]
  delegate_to: localhost
  register: overseerr

- name: Write them as the first settings file
  ansible.builtin.copy:
    content: "{{ overseerr.settings | to_nice_yaml(sort_keys=false) }}"
    dest: "{{ inventory_dir }}/../homelab-apps/apps/overseerr.yml"
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
settings:
  description: Kinds by name. Lists are sorted by their names.
  returned: always
  type: dict
  sample:
    main:
      apiKey:
        secret: true
      applicationTitle: Overseerr
      defaultPermissions: [REQUEST]
    radarr_server:
      - name: Radarr
        activeDirectory: /data/media/movies
        activeProfileId: 4
        activeProfileName: HD-1080p
        apiKey:
          secret: true
        hostname: radarr
        port: 7878
version:
  description: The version of the app.
  returned: always
  type: str
  sample: 1.34.0
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
    read: 23
    write: 0
    login: 0
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.live.seerr import Seerr
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import app_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run_info
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.seerr import APPS, SEERR

    include = {"type": "list", "elements": "str", "choices": sorted(name for name, each in SEERR.resources.items() if each.opt_in)}
    module = AnsibleModule(argument_spec={"include": include, **app_arguments(*APPS)}, supports_check_mode=True)
    run_info(module, APPS[module.params["app"]], Seerr)


if __name__ == "__main__":
    main()
