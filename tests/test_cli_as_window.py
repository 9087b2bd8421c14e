"""One edit, asked for at the window and on the command line: the same plan, the same request, the same picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from studio.cli_edit import edited
from studio.cli_generate import expanded
from studio.document.document import Document
from studio.document.editing.expand import extended
from studio.document.editing.modes import possible
from studio.document.editing.run import EditRun
from studio.document.editing.without_document import edit_of
from studio.document.selecting import plane
from studio.request.events import Finished, Made, Picture
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.ui.editing import Edits
from tests.document.editing.test_prepare import red
from tests.pipelines import tiny
from tests.ui.fakes import SCENES_MODEL


@dataclass(frozen=True)
class Wish:
    """sides: left, top, right, bottom of an --expand. mask: what is white in a --mask."""

    size: Size
    mask: Rect | None = None
    soft: bool = False
    strength: float = 1.0
    sides: tuple[int, int, int, int] = (0, 0, 0, 0)


WISHES = {
    "a part made anew": Wish(Size(256, 200), Rect(80, 60, 70, 50)),
    "a part at the edge": Wish(Size(256, 200), Rect(0, 0, 60, 200)),
    "a part painted soft": Wish(Size(300, 256), Rect(40, 40, 200, 120), soft=True),
    "a part worked over": Wish(Size(256, 256), Rect(30, 30, 120, 90), strength=0.5),
    "one pixel": Wish(Size(200, 256), Rect(99, 77, 1, 1)),
    "a small part of a large picture": Wish(Size(1400, 900), Rect(700, 400, 60, 60)),
    "all of it, worked over": Wish(Size(256, 192), strength=0.4),
    "a large picture in pieces": Wish(Size(900, 500), strength=0.4),
    "an icon": Wish(Size(64, 64), strength=0.6),
    "one side larger": Wish(Size(256, 200), sides=(0, 0, 128, 0)),
    "all sides larger": Wish(Size(256, 200), sides=(40, 30, 20, 10)),
}


def mask_of(wish: Wish) -> np.ndarray:
    mask = np.zeros((wish.size.height, wish.size.width), np.uint8)
    area = wish.mask or Rect(0, 0, 0, 0)
    mask[area.y : area.bottom, area.x : area.right] = 255
    if wish.soft:
        mask[area.y : area.bottom, area.x : area.right] = np.linspace(0, 255, area.width).astype(np.uint8)
    return mask


def at_the_window(wish: Wish) -> tuple[Document, EditRun]:
    document = Document(SCENES_MODEL)
    document.set_source(tiny.photo(wish.size))
    document.change(prompt="a house", steps=10, seed=5, seed_locked=True, strength=wish.strength)
    if any(wish.sides):
        left, top, right, bottom = wish.sides
        width, height = wish.size.width + left + right, wish.size.height + top + bottom
        extended(document, Rect(-left, -top, width, height))
    elif wish.mask is not None:
        document.select(plane(mask_of(wish)))
    edits = Edits(document)
    return document, edits.begin(possible(edits.situation)[0])


def asked_by_command(wish: Wish, document: Document):
    """The request that the options amount to, and where the old picture lies in it."""
    source, old = tiny.photo(wish.size), None
    mask = None if wish.mask is None else Pixels(mask_of(wish)[..., None])
    if any(wish.sides):
        source, mask, old = expanded(source, None, wish.sides)
    plain = document.request()
    return replace(plain, size=source.size, source=source, mask=mask, strength=wish.strength), old


class RedPipeline:
    def run(self, request, report):
        picture = Picture(pixels=Pixels(red(request)), request=request, seconds=1.0)
        report(Made(0, picture))
        return Finished((picture,))


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES.keys())
def test_both_ways_lead_to_the_same_picture(wish: Wish, qapp):
    document, window = at_the_window(wish)
    request, old = asked_by_command(wish, document)
    command = edit_of(request, SCENES_MODEL.family, old)
    assert command.plan.passes == window.plan.passes
    assert (command.plan.context, command.plan.result) == (window.plan.context, window.plan.result)
    assert (command.plan.fill, command.plan.softness) == (window.plan.fill, window.plan.softness)
    for name in ("source", "mask", "size", "strength", "seed", "prompt"):
        assert getattr(command.request, name) == getattr(window.request, name), name

    after: EditRun | Pixels = window
    while isinstance(after, EditRun):
        made = Pixels(red(after.request))
        after = after.taken(made)
    document.apply_picture(Picture(pixels=after, request=request), window.plan.result)
    finished = edited(request, SCENES_MODEL.family, RedPipeline(), tiny.Notes(), old)
    shown = document.picture().array[..., :3].astype(int)
    assert np.abs(finished.pictures[0].pixels.array[..., :3] - shown).max() <= 2  # Qt rounds alpha in its own way
