"""What one can do on the canvas, as data."""

from __future__ import annotations

from collections.abc import Callable

from studio.document.document import Document
from studio.ui.actions import Action
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.layer_actions import layer_actions
from studio.ui.canvas.picture_actions import picture_actions
from studio.ui.canvas.select_actions import select_actions
from studio.ui.canvas.tools.picker import take_palette

TURN = 15.0  # degrees
GROW = 1.15


def canvas_actions(canvas: Canvas, document: Document) -> list[Action]:
    """Tools, brushes and colours, selections, layers, the picture as a whole, and the view, in the order of menus."""
    return [
        *picture_actions(canvas, document),
        *layer_actions(canvas, document),
        *select_actions(canvas, document),
        *_tools(canvas),
        *_brush_sizes(canvas),
        *_brush_hardness(canvas),
        *_brush_opacity(canvas),
        *_colours(canvas),
        *_turned(canvas),
        *_mirrored(canvas),
        *_zoomed(canvas),
    ]


def _tools(canvas: Canvas) -> list[Action]:
    return [
        Action(
            id=f"tool.{tool.id}",
            title=tool.title,
            group="Tools",
            section=f"tools{number}",
            run=lambda id_=tool.id: canvas.tools.choose(id_),
            keys=(tool.key,),
            checked_when=lambda id_=tool.id: canvas.tools.current.id == id_,
            help=tool.hint,
            icon=tool.icon,
        )
        for number, group in enumerate(canvas.tools.groups)
        for tool in group
    ]


def _brush_sizes(canvas: Canvas) -> list[Action]:
    kit = canvas.kit

    return [
        Action(
            id="brush.smaller",
            title="Smaller brush",
            group="Tools",
            section="brush",
            run=lambda: kit.resize(1 / GROW),
            keys=("[",),
            repeats=True,
        ),
        Action(
            id="brush.larger",
            title="Larger brush",
            group="Tools",
            section="brush",
            run=lambda: kit.resize(GROW),
            keys=("]",),
            repeats=True,
        ),
    ]


def _brush_hardness(canvas: Canvas) -> list[Action]:
    kit = canvas.kit

    def harder(by: float) -> Callable[[], None]:
        return lambda: kit.change(hardness=min(1.0, max(0.0, kit.brush().hardness + by)))

    return [
        Action(
            id="brush.softer",
            title="Softer brush",
            group="Tools",
            section="brush",
            run=harder(-0.1),
            keys=("Shift+[", "{"),
            repeats=True,
        ),
        Action(
            id="brush.harder",
            title="Harder brush",
            group="Tools",
            section="brush",
            run=harder(0.1),
            keys=("Shift+]", "}"),
            repeats=True,
        ),
    ]


def _brush_opacity(canvas: Canvas) -> list[Action]:
    kit = canvas.kit

    def denser(by: float) -> Callable[[], None]:
        return lambda: kit.change(opacity=min(1.0, max(0.05, kit.brush().opacity + by)))

    return [
        Action(
            id="brush.thinner",
            title="Less opaque brush",
            group="Tools",
            section="brush",
            run=denser(-0.1),
            keys=("O",),
            repeats=True,
        ),
        Action(
            id="brush.denser",
            title="More opaque brush",
            group="Tools",
            section="brush",
            run=denser(0.1),
            keys=("P",),
            repeats=True,
        ),
    ]


def _colours(canvas: Canvas) -> list[Action]:
    kit = canvas.kit
    return [
        Action(
            id="colour.swap",
            title="Swap foreground and background colour",
            group="Tools",
            section="colour",
            run=kit.swap,
            keys=("X",),
            icon="arrow-left-right",
        ),
        Action(
            id="colour.reset",
            title="Black on white",
            group="Tools",
            section="colour",
            run=kit.reset,
            keys=("D",),
            icon="contrast",
        ),
        Action(
            id="colour.palette",
            title="Take the colours of the picture",
            group="Tools",
            section="colour",
            run=lambda: take_palette(canvas.document, canvas.kit),
            enabled_when=lambda: canvas.document.has_picture,
            icon="palette",
            help="Of what is seen, or of what is selected of it. They stand below the recent ones.",
        ),
    ]


def _turned(canvas: Canvas) -> list[Action]:
    return [
        Action(
            id="view.turn_left",
            title="Turn the view to the left",
            group="View",
            section="turn",
            run=lambda: canvas.turn_to(canvas.view.angle - TURN),
            keys=("4",),
            repeats=True,
            help="Turns what you see, not the picture.",
        ),
        Action(
            id="view.turn_right",
            title="Turn the view to the right",
            group="View",
            section="turn",
            run=lambda: canvas.turn_to(canvas.view.angle + TURN),
            keys=("6",),
            repeats=True,
            help="Turns what you see, not the picture.",
        ),
    ]


def _mirrored(canvas: Canvas) -> list[Action]:
    return [
        Action(
            id="view.upright",
            title="Upright view",
            group="View",
            section="turn",
            run=lambda: canvas.turn_to(0, mirrored=False),
            keys=("5",),
            enabled_when=lambda: not canvas.view.upright,
        ),
        Action(
            id="view.mirror",
            title="Mirror the view",
            group="View",
            section="turn",
            run=lambda: canvas.turn_to(-canvas.view.angle, mirrored=not canvas.view.mirrored),
            keys=("N",),
            checked_when=lambda: canvas.view.mirrored,
            help="Shows the picture as in a mirror: mistakes in drawing are easier to see.",
            icon="flip-horizontal-2",
        ),
    ]


def _zoomed(canvas: Canvas) -> list[Action]:
    return [
        Action(
            id="view.zoom_1",
            title="Zoom to 100 %",
            group="View",
            section="zoom",
            run=canvas.actual_size,
            keys=("1", "Ctrl+Alt+0"),
        ),
        Action(
            id="view.zoom_2",
            title="Zoom to 200 %",
            group="View",
            section="zoom",
            run=lambda: canvas.set_zoom(2.0),
            keys=("2",),
        ),
        Action(
            id="view.zoom_fit",
            title="Show all of the picture",
            group="View",
            section="zoom",
            run=canvas.fit,
            keys=("3", "Ctrl+0"),
        ),
        Action(
            id="view.ants",
            title="Edge of the selection",
            group="View",
            section="shown",
            run=lambda: canvas.marching.set_visible(not canvas.marching.visible),
            checked_when=lambda: canvas.marching.visible,
        ),
    ]
