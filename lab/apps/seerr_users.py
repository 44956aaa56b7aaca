# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users and override rules of Overseerr, Jellyseerr and Seerr: what stands in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.apps.seerr_call import find
from lab.apps.seerr_checks import answer, check, message, number_in_path
from lab.apps.seerr_store import rule

if TYPE_CHECKING:
    from lab.apps.seerr_call import Call, Routes
    from lab.apps.seerr_store import Store
    from lab.server import Response

_Json = Any


def routes(store: Store) -> Routes:
    """The paths of users, and of rules where the app has them."""
    found: Routes = [
        ("/auth/me", {"GET": lambda call: answer({**find(call.store.users, call.user), "settings": None})}),
        ("/user", {"GET": _users, "POST": _add_user}),
        (r"/user/(\d+)", {"GET": _user, "PUT": _change_user, "DELETE": _remove_user}),
        (r"/user/(\d+)/quota", {"GET": _quota}),
        (r"/user/(\d+)/settings/permissions", {"GET": _permissions, "POST": _set_permissions}),
        (r"/user/(\d+)/settings/main", {"GET": _user_main, "POST": _set_user_main}),
        (r"/user/(\d+)/settings/notifications", {"GET": _user_notifications}),
    ]
    if store.name != "overseerr":
        found += [("/overrideRule", {"GET": lambda call: answer(call.store.rules), "POST": _add_rule})]
        found += [("/overrideRule/([^/]+)", {"PUT": _change_rule, "DELETE": _remove_rule})]
    return found


def _users(call: Call) -> Response:
    take, skip = (int((call.query.get(name) or [default])[0]) for name, default in (("take", "10"), ("skip", "0")))
    users = call.store.users
    info = {"pages": -(-len(users) // take), "pageSize": take, "results": len(users), "page": skip // take + 1}
    return answer({"pageInfo": info, "results": users[skip : skip + take]})


def _user(call: Call) -> Response:
    return answer({**find(call.store.users, int(call.groups[0])), "settings": None})


def _answered(user: _Json, *left: str) -> _Json:
    """A user as a write answers it: without the address."""
    return {name: value for name, value in user.items() if name not in ("email", "plexId", *left)}


def _add_user(call: Call) -> Response:
    body = check("user", call.body)
    if any(each["email"] == str(body.get("email")).lower() for each in call.store.users):
        return answer({"message": "User already exists with submitted email.", "errors": ["USER_EXISTS"]}, 409)
    return answer(_answered(call.store.insert_user(body), "requestCount", "displayName"), 201)


def _change_user(call: Call) -> Response:
    found = find(call.store.users, int(call.groups[0]))
    found.update({name: call.body[name] for name in ("username", "permissions") if name in (call.body or {})})
    told = answer(_answered(found))
    # The name that is shown follows with the next look.
    found["displayName"] = found["username"] or found["plexUsername"] or found["email"]
    return told


def _remove_user(call: Call) -> Response:
    found = find(call.store.users, int(call.groups[0]))
    if found["id"] == 1:
        return message(405, "This account cannot be deleted.")
    call.store.users.remove(found)
    return answer({**_answered(found), "requests": []})


def _quota(call: Call) -> Response:
    found = find(call.store.users, int(call.groups[0]))
    limits = {name: found[f"{name}QuotaLimit"] or 0 for name in ("movie", "tv")}
    return answer({name: {"limit": limit, "used": 0, "restricted": False} for name, limit in limits.items()})


def _permissions(call: Call) -> Response:
    return answer({"permissions": find(call.store.users, int(call.groups[0]))["permissions"]})


def _set_permissions(call: Call) -> Response:
    found = find(call.store.users, int(call.groups[0]))
    body = check("permissions", call.body)
    if found["id"] in (1, call.user):
        return message(403, "You do not have permission to modify this user")
    found["permissions"] = body["permissions"]
    return answer({"permissions": found["permissions"]})


_OF_USER = ("username", "email", "movieQuotaLimit", "movieQuotaDays", "tvQuotaLimit", "tvQuotaDays")


def _user_main(call: Call) -> Response:
    found = find(call.store.users, int(call.groups[0]))
    return answer({name: found[name] for name in _OF_USER})


def _set_user_main(call: Call) -> Response:
    found = find(call.store.users, int(call.groups[0]))
    body = check("user_main", call.body)
    found.update({name: body.get(name) for name in ("username", "movieQuotaLimit", "movieQuotaDays", "tvQuotaLimit", "tvQuotaDays")})
    found["displayName"] = found["username"] or found["plexUsername"] or found["email"]
    return _user_main(call)


def _user_notifications(call: Call) -> Response:
    told = {"emailEnabled": False, "discordEnabled": False, "discordEnabledTypes": 0, "telegramEnabled": False, "webPushEnabled": False}
    return answer({**told, "notificationTypes": {}})


def _add_rule(call: Call) -> Response:
    return answer(call.store.insert_rule(check("rule", call.body)))


def _change_rule(call: Call) -> Response:
    found = find(call.store.rules, number_in_path(call.groups[0], "ruleId"), "Override Rule not found.")
    found.update(rule(check("rule", call.body)))
    return answer(found)


def _remove_rule(call: Call) -> Response:
    found = find(call.store.rules, number_in_path(call.groups[0], "ruleId"), "Override Rule not found.")
    call.store.rules.remove(found)
    return answer({name: value for name, value in found.items() if name != "id"})
