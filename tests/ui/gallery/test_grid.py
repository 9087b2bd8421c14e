"""The grid of pictures by hand and by key."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QAccessible, QDrag, QImage, QPainter, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Place
from studio.ui.gallery import days
from studio.ui.gallery.days import day_title, first_of_days, with_first
from studio.ui.gallery.layout import Layout
from studio.ui.gallery.model import MIME, mime_of
from studio.ui.gallery.painting import paint_cell
from studio.ui.gallery.side_bar import Chosen
from tests.library.gallery.requests import picture
from tests.ui.gallery.conftest import PROMPTS, SPECIMENS, ids, select, shown

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
DAY = 86_400


@pytest.fixture
def many(view_of, gallery):
    """Forty pictures of four days, the newest of today."""
    for number in range(40):
        gallery.keep(picture(f"number {number}", seed=number))
    now = time.time()
    with gallery.store.database.write() as connection:
        for row in range(40):
            connection.execute("UPDATE picture SET created = ? WHERE id = ?", (now - (39 - row) // 10 * DAY, row + 1))
    return view_of(gallery)


def place(view, row):
    return view.grid.visualRect(view.model.index(row, 0)).center()


def wheel(view, notches, modifiers=CONTROL):
    point = QPointF(300, 300)
    event = QWheelEvent(
        point,
        view.grid.viewport().mapToGlobal(point),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.grid.viewport(), event)


def test_the_newest_is_first_under_the_name_of_its_day(view):
    assert shown(view) == list(reversed(PROMPTS))
    assert view.grid.groups.tolist() == [0]
    assert view.count.text() == "5 pictures"


def test_pictures_are_grouped_by_day(many):
    assert many.grid.groups.tolist() == [0, 10, 20, 30]
    heads = {many.grid.visualRect(many.model.index(row, 0)).left() for row in (0, 10, 20, 30)}
    assert len(heads) == 1, "each day begins a line"


def test_thumbnails_come_and_are_drawn(qtbot, view):
    qtbot.waitUntil(lambda: all(view.model.thumbnail(view.model.item(row)) is not None for row in range(5)))
    image = view.grid.viewport().grab().toImage()
    rect = view.grid.visualRect(view.model.index(0, 0))
    colours = {image.pixel(rect.center() + QPoint(dx, 0)) for dx in range(-30, 30, 2)}
    assert len(colours) > 10, "noise, as the picture is"


def test_control_and_wheel_change_the_size_and_the_slider_follows(view):
    before = view.grid.cell
    wheel(view, 1)
    assert view.grid.cell > before
    assert view.size_slider.value() == view.grid.cell
    for _ in range(40):
        wheel(view, -1)
    assert view.grid.cell == 80
    view.size_slider.setValue(400)
    assert view.grid.cell == 400


def test_what_is_in_the_middle_stays_in_view_when_the_size_changes(many):
    many.set_cell(300)
    many.grid.verticalScrollBar().setValue(many.grid.verticalScrollBar().maximum() // 2)
    middle = many.grid.row_in_the_middle()
    many.set_cell(150)
    assert middle in many.grid.shown_rows()


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        ([Qt.Key.Key_Right], 1),
        ([Qt.Key.Key_Right, Qt.Key.Key_Left], 0),
        ([Qt.Key.Key_End], 39),
        ([Qt.Key.Key_End, Qt.Key.Key_Home], 0),
        ([Qt.Key.Key_End, Qt.Key.Key_Right], 39),
    ],
)
def test_keys_move_among_the_pictures(qtbot, many, keys, row):
    select(many, 0)
    for key in keys:
        qtbot.keyClick(many.grid, key)
    assert many.grid.currentIndex().row() == row
    assert row in many.grid.shown_rows()
    assert [item.id for item in many.selected] == [many.model.item(row).id]


@pytest.mark.parametrize("key", [Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Down])
def test_the_first_key_selects_where_the_hand_is(qtbot, view, key):
    view.grid.selectionModel().clear()
    view.search.setFocus()
    view.grid.setFocus()
    qtbot.keyClick(view.grid, key)
    assert view.grid.selected_rows() == [0]
    qtbot.keyClick(view.grid, Qt.Key.Key_Right)
    assert view.grid.selected_rows() == [1]


def test_down_goes_into_the_next_day_and_up_comes_back(qtbot, many):
    many.set_cell(200)
    columns = many.grid.columns
    assert columns < 10
    select(many, 0)
    steps = -(-10 // columns)
    for _ in range(steps):
        qtbot.keyClick(many.grid, Qt.Key.Key_Down)
    assert 10 <= many.grid.currentIndex().row() < 10 + columns
    for _ in range(steps):
        qtbot.keyClick(many.grid, Qt.Key.Key_Up)
    assert many.grid.currentIndex().row() == 0


def test_a_page_at_a_time(qtbot, many):
    many.set_cell(300)
    select(many, 0)
    qtbot.keyClick(many.grid, Qt.Key.Key_PageDown)
    assert many.grid.currentIndex().row() >= many.grid.columns
    qtbot.keyClick(many.grid, Qt.Key.Key_PageUp)
    assert many.grid.currentIndex().row() == 0


def test_click_control_click_and_shift_click(qtbot, many):
    pane = many.grid.viewport()
    qtbot.mouseClick(pane, LEFT, pos=place(many, 1))
    assert many.grid.selected_rows() == [1]
    qtbot.mouseClick(pane, LEFT, CONTROL, place(many, 3))
    assert many.grid.selected_rows() == [1, 3]
    qtbot.mouseClick(pane, LEFT, pos=place(many, 0))
    qtbot.mouseClick(pane, LEFT, SHIFT, place(many, 3))
    assert many.grid.selected_rows() == [0, 1, 2, 3]
    assert many.count.text() == "40 pictures · 4 selected"


def test_a_frame_drawn_with_the_mouse_selects_what_it_touches(qtbot, many):
    pane, last = many.grid.viewport(), many.grid.visualRect(many.model.index(1, 0))
    qtbot.mousePress(pane, LEFT, pos=QPoint(4, 4))
    qtbot.mouseMove(pane, QPoint(20, 60))
    qtbot.mouseMove(pane, last.center())
    qtbot.mouseRelease(pane, LEFT, pos=last.center())
    assert many.grid.selected_rows() == [0, 1]


def test_shift_and_keys_select_a_range_and_control_a_all(qtbot, many):
    select(many, 0)
    qtbot.keyClick(many.grid, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(many.grid, Qt.Key.Key_Right, SHIFT)
    assert many.grid.selected_rows() == [0, 1, 2]
    qtbot.keyClick(many.grid, Qt.Key.Key_Down, SHIFT)
    assert many.grid.selected_rows() == list(range(many.grid.currentIndex().row() + 1)), "in their order"
    qtbot.keyClick(many.grid, Qt.Key.Key_Home, SHIFT)
    assert many.grid.selected_rows() == [0]
    qtbot.keyClick(many.grid, Qt.Key.Key_A, CONTROL)
    assert len(many.grid.selected_rows()) == 40
    many.panel.show_now()
    assert many.info.title.text() == "40 pictures"


def test_what_is_dragged_out_are_the_files(view):
    items = [view.model.item(row) for row in (0, 2)]
    data = view.model.mimeData([view.model.index(row, 0) for row in (0, 2)])
    assert data.urls() == [QUrl.fromLocalFile(str(item.path)) for item in items]
    assert bytes(data.data(MIME).data()).decode() == f"{items[0].id},{items[1].id}"
    assert mime_of([]).urls() == []


def test_a_drag_carries_the_selected_files_and_only_copies(view, monkeypatch):
    carried = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, actions: carried.append((drag.mimeData().urls(), actions)))
    view.grid.choose(0)
    view.grid.selectAll()
    view.grid.startDrag(Qt.DropAction.CopyAction | Qt.DropAction.MoveAction)
    paths = [view.model.item(row).path for row in range(view.model.rowCount())]
    assert carried == [([QUrl.fromLocalFile(str(path)) for path in paths], Qt.DropAction.CopyAction)]


def test_a_new_picture_comes_first_and_nothing_else_moves(qtbot, many):
    many.set_cell(300)
    bar = many.grid.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    select(many, 25)
    many.model._gallery.keep(picture("the new one", seed=99))
    qtbot.waitUntil(lambda: many.model.rowCount() == 41)
    assert many.model.item(0).prompt == "the new one"
    assert many.grid.groups.tolist() == [0, 11, 21, 31]
    assert many.grid.selected_rows() == [26], "the same picture is selected"


def test_end_reaches_what_is_new(qtbot, view, filled):
    filled.keep(picture("sixth", seed=9))
    qtbot.waitUntil(lambda: view.model.rowCount() == 6)
    select(view, 0)
    qtbot.keyClick(view.grid, Qt.Key.Key_End)
    bar = view.grid.verticalScrollBar()
    assert (view.grid.currentIndex().row(), bar.value()) == (5, bar.maximum())


@pytest.mark.parametrize(
    ("place_", "words"),
    [(Place.ALL, "No pictures yet"), (Place.TRASH, "The trash is empty"), (Place.FAVOURITES, "No favourites")],
)
def test_an_empty_gallery_says_what_to_do(view_of, gallery, place_, words):
    view = view_of(gallery)
    view.side.choose(Chosen(place_))
    view.places.look()
    assert view.grid.empty_text == words
    assert view.info.title.text() == "0 pictures"
    blank = view.grid.viewport().grab().toImage()
    assert len({blank.pixel(x, blank.height() // 2) for x in range(0, blank.width(), 3)}) > 1, "there are words"


def test_screen_readers_are_told_of_the_pictures(view, filled):
    filled.mark([view.model.item(0).id], rating=4, favourite=True)
    QApplication.processEvents()
    accessible = QAccessible.queryAccessibleInterface(view.grid)
    assert accessible.text(QAccessible.Text.Name) == "Pictures"
    cell = accessible.child(0)
    assert cell.role() == QAccessible.Role.ListItem
    words = view.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words.startswith("an old town in the rain, ")
    assert words.endswith("4 stars, favourite")


def test_a_stranger_s_words_are_never_markup(view_of, gallery):
    gallery.keep(picture("<img src=x><b>bold</b> & co"))
    view = view_of(gallery)
    tip = view.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "&lt;img src=x&gt;&lt;b&gt;bold&lt;/b&gt; &amp; co"


def test_marks_are_drawn_over_the_picture(view, filled):
    item = view.model.item(0)
    plain, marked = _cell(item), _cell(_marked(filled, item.id))
    assert plain != marked


def test_a_picture_whose_disk_is_away_is_faint(view):
    item = view.model.item(0)
    thumbnail = QPixmap(200, 200)
    thumbnail.fill(Qt.GlobalColor.white)
    here, away = (_cell(each, thumbnail).pixelColor(100, 100).lightness() for each in (item, replace(item, away=True)))
    assert here == 255
    assert away < 150


def _marked(gallery: Gallery, identifier):
    gallery.mark([identifier], rating=3, label="red", favourite=True)
    return gallery.store.item(identifier)


def _cell(item, picture=None):
    image = QImage(QSize(200, 200), QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_cell(painter, image.rect(), item, picture, True, False, False)
    painter.end()
    return image


def test_a_change_of_marks_keeps_selection_and_place(qtbot, many):
    select(many, 7, 8)
    many.acts.rate(many.selected, 5)
    qtbot.waitUntil(lambda: many.model.item(7).rating == 5)
    assert many.grid.selected_rows() == [7, 8]


def test_memory_for_thumbnails_is_bounded(view, monkeypatch):
    monkeypatch.setattr("studio.ui.gallery.model.THUMBNAIL_BYTES", 64 * 64 * 4 * 2)
    for row in range(5):
        view.model.thumbnail(view.model.item(row))
    end = time.monotonic() + 10
    while len(view.model._thumbnails) < 2 and time.monotonic() < end:
        QApplication.processEvents()
    view.model._take()
    assert view.model._bytes <= 64 * 64 * 4 * 2


# arithmetic

starts = st.lists(st.integers(1, 12), min_size=1, max_size=6)


@settings(deadline=None, max_examples=60)
@given(sizes=starts, width=st.integers(60, 900), cell=st.integers(40, 200), header=st.sampled_from((0, 40)))
def test_the_layout_has_every_cell_once_and_finds_it_again(sizes, width, cell, header):
    count = sum(sizes)
    first = np.cumsum([0, *sizes[:-1]])
    layout = Layout(count, first, width, cell, header, 12)
    seen = set()
    for row in range(count):
        at = layout.cell(row)
        assert layout.row_at(at.x + at.width // 2, at.y + at.height // 2) == row
        assert row in layout.visible(at.y, at.y + 1)[0]
        assert any(row in rows for rows in layout.inside(at.x, at.y, at.x + 1, at.y + 1))
        assert at.y + at.height <= layout.height
        seen.add((at.x, at.y))
        assert layout.group_of(row) == np.searchsorted(first, row, "right") - 1
        assert 0 <= layout.above(row) <= row <= layout.below(row) < count
    assert len(seen) == count


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone cannot be set there")
def test_days_in_local_time(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    days._offset.cache_clear()
    night = 1_700_020_800  # 2023-11-14 23:00 in New York
    created = np.array([night + 7200, night + 3000, night, night - DAY], np.float64)
    first = first_of_days(created)
    assert first.tolist() == [0, 1, 3]
    assert with_first(first_of_days(created[1:]), created).tolist() == [0, 1, 3]
    assert with_first(first_of_days(created[2:]), created[1:]).tolist() == [0, 2]
    monkeypatch.undo()
    time.tzset()
    days._offset.cache_clear()


def test_names_of_days():
    today = date(2026, 11, 25)
    moment = datetime(2026, 11, 25, 12).timestamp()
    assert day_title(moment, today) == "Today"
    assert day_title(moment - DAY, today) == "Yesterday"
    assert day_title(moment - 9 * DAY, today) == "Monday, 16 November"
    assert day_title(moment - 800 * DAY, today) == "16 September 2024"
    assert day_title(1e18, today) == "Undated"


def test_a_clock_that_went_back_leaves_everything_in_order(qtbot, view, filled, monkeypatch):
    monkeypatch.setattr("studio.library.gallery.gallery.time.time", lambda: 1_000_000_000.0)
    filled.keep(picture("from the past", seed=8))
    qtbot.waitUntil(lambda: view.model.rowCount() == 6)
    assert shown(view)[-1] == "from the past"
    assert view.grid.groups.tolist() == [0, 5]
    assert len(ids(filled)) == 6


@pytest.mark.skipif(os.name == "nt", reason="names have no such signs there")
def test_odd_names_are_shown_as_one_line(qtbot, view_of, gallery, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "new\nline <b>.png").write_bytes((SPECIMENS / "plain.png").read_bytes())
    gallery.add_folder(folder)
    view = view_of(gallery)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    select(view, 0)
    view.panel.show_now()
    assert "\n" not in view.info.file.text()
    assert view.info.file.textFormat() == Qt.TextFormat.PlainText
    view.looking.open()
    assert view.viewer.title.text() == "new line <b>.png"
