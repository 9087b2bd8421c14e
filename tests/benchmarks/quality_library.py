"""What the embedded model holds, and how far its pictures are from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from diffusers import AutoencoderTiny
from safetensors.torch import load_file
from torch import Tensor

from studio.request.family import Model

BLOCK = 8  # latents to a side: a quarter of the picture's side
SAMPLE = 64  # library pictures compared with all others for the typical distance


@dataclass(frozen=True)
class Sources:
    """The codec, and the pictures of the library as latents (N, 8, 32, 32)."""

    codec: AutoencoderTiny
    pictures: Tensor

    def latents(self, pictures: np.ndarray) -> Tensor:
        """(n, h, w, 3) uint8 -> (n, 8, h/8, w/8) as the denoiser sees them."""
        tensor = torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.inference_mode():
            parts = [self.codec.encode(part).latents for part in tensor.split(8)]
        return torch.cat(parts) * self.codec.config.scaling_factor

    def round_trip(self, pictures: np.ndarray) -> np.ndarray:
        """Through the codec and back, (n, h, w, 3) uint8."""
        with torch.inference_mode():
            latents = self.latents(pictures) / self.codec.config.scaling_factor
            decoded = torch.cat([self.codec.decode(part).sample for part in latents.split(8)])
        return ((decoded.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def sources_of(model: Model) -> Sources:
    codec = AutoencoderTiny.from_pretrained(str(model.path / "vae"), local_files_only=True)
    weights = {
        name: tensor for path in (model.path / "unet").glob("*.safetensors") for name, tensor in load_file(path).items()
    }
    pieces = sorted((name for name in weights if name.startswith("library_")), key=lambda name: int(name.split("_")[1]))
    pictures = torch.cat([weights[name] for name in pieces]).float() * weights["gain"].float()[:, None, None]
    return Sources(codec.float().eval(), pictures)


@dataclass(frozen=True)
class Newness:
    """How new pictures are.

    nearest: of each picture, the mean square distance to the nearest in the library; typical: the same within the
    library; sources: from how many library pictures its 16 blocks would have to be taken to come as near as possible.
    """

    nearest: list[float]
    typical: float
    sources: list[int]


def newness(sources: Sources, made: np.ndarray) -> Newness:
    library = sources.pictures
    latents = sources.latents(made)
    nearest = [float(_distances(library, one).min()) for one in latents]
    chosen = library[:: max(1, len(library) // SAMPLE)]
    within = [float(_distances(library, one).sort().values[1]) for one in chosen]
    return Newness(nearest, float(np.median(within)), [_sources(library, one) for one in latents])


def _distances(library: Tensor, one: Tensor) -> Tensor:
    return (library - one).square().mean((1, 2, 3))


def _sources(library: Tensor, one: Tensor) -> int:
    error = (library - one).square().mean(1)
    blocks = error.unflatten(1, (-1, BLOCK)).unflatten(3, (-1, BLOCK)).mean((2, 4))
    return len(set(blocks.argmin(0).flatten().tolist()))
