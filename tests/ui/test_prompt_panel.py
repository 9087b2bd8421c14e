"""The prompt panel, as a person uses it: by typing, clicking and keys."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication

from studio.document.recipe import Recipe
from studio.request.geometry import Size
from studio.request.request import LARGEST_SEED
from studio.request.sampling import Algorithm, Sampler, Schedule
from studio.settings.settings import Settings
from tests.ui.conftest import STYLES
from tests.ui.fakes import OTHER_MODEL, SCENES_MODEL, colour

ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(desk):
    return desk.panel


@pytest.fixture
def advanced(desk_of):
    return desk_of(Settings(advanced=True))


def replace_number(qtbot, field, text):
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_shape_gives_a_size_of_about_as_many_pixels(qtbot, desk):
    chips = {chip.ratio.name: chip for chip in desk.panel.size_part.chips.chips}
    qtbot.mouseClick(chips["16:9"], Qt.MouseButton.LeftButton)
    size = desk.document.recipe.size
    assert size.width > size.height
    assert abs(size.ratio - 16 / 9) < 0.1
    assert abs(size.area / 256**2 - 1) < 0.1
    assert chips["16:9"].isChecked()
    assert not chips["1:1"].isChecked()


def test_the_shape_in_force_stays_marked_when_it_is_clicked_again(qtbot, desk):
    chips = {chip.ratio.name: chip for chip in desk.panel.size_part.chips.chips}
    qtbot.mouseClick(chips["3:2"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(chips["3:2"], Qt.MouseButton.LeftButton)
    assert chips["3:2"].isChecked()


def test_size_by_numbers_and_swapped(qtbot, advanced):
    part = advanced.panel.size_part
    replace_number(qtbot, part.width_field, "384")
    assert advanced.document.recipe.size == Size(384, 256)
    qtbot.mouseClick(part.swap, Qt.MouseButton.LeftButton)
    assert advanced.document.recipe.size == Size(256, 384)
    assert part.row.note.text() == "256 × 384 px"


def test_automatic_is_one_click_away(qtbot, advanced):
    panel = advanced.panel
    replace_number(qtbot, panel.steps.field.field, "31")
    assert advanced.document.recipe.steps == 31
    assert panel.steps.automatic.isVisible()
    qtbot.mouseClick(panel.steps.automatic, Qt.MouseButton.LeftButton)
    assert advanced.document.recipe.steps is None
    assert panel.steps.field.value == SCENES_MODEL.defaults.steps
    assert not panel.steps.automatic.isVisible()


def test_steps_and_guidance_by_slider_and_number(qtbot, advanced):
    panel = advanced.panel
    panel.steps.field.slider.setFocus()
    qtbot.keyClick(panel.steps.field.slider, Qt.Key.Key_Right)
    assert advanced.document.recipe.steps == 21
    replace_number(qtbot, panel.guidance.field.field, "7.5")
    assert advanced.document.recipe.guidance == 7.5
    assert panel.guidance.field.slider.value() == 75


def test_a_slider_goes_where_it_is_clicked(qtbot, advanced):
    slider = advanced.panel.count.field.slider
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 2, 14))
    assert advanced.document.recipe.count == 16
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(1, 14))
    assert advanced.document.recipe.count == 1


def test_a_sampler_with_its_schedule(advanced):
    part = advanced.panel.sampler
    part.algorithm.setCurrentIndex(part.algorithm.findText("DPM++ 2M"))
    part.algorithm.activated.emit(part.algorithm.currentIndex())
    part.schedule.setCurrentIndex(part.schedule.findText("Karras"))
    part.schedule.activated.emit(part.schedule.currentIndex())
    assert advanced.document.recipe.sampler == Sampler(Algorithm.DPMPP_2M, Schedule.KARRAS)


def test_only_schedules_that_go_with_the_sampler_are_offered(advanced):
    part = advanced.panel.sampler
    advanced.document.change(sampler=Sampler(Algorithm.LCM))
    assert [part.schedule.itemText(i) for i in range(part.schedule.count())] == ["Normal"]
    assert not part.schedule.isEnabled()


def test_kinds_of_samplers_are_told_apart(advanced):
    choice = advanced.panel.sampler.algorithm
    names = [choice.itemText(i) for i in range(choice.count())]
    gap = names.index("")
    assert all(not Algorithm(name).stochastic for name in names[:gap])
    assert all(Algorithm(name).stochastic for name in names[gap + 1 :])
    assert "fresh noise" in choice.itemData(names.index("Euler a"), Qt.ItemDataRole.ToolTipRole)


def test_a_draft_is_asked_for_and_undone(qtbot, advanced):
    switch = advanced.panel.draft.switch
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert advanced.document.request().shortcuts
    advanced.document.undo_stack.undo()
    assert not switch.isChecked()
    assert not advanced.document.request().shortcuts


def test_a_seed_that_is_typed_is_kept(qtbot, advanced):
    field = advanced.panel.seed.field.field
    field.selectAll()
    qtbot.keyClicks(field, "42")
    assert advanced.document.recipe.seed == 42
    assert advanced.document.recipe.seed_locked
    assert advanced.panel.seed.field.lock.isChecked()


def test_seeds_up_to_64_bits(qtbot, advanced):
    field = advanced.panel.seed.field.field
    field.selectAll()
    qtbot.keyClicks(field, str(LARGEST_SEED))
    assert advanced.document.recipe.seed == LARGEST_SEED
    assert advanced.panel.problem == ""


@pytest.mark.parametrize(("typed", "word"), [(str(LARGEST_SEED + 1), "too large"), ("", "missing")])
def test_what_cannot_be_a_seed_is_said_in_place(qtbot, advanced, typed, word):
    field = advanced.panel.seed.field.field
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, typed)
    assert word in advanced.panel.note.text()
    assert not advanced.panel.button.main.isEnabled()
    qtbot.mouseClick(advanced.panel.seed.field.dice, Qt.MouseButton.LeftButton)
    assert advanced.panel.button.main.isEnabled()


def test_dice_and_lock(qtbot, advanced):
    seed = advanced.document.recipe.seed
    qtbot.mouseClick(advanced.panel.seed.field.dice, Qt.MouseButton.LeftButton)
    assert advanced.document.recipe.seed != seed
    qtbot.mouseClick(advanced.panel.seed.field.lock, Qt.MouseButton.LeftButton)
    seed = advanced.document.recipe.seed
    advanced.window.deeds.generate()
    assert advanced.job.request.seed == seed == advanced.document.recipe.seed


def test_without_the_lock_each_picture_has_its_own_seed(desk):
    desk.window.deeds.generate()
    desk.window.deeds.generate()
    first, second = desk.engine.jobs
    assert first.request.seed != second.request.seed


def test_a_style_is_laid_around_the_words(desk):
    choice = desk.panel.style_part.choice
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    desk.document.change(prompt="a fox")
    assert desk.document.recipe.style == STYLES[0]
    assert desk.document.request().prompt.text == "a fox, in ink"


def test_another_model_and_back_by_undo(qtbot, desk):
    choice = desk.panel.model.choice
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    assert desk.document.model == OTHER_MODEL
    assert desk.panel.size_part.row.note.text() == "1024 × 1024 px"
    desk.window.table.run("edit.undo")
    assert choice.currentText() == SCENES_MODEL.title


def test_simple_by_default_and_advanced_is_remembered(qtbot, desk_of):
    first = desk_of()
    hidden = (first.panel.steps, first.panel.guidance, first.panel.sampler, first.panel.seed)
    assert not any(part.isVisible() for part in (*hidden, first.panel.size_part.numbers))
    qtbot.mouseClick(first.panel.advanced, Qt.MouseButton.LeftButton)
    assert all(part.isVisible() for part in (*hidden, first.panel.size_part.numbers))
    assert desk_of(first.preferences.now).panel.steps.isVisible()


def test_strength_is_there_when_there_is_a_picture_and_stops_where_steps_change(qtbot, desk):
    assert not desk.panel.strength.isVisible()
    desk.document.set_source(colour(Size(256, 256)))
    assert desk.panel.strength.isVisible()
    desk.document.change(strength=0.52)
    assert desk.panel.strength.row.note.text() == "50 % (10 of 20)"
    desk.panel.strength.slider.setFocus()
    qtbot.keyClick(desk.panel.strength.slider, Qt.Key.Key_Right)
    assert desk.panel.strength.row.note.text() == "55 % (11 of 20)"
    assert desk.document.recipe.strength == pytest.approx(0.55)


def test_what_the_model_cannot_use_is_not_shown(qtbot, desk_of):
    from dataclasses import replace

    from studio.request.family import Ability

    bare = replace(SCENES_MODEL.family, abilities=frozenset((Ability.TEXT_TO_IMAGE,)))
    desk = desk_of(Settings(advanced=True))
    desk.document.set_source(colour(Size(256, 256)))
    desk.document.set_model(replace(SCENES_MODEL, title="Bare", family=bare))
    panel = desk.panel
    assert not panel.guidance.isVisible()
    assert not panel.words.negative_row.isVisible()
    assert not panel.strength.isVisible()
    assert panel.model.choice.currentText() == "Bare"


def test_a_prompt_that_is_too_long_is_said_in_place(qtbot, desk):
    QGuiApplication.clipboard().setText("x" * 100_000)
    desk.panel.words.prompt.field.paste()
    assert desk.document.recipe.prompt == "x" * 100_000
    assert desk.panel.note.text() == "The prompt has 100,000 characters; at most 10,000 can be used."
    assert not desk.panel.button.main.isEnabled()
    assert desk.panel.words.prompt.field.property("wrong") == "true"
    desk.window.table.run("edit.undo")
    assert desk.panel.button.main.isEnabled()


@pytest.mark.parametrize("side", ["0", "7", "99999"])
def test_a_size_that_cannot_be_made_is_said_in_place_and_goes_no_further(qtbot, advanced, side):
    part = advanced.panel.size_part
    replace_number(qtbot, part.width_field, side)
    assert advanced.panel.note.text().endswith("cannot be made with Sfumato Scenes. Choose one from 128 to 1,024 px.")
    assert not advanced.panel.button.main.isEnabled()
    assert not advanced.window.table.run("picture.generate")
    assert advanced.engine.jobs == ()
    assert advanced.document.recipe.size is None
    advanced.document.change(prompt="something else")
    assert part.width_field.value() == int(side)
    qtbot.mouseClick(part.automatic, Qt.MouseButton.LeftButton)
    assert part.width_field.value() == 256
    assert advanced.panel.button.main.isEnabled()


def test_a_size_that_another_model_cannot_make_is_said_even_when_numbers_are_hidden(desk):
    desk.document.set_model(OTHER_MODEL)
    desk.document.change(size=Size(2048, 2048))
    desk.document.set_model(SCENES_MODEL)
    assert "2,048 px cannot be made" in desk.panel.note.text()
    assert desk.panel.size_part.numbers.isVisible()
    assert not desk.panel.button.main.isEnabled()


def test_no_number_field_takes_what_is_no_number(qtbot, advanced):
    field = advanced.panel.guidance.field.field
    for nonsense in ("nan", "inf", "1e999", "-3", "--"):
        replace_number(qtbot, field, nonsense)
        assert 0 <= advanced.panel.guidance.field.value <= 100
    desk = advanced
    replace_number(qtbot, desk.panel.steps.field.field, "0")
    assert (desk.document.recipe.steps or 20) >= 1


def test_an_empty_prompt_says_what_it_will_do(desk):
    assert "no prompt" in desk.panel.note.text()
    assert desk.panel.button.main.isEnabled()
    desk.document.change(prompt="a fox")
    assert not desk.panel.note.isVisible()


def test_a_number_that_is_typed_counts_when_generate_is_pressed(qtbot, advanced):
    field = advanced.panel.count.field.field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "3")
    qtbot.keyClick(field, Qt.Key.Key_Return, CONTROL)
    assert advanced.job.request.count == 3


def test_letters_with_alt_lead_to_controls(qtbot, advanced):
    panel = advanced.panel
    targets = {
        "P": panel.words.prompt.field,
        "W": panel.words.negative.field,
        "M": panel.model.choice,
        "Y": panel.style_part.choice,
        "U": panel.count.field.field,
        "N": panel.steps.field.field,
        "G": panel.guidance.field.field,
        "K": panel.sampler.algorithm,
        "C": panel.sampler.schedule,
        "D": panel.seed.field.field,
    }
    for letter, widget in targets.items():
        qtbot.keyClick(advanced.window, getattr(Qt.Key, f"Key_{letter}"), ALT)
        assert widget.hasFocus(), letter


def test_no_letter_means_two_things(advanced):
    from PySide6.QtGui import QShortcut

    keys = [shortcut.key().toString() for shortcut in advanced.window.findChildren(QShortcut)]
    assert sorted(keys) == sorted(set(keys))


def test_dropping_a_picture_on_the_words_makes_it_the_source(desk):
    from studio.document.images import image_of

    data = QMimeData()
    data.setImageData(image_of(colour(Size(256, 256))))
    desk.panel.words.prompt.field.insertFromMimeData(data)
    assert desk.document.has_picture
    assert desk.document.recipe.strength < 1


def test_the_panel_shows_what_the_document_says(desk):
    desk.document.change(prompt="from elsewhere", count=5, size=Size(320, 256), seed=9, seed_locked=True)
    assert desk.panel.words.prompt.field.toPlainText() == "from elsewhere"
    assert desk.panel.count.field.value == 5
    assert desk.panel.seed.field.field.text() == "9"
    assert desk.panel.seed.field.lock.isChecked()
    desk.document.undo_stack.undo()
    assert desk.document.recipe == Recipe(seed=desk.document.recipe.seed)
    assert desk.panel.count.field.value == 1


def test_undo_works_while_a_number_has_the_keyboard(qtbot, advanced):
    field = advanced.panel.steps.field.field
    replace_number(qtbot, field, "33")
    assert advanced.document.recipe.steps == 33
    qtbot.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert advanced.document.recipe.steps is None


def test_advanced_controls_come_into_view_when_they_are_asked_for(desk, qtbot):
    desk.window.resize(1280, 640)
    qtbot.mouseClick(desk.panel.advanced, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.panel.seed.visibleRegion().boundingRect() == desk.panel.seed.rect())
