# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module body needs of AnsibleModule, without a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import compose_stack_arguments

if TYPE_CHECKING:
    from pathlib import Path


class Exit(Exception):
    """The module ended; with what it returned."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(str(result))
        self.result = result


class FakeModule:
    """Holds parameters, and ends with an exception where a module ends its process."""

    def __init__(self, folder: Path, check_mode: bool = False, **params: Any) -> None:
        spec = compose_stack_arguments()
        self.params = {**{name: each.get("default") for name, each in spec.items()}, **params}
        self.check_mode = check_mode
        self._tmpdir: str | None = None
        self._remote_tmp = str(folder / "ansible" / "tmp")
        self._keep_remote_files = False

    def exit_json(self, **result: Any) -> NoReturn:
        """End with a result."""
        raise Exit(result)

    def fail_json(self, **result: Any) -> NoReturn:
        """End with a failure."""
        raise Exit({"failed": True, **result})
