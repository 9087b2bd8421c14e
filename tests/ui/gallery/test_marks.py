"""Saying something about pictures, sorting them, throwing them away; everything can be taken back."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QPushButton

from studio.library.gallery.index.search import Place, Wanted
from studio.ui.gallery.side_bar import Chosen
from tests.ui.gallery.conftest import ids, press, select, undo


@pytest.mark.parametrize(
    ("key", "query"),
    [(Qt.Key.Key_4, "rating:4"), (Qt.Key.Key_F, "is:favourite")],
)
def test_keys_mark_what_is_selected_and_control_z_takes_it_back(qtbot, view, filled, key, query):
    select(view, 1, 3)
    press(qtbot, view, key)
    assert len(ids(filled, query)) == 2
    undo(qtbot, view)
    assert ids(filled, query) == []
    assert view.notices.shown[-1].sentence.startswith("Taken back: 2 pictures ")


def test_taking_back_gives_each_picture_what_it_had(qtbot, view, filled):
    select(view, 0)
    press(qtbot, view, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: view.model.item(0).rating == 2)
    select(view, 0, 1)
    press(qtbot, view, Qt.Key.Key_5)
    qtbot.waitUntil(lambda: view.model.item(1).rating == 5)
    undo(qtbot, view)
    assert [len(ids(filled, f"rating:{stars}")) for stars in (2, 5, 0)] == [1, 0, 4]


def test_there_is_an_end_to_taking_back(qtbot, view):
    undo(qtbot, view)
    assert view.notices.shown[-1].sentence == "There is nothing to take back."


def test_stars_and_labels_in_the_panel(qtbot, view, filled):
    select(view, 0)
    view.panel.show_now()
    qtbot.mouseClick(view.info.stars, Qt.MouseButton.LeftButton, pos=QPoint(2 + 2 * 22 + 8, 14))
    assert filled.items(filled.find(view.browser.wanted))[0].rating == 3
    view.panel.show_now()
    qtbot.waitUntil(lambda: view.info.stars.rating == 3)
    qtbot.keyClick(view.info.stars, Qt.Key.Key_Left)
    assert len(ids(filled, "rating:2")) == 1
    blue = next(button for button in view.info.labels if button.name == "blue")
    blue.click()
    assert len(ids(filled, "label:blue")) == 1
    view.info.favourite.click()
    assert len(ids(filled, "is:favourite")) == 1


def test_tags_are_typed_in_the_panel_and_taken_away_there(qtbot, view, filled):
    select(view, 0, 1)
    view.panel.show_now()
    view.info.tag.setFocus()
    qtbot.keyClicks(view.info.tag, "by the sea")
    qtbot.keyClick(view.info.tag, Qt.Key.Key_Return)
    assert len(ids(filled, 'tag:"by the sea"')) == 2
    assert not view.viewing, "Return was for the field"
    qtbot.waitUntil(lambda: view.model.item(0).tags == ("by the sea",))
    view.panel.show_now()
    [chip] = view.info._chips.findChildren(QPushButton)
    assert chip.text() == "by the sea  ×"
    chip.click()
    view.grid.setFocus()
    assert ids(filled, "is:tagged") == []
    undo(qtbot, view)
    assert len(ids(filled, "is:tagged")) == 2
    undo(qtbot, view)
    assert ids(filled, "is:tagged") == []


def test_a_tag_by_key_offers_those_that_are_known(qtbot, view, filled, monkeypatch):
    filled.mark([1], tags=["sea"])
    offered = []

    def answer(_parent, _title, _label, items, *_rest):
        offered.extend(items)
        return "coast", True

    monkeypatch.setattr(QInputDialog, "getItem", answer)
    select(view, 0)
    press(qtbot, view, Qt.Key.Key_T)
    assert offered == ["", "sea"]
    assert len(ids(filled, "tag:coast")) == 1


def test_delete_puts_into_the_trash_and_the_bar_takes_it_back(qtbot, view, filled):
    select(view, 0, 1)
    press(qtbot, view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: view.model.rowCount() == 3)
    [notice] = view.notices.shown
    assert notice.sentence == "2 pictures moved to the trash."
    notice.buttons[0].click()
    qtbot.waitUntil(lambda: view.model.rowCount() == 5)
    undo(qtbot, view)
    assert len(ids(filled)) == 5, "it is not taken back twice"


def test_after_one_is_thrown_away_the_next_is_selected(qtbot, view, filled):
    names = [view.model.item(row).name for row in range(5)]
    select(view, 2)
    for gone in (2, 3, 4):
        qtbot.keyClick(view.grid, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda gone=gone: view.model.rowCount() == 6 - gone)
    assert [item.name for item in view.selected] == [names[1]], "at the end the one before"


def test_good_news_gives_way_to_newer_and_goes_by_itself(qtbot, view):
    view.saying._later.setInterval(50)
    for row in (0, 1):
        select(view, row)
        view.acts.throw_away(view.selected)
    assert len(view.notices.shown) == 1
    qtbot.waitUntil(lambda: not view.notices.shown)


def thrown(qtbot, view):
    """Two pictures are in the trash, which is shown."""
    select(view, 0, 1)
    paths = [item.path for item in view.selected]
    view.acts.throw_away(view.selected)
    view.side.choose(Chosen(Place.TRASH))
    view.places.look()
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    return paths


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="the system's trash is elsewhere there")
def test_the_trash_is_emptied_into_the_system_s(qtbot, view, filled, system_trash):
    paths = thrown(qtbot, view)
    assert all(path.exists() for path in paths)
    view.empty.click()
    qtbot.waitUntil(lambda: view.model.rowCount() == 0)
    assert not any(path.exists() for path in paths)
    assert sorted(path.name for path in system_trash.iterdir()) == sorted(path.name for path in paths)
    assert ids(filled, place=Place.TRASH) == []


def test_an_empty_trash_is_not_emptied(qtbot, view):
    view.acts.empty_trash()
    assert [notice.sentence for notice in view.notices.shown] == ["The trash is empty already."]
    view.side.choose(Chosen(Place.TRASH))
    view.places.look()
    assert not view.empty.isEnabled()


@pytest.mark.logs
def test_where_the_system_has_no_trash_nothing_is_removed_unasked(qtbot, view, filled, monkeypatch):
    monkeypatch.setattr("studio.ui.gallery.work.QFile.moveToTrash", lambda path: False)
    paths = thrown(qtbot, view)
    view.empty.click()
    qtbot.waitUntil(lambda: any("2 files stay in the trash" in notice.sentence for notice in view.notices.shown))
    assert all(path.exists() for path in paths)
    notice = next(notice for notice in view.notices.shown if "stay in the trash" in notice.sentence)
    assert notice.buttons[0].text() == "Remove for good"
    notice.buttons[0].click()
    qtbot.waitUntil(lambda: not any(path.exists() for path in paths))


def test_the_trash_gives_back(qtbot, view, filled):
    thrown(qtbot, view)
    view.grid.selectAll()
    view.acts.restore(view.selected)
    qtbot.waitUntil(lambda: view.model.rowCount() == 0)
    assert len(ids(filled)) == 5


def test_many_are_marked_on_a_thread(qtbot, view, filled, monkeypatch):
    monkeypatch.setattr("studio.ui.gallery.acts.MANY", 2)
    view.grid.selectAll()
    view.acts.throw_away(view.selected)
    qtbot.waitUntil(lambda: view.model.rowCount() == 0)
    qtbot.waitUntil(lambda: bool(view.notices.shown))
    view.acts.undo()
    qtbot.waitUntil(lambda: view.model.rowCount() == 5)


def test_a_file_gets_another_name(qtbot, view, monkeypatch):
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("my fox", True))
    select(view, 3)
    old = view.current.path
    press(qtbot, view, Qt.Key.Key_F2)
    assert old.with_name("my fox.png").exists()
    qtbot.waitUntil(lambda: view.model.item(3).name == "my fox.png")
    select(view, 2)
    press(qtbot, view, Qt.Key.Key_F2)
    assert view.notices.shown[-1].sentence == "There is a file called 'my fox.png' already."


def test_files_are_moved_to_a_folder_of_the_gallery_and_back(qtbot, view, filled, monkeypatch):
    target = filled.folder / "best of"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(target))
    filled.mark([view.model.item(0).id], rating=5)
    select(view, 0, 1)
    old = [item.path for item in view.selected]
    view.asking.move(view.selected)
    qtbot.waitUntil(lambda: any("moved to best of" in notice.sentence for notice in view.notices.shown))
    assert sorted(path.name for path in target.iterdir()) == sorted(path.name for path in old)
    [moved] = filled.items(filled.find(Wanted("rating:5")))
    assert moved.path.parent == target
    view.acts.undo()
    qtbot.waitUntil(lambda: {item.path for item in filled.recent(9)} >= set(old))
    assert filled.scan().moved == 0, "the index knew"


def test_files_are_not_moved_out_of_the_gallery(qtbot, view, filled, tmp_path):
    select(view, 0)
    view.acts.move(view.selected, tmp_path / "elsewhere")
    qtbot.waitUntil(lambda: bool(view.notices.shown))
    assert "its pictures would leave it" in view.notices.shown[0].sentence
    assert not (tmp_path / "elsewhere").exists()
