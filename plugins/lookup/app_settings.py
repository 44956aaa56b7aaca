# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: app_settings
short_description: The running settings of an app
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Reads the settings of one instance of an app from the control node, and returns them in the form in which a settings file declares them. Nothing
    is written.
  - A secret is returned as a mapping with C(secret) set to V(true).
options:
  _terms:
    description: The addresses of the instances, with their URL base.
    required: true
    type: list
    elements: str
  app:
    description: Which app answers there. Another app of the family is recognised and refused.
    type: str
    required: true
    choices: [bazarr, jellyseerr, lidarr, overseerr, plex, prowlarr, qbittorrent, radarr, readarr, seerr, sonarr]
  api_key:
    description: The key of the app's API, which of Plex is the token of the server's owner.
    type: str
    env:
      - name: MEDIA_CENTER_API_KEY
  username:
    description: The user with whom to log in, for an app that has no key. Only qBittorrent is logged in to, and not again in a run after a refusal.
    type: str
    env:
      - name: MEDIA_CENTER_USERNAME
  password:
    description: The password of O(username).
    type: str
    env:
      - name: MEDIA_CENTER_PASSWORD
  headers:
    description: Headers to send with each request.
    type: dict
    default: {}
  validate_certs:
    description: Whether the app's certificate has to be valid.
    type: bool
    default: true
  ca_path:
    description: The file with the certificate of the authority that signed the app's certificate.
    type: path
  timeout:
    description: How many seconds to wait for a connection, and for each pause in an answer.
    type: int
    default: 30
requirements:
  - requests
  - qbittorrent-api, for qBittorrent
seealso:
  - module: homelab.media_center.bazarr_settings_info
  - module: homelab.media_center.plex_settings_info
  - module: homelab.media_center.qbittorrent_settings_info
  - module: homelab.media_center.seerr_settings_info
  - module: homelab.media_center.servarr_settings_info
"""

EXAMPLES = r"""
- name: Show the names of the quality profiles
  ansible.builtin.debug:
    msg: "{{ running.quality_profile | map(attribute='name') }}"
  vars:
    running: "{{ lookup('homelab.media_center.app_settings', media_center_url, app='radarr', api_key=media_center_api_key) }}"
"""

RETURN = r"""
_raw:
  description: The settings of each instance, kinds by name.
  type: list
  elements: dict
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session, verification
from ansible_collections.homelab.media_center.plugins.module_utils.live.gateways import GATEWAYS
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_module import read_export
from ansible_collections.homelab.media_center.plugins.plugin_utils.one_login import refusal_of


class LookupModule(LookupBase):
    """Reads each instance once."""

    def run(self, terms: list[str], variables: Any = None, **kwargs: Any) -> list[dict[str, Any]]:
        """The settings of each address. Raises AnsibleLookupError with one sentence where an instance cannot be read whole."""
        self.set_options(var_options=variables, direct=kwargs)
        if self.get_option("app") not in GATEWAYS:
            raise AnsibleLookupError("app has to be one of {0}".format(", ".join(sorted(GATEWAYS))))
        app, gateway = GATEWAYS[self.get_option("app")]
        headers = {name: str(value) for name, value in (self.get_option("headers") or {}).items()}
        if self.get_option("api_key"):
            headers[app.key_header] = str(self.get_option("api_key"))
        certificates = verification(self.get_option("validate_certs"), self.get_option("ca_path"))
        known = (str(self.get_option("username") or ""), str(self.get_option("password") or ""))
        found = []
        for term in terms:
            refusal = refusal_of(term, known[0])
            if refusal.exists():
                raise AnsibleLookupError("{0} refused the login before in this run, and bans who goes on: correct its password".format(app.title))
            try:
                session = Session(Address(app.name, str(term), headers, certificates, self.get_option("timeout"), *known))
            except ImportError:
                raise AnsibleLookupError("the Python library requests is missing on the control node: pip install requests") from None
            try:
                settings, _version, unreadable = read_export(app, gateway(app, session))
            except GatewayError as error:
                if error.login_refused:
                    refusal.touch()
                raise AnsibleLookupError(str(error)) from None
            finally:
                session.close()
            if unreadable:
                told = "; ".join("{0}: {1}".format(name, unreadable[name].reason) for name in sorted(unreadable))
                raise AnsibleLookupError("{0} could not be read whole: {1}".format(app.title, told))
            found.append(settings)
        return found
