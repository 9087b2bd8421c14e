"""What belongs to edits in the main window, plugged in from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer

from studio.document.change import Change
from studio.document.document import Document
from studio.document.editing.expand import extended
from studio.document.editing.modes import Mode
from studio.document.layers import GeneratedLayer
from studio.request.errors import Trouble
from studio.request.geometry import Rect
from studio.ui.actions import Action
from studio.ui.looking_ahead import LookingAhead
from studio.ui.widgets.notice import Notice

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


FRAME = "crop"  # the tool
ROOM = 0.6  # how much smaller the picture is seen when it is to be extended
QUARTER = 0.25  # of a side
SIDES = {
    "left": (1, 0, 0, 0),
    "right": (0, 0, 1, 0),
    "up": (0, 1, 0, 0),
    "down": (0, 0, 0, 1),
    "on all sides": (1, 1, 1, 1),
}


class EditWiring:
    """Connects the parts that choose, make again and look ahead."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.ahead = LookingAhead(window.generation, window.prompt.button, window.page.canvas, window)
        self.framing = Framing(window)
        window.table.add(*_extending(window.document), within=window.page)
        window.prompt.custom.left.connect(lambda: window.generation.prefer(None))
        window.panels.layers.generated.again.connect(self._make_again)
        for asked in (window.prompt.button.pressed, window.prompt.button.chosen):
            asked.connect(lambda: QTimer.singleShot(0, window, self._look_at_canvas))

    @property
    def words(self) -> str:
        """What the button would do, in sentences."""
        window = self._window
        said = (window.generation.words, self.ahead.words, window.controls.words, *self.ahead.warnings)
        return " ".join(filter(None, said))

    def chosen(self, mode: Mode | None) -> bool:
        """What was chosen from the menu beside the button. False when it needs more than a click, and is prepared."""
        window = self._window
        if mode is Mode.CUSTOM and window.generation.preferred is not Mode.CUSTOM:
            window.generation.prefer(Mode.CUSTOM)
            return False
        if mode is not None and mode is not Mode.CUSTOM:
            window.generation.prefer(None)
        if mode is Mode.EXPAND and window.generation.situation.whole:
            self.framing.begin()
            return False
        return True

    def _look_at_canvas(self) -> None:
        """After a click on the button the keys for choosing a picture work at once; who types goes on typing."""
        button, canvas = self._window.prompt.button, self._window.page.canvas
        if canvas.isVisible() and not (button.main.hasFocus() or button.more.hasFocus()):
            canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_again(self, layer: GeneratedLayer, words: str) -> None:
        try:
            self._window.page.proposal.follow()
            self._window.generation.make_again(layer, words)
        except Trouble as trouble:
            self._window.telling.trouble(trouble)


class Framing:
    """The frame around the canvas while it is wanted for expanding: then the tool of before is in hand again."""

    def __init__(self, window: MainWindow) -> None:
        self._window, self._canvas = window, window.page.canvas
        self._notice: Notice | None = None
        self._tool = ""
        window.document.changed.connect(self._changed)
        self._canvas.tools.chosen.connect(self._chosen)

    def begin(self) -> None:
        canvas = self._canvas
        if canvas.tools.current.id != FRAME:
            self._tool = canvas.tools.current.id
            canvas.tools.choose(FRAME)
        canvas.fit()
        canvas.set_zoom(canvas.zoom * ROOM)  # there has to be somewhere to drag to
        canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        words = "Drag the frame beyond the picture on any side and press Enter, then Expand."
        self._notice = self._window.telling.sentence(words)

    def _changed(self, change: Change) -> None:
        if self._notice is not None and change & Change.SIZE:
            QTimer.singleShot(0, self._window, self._end)  # the tool is still at it

    def _chosen(self) -> None:
        if self._canvas.tools.current.id != FRAME:
            self._withdraw()

    def _end(self) -> None:
        if self._notice is None:
            return
        self._withdraw()
        self._canvas.fit()
        if self._tool:
            self._canvas.tools.choose(self._tool)

    def _withdraw(self) -> None:
        if self._notice is not None:
            self._window.page.notices.withdraw(self._notice)
            self._notice = None


def _extending(document: Document) -> list[Action]:
    """Ways to make room for more of the picture without a hand on the frame."""
    return [
        Action(
            id=f"picture.extend_{name.split()[-1]}",
            title=f"Extend {name}",
            group="Picture",
            section="extend",
            run=lambda sides=sides: _extend(document, sides),
            enabled_when=lambda: document.has_picture,
            help="Adds a quarter and selects it: the main button then says Expand.",
            icon="expand",
        )
        for name, sides in SIDES.items()
    ]


def _extend(document: Document, sides: tuple[int, int, int, int]) -> None:
    """sides: left, top, right, bottom; 1 where a quarter is added."""
    across, down = (round(side * QUARTER) for side in document.size)
    left, top, right, bottom = sides
    width = document.size.width + (left + right) * across
    height = document.size.height + (top + bottom) * down
    extended(document, Rect(-left * across, -top * down, width, height))
