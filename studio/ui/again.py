"""A generated layer made anew: the same place and selection, what lies below it now, other words."""

from __future__ import annotations

from dataclasses import replace

from studio.document.compositing import compose
from studio.document.control_layers import guiding_in
from studio.document.controlling import Guiding
from studio.document.document import Document
from studio.document.editing.modes import Mode
from studio.document.editing.plan import Context, Fill, plan_edit
from studio.document.editing.run import EditRun, begin
from studio.document.editing.seen import context_named, look_at, parts_of, rgba, surface_of, wish_of
from studio.document.generated import without
from studio.document.images import pixels_of
from studio.document.layers import GeneratedLayer, origin_in
from studio.document.recipe import fresh_seed
from studio.document.resolve import fitted
from studio.document.selecting import plane
from studio.prompts.styles import apply_style
from studio.request.errors import BadInput
from studio.request.geometry import Rect
from studio.request.pixels import Array
from studio.request.request import GenerationRequest, Prompt


def made_again(document: Document, layer: GeneratedLayer, words: str) -> EditRun | GenerationRequest:
    """The edit, or for a picture of its own the request, that makes a layer once more, with a fresh seed.

    With the model that made it all its numbers stay; with another one those of now are taken.
    Raises BadInput when nothing of it is on the canvas any more.
    """
    asked, recipe = layer.request, document.recipe
    base = asked.afresh() if asked is not None and asked.model == document.model.reference else wish_of(document)
    style = recipe.style if recipe.style is not None and recipe.style.name == base.prompt.style else None
    prompt = apply_style(words, "", style)[0] if style is not None else Prompt.plain(words)
    wish = replace(
        base,
        prompt=prompt,
        seed=fresh_seed(),
        count=recipe.count,
        variation=None,
        branch=None,
        steering=(),
        stop_at=0,
    )
    if layer.mode not in Mode.__members__:
        return wish
    strength = wish.strength if asked is not None else recipe.strength
    plain = replace(wish, source=None, mask=None, strength=1.0, regions=())
    return _edit(document, layer, Mode[layer.mode], plain, strength)


def _edit(document: Document, layer: GeneratedLayer, mode: Mode, wish: GenerationRequest, strength: float) -> EditRun:
    area, choices = layer.area, layer.choices if mode is Mode.CUSTOM else None
    tiles = None
    if layer.selection is not None:
        tiles = plane(fitted(layer.selection, area.size).array[..., 0], area.x, area.y)
    found = None if tiles is None else look_at(tiles, document.size)
    if tiles is not None and found is None:
        raise BadInput("The layer lies outside the picture now.", "Move it back, or make the canvas larger.")
    plan = plan_edit(
        mode=mode,
        canvas=document.size,
        selection=None if found is None else found.bounds,
        strength=1.0 if mode is Mode.REMOVE else strength,
        family=document.model.family,
        context=Context.AUTOMATIC if choices is None else context_named(document, choices.context),
        fill=None if choices is None else Fill(choices.fill),
        seamless=choices is None or choices.seamless,
        everything=found is None or found.covered,
        parts=parts_of(found, document.size) if mode is Mode.DETAIL and found is not None else (),
    )
    passes = tuple(replace(each, strength=strength) for each in plan.passes) if mode is Mode.REMOVE else plan.passes
    below = without(document.layers, layer)

    def picture(rect: Rect) -> Array:
        return rgba(pixels_of(compose(below, rect)))

    def controls(rect: Rect) -> tuple[Guiding, ...]:
        return guiding_in(below, document.size, rect, document.model.family)

    def origin(rect: Rect) -> str:
        return origin_in(below, rect)

    surface = replace(surface_of(document, tiles), picture=picture, controls=controls, origin=origin)
    return begin(replace(plan, passes=passes, choices=choices), surface, wish)
