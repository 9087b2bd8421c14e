"""Time travel: looks at earlier steps of the picture over the canvas, and goes on from there."""

from __future__ import annotations

import logging

import numpy as np
from PySide6.QtCore import QObject

from studio.document.document import Document
from studio.document.editing.looking_back import LookBack
from studio.document.resolve import fitted
from studio.document.selecting import array_of
from studio.document.ways_on import Words, branched, kept
from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.library.timelines import Timelines
from studio.request.errors import Trouble
from studio.request.events import Event, Picture, Step
from studio.request.family import Ability
from studio.request.geometry import Rect
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest
from studio.ui.candidates import Candidate
from studio.ui.generation import Generation
from studio.ui.proposal import Proposal
from studio.ui.timeline.bar import TimelineBar
from studio.ui.timeline.film import Film, Moment

log = logging.getLogger(__name__)


class TimeTravel(QObject):
    """Shows the bar for the picture that lies over the canvas, and does what its buttons say."""

    def __init__(
        self,
        bar: TimelineBar,
        proposal: Proposal,
        timelines: Timelines,
        document: Document,
        engine: Engine,
        generation: Generation,
    ) -> None:
        super().__init__(bar)
        self._bar, self._proposal, self._timelines = bar, proposal, timelines
        self._document, self._engine, self._generation = document, engine, generation
        self._wanted = True
        self._item: Candidate | None = None
        self._picture: Picture | None = None
        self._film: Film | None = None
        self._look_back: LookBack | None = None  # of an edit of several passes
        self._growing: tuple[Job, int, Film] | None = None  # the picture in the making: job, number in its set
        bar.moved.connect(self._look)
        engine.happened.connect(self._happened)
        proposal.changed.connect(self._follow)
        bar.hide()

    # what is shown

    @property
    def wanted(self) -> bool:
        """Whether the bar is shown when there is something to show."""
        return self._wanted

    def set_wanted(self, wanted: bool) -> None:
        self._wanted = wanted
        if not wanted and self._proposal.away:
            self._proposal.look_now()
        self._show()

    @property
    def can_travel(self) -> bool:
        """There are steps of a finished picture to go through."""
        return self._wanted and self._film is not None and self._finished is not None

    @property
    def can_branch(self) -> bool:
        return self.can_travel and self._bar.branch.isEnabled()

    @property
    def can_keep(self) -> bool:
        return self._wanted and self._film is not None and self._bar.keep.isEnabled()

    def go(self, by: int) -> None:
        """To another step."""
        self._bar.stop()
        self._bar.strip.go_to(self._bar.strip.index + by)

    def _follow(self) -> None:
        """Another picture is over the canvas, or the one in the making has come further."""
        item = self._proposal.item
        picture = item.picture if item is not None else None
        same = item is self._item and picture is self._picture
        if same and (picture is None or self._proposal.away):
            return
        if not same:
            self._item, self._picture = item, picture
            self._look_back = None
            self._film = self._film_in_the_making(item) if picture is None else self._kept(item, picture.request)
        self._show()

    def _show(self) -> None:
        film = self._film
        self._bar.setVisible(self._wanted and film is not None and film.last >= 0)
        if film is not None:
            self._bar.show_film(film, max(0, film.last), making=self._picture is None)

    @property
    def _finished(self) -> GenerationRequest | None:
        """The request of the finished picture that is shown."""
        return self._picture.request if self._picture is not None else None

    def _kept(self, item: Candidate | None, request: GenerationRequest) -> Film | None:
        edit = item.passes if item is not None else None
        count = 1 if edit is None else len(edit.plan.passes)
        found = self._timelines.parts(request, count)
        if 0 not in found:
            return None
        turns = [turn.step for turn in request.steering]
        if request.branch is not None:
            turns.append(request.branch.step)
        return Film(found[0].total, tuple(turns), found, count)

    def _film_in_the_making(self, item: Candidate | None) -> Film | None:
        if item is None or self._growing is None:
            return None
        job, index, film = self._growing
        return film if item.job is job and item.index == index else None

    def _happened(self, job: Job, event: Event) -> None:
        if not isinstance(event, Step) or event.preview is None:
            return
        part, place = self._generation.outcomes.part_of(job, event)
        if self._growing is None or self._growing[:2] != (part.first, part.index):
            self._growing = (part.first, part.index or 0, Film(event.total, parts=place.count))
        self._growing[2].add(Moment(place.number, event.done), event.total, event.preview)
        if self._picture is None:
            self._item = self._proposal.item
            self._film = self._film_in_the_making(self._item)
            self._show()

    def _look(self, position: float) -> None:
        film, item = self._film, self._item
        if film is None or item is None:
            return
        if position >= film.last:
            self._proposal.look_now()
            return
        try:
            pixels, area = self._seen(film, item, position)
        except OSError as error:
            log.info("a step cannot be shown: %s", error)
            raise Trouble("This step of the picture is damaged and cannot be shown.", details=str(error)) from error
        self._proposal.look_back(pixels, item.place.at(self._document.frame, area))

    def _seen(self, film: Film, item: Candidate, position: float) -> tuple[Pixels, Rect]:
        """What is seen of a finished picture at a place of its film, and where. Raises OSError."""
        part, frame = film.at(position)
        if film.parts == 1 or item.passes is None or item.picture is None:
            return item.edit.preview(frame) if item.edit is not None else (frame, item.place.area)
        if self._look_back is None:
            self._look_back = LookBack(item.passes, item.picture.pixels, film.end_of(0))
        return self._look_back.at(part, frame), item.place.area

    # what can be done

    def branch(self) -> None:
        """Goes on from the step that is seen, with the words and the selection of now. Raises BadInput."""
        request, item, step = self._finished, self._item, self._bar.step
        if request is None or item is None:
            return
        recipe = self._document.recipe
        fresh = self._bar.share
        other = branched(
            request,
            step,
            Words.of(recipe, request),
            fresh=fresh,
            seed=recipe.seed if fresh and recipe.seed_locked else None,
            hole=self._hole(item),
            strength=self._bar.strength,
        )
        self._proposal.follow()
        self._generation.again(item, other)

    def keep(self) -> None:
        """Keeps the step that is seen: of a picture in the making by stopping there."""
        request, item = self._finished, self._item
        if item is None:
            return
        if request is None:
            self._engine.keep_step(self._generation.outcomes.in_hand(item.job))
        else:
            self._proposal.follow()
            self._generation.again(item, kept(request, self._bar.step))

    def _hole(self, item: Candidate) -> tuple[Pixels, Pixels] | None:
        """The picture, and what of it is selected on the canvas; an edit has its own mask.

        At less than full strength all of it, if nothing is selected: so much is held to the picture as it is.
        """
        selection, picture = self._document.selection, item.picture
        if picture is None or item.edit is not None or not self._document.model.family.can(Ability.INPAINT):
            return None
        mask = None if selection is None else array_of(selection, self._proposal.area)
        if mask is not None and mask.any():
            return picture.pixels, fitted(Pixels(mask[..., None].copy()), picture.pixels.size)
        if self._bar.strength == 1:
            return None
        width, height = picture.pixels.size
        return picture.pixels, Pixels(np.full((height, width, 1), 255, np.uint8))
