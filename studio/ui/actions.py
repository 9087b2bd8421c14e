"""Everything a person can do, as data: one table feeds the menus, the toolbar, the command palette and the shortcuts.

Whoever offers something writes an `Action` and adds it to the window's `ActionTable`. Menus, palette, shortcut page
and tests all come in by the same door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.request.errors import Trouble
from studio.ui.icons import icon


class Where(Enum):
    """Where the keys of an action work."""

    WINDOW = "window"
    CANVAS = "canvas"  # only while the canvas has the keyboard: Tab, single letters that move focus elsewhere


def always() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something a person can do.

    id: "view.zoom_in"; unique, never shown, used in the settings file.
    title: as in a menu, in sentence case ("Zoom in").
    group: the menu it is in ("File", "Edit", "Picture", "Gallery", "View", "Help").
    section: actions of one section stand together in the menu, with a line between sections; those of "mark/Rating"
    in a menu "Rating" within it.
    run: does it. May raise Trouble, which is shown to the person.
    keys: portable shortcuts ("Ctrl+Return"), the first is the one shown.
    enabled_when: asked before it is shown or run.
    checked_when: for something that is on or off (or the current one of several); None for a plain act.
    help: one sentence in plain words, for the tooltip and the palette.
    icon: name of a picture in resources/icons, or "".
    where: where the keys work.
    repeats: a held key repeats it.
    """

    id: str
    title: str
    group: str
    run: Callable[[], object]
    section: str = ""
    keys: tuple[str, ...] = ()
    enabled_when: Callable[[], bool] = always
    checked_when: Callable[[], bool] | None = None
    help: str = ""
    icon: str = ""
    where: Where = Where.WINDOW
    repeats: bool = False


def shown_keys(keys: Sequence[str]) -> str:
    """The first shortcut as this platform writes it ("⌘K" or "Ctrl+K"), or ""."""
    return QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""


