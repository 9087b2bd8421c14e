"""Takes down how a picture comes out of noise, without making the sampler wait."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from studio.library.timelines import Latents, Timelines, Trace, worth_keeping
from studio.pipelines.framing import Frame
from studio.pipelines.loaded import Loaded
from studio.pipelines.preview import framed
from studio.request.passes import Part
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest

log = logging.getLogger(__name__)


@dataclass
class Trail:
    """One picture's way. Copies stay on the device until `trace`, so nothing waits for it.

    wanted: steps whose latents are kept; none of pictures made in a batch, which differ in the last bits from the
    same pictures asked for alone.
    """

    loaded: Loaded
    frame: Frame
    total: int
    wanted: frozenset[int]
    _shown: dict[int, Pixels | Tensor] = field(default_factory=dict[int, Pixels | Tensor])
    _latents: dict[int, Tensor] = field(default_factory=dict[int, Tensor])

    @classmethod
    def of(cls, loaded: Loaded, frame: Frame, latents: Tensor, total: int, part: Part | None = None) -> Trail:
        """latents: what the first step gets. part: of an edit; on from one after the first there is no way."""
        alone = len(latents) == 1 and (part is None or not part.number)
        wanted = worth_keeping(total, 2 * latents[0].numel(), frame.canvas.area) if alone else frozenset[int]()
        return cls(loaded, frame, total, wanted)

    def add(self, step: int, latents: Tensor, clean: Callable[[], Tensor], preview: Pixels | None) -> None:
        """After a step. preview: of this very step; None where previews come late, on a graphics card."""
        self._shown[step] = preview if preview is not None else clean()[:1].half()
        if step in self.wanted:
            self._latents[step] = latents[0].half()

    def trace(self) -> Trace:
        """Everything taken down, off the device."""
        return Trace(
            total=self.total,
            frames={step: self._frame(shown) for step, shown in self._shown.items()},
            latents={step: each.cpu().numpy() for step, each in self._latents.items()},
        )

    def _frame(self, shown: Pixels | Tensor) -> Pixels:
        if isinstance(shown, Pixels):
            return shown
        return framed(self.loaded.palette.colours(shown.float()).cpu().numpy(), self.frame)


class Keeping:
    """What the pipeline remembers of pictures it made. timelines: None remembers nothing."""

    def __init__(self, timelines: Timelines | None, loaded: Loaded) -> None:
        self._timelines = timelines if timelines is not None and timelines.budget else None
        device = loaded.device.torch_device
        self._stamp = f"{loaded.stamp} torch {torch.__version__} {device.type}"

    @property
    def on(self) -> bool:
        return self._timelines is not None

    def keep(self, request: GenerationRequest, trail: Trail) -> str:
        """Why it could not be kept, a sentence, or ""."""
        if self._timelines is None:
            return ""
        try:
            self._timelines.keep(request, trail.trace(), self._stamp)
        except OSError as error:
            log.info("a timeline could not be kept: %s", error)
            return f"The steps of the picture could not be kept: {error.strerror or error}."
        return ""

    def latents(self, request: GenerationRequest, step: int) -> Latents | None:
        """As `branching.Remembered`."""
        return None if self._timelines is None else self._timelines.latents(request, step, self._stamp)
