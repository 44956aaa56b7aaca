# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of the module ``compose_stack``: read a docker host once, compare its stacks, and on request put git's side in place."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Dict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_open import Asked, ask, engine_of
from ansible_collections.homelab.media_center.plugins.module_utils.module.workspace import Workspace, workspace


def run(module: AnsibleModule) -> None:
    """Read, plan, apply where allowed, and exit with the result of the target. A host that cannot be read is unknown, never clean."""
    # The place is made before threads are: it forks.
    with workspace(module) as place:
        try:
            with engine_of(module.params) as engine, ThreadPoolExecutor(max_workers=3) as aside:
                result = _compared(module, place, ask(engine, module.params, aside), aside)
        except GatewayError as error:
            result = _unread(module, place, error)
    module.exit_json(**result)


def _compared(module: AnsibleModule, place: Workspace, asked: Asked, aside: Executor) -> Dict[str, Any]:
    # Ansible brings source text, and a host compiles it anew at every call: each part is compiled while the host answers what the part before asked.
    from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_host import HostRun
    from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_read import decode_sources

    try:
        sources = decode_sources(module.params["sources"] or "")
    except ValueError as error:
        module.fail_json(msg=str(error))
    host = HostRun(module, place, sources)
    reading = aside.submit(host.read, asked)
    # Compiling would hold up the many small steps until compose is at work, which then takes its time.
    asked.wait(reading)
    from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_result import of_host

    read = reading.result()
    return of_host(host, asked.engine, read)


def _unread(module: AnsibleModule, place: Workspace, error: GatewayError) -> Dict[str, Any]:
    from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_host import HostRun
    from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_result import unread

    return unread(HostRun(module, place, {}), error)
