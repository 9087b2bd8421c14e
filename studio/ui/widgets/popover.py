"""A small sheet over a part of the window: some fields, and a button that does it. Nothing else stops meanwhile."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget

from studio.ui.widgets.notice import Notices
from studio.ui.widgets.tool import GAP, PADDING, label

MARGIN = 16  # pixels from the edge of what it lies over
_MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.ShowToParent, QEvent.Type.HideToParent)
_CONFIRM = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Popover(QFrame):
    """applied: Enter, or the button. discarded: Escape, or another sheet took its place. It goes with either.

    Bars that tell something stay readable: the sheet lies below them. In one window one sheet is open at a time. While
    the keyboard is in `over` Enter and Escape mean the sheet, too, unless what is done there needs them.
    """

    applied = Signal()
    discarded = Signal()

    def __init__(self, over: QWidget, title: str, verb: str) -> None:
        """over: where it lies, at the upper right. verb: on the button."""
        super().__init__(over.window())
        self._over = over
        self._gone = False
        self._before: QWidget | None = None  # who had the keyboard
        self._watched: tuple[QWidget, ...] = ()
        self._bars: list[Notices] = []
        self.setProperty("role", "sheet")
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.body = QVBoxLayout()
        self.body.setSpacing(GAP)
        self.apply_button = QPushButton(verb)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setProperty("role", "quiet")
        self.apply_button.clicked.connect(self.apply)
        self.cancel_button.clicked.connect(self.discard)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.apply_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        column.setSpacing(PADDING)
        column.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        column.addWidget(label(title, "heading"))
        column.addLayout(self.body)
        column.addLayout(buttons)
        self.hide()

    def open(self, focus: QWidget | None = None) -> None:
        """Shows it with the keyboard in `focus`, or on its button."""
        for other in self.window().findChildren(Popover):
            if other is not self:
                other.discard()  # and gives the keyboard back
        self._bars = self.window().findChildren(Notices)
        self._watched = tuple({self._over, self._over.parentWidget() or self._over, *self._bars})
        for watched in self._watched:
            watched.installEventFilter(self)
        self._before = cast("QWidget | None", self.window().focusWidget())
        if self._before is not None:
            self._before.destroyed.connect(self._lose_before)
        self.show()
        self.raise_()
        (focus or self.apply_button).setFocus(Qt.FocusReason.PopupFocusReason)

    def _lose_before(self) -> None:
        self._before = None

    def apply(self) -> None:
        self._end(done=True)

    def discard(self) -> None:
        self._end(done=False)

    def fit_content(self) -> None:
        """Its fields are others now."""
        if self.isVisible():
            self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._means(event):
            event.accept()  # no shortcut of the window takes it
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._answer(event):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES and (watched is self._over or watched in self._bars):
            self._place()
        elif event.type() is QEvent.Type.Hide and watched is self._over:
            self.discard()
        elif event.type() is QEvent.Type.KeyPress and watched is not self._over and isinstance(event, QKeyEvent):
            return self._answer(event)  # the canvas itself had no use for it
        return False

    @staticmethod
    def _means(event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return plain and event.key() in (*_CONFIRM, Qt.Key.Key_Escape)

    def _answer(self, event: QKeyEvent) -> bool:
        if not self._means(event):
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.discard()
        else:
            self.apply()
        return True

    def _end(self, *, done: bool) -> None:
        if self._gone:
            return
        self._gone = True
        for watched in self._watched:
            watched.removeEventFilter(self)
        had_keyboard = self.isAncestorOf(self.window().focusWidget() or self._over)
        self.hide()
        (self.applied if done else self.discarded).emit()
        if had_keyboard:
            (self._before or self._over).setFocus(Qt.FocusReason.PopupFocusReason)
        self.deleteLater()

    def _place(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.adjustSize()
        corner = self._over.mapTo(self.window(), QPoint(0, 0)) if self._over is not self.window() else QPoint(0, 0)
        left = max(0, corner.x() + self._over.width() - self.width() - MARGIN)
        top = corner.y() + MARGIN
        for bars in self._bars:
            told = QRect(bars.mapTo(self.window(), QPoint(0, 0)), bars.size())
            if bars.isVisible() and told.intersects(QRect(QPoint(left, top), self.size())):
                top = told.bottom() + 1 + MARGIN // 2
        self.move(left, top)
