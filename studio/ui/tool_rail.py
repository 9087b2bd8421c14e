"""The tools of the canvas in a narrow column, out of the action table."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout

from studio.ui.actions import ActionTable
from studio.ui.widgets.tool import line

PREFIX = "tool."  # of the ids of actions that choose a tool
WIDTH = 40


class ToolRail(QFrame):
    """One button a tool; those that belong together stand together."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__()
        self._actions = actions
        self.setProperty("role", "panel")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Tools")
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 8)
        column.setSpacing(2)
        tools = [action for action in actions if action.id.startswith(PREFIX)]
        for number, (_, group) in enumerate(groupby(tools, key=lambda action: action.section)):
            if number:
                column.addSpacing(3)
                column.addWidget(line())
                column.addSpacing(3)
            for action in group:
                column.addWidget(self._button(action.id))
        column.addStretch(1)

    def add(self, action: str) -> None:
        """Something that is on or off, at the lower end. action: its id in the table."""
        self._column.addWidget(self._button(action))

    def _button(self, action: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions.qt(action))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setIconSize(QSize(20, 20))
        button.setFixedSize(QSize(32, 32))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(self._actions[action].title)
        return button
