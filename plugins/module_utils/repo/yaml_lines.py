# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a YAML file as it is written: its data, not interpolated, and the line and form of every value."""

from __future__ import annotations

import functools
import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Set, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.errors import GatewayError

try:
    import yaml
except ImportError:
    yaml = None  # type: ignore[assignment]

NodePath = Tuple[str, ...]
#: Places that a map holds at most. Aliases can make a small file stand for millions of values.
PLACES_LIMIT = 50000
# Lists that compose also lets one write as a map: "KEY=value" or "KEY".
_ASSIGNMENTS = frozenset(("environment", "labels", "sysctls", "args", "annotations", "extra_hosts", "driver_opts"))
_INTERPOLATED = re.compile(r"(?<!\$)(?:\$\$)*\$(?:\{|[A-Za-z_])")
_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]+")


class Place(NamedTuple):
    """Where a value stands: line (from 1) and form (``literal``, ``interpolated``, ``anchor``, ``merged``)."""

    line: int
    form: str


class Document(NamedTuple):
    """One file: its data, uninterpolated, and the place of every value by its path.

    Entries of a list are found by their index and, where compose has a name for them (the key of a variable or label, the
    target of a volume, the name of a network), by that name, too.
    """

    data: Any
    places: Mapping[NodePath, Place]


def read_yaml(text: str, name: str) -> Document:
    """Parse one YAML document; any tag is accepted. Raises GatewayError with file and line, and no text of the file."""
    if yaml is None:
        raise GatewayError("PyYAML is not installed on the control node", target=name, remedy="pip install PyYAML")
    try:
        node, anchored = _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise GatewayError(
            "does not parse as YAML{0}: {1}".format(" (line {0})".format(mark.line + 1) if mark else "", error.problem or error.context),
            target=name,
            remedy="correct the file",
        ) from None
    except (yaml.YAMLError, RecursionError):
        raise GatewayError("does not parse as YAML", target=name, remedy="correct the file") from None
    if node is None:
        return Document(None, {})
    places: Dict[NodePath, Place] = {}
    _Walk(anchored, places).visit(node, (), "", node.start_mark.line + 1)
    return Document(_data(node, ()), places)


def _compose(text: str) -> Tuple[Any, Set[int]]:
    loader = _loader()(text)
    try:
        return loader.get_single_node(), loader.aliased
    finally:
        loader.dispose()


@functools.lru_cache(maxsize=1)
def _loader() -> Any:
    # libyaml, where PyYAML was built with it, reads four times as fast, but its own composer cannot be asked for aliases.
    kinds: Tuple[Any, ...] = (yaml.composer.Composer, yaml.CSafeLoader) if hasattr(yaml, "CSafeLoader") else (yaml.SafeLoader,)
    base: Any = type("_Base", kinds, {})
    open_stream = kinds[-1].__init__

    class _Loader(base):
        """Composes nodes and remembers those that an alias stands for."""

        def __init__(self, stream: str) -> None:
            open_stream(self, stream)
            self.anchors: Dict[str, Any] = {}
            self.aliased: Set[int] = set()

        def compose_node(self, parent: Any, index: Any) -> Any:
            alias = self.check_event(yaml.AliasEvent)
            node = super().compose_node(parent, index)
            if alias:
                self.aliased.add(id(node))
            return node

    return _Loader


def _pairs(node: Any, seen: Tuple[int, ...]) -> List[Tuple[str, Any, Any, bool]]:
    """(key, key node, value node, came by a merge) of a mapping, merges resolved; own keys win."""
    own: Dict[str, Tuple[str, Any, Any, bool]] = {}
    merged: Dict[str, Tuple[str, Any, Any, bool]] = {}
    for key, value in node.value:
        if key.tag == "tag:yaml.org,2002:merge" or (isinstance(key, yaml.ScalarNode) and key.value == "<<"):
            parts = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for part in parts:
                if isinstance(part, yaml.MappingNode) and id(part) not in seen:
                    for name, key_node, each, _merge in _pairs(part, (*seen, id(part))):
                        merged.setdefault(name, (name, key_node, each, True))
        else:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            own[name] = (name, key, value, False)
    return list({**merged, **own}.values())


class _Walk:
    def __init__(self, anchored: Set[int], places: Dict[NodePath, Place]) -> None:
        self._anchored = anchored
        self._places = places
        self._above: Set[int] = set()

    def visit(self, node: Any, path: NodePath, form: str, line: int) -> None:
        if id(node) in self._above or len(self._places) >= PLACES_LIMIT:
            return
        if not form and id(node) in self._anchored:
            form = "anchor"
        scalar = isinstance(node, yaml.ScalarNode)
        told = form or ("interpolated" if scalar and _INTERPOLATED.search(node.value) else "literal")
        self._places[path] = Place(node.start_mark.line + 1 if scalar else line, told)
        self._above.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for name, key_node, value, merge in _pairs(node, (id(node),)):
                self.visit(value, (*path, name), "merged" if merge else form, key_node.start_mark.line + 1)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                at = value.start_mark.line + 1
                self.visit(value, (*path, str(index)), form, at)
                name = _entry_name(path[-1] if path else "", value)
                if name and (*path, name) not in self._places:
                    self.visit(value, (*path, name), form, at)
        self._above.discard(id(node))


def _entry_name(parent: str, node: Any) -> str:
    """The name that compose knows an entry of a list by, or empty."""
    if isinstance(node, yaml.MappingNode):
        fields = {key.value: value.value for key, value in node.value if isinstance(key.value, str) and isinstance(value.value, str)}
        return fields.get("target" if parent in ("volumes", "tmpfs") else "source", "")
    if not isinstance(node, yaml.ScalarNode):
        return ""
    if parent in _ASSIGNMENTS:
        return re.split(r"[=:]" if parent == "extra_hosts" else "=", node.value, maxsplit=1)[0].strip()
    if parent == "volumes":
        return _target(node.value)
    return node.value if parent in ("networks", "secrets", "configs", "depends_on", "devices", "cap_add", "cap_drop", "tmpfs") else ""


def _target(volume: str) -> str:
    """The path inside the container of a volume in short form. A colon inside ``${VAR:-x}`` separates nothing."""
    parts = re.sub(r"\$\{[^}]*\}", lambda match: match.group(0).replace(":", "\0"), volume).split(":")
    target = parts[0] if len(parts) == 1 else parts[1]
    return target.replace("\0", ":")


def _data(node: Any, above: Tuple[int, ...]) -> Any:
    if id(node) in above or node.tag == "!reset":
        return None
    if isinstance(node, yaml.MappingNode):
        return {name: _data(value, (*above, id(node))) for name, _key, value, _merge in _pairs(node, (id(node),))}
    if isinstance(node, yaml.SequenceNode):
        return [_data(value, (*above, id(node))) for value in node.value]
    return _scalar(node)


def _scalar(node: Any) -> Optional[Any]:
    # As compose reads it (YAML 1.2): ``yes`` and ``22:22`` are texts, though YAML 1.1 has them as boolean and number.
    value = node.value
    if node.style:
        return value
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if _INT.fullmatch(value):
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) else value
