"""Looking at one picture, and comparing several."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from studio.request.events import Picture
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.ui.gallery.histogram import counts_of
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.viewer import difference
from tests.library.gallery.requests import picture, pixels, request
from tests.ui.fakes import colour
from tests.ui.gallery.conftest import PROMPTS, select

WINDOWS = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def open_at(qtbot, view):
    def make(row=0):
        view.go_to_row(row)
        qtbot.keyClick(view.grid, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: view.viewer.views[0].image.size() == view.viewer.views[0].extent)
        return view.viewer

    return make


def whole(qtbot, viewer):
    """Waits until the whole pictures are shown, not their thumbnails."""

    def there():
        return all(viewer._pictures.get(item.path) is not None for item in viewer._items)

    qtbot.waitUntil(there)


def wheel(widget, notches, place):
    point = QPointF(place)
    event = QWheelEvent(
        point,
        widget.mapToGlobal(point),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_return_opens_and_escape_goes_back_to_the_same_picture(qtbot, view, open_at):
    viewer = open_at(2)
    assert view.viewing
    assert viewer.place.text() == "3 of 5"
    assert viewer.title.text() == view.model.item(2).name
    assert [item.id for item in view.selected] == [view.model.item(2).id]
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert not view.viewing
    assert view.grid.currentIndex().row() == 3


def test_double_click_opens(qtbot, view):
    place = view.grid.visualRect(view.model.index(1, 0)).center()
    qtbot.mouseClick(view.grid.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(view.grid.viewport(), LEFT, pos=place)
    assert view.viewing
    assert view.viewer.row == 1


def test_the_picture_is_drawn_with_its_own_pixels(qtbot, view, open_at, filled):
    viewer = open_at(0)
    whole(qtbot, viewer)
    viewer.views[0].toggle_actual_size()
    assert viewer.views[0].scale == 1
    assert viewer.zoom.text() == "100 %"
    shot = viewer.views[0].grab().toImage()
    corner = viewer.views[0].place().topLeft().toPoint()
    made = pixels(len(PROMPTS) - 1).array
    for x, y in ((0, 0), (10, 20), (63, 63)):
        colour = shot.pixelColor(corner + QPoint(x, y))
        assert (colour.red(), colour.green(), colour.blue()) == tuple(made[y, x])


def test_neighbours_are_there_before_they_are_asked_for(qtbot, view, open_at):
    viewer = open_at(1)
    paths = [view.model.item(row).path for row in (0, 2)]
    qtbot.waitUntil(lambda: all(viewer._pictures.get(path) is not None for path in paths))
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.views[0].image.size() == viewer.views[0].extent, "no thumbnail in between"


def test_what_is_thrown_away_in_the_viewer_gives_way_to_the_next(qtbot, view, open_at, filled):
    viewer = open_at(1)
    names = [view.model.item(row).name for row in range(5)]
    qtbot.keyClick(viewer, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: view.model.rowCount() == 4)
    assert viewer.title.text() == names[2]
    assert [item.name for item in view.selected] == [names[2]], "what is seen is what the next key is for"
    filled.keep(picture("a new one comes in meanwhile", seed=77))
    qtbot.waitUntil(lambda: view.model.rowCount() == 5)
    assert viewer.title.text() == names[2]
    assert [item.name for item in view.selected] == [names[2]]
    for left in (4, 3, 2, 1, 0):
        qtbot.keyClick(viewer, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda left=left: view.model.rowCount() == left)
    assert not view.viewing, "nothing is left to see"


def test_next_and_previous_end_at_the_ends(qtbot, view, open_at):
    viewer = open_at(0)
    qtbot.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.row == 0
    for _ in range(9):
        qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.row == 4


def test_the_wheel_zooms_where_the_pointer_is_and_the_hand_moves(qtbot, view, open_at):
    viewer = open_at(0)
    pane = viewer.views[0]
    point = pane.place().topLeft() + QPointF(30, 40)
    before = (point - pane.place().topLeft()) / pane.scale
    wheel(pane, 8, point)
    after = (point - pane.place().topLeft()) / pane.scale
    assert after.x() == pytest.approx(before.x(), abs=0.5)
    assert after.y() == pytest.approx(before.y(), abs=0.5)
    place = pane.place().topLeft()
    qtbot.mousePress(pane, LEFT, pos=QPoint(300, 200))
    qtbot.mouseMove(pane, QPoint(320, 210))
    qtbot.mouseRelease(pane, LEFT, pos=QPoint(320, 210))
    moved = pane.place().topLeft() - place
    assert (moved.x(), moved.y()) == (pytest.approx(20, abs=1), pytest.approx(10, abs=1))


def test_plus_minus_and_z_zoom(qtbot, view, open_at):
    viewer = open_at(0)
    fit = viewer.views[0].scale
    qtbot.keyClick(viewer, Qt.Key.Key_Plus)
    assert viewer.views[0].scale == pytest.approx(fit * 1.25)
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    assert viewer.views[0].scale == fit


def test_a_slideshow_goes_round_and_escape_ends_it_first(qtbot, view, open_at):
    viewer = open_at(4)
    viewer.slides.set_pace(0.001)
    qtbot.keyClick(viewer, Qt.Key.Key_S)
    assert viewer.sliding
    qtbot.waitUntil(lambda: viewer.row == 1)
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.sliding
    assert view.viewing


def test_a_slideshow_in_any_order_shows_each_once_before_any_again(qtbot, view, open_at):
    viewer = open_at(0)
    shown = []
    viewer.turned.connect(shown.append)
    viewer.slides.set_pace(0.001, shuffled=True)
    viewer.toggle_slideshow()
    others = view.model.rowCount() - 1
    qtbot.waitUntil(lambda: len(shown) >= 3 * others)
    viewer.toggle_slideshow()
    assert sorted(shown[:others]) == list(range(1, others + 1))
    assert all(one != other for one, other in itertools.pairwise(shown))


def test_a_page_turned_by_hand_stays_its_time(qtbot, view, open_at):
    viewer = open_at(0)
    viewer.slides.set_pace(60)
    viewer.toggle_slideshow()
    viewer.slides._timer.start(10_000)  # most of its time is over
    viewer.slides.set_pace(60)
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.slides._timer.remainingTime() > 50_000
    assert viewer.sliding


@WINDOWS
def test_full_screen_and_back(qtbot, view, open_at):
    viewer = open_at(1)
    viewer.full_screen.emit(True)
    assert viewer.isFullScreen()
    assert viewer.isWindow()
    viewer.leave()
    assert not viewer.isFullScreen()
    assert view.pages.currentWidget() is viewer
    view.looking.close()
    assert not view.viewing


def test_several_are_compared_with_one_camera(qtbot, view):
    select(view, 0, 1, 2, 3, 4)
    qtbot.keyClick(view.grid, Qt.Key.Key_C)
    viewer = view.viewer
    assert viewer.mode is Mode.SIDE_BY_SIDE
    assert [pane.isVisible() for pane in viewer.views] == [True] * 4, "four are the most"
    whole(qtbot, viewer)
    wheel(viewer.views[1], 5, viewer.views[1].rect().center())
    assert len({pane.scale for pane in viewer.views}) == 1
    assert viewer.camera.zoom > 0
    assert viewer.views[2].caption == view.model.item(2).name


def test_before_and_after_are_divided_by_a_line_to_drag(qtbot, view_of, gallery):
    for value in (40, 200):
        gallery.keep(Picture(pixels=colour(Size(64, 64), value), request=request()))
    view = view_of(gallery)
    select(view, 0, 1)
    view.looking.compare(view.selected, Mode.SPLIT)
    pane = view.viewer.views[0]
    qtbot.waitUntil(lambda: pane.other is not None)
    middle = pane.rect().center()
    qtbot.mousePress(pane, LEFT, pos=middle)
    qtbot.mouseMove(pane, middle - QPoint(100, 0))
    qtbot.mouseRelease(pane, LEFT, pos=middle - QPoint(100, 0))
    assert pane.divider * pane.width() == pytest.approx(middle.x() - 100, abs=2)
    shot = pane.grab().toImage()
    assert shot.pixelColor(middle - QPoint(120, 0)).red() == 200
    assert shot.pixelColor(middle - QPoint(80, 0)).red() == 40


def test_the_way_to_compare_is_changed_in_place(qtbot, view):
    select(view, 0, 1, 2)
    view.looking.compare(view.selected)
    viewer = view.viewer
    ways = viewer._ways
    assert ways[Mode.SIDE_BY_SIDE].isChecked()
    ways[Mode.DIFFERENCE].click()
    assert viewer.mode is Mode.DIFFERENCE
    ways[Mode.SIDE_BY_SIDE].click()
    assert [pane.isVisible() for pane in viewer.views] == [True, True, True, False]
    view.looking.close()
    view.go_to_row(0)
    view.looking.open()
    assert not any(button.isVisible() for button in ways.values())


def test_the_difference_is_told_in_pixels():
    one = np.full((4, 4, 3), 100, np.uint8)
    other = one.copy()
    other[0, 0] = (101, 100, 90)
    apart = difference(Pixels(one), Pixels(other)).array
    assert apart[0, 0].tolist() == [4, 0, 40]
    assert not apart[1:].any()
    large = np.repeat(np.repeat(other, 2, 0), 2, 1)
    assert difference(Pixels(one), Pixels(large)).size == Size(4, 4)


def test_the_histogram_counts(qtbot, view, open_at):
    viewer = open_at(0)
    whole(qtbot, viewer)
    qtbot.keyClick(viewer, Qt.Key.Key_H)
    assert viewer.histogram.isVisible()
    assert viewer.histogram._counts is not None
    flat = np.zeros((8, 8, 3), np.uint8)
    flat[:, :, 0] = 200
    flat[:2, :, 0] = 100
    counts = counts_of(Pixels(flat))
    assert (counts[0, 200], counts[0, 100], counts[1, 0]) == (1.0, pytest.approx(1 / 3), 1.0)
    qtbot.keyClick(viewer, Qt.Key.Key_H)
    assert not viewer.histogram.isVisible()


def test_a_file_that_cannot_be_read_says_why_in_its_place(qtbot, view, open_at):
    path = view.model.item(1).path
    path.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    viewer = open_at(0)
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: bool(viewer.views[0].words))
    assert path.name in viewer.views[0].words


def test_a_picture_with_transparency_lies_on_checks(qtbot, view_of, gallery):
    clear = np.zeros((64, 64, 4), np.uint8)
    gallery.keep(Picture(pixels=Pixels(clear), request=request()))
    view = view_of(gallery)
    view.go_to_row(0)
    view.looking.open()
    pane = view.viewer.views[0]
    qtbot.waitUntil(lambda: pane.image.hasAlphaChannel())
    shot, middle = pane.grab().toImage(), pane.rect().center()
    assert len({shot.pixel(middle + QPoint(x, 0)) for x in range(32)}) == 2


def test_pictures_held_in_memory_are_bounded(qtbot, view, open_at, monkeypatch):
    monkeypatch.setattr("studio.ui.gallery.full_size.MOST_BYTES", 64 * 64 * 4 * 2)
    viewer = open_at(2)
    qtbot.waitUntil(lambda: not viewer._pictures._wishes)
    QApplication.processEvents()
    assert len(viewer._pictures._kept) <= 2
