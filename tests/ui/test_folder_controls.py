"""A folder worked over while controls are on the canvas: each picture is followed, or always the same one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.document import layering
from studio.document.control_layers import control_layer_of
from studio.document.controlling import Steer
from studio.document.following import Follower
from studio.document.recipe import Recipe
from studio.library.entry import Entry
from studio.library.recognition.recognised import Recognised
from studio.request.control import SEEN
from studio.request.family import Ability
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.ui.series.folder import FolderWish
from studio.ui.series.wiring import MakingMore
from tests.ui.fakes import OTHER_MODEL, SCENES_MODEL, FakeEngine, FakeModels, colour

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
MODEL = replace(OTHER_MODEL, defaults=replace(OTHER_MODEL.defaults, size=Size(256, 256)))
SIZE = Size(256, 192)


def square(at: int) -> Pixels:
    """A dark square on light ground, so far from the left."""
    array = np.full((SIZE.height, SIZE.width, 3), 240, np.uint8)
    array[64:128, at : at + 64] = 20
    return Pixels(array)


def folder_of(tmp_path, *pictures: Pixels) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, each in enumerate(pictures):
        Image.fromarray(each.array).save(folder / f"{number}.png")
    return folder


def desk_with(desk_of, tmp_path, engine=None):
    models = FakeModels(SCENES_MODEL, MODEL)
    models.weights = tuple(
        Entry(found=Recognised(path=Path(f"{name}.safetensors"), kind=kind, family="sdxl", format="safetensors"))
        for name, kind in (("xl_canny", "controlnet"), ("plus", "ip-adapter"))
    )
    desk = desk_of(models=models, engine=engine, show=False)
    desk.more = MakingMore(desk.window, lambda path: path, tmp_path / "runs")
    return desk


@pytest.fixture
def desk(desk_of, tmp_path):
    desk = desk_with(desk_of, tmp_path)
    desk.document.set_source(square(0))
    desk.document.set_model(MODEL)
    return desk


def play(desk):
    job = desk.engine.jobs[0]
    desk.engine.finish(job, desk.engine.make(job))
    return job.request


def left_of_lines(control) -> float:
    """In pixels of the picture as it came."""
    found = np.nonzero(control.picture.array[..., 0].any(0))[0][0]
    return float(found) * SIZE.width / control.picture.size.width


def add(desk, layer) -> None:
    desk.document.add_layer(layer, "Add control")


def said(desk) -> str:
    return " ".join(notice.sentence for notice in desk.window.page.notices.shown)


def test_a_control_that_looks_at_the_canvas_follows_each_picture(desk, tmp_path):
    desk.window.table.run("layer.control_canvas")
    desk.document.change(strength=0.5)
    desk.more.folders.begin(folder_of(tmp_path, square(60), square(120)))
    requests = [play(desk), play(desk)]
    assert [len(request.controls) for request in requests] == [1, 1]
    assert [left_of_lines(request.controls[0]) for request in requests] == pytest.approx([60, 120], abs=2)
    assert "Each picture of the folder is followed by xl_canny." in said(desk)
    assert [request.source is not None for request in requests] == [True, True]
    assert [request.controls[0].origin for request in requests] == [square(60).digest, square(120).digest]


def test_at_full_strength_only_what_is_followed_is_left_of_a_picture(desk, tmp_path):
    desk.window.table.run("layer.control_canvas")
    desk.document.change(strength=1.0)
    desk.more.folders.begin(folder_of(tmp_path, square(60)))
    assert "Nothing else is left of them at full strength." in said(desk)
    request = play(desk)
    assert request.source is None
    assert abs(left_of_lines(request.controls[0]) - 60) <= 2


def test_a_control_with_a_picture_of_its_own_keeps_it_in_any_shape(desk, tmp_path):
    steer = Steer(kind="controlnet", name="xl_canny", family="sdxl")
    add(desk, control_layer_of(colour(SIZE, 90), desk.document.size, "Pose", steer))
    desk.document.change(strength=0.5)
    tall = Pixels(np.full((256, 192, 3), 10, np.uint8))
    desk.more.folders.begin(folder_of(tmp_path, square(60), tall))
    for upright in (False, True):
        request = play(desk)
        (control,) = request.controls
        assert control.picture.size == request.size
        assert (request.size.height > request.size.width) is upright
        assert np.array_equal(control.picture.array[40, 40], colour(SIZE, 90).array[40, 40])


def test_a_hidden_control_does_not_count(desk, tmp_path):
    desk.window.table.run("layer.control_canvas")
    layering.change(desk.document, desk.document.active, "Hide", visible=False)
    desk.more.folders.begin(folder_of(tmp_path, square(60)))
    request = play(desk)
    assert request.controls == ()
    assert request.source is not None


def test_the_next_start_goes_on_with_the_same_controls(desk_of, desk, tmp_path):
    steer = Steer(kind="controlnet", name="xl_canny", family="sdxl")
    add(desk, control_layer_of(colour(SIZE, 90), desk.document.size, "Pose", steer))
    desk.window.table.run("layer.control_canvas")
    desk.document.change(strength=1.0)
    desk.more.folders.begin(folder_of(tmp_path, *(square(20 * at) for at in range(1, 6))))
    first = play(desk)
    unfinished = desk.engine.jobs
    desk.more.folders.shut()
    engine = FakeEngine()
    engine.leave_over(*unfinished)
    later = desk_with(desk_of, tmp_path, engine)
    later.window.telling.offer_left_over()
    (notice,) = later.window.page.notices.shown
    next(button for button in notice.buttons if button.text() == "Continue").click()
    requests = [first]
    while later.engine.jobs:
        requests.append(play(later))
    assert len({request.controls[0].picture.digest for request in requests}) == 1
    found = [left_of_lines(request.controls[1]) for request in requests]
    assert all(abs(here - 20 * at) <= 2 for at, here in enumerate(found, 1))


def test_a_model_that_edits_by_instruction_edits_each_picture(desk, tmp_path):
    desk.document.set_model(
        replace(MODEL, family=replace(MODEL.family, abilities=MODEL.family.abilities | {Ability.INSTRUCT}))
    )
    desk.document.change(prompt="make it winter", strength=1.0)
    desk.more.folders.begin(folder_of(tmp_path, square(60)))
    request = play(desk)
    assert request.strength == 1.0, "it looks at the picture and does not paint over it"
    assert request.source is not None
    desk.document.change(strength=0.5)
    desk.more.folders.begin(tmp_path / "photos")
    assert play(desk).strength == 0.5


def test_a_picture_that_the_model_itself_looks_at_is_told_so():
    family = replace(MODEL.family, controls=(*MODEL.family.controls, SEEN))
    follower = Follower(Steer(kind=SEEN), square(60))
    wish = FolderWish(
        Recipe(strength=0.5), replace(MODEL, family=family), [Path("a.png")], lambda _: square(0), [follower]
    )
    assert wish.following == "The picture on the canvas is followed by the model itself, for all of them."
    (control,) = wish.ask(0).controls
    assert control.picture.size == SIZE, "it is looked at as a whole"
