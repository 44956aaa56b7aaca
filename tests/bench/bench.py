# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an audit takes, beside the least that it could take: `bench.py [compose] [settings]`, all of it without a word.

The figures are printed and written to build/bench.json. The exit code is 1 where a goal is missed or something cannot be measured.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from ansible.plugins.loader import init_plugin_loader

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]
init_plugin_loader([str(CHECKOUT / "collections")])

import app_settings  # noqa: E402
import compose_hosts  # noqa: E402
from figures import Figure, table  # noqa: E402

PARTS = {"compose": compose_hosts.measured, "settings": app_settings.measured}


def main(wanted: list[str]) -> int:
    """Measure, print the table, write build/bench.json; 1 where a goal is missed."""
    strangers = sorted({*wanted} - {*PARTS})
    if strangers:
        print(f"there is no part {strangers[0]}: there are {', '.join(PARTS)}", file=sys.stderr)
        return 1
    reason = compose_hosts.missing() if "compose" in (wanted or PARTS) else ""
    if reason:
        print(f"docker hosts cannot be measured: this machine lacks {reason}", file=sys.stderr)
        wanted = [each for each in wanted or PARTS if each != "compose"]
        if not wanted:
            return 1
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="mc-bench-", dir="/tmp") as folder:
        for part in wanted or PARTS:
            figures += PARTS[part](Path(folder) / part)
    build = CHECKOUT / "build"
    build.mkdir(exist_ok=True)
    (build / "bench.json").write_text(json.dumps([asdict(each) for each in figures], indent=1) + "\n", encoding="utf-8")
    print(table(figures))
    return 1 if reason or any(each.holds is False for each in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
