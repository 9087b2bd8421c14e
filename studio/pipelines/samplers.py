"""Samplers: which scheduler class takes the steps, with what settings, and how noisy the sample is at each."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import torch

from studio.pipelines.flow import Flow
from studio.request.errors import BadInput
from studio.request.sampling import Algorithm, Sampler, Schedule


class Scale(Enum):
    """How a scheduler keeps its noisy samples x = signal · x0 + noise · ε."""

    EXPLODING = "signal stays 1, noise grows"  # k-diffusion, arXiv 2206.00364
    MIDPOINT = "as exploding, every second sample standing between two steps"
    PRESERVING = "signal² + noise² = 1, from the step's own noise level"  # DPM-Solver and relatives
    TRAINED = "signal² + noise² = 1, from the trained time step"  # DDPM and relatives
    STRAIGHT = "signal + noise = 1"  # flow matching, arXiv 2210.02747


@dataclass(frozen=True, kw_only=True)
class _Recipe:
    scheduler: str  # class and the module it is in, under diffusers.schedulers
    module: str
    scale: Scale
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])


_RECIPES: dict[Algorithm, _Recipe] = {
    Algorithm.EULER: _Recipe(
        scheduler="EulerDiscreteScheduler", module="scheduling_euler_discrete", scale=Scale.EXPLODING
    ),
    Algorithm.EULER_A: _Recipe(
        scheduler="EulerAncestralDiscreteScheduler",
        module="scheduling_euler_ancestral_discrete",
        scale=Scale.EXPLODING,
    ),
    Algorithm.HEUN: _Recipe(
        scheduler="HeunDiscreteScheduler", module="scheduling_heun_discrete", scale=Scale.EXPLODING
    ),
    Algorithm.DPM2: _Recipe(
        scheduler="KDPM2DiscreteScheduler", module="scheduling_k_dpm_2_discrete", scale=Scale.MIDPOINT
    ),
    Algorithm.DPM2_A: _Recipe(
        scheduler="KDPM2AncestralDiscreteScheduler",
        module="scheduling_k_dpm_2_ancestral_discrete",
        scale=Scale.MIDPOINT,
    ),
    Algorithm.DPMPP_2M: _Recipe(
        scheduler="DPMSolverMultistepScheduler",
        module="scheduling_dpmsolver_multistep",
        scale=Scale.PRESERVING,
        settings={"algorithm_type": "dpmsolver++", "solver_order": 2},
    ),
    Algorithm.DPMPP_2M_SDE: _Recipe(
        scheduler="DPMSolverMultistepScheduler",
        module="scheduling_dpmsolver_multistep",
        scale=Scale.PRESERVING,
        settings={"algorithm_type": "sde-dpmsolver++", "solver_order": 2},
    ),
    # The single-step solver with fresh noise at each evaluation, drawn from the picture's own generator
    # (arXiv 2211.01095, the SDE form of its section 4); it needs no Brownian tree.
    Algorithm.DPMPP_SDE: _Recipe(
        scheduler="DPMSolverSinglestepScheduler",
        module="scheduling_dpmsolver_singlestep",
        scale=Scale.PRESERVING,
        settings={"algorithm_type": "sde-dpmsolver++", "solver_order": 2, "lower_order_final": True},
    ),
    Algorithm.UNIPC: _Recipe(
        scheduler="UniPCMultistepScheduler", module="scheduling_unipc_multistep", scale=Scale.PRESERVING
    ),
    Algorithm.DEIS: _Recipe(
        scheduler="DEISMultistepScheduler", module="scheduling_deis_multistep", scale=Scale.PRESERVING
    ),
    # clipping is for pixels; a configuration that does not mention it would get it
    Algorithm.DDIM: _Recipe(
        scheduler="DDIMScheduler", module="scheduling_ddim", scale=Scale.TRAINED, settings={"clip_sample": False}
    ),
    Algorithm.DDPM: _Recipe(
        scheduler="DDPMScheduler", module="scheduling_ddpm", scale=Scale.TRAINED, settings={"clip_sample": False}
    ),
    Algorithm.LCM: _Recipe(scheduler="LCMScheduler", module="scheduling_lcm", scale=Scale.TRAINED),
}

_SOLVERS = {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "use_dynamic_shifting": False}
_FLOW_RECIPES: dict[Algorithm, _Recipe] = {
    Algorithm.EULER: _Recipe(
        scheduler="FlowMatchEulerDiscreteScheduler", module="scheduling_flow_match_euler_discrete", scale=Scale.STRAIGHT
    ),
    Algorithm.HEUN: _Recipe(
        scheduler="FlowMatchHeunDiscreteScheduler", module="scheduling_flow_match_heun_discrete", scale=Scale.STRAIGHT
    ),
    Algorithm.DPMPP_2M: replace(
        _RECIPES[Algorithm.DPMPP_2M],
        scale=Scale.STRAIGHT,
        settings={**_SOLVERS, "algorithm_type": "dpmsolver++", "solver_order": 2},
    ),
    Algorithm.UNIPC: replace(_RECIPES[Algorithm.UNIPC], scale=Scale.STRAIGHT, settings=_SOLVERS),
    # each step goes to the clean picture and back with fresh noise, as consistency models were taught
    Algorithm.LCM: _Recipe(
        scheduler="FlowMatchEulerDiscreteScheduler",
        module="scheduling_flow_match_euler_discrete",
        scale=Scale.STRAIGHT,
        settings={"stochastic_sampling": True},
    ),
}

_SCHEDULES: dict[Schedule, dict[str, Any]] = {
    Schedule.NORMAL: {},
    Schedule.KARRAS: {"use_karras_sigmas": True},
    Schedule.EXPONENTIAL: {"use_exponential_sigmas": True},
    Schedule.SGM_UNIFORM: {"timestep_spacing": "trailing"},
}


@dataclass(frozen=True)
class Level:
    """A place on the noise scale: x = signal · x0 + noise · ε."""

    signal: float
    noise: float


@dataclass(frozen=True, kw_only=True)
class Steps:
    """A scheduler made for one picture (or one batch), and the steps it will take.

    scheduler: fresh; its state belongs to this run alone.
    timesteps: one for each call of the network, on the device.
    levels: where the sample stands at each call; the same length.
    prediction: what the network predicts: "epsilon", "v_prediction", "sample" or "flow_prediction".
    order: calls of the network for one step of the artist's count.
    """

    scheduler: Any
    timesteps: torch.Tensor
    levels: tuple[Level, ...]
    scale: Scale
    prediction: str
    order: int

    @property
    def total(self) -> int:
        """Steps as the artist counts them; the last one of a two-call method takes a single call."""
        return -(-len(self.timesteps) // self.order)

    @property
    def loudest(self) -> float:
        """What noise alone is multiplied by at the first step."""
        return getattr(self.scheduler, "init_noise_sigma", 1.0)

    def scaled(self, sample: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
        """The sample as the network wants it."""
        if not hasattr(self.scheduler, "scale_model_input"):
            return sample
        return self.scheduler.scale_model_input(sample, timestep)

    def noised(self, known: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """Clean latents with the noise of the first step on them."""
        if self.scale is Scale.STRAIGHT:
            level = self.levels[0]
            return level.noise * noise + level.signal * known
        return self.scheduler.add_noise(known, noise, self.timesteps[:1].repeat(len(known)))


def scheduler_settings(sampler: Sampler, *, flow: bool = False) -> tuple[type[Any], dict[str, Any]]:
    """The scheduler class of a sampler and what to set in it beyond the model's own configuration."""
    recipe = (_FLOW_RECIPES if flow else _RECIPES)[sampler.algorithm]
    module = importlib.import_module(f"diffusers.schedulers.{recipe.module}")
    return getattr(module, recipe.scheduler), {**recipe.settings, **_SCHEDULES[sampler.schedule]}


