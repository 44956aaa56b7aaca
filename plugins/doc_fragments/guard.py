# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say from which checkout git may win."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that write what git declares."""

    DOCUMENTATION = r"""
options:
  branch:
    description:
      - The branch that the checkout has to be on before O(git_wins) has an effect. By default any branch.
    type: str
  ask_remote:
    description:
      - Whether the remote is asked, with C(git ls-remote), if the checkout has its newest commit before O(git_wins) has an effect.
      - Nothing is fetched.
    type: bool
    default: true
"""
