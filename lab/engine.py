# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Docker Engine that answers the reading part of its API from recorded answers of a real one.

The recordings (`data/engine/<host>.json`) are made by `tests/support/lab_recorder.py`. Whatever would write is refused like an authorization
plugin does it, and stands in the request log. What was not recorded is answered with 501, so that nobody takes it for an empty list.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from lab.hosts import PLACE
from lab.repositories import DATA
from lab.server import Request, Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

# Linux gives no process id from 2^22 on (PID_MAX_LIMIT): a reader of /proc must not find a process of this machine under a recorded id.
_NO_SUCH_PID = 2**22
_VERSIONED = re.compile(r"/v(\d+)\.(\d+)(/.*)")
_Item = dict[str, Any]


class _NotFound(Exception):
    """Carries the kind of the thing and the name under which it was asked for."""


class _NotRecorded(Exception):
    """Carries what the recording does not hold."""


class Engine:
    """The stand-in of one docker host's engine, named like the host."""

    def __init__(self, name: str, recording: _Item) -> None:
        self.name = name
        self._recorded = recording
        for container in self._recorded["containers"]:
            state = container["inspect"]["State"]
            state["Pid"] += _NO_SUCH_PID if state["Pid"] else 0
        self._routes: list[tuple[re.Pattern[str], Callable[..., Response]]] = [
            (re.compile(pattern + "$"), handler)
            for pattern, handler in (
                ("/version", self._version),
                ("/info", self._info),
                ("/containers/json", self._list_containers),
                ("/containers/([^/]+)/json", self._inspect_container),
                ("/containers/([^/]+)/changes", self._container_changes),
                ("/images/json", self._list_images),
                ("/images/(.+)/json", self._inspect_image),
                ("/images/(.+)/history", self._image_history),
                ("/networks", self._list_networks),
                ("/networks/([^/]+)", self._inspect_network),
                ("/volumes", self._list_volumes),
                ("/volumes/([^/]+)", self._inspect_volume),
                ("/(?:containers|images|exec|plugins|services|tasks|nodes|swarm|secrets|configs|events|system|distribution).*", self._not_recorded),
            )
        ]

    @classmethod
    def of_host(cls, name: str, lab: Path) -> Engine:
        """The engine of a docker host of the lab; `lab` is the folder below which the host's files lie."""
        text = (DATA / "engine" / f"{name}.json").read_text(encoding="utf-8")
        return cls(name, json.loads(text.replace(PLACE, json.dumps(str(lab))[1:-1])))

    def answer(self, request: Request) -> Response:
        """The recorded answer, or the engine's own words about what is not there."""
        try:
            return self._answer(request)
        except _NotFound as error:
            return self._refusal(error.args[0], name=error.args[1])
        except _NotRecorded as error:
            return self._message(501, f"the lab's engine has no recording of {error}")

    def failure(self, status: int) -> Response:
        """An error of the daemon itself, in the form of its messages."""
        return self._message(status, "the lab's fault: the daemon could not answer")

    def _answer(self, request: Request) -> Response:
        path, version = request.path, self._recorded["version"]
        if match := _VERSIONED.match(path):
            wanted, path = (int(match[1]), int(match[2])), match[3]
            if wanted > _numbers(version["ApiVersion"]):
                return self._refusal("too_new", version=f"{match[1]}.{match[2]}")
            if wanted < _numbers(version["MinAPIVersion"]):
                return self._refusal("too_old", version=f"{match[1]}.{match[2]}")
        if path == "/_ping" and request.method in ("GET", "HEAD"):
            return Response(200, b"OK", self._recorded["ping_headers"])
        if request.method != "GET":
            return self._message(403, f"authorization denied by plugin lab: the lab's engine only reads, {request.method} {path} was not done")
        return self._read(request, path)

    def _read(self, request: Request, path: str) -> Response:
        for pattern, handler in self._routes:
            if match := pattern.match(path):
                return handler(request, *match.groups())
        raise _NotFound("page", path)

    def _refusal(self, kind: str, name: str = "", version: str = "") -> Response:
        told = self._recorded["refusals"][kind]
        return Response(told["status"], told["body"].replace("@NAME@", name).replace("@VERSION@", version).encode(), told["headers"])

    def _message(self, status: int, text: str) -> Response:
        return self._json({"message": text}, status)

    def _json(self, value: Any, status: int = 200) -> Response:
        return json_response(status, value, self._recorded["headers"])

    def _not_recorded(self, request: Request) -> Response:
        raise _NotRecorded(f"{request.method} {request.path}")

    def _version(self, _request: Request) -> Response:
        return self._json(self._recorded["version"])

    def _info(self, _request: Request) -> Response:
        return self._json(self._recorded["info"])

    def _list_containers(self, request: Request) -> Response:
        limit = int(request.argument("limit") or 0)
        everything = _is_true(request.argument("all")) or limit > 0
        tests = {
            "id": lambda item, value: item["Id"].startswith(value),
            "label": _has_label,
            "name": lambda item, value: any(re.search(value, name) or re.search(value, name[1:]) for name in item["Names"]),
            "network": lambda item, value: any(value in (name, found["NetworkID"]) for name, found in item["NetworkSettings"]["Networks"].items()),
            "status": lambda item, value: item["State"] == value,
        }
        filters = _filters(request)
        found = []
        for container in self._recorded["containers"]:
            item = container["listed"]
            if (everything or "status" in filters or item["State"] in ("running", "paused", "restarting")) and _passes(item, filters, tests):
                found.append(item | (container["listed_sizes"] if _is_true(request.argument("size")) else {}))
        return self._json(found[:limit] if limit > 0 else found)

    def _container(self, reference: str) -> _Item:
        containers = self._recorded["containers"]
        exact = [entry for entry in containers if reference in (entry["inspect"]["Id"], entry["inspect"]["Name"][1:], entry["inspect"]["Name"])]
        found = exact or [entry for entry in containers if entry["inspect"]["Id"].startswith(reference)]
        if len(found) != 1:
            raise _NotFound("container", reference)
        return found[0]

    def _inspect_container(self, request: Request, reference: str) -> Response:
        container = self._container(reference)
        return self._json(container["inspect"] | (container["inspect_sizes"] if _is_true(request.argument("size")) else {}))

    def _container_changes(self, _request: Request, reference: str) -> Response:
        return self._json(self._container(reference)["changes"])

    def _list_images(self, request: Request) -> Response:
        tests = {
            "dangling": lambda item, value: _is_true(value) is not any(tag != "<none>:<none>" for tag in item["RepoTags"] or []),
            "label": _has_label,
            "reference": lambda item, value: any(fnmatchcase(name, value) for tag in item["RepoTags"] or [] for name in (tag, tag.rpartition(":")[0])),
        }
        filters = _filters(request)
        return self._json([entry["listed"] for entry in self._recorded["images"] if _passes(entry["listed"], filters, tests)])

    def _image(self, reference: str) -> _Item:
        for image in self._recorded["images"]:
            found = image["inspect"]
            bare_id = found["Id"].partition(":")[2]
            names = {_full_name(name) for name in [*(found["RepoTags"] or []), *(found["RepoDigests"] or [])]}
            if reference in (found["Id"], bare_id) or _full_name(reference) in names:
                return image
            if re.fullmatch(r"(sha256:)?[0-9a-f]{7,}", reference) and bare_id.startswith(reference.removeprefix("sha256:")):
                return image
        tagged = ":" in reference.rpartition("/")[2] or "@" in reference
        raise _NotFound("image_with_tag" if tagged else "image", reference)

    def _inspect_image(self, _request: Request, reference: str) -> Response:
        return self._json(self._image(reference)["inspect"])

    def _image_history(self, _request: Request, reference: str) -> Response:
        return self._json(self._image(reference)["history"])

    def _list_networks(self, request: Request) -> Response:
        tests = {
            "driver": lambda item, value: item["Driver"] == value,
            "id": lambda item, value: item["Id"].startswith(value),
            "label": _has_label,
            "name": lambda item, value: value in item["Name"],
        }
        filters = _filters(request)
        return self._json([entry["listed"] for entry in self._recorded["networks"] if _passes(entry["listed"], filters, tests)])

    def _inspect_network(self, _request: Request, reference: str) -> Response:
        networks = [entry["inspect"] for entry in self._recorded["networks"]]
        exact = [item for item in networks if reference in (item["Id"], item["Name"])]
        found = exact or [item for item in networks if item["Id"].startswith(reference)]
        if len(found) != 1:
            raise _NotFound("network", reference)
        return self._json(found[0])

    def _list_volumes(self, request: Request) -> Response:
        tests = {
            "driver": lambda item, value: item["Driver"] == value,
            "label": _has_label,
            "name": lambda item, value: value in item["Name"],
        }
        filters = _filters(request)
        found = [entry["listed"] for entry in self._recorded["volumes"] if _passes(entry["listed"], filters, tests)]
        return self._json({"Volumes": found, "Warnings": None})

    def _inspect_volume(self, _request: Request, reference: str) -> Response:
        for entry in self._recorded["volumes"]:
            if entry["inspect"]["Name"] == reference:
                return self._json(entry["inspect"])
        raise _NotFound("volume", reference)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _is_true(value: str) -> bool:
    """As the engine reads a switch: whatever is not one of these is true."""
    return value.lower().strip() not in ("", "0", "no", "false", "none")


