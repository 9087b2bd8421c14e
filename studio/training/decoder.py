"""Learning the codec's decoder: crops of scenes and of dead leaves, an L1 loss on pixels and on their gradients."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import Tensor

from studio.training.checkpoint import Trainee
from studio.training.codec import SCALING, Bytes

_CROP = 64  # pixels
_BATCH = 16
_RATE = 1.5e-3
_NOISE = 0.05  # of the latents: denoised latents are never exact
_SAVE_EVERY = 120.0  # seconds


class Crops:
    """Random crops: `share` of them from the leaves, the others from the scenes. (N, H, W, 3) bytes each."""

    def __init__(self, scenes: Bytes, leaves: Bytes, share: float) -> None:
        self.sources = (scenes, leaves)
        self.share = share

    def batch(self, seed: int, step: int) -> Tensor:
        """(16, 3, 64, 64) in -1..1, the same for the same seed and step."""
        random = np.random.default_rng([seed, step])
        crops = np.stack([self._one(random) for _ in range(_BATCH)])
        return to_tensor(crops)

    def _one(self, random: np.random.Generator) -> Bytes:
        source = self.sources[int(random.random() < self.share)]
        picture = source[random.integers(len(source))]
        top, left = random.integers(picture.shape[0] - _CROP + 1), random.integers(picture.shape[1] - _CROP + 1)
        crop = picture[top : top + _CROP, left : left + _CROP]
        return crop[:, ::-1] if random.random() < 0.5 else crop


def to_tensor(pictures: Bytes) -> Tensor:
    """(N, H, W, 3) bytes -> (N, 3, H, W) in -1..1."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def train_decoder(
    codec: AutoencoderTiny, crops: Crops, steps: int, seed: int, checkpoint: Path, tell: Callable[[int, float], None]
) -> None:
    """Trains until `steps`, going on from the checkpoint if there is one; leaves the averaged weights in `codec`.

    tell(step, loss) is called every fifty steps.
    """
    trainee = Trainee(list(codec.decoder.parameters()), _RATE)
    trainee.restore(checkpoint)
    codec.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    generator = torch.Generator()
    saved, losses = time.monotonic(), list[float]()
    while trainee.step < steps:
        pictures = crops.batch(seed, trainee.step)
        generator.manual_seed(seed * 1_000_003 + trainee.step)
        with torch.no_grad():
            latents = codec.encoder(pictures)
            latents = latents + torch.randn(latents.shape, generator=generator) * (_NOISE / SCALING)
        loss = _loss(codec.decoder(latents), pictures)
        progress = trainee.step / steps
        rate = _RATE * min(1, (trainee.step + 1) / 20) * (0.03 + 0.97 * (0.5 + 0.5 * math.cos(math.pi * progress)))
        memory = min(0.995, (1 + trainee.step) / (5 + trainee.step))
        trainee.descend(loss, rate, clip=0.5, memory=memory)
        losses.append(loss.item())
        if trainee.step % 50 == 0:
            tell(trainee.step, float(np.mean(losses[-50:])))
        if time.monotonic() - saved > _SAVE_EVERY:
            trainee.save(checkpoint, {})
            saved = time.monotonic()
    trainee.save(checkpoint, {})
    with torch.no_grad():
        for parameter, average in zip(trainee.parameters, trainee.average, strict=True):
            parameter.copy_(average)


def psnr(codec: AutoencoderTiny, pictures: Bytes) -> float:
    """Mean decibels of the way through the codec and back."""
    with torch.no_grad():
        target = to_tensor(pictures)
        made = codec.decoder(codec.encoder(target)).clamp(-1, 1)
    return float((10 * torch.log10(4 / (made - target).square().mean((1, 2, 3)))).mean())


def _loss(made: Tensor, target: Tensor) -> Tensor:
    error = made - target
    across = (error[..., 1:] - error[..., :-1]).abs().mean()
    down = (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
    return error.abs().mean() + error.square().mean() + 0.7 * (across + down)
