#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bazarr_settings_info
short_description: Export the settings of Bazarr
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Returns all settings of Bazarr in the form in which a settings file declares them, with names instead of numbers, sorted, without what moves by
    itself. Addresses and folders that fit one machine only are left out, and so are notifications that nobody has set.
  - A secret is returned as a mapping with C(secret) set to V(true), which means to keep it when it is declared so.
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_settings
  - homelab.media_center.attributes.read_only
  - homelab.media_center.app
options:
  app:
    description: The app that answers at O(url).
    type: str
    default: bazarr
    choices: [bazarr]
seealso:
  - module: homelab.media_center.bazarr_settings
requirements:
  - requests
"""

EXAMPLES = r"""
- name: Export the settings of Bazarr
  homelab.media_center.bazarr_settings_info:
    url: http://mediabox:6767
    api_key: "{{ vault_bazarr_api_key }}"
  delegate_to: localhost
  register: bazarr

- name: Write them as the first settings file
  ansible.builtin.copy:
    content: "{{ bazarr.settings | to_nice_yaml(sort_keys=false) }}"
    dest: "{{ inventory_dir }}/../homelab-apps/apps/bazarr.yml"
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
settings:
  description: Kinds by name. Lists are sorted by their names.
  returned: always
  type: dict
  sample:
    languages:
      enabled: [de, en]
    language_profile:
      - name: German, else English
        cutoff: de
        items: [de, "en:hi"]
        mustContain: []
        mustNotContain: []
        originalFormat: false
        tag: null
    opensubtitlescom:
      include_ai_translated: false
      password:
        secret: true
      use_hash: true
      username: alice
version:
  description: The version of Bazarr; V(unknown) where it runs from a source tree.
  returned: always
  type: str
  sample: 1.5.2
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
    read: 4
    write: 0
    login: 0
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.live.bazarr import Bazarr
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import app_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run_info
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.bazarr import BAZARR

    run_info(AnsibleModule(argument_spec=app_arguments(BAZARR.name), supports_check_mode=True), BAZARR, Bazarr)


if __name__ == "__main__":
    main()
