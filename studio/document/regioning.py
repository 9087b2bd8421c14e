"""Areas with a prompt of their own: which of them count for a picture, and where each holds.

Rules that krita-ai-diffusion has found to work: upper regions cover lower ones, tiny ones are dropped, one that
covers nearly everything is the prompt. What no region covers is the root prompt's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from studio.request.pixels import Array, Pixels
from studio.request.request import Prompt, Region

SMALL_BOX = 0.04  # of the picture: a region whose bounds are smaller is left out
SMALL = 0.02  # of the picture: so little of a region that it is left out
COVERING = 0.9  # of the picture: so much that the region's prompt is the whole picture's


class Sketch(NamedTuple):
    """A region as it was painted. coverage: uint8, height × width, 0..255. words: its prompt, not empty."""

    coverage: Array
    words: str


def applied(sketches: Sequence[Sketch], root: Prompt) -> tuple[Prompt, tuple[Region, ...]]:
    """The prompt of the whole picture, and the regions, none of which overlaps another.

    sketches: the uppermost first, all of one size. root: joined to the words of each.
    """
    above: Array | None = None
    found: list[Region] = []
    for coverage, words in sketches:
        if _box_share(coverage) < SMALL_BOX:
            continue
        free = coverage if above is None else np.minimum(coverage, 255 - above)
        above = coverage if above is None else np.maximum(above, coverage)
        share = float(free.mean()) / 255
        if share > COVERING:
            return with_root(words, root), ()
        if share >= SMALL:
            found.append(Region(mask=Pixels(free[..., None].copy()), prompt=with_root(words, root)))
    return root, tuple(found)


def with_root(words: str, root: Prompt) -> Prompt:
    """A region's prompt: its own words, then those for the whole picture."""

    def both(text: str) -> str:
        return ", ".join(part for part in (words.strip(), text.strip()) if part)

    return Prompt(text=both(root.text), raw=both(root.raw), style=root.style)


def _box_share(coverage: Array) -> float:
    rows, columns = np.flatnonzero(coverage.any(1)), np.flatnonzero(coverage.any(0))
    if not rows.size:
        return 0.0
    return float((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)) / coverage.size
