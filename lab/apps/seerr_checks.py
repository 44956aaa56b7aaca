# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Overseerr and Seerr answer, and what they refuse before a route runs: bodies against `data/seerr/rules.yml`, methods, paths, numbers."""

from __future__ import annotations

import functools
import json
from typing import Any

import yaml

from lab.repositories import DATA
from lab.server import Response

_Json = Any
_TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "boolean": (bool,), "number": (int, float)}


@functools.cache
def rules() -> dict[str, Any]:
    """`rules.yml`."""
    found: dict[str, Any] = yaml.safe_load((DATA / "seerr" / "rules.yml").read_text(encoding="utf-8"))
    return found


class Refusal(Exception):
    """An answer that ends the handling of a request."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def answer(value: _Json, status: int = 200) -> Response:
    """`value` as the app writes it; 204 has nothing to say."""
    if status == 204:
        return Response(204)
    return Response(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), {"Content-Type": "application/json; charset=utf-8"})


def message(status: int, text: str, more: dict[str, Any] | None = None) -> Response:
    """An answer of a route that says no."""
    return answer({**(more or {}), "message": text}, status)


def forbidden() -> Response:
    """A wrong key, a missing permission, an unknown user, and an app that is not set up yet: all alike."""
    return answer({"status": 403, "error": "You do not have permission to access this endpoint"}, 403)


def outside(status: int, text: str, path: str) -> Response:
    """What the description of the API refuses: no key, an unknown path, another method."""
    return answer({"message": text, "errors": [{"path": path, "message": text}]}, status)


def number_in_path(text: str, name: str) -> int:
    """The number that a path has to have there; Refusal where it has something else."""
    if not text.lstrip("-").isdigit():
        raise Refusal(_invalid([(f".params.{name}", "should be integer", "type", f"request.params.{name} should be integer")]))
    return int(text)


def check(kind: str, body: _Json) -> dict[str, Any]:
    """The body, where the description of the API takes it; Refusal with every fault in it."""
    told = body if isinstance(body, dict) else {}
    rule = rules()["bodies"][kind]
    found = [_fault(f".body.{name}", f"request.body.{name}", "is read-only", "readOnly") for name in rule.get("read_only", ()) if name in told]
    missing = [name for name in rule.get("required", ()) if name not in told]
    found += [_fault(f".body.{name}", "request.body", f"should have required property '{name}'", "required") for name in missing]
    found += _wrong(told, rule["types"], "")
    if found:
        raise Refusal(_invalid(found))
    return told


_Fault = tuple[str, str, str, str]


def _fault(path: str, place: str, text: str, code: str) -> _Fault:
    return path, text, code, f"{place} {text}"


def _wrong(told: dict[str, Any], types: dict[str, Any], above: str) -> list[_Fault]:
    found: list[_Fault] = []
    for name, value in told.items():
        wanted, place = types.get(name), f"{above}.{name}"
        if isinstance(wanted, dict):
            found += _wrong(value, wanted, place) if isinstance(value, dict) else []
            continue
        kind, dummy, null = (wanted or "").partition("|")
        if kind and not (value is None and null) and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
            found.append(_fault(f".body{place}", f"request.body{place}", f"should be {kind}", "type"))
    return found


def _invalid(found: list[_Fault]) -> Response:
    errors = [{"path": path, "message": text, "errorCode": f"{code}.openapi.validation"} for path, text, code, dummy in found]
    return answer({"message": ", ".join(each[3] for each in found), "errors": errors}, 400)


def cron(text: _Json) -> bool:
    """Whether the app takes a schedule: six fields of the usual signs."""
    fields = text.split() if isinstance(text, str) else []
    return len(fields) == 6 and all(set(each) <= set("0123456789*/,-") for each in fields)
