# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compose files that are Jinja2 templates: what they may not do, and which of their lines a rendered line comes from."""

from __future__ import annotations

import difflib
from typing import List

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError

try:
    import jinja2
    from jinja2 import nodes
except ImportError:
    jinja2 = None  # type: ignore[assignment]

_LOOKUPS = frozenset(("lookup", "query", "q"))


def refuse_calls(path: str, text: str) -> None:
    """Refuse a template that would run lookups or load other templates: an audit runs nothing of the operator's.

    Raises GatewayError with line for that and for a template that does not parse. Lookups inside of
    inventory variables are not looked at: Ansible evaluates those for any task.
    """
    if jinja2 is None:
        raise GatewayError("Jinja2 is not installed on the control node", remedy="pip install Jinja2")
    environment = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    try:
        # Filters and tests of collections are unknown to plain Jinja2, which asks for them only when it compiles.
        tree = environment.parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise GatewayError("the template {0} does not parse (line {1})".format(path, error.lineno), remedy="correct the template") from None
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in _LOOKUPS:
            raise GatewayError(
                "the template {0} calls {1}() in line {2}, and lookups are not run".format(path, call.node.name, call.lineno),
                remedy="put the value into a variable of the docker host, or into a file of the stack's vars_files",
            )
    for other in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        raise GatewayError(
            "the template {0} loads another template in line {1}, which is not followed".format(path, other.lineno),
            remedy="write the included text into the template",
        )


def origin_lines(template: str, rendered: str) -> List[int]:
    """For each line of the rendered text the line of the template (from 1) that it most likely comes from.

    Lines that are equal anchor the rest; between two anchors lines pair in order.
    """
    ours, theirs = template.splitlines(), rendered.splitlines()
    found = [1] * len(theirs)
    for _tag, start, end, to_start, to_end in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        last = max(start, end - 1)
        for offset, line in enumerate(range(to_start, to_end)):
            found[line] = min(start + offset, last) + 1
    return found
