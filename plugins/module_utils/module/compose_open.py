# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a docker host can be asked before anything is known about its stacks.

It imports little, so that the host is busy with the answers while the rest of a module's code is compiled.
"""

from __future__ import annotations

import dataclasses
from concurrent.futures import Executor, Future
from typing import Any, Mapping, Tuple, Union

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_cli import ComposeCli
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_endpoint import cli_environment
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_facts import HostFacts, read_facts

ENGINE_OPTIONS = ("docker_host", "tls", "validate_certs", "ca_path", "client_cert", "client_key", "tls_hostname", "api_version", "timeout")


def engine_of(params: Mapping[str, Any]) -> Engine:
    """The engine that the options of a module name."""
    return Engine(**{name: params[name] for name in ENGINE_OPTIONS if params.get(name) is not None})


def compose_of(params: Mapping[str, Any], engine: Engine) -> Union[ComposeCli, GatewayError]:
    """The host's compose, or why there is none."""
    try:
        return ComposeCli(params["compose_command"] or (), cli_environment(engine.address), timeout=params["timeout"] or 60)
    except GatewayError as error:
        return error


@dataclasses.dataclass(frozen=True)
class Asked:
    """A docker host that has been asked. The answers raise GatewayError where the engine cannot be read."""

    engine: Engine
    facts: Future[HostFacts]
    cli: Future[Union[ComposeCli, GatewayError]]

    def wait(self, reading: Future[Any]) -> None:
        """Wait until compose is at work for `reading`, or until that has ended."""
        cli = self.cli.result()
        if isinstance(cli, ComposeCli):
            reading.add_done_callback(lambda ended: cli.busy.set())
            cli.busy.wait()

    def answers(self) -> Tuple[HostFacts, Union[ComposeCli, GatewayError]]:
        """Both answers, waited for."""
        return self.facts.result(), self.cli.result()


def ask(engine: Engine, params: Mapping[str, Any], aside: Executor) -> Asked:
    """Ask the engine for what it runs and compose for its version, side by side; returns at once. Takes two workers of `aside`."""
    return Asked(engine, aside.submit(read_facts, engine), aside.submit(compose_of, params, engine))
