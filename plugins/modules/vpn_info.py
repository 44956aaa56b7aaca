#!/usr/bin/python
# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_info
short_description: Tell the state of the VPN behind which the download client runs
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Asks the control server of gluetun whether the VPN runs, which address the world sees, and which port is forwarded, and looks whether the server
    answers without credentials.
  - Nothing is changed. No key, user or password that gluetun knows is returned.
  - From gluetun 3.39.1 on the control server asks for a role. It needs the routes C(GET /v1/vpn/status), C(GET /v1/publicip/ip) and
    C(GET /v1/portforward), before 3.41 C(GET /v1/openvpn/portforwarded) for the last one. C(GET /v1/vpn/settings) is used where it is allowed, and not missed.
  - A house without a VPN says O(vpn=none). Another VPN is told to be not supported, and is no fault.
  - This module was built from the sources of gluetun 3.38 to 3.41 and of May 2026. It has not yet been run against a real gluetun.
extends_documentation_fragment:
  - homelab.media_center.attributes
  - homelab.media_center.attributes.action_group_vpn
  - homelab.media_center.attributes.read_only
options:
  vpn:
    description: Which VPN it is. V(gluetun) is asked, V(none) is no VPN, any other name is not supported.
    type: str
    default: gluetun
  target:
    description: The name of the VPN in findings and in the report.
    type: str
  url:
    description: Where the control server answers. Needed with O(vpn=gluetun).
    type: str
  api_key:
    description:
      - The key of the role, where its authentication is C(apikey).
      - Where it is not given, E(MEDIA_CENTER_API_KEY) is used.
    type: str
  username:
    description:
      - The user of the role, where its authentication is C(basic).
      - Where it is not given, E(MEDIA_CENTER_USERNAME) is used.
    type: str
  password:
    description:
      - The password of O(username).
      - Where it is not given, E(MEDIA_CENTER_PASSWORD) is used.
    type: str
  headers:
    description: Headers to send with each request, such as those that let a request past a login page.
    type: dict
  validate_certs:
    description: Whether the certificate has to be valid where the server is behind HTTPS.
    type: bool
    default: true
  ca_path:
    description: The file with the certificate of the authority that signed the certificate.
    type: path
  timeout:
    description: How many seconds to wait for a connection, and for each pause in an answer.
    type: int
    default: 30
requirements:
  - requests
"""

EXAMPLES = r"""
- name: Ask gluetun for the state of the VPN
  homelab.media_center.vpn_info:
    url: http://mediabox:8000
    api_key: "{{ vault_gluetun_api_key }}"
  delegate_to: localhost
  register: gluetun

- name: Stop where the VPN does not run
  ansible.builtin.assert:
    that: gluetun.vpn.status == 'running'
"""

RETURN = r"""
vpn:
  description: The state of the VPN. What is not known is null.
  returned: always
  type: dict
  contains:
    name:
      description: Which VPN it is.
      type: str
      sample: gluetun
    supported:
      description: Whether its state can be known here.
      type: bool
      sample: true
    status:
      description: Whether it runs, one of C(running), C(stopped), C(starting), C(stopping) and C(crashed).
      type: str
      sample: running
    public_ip:
      description: The address that the world sees; empty while gluetun does not know it.
      type: str
      sample: 203.0.113.77
    country:
      description: Where that address is.
      type: str
      sample: Switzerland
    forwarded_port:
      description: The port that the provider forwards; 0 where there is none.
      type: int
      sample: 51413
    version:
      description: The version of gluetun, where it says it.
      type: str
      sample: v3.41.0
    settings:
      description: Settings that are no secrets; null where the control server keeps them to itself.
      type: dict
      sample:
        type: wireguard
        provider: protonvpn
        countries: [Switzerland]
        port_forwarding: true
        up_command: true
        down_command: true
    stands_open:
      description: The routes that answer without credentials, of those that were tried.
      type: list
      elements: str
      sample: []
  sample: {}
media_center:
  description: The result of this target. Its findings, gaps and counts are what the report shows.
  returned: always
  type: dict
  sample:
    schema: 1
    target: gluetun
    kind: vpn
    verdict: in_sync
    health: healthy
    checked: 3
    ignored: 0
    not_comparable: 0
    unknown: 0
    findings: []
"""

from ansible_collections.homelab.media_center.plugins.module_utils.module.compile_once import compile_once


def main() -> None:
    """Run the module."""
    compile_once()
    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import vpn_arguments
    from ansible_collections.homelab.media_center.plugins.module_utils.module.vpn_state import run_vpn

    run_vpn(AnsibleModule(argument_spec=vpn_arguments(), supports_check_mode=True))


if __name__ == "__main__":
    main()
