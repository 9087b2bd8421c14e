"""Models of real size with random weights on a graphics card: seconds a step and a picture, and the most memory, by the
studio and by diffusers' own pipeline with its default settings, in the same run; with the kernels that the studio finds
fastest while nobody waits (attention, fused projections, compiled blocks) and with torch's own; what previews cost;
SDXL within 4 GB and FLUX.1 within 8 GB of the card. What they make is noise; how long it takes is as with real models.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, Figures, at_least, at_most, fact, median
from tests.benchmarks.lora import Silent

GB = 1e9
PROMPT = "a lighthouse on a cliff at dawn, oil on canvas"


@dataclasses.dataclass(frozen=True)
class Case:
    """stock: diffusers' class. side: of the square picture, pixels. guided: it takes a negative prompt.

    room: bytes of the card that it has to get by with in the last run; 0: no such run. goal: times as fast as stock.
    """

    family: str
    stock: str
    side: int
    steps: int
    guidance: float
    guided: bool = True
    room: float = 0
    goal: float = 0


CASES = (
    Case("sd15", "StableDiffusionPipeline", 512, 25, 7.0),
    Case("sdxl", "StableDiffusionXLPipeline", 1024, 30, 6.0, room=4 * GB, goal=1.5),
    Case("flux", "FluxPipeline", 1024, 20, 3.5, guided=False, room=8 * GB),
)


def run(quick: bool) -> Figures:
    import torch

    if not torch.cuda.is_available():
        raise SystemExit("There is no graphics card that torch can use here, and this measures nothing else.")
    from studio.pipelines.devices import best_device
    from studio.pipelines.warm import warm_up

    warm_up()
    device, figures = best_device(), {"card": fact(best_device().name)}
    for case in CASES[:2] if quick else CASES:
        figures |= measured(case, device, made_of_noise(case, device), 1 if quick else 3)
        gc.collect()
        torch.cuda.empty_cache()
    return figures


def measured(case: Case, device: Any, parts: dict[str, Any], times: int) -> Figures:
    """parts: of the model, as a diffusers folder names them, with "index" and "schedule"."""
    stock = by_diffusers(case, device, parts, times)
    ours = by_studio(case, device, parts, times)
    bare = by_studio(case, device, parts, times, previews=False)
    tuned = by_studio(case, device, parts, times, tunes=True)
    faster = stock["picture"] / ours["picture"]
    name = f"{case.family}_{case.side}"
    figures: Figures = {
        f"{name}_times_as_fast": at_least(faster, case.goal, "times") if case.goal else fact(faster, "times"),
        f"{name}_previews_cost": at_most(ours["picture"] / bare["picture"] - 1, 0.01, "of a picture"),
        f"{name}_tuned_times_as_fast": fact(stock["picture"] / tuned["picture"], "times"),
        f"{name}_kernels": fact(str(tuned["kernels"])),
        f"{name}_finding_them": fact(tuned["tuning"], "s"),
        **said(name, "studio", ours),
        **said(name, "studio_tuned", tuned),
        **said(name, "diffusers", stock),
    }
    if case.room:
        small = by_studio(case, device, parts, 1, room=case.room)
        if device.cuda:
            import torch

            torch.cuda.set_per_process_memory_fraction(1.0)
        figures |= said(name, f"studio_in_{case.room / GB:.0f}_gb", small)
        figures[f"{name}_peak_in_{case.room / GB:.0f}_gb"] = at_most(small["peak"], case.room / GB, "GB")
    return figures


def said(name: str, by: str, found: dict[str, Any]) -> dict[str, Figure]:
    return {
        f"{name}_{by}_step": fact(found["step"], "s"),
        f"{name}_{by}_picture": fact(found["picture"], "s"),
        f"{name}_{by}_peak": fact(found["peak"], "GB"),
    }


def by_studio(
    case: Case,
    device: Any,
    parts: dict[str, Any],
    times: int,
    *,
    previews: bool = True,
    room: float = 0,
    tunes: bool = False,
) -> dict[str, Any]:
    """Through the studio's own pipeline, the way of every picture. The first one, which warms up, does not count.

    tunes: after that one it finds out which kernels are fastest, as it does while nobody waits.
    """
    import torch

    from studio.pipelines.loaded import put_together
    from studio.pipelines.store import _key_of
    from studio.pipelines.studio_pipeline import StudioPipeline
    from studio.request.events import Step

    model = model_of(case)
    networks = {name: part for name, part in parts.items() if name not in ("index", "schedule")}
    for network in networks.values():
        if isinstance(network, torch.nn.Module):
            network.to("cpu")
    if room:
        device = crowded(device, room)
    pipeline = StudioPipeline(Alone(model), device, previews=previews)
    pipeline._store._models[_key_of(model)] = put_together(model, device, (networks, parts["schedule"], parts["index"]))
    moments: list[float] = []

    class Watch(Silent):
        def __call__(self, event: Any) -> None:
            if isinstance(event, Step):
                moments.append(time.perf_counter())

        def wishes(self) -> tuple[()]:
            return ()

    def picture() -> None:
        moments.clear()
        pipeline.run(request_of(case, model), Watch())

    tuning = 0.0
    if tunes:
        picture()
        begun = time.perf_counter()
        pipeline.rest(lambda: False)
        tuning = time.perf_counter() - begun
    found = timed(device, picture, times)
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    kernels = pipeline._store.latest.computing.used.title
    return {**found, "step": median(pauses), "tuning": tuning, "kernels": kernels}


def by_diffusers(case: Case, device: Any, parts: dict[str, Any], times: int) -> dict[str, float]:
    """diffusers' pipeline as its documentation has it: half precision, all of it on the card, nothing else set."""
    import diffusers
    import torch

    kind: Any = getattr(diffusers, case.stock)
    schedule = getattr(diffusers, parts["index"]["scheduler"][1]).from_config(parts["schedule"])
    networks = {name: part for name, part in parts.items() if name not in ("index", "schedule")}
    extra = dict.fromkeys(("safety_checker", "feature_extractor", "image_encoder"))
    if case.family == "sd15":
        networks |= {**extra, "requires_safety_checker": False}
    pipeline = kind(**networks, scheduler=schedule).to(device.torch_device)
    pipeline.set_progress_bar_config(disable=True)
    moments: list[float] = []

    def stepped(_: Any, __: int, ___: Any, inputs: dict[str, Any]) -> dict[str, Any]:
        if device.cuda:
            torch.cuda.synchronize()
        moments.append(time.perf_counter())
        return inputs

    def picture() -> None:
        moments.clear()
        pipeline(
            PROMPT,
            width=case.side,
            height=case.side,
            num_inference_steps=case.steps,
            guidance_scale=case.guidance,
            generator=torch.Generator().manual_seed(1),
            callback_on_step_end=stepped,
            **({"negative_prompt": "blurry"} if case.guided else {}),
        )

    found = timed(device, picture, times)
    return {**found, "step": median([b - a for a, b in itertools.pairwise(moments)])}


