"""The refiner's run: a small network taught to mend how the closed-form denoiser's fills join their surroundings.

Lessons are made by processes beside it while it learns (`refiner_data`). Which of them it may draw from depends on its
step alone, so that a run makes the same network however fast the processor is, and however often it was ended and taken
up again.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

from studio.library.resources import resource
from studio.pipelines.closed_form import ClosedFormUNet
from studio.pipelines.closed_form_refiner import Refiner, nearness
from studio.pipelines.closed_form_schedule import noisiness
from studio.training.assemble import PIECE
from studio.training.checkpoint import Trainee
from studio.training.progress import Progress
from studio.training.refiner_data import KINDS, LEVELS, STEPS, Lesson, LessonPool, Lessons, lessons, odd_channels
from studio.training.sheets import contact_sheet, load_pipeline
from studio.training.unet_data import basis_of

_SAVE_EVERY = 60.0  # seconds
_TELL_EVERY = 25  # steps
_WARMUP = 200  # steps
_SETTLING = 0.25  # of the run, at whose end the rate is brought down
_SOFT = 0.05  # by which a difference counts by its size, not its square: what was there is one of many possible fills
_ELSEWHERE = 1_000_003  # from the run's seed to that of what is held out


@dataclass(frozen=True)
class RefinerSize:
    """widths: of the network's three levels; batch; rate: of AdamW at its highest; steps; chunk: pictures in a file;
    first: chunks to begin with; pace: steps after which another one is drawn from; chunks: at most; exam: chunks that
    are held out; sheet: pictures, every sheet_every steps."""

    widths: tuple[int, int, int]
    batch: int
    rate: float
    steps: int
    chunk: int
    first: int
    pace: int
    chunks: int
    exam: int
    sheet: int
    sheet_every: int


REFINER_SIZES = {
    # about five minutes of one quiet core
    "refiner": RefinerSize((32, 64, 128), 16, 1e-3, 800, 16, 6, 30, 40, 6, 16, 200),
    # to see that everything works, in seconds
    "refiner-tiny": RefinerSize((8, 8, 8), 4, 1e-3, 6, 4, 1, 3, 2, 1, 1, 100),
}


def train_refiner(name: str, out: Path, seed: int, base: Path | None = None) -> int:
    """The run called `name` in REFINER_SIZES, in the folder `out`, gone on with if it was begun there. base: the model
    to be refined, the one that comes along by default. Returns the exit status."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    RefinerRun(REFINER_SIZES[name], out, seed, device, base or resource("models", "scenes")).all()
    return 0


