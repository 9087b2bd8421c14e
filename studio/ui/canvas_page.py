"""The canvas workspace: panels around, the canvas in the middle, and what lies over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.document.change import Change
from studio.document.document import Document
from studio.ui.candidates import Candidates
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.frame import CanvasFrame
from studio.ui.docks import Docks
from studio.ui.dropping import drop
from studio.ui.incoming import Incoming
from studio.ui.proposal import Proposal
from studio.ui.staging import Staging
from studio.ui.welcome import Welcome
from studio.ui.widgets.notice import Notices


class CanvasPage(Docks):
    """Shows the welcome until there is something to see on the canvas."""

    def __init__(
        self, document: Document, candidates: Candidates, incoming: Incoming, busy: Callable[[], bool]
    ) -> None:
        """busy: whether a picture is being made."""
        super().__init__()
        self._busy = busy
        self._document = document
        self._incoming = incoming
        self._begun = False
        self.canvas = Canvas(document)
        self.welcome = Welcome()
        self.proposal = Proposal(document, self.canvas, candidates, self)
        self.bar = Staging(self.proposal, candidates, self.canvas)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.welcome)
        self.frame = CanvasFrame(self.canvas)
        self.stack.addWidget(self.frame)
        self._tools = QHBoxLayout()
        self._tools.setContentsMargins(0, 0, 0, 0)
        self._tools.setSpacing(0)
        self._tools.addWidget(self.stack, 1)
        middle = QWidget()
        self._column = column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._tools, 1)
        self.setCentralWidget(middle)
        self.notices = Notices(middle, self.stack)
        self.setAcceptDrops(True)
        self.welcome.empty.connect(self.begin)
        self.proposal.changed.connect(self.refresh)
        document.changed.connect(self._changed)
        self.welcome.show_model(document.model)
        self.refresh()

    def add_tools(self, tools: QWidget) -> None:
        """A rail at the left of the canvas."""
        self._tools.insertWidget(0, tools)

    def add_below(self, bar: QWidget) -> None:
        """A bar under the canvas."""
        self._column.addWidget(bar)

    @property
    def canvas_shown(self) -> bool:
        """False while the welcome is in its place."""
        return self.stack.currentWidget() is self.frame

    def begin(self) -> None:
        """Leaves the welcome for the empty canvas."""
        self._begun = True
        self.refresh()
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Shows the welcome or the canvas, whichever it is time for."""
        something = self._document.has_picture or self.proposal.item is not None or self._begun or self._busy()
        held = self.canvas.hasFocus()
        self.stack.setCurrentWidget(self.frame if something else self.welcome)
        if held and not something:
            self.welcome.setFocus()  # none of its examples: Space, to move the view, would make a picture

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._incoming.wants(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if drop(self._incoming, self._document, event.mimeData(), self, self.mapToGlobal(event.position().toPoint())):
            event.acceptProposedAction()

    def _changed(self, change: Change) -> None:
        if change & Change.MODEL:
            self.welcome.show_model(self._document.model)
        if change & (Change.PIXELS | Change.LAYERS | Change.SIZE):
            self.refresh()
