"""The viewer: one picture large, its neighbours at hand, or up to four compared with one camera."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.library.gallery.index.store import Item
from studio.request.pixels import Pixels
from studio.ui.gallery.full_size import FullSize, image_of
from studio.ui.gallery.histogram import Histogram
from studio.ui.gallery.image_view import Camera, ImageView
from studio.ui.gallery.model import PictureModel
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.slides import Slides
from studio.ui.widgets.one_line import OneLine
from studio.ui.widgets.tool import label, tool_button

MOST_COMPARED = 4
_ACTIONS = {Mode.SIDE_BY_SIDE: "compare", Mode.SPLIT: "before_after", Mode.DIFFERENCE: "difference"}
_GAIN = 4  # by which differences are multiplied, to be seen


class Viewer(QWidget):
    """closed(): back to the grid. turned(int): another row is shown. asked(QPoint): its menu is wanted there.

    full_screen(bool): the whole screen, or no longer. does: the action that a button stands for, by its id.
    """

    closed = Signal()
    turned = Signal(int)
    asked = Signal(object)
    full_screen = Signal(bool)

    def __init__(self, model: PictureModel, full_size: FullSize) -> None:
        super().__init__()
        self._model = model
        self._pictures = full_size
        self.camera = Camera(self)
        self.mode = Mode.SINGLE
        self.row = -1
        self.does: dict[QToolButton, str] = {}
        self._items: list[Item] = []
        self._compared: list[Item] = []
        self._asked = 0  # pictures that were to be compared, of which these are the first
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.views = [ImageView(self.camera) for _ in range(MOST_COMPARED)]
        self.histogram = Histogram()
        self.slides = Slides(self._model, self)
        self.slides.next.connect(self._slide)
        first = self.views[0]
        self._keys: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Escape: self.leave,
            **dict.fromkeys((Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown), lambda: self.turn(1)),
            **dict.fromkeys((Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp), lambda: self.turn(-1)),
            **dict.fromkeys((Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter), self.closed.emit),
            Qt.Key.Key_Z: first.toggle_actual_size,
            Qt.Key.Key_Plus: lambda: first.zoom_by(1.25),
            Qt.Key.Key_Minus: lambda: first.zoom_by(0.8),
        }
        self._build()
        full_size.came.connect(self._came)
        self.camera.moved.connect(self._show_zoom)

    def show_row(self, row: int) -> None:
        """Shows one picture of the grid; the zoom starts anew with each."""
        item = self._model.item(row)
        if item is None:
            return
        self.row = row
        self.mode = Mode.SINGLE
        self._items = [item]
        self.camera.fit()
        self._refresh()
        nearby = [self._model.item(each) for each in (row + 1, row - 1) if 0 <= each < self._model.rowCount()]
        self._pictures.want([item.path, *(each.path for each in nearby if each is not None)])

    def follow(self) -> None:
        """The grid shows others now: stays with its picture, or goes on with the next when that is gone."""
        if self.mode is not Mode.SINGLE or not self._items:
            return
        count, row = self._model.rowCount(), self._model.row_of(self._items[0].id)
        if not count:
            self.closed.emit()
        elif row < 0:
            self.show_row(min(self.row, count - 1))
        else:
            self.row = row
            self._show_words()

    def compare(self, items: Sequence[Item], mode: Mode = Mode.SIDE_BY_SIDE) -> None:
        """Shows up to four pictures together; before-and-after and difference show the first two."""
        if items is not self._compared:
            self._asked = len(items)
        self._compared = list(items)[:MOST_COMPARED]
        self._items = self._compared if mode is Mode.SIDE_BY_SIDE else self._compared[:2]
        self.mode = mode if len(self._items) > 1 else Mode.SINGLE
        self.slides.stop()
        self.camera.fit()
        self._refresh()
        self._pictures.want([item.path for item in self._items])

    def turn(self, by: int) -> None:
        """To the next picture or the one before; while the slideshow goes on, it stays as long as any."""
        self._to(self.row + by)
        self.slides.wait()

    def _slide(self, row: int) -> None:
        if self.mode is Mode.SINGLE:
            self._to(row)

    def _to(self, row: int) -> None:
        if self.mode is Mode.SINGLE and 0 <= row < self._model.rowCount() and row != self.row:
            self.show_row(row)
            self.turned.emit(row)

    def toggle_slideshow(self) -> None:
        """Begins the slideshow, or ends it."""
        if self.sliding:
            self.slides.stop()
        elif self.mode is Mode.SINGLE:
            self.slides.start(lambda: self.row)

    @property
    def sliding(self) -> bool:
        """Whether the slideshow goes on."""
        return self.slides.going

    def toggle_histogram(self) -> None:
        """Shows the histogram, or hides it."""
        self.histogram.setVisible(self.histogram.isHidden())
        self._show_histogram()

    def leave(self) -> None:
        """Ends what is going on, one thing at a time: the slideshow, the full screen, the viewer."""
        if self.sliding:
            self.slides.stop()
        elif self.isFullScreen():
            self.full_screen.emit(False)
        else:
            self.closed.emit()

    def _build(self) -> None:
        self._bar = QWidget()
        self._bar.setProperty("role", "panel")
        self._bar.setLayout(self._buttons())
        self._stage = QWidget()
        grid = QGridLayout(self._stage)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for number, view in enumerate(self.views):
            grid.addWidget(view, number // 2, number % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._stage, 1)
        self.histogram.setParent(self._stage)
        self.histogram.hide()
        self._stage.installEventFilter(self)

    def _buttons(self) -> QHBoxLayout:
        """What stands over the picture."""
        self.title = OneLine("heading")
        self.place = label("", "secondary")
        self.zoom = label("", "secondary")
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 6, 12, 6)
        bar.setSpacing(8)
        bar.addWidget(tool_button("chevron-left", "Back to all pictures\nEsc", self.closed.emit))
        bar.addWidget(self.title)
        bar.addWidget(self.place)
        bar.addStretch(1)
        self._ways = _ways(lambda mode: self.compare(self._compared, mode))
        self.does |= {button: f"gallery.{_ACTIONS[mode]}" for mode, button in self._ways.items()}
        for button in self._ways.values():
            bar.addWidget(button)
        bar.addWidget(self.zoom)
        for button, action in _tools(self):
            bar.addWidget(button)
            if action:
                self.does[button] = action
        return bar

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self._stage and event.type() is QEvent.Type.Resize:
            self.histogram.move(self._stage.width() - self.histogram.width() - 12, 12)
        return False

    def _refresh(self) -> None:
        for mode, button in self._ways.items():
            button.setVisible(self.mode is not Mode.SINGLE)
            button.setChecked(self.mode is mode)
        shown = len(self._items) if self.mode is Mode.SIDE_BY_SIDE else 1
        grid = self._stage.layout()
        columns = 2 if shown == MOST_COMPARED else max(1, shown)
        for number, view in enumerate(self.views):
            view.setVisible(number < shown)
            view.other = None
            if isinstance(grid, QGridLayout):
                grid.addWidget(view, number // columns, number % columns)
        if self.mode in (Mode.SPLIT, Mode.DIFFERENCE):
            self._show_pair(self._items[0], self._items[1])
        else:
            for view, item in zip(self.views, self._items, strict=False):
                self._show_item(view, item, item.name if shown > 1 else "")
        self._show_words()
        self._show_zoom()
        self._show_histogram()

    def _show_item(self, view: ImageView, item: Item, caption: str) -> None:
        whole = self._pictures.get(item.path)
        if whole is not None:
            view.show_image(whole.image, whole.problem, caption)
            return
        small = self._model.thumbnail(item)  # until the whole one has come
        image = small.toImage() if small is not None else QImage()
        view.show_image(image, "", caption, QSize(item.width, item.height))

    def _show_pair(self, one: Item, other: Item) -> None:
        first, second = self._pictures.get(one.path), self._pictures.get(other.path)
        view = self.views[0]
        if first is None or second is None:
            return
        if first.pixels is None or second.pixels is None:
            view.show_image(QImage(), first.problem or second.problem)
        elif self.mode is Mode.DIFFERENCE:
            view.show_image(image_of(difference(first.pixels, second.pixels)), "", f"{one.name}  −  {other.name}")
        else:
            view.show_image(first.image, "", f"{one.name}  |  {other.name}")
            view.other = second.image

    def _came(self, path: object) -> None:
        if any(item.path == path for item in self._items):
            self._refresh()

    def _show_words(self) -> None:
        asked = len(self._compared) if self.mode is not Mode.SIDE_BY_SIDE else self._asked
        self.title.setText(_titled([item.name for item in self._items], asked, self.mode))
        self.title.setToolTip(html.escape(self.title.text()))
        self.place.setText(f"{self.row + 1:,} of {self._model.rowCount():,}" if self.mode is Mode.SINGLE else "")

    def _show_zoom(self) -> None:
        view = self.views[0]
        self.zoom.setText(f"{view.scale * self.devicePixelRatioF() * 100:.0f} %" if not view.extent.isEmpty() else "")

    def _show_histogram(self) -> None:
        if self.histogram.isHidden() or not self._items:
            return
        whole = self._pictures.get(self._items[0].path)
        self.histogram.show_pixels(whole.pixels if whole is not None else None)
        self.histogram.raise_()

    def event(self, event: QEvent) -> bool:
        """Keys that turn pages and zoom are its own, though the gallery has actions with some of them."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        run = self._own(event)
        if run is not None:
            run()
        else:
            super().keyPressEvent(event)

    def _own(self, event: QKeyEvent) -> Callable[[], object] | None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return self._keys.get(Qt.Key(event.key())) if plain else None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.asked.emit(event.globalPos())


