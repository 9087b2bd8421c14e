"""The small button that gives a value back to the model: shown only while the person has set one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QToolButton

from studio.ui.widgets.tool import tool_button


def automatic_button(what: str, run: Callable[[], object]) -> QToolButton:
    """what: "Number of steps"; for the tooltip and screen readers."""
    button = tool_button("rotate-ccw", f"{what}: back to automatic\nAs the model does it best.", run, 14)
    keep = button.sizePolicy()
    keep.setRetainSizeWhenHidden(True)  # the row must not jump
    button.setSizePolicy(keep)
    button.hide()
    return button
