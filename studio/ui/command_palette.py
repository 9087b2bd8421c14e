"""Everything that can be done, found by a few letters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from studio.ui.actions import ActionTable, shown_keys
from studio.ui.widgets.search_popup import Entry, SearchPopup

HIDDEN = frozenset(("view.palette",))


class CommandPalette(SearchPopup):
    """Opens over the window; what cannot be done now stands at the end, grey."""

    def __init__(self, window: QWidget, actions: ActionTable) -> None:
        super().__init__(window, "What do you want to do?", "There is nothing like that.", self._entries)
        self._actions = actions
        self._recent: list[str] = []
        self.chosen.connect(self._run)

    def _entries(self) -> Sequence[Entry]:
        entries = [
            Entry(
                action.title,
                action.id,
                action.group,
                shown_keys(self._actions.keys(action.id)),
                action.enabled_when(),
            )
            for action in self._actions
            if action.id not in HIDDEN
        ]
        rank = {id_: place for place, id_ in enumerate(self._recent)}
        return sorted(entries, key=lambda entry: (not entry.enabled, rank.get(entry.value, len(rank))))

    def _run(self, id_: str) -> None:
        self._recent = [id_, *(each for each in self._recent if each != id_)][:5]
        self._actions.run(id_)
