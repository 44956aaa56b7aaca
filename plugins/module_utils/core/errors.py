# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error that gateways to live systems raise."""

from __future__ import annotations

import re
from typing import Optional

_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")
_QUERY = re.compile(r"[?#].*", re.DOTALL)


def without_userinfo(text: str) -> str:
    """Return ``text`` with the ``user:password@`` of every URL in it removed."""
    return _USERINFO.sub("", text)


def with_next(message: str, remedy: str) -> str:
    """What is wrong, and the next step where there is one, as it is told to a person."""
    return "%s (next: %s)" % (message, remedy) if remedy else message


class GatewayError(Exception):
    """A live system could not be read.

    ``str()`` is one sentence for a person: ``target: message (next: remedy)``. No attribute carries a secret as far
    as URLs go: ``path`` has neither query nor userinfo, ``target`` and ``message`` no userinfo.

    ``status`` is the HTTP status, or None where no answer came. ``retryable`` says whether asking again later, with
    nothing changed by a person, can help. ``login_refused``: no further login is to be sent.
    """

    login_refused = False

    def __init__(
        self,
        message: str,
        *,
        target: str = "",
        method: str = "",
        path: str = "",
        status: Optional[int] = None,
        remedy: str = "",
        retryable: bool = False,
    ) -> None:
        self.message = without_userinfo(message)
        self.target = without_userinfo(target)
        self.method = method
        self.path = _QUERY.sub("", without_userinfo(path))
        self.status = status
        self.remedy = remedy
        self.retryable = retryable
        super().__init__(self._sentence())

    def but(self, message: str, remedy: str) -> GatewayError:
        """The same failure in words that tell more."""
        return GatewayError(
            message, target=self.target, method=self.method, path=self.path, status=self.status, remedy=remedy, retryable=self.retryable
        )

    def _sentence(self) -> str:
        subject = "%s: " % self.target if self.target else ""
        return subject + with_next(self.message, self.remedy)
