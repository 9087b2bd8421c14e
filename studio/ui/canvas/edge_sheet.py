"""By how many pixels a selection grows, shrinks or fades; shown by the marching ants while it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.document.change import Change
from studio.document.selecting import everything
from studio.document.tiles import Tiles
from studio.request.geometry import Size
from studio.ui.canvas.ants import Ants
from studio.ui.canvas.canvas import Canvas
from studio.ui.latest import Latest
from studio.ui.widgets.numbers import DecimalField, SliderField
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.tool import Labelled

Reshape = Callable[[Tiles, float, Size], Tiles]
LEAST, MOST = 0.5, 1000.0  # pixels
USUAL = 64.0
WIDTH = 260


@dataclass(frozen=True)
class _Made:
    """What a selection came to, and its edge."""

    before: Tiles
    by: float
    after: Tiles
    ants: Ants


class EdgeSheet(Popover):
    """Follows the selection: if another is made meanwhile, that one is reshaped."""

    def __init__(self, canvas: Canvas, title: str, start: float, reshape: Reshape) -> None:
        super().__init__(canvas, title, "Apply")
        self._canvas = canvas
        self._document = canvas.document
        self._title = title
        self._reshape = reshape
        self._made: _Made | None = None
        self.pixels = SliderField(DecimalField(LEAST, MOST), (LEAST, USUAL), scale=2, step=0.5)
        self.pixels.field.setSuffix(" px")
        self.pixels.field.setFixedWidth(80)
        self.pixels.field.setKeyboardTracking(True)
        self.pixels.name(title, "By how many pixels")
        self.pixels.set_value(start)
        self.pixels.edited.connect(self._show)
        self.body.addWidget(Labelled("By how many pixels", self.pixels))
        self.setMinimumWidth(WIDTH)
        self._latest = Latest(self)
        self._latest.done.connect(self._came)
        self._latest.failed.connect(canvas.refuse)
        self._document.changed.connect(self._on_changed)
        self.applied.connect(self._apply)
        self.applied.connect(self._close)
        self.discarded.connect(self._close)
        self.open(self.pixels.field)
        self.pixels.field.selectAll()
        self._show()

    @property
    def _now(self) -> Tiles:
        return self._document.selection or everything(self._document.size)

    def _show(self) -> None:
        before, by, size, reshape = self._now, self.pixels.value, self._document.size, self._reshape

        def work() -> object:
            after = reshape(before, by, size)
            return _Made(before, by, after, Ants(after, size))

        self._latest.ask(work)

    def _came(self, made: _Made) -> None:
        self._made = made
        self._canvas.marching.show_instead(made.ants)

    def _apply(self) -> None:
        before, by, made = self._now, self.pixels.value, self._made
        self._document.changed.disconnect(self._on_changed)
        ready = made is not None and made.before is before and made.by == by
        after = made.after if made is not None and ready else self._reshape(before, by, self._document.size)
        self._document.select(after, self._title)

    def _close(self) -> None:
        self._latest.drop()
        self._canvas.marching.show_instead(None)

    def _on_changed(self, change: Change) -> None:
        if change & (Change.SELECTION | Change.SIZE):
            self._canvas.marching.show_instead(None)
            self._show()
