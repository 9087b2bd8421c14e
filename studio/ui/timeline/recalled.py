"""A picture of the gallery over the canvas again, with the steps in which it came out of noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from studio.document.document import Document
from studio.document.editing.kept import run_of
from studio.document.editing.run import EditRun
from studio.engine.job import Job
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.pictures import read_picture
from studio.library.timelines import Timelines
from studio.request.errors import Trouble
from studio.request.events import Finished, Picture
from studio.request.geometry import Rect, Size
from studio.request.request import GenerationRequest
from studio.ui.candidates import Candidate
from studio.ui.images import thumbnail
from studio.ui.places import Place
from studio.ui.widgets.notice import Remedy
from studio.ui.window import MainWindow
from studio.ui.window_pages import CANVAS

NEVER = 0  # the number of a job that this session has not run
SIDE = 256  # device pixels of a thumbnail


class Recalled:
    """request_of: makes a picture again, by what its file says; raises BadInput when that cannot be."""

    def __init__(
        self, window: MainWindow, timelines: Timelines, request_of: Callable[[Metadata], GenerationRequest]
    ) -> None:
        self._window, self._timelines, self._request_of = window, timelines, request_of

    def asked(self, what: str, item: Item, metadata: Metadata) -> None:
        """The gallery wants something of a picture; only what is meant for here is done."""
        if what != "steps":
            return
        try:
            self._look(item, metadata)
        except Trouble as trouble:
            self._window.telling.trouble(trouble)

    def _look(self, item: Item, metadata: Metadata) -> None:
        window, document = self._window, self._window.document
        request = self._request_of(metadata).single(0)
        run = None if request.edit is None else run_of(request.edit)
        request = replace(request, edit=None)
        pixels = read_picture(item.path)
        place = Place(_there(pixels.size, run, document), document.frame)
        found = Candidate(
            Job(NEVER, request, last=Finished(())), 0, place, Picture(pixels=pixels, request=request), item.path
        )
        found.recalled = run
        found.origin, found.fraction, found.thumb = pixels.digest, 1.0, thumbnail(pixels, SIDE)
        window.candidates.put(found, 0)
        window.go_to(CANVAS)
        window.page.proposal.show(found)
        window.page.refresh()
        if self._timelines.find(request) is None:
            again = Remedy("Make it again", lambda: self._again(found, request))
            window.page.notices.tell("The steps of this picture are not kept any more.", "info", again)

    def _again(self, item: Candidate, request: GenerationRequest) -> None:
        self._window.page.proposal.follow()
        self._window.generation.again(item, request)


def _there(size: Size, run: EditRun | None, document: Document) -> Rect:
    """Where a picture lies: of an edit where it was made, if the canvas is still of that size; else in the middle."""
    if run is not None and run.canvas == document.size and run.plan.context.size == size:
        return run.plan.context
    canvas = document.size if document.has_picture else size
    return Rect((canvas.width - size.width) // 2, (canvas.height - size.height) // 2, *size)
