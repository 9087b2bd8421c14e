"""A model in memory, and how it is read from disk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch

from studio.pipelines.adapters import Adapter, Reader, adapter_of
from studio.pipelines.computing import Computing
from studio.pipelines.conditioning import Adapters
from studio.pipelines.control.controls import Controls
from studio.pipelines.devices import Device
from studio.pipelines.memory import WHOLE, WHOLE_ENCODER, Need, Plan, bytes_of, need_of
from studio.pipelines.overlays import Overlays, Worn
from studio.pipelines.palette import Palette
from studio.pipelines.parts import bytes_on_disk, checked, class_named, read_index, read_part, read_schedule
from studio.pipelines.readers import StockReader
from studio.pipelines.samplers import Schedulers
from studio.pipelines.single_file import SingleFile, configs_of, read_codec
from studio.pipelines.tiny_decoder import TinyDecoder
from studio.pipelines.visiting import visiting
from studio.pipelines.watch import Interruptible, Watch
from studio.pipelines.weights import weights_in
from studio.request.events import Loading
from studio.request.family import Family, Model
from studio.request.pipeline import Report

log = logging.getLogger(__name__)

_NAMES = {
    "unet": "the denoiser",
    "transformer": "the denoiser",
    "vae": "the picture codec",
    "text_encoder": "the text encoder",
    "text_encoder_2": "the second text encoder",
    "text_encoder_3": "the third text encoder",
}


@dataclass(frozen=True, kw_only=True)
class Dress:
    """LoRA that are on: for the whole picture, and in each of its regions."""

    whole: Adapters = ()
    regions: tuple[Adapters, ...] = ()

    @property
    def regional(self) -> bool:
        """Some region has others than the whole."""
        return any(each != self.whole for each in self.regions)


@dataclass(eq=False, kw_only=True)
class Loaded:
    """All of a model that is needed to run it. The parts are of the libraries' own classes, hence Any.

    denoiser, codec: of diffusers' classes, called by the adapter.
    schedulers: its samplers. options: flags of its model_index.json, and its "traits".
    dtype: of the denoiser and its latents. plan: how it is laid out now. resident: all of it is on the device.
    computing: how the denoiser is run.
    stamp: names the files that it was read from, as they were then. tiny: a decoder for previews, where
    there is one; tiny_sought: it was looked for.
    """

    family: Family
    adapter: Adapter
    denoiser: Any
    codec: Any
    readers: tuple[Reader, ...]
    schedulers: Schedulers
    options: Mapping[str, Any]
    device: Device
    dtype: torch.dtype
    watch: Watch
    palette: Palette
    need: Need
    overlays: Overlays
    controls: Controls
    computing: Computing
    plan: Plan = WHOLE
    resident: bool = False
    stamp: str = ""
    tiny: TinyDecoder | None = None
    tiny_sought: bool = False
    dress: Dress = field(default_factory=Dress)

    @property
    def networks(self) -> tuple[Any, ...]:
        return (*self.encoders, self.denoiser, self.codec)

    @property
    def encoders(self) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(encoder for reader in self.readers for encoder in reader.encoders))

    @property
    def measure(self) -> str:
        """Names models that take as much memory for each pixel: on this device, of this family, size and precision."""
        kind = str(self.dtype).removeprefix("torch.")
        return f"{self.family.id} {self.need.weights // 1_000_000} MB {kind} on {self.device.name}"

    @property
    def latents_dtype(self) -> torch.dtype:
        """Flow matching takes such small steps between large numbers that half precision would lose them."""
        return torch.float32 if self.adapter.flow is not None else self.dtype

    def tokens(self, shape: tuple[int, ...]) -> int:
        """Of a picture with latents of that shape."""
        patch = self.adapter.flow.patch if self.adapter.flow is not None else 1
        return (shape[-2] // patch) * (shape[-1] // patch)

    def wear(self, wanted: Sequence[Worn], regions: Sequence[Sequence[Worn]] = ()) -> None:
        """Lays exactly these weights over the model. Raises Trouble or BadInput naming what cannot be used.

        regions: what is on in each of them, in place of the LoRA among `wanted`; for where it is put on, see `dress`.
        """
        every = {(each.kind, each.path): each for each in (*wanted, *(each for region in regions for each in region))}
        self.overlays.wear(tuple(every.values()))
        self.dress = Dress(
            whole=self.overlays.set_of(wanted), regions=tuple(self.overlays.set_of(region) for region in regions)
        )
        if self.dress.regional:
            self.overlays.put_on(self.dress.whole)
            self.overlays.forget_words()
        codec = self.overlays.codec(wanted)
        if codec is not self.codec:
            self.codec.to("cpu")
            self.watch.keep(codec, finely=True)
            self.codec, self.resident = codec, False

    def lay_out(self, plan: Plan) -> None:
        """Puts the networks where the plan wants them between their turns. Costs nothing when they are there."""
        if (self.plan, self.resident) == (plan, not plan.turns):
            return
        self.plan, self.resident = plan, not plan.turns
        for network in self.networks:
            network.to("cpu" if self._visits(network) else self.device.torch_device)

    def leave_device(self) -> None:
        """Makes room for another model; what it knows stays warm in main memory."""
        for network in self.networks:
            network.to("cpu")
        self.resident = False

    def visit(self, network: Any) -> AbstractContextManager[None]:
        """While open, this network of the model can be called."""
        if not self._visits(network):
            return nullcontext()
        large = network is self.denoiser or (network is not self.codec and bytes_of(network) > WHOLE_ENCODER)
        return visiting(network, self.device, parts=self.plan.layers and large)

    def _visits(self, network: Any) -> bool:
        """Whether it is on the device only while it is called."""
        return self.plan.turns or (self.plan.readers and any(network is each for each in self.encoders))


def load(model: Model, device: Device, report: Report) -> Loaded:
    """Reads a model into main memory, telling how far it is.

    Raises Trouble for what is wrong with its files, CancelledError (from `report`) between two tensors.
    """
    adapter = adapter_of(model.family)
    dtype = device.precision(model.family)
    read = _read_folder if model.path.is_dir() else _read_file
    return put_together(model, device, read(model, adapter, dtype, report))


Read = tuple[dict[str, Any], Mapping[str, Any], Mapping[str, Any]]
"""Parts by name, the noise schedule's configuration, and model_index.json."""


