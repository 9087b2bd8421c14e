"""Remove at once: no model, no words; what is around goes on, all else stays as it is, one step of undo."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.document.layers import PaintLayer
from studio.document.selecting import plane
from studio.request.geometry import Rect
from studio.request.pixels import Pixels
from studio.ui.removing import Removing
from tests.ui.test_editing import canvas, select

BLOB = Rect(90, 70, 40, 46)


def sky() -> np.ndarray:
    rows, columns = np.mgrid[0:192, 0:240]
    return np.stack([90 + rows * 0.4, 140 + rows * 0.3 + columns * 0.05, 230 - rows * 0.2], -1)


def stripes() -> np.ndarray:
    rows, columns = np.mgrid[0:192, 0:240]
    return np.where((((rows + columns) // 12) % 2)[..., None] > 0, (220, 180, 60), (40, 60, 120))


def grain() -> np.ndarray:
    return np.random.default_rng(3).integers(90, 150, (192, 240, 3))


@pytest.fixture
def begun(desk):
    desk.window.page.toggle_all()
    desk.removing = Removing(desk.window)
    yield desk
    desk.removing.shut()


def show(desk, picture: np.ndarray, blob: Rect = BLOB) -> np.ndarray:
    """The picture with a thing of another colour on it, as it lies on the canvas."""
    picture = picture.clip(0, 255).astype(np.uint8)
    picture[blob.y : blob.bottom, blob.x : blob.right] = (200, 20, 120)
    desk.document.set_source(Pixels(picture))
    return canvas(desk.document)


def removed(qtbot, desk) -> np.ndarray:
    count = len(desk.document.layers)
    assert desk.window.table.run("picture.remove_now")
    qtbot.waitUntil(lambda: len(desk.document.layers) == count + 1, timeout=20_000)
    return canvas(desk.document)


def told(desk) -> str:
    return " ".join(notice.sentence for notice in desk.window.page.notices.shown)


@pytest.mark.parametrize(("picture", "tolerance"), [(sky, 3.0), (stripes, 2.0), (grain, 26.0)])
def test_what_is_around_goes_on_and_nothing_else_changes(qtbot, begun, picture, tolerance):
    before = show(begun, picture())
    hole = select(begun.document, BLOB) > 0
    steps = begun.document.undo_stack.index()
    after = removed(qtbot, begun)
    assert np.array_equal(after[~hole], before[~hole])
    assert np.abs(after[hole] - picture()[hole]).mean() < tolerance
    assert not (np.abs(after[hole] - (200, 20, 120)).max(-1) < 20).any()
    assert begun.engine.jobs == ()
    assert begun.document.undo_stack.index() == steps + 1
    begun.document.undo_stack.undo()
    assert np.array_equal(canvas(begun.document), before)


def test_it_stands_below_remove_in_the_menu_and_has_a_key(qtbot, begun):
    show(begun, sky())
    select(begun.document, BLOB)
    begun.document.change(prompt="")
    titles = [each.text() for each in begun.panel.button.menu.actions()]
    assert titles.index("Remove at once") == titles.index("Remove") + 1
    begun.window.page.canvas.setFocus()
    qtbot.keyClick(begun.window.page.canvas, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: "is taken away" in told(begun), timeout=20_000)
    assert begun.document.undo_stack.undoText() == "Remove at once"


def test_the_model_may_go_over_it_afterwards(qtbot, begun):
    show(begun, sky())
    select(begun.document, BLOB)
    removed(qtbot, begun)
    (notice,) = begun.window.page.notices.shown
    next(button for button in notice.buttons if button.text() == "Refine with the model").click()
    assert begun.job.request.prompt.text == ""
    assert begun.job.request.strength < 0.5


def test_a_soft_edge_is_as_soft_as_it_was_painted(qtbot, begun):
    before = show(begun, sky())
    mask = np.zeros(before.shape[:2], np.uint8)
    mask[60:130, 80:150] = np.linspace(0, 255, 70).astype(np.uint8)
    begun.document.select(plane(mask))
    after = removed(qtbot, begun)
    share = mask[..., None] / 255
    assert np.array_equal(after[mask == 0], before[mask == 0])
    assert np.abs(after - (before + (sky() - before) * share))[60:130, 80:150].mean() < 4
    begun.document.undo_stack.undo()
    assert np.array_equal(canvas(begun.document), before)


def test_a_single_pixel(qtbot, begun):
    before = show(begun, sky(), Rect(100, 90, 1, 1))
    select(begun.document, Rect(100, 90, 1, 1))
    after = removed(qtbot, begun)
    assert np.abs(after[90, 100] - sky()[90, 100]).max() < 8
    after[90, 100] = before[90, 100]
    assert np.array_equal(after, before)


def test_it_lies_over_all_that_is_seen(qtbot, begun):
    show(begun, sky())
    begun.document.add_layer(PaintLayer(name="Above"))
    begun.document.set_active(begun.document.layers[0])
    select(begun.document, BLOB)
    removed(qtbot, begun)
    assert begun.document.layers[-1].name == "Removed"
    assert begun.document.active is begun.document.layers[-1]


@pytest.mark.parametrize(
    ("area", "said"),
    [
        (Rect(0, 0, 240, 192), "nothing around what is selected"),
        (Rect(400, 20, 30, 30), "Nothing on the canvas is selected"),
        (None, "Nothing on the canvas is selected"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(begun, area, said):
    before = show(begun, sky())
    if area is not None and area.x < 240:
        select(begun.document, area)
    elif area is not None:
        mask = np.zeros((192, 500), np.uint8)
        mask[area.y : area.bottom, area.x : area.right] = 255
        begun.document.select(plane(mask))
    begun.window.table.run("picture.remove_now")
    assert said in told(begun)
    assert np.array_equal(canvas(begun.document), before)
    assert begun.window.table["picture.remove_now"].enabled_when()


def test_another_picture_opened_meanwhile_stays_as_it_is(qtbot, begun):
    show(begun, sky())
    select(begun.document, BLOB)
    begun.window.table.run("picture.remove_now")
    begun.document.load((PaintLayer(name="Other"),))
    qtbot.waitUntil(lambda: "another picture was opened" in told(begun), timeout=20_000)
    assert [layer.name for layer in begun.document.layers] == ["Other"]


def endless(picture, mask, fill, check) -> None:
    """Goes on until it is stopped."""
    while True:
        check()
        Event().wait(0.01)  # other threads are to have their turn


@pytest.mark.parametrize("how", ["Escape", "Stop"])
def test_it_is_stopped_while_it_works(qtbot, begun, monkeypatch, how):
    """What takes longer than a moment is said; then it ends at once, and nothing was changed."""

    monkeypatch.setattr("studio.document.editing.removing.filled", endless)
    before = show(begun, sky())
    select(begun.document, BLOB)
    steps = begun.document.undo_stack.index()
    assert begun.window.table.run("picture.remove_now")
    assert not begun.window.table.run("picture.remove_now")  # one at a time
    qtbot.waitUntil(lambda: "is being taken away" in told(begun))
    if how == "Escape":
        begun.window.page.canvas.setFocus()
        qtbot.keyClick(begun.window.page.canvas, Qt.Key.Key_Escape)
    else:
        (notice,) = begun.window.page.notices.shown
        next(button for button in notice.buttons if button.text() == "Stop").click()
    qtbot.waitUntil(lambda: not begun.removing.busy)
    assert told(begun) == ""
    assert np.array_equal(canvas(begun.document), before)
    assert begun.document.undo_stack.index() == steps
    assert begun.document.selection is not None
    monkeypatch.undo()
    assert removed(qtbot, begun).shape == before.shape


def test_the_program_ends_while_it_works(begun, monkeypatch):
    monkeypatch.setattr("studio.document.editing.removing.filled", endless)
    show(begun, sky())
    select(begun.document, BLOB)
    begun.window.table.run("picture.remove_now")
    begun.removing.shut()
    assert len(begun.document.layers) == 1
