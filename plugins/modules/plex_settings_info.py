#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: plex_settings_info
short_description: Export the settings of a Plex server
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Returns the preferences of a Plex Media Server and its libraries with theirs, in the form in which a settings file declares them.
  - Left out is what M(homelab.media_center.plex_settings) never compares, what Plex hides from people, and what fits one machine only, such as the
    folder for transcoding or the allowed networks. The latter two may be declared all the same.
  - It has not yet been run against a real Plex server.
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_settings
  - homelab.media_center.attributes.read_only
  - homelab.media_center.app
options:
  app:
    description: The app that answers at O(url).
    type: str
    default: plex
    choices: [plex]
seealso:
  - module: homelab.media_center.plex_settings
requirements:
  - requests
"""

EXAMPLES = r"""
- name: Export the settings of Plex
  homelab.media_center.plex_settings_info:
    url: http://192.168.1.20:32400
    api_key: "{{ vault_plex_token }}"
  delegate_to: localhost
  register: plex

- name: Write them as the first settings file
  ansible.builtin.copy:
    content: "{{ plex.settings | to_nice_yaml(sort_keys=false) }}"
    dest: "{{ inventory_dir }}/../homelab-apps/apps/plex.yml"
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
settings:
  description: Kinds by name.
  returned: always
  type: dict
  sample:
    server:
      FSEventLibraryUpdatesEnabled: true
      GenerateBIFBehavior: scheduled
      autoEmptyTrash: false
    library:
      - type: movie
        title: Movies
        agent: tv.plex.agents.movie
        language: en-US
        locations: [/data/media/movies]
        preferences:
          enableCinemaTrailers: true
        scanner: Plex Movie
version:
  description: The version of the server.
  returned: always
  type: str
  sample: 1.43.4.10903-abc
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
    login: 0
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.live.plex import Plex
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import app_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import run_info
    from ansible_collections.homelab.media_center.plugins.module_utils.resources.plex import PLEX

    run_info(AnsibleModule(argument_spec=app_arguments(PLEX.name), supports_check_mode=True), PLEX, Plex)


if __name__ == "__main__":
    main()
