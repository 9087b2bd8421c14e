"""Overlapping tiles, and pictures put together of them without a seam. No torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.request.geometry import Rect, Size
from studio.request.pixels import Array

Shares = npt.NDArray[np.float32]
FAINT = 1e-6  # share of a place that a tile does not really have a say in


@dataclass(frozen=True)
class Span:
    """One tile along a side: start and the share that it has in each of its places; those of all tiles sum to 1."""

    start: int
    shares: Shares

    @property
    def length(self) -> int:
        """Places that it covers."""
        return len(self.shares)

    @property
    def stop(self) -> int:
        """The place after its last one."""
        return self.start + self.length

    def times(self, factor: int) -> Span:
        """The same where every place becomes several."""
        centres = (np.arange(self.length * factor, dtype=np.float32) + 0.5) / factor - 0.5
        return Span(self.start * factor, np.interp(centres, np.arange(self.length), self.shares).astype(np.float32))


def spans(length: int, tile: int, overlap: int, margin: int = 0) -> tuple[Span, ...]:
    """Equally long tiles spread evenly over a side; neighbours overlap by `overlap` or a little more.

    margin: places at an inner edge in which a tile has no say, since what is beyond the edge would matter there;
    less than half of the overlap. One tile, which may be shorter, where that is enough.
    """
    if length <= tile:
        return (Span(0, np.ones(length, np.float32)),)
    count = math.ceil((length - overlap) / (tile - overlap))
    starts = [round(index * (length - tile) / (count - 1)) for index in range(count)]
    total = np.zeros(length, np.float32)
    raw: list[Shares] = []
    for index, start in enumerate(starts):
        share = np.ones(tile, np.float32)
        ramp = _ramp(tile, overlap, margin)
        if index:
            share = np.minimum(share, ramp)
        if index < count - 1:
            share = np.minimum(share, ramp[::-1])
        total[start : start + tile] += share
        raw.append(share)
    return tuple(Span(start, share / total[start : start + tile]) for start, share in zip(starts, raw, strict=True))


def _ramp(tile: int, overlap: int, margin: int) -> Shares:
    """From nothing at the edge to all of it, with soft ends."""
    way = np.clip((np.arange(tile, dtype=np.float32) + 0.5 - margin) / max(1, overlap - 2 * margin), 0, 1)
    return np.maximum(way * way * (3 - 2 * way), np.float32(FAINT))


@dataclass(frozen=True)
class Grid:
    """Tiles of a picture, row by row."""

    rows: tuple[Span, ...]
    columns: tuple[Span, ...]

    @classmethod
    def of(cls, size: Size, tile: Size, overlap: int, margin: int = 0) -> Grid:
        return cls(
            spans(size.height, tile.height, overlap, margin),
            spans(size.width, tile.width, overlap, margin),
        )

    def __len__(self) -> int:
        return len(self.rows) * len(self.columns)

    @property
    def tile(self) -> Size:
        """Size of each tile."""
        return Size(self.columns[0].length, self.rows[0].length)

    def __iter__(self) -> Iterator[tuple[Rect, Shares]]:
        """Where each tile is, and its shares (height, width)."""
        for row in self.rows:
            for column in self.columns:
                place = Rect(column.start, row.start, column.length, row.length)
                yield place, row.shares[:, None] * column.shares[None]


def put_together(grid: Grid, factor: int, make: Callable[[Rect], npt.NDArray[np.float32]]) -> Array:
    """A picture, height × width × 3 bytes, of tiles that are `factor` times as large as their places.

    make: gives a tile, 0..255, (height · factor, width · factor, 3). Besides the picture only one row of tiles is in
    memory.
    """
    rows = [row.times(factor) for row in grid.rows]
    columns = [column.times(factor) for column in grid.columns]
    width = columns[-1].stop
    picture = np.empty((rows[-1].stop, width, 3), np.uint8)
    carried = np.zeros((0, width, 3), np.float32)  # rows that a tile further down has a say in
    for index, row in enumerate(rows):
        band = np.zeros((row.length, width, 3), np.float32)
        for at, column in enumerate(columns):
            place = Rect(
                grid.columns[at].start, grid.rows[index].start, grid.columns[at].length, grid.rows[index].length
            )
            tile = make(place)
            tile *= column.shares[None, :, None]
            band[:, column.start : column.stop] += tile
        band *= row.shares[:, None, None]
        band[: len(carried)] += carried
        ready = rows[index + 1].start - row.start if index + 1 < len(rows) else row.length
        np.rint(band[:ready], out=band[:ready])
        np.clip(band[:ready], 0, 255, out=band[:ready])
        picture[row.start : row.start + ready] = band[:ready]
        carried = band[ready:].copy()  # a view would keep all of it
        del band
    return picture