def put_together(model: Model, device: Device, read: Read) -> Loaded:
    """A model from its parts."""
    adapter, (parts, schedule, index) = adapter_of(model.family), read
    dtype = device.precision(model.family)
    if device.cuda:  # convolutions in half precision are faster there when channels lie side by side
        for name in (adapter.network, "vae"):
            side_by_side(parts[name])
    if adapter.codec_overflows and parts["vae"].config.get("force_upcast", False):
        parts["vae"].to(torch.float32)
    readers = adapter.readers(parts)
    denoiser = parts[adapter.network]
    encoders = list(dict.fromkeys(encoder for reader in readers for encoder in reader.encoders))
    for reader in readers:
        if isinstance(reader, StockReader):
            reader.place = device.torch_device
    watch = Watch()
    watch.keep(parts["vae"], finely=True)
    for network in (denoiser, *encoders):
        watch.keep(network)
    return Loaded(
        family=model.family,
        adapter=adapter,
        denoiser=denoiser,
        codec=parts["vae"],
        readers=readers,
        schedulers=Schedulers({**schedule, **dict(model.family.schedule)}, adapter.flow),
        options={**index, "traits": model.traits},
        device=device,
        dtype=dtype,
        watch=watch,
        palette=Palette(model.family),
        need=need_of(denoiser, parts["vae"], encoders),
        overlays=Overlays(
            adapter, parts, readers, lambda path: _another_codec(path, parts["vae"], adapter, model.family)
        ),
        controls=Controls(adapter.steering, denoiser, device, dtype, watch),
        computing=Computing(denoiser, watch),
    )


def side_by_side(network: Any) -> None:
    """Lays the weights of its convolutions out so that the channels of a pixel are neighbours; the numbers stay."""
    network.to(memory_format=torch.channels_last)


def _read_folder(model: Model, adapter: Adapter, dtype: torch.dtype, report: Report) -> Read:
    index = read_index(model.path)
    kinds = {
        name: class_named(index, name, model.title, adapter.classes) for name in _parts(adapter, index)
    }  # all known before any is read
    sizes = {name: bytes_on_disk(model.path / name) for name in kinds}
    parts = _each(sizes, lambda name: read_part(kinds[name], model.path / name, dtype), report)
    return parts, read_schedule(model.path), index


def _another_codec(path: Path, own: Any, adapter: Adapter, family: Family) -> Any:
    """A picture codec of the same make as the model's own."""
    kind = cast("Any", type(own))
    if path.is_dir():
        return read_part(kind, path, own.dtype)
    read = read_codec(adapter, kind, configs_of(family), weights_in(path), own.dtype)
    return checked(read, f"The picture codec {path.stem}")


def _read_file(model: Model, adapter: Adapter, dtype: torch.dtype, report: Report) -> Read:
    file = SingleFile(model, adapter)
    whole, beside = model.path.stat().st_size, dict(model.parts)
    sizes = {
        name: beside[name].stat().st_size if name in beside else whole if name == adapter.network else 1
        for name in _parts(adapter, file.index)
    }
    parts = _each(sizes, lambda name: file.part(name, dtype), report)
    return parts, file.schedule(), file.index


def _parts(adapter: Adapter, index: Mapping[str, Any]) -> tuple[str, ...]:
    more = (name for name in adapter.optional if name in index)
    return (*(name for pair in adapter.words for name in pair), *more, adapter.network, "vae")


def _each(sizes: Mapping[str, int], read: Callable[[str], Any], report: Report) -> dict[str, Any]:
    """All parts, read one after the other; the share that is done is told before each."""
    total, done = max(1, sum(sizes.values())), 0
    parts: dict[str, Any] = {}
    for name, size in sizes.items():
        if name in _NAMES:
            report(Loading(f"Reading {_NAMES[name]}", done / total))
        with Interruptible(report.check):
            parts[name] = read(name)
        done += size
    return parts
