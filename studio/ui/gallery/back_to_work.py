"""From a picture of the gallery back to work: its settings taken over, variations, made again, put on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject

from studio.document.document import Document
from studio.document.recipe import Recipe, fresh_seed
from studio.document.resolve import Canvas, automatic_size, fitted, on_paper, resolve
from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.library.attached import replaced
from studio.library.entry import Entry
from studio.library.gallery.again import compare
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.gallery.record import Own, machine_of
from studio.library.pictures import read_picture
from studio.prompts.styles import Style
from studio.request.course import Variation
from studio.request.errors import BadInput, Trouble
from studio.request.events import Cancelled, Event, Failed, Finished, Made
from studio.request.family import Ability, Model
from studio.request.geometry import Size
from studio.request.request import GenerationRequest
from studio.request.sentences import listed
from studio.ui.gallery.gallery_view import GalleryView
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.recalled_controls import bring_back, wanted
from studio.ui.gallery.recalling import CONTROLS, SETTINGS, Recalled, model_of, recall
from studio.ui.widgets.notice import Remedy

VARIATIONS = 4
NOISE = 0.25  # so much of a picture's noise is exchanged in its variations
VARY_STRENGTH = 0.5  # so much may change where a picture itself is what variations start from
WORDS = {"negative": "negative prompt"}


class Offered(Protocol):
    """The models on this machine."""

    def all(self) -> Sequence[Model]: ...
    def of_kind(self, *kinds: str) -> tuple[Entry, ...]: ...


@dataclass(frozen=True)
class _Again:
    """A picture that is being made once more."""

    item: Item
    own: Own
    model: Model | None  # None: made by none
    request: GenerationRequest


class BackToWork(QObject):
    """Listens to what the gallery's view asks for.

    place: puts a file on the canvas as a layer, source or mask. to_canvas: shows the canvas.
    """

    def __init__(
        self,
        view: GalleryView,
        gallery: Gallery,
        document: Document,
        engine: Engine,
        models: Offered,
        styles: Sequence[Style],
        place: Callable[[Path, str], bool],
        to_canvas: Callable[[], None],
    ) -> None:
        super().__init__(view)
        self._view = view
        self._gallery = gallery
        self._document = document
        self._engine = engine
        self._models = models
        self._styles = styles
        self._place = place
        self._to_canvas = to_canvas
        self._again: dict[int, _Again] = {}
        self._asked: set[int] = set()
        view.recall_requested.connect(self.recall)
        view.asked_for.connect(self._asked_for)
        view.send_to_canvas.connect(self._send)
        engine.happened.connect(self._happened)

    def recall(self, metadata: Metadata, names: frozenset[str]) -> Recalled:
        """Takes settings over into the document, as one step of undo; all of them lead back to the canvas."""
        found = self._found(metadata, names)
        controls, gone = wanted(metadata, self._gallery) if CONTROLS in names else ((), ())
        if found.taken or controls:
            with self._document.step("Use settings"):
                if found.model is not None:
                    self._document.set_model(found.model)
                self._document.change(**found.fields)
                there, cannot = bring_back(self._document, controls)  # the model decides what can be followed
            taken = (*found.taken, CONTROLS) if there else found.taken
            found = replace(found, taken=taken, problems=(*found.problems, *cannot))
        found = replace(found, problems=(*found.problems, *gone))
        many = len(names) > 1 and bool(found.taken)
        if many:
            self._to_canvas()
        self._tell_recalled(found, many)
        return found

    def remix(self, metadata: Metadata) -> None:
        """All settings but the seed, which is fresh from now on."""
        found = self.recall(metadata, frozenset(SETTINGS) - {"seed"})
        if found.taken:
            self._document.change(seed=fresh_seed(), seed_locked=False)

    def vary(self, item: Item, metadata: Metadata) -> Job:
        """Pictures like this one: by other noise if it can be made again, else by starting from it. Raises Trouble."""
        request = self._by_noise(metadata) or self._from_it(item, metadata)
        job = self._submit(replace(request, count=VARIATIONS, throughput=False))
        self._view.saying.tell(f"{VARIATIONS} variations are being made; they come in here, newest first.")
        return job

    def _by_noise(self, metadata: Metadata) -> GenerationRequest | None:
        """The picture's own request with a part of its noise exchanged; None where that would not be like it."""
        model = model_of(metadata, self._models.all())
        if metadata.own is None or model is None:
            return None
        try:
            request = self._gallery.request(metadata)
        except BadInput:  # a source picture is gone
            return None
        if request.branch is not None or request.steering:
            return None
        return replace(request.with_model(model.reference), variation=Variation(seed=fresh_seed(), strength=NOISE))

    def _from_it(self, item: Item, metadata: Metadata) -> GenerationRequest:
        request = self._like(item, metadata)
        picture = read_picture(item.path)
        return replace(
            request,
            source=fitted(on_paper(picture), request.size),
            mask=None,
            strength=VARY_STRENGTH,
            seed=fresh_seed(),
            regions=(),
            origin=picture.digest,
        )

    def make_again(self, item: Item, metadata: Metadata) -> Job:
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
        self._again[job.id] = _Again(item, metadata.own, model, request)
        self._view.saying.tell("It is being made again.")
        return job

    # inside

    def _found(self, metadata: Metadata, names: frozenset[str]) -> Recalled:
        return recall(metadata, names, self._models.all(), self._document.model, self._styles)

    def _tell_recalled(self, found: Recalled, there: bool) -> None:
        if found.problems:
            self._view.saying.fail(" ".join(found.problems))
        if found.taken and not there:
            names = [WORDS.get(name, name) for name in found.taken]
            sentence = f"{listed(names).capitalize()} taken over."
            self._view.notices.tell(sentence, "good", Remedy("Go to the canvas", self._to_canvas))
        elif not found.taken and not found.problems:
            self._view.saying.fail("The file does not tell that.")

    def _like(self, item: Item, metadata: Metadata) -> GenerationRequest:
        """A request with a picture's settings, as far as they are known."""
        found = self._found(metadata, frozenset(SETTINGS) - {"seed", "strength"})
        model = found.model or self._document.model
        recipe = Recipe(size=automatic_size(model, Size(max(1, item.width), max(1, item.height))))
        recipe = replace(recipe, **found.fields)
        empty = Canvas((), self._document.size, self._document.picture)
        return self._able(resolve(recipe, model, empty))

    def _able(self, request: GenerationRequest) -> GenerationRequest:
        family = next((each.family for each in self._models.all() if each.reference == request.model), None)
        if family is not None and not family.can(Ability.IMAGE_TO_IMAGE):
            raise Trouble(f"{family.title} cannot start from a picture.", "Choose another model.")
        return request

    def _submit(self, request: GenerationRequest) -> Job:
        job = self._engine.submit(request)
        self._asked.add(job.id)
        return job

    def _asked_for(self, what: str, item: Item, metadata: Metadata) -> None:
        try:
            match what:
                case "remix":
                    self.remix(metadata)
                case "vary":
                    self.vary(item, metadata)
                case "again":
                    self.make_again(item, metadata)
                case _:  # meant for others
                    pass
        except Trouble as trouble:
            self._view.saying.fail(str(trouble))

    def _send(self, path: Path, way: str) -> None:
        if self._place(path, way):
            self._to_canvas()

    def _happened(self, job: Job, event: Event) -> None:
        if job.id not in self._asked:
            return
        again = self._again.get(job.id)
        match event:
            case Made() if again is not None:
                self._judge(again, event)
            case Failed():
                self._view.saying.fail(f"{event.message} {event.remedy}".strip())
            case _:
                pass
        if isinstance(event, Finished | Failed | Cancelled):
            self._asked.discard(job.id)
            self._again.pop(job.id, None)

    def _judge(self, again: _Again, event: Made) -> None:
        """Says whether it came out the same. A copy that is identical goes to the trash."""
        machine = machine_of(event.picture, self._gallery.machine)
        digest = again.model.reference.digest if again.model is not None else ""
        worn = (*again.request.attachments, *again.request.controls)
        others = replaced(worn, self._models.of_kind(*(each.kind for each in worn)))
        verdict = compare(again.own, event.picture.pixels, digest, machine, others)
        copy = self._gallery.store.find(event.path) if event.path is not None else None
        if verdict.identical:
            if copy is not None:
                self._gallery.throw_away([copy])
            self._view.saying.tell(verdict.sentence)
            return
        remedies: list[Remedy] = []
        new = self._gallery.store.item(copy) if copy is not None else None
        if new is not None:
            pair = [again.item, new]
            remedies.append(Remedy("Show the difference", lambda: self._view.looking.compare(pair, Mode.DIFFERENCE)))
        self._view.notices.tell(verdict.sentence, "info", *remedies)
