# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of an app that bans whoever fails to log in."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules for qBittorrent."""

    DOCUMENTATION = r"""
options:
  port_forwarding:
    description:
      - Whether a VPN forwards a port to the app and writes it into C(listen_port) at each reconnect. It is no drift then, and not exported.
    type: bool
    default: false
  login_refused:
    description:
      - Whether a login was refused before, so that none is sent. The action plugin fills this in within one run of Ansible.
    type: bool
    default: false
"""
