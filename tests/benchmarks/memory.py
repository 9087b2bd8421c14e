"""How much memory the worker takes: at its peak against plain diffusers, and whether it grows with work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from studio.engine.session import TIDYING
from studio.request.family import Model
from studio.request.request import GenerationRequest
from tests.benchmarks.figures import Figures, at_most, fact, median
from tests.benchmarks.mini import ask_for, make_mini, model_in
from tests.benchmarks.running import Running, running, wait

MB = 1e6
RESTED = sum(pause for pause, _ in TIDYING) + 2  # seconds
PLAIN = """
import sys, torch
from diffusers import StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained(sys.argv[1], use_safetensors=True, local_files_only=True)
pipe.set_progress_bar_config(disable=True)
side, steps = int(sys.argv[2]), int(sys.argv[3])
with torch.inference_mode():
    pipe("a prompt", negative_prompt="blurry", num_inference_steps=steps, height=side, width=side)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


def run(quick: bool) -> Figures:
    folder = Path(os.environ["SFUMATO_HOME"]) / "bench"
    mini = make_mini(folder / "mini", small=quick)
    small = [make_mini(folder / f"small-{number}", small=True, seed=number) for number in range(5)]
    return {**peak(mini, 1 if quick else 3), **growth([model_in(path) for path in small], quick)}


def peak(folder: Path, pairs: int) -> Figures:
    """The first job of a fresh process, loading included, next to plain diffusers each time.

    Either number swings by a few percent from run to run, as the system takes back pages of the mapped weights or
    not; so the median of some pairs counts.
    """
    model = model_in(folder)
    request = ask_for(model, "a prompt")
    both: list[tuple[float, float]] = []
    ready = 0.0
    for _ in range(pairs):
        plain = peak_of_plain(folder, request)
        with running(folder.parent, threads=1) as studio:
            studio.until_ready()
            ready = studio.engine.status.memory_used
            studio.make(request)
            both.append((settled_memory(studio)[1], plain))
    return {
        "peak_against_plain_diffusers": at_most(median([ours / plain for ours, plain in both]), 1.05, "times"),
        "peak_against_plain_diffusers_worst": fact(max(ours / plain for ours, plain in both), "times"),
        "peak": fact(median([ours for ours, _ in both]) / MB, "MB"),
        "peak_of_plain_diffusers": fact(median([plain for _, plain in both]) / MB, "MB"),
        "when_ready": fact(ready / MB, "MB"),
    }


def peak_of_plain(folder: Path, request: GenerationRequest) -> float:
    """Bytes."""
    arguments = [str(folder), str(request.size.width), str(request.steps)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, *arguments], capture_output=True, text=True, check=True, env=environment
    )
    return int(done.stdout.split()[-1]) * 1024


def growth(models: list[Model], quick: bool) -> Figures:
    """Memory in use after many jobs and many changes of model, against what it was after the first few."""
    few, jobs, switches = (5, 10, 6) if quick else (20, 200, 20)
    with running(models[0].path.parent, threads=1) as studio:
        studio.until_ready()
        one = models[0]
        warm = make_many(studio, [one] * few)
        after_jobs = make_many(studio, [one] * jobs)
        round_about = [models[number % len(models)] for number in range(switches)]
        warm_models = make_many(studio, round_about[: len(models)])
        after_switches = make_many(studio, round_about)
    return {
        f"growth_over_{jobs}_jobs": at_most((after_jobs / warm - 1) * 100, 2, "%"),
        f"growth_over_{switches}_model_switches": at_most((after_switches / warm_models - 1) * 100, 2, "%"),
        f"after_{few}_jobs": fact(warm / MB, "MB"),
        f"after_{jobs}_jobs": fact(after_jobs / MB, "MB"),
        "after_every_model_once": fact(warm_models / MB, "MB"),
        "after_all_switches": fact(after_switches / MB, "MB"),
    }


def make_many(studio: Running, models: list[Model]) -> float:
    """Makes a picture with each; bytes in use afterwards."""
    for number, model in enumerate(models):
        studio.make(ask_for(model, f"picture {number % 7}", seed=number, steps=1))
    return settled_memory(studio)[0]


def settled_memory(studio: Running) -> tuple[float, float]:
    """(bytes in use, most ever in use) of a worker that has rested: it tidies up after some seconds, and says so."""
    wait(RESTED)
    return float(studio.engine.status.memory_used), float(studio.engine.status.memory_total)
