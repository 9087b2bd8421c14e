"""Puts upscaling into the window: an action of the canvas, an offer of the gallery, and what becomes of the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from studio.document.enlarging import Wish, put_enlarged
from studio.document.recipe import fresh_seed
from studio.engine.job import Job
from studio.library.entry import Entry
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.library.pictures import read_picture
from studio.prompts.styles import apply_style
from studio.request.errors import Trouble
from studio.request.events import Cancelled, Event, Finished, Made
from studio.request.pixels import Pixels
from studio.request.request import Prompt
from studio.ui.actions import Action
from studio.ui.gallery.recalling import model_of
from studio.ui.upscaling.panel import Habit, Subject, UpscalePanel, wish_of
from studio.ui.widgets.notice import Remedy
from studio.ui.window import MainWindow

HABIT = "upscale"  # where it is kept how it was done last
QUICK = {"upscale 2": 2.0, "upscale 4": 4.0}  # what the gallery asks for, and how many times


@dataclass(frozen=True)
class _Going:
    """A picture that is being enlarged. canvas: it is that on the canvas."""

    source: Pixels
    canvas: bool


class Upscaling(QObject):
    """panel: the one that is open, if any."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window_ = window
        self.panel: UpscalePanel | None = None
        self._going: dict[int, _Going] = {}
        window.engine.happened.connect(self._happened)
        window.table.add(
            Action(
                id="picture.upscale",
                title="Upscale picture …",
                group="Picture",
                section="canvas",
                run=self.ask_canvas,
                keys=("Ctrl+Alt+U",),
                enabled_when=lambda: window.document.has_picture,
                icon="maximize",
                help="Makes it larger: smoothly, by an upscaler, or with finer detail by a model.",
            ),
            within=window.page,
        )

    def ask_canvas(self) -> None:
        """Shows the panel for what is seen on the canvas."""
        window, document = self.window_, self.window_.document
        window.prompt.commit()
        document.about_to_read.emit()
        recipe = document.recipe
        prompt, negative = apply_style(recipe.prompt, recipe.negative, recipe.style)
        subject = Subject("Upscale the picture", document.size, document.model, prompt, negative)
        self._open(subject, document.picture(), canvas=True)

    def asked(self, what: str, item: Item, metadata: Metadata) -> None:
        """The gallery wants something of a picture; only what is meant for here is done."""
        if not what.startswith("upscale"):
            return
        try:
            source = read_picture(item.path)
            subject = self._subject(item, metadata, source)
            if what not in QUICK:
                self._open(subject, source, canvas=False)
                return
            habit = replace(self._habit, factor=QUICK[what])
            self._submit(wish_of(subject, habit, self._networks), source, canvas=False)
        except Trouble as trouble:
            self.window_.telling.trouble(trouble)

    def _subject(self, item: Item, metadata: Metadata, source: Pixels) -> Subject:
        model = model_of(metadata, self.window_.models.all()) or self.window_.document.model
        words = (Prompt.plain(text or "") for text in (metadata.prompt, metadata.negative))
        return Subject(f"Upscale {item.path.stem}", source.size, model, *words)

    @property
    def _networks(self) -> Sequence[Entry]:
        return self.window_.models.of_kind("upscaler")

    @property
    def _habit(self) -> Habit:
        return Habit.read(self.window_.preferences.recall(HABIT))

    def _open(self, subject: Subject, source: Pixels, *, canvas: bool) -> None:
        if self.panel is not None:
            self.panel.close()
        self.panel = panel = UpscalePanel(self.window_, subject, self._habit, self._networks)
        panel.wanted.connect(lambda wish, habit: self._wanted(wish, habit, source, canvas))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        panel.finished.connect(self._closed)
        panel.show()

    def _closed(self) -> None:
        self.panel = None

    def _wanted(self, wish: Wish, habit: Habit, source: Pixels, canvas: bool) -> None:
        self.window_.preferences.remember(HABIT, habit.written())
        try:
            self._submit(wish, source, canvas=canvas)
        except Trouble as trouble:
            self.window_.telling.trouble(trouble)

    def _submit(self, wish: Wish, source: Pixels, *, canvas: bool) -> Job:
        job = self.window_.engine.submit(wish.request(source, fresh_seed()))
        self._going[job.id] = _Going(source, canvas)
        return job

    # what becomes of it

    def _happened(self, job: Job, event: Event) -> None:
        if job.id not in self._going and job.parent in self._going:  # tried again after it failed
            self._going[job.id] = self._going[job.parent]
        going = self._going.get(job.id)
        if going is None:
            return
        if isinstance(event, Made):
            self._made(going, event)
        elif isinstance(event, Finished | Cancelled):
            self._going.pop(job.id)

    def _made(self, going: _Going, event: Made) -> None:
        window, pixels = self.window_, event.picture.pixels
        if not going.canvas:
            if not event.problem:
                window.telling.sentence(f"The picture is in the gallery, {pixels.size} pixels large.")
            return
        if window.document.picture() != going.source:
            window.page.notices.tell(
                "The larger picture is ready, but the canvas has changed since. It is in the gallery.",
                "info",
                Remedy("Put it on the canvas all the same", lambda: self._put(pixels)),
            )
            return
        self._put(pixels)

    def _put(self, pixels: Pixels) -> None:
        put_enlarged(self.window_.document, pixels)
        undo = Remedy("Undo", self.window_.document.undo_stack.undo)
        self.window_.page.notices.tell(f"The canvas is {pixels.size} pixels large now.", "good", undo)
