"""Upscalers: networks that were taught what sharp pictures look like (spandrel knows some forty architectures)."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# spandrel's descriptors are generic in ways that are of no use here

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file

from studio.pipelines.devices import Device, memory_ran_out
from studio.pipelines.parts import told
from studio.pipelines.watch import Watch
from studio.request.errors import BadInput, Trouble
from studio.request.pixels import Array


@dataclass(frozen=True, eq=False)
class Network:
    """scale: times that it enlarges. divisible: whether a picture may be given to it in tiles."""

    name: str
    scale: int
    divisible: bool
    device: Device
    watch: Watch
    descriptor: Any

    def __call__(self, picture: Array, check: Callable[[], None]) -> npt.NDArray[np.float32]:
        """RGB bytes, height × width × 3, `scale` times as large, 0..255. `check` is asked on the way; it may raise."""
        given = torch.from_numpy(picture.astype(np.float32) / 255).permute(2, 0, 1)[None]  # pyright: ignore[reportPrivateImportUsage]
        given = given.to(self.device.torch_device, self.descriptor.dtype)
        with torch.inference_mode(), self.watch.over(check), self.watch.closely(self.descriptor.model):
            made: torch.Tensor = self.descriptor(given)
        return made[0].permute(1, 2, 0).float().mul(255).cpu().numpy()


class Networks:
    """The one that was used last is kept."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._kept: tuple[str, Network] | None = None

    def get(self, name: str, path: Path) -> Network:
        """Raises BadInput when the file is no upscaler, Trouble when it is damaged."""
        try:
            stamp = f"{path}|{path.stat().st_mtime_ns}"
        except OSError as error:
            raise Trouble(f"The upscaler {name} is no longer where it was.", "Look at the list of models.") from error
        if self._kept is None or self._kept[0] != stamp:
            self._kept = None
            self._kept = (stamp, _read(name, path, self._device))
        return self._kept[1]

    def let_go(self) -> None:
        """Makes room for a model."""
        self._kept = None


def _read(name: str, path: Path, device: Device) -> Network:
    with told(f"The upscaler {name}"):
        weights = load_file(path)
    loader, refused = _loader()
    try:
        descriptor: Any = loader.load_from_state_dict(weights)
    except (refused, ValueError, KeyError, RuntimeError, IndexError, TypeError, AssertionError) as error:
        if memory_ran_out(error):
            raise
        raise BadInput(
            f"The upscaler {name!r} is of a kind that is not known here, or damaged.",
            "Choose another one, or the method without one.",
            repr(error),
        ) from error
    if (descriptor.input_channels, descriptor.output_channels) != (3, 3) or descriptor.purpose == "FaceSR":
        raise BadInput(f"{name!r} does not work on whole pictures in colour.", "Choose another upscaler.")
    half = device.graphics and bool(descriptor.supports_half)
    descriptor.to(device.torch_device, torch.float16 if half else torch.float32).eval()
    watch = Watch()
    watch.keep(descriptor.model)
    internal = str(descriptor.tiling) == "ModelTiling.INTERNAL"
    return Network(name, int(descriptor.scale), not internal, device, watch, descriptor)


def _loader() -> tuple[Any, type[Exception]]:
    """spandrel's loader, and what it raises for what it does not know."""
    if importlib.util.find_spec("spandrel") is None:
        raise Trouble("Upscalers need the package spandrel, which is not installed.", "Set Sfumato up again: repair.")
    with _without_torchvision():
        import spandrel
    return spandrel.ModelLoader(), spandrel.UnsupportedModelError


class _Absent(ModuleType):
    """Stands for a module that is not installed, and for everything in it."""

    def __getattr__(self, name: str) -> _Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(name)


@contextmanager
def _without_torchvision() -> Generator[None]:
    """While open, an import of torchvision succeeds.

    WORKAROUND: spandrel 0.4.2 imports torchvision for two of its architectures, which fill holes and mend faces and
    are not used here. torchvision itself has to be built for the very build of PyTorch that is installed, or it
    breaks transformers too.
    """
    names = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")
    if "spandrel" in sys.modules or importlib.util.find_spec("torchvision") is not None:
        yield
        return
    sys.modules.update({name: _Absent(name) for name in names})
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
