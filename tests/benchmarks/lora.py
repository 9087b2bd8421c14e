"""What a LoRA costs: putting it on and taking it off a model that is in memory, against reading the model."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figures, at_most, exactly, fact, median
from tests.benchmarks.mini import make_mini, model_in

TIMES = 9
RANK = 16


class Silent:
    """A report that nobody hears."""

    draft = False

    def __call__(self, event: Any) -> None:
        pass

    def check(self) -> None:
        pass


def run(quick: bool) -> Figures:
    import torch
    from safetensors.torch import save_file

    from studio.pipelines.devices import Device
    from studio.pipelines.loaded import load
    from studio.pipelines.overlays import Worn
    from studio.pipelines.warm import warm_up

    warm_up()
    torch.set_num_threads(1)
    folder = Path(os.environ["SFUMATO_HOME"]) / "bench"
    model = model_in(make_mini(folder / "mini", small=quick))
    device = Device(torch.device("cpu"), "processor")
    loads = [seconds(lambda: load(model, device, Silent())) for _ in range(3)]
    loaded = load(model, device, Silent())
    before = {name: weight.clone() for name, weight in loaded.denoiser.state_dict().items()}
    save_file(_lora(loaded.denoiser), folder / "lora.safetensors")
    worn = (Worn("lora", "lora", folder / "lora.safetensors", 0.8),)
    first = seconds(lambda: loaded.wear(worn))
    on, off = [], []
    for _ in range(2 if quick else TIMES):
        off.append(seconds(lambda: loaded.wear(())))
        on.append(seconds(lambda: loaded.wear(worn)))
    loaded.overlays.take_all_away()
    after = loaded.denoiser.state_dict()
    whole = median(loads)
    return {
        "on_and_off_against_loading": at_most((median(on) + median(off)) / whole, 0.05, "of a model load"),
        "weights_bit_equal_after": exactly(
            after.keys() == before.keys() and all(torch.equal(after[name], before[name]) for name in before), True
        ),
        "on": fact(1000 * median(on), "ms"),
        "off": fact(1000 * median(off), "ms"),
        "first_time": fact(1000 * first, "ms"),
        "loading": fact(1000 * whole, "ms"),
    }


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, so that other programs do not count."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _lora(network: Any) -> dict[str, Any]:
    """On all attention of a denoiser, in diffusers' names."""
    import torch

    weights: dict[str, Any] = {}
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Linear) and name.endswith(("to_q", "to_k", "to_v", "to_out.0")):
            weights[f"unet.{name}.lora_A.weight"] = torch.randn(RANK, module.in_features)
            weights[f"unet.{name}.lora_B.weight"] = torch.randn(module.out_features, RANK)
    return weights
