"""How models of the Stable Diffusion line that were taught differently want to be used."""

from __future__ import annotations

from studio.request.family import Way
from studio.request.sampling import Algorithm, Sampler, Schedule

_LAST_FIRST = Schedule.SGM_UNIFORM  # steps counted from the noisy end, as these models were taught

FEW_STEPS: tuple[Way, ...] = (
    # adversarial distillation, arXiv 2311.17042: one to four steps
    Way(trait="turbo", title="Turbo", steps=4, guidance=0.0, sampler=Sampler(Algorithm.EULER_A, _LAST_FIRST)),
    # arXiv 2402.13929: as many steps as its name says
    Way(trait="lightning", title="Lightning", steps=4, guidance=0.0, sampler=Sampler(Algorithm.EULER, _LAST_FIRST)),
    # arXiv 2404.13686
    Way(trait="hyper", title="Hyper", steps=8, guidance=0.0, sampler=Sampler(Algorithm.DDIM, _LAST_FIRST)),
    # arXiv 2310.04378
    Way(trait="lcm", title="LCM", steps=6, guidance=1.5, sampler=Sampler(Algorithm.LCM)),
    # distribution matching, arXiv 2405.14867
    Way(trait="dmd", title="DMD", steps=4, guidance=0.0, sampler=Sampler(Algorithm.LCM)),
)
"""Distilled models: few steps, no guidance, the sampler they were taught with."""

V_PREDICTION: tuple[Way, ...] = (
    Way(trait="v-prediction", title="v-prediction", schedule=(("prediction_type", "v_prediction"),)),
    # trained down to zero signal, arXiv 2305.08891; guidance burns such pictures sooner
    Way(
        trait="zero-snr",
        guidance=5.0,
        sampler=Sampler(Algorithm.EULER, _LAST_FIRST),
        schedule=(("rescale_betas_zero_snr", True), ("timestep_spacing", "trailing")),
    ),
)
"""Models that predict velocity (arXiv 2202.00512) instead of noise."""
