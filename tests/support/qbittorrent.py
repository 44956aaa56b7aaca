# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances of qBittorrent, the lab's and the real one, for the same tests, and the modules run on them in this process."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import urlsplit

import requests
from ansible_collections.homelab.media_center.plugins.module_utils.resources.qbittorrent import QBITTORRENT
from ansible_collections.homelab.media_center.plugins.modules import qbittorrent_settings, qbittorrent_settings_info

from lab.apps.qbittorrent import Qbittorrent
from lab.apps.qbittorrent_store import Store
from lab.faults import FaultFile
from lab.request_log import RequestLog
from lab.server import serve
from support.parts import without
from support.settings_run import as_sent, call

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

USER, PASSWORD = "admin", "canary-qbit-webui-02-7f3a9c"
SALT = b"salt of the test"
PROGRAM = "qbittorrent-nox"
#: What a wipe leaves alone: where the instance answers, as whom, and what would reach out of this machine.
_KEPT = ("web_ui_address", "web_ui_port", "web_ui_username", "current_network_interface", "current_interface_address")


def hashed(password: str) -> str:
    """The hash of a password as it stands in the app's file."""
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), SALT, 100_000)
    return "@ByteArray({}:{})".format(*(base64.b64encode(each).decode() for each in (SALT, key)))


