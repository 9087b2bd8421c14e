"""The gallery in the one table of actions: menu, palette and keys, also before it was ever opened."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QToolButton

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Place
from studio.ui.actions import shown_keys
from studio.ui.gallery.menu import build_menu
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.offers import offers_for
from studio.ui.gallery.tidying import Tidying
from studio.ui.gallery_wiring import furnish_gallery
from studio.ui.window_pages import GALLERY
from tests.library.gallery.requests import picture
from tests.ui.gallery.conftest import SPECIMENS, ids, select, shown

POPUP = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot, desk_of, filled):
    """The whole window; its gallery has not been opened yet."""
    views = []

    def make():
        views.append(furnish_gallery(desk.window, filled))
        return views[-1]

    desk = desk_of(gallery=make)
    desk.window.views = views
    yield desk.window
    for view in views:
        view.shut()


def opened(qtbot, window):
    window.go_to(GALLERY)
    view = window.views[0]
    qtbot.waitSignal(view.work.scanned).wait()
    return view


def can(window, *names):
    return [name for name in names if window.table[f"gallery.{name}"].enabled_when()]


def test_what_is_about_the_whole_gallery_can_be_done_before_it_was_opened(qtbot, window, tmp_path, monkeypatch):
    (tmp_path / "old").mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "old"))
    assert can(window, "add_folder", "import", "reindex", "empty_trash", "search", "export", "rename") == [
        "add_folder",
        "import",
        "reindex",
        "empty_trash",
        "search",
    ]
    window.table.run("gallery.add_folder")
    assert window.workspace == GALLERY
    assert window.views[0]._gallery.folders() == [tmp_path / "old"]
    qtbot.waitSignal(window.views[0].work.scanned).wait()


def test_files_are_copied_in(qtbot, window, monkeypatch):
    chosen = [str(SPECIMENS / "a1111.png"), str(SPECIMENS / "plain.jpg")]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (chosen, ""))
    view = opened(qtbot, window)
    window.table.run("gallery.import")
    qtbot.waitUntil(lambda: view.model.rowCount() == 7)
    assert len(ids(view._gallery, "source:a1111")) == 1


def test_what_can_be_done_follows_what_is_selected(qtbot, window):
    view = opened(qtbot, window)
    names = ("open", "compare", "difference", "similar", "remix", "again", "favour", "rename", "restore", "histogram")
    select(view)
    assert can(window, *names) == ["open"]
    select(view, 0)
    assert can(window, *names) == ["open", "similar", "remix", "again", "favour", "rename"]
    assert window.table.qt("gallery.rename").isEnabled(), "its key works at once"
    select(view, 0, 1)
    assert can(window, *names) == ["open", "compare", "difference", "favour"]
    select(view, 0, 1, 2)
    assert can(window, *names) == ["open", "compare", "favour"]
    view.acts.throw_away(view.selected)
    view.side.choose(next(each for each in map(_chosen, view.side._all()) if each and each.place is Place.TRASH))
    view.grid.selectAll()
    assert can(window, *names) == ["open", "restore"]
    window.table.run("gallery.restore")
    assert len(ids(view._gallery)) == 5


def _chosen(item):
    data = item.data(0, Qt.ItemDataRole.UserRole)
    return data if hasattr(data, "place") else None


def test_keys_work_where_the_pictures_are(qtbot, window):
    view = opened(qtbot, window)
    select(view, 0)
    qtbot.keyClick(view.grid, Qt.Key.Key_8)
    assert view.selected[0].label == "green"
    qtbot.keyClick(view.grid, Qt.Key.Key_4)
    assert view.selected[0].rating == 4
    qtbot.keyClick(view.grid, Qt.Key.Key_Z, CONTROL)
    assert view.selected[0].rating == 0
    cell = view.grid.cell
    qtbot.keyClick(view.grid, Qt.Key.Key_Plus, CONTROL)
    assert view.grid.cell > cell
    qtbot.keyClick(view.grid, Qt.Key.Key_F, CONTROL | SHIFT)
    assert view.browser.like is not None
    window.table.run("gallery.leave_similar")
    assert view.browser.like is None
    select(view, 0, 1)
    qtbot.keyClick(view.grid, Qt.Key.Key_D)
    assert view.viewer.mode is Mode.DIFFERENCE


def test_tooltips_name_the_keys_that_are_in_force(qtbot, window):
    view = opened(qtbot, window)
    buttons = {button.accessibleName(): button for button in view.viewer.findChildren(QToolButton)}
    assert buttons["Histogram"].toolTip() == "Histogram\nH"
    assert buttons["Side by side"].toolTip() == "Side by side\nC"
    assert view.info.stars.toolTip().endswith("\n0 1 2 3 4 5")
    window.table.set_keys("gallery.histogram", ("Ctrl+Alt+H",))
    window.table.set_keys("gallery.slideshow", ())
    assert buttons["Histogram"].toolTip() == "Histogram\nCtrl+Alt+H"
    assert buttons["Slideshow"].toolTip() == "Slideshow"
    assert view.search.toolTip().endswith("Ctrl+F")


@POPUP
def test_a_slideshow_over_the_whole_screen_by_keys(qtbot, window):
    view = opened(qtbot, window)
    select(view, 1)
    qtbot.keyClick(view.grid, Qt.Key.Key_S)
    assert view.viewing
    assert view.viewer.sliding
    assert window.table["gallery.slideshow"].checked_when()
    qtbot.keyClick(view.viewer, Qt.Key.Key_F11)
    assert view.viewer.isFullScreen()
    qtbot.keyClick(view.viewer, Qt.Key.Key_S)
    assert not view.viewer.sliding, "the keys work in the window of its own, too"
    qtbot.keyClick(view.viewer, Qt.Key.Key_Escape)
    assert not view.viewer.isFullScreen()
    qtbot.keyClick(view.viewer, Qt.Key.Key_Space)
    assert not view.viewing


@POPUP
def test_a_button_keeps_its_space_and_a_field_its_letters(qtbot, window):
    view = opened(qtbot, window)
    select(view, 0)
    view.panel.show_now()
    view.filter.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    view.about.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    view.about.setFocus()
    qtbot.keyClick(view.about, Qt.Key.Key_Space)
    assert not view.viewing, "Space is the button's"
    assert not view.about.isChecked()
    view.search.setFocus()
    qtbot.keyClicks(view.search, "fox")
    assert view.search.text() == "fox"
    assert not ids(view._gallery, "is:favourite")


def test_the_menu_of_a_picture_shows_the_keys_that_are_in_force(qtbot, window):
    view = opened(qtbot, window)
    select(view, 0)
    window.table.set_keys("gallery.export", ("Ctrl+Alt+X",))
    menu = build_menu(offers_for(view, view.selected, (), None, False), view, view.keys_of)
    keys = {action.text(): action.shortcut().toString() for action in menu.actions()}
    assert keys["Export …"] == shown_keys(("Ctrl+Alt+X",))
    assert keys["Rename …"] == "F2"


def test_the_index_is_built_anew_on_request(qtbot, window, monkeypatch):
    view = opened(qtbot, window)
    with view._gallery.store.database.write() as connection:
        connection.execute("UPDATE picture SET prompt = 'wrong'")
    with qtbot.waitSignal(view.work.scanned):
        window.table.run("gallery.reindex")
    qtbot.waitUntil(lambda: "wrong" not in shown(view))
    assert len(ids(view._gallery, "fox")) == 1


def test_a_collection_from_the_palette(qtbot, window, monkeypatch):
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Best", True))
    view = opened(qtbot, window)
    window.table.run("gallery.collection")
    assert [each.name for each in view._gallery.collections.all()] == ["Best"]


def test_a_removal_that_a_crash_cut_short_is_ended_though_nobody_opens_the_gallery(qtbot, tmp_path, system_trash):
    first = Gallery(tmp_path / "gallery")
    path = first.keep(picture())

    def crash(_path):
        raise KeyboardInterrupt

    first.throw_away(first.trash.content() or ids(first))
    with pytest.raises(KeyboardInterrupt):
        first.empty_trash(crash)
    first.close()
    assert path.exists()
    gallery = Gallery(tmp_path / "gallery")
    tidying = Tidying(gallery)
    tidying._later.setInterval(0)
    tidying.start()
    qtbot.waitUntil(lambda: tidying.done)
    tidying.close()
    assert not path.exists()
    assert [each.name for each in system_trash.iterdir()] == [path.name]
    assert [place for place in Place if ids(gallery, place=place)] == []
    assert not gallery.store.leaving()
    gallery.close()
