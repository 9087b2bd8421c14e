"""Drafts: where the picture that the network sees in the noise changes steadily, it is foretold instead of asked.

A line through the last two clean pictures, as TaylorSeer does within single layers (arXiv 2503.06923), so that it works
with every network and sampler and costs no memory to speak of. How far it may reach is measured on the way: each answer
shows how well it would have been foretold.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from torch import Tensor

from studio.pipelines.samplers import Level, Steps, clean, saying

FIRST, LAST = 3, 2  # calls at the ends that are always made: where the picture is laid out, and its fine detail
FARTHEST = 3  # calls that are foretold in a row
TOLERANCE = 0.15  # how wrong a foretold picture may have been, of its length


class Foreteller:
    """For one picture. calls: of the network, on the whole way."""

    def __init__(self, calls: int) -> None:
        self._calls = calls
        self._known: list[tuple[int, Tensor]] = []  # the last two that were asked: call, clean latents
        self._reach = 1
        self._since = 0
        self._led: Hashable = None
        self.foretold = 0

    def answer(
        self, call: int, led: Hashable, ask: Callable[[], Tensor], noisy: Tensor, level: Level, steps: Steps
    ) -> Tensor:
        """What the network says of `noisy` at a call, 1 or more, or would say.

        led: by what; when that changes nothing is foretold.
        """
        if led != self._led:
            self._led, self._known = led, []
        at_ends = call <= FIRST or call > self._calls - LAST
        if len(self._known) == 2 and not at_ends and self._since < self._reach:
            self._since += 1
            self.foretold += 1
            return saying(self._line(call), noisy, level, steps).to(noisy.dtype)
        answer = ask()
        self._learn(call, clean(answer, noisy, level, steps))
        return answer

    def _learn(self, call: int, seen: Tensor) -> None:
        if len(self._known) == 2:
            off, long = (float(each.square().sum().sqrt()) for each in (self._line(call) - seen, seen))
            better = off < TOLERANCE * max(long, 1e-6)
            self._reach = min(self._reach + 1, FARTHEST) if better else max(self._reach - 1, 0)
        self._known = [*self._known[-1:], (call, seen)]
        self._since = 0

    def _line(self, call: int) -> Tensor:
        (first, before), (last, now) = self._known
        return now + (now - before) * ((call - last) / (last - first))
