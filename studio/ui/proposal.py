"""The picture that lies over the canvas without being part of it yet: in the making, or waiting for a decision."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from studio.document.change import Change
from studio.document.document import Document
from studio.document.generated import take_in
from studio.document.layers import parent_of
from studio.document.placing import Making
from studio.request.geometry import Rect
from studio.request.pixels import Pixels
from studio.ui.candidates import Candidate, Candidates
from studio.ui.canvas.canvas import Canvas


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
        self._ours = False
        self.away = False  # an earlier step of it is seen: then it cannot be put on the canvas unseen
        candidates.changed.connect(self._come_further)
        candidates.discarded.connect(self._gone)
        document.changed.connect(self._document_changed)

    @property
    def item(self) -> Candidate | None:
        """What is shown over the canvas."""
        return self._item

    @property
    def area(self) -> Rect:
        """Where on the canvas of now it lies; empty when there is none."""
        return Rect(0, 0, 0, 0) if self._item is None else self._now(self._item)

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
        self._canvas.show_preview(pixels, area, finished=True)
        self.looked.emit()

    def look_now(self) -> None:
        """Shows the finished picture again."""
        if self._item is not None and self._item.pixels is not None:
            self.away = False
            self._canvas.show_preview(self._item.pixels, self.area, finished=True)
            self.looked.emit()

    @property
    def finished(self) -> list[Candidate]:
        """The finished pictures of the request that the one shown belongs to."""
        return [] if self._item is None else self._finished(self._item)

    def go(self, by: int) -> None:
        """To the next or previous finished picture of the same request."""
        others = self.finished
        if self._item in others:
            self.show(others[(others.index(self._item) + by) % len(others)])

    def compare(self, *, before: bool) -> None:
        """Shows the canvas as it was, until it is called again."""
        if self._item is not None and self._item.pixels is not None:
            if before:
                self._canvas.clear_preview()
            elif not self.away:
                self._canvas.show_preview(self._item.pixels, self.area, finished=True)

    def apply(self, item: Candidate | None = None) -> None:
        """Puts a finished candidate, by default the one shown, on the canvas. One step of undo.

        What was made anew for a generated layer goes into that layer, if it is still there.
        """
        item = item or self._item
        if item is None or item.picture is None:
            return
        self.dismiss()
        finished = self._finished(item)
        making = _making(item, finished)
        if item.layer is not None and parent_of(self._document.root, item.layer) is not None:
            take_in(self._document, item.layer, making, item.picture.request)
        else:
            self._document.apply_picture(item.picture, self._area(item), making)

    def settle(self) -> None:
        """Puts a finished whole picture on a canvas that has nothing else: who works on it works on what is seen."""
        if self.ready and self._item is not None and self._item.edit is None and not self._document.has_picture:
            self.apply()

    def keep(self) -> None:
        """Puts the one that is shown into a hidden layer, and goes on to the next. One step of undo."""
        item = self._item
        if item is None or item.picture is None or item.kept:
            return
        with self._keeping():
            layer = self._document.apply_picture(item.picture, self._area(item), _making(item, [item]), shown=False)
        item.kept = layer in self._document.layers
        others = [each for each in self.finished if not each.kept]
        self.show(others[0] if others else item)

    @contextmanager
    def _keeping(self) -> Generator[None]:
        """What happens to the document inside is our own doing: the picture stays over it."""
        self._ours = True
        try:
            yield
        finally:
            self._ours = False

    def _area(self, item: Candidate) -> Rect | None:
        """Where it was asked for, whatever the canvas is now; a whole picture may give an empty canvas its size."""
        return self._now(item) if self._document.has_picture or item.edit is not None else None

    def _now(self, item: Candidate) -> Rect:
        return item.place.at(self._document.frame)

    def _finished(self, item: Candidate) -> list[Candidate]:
        found = [each for each in self._candidates.of(item.job) if each.picture is not None]
        return found if item in found else [item]

    def _lay(self, item: Candidate) -> None:
        pixels = item.pixels
        if pixels is not None:
            self._item, self.away = item, False
            self._canvas.show_preview(pixels, self._now(item), finished=item.picture is not None)
            self.changed.emit()

    def _come_further(self, item: Candidate) -> None:
        if self._following or item is self._item:
            self._lay(item)

    def _gone(self, item: Candidate) -> None:
        if item is not self._item:
            return
        left = [each for each in self._candidates.of(item.job) if each.picture is not None]
        following = self._following
        if left:
            self.show(left[-1])
        else:
            self.dismiss()
        self._following = following

    def _document_changed(self, change: Change) -> None:
        if change & (Change.PIXELS | Change.LAYERS) and not self._ours and not self._beside:
            self.dismiss()
        elif change & Change.SIZE and self._item is not None and not self.away:
            self._lay(self._item)  # it goes where its part of the picture has gone

    @property
    def _beside(self) -> bool:
        """A part in the making leaves the rest of the canvas in view: painting goes on around it."""
        item = self._item
        return item is not None and item.picture is None and not self._now(item).contains(Rect.of(self._document.size))


def _making(item: Candidate, finished: list[Candidate]) -> Making:
    """What the layer of a candidate remembers: all pictures of its set, and the edit they are the result of."""
    edit = item.edit
    return Making(
        candidates=tuple(each.picture.pixels for each in finished if each.picture is not None),
        chosen=finished.index(item),
        mode="" if edit is None else edit.plan.mode.name,
        selection=None if edit is None else edit.selected,
        origins=tuple(each.origin for each in finished),
        choices=None if edit is None else edit.plan.choices,
    )
