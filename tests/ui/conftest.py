"""The real window and its parts, with an engine whose events the test plays."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QWidget

from studio.document.document import Document
from studio.library.pictures import read_picture
from studio.prompts.history import PromptHistory
from studio.prompts.styles import Style
from studio.settings.settings import Settings
from studio.ui.preferences import Preferences
from studio.ui.theme import apply_theme
from studio.ui.window import Furnishing, MainWindow
from tests.ui.fakes import SCENES_MODEL, FakeEngine, FakeModels

STYLES = (Style("Ink", "{prompt}, in ink", "photo"), Style("Oil", "{prompt}, oil painting"))


@dataclass
class Desk:
    """Everything of one window within reach."""

    window: MainWindow
    engine: FakeEngine
    document: Document
    preferences: Preferences

    @property
    def panel(self):
        return self.window.prompt

    @property
    def job(self):
        """The job asked for last."""
        return self.engine.jobs[-1]


@pytest.fixture
def themed(qapp):
    apply_theme(qapp, "dark")
    yield qapp
    apply_theme(qapp, "dark")


@pytest.fixture
def desk_of(qtbot, tmp_path, themed):
    """Makes a window; several can be made one after the other, as in several starts."""
    windows = []

    def make(settings=None, engine=None, models=None, gallery=None, journals=None, show=True):
        engine = engine or FakeEngine()
        document = Document(SCENES_MODEL)
        preferences = Preferences(settings or Settings())
        window = MainWindow(
            document,
            engine,
            models or FakeModels(),
            preferences,
            PromptHistory(tmp_path / "prompts.json"),
            Furnishing(
                styles=STYLES,
                read_picture=read_picture,
                gallery_folder=tmp_path / "gallery",
                make_gallery=gallery or QWidget,
                make_models=QWidget,
                brushes=tmp_path / "brushes.json",
                journals=journals,
            ),
        )
        windows.append(window)
        qtbot.addWidget(window)
        if show:
            window.resize(1280, 800)
            with qtbot.waitActive(window):
                window.show()
                window.activateWindow()
            window.prompt.words.prompt.setFocus()
        return Desk(window, engine, document, preferences)

    yield make
    for window in windows:
        window.document.undo_stack.setClean()  # nothing is asked about when it closes
        window.close()


@pytest.fixture
def desk(desk_of):
    return desk_of()
