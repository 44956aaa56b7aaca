# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Overseerr, Jellyseerr and Seerr do at each path below `/api/v1`."""

from __future__ import annotations

import base64
import copy
import json
from typing import TYPE_CHECKING, Any

from lab.apps import seerr_users
from lab.apps.seerr_call import ProcessEnds
from lab.apps.seerr_checks import Refusal, answer, check, cron, message, number_in_path, rules
from lab.apps.seerr_store import merged

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.apps.seerr_call import Call, Routes
    from lab.apps.seerr_store import Store
    from lab.server import Response

_Json = Any
_NEXT = "2026-11-24T05:00:00.000+00:00"


def of_app(store: Store) -> Routes:
    """The routes that this app has. An unknown page or agent is an unknown path."""
    pages, agents = store.memory["pages"], "|".join(store.memory["agents"])
    found: Routes = [
        ("", {"GET": lambda call: answer({"api": f"{call.store.title} API", "version": "1.0"})}),
        ("/status", {"GET": _status}),
        ("/status/appdata", {"GET": lambda call: answer({"appData": True, "appDataPath": "/app/config", "appDataPermissions": True})}),
        ("/settings/public", {"GET": _public}),
        ("/settings/about", {"GET": _about}),
        ("/settings/cache", {"GET": lambda call: answer(call.store.data["cache"])}),
        ("/settings/cache/([^/]+)/flush", {"POST": _flush}),
        ("/settings/main", {"GET": _page("main"), "POST": _merge("main")}),
        ("/settings/main/regenerate", {"POST": _page("main")}),
        ("/settings/plex", {"GET": _page("plex"), "POST": _plex}),
        ("/settings/plex/library", {"GET": _libraries}),
        ("/settings/plex/sync", {"GET": lambda call: answer({"running": False, "progress": 0, "total": 0}), "POST": _sync}),
        ("/settings/plex/devices/servers", {"GET": lambda call: message(500, "Unable to retrieve Plex server list.")}),
        ("/settings/tautulli", {"GET": _page("tautulli"), "POST": _tautulli}),
        ("/settings/jobs", {"GET": lambda call: answer([_job(each) for each in call.store.memory["jobs"]])}),
        ("/settings/jobs/([^/]+)/(run|schedule|cancel)", {"POST": _job_action}),
        (f"/settings/notifications/({agents})", {"GET": _agent, "POST": _write_agent}),
        (f"/settings/notifications/({agents})/test", {"POST": lambda call: message(500, f"Failed to send {call.groups[0].title()} notification.")}),
        ("/settings/(radarr|sonarr)", {"GET": lambda call: answer(call.store.memory[call.groups[0]]), "POST": _add_server}),
        ("/settings/(radarr|sonarr)/test", {"POST": _test}),
        ("/settings/(radarr|sonarr)/([^/]+)", {"PUT": _replace_server, "DELETE": _remove_server}),
        ("/settings/(radarr)/([^/]+)/profiles", {"GET": _profiles}),
        ("/service/(radarr|sonarr)", {"GET": lambda call: answer([_shown(call.groups[0], each) for each in call.store.memory[call.groups[0]]])}),
        ("/service/(radarr|sonarr)/([^/]+)", {"GET": _service}),
    ]
    if "network" in pages:
        found += [("/settings/network", {"GET": _page("network"), "POST": _merge("network")}), ("/settings/jellyfin", {"GET": _page("jellyfin")})]
    if "metadatas" in pages:
        found += [("/settings/metadatas", {"GET": _page("metadatas"), "PUT": _metadatas}), ("/settings/metadatas/test", {"POST": _test_metadatas})]
    return [*found, *seerr_users.routes(store)]


def _page(name: str) -> Callable[[Call], Response]:
    return lambda call: answer(call.store.page(name))


def _merge(name: str) -> Callable[[Call], Response]:
    def write(call: Call) -> Response:
        body = check(name, call.body)
        call.store.memory["pages"][name] = merged(call.store.page(name), body)
        call.store.save()
        return answer(call.store.page(name))

    return write


def _status(call: Call) -> Response:
    store = call.store
    told = {"version": store.version, "commitTag": "local", "updateAvailable": False, "commitsBehind": 0}
    return answer({**told, "restartRequired": store.restart_required})


def _public(call: Call) -> Response:
    told, main = dict(call.store.data["public"]), call.store.page("main")
    shown = {name: main[name] for name in told if name in main}
    if not call.store.users and "mediaServerType" in told:
        shown["mediaServerType"] = 4
    return answer({**told, **shown, "initialized": bool(call.store.users)})


def _about(call: Call) -> Response:
    return answer({"version": call.store.version, "totalMediaItems": 0, "totalRequests": 0, "tz": "UTC", "appDataPath": "/app/config"})


def _flush(call: Call) -> Response:
    known = [each["id"] for each in call.store.data["cache"]["apiCaches"]]
    return answer(None, 204) if call.groups[0] in known else message(404, "Cache not found.")


def _plex(call: Call) -> Response:
    body = check("plex", call.body)
    # The new values are in memory before Plex is asked, and stay there when it does not answer.
    call.store.page("plex").update(body)
    if not call.store.answers(call.store.page("plex")):
        return message(500, "Unable to connect to Plex.")
    call.store.save()
    return answer(call.store.page("plex"))


def _libraries(call: Call) -> Response:
    """A GET that writes: what `enable` does not name is switched off."""
    enabled = (call.query.get("enable") or [""])[0].split(",")
    for each in call.store.page("plex")["libraries"]:
        each["enabled"] = each["id"] in enabled
    call.store.save()
    return answer(call.store.page("plex")["libraries"])


