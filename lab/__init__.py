# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A media centre in one process: stand-ins that answer as the real systems do, sample repositories and an inventory.

`python -m lab up` starts it, `python -m lab down` stops it, `python -m lab fault` makes it misbehave.
The stand-ins answer from recordings of the real parts, never from the collection's own tables.
"""