class Schedulers:
    """The samplers of one model. A scheduler is built once (some take half a second), each run gets a fresh copy.

    schedule: the model's own scheduler configuration (betas, prediction type, spacing).
    flow: how a network trained by flow matching lays its steps out; None for diffusion.
    """

    def __init__(self, schedule: Mapping[str, Any], flow: Flow | None = None) -> None:
        self._schedule = dict(schedule)
        self._flow = flow
        self._built: dict[Sampler, Any] = {}

    def steps(self, sampler: Sampler, count: int, strength: float, device: torch.device, tokens: int = 0) -> Steps:
        """Lays out `count` steps, of which the last `strength` part is taken (at least one).

        tokens: of the picture, for networks that want more noise for more of them.
        Raises BadInput when the method cannot divide the model's noise schedule so finely.
        """
        scheduler = self._fresh(sampler)
        finest = int(scheduler.config.num_train_timesteps) - int(scheduler.config.get("steps_offset", 0))
        if count > finest:
            raise BadInput(f"{sampler.name} can take at most {finest} steps with this model.", "Ask for fewer.")
        with numpy_at_peace():
            if self._flow is not None:
                self._lay_out_flow(scheduler, self._flow, count, device, tokens)
            elif sampler.algorithm is Algorithm.LCM:
                scheduler.set_timesteps(count, device=device, original_inference_steps=max(50, count))
            else:
                scheduler.set_timesteps(count, device=device)
        order = int(scheduler.order)
        skipped = self._skipped(count, strength) * order
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(skipped)
        scale = (_FLOW_RECIPES if self._flow is not None else _RECIPES)[sampler.algorithm].scale
        return Steps(
            scheduler=scheduler,
            timesteps=scheduler.timesteps[skipped:],
            levels=_levels(scheduler, scale)[skipped:],
            scale=scale,
            prediction=str(scheduler.config.get("prediction_type", "flow_prediction")),
            order=order,
        )

    def _skipped(self, count: int, strength: float) -> int:
        """Steps left out. The two kinds of stock pipelines round differently when it is not a whole number."""
        if self._flow is not None:
            return min(count - 1, int(max(count - min(count * strength, count), 0)))
        return count - max(1, min(int(count * strength), count))

    def _lay_out_flow(self, scheduler: Any, flow: Flow, count: int, device: torch.device, tokens: int) -> None:
        if "flow_shift" in scheduler.config:
            scheduler.register_to_config(flow_shift=flow.factor(self._schedule, tokens, count))
            scheduler.set_timesteps(count, device=device)
        elif int(scheduler.order) == 2:
            scheduler.set_timesteps(count, device=device)  # which applies the model's shift twice, so:
            levels = torch.tensor(flow.levels(self._schedule, tokens, count))
            levels = torch.cat((levels[:1], levels[1:].repeat_interleave(2)))
            scheduler.timesteps = levels.to(device) * scheduler.config.num_train_timesteps
            scheduler.sigmas = torch.cat((levels, torch.zeros(1)))
        else:
            places = {} if flow.places(count) is None else {"sigmas": flow.places(count)}
            steps = None if places else count
            if count == 1:  # all noise is both where it begins and where it ends, which cannot be moved
                scheduler.register_to_config(shift_terminal=None)
            scheduler.set_timesteps(steps, device=device, mu=flow.moved(self._schedule, tokens, count), **places)

    def _fresh(self, sampler: Sampler) -> Any:
        if sampler not in self._built:
            kind, settings = scheduler_settings(sampler, flow=self._flow is not None)
            with numpy_at_peace():
                self._built[sampler] = kind.from_config(self._schedule, **settings)
        return deepcopy(self._built[sampler])


