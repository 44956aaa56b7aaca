#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: app_secrets_info
short_description: Tell the secrets that the apps of a Docker host keep, as fingerprints
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - The apps show C(********) in place of most passwords and keys, so nobody sees by their API whether one was changed. This module reads
    them where they are stored, in the app's own database on the Docker host, and returns keyed fingerprints.
    Who knows the key can compare a declared secret with them; a secret itself is not returned.
  - Runs on the Docker host, needs nothing there but Python, and is meant to run with C(become).
  - Files are opened in a child process that runs as the user who owns them and sees nothing but the app's folder. No file of the app is
    created or changed, whether the app runs, is stopped, or stops meanwhile. After a crash the database is copied into Ansible's temporary directory,
    read there, and the copy removed.
  - What cannot be read is listed in RV(not_comparable) with the reason and fails nothing.
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_settings
  - homelab.media_center.attributes.read_only
  - homelab.media_center.docker_engine
options:
  apps:
    description:
      - The instances on this host.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the instance in the result, by custom its name in the inventory.
        type: str
        required: true
      app:
        description:
          - Which app it is. Secrets are read of Lidarr, Prowlarr, Radarr, Readarr and Sonarr, of qBittorrent whether its C(qBittorrent.conf) keeps
            the declared password, and of the others only the key that O(discover_keys) asks for.
        type: str
        required: true
        choices: [bazarr, jellyseerr, lidarr, overseerr, plex, prowlarr, qbittorrent, radarr, readarr, seerr, sonarr]
      container:
        description:
          - The name of its container, by which the Docker Engine says where the app's folder is on this host.
          - One of O(apps[].container) and O(apps[].data_path) is needed.
        type: str
      data_path:
        description:
          - The folder of this host that the app has as its C(/config). Outranks what the engine says.
        type: path
      settings_file:
        description:
          - The settings file of the instance on the control node. The password of the app's user that it declares is compared as if it stood in
            O(declared_passwords), which outranks it. It is rendered on the control node with the variables of the task's host.
          - A file that is not there, that cannot be read or that declares no password is passed over.
        type: path
  fingerprint_key:
    description:
      - The key of the fingerprints. Without one, they cannot be compared with anything.
    type: str
  discover_keys:
    description:
      - Whether the key of each app's API is looked for in its files (C(config.xml), C(settings.json), C(config.yaml), C(Preferences.xml)) and
        in the variables of its container, and returned in RV(api_keys). Set C(no_log) on a task that does this.
    type: bool
    default: false
  declared_passwords:
    description:
      - Passwords of the apps' own user interfaces by name of the instance. The apps store hashes of them, so each is hashed in the same way and compared.
        What is no text is passed over.
      - Give it as one JSON text (with the filter P(ansible.builtin.to_json#filter)). Of a dictionary, Ansible would cut each single password out of every
        text of the result, which makes a result useless when a password is a common word.
    type: json
seealso:
  - module: homelab.media_center.servarr_settings
"""

EXAMPLES = r"""
- name: Read the fingerprints of what two apps keep secret
  homelab.media_center.app_secrets_info:
    apps:
      - name: radarr
        app: radarr
        container: radarr
      - name: sonarr-4k
        app: sonarr
        data_path: /opt/stacks/media/sonarr-4k
    fingerprint_key: "{{ run_key }}"
    declared_passwords: "{{ {'radarr': vault_radarr_password} | to_json }}"
  delegate_to: mediabox
  become: true
  register: secrets

- name: Find the keys of the apps on their host
  homelab.media_center.app_secrets_info:
    apps:
      - name: seerr
        app: seerr
        container: seerr
    discover_keys: true
  delegate_to: mediabox
  become: true
  no_log: true
  register: keys
"""

RETURN = r"""
fingerprints:
  description:
    - By instance, a fingerprint of each secret that is set. Its name is the kind, the thing's name and the path, with a slash between them, as
      M(homelab.media_center.servarr_settings) looks it up.
  returned: always
  type: dict
  sample:
    radarr:
      download_client/qBittorrent/fields.password: hmac:5f0c0d3b4e7a9182
      config_host//proxyPassword: hmac:0a1b2c3d4e5f6071
passwords:
  description: By instance of O(declared_passwords), whether the stored password is V(equal), V(different), or V(unknown).
  returned: always
  type: dict
  sample:
    radarr: equal
states:
  description:
    - By instance, how its database was found. V(in_use) by a running app, V(at_rest), or V(left_over) by a crash or an unfinished stop.
  returned: always
  type: dict
  sample:
    radarr: in_use
not_comparable:
  description: What could not be read, why, and what to do about it.
  returned: always
  type: list
  elements: dict
  contains:
    instance:
      description: The instance.
      type: str
    what:
      description: What could not be read, V(secrets), V(api_key) or V(both).
      type: str
    reason:
      description: Why its secrets, or its key, could not be read.
      type: str
    remedy:
      description: What a person can do. May be empty.
      type: str
  sample:
    - instance: readarr
      what: secrets
      reason: the app keeps its settings in PostgreSQL
      remedy: compare its secrets by hand
api_keys:
  description: By instance, the key of the app's API, for Plex the server's token.
  returned: when O(discover_keys)
  type: dict
  sample:
    seerr: MTczMjUzMTYwMDAwMGFiY2RlZg==
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.module.app_secrets import arguments, run

    run(AnsibleModule(argument_spec=arguments(), supports_check_mode=True))


if __name__ == "__main__":
    main()
