"""From a picture of the gallery back to work: its settings taken over, variations, made again, put on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject

from studio.document.document import Document
from studio.document.recipe import Recipe, fresh_seed
from studio.document.resolve import Canvas, automatic_size, fitted, on_paper, resolve
from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.pictures import read_picture
from studio.prompts.styles import Style
from studio.request.course import Variation
from studio.request.errors import BadInput, Trouble
from studio.request.events import Cancelled, Event, Failed, Finished
from studio.request.family import Ability
from studio.request.geometry import Size
from studio.request.request import GenerationRequest
from studio.request.sentences import listed
from studio.ui.gallery.gallery_view import GalleryView
from studio.ui.gallery.made_again import MadeAgain, Offered
from studio.ui.gallery.recalled_controls import bring_back, wanted
from studio.ui.gallery.recalling import CONTROLS, SETTINGS, Recalled, model_of, recall
from studio.ui.widgets.notice import Remedy

VARIATIONS = 4
NOISE = 0.25  # so much of a picture's noise is exchanged in its variations
VARY_STRENGTH = 0.5  # so much may change where a picture itself is what variations start from
WORDS = {"negative": "negative prompt"}


class BackToWork(QObject):
    """Listens to what the gallery's view asks for.

    place: puts a file on the canvas as a layer, source or mask. to_canvas: shows the canvas.
    passes: makes what took several passes with all of them.
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
        passes: Callable[[GenerationRequest], Job],
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
        self._passes = passes
        self._again = MadeAgain(view, gallery, engine, models, self._submit)
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
        return self._again.make(item, metadata)

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
        job = self._engine.submit(request) if request.edit is None else self._passes(request)
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
        if isinstance(event, Failed):
            self._view.saying.fail(f"{event.message} {event.remedy}".strip())
        if isinstance(event, Finished | Failed | Cancelled):
            self._asked.discard(job.id)
