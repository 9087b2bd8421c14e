"""A picture of the gallery made once more, and whether the same came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject

from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.library.attached import replaced
from studio.library.entry import Entry
from studio.library.gallery.again import compare
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.record import Own, machine_of
from studio.request.errors import Trouble
from studio.request.events import Cancelled, Event, Failed, Finished, Made
from studio.request.family import Model
from studio.request.request import GenerationRequest
from studio.ui.gallery.gallery_view import GalleryView
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.recalling import model_of
from studio.ui.widgets.notice import Remedy


class Offered(Protocol):
    """The models on this machine."""

    def all(self) -> Sequence[Model]: ...
    def of_kind(self, *kinds: str) -> tuple[Entry, ...]: ...


@dataclass(frozen=True)
class _Again:
    """A picture that is being made once more. first: where that of the first of several passes was kept."""

    item: Item
    own: Own
    model: Model | None  # None: made by none
    request: GenerationRequest
    first: Path | None = None


class MadeAgain(QObject):
    """submit: asks for all passes of a request."""

    def __init__(
        self,
        view: GalleryView,
        gallery: Gallery,
        engine: Engine,
        models: Offered,
        submit: Callable[[GenerationRequest], Job],
    ) -> None:
        super().__init__(view)
        self._view, self._gallery, self._models, self._submit = view, gallery, models, submit
        self._asked: dict[int, _Again] = {}
        self._begun: dict[str, _Again] = {}  # by the digest of what the first of several passes made
        engine.happened.connect(self._happened)
        engine.kept.connect(self._kept)

    def make(self, item: Item, metadata: Metadata) -> Job:
        """The same once more; what comes of it is told when it is there. Raises Trouble."""
        request = self._gallery.request(metadata)
        model = model_of(metadata, self._models.all())
        if metadata.own is None or (model is None and request.model.family):
            raise Trouble(
                f"It cannot be made again: the model {metadata.model} is not on this machine.", "Add it to your models."
            )
        if model is not None and model.reference != request.model:  # the weights by which it is known here
            request = request.with_model(model.reference)
        job = self._submit(request)
        self._asked[job.id] = _Again(item, metadata.own, model, request)
        self._view.saying.tell("It is being made again.")
        return job

    def _happened(self, job: Job, event: Event) -> None:
        again = self._asked.get(job.id)
        if again is None:
            return
        if isinstance(event, Made) and again.request.edit is None:
            self._judge(again, event)
        elif isinstance(event, Made):
            self._begun[event.picture.pixels.digest] = replace(again, first=event.path)
        if isinstance(event, Finished | Failed | Cancelled):
            self._asked.pop(job.id)

    def _kept(self, made: Made) -> None:
        """The last of several passes is over, and what came of all of them is in the gallery."""
        again = self._begun.pop(made.picture.request.origin, None)
        if again is not None:
            self._judge(again, made)

    def _judge(self, again: _Again, made: Made) -> None:
        """Says whether it came out the same. A copy that is identical goes to the trash, with what it was made of."""
        machine = machine_of(made.picture, self._gallery.machine)
        digest = again.model.reference.digest if again.model is not None else ""
        worn = (*again.request.attachments, *again.request.controls)
        others = replaced(worn, self._models.of_kind(*(each.kind for each in worn)))
        verdict = compare(again.own, made.picture.pixels, digest, machine, others)
        if verdict.identical:
            found = (self._gallery.store.find(path) for path in (made.path, again.first) if path is not None)
            copies = [copy for copy in found if copy is not None]
            if copies:
                self._gallery.throw_away(copies)
            self._view.saying.tell(verdict.sentence)
            return
        copy = self._gallery.store.find(made.path) if made.path is not None else None
        remedies: list[Remedy] = []
        new = self._gallery.store.item(copy) if copy is not None else None
        if new is not None:
            pair = [again.item, new]
            remedies.append(Remedy("Show the difference", lambda: self._view.looking.compare(pair, Mode.DIFFERENCE)))
        self._view.notices.tell(verdict.sentence, "info", *remedies)
