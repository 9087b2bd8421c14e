"""Remove at once: what is selected is taken away while one looks, without a model; the model may go over it after.

Where it takes longer than a moment that is said, and Escape or a button stops it.
"""

from __future__ import annotations

from functools import partial
from threading import Event

from PySide6.QtCore import QObject, QTimer

from studio.document.editing.modes import Mode
from studio.document.editing.removing import put_removed, removal
from studio.document.layers import Group
from studio.request.errors import CancelledError
from studio.request.pixels import Pixels
from studio.ui.actions import Action, Where
from studio.ui.background import Background
from studio.ui.places import Place
from studio.ui.widgets.notice import Notice, Remedy
from studio.ui.window import MainWindow
from studio.ui.window_pages import CANVAS

PATIENCE = 400  # milliseconds; what is done sooner is not announced


class Removing(QObject):
    """One at a time, on a thread of its own; it lands where it was asked for, as one step of undo."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._unwanted: Event | None = None  # of what is under way
        self._notice: Notice | None = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(PATIENCE)
        self._late.timeout.connect(self._say)
        window.deeds.beside.append(self)
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
        return self._window.workspace == CANVAS and self._window.document.has_picture and not self.busy

    def remove(self) -> None:
        """Raises BadInput when nothing can be taken away."""
        document = self._window.document
        document.about_to_read.emit()
        going, unwanted = removal(document), Event()
        self._unwanted = unwanted
        place = Place(going.area, document.frame)

        def check() -> None:
            if unwanted.is_set():
                raise CancelledError

        self._work.run(lambda: going.filling(check), partial(self._put, place, document.root), self._end)
        self._late.start()
        self._window.table.refresh()

    @property
    def busy(self) -> bool:
        """Something is being taken away."""
        return self._unwanted is not None

    def stop(self) -> None:
        """Nothing is taken away after all."""
        if self._unwanted is not None:
            self._unwanted.set()

    def shut(self) -> None:
        self.stop()
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

    def _say(self) -> None:
        notices = self._window.page.notices
        self._notice = notices.tell("What is selected is being taken away.", "info", Remedy("Stop", self.stop))

    def _end(self) -> None:
        self._unwanted = None
        self._late.stop()
        if self._notice is not None:
            self._window.page.notices.withdraw(self._notice)
            self._notice = None
        self._window.table.refresh()
