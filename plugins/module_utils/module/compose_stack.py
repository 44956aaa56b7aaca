# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of the module ``compose_stack``: read a docker host once, compare its stacks, and on request put git's side in place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_host import HostRun, engine_of
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_read import decode_sources
from ansible_collections.homelab.media_center.plugins.module_utils.module.workspace import workspace


def run(module: AnsibleModule) -> None:
    """Read, plan, apply where allowed, and exit with the result of the target. A host that cannot be read is unknown, never clean."""
    try:
        sources = decode_sources(module.params["sources"] or "")
    except ValueError as error:
        module.fail_json(msg=str(error))
    with workspace(module) as place:
        host = HostRun(module, place, sources)
        try:
            with engine_of(module.params) as engine:
                result = _compared(host, engine)
        except GatewayError as error:
            result = _unread(host, error)
    module.exit_json(**result)


def _compared(host: HostRun, engine: Engine) -> Dict[str, Any]:
    with ThreadPoolExecutor(max_workers=1) as aside:
        reading = aside.submit(host.read, engine)
        # Ansible brings source text, and a host compiles it anew at every call: the comparison is ready when the host has answered.
        from ansible_collections.homelab.media_center.plugins.module_utils.module import compose_result

        read = reading.result()
    return compose_result.of_host(host, engine, read)


def _unread(host: HostRun, error: GatewayError) -> Dict[str, Any]:
    from ansible_collections.homelab.media_center.plugins.module_utils.module import compose_result

    return compose_result.unread(host, error)
