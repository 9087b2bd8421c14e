"""The whole studio, with its real worker process and the model that ships with it."""

from __future__ import annotations

import os

import pytest

from studio.app import Studio
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
