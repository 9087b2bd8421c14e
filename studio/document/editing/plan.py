"""Where an edit looks, at what size it works, and how soft its edges are: one pure function, no pixels.

It can run dry: the panel prices a job with it, the canvas draws the crop before anything is made. Formulas are
those that krita-ai-diffusion has found to work (context, padding, feather), with its gaps closed: every side is
checked against the model's range, long strips are worked in overlapping pieces, a small part of a large picture
gets the model's full resolution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from studio.document.editing.modes import Mode
from studio.request.errors import BadInput
from studio.request.family import Family
from studio.request.geometry import Rect, Size

FEATHER = 0.10  # of the selection's diagonal
PADDING = 0.06  # of the selection's diagonal
LEAST_TRANSITION = 32  # pixels at full strength
GROW = 4  # pixels
BLEND = 0.06  # of the selection's diagonal
MOST_BLEND = 16  # pixels
SECOND_PASS_STRENGTH = 0.4  # adds detail to an enlarged result without moving anything
WORTH_A_SECOND_PASS = 1.5  # times as many pixels a side as the first pass had
OVERLAP = 0.25  # of a piece's shorter side
SQUEEZE = 0.03  # nobody sees a picture that much wider than it was made
DETAIL_SIDE = 64  # pixels; what is around a part that is worked over is at least this wide
MOST_PIXELS = 6_000_000  # of the work of a second pass; beyond that the result is enlarged by Lanczos


class Fill(Enum):
    """What the masked part holds before it is denoised."""

    NOTHING = "nothing"  # noise alone decides
    KEEP = "keep"  # the pixels that are there
    NEUTRAL = "neutral"
    BLUR = "blur"
    BORDER = "border"
    REMOVE = "remove"


class Context(Enum):
    """How much of the surroundings the model sees."""

    AUTOMATIC = "automatic"
    SELECTION = "selection"
    WHOLE = "whole"


@dataclass(frozen=True, kw_only=True)
class Softness:
    """Widths in canvas pixels of the transitions at a selection's edge.

    grow: the denoised area reaches this far beyond the selection.
    feather: then its strength falls off over this width.
    blend: width of the composite's soft edge, which lies inside the selection: outside of it nothing is touched.
    """

    grow: int
    feather: int
    blend: int


HARD = Softness(grow=0, feather=0, blend=0)


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One run of the model: `area` of the canvas, worked at `size`, with `strength`. Areas may overhang the canvas.

    only: what of the selection this pass works on, when the others are for its separate parts; None is all.
    """

    area: Rect
    size: Size
    strength: float
    only: Rect | None = None


@dataclass(frozen=True)
class Choices:
    """What the artist chose in the mode Custom, as a `Recipe` holds it."""

    fill: str = "blur"
    context: str = "automatic"
    seamless: bool = True


@dataclass(frozen=True, kw_only=True)
class EditPlan:
    """Everything about an edit but its pixels.

    context: what the model sees, in canvas coordinates; it may overhang the canvas of a very small document.
    result: the part of the canvas that may change; nothing outside it is touched.
    passes: in order; each sees the result of those before it.
    choices: that led to it, in the mode Custom.
    """

    mode: Mode
    context: Rect
    result: Rect
    softness: Softness
    fill: Fill
    passes: tuple[Pass, ...]
    warnings: tuple[str, ...] = field(default=())
    choices: Choices | None = None

    @property
    def cost(self) -> float:
        """Millions of pixels to denoise, weighted by strength: what a price or a time estimate scales with."""
        return sum(step.size.area * step.strength for step in self.passes) / 1e6


