"""A large picture painted over in overlapping tiles, each of the size that the model was made for.

At every step the network sees each tile alone, and what it says is mixed where tiles overlap (MultiDiffusion,
arXiv 2302.08113); there is one picture, one noise and one sampler, so tiles cannot drift apart. Latents of the whole
picture are in memory, pixels and the network's work only of a tile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from studio.pipelines.adapters import Adapter
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.decode import decode_latents
from studio.pipelines.denoise import denoise
from studio.pipelines.encode import encode
from studio.pipelines.framing import Frame, opaque
from studio.pipelines.loaded import Loaded
from studio.pipelines.looking import shown
from studio.pipelines.prepare import Start, latent_shape
from studio.pipelines.preview import previews_for
from studio.pipelines.source import as_input, encode_picture
from studio.pipelines.steering import Course
from studio.pipelines.upscaling.enlarge import Progress
from studio.pipelines.upscaling.tiles import Grid, put_together
from studio.request.errors import BadInput, Trouble
from studio.request.events import Loading
from studio.request.family import Ability, Family
from studio.request.geometry import Rect, Size
from studio.request.pipeline import Report
from studio.request.pixels import Array, Pixels
from studio.request.request import GenerationRequest

OVERLAP = 4  # a tile shares one in so many of its latents with a neighbour
CODED = 512  # pixels a side that the picture codec sees at a time
CODED_OVERLAP, CODED_MARGIN = 128, 32  # pixels


@dataclass(frozen=True)
class Layout:
    """frame: the whole. tile: what the network sees at a time, in pixels. grid, codec: places in latents."""

    frame: Frame
    tile: Size
    grid: Grid
    codec: Grid

    @classmethod
    def of(cls, size: Size, family: Family) -> Layout:
        scale, multiple = family.latent_scale, family.size_multiple
        least = Size(max(size.width, family.smallest_side), max(size.height, family.smallest_side))
        canvas = least.rounded_up(multiple)
        place = Rect((canvas.width - size.width) // 2, (canvas.height - size.height) // 2, size.width, size.height)
        native = family.native.rounded_up(multiple)
        tile = Size(min(native.width, canvas.width), min(native.height, canvas.height))
        whole = Size(canvas.width // scale, canvas.height // scale)
        coded = max(1, CODED // scale)
        return cls(
            frame=Frame(canvas, place),
            tile=tile,
            grid=Grid.of(whole, Size(tile.width // scale, tile.height // scale), min(tile) // scale // OVERLAP),
            codec=Grid.of(whole, Size(coded, coded), CODED_OVERLAP // scale, CODED_MARGIN // scale),
        )


def refuse_family(family: Family) -> None:
    """Raises BadInput when a family cannot add detail to a part of a picture."""
    if not family.divisible:
        raise BadInput(
            f"Models of the family {family.title} draw whole scenes: they cannot add detail to a larger picture.",
            "Choose another model, or enlarge without one.",
        )
    if not family.can(Ability.IMAGE_TO_IMAGE) or family.can(Ability.INSTRUCT):
        raise BadInput(
            f"Models of the family {family.title} cannot paint over a picture in tiles.",
            "Choose another model, or enlarge without one.",
        )


@dataclass
class InTiles:
    """An adapter whose network sees one tile after the other. told: how many of them are done."""

    adapter: Adapter
    grid: Grid
    told: Callable[[int], None]
    done: int = field(default=0, init=False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.adapter, name)

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        mixed = torch.zeros_like(latents, dtype=torch.float32)
        for place, shares in self.grid:
            rows, columns = slice(place.y, place.bottom), slice(place.x, place.right)
            seen = latents[..., rows, columns]
            output = self.adapter.predict(denoiser, inputs, seen, timestep, guidance)
            mixed[..., rows, columns] += output.float() * torch.from_numpy(shares).to(mixed.device)  # pyright: ignore
            self.done += 1
            self.told(self.done)
        return mixed.to(latents.dtype)


@dataclass(frozen=True, kw_only=True)
class Repaint:
    """source: the enlarged picture. previews: whether steps carry pictures. show: takes the newest one."""

    request: GenerationRequest
    source: Pixels
    loaded: Loaded
    layout: Layout
    report: Report
    progress: Progress
    previews: bool
    show: Callable[[Pixels | None], None]

    def run(self) -> Pixels:
        """The picture painted over, opaque. Raises Trouble when numbers overflowed."""
        loaded, request = self.loaded, self.request
        tile = Frame(self.layout.tile, Rect.of(self.layout.tile))
        alone = replace(request, source=None, upscale=None, strength=1.0, size=self.layout.tile)
        conditioning = encode(loaded, alone, tile, self.report)
        self.report(Loading("Reading the picture"))
        known = self._encoded().to(loaded.device.torch_device, loaded.latents_dtype)
        latents = self._painted(known, conditioning, shown(loaded, alone, tile, None, (_seeded(request),)))
        if not bool(torch.isfinite(latents).all()):
            raise Trouble(
                "The picture came out empty: the numbers in the model overflowed.",
                "Try another sampler, less strength, or another model.",
            )
        self.report(Loading("Decoding the picture"))
        return Pixels(np.ascontiguousarray(self.layout.frame.cropped(self._decoded(latents))))

    def _painted(self, known: Tensor, conditioning: Conditioning, seen: dict[str, Tensor]) -> Tensor:
        loaded, request, grid = self.loaded, self.request, self.layout.grid
        generator = _seeded(request)
        tokens = loaded.tokens((grid.tile.height, grid.tile.width))
        device, dtype = loaded.device.torch_device, loaded.latents_dtype
        steps = loaded.schedulers.steps(request.sampler, request.steps, request.strength, device, tokens=tokens)
        noise = torch.randn(known.shape, generator=generator, dtype=dtype).to(device)
        start = Start(
            steps=steps,
            latents=steps.noised(known, noise),
            generators=(generator,),
            noise=noise,
            known=known,
            shown=seen,
        )
        total = len(steps.levels) * len(grid) * max(1, len(conditioning.composed))
        tiled = InTiles(loaded.adapter, grid, lambda done: self.progress.told(min(done, total), total))
        divided = replace(loaded, adapter=cast("Adapter", tiled), tiny=None)  # a decoder would want all of it at once
        previews = previews_for(divided, self.layout.frame, self.previews)

        def on_call(_done: int, _latents: Tensor, clean: Callable[[], Tensor]) -> None:
            previews.pace()
            self.show(previews.after(clean))

        return denoise(divided, Course(conditioning, request.guidance), start, on_call)

    def _encoded(self) -> Tensor:
        """(1, channels, h, w): the likeliest latents of the source, put together of tiles."""
        scale = self.loaded.family.latent_scale
        whole = self.layout.frame.padded(opaque(self.source))
        latents = torch.zeros(latent_shape(self.loaded, self.layout.frame))
        for place, shares in self.layout.codec:
            piece = whole[place.y * scale : place.bottom * scale, place.x * scale : place.right * scale]
            found = encode_picture(self.loaded, as_input(piece)).latents().float().cpu()
            latents[..., place.y : place.bottom, place.x : place.right] += found * torch.from_numpy(shares)  # pyright: ignore
        return latents

    def _decoded(self, latents: Tensor) -> Array:
        def make(place: Rect) -> npt.NDArray[np.float32]:
            made = decode_latents(self.loaded, latents[..., place.y : place.bottom, place.x : place.right])
            return ((made[0].permute(1, 2, 0).float() * 0.5 + 0.5).clamp(0, 1) * 255).cpu().numpy()

        return put_together(self.layout.codec, self.loaded.family.latent_scale, make)


def _seeded(request: GenerationRequest) -> torch.Generator:
    return torch.Generator().manual_seed(request.seed)
