"""One fixed picture, and what each mode makes of it with the embedded model: small, to be compared with kept ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image

from studio.document import layering
from studio.document.document import Document
from studio.document.editing.expand import extended
from studio.document.editing.modes import Mode
from studio.document.editing.run import EditRun
from studio.document.selecting import plane
from studio.document.ways_on import STRONG
from studio.library.models import Models
from studio.request.course import Variation
from studio.request.events import Picture
from studio.request.geometry import Rect
from studio.request.pipeline import Pipeline
from studio.request.pixels import Array, Pixels
from studio.ui.editing import ON_CANVAS, Edits
from tests.pipelines.tiny import Notes

FOLDER = Path(__file__).parent / "golden"
SIDE = 64  # pixels of a kept picture
HOUSE = Rect(90, 110, 80, 70)


@dataclass(frozen=True)
class Case:
    """What an artist asks for. area: selected. recipe: of the document. before: what is done first."""

    mode: Mode
    prompt: str
    area: Rect | None = None
    recipe: dict[str, object] = field(default_factory=dict)
    before: Callable[[Document], object] = lambda document: None


def with_region(document: Document) -> None:
    layering.add_region(document, "a red house")
    document.select(None)


def two_parts(document: Document) -> None:
    mask = np.zeros((256, 256), np.uint8)
    mask[100:150, 20:80] = mask[120:180, 150:220] = 255
    document.select(plane(mask))


CUSTOM = {"fill": "neutral", "context": "whole", "seamless": False}
CASES = (
    Case(Mode.GENERATE, "a lake and mountains at sunset"),
    Case(Mode.REFINE, "a lake in winter, snow", recipe={"strength": 0.5}),
    Case(Mode.FILL, "a red house", HOUSE),
    Case(Mode.EXPAND, "hills", before=lambda document: extended(document, Rect(-32, 0, 320, 256))),
    Case(Mode.ADD, "a big tree", HOUSE),
    Case(Mode.REMOVE, "", Rect(75, 85, 45, 45)),
    Case(Mode.REPLACE_BACKGROUND, "a desert at noon", HOUSE),
    Case(Mode.VARIATIONS, "a forest in autumn"),
    Case(Mode.REFINE_REGION, "hills", HOUSE, {"strength": 0.75}, with_region),
    Case(Mode.DETAIL, "a house", recipe={"strength": 0.5}, before=two_parts),
    Case(Mode.CUSTOM, "a red house", HOUSE, CUSTOM),
)


def scene() -> Pixels:
    """A lake at sunset, 256 × 256, that stays what it is whatever becomes of the model."""
    return Pixels(np.asarray(Image.open(FOLDER / "scene.png").convert("RGB")).copy())


def begun(case: Case, models: Models) -> Document:
    """The document, as it is when the button is pressed."""
    document = Document(models.default())
    document.set_source(scene())
    document.change(prompt=case.prompt, strength=1.0, steps=4, seed=11, seed_locked=True)
    if case.area is not None:
        mask = np.zeros((256, 256), np.uint8)
        mask[case.area.y : case.area.bottom, case.area.x : case.area.right] = 255
        document.select(plane(mask))
    case.before(document)
    document.change(**case.recipe)
    return document


def made(case: Case, document: Document, pipeline: Pipeline) -> Array:
    """The canvas after the result was put on it: height × width × 3."""
    if case.mode not in ON_CANVAS:
        request = document.request()
        if case.mode is Mode.VARIATIONS:
            request = replace(request, variation=Variation(seed=77, strength=STRONG))
        (picture,) = pipeline.run(request, Notes(draft=True)).pictures
        return picture.pixels.array
    after: EditRun | Pixels = Edits(document).begin(case.mode)
    while isinstance(after, EditRun):
        run = after
        (picture,) = pipeline.run(run.request, Notes(draft=True)).pictures
        after = run.taken(picture.pixels)
    document.apply_picture(Picture(pixels=after, request=picture.request), run.plan.result)
    return document.picture().array[..., :3]


def small(picture: Array) -> Array:
    """64 × 64, each pixel the mean of what it covers."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(picture)).resize((SIDE, SIDE), Image.Resampling.BOX))


def path_of(case: Case) -> Path:
    return FOLDER / f"{case.mode.name.lower().replace('_', '-')}.png"
