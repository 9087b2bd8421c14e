"""Cut, copy and paste, with alpha, and back to where it was."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainterPath

from studio.document import layering
from studio.document.document import Document
from studio.document.selecting import feathered, of_path
from studio.request.errors import Trouble
from studio.request.geometry import Size
from studio.ui.canvas.canvas import Canvas
from tests.document.making import a_document
from tests.ui.canvas.hands import colour, drag


@pytest.fixture(autouse=True)
def _emptied(qapp):
    yield
    QGuiApplication.clipboard().clear()


def select(document: Document, x: int, y: int, side: int, feather: float = 0.0) -> None:
    path = QPainterPath()
    path.addRect(x, y, side, side)
    document.select(feathered(of_path(path, document.size), feather, document.size))


def test_what_is_copied_comes_back_to_its_place_with_its_soft_edge(canvas: Canvas, document: Document) -> None:
    layering.add_paint(document)
    canvas.kit.change(size=80)
    drag(canvas, (40, 60), (100, 60))
    select(document, 30, 40, 50, feather=6)
    canvas.clipboard.copy()
    image = QGuiApplication.clipboard().image()
    assert image.hasAlphaChannel()
    assert 0 < image.pixelColor(1, image.height() // 2).alpha() < 255
    before = document.image()
    canvas.clipboard.paste()
    assert document.active.name == "Pasted"
    after = document.image()
    assert all(
        abs(after.pixelColor(x, 60).green() - before.pixelColor(x, 60).green()) <= 1 for x in range(20, 130)
    )  # red on the same red: nothing seems to have happened
    assert document.active.bounds().x < 40 < document.active.bounds().right


def test_cutting_takes_it_away_and_pasting_brings_it_back(canvas: Canvas, document: Document) -> None:
    layering.add_paint(document)
    drag(canvas, (60, 60), (90, 60))
    select(document, 50, 50, 50)
    canvas.clipboard.cut()
    assert colour(document, 75, 60) == (255, 255, 255)
    assert document.undo_stack.undoText() == "Cut"
    canvas.clipboard.paste()
    assert colour(document, 75, 60) == (255, 0, 0)


def test_what_is_seen_is_copied_with_all_layers(canvas: Canvas, document: Document) -> None:
    layering.add_paint(document)
    drag(canvas, (60, 60), (90, 60))
    layering.add_paint(document)
    select(document, 50, 50, 50)
    canvas.clipboard.copy_merged()
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (50, 50)
    assert image.pixelColor(25, 10) == QColor("#ff0000")
    assert image.pixelColor(25, 40) == QColor("#ffffff")
    with pytest.raises(Trouble):
        canvas.clipboard.copy()  # the layer itself is empty there


def test_a_strangers_picture_lands_in_the_middle_and_an_empty_canvas_takes_its_size(canvas, document) -> None:
    canvas.clipboard.copy()
    stranger = QImage(100, 60, QImage.Format.Format_ARGB32)
    stranger.fill(QColor(0, 0, 255, 255))
    QGuiApplication.clipboard().setImage(stranger)
    canvas.clipboard.paste()
    assert document.active.bounds() == (150, 120, 100, 60)
    empty = a_document()
    canvas = Canvas(empty)
    canvas.clipboard.paste()
    assert empty.size == Size(100, 60)
    canvas.deleteLater()


def test_where_it_was_is_no_more(canvas: Canvas, document: Document) -> None:
    select(document, 350, 250, 50)
    canvas.clipboard.copy()
    document.select(None)
    document.set_size(Size(200, 200))
    canvas.clipboard.paste()
    assert document.active.bounds() == (75, 75, 50, 50)
