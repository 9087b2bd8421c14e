"""From the wish to the request: every "automatic" becomes a value here, and nowhere downstream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from studio.document.control_layers import guiding_in
from studio.document.images import image_of, pixels_of, scaled, view
from studio.document.layers import Layer, MaskLayer, RegionLayer, has_content, origin_in, shown
from studio.document.recipe import Recipe
from studio.document.regioning import Sketch, Worded, applied
from studio.prompts.styles import apply_style
from studio.request.control import Control
from studio.request.family import Ability, Family, Model
from studio.request.geometry import Rect, Size
from studio.request.pixels import Array, Pixels
from studio.request.request import Attachment, GenerationRequest, Prompt, Region
from studio.request.sampling import Sampler

WHITE = "#ffffff"  # what shows through where the canvas is transparent


def automatic_size(model: Model, canvas: Size | None) -> Size:
    """The size to make when none was chosen: the canvas' own if the model can, else of its shape; else the model's.

    canvas: None when there is nothing on it.
    """
    if canvas is None:
        return model.defaults.size
    family = model.family
    factor = min(1.0, family.largest_side / max(canvas))
    factor = max(factor, family.smallest_side / min(canvas))
    size = canvas if factor == 1 else canvas.scaled(factor)
    return Size(min(size.width, family.largest_side), min(size.height, family.largest_side))


@dataclass(frozen=True)
class Canvas:
    """What the layers have to say about a generation. flattened: what is seen, opaque; asked for only if needed.

    controls: pictures that steer a model of a family, for a picture of that size.
    """

    layers: tuple[Layer, ...]
    size: Size
    flattened: Callable[[], Pixels]
    controls: Callable[[Family, Size], tuple[Control, ...]] = lambda _family, _size: ()

    def mask(self) -> Pixels | None:
        """What to make anew, or None when no mask covers anything."""
        masks = [layer for layer in shown(self.layers) if isinstance(layer, MaskLayer)]
        area = Rect.of(self.size)
        most = np.zeros((area.height, area.width), np.uint8)
        for layer in masks:
            covered = view(layer.tiles.read(layer.inside(area)))
            np.maximum(most, np.rint(covered * layer.limit).astype(np.uint8), out=most)
        return Pixels(most[..., None]) if most.any() else None

    def regions(self, family: Family, size: Size, root: Prompt, negative: Prompt) -> Worded:
        """The words of the whole, and areas of a picture of that size with words of their own."""
        found = sketches(self.layers, Rect.of(self.size), family)
        return applied([each.cut(partial(_at, size=size)) for each in found], root, negative)

    @property
    def empty(self) -> bool:
        return not has_content(self.layers)


def sketches(layers: tuple[Layer, ...], area: Rect, family: Family) -> tuple[Sketch, ...]:
    """What the shown regions with words cover of a part of the canvas, the uppermost first; empty ones are left out.

    family: of the model that is asked; words that it cannot use are left out, and all regions if it knows none.
    """
    found: list[Sketch] = []
    for layer in shown(layers) if family.can(Ability.REGIONS) else ():
        if not isinstance(layer, RegionLayer):
            continue
        against = layer.negative if family.can(Ability.NEGATIVE_PROMPT) else ""
        covered = view(layer.tiles.read(layer.inside(area))) if (layer.prompt + against).strip() else None
        if covered is not None and covered.any():
            found.append(Sketch(covered.copy(), layer.prompt, against))
    return tuple(reversed(found))


def _at(coverage: Array, size: Size) -> Array:
    return fitted(Pixels(coverage[..., None]), size).array[..., 0]


class Resolved:
    """What a document amounts to, kept until something of it is different. picture: what its canvas shows."""

    def __init__(self, picture: Callable[[], Pixels]) -> None:
        self._picture = picture
        self._request: GenerationRequest | None = None
        self._paper: Pixels | None = None
        self._controls: tuple[object, tuple[Control, ...]] | None = None

    def request(self, recipe: Recipe, model: Model, layers: tuple[Layer, ...], size: Size) -> GenerationRequest:
        if self._request is None:
            controls = partial(self._steering, layers, size)
            self._request = resolve(recipe, model, Canvas(layers, size, self._flattened, controls))
        return self._request

    def forget(self, *, looks: bool) -> None:
        """Something is different; looks: what the canvas shows, too."""
        self._request = None
        if looks:
            self._paper = self._controls = None

    def _steering(self, layers: tuple[Layer, ...], canvas: Size, family: Family, size: Size) -> tuple[Control, ...]:
        for_what = family.id, size
        if self._controls is None or self._controls[0] != for_what:
            self._controls = for_what, controls_at(layers, canvas, family, size)
        return self._controls[1]

    def _flattened(self) -> Pixels:
        self._paper = self._paper or on_paper(self._picture())
        return self._paper


def resolve(recipe: Recipe, model: Model, canvas: Canvas, *, looks: bool = True) -> GenerationRequest:
    """The request for this wish. What is on the canvas is scaled to its size; what the model cannot use is left out.

    looks: False for words and numbers alone, without source, mask and regions.

    The canvas is the source when there is something on it and either a mask is laid, the strength is under 1, or the
    model edits by instruction.
    Raises BadInput when a value cannot be used.
    """
    family, defaults = model.family, model.defaults
    size = recipe.size or automatic_size(model, None if canvas.empty else canvas.size)
    prompt, negative = apply_style(recipe.prompt, recipe.negative, recipe.style)
    mask = canvas.mask() if looks and family.can(Ability.INPAINT) and not canvas.empty else None
    starts = looks and not canvas.empty and _sees_canvas(family, recipe)
    source = canvas.flattened() if starts or mask is not None else None
    negative = negative if family.can(Ability.NEGATIVE_PROMPT) else Prompt.plain("")
    regions: tuple[Region, ...] = ()
    if looks:
        prompt, negative, regions = canvas.regions(family, size, prompt, negative)
    return GenerationRequest(
        model=model.reference,
        prompt=prompt,
        negative=negative,
        size=size,
        steps=defaults.steps if recipe.steps is None else recipe.steps,
        guidance=defaults.guidance if recipe.guidance is None else recipe.guidance,
        sampler=_sampler(recipe.sampler, family, defaults.sampler),
        seed=recipe.seed,
        count=recipe.count,
        source=None if source is None else fitted(source, size),
        mask=None if mask is None else fitted(mask, size),
        strength=1.0 if source is None else recipe.strength,
        regions=regions,
        attachments=(Attachment(kind="vae", name=recipe.codec),) if recipe.codec else (),
        shortcuts=recipe.shortcuts,
        origin="" if source is None else origin_in(canvas.layers, Rect.of(canvas.size)),
        controls=canvas.controls(family, size) if looks and family.controls else (),
    )


def _sees_canvas(family: Family, recipe: Recipe) -> bool:
    """A model that edits by instruction always looks at what is there; others only start from it."""
    return family.can(Ability.INSTRUCT) or (family.can(Ability.IMAGE_TO_IMAGE) and recipe.strength < 1)


def fitted(pixels: Pixels, size: Size) -> Pixels:
    """The same picture at another size, smooth."""
    return pixels if pixels.size == size else pixels_of(scaled(image_of(pixels), size))


def controls_at(layers: tuple[Layer, ...], canvas: Size, family: Family, size: Size) -> tuple[Control, ...]:
    """What steers models of a family, for a picture of all of the canvas at that size."""
    found = guiding_in(layers, canvas, Rect.of(canvas), family)
    return tuple(each.cut(partial(fitted_array, size=size)).control() for each in found)


def fitted_array(array: Array, size: Size) -> Array:
    """The same for straight RGB or RGBA."""
    return fitted(Pixels(np.ascontiguousarray(array)), size).array


def on_paper(pixels: Pixels, paper: str = WHITE) -> Pixels:
    """Without transparency: paper of a colour (#rrggbb) shows through."""
    if pixels.channels != 4:
        return pixels
    colour = pixels.array[..., :3].astype(np.uint16)
    alpha = pixels.array[..., 3:].astype(np.uint16)
    below = np.array([int(paper[at : at + 2], 16) for at in (1, 3, 5)], np.uint16)
    mixed = (colour * alpha + below * (255 - alpha) + 127) // 255
    return Pixels(mixed.astype(np.uint8))


def _sampler(wish: Sampler | None, family: Family, default: Sampler) -> Sampler:
    return wish if wish is not None and wish in family.samplers else default
