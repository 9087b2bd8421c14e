"""Samplers under the names artists know: an algorithm and a noise schedule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from studio.request.errors import BadInput


class Algorithm(StrEnum):
    """How a step is taken."""

    EULER = "Euler"
    EULER_A = "Euler a"
    HEUN = "Heun"
    DPM2 = "DPM2"
    DPM2_A = "DPM2 a"
    DPMPP_2M = "DPM++ 2M"
    DPMPP_2M_SDE = "DPM++ 2M SDE"
    DPMPP_SDE = "DPM++ SDE"
    UNIPC = "UniPC"
    DEIS = "DEIS"
    DDIM = "DDIM"
    DDPM = "DDPM"
    LCM = "LCM"

    @property
    def stochastic(self) -> bool:
        """True for SDE kinds, which add fresh noise on the way; ODE kinds draw noise once, at the start."""
        return self in _STOCHASTIC


_STOCHASTIC = frozenset(
    (
        Algorithm.EULER_A,
        Algorithm.DPM2_A,
        Algorithm.DPMPP_2M_SDE,
        Algorithm.DPMPP_SDE,
        Algorithm.DDPM,
        Algorithm.LCM,
    )
)


class Schedule(StrEnum):
    """How the noise levels of the steps are spread."""

    NORMAL = "Normal"
    KARRAS = "Karras"
    EXPONENTIAL = "Exponential"
    SGM_UNIFORM = "SGM uniform"


@dataclass(frozen=True)
class Sampler:
    """An algorithm with a schedule, written as artists write it: "DPM++ 2M Karras", "Euler a".

    >>> Sampler.named("dpm++ 2m karras").name
    'DPM++ 2M Karras'
    """

    algorithm: Algorithm
    schedule: Schedule = Schedule.NORMAL

    @property
    def name(self) -> str:
        return (
            self.algorithm.value
            if self.schedule is Schedule.NORMAL
            else f"{self.algorithm.value} {self.schedule.value}"
        )

    @classmethod
    def named(cls, name: str) -> Sampler:
        """The sampler of that name, in any case and spacing. Raises BadInput when there is none."""
        wanted = "".join(name.lower().split())
        for algorithm in Algorithm:
            for schedule in Schedule:
                sampler = cls(algorithm, schedule)
                spelled = {sampler.name, f"{algorithm.value} {schedule.value}"}
                if wanted in {"".join(spelling.lower().split()) for spelling in spelled}:
                    return sampler
        known = ", ".join(algorithm.value for algorithm in Algorithm)
        raise BadInput(f"There is no sampler called {name!r}.", f"Choose one of {known}.")
