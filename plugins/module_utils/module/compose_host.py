# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that an audit reads of a docker host, read side by side."""

from __future__ import annotations

import dataclasses
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Mapping, Tuple, Union

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import ComposeCli
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_layer import Layers, read_layers
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_match import live_projects, match_stacks
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_open import Asked, ask
from ansible_collections.homelab.media_center.plugins.module_utils.module.compose_read import StackRead, StackReader, StackSource
from ansible_collections.homelab.media_center.plugins.module_utils.module.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class HostRead:
    """What a docker host said, and the stacks that it runs or should run. ``cli`` is its compose, or why there is none."""

    facts: HostFacts
    layers: Layers
    stacks: Tuple[StackRead, ...]
    cli: Union[ComposeCli, GatewayError]


class HostRun:
    """One module call on one docker host. ``place`` is where git's files can be laid out there."""

    def __init__(self, module: AnsibleModule, place: Workspace, sources: Mapping[str, StackSource]) -> None:
        self.module = module
        self.params = module.params
        self.redactor = Redactor(self.params["fingerprint_key"] or os.urandom(32).hex())
        self.target = self.params["target"] or socket.gethostname()
        self._sources = sources
        self._place = place

    def read_again(self, engine: Engine) -> HostRead:
        """Read the host anew, after it was changed. Raises GatewayError where its engine cannot be read."""
        with ThreadPoolExecutor(max_workers=2) as aside:
            return self.read(ask(engine, self.params, aside))

    def read(self, asked: Asked) -> HostRead:
        """Read the rest of a host. Raises GatewayError where its engine cannot be read; what compose cannot model is Unknown in the stacks."""
        with ThreadPoolExecutor(max_workers=1) as aside:
            facts, cli = asked.answers()
            # The engine looks through every container's own files for this, which takes it longer than all else.
            layers = aside.submit(read_layers, asked.engine, facts.containers)
            stacks = self._stacks(facts, cli)
            return HostRead(facts, layers.result(), stacks, cli)

    def _stacks(self, facts: HostFacts, cli: Union[ComposeCli, GatewayError]) -> Tuple[StackRead, ...]:
        stacks = list(self.params["stacks"] or ())
        matches = match_stacks(stacks, live_projects(facts.containers))
        wanted = [each for each in stacks if matches[each["name"]].how]
        reader = StackReader(cli, self._place.folder, self.redactor)
        nothing = StackSource({}, "git has no files of this stack")
        looked = [reader.look(each, matches[each["name"]], self._sources.get(each["name"]) or nothing) for each in wanted]
        with ThreadPoolExecutor(max_workers=4) as pool:
            return tuple(pool.map(reader.model, looked))
