# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the container's process gets: environment, labels, command, user, names, health check.

All of these are inherited from the image that the container runs where the service says nothing.
"""
from __future__ import annotations

import re
from typing import Any, Dict, List, Optional

from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, NotComparable, OneOf, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_image import IMAGE_GONE_REMEDY
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import LABEL, Sides, Subject, container_name, declared_names
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import (
    Raw,
    at_least,
    duration_text,
    exposed,
    integer,
    nanoseconds,
    signal_name,
)

#: A variable that is named without a value, which takes it away from what the image sets.
UNSET = {"unset": True}
_GENERATED_HOSTNAME = re.compile(r"[0-9a-f]{12}\Z")
_FOREIGN_LABELS = (LABEL, "desktop.docker.io/")
_HEALTH_TIMES = (("interval", "Interval"), ("timeout", "Timeout"), ("start_period", "StartPeriod"), ("start_interval", "StartInterval"))


def process_values(subject: Subject, sides: Sides) -> None:
    """Every value of this page for one container."""
    _environment(subject, sides)
    _labels(subject, sides)
    _command(subject, sides)
    _names(subject, sides)
    _inherited(subject, sides)
    _expose(subject, sides)
    _health_check(subject, sides)
    sides.pair("tty", bool(subject.service.get("tty")), bool(subject.config.get("Tty")))
    sides.pair("stdin_open", bool(subject.service.get("stdin_open")), bool(subject.config.get("OpenStdin")))
    grace = subject.service.get("stop_grace_period")
    timeout = subject.config.get("StopTimeout")
    # Compose cuts a grace period down to whole seconds.
    declared = duration_text(nanoseconds(grace) // 10**9 * 10**9) if grace is not None else ABSENT
    sides.pair("stop_grace_period", declared, ABSENT if timeout is None else duration_text(integer(timeout) * 10**9))


def inherited_unknown(subject: Subject) -> Unknown:
    """Why a value that the service leaves to the image cannot be judged."""
    identity = str(subject.inspect.get("Image") or "")[:19]
    return Unknown(f"the record of image {identity} is gone, so what comes from it cannot be told", IMAGE_GONE_REMEDY)


def _lost(subject: Subject) -> bool:
    return bool(subject.inspect) and subject.image is None


def _variables(listed: Any) -> Dict[str, Any]:
    """Variables by name of ``K=V`` texts or of a mapping, in three states: a value, empty, unset."""
    if isinstance(listed, dict):
        return {str(key): UNSET if value is None else str(value) for key, value in listed.items()}
    found: Dict[str, Any] = {}
    for each in listed or ():
        name, equals, value = str(each).partition("=")
        found[name] = value if equals else UNSET
    return found


def _environment(subject: Subject, sides: Sides) -> None:
    own = _variables(subject.service.get("environment"))
    declared = dict(_variables(subject.image_config.get("Env")), **own)
    running = _variables(subject.config.get("Env"))
    for name in sorted(set(declared) | set(running)):
        want, have = declared.get(name, ABSENT), running.get(name, ABSENT)
        if name not in own and have is not ABSENT:
            want = _added(subject, sides, name, want, have)
        if subject.project.facts.podman:
            if name not in own:
                continue
            if have == "*******":
                have = NotComparable("Podman hides variables that come from its secrets")
        sides.pair("environment." + name, want, have)


def _added(subject: Subject, sides: Sides, name: str, want: Any, have: Any) -> Any:
    """What a running variable that the service does not name should be, when others than the image may have put it there."""
    proxies = subject.project.facts.client_proxies
    if name in proxies and want is ABSENT:
        if have != proxies[name]:
            sides.note("client_proxies_changed", f"{name} comes from the proxies that the docker client's config.json had earlier", path="environment." + name)
        return have
    if _lost(subject):
        return inherited_unknown(subject)
    if want is not ABSENT or not subject.service:
        return want
    services = subject.project.services
    if any((services.get(each) or {}).get("provider") for each in subject.service.get("depends_on") or ()):
        return NotComparable("a provider service that this one depends on adds variables of its own")
    if name in _model_variables(subject.service.get("models")):
        return NotComparable("compose adds this variable for a model")
    if name == "DOCKER_CONFIG" and subject.service.get("use_api_socket"):
        return NotComparable("compose adds this variable for use_api_socket")
    return want


def _model_variables(models: Any) -> List[str]:
    if not isinstance(models, dict):
        models = {str(each): {} for each in models or ()}
    found: List[str] = []
    for name, told in models.items():
        prefix = str(name).upper().replace("-", "_")
        found += [(told or {}).get("model_var") or prefix + "_MODEL", (told or {}).get("endpoint_var") or prefix + "_URL"]
    return found


def _labels(subject: Subject, sides: Sides) -> None:
    own = subject.service.get("labels") or {}
    if not isinstance(own, dict):
        own = dict(str(each).partition("=")[::2] for each in own)
    declared = dict(subject.image_config.get("Labels") or {})
    declared.update({key: "" if value is None else str(value) for key, value in own.items()})
    running = subject.config.get("Labels") or {}
    for name in sorted(set(declared) | set(running)):
        # 'docker commit' bakes compose's own labels into images, so they are dropped from both sides.
        if name.startswith(_FOREIGN_LABELS):
            continue
        want = declared.get(name, ABSENT)
        if name not in own and _lost(subject):
            want = inherited_unknown(subject)
        sides.pair("labels." + name, want, running.get(name, ABSENT))


def _command(subject: Subject, sides: Sides) -> None:
    entrypoint, command = subject.service.get("entrypoint"), subject.service.get("command")
    image = subject.image_config
    want_entrypoint: Any = list(entrypoint or ()) if entrypoint is not None else list(image.get("Entrypoint") or ())
    # The engine takes the image's command only where the entrypoint is not replaced by one of its own (an empty one is none).
    inherits_command = not command and not entrypoint
    want_command: Any = list(image.get("Cmd") or ()) if inherits_command else list(command or ())
    if _lost(subject):
        want_entrypoint = inherited_unknown(subject) if entrypoint is None else want_entrypoint
        want_command = inherited_unknown(subject) if inherits_command else want_command
    sides.pair("entrypoint", want_entrypoint, list(subject.config.get("Entrypoint") or ()))
    sides.pair("command", want_command, list(subject.config.get("Cmd") or ()))


def _names(subject: Subject, sides: Sides) -> None:
    names = declared_names(subject)
    if subject.inspect:
        sides.pair("container_name", OneOf(names) if len(names) > 1 else names[0], container_name(subject.inspect))
    elif subject.service.get("container_name"):
        sides.pair("container_name", names[0], ABSENT)
    sides.pair("domainname", str(subject.service.get("domainname") or ""), str(subject.config.get("Domainname") or ""))
    mode = str(subject.host.get("NetworkMode") or "")
    declared, running = subject.service.get("hostname"), str(subject.config.get("Hostname") or "")
    # In another one's network the name is that one's; in the host's it is the host's unless one is given.
    if mode.startswith("container:") or (mode == "host" and not declared):
        return
    # Twelve hex digits are an engine's choice: this container's id, or its forerunner's where an updater copied the settings.
    generated = not declared and (not running or _GENERATED_HOSTNAME.match(running))
    sides.pair("hostname", str(declared) if declared else ABSENT, ABSENT if generated else running)


def _inherited(subject: Subject, sides: Sides) -> None:
    for path, key in (("user", "User"), ("working_dir", "WorkingDir"), ("stop_signal", "StopSignal")):
        own = subject.service.get(path)
        want, have = own or subject.image_config.get(key) or "", subject.config.get(key) or ""
        if path == "stop_signal":
            want, have = signal_name(want), signal_name(have)
        sides.pair(path, inherited_unknown(subject) if not own and _lost(subject) else str(want), str(have))


def _expose(subject: Subject, sides: Sides) -> None:
    published = {port for each in subject.service.get("ports") or () for port in exposed(f"{each.get('target')}/{each.get('protocol') or 'tcp'}")}
    published.update(port for each in subject.host.get("PortBindings") or {} for port in exposed(each))
    inherited = {port for each in subject.image_config.get("ExposedPorts") or {} for port in exposed(each)}
    declared = {port for each in subject.service.get("expose") or () for port in exposed(each)}
    running = {port for each in subject.config.get("ExposedPorts") or {} for port in exposed(each)}
    left_out = published | inherited
    want: Any = sorted(declared - left_out)
    have = sorted(running - left_out)
    sides.pair("expose", inherited_unknown(subject) if _lost(subject) and want != have else want, have)


def _health_check(subject: Subject, sides: Sides) -> None:
    own: Raw = subject.service.get("healthcheck") or {}
    inherited: Raw = subject.image_config.get("Healthcheck") or {}
    running: Raw = subject.config.get("Healthcheck") or {}
    want, have = _test(own.get("test")), _test(running.get("Test"))
    off = bool(own.get("disable")) or want == ["NONE"]
    want = ["NONE"] if off else want or _test(inherited.get("Test"))
    if subject.image is not None and _test(inherited.get("Test")) in ([], ["NONE"]):
        # Switching off what the image does not have is nothing.
        want, have = ([] if each == ["NONE"] else each for each in (want, have))
    lost = _lost(subject) and not off
    sides.pair("healthcheck.test", inherited_unknown(subject) if lost and not own.get("test") else want or ABSENT, have or ABSENT)
    if want == ["NONE"] or (not want and not lost) or have in ([], ["NONE"]):
        return
    for path, key in _HEALTH_TIMES:
        if key == "StartInterval" and (subject.project.facts.podman or not at_least(subject.project.facts.api_version, "1.44")):
            if own.get(path):
                sides.pair("healthcheck.start_interval", NotComparable("engines show this from API 1.44 on"), ABSENT)
            continue
        declared = nanoseconds(own.get(path)) or integer(inherited.get(key))
        told: Any = duration_text(declared) if declared else ABSENT
        sides.pair(f"healthcheck.{path}", inherited_unknown(subject) if lost and not own.get(path) else told, _time(running.get(key)))
    retries = integer(own.get("retries")) or integer(inherited.get("Retries"))
    sides.pair(
        "healthcheck.retries",
        inherited_unknown(subject) if lost and not own.get("retries") else retries or ABSENT, integer(running.get("Retries")) or ABSENT,
    )


def _test(value: Any) -> List[str]:
    if isinstance(value, str):
        return ["CMD-SHELL", value] if value else []
    return [str(each) for each in value or ()]


def _time(amount: Optional[int]) -> Any:
    return duration_text(integer(amount)) if amount else ABSENT
