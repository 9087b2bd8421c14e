"""The learned denoiser: a plain text-to-image UNet, taught on renderings while they are made.

For the day a graphics card is lent for half an hour: one command that renders on the processor's cores while the card
learns (bf16, compiled), keeps a checkpoint every two minutes, goes on where it was ended, looks at itself, and leaves
a folder for StableDiffusionPipeline with weights in pieces of less than 16 MiB. How far a run is goes by the seconds
it has trained, over all sessions, so it always ends with its rate brought down.

`python -m studio.training.unet_run --out DIR` does the same where the studio's window is not installed.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextModel

from studio.library.resources import resource
from studio.training.checkpoint import Trainee
from studio.training.progress import Progress
from studio.training.sheets import contact_sheet, load_pipeline, made
from studio.training.unet_data import Feed, Pool, Source, basis_of, feeding, held_out
from studio.training.unet_folder import write_unet_folder

_SAVE_EVERY = 120.0  # seconds
_SHEET_EVERY = 300.0
_LONGEST_STEP = 60.0  # the first, which compiles; what takes longer is a machine that slept
_TELL_EVERY = 50  # steps
_WARMUP = 300  # steps
_NOTHING_SAID = 0.1  # of the captions, for guidance
_GAMMA = 5.0  # of min-SNR weighting, arXiv 2303.09556
_HELD_OUT = 256  # scenes
_LEVELS = (50, 200, 350, 500, 650, 800, 950)  # time steps at which the held-out loss is taken
_SHEET = 16  # pictures


@dataclass(frozen=True)
class UnetSize:
    """channels, layers: of the UNet's three levels and of their transformers; batch; rate: of AdamW at its highest;
    seconds: of training; scenes: rendered at most; chunk: scenes in one file."""

    channels: tuple[int, int, int]
    layers: tuple[int, int, int]
    batch: int
    rate: float
    seconds: float
    scenes: int
    chunk: int


UNET_SIZES = {
    # 33 million parameters; 25 minutes are about four million samples on an H100, if it reaches 100 TFLOP/s
    "gpu": UnetSize((64, 128, 256), (1, 1, 2), 384, 5e-4, 1500.0, 480_000, 128),
    # the same at a hundredth of its size, to see on a processor that everything works
    "gpu-rehearsal": UnetSize((32, 64, 96), (1, 1, 1), 8, 1e-3, 240.0, 2_000, 32),
    # the same in half a minute, for tests
    "gpu-tiny": UnetSize((32, 32, 32), (1, 1, 1), 2, 1e-3, 1.0, 4, 4),
}


def train_unet(name: str, out: Path, seed: int, base: Path | None = None) -> int:
    """The run called `name` in UNET_SIZES, in the folder `out`, gone on with if it was begun there. base: the model
    that codec and words are taken from, the one that comes along by default. Returns the exit status."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    UnetRun(UNET_SIZES[name], out, seed, device, base or resource("models", "scenes")).all()
    return 0


