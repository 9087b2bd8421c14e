"""Lessons for the refiner: what the closed-form denoiser makes of noisy pictures, and what they were.

Four kinds in turn: a library's ground with things painted on it, which the denoiser almost knows; a new scene, which it
does not; a hole in a new scene; and a margin beside one. A chunk is a function of the seed, its number and the model,
and is written whole or not at all, so a run can be ended at any moment and finds its chunks again.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import multiprocessing
from collections.abc import Generator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from studio.pipelines.closed_form import ClosedFormUNet
from studio.training.checkpoint import load, save
from studio.training.codec import CHANNELS, Basis
from studio.training.library import Amounts, ground_of
from studio.training.parts import paint, stands_on
from studio.training.scenes.draw import draw_scene
from studio.training.scenes.render import render
from studio.training.scenes.scene import Scene
from studio.training.scenes.shards import scene_of
from studio.training.sheets import load_pipeline
from studio.training.unet_data import basis_of, processes
from studio.training.words.captions import caption
from studio.training.words.teach import tokenize

KINDS = ("familiar", "new", "hole", "margin")
LEVELS = 6  # of noise, for each picture
_LEAST_STEP, _MOST_STEP = 5, 600  # above, the refiner is not asked
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
        """Makes a chunk: clean (n, 8, 32, 32), noisy and estimate (n, LEVELS, 8, 32, 32) float16, hole (n, 1, 32, 32)
        uint8, steps (n, LEVELS) int16. Gives its number."""
        torch.set_num_threads(1)
        teacher = _teacher(self.base)
        first = number * self.chunk
        made = [self._lesson(teacher, first + index) for index in range(self.chunk)]
        save(self.path(number), {name: torch.stack([lesson[name] for lesson in made]) for name in made[0]}, {})
        return number

    def _lesson(self, teacher: _Teacher, number: int) -> dict[str, Tensor]:
        random = np.random.default_rng([self.seed, 0x5EF1, number])
        kind = KINDS[number % len(KINDS)]
        scene, picture = self._picture(kind, number, random)
        clean = torch.from_numpy(teacher.basis.latents(picture[None]))[0]
        hole = torch.from_numpy(_hole(kind, random))
        plain = kind in ("hole", "margin") and random.random() < _VAGUE
        words = caption(replace(scene, things=()) if plain else scene, random)
        shares = (np.arange(LEVELS) + random.random(LEVELS)) / LEVELS
        steps = (_LEAST_STEP + shares * (_MOST_STEP - _LEAST_STEP)).round().astype(np.int16)[::-1].copy()
        noise = torch.from_numpy(random.standard_normal((LEVELS, *clean.shape), np.float32))
        noisy, estimate = teacher.estimates(clean, noise, steps.tolist(), words, None if hole.all() else hole)
        return {
            "clean": clean.half(),
            "hole": hole[None].to(torch.uint8),
            "noisy": noisy.half(),
            "estimate": estimate.half(),
            "steps": torch.from_numpy(steps),
        }

    def _picture(self, kind: str, number: int, random: np.random.Generator) -> tuple[Scene, np.ndarray]:
        if kind != "familiar":
            scene, paint_seed = scene_of(self.seed + 0x5EF1, number)
            return scene, render(scene, 256, paint_seed)
        ground, paint_seed = ground_of(random, self.library_seed, Amounts())
        met = draw_scene(random, ground.place, ground.time, ground.style).things
        scene = replace(ground, things=(*ground.things, *(thing for thing in met if stands_on(thing, ground))))
        return scene, paint(scene, paint_seed).picture


class _Teacher:
    """The closed-form denoiser alone, and what it takes to ask it."""

    def __init__(self, base: Path) -> None:
        pipeline = load_pipeline(base)
        assert isinstance(pipeline.unet, ClosedFormUNet)
        self.denoiser, self.basis = pipeline.unet, basis_of(pipeline.vae)
        self._tokenizer, self._encoder = pipeline.tokenizer, pipeline.text_encoder
        self._nothing = self._heard("")

    @torch.inference_mode()
    def estimates(
        self, clean: Tensor, noise: Tensor, steps: list[int], words: str, hole: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Noisy pictures (LEVELS, 8, h, w), one for each step, and the posterior means of them."""
        asked = self._heard(words)
        around = nullcontext() if hole is None else self.denoiser.attend(clean[None], hole[None, None].float())
        noisy: list[Tensor] = []
        found: list[Tensor] = []
        with around:
            for step, each in zip(steps, noise, strict=True):
                alpha, sigma = self.denoiser.levels.at(step)
                noisy.append(alpha * clean + sigma * each)
                found.append(self.denoiser.posterior_mean(noisy[-1], alpha, sigma, asked, self._nothing))
        return torch.stack(noisy), torch.stack(found)

    @torch.inference_mode()
    def _heard(self, words: str) -> Tensor:
        ids = tokenize(self._tokenizer, [words]).long()
        return self.denoiser.head(self._encoder(input_ids=ids).last_hidden_state)[0]


