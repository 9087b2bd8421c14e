"""Menus out of the action table: a group is a menu, sections are kept apart by lines."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from studio.ui.actions import Action, ActionTable
from studio.ui.docks import Docks

LETTERS = {"Picture": "I", "Gallery": "B"}  # with Alt; those in their names lead elsewhere
ORDER = ("File", "Edit", "Picture", "Layer", "Select", "Tools", "Gallery", "View", "Help")


class Menus(QObject):
    """Keeps a menu bar like the table. panels: whose panels the menu View shows and hides."""

    def __init__(self, bar: QMenuBar, actions: ActionTable, panels: Docks, window: QWidget) -> None:
        super().__init__(bar)
        self._bar = bar
        self._actions = actions
        self._panels = panels
        self._window = window
        self.menus: dict[str, QMenu] = {}
        self._shortcuts: dict[str, QShortcut] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.build)
        actions.changed.connect(self._later.start)
        self.build()

    def build(self) -> None:
        groups: dict[str, list[Action]] = {}
        for action in self._actions:
            groups.setdefault(action.group, []).append(action)
        self._bar.clear()
        for name in sorted(groups, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)):
            menu = self.menus.get(name) or self._new(name)
            menu.clear()
            self._bar.addMenu(menu)
            self._fill(menu, groups[name])
            if name == "View":
                self._add_panels(menu)

    def _new(self, name: str) -> QMenu:
        menu = QMenu(name, self._bar)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._actions.refresh)
        self.menus[name] = menu
        # not a mnemonic: Fusion would underline the letter all the time
        shortcut = QShortcut(QKeySequence(f"Alt+{LETTERS.get(name, name[0])}"), self._window)
        shortcut.activated.connect(lambda: self._bar.setActiveAction(menu.menuAction()))
        self._shortcuts[name] = shortcut
        return menu

    def _fill(self, menu: QMenu, actions: list[Action]) -> None:
        sections = list(dict.fromkeys(_section(action) for action in actions))
        actions = sorted(actions, key=lambda action: sections.index(_section(action)))
        section = sections[0]
        inner: dict[str, QMenu] = {}
        for action in actions:
            if _section(action) != section:
                section = _section(action)
                menu.addSeparator()
            if title := action.section.partition("/")[2]:
                place = inner.get(title) or menu.addMenu(title)
                inner[title] = place
            else:
                place = menu
            place.addAction(self._actions.qt(action.id))

    def _add_panels(self, menu: QMenu) -> None:
        menu.addSeparator()
        panels = menu.addMenu("Panels")
        for name in self._panels.names:
            toggle: QAction = self._panels.dock(name).toggleViewAction()
            panels.addAction(toggle)


def _section(action: Action) -> str:
    return action.section.partition("/")[0]
