"""Samplers against an oracle: a network that knows the clean picture. Previews must show it at every step."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
import torch

from studio.library.families import FAMILIES, family
from studio.library.samplers import DIFFUSION_SAMPLERS
from studio.pipelines.samplers import Schedulers, clean
from studio.request.errors import BadInput
from studio.request.sampling import Algorithm, Sampler, Schedule
from tests.pipelines import tiny

CPU = torch.device("cpu")
# these round the time step they tell the network, so what it says is about a slightly other noise level
ROUNDING = {"DPM++ 2M", "DPM++ 2M SDE", "DPM++ SDE", "UniPC", "DEIS", "DPM2", "DPM2 a"}
# these stop at the lowest trained noise level, not at none
UNFINISHED = {"DDIM", "DEIS"}
SCHEDULERS = {kind: Schedulers({**tiny.BETAS, "prediction_type": kind}) for kind in ("epsilon", "v_prediction")}


def oracle(timestep, seen, picture, alphas, prediction):
    """What a perfect network predicts from its scaled input."""
    logs = 0.5 * np.log((1 - alphas) / alphas)
    noise = math.exp(np.interp(float(timestep), np.arange(1000), logs))
    alpha, sigma = 1 / math.sqrt(1 + noise**2), noise / math.sqrt(1 + noise**2)
    epsilon = (seen - alpha * picture) / sigma
    return epsilon if prediction == "epsilon" else alpha * epsilon - sigma * picture


def walk(sampler, count, strength, prediction):
    """x0 at each call, the end, and the picture that the oracle knows."""
    picture = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    steps = SCHEDULERS[prediction].steps(sampler, count, strength, CPU)
    scheduler = steps.scheduler
    alphas = scheduler.alphas_cumprod.double().numpy()
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn(picture.shape, generator=generator)
    sample = noise * scheduler.init_noise_sigma
    if strength < 1:
        sample = scheduler.add_noise(picture, noise, steps.timesteps[:1])
    extra = {"generator": generator} if "generator" in inspect.signature(scheduler.step).parameters else {}
    found = []
    for timestep, level in zip(steps.timesteps, steps.levels, strict=True):
        output = oracle(timestep, scheduler.scale_model_input(sample, timestep), picture, alphas, prediction)
        found.append(clean(output, sample, level, steps))
        sample = scheduler.step(output, timestep, sample, **extra, return_dict=False)[0]
    return found, sample, picture


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("sampler", "prediction"),
    [
        *((sampler, "epsilon") for sampler in DIFFUSION_SAMPLERS),
        *((sampler, "v_prediction") for sampler in DIFFUSION_SAMPLERS if sampler.schedule is Schedule.NORMAL),
    ],
    ids=str,
)
def test_the_clean_picture_is_seen_at_every_call_and_reached_at_the_end(sampler, prediction):
    rounds = sampler.algorithm.value in ROUNDING and sampler.schedule in (Schedule.KARRAS, Schedule.EXPONENTIAL)
    for strength in (1.0, 0.6):
        found, end, picture = walk(sampler, 8, strength, prediction)
        worst = max(float((each - picture).abs().max()) for each in found)
        assert worst < (0.03 if rounds else 1e-5)
        assert float((end - picture).abs().max()) < (0.15 if sampler.algorithm.value in UNFINISHED else 1e-5)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("count", [1, 2])
def test_a_step_or_two_make_something_finite_with_every_sampler(count):
    for sampler in DIFFUSION_SAMPLERS:
        assert walk(sampler, count, 1.0, "epsilon")[1].isfinite().all(), sampler


def test_no_two_samplers_lay_out_and_take_their_steps_alike():
    walks = {}
    for sampler in DIFFUSION_SAMPLERS:
        steps = SCHEDULERS["epsilon"].steps(sampler, 6, 1.0, CPU)
        key = (type(steps.scheduler), steps.scheduler.config.get("algorithm_type"), steps.levels)
        assert key not in walks, (sampler, walks[key])
        walks[key] = sampler


@pytest.mark.parametrize(("strength", "calls"), [(1.0, 8), (0.5, 4), (0.01, 1)])
def test_strength_takes_the_last_part_of_the_steps_at_least_one(strength, calls):
    steps = SCHEDULERS["epsilon"].steps(Sampler(Algorithm.EULER), 8, strength, CPU)
    assert len(steps.timesteps) == len(steps.levels) == steps.total == calls


def test_two_call_methods_count_steps_as_the_artist_does():
    steps = SCHEDULERS["epsilon"].steps(Sampler(Algorithm.HEUN), 8, 1.0, CPU)
    assert (len(steps.timesteps), steps.total) == (15, 8)


def test_more_steps_than_the_noise_schedule_has_are_refused_in_a_sentence():
    with pytest.raises(BadInput, match="at most 999 steps"):
        SCHEDULERS["epsilon"].steps(Sampler(Algorithm.DDIM), 1000, 1.0, CPU)


@pytest.mark.parametrize("algorithm", [Algorithm.DDIM, Algorithm.DDPM])
def test_latents_are_never_clipped_like_pixels(algorithm):
    silent = Schedulers({"beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear"})
    assert not silent.steps(Sampler(algorithm), 4, 1.0, CPU).scheduler.config.clip_sample


def test_a_run_leaves_no_trace_in_the_next_one():
    first, second = (SCHEDULERS["epsilon"].steps(Sampler(Algorithm.DPMPP_2M), 4, 1.0, CPU) for _ in range(2))
    assert first.scheduler is not second.scheduler
    sample = torch.ones(1, 4, 8, 8)
    for timestep in first.timesteps:
        first.scheduler.step(sample, timestep, sample)
    assert second.scheduler.step_index is None
    assert second.scheduler.model_outputs == [None, None]


@pytest.mark.parametrize("each", FAMILIES.values(), ids=lambda each: each.id)
def test_descriptors_fit_together(each):
    assert family(each.id) is each
    assert each.sampler in each.samplers
    assert len(set(each.samplers)) == len(each.samplers)
    assert each.native.rounded_up(each.size_multiple) == each.native
    assert each.smallest_side <= min(each.native) <= max(each.native) <= each.largest_side
    assert each.size_multiple % each.latent_scale == 0
    assert not each.preview_matrix or len(each.preview_matrix) == each.latent_channels + 1


def test_an_unknown_family_is_named_with_the_known_ones():
    with pytest.raises(BadInput, match=r"'imagen'.*Stable Diffusion XL"):
        family("imagen")
