# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session with an app that the options of a module name."""

from __future__ import annotations

from typing import Any, Mapping

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Address, Session, load_requests, verification


def open_session(module: AnsibleModule, target: str, headers: Mapping[str, Any], username: str = "", password: str = "") -> Session:
    """A session as ``app_arguments`` describe it. Fails the module where the library is missing."""
    try:
        load_requests()
    except ImportError:
        module.fail_json(msg=missing_required_lib("requests"))
    params = module.params
    told = {name: str(value) for name, value in headers.items()}
    verify = verification(params["validate_certs"], params["ca_path"])
    return Session(Address(target, params["url"], told, verify, params["timeout"], username, password))
