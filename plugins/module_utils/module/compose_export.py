# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of the module ``compose_stack_info``: what runs, in canonical form, without comparing it with anything."""

from __future__ import annotations

import os
import socket
from typing import Any, Dict, List

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, NotComparable, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_match import LiveProject, live_projects
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_model import StackContext, stack_states
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts, read_facts
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_open import engine_of
from ansible_collections.homelab.media_center.plugins.module_utils.resources.compose import SERVICE


def run(module: AnsibleModule) -> None:
    """Export the projects of the host, or fail with one sentence when the engine cannot be read."""
    redactor = Redactor(module.params["fingerprint_key"] or os.urandom(32).hex())
    try:
        with engine_of(module.params) as engine:
            facts = read_facts(engine)
            projects = live_projects(facts.containers)
            stacks = [_export(projects[name], facts, redactor) for name in sorted(projects)]
            result: Dict[str, Any] = {"stacks": stacks, "engine": str(facts.version.get("Version") or ""), "endpoint": engine.endpoint}
    except GatewayError as error:
        module.fail_json(msg="{0}: {1}".format(module.params["target"] or socket.gethostname(), redactor.text(str(error))))
    unread: List[str] = [str(each.error) for each in facts.unread]
    for each in unread:
        module.warn(redactor.text(each))
    module.exit_json(changed=False, **result)


def _export(project: LiveProject, facts: HostFacts, redactor: Redactor) -> Dict[str, Any]:
    context = StackContext(project=project.name, facts=facts, fingerprint=redactor.fingerprint)
    # Held against a model that declares nothing, every container is told as a compose file would have to say it.
    running = stack_states({}, context).running
    services = {}
    for item in running.items.values():
        if item.resource == "service":
            services[item.key] = {path: redactor.value(SERVICE.field(path), path, value) for path, value in sorted(item.values.items()) if _told(value)}
    return {
        "project": project.name,
        "directory": project.folder,
        "files": list(project.config_files),
        "manager": project.manager,
        "services": services,
    }


def _told(value: Any) -> bool:
    return value is not ABSENT and not isinstance(value, (Unknown, NotComparable))
