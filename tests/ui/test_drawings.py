"""Drawings of the whole window: at every size, whatever state it was left in."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from studio.request.geometry import Size
from studio.settings.settings import Settings
from studio.ui.screenshot import grab
from tests.ui.fakes import colour


@pytest.mark.parametrize("size", [Size(1280, 720), Size(1920, 1080), Size(3840, 2160)])
def test_a_drawing_of_the_window_at_every_size(desk, size):
    picture = grab(desk.window, size)
    assert isinstance(picture, QImage)
    assert (picture.width(), picture.height()) == size
    button = desk.panel.button.main
    place = button.mapTo(desk.window, QPoint(6, button.height() // 2))
    assert picture.pixelColor(place).name() == "#d9a441"
    assert button.mapTo(desk.window, QPoint(0, button.height())).y() < size.height


def test_nothing_is_cut_off_in_the_panel_at_its_usual_width(desk_of):
    desk = desk_of(Settings(advanced=True))
    desk.document.set_source(colour(Size(256, 256)))
    desk.window.resize(1280, 720)
    panel = desk.panel
    right = panel.mapTo(desk.window, QPoint(panel.width(), 0)).x()
    for part in (panel.words, panel.model, panel.size_part, panel.count, panel.steps, panel.sampler, panel.seed):
        assert part.mapTo(desk.window, QPoint(part.width(), 0)).x() <= right - 8


def test_a_window_that_fills_the_screen_is_drawn_at_the_size_asked_for(desk):
    desk.window.showMaximized()
    picture = grab(desk.window, Size(1440, 900))
    assert (picture.width(), picture.height()) == (1440, 900)
