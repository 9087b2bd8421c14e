"""Control layers by hand: added, set, shown over the canvas, kept honest about what is not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu

from studio.document import layering
from studio.document.layers import CANVAS, OWN, ControlLayer, PaintLayer
from studio.document.placing import Making
from studio.document.resolve import fitted
from studio.library.entry import Entry
from studio.library.recognition.recognised import Recognised
from studio.request.errors import BadInput
from studio.request.events import Picture
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.ui.again import made_again
from studio.ui.dropping import drop
from studio.ui.live.wiring import Live
from tests.ui.canvas.hands import drag
from tests.ui.fakes import OTHER_MODEL, SCENES_MODEL, FakeModels

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
MODEL = replace(OTHER_MODEL, defaults=replace(OTHER_MODEL.defaults, size=Size(256, 256)))


def weights(name: str, kind: str = "controlnet", family: str = "sdxl") -> Entry:
    return Entry(found=Recognised(path=Path(f"{name}.safetensors"), kind=kind, family=family, format="safetensors"))


def box() -> Pixels:
    """A dark square on light ground."""
    array = np.full((256, 256, 3), 240, np.uint8)
    array[64:192, 64:192] = 20
    return Pixels(array)


@pytest.fixture
def models():
    models = FakeModels(SCENES_MODEL, MODEL)
    models.weights = (
        weights("xl_depth"),
        weights("xl_canny"),
        weights("sd15_canny", family="sd15"),
        weights("plus", "ip-adapter"),
    )
    return models


@pytest.fixture
def desk(desk_of, models):
    desk = desk_of(models=models)
    desk.document.set_source(box())
    desk.document.set_model(MODEL)
    desk.document.change(prompt="a house", strength=1.0)
    return desk


@pytest.fixture
def options(desk):
    return desk.window.panels.layers.control


def said(desk) -> str:
    return " ".join(notice.sentence for notice in desk.window.page.notices.shown)


def choose(choice, text):
    """As by a click on an entry."""
    choice.setCurrentIndex(choice.findText(text))
    choice.activated.emit(choice.currentIndex())


def canvas_pixels(desk) -> np.ndarray:
    image = desk.window.page.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


def bluish(pixels: np.ndarray) -> int:
    return int(((pixels[..., 2] - pixels[..., 0]) > 60).sum())


def test_from_the_canvas_with_the_weights_that_fit_best(desk, options):
    desk.window.table.run("layer.control_canvas")
    layer = desk.document.active
    assert isinstance(layer, ControlLayer)
    assert (layer.steer.name, layer.steer.preprocessor, layer.source) == ("xl_canny", "canny", CANVAS)
    assert options.isVisibleTo(desk.window.panels.layers)
    assert [options.weights.itemText(at) for at in range(options.weights.count())] == ["plus", "xl_canny", "xl_depth"]
    (control,) = desk.document.request().controls
    assert set(np.unique(control.picture.array)) == {0, 255}


def test_it_goes_to_the_engine_with_the_picture(desk):
    desk.window.table.run("layer.control_canvas")
    desk.window.table.run("picture.generate")
    (control,) = desk.job.request.controls
    assert (control.kind, control.name, control.weight) == ("controlnet", "xl_canny", 1.0)
    assert control.picture.size == desk.job.request.size


def test_all_is_set_by_hand_and_undone_step_by_step(desk, options, qtbot):
    desk.window.table.run("layer.control_canvas")
    layer, stack = desk.document.active, desk.document.undo_stack
    choose(options.weights, "xl_depth")
    assert (layer.steer.name, layer.steer.preprocessor) == ("xl_depth", "depth")  # which is what they want
    choose(options.prepare, "Edges (Canny)")
    options._settings["low"].field.setValue(40)
    assert dict(layer.steer.settings) == {"low": 40}
    options.weight.field.setValue(60)
    options.end.setValue(50)
    assert (layer.steer.weight, layer.steer.end) == (0.6, 0.5)
    options.start.setFocus()
    options.start.setValue(70)  # pushes the end on
    assert (layer.steer.start, layer.steer.end) == (0.7, 0.71)
    choose(options.prepare, "Depth map")
    qtbot.mouseClick(options._settings["invert"], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert dict(layer.steer.settings) == {"invert": 1}
    while layer.steer.name != "xl_canny":
        stack.undo()
    assert (layer.steer.preprocessor, layer.steer.weight) == ("canny", 1.0)
    assert options.weights.currentText() == "xl_canny"


def test_what_is_followed_is_shown_over_the_canvas_until_it_is_switched_off(desk, options, qtbot):
    before = canvas_pixels(desk)
    desk.window.table.run("layer.control_canvas")
    qtbot.waitUntil(lambda: bluish(canvas_pixels(desk)) > 100)
    assert desk.document.picture() == box()  # it is no part of the picture
    options.overlay.click()
    qtbot.waitUntil(lambda: np.array_equal(canvas_pixels(desk), before))
    options.overlay.click()
    qtbot.waitUntil(lambda: bluish(canvas_pixels(desk)) > 100)
    desk.document.active.visible = True
    desk.window.table.run("layer.show")  # hides it
    qtbot.waitUntil(lambda: np.array_equal(canvas_pixels(desk), before))


def test_it_steps_aside_while_a_made_picture_is_looked_at(desk, qtbot):
    desk.window.table.run("layer.control_canvas")
    qtbot.waitUntil(lambda: bluish(canvas_pixels(desk)) > 100)
    canvas = desk.window.page.canvas
    canvas.show_preview(Pixels(np.full((64, 64, 3), 90, np.uint8)), Rect(0, 0, 128, 128))
    qtbot.waitUntil(lambda: bluish(canvas_pixels(desk)) == 0)
    canvas.clear_preview()
    qtbot.waitUntil(lambda: bluish(canvas_pixels(desk)) > 100)


def test_a_sketch_drawn_on_it_is_followed(desk, options):
    desk.window.table.run("layer.control_draw")
    layer = desk.document.active
    assert layer.source == OWN
    assert desk.document.request().controls == ()  # nothing is drawn yet
    canvas = desk.window.page.canvas
    canvas.tools.choose("brush")
    canvas.actual_size()
    drag(canvas, (60, 60), (180, 60))
    choose(options.prepare, "Scribble")
    (control,) = desk.document.request().controls
    scale = control.picture.size.width / 256  # which is as small as the model can
    assert control.picture.array[round(60 * scale), round(120 * scale)].min() == 255
    assert control.picture.array[round(200 * scale), round(120 * scale)].max() == 0
    choose(options.source, "The canvas")
    drag(canvas, (60, 90), (180, 90))
    assert "looks at something else" in said(desk)


def test_another_layer_or_a_file_can_be_looked_at(desk, options, tmp_path):
    desk.window.table.run("layer.control_canvas")
    layer = desk.document.active
    picture = next(each for each in desk.document.layers if isinstance(each, PaintLayer))
    choose(options.source, picture.name)
    assert layer.source == picture.id
    Image.fromarray(np.full((100, 200, 3), 77, np.uint8)).save(tmp_path / "flat.png")
    desk.window.controls.take(layer, tmp_path / "flat.png")
    choose(options.prepare, "As it is")
    assert layer.source == OWN
    assert (desk.document.request().controls[0].picture.array == 77).all()
    desk.document.undo_stack.undo()
    desk.document.undo_stack.undo()
    assert layer.source == picture.id


@pytest.mark.parametrize(
    ("title", "kind"), [("A control to follow", "controlnet"), ("A reference to be like", "ip-adapter")]
)
def test_a_dropped_picture_can_become_one(title, kind, desk, options, tmp_path):
    Image.fromarray(box().array).save(tmp_path / "cottage.png")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "cottage.png"))])
    assert drop(desk.window.incoming, desk.document, data, desk.window.page, QPoint(9, 9))
    menu = desk.window.page.findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.text() == title).trigger()
    layer = desk.document.active
    assert (layer.name, layer.steer.kind) == ("cottage", kind)
    if kind == "ip-adapter":
        assert "needs the image encoder CLIP ViT-H" in options.note.text()
        assert not options.prepare.isVisibleTo(options)


def test_the_model_that_cannot_says_so_plainly_instead_of_offering_it(desk):
    desk.document.set_model(SCENES_MODEL)
    desk.window.panels.layers.control_wanted.emit()
    assert "Scenes cannot follow pictures: there are no control weights for it." in said(desk)
    assert not any(isinstance(each, ControlLayer) for each in desk.document.layers)
    with pytest.raises(BadInput, match="cannot follow pictures"):
        desk.window.controls.add_picture(box(), "box", True)


def test_what_does_not_fit_any_more_is_left_out_and_named(desk, options, models):
    desk.window.table.run("layer.control_canvas")
    assert "Follows Control 1." in desk.window.edits.words
    desk.document.set_model(SCENES_MODEL)
    assert desk.document.request().controls == ()
    assert "cannot follow pictures" in options.note.text()
    assert "Leaves out Control 1" in desk.window.edits.words
    desk.document.set_model(MODEL)
    models.weights = ()
    desk.window.controls.refresh()
    assert options.note.text() == "xl_canny is not on this machine any more."


def test_without_any_weights_it_says_where_they_are_to_be_had(desk, options, models):
    models.weights = ()
    desk.window.table.run("layer.control_canvas")
    assert "There are no control weights for Stable Diffusion XL among your models." in options.note.text()
    assert "on Hugging Face" in options.note.text()
    assert desk.document.request().controls == ()
    models.weights = (weights("xl_canny"),)
    desk.window.controls.refresh()
    assert options.weights.currentText() == "Choose weights"
    choose(options.weights, "xl_canny")
    assert len(desk.document.request().controls) == 1
    assert not options.note.isVisibleTo(options)


def test_live_follows_it_too(desk, qtbot):
    live = Live(desk.window)
    desk.document.set_model(MODEL)
    desk.window.table.run("layer.control_canvas")
    desk.document.change(strength=0.6)
    desk.window.table.run("live.toggle")
    qtbot.waitUntil(lambda: bool(desk.engine.drafts))
    assert [each.name for each in desk.engine.drafts[-1].request.controls] == ["xl_canny"]
    assert live is not None


def test_a_layer_made_again_follows_what_lies_below_it_not_itself(desk):
    document = desk.document
    desk.window.table.run("layer.control_canvas")
    control = document.active
    layering.change(document, control, "As it is", steer=replace(control.steer, preprocessor=""))
    white = Pixels(np.full((256, 256, 3), 255, np.uint8))
    making = Making(candidates=(white,), mode="FILL", selection=Pixels(np.full((256, 256, 1), 255, np.uint8)))
    request = replace(document.request(), controls=())
    made = document.apply_picture(
        Picture(pixels=fitted(white, request.size), request=request), Rect(0, 0, 256, 256), making
    )
    assert document.request().controls[0].picture.array.min() == 255  # it is seen on the canvas
    run = made_again(document, made, "a barn")
    assert run.request.controls[0].picture.array.min() < 30  # the dark square below it
