"""A gallery with pictures in it, and its real view."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Place, Wanted
from studio.ui.actions import Action, ActionTable
from studio.ui.gallery.actions import GalleryDeeds, gallery_actions, share
from studio.ui.gallery.gallery_view import GalleryView
from studio.ui.gallery_wiring import join_actions
from tests.library.gallery.requests import picture

SPECIMENS = Path(__file__).parents[2] / "library" / "gallery" / "specimens"
PROMPTS = ("a lighthouse at dawn", "a red fox", "a desert at noon", "a mountain lake", "an old town in the rain")


@pytest.fixture
def gallery(tmp_path):
    gallery = Gallery(tmp_path / "gallery", {"device": "CPU"})
    yield gallery
    gallery.close()


@pytest.fixture
def filled(gallery):
    """Five pictures, the last one made being the newest."""
    for seed, prompt in enumerate(PROMPTS):
        gallery.keep(picture(prompt, seed=seed))
    return gallery


@pytest.fixture
def view_of(qtbot, themed, gallery):
    """Makes the view of a gallery; it is shown and has looked through the folders once.

    It asks for the gallery so that its threads end before that is closed.
    """
    views, hosts = [], []

    def make(gallery, size=(1280, 720)):
        view = GalleryView(gallery)
        views.append(view)
        hosts.append(host := QWidget())  # the view as it is in the window: as large as there is room
        column = QVBoxLayout(host)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(view)
        offer(view, host)
        qtbot.addWidget(host)
        host.resize(*size)
        with qtbot.waitSignal(view.work.scanned), qtbot.waitActive(host):
            host.show()
            host.activateWindow()
        view.grid.setFocus()
        return view

    yield make
    for view in views:
        view.shut()


def offer(view, host):
    """The gallery's actions with their keys, as in the window."""
    deeds = GalleryDeeds(lambda: None, lambda: True)
    table = ActionTable(host)
    table.add(*gallery_actions(deeds), within=view)
    undo = Action(id="edit.undo", title="Undo", group="Edit", run=lambda: None, keys=("Ctrl+Z",))
    zoom = (Action(id=f"view.zoom_{way}", title=way, group="View", run=lambda: None) for way in ("in", "out"))
    table.add(undo, *zoom)
    share(table, deeds)
    join_actions(view, deeds, table)


@pytest.fixture
def view(view_of, filled):
    return view_of(filled)


@pytest.fixture
def system_trash(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "Trash" / "files"


def shown(view):
    """Prompts of all pictures that are shown, in order."""
    return [view.model.item(row).prompt for row in range(view.model.rowCount())]


def select(view, *rows):
    """Selects pictures as a click with Ctrl on each would."""
    selection = view.grid.selectionModel()
    selection.clear()
    for row in rows:
        index = view.model.index(row, 0)
        selection.select(index, selection.SelectionFlag.Select)
        selection.setCurrentIndex(index, selection.SelectionFlag.NoUpdate)


def ids(gallery, query="", place=Place.ALL):
    return gallery.find(Wanted(query, place)).ids.tolist()


def specimens(folder):
    shutil.copytree(SPECIMENS, folder)
    return folder


def press(qtbot, view, key, modifiers=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(view.grid, key, modifiers)


def undo(qtbot, view):
    press(qtbot, view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
