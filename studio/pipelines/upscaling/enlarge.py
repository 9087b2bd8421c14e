"""A picture enlarged by arithmetic or by an upscaler, tile by tile: memory does not grow with the picture's size."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from studio.pipelines.devices import Device, free_main_memory, memory_ran_out
from studio.pipelines.upscaling.networks import Network
from studio.pipelines.upscaling.tiles import Grid, put_together
from studio.request.errors import Trouble
from studio.request.geometry import Rect, Size
from studio.request.pixels import Array, Pixels

TILES = (256, 128, 64)  # pixels a side that an upscaler sees at a time; smaller where memory is short
OVERLAP, MARGIN = 32, 12  # pixels
LEFT = 1.5  # times that are worth another round of an upscaler
REACH = 4  # rows around, of which Lanczos wants three
BAND = 256  # rows that arithmetic makes at a time
COPIES = 3  # of the result that are in memory at a time: made, on its way, told
SPARE = 0.9  # of the free memory may be planned with


@dataclass(frozen=True)
class Progress:
    """told: how many parts are done, of how many. check: raises when it is no longer wanted; asked very often."""

    told: Callable[[int, int], None]
    check: Callable[[], None]

    def part(self, number: int, count: int) -> Progress:
        """For one of several rounds."""

        def told(done: int, total: int) -> None:
            self.told(number * total + done, count * total)

        return Progress(told, self.check)

    @property
    def quiet(self) -> Progress:
        """For what takes next to no time."""

        def told(_done: int, _total: int) -> None:
            self.check()

        return Progress(told, self.check)


def refuse_too_large(size: Size, channels: int) -> None:
    """Raises Trouble when main memory cannot hold the result, saying what would fit."""
    need, free = COPIES * size.area * channels, SPARE * free_main_memory()
    if need > free:
        fitting = size.scaled((free / need) ** 0.5)
        raise Trouble(
            f"There is not enough memory for a picture of {size}.",
            f"About {fitting} would fit; close other programs, or choose a smaller factor.",
        )


def resampled(picture: Array, size: Size, progress: Progress) -> Array:
    """Lanczos in bands of rows, which come out as they would in one piece. picture: height × width × channels."""
    image = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
    rows = picture.shape[0] / size.height
    made = np.empty((size.height, size.width, picture.shape[2]), np.uint8)
    bands = -(-size.height // BAND)
    for band in range(bands):
        progress.told(band, bands)
        top, bottom = band * BAND, min(size.height, (band + 1) * BAND)
        first = max(0, int(top * rows) - REACH)
        last = min(image.height, math.ceil(bottom * rows) + REACH)
        piece = image.crop((0, first, image.width, last)).resize(
            (size.width, bottom - top),
            Image.Resampling.LANCZOS,
            box=(0, top * rows - first, image.width, bottom * rows - first),
        )
        made[top:bottom] = np.asarray(piece).reshape(bottom - top, size.width, -1)
    progress.told(bands, bands)
    return made


def passes(network: Network, source: Size, size: Size) -> int:
    """How often an upscaler has to work to get about so large; arithmetic does the little that is left."""
    count, side = 1, network.scale
    while network.scale > 1 and size.width >= LEFT * source.width * side:
        count, side = count + 1, side * network.scale
    return count


def through(network: Network, picture: Array, device: Device, progress: Progress) -> Array:
    """RGB as an upscaler makes it, once. Works on ever smaller tiles when memory runs out. Raises Trouble."""
    for side in TILES:
        try:
            return _in_tiles(network, picture, side, progress)
        except (RuntimeError, MemoryError) as error:
            if not memory_ran_out(error):
                raise
        device.give_back()
    raise Trouble(
        f"There is not enough memory to run the upscaler {network.name}.",
        "Close other programs, or choose a smaller upscaler.",
    )


def _in_tiles(network: Network, picture: Array, side: int, progress: Progress) -> Array:
    size = Size(picture.shape[1], picture.shape[0])
    grid = Grid.of(size, Size(side, side) if network.divisible else size, OVERLAP, MARGIN)
    done = 0
    progress.told(done, len(grid))

    def make(place: Rect) -> npt.NDArray[np.float32]:
        nonlocal done
        tile = np.ascontiguousarray(picture[place.y : place.bottom, place.x : place.right])
        made = network(tile, progress.check)
        done += 1
        progress.told(done, len(grid))
        return made

    return put_together(grid, network.scale, make)


def enlarged(source: Pixels, size: Size, network: Network | None, device: Device, progress: Progress) -> Pixels:
    """The picture at that size: by the upscaler as often as it takes, then by arithmetic to the very size.

    Raises Trouble.
    """
    refuse_too_large(size, source.channels)
    array = source.array
    if network is None:
        return Pixels(resampled(array, size, progress))
    colour = np.ascontiguousarray(np.repeat(array, 3, 2) if source.channels == 1 else array[..., :3])
    count = passes(network, source.size, size)
    for number in range(count):
        colour = through(network, colour, device, progress.part(number, count))
    if (colour.shape[1], colour.shape[0]) != tuple(size):
        colour = resampled(colour, size, progress.quiet)
    if source.channels != 4:
        return Pixels(colour)
    alpha = resampled(np.ascontiguousarray(array[..., 3:]), size, progress.quiet)
    return Pixels(np.concatenate((colour, alpha), axis=2))
