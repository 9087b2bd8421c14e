"""The flat picture: every scale shows the same whichever way it was made, and memory is taken only for what is seen."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import studio.ui.canvas.flat as module
import studio.ui.canvas.scene as scene
import studio.ui.canvas.spare as spare
from studio.document.document import Document
from studio.document.images import blank, view
from studio.document.layers import MaskLayer
from studio.request.geometry import Rect, Size
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.flat import Flat
from studio.ui.canvas.levels import reserved
from studio.ui.canvas.view import View
from studio.ui.theme import colours
from tests.document.making import a_document, noise


@pytest.fixture
def document(qapp) -> Document:
    """Odd sides, with transparency and a mask."""
    document = a_document()
    document.set_source(noise((1403, 1187), 4))
    mask = MaskLayer(name="Mask")
    mask.tiles.replace(mask.tiles.filled(Rect(300, 200, 700, 500), 200))
    document.add_layer(mask)
    return document


def pixels(flat: Flat, number: int, need: Rect) -> np.ndarray:
    image, done = flat.level(number, need)
    assert done
    unit = 1 << number
    array = view(image)
    return array[need.y // unit : -(-need.bottom // unit), need.x // unit : -(-need.right // unit)].copy()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_small_scale_is_the_same_with_and_without_the_finest(document, number):
    whole = Rect.of(document.size)
    near, far = Flat(document), Flat(document)
    near.level(0, whole)
    assert (pixels(near, number, whole) == pixels(far, number, whole)).all()


@pytest.mark.parametrize("number", [1, 3])
def test_parts_drawn_one_by_one_make_the_whole(document, number):
    whole = Rect.of(document.size)
    parts, at_once = Flat(document), Flat(document)
    for area in (Rect(501, 333, 77, 91), Rect(1100, 900, 303, 287), Rect(1401, 3, 2, 9), whole):
        parts.level(number, area.intersection(whole))
    assert (pixels(parts, number, whole) == pixels(at_once, number, whole)).all()


def test_looking_from_afar_takes_no_memory_for_the_finest(document):
    flat = Flat(document)
    flat.level(2, Rect.of(document.size))
    assert not view(flat.level(0, Rect(0, 0, 1, 1))[0])[600:].any()  # only the corner is drawn


def test_what_was_looked_at_long_ago_is_let_go_and_drawn_again(document, monkeypatch):
    monkeypatch.setattr(module, "ROOM", 1 << 19)
    whole = Rect.of(document.size)
    wanted = pixels(Flat(document), 0, whole)
    flat = Flat(document)
    for top in (0, 400, 800, 400, 0):
        area = Rect(100, top, 600, 380)
        shown = pixels(flat, 0, area)
        assert (shown == wanted[top : top + 380, 100:700]).all()
        if flat.swollen(area):
            flat.let_go(area)
    assert len(flat._drawn) * module.CHUNK**2 <= 1403 * 1187
    assert (pixels(flat, 1, whole) == pixels(Flat(document), 1, whole)).all()


def test_damage_is_drawn_again_after_letting_go(document, monkeypatch):
    monkeypatch.setattr(module, "ROOM", 1)
    flat = Flat(document)
    pixels(flat, 0, Rect(0, 0, 900, 900))
    pixels(flat, 0, Rect(900, 900, 400, 200))
    flat.let_go(Rect(900, 900, 400, 200))
    document.undo_stack.undo()  # the mask is gone
    flat.damage(Rect(300, 200, 700, 500))
    area = Rect(250, 150, 800, 600)
    assert (pixels(flat, 0, area) == pixels(Flat(document), 0, area)).all()


def test_memory_is_given_back_when_the_hand_rests_and_not_in_a_stroke(document, qtbot, monkeypatch):
    monkeypatch.setattr(module, "ROOM", 1 << 17)
    monkeypatch.setattr(module, "CHUNK", 128)
    monkeypatch.setattr(spare, "REST", 0)
    canvas = Canvas(document)
    canvas.resize(200, 160)
    qtbot.addWidget(canvas)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.actual_size()
    flat, dropped = canvas._flat, []
    monkeypatch.setattr(flat, "let_go", lambda seen: dropped.append(seen))
    canvas.look_at(QPointF(500, 600))
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    for x in (500, 700, 900):
        canvas.look_at(QPointF(x, 600))
        canvas.repaint()
    assert flat.swollen(canvas.seen)
    for _ in range(20):
        QApplication.processEvents()
    assert not dropped
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    qtbot.waitUntil(lambda: bool(dropped))
    assert dropped[0] == canvas.seen  # all that is in view is kept


def test_while_the_finest_is_not_composed_the_next_one_stands_in(document, monkeypatch):
    view_ = View(zoom=1.0, viewport=Size(1403, 1187))
    flat = Flat(document)
    flat.level(1, Rect.of(document.size))
    monkeypatch.setattr(scene, "SLICE", 1e-4)
    first, later = (_drawn(flat, view_) for _ in range(2))
    while not later[1]:
        later = _drawn(flat, view_)
    assert not first[1]
    gap = np.abs(first[0].astype(int) - later[0])[..., :3]
    assert 0 < gap.mean() < 80  # not the same, but nowhere empty: noise, softened
    assert first[0][600:, 700:, :3].std() > 5


def _drawn(flat: Flat, shown: View) -> tuple[np.ndarray, bool]:
    image = blank(shown.viewport)
    painter = QPainter(image)
    done = scene.draw_scene(painter, QRectF(0, 0, *shown.viewport), shown, flat, None, colours())
    painter.end()
    return view(image).copy(), done


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say")
def test_a_dab_on_a_huge_canvas_takes_little_memory():
    array = reserved(Size(16384, 16384))
    before = _resident()
    array[5000:5512, 7000:7512] = 1
    assert _resident() - before < 8 << 20


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
