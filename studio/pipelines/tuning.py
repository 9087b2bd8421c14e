"""Which kernels are fastest for a denoiser on this device: each is tried on a call that a job made, while nobody waits.

What was found holds for the family, size and precision of the network, about this many tokens, and these versions; it
is kept on disk, so it is measured once. A way that fails, or whose answer is another, is not taken.
"""

from __future__ import annotations

import importlib.metadata
import logging
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import cache, partial
from typing import Any, cast

import torch
from torch import Tensor

from studio.pipelines.computing import Sample
from studio.pipelines.devices import Device
from studio.pipelines.kernels import PLAIN, Kernels, attentions, fuses, using
from studio.pipelines.loaded import Loaded
from studio.pipelines.remembered import Remembered

log = logging.getLogger(__name__)

GAIN = 0.03  # of a call's time has to be saved; less is within what such measurements vary
APART = 0.02  # of its length is as far as an answer may be from that of torch's own kernels
LONG = 5.0  # seconds of denoising from which on it is worth trying to compile
TIMES = 3  # calls that are timed

Call = Callable[[], Tensor]
Timed = Callable[[Call], float]


class Wanted(BaseException):
    """A job has come. Passes everything, as being cancelled does."""


class Tuner:
    """table: where it is remembered. timed: seconds of a call; None measures them."""

    def __init__(self, device: Device, table: Remembered, timed: Timed | None = None) -> None:
        self._device, self._table = device, table
        self._timed = timed or partial(seconds_of, device)

    def settle(self, loaded: Loaded, shape: tuple[int, ...]) -> None:
        """Chooses what is known to be fastest for latents of that shape, and has a call kept if it has to be found."""
        found = self._known(loaded, shape)
        loaded.computing.kernels = _kernels(found)
        loaded.computing.listens = self._device.offers_kernels and not loaded.plan.layers

    def refuse(self, loaded: Loaded, shape: tuple[int, ...]) -> None:
        """They failed in a job: from now on torch chooses."""
        loaded.computing.kernels = PLAIN
        self._table.put(self._key(loaded, shape), {"kernels": asdict(PLAIN), "compile": "tried", "seconds": {}})

    def measure(self, loaded: Loaded, wanted: Callable[[], bool]) -> None:
        """Tries what has not been tried for the last job's kind of call, and makes ready what was chosen.

        wanted: whether a job has come, which is asked often; then all is as it was, and it is gone on with next time.
        """
        computing, sample = loaded.computing, loaded.computing.sample
        if sample is None:
            return

        def check() -> None:
            if wanted():
                raise Wanted

        try:
            with torch.inference_mode(), loaded.watch.over(check), loaded.visit(loaded.denoiser):
                check()
                self._measured(loaded, sample, computing.seconds)
        except Wanted:
            log.info("measuring kernels is put off: a job has come")
            return
        except Exception as error:  # noqa: BLE001 - memory, say: pictures are made as before
            log.warning("kernels cannot be measured: %r", error)
            self._device.give_back()
        computing.sample = None

    def _measured(self, loaded: Loaded, sample: Sample, seconds: float) -> None:
        shape, regions = tuple(sample.latents.shape), loaded.computing.regions
        found = self._known(loaded, shape)
        call = partial(_called, loaded, sample)
        if not found:
            found = self._best(loaded, call)
            self._table.put(self._key(loaded, shape), found)
        if seconds >= LONG and found["compile"] == "untried" and regions.possible:
            found = self._compiled(found, loaded, sample, call)
            self._table.put(self._key(loaded, shape), found)
        kernels = _kernels(found)
        if kernels.compiled and not regions.ready(sample.shape):
            with using(loaded.denoiser, replace(kernels, compiled=False), regions):
                regions.prepare(sample.shape, call)

    def _best(self, loaded: Loaded, call: Call) -> dict[str, Any]:
        """torch's own way against each attention, then the best of those against fused projections."""
        network = loaded.denoiser
        tries = [Kernels(attention=each) for each in attentions(network, self._device)]
        best, seconds = self._fastest(loaded, call, PLAIN, {}, tries)
        if fuses(network):
            best, seconds = self._fastest(loaded, call, best, seconds, [replace(best, fused=True)])
        return {"kernels": asdict(best), "compile": "untried", "seconds": seconds}

    def _compiled(self, found: dict[str, Any], loaded: Loaded, sample: Sample, call: Call) -> dict[str, Any]:
        best, regions = _kernels(found), loaded.computing.regions
        compiled = replace(best, fused=False, compiled=True)
        try:
            with using(loaded.denoiser, replace(compiled, compiled=False), regions):
                regions.prepare(sample.shape, call)
        except Exception as error:  # noqa: BLE001 - whatever a compiler does, pictures are made without it
            log.warning("the denoiser cannot be compiled: %r", error)
            return {**found, "compile": "tried"}
        best, seconds = self._fastest(loaded, call, best, found["seconds"], [compiled])
        return {"kernels": asdict(best), "compile": "tried", "seconds": seconds}

    def _fastest(
        self, loaded: Loaded, call: Call, best: Kernels, seconds: dict[str, float], tries: Iterable[Kernels]
    ) -> tuple[Kernels, dict[str, float]]:
        """The best of `best` and others. seconds: by title, of what was timed before; with the new ones."""
        network, regions = loaded.denoiser, loaded.computing.regions
        with using(network, PLAIN, regions):
            plain = call()
            seconds = {PLAIN.title: self._timed(call), **seconds}
        for each in tries:
            try:
                with using(network, each, regions):
                    if (apart := distance(call(), plain)) > APART:
                        log.warning("%s is %.1f %% away from torch's own, and is not used", each.title, 100 * apart)
                        continue
                    seconds[each.title] = self._timed(call)
            except Exception as error:  # noqa: BLE001 - kernels of other people's: whatever fails is not used
                log.info("%s does not go with %s: %r", each.title, loaded.family.title, error)
                self._device.give_back()
                continue
            if seconds[each.title] < (1 - GAIN) * seconds[best.title]:
                best = each
        return best, seconds

    def _known(self, loaded: Loaded, shape: tuple[int, ...]) -> dict[str, Any]:
        found: Any = self._table.get(self._key(loaded, shape))
        known = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        return known if {"kernels", "compile", "seconds"} <= known.keys() else {}

    def _key(self, loaded: Loaded, shape: tuple[int, ...]) -> str:
        tokens = loaded.tokens(shape) * shape[0]
        return f"{loaded.measure}, {1 << tokens.bit_length()} tokens at most, {_versions()}"


