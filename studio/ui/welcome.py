"""What an empty canvas shows: three prompts to click, made for what the chosen model does well."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.request.family import Model
from studio.ui.theme import colours, font, pixmap
from studio.ui.widgets.tool import label

MARGIN = 8
WIDTH = 440
EXAMPLES = ("a lighthouse at dawn, calm sea", "a red barn in the snow, evening light", "a still life with three pears")


class _Example(QAbstractButton):
    """A prompt to click."""

    def __init__(self, prompt: str) -> None:
        super().__init__()
        self.setText(prompt)
        self.setAccessibleName(f"Make a picture: {prompt}")
        self.setToolTip("Make this picture")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(44)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        roles = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(QColor(roles.raised if self.underMouse() else roles.panel))
        painter.setPen(QColor(roles.accent_text) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, 8, 8)
        inner = self.rect().adjusted(16, 0, -44, 0)
        painter.setPen(QColor(roles.text))
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, words)
        arrow = pixmap(
            "arrow-right", roles.text if self.underMouse() else roles.secondary, 16, self.devicePixelRatioF()
        )
        painter.drawPixmap(self.width() - 32, (self.height() - 16) // 2, arrow)


class Welcome(QWidget):
    """tried(str): an example was clicked. empty: begin with an empty canvas. opened: choose a picture to start from."""

    tried = Signal(str)
    empty = Signal()
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAutoFillBackground(False)
        self.title = label("What do you want to see?")
        self.title.setFont(font(22, QFont.Weight.DemiBold))
        self.about = label("", "secondary")
        self.about.setWordWrap(True)
        self.examples: tuple[_Example, ...] = ()
        self._others: list[QPushButton] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        middle = QWidget()
        middle.setMaximumWidth(WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.about)
        column.addSpacing(12)
        column.addLayout(self._list)
        column.addSpacing(4)
        others = (
            ("Start from a picture of yours", "Choose a file to work on", self.opened),
            ("Paint on an empty canvas", "Begin with brushes; what is painted can be refined then", self.empty),
        )
        for text, help_text, signal in others:
            button = QPushButton(text)
            button.setToolTip(help_text)
            button.setProperty("role", "text")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(signal)
            self._others.append(button)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        outer = QVBoxLayout(self)
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        row.addStretch(1)
        row.addWidget(middle, WIDTH)  # all that it can have, before the stretches get any
        row.addStretch(1)
        outer.addStretch(4)
        outer.addLayout(row)
        outer.addStretch(5)

    def show_model(self, model: Model) -> None:
        """Examples of this model."""
        self.about.setText(f"Write it on the left, or try one of these with {model.title}.")
        prompts = (*model.examples, *EXAMPLES)[:3] if len(model.examples) < 3 else model.examples[:3]
        if tuple(example.text() for example in self.examples) == prompts:
            return
        for example in self.examples:
            self._list.removeWidget(example)
            example.deleteLater()
        self.examples = tuple(_Example(prompt) for prompt in prompts)
        for example, prompt in zip(self.examples, prompts, strict=True):
            example.clicked.connect(lambda _checked=False, prompt=prompt: self.tried.emit(prompt))
            self._list.addWidget(example)
        for one, next_ in pairwise((*self.examples, *self._others)):
            QWidget.setTabOrder(one, next_)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours().canvas))
