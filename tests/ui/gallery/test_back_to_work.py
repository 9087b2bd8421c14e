"""From a picture back to work, in the real window."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu

from studio.document.control_layers import controls_in
from studio.document.enlarging import Wish
from studio.document.images import view
from studio.document.layers import MaskLayer, PaintLayer
from studio.library.gallery.lineage import lineage_of
from studio.request.control import Control
from studio.request.events import Finished, Picture
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.request import Attachment, Prompt
from studio.request.sampling import Algorithm, Sampler, Schedule
from studio.request.upscaling import Method, Upscale
from studio.ui.gallery.modes import Mode
from studio.ui.gallery.recalling import SETTINGS
from studio.ui.gallery_wiring import furnish_gallery
from studio.ui.window_pages import CANVAS, GALLERY
from tests.library.gallery.requests import picture
from tests.ui.fakes import OTHER_MODEL, SCENES_MODEL, colour
from tests.ui.gallery.conftest import SPECIMENS, select

SIZE = Size(256, 192)
POPUP = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def made(prompt="a lighthouse", seed=42, value=120, **changes):
    """A picture that the model of the window has made."""
    values = {"model": SCENES_MODEL.reference, "size": SIZE, "steps": 12, "guidance": 3.0} | changes
    request = replace(picture(prompt, seed=seed).request, **values)
    return Picture(pixels=colour(request.size, value), request=request, seconds=1.0)


@pytest.fixture
def work(qtbot, desk_of, gallery):
    """The window with its gallery open, one picture in it and selected."""
    gallery.keep(made())
    views = []

    def make():
        views.append(furnish_gallery(desk.window, gallery))
        return views[-1]

    desk = desk_of(gallery=make)
    desk.window.go_to(GALLERY)
    view = views[0]
    qtbot.waitSignal(view.work.scanned).wait()
    select(view, 0)
    desk.view, desk.gallery = view, gallery
    yield desk
    view.shut()


def said(desk):
    return " ".join(notice.sentence for notice in desk.view.notices.shown)


def test_a_new_picture_appears_at_once_with_its_thumbnail_from_memory(qtbot, work, monkeypatch):
    monkeypatch.setattr("studio.library.gallery.gallery.thumbnail_of_file", lambda path: pytest.fail("decoded"))
    work.gallery.keep(made("a fox"))
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    item = work.view.model.item(0)
    assert item.prompt == "a fox"
    qtbot.waitUntil(lambda: work.view.model.thumbnail(item) is not None)
    assert not work.view.model.known_bad(item)


def test_all_settings_are_taken_over_as_one_step(work):
    work.view.recall(frozenset(("prompt", "negative", "seed", "steps", "sampler", "guidance", "size", "model")))
    recipe = work.document.recipe
    assert (recipe.prompt, recipe.negative, recipe.seed, recipe.seed_locked) == ("a lighthouse", "blur", 42, True)
    assert (recipe.steps, recipe.guidance, recipe.size) == (12, 3.0, SIZE)
    assert recipe.sampler == Sampler(Algorithm.DPMPP_2M, Schedule.KARRAS)
    assert work.window.workspace == CANVAS
    assert work.window.prompt.words.prompt.field.toPlainText() == "a lighthouse"
    work.document.undo_stack.undo()
    assert work.document.recipe.prompt == ""


def test_the_picture_codec_comes_with_the_model(qtbot, work):
    work.document.change(codec="another")
    work.view.recall(frozenset(("model",)))
    assert work.document.recipe.codec == ""
    work.gallery.keep(made("finer", attachments=(Attachment(kind="vae", name="fine"),)))
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    select(work.view, 0)
    work.view.recall(frozenset(("model",)))
    assert work.document.recipe.codec == "fine"


def followed(name="control_canny"):
    lines = np.zeros((768, 1024, 3), np.uint8)
    lines[60:64] = 255
    control = Control(kind="controlnet", name=name, picture=Pixels(lines), preprocessor="canny", weight=0.7, end=0.8)
    model = OTHER_MODEL.reference
    return made("by lines", controls=(control,), model=model, size=Size(1024, 768)), lines


def show_followed(qtbot, work):
    kept, lines = followed()
    work.gallery.keep(kept)
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    select(work.view, 0)
    return lines


def test_what_the_picture_followed_comes_back_as_a_control_layer(qtbot, work):
    lines = show_followed(qtbot, work)
    active = work.document.active
    work.view.recall(frozenset(SETTINGS))
    (layer,) = controls_in(work.document.layers)
    assert (layer.steer.name, layer.steer.weight, layer.steer.end) == ("control_canny", 0.7, 0.8)
    assert work.document.active is active
    (again,) = work.document.request().controls
    assert np.array_equal(again.picture.array[..., :3], lines)
    work.view.recall(frozenset(SETTINGS))
    assert len(list(controls_in(work.document.layers))) == 1
    work.document.undo_stack.undo()
    work.document.undo_stack.undo()
    assert list(controls_in(work.document.layers)) == []
    assert work.document.recipe.prompt == ""


def test_what_it_followed_is_said_when_it_is_gone(qtbot, work):
    show_followed(qtbot, work)
    for path in work.gallery.sources._folder.rglob("*.png"):
        path.unlink()
    work.view.recall(frozenset(SETTINGS))
    assert list(controls_in(work.document.layers)) == []
    assert work.document.recipe.prompt == "by lines"
    assert "What the picture followed cannot be brought back." in said(work)


def test_one_setting_is_taken_over_and_the_gallery_stays(work):
    work.document.change(prompt="my own words")
    work.view.recall(frozenset(("seed",)))
    assert (work.document.recipe.seed, work.document.recipe.prompt) == (42, "my own words")
    assert work.window.workspace == GALLERY
    [notice] = work.view.notices.shown
    assert notice.sentence == "Seed taken over."
    notice.buttons[0].click()
    assert work.window.workspace == CANVAS


def test_remix_takes_all_but_the_seed(work):
    work.document.change(seed=7)
    work.view.ask("remix")
    recipe = work.document.recipe
    assert (recipe.prompt, recipe.steps, recipe.seed_locked) == ("a lighthouse", 12, False)
    assert recipe.seed != 42


def test_what_cannot_be_taken_over_is_said(qtbot, work):
    work.gallery.bring_in(SPECIMENS / "a1111.png")
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    row = next(row for row in range(2) if work.view.model.item(row).source == "a1111")
    select(work.view, row)
    work.view.recall(frozenset(("model",)))
    assert "is not on this machine" in said(work)
    assert work.document.model == SCENES_MODEL
    work.view.recall(frozenset(("prompt", "seed")))
    assert work.document.recipe.prompt == work.view.model.item(row).prompt


def test_vary_exchanges_a_part_of_the_noise(work):
    work.view.ask("vary")
    request = work.job.request
    assert (request.prompt, request.size, request.seed, request.count) == (Prompt.plain("a lighthouse"), SIZE, 42, 4)
    assert request.source is None
    assert 0 < request.variation.strength < 1
    assert request.variation.seed != 42
    assert "variations are being made" in said(work)


def test_vary_starts_from_a_picture_whose_model_is_not_here(qtbot, work):
    work.gallery.keep(made("of another model", model=replace(SCENES_MODEL.reference, name="gone")))
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    select(work.view, 0)
    work.view.ask("vary")
    request = work.job.request
    assert request.model == SCENES_MODEL.reference
    assert request.prompt.text == "of another model"
    assert request.source == colour(SIZE)
    assert 0 < request.strength < 1


def test_vary_works_with_pictures_of_other_programs(qtbot, work):
    work.gallery.bring_in(SPECIMENS / "plain.png")
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    select(work.view, next(row for row in range(2) if work.view.model.item(row).source == "plain"))
    work.view.ask("vary")
    assert work.job.request.model == SCENES_MODEL.reference
    assert work.job.request.source is not None
    assert min(work.job.request.size) >= SCENES_MODEL.family.smallest_side


def again(work, pixels):
    """Makes the selected picture again; the engine answers with these pixels."""
    work.view.ask("again")
    job = work.job
    result = Picture(pixels=pixels, request=job.request, seconds=1.0)
    path = work.gallery.keep(result)
    work.engine.make(job, pixels=pixels, path=path)
    work.engine.tell(job, Finished((result,)))
    return job


def test_make_again_says_that_it_came_out_identical_and_keeps_one(qtbot, work):
    job = again(work, colour(SIZE))
    assert job.request == made().request
    assert "identical, to the last bit" in said(work)
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 1)


def test_make_again_names_what_differs(qtbot, work):
    work.gallery.machine = {"device": "GeForce"}
    again(work, colour(SIZE, 121))
    notice = work.view.notices.shown[-1]
    assert notice.sentence == "It came out different: device was CPU, now GeForce."
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    notice.buttons[0].click()
    assert work.view.viewing
    assert work.view.viewer.mode is Mode.DIFFERENCE


def test_make_again_names_a_lora_that_is_another_file_now(qtbot, work):
    def lora(digest):
        return SimpleNamespace(kind="lora", name="Ink", hashes=SimpleNamespace(sha256=digest))

    worn = (Attachment(kind="lora", name="ink", digest="a" * 64), Attachment(kind="lora", name="gone", digest="b" * 64))
    work.gallery.keep(made("inked", attachments=worn))
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    select(work.view, 0)
    models = work.window.models
    models.weights = (lora("c" * 64),)
    again(work, colour(SIZE, 121))
    assert "the LoRA ink is not the same file" in work.view.notices.shown[-1].sentence
    models.weights = (lora("a" * 64), lora("c" * 64))
    work.view.grid.choose(work.view.model.row_of(2))
    again(work, colour(SIZE, 122))
    assert "not the same file" not in work.view.notices.shown[-1].sentence


def test_make_again_says_that_its_model_is_missing(qtbot, work):
    gone = replace(SCENES_MODEL.reference, name="gone")
    work.gallery.keep(made("another", model=gone))
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    select(work.view, 0)
    work.view.ask("again")
    assert work.engine.jobs == ()
    assert "the model gone is not on this machine" in said(work)


def test_a_picture_that_was_enlarged_knows_where_it_comes_from_and_is_made_again_without_a_model(qtbot, work):
    wish = Wish(
        upscale=Upscale(method=Method.LANCZOS),
        size=SIZE.scaled(2),
        model=SCENES_MODEL,
        prompt=Prompt.plain(""),
        negative=Prompt.plain(""),
    )
    large = colour(wish.size)
    request = wish.request(made().pixels, 0)
    work.gallery.keep(Picture(pixels=large, request=request))
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    select(work.view, 0)
    assert work.view.metadata().kind == "upscale"
    assert work.view.metadata().others["Enlarged by"] == "Lanczos"
    assert [each.prompt for each in lineage_of(work.gallery.store, work.view.current.id).before] == ["a lighthouse"]
    assert again(work, large).request == request
    assert "identical, to the last bit" in said(work)


def test_make_again_says_that_its_source_is_gone(qtbot, work):
    path = work.gallery.keep(made("edited", source=colour(SIZE, 9), strength=0.5))
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    for file in (work.gallery.folder / ".sfumato" / "sources").rglob("*.png"):
        file.unlink()
    select(work.view, 0)
    assert work.view.current.path == path
    work.view.ask("again")
    assert work.engine.jobs == ()
    assert "A source picture that these settings need is gone." in said(work)


def test_a_job_of_the_gallery_that_fails_says_so_here(work):
    work.view.ask("vary")
    work.engine.fail(work.job)
    assert "too little memory" in said(work)


def test_a_picture_goes_on_the_canvas_to_start_from(work):
    work.view.send("source")
    assert work.window.workspace == CANVAS
    assert work.document.size == SIZE
    assert work.document.picture() == colour(SIZE)
    assert work.document.recipe.strength < 1


def test_a_picture_goes_on_the_canvas_as_a_layer(work):
    work.document.set_source(colour(Size(512, 512), 10), "Below")
    work.document.change(strength=1.0)
    work.view.send("layer")
    layer = work.document.active
    assert isinstance(layer, PaintLayer)
    assert work.document.size == Size(512, 512)
    assert (layer.bounds().width, layer.bounds().height) == SIZE
    assert work.document.recipe.strength == 1.0
    work.document.undo_stack.undo()
    assert [layer.name for layer in work.document.layers] == ["Below"]


def test_a_picture_goes_on_the_canvas_as_a_mask(work, qtbot):
    half = np.zeros((64, 64, 3), np.uint8)
    half[:, 32:] = 255
    work.gallery.keep(Picture(pixels=Pixels(half), request=made("half", size=Size(64, 64)).request))
    qtbot.waitUntil(lambda: work.view.model.rowCount() == 2)
    select(work.view, 0)
    work.document.set_source(colour(Size(128, 128)), "Below")
    work.view.send("mask")
    mask = work.document.active
    assert isinstance(mask, MaskLayer)
    coverage = view(mask.tiles.read(Rect(0, 0, 128, 128)))
    assert (coverage[:, :60] == 0).all()
    assert (coverage[:, 68:] == 255).all()


def drag(work, paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    page = work.window.page
    actions = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(300, 300), *actions)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(page, QDropEvent(QPointF(300, 300), *actions))
    return page


def test_what_is_dropped_on_an_empty_canvas_is_what_to_start_from(work):
    work.window.go_to(CANVAS)
    drag(work, [work.view.model.item(0).path])
    assert work.document.picture() == colour(SIZE)


@POPUP
@pytest.mark.parametrize(("title", "kind"), [("A new layer", PaintLayer), ("A mask of what to make anew", MaskLayer)])
def test_what_is_dropped_on_a_picture_becomes_what_is_chosen(work, title, kind):
    work.document.set_source(colour(Size(512, 512), 10), "Below")
    work.window.go_to(CANVAS)
    before = len(work.document.layers)
    page = drag(work, [work.view.model.item(0).path])
    [menu] = [menu for menu in page.findChildren(QMenu) if menu.isVisible()]
    next(action for action in menu.actions() if action.text() == title).trigger()
    menu.close()
    assert len(work.document.layers) == before + 1
    assert isinstance(work.document.active, kind)


def test_a_workspace_opens_under_what_is_dragged(qtbot, work):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(work.view.model.item(0).path))])
    segment = work.window._switch._group.button(CANVAS)
    actions = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(segment, QDragEnterEvent(QPoint(5, 5), *actions))
    qtbot.waitUntil(lambda: work.window.workspace == CANVAS, timeout=2000)


def test_undo_belongs_to_the_gallery_while_it_is_shown(qtbot, work):
    work.document.change(prompt="words")
    work.window.table.refresh()
    work.view.acts.rate(work.view.selected, 4)
    work.window.table.run("edit.undo")
    assert work.view.selected[0].rating == 0
    assert work.document.recipe.prompt == "words"
    work.window.go_to(CANVAS)
    assert work.window.table.qt("edit.undo").isEnabled()


def test_the_size_of_the_cells_is_remembered(work):
    work.view.set_cell(300)
    assert work.preferences.now.gallery_cell == 300
