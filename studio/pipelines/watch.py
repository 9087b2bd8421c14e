"""Stopping in the middle: between blocks of a network, and between tensors while weights are read.

A network's blocks ask "still wanted?" before they run, so a job ends within a small part of a step, in the text
encoder and the picture codec as well; nothing is left half done, since the blocks change no state of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from studio.pipelines.strips import interruptible

ENOUGH = 16  # blocks of a network, so that none takes a large part of a step


def _wanted() -> None:
    """Nobody can cancel."""


class Watch:
    """Asks the job in hand, through hooks put once on the blocks of all networks of a model."""

    def __init__(self) -> None:
        self._check: Callable[[], None] = _wanted
        self._coarse: WeakSet[nn.Module] = WeakSet()
        self._kept: WeakSet[nn.Module] = WeakSet()
        self._hooks: WeakKeyDictionary[nn.Module, RemovableHandle] = WeakKeyDictionary()

    @contextmanager
    def over(self, check: Callable[[], None]) -> Generator[None]:
        """While open, blocks call `check`, which raises to stop."""
        self._check = check
        try:
            yield
        finally:
            self._check = _wanted

    def keep(self, network: nn.Module, *, finely: bool = False) -> None:
        """Puts the hooks on a network, for good; their cost is too small to be measured.

        finely: on every layer, and within the large ones. For picture codecs, where a block at full resolution takes
        long.
        """
        if network in self._kept:
            return
        self._kept.add(network)
        blocks = layers_of(network) if finely else blocks_of(network)
        if finely:
            interruptible(network, lambda: self._check())
        if len(blocks) < ENOUGH:
            self._coarse.add(network)
        for block in blocks:
            self._hooks[block] = block.register_forward_pre_hook(self._before)

    @contextmanager
    def aside(self, parts: Iterable[nn.Module]) -> Generator[None]:
        """While open, these parts do not ask; their owners do."""
        quiet = [part for part in parts if part in self._hooks]
        for part in quiet:
            self._hooks[part].remove()
        try:
            yield
        finally:
            for part in quiet:
                self._hooks[part] = part.register_forward_pre_hook(self._before)

    def coarse(self, network: nn.Module) -> bool:
        """Whether a network that is kept has too few blocks for asking between them."""
        return network in self._coarse

    def closely(self, network: nn.Module) -> AbstractContextManager[object]:
        """While open, a network that is kept and has too few blocks is asked at every torch function, too."""
        return Interruptible(self._check) if self.coarse(network) else nullcontext()

    def _before(self, module: nn.Module, inputs: Any) -> None:
        self._check()


def blocks_of(network: nn.Module) -> list[nn.Module]:
    """The network itself, its parts, and what it keeps in lists: layers, residual and attention blocks."""
    lists = [each for each in network.modules() if isinstance(each, nn.ModuleList | nn.Sequential)]
    found = [network, *network.children(), *(block for each in lists for block in each)]
    return list(dict.fromkeys(block for block in found if not isinstance(block, nn.ModuleList)))


def layers_of(network: nn.Module) -> list[nn.Module]:
    """All parts of the network that are called."""
    return [each for each in network.modules() if not isinstance(each, nn.ModuleList)]


class Interruptible(TorchFunctionMode):
    """While open, every torch function asks `check` first: reading weights stops between two tensors."""

    def __init__(self, check: Callable[[], None]) -> None:
        super().__init__()
        self._check = check

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self._check()
        return func(*args, **(kwargs or {}))