@contextmanager
def numpy_at_peace() -> Generator[None]:
    """While open, schedulers run without warnings.

    WORKAROUND: diffusers 0.42.1 gives numpy tensors where it wants arrays, of which numpy 2.4 warns programmers.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _levels(scheduler: Any, scale: Scale) -> tuple[Level, ...]:
    count = len(scheduler.timesteps)
    match scale:
        case Scale.TRAINED:
            kept = scheduler.alphas_cumprod[scheduler.timesteps.long().cpu()].tolist()
            return tuple(Level(each**0.5, (1 - each) ** 0.5) for each in kept)
        case Scale.PRESERVING:
            sigmas = scheduler.sigmas[:count].tolist()
            return tuple(Level((1 + sigma**2) ** -0.5, sigma * (1 + sigma**2) ** -0.5) for sigma in sigmas)
        case Scale.STRAIGHT:
            return tuple(Level(1 - sigma, sigma) for sigma in scheduler.sigmas[:count].tolist())
        case Scale.EXPLODING:
            return tuple(Level(1.0, sigma) for sigma in scheduler.sigmas[:count].tolist())
        case Scale.MIDPOINT:
            # Where the schedulers keep the noise level of the half step: the ancestral one lays it between a step and
            # the lower target of its own, at the step's index; the other between a step and the next, at the next's.
            back = 1 if hasattr(scheduler, "sigmas_down") else 0
            return tuple(
                Level(1.0, float(scheduler.sigmas_interpol[index - back] if index % 2 else scheduler.sigmas[index]))
                for index in range(count)
            )


def clean(output: torch.Tensor, sample: torch.Tensor, level: Level, steps: Steps) -> torch.Tensor:
    """The clean picture x0 that a prediction at `level` means, in float32.

    output: what the network predicted. sample: the noisy latents before they were scaled for the network.
    """
    prediction, noisy = output.float(), sample.float()
    if steps.prediction == "sample":
        return prediction
    if steps.scale is Scale.STRAIGHT:
        return noisy - level.noise * prediction
    if steps.prediction == "epsilon":
        return (noisy - level.noise * prediction) / level.signal
    if steps.scale in (Scale.EXPLODING, Scale.MIDPOINT):  # the network saw x / sqrt(noise² + 1)
        return noisy / (level.noise**2 + 1) - prediction * (level.noise / (level.noise**2 + 1) ** 0.5)
    return level.signal * noisy - level.noise * prediction


def saying(meant: torch.Tensor, sample: torch.Tensor, level: Level, steps: Steps) -> torch.Tensor:
    """The prediction that means the clean picture `meant`: the inverse of `clean`, which is a line in the output."""
    nothing, one = torch.zeros(1), torch.ones(1)
    slope = float(clean(one, nothing, level, steps))
    return (meant - clean(torch.zeros_like(meant), sample, level, steps)) / slope
