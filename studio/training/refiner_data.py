"""Lessons for the refiner: what the closed-form denoiser fills holes and margins with, and what was there.

The fill is made as a picture is made, from noise in a few steps, so that its edges are those that the refiner will be
asked about. A chunk is a function of the seed, its number and the model, and is written whole or not at all, so a run
can be ended at any moment and finds its chunks again.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import multiprocessing
from collections.abc import Generator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.pipelines.closed_form import ClosedFormUNet
from studio.training.checkpoint import load, save
from studio.training.codec import CHANNELS, Basis
from studio.training.scenes.render import render
from studio.training.scenes.shards import scene_of
from studio.training.sheets import load_pipeline
from studio.training.unet_data import basis_of, processes
from studio.training.words.captions import caption
from studio.training.words.teach import tokenize

KINDS = ("hole", "margin")
STEPS = (999, 749, 499, 249, 99)  # from noise to picture
LEVELS = 2  # of noise that the refiner is asked about: the last ones
_SIDE = 32  # latents
_AHEAD = 3  # chunks that wait for each process
_VAGUE = 0.3  # of the edits are asked for in words for the whole scene, without what stands in it


@dataclass(frozen=True)
class Lessons:
    """Where chunks come from. base: the folder of the model to be refined; chunk: pictures in one; library_seed: what
    its library was made from."""

    folder: Path
    seed: int
    chunk: int
    base: Path
    library_seed: int = 0

    def path(self, number: int) -> Path:
        """Of a chunk's file."""
        return self.folder / f"{number:06d}.safetensors"

    def make(self, number: int) -> int:
        """Makes a chunk: clean (n, 8, 32, 32) and estimate (n, LEVELS, 8, 32, 32) float16, hole (n, 1, 32, 32) uint8.
        Gives its number."""
        torch.set_num_threads(1)
        teacher = _teacher(self.base)
        first = number * self.chunk
        made = [self._lesson(teacher, first + index) for index in range(self.chunk)]
        save(self.path(number), {name: torch.stack([lesson[name] for lesson in made]) for name in made[0]}, {})
        return number

    def _lesson(self, teacher: _Teacher, number: int) -> dict[str, Tensor]:
        random = np.random.default_rng([self.seed, 0x5EF1, number])
        kind = KINDS[number % len(KINDS)]
        scene, paint_seed = scene_of(self.seed + 0x5EF1, number)
        picture = render(scene, 256, paint_seed)
        clean = torch.from_numpy(teacher.basis.latents(picture[None]))[0]
        hole = torch.from_numpy(_hole(kind, random))
        words = caption(replace(scene, things=()) if random.random() < _VAGUE else scene, random)
        noise = torch.from_numpy(random.standard_normal((len(STEPS), *clean.shape), np.float32))
        estimate = teacher.fills(clean, noise, words, hole)[-LEVELS:]
        return {"clean": clean.half(), "hole": hole[None].to(torch.uint8), "estimate": estimate.half()}


class _Teacher:
    """The closed-form denoiser alone, and what it takes to ask it."""

    def __init__(self, base: Path) -> None:
        pipeline = load_pipeline(base)
        assert isinstance(pipeline.unet, ClosedFormUNet)
        self.denoiser, self.basis = pipeline.unet, basis_of(pipeline.vae)
        self._tokenizer, self._encoder = pipeline.tokenizer, pipeline.text_encoder
        self._nothing = self._heard("")

    @torch.inference_mode()
    def fills(self, clean: Tensor, noise: Tensor, words: str, hole: Tensor) -> Tensor:
        """(STEPS, 8, h, w) what is in the hole (h, w) of the picture after each step, with noise (STEPS, 8, h, w)."""
        asked = self._heard(words)
        picture, found = torch.zeros_like(clean), list[Tensor]()
        with self.denoiser.attend(clean[None], hole[None, None].float()):
            for step, each in zip(STEPS, noise, strict=True):
                alpha, sigma = self.denoiser.levels.at(step)
                noisy = alpha * torch.where(hole, picture, clean) + sigma * each
                picture = self.denoiser.posterior_mean(noisy, alpha, sigma, asked, self._nothing)
                found.append(picture)
        return torch.stack(found)

    @torch.inference_mode()
    def _heard(self, words: str) -> Tensor:
        ids = tokenize(self._tokenizer, [words]).long()
        return self.denoiser.head(self._encoder(input_ids=ids).last_hidden_state)[0]


