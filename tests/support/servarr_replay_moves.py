# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recorder of the *arr apps did between two recorded steps."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

from lab.apps.servarr_shape import Shape
from lab.apps.servarr_shapes import SHAPES

if TYPE_CHECKING:
    from lab.apps.servarr_instance import Instance
    from lab.server import Response

_Json = Any


class Moves:
    """What the recorder did between two steps without a recording of its own: it put the first object back as it was made, removed what a step
    had made beside it, and made what a step needs."""

    def __init__(self, instance: Instance, resource: str, steps: list[_Json]) -> None:
        self.instance, self.resource, self.steps = instance, resource, steps
        self.base: _Json = copy.deepcopy(instance.rows[resource])
        self.extras: list[int] = []

    def before(self, step: _Json) -> None:
        name, rows = step["step"], self.instance.rows
        collection = isinstance(rows[self.resource], list)
        if collection and name not in ("list_with_duplicate", "list_with_two", "list_after_unknown_implementation",
                                       "list_after_unknown_language", "delete_broken_row",
                                       "delete_row_with_unknown_language"):  # fmt: skip
            for number in self.extras:
                self._delete(number)
            self.extras = []
        if name in _RESTORED or any(name.startswith(start) for start in _RESTORED_BY_START):
            self._restore()
        if name == "detail_in_use":
            rows["notification"] = [{"id": 1, "name": "uses the tag", "tags": [step["response"]["body"][0]["id"]], "settings": {}}]
        if name == "delete" and self.resource == "tag":
            rows["notification"] = []
        if name == "testall_one_failing" and self.resource == "indexerproxy":
            rows[self.resource][0]["tags"] = [1]
        elif name == "testall_one_failing" and not (self.resource == "indexer" and self.instance.letter == "P"):
            for row in rows[self.resource]:
                if row["id"] == self.base_id:
                    row |= {key: True for key in SWITCHES if key in row}
        if name == "bulk_delete_one" and collection:
            self.extras = [step["request"]["body"]["ids"][0]]
            rows[self.resource] += [{**copy.deepcopy(row), "id": self.extras[0]} for row in self.base[-1:]]
        if name == "delete" and self.resource == "delayprofile":
            rows[self.resource][0]["order"] = 2147483647
        made = (step["response"].get("body") or {}) if isinstance(step["response"].get("body"), dict) else {}
        if collection and step["request"]["method"] == "POST" and isinstance(made.get("id"), int) and step["response"]["status"] == 201:
            self.instance.last_ids[self.resource] = made["id"] - 1
            highest = max((row["id"] for row in rows[self.resource]), default=0)
            if highest >= made["id"]:
                rows[self.resource] = [row for row in rows[self.resource] if row["id"] < made["id"]] if name == "create" else rows[self.resource]
        broken = next((each for each in self.steps if each["step"] in ("delete_broken_row", "delete_row_with_unknown_language")), None)
        if broken and name in ("post_unknown_implementation", "post_unknown_language"):
            self.instance.last_ids[self.resource] = int(broken["request"]["path"].rpartition("/")[2]) - 1

    def request(self, step: _Json) -> _Json:
        """The request as it was sent: in the recordings bodies of some steps show what the recorder did to them afterwards."""
        request = copy.deepcopy(step["request"])
        body = request.get("body")
        if isinstance(body, dict):
            if step["step"] in ("put_no_id", "put_route_id_only"):
                body.pop("id", None)
            if step["step"] == "put_id_only":
                request["body"] = body = {"id": body["id"]} if "id" in body else body
            for key, value in body.items():
                if isinstance(value, str) and re.fullmatch(r"<.* as in step .*>", value):
                    body[key] = self._told(value, key)
            if step["step"] == "post_with_existing_id":
                body["id"] = int(step["response"]["body"]["message"].rpartition(" ")[2])
        return request

    def after(self, step: _Json, answer: Response) -> None:
        rows, name = self.instance.rows[self.resource], step["step"]
        if name in ("create", "get") and answer.status in (200, 201):
            self.base = copy.deepcopy(rows)
            self.base_id = json.loads(answer.body).get("id")
        if isinstance(rows, list) and step["request"]["method"] == "POST" and name not in ("create", "create_second", "detail_in_use"):
            known = {row["id"] for row in self.base} | {self._second}
            self.extras += [row["id"] for row in rows if row["id"] not in known]
        if name in ("testall_one_failing", "list_after_bulk"):
            for row in rows:
                row |= {key: False for key in SWITCHES if key in row} | ({"tags": []} if self.resource == "indexerproxy" else {})

    def _delete(self, number: int) -> None:
        rows = self.instance.rows[self.resource]
        row = next((each for each in rows if each["id"] == number), None)
        if row is not None:
            SHAPES.get(self.resource, Shape()).deleting(self.instance, row)
            self.instance.remove(self.resource, number)

    base_id = 0

    @property
    def _second(self) -> int:
        step = next((each for each in self.steps if each["step"] == "create_second"), None)
        return int(((step or {}).get("response") or {}).get("body", {}).get("id") or 0) if step else 0

    def _restore(self) -> None:
        if isinstance(self.base, dict):
            self.instance.rows[self.resource] = copy.deepcopy(self.base)
            return
        rows = self.instance.rows[self.resource]
        kept = {row["id"]: row for row in rows}
        self.instance.rows[self.resource] = [copy.deepcopy(row) if row["id"] in kept else row for row in self.base if row["id"] in kept] + [
            row for row in rows if row["id"] not in {each["id"] for each in self.base}
        ]

    def _told(self, text: str, key: str) -> _Json:
        name, side = re.fullmatch(r"<.* as in step (\S+) (request|response)>", text).groups()  # type: ignore[union-attr]
        step = next(each for each in self.steps if each["step"] == name)
        body = step[side]["body"]
        return copy.deepcopy(body[key] if isinstance(body, dict) else body[0][key])


SWITCHES = ("enable", "enabled", "enableRss", "onGrab", "enableAutomaticAdd", "enableAuto")
_RESTORED = (
    "put_id_only", "put_id_and_key_only", "put_route_id_only", "get_after_restore", "put_second_with_name_of_first", "put_unchanged_with_mask", "put_no_id",
    "put_without_title", "get_after_put_without_title", "put_update_list",
)  # fmt: skip
_RESTORED_BY_START: tuple[str, ...] = ()
