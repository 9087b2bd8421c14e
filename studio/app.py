"""The only file that knows every room: it builds them and connects them."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from studio.document.document import Document
from studio.engine.engine import Engine
from studio.engine.status import EngineStatus, WorkerStart
from studio.library.attached import fits
from studio.library.pictures import read_picture
from studio.library.resources import resource
from studio.library.timelines import Timelines
from studio.prompts.history import PromptHistory
from studio.prompts.resolving import wildcard_names
from studio.prompts.styles import Style, load_styles
from studio.prompts.wording import worded
from studio.request.errors import Trouble
from studio.request.family import Model
from studio.settings.paths import Home
from studio.settings.screen import look, told
from studio.settings.settings import Settings, SettingsFile
from studio.shelves import describe, gallery_of, models_of, pipeline_of, timelines_of, vocabulary_of
from studio.ui.gallery.tidying import Tidying
from studio.ui.garbage import GarbageCollector
from studio.ui.live.wiring import Live
from studio.ui.models.keeper import ModelsKeeper
from studio.ui.panels.prompt.language import Offer
from studio.ui.preferences import Preferences
from studio.ui.removing import Removing
from studio.ui.series.wiring import MakingMore
from studio.ui.styles import StyleImport
from studio.ui.theme import apply_theme
from studio.ui.timeline.recalled import Recalled
from studio.ui.timeline.wiring import Timeline
from studio.ui.unkept import Unkept
from studio.ui.upscaling.wiring import Upscaling
from studio.ui.window import Furnishing, MainWindow

if TYPE_CHECKING:
    from studio.ui.gallery.gallery_view import GalleryView
    from studio.ui.models.page import ModelsPage

log = logging.getLogger(__name__)
DEFECT = "That did not work: the program has a defect there. Your work is safe, the details are in the log."
SWITCH = 0.001  # seconds; other threads give the window its turn five times sooner than by default


class Studio:
    """All rooms of one running program. The window is built, not yet shown; the worker is not yet started."""

    def __init__(self, home: Home, *, working: bool = True) -> None:
        """working: what is painted is kept in a journal against a crash; False for a window that is only looked at.

        Raises Trouble when there is no model at all.
        """
        self.home = home
        file = SettingsFile(home.settings_file)
        settings = file.load()
        apply_theme(application(settings.scale), settings.theme)
        self.preferences = Preferences(settings, file.save)
        self.models = models_of(home, settings)
        self.gallery = gallery_of(home)
        self._gallery_view: GalleryView | None = None
        self.document = Document(self._first_model(settings.last_model))
        self._start = worker_start(home, settings)
        words = vocabulary_of(home, self.models)
        self.engine = Engine(self._start, home.queue, self.gallery.keep, lambda request: worded(request, words))
        history = PromptHistory(home.history_file)
        self.window = MainWindow(
            self.document, self.engine, self.models, self.preferences, history, self._furnishing(working)
        )
        self.window.complete(self._names)
        self.window.show_weights(self.models.of_kind("lora", "vae"))
        self._plug_in(timelines_of(home, settings.timelines), working)
        for problem in filter(None, (file.problem, history.problem)):
            self.window.telling.sentence(problem)
        self.preferences.changed.connect(self._settings_changed)
        self.engine.status_changed.connect(self._describe_machine)

    def _furnishing(self, working: bool) -> Furnishing:
        return Furnishing(
            styles=self._load_styles(),
            read_picture=read_picture,
            gallery_folder=self.home.gallery,
            make_gallery=self._make_gallery,
            make_models=self._make_models,
            brushes=self.home.brushes_file,
            journals=self.home.journal if working else None,
        )

    def _plug_in(self, timelines: Timelines, working: bool) -> None:
        """The parts that add themselves to the window."""
        window, home = self.window, self.home
        self.live = Live(window)
        self.more = MakingMore(window, self.gallery.bring_in, home.folder_runs if working else None)
        self.upscaling = Upscaling(window)
        self.removing = Removing(window)
        self.styles = StyleImport(window, home.styles, self._load_styles)
        self.unkept = Unkept(window, self.gallery)
        self.timeline = Timeline(window, timelines)
        self.recalled = Recalled(window, timelines, self.gallery.request)
        self.tidying = Tidying(self.gallery, window)
        self.tidying.troubled.connect(window.telling.sentence)
        self.keeper = ModelsKeeper(window, self.models, self.gallery, home.models)

    def open(self, path: Path) -> None:
        """Puts a picture on the canvas."""
        self.window.incoming.open(path)

    def close(self) -> None:
        """Ends the worker; what is unfinished stays in the queue."""
        self.preferences.flush()
        if self._gallery_view is not None:
            self._gallery_view.shut()
        self.tidying.close()
        self.keeper.shut()
        self.unkept.shut()
        self.removing.shut()
        self.engine.close()
        self.more.folders.shut()
        self.gallery.close()

    def _names(self) -> list[Offer]:
        """What can be completed in a prompt."""
        kinds, family = {"lora": "lora", "embedding": "embed"}, self.document.model.family
        worn = [Offer(kinds[each.kind], each.name) for each in self.models.of_kind(*kinds) if fits(each, family)]
        styles = [Offer("style", each.name) for each in self.window.styles]
        return [*worn, *styles, *(Offer("wildcard", name) for name in wildcard_names(self.home.wildcards))]

    def _load_styles(self) -> tuple[Style, ...]:
        return load_styles(resource("styles", "styles.json"), self.home.styles)

    def _make_gallery(self) -> GalleryView:
        from studio.ui.gallery_wiring import furnish_gallery  # not before it is looked at

        self._gallery_view = furnish_gallery(self.window, self.gallery)
        self._gallery_view.asked_for.connect(self.upscaling.asked)
        self._gallery_view.asked_for.connect(self.recalled.asked)
        return self._gallery_view

    def _make_models(self) -> ModelsPage:
        from studio.ui.models_wiring import furnish_models  # not before it is looked at

        return furnish_models(self.window, self.keeper)

    def _describe_machine(self, status: EngineStatus) -> None:
        """Notes in the files of pictures what makes them, as soon as it is known."""
        if status.device and self.gallery.machine.get("device") != status.device:
            self.gallery.machine = {**self.gallery.machine, "device": status.device}

    def _first_model(self, last: str) -> Model:
        known = {model.reference.name: model for model in self.models.all()}
        return known.get(last) or self.models.default()

    def _settings_changed(self, settings: Settings) -> None:
        apply_theme(application(), settings.theme)
        start = worker_start(self.home, settings)
        if start.command != self._start.command:  # the way of isolation counts from the next start on
            self._start = replace(start, isolation=self._start.isolation)
            self.engine.start_anew(self._start)


def worker_start(home: Home, settings: Settings) -> WorkerStart:
    """How the engine starts its worker: this program again, as a process that only makes pictures."""
    previews = () if settings.previews else ("--no-previews",)
    options = ("--memory", settings.memory, "--timelines", str(settings.timelines), *previews)
    return WorkerStart(
        command=(sys.executable, "-m", "studio", "worker", *options),
        log=home.logs / "worker.log",
        environment={"SFUMATO_HOME": os.environ["SFUMATO_HOME"]} if "SFUMATO_HOME" in os.environ else {},
        isolation=settings.isolation,
        make_pipeline=lambda: pipeline_of(home, settings.memory, settings.previews, settings.timelines),
        describe=describe,
    )


def run_window(home: Home, file: str | None = None) -> int:
    """Opens the studio and stays until its window is closed. Raises Trouble without a screen."""
    screen = look(os.environ)
    if not screen.opens:
        raise Trouble(told(screen, os.environ), "`generate` works without one: see --help.")
    faulthandler.enable()
    sys.setswitchinterval(SWITCH)
    studio = Studio(home)
    garbage = GarbageCollector()
    _tell_of_defects(studio.window.telling.sentence)
    studio.window.appear()
    studio.keeper.start()
    studio.tidying.start()
    QTimer.singleShot(0, studio.engine.start)  # after the first paint: the window is there, torch loads behind it
    if file is not None:
        studio.open(Path(file))
    try:
        return QApplication.exec()
    finally:
        studio.close()
        garbage.close()


def show_refusal(trouble: Trouble) -> None:
    """Says in a window of its own, until that is closed, why the studio cannot open."""
    from studio.ui.refusal import refusal

    apply_theme(application(), Settings().theme)
    box = refusal(trouble)  # held: without a name of its own the window would go at once
    box.exec()


def application(scale: int = 100) -> QApplication:
    """The one QApplication, made when it is first asked for. scale: percent of the size that the system asks for."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    if scale != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", str(scale / 100))
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Sfumato")
    app.setDesktopFileName("sfumato")
    app.setWindowIcon(QIcon(str(resource("icons", "sfumato.svg"))))
    return app


def _tell_of_defects(tell: Callable[[str], object]) -> None:
    """An exception that nobody caught costs one action, not the work: it is logged and told, and the window goes on."""

    def told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("not caught", exc_info=(kind, error, trace))
        sentence = str(error) if isinstance(error, Trouble) else DEFECT
        if threading.current_thread() is threading.main_thread():
            tell(sentence)

    sys.excepthook = told
