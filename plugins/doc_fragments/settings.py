# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options with which settings are declared and written."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that compare the settings of an app."""

    DOCUMENTATION = r"""
options:
  settings:
    description:
      - The declared settings, in the form of an export. Outranks O(file).
    type: dict
  file:
    description:
      - The settings file, relative to O(repository_path).
      - An instance without one is told as one finding.
    type: str
  repository:
    description:
      - The name of the repository that O(file) belongs to, as findings tell it.
    type: str
    default: homelab-apps
  repository_path:
    description:
      - The checkout of the repository on the control node.
    type: path
  git_wins:
    description:
      - Whether what git declares is written to the app.
      - Git may be the stale side, so this is never assumed.
    type: bool
    default: false
  prune:
    description:
      - Kinds of which things that git does not declare are removed from the app.
      - Ignored for a kind of which git declares nothing or that could not be read.
    type: list
    elements: str
  prune_count:
    description:
      - How many things O(prune) removes. Needed only where they are more than five and more than a third of their kind.
    type: int
  allow:
    description:
      - What may be written besides ordinary settings.
      - V(access) allows settings that can lock everybody out, such as port, address, authentication and certificates. They are written last.
      - V(bulk_effect) allows settings that start something large, such as an import list or the removal of files.
      - V(hidden) allows settings that the app itself hides from people, as Plex does.
    type: list
    elements: str
    choices: [access, bulk_effect, hidden]
  previous_directory:
    description:
      - Where the objects are kept as they were before the first write, without secrets.
    type: path
  secrets:
    description:
      - The secrets of O(settings), apart from them. The action plugin fills this in.
    type: str
  lines:
    description:
      - The line of each value of O(file), as JSON. The action plugin fills this in.
    type: str
  fault:
    description:
      - Why O(file) could not be read. The action plugin fills this in.
    type: str
  fingerprints:
    description:
      - Fingerprints of secrets that the app masks, by C(kind/name/path), as M(homelab.media_center.app_secrets_info) returns them.
    type: dict
  unread_secrets:
    description:
      - What could not be read on the app's docker host, as M(homelab.media_center.app_secrets_info) returns it. Each secret that was not compared
        for that is a gap with this reason and remedy.
    type: list
    elements: dict
    suboptions:
      reason:
        description: Why it could not be read.
        type: str
        required: true
      remedy:
        description: What a person can do.
        type: str
      what:
        description: What could not be read.
        type: str
        choices: [secrets, api_key, both]
        default: both
      instance:
        description: The instance that it is about. Not looked at.
        type: str
  secrets_host:
    description:
      - The name of the docker host on which O(fingerprints) were read or should have been.
    type: str
  fingerprint_key:
    description:
      - The key of the fingerprints that stand for secrets.
    type: str
"""
