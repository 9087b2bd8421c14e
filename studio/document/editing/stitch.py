"""The first pixels of a new border: what lies at the old edge, mirrored, going over into what was made.

So texture and lines run on across the edge of a picture that was extended, though not one old pixel is touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.document.opencv import cv
from studio.request.pixels import Array

Places = npt.NDArray[np.intp]
WIDTH = 14  # pixels


@dataclass(frozen=True, eq=False)
class Stitch:
    """rows, columns: of the pixels beside the old edge. colours: n × 3, mirrored. share: n × 1, of what was made."""

    rows: Places
    columns: Places
    colours: Array
    share: npt.NDArray[np.float32]

    @classmethod
    def of(cls, below: Array) -> Stitch | None:
        """below: height × width × 4, clear where nothing lies below. None when there is no edge to go over."""
        there = below[..., 3] > 0
        if there.all() or not there.any():
            return None
        distance, labels = cv().distanceTransformWithLabels(
            (~there).astype(np.uint8), cv().DIST_L2, 5, labelType=cv().DIST_LABEL_PIXEL
        )
        rows, columns = np.nonzero((distance > 0) & (distance <= WIDTH))
        known = np.nonzero(there)
        place = np.zeros((int(labels.max()) + 1, 2), np.intp)
        place[labels[known]] = np.stack(known, axis=1)
        nearest = place[labels[rows, columns]]
        here = np.stack((rows, columns), axis=1)
        mirrored = np.clip(2 * nearest - here, 0, np.array(there.shape) - 1)
        found = there[mirrored[:, 0], mirrored[:, 1]][:, None]
        source = np.where(found, mirrored, nearest)
        way = (distance[rows, columns] / (WIDTH + 1)).clip(0, 1).astype(np.float32)[:, None]
        return cls(rows, columns, below[source[:, 0], source[:, 1], :3], way * way * (3 - 2 * way))

    def over(self, picture: Array) -> Array:
        """The picture (height × width × 3) with these pixels going over; a new array."""
        result = picture.copy()
        made = result[self.rows, self.columns].astype(np.float32)
        result[self.rows, self.columns] = np.rint(self.colours + (made - self.colours) * self.share).astype(np.uint8)
        return result
