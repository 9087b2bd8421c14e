"""The same edits for a picture that is in no document: a request with a source goes through the same plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.document.controlling import guiding_of
from studio.document.editing.modes import Mode, Situation, possible
from studio.document.editing.plan import plan_edit
from studio.document.editing.prepare import Surface
from studio.document.editing.run import EditRun, begin
from studio.document.editing.seen import look_at
from studio.document.resolve import on_paper
from studio.document.selecting import plane
from studio.request.errors import BadInput
from studio.request.family import Ability, Family
from studio.request.geometry import Rect
from studio.request.pixels import Array, Pixels
from studio.request.request import GenerationRequest


def edit_of(request: GenerationRequest, family: Family, old: Rect | None = None) -> EditRun:
    """The edit that a request with a source asks for: of what its mask covers, or of all.

    old: where the picture was before its canvas was extended; there is nothing yet around it. None: all of it.
    Raises BadInput when the mask covers nothing.
    """
    if request.source is None:
        raise ValueError("there is nothing to edit")
    whole, source = Rect.of(request.size), request.source
    mask = _mask_of(request)
    bounds = bounds_of(mask)
    found = look_at(plane(mask), request.size)
    situation = Situation(
        canvas=request.size,
        has_picture=True,
        selection=bounds,
        covered=bool(mask.all()),
        border=found is not None and found.border,
        bare=old is not None,
        strength=request.strength,
        instructs=family.can(Ability.INSTRUCT),
    )
    mode = possible(situation)[0]
    plan = plan_edit(
        mode=mode,
        canvas=request.size,
        selection=bounds,
        strength=1.0 if mode is Mode.EXPAND else request.strength,
        family=family,
        everything=situation.covered,
    )
    ground, guiding = _ground(request.source, old or whole), guiding_of(request.controls)
    surface = Surface(
        size=request.size,
        picture=lambda area: _part(ground, area),
        selection=lambda area: _part(mask, area),
        controls=lambda area: tuple(each.cut(lambda picture: _part(picture, area)) for each in guiding),
        origin=lambda _area: request.origin or source.digest,
    )
    return begin(plan, surface, replace(request, source=None, mask=None, strength=1.0, controls=()))


def _mask_of(request: GenerationRequest) -> Array:
    if request.mask is not None:
        return request.mask.array[..., 0]
    return np.full((request.size.height, request.size.width), 255, np.uint8)


def bounds_of(mask: Array) -> Rect:
    """The smallest rectangle around what a mask (height × width) covers. Raises BadInput when that is nothing."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        raise BadInput("The mask is empty: nothing would be made anew.", "Paint white where something should change.")
    left, top = int(columns[0]), int(rows[0])
    return Rect(left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)


def composed(source: Pixels, layer: Pixels, area: Rect) -> Pixels:
    """The picture with the layer (RGBA, of the size of `area`) over it; where that is clear, bit for bit as it was."""
    result = source.array.copy()
    part = result[area.y : area.bottom, area.x : area.right]
    share = layer.array[..., 3:].astype(np.float32) / 255
    colour = layer.array[..., :3].astype(np.float32)
    if source.channels == 4:
        kept = part[..., 3:].astype(np.float32) / 255 * (1 - share)
        alpha = kept + share
        mixed = np.dstack([(part[..., :3] * kept + colour * share) / np.maximum(alpha, 1e-6), alpha * 255])
    else:
        mixed = part + (colour - part) * share
    np.copyto(part, np.rint(mixed).astype(np.uint8), where=share > 0)
    return Pixels(result)


def _ground(source: Pixels, old: Rect) -> Array:
    """RGBA on paper; clear around the old picture."""
    there = np.zeros((source.size.height, source.size.width), np.uint8)
    there[old.y : old.bottom, old.x : old.right] = 255
    if source.channels == 4:
        there = np.minimum(there, source.array[..., 3])
    return np.dstack([on_paper(source).array[..., :3], there])


def _part(array: Array, area: Rect) -> Array:
    return array[area.y : area.bottom, area.x : area.right]