def timed(device: Any, picture: Callable[[], None], times: int) -> dict[str, float]:
    """Seconds of a picture, the median, and the most memory of the card in GB; after one that does not count."""
    import torch

    picture()
    device.forget_peak()
    seconds: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        picture()
        if device.cuda:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - begun)
    return {"picture": median(seconds), "peak": device.peak_bytes() / GB}


def crowded(device: Any, room: float) -> Any:
    """The same card, on which others left only so much room: torch refuses to take more."""
    import torch

    from studio.pipelines.devices import Device

    if device.cuda:
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction(room / device.total_bytes())

    class Crowded(Device):
        def free_bytes(self) -> int:
            taken = torch.cuda.memory_allocated(self.torch_device) if self.cuda else 0
            return int(room) - taken

    return Crowded(device.torch_device, device.name)


class Alone:
    """A library with one model."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def find(self, reference: Any) -> Any:
        return self._model

    def tiny_decoder(self, family: Any) -> None:
        return None


def model_of(case: Case) -> Any:
    """At the place of its configurations, where no weights are."""
    from studio.library.families import family
    from studio.library.resources import resource
    from studio.request.family import Defaults, Model, ModelReference
    from studio.request.geometry import Size

    kind = dataclasses.replace(family(case.family), smallest_side=64)
    defaults = Defaults(size=Size(case.side, case.side), steps=case.steps, guidance=case.guidance, sampler=kind.sampler)
    reference = ModelReference(family=case.family, name=case.family)
    path = resource("configs", case.family)
    return Model(reference=reference, title=kind.title, family=kind, defaults=defaults, path=path)


def request_of(case: Case, model: Any) -> Any:
    from studio.request.request import GenerationRequest, Prompt
    from studio.request.sampling import Algorithm, Sampler

    return GenerationRequest(
        model=model.reference,
        prompt=Prompt.plain(PROMPT),
        negative=Prompt.plain("blurry" if case.guided else ""),
        size=model.defaults.size,
        steps=case.steps,
        guidance=case.guidance,
        sampler=Sampler(Algorithm.EULER),
        seed=1,
    )


def made_of_noise(case: Case, device: Any) -> dict[str, Any]:
    """All parts at their published sizes, with weights drawn on the card."""
    import torch

    from studio.library.families import family
    from studio.library.resources import resource
    from studio.pipelines.adapters import adapter_of
    from studio.pipelines.parts import class_named, read_index, read_schedule
    from studio.pipelines.vocabularies import tokenizer_for

    folder, kind = resource("configs", case.family), family(case.family)
    index, dtype = read_index(folder), device.precision(kind)
    parts: dict[str, Any] = {"index": index, "schedule": read_schedule(folder)}
    for name in (each for each in index if not each.startswith("_") and each != "scheduler"):
        if name.startswith("tokenizer"):
            parts[name] = tokenizer_for(index[name][1], name)
            continue
        found: Any = class_named(index, name, case.family, adapter_of(kind).classes)
        parts[name] = noise(Path(folder / name), found, dtype, device, torch)
    return parts


def noise(folder: Path, kind: Any, dtype: Any, device: Any, torch: Any) -> Any:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    standing = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with device.torch_device:
            hub = importlib.import_module("transformers")
            if issubclass(kind, hub.PreTrainedModel):
                return kind(kind.config_class.from_dict(config)).eval().requires_grad_(False)
            return kind.from_config(config).eval().requires_grad_(False)
    finally:
        torch.set_default_dtype(standing)