def plan_edit(
    *,
    mode: Mode,
    canvas: Size,
    selection: Rect | None,
    strength: float,
    family: Family,
    context: Context | Rect = Context.AUTOMATIC,
    fill: Fill | None = None,
    seamless: bool = True,
    everything: bool | None = None,
    parts: Sequence[Rect] = (),
) -> EditPlan:
    """Plans an edit of `selection` (bounds, canvas pixels; None is all) of a canvas.

    strength: 0..1. context: or the bounds of a mask that the artist chose. fill: None is what the mode does by itself.
    seamless: edges fade into what is around; else they are as hard as the selection's.
    everything: whether no pixel is left out; None goes by the bounds.
    parts: the bounds of the selection's separate parts, each of which is to be worked in full detail.
    Raises BadInput when the selection has no pixel on the canvas.
    """
    whole, inverted = Rect.of(canvas), mode is Mode.REPLACE_BACKGROUND
    chosen = _on_canvas(selection, whole)
    full = chosen == whole if everything is None else everything
    hard = full or not seamless or mode is Mode.EXPAND
    softness = HARD if hard else softness_of(chosen, strength, inverted=inverted)
    result = whole if full or inverted else chosen.grown(_padding(chosen, strength)).intersection(whole)
    if parts:
        return _details(mode, canvas, parts, strength, family)
    seen = whole if result == whole else _context(result, canvas, strength, context, family)
    passes, warnings = _passes(seen, result, strength, family)
    return EditPlan(
        mode=mode,
        context=seen,
        result=result,
        softness=softness,
        fill=fill or _fill_of(mode, strength),
        passes=passes[:1] if mode is Mode.EDIT else passes,  # told a second time, it would change what it has changed
        warnings=warnings,
    )


def _on_canvas(selection: Rect | None, whole: Rect) -> Rect:
    chosen = whole if selection is None else selection.intersection(whole)
    if chosen.empty:
        raise BadInput("The selection lies outside the picture.", "Select a part of the picture, or nothing at all.")
    return chosen


