# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last look before git may win: nothing is written from a checkout that is not what git wants by now."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import Finding
from ansible_collections.homelab.media_center.plugins.module_utils.repo.git_remote import stale


@dataclasses.dataclass(frozen=True)
class Guard:
    """Repositories from which nothing may be written, and why."""

    refused: tuple[tuple[str, str, str], ...] = ()

    def tell(self, told: dict[str, Any], target: str) -> None:
        """Add to a module's result why git was not let win."""
        for name, why, remedy in self.refused:
            more: dict[str, Any] = {"category": "rule", "target": target, "resource": "repository", "key": name, "remedy": remedy}
            finding = Finding("reconcile_refused", "nothing was written: " + why, **more)
            told["findings"] = [*(told.get("findings") or []), finding.as_dict()]


def look(options: dict[str, Any], repositories: Mapping[str, Any]) -> Guard:
    """Take the options ``branch`` and ``ask_remote`` out, and look at each checkout where git is to win somewhere."""
    branch = str(options.pop("branch", None) or "")
    ask = boolean(options.pop("ask_remote", True))
    if not options.get("git_wins"):
        return Guard()
    found = [(str(name), *stale(str(path), str(name), branch, ask)) for name, path in sorted(repositories.items()) if path]
    return Guard(tuple(each for each in found if each[1]))