class RefinerRun:
    """One run in one folder."""

    def __init__(self, size: RefinerSize, out: Path, seed: int, device: torch.device, base: Path) -> None:
        self.size, self.out, self.seed, self.device, self.base = size, out, seed, device, base
        pipeline = load_pipeline(base)
        assert isinstance(pipeline.unet, ClosedFormUNet)
        self.teacher, self.codec = pipeline.unet, pipeline.vae
        self.odd = odd_channels(basis_of(pipeline.vae)).to(device)
        torch.manual_seed(seed)
        self.network = Refiner(size.widths).to(device)
        self.trainee = Trainee(list(self.network.parameters()), size.rate)
        asked = [noisiness(*self.teacher.levels.at(step)) for step in STEPS[-LEVELS:]]
        self.levels = torch.tensor(asked, device=device)

    def all(self) -> None:
        """From nothing, or from the checkpoint, to the finished folder."""
        self.trainee.restore(self._checkpoint)
        with lessons(self._lessons("data", self.seed), self.size.chunks, self.device) as pool:
            self._train(pool)
        self._save()
        with self._held_out() as pool:
            error = self.examine(pool)
        self._write_folder()
        self._sheet("samples.png")
        parameters = sum(parameter.numel() for parameter in self.network.parameters())
        figures = {"parameters": parameters, "steps": self.trainee.step, "held_out_error": error}
        (self.out / "figures.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
        print(json.dumps(figures), flush=True)

    @property
    def _checkpoint(self) -> Path:
        return self.out / "refiner.safetensors"

    def _held_out(self) -> AbstractContextManager[LessonPool]:
        return lessons(self._lessons("held-out", self.seed + _ELSEWHERE), self.size.exam, self.device)

    def _lessons(self, name: str, seed: int) -> Lessons:
        return Lessons(self.out / name, seed, self.size.chunk, self.base)

    def _train(self, pool: LessonPool) -> None:
        network: Any = torch.compile(self.network) if self.device.type == "cuda" else self.network
        progress = Progress("Refiner", self.size.steps, self.trainee.step)
        saved, losses = time.monotonic(), list[Tensor]()
        while self.trainee.step < self.size.steps:
            pool.grow(self.size.first + self.trainee.step // self.size.pace)
            losses.append(self._step(network, pool))
            step = self.trainee.step
            if step % _TELL_EVERY == 0:
                loss = float(torch.stack(losses).mean())
                progress(step, f"{pool.filled * self.size.chunk} pictures, loss {loss:.4f}")
                losses.clear()
            if time.monotonic() - saved > _SAVE_EVERY:
                self._save()
                saved = time.monotonic()
            if step % self.size.sheet_every == 0:
                self._sheet(f"samples-{step:06d}.png")

    def _step(self, network: Any, pool: LessonPool) -> Tensor:
        step, size = self.trainee.step, self.size
        generator = torch.Generator(self.device).manual_seed(self.seed * 1_000_003 + step)
        lesson = pool.batch(size.batch, generator)
        if step % 2:
            lesson = lesson.mirrored(self.odd)
        loss = self._error(network, lesson).mean()
        rate = size.rate * min(1.0, (step + 1) / _WARMUP, (size.steps - step) / (_SETTLING * size.steps))
        self.trainee.descend(loss, rate, clip=1.0, memory=min(0.998, (1 + step) / (10 + step)))
        return loss.detach()

    def _error(self, network: Any, lesson: Lesson) -> Tensor:
        """(batch,) how far the mended estimate is from what was there, near the edge."""
        half = torch.autocast("cuda", torch.bfloat16) if self.device.type == "cuda" else nullcontext()
        with half:
            found: Tensor = network(lesson.estimate, self.levels[lesson.level], lesson.clean, lesson.hole)
        return _near(lesson, found.float())

    def examine(self, pool: LessonPool) -> dict[str, dict[str, list[float]]]:
        """Of each kind of lesson, the error of the estimate as it is and mended with the averaged weights, from the
        noisiest level to the least noisy."""
        pool.grow(self.size.exam)
        rows = torch.arange(self.size.exam * self.size.chunk, device=self.device)
        found: dict[str, dict[str, list[float]]] = {}
        with torch.no_grad(), self.trainee.averaged():
            for kind, name in enumerate(KINDS):
                mine = rows[rows % len(KINDS) == kind]
                each = [pool.lessons(mine, torch.full_like(mine, level)) for level in range(LEVELS)]
                found[name] = {
                    "closed_form": [round(float(_near(lesson, lesson.estimate).mean()), 4) for lesson in each],
                    "refined": [round(float(self._error(self.network, lesson).mean()), 4) for lesson in each],
                }
        return found

    def _save(self) -> None:
        self.trainee.save(self._checkpoint, {})

    def _write_folder(self) -> None:
        with self.trainee.averaged():
            write_refined(self.out / "model", self.network, self.size.widths, self.base)

    def _sheet(self, name: str) -> None:
        """Held-out pictures with their hole, its fill, the same mended, and as they were."""
        with self._held_out() as pool:
            pool.grow(1)
            rows = torch.arange(min(self.size.sheet, self.size.chunk), device=self.device)
            lesson = pool.lessons(rows, torch.full_like(rows, LEVELS - 1))
        with torch.no_grad(), self.trainee.averaged():
            mended: Tensor = self.network(lesson.estimate, self.levels[lesson.level], lesson.clean, lesson.hole)
            fills = (torch.zeros_like(mended), lesson.estimate, mended, lesson.clean)
            latents = torch.stack([torch.where(lesson.hole > 0.5, fill, lesson.clean) for fill in fills], 1)
            scaled = latents.flatten(0, 1).cpu() / self.codec.config["scaling_factor"]
            decoded: Tensor = torch.cat([self.codec.decode(part).sample for part in scaled.split(8)])
        shown = ((decoded.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
        words = ("the hole", "filled", "mended", "what was there") * len(rows)
        contact_sheet([Image.fromarray(each) for each in shown], words, 8 if len(rows) > 1 else 4).save(self.out / name)


def _near(lesson: Lesson, found: Tensor) -> Tensor:
    """(B,) mean difference of what was found, where the hole is near its edge; nearly absolute."""
    near = nearness(lesson.hole)
    error = ((found - lesson.clean).square().mean(1, keepdim=True) + _SOFT**2).sqrt() - _SOFT
    return (error * near).sum((1, 2, 3)) / near.sum((1, 2, 3))


def write_refined(folder: Path, network: Refiner, widths: Sequence[int], base: Path) -> None:
    """The model in `base` with this refiner, in half precision; replaces what is in `folder`."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(base, part, ignore=shutil.ignore_patterns("unet", "*.jpg", "README.md"))
    pipeline = load_pipeline(base)
    assert isinstance(pipeline.unet, ClosedFormUNet)
    denoiser = pipeline.unet
    denoiser.register_to_config(refiner_widths=list(widths))
    denoiser.refiner = Refiner(widths)
    denoiser.refiner.load_state_dict({name: tensor.cpu() for name, tensor in network.state_dict().items()})
    nn.Module.half(denoiser)
    denoiser.save_pretrained(part / "unet", max_shard_size=PIECE)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
