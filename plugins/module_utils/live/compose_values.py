# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spellings of Docker and Compose brought to one form: durations, sizes, addresses, ports, signals, image references.

Nothing here knows which side a value comes from.
"""
from __future__ import annotations

import ipaddress
import re
import signal
from typing import Any, List, Mapping, Optional, Tuple

from ansible_collections.homelab.media_center.plugins.module_utils.core.equality import duration_seconds, size_bytes

Raw = Mapping[str, Any]

_UNITS = ((3600 * 10**9, "h"), (60 * 10**9, "m"), (10**9, "s"), (10**6, "ms"), (10**3, "us"), (1, "ns"))
_SIZES = ((1024**4, "t"), (1024**3, "g"), (1024**2, "m"), (1024, "k"))
_RANGE = re.compile(r"(\d+)-(\d+)\Z")
_DEFAULT_REGISTRY = re.compile(r"\A(?:(?:index\.)?docker\.io/)?(?:library/)?")
#: Tags that are meant to move.
_FLOATING = ("", "latest", "stable", "release", "nightly", "develop", "edge", "beta", "testing", "main", "master", "rolling", "lts")


def unescaped(node: Any) -> Any:
    """The same structure with ``$$`` read as ``$`` in keys and texts: ``docker compose config`` doubles each one."""
    if isinstance(node, str):
        return node.replace("$$", "$")
    if isinstance(node, Mapping):
        return {unescaped(key): unescaped(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [unescaped(each) for each in node]
    return node


def integer(value: Any, default: int = 0) -> int:
    """The whole number of a number or text; ``default`` for null, empty or anything else."""
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return default


def octal(value: Any) -> Optional[int]:
    """A file mode: a number as it is, a text (``0400``, ``0o400``) in base eight."""
    if isinstance(value, str):
        try:
            return int(value.replace("0o", "0", 1), 8)
        except ValueError:
            return None
    return value if isinstance(value, int) else None


def nanoseconds(value: Any) -> int:
    """Nanoseconds of compose's duration text; 0 for null or what is no duration."""
    return round((duration_seconds(value) or 0) * 10**9)


def duration_text(amount: int) -> str:
    """Nanoseconds as compose writes them: ``1m30s``."""
    told = ""
    for unit, name in _UNITS:
        count, amount = divmod(amount, unit)
        told += f"{count}{name}" if count else ""
    return told or "0s"


def size(value: Any) -> int:
    """Bytes of a size text or number (1024 units); 0 for null."""
    return size_bytes(value) or 0


def size_text(amount: int) -> str:
    """Bytes in the largest unit that divides them, as one would write them in a compose file."""
    for unit, name in _SIZES:
        if amount and amount % unit == 0:
            return f"{amount // unit}{name}"
    return str(amount)


def address(text: Any) -> str:
    """An IP address in its canonical spelling, IPv4 in IPv6 unwrapped; any other text as it is."""
    told = str(text or "").strip()
    try:
        found = ipaddress.ip_address(told.strip("[]"))
    except ValueError:
        return told
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def is_address(text: str) -> bool:
    """Whether the text is an IP address."""
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def subnet(text: Any) -> str:
    """A network in its canonical spelling; any other text as it is."""
    try:
        return str(ipaddress.ip_network(str(text), strict=False))
    except ValueError:
        return str(text)


def capability(name: Any) -> str:
    """A Linux capability as the engine may write it: upper case, with its prefix except for ALL."""
    told = str(name).upper()
    return told if told == "ALL" or told.startswith("CAP_") else "CAP_" + told


def signal_name(value: Any) -> str:
    """A signal by name (``SIGTERM`` for ``15``, ``term``); empty for none."""
    told = str(value or "").upper()
    if told.isdigit():
        try:
            return signal.Signals(int(told)).name
        except ValueError:
            return told
    return told if not told or told.startswith("SIG") else "SIG" + told


def exposed(port: Any) -> List[str]:
    """The ``port/protocol`` texts of one entry of ``expose`` or ExposedPorts: ranges spread, tcp added."""
    number, dummy, protocol = str(port).partition("/")
    span = _RANGE.match(number)
    numbers = [str(each) for each in range(int(span.group(1)), int(span.group(2)) + 1)] if span else [number]
    return [f"{each}/{protocol or 'tcp'}" for each in numbers]


def binding(host_ip: Any, published: Any, target: Any, protocol: Any) -> str:
    """One published port as ``address:port->target/protocol``; the parts that say nothing are left out.

    No address and 0.0.0.0 differ only in whether IPv6 is served too, which is no difference that compose acts on.
    """
    host = address(host_ip)
    host = "" if host == "0.0.0.0" else host
    host = f"[{host}]" if ":" in host else host
    front = ":".join(part for part in (host, str(published or "")) if part)
    return f"{front}->{target}/{protocol or 'tcp'}" if front else f"{target}/{protocol or 'tcp'}"


def same_reference(left: str, right: str) -> bool:
    """Whether two image references name the same thing: docker.io, library/ and :latest go without saying."""
    return _full_reference(left) == _full_reference(right)


def _full_reference(text: str) -> Tuple[str, str]:
    told = _DEFAULT_REGISTRY.sub("", text, count=1)
    name, tag = split_tag(told)
    return name, tag if tag or "@" in told else "latest"


def split_tag(reference: str) -> Tuple[str, str]:
    """Name and tag of an image reference; the tag is empty when there is none."""
    head, dummy, last = reference.rpartition("/")
    name, dummy, tag = last.partition(":") if "@" not in last else (last, "", "")
    return (f"{head}/{name}" if head else name), tag


def is_floating(reference: str) -> bool:
    """Whether a reference's tag is one that is meant to move, as latest is; a digest never is."""
    return "@" not in reference and split_tag(reference)[1].lower() in _FLOATING


def at_least(version: str, wanted: str) -> bool:
    """Whether a dotted version is ``wanted`` or newer; False where it is no version."""
    try:
        return tuple(map(int, version.split("."))) >= tuple(map(int, wanted.split(".")))
    except ValueError:
        return False
