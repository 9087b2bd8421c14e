"""Pixels from process to process: previews through a ring of slots, everything else in parcels."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping

import numpy as np

from studio.engine.shared_block import SharedBlock, aligned
from studio.engine.wire import Message
from studio.request.pixels import Pixels

log = logging.getLogger(__name__)

SLOTS = 4  # previews the reader may be behind before it misses one
HEADER = 64  # bytes before the pixels of a slot or parcel; the first eight hold its stamp
SMALLEST_SLOT = 64 * 1024


class FrameWriter:
    """A ring of slots; each new preview overwrites the oldest, whether it has been read or not."""

    def __init__(self) -> None:
        self._block: SharedBlock | None = None
        self._retired: SharedBlock | None = None
        self._generation = 0

    def write(self, pixels: Pixels) -> Message | None:
        """What the reader needs to find it. Makes a larger ring when the picture does not fit; None: no room."""
        try:
            block = self._large_enough(pixels.array.nbytes)
        except OSError as error:
            log.warning("there is no room for previews: %s", error)
            return None
        self._generation += 1
        start = self._generation % SLOTS * (block.size // SLOTS)
        _stamp(block, start, 0)  # whoever reads this slot right now will see that it changed
        _put(block, start + HEADER, pixels)
        _stamp(block, start, self._generation)
        return {
            "block": block.name,
            "size": block.size,
            "at": start,
            "generation": self._generation,
            "shape": pixels.array.shape,
        }

    def close(self) -> None:
        for block in (self._block, self._retired):
            if block:
                block.close()

    def _large_enough(self, length: int) -> SharedBlock:
        slot = aligned(max(length, SMALLEST_SLOT)) + HEADER
        if self._block is None or self._block.size < slot * SLOTS:
            if self._retired:
                self._retired.close()
            self._retired, self._block = self._block, None  # kept, for a reader that has yet to attach it
            self._block = SharedBlock.make(slot * SLOTS)
        return self._block


class FrameReader:
    """The other side of a FrameWriter."""

    def __init__(self) -> None:
        self._block: SharedBlock | None = None

    def read(self, message: Message) -> Pixels | None:
        """A copy; None when a newer preview has taken its place meanwhile."""
        block = self._attached(message["block"], message["size"])
        start, generation = message["at"], message["generation"]
        if _stamp_of(block, start) != generation:
            return None
        pixels = _copy(block, start + HEADER, message["shape"])
        return pixels if _stamp_of(block, start) == generation else None

    def close(self) -> None:
        if self._block:
            self._block.close()

    def _attached(self, name: str, size: int) -> SharedBlock:
        if self._block is None or self._block.name != name:
            self.close()
            self._block = SharedBlock.attach(name, size)
        return self._block


class LostParcelError(OSError):
    """A parcel was not where it should be."""


def pack(pictures: Mapping[str, Pixels]) -> tuple[SharedBlock, Message]:
    """A block with all of them, to be kept until the other side has unpacked it. Raises OSError."""
    places: dict[str, Message] = {}
    end = HEADER
    for key, pixels in pictures.items():
        places[key] = {"at": end, "shape": pixels.array.shape}
        end += aligned(pixels.array.nbytes)
    block = SharedBlock.make(end)
    for key, pixels in pictures.items():
        _put(block, places[key]["at"], pixels)
    token = secrets.randbits(63)
    _stamp(block, 0, token)
    return block, {"block": block.name, "size": block.size, "token": token, "pictures": places}


def unpack(message: Message) -> dict[str, Pixels]:
    """Copies of what was packed. Raises OSError when it is not there."""
    block = SharedBlock.attach(message["block"], message["size"])
    try:
        if _stamp_of(block, 0) != message["token"]:
            raise LostParcelError(message["block"])
        return {key: _copy(block, place["at"], place["shape"]) for key, place in message["pictures"].items()}
    finally:
        block.close()


def _put(block: SharedBlock, start: int, pixels: Pixels) -> None:
    array = np.frombuffer(block.memory, np.uint8, pixels.array.nbytes, start)
    array[:] = pixels.array.reshape(-1)


def _copy(block: SharedBlock, start: int, shape: list[int]) -> Pixels:
    height, width, channels = shape
    array = np.frombuffer(block.memory, np.uint8, height * width * channels, start)
    return Pixels.copy_of(array.reshape(height, width, channels))


def _stamp(block: SharedBlock, start: int, value: int) -> None:
    block.memory[start : start + 8] = value.to_bytes(8, "little")


def _stamp_of(block: SharedBlock, start: int) -> int:
    return int.from_bytes(block.memory[start : start + 8], "little")
