"""How pictures came out of noise: what they would have become at each step, and latents to go on from.

A cache that can be made again from the requests, so it is bounded, the ones looked at last stay, and whatever is
wrong with a file means only that it is not there. It is in this room because the worker, which writes it, and the
window, which looks at it without torch, both may come in here, and neither has to send megabytes to the other.
"""

from __future__ import annotations

import io
import json
import logging
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import numpy as np
import numpy.typing as npt
from PIL import Image

from studio.request.passes import Part
from studio.request.pixels import Pixels
from studio.request.record import key_of
from studio.request.request import GenerationRequest

log = logging.getLogger(__name__)

Latents = npt.NDArray[np.float16]
T = TypeVar("T")

MAGIC = b"SFTL0001"
MOST_FRAMES = 96
FINENESS = ((256, 85), (192, 75), (128, 70), (96, 60), (64, 50))  # longer side in pixels and quality, the best first
ALL_FRAMES = 560_000  # bytes; frames are as fine as fits
LATENT_BYTES = 1_400_000  # for 512 × 512 pixels, and in proportion above; with the frames it stays under 2 MB
LARGEST_HEADER = 1 << 20
COARSEST = 2500  # bytes; more than a frame of the least fineness takes
FRAME_BYTES = 16 << 20  # no frame is longer; a damaged file may say anything


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """jpegs: frames by the number of steps done, in order. total: steps of the picture."""

    total: int
    jpegs: Mapping[int, bytes]
    _decoded: dict[int, Pixels] = field(default_factory=dict[int, Pixels], compare=False)

    @property
    def steps(self) -> tuple[int, ...]:
        return tuple(self.jpegs)

    def frame(self, step: int) -> Pixels:
        """RGB, decoded when it is first looked at. Raises OSError when it is damaged."""
        if step not in self._decoded:
            image = Image.open(io.BytesIO(self.jpegs[step]), formats=("JPEG",)).convert("RGB")
            self._decoded[step] = Pixels(np.asarray(image).copy())
        return self._decoded[step]


@dataclass(kw_only=True)
class Trace:
    """What is to be kept of a picture. latents: (channels, h, w) by the number of steps done."""

    total: int
    frames: dict[int, Pixels] = field(default_factory=dict[int, Pixels])
    latents: dict[int, Latents] = field(default_factory=dict[int, Latents])


class Timelines:
    """budget: bytes that all of them may take; 0 keeps none."""

    def __init__(self, folder: Path, budget: int) -> None:
        self._folder = folder
        self.budget = budget

    def keep(self, request: GenerationRequest, trace: Trace, stamp: str) -> int:
        """Writes what is worth keeping; returns its bytes. stamp: names what made it, weights and device.

        Raises OSError. Not forced to the platter: nothing is lost that cannot be made again.
        """
        if not self.budget or not trace.frames:
            return 0
        data = encoded(trace, stamp, room_for(request.part))
        path = self.path(request)
        self._folder.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}.part")
        try:
            half.write_bytes(data)
            os.replace(half, path)
        except OSError:
            half.unlink(missing_ok=True)
            raise
        self._stay_within(path)
        return len(data)

    def find(self, request: GenerationRequest) -> Timeline | None:
        """The frames of a picture, those it shares with the picture it branched from included; None: not kept."""
        found = _looked_at(self.path(request))
        if found is None:
            return None
        if request.branch is not None:
            before = self.find(request.branch.parent)
            if before is not None:
                first = {step: jpeg for step, jpeg in before.jpegs.items() if step <= request.branch.step}
                found = Timeline(total=found.total, jpegs={**first, **found.jpegs})
        return found

    def parts(self, request: GenerationRequest, count: int) -> dict[int, Timeline]:
        """The frames of each pass of an edit, by its number. request: made the first of `count`."""
        found = {0: self.find(request)}
        if count > 1:
            first = key_of(request)
            found |= {number: _looked_at(self._part(first, number)) for number in range(1, count)}
        return {number: timeline for number, timeline in found.items() if timeline is not None}

    def latents(self, request: GenerationRequest, step: int, stamp: str) -> Latents | None:
        """The latents after a step, exactly as they were written; None when they are not kept or of other weights."""
        return _read(self.path(request), lambda header, file: _latents(header, file, step, stamp))

    def path(self, request: GenerationRequest) -> Path:
        part = request.part
        if part is None or not part.number:
            return self._folder / f"{key_of(request)}.steps"
        return self._part(part.first, part.number)

    def _part(self, first: str, number: int) -> Path:
        return self._folder / f"{first}.{number}.steps"

    def _stay_within(self, newest: Path) -> None:
        """Lets those go that nobody looked at for longest. Other programs may do the same at the same time."""
        entries: list[tuple[float, int, str]] = []
        with os.scandir(self._folder) as folder:
            for entry in folder:
                status = entry.stat()
                entries.append((status.st_mtime, status.st_size, entry.path))
        held = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if held <= self.budget:
                return
            if path != str(newest):
                Path(path).unlink(missing_ok=True)
                held -= size


