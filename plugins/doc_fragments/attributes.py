# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each module says about check mode, diff mode, repetition and platform."""

from __future__ import annotations


class ModuleDocFragment:
    """The attributes that every module of this collection declares its support for."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Runs under C(--check), tells what it would do, and writes nothing.
  diff_mode:
    description: Under C(--diff) it shows the fields that differ, with secrets replaced.
  idempotent:
    description: A second run with the same arguments changes nothing, as long as nobody else changed the target in between.
  platform:
    description: The systems on which the module can run.
    support: full
    platforms: posix
"""

    # Together with the fragment above, for modules that only read.
    READ_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - The module only reads.
  diff_mode:
    support: N/A
    details:
      - The module only reads.
  idempotent:
    support: full
    details:
      - The module only reads.
"""

    # Together with the fragment above, for modules of the action group of compose stacks.
    ACTION_GROUP_COMPOSE = r"""
options: {}
attributes:
  action_group:
    description: Defaults for these modules are set with C(group/homelab.media_center.compose) in C(module_defaults).
    support: full
    membership:
      - homelab.media_center.compose
      - homelab.media_center.all
"""

    # Together with the fragment above, for modules of the action group of settings.
    ACTION_GROUP_SETTINGS = r"""
options: {}
attributes:
  action_group:
    description: Defaults for these modules are set with C(group/homelab.media_center.settings) in C(module_defaults).
    support: full
    membership:
      - homelab.media_center.settings
      - homelab.media_center.all
"""

    # Together with the fragment above, for modules of the action group of the VPN.
    ACTION_GROUP_VPN = r"""
options: {}
attributes:
  action_group:
    description: Defaults for these modules are set with C(group/homelab.media_center.vpn) in C(module_defaults).
    support: full
    membership:
      - homelab.media_center.vpn
      - homelab.media_center.all
"""
