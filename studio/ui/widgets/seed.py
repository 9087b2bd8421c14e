"""The seed: a number up to 2^64, a die to throw, a lock to keep it."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from studio.request.request import LARGEST_SEED
from studio.ui.icons import icon
from studio.ui.widgets.keys import leave_keys
from studio.ui.widgets.tool import set_role, tool_button

HELP = "The number that the noise is drawn from. The same seed with the same settings gives the same picture."


class SeedField(QWidget):
    """edited(int): another seed was typed. thrown(): a new one is wanted. locked(bool): keep it for the next picture.

    judged: `problem` may have changed. problem: a sentence when what is typed cannot be a seed, else "".
    """

    edited = Signal(object)  # an int beyond 32 bits
    thrown = Signal()
    locked = Signal(bool)
    judged = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d*"), self))
        self.field.setAccessibleName("Seed")
        self.field.setAccessibleDescription(HELP)
        self.field.setToolTip(HELP)
        self.field.setMaxLength(30)
        leave_keys(self.field)
        self.problem = ""
        self.dice = tool_button(
            "dices", "New seed\nThrow the dice: another picture of the same words.", self.thrown.emit
        )
        self.lock = tool_button("lock-open", "Keep the seed\nThe next picture uses this seed again.")
        self.lock.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self.dice)
        row.addWidget(self.lock)
        self.setFocusProxy(self.field)
        self.field.textEdited.connect(self._typed)
        self.lock.clicked.connect(self._lock)

    def show_seed(self, seed: int, locked: bool) -> None:
        """Shows a seed without telling anyone."""
        if self.field.text() != str(seed) and not (self.field.hasFocus() and self.problem):
            self.field.setText(str(seed))
            self._judge("")
        self.lock.setChecked(locked)
        self.lock.setIcon(icon("lock" if locked else "lock-open"))

    def _typed(self, text: str) -> None:
        if not text:
            self._judge("The seed is missing: type a number or throw the dice.")
        elif int(text) > LARGEST_SEED:
            self._judge(f"The seed is too large; the largest is {LARGEST_SEED:,}.")
        else:
            self._judge("")
        if not self.problem:
            self.edited.emit(int(text))

    def _judge(self, problem: str) -> None:
        self.problem = problem
        set_role(self.field, "wrong", "true" if problem else "false")
        self.judged.emit()

    def _lock(self, on: bool) -> None:
        self.lock.setIcon(icon("lock" if on else "lock-open"))
        self.locked.emit(on)
