"""Scroll bars that keep their room, so that nothing beside them moves when there is more to scroll."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollBar


def rest_when_idle(bar: QScrollBar) -> None:
    """From now on the bar shows nothing while there is nothing to scroll."""

    def show(_low: int, high: int) -> None:
        bar.setStyleSheet("" if high else "QScrollBar::handle { background: transparent; }")

    bar.rangeChanged.connect(show)
    show(bar.minimum(), bar.maximum())
