# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be told of a message of compose or of the engine.

Both quote what they were given ("invalid hostPort: ..."), whole or cut short, and that may be a secret which only its place gives away. So a word passes
when it is one that such messages are made of, or stands where a name, a path or a line number stands; every other word is masked.
"""

from __future__ import annotations

import re
from typing import List

from ansible_collections.homelab.media_center.plugins.module_utils.core.secret_text import MASK

_WORDS = frozenset(
    """
    $ a able about absolute access action active actual additional address addresses after again all allocated allowed already an and another any api
    are argument arguments array arrays as assign at attach attached attempted attribute available back backend bad base be because been before being
    between bind block boolean both bridge broken build but by bytes can cannot cast cause caused change changed character characters check circular
    client close closed cluster column command compose config configs configuration conflict conflicting conflicts connect connected connecting
    connection connectivity contain container containers contains content context could create created creating credentials cycle daemon data deadline
    declared decoding default defined definition delete denied dependencies dependency depends deploy deprecated did directory disable disabled disk
    does doesn't down driver drivers due duplicate duration dynamic empty enable enabled encountered end endpoint engine entrypoint env environment
    error error(s errors escape exactly exceed exceeded exceeds exec executable exist existing exists exit exited expand expansion expected expose
    extend extended extends extension external fail failed failing failure family fetch field fields file files filesystem find first flag float
    following for forbidden format found from full gateway get given greater group had handler has have healthcheck healthy host hostname hosts http
    id ignored image images implemented in include included incompatible init input inside inspect insufficient integer interface internal interpolate
    interpolating interpolation into invalid ip is isn't it item items its join json key keys kill label labels last layer leading least length less
    level limit line link links list load local lock locked log logging login long lookup manifest map mapping mappings mask match matches maximum may
    memory merge message minimum missing mode more most mount mounted mounting mounts must name named names namespace need needs negative neither
    network networks new no node non none nor not null number object oci of offset on one only open operation option options or order other out output
    overlaps override own page parent parse parser parsing part pass password path paths permission permitted pid pinned platform plugin point pool
    port ports positive possible present privileged process profile profiles programming project projects properties property protocol provide
    provided provider publish published pull pulled quoted range read reading ready recreate recursive reference references referred refers refused
    registry relative remote remove removed rename replace replicas repository request requested require required requires reserved resolve resolved
    resource resources response restart result reuse root rule run running runtime same scalar scale schema script secret secrets section self
    sequence sequences server service services set setting settings shell shim short should signal simple single size socket some source space spaces
    specification specified specify start started starting state status stdin step stop stopped storage stream string strings style subnet such
    support supported swap symbolic syntax sysctl system systems tab tag target task template than that the their them then there this time timed
    timeout tls tmpfs to token too top top-level transport trying type types ulimit ulimits unable unauthorized undefined unexpected unhealthy unique
    unit unix unknown unmarshal unnamed unset unsupported unterminated until up update use used user userland uses using valid validate validating
    validation value values variable variables version volume volumes waiting warning was when where which while with within without write writing
    wrong yaml you your zero
    hostport containerport parseint parsefloat parsebool atoi strconv stat lstat mkdir chdir chown chmod eof i/o runc oci containerd docker dockerd $path
    !!str !!map !!seq !!int !!bool !!float !!null daemon: c-group cgroup cgroups nofile npipe dns
    """.split()
)
#: Behind these stands a name or a number, which is no value.
_BEFORE_NAME = frozenset("service network volume config secret profile variable key properties image container project driver plugin endpoint".split())
_BEFORE_REFERENCE = frozenset(("image:", "container:", "image", "container"))
_BEFORE_NUMBER = frozenset("line column code status version api http".split())
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_REFERENCE = re.compile(r"[\w.-]+(?::\d+)?(?:/[\w.-]+)*(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?\Z")
_NUMBER = re.compile(r"\d{1,5}(?:\.\d{1,4}){0,2}\Z")
# Where in the files something stands: keys, no values.
_PLACE = re.compile(r"(?:services|networks|volumes|configs|secrets|include|models)(?:[.\[][\w.\[\]-]*)\Z")
# One level deep is too little for a path: keys in Base64 start with a slash, too.
_PATH = re.compile(r"(?:unix://)?(?:/[\w.@+-]+){2,}/?\Z|(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\Z")
_WORD = re.compile(r"([\"'`(\[{,;]*)(.*?)([\"'`)\]},;:.!?]*)\Z", re.DOTALL)
_QUOTED = re.compile(r"(?<![\w])([\"'`])((?:(?!\1)[^\n])*\s(?:(?!\1)[^\n])*)\1")
_AGAIN = re.compile(r"{0}(?:[\s,;]*{0})+".format(re.escape(MASK)))


def told(message: str) -> str:
    """A message of compose or of the engine in which only words that no secret can be are left."""
    plain = _QUOTED.sub(lambda match: match.group(1) + MASK + match.group(1), message)
    words: List[str] = []
    previous = ""
    for word in plain.split():
        before, core, after = _WORD.match(word).groups()  # type: ignore[union-attr]
        words.append(word if core == MASK or _passes(core, previous) else before + MASK + after)
        previous = core.lower() + (":" if ":" in after else "")
    return _AGAIN.sub(MASK, " ".join(words))


def _passes(core: str, previous: str) -> bool:
    if not core or core.lower() in _WORDS or all(part in _WORDS for part in re.split(r"[.:/-]", core.lower())):
        return True
    if _PLACE.match(core) or _PATH.match(core):
        return True
    if previous == "name" and core.startswith("/"):
        return bool(_NAME.match(core[1:]))
    if previous in _BEFORE_NUMBER:
        return bool(_NUMBER.match(core))
    # "variable X" names something; what comes after "variable:" may be anything.
    return bool((previous in _BEFORE_NAME and _NAME.match(core)) or (previous in _BEFORE_REFERENCE and _REFERENCE.match(core)))
