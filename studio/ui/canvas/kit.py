"""What the hand holds: colours, and a brush of its own for each thing one does with brushes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.document.brush import LARGEST, Brush
from studio.document.content import GradientKind
from studio.document.selecting import Combine

MOST_RECENT = 24  # colours kept in the palette of recent ones
SMALLEST = 1.0
PAINT, ERASE, MASK = "brush", "eraser", "mask"


class Kit(QObject):
    """Shared by the tools and the brush panel. Not part of the document: it changes no picture.

    changed(): a colour or a brush is another. in_hand: whose brush the panel shows: "brush", "eraser" or "mask".
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.foreground = "#1b1b1b"
        self.background = "#ffffff"
        self.recent: tuple[str, ...] = ()
        self.palette: tuple[str, ...] = ()  # colours taken from a picture
        self.in_hand = PAINT
        self._brushes = {
            PAINT: Brush(),
            ERASE: Brush(name="Eraser", icon="eraser", size=48.0, pressure_size=False),
            MASK: Brush(name="Mask", icon="mask", size=96.0, hardness=0.5, pressure_size=False, smoothing=0.0),
        }
        self.combine = Combine.REPLACE
        self.feather = 0.0  # pixels that the edge of a new selection fades over
        self.smooth_edges = True
        self.tolerance = 24  # 0..255: what fill and wand take for one colour
        self.contiguous = True  # only what hangs together
        self.merged = True  # look at the whole picture, not only at the active layer
        self.gradient = GradientKind.LINEAR
        self.to_transparent = False
        self.sharp = False  # transform without smoothing, for hard pixels

    def brush(self, what: str = "") -> Brush:
        """The brush for painting, erasing or masking; without a name the one in hand."""
        return self._brushes[what or self.in_hand]

    def take(self, what: str) -> None:
        """Whose brush is in hand now."""
        if what != self.in_hand:
            self.in_hand = what
            self.changed.emit()

    def set_brush(self, brush: Brush, what: str = "") -> None:
        if brush != self.brush(what):
            self._brushes[what or self.in_hand] = brush
            self.changed.emit()

    def change(self, **fields: Any) -> None:
        """Other values for the brush in hand."""
        brush = replace(self.brush(), **fields)
        self.set_brush(replace(brush, size=min(LARGEST, max(SMALLEST, brush.size))))

    def set_option(self, name: str, value: object) -> None:
        """Another value for one of the options of fill, gradient, wand, transform and selections."""
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.changed.emit()

    def resize(self, factor: float) -> None:
        """Makes the brush in hand larger or smaller, by at least one pixel."""
        size = self.brush().size
        step = max(1.0, abs(size * factor - size))
        self.change(size=float(round(size + (step if factor > 1 else -step))))

    def set_foreground(self, colour: str) -> None:
        """colour: #rrggbb."""
        if colour != self.foreground:
            self.foreground = colour
            self.changed.emit()

    def set_background(self, colour: str) -> None:
        if colour != self.background:
            self.background = colour
            self.changed.emit()

    def swap(self) -> None:
        self.foreground, self.background = self.background, self.foreground
        self.changed.emit()

    def reset(self) -> None:
        """Black on white."""
        self.foreground, self.background = "#000000", "#ffffff"
        self.changed.emit()

    def used(self) -> None:
        """The foreground was painted with: it goes to the front of the recent colours."""
        if not self.recent or self.recent[0] != self.foreground:
            others = (colour for colour in self.recent if colour != self.foreground)
            self.recent = (self.foreground, *others)[:MOST_RECENT]
            self.changed.emit()
