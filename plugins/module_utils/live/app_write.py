# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the writing sides of apps share: a write is sent once, and counts where the app took it."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.live.app_http import Reply, Session
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App


class AppWriter:
    """Writes to one instance. ``sent`` is every write that the app took, as method and path; ``taken`` the statuses with which it says so."""

    taken: Tuple[int, ...] = (200, 201, 202, 204)

    def __init__(self, app: App, session: Session) -> None:
        self._app = app
        self._session = session
        self.sent: List[str] = []

    def _send(self, method: str, path: str, body: Any = None, params: Optional[Mapping[str, str]] = None) -> Reply:
        """Send a write below the app's prefix. Raises GatewayError where it is refused, or where nobody knows what became of it."""
        whole = self._app.prefix + path
        reply = self._session.write(method, whole, body, params)
        if reply.status in self.taken and isinstance(reply.body, str):
            message, remedy = "the answer is broken JSON: whether it was carried out is not known", "run reconcile again: it writes what still differs"
            raise self._session.error(method, whole, message, remedy, reply.status)
        return self._took(method, whole, reply)

    def _took(self, method: str, whole: str, reply: Reply) -> Reply:
        """The reply to a write that the app took. Raises GatewayError where it did not."""
        if reply.status not in self.taken:
            raise self._session.refused(method, whole, reply)
        self.sent.append("{0} {1}".format(method, whole))
        return reply
