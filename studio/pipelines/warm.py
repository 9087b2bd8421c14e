"""Getting torch and its friends into memory, once, in the process that will use them."""

from __future__ import annotations

import importlib
import os

_NEEDED = (
    "torch",
    "diffusers.models.unets.unet_2d_condition",
    "diffusers.models.autoencoders.autoencoder_kl",
    "diffusers.models.autoencoders.autoencoder_tiny",
    "diffusers.schedulers.scheduling_euler_discrete",
    "diffusers.schedulers.scheduling_euler_ancestral_discrete",
    "diffusers.schedulers.scheduling_dpmsolver_multistep",
    "transformers.models.clip.modeling_clip",
    "transformers.models.clip.tokenization_clip",
    "studio.pipelines.studio_pipeline",
)


def go_offline() -> None:
    """Nothing that is imported from now on may ask the network. Has no effect on what is imported already."""
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TRANSFORMERS_OFFLINE", "DO_NOT_TRACK"):
        os.environ[name] = "1"


def rest_while_waiting() -> None:
    """Threads of torch that wait for each other sleep instead of spinning. Has no effect once torch is imported.

    They wait some thousand times in a picture. Where another program wants the processor, spinning keeps the very
    thread from running that is waited for: a picture of 3 s then took 40 s. A wish of the person's own stands.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # libgomp, on Linux
    os.environ.setdefault("KMP_BLOCKTIME", "0")  # Intel's and LLVM's, elsewhere


def warm_up() -> None:
    """Imports what every job needs (seconds), so that the first job finds it ready. Again it costs nothing."""
    go_offline()
    rest_while_waiting()
    for name in _NEEDED:
        importlib.import_module(name)
    _be_quiet()


def _be_quiet() -> None:
    """The libraries' progress bars and advice to programmers do not help an artist; errors still come through."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    for each in (diffusers_logging, transformers_logging):
        each.disable_progress_bar()
        each.set_verbosity_error()
