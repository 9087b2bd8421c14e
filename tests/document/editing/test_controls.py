"""Pictures that steer are cut and scaled with what an edit sees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.document.controlling import Guiding, Steer
from studio.document.editing.modes import Mode
from studio.document.editing.plan import plan_edit
from studio.document.editing.run import EditRun, begin
from studio.document.editing.without_document import edit_of
from studio.request.control import Control
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from tests.document.editing.families import SCENES
from tests.document.editing.test_prepare import WISH, Canvas, red

STEER = Steer(name="lines")


def coordinates(size: Size):
    """A picture that tells of each of its pixels where it is."""
    y, x = np.mgrid[: size.height, : size.width]
    return np.dstack([x * 255 // size.width, y * 255 // size.height, np.zeros_like(x)]).astype(np.uint8)


def started(size: Size, area: Rect, *guiding: Guiding) -> EditRun:
    selection = np.zeros((size.height, size.width), np.uint8)
    selection[area.y : area.bottom, area.x : area.right] = 255
    canvas = Canvas(size, selection)

    def controls(rect: Rect):
        return tuple(each.cut(lambda picture: picture[rect.y : rect.bottom, rect.x : rect.right]) for each in guiding)

    plan = plan_edit(mode=Mode.FILL, canvas=size, selection=area, strength=1.0, family=SCENES)
    return begin(plan, replace(canvas.surface(), controls=controls), WISH)


def test_each_pass_sees_the_part_that_it_works_on():
    size, area = Size(1200, 900), Rect(100, 80, 900, 700)
    run: EditRun | Pixels = started(size, area, Guiding(STEER, coordinates(size)))
    places = set()
    while isinstance(run, EditRun):
        step, (control,) = run.prepared.step, run.request.controls
        assert control.picture.size == run.request.size
        middle = control.picture.array[control.picture.size.height // 2, control.picture.size.width // 2]
        expected = np.array(
            [(step.area.x + step.area.width / 2) / size.width, (step.area.y + step.area.height / 2) / size.height]
        )
        assert np.abs(middle[:2] / 255 - expected).max() < 0.02
        places.add(step.area)
        run = run.taken(Pixels(red(run.request)))
    assert len(places) > 1


def test_it_is_prepared_at_the_size_of_the_pass_and_a_reference_stays_whole():
    size, area = Size(600, 400), Rect(60, 60, 80, 80)
    picture = np.full((400, 600, 3), 240, np.uint8)
    picture[80:120, 80:120] = 10
    look = np.zeros((50, 70, 3), np.uint8)
    run = started(
        size,
        area,
        Guiding(replace(STEER, preprocessor="canny"), picture),
        Guiding(Steer(kind="ip-adapter", name="look"), look),
    )
    lines, reference = run.request.controls
    assert set(np.unique(lines.picture.array)) == {0, 255}
    assert dict(lines.settings) == {"low": 100, "high": 200}
    assert np.array_equal(reference.picture.array, look)


def test_beyond_the_canvas_the_border_is_carried_on():
    size = Size(200, 200)
    source, mask = Pixels(coordinates(Size(200, 200))), Pixels(np.full((200, 200, 1), 255, np.uint8))
    control = Control(kind="controlnet", name="lines", picture=Pixels(coordinates(size)))
    request = replace(WISH, size=size, source=source, mask=mask, controls=(control,))
    (cut,) = edit_of(request, SCENES).request.controls
    assert cut.picture.size == edit_of(request, SCENES).request.size
    assert cut.name == "lines"
    assert np.abs(cut.picture.array[0, 0].astype(int) - control.picture.array[0, 0]).max() < 4
