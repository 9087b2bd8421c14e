"""All keys in one list: look them up, change them, see who has a key already, go back to the usual ones."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.ui.actions import Action, ActionTable, shown_keys
from studio.ui.fuzzy import match
from studio.ui.theme import font
from studio.ui.widgets.tool import GAP, SECTION, label

ID = Qt.ItemDataRole.UserRole


class ShortcutsPage(QDialog):
    """Beside the window, not in its way. changed: keys are different and want to be written down."""

    changed = Signal()

    def __init__(self, window: QWidget, actions: ActionTable) -> None:
        super().__init__(window)
        self._actions = actions
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(560, 560)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search shortcuts")
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(12)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setAccessibleName("Shortcuts")
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.keys = QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.keys.setAccessibleName("New shortcut")
        self.note = label("", "secondary")
        self.note.setWordWrap(True)
        self.take = self._button("Use it here", "Take the key from the other action")
        self.none = self._button("No key", "Take the key away from this action")
        self.usual = self._button("Usual key", "Give this action its usual key back")
        self.reset = self._button("All usual keys", "Give every action its usual key back")
        self._lay_out()
        self.search.textChanged.connect(self.refresh)
        self.list.currentItemChanged.connect(self._selected)
        self.keys.keySequenceChanged.connect(self._typed)
        self.take.clicked.connect(self._take)
        self.none.clicked.connect(self._remove)
        self.usual.clicked.connect(self._usual)
        self.reset.clicked.connect(self._reset)
        self.refresh()

    @property
    def current(self) -> Action | None:
        item = self.list.currentItem()
        id_ = str(item.data(0, ID) or "") if item is not None else ""
        return self._actions[id_] if id_ else None

    def choose(self, id_: str) -> None:
        """Selects an action of the list."""
        for row in range(self.list.topLevelItemCount()):
            group = self.list.topLevelItem(row)
            for place in range(group.childCount() if group is not None else 0):
                child = group.child(place) if group is not None else None
                if child is not None and child.data(0, ID) == id_:
                    self.list.setCurrentItem(child)

    def refresh(self) -> None:
        """Shows the actions that match what is searched, group by group."""
        chosen = self.current.id if self.current is not None else ""
        query = self.search.text()
        groups: dict[str, list[Action]] = {}
        for action in self._actions:
            keys = " ".join(self._actions.keys(action.id))
            if not query.strip() or match(query, f"{action.title} {keys}") is not None:
                groups.setdefault(action.group, []).append(action)
        self.list.clear()
        for title, actions in groups.items():
            group = QTreeWidgetItem([title, ""])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setFont(0, font(weight=QFont.Weight.DemiBold))
            self.list.addTopLevelItem(group)
            for action in actions:
                keys = ", ".join(shown_keys((key,)) for key in self._actions.keys(action.id))
                row = QTreeWidgetItem([action.title, keys])
                row.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                row.setData(0, ID, action.id)
                row.setToolTip(0, action.help)
                group.addChild(row)
            group.setExpanded(True)
        self.choose(chosen)
        self._selected()

    def _selected(self) -> None:
        action = self.current
        self.keys.blockSignals(True)
        keys = self._actions.keys(action.id) if action is not None else ()
        self.keys.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())
        self.keys.blockSignals(False)
        for widget in (self.keys, self.none, self.usual):
            widget.setEnabled(action is not None)
        self.take.hide()
        self.note.setText(f"Press the new keys for “{action.title}”." if action else "Choose an action to change.")

    def _typed(self, sequence: QKeySequence) -> None:
        action = self.current
        if action is None or sequence.isEmpty():  # it empties itself before it takes a key
            return
        key = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        other = self._actions.holder(key, but=action.id)
        if other is not None:
            self.note.setText(f"{shown_keys((key,))} belongs to “{other.title}”.")
            self.take.show()
            return
        self._set(action, key)

    def _take(self) -> None:
        action = self.current
        key = self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        other = self._actions.holder(key, but=action.id) if action is not None else None
        if action is not None and other is not None:
            wanted = QKeySequence(key)
            rest = [each for each in self._actions.keys(other.id) if QKeySequence(each) != wanted]
            self._actions.set_keys(other.id, rest)
            self._set(action, key)

    def _set(self, action: Action, key: str) -> None:
        rest = self._actions.keys(action.id)[1:]
        self._actions.set_keys(action.id, [key, *rest])
        self._done()

    def _remove(self) -> None:
        if self.current is not None:
            self._actions.set_keys(self.current.id, [])
            self._done()

    def _usual(self) -> None:
        if self.current is not None:
            self._actions.set_keys(self.current.id, self.current.keys)
            self._done()

    def _reset(self) -> None:
        self._actions.reset_keys()
        self._done()

    def _done(self) -> None:
        self.refresh()
        self.changed.emit()

    def _button(self, title: str, help_text: str) -> QPushButton:
        button = QPushButton(title)
        button.setToolTip(help_text)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        edit = QHBoxLayout()
        edit.setSpacing(GAP)
        edit.addWidget(self.keys, 1)
        edit.addWidget(self.none)
        edit.addWidget(self.usual)
        edit.addWidget(self.reset)
        say = QHBoxLayout()
        say.setSpacing(GAP)
        say.addWidget(self.note, 1)
        say.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(SECTION, SECTION, SECTION, SECTION)
        column.setSpacing(GAP)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(say)
        column.addLayout(edit)
