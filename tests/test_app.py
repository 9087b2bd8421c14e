"""The rooms put together: what a change of the settings does to them."""

from __future__ import annotations

import os
from importlib.metadata import version

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from studio.__main__ import main
from studio.app import Studio
from studio.settings.paths import Home
from studio.settings.screen import Screen
from studio.settings.settings import SettingsFile


@pytest.fixture
def studio(qtbot):
    home = Home.find(os.environ)
    home.prepare()
    studio = Studio(home)
    qtbot.addWidget(studio.window)
    yield studio
    studio.close()


@pytest.mark.parametrize(
    ("changes", "options"),
    [({"previews": False}, ["--no-previews"]), ({"memory": "low"}, ["--memory", "low"])],
    ids=["previews", "memory"],
)
def test_what_concerns_the_engine_reaches_it_at_once(studio, monkeypatch, changes, options):
    asked = []
    monkeypatch.setattr(studio.engine, "start_anew", asked.append)
    studio.preferences.change(**changes)
    (start,) = asked
    assert [option for option in options if option not in start.command] == []
    studio.preferences.change(advanced=True)
    assert len(asked) == 1


def test_where_pictures_are_made_changes_with_the_next_start_only(studio, monkeypatch):
    asked = []
    monkeypatch.setattr(studio.engine, "start_anew", asked.append)
    studio.preferences.change(isolation="thread")
    assert asked == []
    studio.preferences.change(previews=False)
    assert asked[0].isolation == "process"


def test_settings_are_on_disk_when_the_program_has_ended(studio):
    studio.preferences.change(scale=150, reduce_motion=True)
    studio.close()
    kept = SettingsFile(studio.home.settings_file).load()
    assert (kept.scale, kept.reduce_motion) == (150, True)


def test_pictures_say_with_which_torch_they_were_made(studio):
    assert studio.gallery.machine["torch"] == version("torch")


@pytest.fixture
def read_and_closed(qapp, monkeypatch):
    """There is a screen; what a box on it says is noted, and the box is closed."""
    monkeypatch.setattr("studio.cli.look", lambda environ: Screen.THERE)
    read = []

    def close():
        for box in QApplication.topLevelWidgets():
            if isinstance(box, QMessageBox) and box.isVisible():
                read.append((box.text(), box.informativeText()))
                box.buttons()[0].click()

    timer = QTimer(interval=20, timeout=close)
    timer.start()
    yield read
    timer.stop()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_home_that_cannot_be_made_is_told_in_a_window_too(read_and_closed, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path / "file" / "home"))
    assert main([]) == 1
    ((sentence, remedy),) = read_and_closed
    assert sentence == f"The folder '{tmp_path}/file/home' cannot be used: Not a directory."
    assert remedy == "Make it writable, or set SFUMATO_HOME to a folder that is."
    assert capsys.readouterr().err == f"sfumato: {sentence} {remedy}\n"


def test_commands_without_a_window_open_none(read_and_closed, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path / "file"))
    assert main(["models", "list"]) == 1
    assert read_and_closed == []
    assert "cannot be used" in capsys.readouterr().err
