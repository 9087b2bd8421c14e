"""What one can do with rulers, guides and snapping."""

from __future__ import annotations

from studio.document.guides import put_guides
from studio.ui.actions import Action
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.frame import CanvasFrame


def frame_actions(frame: CanvasFrame, canvas: Canvas) -> list[Action]:
    return [*_shown(frame, canvas), *_guides(canvas)]


def _shown(frame: CanvasFrame, canvas: Canvas) -> list[Action]:
    def show_guides() -> None:
        canvas.guides.visible = not canvas.guides.visible
        canvas.update()

    return [
        Action(
            id="view.rulers",
            title="Rulers",
            group="View",
            section="shown",
            run=lambda: frame.show_rulers(not frame.rulers_shown),
            keys=("Ctrl+R",),
            checked_when=lambda: frame.rulers_shown,
            help="Guides are pulled out of the rulers, moved in them, and pushed off the canvas to remove them.",
            icon="ruler",
        ),
        Action(
            id="view.guides",
            title="Guides",
            group="View",
            section="shown",
            run=show_guides,
            keys=("Ctrl+;",),
            checked_when=lambda: canvas.guides.visible,
        ),
    ]


def _guides(canvas: Canvas) -> list[Action]:
    document = canvas.document

    def snap() -> None:
        canvas.snapping.on = not canvas.snapping.on

    return [
        Action(
            id="view.snap",
            title="Snap to guides and edges",
            group="View",
            section="shown",
            run=snap,
            keys=("Ctrl+Shift+;",),
            checked_when=lambda: canvas.snapping.on,
            help="What is dragged stops at guides, at the edges of the canvas and at its middle. Ctrl: not now.",
        ),
        Action(
            id="view.clear_guides",
            title="Remove all guides",
            group="View",
            section="shown",
            run=lambda: put_guides(document, (), "Remove guides"),
            enabled_when=lambda: bool(document.guides),
        ),
    ]
