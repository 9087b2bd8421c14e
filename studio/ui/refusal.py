"""A studio that cannot open says why in a window: who starts it from a menu sees no terminal."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from studio.request.errors import Trouble


def refusal(trouble: Trouble) -> QMessageBox:
    """What happened, what helps, and a button that closes it."""
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("Sfumato cannot open")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(trouble.message)
    box.setInformativeText(trouble.remedy)
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.addButton("Close", QMessageBox.ButtonRole.AcceptRole)
    return box
