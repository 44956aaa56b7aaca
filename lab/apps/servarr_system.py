# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app says about itself, and its command queue. Health, free space and times move between two looks, as they do in a house."""

from __future__ import annotations

import re
import time
import uuid
from typing import TYPE_CHECKING, Any

from lab.apps import servarr_answers as answers
from lab.apps.servarr_answers import Refusal
from lab.apps.servarr_binding import read_json

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance
    from lab.server import Request, Response

_Row = dict[str, Any]
# A command is started at once and has ended when it is this old, in seconds.
_DURATION = 0.2
_COMMANDS = (
    "CheckHealth", "ApplicationUpdateCheck", "Backup", "Housekeeping", "MessagingCleanup", "RefreshMonitoredDownloads", "RssSync", "ResetApiKey",
    "RefreshMovie", "RefreshSeries", "RefreshArtist", "RefreshAuthor", "MoviesSearch", "SeriesSearch", "ArtistSearch", "AuthorSearch", "ImportListSync",
    "ApplicationIndexerSync", "IndexerDefinitionUpdate", "ResetQualityDefinitions", "DownloadedMoviesScan", "ClearLog", "CleanUpRecycleBin",
)  # fmt: skip


def _now(age: float = 0.0) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - age))


def status(instance: Instance) -> Response:
    """GET /system/status."""
    host = instance.host
    told = {**instance.data["status"], "authentication": host["authenticationMethod"], "urlBase": host["urlBase"], "branch": host["branch"]}
    return answers.answer(told | ({"instanceName": host["instanceName"]} if "instanceName" in told else {}))


def health(instance: Instance) -> Response:
    """GET /health: a notice that comes and goes, and what is unreachable."""
    instance.reads += 1
    link = f"https://wiki.servarr.com/{instance.name}/system"
    found: list[_Row] = []
    if instance.reads % 2:
        found.append({"source": "UpdateCheck", "type": "warning", "message": "New update is available", "wikiUrl": f"{link}#new-update-is-available"})
    if any(row.get("enable") for row in instance.rows.get("downloadclient", [])) and instance.reachable is not None:
        found.append({"source": "DownloadClientCheck", "type": "error", "message": "All download clients are unavailable due to failures",
                      "wikiUrl": f"{link}#download-clients-are-unavailable-due-to-failures"})  # fmt: skip
    return answers.answer(found)


def disk_space(instance: Instance) -> Response:
    """GET /diskspace."""
    free = instance.free_space()
    return answers.answer([{"path": row["path"], "label": "", "freeSpace": free, "totalSpace": 270_553_174_016} for row in instance.rows.get("rootfolder", [])])


def initialize(instance: Instance) -> Response:
    """GET /initialize.json: what the UI starts with, the API key among it."""
    host = instance.host
    told = {"apiRoot": instance.url_base + instance.prefix, "apiKey": host["apiKey"], "release": f"{instance.version}-{host['branch']}",
            "version": instance.version,
            "instanceName": host.get("instanceName") or instance.title, "theme": instance.rows["config/ui"].get("theme"), "branch": host["branch"],
            "analytics": False, "userHash": "c769f566", "urlBase": instance.url_base, "isProduction": False}  # fmt: skip
    response = answers.answer(told)
    response.headers["Content-Type"] = "application/json"
    return response


def commands(instance: Instance, request: Request, number: int | None) -> Response:
    """The command queue: POST starts one, GET tells how far it is, DELETE cannot stop what has started."""
    for each in instance.commands:
        _advance(each)
    if request.method == "POST":
        return _post(instance, read_json(request))
    found = next((each for each in instance.commands if each["id"] == number), None)
    if request.method == "DELETE":
        return answers.message(409, "Unable to cancel task", "NzbDrone.Core.Exceptions.NzbDroneClientException")
    if number is None:
        return answers.answer([_shown(each) for each in instance.commands])
    return answers.answer(_shown(found)) if found else _missing(instance, number)


def _missing(instance: Instance, number: int) -> Response:
    return answers.not_found("CommandModel", number) if instance.traits.get("missing") == "message" else answers.problem(404)


def _post(instance: Instance, body: Any) -> Response:
    name = body.get("name") if isinstance(body, dict) else None
    if not name:
        text = "'Name' must not be empty."
        codes = ["NotNullValidator"] * (name is None) + ["NotEmptyValidator"]
        raise Refusal(answers.failures([answers.failure("Name", text, code, name) for code in codes]))
    known = next((each for each in _COMMANDS if each.lower() == str(name).lower()), None)
    if known is None:
        raise Refusal(answers.message(500, "Sequence contains no matching element"))
    running = next((each for each in instance.commands if each["name"] == known and each["status"] == "started"), None)
    made = running or _start(instance, known, body)
    return answers.answer(_shown(made), 201, f"{instance.prefix}/command/{made['id']}")


def _start(instance: Instance, name: str, sent: _Row) -> _Row:
    instance.writing()
    if name == "ResetApiKey":
        instance.host["apiKey"] = uuid.uuid4().hex
    spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    body = {**{key: sent[key] for key in ("resetTitles",) if key in sent}, "sendUpdatesToClient": True, "updateScheduledTask": True,
            "requiresDiskAccess": False, "isExclusive": False, "isTypeExclusive": False,
            "isLongRunning": False, "name": name, "trigger": "manual", "suppressMessages": name in ("CheckHealth", "ResetQualityDefinitions")}  # fmt: skip
    made = {"name": name, "commandName": spoken, "body": body, "priority": "normal", "status": "started", "result": "unknown", "queued": _now(),
            "started": _now(), "trigger": "manual", "stateChangeTime": _now(), "sendUpdatesToClient": True, "updateScheduledTask": True,
            "id": len(instance.commands) + 1, "@begun": time.monotonic()}  # fmt: skip
    instance.commands.append(made)
    return made


def _advance(command: _Row) -> None:
    if command["status"] == "started" and time.monotonic() - command["@begun"] > _DURATION:
        command |= {
            "status": "completed",
            "result": "successful",
            "ended": _now(),
            "duration": "00:00:00.2000000",
            "stateChangeTime": _now(),
            "message": "Completed",
        }


def _shown(command: _Row) -> _Row:
    return {key: value for key, value in command.items() if not key.startswith("@")}
