"""A worker process with the studio's own pipeline, watched: python -m tests.benchmarks.bench_worker FOLDER

Adds to the notes of every finished job one line of JSON with times of the system's clock. A request whose prompt
begins with "bare:" runs the same modules without the studio: text encoder, denoiser, codec, nothing between them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.engine.worker import serve
from studio.library.models import Models
from studio.library.timelines import Timelines
from studio.request.events import Finished, Picture
from studio.request.pipeline import Pipeline, Report
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest
from tests.benchmarks.mini import SCHEDULE

BARE = "bare:"
MARK = "times:"


@dataclass
class Facts:
    """What the worker says of itself: its own memory."""

    title: str
    memory_used: int
    memory_total: int


class WatchedPipeline:
    """Keeps when the denoiser was first called in a job."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._first_call: float | None = None
        self._cpu_at_first_call: float | None = None

    def run(self, request: GenerationRequest, report: Report) -> Finished:
        begun, cpu, own_cpu = time.monotonic(), time.process_time(), time.thread_time()
        self._first_call = self._cpu_at_first_call = None
        if request.prompt.text.startswith(BARE):
            finished = self._bare(request, report)
        else:
            finished = self._inner.run(request, report)
            self._watch(request, report)
        times = {
            "begun": begun,
            "first_call": self._first_call,
            "ended": time.monotonic(),
            "cpu": time.process_time() - cpu,
            "cpu_before": None if self._cpu_at_first_call is None else self._cpu_at_first_call - own_cpu,
        }
        return replace(finished, notes=(*finished.notes, MARK + json.dumps(times)))

    def _watch(self, request: GenerationRequest, report: Report) -> None:
        """From the second job on."""
        denoiser = self._loaded(request, report).denoiser
        if not getattr(denoiser, "is_watched", False):
            denoiser.register_forward_pre_hook(self._called)
            denoiser.is_watched = True

    def _called(self, module: Any, inputs: Any) -> None:
        if self._first_call is None:
            self._first_call, self._cpu_at_first_call = time.monotonic(), time.thread_time()

    def _loaded(self, request: GenerationRequest, report: Report) -> Any:
        return self._inner._store.get(self._inner._models.find(request.model), report)

    def _bare(self, request: GenerationRequest, report: Report) -> Finished:
        import torch
        from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler

        loaded = self._loaded(request, report)
        words = loaded.readers[0]
        with torch.inference_mode(), unhooked(loaded.networks):
            scheduler = EulerDiscreteScheduler.from_config(SCHEDULE)
            scheduler.set_timesteps(request.steps)
            texts = [request.negative.text, request.prompt.text]
            tokens = words._tokenizer(texts, padding="max_length", max_length=77, truncation=True, return_tensors="pt")
            hidden = torch.cat([words.encoder(row[None])[0] for row in tokens.input_ids])
            shape = (1, 4, request.size.height // 8, request.size.width // 8)
            latents = torch.randn(shape, generator=torch.Generator().manual_seed(request.seed))
            latents = latents * scheduler.init_noise_sigma
            for timestep in scheduler.timesteps:
                doubled = scheduler.scale_model_input(torch.cat([latents, latents]), timestep)
                without, toward = loaded.denoiser(doubled, timestep, encoder_hidden_states=hidden).sample.chunk(2)
                latents = scheduler.step(without + request.guidance * (toward - without), timestep, latents)[0]
            picture = loaded.codec.decode(latents / loaded.codec.config.scaling_factor).sample
            array = ((picture[0].permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy()
        return Finished((Picture(pixels=Pixels(array), request=request),))


@contextmanager
def unhooked(networks: tuple[Any, ...]) -> Iterator[None]:
    """Without the hooks that let a job stop between two blocks."""
    modules = [module for network in networks for module in network.modules()]
    hooks = [module._forward_pre_hooks.copy() for module in modules]
    for module in modules:
        module._forward_pre_hooks.clear()
    try:
        yield
    finally:
        for module, kept in zip(modules, hooks, strict=True):
            module._forward_pre_hooks.update(kept)


def describe() -> Facts:
    status = Path("/proc/self/status").read_text().splitlines()
    memory = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in status if line.startswith(("VmRSS", "VmHWM"))}
    return Facts("bench", memory["VmRSS"], memory["VmHWM"])


def watched_pipeline(folder: Path) -> Pipeline:
    """With the models in this folder."""
    from studio.pipelines import make_pipeline

    timelines = Timelines(folder.parent / "timelines", 1_000_000_000)  # steps are kept, as in the studio
    return WatchedPipeline(make_pipeline(Models([folder]), timelines=timelines))


if __name__ == "__main__":
    sys.exit(serve(lambda: watched_pipeline(Path(sys.argv[1])), describe))
