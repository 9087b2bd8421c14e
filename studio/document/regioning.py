"""Areas with a prompt of their own: which of them count for a picture, and where each holds.

Rules that krita-ai-diffusion has found to work: upper regions cover lower ones, tiny ones are dropped, one that
covers nearly everything is the prompt. What no region covers is the root prompt's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from studio.request.pixels import Array, Pixels
from studio.request.request import Prompt, Region

SMALL_BOX = 0.04  # of the picture: a region whose bounds are smaller is left out
SMALL = 0.02  # of the picture: so little of a region that it is left out
COVERING = 0.9  # of the picture: so much that the region's prompt is the whole picture's


class Sketch(NamedTuple):
    """A region as it was painted. coverage: uint8, height × width, 0..255.

    words, against: its prompt and its negative prompt, one of which may be empty.
    """

    coverage: Array
    words: str
    against: str = ""

    def cut(self, part: Callable[[Array], Array]) -> Sketch:
        """The same for another area."""
        return self._replace(coverage=part(self.coverage))


class Worded(NamedTuple):
    """What is wanted: of the whole picture, and of regions, none of which overlaps another."""

    prompt: Prompt
    negative: Prompt
    regions: tuple[Region, ...]


def applied(sketches: Sequence[Sketch], root: Prompt, negative: Prompt) -> Worded:
    """What sketches amount to: the uppermost first, all of one size. root, negative: joined to the words of each."""
    above: Array | None = None
    found: list[Region] = []
    for coverage, words, against in sketches:
        if _box_share(coverage) < SMALL_BOX:
            continue
        free = coverage if above is None else np.minimum(coverage, 255 - above)
        above = coverage if above is None else np.maximum(above, coverage)
        share = float(free.mean()) / 255
        if share > COVERING:
            return Worded(with_root(words, root), with_root(against, negative), ())
        if share >= SMALL:
            own = with_root(against, negative) if against.strip() else None
            mask = Pixels(free[..., None].copy())
            found.append(Region(mask=mask, prompt=with_root(words, root), negative=own))
    return Worded(root, negative, tuple(found))


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
