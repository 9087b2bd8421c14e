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
    """within: offers of a submenu; run is not used then. A title of "" is a line between.

    action: id of the action that does the same for what is selected, whose key is shown.
    """

    title: str
    run: Callable[[], object] | None = None
    icon: str = ""
    action: str = ""
    checked: bool | None = None
    within: tuple[Entry, ...] = ()


LINE = Entry("")


def build_menu(entries: Sequence[Entry], parent: QWidget, keys_of: Callable[[str], str]) -> QMenu:
    """keys_of: the key of an action by its id, "" when it has none."""
    menu = QMenu(parent)
    _fill(menu, entries, keys_of)
    return menu


def _fill(menu: QMenu, entries: Sequence[Entry], keys_of: Callable[[str], str]) -> None:
    for entry in entries:
        if not entry.title:
            menu.addSeparator()
        elif entry.within:
            inner = menu.addMenu(entry.title.replace("&", "&&"))
            if entry.icon:
                inner.setIcon(icon(entry.icon))
            _fill(inner, entry.within, keys_of)
        else:
            menu.addAction(_action(entry, menu, keys_of(entry.action) if entry.action else ""))


def _action(entry: Entry, parent: QObject, keys: str) -> QAction:
    action = QAction(entry.title.replace("&", "&&"), parent)
    if entry.icon:
        action.setIcon(icon(entry.icon))
    if keys:  # shown only: the action of the table has the key
        action.setShortcut(QKeySequence(keys))
        action.setShortcutVisibleInContextMenu(True)
    if entry.checked is not None:
        action.setCheckable(True)
        action.setChecked(entry.checked)
    action.setEnabled(entry.run is not None)
    run = entry.run
    if run is not None:
        action.triggered.connect(lambda _checked=False: run())
    return action
