"""The rooms put together: what a change of the settings does to them."""

from __future__ import annotations

import os
from importlib.metadata import version

import pytest

from studio.app import Studio
from studio.settings.paths import Home
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
