# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A settings file of an app on its way to a module: rendered value by value, its secrets apart from the rest."""

from __future__ import annotations

import dataclasses
import json
import os
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_names import secret_name
from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_text import hide, secret_address
from ansible_collections.homelab.media_center.plugins.module_utils.resources.settings import App

#: Keys of a settings file that are no kind and hold no secret: which kinds git manages, and which another program does.
PLAIN = ("managed", "managed_by")
#: What stands in a travelling document for a secret, and for a value that could not be rendered.
SECRET_REF, UNKNOWN_REF = "secret_ref", "unknown"

_TEMPLATES = ("{{", "{%", "{#")
_QUOTES = ("{% raw %}", "{% endraw %}")


class Unrenderable(Exception):
    """A value that needs what is not there; ``str()`` says what, without quoting a value."""


@dataclasses.dataclass(frozen=True)
class Travelling:
    """What a module is given: a document in which secrets are numbers, and the secrets by number."""

    document: Optional[Dict[str, Any]]
    secrets: Sequence[Any] = ()
    lines: Mapping[str, Tuple[int, str]] = dataclasses.field(default_factory=dict)


def lines_of(path: str) -> Dict[str, Tuple[int, str]]:
    """Line and form of every value by dotted path. Raises GatewayError with file and line where the file does not parse."""
    # A module that is given the lines has no use for a parser.
    from ansible_collections.homelab.media_center.plugins.module_utils.repo.yaml_lines import read_yaml

    try:
        with open(path, encoding="utf-8") as handle:
            text = handle.read()
    except (OSError, UnicodeDecodeError) as error:
        raise GatewayError("{0} cannot be read ({1})".format(path, type(error).__name__), remedy="correct the file or its rights") from None
    return {".".join(place): (told.line, told.form) for place, told in read_yaml(text, os.path.basename(path)).places.items()}


def split(app: App, document: Mapping[str, Any], render: Callable[[Any], Tuple[Any, bool]], lines: Mapping[str, Tuple[int, str]]) -> Travelling:
    """Render each value by itself and put secrets apart.

    ``render`` returns the value and whether it came out of a vault; it raises Unrenderable. A value is a secret when
    the app's table says so, when its name means one, or when it came out of a vault. Nothing is known of a kind that
    the app does not have, a slip of the pen perhaps, so all its texts are secrets.
    """
    secrets: List[Any] = []

    def walk(name: str, path: str, value: Any, within: bool = False) -> Any:
        if isinstance(value, Mapping):
            return {str(key): walk(name, "{0}.{1}".format(path, key) if path else str(key), each, within) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [walk(name, path, each, within or _always(app, name, path)) for each in value]
        try:
            rendered, vaulted = render(value)
        except Unrenderable as error:
            return {UNKNOWN_REF: str(error)}
        if isinstance(rendered, (Mapping, list, tuple)) and not vaulted:
            return walk(name, path, rendered, within)
        if rendered not in ("", None) and not isinstance(rendered, bool) and (vaulted or within or _is_secret(app, name, path, rendered)):
            secrets.append(rendered)
            return {SECRET_REF: len(secrets) - 1}
        return rendered

    travelling: Dict[str, Any] = {}
    for name, told in document.items():
        if name in PLAIN:
            travelling[str(name)] = told
        elif isinstance(told, list):
            travelling[str(name)] = [walk(str(name), "", each) for each in told]
        else:
            travelling[str(name)] = walk(str(name), "", told)
    return Travelling(travelling, secrets, lines)


def hidden(secrets: Sequence[Any], headers: Optional[Mapping[str, str]] = None) -> str:
    """Secrets, and headers that let a request past a proxy, as one text; empty where there are none.

    It is a dictionary of a name of its own: what Ansible is told not to log is cut out of everything that a module
    returns, and a bare ``["admin"]`` could well stand in a diff.
    """
    return json.dumps({"media_center_secrets": list(secrets), "headers": dict(headers or {})}) if secrets or headers else ""


def _always(app: App, name: str, path: str) -> bool:
    """Whether all that stands there is secret, such as the headers of a webhook."""
    return name in app.resources and app.resources[name].field(path).secret == "always"


def _is_secret(app: App, name: str, path: str, value: Any) -> bool:
    if name not in app.resources:
        return isinstance(value, str)
    if _always(app, name, path):
        return True
    # The address of a webhook is its secret, whatever it is called.
    return isinstance(value, str) and (secret_name(path) or secret_address(value) or (path in app.resources[name].commands and hide(value) != value))


def quoted(value: Any) -> Any:
    """A value as it has to stand in a settings file: a text with braces of its own, as webhooks have, is no template there."""
    if isinstance(value, str) and any(each in value for each in _TEMPLATES) and "endraw" not in value:
        return _QUOTES[0] + value + _QUOTES[1]
    return value


def unquoted(value: Any) -> Any:
    """The opposite of ``quoted``, for a value that was handed on without being rendered."""
    if isinstance(value, str) and value.startswith(_QUOTES[0]) and value.endswith(_QUOTES[1]):
        return value[len(_QUOTES[0]) : -len(_QUOTES[1])]
    return value


def wrapped(password: str) -> str:
    """A password as an argument that Ansible is told not to log: alone, it would be cut out of everything where it stands as an ordinary word."""
    return json.dumps({"media_center_password": password})


def unwrapped(text: str) -> str:
    """The password of ``wrapped``, or the text where it is one itself."""
    return str(json.loads(text)["media_center_password"]) if text.startswith('{"media_center_password": ') else text


def secrets_of(text: str) -> List[Any]:
    """The secrets of ``hidden``, by number."""
    return list(json.loads(text)["media_center_secrets"]) if text else []


def headers_of(text: str) -> Dict[str, str]:
    """The headers of ``hidden``."""
    return dict(json.loads(text)["headers"]) if text else {}
