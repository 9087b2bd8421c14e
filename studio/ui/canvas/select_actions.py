"""What one can do with selections and the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from studio.document.content import clear, fill
from studio.document.document import Document
from studio.document.editing.finding import small_things
from studio.document.layering import add_mask, layer_from_selection
from studio.document.layers import Plane
from studio.document.resolve import on_paper
from studio.document.selecting import covered_by, everything, feathered, grown, inverted, plane
from studio.document.tiles import Tiles
from studio.request.errors import BadInput
from studio.ui.actions import Action
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.edge_sheet import EdgeSheet, Reshape
from studio.ui.canvas.tools.brushing import paintable


def select_actions(canvas: Canvas, document: Document) -> list[Action]:
    return [
        *_clipboard(canvas),
        *_fills(canvas, document),
        *_whole(document),
        *_layers(document),
        *_edges(canvas, document),
    ]


def _selected(document: Document) -> Callable[[], bool]:
    return lambda: document.selection is not None


def _clipboard(canvas: Canvas) -> list[Action]:
    return [
        Action(
            id="edit.cut",
            title="Cut",
            group="Edit",
            section="clipboard",
            run=canvas.clipboard.cut,
            keys=("Ctrl+X",),
            help="Takes what is selected of the layer to the clipboard.",
            icon="scissors",
        ),
        Action(
            id="edit.copy_merged",
            title="Copy what is seen",
            group="Edit",
            section="clipboard",
            run=canvas.clipboard.copy_merged,
            keys=("Ctrl+Shift+C",),
            help="Copies all layers together, as far as they are selected.",
        ),
    ]


def _fills(canvas: Canvas, document: Document) -> list[Action]:
    def on_layer(act: Callable[[Plane], None]) -> Callable[[], None]:
        return lambda: act(paintable(document.active))

    return [
        Action(
            id="edit.clear",
            title="Clear",
            group="Edit",
            section="fill",
            run=on_layer(lambda layer: clear(document, layer)),
            keys=("Delete",),
            help="Makes what is selected of the layer transparent.",
        ),
        Action(
            id="edit.fill_foreground",
            title="Fill with the foreground colour",
            group="Edit",
            section="fill",
            run=on_layer(lambda layer: fill(document, layer, canvas.kit.foreground)),
            keys=("Alt+Backspace",),
        ),
        Action(
            id="edit.fill_background",
            title="Fill with the background colour",
            group="Edit",
            section="fill",
            run=on_layer(lambda layer: fill(document, layer, canvas.kit.background)),
            keys=("Ctrl+Backspace",),
        ),
    ]


def _whole(document: Document) -> list[Action]:
    return [
        Action(
            id="select.all",
            title="Select all",
            group="Select",
            run=lambda: document.select(everything(document.size), "Select all"),
            keys=("Ctrl+A",),
        ),
        Action(
            id="select.none",
            title="Select nothing",
            group="Select",
            run=lambda: document.select(None, "Select nothing"),
            keys=("Ctrl+D", "Ctrl+Shift+A"),
            enabled_when=_selected(document),
        ),
        Action(
            id="select.invert",
            title="Invert selection",
            group="Select",
            run=lambda: document.select(inverted(_now(document), document.size), "Invert selection"),
            keys=("Ctrl+Shift+I",),
            enabled_when=_selected(document),
        ),
        Action(
            id="select.things",
            title="Select small things",
            group="Select",
            run=lambda: _select_things(document),
            enabled_when=lambda: document.has_picture,
            icon="scan",
            help="What is small and stands out. “Detail each part” beside the button works over all of it in one go.",
        ),
    ]


def _select_things(document: Document) -> None:
    """Raises BadInput when nothing stands out."""
    found = small_things(on_paper(document.picture()).array)
    if not found.any():
        raise BadInput("No small things stand out of the picture.", "Select them by hand.")
    document.select(plane(found), "Select small things")


def _layers(document: Document) -> list[Action]:
    def from_layer() -> None:
        document.about_to_read.emit()
        if isinstance(document.active, Plane):
            document.select(covered_by(document.active, document.size), "Select layer")

    return [
        Action(
            id="select.from_layer",
            title="Select what the layer covers",
            group="Select",
            section="layers",
            run=from_layer,
            enabled_when=lambda: isinstance(document.active, Plane),
            help="Of a mask or a region, what it marks; of a picture, what is not transparent.",
        ),
        Action(
            id="select.to_mask",
            title="Mask from selection",
            group="Select",
            section="layers",
            run=lambda: add_mask(document),
            enabled_when=_selected(document),
            icon="mask",
        ),
        Action(
            id="select.to_layer",
            title="Layer from selection",
            group="Select",
            section="layers",
            run=lambda: layer_from_selection(document),
            keys=("Ctrl+J",),
            enabled_when=_selected(document),
        ),
    ]


def _edges(canvas: Canvas, document: Document) -> list[Action]:
    changes: tuple[tuple[str, str, float, Reshape], ...] = (
        ("grow", "Grow selection", 8.0, grown),
        ("shrink", "Shrink selection", 8.0, lambda tiles, by, size: grown(tiles, -by, size)),
        ("feather", "Feather selection", 12.0, feathered),
    )
    return [
        Action(
            id=f"select.{name}",
            title=f"{title} …",
            group="Select",
            section="edges",
            run=partial(EdgeSheet, canvas, title, start, reshape),
            enabled_when=_selected(document),
            help="The marching ants show what it comes to. Enter: apply. Escape: leave it as it is.",
        )
        for name, title, start, reshape in changes
    ]


def _now(document: Document) -> Tiles:
    return document.selection or everything(document.size)
