"""The button and the menu beside it: Custom with its options, Expand by hand or by a key, regions, what is ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from studio.document import layering
from studio.document.editing.modes import Mode
from studio.document.editing.plan import Fill
from studio.document.files.ora_read import read_ora
from studio.document.files.ora_write import write_ora
from studio.document.files.snapshot import Snapshot
from studio.document.layers import GeneratedLayer
from studio.document.selecting import plane
from studio.request.family import Ability
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from tests.ui.fakes import colour
from tests.ui.test_editing import canvas, hills, red, select


@pytest.fixture
def begun(desk):
    """A window with a picture on its canvas."""
    desk.window.page.toggle_all()
    desk.document.set_source(hills(256, 200))
    desk.document.change(prompt="a red house", strength=1.0, seed=4, seed_locked=True)
    return desk


def choose(desk, mode: Mode) -> None:
    """From the menu beside the button."""
    (action,) = [each for each in desk.panel.button.menu.actions() if each.data() is mode]
    action.trigger()


def last(desk):
    """The edit that was asked for last."""
    return desk.window.generation._edits.run(desk.job.id)


def drag(qtbot, view, start: tuple[float, float], end: tuple[float, float]) -> None:
    """With the mouse, from one place of the document to another."""
    transform, ratio = view.view.transform(), view.devicePixelRatioF()
    places = [(transform.map(QPointF(*point)) / ratio).toPoint() for point in (start, end)]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=places[0])
    for step in range(1, 5):
        qtbot.mouseMove(view, places[0] + (places[1] - places[0]) * step / 4)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=places[1])


def test_custom_sets_the_button_and_shows_its_options_until_it_is_left(qtbot, begun):
    select(begun.document, Rect(60, 60, 60, 60))
    choose(begun, Mode.CUSTOM)
    assert begun.engine.jobs == ()
    assert begun.panel.button.main.text() == "Custom"
    assert begun.panel.custom.isVisibleTo(begun.panel)
    begun.document.change(fill=Fill.NEUTRAL.value, context="whole", seamless=False)
    begun.window.table.run("picture.generate")
    plan = last(begun).plan
    assert (plan.fill, plan.context, plan.softness.blend) == (Fill.NEUTRAL, Rect(0, 0, 256, 200), 0)
    begun.panel.custom.left.emit()
    assert begun.panel.button.main.text() == "Add to queue"
    assert begun.window.generation.modes[0] is Mode.FILL


def test_a_mask_can_be_what_is_looked_at(begun):
    mask = layering.add_mask(begun.document)
    mask.tiles = plane(np.full((100, 200), 255, np.uint8), 20, 30)
    select(begun.document, Rect(60, 60, 40, 40))
    choose(begun, Mode.CUSTOM)
    box = begun.panel.custom.context
    box.setCurrentIndex(box.findData(mask.id))
    box.activated.emit(box.currentIndex())
    seen = begun.window.generation.plan(Mode.CUSTOM).context
    assert seen.contains(Rect(20, 30, 200, 100))
    assert seen.width == 200
    layering.remove(begun.document, mask)
    assert begun.window.generation.plan(Mode.CUSTOM).context.width != 200


def test_expand_by_dragging_the_frame_over_two_sides_at_once(qtbot, begun):
    document, view = begun.document, begun.window.page.canvas
    before = canvas(document)
    choose(begun, Mode.EXPAND)
    assert begun.engine.jobs == ()
    assert view.tools.current.id == "crop"
    drag(qtbot, view, (256, 200), (320, 240))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert document.size.width > 300
    assert document.size.height > 220
    assert begun.panel.button.main.text() == "Expand"
    qtbot.mouseClick(begun.panel.button.main, Qt.MouseButton.LeftButton)
    job = begun.job
    begun.engine.make(job, pixels=red(job))
    begun.engine.finish(job)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    after = canvas(document)
    assert np.array_equal(after[:200, :256], before)
    assert np.abs(after[:, 274:] - (230, 20, 20)).max() <= 12
    assert np.abs(after[218:] - (230, 20, 20)).max() <= 12
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.size == Size(256, 200)
    assert np.array_equal(canvas(document), before)


@pytest.mark.parametrize(
    ("side", "size"), [("left", Size(320, 200)), ("down", Size(256, 250)), ("sides", Size(384, 300))]
)
def test_extending_by_an_action_selects_what_is_new(begun, side, size):
    assert begun.window.table.run(f"picture.extend_{side}")
    assert begun.document.size == size
    assert begun.window.generation.modes[0] is Mode.EXPAND
    assert begun.window.generation.situation.border
    begun.document.undo_stack.undo()
    assert begun.document.size == Size(256, 200)
    assert begun.document.selection is None


def test_a_region_is_worked_over_with_its_own_words(begun):
    select(begun.document, Rect(20, 20, 90, 90))
    layering.add_region(begun.document, "a birch")
    begun.document.select(None)
    assert begun.window.generation.modes[0] is Mode.REFINE_REGION
    begun.document.change(strength=0.5)
    begun.window.generation.generate()
    request = begun.job.request
    assert request.prompt.raw == "a birch, a red house"
    assert request.regions == ()
    assert request.strength == 0.5
    assert request.mask is not None


def test_a_region_without_an_area_changes_nothing(begun):
    layering.add_region(begun.document, "a birch")
    assert begun.window.generation.modes[0] is Mode.GENERATE
    begun.window.generation.generate()
    assert begun.job.request.regions == ()


def test_regions_reach_the_request_of_the_whole_and_of_an_edit(begun):
    select(begun.document, Rect(0, 0, 128, 200))
    layering.add_region(begun.document, "a birch")
    begun.document.set_active(begun.document.layers[0])
    begun.document.select(None)
    begun.window.generation.generate(Mode.GENERATE)
    assert [each.prompt.raw for each in begun.job.request.regions] == ["a birch, a red house"]
    select(begun.document, Rect(90, 60, 80, 80))
    begun.window.generation.generate()
    (region,) = begun.job.request.regions
    assert region.mask.size == begun.job.request.size
    assert region.negative is None


def test_what_should_not_be_in_a_region_is_typed_below_its_prompt(qtbot, begun):
    """It reaches the region of the request, and the whole request when the region is worked over alone."""
    document, options = begun.document, begun.window.panels.layers.options.region
    document.change(negative="blurred")
    select(document, Rect(0, 0, 128, 200))
    layer = layering.add_region(document, "a birch")
    begun.window.page.dock("layers").raise_()
    qtbot.keyClicks(options.without.field, "leaves")
    assert layer.negative == "leaves"
    document.undo_stack.undo()
    assert options.without.field.toPlainText() == ""
    document.undo_stack.redo()
    document.select(None)
    begun.window.generation.generate(Mode.REFINE_REGION)
    assert begun.job.request.negative.text == "leaves, blurred"
    begun.window.generation.generate(Mode.GENERATE)
    (region,) = begun.job.request.regions
    assert (region.negative.text, begun.job.request.negative.text) == ("leaves, blurred", "blurred")
    family = replace(document.model.family, abilities=document.model.family.abilities - {Ability.NEGATIVE_PROMPT})
    document.set_model(replace(document.model, family=family))
    assert options.without.isHidden()
    begun.window.generation.generate(Mode.GENERATE)
    assert begun.job.request.regions[0].negative is None


def test_separate_parts_are_worked_one_by_one_and_land_together(begun):
    mask = np.zeros((200, 256), np.uint8)
    mask[20:50, 20:50] = mask[120:160, 180:220] = 255
    begun.document.select(plane(mask))
    assert Mode.DETAIL in begun.window.generation.modes
    before = canvas(begun.document)
    begun.window.deeds.generate(Mode.DETAIL)
    passes = 0
    while begun.engine.jobs:
        job = begun.engine.jobs[0]
        begun.engine.step(job, 2, colour(Size(64, 64)))
        begun.engine.make(job, pixels=red(job))
        begun.engine.finish(job)
        passes += 1
    assert passes == 2
    begun.window.page.proposal.apply()
    after = canvas(begun.document)
    assert np.array_equal(after[mask == 0], before[mask == 0])
    assert np.abs(after[35, 35] - (230, 20, 20)).max() <= 12
    assert np.abs(after[140, 200] - (230, 20, 20)).max() <= 12


def test_limit_and_noise_of_a_mask_are_honoured(begun):
    mask = layering.add_mask(begun.document)
    mask.tiles = plane(np.full((60, 60), 255, np.uint8), 80, 80)
    layering.change(begun.document, mask, "Limit", limit=0.5)
    begun.document.change(strength=0.6)
    begun.window.generation.generate()
    plain = begun.job.request
    assert 120 <= plain.mask.array.max() <= 130
    layering.change(begun.document, mask, "Noise", noise=0.8)
    begun.window.generation.generate()
    assert begun.job.request.source != plain.source


def test_what_the_button_would_look_at_is_framed_while_the_pointer_is_on_it(begun):
    select(begun.document, Rect(100, 80, 30, 30))
    view, main = begun.window.page.canvas, begun.panel.button.main
    assert view._ahead == ()
    main.setFocus()
    (area,) = view._ahead
    assert area.contains(Rect(100, 80, 30, 30))
    begun.panel.words.prompt.setFocus()
    assert view._ahead == ()
    assert "Looks at" in main.toolTip()


def test_removing_goes_without_words(begun):
    select(begun.document, Rect(100, 80, 30, 30))
    choose(begun, Mode.REMOVE)
    assert begun.job.request.prompt.text == ""
    assert begun.job.request.strength < 0.5
    assert last(begun).plan.fill is Fill.REMOVE


def test_a_generated_layer_is_made_again_with_other_words_and_can_be_made_plain(qtbot, begun):
    document, options = begun.document, begun.window.panels.layers.generated
    select(document, Rect(100, 80, 40, 40))
    begun.window.deeds.generate()
    job = begun.job
    begun.engine.make(job, pixels=red(job))
    begun.engine.finish(job)
    begun.window.page.proposal.apply()
    layer = document.active
    document.select(None)
    document.change(prompt="something else")
    assert options.words.text() == "a red house"
    options.words.setText("a blue house")
    options.make.click()
    again = begun.job
    assert again.request.prompt.raw == "a blue house"
    assert np.abs(again.request.source.array.astype(int) - (230, 20, 20)).max(2).min() > 40  # not the layer itself
    begun.engine.make(again, pixels=red(again))
    begun.engine.finish(again)
    begun.window.page.proposal.apply()
    assert document.active is layer
    assert (len(layer.candidates), layer.chosen) == (2, 1)
    options.previous.click()
    assert layer.chosen == 0
    options.flat.click()
    assert not isinstance(document.active, GeneratedLayer)
    assert not options.isVisible()


def test_a_layer_of_custom_options_is_made_again_with_them(begun, tmp_path):
    """With those that it was made with, whatever is chosen now; after saving and loading, too."""
    select(begun.document, Rect(60, 60, 60, 60))
    choose(begun, Mode.CUSTOM)
    begun.document.change(fill=Fill.NEUTRAL.value, context="whole", seamless=False)
    begun.window.table.run("picture.generate")
    begun.engine.make(begun.job, pixels=red(begun.job))
    begun.engine.finish(begun.job)
    begun.window.page.proposal.apply()
    begun.document.change(fill=Fill.BLUR.value, context="automatic", seamless=True)
    write_ora(Snapshot.of(begun.document), tmp_path / "custom.ora")
    loaded = read_ora(tmp_path / "custom.ora", begun.document.model)
    layer = next(each for each in loaded.layers if isinstance(each, GeneratedLayer))
    assert layer.choices == begun.document.active.choices
    begun.window.generation.make_again(begun.document.active, "a blue house")
    plan = last(begun).plan
    assert (plan.fill, plan.context, plan.softness.blend) == (Fill.NEUTRAL, Rect(0, 0, 256, 200), 0)


def test_a_layer_that_is_gone_when_it_was_made_again_comes_back_as_another(begun):
    document = begun.document
    select(document, Rect(100, 80, 40, 40))
    begun.window.deeds.generate()
    begun.engine.make(begun.job, pixels=red(begun.job))
    begun.engine.finish(begun.job)
    begun.window.page.proposal.apply()
    layer = document.active
    begun.window.generation.make_again(layer, "a blue house")
    layering.remove(document, layer)
    job = begun.job
    begun.engine.make(job, pixels=red(job))
    begun.engine.finish(job)
    count = len(document.layers)
    begun.window.page.proposal.follow()
    begun.window.page.proposal.apply(begun.window.candidates.items[0])
    assert len(document.layers) == count + 1


def test_nowhere_to_expand_to_is_said(begun):
    with pytest.raises(ValueError, match="no border"):
        begun.window.generation.generate(Mode.EXPAND)


def test_small_things_are_found_and_worked_over_in_one_go(begun):
    picture = np.full((200, 256, 3), 120, np.uint8)
    picture[40:60, 40:62] = picture[130:150, 180:200] = (220, 40, 30)
    begun.document.set_source(Pixels(picture))
    assert begun.window.table.run("select.things")
    assert begun.document.undo_stack.undoText() == "Select small things"
    assert Mode.DETAIL in begun.window.generation.modes
    begun.window.deeds.generate(Mode.DETAIL)
    assert len(last(begun).plan.passes) == 2
    begun.document.set_source(Pixels(np.full((200, 256, 3), 120, np.uint8)))
    steps = begun.document.undo_stack.index()
    begun.window.table.run("select.things")
    said = " ".join(notice.sentence for notice in begun.window.page.notices.shown)
    assert "No small things stand out of the picture." in said
    assert begun.document.undo_stack.index() == steps
