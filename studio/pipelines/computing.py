"""How the denoiser of one loaded model is run in a job, and what a call of it looked like, to measure others by."""

from __future__ import annotations

import time
from collections.abc import Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from studio.pipelines.compiling import Regions
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.devices import memory_ran_out
from studio.pipelines.kernels import PLAIN, Kernels, takes_masks, using
from studio.pipelines.watch import Watch
from studio.request.errors import Trouble


class KernelsFailed(Exception):
    """Other kernels than torch's own choice failed in a job, which can be begun again without them."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A call of the denoiser: what its adapter's `predict` got."""

    inputs: Conditioning
    latents: Tensor
    timestep: Tensor
    guidance: float

    @property
    def shape(self) -> Hashable:
        return shape_of(self.inputs, self.latents)


def shape_of(inputs: Conditioning, latents: Tensor) -> Hashable:
    """The same for calls that the same compiled code can run."""
    more = () if inputs.against is None else (shape_of(inputs.against, latents),)
    named = (*sorted(inputs.added.items()), *sorted(inputs.shown.items()))
    shapes = tuple((name, tuple(value.shape)) for name, value in named)
    return tuple(latents.shape), tuple(inputs.hidden_states.shape), shapes, more


class Computing:
    """kernels: chosen for the job in hand. used: what the last denoising ran with. seconds: that it took.

    listens: whether to keep a sample of the next job's calls; it goes away when it has been measured by.
    """

    def __init__(self, denoiser: Any, watch: Watch) -> None:
        self._denoiser = denoiser
        self.regions = Regions(denoiser, watch)
        self.kernels = self.used = PLAIN
        self.listens = False
        self.sample: Sample | None = None
        self.seconds = 0.0

    def rely_on_torch(self) -> None:
        """Until something else is chosen."""
        self.kernels, self.listens = PLAIN, False

    @contextmanager
    def at_work(self, inputs: Conditioning, latents: Tensor, *, replaced: bool) -> Generator[None]:
        """While open, the denoiser runs with the kernels that were chosen, as far as they go with this job.

        replaced: something else is in the place of its attention.
        Raises KernelsFailed when they were to blame, which is supposed of all errors but lack of memory.
        """
        self.used = self._fitting(inputs, latents, replaced)
        self.sample, begun = None, time.perf_counter()
        try:
            with using(self._denoiser, self.used, self.regions):
                yield
        except Exception as error:
            if self.used == PLAIN or isinstance(error, Trouble) or memory_ran_out(error):
                raise
            raise KernelsFailed(self.used.title) from error
        self.seconds = time.perf_counter() - begun

    def saw(self, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float) -> None:
        """A job calls the network so. Only plain calls are kept: no pictures that steer, no regions."""
        if self.listens and self.sample is None and inputs.guides is None and inputs.areas is None and not self.altered:
            self.sample = Sample(inputs=inputs, latents=latents, timestep=timestep, guidance=guidance)

    @property
    def altered(self) -> bool:
        """Whether layers of a LoRA are in the network, switched on or off: then no weights may be taken for its own."""
        network: nn.Module = self._denoiser
        return bool(getattr(network, "peft_config", None))

    def _fitting(self, inputs: Conditioning, latents: Tensor, replaced: bool) -> Kernels:
        own = not replaced and not self.altered
        compiled = self.kernels.compiled and own and self.regions.ready(shape_of(inputs, latents))
        attention = self.kernels.attention
        return Kernels(
            attention=attention if not replaced or takes_masks(attention) else "",
            fused=self.kernels.fused and own and not compiled,
            compiled=compiled,
        )