def _filters(request: Request) -> dict[str, list[str]]:
    """The filters of a list, from either form that clients send: `{"label": ["a=b"]}` and `{"label": {"a=b": true}}`."""
    told = json.loads(request.argument("filters") or "{}")
    return {name: [value for value in values if not isinstance(values, dict) or values[value]] for name, values in told.items()}


def _has_label(item: _Item, value: str) -> bool:
    name, equal, wanted = value.partition("=")
    labels = item.get("Labels") or {}
    return name in labels and (not equal or labels[name] == wanted)


def _passes(item: _Item, filters: dict[str, list[str]], tests: dict[str, Callable[[_Item, str], bool]]) -> bool:
    """Every label must be there, of any other filter one value is enough."""
    return all(_one_passes(item, name, values, tests) for name, values in filters.items())


def _one_passes(item: _Item, name: str, values: Iterable[str], tests: dict[str, Callable[[_Item, str], bool]]) -> bool:
    if name not in tests:
        raise _NotRecorded(f"lists filtered by {name}")
    results = [tests[name](item, value) for value in values]
    return all(results) if name == "label" else any(results)


def _full_name(reference: str) -> str:
    """The name of an image as the engine completes it: registry, `library/` and tag."""
    name = reference
    first, slash = name.partition("/")[:2]
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        name = f"docker.io/{name if slash else 'library/' + name}"
    if "@" not in name and ":" not in name.rpartition("/")[2]:
        name += ":latest"
    return name