class UnetRun:
    """One run in one folder."""

    def __init__(self, size: UnetSize, out: Path, seed: int, device: torch.device, base: Path) -> None:
        self.size, self.out, self.seed, self.device, self.base = size, out, seed, device, base
        torch.manual_seed(seed)
        single: Any = {"dtype": torch.float32, "local_files_only": True}
        codec: Any = AutoencoderTiny.from_pretrained(base / "vae", **single)
        encoder: Any = CLIPTextModel.from_pretrained(str(base / "text_encoder"), **single)
        self.encoder: Any = encoder.to(device).eval()
        self.unet = make_unet(size, int(self.encoder.config.hidden_size))
        nn.Module.to(self.unet, device)
        self.source = Source(out / "data", seed, size.chunk, base / "tokenizer", basis_of(codec))
        self.trainee = Trainee(list(self.unet.parameters()), size.rate)
        self.spent = 0.0  # seconds of training, over all sessions
        self.losses: list[Tensor] = []
        self.kept: Tensor = _signal(device)

    def all(self) -> None:
        """From nothing, or from the checkpoint, to the finished folder."""
        self.spent = float(self.trainee.restore(self.out / "unet.safetensors").get("spent", 0.0))
        pool = Pool(self.size.scenes, self.device)
        begun = self.trainee.step
        with feeding(self.source, pool) as feed:
            while pool.filled < min(4 * self.size.batch, self.size.scenes):
                feed.take(patient=True)
            started = time.monotonic()
            self._train(pool, feed)
            pace = (self.trainee.step - begun) * self.size.batch / max(1e-3, time.monotonic() - started)
        self._save()
        figures = {
            "parameters": sum(parameter.numel() for parameter in self.unet.parameters()),
            "steps": self.trainee.step,
            "samples_per_second": round(pace, 1),
            "scenes": pool.filled,
            "held_out_error": self._examine(),
        }
        self._write_folder()
        self._sheet("samples.png")
        (self.out / "figures.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
        print(json.dumps(figures), flush=True)

    def _train(self, pool: Pool, feed: Feed) -> None:
        network: Any = torch.compile(self.unet) if self.device.type == "cuda" else self.unet
        generator = torch.Generator(self.device).manual_seed(self.seed * 1_000_003 + self.trainee.step)
        progress = Progress("UNet, seconds", round(self.size.seconds), round(self.spent))
        before = saved = drawn = time.monotonic()
        while self.spent < self.size.seconds:
            self._step(network, pool, generator)
            if self.trainee.step % _TELL_EVERY == 0:
                feed.take()
                loss = float(torch.stack(self.losses[-_TELL_EVERY:]).mean())
                progress(round(self.spent), f"step {self.trainee.step}, {pool.filled} scenes, loss {loss:.4f}")
                self.losses.clear()
            now = time.monotonic()
            self.spent, before = self.spent + min(now - before, _LONGEST_STEP), now
            if now - saved > _SAVE_EVERY:
                self._save()
                saved = time.monotonic()
            if now - drawn > _SHEET_EVERY:
                self._write_folder()
                self._sheet(f"samples-{self.trainee.step:06d}.png")
                drawn = before = time.monotonic()  # looking is not training

    def _step(self, network: Any, pool: Pool, generator: torch.Generator) -> None:
        size = self.size
        clean, ids = pool.batch(size.batch, generator)
        silent = torch.rand(size.batch, generator=generator, device=self.device) < _NOTHING_SAID
        ids[silent, 1:] = ids[silent, -1:]  # a prompt of nothing: its start, then ends
        noise = torch.randn(clean.shape, generator=generator, device=self.device)
        drawn = torch.randn(size.batch, generator=generator, device=self.device)
        steps = (drawn.sigmoid() * len(self.kept)).long().clamp_max(len(self.kept) - 1)  # logit-normal, 2403.03206
        with torch.no_grad():
            states: Tensor = self.encoder(input_ids=ids).last_hidden_state
        ratio = self.kept[steps] / (1 - self.kept[steps])
        loss = (self._error(network, clean, noise, steps, states) * ratio.clamp_max(_GAMMA) / (ratio + 1)).mean()
        share = min(1.0, self.spent / size.seconds)
        rate = size.rate * min(1.0, (self.trainee.step + 1) / _WARMUP) * (0.02 + 0.49 * (1 + math.cos(math.pi * share)))
        memory = min(0.9995, (1 + self.trainee.step) / (10 + self.trainee.step))
        self.trainee.descend(loss, rate, clip=1.0, memory=memory)
        self.losses.append(loss.detach())

    def _error(self, network: Any, clean: Tensor, noise: Tensor, steps: Tensor, states: Tensor) -> Tensor:
        """(batch,) the square error of the predicted velocity."""
        kept = self.kept[steps][:, None, None, None]
        signal, level = kept.sqrt(), (1 - kept).sqrt()
        half = torch.autocast("cuda", torch.bfloat16) if self.device.type == "cuda" else nullcontext()
        with half:
            found: Tensor = network(signal * clean + level * noise, steps, states).sample
        return (found.float() - (signal * noise - level * clean)).square().mean((1, 2, 3))

    def _examine(self) -> dict[str, float]:
        """The error on scenes that were never trained on, at each of some time steps, of the averaged weights."""
        elsewhere = Source(
            self.out / "held-out", self.seed + 1, self.source.chunk, self.source.tokenizer, self.source.basis
        )
        count = min(_HELD_OUT, 4 * self.size.batch)
        clean, ids = held_out(elsewhere, count)
        generator = torch.Generator().manual_seed(0)
        found: dict[str, float] = {}
        with torch.no_grad(), self.trainee.averaged():
            for level in _LEVELS:
                noise = torch.randn(clean.shape, generator=generator)
                total = 0.0
                for rows in torch.arange(count).split(32):
                    part = [tensor[rows].to(self.device) for tensor in (clean, noise, ids)]
                    steps = torch.full((len(rows),), level, device=self.device)
                    states: Tensor = self.encoder(input_ids=part[2]).last_hidden_state
                    total += float(self._error(self.unet, part[0], part[1], steps, states).sum())
                found[str(level)] = round(total / count, 4)
        return found

    def _save(self) -> None:
        self.trainee.save(self.out / "unet.safetensors", {"spent": self.spent})

    def _write_folder(self) -> None:
        with self.trainee.averaged():
            write_unet_folder(self.out / "model", self.unet, self.base)

    def _sheet(self, name: str) -> None:
        pipeline = load_pipeline(self.out / "model").to(self.device)
        pictures, prompts = made(pipeline, _SHEET if self.size.seconds > 10 else 1)
        contact_sheet(pictures, prompts, min(4, len(pictures))).save(self.out / name)


def make_unet(size: UnetSize, width: int) -> UNet2DConditionModel:
    """Random weights. width: of the text encoder's states."""
    levels: Any = {  # diffusers' own types forget that each level may have its own
        "transformer_layers_per_block": size.layers,
        "attention_head_dim": tuple(channels // 32 for channels in size.channels),
    }
    return UNet2DConditionModel(
        sample_size=32,
        in_channels=8,
        out_channels=8,
        block_out_channels=size.channels,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        layers_per_block=2,
        cross_attention_dim=width,
        norm_num_groups=16,
        **levels,
    )


def _signal(device: torch.device) -> Tensor:
    """(1000,) how much of the picture's variance is left at each time step: the schedule of the model that ships."""
    return torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0).float().to(device)


def main(arguments: list[str]) -> int:
    """The run without the rest of the studio."""
    parser = argparse.ArgumentParser(prog="python -m studio.training.unet_run")
    parser.add_argument("--preset", choices=list(UNET_SIZES), default="gpu")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    return train_unet(options.preset, options.out, options.seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
