"""Which noise schedules go with which algorithm, for denoisers that predict noise or velocity."""

from __future__ import annotations

from studio.request.sampling import Algorithm, Sampler, Schedule

_SPREAD = (Schedule.NORMAL, Schedule.KARRAS, Schedule.EXPONENTIAL, Schedule.SGM_UNIFORM)
_SCHEDULES: dict[Algorithm, tuple[Schedule, ...]] = {
    Algorithm.EULER: _SPREAD,
    Algorithm.EULER_A: (Schedule.NORMAL, Schedule.SGM_UNIFORM),
    Algorithm.HEUN: _SPREAD,
    Algorithm.DPM2: _SPREAD,
    Algorithm.DPM2_A: _SPREAD,
    Algorithm.DPMPP_2M: _SPREAD,
    Algorithm.DPMPP_2M_SDE: _SPREAD,
    # the single-step solver lays its steps out itself
    Algorithm.DPMPP_SDE: (Schedule.NORMAL, Schedule.KARRAS, Schedule.EXPONENTIAL),
    Algorithm.UNIPC: _SPREAD,
    Algorithm.DEIS: _SPREAD,
    # these two walk along the training time steps, so only the spacing can be chosen
    Algorithm.DDIM: (Schedule.NORMAL, Schedule.SGM_UNIFORM),
    Algorithm.DDPM: (Schedule.NORMAL, Schedule.SGM_UNIFORM),
    # the steps a model was distilled on
    Algorithm.LCM: (Schedule.NORMAL,),
}

DIFFUSION_SAMPLERS: tuple[Sampler, ...] = tuple(
    Sampler(algorithm, schedule) for algorithm, schedules in _SCHEDULES.items() for schedule in schedules
)
"""Every valid pair, in the order in which a list shows them."""

FLOW_SAMPLERS: tuple[Sampler, ...] = tuple(
    Sampler(algorithm)
    for algorithm in (Algorithm.EULER, Algorithm.HEUN, Algorithm.DPMPP_2M, Algorithm.UNIPC, Algorithm.LCM)
)
"""For networks trained by flow matching, whose steps lie where the model's shift puts them."""
