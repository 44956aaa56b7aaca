# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of the operator, on ansible-core before and after 2.19."""

from __future__ import annotations

import re

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19 every text is a template

    def trust_as_template(value: str) -> str:
        """The text itself."""
        return value


try:
    from ansible._internal._datatag._tags import VaultedValue
except ImportError:
    VaultedValue = None

__all__ = ["named_undefined", "out_of_vault", "trust_as_template"]

_UNDEFINED = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'")


def named_undefined(error: Exception) -> str:
    """The name of the variable that an error calls undefined, and nothing else of its text, which may quote a value."""
    named = _UNDEFINED.search(str(error))
    return next(each for each in named.groups() if each) if named else "a variable"


def out_of_vault(value: object) -> bool:
    """Whether a value is known to have come out of a vault; ansible-core before 2.19 never knows."""
    return VaultedValue is not None and VaultedValue.is_tagged_on(value)
