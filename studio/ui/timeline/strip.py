"""The film strip: every step of the denoising beside the next one, and a playhead to pull."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider

from studio.ui.theme import colours
from studio.ui.timeline.film import Film, Moment

FINE = 16  # positions from one frame to the next
HEIGHT = 48
PAGES = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
EDGE = 8  # logical pixels left and right of the film, so that the playhead can be taken at its ends
RADIUS = 6
NARROWEST = 12  # logical pixels of a part, so that it is told from the next one
GAP = 2.0  # logical pixels between parts


class FilmStrip(QSlider):
    """A slider over the frames of a film. Its value is an index times FINE; the hand moves it freely, keys by steps.

    smooth: what lies between two frames is shown while the hand moves; else only frames.
    toggled: the person wants it played, or stopped.
    """

    toggled = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._film = Film(0)
        self._share = 1.0  # of the width that the frames so far take
        self.smooth = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(120)
        self.setSingleStep(FINE)
        self.setPageStep(4 * FINE)
        self.setAccessibleName("Steps of the picture")
        self.setToolTip(
            "Pull to see how the picture came out of noise.\n"
            "Arrow keys go step by step, Page Up and Page Down part by part, Space plays."
        )

    @property
    def film(self) -> Film:
        return self._film

    def show_film(self, film: Film, position: float, *, grows: bool = False) -> None:
        """position: index of the frame to stand at. grows: more frames will come. Tells nobody."""
        self._film = film
        self._share = (film.last + 1) / max(1, film.length) if grows else 1.0
        self.blockSignals(True)
        self.setRange(0, max(0, film.last) * FINE)
        self.setValue(round(position * FINE))
        self.blockSignals(False)
        self.update()

    @property
    def position(self) -> float:
        return self.value() / FINE

    @property
    def index(self) -> int:
        """The frame that is nearest."""
        return round(self.position)

    def go_to(self, index: int) -> None:
        self.setValue(index * FINE)

    def sizeHint(self) -> QSize:
        return QSize(480, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderDown(False)
            self.go_to(self.index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self.go_to(self.index + (1 if turned < 0 else -1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggled.emit()
            return
        if event.key() in PAGES and self._film.parts > 1:
            self._turn_over(forward=event.key() == Qt.Key.Key_PageDown)
            return
        super().keyPressEvent(event)

    def _turn_over(self, *, forward: bool) -> None:
        """To the beginning of the next part or of this one, then of the one before; at last to the end."""
        begins = self._film.begins
        if forward:
            self.go_to(next((each for each in begins if each > self.index), self._film.last))
        else:
            self.go_to(next((each for each in reversed(begins) if each < self.index), 0))

    def _follow(self, event: QMouseEvent) -> None:
        share = (event.position().x() - EDGE) / max(1, self.width() - 2 * EDGE)
        value = round(max(0.0, min(1.0, share)) * self.maximum())
        self.setValue(value if self.smooth else round(value / FINE) * FINE)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        film = QRectF(EDGE, 4, self.width() - 2 * EDGE, self.height() - 8)
        outline = QPainterPath()
        outline.addRoundedRect(film, RADIUS, RADIUS)
        painter.fillPath(outline, QColor(roles.field))
        if self._film.last < 0:
            return
        shown = QRectF(film.left(), film.top(), film.width() * self._share, film.height())
        reached = shown.left() + shown.width() * self._reach()
        painter.save()
        painter.setClipPath(outline)
        self._draw_frames(painter, shown)
        shade = QColor(roles.canvas)
        shade.setAlphaF(0.6)
        painter.fillRect(QRectF(reached, film.top(), shown.right() - reached, film.height()), shade)
        painter.restore()
        self._draw_marks(painter, shown)
        self._draw_head(painter, reached)

    def _reach(self) -> float:
        return self.sliderPosition() / self.maximum() if self.maximum() else 1.0

    def _draw_frames(self, painter: QPainter, film: QRectF) -> None:
        """Part by part, with a gap before the next one, unless there is no room to see that."""
        begins, last = self._film.begins, max(1, self._film.last)
        gap = GAP if len(begins) * NARROWEST <= film.width() else 0.0
        for first, after in zip(begins, (*begins[1:], self._film.last + 1), strict=True):
            left = 0.0 if first == 0 else (first - 0.5) / last
            right = 1.0 if after > self._film.last else (after - 0.5) / last
            part = QRectF(film.left() + film.width() * left, film.top(), film.width() * (right - left), film.height())
            self._draw_part(painter, part, film, range(first, after))
            if first:
                painter.fillRect(QRectF(part.left() - gap / 2, film.top(), gap, film.height()), QColor(colours().panel))

    def _draw_part(self, painter: QPainter, part: QRectF, film: QRectF, indices: range) -> None:
        """As many as there is room for, each over the place where its step is; of a short film they are repeated."""
        first = self._film.frame(indices[0]).size
        wide = max(16.0, part.height() * first.width / first.height)
        cells = max(1, round(part.width() / wide))
        wide = part.width() / cells
        side = round(max(wide, part.height()) * self.devicePixelRatioF())
        for cell in range(cells):
            place = QRectF(part.left() + cell * wide, part.top(), wide, part.height())
            index = round(self._film.last * (place.center().x() - film.left()) / film.width())
            thumb = self._film.thumb(max(indices[0], min(index, indices[-1])), side)
            painter.drawPixmap(place, thumb, _middle(QRectF(thumb.rect()), place))

    def _draw_marks(self, painter: QPainter, film: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().accent_text))
        for step in self._film.marks:
            if (moment := Moment(0, step)) in self._film.moments and self._film.last:
                x = film.left() + film.width() * self._film.moments.index(moment) / self._film.last
                painter.drawEllipse(QPointF(x, film.bottom() + 1), 2.5, 2.5)

    def _draw_head(self, painter: QPainter, x: float) -> None:
        roles = colours()
        painter.setPen(QPen(QColor(roles.window), 4))
        painter.drawLine(QPointF(x, 2), QPointF(x, self.height() - 2))
        painter.setPen(QPen(QColor(roles.accent), 2))
        painter.drawLine(QPointF(x, 1), QPointF(x, self.height() - 1))
        painter.setPen(QPen(QColor(roles.accent_text if self.hasFocus() else roles.window), 1.5))
        painter.setBrush(QColor(roles.text if self.hasFocus() else roles.accent))
        painter.drawEllipse(QPointF(x, self.height() / 2), 5, 5)


def _middle(picture: QRectF, place: QRectF) -> QRectF:
    """The part of a picture, in its middle, that has the shape of its place."""
    scale = max(place.width() / picture.width(), place.height() / picture.height())
    width, height = place.width() / scale, place.height() / scale
    return QRectF((picture.width() - width) / 2, (picture.height() - height) / 2, width, height)
