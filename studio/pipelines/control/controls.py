"""The control networks of a model: read when they are first wanted, kept for a while, on the device for a picture."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from studio.pipelines.control.guides import Guide, Shown, Sight
from studio.pipelines.control.looks import ImageEncoder, Pair, Weights, image_encoder, read_adapter
from studio.pipelines.devices import Device
from studio.pipelines.framing import Frame, opaque
from studio.pipelines.memory import bytes_of
from studio.pipelines.watch import Watch
from studio.request.control import Control
from studio.request.events import Loading
from studio.request.pipeline import Report
from studio.request.request import GenerationRequest

MOST = 4  # networks kept, those not in use among them
MOST_PAIRS = 16

Key = tuple[Path, int]


class Steering(Protocol):
    """How the networks of a family are steered by pictures that they follow place by place."""

    def sees(self, network: nn.Module) -> Sight:
        """What a control network looks at."""
        ...

    def readers(self) -> Mapping[str, Callable[..., Any]]:
        """By kind of control: (path, name, denoiser, dtype) to its network."""
        ...

    def guide_of(self, shown: Shown) -> Guide: ...

    def likening(self, denoiser: Any, adapters: Sequence[Weights]) -> Likening:
        """What these image prompt adapters put on the denoiser. Raises BadInput when they do not fit it."""
        ...


class Likening(Protocol):
    """Image prompt adapters of a picture, in order."""

    def sees_patches(self, index: int) -> bool:
        """Whether one looks at parts of its picture, rather than at the whole in a few words."""
        ...

    def on(self, denoiser: Any, /) -> AbstractContextManager[None]:
        """While open, the denoiser can look at pictures."""
        ...

    def guide(self, controls: Sequence[Control], pairs: Sequence[Pair]) -> Guide:
        """What shows it these."""
        ...


@runtime_checkable
class Altering(Protocol):
    """A guide that changes the denoiser itself."""

    def on(self, denoiser: Any, /) -> AbstractContextManager[None]:
        """While open, it can."""
        ...


@dataclass(frozen=True)
class Wanted:
    """A control with its file, and the image encoder that goes with it if it needs one."""

    control: Control
    path: Path
    encoder: Path | None = None


def all_controls(request: GenerationRequest) -> tuple[Control, ...]:
    """Of a request, and of the pictures that it is a branch of."""
    parent = () if request.branch is None else all_controls(request.branch.parent)
    return (*request.controls, *parent)


def weighty(controls: Iterable[Control]) -> tuple[Control, ...]:
    """Those that have weights beside the model."""
    return tuple(each for each in controls if not each.itself)


class Controls:
    """Those of one loaded model. steering: None for a family without any.

    keeps: networks stay on the device between the pictures of a set, until `leave_device`.
    """

    def __init__(
        self, steering: Steering | None, denoiser: Any, device: Device, dtype: torch.dtype, watch: Watch
    ) -> None:
        self._steering, self._denoiser = steering, denoiser
        self._device, self._dtype, self._watch = device, dtype, watch
        self._networks: OrderedDict[Key, nn.Module] = OrderedDict()
        self._adapters: OrderedDict[Key, Weights] = OrderedDict()
        self._encoders: OrderedDict[Key, ImageEncoder] = OrderedDict()
        self._eyes: tuple[tuple[Key, ...], Likening] | None = None
        self._pairs: OrderedDict[tuple[Key, str, bool], Pair] = OrderedDict()
        self._wanted: dict[tuple[str, str, str], Wanted] = {}
        self.keeps = False

    def want(self, wanted: Sequence[Wanted], report: Report) -> int:
        """Reads what is to be used now. Gives the bytes that it takes of the device.

        Raises Trouble or BadInput naming the file that cannot be used.
        """
        self._wanted = {_name(each.control): each for each in wanted}
        held: dict[int, nn.Module] = {}
        for each in self._wanted.values():
            if each.control.refers:
                self._adapter(each, report)
                held |= {id(network): network for network in [self._encoder(each, report).network]}
            else:
                network = self._network(each, report)
                held[id(network)] = network
        most = max(MOST, len(self._wanted))
        for kept in (self._networks, self._adapters):
            _shrink(kept, most)
        _shrink(self._encoders, max(1, len({each.encoder for each in self._wanted.values() if each.encoder})))
        return sum(bytes_of(each) for each in held.values())

    def pictures(
        self, controls: Iterable[Control], frame: Frame, encode: Callable[[Tensor, bool], Tensor]
    ) -> tuple[Tensor, ...]:
        """What is shown to the networks, for each control that is followed place by place.

        encode: latents of a picture (1, 3, height, width), -1..1; and whether to shift them as the model's are.
        """
        found: list[Tensor] = []
        for each in (each for each in controls if not each.refers):
            picture = self._picture(each, frame)
            assert self._steering is not None
            sight = self._steering.sees(self._network_of(each))
            plain = sight is Sight.PICTURE
            found.append(picture if plain else encode(2 * picture - 1, sight is Sight.LATENTS).to(picture))
        return tuple(found)

    @contextmanager
    def at_work(self, controls: Iterable[Control], pictures: Sequence[Tensor]) -> Generator[tuple[Guide, ...]]:
        """While open, the guides can be asked: their networks are on the device. The denoiser is there, too."""
        controls = tuple(controls)
        followed = [each for each in controls if not each.refers]
        referred = [each for each in controls if each.refers]
        with ExitStack() as stack:
            guides: list[Guide] = []
            for each, picture in zip(followed, pictures, strict=True):
                network = self._network_of(each)
                stack.enter_context(self._visiting(network))
                assert self._steering is not None
                guide = self._steering.guide_of(Shown(control=each, network=network, picture=picture))
                if isinstance(guide, Altering):
                    stack.enter_context(guide.on(self._denoiser))
                guides.append(guide)
            if referred:
                guides.insert(0, self._looks(referred, stack))  # others are to know what it adds to the words
            yield tuple(guides)

    def leave_device(self) -> None:
        """Makes room: networks wait in main memory, and do so after each picture from now on."""
        if self.keeps and self._device.graphics:
            for network in (*self._networks.values(), *(each.network for each in self._encoders.values())):
                network.to("cpu")
        self.keeps = False

    def _looks(self, controls: Sequence[Control], stack: ExitStack) -> Guide:
        wanted = [self._wanted[_name(each)] for each in controls]
        keys = tuple(_key(each.path) for each in wanted)
        if self._eyes is None or self._eyes[0] != keys:
            assert self._steering is not None
            self._eyes = keys, self._steering.likening(self._denoiser, [self._adapters[key] for key in keys])
        eyes = self._eyes[1]
        pairs = [
            self._seen(each, control, eyes.sees_patches(index))
            for index, (each, control) in enumerate(zip(wanted, controls, strict=True))
        ]
        stack.enter_context(eyes.on(self._denoiser))
        return eyes.guide(controls, pairs)

    def _seen(self, wanted: Wanted, control: Control, patches: bool) -> Pair:
        assert wanted.encoder is not None
        key = (_key(wanted.encoder), control.picture.digest, patches)
        if key not in self._pairs:
            encoder = self._encoders[key[0]]
            with self._visiting(encoder.network):
                self._pairs[key] = encoder.see(control.picture, patches=patches)
            _shrink(self._pairs, MOST_PAIRS)
        return self._pairs[key]

    def _network_of(self, control: Control) -> nn.Module:
        return self._networks[_key(self._wanted[_name(control)].path)]

    def _network(self, wanted: Wanted, report: Report) -> nn.Module:
        key = _key(wanted.path)
        if key not in self._networks:
            assert self._steering is not None
            report(Loading(f"Reading the control {wanted.control.name}"))
            read = self._steering.readers()[wanted.control.kind]
            network = read(wanted.path, wanted.control.name, self._denoiser, self._dtype)
            self._watch.keep(network)
            self._networks[key] = network
        self._networks.move_to_end(key)
        return self._networks[key]

    def _adapter(self, wanted: Wanted, report: Report) -> None:
        key = _key(wanted.path)
        if key not in self._adapters:
            report(Loading(f"Reading the control {wanted.control.name}"))
            self._adapters[key] = read_adapter(wanted.path, wanted.control.name)
        self._adapters.move_to_end(key)

    def _encoder(self, wanted: Wanted, report: Report) -> ImageEncoder:
        assert wanted.encoder is not None
        key = _key(wanted.encoder)
        if key not in self._encoders:
            report(Loading("Reading the image encoder"))
            self._encoders[key] = image_encoder(wanted.encoder, self._dtype)
            self._watch.keep(self._encoders[key].network)
        self._encoders.move_to_end(key)
        return self._encoders[key]

    def _picture(self, control: Control, frame: Frame) -> Tensor:
        shares = frame.padded(opaque(control.picture)).astype(np.float32) / 255.0
        return torch.tensor(shares).permute(2, 0, 1)[None].to(self._device.torch_device, self._dtype)

    @contextmanager
    def _visiting(self, network: nn.Module) -> Generator[None]:
        try:
            yield network.to(self._device.torch_device) and None
        finally:
            if self._device.graphics and not self.keeps:
                network.to("cpu")


def _name(control: Control) -> tuple[str, str, str]:
    return control.kind, control.name, control.digest


def _key(path: Path) -> Key:
    return path, path.stat().st_mtime_ns


def _shrink(kept: OrderedDict[Any, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
