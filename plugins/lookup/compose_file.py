# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: compose_file
short_description: Read a Compose file of a git checkout on the control node, with the line of every value
version_added: 0.1.0
author:
  - homelab.media_center contributors (@homelab-media-center)
description:
  - Reads Compose files as they stand in a checkout, from its working tree or from any revision. Nothing is written, fetched or run.
  - Variables are not interpolated, and C(extends) and C(include) are not followed. What Compose makes of a file only the Compose of
    its docker host can say.
options:
  _terms:
    description:
      - Paths of Compose files, relative to the checkout. A folder stands for the files that Compose itself takes there.
    type: list
    elements: str
    required: true
  repository:
    description:
      - The path of the checkout on the control node.
    type: path
    required: true
  revision:
    description:
      - A commit, branch or tag. By default the working tree is read.
    type: str
"""

EXAMPLES = r"""
- name: Show the image that git declares for radarr, and where
  ansible.builtin.debug:
    msg: "{{ file.data.services.radarr.image }} ({{ file.file }}:{{ file.lines['services.radarr.image'].line }})"
  vars:
    file: "{{ lookup('homelab.media_center.compose_file', 'media', repository='~/git/homelab-apps') }}"
"""

RETURN = r"""
_raw:
  description: One dictionary for each file.
  type: list
  elements: dict
  contains:
    file:
      description: The path in the repository.
      type: str
      sample: media/compose.yaml
    text:
      description: The text of the file.
      type: str
    data:
      description: What the file says, not interpolated. Anchors and merges are resolved.
      type: dict
    lines:
      description: Line and form of each value, by its path. Entries of a list are named by their index and, where they have one, by their name.
      type: dict
      sample:
        services.radarr.image:
          line: 7
          form: interpolated
    commit:
      description: The commit that was read; empty for the working tree.
      type: str
"""

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.repo import git
from ansible_collections.homelab.media_center.plugins.module_utils.repo.compose_file import default_files
from ansible_collections.homelab.media_center.plugins.module_utils.repo.tree import Tree, join
from ansible_collections.homelab.media_center.plugins.module_utils.repo.yaml_lines import read_yaml


class LookupModule(LookupBase):
    """Glue over ``repo``."""

    def run(self, terms, variables=None, **kwargs):
        """One dictionary for each file. Raises AnsibleLookupError with a sentence."""
        self.set_options(var_options=variables, direct=kwargs)
        try:
            tree = Tree(git.open_checkout(self.get_option("repository"), revision=self.get_option("revision") or ""))
            return [_read(tree, path) for term in terms for path in _paths(tree, str(term))]
        except GatewayError as error:
            raise AnsibleLookupError(str(error)) from None


def _paths(tree, term):
    path = join("", term)
    if path is None:
        raise GatewayError("{0} leads out of the repository".format(term), target=tree.checkout.name, remedy="name a file of the checkout")
    if path and tree.find(path) is not None:
        return [path]
    return [join(path, each) for each in default_files(tree, path)] or [path]


def _read(tree, path):
    found = tree.find(path) or tree.find_untracked(path)
    if found is None:
        raise GatewayError("{0} is not in the repository".format(path or "a compose file"), target=tree.checkout.name, remedy="commit it, or correct the path")
    text = tree.text(found)
    document = read_yaml(text, found.path)
    lines = {".".join(node): {"line": place.line, "form": place.form} for node, place in document.places.items() if node}
    return {"file": found.path, "text": text, "data": document.data, "lines": lines, "commit": tree.checkout.revision}
