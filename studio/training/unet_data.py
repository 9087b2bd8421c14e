"""Data for the learned denoiser, rendered while it learns: latents and captions in chunks, in a folder and in a pool.

A chunk is a function of the seed, its number and the codec alone and is written whole or not at all, so a run can be
ended at any moment and finds its chunks again. The renderer needs NumPy and OpenCV only.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import Tensor

from studio.training.checkpoint import load, save
from studio.training.codec import BLOCK, CHANNELS, Basis
from studio.training.scenes.render import render
from studio.training.scenes.shards import scene_of
from studio.training.words.captions import caption
from studio.training.words.teach import tokenize
from studio.training.words.tokens import LENGTH, load_tokenizer

CAPTIONS = 4  # of each scene
_AHEAD = 2  # chunks that wait for each process


@dataclass(frozen=True)
class Source:
    """Where chunks come from. chunk: scenes in one; tokenizer: its folder; basis: encode (8, 192) and mean (192,)."""

    folder: Path
    seed: int
    chunk: int
    tokenizer: Path
    basis: Basis

    def path(self, number: int) -> Path:
        """Of a chunk's file."""
        return self.folder / f"{number:06d}.safetensors"

    def make(self, number: int) -> int:
        """Renders a chunk: latents (n, 8, 32, 32) float16, ids (n, CAPTIONS, 77) int16. Gives its number."""
        torch.set_num_threads(1)
        tokenizer = load_tokenizer(self.tokenizer)
        drawn = [scene_of(self.seed, number * self.chunk + index) for index in range(self.chunk)]
        random = np.random.default_rng([self.seed, 3, number])
        texts = [caption(scene, random) for scene, _ in drawn for _ in range(CAPTIONS)]
        pictures = np.stack([render(scene, 256, paint_seed) for scene, paint_seed in drawn])
        found = {
            "latents": torch.from_numpy(self.basis.latents(pictures)).half(),
            "ids": tokenize(tokenizer, texts).to(torch.int16).unflatten(0, (self.chunk, CAPTIONS)),
        }
        save(self.path(number), found, {})
        return number


def basis_of(codec: AutoencoderTiny) -> Basis:
    """The linear map that the codec's encoder is, read off block by block. Its way back is left empty."""
    blocks = np.zeros((BLOCK * BLOCK * 3 + 1, BLOCK * BLOCK * 3), np.float32)
    blocks[1:] = np.eye(BLOCK * BLOCK * 3)
    pixels = torch.from_numpy(blocks).reshape(-1, BLOCK, BLOCK, 3).permute(0, 3, 1, 2) * 2 - 1
    with torch.no_grad():
        codes: Tensor = codec.encoder(pixels)[:, :, 0, 0] * float(codec.config["scaling_factor"])
    encode = (codes[1:] - codes[0]).T.numpy()
    mean = -np.linalg.pinv(encode) @ codes[0].numpy()
    empty = np.zeros((BLOCK * BLOCK * 3, CHANNELS), np.float32)
    return Basis(np.ascontiguousarray(encode), empty, mean.astype(np.float32), np.zeros((48, 32), np.float32))


class Pool:
    """All scenes so far, on the device. Grows by whole chunks up to `capacity` scenes."""

    def __init__(self, capacity: int, device: torch.device) -> None:
        self.latents = torch.empty(capacity, CHANNELS, 32, 32, dtype=torch.float16, device=device)
        self.ids = torch.empty(capacity, CAPTIONS, LENGTH, dtype=torch.int16, device=device)
        self.filled = 0

    @property
    def full(self) -> bool:
        """No more fit."""
        return self.filled == len(self.latents)

    def add(self, path: Path) -> None:
        """A chunk's scenes, as far as they fit."""
        found = load(path)
        if found is None:
            return
        count = min(len(found[0]["latents"]), len(self.latents) - self.filled)
        rows = slice(self.filled, self.filled + count)
        self.latents[rows] = found[0]["latents"][:count].to(self.latents.device)
        self.ids[rows] = found[0]["ids"][:count].to(self.ids.device)
        self.filled += count

    def batch(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Latents (size, 8, 32, 32) float32 and ids (size, 77) of scenes drawn at random, a caption of each."""
        device = self.latents.device
        rows = torch.randint(self.filled, (size,), generator=generator, device=device)
        which = torch.randint(CAPTIONS, (size,), generator=generator, device=device)
        return self.latents[rows].float(), self.ids[rows, which].long()


class Feed:
    """Fills a pool while it is open: what the folder holds at once, the rest as processes render it."""

    def __init__(self, source: Source, pool: Pool, pending: Iterator[int], workers: ProcessPoolExecutor) -> None:
        self._source, self._pool, self._pending, self._workers = source, pool, pending, workers
        self._under_way: set[Future[int]] = set()
        self._top_up()

    def take(self, patient: bool = False) -> None:
        """Moves finished chunks into the pool; when patient, waits for one."""
        if not self._under_way or self._pool.full:
            return
        done, self._under_way = wait(self._under_way, None if patient else 0, FIRST_COMPLETED)
        for future in done:
            self._pool.add(self._source.path(future.result()))
        self._top_up()

    def _top_up(self) -> None:
        while len(self._under_way) < _AHEAD * processes() and not self._pool.full:
            number = next(self._pending, None)
            if number is None:
                return
            self._under_way.add(self._workers.submit(self._source.make, number))


@contextmanager
def feeding(source: Source, pool: Pool) -> Generator[Feed]:
    """A `Feed` whose processes end with the context."""
    chunks = range(-(-len(pool.latents) // source.chunk))
    there = [number for number in chunks if source.path(number).exists()]
    for number in there:
        pool.add(source.path(number))
    missing = iter(sorted(set(chunks) - set(there)))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes(), mp_context=context) as workers:
        try:
            yield Feed(source, pool, missing, workers)
        finally:
            workers.shutdown(wait=True, cancel_futures=True)


def held_out(source: Source, count: int) -> tuple[Tensor, Tensor]:
    """Latents and ids of scenes that no pool holds, the first caption of each."""
    chunks = -(-count // source.chunk)
    for number in range(chunks):
        if not source.path(number).exists():
            source.make(number)
    read = [found[0] for found in (load(source.path(number)) for number in range(chunks)) if found is not None]
    latents = torch.cat([part["latents"] for part in read]).float()[:count]
    return latents, torch.cat([part["ids"] for part in read])[:count, 0].long()


def processes() -> int:
    """One core is left to the training itself."""
    return max(1, (os.cpu_count() or 2) - 1)
