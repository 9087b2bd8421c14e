"""The picture that lies over the canvas without being part of it yet: in the making, or waiting for a decision."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from studio.document.change import Change
from studio.document.document import Document
from studio.request.geometry import Rect
from studio.request.pixels import Pixels
from studio.ui.candidates import Candidate, Candidates
from studio.ui.canvas.canvas import Canvas
from studio.ui.widgets.tool import label, tool_button


class Proposal(QObject):
    """Follows the picture in the making until the person looks at another one, or paints.

    changed: another candidate is shown, or none. looked: another step of the same one.
    """

    changed = Signal()
    looked = Signal()

    def __init__(self, document: Document, canvas: Canvas, candidates: Candidates, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._canvas = canvas
        self._candidates = candidates
        self._item: Candidate | None = None
        self._following = True
        self.away = False  # an earlier step of it is seen: then it cannot be put on the canvas unseen
        candidates.changed.connect(self._come_further)
        candidates.discarded.connect(self._gone)
        document.changed.connect(self._document_changed)

    @property
    def item(self) -> Candidate | None:
        """What is shown over the canvas."""
        return self._item

    @property
    def ready(self) -> bool:
        """It is finished and can be put on the canvas."""
        return self._item is not None and self._item.picture is not None and not self.away

    def follow(self) -> None:
        """From now on the picture in the making is shown."""
        self._following = True

    def show(self, item: Candidate) -> None:
        """Lays a candidate over the canvas."""
        self._following = item.picture is None
        self._lay(item)

    def dismiss(self) -> None:
        """Shows the canvas as it is; nothing is lost."""
        self._following = False
        if self._item is not None:
            self._item, self.away = None, False
            self._canvas.clear_preview()
            self.changed.emit()

    def look_back(self, pixels: Pixels, area: Rect) -> None:
        """Shows an earlier step of the picture in its place."""
        self.away = True
        self._canvas.show_preview(pixels, area)
        self.looked.emit()

    def look_now(self) -> None:
        """Shows the finished picture again."""
        if self._item is not None and self._item.pixels is not None:
            self.away = False
            self._canvas.show_preview(self._item.pixels, self._item.area)
            self.looked.emit()

    def go(self, by: int) -> None:
        """To the next or previous finished picture of the same request."""
        if self._item is None:
            return
        others = [each for each in self._candidates.of(self._item.job) if each.picture is not None]
        if self._item in others:
            self.show(others[(others.index(self._item) + by) % len(others)])

    def apply(self, item: Candidate | None = None) -> None:
        """Puts a finished candidate, by default the one shown, on the canvas. One step of undo."""
        item = item or self._item
        if item is None or item.picture is None:
            return
        area = item.area if self._document.has_picture else None  # where it was asked for, whatever the canvas is now
        self.dismiss()
        self._document.apply_picture(item.picture, area)

    def _lay(self, item: Candidate) -> None:
        pixels = item.pixels
        if pixels is not None:
            self._item, self.away = item, False
            self._canvas.show_preview(pixels, item.area)
            self.changed.emit()

    def _come_further(self, item: Candidate) -> None:
        if self._following or item is self._item:
            self._lay(item)

    def _gone(self, item: Candidate) -> None:
        if item is not self._item:
            return
        finished = [each for each in self._candidates.of(item.job) if each.picture is not None]
        following = self._following
        if finished:
            self.show(finished[-1])
        else:
            self.dismiss()
        self._following = following

    def _document_changed(self, change: Change) -> None:
        if change & (Change.PIXELS | Change.LAYERS):
            self.dismiss()


class ProposalBar(QFrame):
    """Below the proposal: which one it is, and what can be done with it."""

    applied = Signal()
    discarded = Signal()

    def __init__(self, proposal: Proposal, candidates: Candidates) -> None:
        super().__init__()
        self._proposal = proposal
        self._candidates = candidates
        self.setProperty("role", "popup")
        self.setAccessibleName("Finished picture")
        self.previous = tool_button("chevron-left", "Previous picture", lambda: proposal.go(-1), 16)
        self.next = tool_button("chevron-right", "Next picture", lambda: proposal.go(1), 16)
        self.count = label("", "secondary")
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.apply = QPushButton("Put on canvas")
        self.apply.setToolTip("Put on canvas (Enter)\nThe picture becomes a layer. Can be undone.")
        self.apply.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.discard = tool_button("trash-2", "Discard\nIt stays in the gallery. Can be undone.", None, 16)
        self.close_button = tool_button("x", "Show the canvas (Esc)\nThe picture stays in the results.", None, 16)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 6, 6, 6)
        row.setSpacing(4)
        for widget in (self.previous, self.count, self.next, self.apply, self.discard, self.close_button):
            row.addWidget(widget)
        self.apply.clicked.connect(self.applied)
        self.discard.clicked.connect(self.discarded)
        self.close_button.clicked.connect(proposal.dismiss)
        proposal.changed.connect(self.refresh)
        proposal.looked.connect(self.refresh)
        candidates.discarded.connect(self.refresh)
        candidates.rowsInserted.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        item = self._proposal.item
        self.setVisible(self._proposal.ready)
        if item is None or item.picture is None:
            return
        finished = [each for each in self._candidates.of(item.job) if each.picture is not None]
        several = len(finished) > 1
        for widget in (self.previous, self.count, self.next):
            widget.setVisible(several)
        if item in finished:
            self.count.setText(f"{finished.index(item) + 1} of {len(finished)}")
            self.count.setMinimumWidth(self.count.fontMetrics().horizontalAdvance("16 of 16"))
        self.place()

    def place(self) -> None:
        """Moves to the lower middle of the parent."""
        parent = self.parent()
        if isinstance(parent, QWidget):
            size: QSize = self.sizeHint()
            self.resize(size)
            self.move((parent.width() - size.width()) // 2, parent.height() - size.height() - 16)
            self.raise_()
