"""How one card of the grid looks: a picture made with the weights, their name, what they are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.library.entry import Entry
from studio.library.recognition.verdict import size_text
from studio.ui.models.entry_model import EntryModel, what_of
from studio.ui.theme import colours, font, pixmap

Index = QModelIndex | QPersistentModelIndex
GAP = 12
PICTURE = 0.75  # height of the picture over its width
TEXT = 52  # pixels below it
RADIUS = 8
ICONS = {
    "checkpoint": "box",
    "diffusion": "box",
    "lora": "layers-plus",
    "controlnet": "spline",
    "control-lora": "spline",
    "t2i-adapter": "spline",
    "ip-adapter": "image-plus",
    "embedding": "pen-tool",
    "vae": "image",
    "text-encoder": "keyboard",
    "image-encoder": "scan",
    "upscaler": "maximize",
    "unknown": "circle-help",
}


class CardPainter(QStyledItemDelegate):
    """picture: of weights, None until it is there or when there is none. used: whether they paint now."""

    def __init__(
        self, picture: Callable[[Entry], QPixmap | None], used: Callable[[Entry], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._picture = picture
        self._used = used

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, 200)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        entry = model.entry(index) if isinstance(model, EntryModel) else None
        if entry is None:
            return
        cell: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        chosen = bool(state & QStyle.StateFlag.State_Selected)  # pyright: ignore[reportUnknownArgumentType]
        under = bool(state & QStyle.StateFlag.State_MouseOver)  # pyright: ignore[reportUnknownArgumentType]
        card = cell.adjusted(GAP // 2, GAP // 2, -GAP // 2, -GAP // 2)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._draw(painter, QRect(card), entry, chosen, under)  # pyright: ignore[reportUnknownArgumentType]
        painter.restore()

    def _draw(self, painter: QPainter, card: QRect, entry: Entry, chosen: bool, under: bool) -> None:
        roles = colours()
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(card), RADIUS, RADIUS)
        painter.setClipPath(outline)
        painter.fillRect(card, QColor(roles.raised if under else roles.panel))
        above = QRect(card.left(), card.top(), card.width(), card.height() - TEXT)
        dim = bool(entry.reason)
        self._draw_picture(painter, above, entry, dim)
        self._draw_words(painter, QRect(card.left(), above.bottom() + 1, card.width(), TEXT), entry, dim)
        painter.setClipping(False)
        if chosen:
            painter.setPen(QPen(QColor(roles.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(card).adjusted(1, 1, -1, -1), RADIUS, RADIUS)

    def _draw_picture(self, painter: QPainter, place: QRect, entry: Entry, dim: bool) -> None:
        roles = colours()
        found = self._picture(entry)
        if found is not None and not found.isNull():
            painter.setOpacity(0.4 if dim else 1.0)
            painter.drawPixmap(place, found, _covering(found, place))
            painter.setOpacity(1.0)
        else:
            painter.fillRect(place, QColor(roles.raised))
            symbol = pixmap(ICONS[entry.kind], roles.disabled, 32, painter.device().devicePixelRatioF())
            painter.drawPixmap(place.center().x() - 16, place.center().y() - 16, symbol)
        mark = ("image-off", roles.danger) if entry.missing else ("triangle-alert", roles.secondary)
        if dim:
            _badge(painter, place, *mark)
        elif self._used(entry):
            _badge(painter, place, "circle-check", roles.accent)

    def _draw_words(self, painter: QPainter, place: QRect, entry: Entry, dim: bool) -> None:
        roles = colours()
        inner = place.adjusted(10, 7, -10, -7)
        painter.setFont(font(13, font().Weight.DemiBold))
        painter.setPen(QColor(roles.secondary if dim else roles.text))
        title = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(font(12))
        painter.setPen(QColor(roles.secondary))
        size = size_text(entry.found.size)
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, size)
        room = inner.width() - painter.fontMetrics().horizontalAdvance(size) - 8
        what = painter.fontMetrics().elidedText(what_of(entry), Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, what)


def _badge(painter: QPainter, place: QRect, name: str, colour: str) -> None:
    circle = QRectF(place.right() - 32, place.top() + 8, 24, 24)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150) if colours().dark else QColor(255, 255, 255, 220))
    painter.drawEllipse(circle)
    symbol = pixmap(name, colour, 16, painter.device().devicePixelRatioF())
    painter.drawPixmap(int(circle.left()) + 4, int(circle.top()) + 4, symbol)


def _covering(picture: QPixmap, place: QRect) -> QRect:
    """The middle of a picture in the shape of a place."""
    wide, high = picture.width(), picture.height()
    wanted = place.width() / max(1, place.height())
    if wide > high * wanted:
        cut = round(high * wanted)
        return QRect((wide - cut) // 2, 0, cut, high)
    cut = round(wide / wanted)
    return QRect(0, (high - cut) // 3, wide, cut)  # heads are above the middle
