"""The whole studio, with its real worker process and the model that ships with it."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from studio.app import Studio
from studio.request.events import Event, Failed
from studio.settings.paths import Home

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
