# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` on the checkout as it is, committed or not, with nothing but a package index in reach.

ansible-test wants the collection under a real path that ends in ansible_collections/<namespace>/<name>, fetches pip's bootstrap script from a
site of its own, and passes nothing but HOME and PATH on to the pip it runs. So: a copy of the files that git knows or would add, a home
folder of its own with a stand-in for that script, and this interpreter's pip settings written into that home.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
BUILD = CHECKOUT / ".build"
COPY = BUILD / "ansible_collections" / "homelab" / "media_center"
HOME = BUILD / "home"

STAND_IN = """\
import subprocess, sys
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", *[word for word in sys.argv[1:] if not word.startswith("--no-")]])
"""


def main(arguments: list[str]) -> int:
    """Copy, prepare the home, run; the exit code is ansible-test's."""
    copy_checkout()
    prepare_home()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    binaries = Path(sys.executable).parent
    command = [str(binaries / "ansible-test"), "sanity", "--local", "--python", version, "--color", "no", *arguments]
    environment = {**os.environ, "HOME": str(HOME), "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    # The checkout's own settings are for the checkout: ansible-test brings its own.
    environment.pop("ANSIBLE_CONFIG", None)
    return subprocess.run(command, cwd=COPY, env=environment, check=False).returncode


def copy_checkout() -> None:
    """Lay the files out afresh, as a git work tree, because ansible-test takes its list of files from git."""
    shutil.rmtree(COPY, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, sorted(set(listed.split("\0")))):
        source, target = CHECKOUT / name, COPY / name
        if source.is_file() or source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=COPY, check=True)


def prepare_home() -> None:
    """Give ansible-test a home in which its pip works as this interpreter's does."""
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in pip_versions():
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(STAND_IN)
    told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True).stdout
    settings = {}
    for line in told.splitlines():
        name, value = line.split("=", 1)
        section, key = name.split(".", 1)
        # Later lines of pip's list do not outrank earlier ones: the environment always wins.
        if section in ("global", "install", ":env:") and (section == ":env:" or key not in settings):
            settings[key] = ast.literal_eval(value)
    lines = [f"{key} = {' '.join(value.split())}" for key, value in sorted(settings.items())]
    configuration = HOME / ".config" / "pip" / "pip.conf"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text("\n".join(["[global]", *lines, ""]))


def pip_versions() -> set[str]:
    """The versions of pip that this ansible-test may ask for."""
    spec = importlib.util.find_spec("ansible_test")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("ansible-test is not installed beside this interpreter: run `make sanity`, which installs it.")
    source = Path(next(iter(spec.submodule_search_locations))) / "_internal" / "python_requirements.py"
    return set(re.findall(r"pip='([\d.]+)'", source.read_text()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
