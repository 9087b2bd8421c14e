"""Scroll bars that keep their room and show nothing while there is nothing to scroll."""

from PySide6.QtWidgets import QScrollBar

from studio.ui.widgets.scroll_bar import rest_when_idle


def colours_of(bar: QScrollBar) -> set[int]:
    image = bar.grab().toImage()
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}


def test_a_handle_is_seen_only_where_something_scrolls(qtbot, themed):
    bar = QScrollBar()
    qtbot.addWidget(bar)
    bar.resize(10, 200)
    bar.setRange(0, 0)
    rest_when_idle(bar)
    bar.show()
    assert len(colours_of(bar)) == 1
    bar.setRange(0, 100)
    assert len(colours_of(bar)) > 1
    bar.setRange(0, 0)
    assert len(colours_of(bar)) == 1
    assert bar.width() == 10
