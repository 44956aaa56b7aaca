# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the collections that the molecule tests need beside this interpreter's packages, from the package index alone.

They reach a package index only inside the package `ansible`, which unpacks to half a gigabyte of other collections; so its wheel is fetched and
three folders are taken out of it. Ansible looks for collections in site-packages by itself.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

WANTED = ("community/docker", "community/library_inventory_filtering_v1", "ansible/posix")


def main() -> int:
    """Fetch and unpack; the exit code says whether all of them are there."""
    packages = Path(sysconfig.get_paths()["purelib"])
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", "ansible", "--dest", folder, "ansible"]
        if subprocess.run(command, check=False).returncode != 0:
            print("The package `ansible` could not be fetched: look at pip's message above.", file=sys.stderr)
            return 1
        (wheel,) = Path(folder).glob("*.whl")
        prefixes = tuple(f"ansible_collections/{name}/" for name in WANTED)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(packages, [name for name in archive.namelist() if name.startswith(prefixes)])
    missing = [name for name in WANTED if not (packages / "ansible_collections" / name / "MANIFEST.json").is_file()]
    if missing:
        print(f"{wheel.name} brings no {', '.join(missing)}.", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
