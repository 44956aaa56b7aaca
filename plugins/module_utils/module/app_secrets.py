# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of the module ``app_secrets_info``: what the apps of a docker host keep secret, as fingerprints."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any, Dict, List, Mapping, Union

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.redact import Redactor
from ansible_collections.homelab.media_center.plugins.module_utils.live.docker_engine import Engine, segment
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_app_files import (
    APP_FILES,
    SERVARR,
    AppFiles,
    certificate_password,
    environment_of,
    folder_of,
    key_in,
    postgres_host,
    read_file,
)
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_child import Unreadable
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_database import DatabaseRows, read_database
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_mounts import far_file_system
from ansible_collections.homelab.media_center.plugins.module_utils.live.host_secrets import HOST, password_matches, queries, secrets_of
from ansible_collections.homelab.media_center.plugins.module_utils.module.arguments import Spec, engine_arguments
from ansible_collections.homelab.media_center.plugins.module_utils.module.workspace import workspace
from ansible_collections.homelab.media_center.plugins.module_utils.resources.servarr import APPS

DATA_PATH_REMEDY = "say with data_path which folder of this host the app keeps its data in"


def arguments() -> Spec:
    """Arguments of ``app_secrets_info``."""
    options = {
        "name": {"type": "str", "required": True},
        "app": {"type": "str", "required": True, "choices": sorted(APP_FILES)},
        "container": {"type": "str"},
        "data_path": {"type": "path"},
        "settings_file": {"type": "path"},
    }
    return {
        "apps": {"type": "list", "elements": "dict", "required": True, "options": options, "required_one_of": [("container", "data_path")]},
        "fingerprint_key": {"type": "str", "no_log": True},
        "discover_keys": {"type": "bool", "default": False},
        # One text: of a dictionary Ansible would cut each password out of every text of the result.
        "declared_passwords": {"type": "json", "no_log": True},
        **engine_arguments(),
    }


def run(module: AnsibleModule) -> None:
    """Read all apps and exit. What cannot be read is listed as not comparable and fails nothing."""
    names = [each["name"] for each in module.params["apps"]]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        module.fail_json(msg="apps has two entries called {0}; give each instance a name of its own".format(", ".join(doubled)))
    passwords = _passwords(module)
    with contextlib.ExitStack() as stack:
        reader = SecretsReader(module, stack, passwords)
        for each in module.params["apps"]:
            reader.read(each)
    module.exit_json(changed=False, **reader.result(module.params["discover_keys"]))


def _passwords(module: AnsibleModule) -> Mapping[str, str]:
    try:
        told = json.loads(module.params["declared_passwords"] or "{}")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        module.fail_json(msg="declared_passwords has to be a mapping of instances to passwords, as JSON")
    # A settings file may say of a password that it is to be kept.
    return {str(name): value for name, value in told.items() if isinstance(value, str) and value}


