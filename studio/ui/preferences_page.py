"""How the program behaves, in one place: made from the declarations of the settings, kept as soon as they change."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.settings.settings import Offered, Settings
from studio.ui.preferences import Preferences
from studio.ui.theme import font
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.scroll_column import ScrollColumn
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import GAP, SECTION, label

WIDTH = 560
CHOICE_WIDTH = 200
AT_START = "Counts from the next start on."


class PreferencesPage(QDialog):
    """Beside the window, not in its way. controls: by the name of the setting."""

    def __init__(self, window: QWidget, preferences: Preferences) -> None:
        super().__init__(window)
        self._preferences = preferences
        self.controls: dict[str, Choice | Switch] = {}
        self.setWindowTitle("Preferences")
        area = ScrollColumn(SECTION)
        area.column.setSpacing(GAP)
        group = ""
        for name, offered in Settings.offered().items():
            if offered.group != group:
                area.column.addSpacing(SECTION - GAP if group else 4)
                area.column.addWidget(_heading(offered.group))
                group = offered.group
            area.column.addWidget(self._row(name, offered))
        area.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)
        self.show_settings(preferences.now)
        self.resize(WIDTH, area.column.totalHeightForWidth(WIDTH) + 4)
        preferences.changed.connect(self.show_settings)

    def show_settings(self, settings: Settings) -> None:
        """Reflects them, also when they were changed elsewhere."""
        for name, control in self.controls.items():
            value = getattr(settings, name)
            with QSignalBlocker(control):
                if isinstance(control, Switch):
                    control.setChecked(value)
                else:
                    control.setCurrentIndex(control.findData(value))
            control.update()

    def _row(self, name: str, offered: Offered) -> QWidget:
        about = f"{Settings.about(name)} {AT_START}" if offered.at_start else Settings.about(name)
        control = self._choice(name, offered) if offered.values else self._switch(name)
        control.setAccessibleName(offered.title)
        control.setAccessibleDescription(about)
        control.setToolTip(about)
        self.controls[name] = control
        title, help_text = label(offered.title), label(about, "small")
        help_text.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(help_text)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 4, 0, 4)
        line.setSpacing(SECTION)
        line.addLayout(words, 1)
        line.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _switch(self, name: str) -> Switch:
        switch = Switch("")
        switch.toggled.connect(lambda on, name=name: self._preferences.change(**{name: on}))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        return switch

    def _choice(self, name: str, offered: Offered) -> Choice:
        choice = Choice()
        choice.setFixedWidth(CHOICE_WIDTH)
        for value, title in offered.values.items():
            choice.addItem(title, value)

        def chosen(index: int) -> None:
            self._preferences.change(**{name: cast("object", choice.itemData(index))})

        choice.activated.connect(chosen)
        return choice


def _heading(text: str) -> QLabel:
    made = label(text, "heading")
    made.setFont(font(weight=QFont.Weight.DemiBold))
    return made
