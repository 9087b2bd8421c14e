"""What one can do with the picture as a whole."""

from __future__ import annotations

from studio.document.document import Document
from studio.document.transforming import Turn, crop, turn_canvas
from studio.ui.actions import Action
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.extent_sheet import ExtentSheet
from studio.ui.canvas.resize_sheet import ResizeSheet

ICONS = {
    Turn.RIGHT: "rotate-cw",
    Turn.LEFT: "rotate-ccw",
    Turn.FLIP_H: "flip-horizontal-2",
    Turn.FLIP_V: "flip-vertical-2",
}


def picture_actions(canvas: Canvas, document: Document) -> list[Action]:
    def crop_to_selection() -> None:
        if document.selection is not None:
            crop(document, document.selection.bounds(), "Crop to selection")
            document.select(None, "Select nothing")

    return [
        Action(
            id="picture.resize",
            title="Resize picture …",
            group="Picture",
            section="canvas",
            run=lambda: ResizeSheet(canvas),
            keys=("Ctrl+Alt+I",),
            enabled_when=lambda: document.has_picture,
            icon="proportions",
        ),
        Action(
            id="picture.canvas_size",
            title="Canvas size …",
            group="Picture",
            section="canvas",
            run=lambda: ExtentSheet(canvas),
            keys=("Ctrl+Alt+C",),
            icon="expand",
            help="Makes the canvas larger or smaller; the picture stays as it is.",
        ),
        Action(
            id="picture.crop_to_selection",
            title="Crop to selection",
            group="Picture",
            section="canvas",
            run=crop_to_selection,
            enabled_when=lambda: document.selection is not None,
            icon="crop",
        ),
        *_turning(document),
    ]


def _turning(document: Document) -> list[Action]:
    return [
        Action(
            id=f"picture.{turn.name.lower()}",
            title=turn.value,
            group="Picture",
            section="turn",
            run=lambda turn=turn: turn_canvas(document, turn),
            enabled_when=lambda: document.has_picture,
            icon=ICONS.get(turn, ""),
        )
        for turn in Turn
    ]
