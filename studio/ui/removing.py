"""Remove at once: what is selected is taken away while one looks, without a model; the model may go over it after."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from studio.document.editing.modes import Mode
from studio.document.editing.removing import put_removed, removal
from studio.document.layers import Group
from studio.request.pixels import Pixels
from studio.ui.actions import Action, Where
from studio.ui.background import Background
from studio.ui.places import Place
from studio.ui.widgets.notice import Remedy
from studio.ui.window import MainWindow
from studio.ui.window_pages import CANVAS


class Removing(QObject):
    """One at a time, on a thread of its own; it lands where it was asked for, as one step of undo."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._busy = False
        self._work = Background("What is selected could not be taken away", self)
        self._work.troubled.connect(window.telling.sentence)
        window.table.add(
            Action(
                id="picture.remove_now",
                title="Remove at once",
                group="Picture",
                section="canvas",
                run=self.remove,
                keys=("Shift+Backspace",),
                enabled_when=self.possible,
                icon="eraser",
                help="Takes what is selected away in a moment: what is around it goes on. Needs no model and no words.",
                where=Where.CANVAS,
            )
        )
        window.prompt.button.offer(Mode.REMOVE, window.table.qt("picture.remove_now"))

    def possible(self) -> bool:
        return self._window.workspace == CANVAS and self._window.document.has_picture and not self._busy

    def remove(self) -> None:
        """Raises BadInput when nothing can be taken away."""
        document = self._window.document
        document.about_to_read.emit()
        going, self._busy = removal(document), True
        place = Place(going.area, document.frame)
        self._work.run(going.filling, partial(self._put, place, document.root), self._end)
        self._window.table.refresh()

    def shut(self) -> None:
        self._work.close()

    def _put(self, place: Place, root: Group, filling: Pixels) -> None:
        window, document = self._window, self._window.document
        if document.root is not root:
            window.telling.sentence("Nothing was taken away: another picture was opened meanwhile.")
            return
        put_removed(document, filling, place.at(document.frame))
        undo = Remedy("Undo", document.undo_stack.undo)
        offered = Mode.REMOVE in window.generation.modes and not window.prompt.problem
        refine = (Remedy("Refine with the model", self._refine),) if offered else ()
        window.page.notices.tell("What was selected is taken away.", "good", undo, *refine)

    def _refine(self) -> None:
        self._window.deeds.generate(Mode.REMOVE)

    def _end(self) -> None:
        self._busy = False
        self._window.table.refresh()
