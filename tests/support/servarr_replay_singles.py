# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings of one request each: the state that they were made in, as far as a file tells it.

What a read answered was stored. What a write was answered with was stored before it, too, so that an unchanged write stays one; and where a write
was refused because something is there already, it is there.
"""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

from support.servarr_data import PROVIDERS, SPECIFICATIONS
from support.servarr_replay import _HASH, KEY, Replay, Replayed, difference, stored, stored_row
from support.servarr_replay_moves import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.apps.servarr_instance import Instance
    from lab.server import Response

_Json = Any
_TAKEN = re.compile(r"Should be unique|Must be unique|UNIQUE constraint|already (configured|been added)|used in another profile")


def singles(replay: Replay, not_asked: dict[str, str]) -> Iterator[Replayed]:
    """Every recording of one request that `not_asked` (patterns of names) does not leave out."""
    for path in sorted((replay.recordings / replay.app).glob("*__*.json")):
        if path.name.startswith("lifecycle__"):
            continue
        recorded = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(recorded, dict) or not recorded.get("response") or "request" not in recorded:
            continue
        if any(re.search(pattern, path.stem) for pattern in not_asked) or not _is_asked(replay, recorded["request"]):
            continue
        replay.reset()
        prepare(replay, path.stem, recorded)
        answer = _starting(replay, recorded) if "starting_up" in path.stem else replay.send(recorded["request"])
        yield Replayed(replay.app, path.stem, difference(recorded["response"], answer))


def _is_asked(replay: Replay, request: _Json) -> bool:
    """Whether the gateway can meet it: a resource of the settings, or what every request meets."""
    if request["method"] in ("HEAD", "OPTIONS"):
        return False
    path = request["path"].lower()
    inner = re.sub(r"^(/[a-z]+){0,2}?(?=/api/)", "", path)
    prefix = replay.instance.prefix + "/"
    if not inner.startswith(prefix):
        return bool(re.fullmatch(r"(/[a-z]+)*/(ping|initialize\.json|api)/?", path))
    inside = inner[len(prefix) :].strip("/")
    known = [*replay.instance.rows, "system/status", "command", "language", "nosuch"]
    return any(inside == name or inside.startswith(f"{name}/") for name in known)


def _starting(replay: Replay, recorded: _Json) -> Response:
    """503 is answered to who has the key, outside of the API to everybody."""
    if not recorded["request"]["path"].startswith("/api"):
        return replay.stand_in.failure(503)
    answer = replay.send({**recorded["request"], "method": "GET", "path": f"{replay.instance.prefix}/tag"})
    return answer if answer.status == 401 else replay.stand_in.failure(503)


def prepare(replay: Replay, name: str, recorded: _Json) -> None:
    """The state behind one recording."""
    instance, request, response = replay.instance, recorded["request"], recorded["response"]
    _special(replay, name, recorded)
    path, number = _place(replay, request["path"])
    _prepare_formats(instance, request.get("body"), response.get("body"))
    if "/reorder/" in request["path"] and isinstance(response.get("body"), list):
        instance.rows["delayprofile"] = sorted(copy.deepcopy(response["body"]), key=lambda row: row["id"])
        for order, row in enumerate(instance.rows["delayprofile"][1:], start=1):
            row["order"] = order
        return
    if path == "tag" and "/detail" in request["path"]:
        _prepare_users(instance, response.get("body"))
        return
    if request["method"] == "DELETE" and re.search("in_use|used_by", name):
        _prepare_use(instance, path, number or 0, response)
        return
    _prepare_folders(replay, request.get("body"), response)
    if response["status"] == 500 and "unknown_implementation" in name and request["method"] == "GET":
        broken = {"name": "broken", "implementation": "NoSuch", "configContract": "NoSuchSettings", "settings": {}, "tags": []}
        instance.rows[path] = [{"id": number or 1, **broken}]
        return
    body = response.get("body")
    if path not in instance.rows:
        return
    if request["method"] == "GET" and response["status"] == 200 and (isinstance(body, list) or path.startswith("config/")) and number is None:
        if not (path == "tag" and "detail" in request["path"]) and "schema" not in request["path"]:
            instance.rows[path] = stored(path, body)
        return
    if path.startswith("config/"):
        _prepare_singleton(replay, name, path, request, body if response["status"] < 300 else None)
    else:
        _prepare_row(replay, name, path, number, recorded)


def _place(replay: Replay, path: str) -> tuple[str, int | None]:
    inside = re.sub(r"^(/[^/]+)*?/api/v\d/", "", path).strip("/").lower()
    head, _slash, tail = inside.rpartition("/")
    if re.fullmatch(r"-?\d+", tail):
        return head, int(tail)
    while inside and inside not in replay.instance.rows:
        inside = inside.rpartition("/")[0]
    return inside, None


def _prepare_singleton(replay: Replay, name: str, path: str, request: _Json, answered: _Json) -> None:
    row = replay.instance.rows[path]
    if "unchanged" in name and isinstance(request.get("body"), dict):
        row |= request["body"]
    sent = request.get("body") if isinstance(request.get("body"), dict) else {}
    if path == "config/host" and _HASH.fullmatch(str(sent.get("password"))):
        row |= {key: sent[key] for key in ("username", "password") if key in sent}
    if answered is None:
        return
    if isinstance(answered, dict):
        row |= {key: value for key, value in answered.items() if key not in sent or (path == "config/host" and key in ("username", "password"))}


def _prepare_row(replay: Replay, name: str, path: str, number: int | None, recorded: _Json) -> None:
    instance, request, response = replay.instance, recorded["request"], recorded["response"]
    rows, body, sent = instance.rows[path], response.get("body"), request.get("body")
    answered = body if isinstance(body, dict) and response["status"] < 300 and "id" in body else None
    if response["status"] < 300:
        _prepare_references(replay, path, sent)
    if request["method"] == "POST" and answered and response["status"] == 201:
        instance.rows[path] = rows = [row for row in rows if row["id"] < answered["id"]]
        instance.last_ids[path] = answered["id"] - 1
        return
    if re.search("no_id", name) and request["method"] == "PUT" and response["status"] == 400 and isinstance(sent, dict):
        rows.append({**_as_stored(replay, path, sent), "id": 900})
        return
    if request["method"] == "POST" and _TAKEN.search(json.dumps(body or "")) and isinstance(sent, dict):
        rows.append({**_as_stored(replay, path, sent), "id": 900})
        return
    wanted = (answered or {}).get("id") or number or (sent.get("id") if isinstance(sent, dict) else None)
    if request["method"] == "GET" and answered:
        instance.rows[path] = [row for row in rows if row["id"] != wanted] + [stored_row(path, answered)]
    elif request["method"] == "PUT" and wanted and wanted not in (99, 998, 999, 9999, 99999):
        source = answered if answered else sent if isinstance(sent, dict) else {}
        kept = [row for row in rows if row["id"] != wanted]
        # What was refused because of a test was another one before.
        off = {} if answered else dict.fromkeys((*SWITCHES, "onDownload", "enableAutomaticSearch", "enableInteractiveSearch"), False)
        row = _as_stored(replay, path, source)
        instance.rows[path] = [*kept, {**row, **{key: value for key, value in off.items() if key in row}, "id": wanted}]
        if _TAKEN.search(json.dumps(body or "")) and isinstance(sent, dict):
            instance.rows[path].append({**_as_stored(replay, path, sent), "id": 901})
    elif isinstance(sent, dict) and isinstance(sent.get("ids"), list):
        listed = body if isinstance(body, list) else []
        known = {row["id"]: stored_row(path, row) for row in listed if isinstance(row, dict) and "id" in row}
        tags, how = sent.get("tags") or [], sent.get("applyTags") or "add"
        for row in known.values():
            if "tags" in row:
                row["tags"] = [*row["tags"], *tags] if how == "remove" else [tag for tag in row["tags"] if tag not in tags or how == "replace"]
        instance.rows[path] = [row for row in rows if row["id"] not in known] + list(known.values())
    elif request["method"] == "DELETE" and response["status"] == 200 and number and number < 900:
        if path in ("qualityprofile", "metadataprofile", "delayprofile"):
            rows.append({**copy.deepcopy(rows[0]), "id": number, "name": "to be deleted"})
            return
        rows.append({"id": number, "name": "to be deleted", "label": "to-be-deleted", "tags": [], "specifications": [], "settings": {}, "order": 1})


def _prepare_formats(instance: Instance, *bodies: _Json) -> None:
    """The custom formats that profiles name."""
    for body in bodies:
        for profile in body if isinstance(body, list) else [body]:
            for each in (profile.get("formatItems") or []) if isinstance(profile, dict) else []:
                if isinstance(each, dict) and each.get("format", 9999) < 900 and instance.find("customformat", each["format"]) is None and each.get("name"):
                    instance.rows["customformat"].append({"id": each["format"], "name": each["name"], "specifications": []})


_USED_BY = {"delayProfileIds": "delayprofile", "importListIds": "importlist", "notificationIds": "notification", "releaseProfileIds": "releaseprofile",
            "restrictionIds": "releaseprofile", "indexerIds": "indexer", "downloadClientIds": "downloadclient", "autoTagIds": "autotagging",
            "indexerProxyIds": "indexerproxy", "applicationIds": "applications"}  # fmt: skip


def _prepare_users(instance: Instance, body: _Json) -> None:
    """The tags of /tag/detail, and what uses them."""
    for tag in body if isinstance(body, list) else [body]:
        if not isinstance(tag, dict) or "label" not in tag:
            continue
        instance.rows["tag"].append({"id": tag["id"], "label": tag["label"]})
        for name, path in _USED_BY.items():
            instance.rows.setdefault(path, []) if tag.get(name) else None
            instance.rows.get(path, []).extend({"id": number, "tags": [tag["id"]]} for number in tag.get(name, []))


def _prepare_use(instance: Instance, path: str, number: int, response: _Json) -> None:
    """A row that something else uses."""
    told = re.search(r"\[(.*)\]|'(.*)'", (response.get("body") or {}).get("message", ""))
    name = (told[1] or told[2]) if told else "used"
    if path == "tag":
        instance.rows["tag"].append({"id": number, "label": name})
        if response["status"] == 200:
            return
        instance.rows["notification"].append({"id": 1, "tags": [number]})
        return
    rows = instance.rows[path]
    if instance.find(path, number) is None:
        rows.append({**(copy.deepcopy(rows[0]) if rows else {}), "id": number, "name": name})
    user = {"id": 1, "tags": [], "qualityProfileId": number, "metadataProfileId": number, "appProfileId": number}
    instance.rows["indexer" if path == "appprofile" else "importlist"].append(user)


def _prepare_folders(replay: Replay, sent: _Json, response: _Json) -> None:
    told = json.dumps(response.get("body") or "")
    for key, value in sent.items() if isinstance(sent, dict) else ():
        if not isinstance(value, str) or not value.startswith("/"):
            continue
        if key in ("path", "localPath", "recycleBin") and not re.search("PathExists|Path '[^']*' does not exist", told):
            replay.instance.folders.add(value.rstrip("/"))
        if key == "rootFolderPath" and "RootFolderPath" not in told:
            replay.instance.rows["rootfolder"].append({"id": 1, "path": value})


def _prepare_references(replay: Replay, path: str, sent: _Json) -> None:
    for name, other in (("qualityProfileId", "qualityprofile"), ("appProfileId", "appprofile"), ("metadataProfileId", "metadataprofile")):
        number = sent.get(name) if isinstance(sent, dict) else None
        rows = replay.instance.rows.get(other)
        if rows and isinstance(number, int) and 0 < number < 900 and replay.instance.find(other, number) is None:
            rows.append({**copy.deepcopy(rows[0]), "id": number, "name": f"profile {number}"})


def _as_stored(replay: Replay, path: str, body: _Json) -> _Json:
    """A row for a body that was sent: as the stand-in itself stores it, so that what differs is the answer alone."""
    twin = Replay(replay.app, replay.recordings)
    twin.instance.reachable = None
    twin.instance.rows[path] = [row for row in twin.instance.rows[path] if path in ("qualitydefinition",)]
    plain = {key: value for key, value in body.items() if key != "id"}
    _prepare_references(twin, path, plain)
    twin.instance.folders = replay.instance.folders
    answer = twin.send({"method": "POST", "path": f"{replay.instance.prefix}/{path}", "body": plain, "headers": {"X-Api-Key": KEY}})
    if answer.status == 201 and twin.instance.rows[path]:
        return twin.instance.rows[path][-1]
    plain |= {name: [each for each in value if isinstance(each, dict) and "name" in each] if isinstance(value, list) else []
              for name, value in plain.items() if name in ("fields", "specifications")}  # fmt: skip
    if path in PROVIDERS:
        plain = {"tags": [], "fields": [], **plain}
    return stored_row(path, {"specifications": [], **plain} if path in SPECIFICATIONS else plain)


def _special(replay: Replay, name: str, recorded: _Json) -> None:
    """What the name of a recording tells of its state."""
    instance = replay.instance
    if re.search("old_key", name):
        instance.host["apiKey"] = "another-key"
    if "database_locked" in name and "after" not in name and "for_3_seconds" not in name:
        replay.instance.locked = "readers" if "for_readers" in name else "writers"
    base = re.match(r"(/[^/]+)/", (recorded["response"].get("headers") or {}).get("Location", "")) if recorded["response"]["status"] in (302, 307) else None
    if base:
        instance.url_base = base[1]
    elif re.search("base_(set|right)|urlbase_", name) and not re.search("before_restart|cleared|^PUT__config_host__url_base", name):
        found = re.match(r"(/[^/]+)/+(api|ping|initialize)", recorded["request"]["path"], re.IGNORECASE)
        instance.url_base = found[1].lower() if found else f"/{replay.app}"
    if re.search("auth_external|auth_forms", name):
        instance.host["authenticationMethod"] = "external" if "external" in name else "forms"
    status = recorded["response"].get("body")
    if recorded["request"]["path"].endswith("system/status") and isinstance(status, dict):
        instance.data["status"] |= {key: value for key, value in status.items() if key not in ("authentication", "urlBase", "branch", "instanceName")}
        for key, mine in (("authentication", "authenticationMethod"), ("branch", "branch"), ("instanceName", "instanceName")):
            if key in status:
                instance.host[mine] = status[key]
        instance.host["urlBase"] = status.get("urlBase", "")
        instance.url_base = "" if "before_restart" in name else instance.host["urlBase"]
    sent_key = (recorded["request"].get("headers") or {}).get("X-Api-Key")
    if sent_key and recorded["response"]["status"] != 401 and not recorded["request"].get("query"):
        instance.host["apiKey"] = sent_key
