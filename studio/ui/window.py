"""The main window: three workspaces, the panels of the canvas, and what connects them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenuBar, QStackedWidget, QVBoxLayout, QWidget

from studio.document.change import Change
from studio.document.document import Document
from studio.engine.engine import Engine
from studio.library.entry import Entry
from studio.library.models import Models
from studio.library.resources import resource
from studio.prompts.history import PromptHistory
from studio.prompts.styles import Style
from studio.request.pixels import Pixels
from studio.settings.settings import Settings
from studio.ui.actions import ActionTable, shown_keys
from studio.ui.candidates import Candidates
from studio.ui.canvas.actions import canvas_actions
from studio.ui.canvas.frame_actions import frame_actions
from studio.ui.canvas_page import CanvasPage
from studio.ui.canvas_panels import CanvasPanels
from studio.ui.controls.wiring import ControlWiring
from studio.ui.deeds import Deeds
from studio.ui.documents.disk import Disk
from studio.ui.documents.files import DocumentFiles
from studio.ui.edit_wiring import EditWiring
from studio.ui.gallery.actions import GalleryDeeds, gallery_actions, share
from studio.ui.generation import Generation
from studio.ui.incoming import Incoming
from studio.ui.late_workspace import LateWorkspace
from studio.ui.menus import Menus
from studio.ui.notify import Notifier
from studio.ui.panels.prompt.language import Offer
from studio.ui.panels.prompt.panel import PromptPanel
from studio.ui.panels.queue import QueuePanel
from studio.ui.panels.results import ResultsPanel
from studio.ui.preferences import Preferences
from studio.ui.status_bar import StatusBar
from studio.ui.telling import Telling
from studio.ui.theme import undressed
from studio.ui.tool_rail import ToolRail
from studio.ui.top_bar import SearchButton, TopBar, Workspaces
from studio.ui.window_actions import window_actions
from studio.ui.window_pages import CANVAS, GALLERY, MODELS, PAGES, keys_of

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
USUAL = QSize(1440, 900)
LEAST = QSize(900, 560)
KEYS = "keys"  # where chosen shortcuts are kept in the settings


@dataclass(frozen=True, kw_only=True)
class Furnishing:
    """What the window is given besides the rooms it shows.

    read_picture: a file to pixels; raises Trouble. make_gallery, make_models: build these workspaces when they
    are first looked at. gallery_folder: where finished pictures are kept.
    brushes: where the artist's own are written. journals: where unsaved work is kept. None: they are not kept.
    """

    styles: tuple[Style, ...]
    read_picture: Callable[[Path], Pixels]
    gallery_folder: Path
    make_gallery: Callable[[], QWidget]
    make_models: Callable[[], QWidget]
    brushes: Path | None = None
    journals: Path | None = None


class MainWindow(QMainWindow):
    """The studio. Other parts plug in by `table.add`, `add_panel` and `page.add_tools`."""

    def __init__(
        self,
        document: Document,
        engine: Engine,
        models: Models,
        preferences: Preferences,
        history: PromptHistory,
        furnishing: Furnishing,
    ) -> None:
        super().__init__()
        with undressed():
            self._furnish(document, engine, models, preferences, history, furnishing)
        self._connect()
        self._fills = False
        self._restore()

    def _furnish(
        self,
        document: Document,
        engine: Engine,
        models: Models,
        preferences: Preferences,
        history: PromptHistory,
        furnishing: Furnishing,
    ) -> None:
        self.document = document
        self.engine = engine
        self.models = models
        self.preferences = preferences
        self.table = ActionTable(self, chosen_keys(preferences))
        self.candidates = Candidates(document.undo_stack, self)
        self.incoming = Incoming(document, furnishing.read_picture, self)
        self.generation = Generation(document, engine, history, self.candidates, self)
        self.page = CanvasPage(document, self.candidates, self.incoming, lambda: self.generation.running is not None)
        keys = shown_keys(("Ctrl+Enter",))
        self.prompt = PromptPanel(document, models.all(), furnishing.styles, history, preferences, keys)
        self.results = ResultsPanel(self.candidates)
        self.queue = QueuePanel(engine)
        self.gallery = LateWorkspace(furnishing.make_gallery)
        self.gallery_deeds = GalleryDeeds(lambda: self.go_to(GALLERY), lambda: self.workspace == GALLERY)
        self.gallery_folder, self.styles = furnishing.gallery_folder, furnishing.styles
        self.models_page = LateWorkspace(furnishing.make_models)
        self.notifier = Notifier(self)
        self.telling = Telling(self.page.notices, self.notifier, engine, self.generation, self)
        self.status = StatusBar()
        self.panels = CanvasPanels(self.page, resource("brushes", "brushes.json"), furnishing.brushes, preferences)
        self.files = DocumentFiles(self, Disk(furnishing.read_picture), furnishing.journals)
        self.deeds = Deeds(self)
        self._build()
        self.edits = EditWiring(self)
        self.controls = ControlWiring(self)

    # for other parts

    def add_panel(
        self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea = RIGHT, above: str = "results"
    ) -> QDockWidget:
        """Adds a dock to the canvas workspace; it comes back where it was when the window was closed."""
        return self.page.add(name, title, widget, area, above)

    def show_weights(self, weights: Sequence[Entry]) -> None:
        """What can be laid over a model and is on this machine, wherever words can name it."""
        self.prompt.show_weights(weights)
        self.panels.layers.options.region.show_weights(weights)

    def complete(self, offers: Callable[[], Sequence[Offer]]) -> None:
        """From now on these names are completed while words are typed."""
        self.prompt.words.offers = self.panels.layers.options.region.offers = offers

    @property
    def workspace(self) -> int:
        """CANVAS, GALLERY or MODELS of `window_pages`."""
        return self._pages.currentIndex()

    def appear(self) -> None:
        """Shows the window; at the first start on a small screen it fills that."""
        if self._fills:
            self.showMaximized()
        else:
            self.show()

    def go_to(self, workspace: int) -> None:
        if workspace == GALLERY:
            self.gallery.opened()
        elif workspace == MODELS:
            self.models_page.opened()
        self._pages.setCurrentIndex(workspace)
        on_canvas = workspace == CANVAS  # elsewhere search and buttons are at the top
        self.page.notices.stand_over(self.page.stack if on_canvas else self._pages, low=not on_canvas)
        self._switch.show_page(workspace)
        self._show_view()
        self.table.refresh()

    def keep_keys(self) -> None:
        """Writes down the shortcuts that the person chose."""
        self.preferences.remember(KEYS, json.dumps(self.table.chosen_keys))

    # inside

    def _build(self) -> None:
        self.setObjectName("studio")
        self.setMinimumSize(LEAST)
        self.page.add("prompt", "Prompt", self.prompt, LEFT, tools=(self.prompt.words.earlier,))
        self.page.add("results", "Results", self.results, RIGHT)
        self.page.add("queue", "Queue", self.queue, RIGHT, tools=(self.queue.clear,))
        self._pages = QStackedWidget()
        for widget in (self.page, self.gallery, self.models_page):
            self._pages.addWidget(widget)
        middle = QWidget()
        middle.setObjectName("workspace")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._pages, 1)
        column.addWidget(self.status)
        self.setCentralWidget(middle)
        self.page.notices.setParent(middle)  # bars are seen in every workspace
        self.table.add(*self.files.actions(), *window_actions(self))
        self.table.add(*canvas_actions(self.page.canvas, self.document), within=self.page)
        self.table.add(*frame_actions(self.page.frame, self.page.canvas), within=self.page)
        self.table.add(*gallery_actions(self.gallery_deeds), within=self.gallery)
        share(self.table, self.gallery_deeds)
        self.table.set_canvas(self.page.canvas)
        self.rail = ToolRail(self.table)
        self.page.add_tools(self.rail)
        bar = QMenuBar()
        self._menus = Menus(bar, self.table, self.page, self)
        self._switch = Workspaces([(title, shown_keys((keys_of(index),))) for index, (title, _) in enumerate(PAGES)])
        self._switch.show_page(CANVAS)
        search = SearchButton("Find an action", shown_keys(self.table.keys("view.palette")))
        search.clicked.connect(self.deeds.open_palette)
        self.setMenuWidget(TopBar(bar, self._switch, search))

    def _connect(self) -> None:
        page, prompt, results = self.page, self.prompt, self.results
        self._switch.chosen.connect(self.go_to)
        prompt.button.pressed.connect(lambda: self.table.run("picture.generate"))
        prompt.button.chosen.connect(self.deeds.generate)
        prompt.button.first.connect(self.deeds.generate_first)
        prompt.button.stopped.connect(self.generation.cancel)
        prompt.judged.connect(self._show_button)
        prompt.words.picture_given.connect(self.incoming.take)
        self.generation.changed.connect(self._show_button)
        self.generation.progressed.connect(self.status.show_progress)
        self.table.trouble.connect(self.telling.trouble)
        self.table.about_to_run.connect(self.deeds.settle_before)
        page.canvas.about_to_work.connect(page.proposal.settle)
        self.incoming.trouble.connect(self.telling.trouble)
        self.incoming.taken.connect(lambda: self.go_to(CANVAS))
        self.preferences.trouble.connect(self.telling.sentence)
        self.preferences.changed.connect(self._preferences_changed)
        page.welcome.tried.connect(self.deeds.try_example)
        page.welcome.opened.connect(self.deeds.choose_picture)
        page.proposal.changed.connect(self._proposal_changed)
        page.bar.applied.connect(page.proposal.apply)
        page.bar.kept.connect(page.proposal.keep)
        page.bar.discarded.connect(self.deeds.discard_shown)
        page.canvas.zoom_changed.connect(self.status.show_zoom)
        page.canvas.trouble.connect(self.telling.trouble)
        page.canvas.tools.chosen.connect(self._tool_chosen)
        page.stack.currentChanged.connect(self._show_view)
        results.shown.connect(page.proposal.show)
        results.applied.connect(self.deeds.apply)
        results.discarded.connect(self.deeds.discard)
        results.sourced.connect(self.deeds.start_from)
        results.copied.connect(self.deeds.copy)
        self.queue.retried.connect(self.generation.retry)
        self.status.zoomed.connect(page.canvas.set_zoom)
        self.status.fitted.connect(page.canvas.fit)
        self.engine.status_changed.connect(self.status.show_status)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.deeds.follow_system)
        self.document.changed.connect(self._document_changed)

    def _restore(self) -> None:
        """Where everything was; a first start takes a good part of the screen, or all of it: see `appear`."""
        if not self.restoreGeometry(self.preferences.recall_bytes("window")):
            screen = QGuiApplication.primaryScreen().availableGeometry().size()
            self.resize(USUAL.boundedTo(screen * 0.9).expandedTo(LEAST))
            self._fills = USUAL.boundedTo(screen * 0.9) != USUAL
        if not self.page.restore(self.preferences.recall_bytes("docks")):
            self.panels.arrange(self.height())
        self._preferences_changed(self.preferences.now)
        self.status.show_status(self.engine.status)
        self.status.show_size(self.document.size)
        self.status.show_zoom(self.page.canvas.zoom)
        self._show_view()
        self._document_changed(Change.MODEL)
        self._show_button()
        self.prompt.words.prompt.setFocus()
        QTimer.singleShot(0, self, self._settle)

    def _settle(self) -> None:
        """What can wait until the window is there."""
        self.telling.problem(self.engine.problem)
        self.telling.offer_left_over()
        self.panels.settle()
        self.files.offer()

    def _show_button(self) -> None:
        modes, words = self.generation.modes, self.edits.words
        running = self.generation.running is not None
        self.prompt.show_button(modes[0], modes, running=running, sentence=words)
        title = f"Add to queue: {modes[0].title}" if running else modes[0].title
        self.table.replace("picture.generate", title=title, help=words)
        self.page.refresh()
        self.table.refresh()

    def _tool_chosen(self) -> None:
        self.page.begin()
        self.table.refresh()

    def _show_view(self) -> None:
        """Zoom and size are told while there is a canvas to see."""
        self.status.show_view(self.workspace == CANVAS and self.page.canvas_shown)

    def _proposal_changed(self) -> None:
        self.results.select(self.page.proposal.item)
        self.table.refresh()

    def _document_changed(self, change: Change) -> None:
        if change & Change.MODEL:
            self.preferences.change(last_model=self.document.model.reference.name)
        if change & (Change.SIZE | Change.MODEL | Change.RECIPE):
            self.status.show_size(self.document.size)
        self.table.refresh()

    def _preferences_changed(self, settings: Settings) -> None:
        self.page.canvas.marching.set_still(settings.reduce_motion)
        self.table.refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self.notifier.seen()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_close():
            event.ignore()
            return
        self.panels.remember()
        self.preferences.remember_bytes("docks", self.page.save())
        self.preferences.remember_bytes("window", self.saveGeometry())
        self.preferences.flush()
        super().closeEvent(event)


def chosen_keys(preferences: Preferences) -> dict[str, list[str]]:
    """Shortcuts as they were written down; none if they cannot be read."""
    try:
        value = json.loads(preferences.recall(KEYS, "{}"))
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    kept = cast("dict[str, object]", value)
    return {
        id_: [key for key in cast("list[object]", keys) if isinstance(key, str)]
        for id_, keys in kept.items()
        if isinstance(keys, list)
    }
