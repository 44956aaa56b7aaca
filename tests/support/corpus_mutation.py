# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change by chance to a created project: to a container, past compose, or to a value in its compose file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import yaml

from support.corpus_fit import Unfit

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Mapping

    from support.corpus_fit import Compose, Fit
    from support.project_audit import Audit
    from support.project_engine import OwnEngine

#: Keys of a service that leave no trace in its container, or are only told by words of their own.
_UNSEEN = {
    "depends_on", "build", "profiles", "develop", "extends", "pull_policy", "attach", "platform", "post_start", "pre_stop", "provider", "models", "scale",
    "annotations", "env_file", "label_file", "links", "external_links", "volumes_from", "credential_spec", "blkio_config", "storage_opt", "isolation",
    "deploy",
}
OTHER_IMAGE = "corpus-other:1"


@dataclass(frozen=True)
class Mutation:
    """What was done, and where an audit has to tell it: at a path that starts with one of these words."""

    title: str
    service: str
    paths: tuple[str, ...]
    code: str = ""

    def found_by(self, audit: Audit) -> bool:
        drift = [each for each in audit.findings if each["category"] == "drift" and each["key"].partition("#")[0] == self.service]
        return any(each["path"].startswith(self.paths) and self.code in ("", each["code"]) for each in drift)


@dataclass(frozen=True)
class Created:
    """A project whose containers exist: their inspect answers by service."""

    fit: Fit
    own: OwnEngine
    compose: Compose
    containers: Mapping[str, dict[str, Any]]


def mutate(created: Created, chance: random.Random) -> Mutation:
    """Do the first possible one of all mutations, in an order by chance. The project stays as it is until one is possible."""
    kinds: list[Callable[[Created, random.Random], Mutation | None]] = [*_CONTAINER, *([_edit_file] * len(_CONTAINER))]
    chance.shuffle(kinds)
    for kind in kinds:
        try:
            done = kind(created, chance)
        except RuntimeError:
            # The engine refuses it for this container, and has then done nothing.
            continue
        if done is not None:
            return done
    raise Unfit("no mutation is possible")


def _some_service(created: Created, chance: random.Random) -> tuple[str, dict[str, Any]]:
    name = chance.choice(sorted(created.containers))
    return name, created.containers[name]


def _update(title: str, path: str, field: str, **values: Any) -> Callable[[Created, random.Random], Mutation | None]:
    def change(created: Created, chance: random.Random) -> Mutation | None:
        name, inspect = _some_service(created, chance)
        host = inspect["HostConfig"]
        if host[field] == values[field] or (field == "NanoCpus" and (host["CpuQuota"] or host["CpuPeriod"])):
            return None
        created.own.ask("POST", f"/containers/{inspect['Id']}/update", values)
        return Mutation(f"{title} of {name}", name, (path,))

    return change


def _restart_policy(created: Created, chance: random.Random) -> Mutation | None:
    name, inspect = _some_service(created, chance)
    old = inspect["HostConfig"]["RestartPolicy"]["Name"] or "no"
    policy = chance.choice([each for each in ("no", "always", "unless-stopped", "on-failure") if each != old])
    if inspect["HostConfig"].get("AutoRemove"):
        return None
    created.own.ask("POST", f"/containers/{inspect['Id']}/update", {"RestartPolicy": {"Name": policy}})
    return Mutation(f"docker update --restart {policy} of {name}", name, ("restart",))


def _rename(created: Created, chance: random.Random) -> Mutation | None:
    name, inspect = _some_service(created, chance)
    created.own.ask("POST", f"/containers/{inspect['Id']}/rename?name=renamed-by-hand")
    return Mutation(f"docker rename of {name}", name, ("container_name",))


def _remove(created: Created, chance: random.Random) -> Mutation | None:
    name, inspect = _some_service(created, chance)
    # Nothing is missing of a service that only a profile would start.
    if _is_parent(created, inspect) or created.fit.services[name].get("profiles"):
        return None
    created.own.ask("DELETE", f"/containers/{inspect['Id']}?force=1")
    return Mutation(f"docker rm of {name}", name, ("",), "service_missing")


def _is_parent(created: Created, inspect: Mapping[str, Any]) -> bool:
    return any(inspect["Id"] in str(each["HostConfig"].get("NetworkMode")) for each in created.containers.values())


def _connect(created: Created, chance: random.Random) -> Mutation | None:
    name, inspect = _some_service(created, chance)
    mode = inspect["HostConfig"]["NetworkMode"]
    if mode in ("host", "none") or mode.startswith("container:"):
        return None
    created.own.ask("POST", "/networks/create", {"Name": "corpus-extra"})
    created.own.ask("POST", "/networks/corpus-extra/connect", {"Container": inspect["Id"]})
    return Mutation(f"docker network connect of {name}", name, ("networks.",))


def _disconnect(created: Created, chance: random.Random) -> Mutation | None:
    name, inspect = _some_service(created, chance)
    networks = sorted(set(inspect["NetworkSettings"]["Networks"]) - {"host", "none", "bridge"})
    if not networks:
        return None
    network = chance.choice(networks)
    created.own.ask("POST", f"/networks/{quote(network)}/disconnect", {"Container": inspect["Id"], "Force": True})
    return Mutation(f"docker network disconnect of {name} from {network}", name, ("networks.",))


