"""What the one button does: a story for each mode, with the model that ships with the studio."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio.request.geometry import Rect, Size
from tests.stories.artist import CONTROL, same

pytestmark = [pytest.mark.model, pytest.mark.qt_log_ignore("This plugin does not support")]

HOUSE = Rect(90, 110, 80, 70)


def take_it(painter) -> np.ndarray:
    """Puts the finished picture on the canvas with Enter. The document as it is then."""
    painter.key(Qt.Key.Key_Return)
    assert painter.document.undo_stack.canUndo()
    return painter.picture()


def undone(painter, before: np.ndarray) -> bool:
    painter.key(Qt.Key.Key_Z, CONTROL)
    return same(painter.picture(), before)


def test_generate(artist):
    """Words, the button, a picture."""
    assert artist.says == "Generate"
    assert artist.offered == ["Generate"]
    artist.type("a lighthouse at dawn, watercolour")
    artist.click(artist.button.main)
    (made,) = artist.until_made()
    artist.shot("generate")
    assert made.picture.request.prompt.raw == "a lighthouse at dawn, watercolour"
    assert not artist.document.has_picture
    after = take_it(artist)
    assert same(after, made.picture.pixels.array)
    artist.key(Qt.Key.Key_Z, CONTROL)
    assert not artist.document.has_picture


def test_refine(painter):
    """Less strength by the keys of the slider: the button says so, and the composition stays."""
    before = painter.picture()
    painter.key(Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    painter.key(Qt.Key.Key_Left)
    assert painter.says == "Refine"
    assert painter.window.prompt.strength.row.note.text() == "67 % (2 of 3)"
    painter.say("a lake and mountains, pink sky")
    painter.key(Qt.Key.Key_Return, CONTROL)
    painter.until_made()
    painter.shot("refine")
    painter.go_to_canvas()
    after = take_it(painter)
    likeness = np.corrcoef(before.ravel(), after.ravel())[0, 1]
    assert 0.5 < likeness < 0.999
    assert undone(painter, before)


def test_fill(painter):
    """A part is selected and made anew; what is around it stays as it was, bit for bit."""
    before = painter.picture()
    chosen = painter.select(HOUSE)
    assert painter.says == "Fill"
    painter.say("a red house")
    painter.click(painter.button.main)
    painter.until_made()
    painter.shot("fill")
    after = take_it(painter)
    assert same(after, before, ~chosen)
    assert (after != before).any(2)[120:170, 100:160].mean() > 0.8
    assert undone(painter, before)


def test_expand_by_dragging_the_frame(painter):
    """The frame is dragged beyond two sides at once; the old picture is never overwritten."""
    before = painter.picture()
    painter.take(Qt.Key.Key_M)
    painter.choose("Expand")
    assert any("Drag the frame" in sentence for sentence in painter.told)
    painter.drag((256, 256), (320, 300))
    painter.shot("expand-frame")
    painter.key(Qt.Key.Key_Return)
    assert painter.document.size == Size(320, 300)
    assert painter.says == "Expand"
    painter.until(lambda: painter.canvas.tools.current.id == "select_rectangle")  # what was in hand before
    assert not painter.told
    painter.click(painter.button.main)
    painter.until_made()
    painter.shot("expand")
    after = take_it(painter)
    assert after.shape == (300, 320, 3)
    assert same(after[:256, :256], before)
    assert after[:, 256:].std() > 8
    painter.key(Qt.Key.Key_Z, CONTROL)
    painter.key(Qt.Key.Key_Z, CONTROL)
    assert painter.document.size == Size(256, 256)
    assert same(painter.picture(), before)


def test_add(painter):
    before = painter.picture()
    chosen = painter.select(HOUSE)
    painter.say("a big red house")
    painter.choose("Add")
    painter.until_made()
    painter.shot("add")
    after = take_it(painter)
    assert same(after, before, ~chosen)
    assert undone(painter, before)


def test_remove(painter):
    """What was painted on is taken away without a word of prompt."""
    painter.take(Qt.Key.Key_B)
    painter.canvas.kit.set_foreground("#e01010")
    painter.canvas.kit.change(size=24)
    clean = painter.picture()
    painter.drag((120, 150), (140, 150))
    before = painter.picture()
    assert not same(before, clean)
    chosen = painter.select(Rect(100, 130, 60, 40))
    painter.choose("Remove")
    painter.until_made()
    painter.shot("remove")
    after = take_it(painter)
    assert same(after, before, ~chosen)
    red = (after[130:170, 100:160, 0].astype(int) - after[130:170, 100:160, 1]) > 150
    assert red.mean() < 0.01
    assert undone(painter, before)


def test_replace_background(painter):
    """What is selected is kept, all else is made anew."""
    before = painter.picture()
    chosen = painter.select(HOUSE)
    painter.say("a desert at noon")
    painter.choose("Replace background")
    painter.until_made()
    painter.shot("replace-background")
    after = take_it(painter)
    assert same(after, before, chosen)
    assert (after != before).any(2)[~chosen].mean() > 0.8
    assert undone(painter, before)


def test_variations(artist):
    """Pictures like the one that was taken, as candidates over it."""
    artist.type("a forest in autumn")
    artist.key(Qt.Key.Key_Return, CONTROL)
    (first,) = artist.until_made()
    artist.go_to_canvas()
    before = take_it(artist)
    artist.choose("Variations")
    (second,) = artist.until_made()
    artist.shot("variations")
    assert second.picture.request.variation is not None
    assert second.picture.request.prompt == first.picture.request.prompt
    assert second.picture.request.seed == first.picture.request.seed
    after = take_it(artist)
    assert same(after, second.picture.pixels.array)
    assert undone(artist, before)


def test_refine_region(painter):
    """A region is made of a selection, given its words, and worked over alone."""
    before = painter.picture()
    chosen = painter.select(HOUSE)
    assert painter.window.table.run("layer.add_region")
    region = painter.document.active
    painter.key(Qt.Key.Key_D, CONTROL)
    assert painter.says == "Refine region"
    painter.click(painter.window.panels.layers.options.region.prompt.field)
    painter.type("a red house")
    painter.click(painter.button.main)
    (made,) = painter.until_made()
    painter.shot("refine-region")
    assert region.prompt == "a red house"
    assert made.picture.request.prompt.raw.startswith("a red house")
    after = take_it(painter)
    assert same(after, before, ~chosen)
    assert not same(after, before)


def test_detail_each_part(painter):
    """Small things are found from the menu and worked over, each in full detail, in one go."""
    before = painter.picture()
    assert painter.window.table.run("select.things")
    chosen = painter.selected
    painter.say("a red house")
    painter.choose("Detail each part")
    painter.until(lambda: painter.window.page.proposal.ready and not painter.studio.engine.jobs)
    painter.shot("detail")
    painter.go_to_canvas()
    after = take_it(painter)
    assert same(after, before, ~chosen)
    assert not same(after, before)
    assert undone(painter, before)


def test_custom(painter):
    """The button is set to Custom; its options stand in the panel until they are closed."""
    before = painter.picture()
    chosen = painter.select(HOUSE)
    painter.choose("Custom")
    assert painter.says == "Custom"
    options = painter.window.prompt.custom
    painter.option(options.fill, "Neutral grey")
    painter.option(options.context, "Whole picture")
    painter.click(options.seamless)
    recipe = painter.document.recipe
    assert (recipe.fill, recipe.context, recipe.seamless) == ("neutral", "whole", False)
    painter.shot("custom")
    painter.click(painter.button.main)
    painter.until_made()
    painter.shot("custom-made")
    after = take_it(painter)
    assert same(after, before, ~chosen)
    assert (after != before).any(2)[110:180, 90:170].mean() > 0.9  # hard edges: all of it
    assert undone(painter, before)


def test_a_picture_that_was_just_opened(artist, landscape):
    """It may change by 60 %; still all can be done with it, and what begins with nothing is done at full strength."""
    artist.studio.open(landscape)
    assert artist.says == "Refine"
    artist.select(HOUSE)
    assert {"Refine", "Fill", "Add", "Remove", "Replace background", "Custom"} <= set(artist.offered)
    artist.choose("Fill")
    (made,) = artist.until_made()
    assert made.picture.request.strength == 1
    assert artist.window.prompt.strength.row.note.text() == "100 % (3 of 3)"
    artist.key(Qt.Key.Key_Escape)
    artist.key(Qt.Key.Key_D, CONTROL)
    artist.document.change(strength=0.6)
    assert artist.says == "Refine"
    assert artist.window.table.run("picture.extend_right")
    assert artist.says == "Expand"  # there is nothing yet to refine
    artist.click(artist.button.main)
    (made,) = artist.until_made()
    assert made.picture.request.strength == 1
