"""A larger canvas around the picture, with what is new selected, ready to be made."""

from __future__ import annotations

import numpy as np

from studio.document.document import Document
from studio.document.selecting import plane
from studio.document.transforming import crop
from studio.request.geometry import Rect


def extended(document: Document, area: Rect) -> None:
    """Makes the canvas a rectangle that reaches beyond it and selects what was not there before; one step of undo.

    area: on the canvas as it is now; what it leaves out is cropped, as always. Raises BadInput for an impossible size.
    """
    before = Rect.of(document.size).intersection(area).translated(-area.x, -area.y)
    with document.step("Extend"):
        crop(document, area, "Extend")
        new = np.full((area.height, area.width), 255, np.uint8)
        new[before.y : before.bottom, before.x : before.right] = 0
        document.select(plane(new), "Select the new border")
