"""Making a model fit: a ladder of ever leaner ways to run it, and which rung the free memory allows."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from studio.pipelines.devices import Device
from studio.request.geometry import Size

LARGEST_UNIT = 200_000_000  # bytes of weights that visit the device together when layers take turns
SPARE = 0.9  # of the free memory may be planned with
WHOLE_ENCODER = 2_000_000_000  # bytes of a text encoder up to which it visits in one piece all the same
UNITS = 3  # of those are there at a time: one that works, one that comes, one whose memory is not free yet
TOKEN = 256  # pixels that a transformer sees as one
TILE = Size(512, 512)  # pixels, what tiled decoding works on at a time


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One rung.

    note: what to tell the artist when it had to be taken, "" for the first rung.
    tiles: encode and decode pictures in overlapping tiles. slices: attention a few heads at a time.
    readers: text encoders are on the device only while they read. turns: so are the denoiser and the codec while they
    work. layers: so are the denoiser's parts, the next one being fetched while one works.
    """

    note: str = ""
    tiles: bool = False
    slices: bool = False
    readers: bool = False
    turns: bool = False
    layers: bool = False


WHOLE = Plan()


def ladder(device: Device) -> tuple[Plan, ...]:
    """From the fastest to the leanest plan. On a processor, where weights and work share one memory, two rungs."""
    # attention kernels on CUDA and on processors need little memory already; Apple's do not
    slices = device.torch_device.type == "mps"
    tiled = Plan(note="Memory was short: the picture was decoded in tiles.", tiles=True, slices=slices)
    if not device.graphics:
        return WHOLE, tiled
    readers = replace(
        tiled,
        note="Memory was short: the text encoder left the graphics card once it had read the prompt.",
        readers=True,
    )
    turns = replace(
        readers,
        note="Memory was short: the model's parts took turns on the graphics card, which costs seconds a picture.",
        turns=True,
    )
    layers = replace(
        turns,
        note="Memory was very short: the model went through the graphics card in pieces, which slows every step.",
        layers=True,
    )
    return WHOLE, tiled, readers, turns, layers


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a model takes of the device's memory, in bytes.

    weights: all of it. largest: its largest network. encoders: those that read the prompt, together.
    denoising, decoding: for each pixel of the canvas; measured: on this machine, not guessed.
    guests: control networks, which are on the device for the denoising, and between two pictures where there is room.
    """

    weights: int
    largest: int
    denoising: float
    decoding: float
    guests: int = 0
    encoders: int = 0
    measured: bool = False

    def total(self, pixels: int, plan: Plan, *, resident: bool) -> float:
        """resident: the weights are on the device already, but for what the plan keeps away from it."""
        decoding = self.decoding * (min(pixels, TILE.area) if plan.tiles else pixels)
        working = max(self.denoising * pixels + self.guests, decoding + (0 if plan.tiles else self.guests))
        if plan.layers:
            return max(UNITS * LARGEST_UNIT + working, min(self.encoders, WHOLE_ENCODER))
        if plan.turns:
            return max(self.largest + working, self.encoders)
        held = 0.0 if resident else float(self.weights)
        if plan.readers:
            return max(self.encoders, working) if resident else max(held, held - self.encoders + working)
        return held + working

    def learned(self, peak: int, pixels: int) -> Need:
        """With what a picture of so many pixels really took: `peak` bytes, the weights among them."""
        each = max(0.0, (peak - self.weights - self.guests) / pixels)
        return replace(self, denoising=each, decoding=each, measured=True) if peak else self

    def doubted(self) -> Need:
        """After memory ran out where this said it would not."""
        return replace(self, denoising=2 * self.denoising, decoding=2 * self.decoding)

    def fitting(self, size: Size, free: int, plan: Plan, *, resident: bool) -> Size:
        """The largest size of the same shape that should fit, sides in steps of 64."""
        room = SPARE * free - self.total(0, plan, resident=resident)
        pixels = room / max(self.denoising, 0.0 if plan.tiles else self.decoding)
        scale = min(0.8, math.sqrt(max(pixels, 1) / size.area))  # it failed at this size, whatever was planned
        return Size(*(max(64, int(side * scale) // 64 * 64) for side in size))


def need_of(denoiser: Any, codec: Any, encoders: Sequence[Any]) -> Need:
    """Estimated from the widths of the networks; factors measured on Stable Diffusion 1.5 at 512 and 768 pixels."""
    sizes = [bytes_of(network) for network in (denoiser, codec, *encoders)]
    return Need(
        weights=sum(sizes),
        largest=max(sizes),
        encoders=sum(sizes[2:]),
        denoising=_working(denoiser) * denoiser.dtype.itemsize,
        decoding=4.0 * _width(codec) * codec.dtype.itemsize,
    )


def _working(denoiser: Any) -> float:
    """Numbers held at a time for each pixel while denoising."""
    config: Mapping[str, Any] = denoiser.config
    heads, each = (config.get(name) for name in ("num_attention_heads", "attention_head_dim"))
    if isinstance(heads, int) and isinstance(each, int):
        return 16.0 * heads * each / TOKEN  # queries, keys, values, their mix and the wide layer, of one block
    return 1.0 * _width(denoiser)


def _width(network: Any) -> int:
    """Channels of the first level, which works at the highest resolution."""
    config: Mapping[str, Any] = network.config
    widths: Any = config.get("block_out_channels") or config.get("decoder_block_out_channels") or 64
    return int(widths if isinstance(widths, int) else widths[0])


def bytes_of(network: nn.Module) -> int:
    """What a network's numbers take, wherever they are."""
    tensors = [*network.parameters(), *network.buffers()]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def choose(need: Need, pixels: int, device: Device, *, resident: bool, low: bool) -> int:
    """The rung to start on: the first one that should fit; with `low` one leaner than needed, if there is one."""
    rungs = ladder(device)
    free = SPARE * device.free_bytes()
    fits = (rung for rung, plan in enumerate(rungs) if need.total(pixels, plan, resident=resident) <= free)
    return min(next(fits, len(rungs) - 1) + low, len(rungs) - 1)


def slice_attention(denoiser: Any, plan: Plan, device: Device) -> None:
    """Attention of the denoiser a few heads at a time, or whole again. Only Apple's devices gain by it."""
    if device.torch_device.type == "mps" and hasattr(denoiser, "set_attention_slice"):
        denoiser.set_attention_slice("auto" if plan.slices else None)


@contextmanager
def tiling(codec: Any, plan: Plan, *, encodes: bool = False) -> Generator[None]:
    """While open, the codec works in overlapping tiles if the plan says so.

    WORKAROUND: AutoencoderTiny puts encoded tiles into four channels, however many it has (diffusers 0.42.1,
    autoencoder_tiny.py, _tiled_encode), so it encodes as a whole; that takes little memory.
    """
    if not plan.tiles or (encodes and hasattr(codec, "spatial_scale_factor")):
        yield
        return
    codec.enable_tiling()
    try:
        yield
    finally:
        codec.disable_tiling()