@dataclass
class Instance:
    """One instance. ``root`` is what its container would call /config."""

    url: str
    root: Path
    stand_in: Qbittorrent | None = None
    faults: FaultFile | None = None
    sent: list[str] = field(default_factory=list)
    fresh: dict[str, Any] = field(default_factory=dict)
    _admin: requests.Session | None = None

    def ask(self, path: str, **form: Any) -> requests.Response:
        """A request of the test's own, which is not counted: a GET, or a POST of a form."""
        if self._admin is None:
            self._admin = requests.Session()
            self._admin.post(f"{self.url}/api/v2/auth/login", data={"username": USER, "password": PASSWORD}, timeout=10).raise_for_status()
        url = f"{self.url}/api/v2/{path}"
        return self._admin.post(url, data=form, timeout=10) if form else self._admin.get(url, timeout=10)

    def forget(self) -> None:
        """Let the next request of the test log in anew."""
        self._admin = None

    def preferences(self) -> dict[str, Any]:
        """What the app says that it has."""
        found: dict[str, Any] = self.ask("app/preferences").json()
        return found

    def set(self, **preferences: Any) -> None:
        """Change preferences as somebody in the web interface would."""
        self.ask("app/setPreferences", json=json.dumps(preferences)).raise_for_status()

    def categories(self) -> dict[str, Any]:
        """The categories as the app answers them."""
        found: dict[str, Any] = self.ask("torrents/categories").json()
        return found

    def wipe(self) -> None:
        """Everything as it was at first, but for where the instance answers."""
        if not self.fresh:
            self.fresh = self.preferences()
        self.set(**{name: value for name, value in self.fresh.items() if name not in _KEPT})
        if self.categories():
            self.ask("torrents/removeCategories", categories="\n".join(self.categories()))

    def furnish(self) -> None:
        """What a person of the house would have set."""
        self.wipe()
        self.set(
            auto_tmm_enabled=True, max_ratio_enabled=True, max_ratio=2.5, max_active_downloads=8, excluded_file_names="*.exe\n*.lnk",
            bypass_auth_subnet_whitelist="172.18.0.0/24", save_path="/data/torrents", scan_dirs={"/data/watch": 0, "/data/other": "/data/in"},
            autorun_program="/bin/hook --token canary-qbit-hook-02-7f3a9c", proxy_password="canary-qbit-proxy-02-7f3a9c", dl_limit=1048576,
            add_trackers="https://tracker.example/canary-qbit-tracker-02-7f3a9c/announce",
        )  # fmt: skip
        for name, more in {
            "radarr": {"savePath": "/data/torrents/movies"},
            "tv-sonarr": {"savePath": "/data/torrents/tv", "downloadPathEnabled": "true", "downloadPath": "/data/torrents/incomplete/tv"},
            "lidarr": {"savePath": "music", "downloadPathEnabled": "false"},
        }.items():
            self.ask("torrents/createCategory", category=name, **more).raise_for_status()

    def export(self, **more: Any) -> dict[str, Any]:
        """What the info module tells."""
        return self._call(qbittorrent_settings_info, **more)

    def audit(self, document: Mapping[str, Any] | None, **more: Any) -> dict[str, Any]:
        """What the settings module tells, in check mode unless told otherwise, with its diff and what it would do."""
        given: dict[str, Any] = {"target": "qbittorrent", "file": "apps/qbittorrent.yml", "_ansible_check_mode": True}
        if document is not None:
            given |= as_sent(QBITTORRENT, document)
        return self._call(qbittorrent_settings, **{**given, **more})

    def reconcile(self, document: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Let git win."""
        return self.audit(document, _ansible_check_mode=False, git_wins=True, **more)

    def _call(self, module: Any, **more: Any) -> dict[str, Any]:
        self.sent.clear()
        send = requests.adapters.HTTPAdapter.send

        def watched(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            self.sent.append(f"{request.method} {urlsplit(request.url).path.removeprefix('/api/v2/')}")
            return send(adapter, request, *args, **kwargs)

        with mock.patch.object(requests.adapters.HTTPAdapter, "send", watched):
            return call(module, {"url": self.url, "username": USER, "password": PASSWORD, "timeout": 5, **more})

    @property
    def writes(self) -> list[str]:
        """What the last run sent to change something; the one login and the log-out are no part of it."""
        return [each for each in self.sent if not each.startswith("GET ") and each not in ("POST auth/login", "POST auth/logout")]


@contextlib.contextmanager
def in_lab(version: str, folder: Path, **preferences: Any) -> Iterator[Instance]:
    """The stand-in of a version."""
    stand_in = Qbittorrent(Store(version, USER, PASSWORD, folder / "qBittorrent" / "qBittorrent.conf"))
    stand_in.store.preferences.update(preferences)
    log = RequestLog(folder / "requests.jsonl")
    faults = FaultFile(folder / "faults.json")
    listener = serve(stand_in, faults, log)
    stand_in.port = urlsplit(listener.address).port
    try:
        yield Instance(listener.address, folder, stand_in, faults)
    finally:
        listener.close()
        log.close()


@contextlib.contextmanager
def real(folder: Path) -> Iterator[Instance]:
    """The real qBittorrent with a profile of its own, on the loopback alone and with nothing that looks for others."""
    program = shutil.which(PROGRAM)
    if program is None:
        without(f"{PROGRAM} (Debian: apt-get install {PROGRAM})")
    file = folder / "qBittorrent" / "config" / "qBittorrent.conf"
    file.parent.mkdir(parents=True)
    port = _free_port()
    bittorrent = {"DefaultSavePath": folder / "downloads", "Port": _free_port(), "Interface": "lo", "InterfaceName": "lo"}
    bittorrent |= dict.fromkeys(("DHTEnabled", "LSDEnabled", "PeXEnabled"), "false")
    web = {"Address": "127.0.0.1", "Port": port, "Username": USER, "Password_PBKDF2": f'"{hashed(PASSWORD)}"', "BanDuration": 3600}
    lines = ["[LegalNotice]", "Accepted=true", "[BitTorrent]", *(f"Session\\{name}={value}" for name, value in bittorrent.items())]
    lines += ["[Network]", "PortForwardingEnabled=false", "[Preferences]", *(f"WebUI\\{name}={value}" for name, value in web.items()), ""]
    file.write_text("\n".join(lines), encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, f"--profile={folder}"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        instance = Instance(f"http://127.0.0.1:{port}", folder)
        _wait(instance, process, folder / "log")
        yield instance
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait(instance: Instance, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            requests.get(f"{instance.url}/api/v2/app/version", timeout=2)
            return
        time.sleep(0.05)
    raise AssertionError(f"{PROGRAM} did not come up: {log.read_text(errors='replace')[-500:]}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