class SecretsReader:
    """Reads one app after another and gathers what may be told of them."""

    def __init__(self, module: AnsibleModule, stack: contextlib.ExitStack, passwords: Mapping[str, str]) -> None:
        self._module = module
        self._stack = stack
        self._passwords = passwords
        self._redactor = Redactor(module.params["fingerprint_key"] or os.urandom(32).hex())
        self._folder = ""
        self._engine: Union[Engine, GatewayError, None] = None
        self._fingerprints: Dict[str, Dict[str, str]] = {}
        self._verified: Dict[str, str] = {}
        self._keys: Dict[str, str] = {}
        self._states: Dict[str, str] = {}
        self._not_comparable: List[Dict[str, str]] = []

    def result(self, with_keys: bool) -> Dict[str, Any]:
        """What the module returns."""
        told: Dict[str, Any] = {
            "fingerprints": self._fingerprints,
            "passwords": self._verified,
            "states": self._states,
            "not_comparable": self._not_comparable,
        }
        return {**told, "api_keys": self._keys} if with_keys else told

    def read(self, entry: Mapping[str, Any]) -> None:
        """Read one app. Never raises for what the host has or lacks."""
        name = entry["name"]
        discover = self._module.params["discover_keys"]
        if name in self._passwords:
            self._verified[name] = "unknown"
        container = self._container(entry["container"]) if entry["container"] else {}
        # The folder can be known without the engine, and then only what the container's variables say is missed.
        if isinstance(container, Unreadable) and entry["data_path"]:
            container = {}
        app = APP_FILES[entry["app"]]
        if app.password is not None:
            self._password_file(entry, app, container)
            return
        all_of_it = "both" if discover and app.database else "secrets" if app.database else "api_key"
        if isinstance(container, Unreadable):
            self._miss(name, container, all_of_it)
            return
        environment = environment_of(container)
        variable = next((environment[each] for each in app.variables if environment.get(each)), "")
        if entry["app"] not in SERVARR and (not discover or variable):
            self._keys.update({name: variable} if variable and discover else {})
            return
        folder = entry["data_path"] or folder_of(app, container)
        if isinstance(folder, Unreadable):
            self._miss(name, folder, all_of_it)
            return
        file = read_file(folder, app.files)
        if discover:
            key = variable or (file if isinstance(file, Unreadable) else key_in(app, *file))
            if isinstance(key, Unreadable):
                self._miss(name, key, "api_key")
            else:
                self._keys[name] = key
        if app.database:
            self._secrets(entry, folder, "" if isinstance(file, Unreadable) else file[1], environment, variable)

    def _password_file(self, entry: Mapping[str, Any], app: AppFiles, container: Union[Mapping[str, Any], Unreadable]) -> None:
        """The password of an app that keeps a hash of it in a file, and shows everything else."""
        name = entry["name"]
        if name not in self._passwords or app.password is None:
            return
        folder = container if isinstance(container, Unreadable) else entry["data_path"] or folder_of(app, container)
        file = folder if isinstance(folder, Unreadable) else read_file(folder, app.files)
        if isinstance(file, Unreadable):
            self._miss(name, file)
            return
        self._verified[name] = app.password(file[1], self._passwords[name])
        if self._verified[name] == "unknown":
            remedy = "set web_ui_password once: without one the app makes another at each start"
            self._miss(name, Unreadable("no password is kept in {0}".format(file[0]), remedy))
        self._fingerprints[name] = self._of_password(name, app.place)

    def _secrets(self, entry: Mapping[str, Any], folder: str, text: str, environment: Mapping[str, str], variable: str) -> None:
        name, app, files = entry["name"], APPS[entry["app"]], APP_FILES[entry["app"]]
        answer = self._database(entry["app"], folder, text, environment)
        if isinstance(answer, Unreadable):
            self._miss(name, answer)
            return
        secrets = secrets_of(app, answer.rows, self._redactor)
        found = dict(secrets.fingerprints)
        in_file = {"apiKey": variable or files.key(text), "sslCertPassword": certificate_password(text)}
        found.update({"/".join((HOST, "", path)): self._redactor.fingerprint(value) for path, value in in_file.items() if value})
        self._fingerprints[name] = found
        self._states[name] = answer.state
        if name in self._passwords:
            self._verified[name] = password_matches(answer.rows, self._passwords[name])
            found.update(self._of_password(name, files.place))
        faults = [*secrets.faults, *("{0}: {1}".format(kind, why) for kind, why in sorted(answer.faults.items()))]
        if faults:
            reason = "{0} could not be read whole: {1}".format(files.database, "; ".join(faults))
            self._miss(name, Unreadable(self._redactor.text(reason), "check that this version of {0} is a supported one".format(app.title)))

    def _of_password(self, name: str, place: str) -> Dict[str, str]:
        """A fingerprint for a password of which only a hash is stored: the declared one's where that is the one, else one that nothing equals."""
        told = {"equal": self._passwords[name], "different": os.urandom(32)}.get(self._verified[name])
        return {} if told is None else {place: self._redactor.fingerprint(told)}

    def _database(self, app: str, folder: str, text: str, environment: Mapping[str, str]) -> Union[DatabaseRows, Unreadable]:
        if postgres_host(text, environment, app):
            return Unreadable("the app keeps its settings in PostgreSQL", "compare its secrets by hand")
        far = far_file_system(folder)
        if far:
            reason = "{0} lies on a file system ({1}) on which a database in use cannot be read safely".format(folder, far)
            return Unreadable(reason, "where the folder has a path on a local disk (/mnt/cache on Unraid), name it with data_path")
        return read_database(folder, APP_FILES[app].database, queries(APPS[app]), self._scratch)

    def _scratch(self) -> str:
        if not self._folder:
            self._folder = self._stack.enter_context(workspace(self._module)).folder()
        return self._folder

    def _container(self, name: str) -> Union[Mapping[str, Any], Unreadable]:
        if self._engine is None:
            self._engine = self._opened()
        if isinstance(self._engine, GatewayError):
            return _no_engine(self._engine)
        try:
            found = self._engine.find("/containers/{0}/json".format(segment(name)))
        except GatewayError as error:
            self._engine = error
            return _no_engine(error)
        finally:
            if isinstance(self._engine, Engine):
                self._engine.close()
        if not isinstance(found, dict):
            return Unreadable("this host has no container called {0}".format(name), "correct media_center_container, or " + DATA_PATH_REMEDY)
        return found

    def _opened(self) -> Union[Engine, GatewayError]:
        options = {name: self._module.params[name] for name in engine_arguments() if self._module.params.get(name) is not None}
        try:
            return Engine(**options)
        except GatewayError as error:
            return error

    def _miss(self, name: str, why: Unreadable, what: str = "secrets") -> None:
        told = {"instance": name, "what": what, "reason": why.reason, "remedy": why.remedy}
        if told not in self._not_comparable:
            self._not_comparable.append(told)


def _no_engine(error: GatewayError) -> Unreadable:
    remedy = "; or ".join(each for each in (error.remedy, DATA_PATH_REMEDY) if each)
    return Unreadable("{0}: {1}".format(error.target or "Docker Engine", error.message), remedy)
