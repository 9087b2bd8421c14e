"""The whole studio and the model that ships with it: in a worker process, or loaded once for many stories."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.app import Studio
from studio.document.document import Document
from studio.document.images import image_of
from studio.request.events import Event, Failed
from studio.settings.paths import Home
from studio.settings.settings import Settings, SettingsFile
from studio.shelves import models_of
from tests.pipelines.tiny import Notes
from tests.stories.artist import Artist
from tests.stories.shared_pipeline import SharedPipeline

PATIENCE = 120_000  # milliseconds; a busy machine loads torch slowly, nothing waits longer than it needs


@pytest.fixture
def home(tmp_path):
    home = Home.find(os.environ)
    home.prepare()
    return home


@pytest.fixture
def open_studio(qtbot, home):
    """Opens the window, as often as asked; all are closed at the end."""
    opened = []

    def start() -> Studio:
        studio = Studio(home)
        opened.append(studio)
        qtbot.addWidget(studio.window)
        with qtbot.waitExposed(studio.window):
            studio.window.show()
        studio.engine.start()
        return studio

    yield start
    for studio in opened:
        studio.close()


@pytest.fixture
def studio(open_studio):
    return open_studio()


@pytest.fixture
def until(qtbot):
    """Waits for something of a story; a picture that cannot be made ends it at once, with the reason."""

    def until(events: list[Event], true: Callable[[], object]) -> None:
        def failed() -> Failed | None:
            return next((event for event in events if isinstance(event, Failed)), None)

        qtbot.waitUntil(lambda: bool(true() or failed()), timeout=PATIENCE)
        if not true() and (why := failed()):
            pytest.fail(f"{why.message} {why.remedy}\n{why.details}")

    return until


@pytest.fixture
def until_heard(until):
    """Waits for an event of a kind."""

    def until_heard(events: list[Event], kind: type[Event]) -> None:
        until(events, lambda: any(isinstance(event, kind) for event in events))

    return until_heard


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> SharedPipeline:
    return SharedPipeline(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def landscape(shared, tmp_path_factory) -> Path:
    """A picture of the embedded model, 256 × 256, as a file."""
    folder = tmp_path_factory.mktemp("pictures")
    document = Document(models_of(Home.find({"SFUMATO_HOME": str(folder)})).default())
    document.change(prompt="a lake and mountains at sunset", steps=8, seed=3, seed_locked=True)
    (picture,) = shared.run(document.request(), Notes(draft=True)).pictures
    path = folder / "lake.png"
    assert image_of(picture.pixels).save(str(path))
    return path


@pytest.fixture
def open_artist(qtbot, home, shared, monkeypatch):
    """A person at the window, as often as asked; the model is loaded already, and runs in a thread."""
    monkeypatch.setattr("studio.app.pipeline_of", lambda *_: shared)
    monkeypatch.setattr("studio.app.timelines_of", lambda *_: shared.timelines)
    SettingsFile(home.settings_file).save(Settings(isolation="thread", reduce_motion=True, advanced=True))
    opened = []

    def start() -> Artist:
        studio = Studio(home)
        studio.window.resize(1440, 900)
        with qtbot.waitActive(studio.window):
            studio.window.show()
            studio.window.activateWindow()
        studio.window.prompt.words.prompt.setFocus()
        studio.document.change(steps=3, seed=5, seed_locked=True)
        studio.document.undo_stack.clear()
        opened.append(Artist(qtbot, studio, PATIENCE))
        return opened[-1]

    yield start
    shared.go_on()
    for artist in opened:
        if not artist.gone:
            artist.document.undo_stack.setClean()  # nothing is asked about
            artist.leave()


@pytest.fixture
def artist(open_artist) -> Artist:
    """Before an empty canvas."""
    return open_artist()


@pytest.fixture
def painter(artist, landscape) -> Artist:
    """Before a landscape of 256 × 256 pixels that may change wholly."""
    artist.studio.open(landscape)
    artist.document.change(strength=1.0)
    artist.document.undo_stack.clear()
    artist.document.undo_stack.setClean()
    return artist