@lru_cache(1)
def _teacher(base: Path) -> _Teacher:
    """Kept by each process for all its chunks."""
    return _Teacher(base)


def _hole(kind: str, random: np.random.Generator) -> np.ndarray:
    """(32, 32) bool, what is to be made: a box or a disc, or up to half from one side."""
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    if kind == "margin":
        depth = int(random.integers(6, 17))
        return np.rot90(columns >= _SIDE - depth, int(random.integers(4))).copy()
    height, width = random.integers(5, 17, 2)
    top, left = random.integers(0, _SIDE - height + 1), random.integers(0, _SIDE - width + 1)
    box = (rows >= top) & (rows < top + height) & (columns >= left) & (columns < left + width)
    if random.random() < 0.3:
        across, down = (columns - left + 0.5) / width * 2 - 1, (rows - top + 0.5) / height * 2 - 1
        return box & (across**2 + down**2 <= 1)
    return box


class LessonPool:
    """Chunks in memory, in the order of their numbers, up to `chunks` of them."""

    def __init__(self, source: Lessons, chunks: int, device: torch.device, workers: ProcessPoolExecutor) -> None:
        self.source, self.chunks, self.filled = source, chunks, 0
        count = chunks * source.chunk
        half: Any = {"dtype": torch.float16, "device": device}
        self._clean = torch.empty(count, CHANNELS, _SIDE, _SIDE, **half)
        self._estimate = torch.empty(count, LEVELS, CHANNELS, _SIDE, _SIDE, **half)
        self._hole = torch.empty(count, 1, _SIDE, _SIDE, dtype=torch.uint8, device=device)
        self._workers, self._asked, self._under_way = workers, 0, dict[int, Future[int]]()
        self._ask()

    def grow(self, chunks: int) -> None:
        """Has the first so many chunks in memory, and waits for those that are not made yet."""
        while self.filled < min(chunks, self.chunks):
            under_way = self._under_way.pop(self.filled, None)
            if under_way is not None:
                under_way.result()
            found = load(self.source.path(self.filled))
            assert found is not None
            rows = slice(self.filled * self.source.chunk, (self.filled + 1) * self.source.chunk)
            for name, tensor in found[0].items():
                getattr(self, f"_{name}")[rows] = tensor
            self.filled += 1
            self._ask()

    def batch(self, size: int, generator: torch.Generator) -> Lesson:
        """Drawn at random of what there is."""
        device = self._clean.device
        rows = torch.randint(self.filled * self.source.chunk, (size,), generator=generator, device=device)
        return self.lessons(rows, torch.randint(LEVELS, (size,), generator=generator, device=device))

    def lessons(self, rows: Tensor, levels: Tensor) -> Lesson:
        """Those of these pictures (B,), each at one of its levels (B,)."""
        return Lesson(
            self._clean[rows].float(),
            self._estimate[rows, levels].float(),
            self._hole[rows].float(),
            levels,
        )

    def _ask(self) -> None:
        while self._asked < min(self.chunks, self.filled + _AHEAD * processes()):
            if not self.source.path(self._asked).exists():
                self._under_way[self._asked] = self._workers.submit(self.source.make, self._asked)
            self._asked += 1


@dataclass(frozen=True)
class Lesson:
    """clean and estimate (B, 8, h, w), hole (B, 1, h, w) 0 or 1, level (B,): which of the last steps it is from."""

    clean: Tensor
    estimate: Tensor
    hole: Tensor
    level: Tensor

    def mirrored(self, odd: Tensor) -> Lesson:
        """Left to right. odd (8, 1, 1): see `Basis.odd`."""
        return Lesson(self.clean.flip(-1) * odd, self.estimate.flip(-1) * odd, self.hole.flip(-1), self.level)


@contextmanager
def lessons(source: Lessons, chunks: int, device: torch.device) -> Generator[LessonPool]:
    """A pool whose processes end with the context."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes(), mp_context=context) as workers:
        try:
            yield LessonPool(source, chunks, device, workers)
        finally:
            workers.shutdown(wait=True, cancel_futures=True)


def odd_channels(basis: Basis) -> Tensor:
    """(8, 1, 1) of `Basis.odd`."""
    return torch.from_numpy(basis.odd)[:, None, None]