def _tools(viewer: Viewer) -> list[tuple[QToolButton, str]]:
    """Buttons at the right end of the bar, each with the id of the action that does the same, or ""."""
    first = viewer.views[0]
    return [
        (tool_button("zoom-out", "Farther\n−", lambda: first.zoom_by(0.8)), ""),
        (tool_button("zoom-in", "Closer\n+", lambda: first.zoom_by(1.25)), ""),
        (tool_button("proportions", "Whole picture or its own pixels\nZ", lambda: first.toggle_actual_size()), ""),
        (tool_button("mountain", "Histogram", viewer.toggle_histogram), "gallery.histogram"),
        (tool_button("play", "Slideshow", viewer.toggle_slideshow), "gallery.slideshow"),
        (
            tool_button("maximize", "Full screen", lambda: viewer.full_screen.emit(not viewer.isFullScreen())),
            "gallery.full_screen",
        ),
    ]


def _ways(run: Callable[[Mode], object]) -> dict[Mode, QToolButton]:
    """A button for each way of comparing."""
    titles = {
        Mode.SIDE_BY_SIDE: ("blend", "Side by side"),
        Mode.SPLIT: ("contrast", "Before and after: the first two, divided by a line to drag"),
        Mode.DIFFERENCE: ("eclipse", f"Difference of the first two, {_GAIN} times as strong"),
    }
    buttons = {mode: tool_button(name, title, partial(run, mode)) for mode, (name, title) in titles.items()}
    for button in buttons.values():
        button.setCheckable(True)
    return buttons


def _titled(names: list[str], asked: int, mode: Mode) -> str:
    """What stands over the pictures; `asked` is how many were to be compared. Signs that are no letters are blanks."""
    many = len(names)
    which = f"{many} pictures" if many >= asked else f"{many} of {asked:,} pictures"
    title = names[0] if many == 1 else f"{which}, {mode.value}"
    return "".join(sign if sign.isprintable() else " " for sign in title)


def difference(one: Pixels, other: Pixels) -> Pixels:
    """|one − other|, times a few to be seen, in the size of the first."""
    first = one.array[..., :3].astype(np.int16)
    second = other.array[..., :3]
    if second.shape != first.shape:
        second = second[_spread(second.shape[0], first.shape[0])][:, _spread(second.shape[1], first.shape[1])]
    apart = np.abs(first - second.astype(np.int16)) * _GAIN
    return Pixels(np.minimum(apart, 255).astype(np.uint8))


def _spread(have: int, want: int) -> npt.NDArray[np.int64]:
    """Which of `have` rows or columns stands for each of `want`."""
    return (np.arange(want, dtype=np.int64) * have // want).astype(np.int64)
