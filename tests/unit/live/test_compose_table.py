# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the table of compose lets out of a host as text, and what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.homelab.media_center.plugins.module_utils.core.findings import of_field
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.resources.compose import RESOURCES, SERVICE

from support.compose_world import Look, World

#: Words that no shape and no name gives away: only the table can keep them in.
CANARIES = {"declared": "kanarie", "running": "distelfink"}
PUBLIC = ["environment.TZ", "environment.PUID", "environment.VPN_TYPE", "environment.LC_ALL", "labels.traefik.enable", "labels.org.opencontainers.image.title"]
PUBLIC += ["labels.traefik.http.routers.sonarr.rule", "labels.traefik.http.services.sonarr.loadbalancer.server.port", "logging.options.max-size"]


def told(look: Look, enabled: bool = True) -> list[dict[str, Any]]:
    redactor = Redactor("key", enabled)
    return [of_field(redactor, "host", change, each).as_dict() for change in look.plan.changes for each in change.fields]


def filled() -> World:
    """A canary wherever an operator may have put a secret, on both sides."""
    want, have = CANARIES["declared"], CANARIES["running"]
    return World(
        service={
            "environment": {"NICE_NAME": want, "ONLY_HERE": want},
            "labels": {"some.label": want},
            "command": ["run", "--with", want],
            "entrypoint": ["sh", "-c", want],
            "healthcheck": {"test": ["CMD-SHELL", f"curl -u {want}"]},
            "logging": {"options": {"splunk-url": want}},
            "annotations": {"a": want},
            "configs": [{"source": "c"}],
            "secrets": [{"source": "s"}],
        },
        model={
            "configs": {"c": {"content": want}}, "secrets": {"s": {"content": want}}, "volumes": {"d": {"name": "p_d", "driver_opts": {"o": want}}},
        },
        inspect={
            "Config": {
                "Env": ["PATH=/bin", f"NICE_NAME={have}", f"MORE={have}"],
                "Labels": {"some.label": have, "more": have},
                "Cmd": [have],
                "Entrypoint": [have],
                "Healthcheck": {"Test": ["CMD", have]},
            },
            "HostConfig": {"LogConfig": {"Type": "json-file", "Config": {"splunk-url": have}}, "Annotations": {"a": have}},
        },
        facts={"api_version": "1.44", "volumes": [{"Name": "p_d", "Driver": "local", "Options": {"o": have}}]},
    )


def test_no_value_that_may_be_a_secret_leaves_as_text() -> None:
    found = told(filled().look())
    assert {each["path"] for each in found} >= {
        "environment.NICE_NAME", "environment.MORE", "labels.some.label", "command", "entrypoint", "healthcheck.test", "logging.options.splunk-url",
        "annotations.a", "driver_opts.o", "runtime_checks.secret./run/secrets/s", "runtime_checks.config./c",
    }
    assert not any(word in json.dumps(found) for word in CANARIES.values())


def test_the_same_without_redaction_shows_them() -> None:
    shown = json.dumps(told(filled().look(), enabled=False))
    assert all(word in shown for word in CANARIES.values())


def test_notes_hold_no_values() -> None:
    proxies = {"HTTP_PROXY": "http://kanarie@proxy"}
    look = World(inspect={"Config": {"Env": ["PATH=/bin", "HTTP_PROXY=http://distelfink@old"]}}, facts={"client_proxies": proxies}).look()
    assert look.notes == {"client_proxies_changed"}
    assert not any(word in repr(look.states.notes) for word in CANARIES.values())


@pytest.mark.parametrize("path", PUBLIC)
def test_values_that_a_person_wants_to_read_are_shown(path: str) -> None:
    assert Redactor("key").value(SERVICE.field(path), path, "Europe/Berlin") == "Europe/Berlin"


@pytest.mark.parametrize("path", ["environment.API_KEY", "environment.WIREGUARD_PRIVATE_KEY", "labels.traefik.http.middlewares.a.basicauth.users", "command"])
def test_the_rest_is_not(path: str) -> None:
    assert str(Redactor("key").value(SERVICE.field(path), path, "Europe/Berlin")).startswith("hmac:")


@pytest.mark.parametrize("path", ["restart", "mem_limit", "cpus", "pids_limit", "cpuset", "container_name", "networks.default.aliases", "blkio_config.weight"])
def test_what_changes_without_a_recreate_is_marked(path: str) -> None:
    assert SERVICE.field(path).live


def test_every_path_of_a_service_has_a_field_of_its_kind() -> None:
    states = filled().states()
    assert {resource for resource, dummy in states.declared.items} <= set(RESOURCES)
