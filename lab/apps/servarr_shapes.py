# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What single collections do beyond storing what was sent: lower-case tags, paths, the order of delay profiles, scores of custom formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.apps import servarr_answers as answers
from lab.apps.servarr_answers import Refusal
from lab.apps.servarr_shape import Shape
from lab.apps.servarr_specifications import AutoTagging, CustomFormat

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance

_Row = dict[str, Any]
_LAST = 2147483647


class _Tag(Shape):
    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        return {"label": bound["label"].lower()}

    def deleting(self, instance: Instance, row: _Row) -> None:
        if any(used for name, used in tag_users(instance, row["id"]).items() if name.endswith("Ids")):
            text = f"Tag with ID {row['id']} '{row['label']}' cannot be deleted since it's still in use"
            raise Refusal(answers.message(409, text, "NzbDrone.Core.Datastore.ModelConflictException"))


# Where a tag may be used: the name in /tag/detail, and the collection.
_USERS = {
    "delayProfileIds": "delayprofile", "importListIds": "importlist", "notificationIds": "notification", "restrictionIds": "",
    "releaseProfileIds": "releaseprofile",
    "indexerIds": "indexer", "downloadClientIds": "downloadclient", "autoTagIds": "autotagging", "indexerProxyIds": "indexerproxy",
    "applicationIds": "applications",
    "movieIds": "", "seriesIds": "", "artistIds": "", "authorIds": "",
}  # fmt: skip
_DETAIL = {
    "R": ("delayProfileIds", "importListIds", "notificationIds", "releaseProfileIds", "indexerIds", "downloadClientIds", "autoTagIds", "movieIds"),
    "S": ("delayProfileIds", "importListIds", "notificationIds", "restrictionIds", "indexerIds", "downloadClientIds", "autoTagIds", "seriesIds"),
    "L": (
        "delayProfileIds",
        "importListIds",
        "notificationIds",
        "restrictionIds",
        "artistIds",
        "indexerIds",
        "downloadClientIds",
        "autoTagIds",
    ),
    "A": ("delayProfileIds", "importListIds", "notificationIds", "restrictionIds", "authorIds", "indexerIds", "downloadClientIds"),
    "P": ("notificationIds", "indexerIds", "indexerProxyIds", "applicationIds"),
}


def tag_users(instance: Instance, number: int) -> _Row:
    """The row of /tag/detail for a tag that exists."""
    tag = instance.find("tag", number) or {}
    users = {}
    for name in _DETAIL[instance.letter]:
        path = "releaseprofile" if name == "restrictionIds" else _USERS[name]
        rows = instance.rows.get(path, [])
        users[name] = [row["id"] for row in rows if number in (row.get("tags") or [])]
    return {"label": tag.get("label"), **users, "id": number}


class _RootFolder(Shape):
    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        row = super().store(instance, bound, stored, given)
        if instance.letter != "A":
            # Readarr keeps a slash at the end, the others drop it, Lidarr also from the root.
            row["path"] = row["path"].rstrip("/") or ("" if instance.letter == "L" else "/")
        if instance.letter == "A" and not row["isCalibreLibrary"]:
            row |= dict.fromkeys(("host", "urlBase", "username", "password", "library", "outputFormat"))
            row |= {"port": 0, "outputProfile": "default", "useSsl": False}
        if instance.letter == "L" and row.get("defaultTags") is None:
            row["defaultTags"] = []
        return {key: value for key, value in row.items() if key not in ("accessible", "freeSpace", "totalSpace", "unmappedFolders")}

    def show(self, instance: Instance, row: _Row) -> _Row:
        told = {**row, "accessible": True, "freeSpace": instance.free_space()}
        if instance.letter in "LA":
            return {**told, "totalSpace": 270_553_174_016}
        return {**told, "unmappedFolders": []}


class _RemotePath(Shape):
    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        row = super().store(instance, bound, stored, given)
        if stored is None and not bound["id"]:
            row |= {name: _ended(row[name]) for name in ("remotePath", "localPath")}
        same = (other for other in instance.rows["remotepathmapping"] if other["id"] != bound["id"])
        if any(other["host"] == row["host"] and other["remotePath"].rstrip("/") == row["remotePath"].rstrip("/") for other in same):
            raise Refusal(answers.message(500, "RemotePath already configured."))
        return row


def _ended(path: str) -> str:
    """A path that can be recognised as one ends with its separator."""
    if path.startswith("/"):
        return f"{path.rstrip('/')}/"
    return path.rstrip("\\") + "\\" if path[1:3] == ":\\" else path


class _DelayProfile(Shape):
    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        row = super().store(instance, bound, stored, given)
        if stored is None:
            row["order"] = len(instance.rows["delayprofile"])
        return row

    def deleting(self, instance: Instance, row: _Row) -> None:
        if row["id"] == 1:
            raise Refusal(answers.refused(405, "MethodNotAllowed", "Cannot delete global delay profile"))
        rest = sorted((each for each in instance.rows["delayprofile"] if each["id"] not in (1, row["id"])), key=lambda each: each["order"])
        for place, each in enumerate(rest, start=1):
            each["order"] = place


def reorder(instance: Instance, number: int, after: int | None) -> list[_Row]:
    """Move a delay profile behind another one, or to the front."""
    rows = instance.rows["delayprofile"]
    moved = next((row for row in rows if row["id"] == number), None)
    if moved is None or number == 1:
        return sorted(rows, key=lambda row: row["order"])
    if after == 1:
        moved["order"] = _LAST
        return rows
    others = sorted((row for row in rows if row["id"] not in (1, number)), key=lambda row: row["order"])
    place = next((index + 1 for index, row in enumerate(others) if row["id"] == after), 0)
    for order, row in enumerate([*others[:place], moved, *others[place:]], start=1):
        row["order"] = order
    return rows


