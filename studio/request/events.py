"""What a job tells, in the order it may happen: Queued, Loading*, (Step* Made)*, then Finished, Failed or Cancelled.

A closed set: every `match` on an Event ends in `assert_never`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest


@dataclass(frozen=True)
class Queued:
    """It is on disk and waits. position: 0 is next."""

    position: int


@dataclass(frozen=True)
class Loading:
    """Getting ready: reading weights, encoding words, decoding. fraction: 0..1, or None when unknown."""

    what: str
    fraction: float | None = None


@dataclass(frozen=True)
class Step:
    """A denoising step is done.

    done, total: steps of picture `picture` (0-based) of `pictures`.
    preview: the predicted clean picture (x0), RGB, of the request's aspect ratio and at most its size, or None.
    seconds_left: for the whole job, measured, or None before the second step.
    """

    done: int
    total: int
    preview: Pixels | None = None
    seconds_left: float | None = None
    picture: int = 0
    pictures: int = 1


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A finished picture, with the request that makes exactly this one (count 1, its own seed).

    kernels: what computed the network, as people call it, or "" where there is no choice. Others round otherwise.
    """

    pixels: Pixels
    request: GenerationRequest
    seconds: float = 0.0
    kernels: str = ""


@dataclass(frozen=True)
class Made:
    """One picture of the set is finished.

    path: where the gallery keeps it. Set by the engine, which keeps a picture before it says so; None from a pipeline.
    problem: why it could not be kept (a full disk), or "". The pixels are still here then.
    """

    index: int
    picture: Picture
    path: Path | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Timings:
    """Seconds spent in each stage of a job."""

    load: float = 0.0
    encode: float = 0.0
    denoise: float = 0.0
    decode: float = 0.0

    @property
    def total(self) -> float:
        return self.load + self.encode + self.denoise + self.decode


@dataclass(frozen=True)
class Finished:
    """All pictures are made. notes: sentences for the artist ("Went on with tiled decoding: memory was short.")."""

    pictures: tuple[Picture, ...]
    timings: Timings = field(default_factory=Timings)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """message: one sentence. remedy: what to do, or "". details: a traceback for the log."""

    message: str
    details: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Cancelled:
    """Stopped because it was no longer wanted. Pictures told of by Made before this are kept."""


Ending = Finished | Failed | Cancelled
Event = Queued | Loading | Step | Made | Ending
