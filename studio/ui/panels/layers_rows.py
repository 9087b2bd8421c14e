"""How a row of the layers looks, and what can be clicked in it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio.document.layers import (
    OWN,
    AreaLayer,
    ControlLayer,
    GeneratedLayer,
    Group,
    Layer,
    MaskLayer,
    PaintLayer,
    RegionLayer,
)
from studio.ui.canvas.backdrop import draw_checks
from studio.ui.panels.layers_model import LAYER, THUMB
from studio.ui.theme import colours, pixmap

Index = QModelIndex | QPersistentModelIndex
ROW = 46
THUMBNAIL = 36
ICON = 16
CHECK = 4
EYE = 30  # width of the column with the eye


class LayerRows(QStyledItemDelegate):
    """Eye, thumbnail, name, what kind it is, locks. eye_clicked(Layer), lock_clicked(Layer),
    folder_clicked(Group)."""

    eye_clicked = Signal(object)
    lock_clicked = Signal(object)
    folder_clicked = Signal(object)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        layer = cast("Layer", index.data(LAYER))
        rect, chosen = _rect(option), bool(_state(option) & QStyle.StateFlag.State_Selected)
        roles = colours()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(roles.pressed))
            painter.drawRoundedRect(rect.adjusted(2, 1, -4, -1), 6, 6)
        ratio = painter.device().devicePixelRatio()
        eye = pixmap(
            "eye" if layer.visible else "eye-off", roles.text if layer.visible else roles.disabled, ICON, ratio
        )
        painter.drawPixmap(_middle(_eye(rect)), eye)
        painter.setOpacity(1.0 if layer.visible else 0.5)
        if isinstance(layer, Group):
            self._draw_folder(painter, _thumb(rect), bool(option.state & QStyle.StateFlag.State_Open))
        else:
            self._draw_thumbnail(painter, _thumb(rect), layer, index.data(THUMB))
            if isinstance(layer, ControlLayer) and layer.source != OWN:
                painter.drawPixmap(_middle(_thumb(rect)), pixmap("spline", roles.text, ICON, ratio))
        self._draw_words(painter, _words(rect), layer)
        painter.setOpacity(1.0)
        if layer.locked:
            painter.drawPixmap(_middle(_lock(rect)), pixmap("lock", roles.secondary, ICON - 2, ratio))
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            layer, at, rect = cast("Layer", index.data(LAYER)), event.position().toPoint(), _rect(option)
            if _eye(rect).contains(at):
                self.eye_clicked.emit(layer)
                return True
            if isinstance(layer, Group) and _thumb(rect).contains(at):
                self.folder_clicked.emit(layer)
                return True
            if layer.locked and _lock(rect).contains(at):
                self.lock_clicked.emit(layer)
                return True
        return super().editorEvent(event, model, option, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        words = _words(_rect(option))
        editor.setGeometry(QRect(words.x() - 8, words.y() + (words.height() - 28) // 2, words.width() + 8, 28))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(self.tr("Name of the layer"))
        return editor

    def _draw_folder(self, painter: QPainter, box: QRect, unfolded: bool) -> None:
        ratio = painter.device().devicePixelRatio()
        roles = colours()
        arrow = pixmap("chevron-down" if unfolded else "chevron-right", roles.secondary, 12, ratio)
        painter.drawPixmap(QPoint(box.x() - 2, box.center().y() - 5), arrow)
        painter.drawPixmap(QPoint(box.x() + 12, box.center().y() - 9), pixmap("folder", roles.text, 18, ratio))

    def _draw_thumbnail(self, painter: QPainter, box: QRect, layer: Layer, thumb: QImage | None) -> None:
        if thumb is None:
            return
        scale = min(box.width() / thumb.width(), box.height() / thumb.height())
        size = QSize(max(1, round(thumb.width() * scale)), max(1, round(thumb.height() * scale)))
        place = QRect(box.center() - QPoint(size.width() // 2, size.height() // 2), size)
        if isinstance(layer, AreaLayer):
            painter.fillRect(place, QColor(colours().window))
        else:
            draw_checks(painter, place, colours(), CHECK, small=True)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, thumb)

    def _draw_words(self, painter: QPainter, box: QRect, layer: Layer) -> None:
        roles = colours()
        second = _second(layer)
        small = QFont(painter.font())
        small.setPixelSize(11)
        metrics = painter.fontMetrics()
        name = metrics.elidedText(layer.name or "Unnamed", Qt.TextElideMode.ElideRight, box.width())
        painter.setPen(QColor(roles.text))
        left = Qt.AlignmentFlag.AlignLeft
        if not second:
            painter.drawText(box, left | Qt.AlignmentFlag.AlignVCenter, name)
            return
        painter.drawText(box.adjusted(0, 6, 0, -box.height() // 2), left | Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(small)
        painter.setPen(QColor(roles.secondary))
        below = box.adjusted(0, box.height() // 2, 0, -5)
        text = painter.fontMetrics().elidedText(second, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(below, left | Qt.AlignmentFlag.AlignVCenter, text)


def _second(layer: Layer) -> str:
    """What is worth knowing besides the name."""
    parts: list[str] = []
    if isinstance(layer, MaskLayer):
        parts.append("Mask" if layer.limit >= 1 else f"Mask, at most {layer.limit * 100:.0f} %")
    elif isinstance(layer, RegionLayer):
        parts.append(layer.prompt or "Region without a prompt")
    elif isinstance(layer, GeneratedLayer):
        parts.append("Generated" if len(layer.candidates) < 2 else f"{len(layer.candidates)} candidates")
    elif isinstance(layer, ControlLayer):
        steer = layer.steer
        if steer.itself:
            parts.append(f"By {steer.title}")
        else:
            parts += [f"{steer.weight * 100:.0f} %", steer.name] if steer.name else ["No weights chosen"]
    if not isinstance(layer, AreaLayer | ControlLayer):
        if layer.blend.title != "Normal":
            parts.append(layer.blend.title)
        if layer.opacity < 1:
            parts.append(f"{layer.opacity * 100:.0f} %")
        if isinstance(layer, PaintLayer) and layer.alpha_locked:
            parts.append("transparency locked")
    return " · ".join(parts)


def _rect(option: QStyleOptionViewItem) -> QRect:
    return option.rect


def _state(option: QStyleOptionViewItem) -> QStyle.StateFlag:
    return option.state


def _eye(rect: QRect) -> QRect:
    return QRect(rect.x() + 2, rect.y(), EYE, rect.height())


def _thumb(rect: QRect) -> QRect:
    return QRect(rect.x() + EYE + 4, rect.y() + (ROW - THUMBNAIL) // 2, THUMBNAIL, THUMBNAIL)


def _lock(rect: QRect) -> QRect:
    return QRect(rect.right() - 30, rect.y(), 26, rect.height())


def _words(rect: QRect) -> QRect:
    left = rect.x() + EYE + THUMBNAIL + 14
    return QRect(left, rect.y(), max(20, _lock(rect).x() - left), rect.height())


def _middle(box: QRect) -> QPoint:
    """Where a pixmap of the usual size has to be to stand in the middle."""
    return QPoint(box.x() + (box.width() - ICON) // 2, box.y() + (box.height() - ICON) // 2)
