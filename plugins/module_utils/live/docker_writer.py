# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few writing calls that reconcile needs beside compose itself. An audit never makes one of these objects."""

from __future__ import annotations

import http.client
import json

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live import compose_message
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine, segment
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_transport import Connection


class ContainerWriter:
    """Stops, renames and removes containers. Each call is counted in the engine's ``requests["write"]``; each raises GatewayError."""

    def __init__(self, engine: Engine, timeout: float = 120) -> None:
        self._engine = engine
        self._timeout = timeout

    def stop(self, container: str) -> None:
        """Stop a container, with the grace period it has. A stopped one is left as it is."""
        self._send("POST", "/containers/{0}/stop".format(segment(container)), (204, 304))

    def start(self, container: str) -> None:
        """Start a container."""
        self._send("POST", "/containers/{0}/start".format(segment(container)), (204, 304))

    def rename(self, container: str, name: str) -> None:
        """Give a container another name."""
        self._send("POST", "/containers/{0}/rename?name={1}".format(segment(container), segment(name)), (204,))

    def remove(self, container: str) -> None:
        """Remove a stopped container. Its volumes stay."""
        self._send("DELETE", "/containers/{0}".format(segment(container)), (204,))

    def _send(self, method: str, path: str, good: tuple) -> None:
        self._engine.requests["write"] += 1
        connection = Connection(self._engine.address, self._timeout)
        try:
            connection.request(method, "{0}/v{1}{2}".format(self._engine.address.base_path, self._engine.api_version, path), headers={"Content-Length": "0"})
            answer = connection.getresponse()
            status, told = answer.status, answer.read(2000).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise GatewayError(
                "the engine broke off: {0}".format(error), target=self._engine.target, method=method, path=path, remedy="look at 'journalctl -u docker'"
            ) from error
        finally:
            connection.close()
        if status not in good:
            raise GatewayError(
                "HTTP {0}: {1}".format(status, compose_message.told(_words(told))[:200]),
                target=self._engine.target,
                method=method,
                path=path,
                status=status,
                remedy="run the audit again to see what stands",
            )


def _words(body: str) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, TypeError, LookupError):
        return ""
