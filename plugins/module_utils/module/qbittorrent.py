# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules for qBittorrent take beside what all of them take, and the gateway that they open."""

from __future__ import annotations

from typing import Callable

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Session
from ansible_collections.homelab.media_center.plugins.module_utils.live.qbittorrent import Qbittorrent
from ansible_collections.homelab.media_center.plugins.module_utils.live.qbittorrent_client import load_library
from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import Spec
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App


def login_arguments() -> Spec:
    """Options of both modules."""
    return {"port_forwarding": {"type": "bool", "default": False}, "login_refused": {"type": "bool", "default": False}}


def opener(module: AnsibleModule) -> Callable[[App, Session], Qbittorrent]:
    """What opens the gateway with the options of a module. Fails the module where the library is missing."""
    try:
        load_library()
    except ImportError:
        module.fail_json(msg=missing_required_lib("qbittorrent-api"))

    def opened(app: App, session: Session) -> Qbittorrent:
        return Qbittorrent(app, session, bool(module.params["port_forwarding"]), bool(module.params["login_refused"]))

    return opened
