# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that an app masks and that its docker host did not tell either: why, and what to do about it. Each stays one gap, and is counted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import Gap
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.settings_shapes import HASHED, MASKED
from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_run import Planned

if TYPE_CHECKING:
    from ansible_collections.homelab.media_center.plugins.module_utils.module.settings_decide import Write

_NO_HOST = "name the docker host of the app in media_center_docker_host, so that its own database is asked"


@dataclasses.dataclass(frozen=True)
class Why:
    """Why something was not read on a docker host; ``what`` is ``secrets``, ``api_key`` or ``both``."""

    host: str
    what: str
    reason: str
    remedy: str = ""


def reasons_of(params: Mapping[str, Any], redactor: Redactor) -> Tuple[Why, ...]:
    """What the options of a settings module say of secrets that could not be read."""
    host = params["secrets_host"] or "its docker host"
    told = params["unread_secrets"] or ()
    return tuple(Why(host, each.get("what") or "both", redactor.text(each["reason"]), redactor.text(each.get("remedy") or "")) for each in told)


def still_known(fingerprints: Mapping[str, str], done: Sequence[Write]) -> Mapping[str, str]:
    """The fingerprints without those of secrets that were written since: what they stand for is gone."""
    gone = {"/".join((write.resource, write.key, path)).lower() for write in done for path in write.values}
    return {place: fingerprint for place, fingerprint in fingerprints.items() if place.lower() not in gone}


def explained(planned: Planned, why: Sequence[Why], fingerprints: Mapping[str, str], done: Sequence[Write] = ()) -> Tuple[Planned, List[Dict[str, Any]]]:
    """The comparison in which each secret that nobody could see says why, and what to do.

    And, for the report's one line a docker host, how many those are that such a host did not tell.
    """
    about = [each for each in why if each.what != "api_key"]
    reason, remedy = "; ".join(each.reason for each in about), _remedies(about)
    written = {(write.resource, write.key, path) for write in done for path in write.values}
    count = 0
    gaps: List[Gap] = []
    for gap in planned.plan.gaps:
        if gap.kind != "not_comparable" or gap.reason not in (MASKED.reason, HASHED.reason):
            gaps.append(gap)
        elif (gap.resource, gap.key, gap.path) in written:
            gaps.append(dataclasses.replace(gap, reason="it was written just now, and {0}".format(gap.reason), remedy="audit again"))
        elif about:
            count += 1
            gaps.append(dataclasses.replace(gap, reason="{0}; {1}: {2}".format(gap.reason, about[0].host, reason), remedy=remedy))
        else:
            gaps.append(gap if fingerprints else dataclasses.replace(gap, remedy=_NO_HOST))
    line = [{"host": about[0].host, "count": count, "reason": reason, "remedy": remedy}] if count else []
    return dataclasses.replace(planned, plan=dataclasses.replace(planned.plan, gaps=tuple(gaps))), line


def without_key(error: GatewayError, why: Sequence[Why]) -> GatewayError:
    """A refusal of an app whose key was to be found on its docker host, with the reason why it was not."""
    about = [each for each in why if each.what != "secrets"]
    if error.status != 401 or not about:
        return error
    message = "{0}; its key was not found on {1}: {2}".format(error.message, about[0].host, "; ".join(each.reason for each in about))
    return error.but(message, _remedies(about) or error.remedy)


def _remedies(about: Sequence[Why]) -> str:
    return "; ".join(dict.fromkeys(each.remedy for each in about if each.remedy))