def room_for(part: Part | None) -> int:
    """Bytes for the frames of a picture; the passes of an edit share what one picture would have.

    Half of that is the first one's, which is the whole and beside which the latents are.
    """
    if part is None or part.count == 1:
        return ALL_FRAMES
    return ALL_FRAMES // 2 // (part.count - 1 if part.number else 1)


def worth_keeping(total: int, latent_bytes: int, area: int) -> frozenset[int]:
    """The steps whose latents are kept: all if they fit, else evenly spread ones. Others can be made again.

    latent_bytes: of one step as float16. area: pixels of the picture. The last step is the picture itself.
    """
    room = int(LATENT_BYTES * max(1.0, area / 512**2) // max(1, latent_bytes))
    return spread(total - 1, room)


def spread(last: int, most: int) -> frozenset[int]:
    """At most `most` of the numbers 1..last, evenly spread, the last among them."""
    count = min(last, most)
    return frozenset(last - index * last // count for index in range(count)) if count > 0 else frozenset()


def encoded(trace: Trace, stamp: str, most: int = ALL_FRAMES) -> bytes:
    """A length, a JSON header, JPEGs, and raw float16: noise cannot be made smaller without loss.

    most: bytes for the frames. Where that is little there are fewer of them, but two at least.
    """
    count = min(MOST_FRAMES, max(2, most // COARSEST))
    shown = spread(trace.total, count) if len(trace.frames) > count else frozenset(trace.frames)
    room = most // max(1, len(shown))
    frames = {step: _jpeg(frame, room) for step, frame in sorted(trace.frames.items()) if step in shown}
    latents = {step: np.ascontiguousarray(array, np.dtype("<f2")) for step, array in sorted(trace.latents.items())}
    header = {
        "total": trace.total,
        "stamp": stamp,
        "frames": [[step, len(data)] for step, data in frames.items()],
        "latents": [[step, zlib.crc32(array.data)] for step, array in latents.items()],
        "shape": list(next(iter(latents.values())).shape) if latents else [],
    }
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    raw = (each.tobytes() for each in latents.values())
    return b"".join((MAGIC, len(text).to_bytes(4, "little"), text, *frames.values(), *raw))


def _jpeg(frame: Pixels, room: int) -> bytes:
    """As fine as fits into so many bytes; the coarsest in any case."""
    data = b""
    for side, quality in FINENESS:
        image = Image.fromarray(frame.array)
        image.thumbnail((side, side), Image.Resampling.BILINEAR)
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        data = buffer.getvalue()
        if len(data) <= room:
            break
    return data


def _looked_at(path: Path) -> Timeline | None:
    """What is in a file, which counts as used from now on; None when it is not there or damaged."""
    found = _read(path, _frames)
    if found is not None:
        try:
            os.utime(path)
        except OSError as error:
            log.info("a timeline cannot be marked as used: %s", error)
    return found


def _read(path: Path, part: Callable[[dict[str, Any], BinaryIO], T]) -> T | None:
    """A part of a file; None when it is not there or damaged."""
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise ValueError("not a timeline")
            length = int.from_bytes(file.read(4), "little")
            if length > LARGEST_HEADER:
                raise ValueError(f"a header of {length} bytes")
            return part(json.loads(file.read(length)), file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        log.info("the timeline %s cannot be read: %r", path.name, error)
        return None


def _frames(header: dict[str, Any], file: BinaryIO) -> Timeline:
    jpegs: dict[int, bytes] = {}
    for step, length in header["frames"]:
        if not 0 < length <= FRAME_BYTES:
            raise ValueError(f"a frame of {length} bytes")
        jpegs[int(step)] = file.read(length)
    return Timeline(total=int(header["total"]), jpegs=jpegs)


def _latents(header: dict[str, Any], file: BinaryIO, step: int, stamp: str) -> Latents | None:
    kept = [(int(each), int(check)) for each, check in header["latents"]]
    place = next((index for index, (each, _) in enumerate(kept) if each == step), None)
    if place is None or header["stamp"] != stamp:
        return None
    shape = tuple(int(side) for side in cast("list[Any]", header["shape"]))
    size = 2 * int(np.prod(shape, dtype=np.int64))
    file.seek(sum(int(length) for _, length in header["frames"]) + place * size, os.SEEK_CUR)
    data = file.read(size)
    if len(data) != size or zlib.crc32(data) != kept[place][1]:
        raise ValueError(f"step {step} is damaged")
    return np.frombuffer(data, np.dtype("<f2")).reshape(shape).astype(np.float16)