def told(table: Remembered) -> list[str]:
    """What was found to be fastest, a line for each model and size, with what it saves."""
    lines: list[str] = []
    for key in table.names():
        found: Any = table.get(key)
        kernels: Kernels = _kernels(found)
        seconds: dict[str, float] = found["seconds"] if kernels != PLAIN and "seconds" in found else {}
        if kernels.title in seconds and PLAIN.title in seconds:
            taken = f"{seconds[kernels.title]:.3f} s a call instead of {seconds[PLAIN.title]:.3f} s"
            lines.append(f"{', '.join(key.split(', ')[:2])}: {kernels.title}, {taken}")
    return lines


def seconds_of(device: Device, call: Call) -> float:
    """Seconds of one call, the mean of a few after one that does not count."""
    call()
    device.finish()
    begun = time.perf_counter()
    for _ in range(TIMES):
        call()
    device.finish()
    return (time.perf_counter() - begun) / TIMES


def distance(answer: Tensor, plain: Tensor) -> float:
    """How far an answer is from another, of that one's length; infinite where it is no number."""
    far, long = (float(each.float().square().sum().sqrt()) for each in (answer.float() - plain.float(), plain))
    return far / max(long, 1e-12) if math.isfinite(far) else math.inf


def _called(loaded: Loaded, sample: Sample) -> Tensor:
    return loaded.adapter.predict(loaded.denoiser, sample.inputs, sample.latents, sample.timestep, sample.guidance)


def _kernels(found: dict[str, Any]) -> Kernels:
    try:
        return Kernels(**found["kernels"])
    except (KeyError, TypeError):
        return PLAIN


@cache
def _versions() -> str:
    names = ("torch", "diffusers", "flash_attn", "flash_attn_3", "sageattention", "xformers", "triton")
    found: list[str] = []
    for name in names:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)
