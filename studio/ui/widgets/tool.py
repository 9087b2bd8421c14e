"""Small buttons with a picture, and the labels and gaps that all panels share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import icon

GAP = 8
PADDING = 12
SECTION = 16
ROW = 20  # height of a label's row


def tool_button(name: str, title: str, run: Callable[[], object] | None = None, size: int = 20) -> QToolButton:
    """A flat button with the icon `name`. title: its tooltip (first line) and its name for screen readers."""
    button = QToolButton()
    button.setIcon(icon(name))
    button.setIconSize(QSize(size, size))
    button.setFixedSize(QSize(size + 8, size + 8))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(title.splitlines()[0])
    button.setToolTip(title)
    if run is not None:
        button.clicked.connect(lambda _checked=False: run())
    return button


def label(text: str, role: str = "") -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    return made


def set_role(widget: QWidget, name: str, value: object) -> None:
    """Changes a property that the style sheet looks at, and looks again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def line() -> QFrame:
    made = QFrame()
    made.setProperty("role", "line")
    return made


class Labelled(QWidget):
    """A control with its label above it.

    key: the letter that, with Alt, leads to the control. beside: a button right after the label.
    extras: buttons at the right end. note: a quiet text before them.
    """

    def __init__(
        self, text: str, control: QWidget, key: str = "", beside: QWidget | None = None, extras: Sequence[QWidget] = ()
    ) -> None:
        super().__init__()
        self.control = control
        self.label = label(text, "secondary")
        self.note = label("", "secondary")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(4)
        self.label.setFixedHeight(ROW)
        head.addWidget(self.label)
        if beside is not None:
            head.addWidget(beside)
        head.addWidget(self.note, 1)
        for small in (beside, *extras):
            if small is not None:
                small.setFixedSize(ROW, ROW)
        for extra in extras:
            head.addWidget(extra)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(control)
        if key:
            # not a mnemonic: Fusion would underline the letter all the time
            alt_key(self, key, control)
            self.label.setToolTip(f"{text} ({shown(f'Alt+{key}')})")


def alt_key(owner: QWidget, letter: str, target: QWidget) -> QShortcut:
    """Alt with a letter brings the keyboard to a control."""
    shortcut = QShortcut(QKeySequence(f"Alt+{letter}"), owner)
    shortcut.activated.connect(lambda: target.setFocus(Qt.FocusReason.ShortcutFocusReason))
    return shortcut


def shown(keys: str) -> str:
    """Keys as this platform writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def clear_layout(widget: QWidget) -> None:
    """Removes everything from a widget's layout."""
    layout = widget.layout()
    while layout is not None and layout.count():
        item = layout.takeAt(0)
        inner = item.widget() if item is not None else None
        if inner is not None:
            inner.hide()
            inner.deleteLater()
