"""The menu of the selected pictures: what it offers depends on how many there are and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.ui.icons import icon


@dataclass(frozen=True)
class Entry:
    """within: offers of a submenu; run is not used then. A title of "" is a line between."""

    title: str
    run: Callable[[], object] | None = None
    icon: str = ""
    keys: str = ""
    checked: bool | None = None
    within: tuple[Entry, ...] = ()


LINE = Entry("")


def build_menu(entries: Sequence[Entry], parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    _fill(menu, entries)
    return menu


def _fill(menu: QMenu, entries: Sequence[Entry]) -> None:
    for entry in entries:
        if not entry.title:
            menu.addSeparator()
        elif entry.within:
            inner = menu.addMenu(entry.title.replace("&", "&&"))
            if entry.icon:
                inner.setIcon(icon(entry.icon))
            _fill(inner, entry.within)
        else:
            menu.addAction(_action(entry, menu))


def _action(entry: Entry, parent: QObject) -> QAction:
    action = QAction(entry.title.replace("&", "&&"), parent)
    if entry.icon:
        action.setIcon(icon(entry.icon))
    if entry.keys:  # shown only: the keys themselves are the view's
        action.setShortcut(QKeySequence(entry.keys))
        action.setShortcutVisibleInContextMenu(True)
    if entry.checked is not None:
        action.setCheckable(True)
        action.setChecked(entry.checked)
    action.setEnabled(entry.run is not None)
    run = entry.run
    if run is not None:
        action.triggered.connect(lambda _checked=False: run())
    return action
