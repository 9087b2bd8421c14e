"""Regional compilation: the blocks that a denoiser is made of many times, compiled once for all of them.

Blocks keep their hooks, so a job can still be stopped between two of them; what asks within a block steps aside, since
a compiler would take it into its graph. Compiling happens in `prepare` only: within a job, whatever was not compiled
before runs as usual.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Hashable
from contextlib import ExitStack, contextmanager
from types import MethodType
from typing import Any

import torch
from torch import nn

from studio.pipelines.watch import Watch

BACKEND = "inductor"  # of torch.compile
FEWEST = 2  # blocks of a kind that are worth it


class Regions:
    """Those of one network. watch: whose hooks are on it."""

    def __init__(self, network: nn.Module, watch: Watch) -> None:
        self._network, self._watch = network, watch
        self._compiled: dict[type[nn.Module], Callable[..., Any]] = {}
        self._ready: set[Hashable] = set()

    @property
    def possible(self) -> bool:
        """Whether there is something to compile, and nothing that has to ask at every function."""
        return bool(repeated_blocks(self._network)) and not self._watch.coarse(self._network)

    def ready(self, shape: Hashable) -> bool:
        """Whether calls of this shape were prepared."""
        return shape in self._ready

    def prepare(self, shape: Hashable, call: Callable[[], object]) -> None:
        """Compiles what `call`, one call of the network, runs through. Takes seconds to minutes.

        Raises whatever the compiler raises; then nothing is kept of it.
        """
        try:
            with self._in_place():
                call()
        except BaseException:
            self._compiled.clear()
            raise
        self._ready.add(shape)

    @contextmanager
    def on(self) -> Generator[None]:
        """While open, blocks run compiled, where they were prepared for what they get."""
        with self._in_place(), torch.compiler.set_stance("eager_on_recompile"):
            yield

    @contextmanager
    def _in_place(self) -> Generator[None]:
        blocks = repeated_blocks(self._network)
        with ExitStack() as stack:
            stack.enter_context(self._watch.aside([part for block in blocks for part in inside(block)]))
            for block in blocks:
                block.forward = MethodType(self._of(type(block)), block)
                stack.callback(block.__dict__.pop, "forward")
            yield

    def _of(self, kind: type[nn.Module]) -> Callable[..., Any]:
        if kind not in self._compiled:
            self._compiled[kind] = torch.compile(kind.forward, backend=BACKEND, dynamic=False)
        return self._compiled[kind]


def repeated_blocks(network: nn.Module) -> list[nn.Module]:
    """Those that diffusers names for it, else the outermost blocks in lists of which there are several of a kind."""
    named: list[str] | None = getattr(network, "_repeated_blocks", None)
    if named:
        return [each for each in network.modules() if type(each).__name__ in named]
    listed = [block for each in network.modules() if isinstance(each, nn.ModuleList) for block in each]
    within = {id(part) for block in listed for part in inside(block)}
    outermost = [block for block in listed if id(block) not in within]
    counts = Counter(type(block) for block in outermost)
    return [block for block in outermost if counts[type(block)] >= FEWEST and any(block.children())]


def inside(block: nn.Module) -> list[nn.Module]:
    """The parts of a block, itself left out."""
    return [part for part in block.modules() if part is not block]
