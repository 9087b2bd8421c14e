"""A larger picture: asked for beside the work, put on the canvas as one step of undo, or kept in the gallery."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from studio.library.entry import Entry
from studio.library.gallery.metadata import Metadata
from studio.library.recognition.recognised import Recognised
from studio.request.geometry import Size
from studio.request.upscaling import Method
from studio.ui.upscaling.wiring import Upscaling
from tests.ui.fakes import OTHER_MODEL, FakeModels, colour

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
LEFT = Qt.MouseButton.LeftButton
SHARP = Entry(found=Recognised(path=Path("models/4x-Sharp.safetensors"), kind="upscaler", format="safetensors"))


class Shelf(FakeModels):
    upscalers: tuple[Entry, ...] = ()

    def of_kind(self, *kinds):
        return self.upscalers if "upscaler" in kinds else ()


@pytest.fixture
def desk(desk_of):
    desk = desk_of(models=Shelf())
    desk.upscaling = Upscaling(desk.window)
    desk.document.set_source(colour(Size(64, 48)))
    return desk


def choose(choice, start):
    at = next(index for index in range(choice.count()) if choice.itemText(index).startswith(start))
    choice.setCurrentIndex(at)


def ask(desk):
    desk.window.table.run("picture.upscale")
    return desk.upscaling.panel


def bars(desk):
    return desk.window.page.notices.shown


def play(desk, job, shade=200):
    picture = desk.engine.make(job, pixels=colour(job.request.size, shade))
    desk.engine.finish(job, picture)
    return picture


def test_the_canvas_takes_the_size_of_the_larger_picture_as_one_step(qtbot, desk):
    before, steps = desk.document.picture(), desk.document.undo_stack.count()
    panel = ask(desk)
    assert not panel.isModal()
    choose(panel.factor, "3 times: 192 × 144 px")
    qtbot.mouseClick(panel.make, LEFT)
    assert desk.upscaling.panel is None
    request = desk.job.request
    assert (request.upscale.method, request.size, request.source) == (Method.LANCZOS, Size(192, 144), before)
    made = play(desk, desk.job)
    assert desk.document.size == Size(192, 144)
    assert desk.document.picture() == made.pixels
    assert desk.document.layers[0].tiles.bounds().width >= 192  # what lies below has grown, too
    assert not desk.window.candidates.items
    assert desk.document.undo_stack.count() == steps + 1
    qtbot.mouseClick(bars(desk)[-1].buttons[0], LEFT)
    assert desk.document.picture() == before


def test_what_was_painted_meanwhile_is_not_covered(qtbot, desk):
    panel = ask(desk)
    qtbot.mouseClick(panel.make, LEFT)
    desk.document.set_source(colour(Size(64, 48), 10))
    now = desk.document.picture()
    play(desk, desk.job)
    assert desk.document.picture() == now
    assert "has changed since" in bars(desk)[-1].sentence
    qtbot.mouseClick(bars(desk)[-1].buttons[0], LEFT)
    assert desk.document.size == Size(128, 96)


def test_only_what_can_be_had_is_offered_and_the_sentence_says_what_it_does(qtbot, desk):
    panel = ask(desk)
    assert [panel.method.itemText(each) for each in range(panel.method.count())] == ["Smooth (Lanczos)"]
    assert "add an upscaler" in panel.words.text()
    assert "draws a whole scene into each tile" in panel.words.text(), "why its model is not among the ways"
    desk.window.models.upscalers = (SHARP,)
    desk.document.set_model(OTHER_MODEL)
    panel = ask(desk)
    names = [panel.method.itemText(each) for each in range(panel.method.count())]
    assert names == ["Smooth (Lanczos)", "Upscaler: 4x-Sharp", "Finer detail by SDXL Base 1.0"]
    assert panel.method.currentIndex() == 1  # the sharpest that takes no model
    assert not panel.strength_row.isVisible()
    panel.method.setCurrentIndex(2)
    assert panel.strength_row.isVisible()
    assert panel.before_row.isVisible()


def test_diffusion_takes_words_strength_and_an_upscaler_before_it_and_is_remembered(qtbot, desk):
    desk.window.models.upscalers = (SHARP,)
    desk.document.set_model(OTHER_MODEL)
    desk.document.change(prompt="a red fox", negative="fog")
    panel = ask(desk)
    choose(panel.method, "Finer")
    choose(panel.before, "4x-Sharp")
    panel.strength.set_value(20)
    qtbot.mouseClick(panel.make, LEFT)
    request = desk.job.request
    assert (request.upscale.method, request.upscale.network) == (Method.DIFFUSION, "4x-Sharp")
    assert (request.prompt.text, request.negative.text, request.strength) == ("a red fox", "fog", 0.2)
    assert request.model == OTHER_MODEL.reference
    panel = ask(desk)
    assert panel.method.currentText().startswith("Finer")
    assert (panel.before.currentText(), panel.strength.value) == ("4x-Sharp", 20)


def test_a_picture_of_the_gallery_is_enlarged_at_once_and_stays_there(desk, tmp_path):
    path = tmp_path / "fox.png"
    Image.fromarray(np.full((48, 64, 3), 90, np.uint8)).save(path)
    item = type("Item", (), {"path": path})()
    before = desk.document.picture()
    desk.upscaling.asked("upscale 4", item, Metadata(source="plain", prompt="a fox"))
    request = desk.job.request
    assert (request.size, request.model.name) == (Size(256, 192), "Lanczos")
    job = desk.job
    desk.engine.step(job, 1)
    play(desk, job)
    assert desk.document.picture() == before
    assert not desk.window.candidates.items
    assert any("in the gallery, 256 × 192 pixels" in bar.sentence for bar in bars(desk))
    desk.upscaling.asked("upscale", item, Metadata(source="plain"))
    assert desk.upscaling.panel.windowTitle() == "Upscale fox"
    desk.upscaling.panel.close()


def test_the_stop_button_stops_it_and_nothing_comes_of_it(qtbot, desk):
    before = desk.document.picture()
    qtbot.mouseClick(ask(desk).make, LEFT)
    desk.engine.step(desk.job, 1)
    desk.window.generation.cancel()
    assert desk.engine.jobs == ()
    assert desk.document.picture() == before
    assert not desk.upscaling._going


def test_one_that_failed_and_is_tried_again_still_comes_to_the_canvas(qtbot, desk):
    qtbot.mouseClick(ask(desk).make, LEFT)
    desk.engine.fail(desk.job)
    qtbot.mouseClick(bars(desk)[-1].buttons[0], LEFT)
    play(desk, desk.job)
    assert desk.document.size == Size(128, 96)


def test_a_picture_that_is_as_large_as_can_be_says_so(desk, tmp_path):
    path = tmp_path / "wall.png"
    Image.fromarray(np.zeros((8000, 8000), np.uint8)).save(path)
    item = type("Item", (), {"path": path})()
    desk.upscaling.asked("upscale 2", item, Metadata(source="plain"))
    assert "too large" in bars(desk)[-1].sentence
    desk.upscaling.asked("upscale", item, Metadata(source="plain"))
    assert not desk.upscaling.panel.make.isEnabled()
    desk.upscaling.panel.close()
