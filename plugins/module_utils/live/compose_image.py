# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which image a container runs, whether it is still what its reference names, and what the container inherits from it."""
from __future__ import annotations

from typing import Any, Optional

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.model import ABSENT, Unknown
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_project import LABEL, Project, Sides, Subject, default_names
from ansible_collections.homelab.media_center.plugins.module_utils.live.compose_values import Raw, same_reference

#: What an image says about the containers made from it; the engine leaves empty ones out from API 1.52.
_COMPARED_CONFIG = ("Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "OnBuild", "StopSignal", "User", "Volumes", "WorkingDir")
#: Only ``docker commit`` of a service's container puts these into an image; a build by compose does not.
_COMMITTED_LABELS = (LABEL + "config-hash", LABEL + "container-number", LABEL + "oneoff")
IMAGE_GONE_REMEDY = "recreate the service, or pull its image again"


def reference_of(project: Project, name: str) -> str:
    """The image reference of a service; one that is only built has compose's default name."""
    service = project.services.get(name) or {}
    return str(service.get("image") or f"{project.context.project}-{name}")


def running_image(project: Project, name: str, inspect: Raw) -> Optional[Raw]:
    """The record of the image that a container runs, or of one that is proved to be the same; None where it is gone.

    On the containerd store a record can be gone while its container runs on, for good.
    """
    if not inspect:
        return None
    found = _asked(project, str(inspect.get("Image") or ""))
    if _usable(found):
        return found
    wanted = _asked(project, reference_of(project, name)) if name in project.services else None
    return wanted if _usable(wanted) and _same_manifest(inspect, wanted or {}) else None


def image_values(subject: Subject, sides: Sides) -> None:
    """``image`` and, where the reference is the same, ``image_id``."""
    if not subject.service:
        sides.pair("image", ABSENT, str(subject.config.get("Image") or ""))
        return
    declared, running = _declared_reference(subject), str(subject.config.get("Image") or "")
    same = same_reference(declared, running)
    sides.pair("image", declared, declared if same else running)
    if subject.inspect and same:
        _identity(subject, sides, declared)
    baked = (subject.image_config.get("Labels") or {}) if subject.inspect else {}
    if any(each in baked for each in _COMMITTED_LABELS):
        sides.note(
            "image_committed", "its image was made by 'docker commit' from a container, so git does not say what is in it",
            severity="medium", path="image", remedy="pull or build the image again, then recreate the service",
        )


def _declared_reference(subject: Subject) -> str:
    declared = reference_of(subject.project, subject.name)
    if subject.service.get("image"):
        return declared
    compatible = default_names(subject.project.context.project, subject.name, 0)[1].rpartition("_")[0]
    return compatible if subject.config.get("Image") == compatible else declared


def _identity(subject: Subject, sides: Sides, reference: str) -> None:
    running = _bare(subject.inspect.get("Image"))
    try:
        wanted = subject.project.facts.image(reference)
        if wanted is None:
            unknown = Unknown(f"the host has no image {reference} to compare with", "pull it: docker compose pull " + subject.name)
            sides.pair("image_id", unknown, _told(running))
            return
        known = _bare(wanted.get("Id"))
        if known == running:
            sides.pair("image_id", _told(known), _told(running))
            return
        manifests = _manifest(subject.inspect), _manifest_of(subject.inspect, wanted)
        if all(manifests):
            _by_manifest(sides, manifests[0] or "", manifests[1] or "")
            return
        old = subject.project.facts.image(str(subject.inspect.get("Image") or ""))
    except GatewayError as error:
        sides.pair("image_id", Unknown(error.message, error.remedy), _told(running))
        return
    if not _usable(old):
        reason = f"the tag {reference} moved and the record of the image that runs is gone"
        sides.pair("image_id", Unknown(reason, "recreate the service to run what the tag names now"), _told(running))
    elif _content(old or {}) == _content(wanted):
        sides.pair("image_id", _told(known), _told(known))
    else:
        sides.pair("image_id", _told(known), _told(running))


def _by_manifest(sides: Sides, running: str, wanted: str) -> None:
    sides.pair("image_id", _told(_bare(wanted)), _told(_bare(running)))
    if running == wanted:
        sides.note("image_index_moved", "the tag has a new index, its image for this platform is the one that runs", path="image_id")


def _asked(project: Project, reference: str) -> Optional[Raw]:
    try:
        return project.facts.image(reference) if reference else None
    except GatewayError:
        return None


def _usable(image: Optional[Raw]) -> bool:
    # The containerd store answers for an index whose image for this platform is not here, with nothing in it.
    return bool(image) and bool((image or {}).get("Config") or (image or {}).get("Architecture"))


def _manifest(inspect: Raw) -> Optional[str]:
    return (inspect.get("ImageManifestDescriptor") or {}).get("digest")


def _manifest_of(inspect: Raw, image: Raw) -> Optional[str]:
    """The digest of an image's manifest for the platform that the container runs on, where the engine tells both."""
    platform = (inspect.get("ImageManifestDescriptor") or {}).get("platform") or {}
    for each in image.get("Manifests") or ():
        told = ((each.get("ImageData") or {}).get("Platform")) or {}
        if each.get("Kind") != "image" or not each.get("Available"):
            continue
        if all(not platform.get(part) or platform.get(part) == told.get(part) for part in ("os", "architecture", "variant")):
            return str(each.get("ID") or "") or None
    return None


def _same_manifest(inspect: Raw, image: Raw) -> bool:
    running = _manifest(inspect)
    return running is not None and running == _manifest_of(inspect, image)


def _content(image: Raw) -> Any:
    config = image.get("Config") or {}
    return (image.get("RootFS") or {}).get("Layers") or [], {each: config.get(each) or None for each in _COMPARED_CONFIG}


def _bare(identity: Any) -> str:
    # Podman leaves the algorithm out.
    return str(identity or "").rpartition(":")[2]


def _told(identity: str) -> str:
    return "sha256:" + identity
