"""Where pictures belong on the canvas of now, though it was cropped, extended, scaled or turned since they were wanted.

A place is noted together with `Document.frame`, which undo brings back, too; so nothing has to be told of a change.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTransform

from studio.document.document import Document
from studio.engine.job import Job
from studio.request.geometry import Rect


@dataclass(frozen=True)
class Place:
    """area: on the canvas as it lay in `frame`."""

    area: Rect
    frame: QTransform

    def at(self, now: QTransform, area: Rect | None = None) -> Rect:
        """The same part of the picture in another frame. area: another one that was seen in the frame of this place.

        It is scaled with the canvas, never turned: in a turned canvas it keeps its size around its middle.
        """
        area = area or self.area
        if now == self.frame:
            return area
        there, way = QRectF(*area), self.frame.inverted()[0] * now
        moved = way.mapRect(there)
        if way.m12() or way.m21():
            there.moveCenter(moved.center())
            moved = there
        left, top = round(moved.x()), round(moved.y())
        return Rect(left, top, max(1, round(moved.right()) - left), max(1, round(moved.bottom()) - top))


class Places:
    """The places of jobs, from when they are asked for until they are over."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._noted: dict[int, Place] = {}

    def note(self, job: Job, area: Rect, like: Place | None = None) -> None:
        """The pictures of a job belong here. like: in the frame of this place, not in that of now."""
        self._noted[job.id] = Place(area, self._document.frame if like is None else like.frame)

    def of(self, job: Job) -> Place:
        """Of a job that nothing is noted of: all of its picture, at the upper left."""
        return self._noted.get(job.id) or Place(Rect.of(job.request.size), self._document.frame)

    def knows(self, job: Job) -> bool:
        """Whether something was noted of it."""
        return job.id in self._noted

    def forget(self, job: Job) -> None:
        self._noted.pop(job.id, None)