def _details(mode: Mode, canvas: Size, parts: Sequence[Rect], strength: float, family: Family) -> EditPlan:
    """A pass for each part and a little around it, at the size at which the model is best."""
    whole = Rect.of(canvas)
    passes: list[Pass] = []
    result = context = Rect(0, 0, 0, 0)
    for part in parts:
        reach = part.grown(_padding(part, strength)).intersection(whole)
        seen = _at_least(_towards_square(reach, sum(reach.size) // 8), DETAIL_SIDE, canvas)
        size = work_size(seen.size, family)
        passes.append(Pass(area=_padded_to_ratio(seen, size), size=size, strength=strength, only=reach))
        result, context = result.union(reach), context.union(seen)
    return EditPlan(
        mode=mode,
        context=context,
        result=result,
        softness=softness_of(max(parts, key=lambda part: part.size.area), strength),
        fill=Fill.KEEP,
        passes=tuple(passes),
    )


def softness_of(selection: Rect, strength: float, *, inverted: bool = False) -> Softness:
    """Transitions for a selection of these bounds; wider for large selections and strong changes."""
    diagonal = math.hypot(*selection.size)
    feather = int((min(FEATHER, 0.01) if inverted else FEATHER) * strength * diagonal)
    if not inverted:
        feather = max(feather, round(LEAST_TRANSITION * strength))
    blend = min(MOST_BLEND, max(2, round(BLEND * diagonal)))
    return Softness(grow=GROW + feather // 2, feather=feather, blend=blend)


def _padding(selection: Rect, strength: float) -> int:
    diagonal = math.hypot(*selection.size)
    return max(int(FEATHER * strength * diagonal), round(LEAST_TRANSITION * strength)) + GROW + int(PADDING * diagonal)


def _fill_of(mode: Mode, strength: float) -> Fill:
    if strength < 1:
        return Fill.KEEP
    match mode:
        case Mode.FILL:
            return Fill.BLUR
        case Mode.EXPAND:
            return Fill.BORDER
        case Mode.ADD | Mode.REPLACE_BACKGROUND:
            return Fill.NEUTRAL
        case Mode.REMOVE:
            return Fill.REMOVE
        case Mode.GENERATE:
            return Fill.NOTHING
        case _:
            return Fill.KEEP


def _context(result: Rect, canvas: Size, strength: float, wish: Context | Rect, family: Family) -> Rect:
    """What the model sees around the part that may change."""
    whole = Rect.of(canvas)
    match wish:
        case Rect():
            return wish.union(result).intersection(whole)
        case Context.WHOLE:
            return whole
        case Context.SELECTION:
            return _at_least(result, family.smallest_side, canvas)
        case Context.AUTOMATIC:
            least = family.smallest_side if strength < 1 else family.native.height
            around = 0 if strength < 1 else _surroundings(result, canvas)
            return _at_least(_towards_square(result, around), min(least, max(canvas)), canvas)


def _surroundings(result: Rect, canvas: Size) -> int:
    return max(max(canvas) // 16, (result.width + result.height) // 4)


def _towards_square(area: Rect, by: int) -> Rect:
    """Grows both axes, the longer one less."""
    difference = abs(area.width - area.height)
    longer = max(by // 2, by - difference)
    dx, dy = (longer, by) if area.width > area.height else (by, longer)
    return Rect(area.x - dx, area.y - dy, area.width + 2 * dx, area.height + 2 * dy)


def _at_least(area: Rect, side: int, canvas: Size) -> Rect:
    """Grows an area to a least side where the canvas has room, moving it inside rather than cutting it."""
    width, height = (min(limit, max(side, length)) for length, limit in zip(area.size, canvas, strict=True))
    x = area.x - (width - area.width) // 2
    y = area.y - (height - area.height) // 2
    return Rect(max(0, min(x, canvas.width - width)), max(0, min(y, canvas.height - height)), width, height)


def work_size(area: Size, family: Family) -> Size:
    """The size at which a model of this family does an area of that size best.

    Within the family's range of pixels, no side shorter or longer than it can do, divisible as it needs.
    Shorter sides than the model can do are met by enlarging; where the ratio is too long for that, by padding.
    """
    fewest, most = family.fewest_pixels, family.most_pixels
    scale = min(max(1.0, math.sqrt(fewest / area.area)), math.sqrt(most / area.area))
    scale = max(scale, family.smallest_side / min(area))
    scale = min(scale, family.largest_side / max(area))
    multiple = family.size_multiple
    sides = (max(family.smallest_side, round(side * scale / multiple) * multiple) for side in area)
    return Size(*(min(family.largest_side, -(-side // multiple) * multiple) for side in sides))


def _passes(seen: Rect, result: Rect, strength: float, family: Family) -> tuple[tuple[Pass, ...], tuple[str, ...]]:
    """A first pass over all that is seen, and where it had to be made small, pieces of what may change."""
    first_size = work_size(seen.size, family)
    area = _padded_to_ratio(seen, first_size)
    first = Pass(area=area, size=first_size, strength=strength)
    enlargement = math.sqrt(area.size.area / first_size.area)
    if enlargement < WORTH_A_SECOND_PASS:
        return (first,), ()
    scale = min(1.0, math.sqrt(MOST_PIXELS / area.size.area))
    again = min(SECOND_PASS_STRENGTH, strength)
    changing = (piece for piece in _pieces(seen, family, scale) if not piece.intersection(result).empty)
    pieces = (_piece(piece, scale, again, family) for piece in changing)
    warnings = ("The picture is very large: its finest detail is enlarged, not made.",) if scale < 1 else ()
    return (first, *pieces), warnings


def _piece(area: Rect, scale: float, strength: float, family: Family) -> Pass:
    size = work_size(area.size.scaled(scale), family)
    return Pass(area=_padded_to_ratio(area, size), size=size, strength=strength)


def _padded_to_ratio(area: Rect, size: Size) -> Rect:
    """The area grown along its shorter axis to the ratio of the work size, so that nothing is squeezed."""
    if abs(area.size.ratio / size.ratio - 1) <= SQUEEZE:
        return area
    if area.size.ratio < size.ratio:
        width = round(area.height * size.ratio)
        return Rect(area.x - (width - area.width) // 2, area.y, width, area.height)
    height = round(area.width / size.ratio)
    return Rect(area.x, area.y - (height - area.height) // 2, area.width, height)


def _pieces(area: Rect, family: Family, scale: float) -> tuple[Rect, ...]:
    """Overlapping pieces of about the model's native size (at `scale`) that cover an area evenly."""
    side = round(family.native.height / scale)
    return tuple(
        Rect(area.x + x, area.y + y, min(side, area.width), min(side, area.height))
        for y in _starts(area.height, side)
        for x in _starts(area.width, side)
    )


def _starts(length: int, side: int) -> tuple[int, ...]:
    if length <= side:
        return (0,)
    stride = side * (1 - OVERLAP)
    count = math.ceil((length - side) / stride) + 1
    return tuple(round(i * (length - side) / (count - 1)) for i in range(count))