class _QualityDefinition(Shape):
    """Title and sizes can be changed; the rest is the app's."""

    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        if stored is None:
            raise Refusal(answers.message(500, "Sequence contains no matching element"))
        for name, column in (("quality", "Quality"), ("title", "Title")):
            if bound.get(name) is None:
                if instance.letter == "A":
                    return stored
                raise Refusal(answers.constraint(f"NOT NULL constraint failed: QualityDefinitions.{column}", instance.letter == "L"))
        row = {**stored, **{name: bound[name] for name in ("title", "quality") if bound.get(name) is not None}}
        return row | {name: bound[name] for name in ("minSize", "maxSize", "preferredSize") if name in bound}

    def show(self, instance: Instance, row: _Row) -> _Row:
        known = [each["quality"]["id"] for each in instance.data["rows"]["qualitydefinition"]]
        if row["quality"].get("id", 0) not in known:
            raise Refusal(answers.message(500, f"Error parsing column 1 (Quality={row['quality']['id']} - Int64)", "System.Data.DataException"))
        return row


def refuse_used_profile(instance: Instance, name: str, title: str, row: _Row) -> None:
    """Refusal for a profile that an import list or a root folder uses."""
    users = [*instance.rows.get("importlist", []), *instance.rows.get("rootfolder", [])]
    used = any(row["id"] in (user.get(f"{name}Id"), user.get(f"default{name[:1].upper()}{name[1:]}Id")) for user in users)
    if used or (name == "metadataProfile" and row["name"] == "None"):
        told = row["id"] if instance.letter == "R" else row["name"]
        raise Refusal(answers.message(500 if instance.letter in "RP" else 400, f"{title} [{told}] is in use."))


class _QualityProfile(Shape):
    def before_checks(self, instance: Instance, bound: _Row, given: frozenset[str]) -> None:
        if bound.get("formatItems") is None:
            raise Refusal(answers.null_argument("source"))

    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        row = super().store(instance, bound, stored, given)
        formats = {each["id"]: each for each in instance.rows.get("customformat", [])}
        kept = [each for each in row["formatItems"] if each.get("format") in formats]
        if row["minFormatScore"] > 0 and not kept:
            raise Refusal(answers.message(500, "Sequence contains no elements"))
        row["formatItems"] = [{"format": each["format"], "score": each.get("score", 0)} for each in kept]
        return row

    def deleting(self, instance: Instance, row: _Row) -> None:
        refuse_used_profile(instance, "qualityProfile", "QualityProfile" if instance.letter in "RS" else "Profile", row)

    def show(self, instance: Instance, row: _Row) -> _Row:
        language = row.get("language")
        if language and language.get("id") not in {each.get("id", 0) for each in instance.data["languages"]}:
            raise Refusal(answers.message(500, f"Error parsing column 4 (Language={language.get('id')} - Int64)", "System.Data.DataException"))
        names = {each["id"]: each["name"] for each in instance.rows.get("customformat", [])}
        return {
            **row,
            "formatItems": [{"format": each["format"], "name": names.get(each["format"], ""), "score": each["score"]} for each in row["formatItems"]],
        }


def profile_template(instance: Instance, path: str) -> _Row:
    """What a new profile starts from: of quality profiles, every custom format is a part."""
    told: _Row = instance.data["profile_template"][path]
    formats = instance.rows.get("customformat", []) if path == "qualityprofile" else []
    return {**told, "formatItems": [{"format": each["id"], "name": each["name"], "score": 0} for each in formats]} if formats else told


class _MetadataProfile(Shape):
    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        row = super().store(instance, bound, stored, given)
        return row | ({"ignored": row["ignored"] or []} if instance.letter == "A" else {})

    def deleting(self, instance: Instance, row: _Row) -> None:
        refuse_used_profile(instance, "metadataProfile", "Metadata profile", row)


class _AppProfile(Shape):
    def deleting(self, instance: Instance, row: _Row) -> None:
        used = any(user["appProfileId"] == row["id"] for user in instance.rows["indexer"])
        if used or len(instance.rows["appprofile"]) == 1:
            raise Refusal(answers.message(500, f"AppSyncProfile [{row['name']}] is in use."))


class _ReleaseProfile(Shape):
    def before_checks(self, instance: Instance, bound: _Row, given: frozenset[str]) -> None:
        if ("tags" in given and bound.get("tags") is None) or (instance.letter in "LA" and bound.get("ignored") is None):
            raise Refusal(answers.null_argument("source"))

    def store(self, instance: Instance, bound: _Row, stored: _Row | None, given: frozenset[str]) -> _Row:
        row = super().store(instance, bound, stored, given)
        return row | {name: row[name] or [] for name in ("required", "ignored", "tags")}


SHAPES: dict[str, Shape] = {
    "tag": _Tag(),
    "rootfolder": _RootFolder(),
    "remotepathmapping": _RemotePath(),
    "delayprofile": _DelayProfile(),
    "qualitydefinition": _QualityDefinition(),
    "qualityprofile": _QualityProfile(),
    "customformat": CustomFormat(),
    "autotagging": AutoTagging(),
    "releaseprofile": _ReleaseProfile(),
    "metadataprofile": _MetadataProfile(),
    "appprofile": _AppProfile(),
}
