# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say where an app answers."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that talk to an app over HTTP."""

    DOCUMENTATION = r"""
options:
  target:
    description:
      - The name of the instance in findings and in the report. The action plugin gives the inventory's name.
    type: str
  url:
    description:
      - Where the app answers, with its URL base where it has one.
    type: str
    required: true
  api_key:
    description:
      - The key of the app's API.
      - Where it is not given, E(MEDIA_CENTER_API_KEY) is used.
    type: str
  username:
    description:
      - The user with whom to log in, for an app that has no key. Only qBittorrent is logged in to.
      - Where it is not given, E(MEDIA_CENTER_USERNAME) is used.
    type: str
  password:
    description:
      - The password of O(username).
      - Where it is not given, E(MEDIA_CENTER_PASSWORD) is used.
    type: str
  headers:
    description:
      - Headers to send with each request, such as those that let a request past a login page in front of the app.
    type: dict
  validate_certs:
    description:
      - Whether the certificate of an app behind HTTPS has to be valid.
    type: bool
    default: true
  ca_path:
    description:
      - The file with the certificate of the authority that signed the app's certificate.
    type: path
  timeout:
    description:
      - How many seconds to wait for a connection, and for each pause in an answer.
    type: int
    default: 30
"""
