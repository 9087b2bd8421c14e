"""Pictures at the place of an edit: gone through, compared, kept, let go; and a generated layer opened again later."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from studio.document.layers import GeneratedLayer
from studio.request.geometry import Rect
from tests.stories.artist import CONTROL, SHIFT, same

pytestmark = [pytest.mark.model, pytest.mark.qt_log_ignore("This plugin does not support")]

HOUSE = Rect(90, 110, 80, 70)


@pytest.fixture
def staged(painter):
    """Three red houses over the landscape."""
    painter.select(HOUSE)
    painter.say("a red house")
    painter.document.change(count=3, steps=1)
    painter.click(painter.button.main)
    painter.until_made()
    painter.document.undo_stack.clear()
    return painter


def shown(staged) -> int:
    """The number of the picture that lies over the canvas."""
    return staged.window.page.proposal.finished.index(staged.window.page.proposal.item)


def test_arrows_go_through_and_enter_takes_one_in_one_step(staged):
    before, bar = staged.picture(), staged.window.page.bar
    assert bar.isVisible()
    assert bar.count.text() == "3 of 3"
    looks = []
    for _ in range(3):
        staged.key(Qt.Key.Key_Right)
        looks.append(staged.screen(HOUSE))
    assert shown(staged) == 2
    assert not same(looks[0], looks[1])
    staged.key(Qt.Key.Key_Left)
    staged.shot("staging")
    assert same(staged.screen(HOUSE), looks[1])
    assert same(staged.picture(), before)  # nothing is changed by looking
    staged.key(Qt.Key.Key_Return)
    assert not bar.isVisible()
    assert not same(staged.picture(), before)
    assert staged.document.active.chosen == 1
    assert len(staged.document.active.candidates) == 3
    staged.key(Qt.Key.Key_Z, CONTROL)
    assert same(staged.picture(), before)


def test_a_key_held_shows_the_canvas_as_it_was(staged):
    staged.key(Qt.Key.Key_Return)
    staged.key(Qt.Key.Key_Z, CONTROL)
    before = staged.screen(HOUSE)
    staged.window.page.proposal.show(staged.window.candidates.items[0])
    made = staged.screen(HOUSE)
    QTest.keyPress(staged.canvas, Qt.Key.Key_Backslash)
    assert same(staged.screen(HOUSE), before)
    QTest.keyRelease(staged.canvas, Qt.Key.Key_Backslash)
    assert same(staged.screen(HOUSE), made)
    assert not same(made, before)


def test_escape_lets_all_go_and_undo_brings_them_back(staged):
    before = staged.picture()
    staged.key(Qt.Key.Key_Escape)
    assert not staged.window.page.bar.isVisible()
    assert staged.window.candidates.items == ()
    assert same(staged.picture(), before)
    staged.key(Qt.Key.Key_Z, CONTROL)
    assert len(staged.window.candidates.items) == 3


def test_several_are_kept_as_hidden_layers(staged):
    before = staged.picture()
    staged.key(Qt.Key.Key_Return, SHIFT)
    staged.key(Qt.Key.Key_Return, SHIFT)
    assert [layer.visible for layer in staged.document.layers[1:]] == [False, False]
    assert same(staged.picture(), before)
    staged.shot("kept")
    staged.key(Qt.Key.Key_Return)
    assert len(staged.document.layers) == 4


def test_the_next_is_made_while_one_chooses(staged, shared):
    shared.rest_after(1)
    staged.document.change(count=1)
    staged.key(Qt.Key.Key_Return, CONTROL)
    staged.until(lambda: staged.studio.engine.jobs and staged.studio.engine.jobs[0].running)
    staged.window.page.proposal.show(staged.window.candidates.items[-1])
    staged.key(Qt.Key.Key_Left)
    chosen = staged.window.page.proposal.item
    shared.go_on()
    staged.until(lambda: len(staged.window.candidates.items) == 4 and not staged.studio.engine.jobs)
    assert staged.window.page.proposal.item is chosen  # what is looked at is not taken away
    staged.key(Qt.Key.Key_Return)
    assert isinstance(staged.document.active, GeneratedLayer)


def test_a_generated_layer_is_opened_again_after_closing(open_artist, landscape, tmp_path):
    first, file = open_artist(), tmp_path / "picture.ora"
    first.studio.open(landscape)
    first.select(HOUSE)
    first.say("a red house")
    first.document.change(count=2, strength=1.0)
    first.click(first.button.main)
    first.until_made()
    first.key(Qt.Key.Key_Return)
    seen = first.picture()
    first.key(Qt.Key.Key_S, CONTROL)
    dialog = first.window.findChild(QFileDialog)
    dialog.selectFile(str(file))
    dialog.accept()
    first.until(lambda: first.document.path == file and not first.window.files.filing.unsaved)
    first.leave()

    second = open_artist()
    second.studio.open(file)
    second.until(lambda: second.document.path == file)
    second.say("quite another prompt")  # that of the layer is its own
    assert same(second.picture(), seen)
    layer, options = second.document.active, second.window.panels.layers.generated
    second.window.page.dock("layers").raise_()
    assert isinstance(layer, GeneratedLayer)
    assert (options.count.text(), options.words.text()) == ("2 of 2", "a red house")
    second.click(options.previous)
    other = second.picture()
    assert not same(other, seen)
    second.click(options.words)
    second.key(Qt.Key.Key_A, CONTROL)
    second.type("a white tower")
    second.key(Qt.Key.Key_Return)
    made = second.until_made()
    assert [each.picture.request.prompt.raw for each in made] == ["a white tower"] * 2
    second.shot("made-again")
    second.go_to_canvas()
    second.key(Qt.Key.Key_Return)
    assert second.document.active is layer
    assert options.count.text() == "4 of 4"
    last = second.picture()
    second.click(options.flat)
    assert not isinstance(second.document.active, GeneratedLayer)
    assert np.abs(second.picture().astype(int) - last).max() <= 1