def _by_hand(created: Created, chance: random.Random) -> Mutation | None:
    name, inspect = _some_service(created, chance)
    called = inspect["Name"].lstrip("/")
    if _is_parent(created, inspect):
        return None
    created.own.ask("DELETE", f"/containers/{inspect['Id']}?force=1")
    created.own.ask("POST", f"/containers/create?name={quote(called)}", {"Image": inspect["Config"]["Image"]})
    return Mutation(f"docker run in the place of {name}", name, ("managed_by",))


def _retag(created: Created, chance: random.Random) -> Mutation | None:
    name, inspect = _some_service(created, chance)
    reference = inspect["Config"]["Image"]
    created.own.tag(OTHER_IMAGE, reference)
    return Mutation(f"another image under the tag of {name}", name, ("image_id",))


_CONTAINER: tuple[Callable[[Created, random.Random], Mutation | None], ...] = (
    _restart_policy, _rename, _remove, _connect, _disconnect, _by_hand, _retag,
    _update("docker update --memory", "mem", "Memory", Memory=97 << 20, MemorySwap=211 << 20),
    _update("docker update --cpus", "cpus", "NanoCpus", NanoCpus=330000000),
    _update("docker update --pids-limit", "pids_limit", "PidsLimit", PidsLimit=77),
    _update("docker update --cpu-shares", "cpu_shares", "CpuShares", CpuShares=77),
)


def _edit_file(created: Created, chance: random.Random) -> Mutation | None:
    """Another value for one scalar of a service, where compose itself says that the service is then another."""
    laid = created.fit.laid
    path = laid.folder / laid.file
    old = path.read_bytes()
    text = old.decode("utf-8-sig" if old.startswith(b"\xef\xbb\xbf") else "utf-8")
    try:
        scalars = list(_service_scalars(text))
    except yaml.YAMLError:
        # Compose is more lenient.
        return None
    places = [each for each in scalars if each[0] in created.containers and each[1] not in _UNSEEN and not each[1].startswith("x-")]
    chance.shuffle(places)
    for service, key, node in places[:12]:
        new = _another(text, key, node)
        if new is None:
            continue
        for root in (laid.folder, laid.git_folder):
            (root / laid.file).write_bytes(new.encode())
        changed = _changed(created, service)
        if changed:
            return Mutation(f"{service}.{key} edited in the file (line {node.start_mark.line + 1}: {node.value[:40]!r})", service, changed)
        for root in (laid.folder, laid.git_folder):
            (root / laid.file).write_bytes(old)
    return None


def _service_scalars(text: str) -> Iterator[tuple[str, str, yaml.ScalarNode]]:
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, services in document.value if isinstance(document, yaml.MappingNode) else ():
        if key.value != "services" or not isinstance(services, yaml.MappingNode):
            continue
        for name, service in services.value:
            for field, value in service.value if isinstance(service, yaml.MappingNode) else ():
                for node in _values(value):
                    yield str(name.value), str(field.value), node


def _values(node: Any) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.MappingNode):
        for _key, value in node.value:
            yield from _values(value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _values(each)
    elif isinstance(node, yaml.ScalarNode) and node.value and node.style not in ("|", ">"):
        yield node


def _another(text: str, key: str, node: yaml.ScalarNode) -> str | None:
    start, end = node.start_mark.index, node.end_mark.index
    written = text[start:end]
    if key == "restart":
        new = "on-failure" if "always" in written or "stopped" in written else "always"
    elif key in ("ports", "expose"):
        numbers = list(re.finditer(r"\d+", written))
        if not numbers or "-" in written:
            return None
        last = numbers[-1]
        new = written[: last.start()] + str(int(last[0]) + (1 if int(last[0]) < 65535 else -1)) + written[last.end() :]
    elif re.fullmatch(r"[\"']?\d+[\"']?", written):
        new = re.sub(r"\d+", lambda match: str(int(match[0]) + 1), written)
    elif re.fullmatch(r"[\"']?(true|false)[\"']?", written):
        new = written.replace("true", "TRUE_").replace("false", "true").replace("TRUE_", "false")
    else:
        quote_mark = written[-1] if written[-1] in "\"'" else ""
        new = written[: len(written) - len(quote_mark)] + "x" + quote_mark
    return text[:start] + new + text[end:]


def _changed(created: Created, service: str) -> tuple[str, ...]:
    """The keys in which compose now makes another service of it; none where it refuses the file, or the change leaves no trace."""
    try:
        model = created.compose.model(created.fit.laid, created.fit.files)
    except Unfit:
        return ()
    old, new = _seen(created.fit.model, service), _seen(model, service)
    if _limits(old) != _limits(new):
        return "mem_limit", "cpus", "pids_limit"
    return tuple(sorted({key for key in {*old, *new} if old.get(key) != new.get(key)} - _UNSEEN))


def _seen(model: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A service without what a container that never ran does not show: content that is copied at its start, variables that are passed on and not set."""
    service = dict((model.get("services") or {}).get(name) or {})
    service["environment"] = {key: value for key, value in (service.get("environment") or {}).items() if value is not None}
    for kind in ("configs", "secrets"):
        declared = model.get(kind) or {}
        service[kind] = [each for each in service.get(kind) or () if (declared.get(each["source"]) or {}).get("file")]
    return service


def _limits(service: Mapping[str, Any]) -> Any:
    return ((service.get("deploy") or {}).get("resources") or {}).get("limits")