class ActionTable(QObject):
    """All actions of one window, with the keys that the person chose.

    changed: actions were added or keys were changed.
    trouble(Trouble): an action could not be done. about_to_run(Action): it is done next.
    """

    changed = Signal()
    trouble = Signal(object)
    about_to_run = Signal(object)

    def __init__(self, window: QWidget, chosen: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._canvas: QWidget | None = None
        self._chosen = {id_: tuple(keys) for id_, keys in (chosen or {}).items()}
        self._actions: dict[str, Action] = {}
        self._qt: dict[str, QAction] = {}
        self._within: dict[str, QWidget | None] = {}

    def __iter__(self) -> Iterator[Action]:
        return iter(tuple(self._actions.values()))

    def __contains__(self, id_: str) -> bool:
        return id_ in self._actions

    def __getitem__(self, id_: str) -> Action:
        return self._actions[id_]

    def add(self, *actions: Action, within: QWidget | None = None) -> None:
        """within: their keys work only while this widget, or one inside it, has the keyboard; None: anywhere.

        Raises ValueError when an id is taken.
        """
        for action in actions:
            if action.id in self._actions:
                raise ValueError(f"two actions are called {action.id}")
            self._actions[action.id] = action
            self._within[action.id] = within
            self._qt[action.id] = self._make(action)
        self._refresh(actions)
        self.changed.emit()

    def set_canvas(self, canvas: QWidget) -> None:
        """Keys of `Where.CANVAS` work while this widget, or one inside it, has the keyboard."""
        self._canvas = canvas
        for action in self:
            if action.where is Where.CANVAS:
                canvas.addAction(self._qt[action.id])

    def qt(self, id_: str) -> QAction:
        """The QAction for menus and buttons; kept up to date by `refresh`."""
        return self._qt[id_]

    def run(self, id_: str) -> bool:
        """Does it if it can be done now. False when it cannot."""
        action = self._actions[id_]
        if not action.enabled_when():
            return False
        self.about_to_run.emit(action)
        try:
            action.run()
        except Trouble as trouble:
            self.trouble.emit(trouble)
        self.refresh()
        return True

    def refresh(self) -> None:
        """Asks every action again whether it can be done and whether it is on."""
        self._refresh(tuple(self))

    def _refresh(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            qt = self._qt[action.id]
            qt.setEnabled(action.enabled_when())
            if action.checked_when is not None:
                qt.setChecked(action.checked_when())

    def keys(self, id_: str) -> tuple[str, ...]:
        """The keys in force: the person's, or else the default ones."""
        return self._chosen.get(id_, self._actions[id_].keys)

    def set_keys(self, id_: str, keys: Sequence[str]) -> None:
        """Other keys for an action; its default ones count as no choice at all. An empty sequence: no key."""
        if tuple(keys) == self._actions[id_].keys:
            self._chosen.pop(id_, None)
        else:
            self._chosen[id_] = tuple(keys)
        self._apply_keys(id_)
        self.changed.emit()

    def reset_keys(self) -> None:
        """Default keys for all."""
        self._chosen.clear()
        for action in self:
            self._apply_keys(action.id)
        self.changed.emit()

    @property
    def chosen_keys(self) -> dict[str, list[str]]:
        """What differs from the defaults, for the settings file. Keys of actions not there today are kept."""
        return {id_: list(keys) for id_, keys in self._chosen.items()}

    def holder(self, key: str, but: str = "") -> Action | None:
        """The action that has this key, apart from `but`: two on one key in one place would block each other."""
        wanted = QKeySequence(key)
        for action in self:
            same = any(QKeySequence(other) == wanted for other in self.keys(action.id))
            if same and action.id != but and (not but or self._meet(action.id, but)):
                return action
        return None

    def _meet(self, one: str, other: str) -> bool:
        """Whether the keys of both work in one place: in one widget, or in one that is inside the other."""
        here, there = self._place(one), self._place(other)
        if here is None or there is None or here is there:
            return True
        return here.isAncestorOf(there) or there.isAncestorOf(here)

    def _place(self, id_: str) -> QWidget | None:
        """The widget that the keys of an action are bound to; None for the whole window."""
        return self._canvas if self._actions[id_].where is Where.CANVAS else self._within[id_]

    def replace(self, id_: str, **fields: object) -> None:
        """Another title, icon or help for an action whose meaning changes ("Generate", "Refine")."""
        action = replace(self._actions[id_], **fields)  # pyright: ignore[reportArgumentType]
        self._actions[id_] = action
        self._dress(self._qt[id_], action)

    def _make(self, action: Action) -> QAction:
        qt = QAction(self._window)
        qt.setObjectName(action.id)
        qt.setCheckable(action.checked_when is not None)
        qt.setAutoRepeat(action.repeats)
        qt.setMenuRole(QAction.MenuRole.NoRole)
        qt.setIconVisibleInMenu(not qt.isCheckable())  # else the tick would not be seen
        qt.triggered.connect(lambda _checked=False, id_=action.id: self.run(id_))
        self._dress(qt, action)
        if action.where is Where.CANVAS:
            qt.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            if self._canvas is not None:
                self._canvas.addAction(qt)
        elif (widget := self._within[action.id]) is not None:
            qt.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            widget.addAction(qt)
        else:
            self._window.addAction(qt)
        self._qt[action.id] = qt
        self._apply_keys(action.id)
        return qt

    def _dress(self, qt: QAction, action: Action) -> None:
        qt.setText(action.title.replace("&", "&&"))
        if action.icon:
            qt.setIcon(icon(action.icon))
        self._describe(qt, action)

    def _apply_keys(self, id_: str) -> None:
        if id_ not in self._qt:
            return
        qt = self._qt[id_]
        qt.setShortcuts([QKeySequence(key) for key in self.keys(id_)])
        self._describe(qt, self._actions[id_])

    def _describe(self, qt: QAction, action: Action) -> None:
        keys = shown_keys(self.keys(action.id))
        first = f"{action.title} ({keys})" if keys else action.title
        qt.setToolTip(f"{first}\n{action.help}" if action.help else first)
        qt.setStatusTip(action.help)
