"""What one can do with generated layers: choose another candidate, take in new ones, make plain layers of them."""

from __future__ import annotations

from dataclasses import fields, replace

from studio.document.document import Document
from studio.document.edits import MakingEdit, TilesEdit, TreeEdit
from studio.document.layers import GeneratedLayer, Group, Layer, PaintLayer, parent_of
from studio.document.placing import Making, tiles_of
from studio.document.tiles import Versions
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest


def choose(document: Document, layer: GeneratedLayer, index: int) -> None:
    """Shows another candidate in the layer's place. One step of undo; the layer's own strokes on it are replaced."""
    if index != layer.chosen:
        with document.step("Choose candidate"):
            _show(document, layer, layer.candidates[index], layer.request)
            _remember(document, layer, chosen=index)


def take_in(document: Document, layer: GeneratedLayer, making: Making, request: GenerationRequest) -> None:
    """Adds candidates that were made anew for the layer, and shows one of them. One step of undo.

    request: makes the one that is chosen; from now on it is the layer's.
    """
    known = (*layer.origins, *("" for _ in layer.candidates[len(layer.origins) :]))
    with document.step("Make again"):
        _show(document, layer, making.candidates[making.chosen], request)
        _remember(
            document,
            layer,
            candidates=(*layer.candidates, *making.candidates),
            origins=(*known, *making.origins),
            chosen=len(layer.candidates) + making.chosen,
            request=request,
        )


def flatten(document: Document, layer: GeneratedLayer) -> PaintLayer:
    """Makes it a plain layer: what it shows stays, the other candidates and the request are let go."""
    group = parent_of(document.root, layer)
    if group is None:
        raise ValueError(f"{layer.name} is not in this document")
    plain = PaintLayer(**{each.name: getattr(layer, each.name) for each in fields(PaintLayer)})
    plain.origin = layer.came_from
    with document.step(f"Flatten {layer.name}"):
        children = [plain if child is layer else child for child in group.children]
        document.push(TreeEdit(document, "Flatten", {group: children}))
        document.activate(plain)
    return plain


def without(layers: tuple[Layer, ...], layer: Layer) -> tuple[Layer, ...]:
    """The same layers but for one, as they look without it."""
    kept: list[Layer] = []
    for each in layers:
        if isinstance(each, Group):
            kept.append(replace(each, children=without(each.children, layer)))
        elif each is not layer:
            kept.append(each)
    return tuple(kept)


def _show(document: Document, layer: GeneratedLayer, pixels: Pixels, request: GenerationRequest | None) -> None:
    tiles = tiles_of(pixels, request, layer.area.translated(-layer.x, -layer.y))
    versions: Versions = {key: tiles.get(key) for key in {*layer.tiles, *tiles}}
    document.push(TilesEdit(document, "Choose candidate", layer, versions))


def _remember(document: Document, layer: GeneratedLayer, **after: object) -> None:
    document.push(MakingEdit(document, "Choose candidate", layer, **after))