@lru_cache(1)
def _teacher(base: Path) -> _Teacher:
    """Kept by each process for all its chunks."""
    return _Teacher(base)


def _hole(kind: str, random: np.random.Generator) -> np.ndarray:
    """(32, 32) bool, what is to be made: all, a box or a disc, or up to half from one side."""
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    if kind == "hole":
        height, width = random.integers(5, 17, 2)
        top, left = random.integers(0, _SIDE - height + 1), random.integers(0, _SIDE - width + 1)
        box = (rows >= top) & (rows < top + height) & (columns >= left) & (columns < left + width)
        if random.random() < 0.3:
            across, down = (columns - left + 0.5) / width * 2 - 1, (rows - top + 0.5) / height * 2 - 1
            return box & (across**2 + down**2 <= 1)
        return box
    if kind == "margin":
        depth = int(random.integers(6, 17))
        return np.rot90(columns >= _SIDE - depth, int(random.integers(4))).copy()
    return np.ones((_SIDE, _SIDE), bool)


class LessonPool:
    """Chunks in memory, in the order of their numbers, up to `chunks` of them."""

    def __init__(self, source: Lessons, chunks: int, device: torch.device, workers: ProcessPoolExecutor) -> None:
        self.source, self.chunks, self.filled = source, chunks, 0
        count = chunks * source.chunk
        half = {"dtype": torch.float16, "device": device}
        self._clean = torch.empty(count, CHANNELS, _SIDE, _SIDE, **half)
        self._noisy = torch.empty(count, LEVELS, CHANNELS, _SIDE, _SIDE, **half)
        self._estimate = torch.empty_like(self._noisy)
        self._hole = torch.empty(count, 1, _SIDE, _SIDE, dtype=torch.uint8, device=device)
        self._steps = torch.empty(count, LEVELS, dtype=torch.int16, device=device)
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
            self._noisy[rows, levels].float(),
            self._estimate[rows, levels].float(),
            self._hole[rows].float(),
            self._steps[rows, levels].long(),
        )

    def _ask(self) -> None:
        while self._asked < min(self.chunks, self.filled + _AHEAD * processes()):
            if not self.source.path(self._asked).exists():
                self._under_way[self._asked] = self._workers.submit(self.source.make, self._asked)
            self._asked += 1


@dataclass(frozen=True)
class Lesson:
    """clean, noisy, estimate (B, 8, h, w), hole (B, 1, h, w) 0 or 1, steps (B,)."""

    clean: Tensor
    noisy: Tensor
    estimate: Tensor
    hole: Tensor
    steps: Tensor

    def mirrored(self, odd: Tensor) -> Lesson:
        """Left to right. odd (8, 1, 1): see `Basis.odd`."""
        clean, noisy, estimate = (part.flip(-1) * odd for part in (self.clean, self.noisy, self.estimate))
        return Lesson(clean, noisy, estimate, self.hole.flip(-1), self.steps)


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
