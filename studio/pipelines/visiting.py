"""Networks that visit the device: lent there for a while, in one piece or in parts that follow each other.

What stays in main memory is never given up, so going back costs nothing: weights do not change while pictures are
made. Parts come from pinned memory on a stream of their own, so that the next one is on its way while one computes.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# torch's streams have no types

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from studio.pipelines.devices import Device, total_main_memory
from studio.pipelines.memory import LARGEST_UNIT, bytes_of

PINNED = 0.5  # of the main memory may be held where the system cannot move it away


@contextmanager
def visiting(network: nn.Module, device: Device, *, parts: bool = False) -> Generator[None]:
    """While open, the network can run on the device; afterwards it is where it was, after an exception too.

    parts: its layers take turns there, so that only a few of them are there at a time.
    """
    with ExitStack() as stack:
        if parts:
            _relay(network, device, stack)
        else:
            _lend(_tensors(network), device, stack)
        yield


def _relay(network: nn.Module, device: Device, stack: ExitStack) -> None:
    units = units_of(network)
    inside = {id(tensor) for unit in units for tensor in _tensors(unit)}
    _lend([tensor for tensor in _tensors(network) if id(tensor) not in inside], device, stack)
    pins = device.cuda and bytes_of(network) < PINNED * total_main_memory()
    relay = Relay([list(_tensors(unit)) for unit in units], device, pins=pins)
    stack.callback(relay.end)
    for number, unit in enumerate(units):
        stack.callback(unit.register_forward_pre_hook(_calling(relay.begins, number)).remove)
        stack.callback(unit.register_forward_hook(_calling(relay.ends, number), always_call=True).remove)


class Relay:
    """Parts of a network on the device one after the other.

    They follow each other as in the round before; the first round is slower, because nobody knows what comes next.
    """

    def __init__(self, units: list[list[Tensor]], device: Device, *, pins: bool) -> None:
        if pins:
            for tensor in (each for unit in units for each in unit):
                tensor.data = tensor.data if tensor.data.is_pinned() else tensor.data.pin_memory()
        self._units = units
        self._homes = [[tensor.data for tensor in unit] for unit in units]
        self._device = device
        self._stream: Any = torch.cuda.Stream(device.torch_device) if device.cuda else None
        self._here: dict[int, Any] = {}  # part → what to wait for before it may run
        self._follows: dict[int, int] = {}
        self._last: int | None = None

    def begins(self, number: int) -> None:
        """A part is called: it is here when this returns, and the one that will follow is on its way."""
        if number not in self._here:
            self._fetch(number)
        arrival = self._here[number]
        if arrival is not None:
            torch.cuda.current_stream(self._device.torch_device).wait_event(arrival)
        if self._last is not None:
            self._follows[self._last] = number
        self._last = number
        following = self._follows.get(number)
        if following is not None and following not in self._here:
            self._fetch(following)

    def ends(self, number: int) -> None:
        """A part has run."""
        self._here.pop(number, None)
        for tensor, home in zip(self._units[number], self._homes[number], strict=True):
            tensor.data = home

    def end(self) -> None:
        """All of it is at home."""
        for number in range(len(self._units)):
            self.ends(number)

    def _fetch(self, number: int) -> None:
        with torch.cuda.stream(self._stream) if self._stream is not None else nullcontext():
            for tensor, home in zip(self._units[number], self._homes[number], strict=True):
                tensor.data = carried(home, self._device)
            self._here[number] = self._stream.record_event() if self._stream is not None else None
        if self._stream is not None:
            computing = torch.cuda.current_stream(self._device.torch_device)
            for tensor in self._units[number]:
                tensor.data.record_stream(computing)  # its memory may be used again only when that is done


def carried(home: Tensor, device: Device) -> Tensor:
    """A copy on the device; from pinned memory nobody waits for it."""
    return home.to(device.torch_device, non_blocking=home.is_pinned() if device.cuda else False)


def _lend(tensors: Iterable[Tensor], device: Device, stack: ExitStack) -> None:
    for tensor in tensors:
        stack.callback(setattr, tensor, "data", tensor.data)
        tensor.data = carried(tensor.data, device)


def _tensors(network: nn.Module) -> Iterable[Tensor]:
    return (*network.parameters(), *network.buffers())


def _calling(act: Callable[[int], None], number: int) -> Callable[..., None]:
    def call(*_: Any) -> None:
        act(number)

    return call


def units_of(network: nn.Module) -> list[nn.Module]:
    """The largest parts below LARGEST_UNIT that run as one (a list of modules does not)."""
    parts = list(network.children())
    if not parts or (bytes_of(network) <= LARGEST_UNIT and not isinstance(network, nn.ModuleList)):
        return [network] if bytes_of(network) else []
    return [unit for part in parts for unit in units_of(part)]