def _sync(call: Call) -> Response:
    return answer({"running": bool((call.body or {}).get("start")), "progress": 0, "total": 0})


def _tautulli(call: Call) -> Response:
    body = check("tautulli", call.body)
    call.store.page("tautulli").update(body)
    # Without a host name there is nothing to ask, and nothing is saved by itself.
    if call.store.page("tautulli").get("hostname"):
        if not call.store.answers(call.store.page("tautulli")):
            return message(500, "Unable to connect to Tautulli.")
        call.store.save()
    return answer(call.store.page("tautulli"))


def _metadatas(call: Call) -> Response:
    told = {name: check("metadatas", call.body)[name] for name in ("tv", "anime")}
    call.store.memory["pages"]["metadatas"] = told
    call.store.save()
    tests = {name: "ok" if name in told.values() else "not tested" for name in ("tvdb", "tmdb")}
    return answer({"success": True, **told, "tests": tests})


def _test_metadatas(call: Call) -> Response:
    return answer({"success": True, "tests": {name: "ok" if (call.body or {}).get(name) else "not tested" for name in ("tmdb", "tvdb")}})


def _job(job: _Json) -> _Json:
    return {**job, "nextExecutionTime": _NEXT, "running": job.get("running", False)}


def _job_action(call: Call) -> Response:
    name, action = call.groups
    job = next((each for each in call.store.memory["jobs"] if each["id"] == name), None)
    if job is None:
        return message(404, "Job not found.")
    if action == "schedule":
        schedule = check("schedule", call.body).get("schedule")
        if not cron(schedule):
            return message(400, "Invalid job schedule.")
        job["cronSchedule"] = schedule
        call.store.save()
    return answer({**_job(job), "running": action == "run" and job["type"] == "process"})


def _agent(call: Call) -> Response:
    told = copy.deepcopy(call.store.memory["agents"][call.groups[0]])
    options = told.get("options") or {}
    if "jsonPayload" in options:
        options["jsonPayload"] = json.loads(base64.b64decode(options["jsonPayload"]))
    return answer(told)


def _write_agent(call: Call) -> Response:
    name = call.groups[0]
    body = check("webhook" if name == "webhook" else "agent", call.body)
    if name == "webhook":
        body = _webhook(call.store, body)
    call.store.memory["agents"][name] = body
    call.store.save()
    return answer(body)


def _webhook(store: Store, body: _Json) -> _Json:
    options = body.get("options")
    if not isinstance(options, dict):
        raise Refusal(message(500, "Cannot read properties of undefined (reading 'jsonPayload')"))
    payload = str(options.get("jsonPayload"))
    try:
        json.loads(payload)
    except ValueError:
        raise Refusal(message(500, f"Unexpected token '{payload[1:2]}', \"{payload}\" is not valid JSON")) from None
    kept = {"jsonPayload": base64.b64encode(payload.encode()).decode(), "webhookUrl": options.get("webhookUrl")}
    if options.get("authHeader") is not None:
        kept["authHeader"] = options["authHeader"]
    if store.name == "seerr":
        kept["supportVariables"] = options.get("supportVariables", False)
    return {name: value for name, value in body.items() if name != "options"} | {"options": kept}


def _add_server(call: Call) -> Response:
    kind = call.groups[0]
    return answer(call.store.insert_server(kind, check(kind, call.body)), 201)


def _server(call: Call, text: str) -> _Json:
    kind = call.groups[0]
    number = number_in_path(call.groups[1], f"{kind}Id")
    found = next((each for each in call.store.memory[kind] if each["id"] == number), None)
    if found is None:
        raise Refusal(message(404, text, {"status": "404"} if kind == "sonarr" and "instance" in text else None))
    return found


def _replace_server(call: Call) -> Response:
    body = check(call.groups[0], call.body)
    found = _server(call, "Settings instance not found")
    return answer(call.store.replace_server(call.groups[0], found["id"], body))


def _remove_server(call: Call) -> Response:
    found = _server(call, "Settings instance not found")
    call.store.memory[call.groups[0]].remove(found)
    call.store.save()
    return answer(found)


def _test(call: Call) -> Response:
    kind = call.groups[0]
    if not call.store.answers(call.body or {}):
        return message(500, f"Failed to connect to {kind.title()}")
    known = rules()["neighbours"]
    told = {"profiles": known["profiles"], "rootFolders": [{"id": 1, "path": known["folders"][kind]}], "tags": known["tags"], "urlBase": ""}
    return answer({**told, "languageProfiles": None} if kind == "sonarr" else told)


def _profiles(call: Call) -> Response:
    if not call.store.answers(_server(call, "Settings instance not found")):
        raise ProcessEnds
    return answer(rules()["neighbours"]["profiles"])


def _shown(kind: str, server: _Json) -> _Json:
    told = {name: server.get(name) for name in ("id", "name", "is4k", "isDefault", "activeDirectory", "activeProfileId")}
    return {**told, "activeTags": server.get("tags") or []}


def _service(call: Call) -> Response:
    kind = call.groups[0]
    found = _server(call, f"{kind.title()} server with provided ID  does not exist.")
    if not call.store.answers(found):
        if kind == "radarr":
            raise ProcessEnds
        return message(500, "[Sonarr] Failed to retrieve system status: connect ECONNREFUSED")
    known = rules()["neighbours"]
    folders = [{"id": 1, "freeSpace": 1000000000000, "path": known["folders"][kind]}]
    return answer({"server": _shown(kind, found), "profiles": known["profiles"], "rootFolders": folders, "tags": known["tags"]})
