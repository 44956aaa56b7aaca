# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab up | down | status | fault | dump | neighbours`: see `python -m lab --help`."""

from __future__ import annotations

import argparse
import json
import sys
import urllib.request
from pathlib import Path

from lab import process
from lab.faults import Fault, FaultFile
from lab.paths import DEFAULT, Paths
from lab.server import CONTROL


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code. What the user did wrong is told in one sentence."""
    options = _parser().parse_args(arguments)
    paths = Paths.of(options.dir)
    try:
        return int(options.run(paths, options))
    except (process.LabError, ValueError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _up(paths: Paths, _options: argparse.Namespace) -> int:
    already = process.running(paths)
    if already is not None:
        print(f"The lab is already running: process {already}, {paths.root}")
        return 0
    pid = process.start(paths)
    hosts = ", ".join(json.loads(paths.description.read_text(encoding="utf-8"))["docker_hosts"])
    inventory = paths.inventory.relative_to(Path.cwd()) if paths.inventory.is_relative_to(Path.cwd()) else paths.inventory
    print(f"The lab is up: process {pid}, {paths.root}, docker hosts {hosts}")
    print(f"Next: ansible-playbook -i {inventory} audit.yml --check --diff")
    return 0


def _down(paths: Paths, _options: argparse.Namespace) -> int:
    pid = process.stop(paths)
    print(f"The lab is down: process {pid} has ended" if pid is not None else f"No lab is running in {paths.root}")
    return 0


def _status(paths: Paths, _options: argparse.Namespace) -> int:
    pid = process.running(paths)
    print(f"The lab is running: process {pid}, {paths.root}" if pid is not None else f"No lab is running in {paths.root}")
    return 0 if pid is not None else 1


def _serve(paths: Paths, options: argparse.Namespace) -> int:
    process.run(paths, options.ready_fd)
    return 0


def _fault(paths: Paths, options: argparse.Namespace) -> int:
    if process.running(paths) is None:
        raise process.LabError(f"no lab is running in {paths.root}: start one with `python -m lab up`")
    described = json.loads(paths.description.read_text(encoding="utf-8"))
    known = sorted([*described["apps"], *described["docker_hosts"]])
    if options.app not in known:
        raise process.LabError(f"the lab has no app {options.app}: it has {', '.join(known)}")
    fault = Fault(options.status, options.login_page, options.reset, options.garbage, options.slow, options.rate, options.path)
    if fault.empty and not options.clear:
        raise process.LabError("say what is to fail: --status, --login-page, --slow, --reset, --garbage, or --clear")
    FaultFile(paths.faults).set(options.app, None if options.clear else fault)
    print(f"{options.app}: {'healthy again' if options.clear else 'the fault holds from the next request on'}")
    return 0


def _dump(paths: Paths, options: argparse.Namespace) -> int:
    print(_control(paths, options.app, "store").decode(), end="")
    return 0


def _neighbours(paths: Paths, options: argparse.Namespace) -> int:
    _control(paths, options.app, "reachable", json.dumps(None if options.state == "up" else []))
    print(f"{options.app}: its neighbours {'answer' if options.state == 'up' else 'are unreachable'}")
    return 0


def _control(paths: Paths, app: str, what: str, body: str | None = None) -> bytes:
    """What a stand-in answers to the lab itself."""
    if process.running(paths) is None:
        raise process.LabError(f"no lab is running in {paths.root}: start one with `python -m lab up`")
    apps = json.loads(paths.description.read_text(encoding="utf-8"))["apps"]
    if app not in apps:
        raise process.LabError(f"the lab has no app {app}: it has {', '.join(sorted(apps))}")
    request = urllib.request.Request(apps[app]["url"] + CONTROL + what, data=body.encode() if body else None, method="PUT" if body else "GET")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return bytes(answer.read())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="A media centre of stand-ins, with sample repositories and an inventory.")
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument("--dir", default=DEFAULT, type=Path, help="the lab's folder (default: %(default)s)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", parents=[place], help="start a fresh lab in the background and wait until it answers")
    up.set_defaults(run=_up)
    down = commands.add_parser("down", parents=[place], help="stop the lab")
    down.set_defaults(run=_down)
    status = commands.add_parser("status", parents=[place], help="say whether the lab is running; exit code 1 when it is not")
    status.set_defaults(run=_status)
    serve = commands.add_parser("serve", parents=[place])
    serve.add_argument("--ready-fd", type=int, required=True)
    serve.set_defaults(run=_serve)
    fault = commands.add_parser("fault", parents=[place], help="make an app of the running lab misbehave")
    fault.add_argument("app", metavar="APP", help="an app or docker host of the lab")
    kind = fault.add_mutually_exclusive_group()
    kind.add_argument("--status", type=int, help="answer with this HTTP status")
    kind.add_argument("--login-page", action="store_true", help="answer 200 with the page of a login")
    kind.add_argument("--reset", action="store_true", help="reset the connection")
    kind.add_argument("--garbage", action="store_true", help="answer 200 with broken JSON")
    kind.add_argument("--clear", action="store_true", help="be healthy again")
    fault.add_argument("--slow", type=float, default=0.0, metavar="S", help="wait so many seconds before each answer")
    fault.add_argument("--rate", type=float, default=1.0, help="the share of requests that is hit (default: all)")
    fault.add_argument("--path", default="", help="only requests whose path holds this text")
    fault.set_defaults(run=_fault)
    dump = commands.add_parser("dump", parents=[place], help="print what an app of the running lab has stored, secrets in clear")
    dump.add_argument("app", metavar="APP")
    dump.set_defaults(run=_dump)
    neighbours = commands.add_parser("neighbours", parents=[place], help="say whether what an app tests its settings against can be reached (at first: no)")
    neighbours.add_argument("app", metavar="APP")
    neighbours.add_argument("state", choices=("up", "down"))
    neighbours.set_defaults(run=_neighbours)
    return parser


if __name__ == "__main__":
    sys.exit(main())
